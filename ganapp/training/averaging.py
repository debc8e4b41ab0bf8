"""The moving average of a generator's weights, with a half-life in images (Karras 2018, section 3.2 of ProGAN's appendix)."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from ganapp.config import TrainConfig

from .seeding import step_seed
from .state import TrainState

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


@torch.no_grad()
def averaged_generator(
    state: TrainState, config: TrainConfig, draw_labels: Tensor | None, batches: int = 4
) -> nn.Module:
    """A copy of the averaged generator, in eval mode, with batch-norm statistics estimated anew for ITS weights.

    Nothing else is as in training meanwhile: no dropout, no noise, no power iteration, w_avg as it was. The training state is left untouched, so that looking at a run does not change it. draw_labels (M,) are classes as
    the data has them, or None.
    """
    G = copy.deepcopy(state.ema)
    norms = [m for m in G.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    if norms:
        device = next(G.parameters()).device
        rng = torch.Generator().manual_seed(step_seed(config.seed, state.nimg, 2))
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # a plain average over the batches
            norm.train()
        for _ in range(batches):
            y = None
            if draw_labels is not None:
                y = draw_labels[torch.randint(len(draw_labels), (64,), generator=rng).to(draw_labels.device)]
            G(torch.randn(64, config.z_dim, generator=rng).to(device), y)
    return G.eval()
