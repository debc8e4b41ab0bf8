"""Bytes of pictures and what networks take and give: the one place where 0 … 255 becomes -1 … 1 and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

HALF = 127.5


def to_unit(pixels: Tensor) -> Tensor:
    """Pixels of any shape, 0 to 255, as float32 in [-1, 1] on the same device."""
    return pixels.float() / HALF - 1


def to_bytes(x: Tensor) -> Tensor:
    """Values of any shape, about in [-1, 1], as uint8 on the same device: rounded to even, clamped."""
    return (x.float() * HALF + HALF).round().clamp(0, 255).byte()
