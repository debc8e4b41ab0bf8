"""lightweight: the generator of lucidrains/lightweight-gan, after FastGAN (arXiv 2101.04775)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import nn

from .noise import FixedNoise

EXCITES = {
    16: 128,
    32: 256,
    64: 512,
    128: 1024,
}  # size of a map -> size of the larger map whose channels it weights
HEADS, HEAD_DIM = 8, 64


class LightweightGenerator(nn.Module):
    """z (N, z_dim) -> images (N, C, R, R) in [-1, 1], clamped; the original's range is [0, 1].

    `widths` are the channels after each doubling, from 8 pixels up. `attention` are the sizes of the maps
    that get attention, before they are doubled. `frequency`: excitation uses cosines (FcaNet, Qin 2021)
    instead of an attended mean.
    """

    roles = frozenset({"latent", "staged"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        widths: Sequence[int],
        attention: Sequence[int] = (),
        frequency: bool = False,
    ):
        super().__init__()
        if num_classes or resolution != 4 * 2 ** len(widths):
            raise ValueError(f"{len(widths)} widths do not make {resolution} pixels without classes.")
        self.stem = nn.Sequential(
            nn.ConvTranspose2d(z_dim, 2 * z_dim, 4), nn.BatchNorm2d(2 * z_dim), nn.GLU(1)
        )
        sizes = [8 * 2**i for i in range(len(widths))]
        befores = [z_dim, *widths]
        self.blocks = nn.ModuleList(up(a, b) for a, b in zip(befores, widths))
        self.excite = nn.ModuleDict()
        for size, width in zip(sizes, widths):
            if EXCITES.get(size, math.inf) <= resolution:
                after = widths[sizes.index(EXCITES[size])]
                self.excite[str(size)] = (
                    Frequencies(width, after, size) if frequency else Context(width, after)
                )
        self.attention = nn.ModuleDict(
            {str(size): Attention(befores[sizes.index(2 * size)]) for size in attention}
        )
        self.to_image = nn.Conv2d(widths[-1], channels, 3, padding=1)

    def feature_stages(self):
        return list(self.blocks)

    def forward(self, z, y=None):
        x = F.normalize(self.stem(z[:, :, None, None]), dim=1)
        weights: dict[int, torch.Tensor] = {}
        for block in self.blocks:
            if str(x.shape[-1]) in self.attention:
                x = x + self.attention[str(x.shape[-1])](x)
            x = block(x)
            size = x.shape[-1]
            if str(size) in self.excite:
                weights[EXCITES[size]] = self.excite[str(size)](x)
            if size in weights:
                x = x * weights[size]
        return (2 * self.to_image(x) - 1).clamp(-1, 1)


def up(before: int, after: int) -> nn.Sequential:
    """(N, before, S, S) -> (N, after, 2S, 2S).

    Sub-pixel convolution, blur, 4×4 convolution, noise, norm, gate.
    """
    return nn.Sequential(
        nn.Conv2d(before, 4 * before, 1), nn.SiLU(), nn.PixelShuffle(2), Blur(), nn.ZeroPad2d((2, 1, 2, 1)),
        nn.Conv2d(before, 2 * after, 4), FixedNoise(), nn.BatchNorm2d(2 * after), nn.GLU(1),
    )  # fmt: skip


class Blur(nn.Module):
    """x (N, W, S, S), filtered by [1, 2, 1] / 4 in both directions, mirrored at the border."""

    def forward(self, x):
        row = torch.tensor([0.25, 0.5, 0.25], dtype=x.dtype, device=x.device)
        kernel = torch.outer(row, row).expand(x.shape[1], 1, 3, 3)
        return F.conv2d(F.pad(x, (1, 1, 1, 1), mode="reflect"), kernel, groups=x.shape[1])


def gate(before: int, after: int, middle: int) -> nn.Sequential:
    """(N, before, 1, 1) -> weights (N, after, 1, 1) in [0, 1]."""
    middle = max(3, middle)
    return nn.Sequential(
        nn.Conv2d(before, middle, 1), nn.LeakyReLU(0.1), nn.Conv2d(middle, after, 1), nn.Sigmoid()
    )


class Context(nn.Module):
    """(N, before, S, S) -> weights (N, after, 1, 1) from an attended mean (GCNet, Cao 2020)."""

    def __init__(self, before: int, after: int):
        super().__init__()
        self.to_key, self.gate = nn.Conv2d(before, 1, 1), gate(before, after, after // 2)

    def forward(self, x):
        places = self.to_key(x).flatten(2).softmax(-1)  # (N, 1, P)
        return self.gate((x.flatten(2) @ places.transpose(1, 2))[..., None])


class Frequencies(nn.Module):
    """(N, before, S, S) -> weights (N, after, 1, 1) from products with cosines (FcaNet, Qin 2021).

    Each of sixteen groups of channels has its own frequency. The cosines come with the checkpoint.
    """

    def __init__(self, before: int, after: int, size: int):
        super().__init__()
        self.gate = gate(before, after, after // 4)
        self.register_buffer("cosines", torch.zeros(1, before, size, size))

    def forward(self, x):
        return self.gate((x * self.cosines).sum((2, 3), keepdim=True))


class Attention(nn.Module):
    """x (N, W, S, S) -> same shape: linear attention over the map, and attention over 3×3 places.

    Both act on x normalized over its channels. P = S·S is the number of places.
    """

    def __init__(self, width: int):
        super().__init__()
        inner = HEADS * HEAD_DIM
        self.gain, self.bias = (
            nn.Parameter(torch.ones(1, width, 1, 1)),
            nn.Parameter(torch.zeros(1, width, 1, 1)),
        )
        self.linear_query = nn.Conv2d(width, inner, 1, bias=False)
        self.linear_depth = nn.Conv2d(width, width, 3, padding=1, groups=width, bias=False)
        self.linear_point = nn.Conv2d(width, 2 * inner, 1, bias=False)
        self.query, self.key_value = (
            nn.Conv2d(width, inner, 1, bias=False),
            nn.Conv2d(width, 2 * inner, 1, bias=False),
        )
        self.out = nn.Conv2d(2 * inner, width, 1)

    def forward(self, x):
        variance, mean = torch.var_mean(x, 1, correction=0, keepdim=True)
        x = (x - mean) / (variance + 1e-5).sqrt() * self.gain + self.bias
        both = torch.cat([F.gelu(self.global_attention(x)), self.local_attention(x)], 1)
        return self.out(both.unflatten(2, x.shape[2:]))

    def global_attention(self, x):
        """(N, W, S, S) -> (N, inner, P)."""
        key, value = self.linear_point(self.linear_depth(x)).chunk(2, 1)
        query, key, value = (
            t.flatten(2).unflatten(1, (HEADS, HEAD_DIM)) for t in (self.linear_query(x), key, value)
        )
        query, key = query.softmax(2) * HEAD_DIM**-0.5, key.softmax(3)  # over channels; over places
        context = key @ value.transpose(2, 3)  # (N, heads, D, D)
        return (context.transpose(2, 3) @ query).flatten(1, 2)

    def local_attention(self, x):
        """(N, W, S, S) -> (N, inner, P)."""
        places = x.shape[2] * x.shape[3]
        query = self.query(x).flatten(2).unflatten(1, (HEADS, HEAD_DIM)) * HEAD_DIM**-0.5  # (N, heads, D, P)
        key, value = (
            F.unfold(t, 3, padding=1).view(len(x), HEADS, HEAD_DIM, 9, places)
            for t in self.key_value(x).chunk(2, 1)
        )
        weights = (query[:, :, :, None] * key).sum(2).softmax(2)  # (N, heads, 9, P)
        return (weights[:, :, None] * value).sum(3).flatten(1, 2)
