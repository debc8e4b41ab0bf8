"""How a run begins: settings that depend on data and machine, checks, and branches of other runs.

The weights that it starts from are in fine_tuning.py. Each function raises ValueError (message fit for the
user) if the run cannot begin like this.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganapp.config import TrainConfig
from ganapp.runs import Run, create_run, nimg_of

from . import fine_tuning
from .saved_states import whole_state

LEAST_IMAGES = 2  # batch norm and terms that compare images of a batch need two

if TYPE_CHECKING:
    import torch

    from .opening import Sets


def resolve(config: TrainConfig, sets: Sets, device: torch.device) -> TrainConfig:
    """The configuration completed from data and machine: channels, num_classes, batch, precision, threads.

    The batch is at most the number of training images of either set, and these are at least LEAST_IMAGES.
    """
    dataset, fewest = sets.dataset, min(each.count for each in sets.opened())
    num_classes = dataset.num_classes if config.learns_classes else 0
    in_channels = 0 if config.task == "noise" else dataset.in_channels or dataset.channels
    config = config.replace(channels=dataset.channels, num_classes=num_classes, in_channels=in_channels)
    if config.class_term != "none" and not config.num_classes:
        raise ValueError(
            f"class_term is {config.class_term!r}, but {config.dataset!r} has no classes: set it to none."
        )
    if fewest < LEAST_IMAGES:
        raise ValueError(f"There is only {fewest} training image; at least {LEAST_IMAGES} are needed.")
    config = config.replace(batch=min(config.batch, fewest))
    from ganapp.training.probe import probe

    precision, threads = probe(config, device)
    return config.replace(precision=precision, threads=threads)


def notes_on(wanted: TrainConfig, config: TrainConfig, sets: Sets) -> list[str]:
    """Sentences for the user about what differs from what was asked for, and how the data was read."""
    notes = [note for dataset in sets.opened() for note in dataset.notes]
    if config.batch != wanted.batch:
        why = f"there are only {config.batch} training images"
        notes.insert(0, f"The batch is {config.batch} in place of {wanted.batch}: {why}.")
    for report in (dataset.report for dataset in sets.opened() if dataset.report):
        name, reason = report[0]
        more = f" and {len(report) - 1:,} more files" if len(report) > 1 else ""
        notes.append(f"Left out of the data: {name} ({reason}){more}.")
    return list(dict.fromkeys(notes))  # what is true of both sets is said once


def check(config: TrainConfig, runs: str | Path) -> None:
    """Check what can be checked before a run is created: its networks, and the weights it starts from."""
    check_networks(config)
    if config.start_from:
        fine_tuning.check_source(config, runs)


def check_networks(config: TrainConfig) -> None:
    """Raise ValueError if the networks of a configuration cannot be built."""
    from ganapp.training import algorithm

    # Channels and classes may not be known before the data is opened. Which arguments are allowed does not
    # depend on them.
    config = config.replace(
        channels=config.channels or 3, num_classes=config.num_classes or 10 * config.learns_classes
    )
    if config.task != "noise":
        config = config.replace(in_channels=config.in_channels or config.channels)
    algorithm.check_networks(config)


def branch(run: Run, config: TrainConfig, state: Path | None, rollbacks: int = 0) -> Run:
    """Create a run that goes on from a state of `run` with another configuration, but the same networks.

    If `state` is None, it goes on from the beginning. The new run gets a copy of the state, so that starting
    it is resuming it: optimizers, averages and counts go on. `rollbacks` is the number of automatic rollbacks
    in a row that led here. A damaged state is replaced by the newest whole one. Raises OSError if the state
    is gone.
    """
    state = whole_state(run, state) if state else None
    nimg = nimg_of(state) if state else 0
    child = create_run(run.path.parent, config.replace(parent=run.name, from_nimg=nimg))
    try:
        if state:
            child.adopt_state(state)
    except OSError:
        child.delete()
        raise
    child.write_status(nimg=nimg, rollbacks=rollbacks)
    return child
