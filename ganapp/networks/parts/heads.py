"""Layers that several families share: the class input of G, the heads of D, and D's minibatch layers."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from ganapp.config import check_choice

from ..roles import DiscriminatorOutput


class ClassInput(nn.Module):
    """A latent joined with a learned embedding of its class (Mirza & Osindero 2014, arXiv 1411.1784).

    z (N, Z), y (N,) int64 or its embedding (N, E) -> (N, Z + E). Without classes z is returned unchanged.
    Raises ValueError (message fit for the user) if there are classes and y is None.
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
            raise ValueError(
                f"this generator is class-conditional: it needs labels 0 to {self.num_classes - 1}."
            )
        return torch.cat([z, self.embed(y)], dim=1)


HEADS = ("projection", "classifier", "contrastive", "none")


class Head(nn.Module):
    """features (N, F), y (N,) or None -> DiscriminatorOutput. `kind` says how D uses classes.

    "projection": logits + <embed(y), features> (Miyato & Koyama 2018, eq. 3). "classifier": class_logits (N,
    K) from a linear layer (AC-GAN, Odena 2017). "contrastive": features are projected to a unit vector (N,
    embed_dim), and class_logits (N, K) are its cosines to unit class proxies (ContraGAN, Kang & Park 2020;
    ReACGAN, Kang 2021). "none": y is ignored.
    """

    def __init__(
        self, features: int, num_classes: int, kind: str = "projection", embed_dim: int = 128, spectral=False
    ):
        super().__init__()
        check_choice("head", kind, HEADS)
        self.kind = kind if num_classes else "none"
        self.scale = 1 / math.sqrt(features)
        wrap = spectral_norm if spectral else (lambda module: module)
        self.linear = nn.Linear(features, 1)
        embedding = nn.Embedding(num_classes, features) if self.kind == "projection" else None
        nn.init.normal_(self.linear.weight, std=self.scale)
        nn.init.zeros_(self.linear.bias)
        self.linear = wrap(self.linear)
        if self.kind == "projection":
            self.embedding = wrap(embedding)
            self.scale = 1.0 if spectral else self.scale
        elif self.kind == "classifier":
            self.classes = wrap(nn.Linear(features, num_classes))
        elif self.kind == "contrastive":
            self.project = wrap(nn.Linear(features, embed_dim))
            self.proxies = wrap(nn.Embedding(num_classes, embed_dim))

    def forward(self, features, y):
        logits = self.linear(features).squeeze(1)
        if self.kind == "projection":
            return DiscriminatorOutput(logits + (self.embedding(y) * features).sum(1) * self.scale, features)
        if self.kind == "classifier":
            return DiscriminatorOutput(logits, features, self.classes(features))
        if self.kind == "contrastive":
            unit = F.normalize(self.project(features), dim=1)
            return DiscriminatorOutput(logits, unit, unit @ F.normalize(self.proxies.weight, dim=1).T)
        return DiscriminatorOutput(logits, features)


class MinibatchStdDev(nn.Module):
    """x (N, C, H, W) -> (N, C + 1, H, W): adds the standard deviation over groups of images as a map.

    A group has `group` images, or the greatest common divisor of that and N (Karras 2018, section 3).
    """

    whole_batch = "minibatch deviation"

    def __init__(self, group: int = 4):
        super().__init__()
        self.group = group

    def forward(self, x):
        n, c, h, w = x.shape
        group = math.gcd(self.group, n)
        y = x.reshape(group, -1, c, h, w).float()
        y = (y.var(0, unbiased=False) + 1e-8).sqrt().mean(dim=(1, 2, 3))  # (N / group,)
        return torch.cat([x, y.to(x.dtype).repeat(group)[:, None, None, None].expand(n, 1, h, w)], dim=1)


class MinibatchDiscrimination(nn.Module):
    """features (N, F) -> (N, F + kernels): adds how close an image is to the others of its batch.

    Minibatch discrimination (Salimans 2016, section 3.2).
    """

    whole_batch = "minibatch discrimination"

    def __init__(self, features: int, kernels: int = 32, dim: int = 8):
        super().__init__()
        self.shape = (kernels, dim)
        self.weight = nn.Parameter(torch.randn(features, kernels * dim) / math.sqrt(features))

    def forward(self, x):
        m = (x @ self.weight).view(-1, *self.shape)  # (N, B, C)
        distance = (m[:, None] - m[None]).abs().sum(3)  # (N, N, B)
        return torch.cat([x, torch.exp(-distance).sum(1) - 1], dim=1)  # minus an image's closeness to itself
