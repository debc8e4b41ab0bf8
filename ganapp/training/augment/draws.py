"""Random numbers of augmentations, one draw per image, from the default generator of its device.

`images` (N, C, H, W) gives only the number N and the device. Further dimensions are those of `shape`.
"""

from __future__ import annotations

import torch
from torch import Tensor


def chosen(values: Tensor, p: float | Tensor, otherwise: float = 0.0) -> Tensor:
    """values (N, ...), each replaced by `otherwise` with probability 1 - p."""
    pick = torch.rand(len(values), *[1] * (values.ndim - 1), device=values.device) < p
    return torch.where(pick, values, otherwise)


def uniform(images: Tensor, low: float, high: float, *shape: int) -> Tensor:
    """(N, *shape) uniform in [low, high)."""
    return torch.rand(len(images), *shape, device=images.device) * (high - low) + low


def normal(images: Tensor, std: float, *shape: int) -> Tensor:
    """(N, *shape) normal with mean 0 and standard deviation `std`."""
    return torch.randn(len(images), *shape, device=images.device) * std


def integers(images: Tensor, low: int, high: int) -> Tensor:
    """(N,) int64 uniform in low … high, both included."""
    return torch.randint(low, high + 1, (len(images),), device=images.device)
