"""training.augment.diffaugment."""

from __future__ import annotations

import torch
from torch import Tensor

from .draws import chosen, integers, uniform

# -- DiffAugment --------------------------------------------------------------------------------------------------------


def color(images: Tensor, p: float | Tensor) -> Tensor:
    """Brightness by ±0.5, then saturation by 0 … 2, then contrast by 0.5 … 1.5."""
    x = images + chosen(uniform(images, -0.5, 0.5, 1, 1, 1), p)
    for low, high, dims in ((0.0, 2.0, (1,)), (0.5, 1.5, (1, 2, 3))):
        factor = chosen(uniform(images, low, high, 1, 1, 1), p, 1.0)
        x = x * factor + x.mean(dims, keepdim=True) * (1 - factor)
    return x


def translation(images: Tensor, p: float | Tensor) -> Tensor:
    """A move by up to an eighth of the size; what comes in is 0."""
    n, _, h, w = images.shape
    y, keep_y = _moved(h, chosen(integers(images, -round(h / 8), round(h / 8)), p, 0))
    x, keep_x = _moved(w, chosen(integers(images, -round(w / 8), round(w / 8)), p, 0))
    image = torch.arange(n, device=images.device)[:, None, None]
    moved = images.permute(0, 2, 3, 1)[image, y[:, :, None], x[:, None, :]].permute(0, 3, 1, 2)
    return moved * (keep_y[:, :, None] & keep_x[:, None, :])[:, None]


def _moved(size: int, shift: Tensor) -> tuple[Tensor, Tensor]:
    """Where each of `size` places comes from (N, size), and whether that is inside."""
    source = torch.arange(size, device=shift.device) - shift[:, None]
    return source.clamp(0, size - 1), (source >= 0) & (source < size)


def cutout(images: Tensor, p: float | Tensor) -> Tensor:
    """A square of half the size, anywhere, also partly outside, becomes 0."""
    h, w = images.shape[2:]
    rows, columns = _strip(images, h), _strip(images, w)
    hole = chosen((rows[:, :, None] & columns[:, None, :]).to(images.dtype), p)
    return images * (1 - hole)[:, None]


def _strip(images: Tensor, size: int) -> Tensor:
    """(N, size) bool: half of the places, around a random one."""
    width = round(size / 2)
    start = integers(images, 0, size - width % 2)[:, None] - width // 2
    at = torch.arange(size, device=images.device)
    return (at >= start) & (at < start + width)


TRANSFORMS = {"color": color, "translation": translation, "cutout": cutout}
