"""training.augment.draws."""

from __future__ import annotations

import torch
from torch import Tensor


def chosen(values: Tensor, p: float | Tensor, otherwise: float = 0.0) -> Tensor:
    """values (N, ...) for a random share p of the images, `otherwise` for the others."""
    pick = torch.rand(len(values), *[1] * (values.ndim - 1), device=values.device) < p
    return torch.where(pick, values, otherwise)


def uniform(images: Tensor, low: float, high: float, *shape: int) -> Tensor:
    return torch.rand(len(images), *shape, device=images.device) * (high - low) + low


def normal(images: Tensor, std: float, *shape: int) -> Tensor:
    return torch.randn(len(images), *shape, device=images.device) * std


def integers(images: Tensor, low: int, high: int) -> Tensor:
    """(N,) whole numbers of low … high."""
    return torch.randint(low, high + 1, (len(images),), device=images.device)
