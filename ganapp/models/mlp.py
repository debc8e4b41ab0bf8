"""mlp: fully connected G and D, the first GAN (Goodfellow 2014, arXiv 1406.2661); with classes by concatenation (Mirza 2014)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from .layers import ClassInput, DiscriminatorOutput


class MLPGenerator(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1]."""

    def __init__(
        self, resolution, channels, num_classes, z_dim, *, hidden: Sequence[int] = (256, 512, 1024), norm="batch"
    ):
        super().__init__()
        self.shape = (channels, resolution, resolution)
        self.input = ClassInput(z_dim, num_classes)
        widths = [self.input.out_dim, *hidden]
        layers: list[nn.Module] = []
        for before, after in zip(widths, widths[1:], strict=False):
            layers += [nn.Linear(before, after), *_norm(norm, after), nn.LeakyReLU(0.2)]
        self.body = nn.Sequential(*layers)
        self.to_image = nn.Linear(widths[-1], channels * resolution**2)

    def embed(self, y):
        return self.input.embed(y)

    def forward(self, z, y=None):
        x = self.body(self.input(z, y))
        return torch.tanh(self.to_image(x)).view(-1, *self.shape)  # (N, C, R, R)


class MLPDiscriminator(nn.Module):
    """images (N, C, R, R), y (N,) or None -> DiscriminatorOutput."""

    def __init__(
        self, resolution, channels, num_classes, *, hidden: Sequence[int] = (1024, 512, 256), dropout: float = 0.0
    ):
        super().__init__()
        self.input = ClassInput(channels * resolution**2, num_classes)
        widths = [self.input.out_dim, *hidden]
        layers: list[nn.Module] = []
        for before, after in zip(widths, widths[1:], strict=False):
            layers += [nn.Linear(before, after), nn.LeakyReLU(0.2)] + ([nn.Dropout(dropout)] if dropout else [])
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(widths[-1], 1)

    def forward(self, x, y=None):
        features = self.body(self.input(x.flatten(1), y))
        return DiscriminatorOutput(self.head(features).squeeze(1), features)


def _norm(norm: str, width: int) -> list[nn.Module]:
    if norm == "batch":
        return [nn.BatchNorm1d(width)]
    if norm == "none":
        return []
    raise ValueError(f"norm is {norm!r}; it must be batch or none.")
