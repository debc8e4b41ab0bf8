"""paper_r3gan: the generator of brownvc/R3GAN as published (Huang et al. 2024, arXiv 2501.05441).

It differs from our r3gan at the borders of enlarged maps: its filter pads them with zeros, bilinear
interpolation repeats the edge. Each stage may have its own numbers of blocks and groups. It runs in fp32; the
paper's runs its larger maps in bfloat16.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

from ..families.r3gan import ResidualBlock, resize_channels
from ..parts.fir import upsample
from ..parts.heads import ClassInput


class PaperR3GAN(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R), clamped to [-1, 1].

    `widths`, `blocks` and `group_sizes` have an entry per stage, from 4×4 up: its channels, its residual
    blocks, and the channels per group of the 3×3 convolutions. These are `expansion` times as wide as the
    stage. `embed_dim` is the length of the class embedding.
    """

    roles = frozenset({"embedding", "latent", "staged"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        widths: Sequence[int],
        blocks: Sequence[int],
        group_sizes: Sequence[int],
        expansion: int = 2,
        embed_dim: int = 64,
    ):
        super().__init__()
        if not len(widths) == len(blocks) == len(group_sizes) or resolution != 4 << (len(widths) - 1):
            raise ValueError(
                f"widths, blocks and group_sizes must have one entry for each size from 4 to {resolution}."
            )
        self.input = ClassInput(z_dim, num_classes, embed_dim)
        self.basis = nn.Parameter(torch.randn(widths[0], 4, 4))
        self.linear = nn.Linear(self.input.out_dim, widths[0], bias=False)
        self.stages = nn.ModuleList(
            nn.Sequential(
                *(ResidualBlock(width, sum(blocks), "bottleneck", expansion, group) for _ in range(count))
            )
            for width, count, group in zip(widths, blocks, group_sizes)
        )
        self.transitions = nn.ModuleList(
            resize_channels(before, after) for before, after in zip(widths, widths[1:])
        )
        self.up = upsample()
        self.to_image = nn.Conv2d(widths[-1], channels, 1, bias=False)

    def embed(self, y):
        return self.input.embed(y)

    def feature_stages(self):
        return list(self.stages)

    def forward(self, z, y=None):
        x = self.stages[0](self.linear(self.input(z, y))[:, :, None, None] * self.basis)  # (N, W, 4, 4)
        for transition, stage in zip(self.transitions, self.stages[1:]):
            x = stage(self.up(transition(x)))
        return self.to_image(x).clamp(-1, 1)  # (N, C, R, R)
