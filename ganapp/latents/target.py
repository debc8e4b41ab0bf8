"""Pictures as targets of a fit: between uint8 (H, W, C) and tensors, and how far two are apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ganapp.alpha import premultiplied, straight
from ganapp.pixels import to_bytes, to_unit

from .spaces import device_of

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

SMALLEST = 8  # pixels of a side of the coarsest level of the pyramid


def target_of(G: Module, picture: np.ndarray, factor: int = 1) -> Tensor:
    """A picture uint8 (H, W, C) as float (1, C, H, W) in [-1, 1], as the network of G would make it.

    factor: how many times smaller it is than the pictures of G. Raises ValueError (message fit for the user)
    if it has another type or shape.
    """
    import torch

    side, channels = G.spec.resolution // factor, G.spec.channels
    picture = np.asarray(picture)
    if picture.dtype != np.uint8 or picture.shape != (side, side, channels):
        raise ValueError(
            f"The picture is {picture.dtype} {' × '.join(map(str, picture.shape))} (height, width, "
            f"channels); here it must be uint8 {side} × {side} × {channels}."
        )
    if channels == 4 and G.spec.premultiplied:
        picture = premultiplied(picture, axis=2)
    x = torch.tensor(picture).permute(2, 0, 1)[None]
    return to_unit(x.to(device_of(G)))


def picture_of(G: Module, x: Tensor) -> np.ndarray:
    """One picture (C, H, W), about in [-1, 1], as uint8 (H, W, C), as drawing.py makes it."""

    made = to_bytes(x.detach()).permute(1, 2, 0).cpu().numpy()
    return straight(made[None])[0] if G.spec.channels == 4 and G.spec.premultiplied else made


def pyramid(a: Tensor, b: Tensor) -> Tensor:
    """Mean absolute difference of (N, C, H, W), averaged over 1, 1/2, 1/4 … of the size: (N,)."""
    import torch.nn.functional as F

    difference, levels = a - b, []  # averaging is linear: one pyramid, of the difference
    while True:
        levels.append(difference.abs().mean((1, 2, 3)))
        if min(difference.shape[2:]) < 2 * SMALLEST:
            return sum(levels) / len(levels)
        difference = F.avg_pool2d(difference, 2)


def psnr(a: np.ndarray, b: np.ndarray) -> float:
    """Peak signal to noise ratio of two uint8 pictures of one shape, in dB over all values; inf if equal."""
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return float(10 * np.log10(255**2 / error)) if error else float("inf")
