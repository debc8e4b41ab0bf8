"""translator: a picture to a picture through residual blocks at a quarter of its size (CycleGAN).

Johnson 2016 (arXiv 1603.08155) in the form of Zhu 2017 (arXiv 1703.10593, section 7.2): a wide convolution,
`downs` halvings, `blocks` residual blocks, as many doublings, a wide convolution. `width` is the number of
channels at full size; it doubles with each halving. Published is blocks=9 (6 for 128 pixels),
up="transposed", residual=False; of CUT (Park 2020) up="bilinear", init="xavier".
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import nn

from ganapp.config import check_range

from ..parts.condition import Condition
from ..parts.pictures import (
    ReflectConv,
    WithNorms,
    answer,
    check_dropout,
    fill_up,
    init_layers,
    is_residual,
    norm_layer,
    up_layer,
)


class TranslatorGenerator(WithNorms, nn.Module):
    """x (N, C', H, W) in [-1, 1] of any size, y (N,) or None, z (N, z_dim) or None -> (N, C, H, W).

    `kernel` is the side of the first and the last convolution, which is odd. The other arguments, z and y are
    those of UNetGenerator; z and y scale and shift the maps in the blocks, and dropout is there, too.
    """

    roles = frozenset({"layered", "local", "translator"})

    def __init__(
        self,
        resolution,
        in_channels,
        channels,
        num_classes,
        z_dim,
        *,
        width: int = 64,
        blocks: int = 9,
        downs: int = 2,
        kernel: int = 7,
        norm: str = "instance",
        affine: bool = False,
        up: str = "nearest",
        dropout: float = 0.0,
        residual: bool | None = None,
        init: str = "normal",
    ):
        super().__init__()
        check_dropout(dropout)
        check_range("blocks", blocks, 0, 64)
        check_range("downs", downs, 0, 6)
        if kernel % 2 == 0:
            raise ValueError(f"kernel is {kernel}; it must be odd.")
        self.residual = is_residual(residual, in_channels, channels)
        self.condition = Condition(z_dim, num_classes, dropout)
        biased = norm != "batch" and not affine
        widths = [width * 2**i for i in range(downs + 1)]
        steps = list(zip(widths, widths[1:], strict=False))
        self.layers = {"picture": in_channels, "first": width}
        self.layers |= {f"down{i}": widths[i] for i in range(1, downs + 1)}
        self.layers |= {f"block{i}": widths[-1] for i in range(1, blocks + 1)}

        def normed(conv, after):
            return nn.Sequential(conv, norm_layer(norm, after, affine), nn.ReLU())

        self.first = normed(ReflectConv(in_channels, width, kernel, bias=biased), width)
        self.downs = nn.ModuleList(
            normed(nn.Conv2d(before, after, 3, 2, 1, bias=biased), after) for before, after in steps
        )
        self.blocks = nn.ModuleList(
            TranslatorBlock(widths[-1], norm, affine, self.condition) for _ in range(blocks)
        )
        transposed = {"kernel_size": 3, "padding": 1, "output_padding": 1}
        self.ups = nn.ModuleList(
            normed(up_layer(up, after, before, biased, transposed), before) for before, after in steps[::-1]
        )
        self.last = ReflectConv(width, channels, kernel)
        init_layers(self, norm, init)
        for block in self.blocks if norm == "none" else ():
            nn.init.zeros_(block.second.weight)  # Fixup (Zhang 2019): depth does not matter at first
        if self.residual:
            nn.init.zeros_(self.last.weight)
        self.stride = 2**downs
        step = {"nearest": 3, "bilinear": 4, "transposed": 2}[up]
        self.reach = 2 * blocks * self.stride + step * (self.stride - 1) + 2 * (kernel // 2)

    def forward(self, x, y=None, z=None):
        condition = self.condition(x, y, z)
        h = self.first(fill_up(x, self.stride))
        for down in self.downs:
            h = down(h)
        for block in self.blocks:
            h = block(h, condition)
        for up in self.ups:
            h = up(h)
        h = self.last(h)[:, :, : x.shape[2], : x.shape[3]]
        return answer(x, h, self.residual, self.training)

    def layer_maps(self, x, names, y=None, z=None):
        """Maps of the encoder by name, of `layers`: of a convolution before its norm, of a block its output.

        Nothing after the last of them is computed.
        """
        wanted, found = set(names), {}
        for name, h in self._encoder(x, y, z):
            if name in wanted:
                found[name] = h
            if len(found) == len(wanted):
                break
        return found

    def _encoder(self, x, y, z):
        """(name, map) of each layer, first to last."""
        yield "picture", x
        condition, h = self.condition(x, y, z), fill_up(x, self.stride)
        names = ["first", *(f"down{i + 1}" for i in range(len(self.downs)))]
        for name, (conv, *rest) in zip(names, (self.first, *self.downs), strict=True):
            h = conv(h)
            yield name, h
            for layer in rest:
                h = layer(h)
        for i, block in enumerate(self.blocks):
            h = block(h, condition)
            yield f"block{i + 1}", h


class TranslatorBlock(nn.Module):
    """x (N, W, S, S) -> x + f(x), same shape: two 3×3 convolutions, without a ReLU after the sum."""

    def __init__(self, width: int, norm: str, affine: bool, condition: Condition):
        super().__init__()
        biased = norm != "batch" and not affine
        self.first = ReflectConv(width, width, 3, bias=biased)
        self.first_norm = norm_layer(norm, width, affine)
        self.condition = condition.layer(width, dropped=condition.dropout > 0)
        self.second = ReflectConv(width, width, 3, bias=biased)
        self.second_norm = norm_layer(norm, width, affine)

    def forward(self, x, condition):
        h = self.condition(self.first_norm(self.first(x)), condition)
        return x + self.second_norm(self.second(F.relu(h)))
