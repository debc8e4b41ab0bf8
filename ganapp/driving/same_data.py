"""Whether a resumed run finds the data it began with, and how it goes on where they were moved.

Each function raises ValueError (message fit for the user) if the run cannot go on with what is there.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING

from ganapp.config import TrainConfig
from ganapp.runs import DataRecord, Run, generators_in, read_data_record, write_data_record

if TYPE_CHECKING:
    from ganapp.data import ImageDataset

MOST_NAMES = 6  # class names in a sentence


def remember(run: Run, dataset: ImageDataset) -> None:
    """Write down what the data of a run are, at its first start."""
    write_data_record(run, DataRecord(dataset.name, dataset.class_names, dataset.count, dataset.fingerprint))


def check_same_shape(config: TrainConfig, dataset: ImageDataset) -> None:
    """Raise ValueError if the data have other numbers of classes or channels than the networks."""
    classes = dataset.num_classes if config.num_classes else 0
    if (dataset.channels, classes) != (config.channels, config.num_classes):
        raise ValueError(
            f"{config.dataset!r} has changed since this run began: it has {classes} classes and "
            f"{dataset.channels} channels now, and had {config.num_classes} and {config.channels}. "
            "Start a new run from this one."
        )


def compare(run: Run, config: TrainConfig, dataset: ImageDataset) -> str:
    """A sentence about what changed in the data since the first start, "" if nothing did.

    Raises ValueError if classes or channels are others than before. A run of version 0.3 remembers now; its
    newest snapshot tells its classes.
    """
    check_same_shape(config, dataset)
    before = read_data_record(run)
    classes = before.classes if before else _classes_of_snapshot(run)
    if config.num_classes and classes is not None:
        _check_same_classes(config.dataset, dataset.class_names, classes)
    if before is None:
        remember(run, dataset)
        return ""
    if before.fingerprint == dataset.fingerprint:
        return ""
    return (
        f"The pictures in {dataset.name} are not those that this run began with: "
        f"{dataset.count:,} for training now, {before.count:,} then."
    )


def _check_same_classes(data: str, now: tuple[str, ...], then: tuple[str, ...]) -> None:
    if now == then:
        return
    names = f"{_names(now)} now, {_names(then)} then"
    if sorted(now) == sorted(then):  # 0, 1, 10, 2 in version 0.3, which sorted them as text
        raise ValueError(
            f"{data!r} has its classes in another order than when this run began: {names}. "
            "Start a new run from this one."
        )
    raise ValueError(
        f"{data!r} has other classes than when this run began: {names}. "
        "Name them as before, or start a new run from this one."
    )


def _classes_of_snapshot(run: Run) -> tuple[str, ...] | None:
    """The class names in the newest snapshot; None if there is no snapshot that names them."""
    from ganapp.generators import read_config

    for folder in generators_in(snapshot).values() if (snapshot := run.snapshot()) else ():
        with suppress(ValueError):  # it is damaged
            return read_config(folder)["class_names"] or None
    return None


def are_data_gone(run: Run) -> bool:
    """Whether the data of a run that has begun are a file or folder that is gone."""
    from ganapp.data import BUILT_IN, HUB

    try:
        place = run.config().dataset
    except (OSError, ValueError):  # the configuration is damaged, or a newer version wrote it
        return False
    if place in BUILT_IN or place.startswith(HUB):
        return False
    return not os.path.exists(os.path.expanduser(place)) and bool(run.states())


def check_there(run: Run, config: TrainConfig) -> None:
    """Raise ValueError if the data of a run that has begun are a file or folder that is gone."""
    if are_data_gone(run):
        raise ValueError(
            f"the data of run {run.name!r} are not where they were: {config.dataset!r} is gone. Put them "
            "back, or name their new place: Choose the folder on the page, or "
            f"resume {run.name} --data FOLDER."
        )


def move(run: Run, place: str) -> None:
    """Let a run go on with its data at another place, if they are the same.

    Raises ValueError if the pictures, labels or class names there are others, or cannot be opened.
    """
    from ganapp.data import open_dataset

    from .data_names import stored_name
    from .opening import data_arguments

    place = stored_name(place)
    config = run.config().replace(dataset=place)
    dataset = open_dataset(**data_arguments(config))
    before = read_data_record(run)
    if compare(run, config, dataset) and before is not None:
        raise ValueError(
            f"{place!r} does not hold the data that run {run.name!r} began with, {before.count:,} pictures "
            f"for training of {before.name}: it has {dataset.count:,}, or other ones."
        )
    run.write_config(config)


def _names(names: tuple[str, ...]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
