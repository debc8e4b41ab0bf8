"""Whether a resumed run finds the data it began with, and how it goes on where they were moved.

Each function raises ValueError (message fit for the user) if the run cannot go on with what is there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ganapp.config import TrainConfig
from ganapp.runs import DataRecord, Run, read_data_record, write_data_record

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
            f"{config.dataset} has changed since this run began: it has {classes} classes and "
            f"{dataset.channels} channels now, and had {config.num_classes} and {config.channels}. "
            "Start a new run from this one."
        )


def compare(run: Run, config: TrainConfig, dataset: ImageDataset) -> str:
    """A sentence about what changed in the data since the first start, "" if nothing did.

    Raises ValueError if classes or channels are others than before. A run of an older version remembers now.
    """
    check_same_shape(config, dataset)
    before = read_data_record(run)
    if before is None:
        remember(run, dataset)
        return ""
    if config.num_classes and before.classes != dataset.class_names:
        raise ValueError(
            f"{config.dataset} has other classes than when this run began: {_names(dataset.class_names)} now, "
            f"{_names(before.classes)} then. Name them as before, or start a new run from this one."
        )
    if before.fingerprint == dataset.fingerprint:
        return ""
    return (
        f"The pictures in {dataset.name} are not those that this run began with: {dataset.count:,} for training "
        f"now, {before.count:,} then."
    )


def check_there(run: Run, config: TrainConfig) -> None:
    """Raise ValueError if the data of a run that has begun are a file or folder that is gone."""
    if os.path.isabs(config.dataset) and not os.path.exists(config.dataset) and run.states():
        raise ValueError(
            f"the data of run {run.name!r} are not where they were: {config.dataset} is gone. Put them back, or "
            f"name their new place: resume {run.name} --data FOLDER."
        )


def move(run: Run, place: str) -> None:
    """Let a run go on with its data at another place, if they are the same.

    Raises ValueError if the pictures, labels or class names there are others, or cannot be opened.
    """
    from ganapp.data import open_dataset

    from .record import data_arguments

    config = run.config().replace(dataset=place)
    dataset = open_dataset(**data_arguments(config))
    before = read_data_record(run)
    if compare(run, config, dataset) and before is not None:
        raise ValueError(
            f"{place} does not hold the data that run {run.name!r} began with, "
            f"{before.count:,} pictures for training of {before.name}: it has {dataset.count:,}, or other ones."
        )
    run.write_config(config)


def _names(names: tuple[str, ...]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
