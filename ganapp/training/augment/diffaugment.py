"""DiffAugment: color, translation and cutout (Zhao 2020, arXiv 2006.10738, section 3.2).

Each maps images (N, C, H, W) in [-1, 1] and a probability p to images of the same shape. ADA's transforms are
in ada.py.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .alpha import join_alpha, split_alpha
from .draws import chosen, integers, uniform

LEAST_ALPHA = 1e-3  # mean alpha of an image that is taken for an empty one


def color(images: Tensor, p: float | Tensor) -> Tensor:
    """Brightness shifted by -0.5 … 0.5, then saturation times 0 … 2, then contrast times 0.5 … 1.5.

    Premultiplied colours of four channels change as far as they can be seen; alpha stays.
    """
    if images.shape[1] == 4:
        return _color_beside_alpha(images, p)
    x = images + chosen(uniform(images, -0.5, 0.5, 1, 1, 1), p)
    for low, high, dims in ((0.0, 2.0, (1,)), (0.5, 1.5, (1, 2, 3))):
        factor = chosen(uniform(images, low, high, 1, 1, 1), p, 1.0)
        x = x * factor + x.mean(dims, keepdim=True) * (1 - factor)
    return x


def _color_beside_alpha(images: Tensor, p: float | Tensor) -> Tensor:
    """The same on the straight colours of images (N, 4, H, W); contrast is about the mean of what is seen."""
    x, alpha = split_alpha(images)
    x = x + chosen(uniform(images, -0.5, 0.5, 1, 1, 1), p) * alpha
    saturation = chosen(uniform(images, 0.0, 2.0, 1, 1, 1), p, 1.0)
    x = x * saturation + x.mean(1, keepdim=True) * (1 - saturation)
    contrast = chosen(uniform(images, 0.5, 1.5, 1, 1, 1), p, 1.0)
    mean = x.mean((1, 2, 3), keepdim=True) / alpha.mean((1, 2, 3), keepdim=True).clamp(min=LEAST_ALPHA)
    return join_alpha(x * contrast + mean * alpha * (1 - contrast), alpha)


def translation(images: Tensor, p: float | Tensor) -> Tensor:
    """Shift by up to an eighth of the size in both directions; the uncovered border is 0."""
    n, _, h, w = images.shape
    y, keep_y = _source_index(h, chosen(integers(images, -round(h / 8), round(h / 8)), p, 0))
    x, keep_x = _source_index(w, chosen(integers(images, -round(w / 8), round(w / 8)), p, 0))
    image = torch.arange(n, device=images.device)[:, None, None]
    moved = images.permute(0, 2, 3, 1)[image, y[:, :, None], x[:, None, :]].permute(0, 3, 1, 2)
    return moved * (keep_y[:, :, None] & keep_x[:, None, :])[:, None]


def _source_index(size: int, shift: Tensor) -> tuple[Tensor, Tensor]:
    """Where each of `size` positions comes from after a shift (N,), and whether that is inside.

    Both (N, size); the index is clamped to 0 … size - 1.
    """
    source = torch.arange(size, device=shift.device) - shift[:, None]
    return source.clamp(0, size - 1), (source >= 0) & (source < size)


def cutout(images: Tensor, p: float | Tensor) -> Tensor:
    """Set a square of half the size to 0. It may lie partly outside the image."""
    h, w = images.shape[2:]
    rows, columns = _random_half(images, h), _random_half(images, w)
    hole = chosen((rows[:, :, None] & columns[:, None, :]).to(images.dtype), p)
    return images * (1 - hole)[:, None]


def _random_half(images: Tensor, size: int) -> Tensor:
    """(N, size) bool: true on an interval of size / 2 around a random position."""
    width = round(size / 2)
    start = integers(images, 0, size - width % 2)[:, None] - width // 2
    at = torch.arange(size, device=images.device)
    return (at >= start) & (at < start + width)


TRANSFORMS = {"color": color, "translation": translation, "cutout": cutout}
