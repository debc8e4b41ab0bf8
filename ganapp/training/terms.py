"""training.terms."""

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
Term = tuple[str, float, Callable[[], Tensor]]  # name, weight, and what it is the weight of
Losses = tuple[Tensor, dict[str, Tensor]]  # what a step makes small, and what its parts are, by name; all 0-dim


# -- the parts of a step ------------------------------------------------------------------------------------------------


def generate(state: TrainState, config: TrainConfig, z: Tensor, y: Tensor | None) -> Tensor:
    """Images (N, C, H, W) in float32."""
    with autocast(config, z):
        return state.G(z, y).float()


def judge(state: TrainState, config: TrainConfig, images: Tensor, y: Tensor | None) -> DiscriminatorOutput:
    """What D says of images, in float32; on the way they are augmented, then made noisy."""
    policy, p = {
        "none": ("", 0.0),
        "diffaugment": (config.augment_policy, 1.0),
        "ada": (ADA_POLICY, state.aug_p),
    }[config.augment]
    images = augment(images, policy, p)
    level = noise_level(config, state.nimg)
    images = images + level * torch.randn_like(images) if level else images
    with autocast(config, images):
        output = state.D(images, y)
    return DiscriminatorOutput(*(None if part is None else part.float() for part in output))


def add_terms(loss: Tensor, terms: list[Term]) -> tuple[Tensor, dict[str, Tensor]]:
    """loss plus the weighted means of all terms that have a weight, and those means without it, by name."""
    stats: dict[str, Tensor] = {}
    for name, weight, term in terms:
        if weight > 0:
            stats[name] = term().mean()
            loss = loss + weight * stats[name]
    return loss, stats


def path_penalty(state: TrainState, config: TrainConfig, z: Tensor, y: Tensor | None) -> Tensor:
    """(|Jᵀ n| - a)² of half of the batch, a being the running mean of |Jᵀ n| (Karras 2020 StyleGAN2, eq. 4)."""
    half = (len(z) + 1) // 2
    with autocast(config, z):
        w = state.G.mapping(z[:half], None if y is None else y[:half])[:, None].expand(-1, state.G.num_ws, -1)
        images = state.G.synthesis(w)
    lengths = path_lengths(images.float(), w)
    state.pl_mean.lerp_(lengths.detach().mean(), 1 - PATH_DECAY)
    return (lengths - state.pl_mean).square()


def matrices(G: nn.Module) -> list[Tensor]:
    """The weights that orthogonal regularization is for: all with two dimensions or more, embeddings of classes excepted."""
    embeddings = {id(p) for module in G.modules() if isinstance(module, nn.Embedding) for p in module.parameters()}
    return [p for p in G.parameters() if p.ndim > 1 and id(p) not in embeddings]


def autocast(config: TrainConfig, on: Tensor) -> AbstractContextManager:
    return torch.autocast(on.device.type, torch.bfloat16, enabled=config.precision == "bf16")
