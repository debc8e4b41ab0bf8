"""The moving average of a generator's weights, with a half-life in images (Karras 2018, section 3.2 of ProGAN's appendix)."""

from __future__ import annotations

import torch
from torch import nn

RAMPUP = 0.05  # early on the half-life is this share of the images so far, so that the average is never of noise
AVERAGED = ("running_mean", "running_var")  # batch-norm statistics belong to the weights, so that they lag as these do


def ema_decay(batch: int, ema_kimg: float, nimg: int) -> float:
    """The weight of the old average after `batch` images: 0.5 ** (batch / half-life)."""
    half_life = min(ema_kimg * 1000, nimg * RAMPUP)
    return 0.5 ** (batch / half_life) if half_life > 0 else 0.0


@torch.no_grad()
def update_ema(average: nn.Module, model: nn.Module, decay: float) -> None:
    """average ← decay · average + (1 - decay) · model, for parameters and batch-norm statistics.

    All other buffers (spectral norm's vectors, w_avg, growth, constant noise) are copied.
    """
    old, new = [*average.parameters()], [*model.parameters()]
    for (name, old_buffer), (_, buffer) in zip(average.named_buffers(), model.named_buffers(), strict=True):
        if name.endswith(AVERAGED):
            old.append(old_buffer), new.append(buffer)
        else:
            old_buffer.copy_(buffer)
    torch._foreach_lerp_(old, new, 1 - decay)
