"""progan: networks that fade in one resolution after the other (Karras 2018, arXiv 1710.10196).

They have equalized learning rate, pixel norm and minibatch standard deviation. A map of r×r pixels has
fmap_base / (r / 2) channels, at least 16 and at most fmap_max (published: 8192 and 512). Images always have
the full resolution; only the feature maps inside grow (parts/growing.py).
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from ..parts.growing import add_growth, set_growth, split_level
from ..parts.heads import ClassInput, Head, MinibatchStdDev


class ProGANGenerator(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1] (not clamped while training)."""

    roles = frozenset({"embedding", "growing", "latent", "staged"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        fmap_base: int = 512,
        fmap_max: int = 128,
        pixel_norm: bool = True,
    ):
        super().__init__()
        widths = level_widths(resolution, fmap_base, fmap_max)
        self.resolution = resolution
        self.input = ClassInput(z_dim, num_classes)
        self.normalize = PixelNorm()

        def after() -> list[nn.Module]:
            return [nn.LeakyReLU(0.2)] + ([PixelNorm()] if pixel_norm else [])

        first = [
            Stem(self.input.out_dim, widths[0]),
            *after(),
            EqualizedConv2d(widths[0], widths[0], 3),
            *after(),
        ]
        self.stages = nn.ModuleList([nn.Sequential(*first)])
        for before, width in zip(widths, widths[1:], strict=False):
            convs = [EqualizedConv2d(before, width, 3), *after(), EqualizedConv2d(width, width, 3), *after()]
            self.stages.append(nn.Sequential(nn.Upsample(scale_factor=2), *convs))
        self.to_image = nn.ModuleList(EqualizedConv2d(width, channels, 1, gain=1.0) for width in widths)
        add_growth(self, len(widths) - 1)

    def embed(self, y):
        return self.input.embed(y)

    def set_growth(self, level: float) -> None:
        set_growth(self, level)

    def feature_stages(self):
        return list(self.stages)

    def forward(self, z, y=None):
        low, alpha = split_level(self.level)
        x = self.normalize(self.input(z, y))
        for i in range(low + 1):
            x = self.stages[i](x)  # (N, W, 4·2^i, 4·2^i)
        image = self.to_image[low](x)
        if alpha:
            fine = self.to_image[low + 1](self.stages[low + 1](x))
            image = torch.lerp(F.interpolate(image, scale_factor=2), fine, alpha)
        image = F.interpolate(image, size=self.resolution)  # (N, C, R, R), nearest neighbour
        return image if self.training else image.clamp(-1, 1)


class ProGANDiscriminator(nn.Module):
    """images (N, C, R, R), y (N,) or None -> DiscriminatorOutput.

    Images are averaged down to the size of the level. Logits depend on the batch through the standard
    deviation over groups of stddev_group images; 0 leaves that layer out.
    """

    roles = frozenset({"growing"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        *,
        fmap_base: int = 512,
        fmap_max: int = 128,
        stddev_group: int = 4,
        head: str = "projection",
    ):
        super().__init__()
        if stddev_group < 0:
            raise ValueError(f"stddev_group is {stddev_group}; it must be 0 (none) or more images.")
        widths = level_widths(resolution, fmap_base, fmap_max)
        self.resolution = resolution
        self.from_image = nn.ModuleList(
            nn.Sequential(EqualizedConv2d(channels, width, 1), nn.LeakyReLU(0.2)) for width in widths
        )
        last = [
            *([MinibatchStdDev(stddev_group)] if stddev_group else []),
            EqualizedConv2d(widths[0] + bool(stddev_group), widths[0], 3),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            EqualizedLinear(widths[0] * 16, widths[0]),
            nn.LeakyReLU(0.2),
        ]
        self.stages = nn.ModuleList([nn.Sequential(*last)])  # stage i halves a map of 4·2^i
        for below, width in zip(widths, widths[1:], strict=False):
            first, second = EqualizedConv2d(width, width, 3), EqualizedConv2d(width, below, 3)
            convs = [first, nn.LeakyReLU(0.2), second, nn.LeakyReLU(0.2)]
            self.stages.append(nn.Sequential(*convs, nn.AvgPool2d(2)))
        self.head = equalized(Head(widths[0], num_classes, head))
        add_growth(self, len(widths) - 1)

    def set_growth(self, level: float) -> None:
        set_growth(self, level)

    def forward(self, x, y=None):
        low, alpha = split_level(self.level)
        high = low + bool(alpha)
        image = pool(x, self.resolution // (4 * 2**high))
        h = self.from_image[high](image)
        if alpha:
            h = torch.lerp(self.from_image[low](pool(image, 2)), self.stages[high](h), alpha)
        for i in range(low, -1, -1):
            h = self.stages[i](h)
        return self.head(h, y)


def pool(x, factor: int):
    return x if factor == 1 else F.avg_pool2d(x, factor)


class PixelNorm(nn.Module):
    """x (N, C, ...) divided by its root mean square over C (Karras 2018, section 4.2)."""

    def forward(self, x):
        return x * (x.float().square().mean(1, keepdim=True) + 1e-8).rsqrt().to(x.dtype)


class EqualizedConv2d(nn.Module):
    """x (N, before, R, R) -> (N, after, R, R), with an equalized learning rate (Karras 2018, section 4.1).

    Weights are N(0, 1) and scaled at run time. Adam, whose steps do not depend on the scale, then moves all
    layers at one pace.
    """

    def __init__(self, before: int, after: int, kernel: int, gain: float = math.sqrt(2)):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(after))
        self.scale = gain / math.sqrt(before * kernel**2)  # He 2015

    def forward(self, x):
        return F.conv2d(x, self.weight * self.scale, self.bias, padding=self.weight.shape[2] // 2)


class EqualizedLinear(nn.Module):
    """x (N, before) -> (N, after), with weights as in EqualizedConv2d."""

    def __init__(self, before: int, after: int, gain: float = math.sqrt(2)):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before))
        self.bias = nn.Parameter(torch.zeros(after))
        self.scale = gain / math.sqrt(before)

    def forward(self, x):
        return F.linear(x, self.weight * self.scale, self.bias)


class Stem(nn.Module):
    """z (N, Z) -> (N, W, 4, 4): a 4×4 transposed convolution of a single pixel, with one bias per channel."""

    def __init__(self, before: int, after: int):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after * 16, before))
        self.bias = nn.Parameter(torch.zeros(after))
        self.scale = math.sqrt(2 / (before * 16))  # fan-in of that convolution, as published

    def forward(self, z):
        return F.linear(z, self.weight * self.scale).unflatten(1, (-1, 4, 4)) + self.bias[:, None, None]


def equalized(head: Head) -> Head:
    """`head` with its linear layers replaced by equalized ones. Its embeddings, N(0, 1), stay."""
    for name, module in list(head.named_children()):
        if isinstance(module, nn.Linear):
            setattr(head, name, EqualizedLinear(module.in_features, module.out_features, gain=1.0))
    return head


def level_widths(resolution: int, fmap_base: int, fmap_max: int) -> list[int]:
    """Channels of each level, 4×4 first. Raises ValueError if fmap_base or fmap_max is below 1."""
    if fmap_base < 1 or fmap_max < 1:
        raise ValueError(f"fmap_base is {fmap_base} and fmap_max {fmap_max}; both must be 1 or more.")
    count = int(math.log2(resolution)) - 1
    return [min(max(fmap_base // 2 ** (i + 1), 16), fmap_max) for i in range(count)]
