"""augment(images, policy, p): differentiable augmentation of what a discriminator sees, each image by itself.

DiffAugment (Zhao 2020, arXiv 2006.10738): color, translation, cutout. ADA (Karras 2020, arXiv 2006.06676, appendix B): flips,
moves, scales and rotations composed to one map of coordinates, and colour changes to one matrix. Random numbers are the
device's default ones; nothing waits for the device.
"""

from __future__ import annotations

from torch import Tensor

from .ada import COLORS, GEOMETRY, compose, recolor, warp
from .diffaugment import TRANSFORMS


def augment(images: Tensor, policy: str, p: float | Tensor) -> Tensor:
    """images (N, C, H, W) in [-1, 1], 1 or 3 channels -> the same shape, each transform with probability p for each image.

    policy: names of TRANSFORMS, GEOMETRY and COLORS, joined by commas, in the order of use within each of the three.
    """
    names = policy.split(",") if policy else []
    for name in names:
        if name in TRANSFORMS:
            images = TRANSFORMS[name](images, p)
    maps = [GEOMETRY[name](images, p) for name in names if name in GEOMETRY]
    if maps:
        images = warp(images, compose(maps))
    colors = [COLORS[name](images, p) for name in names if name in COLORS]
    if colors:
        images = recolor(images, compose(colors[::-1]))
    return images
