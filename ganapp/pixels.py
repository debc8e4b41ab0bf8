"""Bytes of pictures and what networks take and give: the one place where 0 … 255 becomes -1 … 1 and back.

Both functions take tensors and arrays of any shape, and give the same kind on the same device.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

HALF = 127.5
Pixels = TypeVar("Pixels", np.ndarray, "Tensor")


def to_unit(pixels: Pixels) -> Pixels:
    """Pixels, 0 to 255, as float32 in [-1, 1]."""
    values = pixels.astype(np.float32) if isinstance(pixels, np.ndarray) else pixels.float()
    return values / HALF - 1


def to_bytes(x: Pixels) -> Pixels:
    """Values, about in [-1, 1], as uint8: rounded to even, clamped."""
    if isinstance(x, np.ndarray):
        return (x.astype(np.float32) * HALF + HALF).round().clip(0, 255).astype(np.uint8)
    return (x.float() * HALF + HALF).round().clamp(0, 255).byte()
