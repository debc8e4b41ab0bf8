"""upsample_dcgan: the DCGAN of PyTorch-GAN: a dense stem, nearest upsampling, 3×3 convolutions.

The original is eriklindernoren/PyTorch-GAN, implementations/dcgan.
"""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

# Epsilon of two batch norms. The original passes its momentum as the second argument, which is eps.
EPS = 0.8


class UpsampleDCGAN(nn.Module):
    """z (N, z_dim) -> images (N, C, R, R) in [-1, 1]. `widths`: channels of the first two convolutions."""

    roles = frozenset({"latent"})

    def __init__(self, resolution, channels, num_classes, z_dim, *, widths: Sequence[int] = (128, 64)):
        super().__init__()
        if num_classes or resolution % 4 or len(widths) != 2:
            raise ValueError(
                f"{resolution} pixels with {num_classes} classes and {len(widths)} widths: "
                "it has no classes, two widths and a multiple of 4."
            )
        first, second = widths
        self.size = resolution // 4
        self.stem = nn.Linear(z_dim, first * self.size**2)
        self.layers = nn.Sequential(
            nn.BatchNorm2d(first),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(first, first, 3, padding=1),
            nn.BatchNorm2d(first, EPS),
            nn.LeakyReLU(0.2),
            nn.Upsample(scale_factor=2),
            nn.Conv2d(first, second, 3, padding=1),
            nn.BatchNorm2d(second, EPS),
            nn.LeakyReLU(0.2),
            nn.Conv2d(second, channels, 3, padding=1),
            nn.Tanh(),
        )

    def forward(self, z, y=None):
        return self.layers(self.stem(z).unflatten(1, (-1, self.size, self.size)))
