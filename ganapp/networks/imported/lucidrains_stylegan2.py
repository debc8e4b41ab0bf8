"""lucidrains_stylegan2: the generator of lucidrains/stylegan2-pytorch, after Karras 2020 (arXiv 1912.04958).

Unlike our stylegan2 it enlarges bilinearly before a convolution, z has length 1, noise acts by channel, and
layers may attend. It cannot share our family's weights.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from ..families.stylegan2 import modulated_conv
from .lightweight import Blur
from .noise import fixed_uniform

HEADS, HEAD_DIM = 8, 64


class LucidrainsStyleGAN2(nn.Module):
    """z (N, z_dim) -> images (N, C, R, R), clamped to [-1, 1]; the original's range is [0, 1].

    `widths` are the channels from 4×4 up. `attention` lists the blocks, counted from 0, that attend first.
    `constant`: it starts from a learned map, else from w. `blur`: enlarged images are blurred. The noise is
    fixed.
    """

    roles = frozenset({"latent", "mapped"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        widths: Sequence[int],
        mapping_layers: int = 8,
        attention: Sequence[int] = (),
        constant: bool = True,
        blur: bool = True,
    ):
        super().__init__()
        if num_classes or resolution != 4 << (len(widths) - 1):
            raise ValueError(f"{len(widths)} widths do not make {resolution} pixels without classes.")
        self.layers = nn.ModuleList(nn.Linear(z_dim, z_dim) for _ in range(mapping_layers))
        self.register_buffer("w_avg", torch.zeros(z_dim))
        self.num_ws = len(widths)
        self.const = nn.Parameter(torch.randn(1, widths[0], 4, 4)) if constant else None
        self.stem = None if constant else nn.ConvTranspose2d(z_dim, widths[0], 4, bias=False)
        self.conv = nn.Conv2d(widths[0], widths[0], 3, padding=1)
        befores = [widths[0], *widths[:-1]]
        self.attention = nn.ModuleDict({str(i): AttentionPair(befores[i]) for i in attention})
        self.blocks = nn.ModuleList(
            Block(before, after, channels, z_dim) for before, after in zip(befores, widths)
        )
        self.resolution, self.blur = resolution, Blur() if blur else nn.Identity()

    def mapping(self, z, y=None):
        w = F.normalize(z, dim=1)
        for layer in self.layers:
            w = F.leaky_relu(layer(w), 0.2)
        return w

    def synthesis(self, w):
        """w (N, W) or (N, num_ws, W) -> images (N, C, R, R), about in [-1, 1].

        Raises ValueError if w has another number of layers.
        """
        if w.ndim == 2:
            w = w[:, None].expand(-1, self.num_ws, -1)
        if w.shape[1] != self.num_ws:
            raise ValueError(f"w has {w.shape[1]} layers; this generator has {self.num_ws}.")
        first = self.const.expand(len(w), -1, -1, -1) if self.stem is None else None
        x = self.conv(self.stem(w.mean(1)[:, :, None, None]) if first is None else first)
        noise = fixed_uniform(self.resolution).to(x)
        image = None
        for i, block in enumerate(self.blocks):
            if str(i) in self.attention:
                x = self.attention[str(i)](x)
            if i:
                x = enlarge(x)
                image = self.blur(enlarge(image))
            x, own = block(x, w[:, i], noise)
            image = own if image is None else image + own
        return 2 * image - 1

    def forward(self, z, y=None):
        return self.synthesis(self.mapping(z)).clamp(-1, 1)


class Block(nn.Module):
    """x (N, before, S, S), w (N, W), noise (1, 1, R, R) -> features (N, after, S, S), image (N, C, S, S)."""

    def __init__(self, before: int, after: int, channels: int, w_dim: int):
        super().__init__()
        self.conv1 = StyledConv(before, after, w_dim)
        self.conv2 = StyledConv(after, after, w_dim)
        self.style = nn.Linear(w_dim, after)
        self.weight = nn.Parameter(torch.randn(channels, after, 1, 1))

    def forward(self, x, w, noise):
        x = self.conv2(self.conv1(x, w, noise), w, noise)
        return x, modulated_conv(x, self.weight, self.style(w), demodulate=False)


class StyledConv(nn.Module):
    """Modulated 3×3 convolution, noise with a gain and a bias for each channel, LeakyReLU."""

    def __init__(self, before: int, after: int, w_dim: int):
        super().__init__()
        self.style = nn.Linear(w_dim, before)
        self.weight = nn.Parameter(torch.randn(after, before, 3, 3))
        self.gain, self.bias = nn.Parameter(torch.zeros(after)), nn.Parameter(torch.zeros(after))

    def forward(self, x, w, noise):
        x = modulated_conv(x, self.weight, self.style(w))
        noise = noise[:, :, : x.shape[2], : x.shape[3]]
        return F.leaky_relu(x + noise * self.gain[:, None, None] + self.bias[:, None, None], 0.2)


class AttentionPair(nn.Module):
    """x (N, W, S, S) -> same shape: linear attention, then two 1×1 convolutions, each added to x."""

    def __init__(self, width: int):
        super().__init__()
        inner = HEADS * HEAD_DIM
        self.norm1, self.norm2 = ChannelNorm(width), ChannelNorm(width)
        self.query = nn.Conv2d(width, inner, 1, bias=False)
        self.depth = nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False)
        self.point = nn.Conv2d(width, 2 * inner, 1, bias=False)
        self.out = nn.Conv2d(inner, width, 1)
        self.wide, self.narrow = nn.Conv2d(width, 2 * width, 1), nn.Conv2d(2 * width, width, 1)

    def forward(self, x):
        x = x + self.out(F.gelu(self.attend(self.norm1(x))))
        return x + self.narrow(F.leaky_relu(self.wide(self.norm2(x)), 0.2))

    def attend(self, x):
        """(N, W, S, S) -> (N, inner, S, S)."""
        parts = (self.query(x), *self.point(self.depth(x)).chunk(2, 1))
        query, key, value = (t.flatten(2).unflatten(1, (HEADS, HEAD_DIM)) for t in parts)  # (N, heads, D, P)
        query, key = query.softmax(2) * HEAD_DIM**-0.5, key.softmax(3)  # over channels; over places
        context = key @ value.transpose(2, 3)  # (N, heads, D, D)
        return (context.transpose(2, 3) @ query).flatten(1, 2).unflatten(2, x.shape[2:])


class ChannelNorm(nn.Module):
    """x (N, W, S, S) normalized over its channels, times a gain, plus a bias."""

    def __init__(self, width: int):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1, width, 1, 1))
        self.bias = nn.Parameter(torch.zeros(1, width, 1, 1))

    def forward(self, x):
        variance, mean = torch.var_mean(x, 1, correction=0, keepdim=True)
        return (x - mean) / (variance + 1e-5).sqrt() * self.gain + self.bias


def enlarge(x):
    """(N, W, S, S) -> (N, W, 2S, 2S), bilinear."""
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
