"""dcgan: strided convolutions, no pooling (Radford 2016, arXiv 1511.06434), at any size that doublings reach from 4 or 7.

`width` is the number of channels at half the resolution; it doubles with each halving, up to `max_width`. The other
arguments are what tutorials change: a dense first layer, depthwise-separable convolutions, dropout and norms in D.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from ..parts.heads import ClassInput, Head, MinibatchDiscrimination, MinibatchStdDev

STEMS = ("conv", "dense")
NORMS = ("batch", "none", "spectral", "layer")
MINIBATCH = ("none", "stddev", "discrimination")


class DCGANGenerator(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1]."""

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        width: int = 64,
        max_width: int = 512,
        stem: str = "conv",
        separable: bool = False,
    ):
        super().__init__()
        check("stem", stem, STEMS)
        self.input = ClassInput(z_dim, num_classes)
        start, widths = stages(resolution, width, max_width)
        first = {"conv": conv_stem, "dense": dense_stem}[stem]
        layers = [*first(self.input.out_dim, widths[0], start), nn.BatchNorm2d(widths[0]), nn.ReLU()]
        for before, after in zip(widths, widths[1:], strict=False):
            layers += [*double(before, after, separable), nn.BatchNorm2d(after), nn.ReLU()]
        layers.append(nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1))
        self.body = nn.Sequential(*layers)
        self.apply(init_radford)

    def embed(self, y):
        return self.input.embed(y)

    def forward(self, z, y=None):
        x = self.input(z, y)[:, :, None, None]  # (N, Z, 1, 1)
        return torch.tanh(self.body(x))  # (N, C, R, R)


class DCGANDiscriminator(nn.Module):
    """images (N, C, R, R), y (N,) or None -> DiscriminatorOutput. `norm` is "batch" as published; R1, R2 and gp need another.

    `end` is the side of the last map: 4 (7 for 28 pixels) unless given.
    """

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        *,
        width: int = 64,
        max_width: int = 512,
        norm: str = "batch",
        end: int | None = None,
        separable: bool = False,
        dropout: float = 0.0,
        minibatch: str = "none",
        head: str = "projection",
    ):
        super().__init__()
        check("norm", norm, NORMS)
        check("minibatch", minibatch, MINIBATCH)
        side, widths = stages(resolution, width, max_width, end)
        widths = widths[::-1]
        layers: list[nn.Module] = [nn.Conv2d(channels, widths[0], 4, 2, 1), nn.LeakyReLU(0.2), *drop(dropout)]
        for before, after in zip(widths, widths[1:], strict=False):
            layers += halve(before, after, separable, bias=norm != "batch")
            layers += {"batch": [nn.BatchNorm2d(after)], "layer": [nn.GroupNorm(1, after)]}.get(norm, [])
            layers += [nn.LeakyReLU(0.2), *drop(dropout)]
        if minibatch == "stddev":
            layers.append(MinibatchStdDev())
        self.body = nn.Sequential(*layers)
        features = (widths[-1] + (minibatch == "stddev")) * side**2
        self.minibatch = MinibatchDiscrimination(features) if minibatch == "discrimination" else nn.Identity()
        features += self.minibatch.shape[0] if minibatch == "discrimination" else 0
        self.head = Head(features, num_classes, head, spectral=norm == "spectral")
        self.body.apply(init_radford if norm == "batch" else init_he)
        if norm == "spectral":
            for module in self.body:
                if isinstance(module, nn.Conv2d):
                    spectral_norm(module)

    def forward(self, x, y=None):
        return self.head(self.minibatch(self.body(x).flatten(1)), y)


def stages(resolution: int, width: int, max_width: int, end: int | None = None) -> tuple[int, list[int]]:
    """The smallest map's side (7 for 28 pixels, else 4) and the channels from it up to half the resolution."""
    side = end or (7 if resolution == 28 else 4)
    doublings = int(math.log2(resolution / side))
    if side * 2**doublings != resolution or doublings < 1:
        raise ValueError(f"end is {end}; {resolution} pixels must be 2, 4, 8 … times as many.")
    return side, [min(width * 2**i, max_width) for i in reversed(range(doublings))]


def conv_stem(before: int, after: int, side: int) -> list[nn.Module]:
    return [nn.ConvTranspose2d(before, after, side, 1, 0, bias=False)]


def dense_stem(before: int, after: int, side: int) -> list[nn.Module]:
    """The same map as conv_stem, written as a fully connected layer; only its initial weights differ."""
    return [nn.Flatten(), nn.Linear(before, after * side**2, bias=False), nn.Unflatten(1, (after, side, side))]


def double(before: int, after: int, separable: bool) -> list[nn.Module]:
    """Twice the height and width: one convolution, or one for each channel and a 1×1 that mixes them (Chollet 2017)."""
    if not separable:
        return [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)]
    each = nn.ConvTranspose2d(before, before, 4, 2, 1, groups=before, bias=False)
    return [each, nn.Conv2d(before, after, 1, bias=False)]


def halve(before: int, after: int, separable: bool, bias: bool) -> list[nn.Module]:
    if not separable:
        return [nn.Conv2d(before, after, 4, 2, 1, bias=bias)]
    return [nn.Conv2d(before, before, 4, 2, 1, groups=before, bias=False), nn.Conv2d(before, after, 1, bias=bias)]


def drop(share: float) -> list[nn.Module]:
    return [nn.Dropout(share)] if share else []


def check(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(allowed)}.")


def init_radford(module: nn.Module) -> None:
    """N(0, 0.02) weights, N(1, 0.02) batch-norm scales (Radford 2016, section 4).

    A depthwise layer sums 4 to 16 numbers, not thousands: at 0.02 its map would be noise to the next batch norm's epsilon.
    """
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d) and module.groups > 1:
        nn.init.normal_(module.weight, 0.0, 0.25)
    elif isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


def init_he(module: nn.Module) -> None:
    """Without normalization the published 0.02 would let the signal die out: He 2015 for LeakyReLU(0.2)."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, a=0.2)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
