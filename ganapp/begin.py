"""How a run begins: the configuration with what only the data and the machine can say, the weights it starts from, checks.

Each function raises ValueError, in one sentence, for what cannot be.
"""

from __future__ import annotations

from pathlib import Path

from .config import TrainConfig
from .runs import Run

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
    from .probe import probe

    precision, threads = probe(config, device)
    return config.replace(precision=precision, threads=threads)


def check_networks(config: TrainConfig) -> None:
    """ValueError, in one sentence, where the networks of a configuration cannot be built. Nothing is allocated."""
    import torch

    from .models import build_discriminator, build_generator

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

    from .runs import open_run
    from .weights import load_generator

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


def check_finite(state) -> None:
    """ArithmeticError where a weight is not a finite number: the losses show it one step late, after a save."""
    import torch

    tensors = [t for net in (state.G, state.D, state.ema) for t in net.state_dict().values() if t.is_floating_point()]
    if not torch.stack([t.isfinite().all() for t in tensors]).all():
        raise ArithmeticError(not_finite("a weight", state.nimg))


def not_finite(what: str, nimg: int) -> str:
    return (
        f"{what} was no longer a finite number at {nimg:,} images; the last save is from before. "
        "Start again from it with a lower learning rate."
    )


def parameter_count(net) -> int:
    return sum(parameter.numel() for parameter in net.parameters())
