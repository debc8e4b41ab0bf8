"""Algorithm: the players, turns and batch source that make up one way to train.

The driver, the probe and fine-tuning ask algorithm_of(config). A translator with a target for each input is
trained by the GAN's own turns on another source; two sets without pairs have turns of their own (cycle.py,
contrast.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from ganapp.config import TrainConfig
from ganapp.networks import blank_weights

from .batch_source import BatchSource, LatentSource, Real
from .contrast import contrast_memory, contrast_networks, contrast_players, contrast_turns
from .cycle import cycle_memory, cycle_networks, cycle_players, cycle_turns
from .loop import Turn, gan_turns
from .picture_source import degraded_source, one_way_source, paired_source, unpaired_source
from .state import Player, TrainState, gan_class_weights, gan_networks, gan_players


class Algorithm(NamedTuple):
    """One way to train, as functions of a configuration."""

    players: Callable[[TrainConfig, torch.device], dict[str, Player]]
    turns: Callable[[TrainConfig], Sequence[Turn]]
    source: Callable[[TrainConfig, Real, torch.device], BatchSource]
    # (config, player) -> names of the weights whose shape depends on the number of classes
    class_weights: Callable[[TrainConfig, str], set[str]]
    # the networks of the players alone, with weights from the global random state: whether they can be built
    networks: Callable[[TrainConfig], dict[str, nn.Module]]
    # what it remembers between steps besides REMEMBERED: names and tensors that are saved with the state
    memory: Callable[[TrainConfig, torch.device], Mapping[str, Tensor]] = lambda config, device: {}


def latent_source(config: TrainConfig, real: Real, device: torch.device) -> BatchSource:
    return LatentSource(real.images, config.z_dim, device, real.labels)


def no_class_weights(config: TrainConfig, name: str) -> set[str]:
    return set()


GAN = Algorithm(gan_players, gan_turns, latent_source, gan_class_weights, gan_networks)
ALGORITHMS = {
    "noise": GAN,
    "degrade": GAN._replace(source=degraded_source),
    "pairs": GAN._replace(source=paired_source),
    "unpaired": Algorithm(
        cycle_players, cycle_turns, unpaired_source, no_class_weights, cycle_networks, cycle_memory
    ),
}
CONTRAST = Algorithm(
    contrast_players, contrast_turns, one_way_source, no_class_weights, contrast_networks, contrast_memory
)


def algorithm_of(config: TrainConfig) -> Algorithm:
    """The algorithm that a configuration asks for."""
    return CONTRAST if config.contrast else ALGORITHMS[config.task]


def new_state(config: TrainConfig, device: torch.device) -> TrainState:
    """The state of a configuration at 0 images, by its algorithm."""
    algorithm = algorithm_of(config)
    return TrainState.create(
        config, device, algorithm.players(config, device), algorithm.memory(config, device)
    )


def check_networks(config: TrainConfig) -> None:
    """Raise ValueError if the networks of a configuration cannot be built. No random number is drawn."""
    with blank_weights():
        algorithm_of(config).networks(config)
