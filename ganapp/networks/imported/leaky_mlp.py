"""leaky_mlp: the dense generators of PyTorch-GAN: linear layers, batch norm, leaky ReLU, and tanh at the end.

The originals are eriklindernoren/PyTorch-GAN, implementations/gan, wgan, wgan_gp, wgan_div, bgan,
softmax_gan, cgan.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

# Epsilon of its batch norms. The original passes its momentum as the second argument, which is eps.
EPS = 0.8


class LeakyMLP(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1].

    `hidden` are the widths of the hidden layers; all but the first have a batch norm. `embed_dim`: length of
    the embedding of a class, which stands before z.
    """

    roles = frozenset({"embedding", "latent"})

    def __init__(
        self, resolution, channels, num_classes, z_dim, *, hidden: Sequence[int], embed_dim: int = 0
    ):
        super().__init__()
        self.shape, self.num_classes = (channels, resolution, resolution), num_classes
        self.embedding = nn.Embedding(num_classes, embed_dim) if num_classes else None
        widths = (z_dim + (embed_dim if num_classes else 0), *hidden)
        layers: list[nn.Module] = []
        for before, width in zip(widths, hidden):
            norm = [nn.BatchNorm1d(width, EPS)] if layers else []
            layers += [nn.Linear(before, width), *norm, nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, nn.Linear(widths[-1], channels * resolution**2), nn.Tanh())

    def embed(self, y):
        """y (N,) int64 -> (N, embed_dim). Floats pass unchanged."""
        return y if y.is_floating_point() else self.embedding(y)

    def forward(self, z, y=None):
        if self.num_classes and y is None:
            raise ValueError(
                f"this generator is class-conditional: it needs labels 0 to {self.num_classes - 1}."
            )
        x = torch.cat([self.embed(y), z], dim=1) if self.num_classes else z
        return self.layers(x).unflatten(1, self.shape)
