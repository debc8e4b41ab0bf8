"""How a run begins: the configuration with what only the data and the machine can say, the weights it starts from, checks.

Each function raises ValueError, in one sentence, for what cannot be.
"""

from __future__ import annotations

from pathlib import Path

from ganapp.config import TrainConfig
from ganapp.runs import Run, create_run, nimg_of

# in the names of weights whose shape depends on the number of classes
PER_CLASS = ("embedding", "classes", "proxies", "gain.weight", "bias.weight")


def resolve(config: TrainConfig, dataset, device) -> TrainConfig:
    """The configuration with everything that is only known here: channels, classes, precision, threads."""
    config = config.replace(
        channels=dataset.channels, num_classes=dataset.num_classes if config.conditional and dataset.num_classes else 0
    )
    if config.class_term != "none" and not config.num_classes:
        raise ValueError(f"class_term is {config.class_term!r}, but {config.dataset} has no classes: set it to none.")
    if config.batch > dataset.count:
        raise ValueError(f"batch is {config.batch}, but there are only {dataset.count} training images.")
    from ganapp.training.probe import probe

    precision, threads = probe(config, device)
    return config.replace(precision=precision, threads=threads)


def check_networks(config: TrainConfig) -> None:
    """ValueError, in one sentence, where the networks of a configuration cannot be built. Nothing is allocated."""
    import torch

    from ganapp.networks import build_discriminator, build_generator

    # Neither is known before the data is opened; the arguments do not depend on how many there are.
    config = config.replace(channels=config.channels or 3, num_classes=config.num_classes or 10 * config.conditional)
    with torch.device("meta"):
        build_generator(config.spec())
        build_discriminator(config.spec(), config.d_args)


def check_same_data(config: TrainConfig, dataset) -> None:
    """ValueError where a resume finds data that the networks do not fit."""
    classes = dataset.num_classes if config.num_classes else 0
    if (dataset.channels, classes) != (config.channels, config.num_classes):
        raise ValueError(
            f"{config.dataset} has changed since this run began: it has {classes} classes and {dataset.channels} channels "
            f"now, and had {config.num_classes} and {config.channels}. Start a new run from this one."
        )


def start_from(source: str, state, runs: Path) -> None:
    """Fine-tuning: load G (and D, where source is a run with a saved state) into a new state. ValueError where they do not fit."""

    from ganapp.generators import load_generator
    from ganapp.runs import open_run

    try:
        run = open_run(source, runs)
    except ValueError:
        run = None
    if run is not None and run.states():
        saved = newest_state(run)
        parts = {"G": saved["G"], "D": saved["D"], "ema": saved["ema"]}
    else:
        tensors = load_generator(source, runs=runs).state_dict()
        parts = {"G": tensors, "ema": tensors}
    for name, tensors in parts.items():
        load_fitting(getattr(state, name), tensors, f"{source} ({name})")


def load_fitting(net, tensors: dict, what: str) -> None:
    """Strict, but for what is learned of classes: with another number of classes that starts anew."""
    own = net.state_dict()
    tensors = {
        k: own[k] if any(part in k for part in PER_CLASS) and k in own and own[k].shape != v.shape else v
        for k, v in tensors.items()
    }
    try:
        net.load_state_dict(tensors, strict=True)
    except RuntimeError:
        raise ValueError(
            f"{what} does not fit this configuration: family, resolution, channels, z_dim, g_args and whether there "
            "are classes must be the same."
        ) from None


def newest_state(run: Run, unreadable: dict[Path, str] | None = None) -> dict:
    """The newest of a run's states that can be read, on the CPU; those that cannot go into `unreadable` with their errors."""
    import torch

    for path in run.states():
        try:
            return torch.load(path, map_location="cpu", weights_only=True)
        except Exception as error:  # noqa: BLE001 - the border: bytes that a power cut left raise anything
            if unreadable is not None:
                unreadable[path] = str(error).splitlines()[0] if str(error) else type(error).__name__
    raise ValueError(
        f"none of the saved states of run {run.name!r} can be read. Start a new run from one of its snapshots."
    )


def branch(run: Run, config: TrainConfig, state: Path | None, rollbacks: int = 0) -> Run:
    """A new run that goes on from a state of `run` (None: from its beginning) with another configuration of the same networks.

    It has a copy of the state before it is at work, so that starting it is resuming it: optimizers, averages and counts
    go on. `rollbacks`: how many in a row were made without a person. OSError where the state is gone.
    """
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
