"""Layers of networks that take a picture: norms, upsampling, noise and classes, and sizes of any kind."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganapp.config import check_choice

NORMS = ("instance", "batch", "none")
INITS = ("normal", "xavier")
UPS = ("nearest", "bilinear", "transposed")
SMALLEST = 8  # pixels that a side of a picture must have


class InstanceNorm(nn.Module):
    """x (N, C, H, W) -> each map with mean 0 and variance 1 over its places (Ulyanov 2016, arXiv 1607.08022).

    A map of one place is left as it is: normalized, it would always be zero. `affine` adds a learned scale
    and shift. While `held`, a pair of mean and variance (C,), is set, it takes the place of the map's own, so
    that a part of a picture is normalized like the whole (see latents/translate.py).
    """

    EPS = 1e-5

    def __init__(self, channels: int, affine: bool = False):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(channels)) if affine else None
        self.bias = nn.Parameter(torch.zeros(channels)) if affine else None
        self.held: tuple[Tensor, Tensor] | None = None

    def forward(self, x):
        if self.held is not None:
            return F.batch_norm(x, *self.held, self.weight, self.bias, eps=self.EPS)
        if x.shape[2] * x.shape[3] > 1:
            return F.instance_norm(x, weight=self.weight, bias=self.bias, eps=self.EPS)
        return x if self.weight is None else x * self.weight[:, None, None] + self.bias[:, None, None]


class WithNorms:
    """What a `Local` network says of its norms (roles.py): those that look at the whole picture."""

    def norms(self) -> list[nn.Module]:
        return [module for module in self.modules() if isinstance(module, InstanceNorm)]


def norm_layer(norm: str, channels: int, affine: bool = False) -> nn.Module:
    """A norm of NORMS. `affine` is for "instance": "batch" always has a scale and a shift."""
    check_choice("norm", norm, NORMS)
    return {
        "instance": lambda: InstanceNorm(channels, affine),
        "batch": lambda: nn.BatchNorm2d(channels),
        "none": nn.Identity,
    }[norm]()


class NearestUp(nn.Conv2d):
    """x (N, before, H, W) -> (N, after, 2H, 2W): each pixel doubled, then a 3×3 convolution.

    Computed as one transposed convolution whose 4×4 kernel is the 3×3 one blurred by a box of 2×2. That is
    the same sum with 4 instead of 9 products a pixel. Unlike a free transposed convolution it makes a
    constant of a constant, hence no checkerboard (Odena 2016, distill.pub/2016/deconv-checkerboard).
    """

    def __init__(self, before: int, after: int, bias: bool = True):
        super().__init__(before, after, 3, padding=1, bias=bias)

    def forward(self, x):
        kernel = F.pad(self.weight.transpose(0, 1).flip(2, 3), (1, 1, 1, 1))
        kernel = F.avg_pool2d(kernel, 2, 1, divisor_override=1)  # (before, after, 4, 4)
        return F.conv_transpose2d(x, kernel, self.bias, stride=2, padding=1)


class BilinearUp(nn.Conv2d):
    """x (N, before, H, W) -> (N, after, 2H, 2W): bilinear doubling, then a 3×3 convolution."""

    def __init__(self, before: int, after: int, bias: bool = True):
        super().__init__(before, after, 3, padding=1, bias=bias)

    def forward(self, x):
        return super().forward(F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False))


def up_layer(up: str, before: int, after: int, bias: bool, transposed: dict) -> nn.Module:
    """Doubling of both sides, of UPS. transposed: kernel and padding of the published transposed one."""
    check_choice("up", up, UPS)
    if up == "transposed":
        return nn.ConvTranspose2d(before, after, stride=2, bias=bias, **transposed)
    return {"nearest": NearestUp, "bilinear": BilinearUp}[up](before, after, bias)


class Modulation(nn.Module):
    """x (N, C, H, W), c (N, E) -> x · (1 + scale(c)) + shift(c), a scale and a shift for each map.

    Conditional instance norm (Dumoulin 2017, arXiv 1610.07629) where x comes from an instance norm.
    """

    def __init__(self, condition: int, channels: int):
        super().__init__()
        self.linear = nn.Linear(condition, 2 * channels)
        nn.init.normal_(self.linear.weight, std=0.3 / math.sqrt(condition))
        nn.init.zeros_(self.linear.bias)

    def forward(self, x, c):
        scale, shift = self.linear(c)[:, :, None, None].chunk(2, dim=1)
        return x * (1 + scale) + shift


class NoiseDropout(nn.Module):
    """x (N, C, H, W), z (N, Z) ~ N(0, 1) -> x with a share `p` of its maps zero, and the others · 1/(1 - p).

    Which maps are zero is a function of z: a map is kept where z's part in a fixed random direction is above
    the p-quantile of N(0, 1). So dropout is the network's noise, as in pix2pix (Isola 2017, section 3.1),
    and the same z gives the same answer. Whole maps are dropped (Tompson 2015), there single values.
    """

    def __init__(self, p: float, z_dim: int, channels: int):
        super().__init__()
        self.p = p
        self.register_buffer("directions", F.normalize(torch.randn(z_dim, channels), dim=0))
        self.threshold = math.sqrt(2) * torch.erfinv(torch.tensor(2 * p - 1, device="cpu")).item()

    def forward(self, x, z):
        kept = (z.to(self.directions.dtype) @ self.directions > self.threshold).to(x.dtype)
        return x * (kept / (1 - self.p))[:, :, None, None]


def check_dropout(p: float) -> None:
    if not 0 <= p < 1:
        raise ValueError(f"dropout is {p}; it must be at least 0 and less than 1.")


def is_residual(residual: bool | None, in_channels: int, channels: int) -> bool:
    """Whether the answer is the input and a change. None: wherever it can be.

    Raises ValueError (message fit for the user) if it is to be, but input and output are of different kinds.
    """
    fits = in_channels == channels or (in_channels, channels) == (1, 3)
    if residual and not fits:
        raise ValueError(
            f"residual is true, which needs as many channels in as out, or grey in and colour out; "
            f"there are {in_channels} in and {channels} out."
        )
    return fits if residual is None else residual


def answer(x: Tensor, out: Tensor, residual: bool, training: bool) -> Tensor:
    """The picture of the last layer's `out` (N, C, H, W): tanh(out), or the input x changed by it.

    A changed input is clamped to [-1, 1] only when looked at, so that training has gradients everywhere.
    """
    if not residual:
        return torch.tanh(out)
    changed = x + out  # grey x (N, 1, H, W) becomes all colours
    return changed if training else changed.clamp(-1, 1)


def fill_up(x: Tensor, multiple: int) -> Tensor:
    """x with its right and lower border reflected until both sides are multiples.

    Raises ValueError (message fit for the user) if a side has fewer than SMALLEST pixels.
    """
    height, width = x.shape[2:]
    if min(height, width) < SMALLEST:
        raise ValueError(f"the picture is {height} × {width} pixels; each side must have {SMALLEST} or more.")
    return reflect(x, 0, -width % multiple, 0, -height % multiple)


def reflect(x: Tensor, left: int, right: int, top: int, bottom: int) -> Tensor:
    """x (N, C, H, W) with its border reflected, as often as needed where it is wider than the picture."""
    if not any((left, right, top, bottom)):
        return x
    if max(left, right) < x.shape[3] and max(top, bottom) < x.shape[2]:
        return F.pad(x, (left, right, top, bottom), mode="reflect")
    rows = _reflected(x.shape[2], top, bottom, x.device)
    return x[:, :, rows][:, :, :, _reflected(x.shape[3], left, right, x.device)]


def _reflected(size: int, before: int, after: int, device: torch.device) -> Tensor:
    """Indices -before … size + after - 1, folded into 0 … size - 1."""
    last = size - 1
    index = torch.arange(-before, size + after, device=device)
    return last - (last - index % (2 * last)).abs() if last else index * 0


class ReflectConv(nn.Conv2d):
    """A convolution with a reflected border, on maps of any size: those of one pixel, too."""

    def forward(self, x):
        p = self.kernel_size[0] // 2
        return super().forward(reflect(x, p, p, p, p))


def init_layers(net: nn.Module, norm: str, init: str = "normal") -> None:
    """Set all convolutions and batch norms of a network. init: of INITS.

    "normal": with a norm N(0, 0.02) and scales N(1, 0.02), as published (Isola 2017, section 6.2). Without
    one, He's (2015) for LeakyReLU(0.2): N(0, 0.02) would let the signal die out. "xavier": convolutions by
    Glorot (2010), N(0, 2 / (fan in + fan out)), with or without a norm (Park 2020, appendix C.1).
    """
    check_choice("init", init, INITS)
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            taps = math.prod(module.kernel_size) * module.in_channels
            taps /= math.prod(module.stride) if isinstance(module, nn.ConvTranspose2d) else 1
            std = math.sqrt(2 / (1 + 0.2**2) / taps) if norm in ("none", "spectral") else 0.02
            if init == "xavier":
                nn.init.xavier_normal_(module.weight)
            else:
                nn.init.normal_(module.weight, 0.0, std)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.02)
