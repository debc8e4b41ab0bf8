"""dcgan: strided convolutions without pooling (Radford 2016, arXiv 1511.06434).

Resolutions are 28 and 4·2^n. `width` is the number of channels at half the resolution; it doubles with each
halving, up to `max_width`. The other arguments are what tutorials change: a dense first layer,
depthwise-separable convolutions, dropout, and the normalization of D.
"""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from ganapp.config import check_choice

from ..parts.heads import ClassInput, Head, MinibatchDiscrimination, MinibatchStdDev

STEMS = ("conv", "dense")
NORMS = ("batch", "none", "spectral", "layer")
MINIBATCH = ("none", "stddev", "discrimination")


class DCGANGenerator(nn.Module):
    """z (N, z_dim), y (N,) or None -> images (N, C, R, R) in [-1, 1]."""

    roles = frozenset({"embedding", "latent", "staged"})

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        z_dim,
        *,
        width: int = 64,
        max_width: int = 512,
        stem: str = "conv",
        separable: bool = False,
    ):
        super().__init__()
        check_choice("stem", stem, STEMS)
        self.input = ClassInput(z_dim, num_classes)
        start, widths = side_and_widths(resolution, width, max_width)
        first = {"conv": conv_stem, "dense": dense_stem}[stem]
        layers = [*first(self.input.out_dim, widths[0], start), nn.BatchNorm2d(widths[0]), nn.ReLU()]
        for before, after in zip(widths, widths[1:], strict=False):
            layers += [*doubling_layers(before, after, separable), nn.BatchNorm2d(after), nn.ReLU()]
        layers.append(nn.ConvTranspose2d(widths[-1], channels, 4, 2, 1))
        self.body = nn.Sequential(*layers)
        self.apply(init_radford)

    def embed(self, y):
        return self.input.embed(y)

    def feature_stages(self):
        return [layer for layer in self.body if isinstance(layer, nn.ReLU)]

    def forward(self, z, y=None):
        x = self.input(z, y)[:, :, None, None]  # (N, Z, 1, 1)
        return torch.tanh(self.body(x))  # (N, C, R, R)


class DCGANDiscriminator(nn.Module):
    """images (N, C, R, R), y (N,) or None -> DiscriminatorOutput.

    `norm` is "batch" as published; the gradient penalties R1, R2 and gp need another one. `end` is the side
    of the last feature map; by default 4, or 7 for 28 pixels.
    """

    def __init__(
        self,
        resolution,
        channels,
        num_classes,
        *,
        width: int = 64,
        max_width: int = 512,
        norm: str = "batch",
        end: int | None = None,
        separable: bool = False,
        dropout: float = 0.0,
        minibatch: str = "none",
        head: str = "projection",
    ):
        super().__init__()
        check_choice("norm", norm, NORMS)
        check_choice("minibatch", minibatch, MINIBATCH)
        side, widths = side_and_widths(resolution, width, max_width, end)
        widths = widths[::-1]
        layers: list[nn.Module] = [
            nn.Conv2d(channels, widths[0], 4, 2, 1),
            nn.LeakyReLU(0.2),
            *dropout_layers(dropout),
        ]
        for before, after in zip(widths, widths[1:], strict=False):
            layers += halving_layers(before, after, separable, bias=norm != "batch")
            layers += {"batch": [nn.BatchNorm2d(after)], "layer": [nn.GroupNorm(1, after)]}.get(norm, [])
            layers += [nn.LeakyReLU(0.2), *dropout_layers(dropout)]
        if minibatch == "stddev":
            layers.append(MinibatchStdDev())
        self.body = nn.Sequential(*layers)
        features = (widths[-1] + (minibatch == "stddev")) * side**2
        self.minibatch = MinibatchDiscrimination(features) if minibatch == "discrimination" else nn.Identity()
        features += self.minibatch.shape[0] if minibatch == "discrimination" else 0
        self.head = Head(features, num_classes, head, spectral=norm == "spectral")
        self.body.apply(init_radford if norm == "batch" else init_he)
        if norm == "spectral":
            for module in self.body:
                if isinstance(module, nn.Conv2d):
                    spectral_norm(module)

    def forward(self, x, y=None):
        return self.head(self.minibatch(self.body(x).flatten(1)), y)


