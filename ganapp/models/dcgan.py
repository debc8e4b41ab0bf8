"""dcgan: strided convolutions, no pooling (Radford 2016, arXiv 1511.06434), at any size that doublings reach from 4 or 7.

`width` is the number of channels at half the resolution; it doubles with each halving, up to `max_width`.
"""

from __future__ import annotations

import math

import torch
from torch import nn

from .layers import ClassInput, DiscriminatorOutput, ProjectionHead


class DCGANGenerator(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1]."""

    def __init__(self, resolution, channels, num_classes, z_dim, *, width: int = 64, max_width: int = 512):
        super().__init__()
        self.input = ClassInput(z_dim, num_classes)
        start, widths = stages(resolution, width, max_width)
        layers: list[nn.Module] = [
            nn.ConvTranspose2d(self.input.out_dim, widths[0], start, 1, 0, bias=False),
            nn.BatchNorm2d(widths[0]),
            nn.ReLU(),
        ]
        for before, after in zip(widths, widths[1:], strict=False):
            layers += [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU()]
        layers.append(nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1))
        self.body = nn.Sequential(*layers)
        self.apply(init_radford)

    def embed(self, y):
        return self.input.embed(y)

    def forward(self, z, y=None):
        x = self.input(z, y)[:, :, None, None]  # (N, Z, 1, 1)
        return torch.tanh(self.body(x))  # (N, C, R, R)


class DCGANDiscriminator(nn.Module):
    """images (N, C, R, R), y (N,) or None -> DiscriminatorOutput. `norm` is "batch" as published, or "none" for R1 and R2."""

    def __init__(
        self, resolution, channels, num_classes, *, width: int = 64, max_width: int = 512, norm: str = "batch"
    ):
        super().__init__()
        if norm not in ("batch", "none"):
            raise ValueError(f"norm is {norm!r}; it must be batch or none.")
        start, widths = stages(resolution, width, max_width)
        widths = widths[::-1]
        layers: list[nn.Module] = [nn.Conv2d(channels, widths[0], 4, 2, 1), nn.LeakyReLU(0.2)]
        for before, after in zip(widths, widths[1:], strict=False):
            layers.append(nn.Conv2d(before, after, 4, 2, 1, bias=norm == "none"))
            layers += [nn.BatchNorm2d(after)] if norm == "batch" else []
            layers.append(nn.LeakyReLU(0.2))
        self.body = nn.Sequential(*layers)
        self.head = ProjectionHead(widths[-1] * start**2, num_classes)
        self.body.apply(init_radford if norm == "batch" else init_he)

    def forward(self, x, y=None):
        features = self.body(x).flatten(1)  # (N, F)
        return DiscriminatorOutput(self.head(features, y), features)


def stages(resolution: int, width: int, max_width: int) -> tuple[int, list[int]]:
    """The smallest map's size (7 for 28 pixels, else 4) and the channels from it up to half the resolution."""
    start = 7 if resolution == 28 else 4
    doublings = int(math.log2(resolution // start))
    return start, [min(width * 2**i, max_width) for i in reversed(range(doublings))]


def init_radford(module: nn.Module) -> None:
    """N(0, 0.02) weights, N(1, 0.02) batch-norm scales (Radford 2016, section 4)."""
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


def init_he(module: nn.Module) -> None:
    """Without normalization the published 0.02 would let the signal die out: He 2015 for LeakyReLU(0.2)."""
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, a=0.2)
        nn.init.zeros_(module.bias)
