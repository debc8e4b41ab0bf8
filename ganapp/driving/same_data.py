"""Whether a resumed run finds the data it began with, and how it goes on where they were moved.

A run learns from one set or from two (`Sets`), which lie in one or two places (`PLACES`).

Each function raises ValueError (message fit for the user) if the run cannot go on with what is there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from ganapp.config import TrainConfig
from ganapp.runs import DataRecord, Run, generators_in, read_data_record, write_data_record

from .data_names import PLACES, stored_name

if TYPE_CHECKING:
    from ganapp.data import ImageDataset

    from .opening import Sets

MOST_NAMES = 6  # class names in a sentence


def remember(run: Run, sets: Sets) -> None:
    """Write down what the data of a run are, at its first start."""
    write_data_record(run, _record_of(sets.dataset, sets.inputs))


def _record_of(dataset: ImageDataset, inputs: ImageDataset | None = None) -> DataRecord:
    about = (dataset.name, dataset.class_names, dataset.count, dataset.fingerprint)
    return DataRecord(*about, _record_of(inputs) if inputs is not None else None)


def check_same_shape(config: TrainConfig, dataset: ImageDataset) -> None:
    """Raise ValueError if the data have other numbers of classes or channels than the networks."""
    classes = dataset.num_classes if config.num_classes else 0
    if (dataset.channels, classes) != (config.channels, config.num_classes):
        raise ValueError(
            f"{config.dataset!r} has changed since this run began: it has {classes} classes and "
            f"{dataset.channels} channels now, and had {config.num_classes} and {config.channels}. "
            "Start a new run from this one."
        )


def compare(run: Run, config: TrainConfig, sets: Sets) -> str:
    """Sentences about what changed in the data since the first start, "" if nothing did.

    Raises ValueError if classes or channels are others than before. A run whose record says nothing of a set
    remembers it now: one of version 0.3 (its newest snapshot tells its classes), or whose file is damaged.
    """
    check_same_shape(config, sets.dataset)
    before, now = read_data_record(run), _record_of(*sets)
    classes = before.classes if before else _classes_of_snapshot(run)
    if config.num_classes and classes is not None:
        _check_same_classes(config.dataset, now.classes, classes)
    if before is None or (before.inputs is None and now.inputs is not None):
        write_data_record(run, before._replace(inputs=now.inputs) if before else now)
    return " ".join(_changes(before, now))


def _changes(before: DataRecord | None, now: DataRecord | None) -> list[str]:
    """A sentence for each set whose pictures are others than before; what was not recorded is none."""
    if before is None or now is None:
        return []
    sentence = (
        f"The pictures in {now.name} are not those that this run began with: "
        f"{now.count:,} for training now, {before.count:,} then."
    )
    changed = [sentence] if before.fingerprint != now.fingerprint else []
    return changed + _changes(before.inputs, now.inputs)


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
    """Whether data of a run that has begun are a file or folder that is gone."""
    try:
        config = run.config()
    except (OSError, ValueError):  # the configuration is damaged, or a newer version wrote it
        return False
    return bool(_gone(config)) and bool(run.states())


def _gone(config: TrainConfig) -> list[str]:
    """The PLACES of a configuration that name a file or folder that is gone."""
    from ganapp.data import BUILT_IN, HUB

    named = {field: getattr(config, field) for field in PLACES if getattr(config, field)}
    paths = {field: p for field, p in named.items() if p not in BUILT_IN and not p.startswith(HUB)}
    return [field for field, path in paths.items() if not os.path.exists(os.path.expanduser(path))]


def check_there(run: Run, config: TrainConfig) -> None:
    """Raise ValueError if data of a run that has begun are a file or folder that is gone."""
    if are_data_gone(run):
        gone = getattr(config, _gone(config)[0])
        raise ValueError(
            f"the data of run {run.name!r} are not where they were: {gone!r} is gone. Put them "
            "back, or name their new place: Choose the folder on the page, or "
            f"resume {run.name} --data FOLDER."
        )


def move(run: Run, place: str) -> None:
    """Let a run go on with its data at another place, if they are the same.

    Of data in two places it is the one that is gone, else the one whose pictures are there; where both are
    gone, the other is also looked for beside it, as they lay before. Raises ValueError if the pictures,
    labels or class names there are others, or cannot be opened.
    """
    place = stored_name(place)
    errors = []
    for config in _moved(run.config(), place):
        try:
            _check_moved(run, config, place)
        except ValueError as error:
            errors.append(error)
        else:
            return run.write_config(config)
    raise errors[0]


def _moved(config: TrainConfig, place: str) -> Iterator[TrainConfig]:
    """The configurations that moved data may have, likeliest first."""
    gone = _gone(config)
    fields = gone or [field for field in PLACES if getattr(config, field)]
    if len(gone) == len(PLACES):
        for field, other in (PLACES, PLACES[::-1]):
            way = os.path.relpath(getattr(config, other), getattr(config, field))
            beside = os.path.normpath(os.path.join(place, way))
            if os.path.exists(beside):
                yield config.replace(**{field: place, other: beside})
    for field in fields:
        yield config.replace(**{field: place})


def _check_moved(run: Run, config: TrainConfig, place: str) -> None:
    """Raise ValueError if what a configuration names are not the data that a run began with.

    A set that is still gone is not looked at: it is named next.
    """
    from ganapp.data import open_dataset

    from .opening import Sets, data_arguments, input_arguments

    gone = _gone(config)
    before, inputs = read_data_record(run), input_arguments(config)
    now = then = None
    if not (inputs and "dataset_b" in gone):
        dataset = open_dataset(**data_arguments(config))
        if compare(run, config, Sets(dataset)):
            now, then = dataset, before
    if inputs and "dataset" not in gone:
        dataset = open_dataset(**inputs)
        if _changes(before.inputs if before else None, _record_of(dataset)):
            now, then = dataset, before.inputs
    if then is not None:
        raise ValueError(
            f"{place!r} does not hold the data that run {run.name!r} began with, {then.count:,} pictures "
            f"for training of {then.name}: it has {now.count:,}, or other ones."
        )


def _names(names: tuple[str, ...]) -> str:
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
