"""mlp: fully connected networks, as in the first GAN (Goodfellow 2014, arXiv 1406.2661).

A class is an embedding that is concatenated with the input of both networks (Mirza & Osindero 2014, arXiv
1411.1784).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from ganapp.config import check_choice

from ..parts.heads import HEADS, ClassInput, Head, MinibatchDiscrimination, MinibatchStdDev
from ..roles import DiscriminatorOutput

G_NORMS = ("batch", "none")
D_NORMS = ("none", "batch", "layer", "spectral")
MINIBATCH = ("none", "stddev", "discrimination")


class MLPGenerator(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1]."""

    roles = frozenset({"embedding", "latent"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        hidden: Sequence[int] = (256, 512, 1024),
        norm: str = "batch",
    ):
        super().__init__()
        check_choice("norm", norm, G_NORMS)
        self.shape = (channels, resolution, resolution)
        self.input = ClassInput(z_dim, num_classes)
        widths = [self.input.out_dim, *hidden]
        layers: list[nn.Module] = []
        for before, after in zip(widths, widths[1:], strict=False):
            layers += [nn.Linear(before, after)] + ([nn.BatchNorm1d(after)] if norm == "batch" else [])
            layers.append(nn.LeakyReLU(0.2))
        self.body = nn.Sequential(*layers)
        self.to_image = nn.Linear(widths[-1], channels * resolution**2)

    def embed(self, y):
        return self.input.embed(y)

    def forward(self, z, y=None):
        x = self.body(self.input(z, y))
        return torch.tanh(self.to_image(x)).view(-1, *self.shape)  # (N, C, R, R)


class MLPDiscriminator(nn.Module):
    """images (N, C, R, R), y (N,) or None -> DiscriminatorOutput.

    `head="concatenation"` joins an embedding of the class with the pixels (cGAN). All others are heads of
    parts/heads.py.
    """

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        *,
        hidden: Sequence[int] = (1024, 512, 256),
        norm: str = "none",
        dropout: float = 0.0,
        minibatch: str = "none",
        head: str = "concatenation",
    ):
        super().__init__()
        check_choice("norm", norm, D_NORMS)
        check_choice("minibatch", minibatch, MINIBATCH)
        check_choice("head", head, ("concatenation", *HEADS))
        joined = head == "concatenation"
        linear = (lambda *sizes: spectral_norm(nn.Linear(*sizes))) if norm == "spectral" else nn.Linear
        self.input = ClassInput(channels * resolution**2, num_classes if joined else 0)
        widths = [self.input.out_dim, *hidden]
        layers: list[nn.Module] = []
        for before, after in zip(widths, widths[1:], strict=False):
            layers.append(linear(before, after))
            layers += {"batch": [nn.BatchNorm1d(after)], "layer": [nn.LayerNorm(after)]}.get(norm, [])
            layers += [nn.LeakyReLU(0.2)] + ([nn.Dropout(dropout)] if dropout else [])
        self.body = nn.Sequential(*layers)
        features = widths[-1]
        if minibatch == "discrimination":
            self.minibatch = MinibatchDiscrimination(features)
            features += self.minibatch.shape[0]
        elif minibatch == "stddev":
            self.minibatch = nn.Sequential(nn.Unflatten(1, (features, 1, 1)), MinibatchStdDev(), nn.Flatten())
            features += 1
        else:
            self.minibatch = nn.Identity()
        self.head = (
            linear(features, 1) if joined else Head(features, num_classes, head, spectral=norm == "spectral")
        )

    def forward(self, x, y=None):
        features = self.minibatch(self.body(self.input(x.flatten(1), y)))
        if isinstance(self.head, Head):
            return self.head(features, y)
        return DiscriminatorOutput(self.head(features).squeeze(1), features)
