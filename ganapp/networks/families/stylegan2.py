"""stylegan2: a mapping network, modulated convolutions and noise.

Papers: Karras 2019 (arXiv 1812.04948) and 2020 (arXiv 1912.04958). G sums the images of all resolutions
(skip); D is residual, skip or neither. Everything that regularizes can be switched off, as the `cifar`
configuration of StyleGAN2-ADA (Karras 2020, arXiv 2006.06676) does. No custom operators, no growing.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from ganapp.config import check_choice, check_range

from ..parts.equalized import EqualizedConv, EqualizedLinear, equalized, leaky
from ..parts.fir import FIR, downsample, upsample
from ..parts.heads import HEADS, Head, MinibatchStdDev
from ..roles import DiscriminatorOutput

ARCHS = ("orig", "skip", "resnet")
W_AVG_BETA = 0.998
MAPPING_LR = 0.01  # learning rate of the mapping network, relative to the rest of G (Karras 2019, appendix C)


class StyleGAN2Generator(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1] (not clamped while training).

    `mapping(z, y)` -> w (N, w_dim). `synthesis(w)` takes w (N, w_dim), or (N, num_ws, w_dim) with one w per
    layer, and does not clamp. `mixing` is the share of training images made from two w's that are split at a
    random layer.
    """

    roles = frozenset({"embedding", "latent", "mapped", "staged"})
    whole_batch = "the average of styles"  # w_avg moves on with each pass

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        w_dim: int = 128,
        mapping_layers: int = 2,
        channel_base: int = 2048,
        channel_max: int = 128,
        noise: bool = True,
        mixing: float = 0.9,
    ):
        super().__init__()
        check_range("mixing", mixing, 0, 1)
        self.mixing = mixing
        self.mapping = Mapping(z_dim, num_classes, w_dim, mapping_layers)
        self.synthesis = Synthesis(
            level_widths(resolution, channel_base, channel_max), channels, w_dim, noise
        )
        self.num_ws = self.synthesis.num_ws
        self.register_buffer("w_avg", torch.zeros(w_dim))

    def embed(self, y):
        return self.mapping.embed(y)

    def feature_stages(self):
        return list(self.synthesis.blocks)

    def forward(self, z, y=None):
        w = self.mapping(z, y)  # (N, W)
        if not self.training:
            return self.synthesis(w).clamp(-1, 1)
        self.w_avg.lerp_(w.detach().mean(0), 1 - W_AVG_BETA)
        if self.mixing:
            w = mix_styles(w, self.mapping(torch.randn_like(z), y), self.num_ws, self.mixing)
        return self.synthesis(w)


class StyleGAN2Discriminator(nn.Module):
    """images (N, C, R, R), y (N,) or None -> DiscriminatorOutput.

    `head="projection"` is the product with a label that `mapping_layers` layers have mapped (StyleGAN2-ADA).
    All others are heads of parts/heads.py. `stddev` is the group size of the minibatch standard deviation, 0
    = off.
    """

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        *,
        arch: str = "resnet",
        channel_base: int = 2048,
        channel_max: int = 128,
        stddev: int = 4,
        head: str = "projection",
        mapping_layers: int = 2,
    ):
        super().__init__()
        check_choice("arch", arch, ARCHS)
        check_choice("head", head, HEADS)
        check_range("stddev", stddev, 0, 4096)
        widths = level_widths(resolution, channel_base, channel_max)[::-1]
        last = widths[-1]
        self.from_rgb = nn.ModuleList(
            EqualizedConv(channels, width, 1) for width in (widths if arch == "skip" else widths[:1])
        )
        self.down = downsample() if arch == "skip" else None
        self.blocks = nn.ModuleList(
            DiscriminatorBlock(before, after, arch == "resnet") for before, after in zip(widths, widths[1:])
        )
        self.stddev = MinibatchStdDev(stddev) if stddev else nn.Identity()
        self.conv = EqualizedConv(last + bool(stddev), last, 3)
        self.linear = EqualizedLinear(last * 4 * 4, last, activate=True)
        projects = bool(num_classes) and head == "projection"
        self.mapping = Mapping(0, num_classes, last, mapping_layers) if projects else None
        self.head = EqualizedLinear(last, last) if projects else equalized(Head(last, num_classes, head))

    def forward(self, x, y=None):
        image, x = x, self.from_rgb[0](x)
        for i, block in enumerate(self.blocks, start=1):
            x = block(x)
            if self.down is not None:
                image = self.down(image)
                x = x + self.from_rgb[i](image)
        x = self.conv(self.stddev(x))  # (N, F, 4, 4)
        features = self.linear(x.flatten(1))  # (N, F)
        if self.mapping is None:
            return self.head(features, y)
        projected = self.head(features) * self.mapping(None, y)  # (N, F)
        return DiscriminatorOutput(projected.sum(1) / math.sqrt(projected.shape[1]), features)


