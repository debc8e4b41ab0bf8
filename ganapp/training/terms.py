"""What the losses of a step are made of: generated images, outputs of discriminators, weighted terms."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import torch
from torch import Tensor, nn

from ganapp.config import TrainConfig
from ganapp.networks import DiscriminatorOutput

from .augment import augment
from .augment.ada import ADA_POLICY
from .losses import path_lengths
from .schedules import noise_level
from .state import TrainState

PATH_DECAY = 0.99  # of the mean path length (Karras 2020 StyleGAN2, section 3.2)

# One term of a loss: its name, its weight, and a function that returns it per image (N,) or 0-dim.
Term = tuple[str, float, Callable[[], Tensor]]
# The loss of one step, and its parts for the log by name; all 0-dim.
Losses = tuple[Tensor, dict[str, Tensor]]


def generate(
    state: TrainState, config: TrainConfig, given: Tensor, y: Tensor | None, player: str = "G"
) -> Tensor:
    """Images (N, C, H, W), float32, that a player generates from its inputs and classes y (N,).

    A translator with noise besides gets z ~ N(0, 1) from the device's random generator.
    """
    noise = ()
    if config.task != "noise" and config.z_dim:
        noise = (torch.randn(len(given), config.z_dim, device=given.device),)
    with autocast(config, given):
        return state[player].net(given, y, *noise).float()


def judge(
    state: TrainState,
    config: TrainConfig,
    images: Tensor,
    y: Tensor | None,
    player: str = "D",
    beside: Tensor | None = None,
) -> DiscriminatorOutput:
    """A discriminator's output, float32, for images (N, C, H, W) after augmentation and instance noise.

    beside: inputs (N, C', H, W) that D sees together with the images (Isola 2017, eq. 1). Both are augmented
    as one picture of C' + C channels.
    """
    images = images if beside is None else torch.cat([beside, images], 1)
    policy, p = {
        "none": ("", 0.0),
        "diffaugment": (config.augment_policy, 1.0),
        "ada": (ADA_POLICY, state.memory.get("aug_p", 0.0)),
    }[config.augment]
    images = augment(images, policy, p)
    level = noise_level(config, state.nimg)
    images = images + level * torch.randn_like(images) if level else images
    with autocast(config, images):
        output = state[player].net(images, y)
    maps = tuple(part.float() for part in output.maps or ())
    return DiscriminatorOutput(*(None if part is None else part.float() for part in output[:3]), maps)


def add_terms(loss: Tensor, terms: list[Term]) -> tuple[Tensor, dict[str, Tensor]]:
    """Add the weighted means of terms to a loss. Returns the sum, and the unweighted means by name.

    Terms whose weight is not positive are not computed.
    """
    stats: dict[str, Tensor] = {}
    for name, weight, term in terms:
        if weight > 0:
            stats[name] = term().mean()
            loss = loss + weight * stats[name]
    return loss, stats


def path_penalty(
    state: TrainState, config: TrainConfig, z: Tensor, y: Tensor | None
) -> tuple[Tensor, Tensor]:
    """Path-length penalty (|Jᵀ n| - a)² of half the batch, (⌈N / 2⌉,), and the new running mean a, 0-dim.

    The mean includes this step's lengths. The caller stores it after the step (Karras 2020 StyleGAN2, eq. 4).
    """
    half = (len(z) + 1) // 2
    with autocast(config, z):
        w = state.G.mapping(z[:half], None if y is None else y[:half])[:, None].expand(-1, state.G.num_ws, -1)
        images = state.G.synthesis(w)
    lengths = path_lengths(images.float(), w)
    mean = state.memory["pl_mean"].lerp(lengths.detach().mean(), 1 - PATH_DECAY)
    return (lengths - mean).square(), mean


def matrices(G: nn.Module) -> list[Tensor]:
    """The weights for orthogonal regularization: two dimensions or more, and no class embeddings."""
    embeddings = {
        id(p) for module in G.modules() if isinstance(module, nn.Embedding) for p in module.parameters()
    }
    return [p for p in G.parameters() if p.ndim > 1 and id(p) not in embeddings]


def autocast(config: TrainConfig, on: Tensor) -> AbstractContextManager:
    """bfloat16 for the operations that allow it, if the configuration's precision is bf16."""
    return torch.autocast(on.device.type, torch.bfloat16, enabled=config.precision == "bf16")
