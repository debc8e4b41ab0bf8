"""stylegan3: the alias-free generator, in its translation (t) and rotation (r) configurations; it only loads.

Paper: Karras 2021 (arXiv 2106.12423). A layer's map is a sampling of a continuous signal: it is enlarged by a
low-pass filter, LeakyReLU acts, and another filter brings it to the next layer's rate. Maps are larger than
the image by a margin, which is cut off at the end. All filters come with the checkpoint. No custom operators.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn

from ganapp.config import check_range

from ..families.stylegan2 import Mapping
from ..parts.equalized import EqualizedLinear, leaky

AT_ONCE = 2**22  # values of a map at the fine rate that are worked on at once
FINER = 2  # LeakyReLU acts at this multiple of the larger of two sampling rates (section 3.2)


class StyleGAN3(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R), clamped to [-1, 1].

    `widths`, `sizes` and `rates` are the channels, the sides and the sampling rates of the maps: of the
    Fourier features and after each layer. `kernel` is that of the convolutions (t: 3, r: 1). Filters have
    `taps` values at the lower rate; those that end the first `radial` layers are square (r). The output of
    each layer is clamped to [-clamp, clamp], 0 = not; the image is multiplied by `scale`.
    """

    roles = frozenset({"embedding", "latent", "mapped"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        widths: Sequence[int],
        sizes: Sequence[int],
        rates: Sequence[int],
        w_dim: int,
        mapping_layers: int = 2,
        kernel: int = 3,
        taps: int = 6,
        radial: int = 0,
        clamp: float = 0.0,
        scale: float = 0.25,
    ):
        super().__init__()
        check_range("clamp", clamp, 0, 1e6)
        if not len(widths) == len(sizes) == len(rates) > 1 or sizes[-1] != resolution:
            raise ValueError(
                f"{len(widths)} widths, {len(sizes)} sizes and {len(rates)} rates do not make {resolution} "
                "pixels."
            )
        self.mapping = Mapping(z_dim, num_classes, w_dim, mapping_layers)
        self.input = FourierInput(widths[0], sizes[0], rates[0], w_dim)
        maps = [Map(*values) for values in zip(widths, sizes, rates)]
        self.layers = nn.ModuleList(
            Layer(before, after, w_dim, kernel, taps, i < radial, clamp)
            for i, (before, after) in enumerate(zip(maps, maps[1:]))
        )
        self.to_rgb = ToRGB(widths[-1], channels, w_dim, clamp)
        self.num_ws, self.scale = len(self.layers) + 2, scale
        self.register_buffer("w_avg", torch.zeros(w_dim))

    def embed(self, y):
        return self.mapping.embed(y)

    def synthesis(self, w):
        """w (N, W) or (N, num_ws, W) -> images (N, C, R, R), about in [-1, 1].

        Raises ValueError if w has another number of layers.
        """
        if w.ndim == 2:
            w = w[:, None].expand(-1, self.num_ws, -1)
        if w.shape[1] != self.num_ws:
            raise ValueError(f"w has {w.shape[1]} layers; this generator has {self.num_ws}.")
        x = self.input(w[:, 0])
        for i, layer in enumerate(self.layers, start=1):
            x = layer(x, w[:, i])
        return self.to_rgb(x, w[:, -1]) * self.scale

    def forward(self, z, y=None):
        return self.synthesis(self.mapping(z, y)).clamp(-1, 1)


class Map(NamedTuple):
    """A feature map: channels, side in samples, and samples per side of the image (its sampling rate)."""

    width: int
    size: int
    rate: int


class FourierInput(nn.Module):
    """w (N, W) -> (N, C, S, S): sine waves over the plane, turned and shifted by w, then mixed (section 3.1).

    Places are measured in sides of the image, from its middle. `frequencies` (C, 2) are in waves per side.
    """

    def __init__(self, width: int, size: int, rate: int, w_dim: int):
        super().__init__()
        self.size, self.rate = size, rate
        self.affine = EqualizedLinear(w_dim, 4)
        self.weight = nn.Parameter(torch.randn(width, width))
        self.register_buffer("frequencies", torch.randn(width, 2))
        self.register_buffer("phases", torch.rand(width) - 0.5)
        self.scale = 1 / math.sqrt(width)

    def forward(self, w):
        motion = self.affine(w)
        motion = motion / motion[:, :2].norm(dim=1, keepdim=True)  # (cos, sin, right, down)
        cos, sin, right, down = motion[:, :, None, None].unbind(1)  # (N, 1, 1) each
        place = (torch.arange(self.size, device=w.device) + 0.5 - self.size / 2) / self.rate
        x, y = place[None, None, :] - right, place[None, :, None] - down
        turned = torch.stack([cos * x - sin * y, sin * x + cos * y], -1)  # (N, S, S, 2)
        waves = torch.sin(2 * math.pi * (turned @ self.frequencies.t() + self.phases))
        return (waves @ (self.weight * self.scale).t()).permute(0, 3, 1, 2)


class Layer(nn.Module):
    """x (N, before, S, S), w (N, W) -> (N, after, S', S') at the next sampling rate.

    Modulated convolution, bias, and LeakyReLU between two filters (sections 3.2 and 3.3). Weights have mean
    square 1 in each output channel; `magnitude` is the mean square of inputs in training.
    """

    def __init__(
        self, before: Map, after: Map, w_dim: int, kernel: int, taps: int, radial: bool, clamp: float
    ):
        super().__init__()
        fine = FINER * max(before.rate, after.rate)
        self.up, self.down, self.clamp = fine // before.rate, fine // after.rate, clamp
        if fine != self.up * before.rate or fine != self.down * after.rate:
            raise ValueError(
                f"sampling rates {before.rate} and {after.rate} are no multiples of one another."
            )
        self.affine = EqualizedLinear(w_dim, before.width, bias=1.0)
        self.weight = nn.Parameter(torch.randn(after.width, before.width, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(after.width))
        self.register_buffer("magnitude", torch.ones(()))
        self.register_buffer("up_filter", torch.zeros(taps * self.up))
        side = taps * self.down
        self.register_buffer("down_filter", torch.zeros(side, side) if radial else torch.zeros(side))
        # Samples at the fine rate: those that the output needs, less those that there are.
        needed = (after.size - 1) * self.down + 1 + side - 1
        found = (before.size + kernel - 1) * self.up - (taps * self.up - 1)
        self.first = (needed - found + self.up) // 2  # pixels are centred on their samples (appendix C.3)
        self.needed = needed

    def forward(self, x, w):
        style = self.affine(w)
        style = style * style.square().mean(1, keepdim=True).rsqrt()
        energy = style.square() @ self.weight.square().sum((2, 3)).t()  # (N, O)
        x = F.conv2d(x * style[:, :, None, None], self.weight, padding=self.weight.shape[2] - 1)
        x = x * ((energy + 1e-8).rsqrt() * self.magnitude.rsqrt())[:, :, None, None]
        # Channels are filtered a few at a time, since maps at the fine rate are several times as large.
        few = max(1, AT_ONCE // (len(x) * self.needed**2))
        return torch.cat([self.activate(part) for part in (x + self.bias[:, None, None]).split(few, 1)], 1)

    def activate(self, x):
        """Filtered LeakyReLU of some channels: x (N, C, S, S) -> (N, C, S', S')."""
        x = leaky(enlarge(x, self.up_filter, self.up, self.first, self.needed))
        return reduce(x.clamp(-self.clamp, self.clamp) if self.clamp else x, self.down_filter, self.down)


class ToRGB(nn.Module):
    """Features (N, before, R, R), w (N, W) -> image (N, C, R, R), by a modulated 1×1 convolution."""

    def __init__(self, before: int, channels: int, w_dim: int, clamp: float):
        super().__init__()
        self.affine = EqualizedLinear(w_dim, before, bias=1.0)
        self.weight = nn.Parameter(torch.randn(channels, before, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("magnitude", torch.ones(()))
        self.scale, self.clamp = 1 / math.sqrt(before), clamp

    def forward(self, x, w):
        style = self.affine(w) * (self.scale * self.magnitude.rsqrt())
        x = F.conv2d(x * style[:, :, None, None], self.weight) + self.bias[:, None, None]
        return x.clamp(-self.clamp, self.clamp) if self.clamp else x


def enlarge(x, taps, up: int, first: int, size: int):
    """x (N, C, S, S) -> (N, C, size, size): `up` times as many samples, filtered by `taps` (T,) both ways.

    `first`: zeros before the first sample. A row of samples and zeros is filtered where the filter covers it
    whole.
    """
    channels, side = x.shape[1], (x.shape[2] - 1) * up + len(taps)  # of the transposed convolution
    before = first - (len(taps) - 1)
    after = size - side - before
    row = (taps * up).to(x.dtype).expand(channels, 1, 1, -1)
    x = F.conv_transpose2d(x, row, stride=(1, up), groups=channels)
    x = F.conv_transpose2d(F.pad(x, (before, after)), row.transpose(2, 3), stride=(up, 1), groups=channels)
    return F.pad(x, (0, 0, before, after))


def reduce(x, taps, down: int):
    """x (N, C, S, S) -> (N, C, S', S'): filtered where the filter covers it whole, then decimated by `down`.

    taps (T,) act in both directions one after another, (T, T) at once.
    """
    channels = x.shape[1]
    if taps.ndim == 2:
        return F.conv2d(x, taps.to(x.dtype).expand(channels, 1, -1, -1), stride=down, groups=channels)
    row = taps.to(x.dtype).expand(channels, 1, 1, -1)
    x = F.conv2d(x, row, stride=(1, down), groups=channels)
    return F.conv2d(x, row.transpose(2, 3), stride=(down, 1), groups=channels)
