"""Descent: one optimizer step down a loss, in micro-batches if memory does not hold the batch.

needs_whole_batch names what forbids micro-batches: whatever makes one image's loss depend on the others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from ganapp.config import TrainConfig

from .terms import Losses

# Losses and terms in which one image's part depends on the other images of its batch.
BATCH_TERMS = {
    "the loss relativistic_average": lambda c: c.loss == "relativistic_average",
    "feature matching": lambda c: c.feature_matching > 0 and not c.sees_input,
    "the contrastive term": lambda c: c.class_term in ("contrastive", "d2d_ce"),
    "path length": lambda c: c.path_length > 0,
}


def descend(
    optimizers: Sequence[torch.optim.Optimizer],
    losses: Callable[..., Losses],
    parts: int,
    *batch: Tensor | None,
) -> dict[str, Tensor]:
    """Take one step of the optimizers down losses(*batch). Returns the statistics of the loss, detached.

    The batch is processed in at most `parts` micro-batches of equal size; the last may be smaller. Their
    gradients and statistics add up to those of the whole batch, since all are means over images (for the
    exceptions see needs_whole_batch).
    """
    size = len(batch[0])
    for optimizer in optimizers:
        optimizer.zero_grad(set_to_none=True)
    whole: dict[str, Tensor] = {}
    step = -(-size // parts)
    for start in range(0, size, step):
        part = [None if t is None else t[start : start + step] for t in batch]
        total, stats = losses(*part)
        share = len(part[0]) / size
        (share * total).backward()
        for name, value in stats.items():
            whole[name] = whole.get(name, 0.0) + share * value.detach()
    for optimizer in optimizers:
        optimizer.step()
    return whole


def needs_whole_batch(config: TrainConfig, *nets: nn.Module) -> str:
    """What prevents splitting a batch into micro-batches with the same result; "" if nothing does.

    Layers of this package say so in their class attribute `whole_batch`, a name fit for a message.
    """
    from torch.nn.modules.batchnorm import _BatchNorm
    from torch.nn.utils.parametrizations import _SpectralNorm

    # Spectral norm takes a step of power iteration with each forward pass, and micro-batches are more passes.
    layers = {_BatchNorm: "batch normalization", _SpectralNorm: "spectral normalization"}
    found = [what for what, applies in BATCH_TERMS.items() if applies(config)]
    for module in (module for net in nets for module in net.modules()):
        found += [what for layer, what in layers.items() if isinstance(module, layer)]
        found += [module.whole_batch] if getattr(module, "whole_batch", "") else []
    return found[0] if found else ""


def smaller_parts(config: TrainConfig, parts: int, *nets: nn.Module) -> int:
    """The number of micro-batches to try after memory ran out with `parts`.

    Raises ValueError (message fit for the user) if the batch cannot be split, or not further.
    """
    half = max(config.batch // 2, 1)
    if what := needs_whole_batch(config, *nets):
        raise ValueError(
            f"There is not enough memory for a batch of {config.batch}, and {what} looks at the whole batch, "
            f"so that it cannot be split; try {half}."
        )
    if math.ceil(config.batch / parts) == 1:
        raise ValueError(
            "There is not enough memory even for one image at a time; try narrower networks or fewer pixels."
        )
    return parts * 2


@torch.no_grad()
def clip_weights(D: nn.Module, bound: float) -> None:
    """Clip all parameters to [-bound, bound] (Arjovsky 2017, algorithm 1). A bound of 0 leaves them alone."""
    if bound:
        for p in D.parameters():
            p.clamp_(-bound, bound)