class Mapping(nn.Module):
    """z (N, Z), y (N,) int64 or its embedding (N, W) -> w (N, W).

    If z_dim is 0, z is None and w depends on the label alone. Raises ValueError if there are classes and y is
    None.
    """

    def __init__(self, z_dim: int, num_classes: int, w_dim: int, layers: int):
        super().__init__()
        check_range("mapping_layers", layers, 1, 64)
        check_range("w_dim", w_dim, 1, 8192)
        self.num_classes = num_classes
        self.embedding = EqualizedLinear(num_classes, w_dim) if num_classes else None
        widths = [z_dim + (w_dim if num_classes else 0)] + [w_dim] * layers
        self.layers = nn.Sequential(
            *(EqualizedLinear(a, b, lr=MAPPING_LR, activate=True) for a, b in zip(widths, widths[1:]))
        )

    def embed(self, y):
        return y if y.is_floating_point() else self.embedding(F.one_hot(y, self.num_classes).float())

    def forward(self, z, y=None):
        if self.embedding is not None and y is None:
            what = "discriminator" if z is None else "generator"
            raise ValueError(
                f"this {what} is class-conditional: it needs labels 0 to {self.num_classes - 1}."
            )
        device = (y if z is None else z).device.type
        with torch.autocast(device, enabled=False):  # cheap, and w_avg accumulates w over thousands of steps
            parts = [] if z is None else [z]
            if self.embedding is not None:
                parts.append(self.embed(y))
            return self.layers(torch.cat([unit_rms(part.float()) for part in parts], dim=1))


class Synthesis(nn.Module):
    """w (N, W) or (N, num_ws, W) -> images (N, C, R, R), about in [-1, 1].

    Noise is drawn anew in training mode and is constant in eval mode. Raises ValueError if w has another
    number of layers.
    """

    def __init__(self, widths: list[int], channels: int, w_dim: int, noise: bool):
        super().__init__()
        # One w per convolution; an image layer shares that of the next convolution.
        self.num_ws = 2 * len(widths)
        self.const = nn.Parameter(torch.randn(widths[0], 4, 4))
        self.blocks = nn.ModuleList(
            SynthesisBlock(before, after, channels, w_dim, 4 * 2**i, noise)
            for i, (before, after) in enumerate(zip([0, *widths], widths))
        )

    def forward(self, w):
        if w.ndim == 2:
            w = w[:, None].expand(-1, self.num_ws, -1)
        if w.shape[1] != self.num_ws:
            raise ValueError(f"w has {w.shape[1]} layers; this generator has {self.num_ws}.")
        x, image = self.const.expand(len(w), -1, -1, -1), None
        for i, block in enumerate(self.blocks):
            x, image = block(x, image, w[:, max(2 * i - 1, 0) : 2 * i + 2].unbind(1))
        return image


class SynthesisBlock(nn.Module):
    """One resolution: features (N, before, R/2, R/2), image (N, C, R/2, R/2) -> the same at R.

    Features then have `after` channels. The image is enlarged and this block's own image is added. The first
    block has neither features nor an image as input.
    """

    def __init__(self, before: int, after: int, channels: int, w_dim: int, resolution: int, noise: bool):
        super().__init__()
        self.conv0 = StyledConv(before, after, w_dim, resolution, noise, up=True) if before else None
        self.conv1 = StyledConv(after, after, w_dim, resolution, noise)
        self.to_rgb = ToRGB(after, channels, w_dim)
        self.up = upsample() if before else None

    def forward(self, x, image, ws):
        if self.conv0 is not None:
            x = self.conv0(x, ws[0])
        x = self.conv1(x, ws[-2])
        own = self.to_rgb(x, ws[-1])
        return x, own if image is None else self.up(image) + own


