"""How a run begins: the configuration with what only the data and the machine can say, the weights it starts from, checks.

Each function raises ValueError, in one sentence, for what cannot be.
"""

from __future__ import annotations

import math
from pathlib import Path

from .config import TrainConfig
from .runs import Run, create_run, nimg_of

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


class NotFinite(ArithmeticError):
    """Numbers that stopped being numbers: `what`, noticed at `nimg` images."""

    def __init__(self, what: str, nimg: int):
        super().__init__(
            f"{what} was no longer a finite number at {nimg:,} images; the last save is from before. "
            "Start again from it with a lower learning rate."
        )
        self.what, self.nimg = what, nimg


def check_finite(state) -> None:
    """NotFinite where a weight, or what an optimizer remembers, is none: the losses show it one step late, after a save."""
    import torch

    saved = state.state_dict()
    for part, what in (
        ("G", "a weight"),
        ("D", "a weight"),
        ("ema", "a weight"),
        ("g_opt", "an optimizer"),
        ("d_opt", "an optimizer"),
    ):
        tensors = [t for t in tensors_in(saved[part]) if t.is_floating_point()]
        if tensors and not torch.stack([t.isfinite().all().to(state.aug_p.device) for t in tensors]).all():
            raise NotFinite(what, state.nimg)


def tensors_in(tree) -> list:
    """All tensors in nested dicts and lists."""
    if isinstance(tree, dict):
        tree = list(tree.values())
    if isinstance(tree, list):
        return [tensor for part in tree for tensor in tensors_in(part)]
    return [tree] if hasattr(tree, "is_floating_point") else []


# losses and terms of which an image's part depends on the other images of its batch
BATCH_TERMS = {
    "the loss relativistic_average": lambda c: c.loss == "relativistic_average",
    "feature matching": lambda c: c.feature_matching > 0,
    "the contrastive term": lambda c: c.class_term in ("contrastive", "d2d_ce"),
    "path length": lambda c: c.path_length > 0,
}


def needs_whole_batch(config: TrainConfig, *nets) -> str:
    """What keeps a batch from being worked through in parts with the same result ("": nothing)."""
    from torch.nn.modules.batchnorm import _BatchNorm
    from torch.nn.utils.parametrizations import _SpectralNorm

    from .models.layers import MinibatchDiscrimination, MinibatchStdDev
    from .models.stylegan2 import StyleGAN2Generator

    layers = {
        _BatchNorm: "batch normalization",
        MinibatchStdDev: "minibatch deviation",
        MinibatchDiscrimination: "minibatch discrimination",
        _SpectralNorm: "spectral normalization",  # it moves on with each pass, and parts are more passes
        StyleGAN2Generator: "the average of styles",  # so does that
    }
    found = [what for what, applies in BATCH_TERMS.items() if applies(config)]
    for module in (module for net in nets for module in net.modules()):
        found += [what for layer, what in layers.items() if isinstance(module, layer)]
    return found[0] if found else ""


def smaller_parts(config: TrainConfig, parts: int, *nets) -> int:
    """In how many parts to try a batch for whose `parts` there was not enough memory. ValueError where more do not help."""
    half = max(config.batch // 2, 1)
    if what := needs_whole_batch(config, *nets):
        raise ValueError(
            f"There is not enough memory for a batch of {config.batch}, and {what} looks at the whole batch, so that it "
            f"cannot be split; try {half}."
        )
    if math.ceil(config.batch / parts) == 1:
        raise ValueError(
            "There is not enough memory even for one image at a time; try narrower networks or fewer pixels."
        )
    return parts * 2


def parameter_count(net) -> int:
    return sum(parameter.numel() for parameter in net.parameters())
