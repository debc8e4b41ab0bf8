"""How a run begins: settings that depend on data and machine, the weights it starts from, and checks.

Each function raises ValueError (message fit for the user) if the run cannot begin like this.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ganapp.config import TrainConfig
from ganapp.runs import Run, create_run, nimg_of

from .saved_states import newest_state, whole_state

LEAST_IMAGES = 2  # batch norm and terms that compare images of a batch need two

if TYPE_CHECKING:
    import torch

    from ganapp.data import ImageDataset
    from ganapp.training.state import TrainState


def resolve(config: TrainConfig, dataset: ImageDataset, device: torch.device) -> TrainConfig:
    """The configuration completed from data and machine: channels, num_classes, batch, precision, threads.

    The batch is at most the number of training images, and these are at least LEAST_IMAGES.
    """
    num_classes = dataset.num_classes if config.conditional and dataset.num_classes else 0
    config = config.replace(channels=dataset.channels, num_classes=num_classes)
    if config.class_term != "none" and not config.num_classes:
        raise ValueError(
            f"class_term is {config.class_term!r}, but {config.dataset} has no classes: set it to none."
        )
    if dataset.count < LEAST_IMAGES:
        raise ValueError(f"There is only {dataset.count} training image; at least {LEAST_IMAGES} are needed.")
    config = config.replace(batch=min(config.batch, dataset.count))
    from ganapp.training.probe import probe

    precision, threads = probe(config, device)
    return config.replace(precision=precision, threads=threads)


def notes_on(wanted: TrainConfig, config: TrainConfig, dataset: ImageDataset) -> list[str]:
    """Sentences for the user about what differs from what was asked for, and how the data was read."""
    notes = list(dataset.notes)
    if config.batch != wanted.batch:
        notes.insert(
            0,
            f"The batch is {config.batch} in place of {wanted.batch}: there are only {dataset.count} training images.",
        )
    if dataset.report:
        name, reason = dataset.report[0]
        more = f" and {len(dataset.report) - 1:,} more files" if len(dataset.report) > 1 else ""
        notes.append(f"Left out of the data: {name} ({reason}){more}.")
    return notes


def check_networks(config: TrainConfig) -> None:
    """Raise ValueError if the networks of a configuration cannot be built. Allocates no memory for them."""
    import torch

    from ganapp.networks import build_discriminator, build_generator

    # Channels and classes may not be known before the data is opened. Which arguments are allowed does not
    # depend on them.
    config = config.replace(
        channels=config.channels or 3, num_classes=config.num_classes or 10 * config.conditional
    )
    with torch.device("meta"):
        build_generator(config.spec())
        build_discriminator(config.spec(), config.d_args)


def start_from(source: str, state: TrainState, config: TrainConfig, runs: Path) -> None:
    """Fine-tuning: load the weights of `source`, a run or a generator, into a new state.

    A run with a saved state gives all networks and averages; a generator gives G and its average.
    """
    from ganapp.generators import load_generator
    from ganapp.runs import open_run
    from ganapp.training.algorithm import algorithm_of

    try:
        run = open_run(source, runs)
    except ValueError:
        run = None
    if run is not None and run.states():
        found = newest_state(run)["players"]
    else:
        tensors = load_generator(source, runs=runs).state_dict()
        found = {"G": {"net": tensors, "average": tensors}}
    for name, parts in found.items():
        player, renewed = state[name], algorithm_of(config).class_weights(config, name)
        for net, part in ((player.net, "net"), (player.average, "average")):
            if net is not None:
                load_fitting(net, parts[part], renewed, f"{source} ({name})")


def load_fitting(net: torch.nn.Module, tensors: dict, class_weights: set[str], what: str) -> None:
    """Load weights strictly, except those in `class_weights` if the number of classes differs.

    These keep the values that `net` has. `what` names the source in the message of the ValueError.
    """
    own = net.state_dict()
    fitting = {
        k: own[k] if k in class_weights and k in own and own[k].shape != v.shape else v
        for k, v in tensors.items()
    }
    try:
        net.load_state_dict(fitting, strict=True)
    except RuntimeError:
        raise ValueError(
            f"{what} does not fit this configuration: family, resolution, channels, z_dim, g_args and "
            "whether there are classes must be the same."
        ) from None


def branch(run: Run, config: TrainConfig, state: Path | None, rollbacks: int = 0) -> Run:
    """Create a run that goes on from a state of `run` with another configuration, but the same networks.

    If `state` is None, it goes on from the beginning. The new run gets a copy of the state, so that starting
    it is resuming it: optimizers, averages and counts go on. `rollbacks` is the number of automatic rollbacks
    in a row that led here. A damaged state is replaced by the newest whole one. Raises OSError if the state is
    gone.
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
