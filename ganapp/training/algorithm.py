"""Algorithm: the players, turns and batch source that make up one way to train.

The driver, the probe and fine-tuning ask algorithm_of(config). The only algorithm today is the GAN; another
one is another Algorithm and a choice in algorithm_of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from ganapp.config import TrainConfig

from .batch_source import BatchSource, LatentSource
from .loop import Turn, gan_turns
from .state import Player, gan_class_weights, gan_players

# (nimg, size) -> real images (N, C, H, W) in [-1, 1] and labels (N,) or None
Images = Callable[[int, int], tuple[Tensor, Tensor | None]]


class Algorithm(NamedTuple):
    """One way to train, as four functions of a configuration."""

    players: Callable[[TrainConfig, torch.device], dict[str, Player]]
    turns: Callable[[TrainConfig], Sequence[Turn]]
    # (config, images, labels (M,) of the whole data or None, device)
    source: Callable[[TrainConfig, Images, Tensor | None, torch.device], BatchSource]
    # (config, player) -> names of the weights whose shape depends on the number of classes
    class_weights: Callable[[TrainConfig, str], set[str]]


def latent_source(
    config: TrainConfig, images: Images, labels: Tensor | None, device: torch.device
) -> BatchSource:
    return LatentSource(images, config.z_dim, device, labels)


GAN = Algorithm(gan_players, gan_turns, latent_source, gan_class_weights)


def algorithm_of(config: TrainConfig) -> Algorithm:
    """The algorithm that a configuration asks for."""
    return GAN
