"""fastgan: the generator of FastGAN, also in the variant of Projected GAN.

Papers: Liu 2021, arXiv 2101.04775; Sauer 2021, arXiv 2111.01007.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from .noise import FixedNoise

EXCITES = {
    64: 4,
    128: 8,
    256: 16,
    512: 32,
}  # size of a map -> size of the smaller map that weights its channels


class FastGANGenerator(nn.Module):
    """z (N, z_dim) -> images (N, C, R, R) in [-1, 1], clamped if the original leaves them unbounded.

    `widths` are the channels at 4, 8, 16 … up to R. `double`: for each size from 8 up, 1 if its block has two
    convolutions with noise, 0 if it has one without. `sphere`: z is scaled to length √z_dim first. `bias`:
    the image layer has one. `tanh`: the image layer ends with it.
    """

    roles = frozenset({"latent", "staged"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        widths: Sequence[int],
        double: Sequence[int],
        sphere: bool = False,
        bias: bool = False,
        tanh: bool = False,
    ):
        super().__init__()
        if num_classes or resolution != 4 * 2 ** (len(widths) - 1) or len(double) != len(widths) - 1:
            raise ValueError(
                f"{len(widths)} widths and {len(double)} blocks do not make "
                f"{resolution} pixels without classes."
            )
        self.sphere, self.tanh = sphere, tanh
        self.stem = nn.Sequential(
            nn.ConvTranspose2d(z_dim, 2 * widths[0], 4, bias=False), nn.BatchNorm2d(2 * widths[0]), nn.GLU(1)
        )
        self.blocks = nn.ModuleList(up(a, b, bool(two)) for a, b, two in zip(widths, widths[1:], double))
        sizes = [4 * 2**i for i in range(len(widths))]
        self.excite = nn.ModuleDict(
            {
                str(size): excitation(widths[sizes.index(EXCITES[size])], widths[sizes.index(size)])
                for size in sizes
                if size in EXCITES
            }
        )
        self.to_image = nn.Conv2d(widths[-1], channels, 3, padding=1, bias=bias)

    def feature_stages(self):
        return list(self.blocks)

    def forward(self, z, y=None):
        if self.sphere:
            z = z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()
        x = self.stem(z[:, :, None, None])
        maps = {4: x}
        for block in self.blocks:
            x = block(x)
            size = x.shape[-1]
            if size in EXCITES:
                x = x * self.excite[str(size)](maps[EXCITES[size]])
            maps[size] = x
        image = self.to_image(x)
        return torch.tanh(image) if self.tanh else image.clamp(-1, 1)


def up(before: int, after: int, double: bool) -> nn.Sequential:
    """(N, before, S, S) -> (N, after, 2S, 2S)."""

    def gated(width: int) -> list[nn.Module]:
        noise = [FixedNoise()] if double else []
        return [
            nn.Conv2d(width, 2 * after, 3, padding=1, bias=False),
            *noise,
            nn.BatchNorm2d(2 * after),
            nn.GLU(1),
        ]

    return nn.Sequential(nn.Upsample(scale_factor=2), *gated(before), *(gated(after) if double else []))


def excitation(before: int, after: int) -> nn.Sequential:
    """Skip-layer excitation: (N, before, S, S) -> channel weights (N, after, 1, 1) of a larger map."""
    return nn.Sequential(
        nn.AdaptiveAvgPool2d(4),
        nn.Conv2d(before, after, 4, bias=False),
        nn.SiLU(),
        nn.Conv2d(after, after, 1, bias=False),
        nn.Sigmoid(),
    )
