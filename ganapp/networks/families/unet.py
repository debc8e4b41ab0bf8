"""unet: a picture to a picture through ever smaller maps, with a skip at each size (pix2pix).

Ronneberger 2015 (arXiv 1505.04597) in the form of Isola 2017 (arXiv 1611.07004, section 6.1): each level is
one strided 4×4 convolution down and one layer up. `width` is the number of channels at half the resolution;
it doubles with each halving, up to 8 times. Published is depth=8, up="transposed", norm="batch",
residual=False, dropout=0.5.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import nn

from ganapp.config import check_range

from ..parts.condition import Condition
from ..parts.pictures import (
    WithNorms,
    answer,
    check_dropout,
    fill_up,
    init_layers,
    is_residual,
    norm_layer,
    up_layer,
)

DEEPEST = 8  # levels of the published network for 256 pixels
DROPPED = 3  # levels with dropout above the innermost


class UNetGenerator(WithNorms, nn.Module):
    """x (N, C', H, W) in [-1, 1] of any size, y (N,) or None, z (N, z_dim) or None -> (N, C, H, W).

    `depth` levels, each of half the size; 0: until the map of a training picture has 2 pixels a side, at most
    8. `norm` and its `affine` are those of norm_layer, `up` that of up_layer. `residual`: the answer is the
    input and a change, which starts at zero; None: wherever channels allow it. A z (z_dim > 0) chooses what
    is dropped out where `dropout` is above 0, else it scales and shifts the maps on the way up; classes do
    that, too. In [-1, 1], but while training a residual one is not clamped.
    """

    roles = frozenset({"local", "translator"})

    def __init__(
        self,
        resolution,
        in_channels,
        channels,
        num_classes,
        z_dim,
        *,
        width: int = 64,
        depth: int = 0,
        norm: str = "instance",
        affine: bool = False,
        up: str = "nearest",
        dropout: float = 0.0,
        residual: bool | None = None,
    ):
        super().__init__()
        check_dropout(dropout)
        depth = depth or min(DEEPEST, resolution.bit_length() - 2)
        check_range("depth", depth, 1, 10)
        self.residual = is_residual(residual, in_channels, channels)
        self.condition = Condition(z_dim, num_classes, dropout)
        widths = [min(width * 2**i, 8 * width) for i in range(depth)]
        biased = norm != "batch" and not affine
        self.downs, self.down_norms = nn.ModuleList(), nn.ModuleList()
        self.ups, self.up_norms, self.conditions = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        for i, after in enumerate(widths):
            ends = i in (0, depth - 1)  # the outermost and the innermost map have no norm
            before = widths[i - 1] if i else in_channels
            self.downs.append(nn.Conv2d(before, after, 4, 2, 1, bias=biased))
            self.down_norms.append(nn.Identity() if ends else norm_layer(norm, after, affine))
            joined = after if i == depth - 1 else 2 * after
            kernel = {"kernel_size": 4, "padding": 1}
            before = before if i else channels
            self.ups.append(up_layer(up, joined, before, biased or i == 0, kernel))
            self.up_norms.append(norm_layer(norm, before, affine) if i else nn.Identity())
            dropped = max(1, depth - 1 - DROPPED) <= i < depth - 1
            self.conditions.append(self.condition.layer(before, dropped) if i else nn.Identity())
        init_layers(self, norm)
        if self.residual:
            nn.init.zeros_(self.ups[0].weight)
        self.stride = 2**depth
        self.reach = (4 if up == "bilinear" else 3) * (self.stride - 1)

    def forward(self, x, y=None, z=None):
        condition = self.condition(x, y, z)
        h, maps = fill_up(x, self.stride), []
        for i, (down, norm) in enumerate(zip(self.downs, self.down_norms, strict=True)):
            h = norm(down(F.leaky_relu(h, 0.2) if i else h))
            maps.append(h)
        h = maps.pop()
        for i in reversed(range(len(self.ups))):
            h = self.up_norms[i](self.ups[i](F.relu(h)))
            if i:
                h = torch.cat([maps.pop(), self.conditions[i](h, condition)], dim=1)
        return answer(x, h[:, :, : x.shape[2], : x.shape[3]], self.residual, self.training)