def side_and_widths(
    resolution: int, width: int, max_width: int, end: int | None = None
) -> tuple[int, list[int]]:
    """The side of the smallest feature map, and the channels from that map up to half the resolution.

    The side is `end` if given, else 7 for 28 pixels and 4 for all others. Raises ValueError (message fit for
    the user) if doublings do not lead from the side to the resolution.
    """
    side = end or (7 if resolution == 28 else 4)
    doublings = int(math.log2(resolution / side))
    if side * 2**doublings != resolution or doublings < 1:
        raise ValueError(f"end is {end}; {resolution} pixels must be 2, 4, 8 … times as many.")
    return side, [min(width * 2**i, max_width) for i in reversed(range(doublings))]


def conv_stem(before: int, after: int, side: int) -> list[nn.Module]:
    return [nn.ConvTranspose2d(before, after, side, 1, 0, bias=False)]


def dense_stem(before: int, after: int, side: int) -> list[nn.Module]:
    """The same linear map as conv_stem, as a fully connected layer. Only the initial weights differ."""
    return [
        nn.Flatten(),
        nn.Linear(before, after * side**2, bias=False),
        nn.Unflatten(1, (after, side, side)),
    ]


def doubling_layers(before: int, after: int, separable: bool) -> list[nn.Module]:
    """x (N, before, S, S) -> (N, after, 2S, 2S) by a transposed convolution.

    With `separable`: a depthwise one, then a 1×1 convolution that mixes the channels (Chollet 2017).
    """
    if not separable:
        return [nn.ConvTranspose2d(before, after, 4, 2, 1, bias=False)]
    each = nn.ConvTranspose2d(before, before, 4, 2, 1, groups=before, bias=False)
    return [each, nn.Conv2d(before, after, 1, bias=False)]


def halving_layers(before: int, after: int, separable: bool, bias: bool) -> list[nn.Module]:
    """x (N, before, S, S) -> (N, after, S/2, S/2) by a strided convolution, or separably, as above."""
    if not separable:
        return [nn.Conv2d(before, after, 4, 2, 1, bias=bias)]
    return [
        nn.Conv2d(before, before, 4, 2, 1, groups=before, bias=False),
        nn.Conv2d(before, after, 1, bias=bias),
    ]


def dropout_layers(share: float) -> list[nn.Module]:
    return [nn.Dropout(share)] if share else []


def init_radford(module: nn.Module) -> None:
    """N(0, 0.02) weights, N(1, 0.02) batch-norm scales (Radford 2016, section 4).

    Depthwise layers get N(0, 0.25). They sum 4 to 16 numbers, not thousands: with 0.02 the variance of their
    output would be small against the epsilon of the next batch norm.
    """
    if isinstance(module, nn.Conv2d | nn.ConvTranspose2d) and module.groups > 1:
        nn.init.normal_(module.weight, 0.0, 0.25)
    elif isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
        nn.init.normal_(module.weight, 0.0, 0.02)
    elif isinstance(module, nn.BatchNorm2d):
        nn.init.normal_(module.weight, 1.0, 0.02)
        nn.init.zeros_(module.bias)


def init_he(module: nn.Module) -> None:
    """He initialization for LeakyReLU(0.2) (He 2015).

    Without normalization, the published N(0, 0.02) would let the signal die out.
    """
    if isinstance(module, nn.Conv2d):
        nn.init.kaiming_normal_(module.weight, a=0.2)
        if module.bias is not None:
            nn.init.zeros_(module.bias)
