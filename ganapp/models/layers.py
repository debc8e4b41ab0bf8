"""What two families use in exactly the same way: the class input, the discriminator's head and what it returns."""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn


class DiscriminatorOutput(NamedTuple):
    """What every discriminator returns."""

    logits: Tensor  # (N,)
    features: Tensor  # (N, F), what the head saw
    class_logits: Tensor | None = None  # (N, K)


class ClassInput(nn.Module):
    """A latent joined with a learned embedding of its class (Mirza & Osindero 2014, arXiv 1411.1784).

    z (N, Z), y (N,) int64 or an embedding (N, E) -> (N, Z + E). Without classes: z as it is.
    """

    def __init__(self, z_dim: int, num_classes: int, width: int = 32):
        super().__init__()
        self.num_classes = num_classes
        self.out_dim = z_dim + (width if num_classes else 0)
        self.embedding = nn.Embedding(num_classes, width) if num_classes else None

    def embed(self, y: Tensor) -> Tensor:
        return y if y.is_floating_point() else self.embedding(y)

    def forward(self, z, y):
        if self.embedding is None:
            return z
        if y is None:
            raise ValueError(f"this generator is class-conditional: it needs labels 0 to {self.num_classes - 1}.")
        return torch.cat([z, self.embed(y)], dim=1)


class ProjectionHead(nn.Module):
    """features (N, F), y (N,) -> logits (N,); with classes the projection of Miyato & Koyama 2018 (eq. 3)."""

    def __init__(self, features: int, num_classes: int):
        super().__init__()
        self.linear = nn.Linear(features, 1)
        self.embedding = nn.Embedding(num_classes, features) if num_classes else None
        self.scale = 1 / math.sqrt(features)
        nn.init.normal_(self.linear.weight, std=self.scale)
        nn.init.zeros_(self.linear.bias)

    def forward(self, features, y):
        logits = self.linear(features).squeeze(1)
        if self.embedding is not None:
            logits = logits + (self.embedding(y) * features).sum(1) * self.scale
        return logits