class StyledConv(nn.Module):
    """x (N, before, R, R), w (N, W) -> (N, after, R, R), or (N, after, 2R, 2R) with `up`.

    Modulated 3×3 convolution, noise with one learned strength, bias, LeakyReLU.
    """

    def __init__(self, before: int, after: int, w_dim: int, resolution: int, noise: bool, up: bool = False):
        super().__init__()
        self.affine = EqualizedLinear(w_dim, before, bias=1.0)
        self.weight = nn.Parameter(torch.randn(after, before, 3, 3))
        self.bias = nn.Parameter(torch.zeros(after))
        self.blur = FIR(gain=4.0) if up else None
        self.noise_strength = nn.Parameter(torch.zeros(())) if noise else None
        self.register_buffer("noise", torch.randn(resolution, resolution) if noise else None)

    def forward(self, x, w):
        x = modulated_conv(x, self.weight, self.affine(w), up=self.blur is not None)
        if self.blur is not None:
            x = self.blur(x)
        if self.noise is not None:
            noise = torch.randn_like(x[:, :1]) if self.training else self.noise.to(x.dtype)
            x = x + noise * self.noise_strength.to(x.dtype)
        x = x + self.bias.to(x.dtype)[:, None, None]
        return leaky(x)


class ToRGB(nn.Module):
    """Features (N, before, R, R), w (N, W) -> image (N, C, R, R) in fp32, by a modulated 1×1 convolution.

    It is not demodulated, which would fix the scale of the image.
    """

    def __init__(self, before: int, channels: int, w_dim: int):
        super().__init__()
        self.affine = EqualizedLinear(w_dim, before, bias=1.0)
        self.weight = nn.Parameter(torch.randn(channels, before, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.scale = 1 / math.sqrt(before)

    def forward(self, x, w):
        x = modulated_conv(x, self.weight, self.affine(w) * self.scale, demodulate=False)
        return x.float() + self.bias[:, None, None]


class DiscriminatorBlock(nn.Module):
    """(N, before, R, R) -> (N, after, R/2, R/2)."""

    def __init__(self, before: int, after: int, residual: bool):
        super().__init__()
        self.conv0 = EqualizedConv(before, before, 3)
        self.conv1 = EqualizedConv(before, after, 3, down=True)
        self.skip = EqualizedConv(before, after, 1, down=True, plain=True) if residual else None

    def forward(self, x):
        y = self.conv1(self.conv0(x))
        # √½ keeps the variance of the sum.
        return y if self.skip is None else (y + self.skip(x)) * math.sqrt(0.5)


def modulated_conv(x, weight, style, demodulate: bool = True, up: bool = False):
    """x (N, I, H, W), weight (O, I, k, k), style (N, I) -> (N, O, H, W).

    With `up` the result is (N, O, 2H + 1, 2W + 1) and still has to be filtered. Each image has its own
    weights: `weight` scaled by its style, then each output channel normalized to 1 (Karras 2020, eq. 1 and
    3). Here the style scales the input and the norm the output. The sum is the same, and all images share one
    convolution, which is up to seven times as fast on a CPU as one group per image.
    """
    x = x * style.to(x.dtype)[:, :, None, None]
    if up:
        x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)
    else:
        x = F.conv2d(x, weight, padding=weight.shape[2] // 2)
    if demodulate:
        energy = style.square() @ weight.square().sum((2, 3)).t()  # (N, O)
        x = x * (energy + 1e-8).rsqrt().to(x.dtype)[:, :, None, None]
    return x


def mix_styles(w, other, num_ws: int, probability: float):
    """w, other (N, W) -> (N, num_ws, W): style mixing (Karras 2019, section 3.1).

    With the given probability an image takes w up to a random layer and `other` from there; else w
    everywhere.
    """
    n = len(w)
    split = torch.randint(1, num_ws, (n, 1), device=w.device)
    split = split.where(torch.rand(n, 1, device=w.device) < probability, num_ws)
    first = torch.arange(num_ws, device=w.device) < split  # (N, num_ws)
    return torch.where(first[:, :, None], w[:, None], other[:, None])


def unit_rms(x):
    """x (N, F) scaled so that the mean of its squares is 1."""
    return x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()


def level_widths(resolution: int, channel_base: int, channel_max: int) -> list[int]:
    """Channels at 4×4, 8×8 … up to the resolution: channel_base / size, at least 8, at most channel_max.

    Raises ValueError (message fit for the user) if the resolution is no power of two from 8 up, or a number
    is out of range.
    """
    if resolution < 8 or resolution & (resolution - 1):
        raise ValueError(f"resolution is {resolution}; stylegan2 needs a power of two from 8 up.")
    check_range("channel_base", channel_base, 1, 1_000_000)
    check_range("channel_max", channel_max, 1, 8192)
    sizes = [2**i for i in range(2, resolution.bit_length())]
    return [min(channel_max, max(8, channel_base // size)) for size in sizes]
