"""r3gan: a modern residual network without normalization (Huang et al. 2024, arXiv 2501.05441).

A basis layer, then stages of residual blocks with resampling between them; G and D mirror each other.
`block="bottleneck"` is the paper's 1×1, grouped 3×3, 1×1 (there with expansion=2, group_size=16).
`block="plain"` is two dense 3×3, which a CPU runs three times as fast. Resampling has no parameters.
Upsampling is bilinear, which is the paper's filter except that the paper pads the border with zeros;
downsampling is a plain average.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from ganapp.config import check_choice

from ..parts.heads import HEADS, ClassInput, Head
from ..roles import DiscriminatorOutput

BLOCKS = ("bottleneck", "plain")


class R3GANGenerator(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1] (not clamped while training)."""

    roles = frozenset({"embedding", "latent", "staged"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        widths: Sequence[int] | None = None,
        blocks: int = 2,
        block: str = "plain",
        expansion: float = 1.0,
        group_size: int = 16,
        embed_dim: int = 32,
    ):
        super().__init__()
        widths = stage_widths(widths, resolution)
        depth = blocks * len(widths)
        self.input = ClassInput(z_dim, num_classes, embed_dim)
        self.basis = nn.Parameter(torch.empty(widths[0], 4, 4).normal_())
        self.linear = nn.Linear(self.input.out_dim, widths[0], bias=False)
        nn.init.normal_(self.linear.weight, std=1 / math.sqrt(self.input.out_dim))
        self.stages = nn.ModuleList(
            nn.Sequential(*(ResidualBlock(w, depth, block, expansion, group_size) for _ in range(blocks)))
            for w in widths
        )
        self.transitions = nn.ModuleList(
            resize_channels(before, after) for before, after in zip(widths, widths[1:], strict=False)
        )
        self.to_image = nn.Conv2d(widths[-1], channels, 1, bias=False)
        nn.init.normal_(self.to_image.weight, std=1 / math.sqrt(widths[-1]))

    def embed(self, y):
        return self.input.embed(y)

    def feature_stages(self):
        return list(self.stages)

    def forward(self, z, y=None):
        x = self.linear(self.input(z, y))[:, :, None, None] * self.basis  # (N, W, 4, 4)
        for i, stage in enumerate(self.stages):
            if i:
                # Channels change on the smaller map, where the convolution is cheap.
                x = F.interpolate(
                    self.transitions[i - 1](x), scale_factor=2, mode="bilinear", align_corners=False
                )
            x = stage(x)
        x = self.to_image(x)
        return x if self.training else x.clamp(-1, 1)


class R3GANDiscriminator(nn.Module):
    """images (N, C, R, R), y (N,) or None -> DiscriminatorOutput.

    It has no batch statistics, as R1 and R2 require.
    `head="projection"` is the paper's: the product of a class embedding and a linear map of the features,
    without the unconditional term that Head adds.
    """

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        *,
        widths: Sequence[int] | None = None,
        blocks: int = 2,
        block: str = "plain",
        expansion: float = 1.0,
        group_size: int = 16,
        embed_dim: int = 64,
        head: str = "projection",
    ):
        super().__init__()
        check_choice("head", head, HEADS)
        widths = stage_widths(widths, resolution)[::-1]
        depth = blocks * len(widths)
        self.from_image = nn.Conv2d(channels, widths[0], 1, bias=False)
        nn.init.normal_(self.from_image.weight, std=1 / math.sqrt(channels))
        self.stages = nn.ModuleList(
            nn.Sequential(*(ResidualBlock(w, depth, block, expansion, group_size) for _ in range(blocks)))
            for w in widths
        )
        self.transitions = nn.ModuleList(
            resize_channels(before, after) for before, after in zip(widths, widths[1:], strict=False)
        )
        self.basis = nn.Conv2d(widths[-1], widths[-1], 4, groups=widths[-1], bias=False)
        nn.init.normal_(self.basis.weight, std=1 / 4)
        self.head = (
            Head(widths[-1], num_classes, head)
            if num_classes and head in ("classifier", "contrastive")
            else None
        )
        embed_dim = embed_dim if num_classes and head == "projection" else 0
        self.embedding = nn.Embedding(num_classes, embed_dim) if embed_dim else None
        if self.head is None:
            self.linear = nn.Linear(widths[-1], embed_dim or 1, bias=False)
            nn.init.normal_(self.linear.weight, std=1 / math.sqrt(widths[-1]))

    def forward(self, x, y=None):
        x = self.from_image(x)
        for i, stage in enumerate(self.stages):
            if i:
                x = self.transitions[i - 1](F.avg_pool2d(x, 2))
            x = stage(x)
        features = self.basis(x).flatten(1)  # (N, W)
        if self.head is not None:
            return self.head(features, y)
        out = self.linear(features)  # (N, 1) or (N, E)
        if self.embedding is None:
            return DiscriminatorOutput(out.squeeze(1), features)
        e = self.embedding(y)
        return DiscriminatorOutput((out * e).sum(1) / math.sqrt(e.shape[1]), features)


class ResidualBlock(nn.Module):
    """x (N, W, S, S) -> x + f(x), same shape.

    The last layer of f starts at zero; the initial weights of the others shrink with `depth`, the number of
    blocks of the network (Fixup: Zhang 2019; Huang 2024, section 3.3).
    """

    def __init__(self, width: int, depth: int, block: str, expansion: float, group_size: int):
        super().__init__()
        check_choice("block", block, BLOCKS)
        inner = int(width * expansion)
        if block == "plain":
            shapes = [(width, inner, 3, 1), (inner, width, 3, 1)]
        else:
            if inner % group_size:
                raise ValueError(
                    f"width × expansion is {inner}; it must be a multiple of group_size {group_size}."
                )
            shapes = [(width, inner, 1, 1), (inner, inner, 3, inner // group_size), (inner, width, 1, 1)]
        layers: list[nn.Module] = []
        for i, (before, after, kernel, groups) in enumerate(shapes):
            last = i == len(shapes) - 1
            conv = nn.Conv2d(before, after, kernel, padding=kernel // 2, groups=groups, bias=not last)
            gain = math.sqrt(2 / (1 + 0.2**2)) * depth ** (-1 / (2 * len(shapes) - 2))
            fan_in = before // groups * kernel**2
            nn.init.normal_(conv.weight, std=0.0 if last else gain / math.sqrt(fan_in))
            if not last:
                nn.init.zeros_(conv.bias)
            layers += [conv] if last else [conv, nn.LeakyReLU(0.2)]
        self.body = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.body(x)


def resize_channels(before: int, after: int) -> nn.Module:
    """x (N, before, S, S) -> (N, after, S, S): a 1×1 convolution, or the identity where it fits."""
    if before == after:
        return nn.Identity()
    conv = nn.Conv2d(before, after, 1, bias=False)
    nn.init.normal_(conv.weight, std=1 / math.sqrt(before))
    return conv


def stage_widths(widths: Sequence[int] | None, resolution: int) -> list[int]:
    """Channels of each stage from 4×4 up to the resolution.

    By default 128 at 4 and 8 pixels, then half with each doubling, at least 16. Raises ValueError if `widths`
    is not as long as there are stages.
    """
    count = int(math.log2(resolution)) - 1
    if widths is None:
        return [max(16, min(128, 1024 // 2**i)) for i in range(2, 2 + count)]
    if len(widths) != count:
        raise ValueError(f"widths has {len(widths)} entries; {resolution} pixels need {count}, from 4×4 up.")
    return list(widths)
