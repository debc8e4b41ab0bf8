"""ADA's augmentations: geometry as one map of coordinates, colour as one matrix.

Karras 2020 ADA, appendix B. These are the categories blit, geometry and colour of the published code ("bgc");
image-space filters, noise and cutout are not here. The transforms take images (N, C, H, W), for their size
and device only, and a probability p. They return matrices; `warp` and `recolor` apply these.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from .alpha import join_alpha, split_alpha
from .draws import chosen, integers, normal, uniform

ADA_POLICY = "xflip,rotate90,xint,scale,rotate,aniso,rotate,xfrac,brightness,contrast,lumaflip,hue,saturation"


# -- geometry ------------------------------------------------------------------------------------------------
# Each returns maps (N, 3, 3) from positions in the new image to positions in the old one, homogeneous
# coordinates (x, y, 1) in pixels from the centre. They are inverses of what the image undergoes.


def xflip(images: Tensor, p: float | Tensor) -> Tensor:
    """Mirror left to right, or not, with equal chance."""
    flip = chosen(integers(images, 0, 1), p, 0)
    return scaling(1.0 - 2 * flip, torch.ones_like(flip))


def rotate90(images: Tensor, p: float | Tensor) -> Tensor:
    """Rotate by 0 to 3 quarter turns."""
    quarter = chosen(integers(images, 0, 3), p, 0) * (math.pi / 2)
    return homogeneous(rotation(quarter).round())


def xint(images: Tensor, p: float | Tensor) -> Tensor:
    """Shift by whole pixels, uniformly up to an eighth of the size."""
    return move(images, chosen(uniform(images, -0.125, 0.125, 2), p), whole=True)


def scale(images: Tensor, p: float | Tensor) -> Tensor:
    """Scale by a log-normal factor, σ = 0.2 in powers of 2."""
    s = chosen(normal(images, 0.2), p).exp2()
    return scaling(1 / s, 1 / s)


def rotate(images: Tensor, p: float | Tensor) -> Tensor:
    """Rotate by any angle. The policy has it before and after `aniso`; 1 - p is the chance of neither."""
    return homogeneous(rotation(chosen(uniform(images, -math.pi, math.pi), 1 - (1 - p) ** 0.5)))


def aniso(images: Tensor, p: float | Tensor) -> Tensor:
    """Stretch in x and shrink in y by the same log-normal factor, σ = 0.2 in powers of 2."""
    s = chosen(normal(images, 0.2), p).exp2()
    return scaling(1 / s, s)


def xfrac(images: Tensor, p: float | Tensor) -> Tensor:
    """Shift by fractions of pixels, normal with σ = an eighth of the size."""
    return move(images, chosen(normal(images, 0.125, 2), p), whole=False)


GEOMETRY = {f.__name__: f for f in (xflip, rotate90, xint, scale, rotate, aniso, xfrac)}


def homogeneous(linear: Tensor, offset: Tensor | None = None) -> Tensor:
    """The map x -> linear (N, K, K) · x + offset (N, K) as a matrix (N, K + 1, K + 1)."""
    n, k, _ = linear.shape
    offset = linear.new_zeros(n, k) if offset is None else offset
    return torch.cat([torch.cat([linear, offset[:, :, None]], 2), F.pad(linear.new_ones(n, 1, 1), (k, 0))], 1)


def compose(matrices: list[Tensor]) -> Tensor:
    """The product of the matrices; the last one is applied first."""
    product = matrices[0]
    for matrix in matrices[1:]:
        product = product @ matrix
    return product


def rotation(angle: Tensor) -> Tensor:
    """Rotation matrices (N, 2, 2) of angles (N,) in radians."""
    cos, sin = angle.cos(), angle.sin()
    return torch.stack([torch.stack([cos, -sin], 1), torch.stack([sin, cos], 1)], 1)


def scaling(x: Tensor, y: Tensor) -> Tensor:
    """Maps (N, 3, 3) that multiply x and y by factors (N,)."""
    return homogeneous(torch.diag_embed(torch.stack([x, y], 1).float()))


def move(images: Tensor, shift: Tensor, whole: bool) -> Tensor:
    """Maps (N, 3, 3) of a move by shift (N, 2), in units of the size; rounded to pixels if `whole`."""
    h, w = images.shape[2:]
    pixels = torch.stack([shift[:, 0] * w, shift[:, 1] * h], 1)
    eye = torch.eye(2, device=images.device).expand(len(images), 2, 2)
    return homogeneous(eye, -(pixels.round() if whole else pixels))


def warp(images: Tensor, maps: Tensor) -> Tensor:
    """Resample images (N, C, H, W) bilinearly at the positions that maps (N, 3, 3) give.

    Edges are reflected. It uses gather, because grid_sample has no second derivative on some devices, and R1
    through an augmentation needs it.
    """
    n, c, h, w = images.shape
    x = torch.arange(w, device=images.device) - (w - 1) / 2
    y = torch.arange(h, device=images.device)[:, None] - (h - 1) / 2
    m = maps[:, :, :, None, None]
    source_x = m[:, 0, 0] * x + m[:, 0, 1] * y + m[:, 0, 2] + (w - 1) / 2  # (N, H, W)
    source_y = m[:, 1, 0] * x + m[:, 1, 1] * y + m[:, 1, 2] + (h - 1) / 2
    left, top = source_x.floor(), source_y.floor()
    right_share, bottom_share = source_x - left, source_y - top
    pixels, out = images.flatten(2), 0.0
    for dx, share_x in ((0, 1 - right_share), (1, right_share)):
        for dy, share_y in ((0, 1 - bottom_share), (1, bottom_share)):
            index = reflected(top + dy, h) * w + reflected(left + dx, w)
            found = pixels.gather(2, index.flatten(1)[:, None].expand(-1, c, -1)).view(n, c, h, w)
            out = out + found * (share_x * share_y)[:, None]
    return out


def reflected(at: Tensor, size: int) -> Tensor:
    """Any whole position as an index 0 … size - 1, mirrored at both edges as often as needed."""
    at = at.long().remainder(2 * size)
    return torch.minimum(at, 2 * size - 1 - at)


# -- colour --------------------------------------------------------------------------------------------------
# Each returns matrices (N, 4, 4) from the old (r, g, b, 1) to the new one.


def brightness(images: Tensor, p: float | Tensor) -> Tensor:
    """Add a normal number, σ = 0.2, to all channels."""
    shift = chosen(normal(images, 0.2), p)
    eye = torch.eye(3, device=images.device).expand(len(images), 3, 3)
    return homogeneous(eye, shift[:, None].expand(-1, 3))


def contrast(images: Tensor, p: float | Tensor) -> Tensor:
    """Multiply colours by a log-normal factor, σ = 0.5 in powers of 2."""
    factor = chosen(normal(images, 0.5), p).exp2()
    return around_luma(images, luma=factor, rest=factor)


def lumaflip(images: Tensor, p: float | Tensor) -> Tensor:
    """Invert the luma and keep hue and saturation, or not, with equal chance."""
    sign = 1.0 - 2 * chosen(integers(images, 0, 1), p, 0)
    return around_luma(images, luma=sign, rest=torch.ones_like(sign))


def hue(images: Tensor, p: float | Tensor) -> Tensor:
    """Rotate colours around the grey axis by any angle (Rodrigues' formula)."""
    angle = chosen(uniform(images, -math.pi, math.pi), p)
    turn = torch.eye(3, device=images.device).roll(1, 0)
    turn = (turn - turn.T) / math.sqrt(3) * angle.sin()[:, None, None]  # (N, 3, 3)
    return around_luma(images, luma=torch.ones_like(angle), rest=angle.cos()) + F.pad(turn, (0, 1, 0, 1))


def saturation(images: Tensor, p: float | Tensor) -> Tensor:
    """Multiply the distance from the grey axis by a log-normal factor, σ = 1 in powers of 2."""
    factor = chosen(normal(images, 1.0), p).exp2()
    return around_luma(images, luma=torch.ones_like(factor), rest=factor)


COLORS = {f.__name__: f for f in (brightness, contrast, lumaflip, hue, saturation)}


def around_luma(images: Tensor, luma: Tensor, rest: Tensor) -> Tensor:
    """Matrices (N, 4, 4) that scale colours along the grey axis (1, 1, 1) by luma, across it by rest.

    luma and rest are (N,).
    """
    grey = torch.full((3, 3), 1 / 3, device=images.device)
    eye = torch.eye(3, device=images.device)
    return homogeneous(eye * rest[:, None, None] + grey * (luma - rest)[:, None, None])


def recolor(images: Tensor, matrices: Tensor) -> Tensor:
    """Apply matrices (N, 4, 4) to images (N, 3, H, W), or to grey ones (N, 1, H, W) as if r = g = b.

    Of (N, 4, H, W) the straight colours change, and alpha stays.
    """
    linear, offset = matrices[:, :3, :3], matrices[:, :3, 3:]
    if images.shape[1] == 4:
        colours, alpha = split_alpha(images)
        changed = linear @ colours.flatten(2) + offset * alpha.flatten(2)
        return join_alpha(changed.view(colours.shape), alpha)
    if images.shape[1] == 1:
        linear, offset = linear.sum(2, keepdim=True).mean(1, keepdim=True), offset.mean(1, keepdim=True)
    return (linear @ images.flatten(2) + offset).view(images.shape)
