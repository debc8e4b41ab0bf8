"""resnet: the residual networks of WGAN-GP, SNGAN, SAGAN and BigGAN.

Papers: Gulrajani 2017, Miyato 2018, Zhang 2019, Brock 2019. Each paper is a set of arguments, listed in
config/presets.py. Not here: BigGAN-deep (networks/imported), and truncation, which belongs to sampling.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from ganapp.config import check_choice

from ..parts.heads import ClassInput, Head

NORMS = ("none", "spectral", "layer")
POOLS = ("sum", "mean")
INITS = ("xavier", "orthogonal")


class ResNetGenerator(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1].

    `widths` are the channels from 4×4 up to the resolution, by default those of default_width(size, width).
    `conditional_norm`: a class acts through the gains and biases of the batch norms. These are linear maps of
    one shared embedding of length `embed_dim` (BigGAN) or, if embed_dim is 0, a table in each norm (SNGAN,
    SAGAN). `hierarchical`: each block gets a chunk of z, too. `attention`: side of the map that gets
    self-attention, 0 = none.
    """

    roles = frozenset({"embedding", "latent", "staged"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        width: int = 64,
        widths: Sequence[int] | None = None,
        spectral: bool = False,
        attention: int = 0,
        conditional_norm: bool = True,
        embed_dim: int = 128,
        hierarchical: bool = False,
        init: str = "xavier",
    ):
        super().__init__()
        sizes = [4 * 2**i for i in range(int(math.log2(resolution)) - 1)]
        widths = list(widths) if widths is not None else [default_width(size, width) for size in sizes]
        if len(widths) != len(sizes):
            raise ValueError(
                f"widths has {len(widths)} entries; {resolution} pixels need {len(sizes)}, from 4×4 up."
            )
        check_choice("init", init, INITS)
        check_choice("attention", attention, (0, *sizes[1:]))
        chunks = split_evenly(z_dim, len(sizes)) if hierarchical else [z_dim] + [0] * (len(sizes) - 1)
        make = LayerFactory(spectral, init, class_tables=embed_dim == 0 and not hierarchical)

        self.num_classes = num_classes
        self.conditional_norm = bool(num_classes and conditional_norm)
        self.chunks = chunks
        self.input = ClassInput(chunks[0], 0 if conditional_norm else num_classes)
        self.embedding = None
        if self.conditional_norm and embed_dim:
            self.embedding = nn.Embedding(num_classes, embed_dim)  # never spectral, as in BigGAN
            make.initialize(self.embedding)
        class_dim = (embed_dim or num_classes) if self.conditional_norm else 0
        self.linear = make.linear(self.input.out_dim, widths[0] * 16)
        self.blocks = nn.ModuleList(
            GeneratorBlock(before, after, class_dim + chunk, make)
            for before, after, chunk in zip(widths[:-1], widths[1:], chunks[1:], strict=True)
        )
        self.attended = sizes[1:].index(attention) if attention else -1  # the block that attention follows
        self.attention = SelfAttention(widths[self.attended + 1], make) if attention else None
        self.norm = nn.BatchNorm2d(widths[-1])
        self.to_image = make.conv(widths[-1], channels, 3)

    def embed(self, y):
        """y (N,) int64 -> (N, embed_dim), or one-hot (N, K) if embed_dim is 0. Floats pass unchanged."""
        if not self.conditional_norm:
            return self.input.embed(y)
        if y.is_floating_point():
            return y
        return F.one_hot(y, self.num_classes).float() if self.embedding is None else self.embedding(y)

    def feature_stages(self):
        return list(self.blocks)

    def forward(self, z, y=None):
        if self.conditional_norm and y is None:
            raise ValueError(
                f"this generator is class-conditional: it needs labels 0 to {self.num_classes - 1}."
            )
        first, *chunks = z.split(self.chunks, dim=1)
        shared = [self.embed(y)] if self.conditional_norm else []
        x = self.linear(self.input(first, y)).view(len(z), -1, 4, 4)  # (N, W, 4, 4)
        for i, (block, chunk) in enumerate(zip(self.blocks, chunks, strict=True)):
            x = block(x, torch.cat([*shared, chunk], dim=1))
            if i == self.attended:
                x = self.attention(x)
        return torch.tanh(self.to_image(F.relu(self.norm(x))))  # (N, C, R, R)


class ResNetDiscriminator(nn.Module):
    """images (N, C, R, R), y (N,) or None -> DiscriminatorOutput.

    It has no batch statistics, as R1, R2 and WGAN-GP require. `widths` are the channels after each block. The
    first blocks halve the map until its side is `end_size`; further blocks keep the size.
    """

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        *,
        width: int = 64,
        widths: Sequence[int] | None = None,
        end_size: int = 8,
        norm: str = "spectral",
        attention: int = 0,
        pool: str = "sum",
        head: str = "projection",
        init: str = "xavier",
    ):
        super().__init__()
        check_choice("norm", norm, NORMS)
        check_choice("pool", pool, POOLS)
        check_choice("init", init, INITS)
        check_choice("end_size", end_size, (4, 8, 16))
        halvings = int(math.log2(resolution // end_size))
        sizes = [resolution // 2 ** (i + 1) for i in range(halvings)]  # of the map after each halving block
        if widths is None:
            widths = [default_width(2 * size, width) for size in sizes] + [default_width(end_size, width)] * 2
        if len(widths) < halvings:
            need = f"{resolution} pixels down to {end_size}×{end_size} need at least {halvings}"
            raise ValueError(f"widths has {len(widths)} entries; {need}.")
        check_choice("attention", attention, (0, *sizes))
        make = LayerFactory(norm == "spectral", init)

        self.blocks = nn.ModuleList(
            DiscriminatorBlock(before, after, i < halvings, i == 0, norm == "layer", make)
            for i, (before, after) in enumerate(zip([channels, *widths], widths, strict=False))
        )
        self.attended = sizes.index(attention) if attention else -1
        self.attention = SelfAttention(widths[self.attended], make) if attention else None
        self.pool = pool
        self.head = Head(widths[-1], num_classes, head, spectral=norm == "spectral")

    def forward(self, x, y=None):
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i == self.attended:
                x = self.attention(x)
        x = F.relu(x)
        features = x.sum((2, 3)) if self.pool == "sum" else x.mean((2, 3))  # (N, W)
        return self.head(features, y)


class GeneratorBlock(nn.Module):
    """x (N, before, S, S), c (N, E) -> (N, after, 2S, 2S).

    norm, ReLU, upsample, conv, norm, ReLU, conv; beside it a 1×1 conv, upsampled, as the shortcut.
    """

    def __init__(self, before: int, after: int, condition_dim: int, make: LayerFactory):
        super().__init__()
        self.norm1 = ConditionalBatchNorm(before, condition_dim, make)
        self.conv1 = make.conv(before, after, 3, gain=math.sqrt(2))
        self.norm2 = ConditionalBatchNorm(after, condition_dim, make)
        self.conv2 = make.conv(after, after, 3, gain=math.sqrt(2))
        self.shortcut = make.conv(before, after, 1)

    def forward(self, x, c):
        h = F.relu(self.norm1(x, c))
        h = self.conv1(F.interpolate(h, scale_factor=2))
        h = self.conv2(F.relu(self.norm2(h, c)))
        return h + F.interpolate(self.shortcut(x), scale_factor=2)  # commutes with a 1×1 conv


class DiscriminatorBlock(nn.Module):
    """x (N, before, S, S) -> (N, after, S, S), or (N, after, S/2, S/2) with `halve`.

    norm, ReLU, conv, norm, ReLU, conv, beside a shortcut. `halve` averages 2×2 pixels. `first` leaves out the
    first norm and ReLU, because the input is an image.
    """

    def __init__(
        self, before: int, after: int, halve: bool, first: bool, layer_norm: bool, make: LayerFactory
    ):
        super().__init__()
        self.halve, self.first = halve, first
        # Layer norm over all values of an image with a gain per channel is GroupNorm with one group.
        normed = layer_norm and not first
        self.norm1 = nn.GroupNorm(1, before) if normed else nn.Identity()
        self.conv1 = make.conv(before, after, 3, gain=math.sqrt(2))
        self.norm2 = nn.GroupNorm(1, after) if normed else nn.Identity()
        self.conv2 = make.conv(after, after, 3, gain=math.sqrt(2))
        self.shortcut = make.conv(before, after, 1) if halve or before != after else nn.Identity()

    def forward(self, x):
        h = x if self.first else F.relu(self.norm1(x))
        h = self.conv2(F.relu(self.norm2(self.conv1(h))))
        if self.halve:
            h, x = F.avg_pool2d(h, 2), F.avg_pool2d(x, 2)
        return h + self.shortcut(x)


class ConditionalBatchNorm(nn.Module):
    """x (N, W, S, S), c (N, E) -> batch norm of x, times 1 + gain(c), plus bias(c); plain if E is 0."""

    def __init__(self, width: int, condition_dim: int, make: LayerFactory):
        super().__init__()
        self.norm = nn.BatchNorm2d(width, affine=condition_dim == 0)
        self.gain = make.modulation(condition_dim, width) if condition_dim else None
        self.bias = make.modulation(condition_dim, width) if condition_dim else None

    def forward(self, x, c):
        x = self.norm(x)
        if self.gain is None:
            return x
        return x * (1 + self.gain(c))[:, :, None, None] + self.bias(c)[:, :, None, None]


class SelfAttention(nn.Module):
    """x (N, W, S, S) -> x + γ · attention over its P = S·S places; γ starts at 0 (Zhang 2019, section 3).

    As in the authors' code and in BigGAN, queries and keys have W/8 channels and values W/2; keys and values
    are max-pooled.
    """

    def __init__(self, width: int, make: LayerFactory):
        super().__init__()
        small, half = max(width // 8, 1), max(width // 2, 1)
        self.query = make.conv(width, small, 1, bias=False)
        self.key = make.conv(width, small, 1, bias=False)
        self.value = make.conv(width, half, 1, bias=False)
        self.out = make.conv(half, width, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, x):
        query = self.query(x).flatten(2)  # (N, W/8, P)
        key = F.max_pool2d(self.key(x), 2).flatten(2)  # (N, W/8, P/4)
        value = F.max_pool2d(self.value(x), 2).flatten(2)  # (N, W/2, P/4)
        # scaled_dot_product_attention's fast kernels lack the second derivative of gradient penalties.
        weights = (query.transpose(1, 2) @ key).softmax(dim=2)  # (N, P, P/4)
        out = value @ weights.transpose(1, 2)  # (N, W/2, P)
        return x + self.gamma * self.out(out.unflatten(2, x.shape[2:]))


class LayerFactory(NamedTuple):
    """Makes the weight layers of one network, all with the same initialization and normalization."""

    spectral: bool  # spectral normalization
    scheme: str  # of INITS
    class_tables: bool = False  # conditions are one-hot classes: modulation() is a table with a row per class

    def conv(self, before: int, after: int, kernel: int, gain: float = 1.0, bias: bool = True) -> nn.Module:
        return self.initialized(nn.Conv2d(before, after, kernel, padding=kernel // 2, bias=bias), gain)

    def linear(self, before: int, after: int) -> nn.Module:
        return self.initialized(nn.Linear(before, after))

    def modulation(self, condition_dim: int, width: int) -> nn.Module:
        """c (N, E) -> gains or biases (N, width). Tables start near 0, never spectral, as published."""
        layer = nn.Linear(condition_dim, width, bias=False)
        if self.class_tables:
            nn.init.normal_(layer.weight, std=0.02)
            return layer
        return self.initialized(layer)

    def initialized(self, layer: nn.Module, gain: float = 1.0) -> nn.Module:
        """The layer with new weights and, if `spectral`, with spectral normalization."""
        self.initialize(layer, gain)
        return spectral_norm(layer) if self.spectral else layer

    def initialize(self, layer: nn.Module, gain: float = 1.0) -> None:
        """Draw new weights: orthogonal (Brock 2019), or Glorot with a gain. Biases become 0.

        Residual branches have a gain of √2, as in the code of both Gulrajani and Miyato.
        """
        if self.scheme == "orthogonal":
            nn.init.orthogonal_(layer.weight)
        else:
            nn.init.xavier_uniform_(layer.weight, gain)
        if getattr(layer, "bias", None) is not None:
            nn.init.zeros_(layer.bias)


def default_width(size: int, width: int) -> int:
    """Channels of a map of size×size: `width` at 16, twice that below, halving above down to width/4."""
    return max(width // 4, min(2 * width, width * 16 // size))


def split_evenly(z_dim: int, parts: int) -> list[int]:
    """Sizes of `parts` chunks of z: 122 in 6 -> [21, 21, 20, 20, 20, 20].

    Raises ValueError (message fit for the user) if z has fewer numbers than there are chunks.
    """
    if z_dim < parts:
        raise ValueError(
            f"z_dim is {z_dim}; hierarchical needs at least {parts}, one for the input and each block."
        )
    return [z_dim // parts + (i < z_dim % parts) for i in range(parts)]
