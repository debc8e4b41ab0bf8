"""augment(images, policy, p): differentiable augmentation of a discriminator's input, image by image.

diffaugment.py has color, translation and cutout of DiffAugment (Zhao 2020, arXiv 2006.10738). ada.py has the
geometry and colour changes of ADA (Karras 2020, arXiv 2006.06676). Random numbers come from the device's
default generator; nothing waits for the device.
"""

from __future__ import annotations

from torch import Tensor

from .ada import COLORS, GEOMETRY, compose, recolor, warp
from .diffaugment import TRANSFORMS


def augment(images: Tensor, policy: str, p: float | Tensor) -> Tensor:
    """Apply each transform of `policy` to each image with probability p, 0 to 1.

    images (N, C, H, W) in [-1, 1] with 1, 3 or 4 channels -> the same shape, possibly outside [-1, 1]. Of 4,
    the colours are premultiplied by alpha, which no change of colours touches. policy:
    names of TRANSFORMS, GEOMETRY and COLORS, joined by commas. These three groups are applied in this order,
    and the names of a group in the order of the policy. The geometry is composed to one resampling, the
    colours to one matrix.
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
