"""The moving average of a generator's weights, with a half-life in images.

Karras 2018 ProGAN, appendix, section 3.2.
"""

from __future__ import annotations

import copy

import torch
from torch import nn

from ganapp.config import TrainConfig

from .batch_source import BatchSource
from .seeding import step_seed
from .state import TrainState

RAMPUP = 0.05  # upper bound of the half-life, as a share of the images so far: early noise is soon forgotten
# Batch-norm statistics belong to the weights, so they are averaged too.
AVERAGED = ("running_mean", "running_var")


def ema_decay(batch: int, ema_kimg: float, nimg: int) -> float:
    """The weight of the old average after `batch` more images: 0.5 ** (batch / half-life), 0 to 1."""
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


def update_averages(state: TrainState, config: TrainConfig, images: int) -> None:
    """Move every player's average on by the `images` that this step has shown."""
    decay = ema_decay(images, config.ema_kimg, state.nimg)
    for player in state.players.values():
        if player.average is not None:
            update_ema(player.average, player.net, decay)


@torch.no_grad()
def averaged_generator(
    state: TrainState, config: TrainConfig, source: BatchSource, batches: int = 4, player: str = "G"
) -> nn.Module:
    """A copy of a player's average in eval mode, its batch-norm statistics estimated for these weights.

    The estimate is a mean over `batches` batches of 64 random inputs. The training state is left untouched,
    so that looking at a run does not change it: no dropout, no noise, no power iteration, and w_avg stays.
    """
    G = copy.deepcopy(state[player].average)
    norms = [m for m in G.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    if norms:
        rng = torch.Generator().manual_seed(step_seed(config.seed, state.nimg, 2))
        for norm in norms:
            norm.reset_running_stats()
            norm.momentum = None  # a plain mean over the batches
            norm.train()
        for _ in range(batches):
            G(*source.inputs(64, rng, player))
    return G.eval()
