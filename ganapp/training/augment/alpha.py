"""Colours beside alpha in augmentations: they change only as far as they can be seen.

Works on tensors of training, premultiplied and in [-1, 1]; arrays of bytes are in ganapp/alpha.py.
"""

from __future__ import annotations

import torch
from torch import Tensor


def split_alpha(images: Tensor) -> tuple[Tensor, Tensor]:
    """alpha · s (N, 3, H, W) and alpha (N, 1, H, W) in [0, 1], where s in [-1, 1] is the straight colour.

    images (N, 4, H, W) hold 2 · alpha · (s + 1) / 2 - 1 and 2 · alpha - 1. A change s -> A s + b of colours
    is then x -> A x + alpha b.
    """
    alpha = (images[:, 3:] + 1) / 2
    return images[:, :3] + 1 - alpha, alpha


def join_alpha(colours: Tensor, alpha: Tensor) -> Tensor:
    """Undo `split_alpha`: images (N, 4, H, W)."""
    return torch.cat([colours + alpha - 1, 2 * alpha - 1], 1)
