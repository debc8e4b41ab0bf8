"""upsample_dcgan: the convolutional generators of PyTorch-GAN.

A dense stem, then nearest upsampling and 3×3 convolutions. The originals are eriklindernoren/PyTorch-GAN,
implementations/dcgan, lsgan, acgan, infogan and others alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

# Epsilon of two batch norms. The original passes its momentum as the second argument, which is eps.
EPS = 0.8
LABELS = ("product", "one_hot")


class UpsampleDCGAN(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1].

    `widths`: channels of the first two convolutions. `first_norm`: a batch norm before the first. `labels`:
    how a class acts, by a product of z with its embedding (ACGAN) or as a one-hot vector beside z (InfoGAN).
    `codes`: how many of the last entries of z are codes that were trained as uniform in [-1, 1]; a normal
    value becomes uniform by its distribution function.
    """

    roles = frozenset({"embedding", "latent", "staged"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        widths: Sequence[int] = (128, 64),
        first_norm: bool = True,
        labels: str = "product",
        codes: int = 0,
    ):
        super().__init__()
        if resolution % 4 or len(widths) != 2 or labels not in LABELS or not 0 <= codes < z_dim:
            raise ValueError(
                f"{resolution} pixels, {len(widths)} widths, labels {labels!r} and {codes} codes: it has a "
                "multiple of 4 pixels, two widths, labels by product or one_hot, and fewer codes than z_dim."
            )
        first, second = widths
        self.size, self.codes, self.num_classes = resolution // 4, codes, num_classes
        by_product = num_classes and labels == "product"
        self.embedding = nn.Embedding(num_classes, z_dim) if by_product else None
        inputs = z_dim + (num_classes if num_classes and not by_product else 0)
        self.stem = nn.Linear(inputs, first * self.size**2)
        self.layers = nn.Sequential(
            nn.BatchNorm2d(first) if first_norm else nn.Identity(),
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

    def embed(self, y):
        """y (N,) int64 -> (N, z_dim) factors, or one-hot (N, num_classes). Floats pass unchanged."""
        if y.is_floating_point():
            return y
        return F.one_hot(y, self.num_classes).float() if self.embedding is None else self.embedding(y)

    def feature_stages(self):
        return [layer for layer in self.layers if isinstance(layer, nn.LeakyReLU)]

    def forward(self, z, y=None):
        if self.num_classes and y is None:
            raise ValueError(
                f"this generator is class-conditional: it needs labels 0 to {self.num_classes - 1}."
            )
        if self.codes:
            noise, code = z[:, : -self.codes], torch.erf(z[:, -self.codes :] / 2**0.5)
        else:
            noise, code = z, z[:, :0]
        if self.embedding is not None:
            x = self.embed(y) * noise
        else:
            x = torch.cat([noise, *([self.embed(y)] if self.num_classes else []), code], dim=1)
        return self.layers(self.stem(x).unflatten(1, (-1, self.size, self.size)))
