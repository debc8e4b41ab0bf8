"""training.descent."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from ganapp.config import TrainConfig

from .terms import Losses

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

    from ganapp.networks.families.stylegan2 import StyleGAN2Generator
    from ganapp.networks.parts.heads import MinibatchDiscrimination, MinibatchStdDev

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


def descend(
    optimizer: torch.optim.Optimizer, losses: Callable[..., Losses], parts: int, *batch: Tensor | None
) -> dict[str, Tensor]:
    """One optimizer step down losses(*batch), and its statistics, detached.

    In `parts` where the batch does not fit into memory: gradients and statistics of the parts add up to those of the whole,
    because all are means over images (what is not: begin.needs_whole_batch).
    """
    size = len(batch[0])
    optimizer.zero_grad(set_to_none=True)
    whole: dict[str, Tensor] = {}
    for start in range(0, size, -(-size // parts)):
        part = [None if t is None else t[start : start + -(-size // parts)] for t in batch]
        total, stats = losses(*part)
        share = len(part[0]) / size
        (share * total).backward()
        for name, value in stats.items():
            whole[name] = whole.get(name, 0.0) + share * value.detach()
    optimizer.step()
    return whole


@torch.no_grad()
def clip_weights(D: nn.Module, bound: float) -> None:
    """All parameters to [-bound, bound] (Arjovsky 2017, algorithm 1); 0 leaves them alone."""
    if bound:
        for p in D.parameters():
            p.clamp_(-bound, bound)
