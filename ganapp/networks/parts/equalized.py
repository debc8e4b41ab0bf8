"""Layers with an equalized learning rate and LeakyReLU(0.2), as in StyleGAN2.

Weights are N(0, 1) and scaled at run time (Karras 2018, arXiv 1710.10196, section 4.1). Adam, whose steps do
not depend on the scale, then moves all layers at one pace.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from .fir import FIR, downsample
from .heads import Head


class EqualizedLinear(nn.Module):
    """x (N, before) -> (N, after). `lr` is the learning rate of this layer, relative to all others."""

    def __init__(
        self, before: int, after: int, *, bias: float = 0.0, lr: float = 1.0, activate: bool = False
    ):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before) / lr)
        self.bias = nn.Parameter(torch.full((after,), bias))
        self.scale, self.lr, self.activate = lr / math.sqrt(before), lr, activate

    def forward(self, x):
        x = F.linear(x, self.weight * self.scale, self.bias * self.lr)
        return leaky(x) if self.activate else x


class EqualizedConv(nn.Module):
    """x (N, before, R, R) -> (N, after, R, R), or (N, after, R/2, R/2) with `down`.

    Bias and LeakyReLU follow; `plain` leaves both out.
    """

    def __init__(self, before: int, after: int, kernel: int, *, down: bool = False, plain: bool = False):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(after, before, kernel, kernel))
        self.bias = None if plain else nn.Parameter(torch.zeros(after))
        self.scale = 1 / math.sqrt(before * kernel**2)
        self.stride, self.padding, self.fir = 1, kernel // 2, None
        if down and kernel == 1:  # decimate in the filter: a strided 1×1 would skip 3 of 4 filtered values
            self.fir = downsample()
        elif down:
            self.stride, self.padding, self.fir = 2, 0, FIR(padding=1 + kernel // 2)

    def forward(self, x):
        if self.fir is not None:
            x = self.fir(x)
        x = F.conv2d(x, self.weight * self.scale, self.bias, self.stride, self.padding)
        return x if self.bias is None else leaky(x)


def equalized(head: Head) -> Head:
    """`head` with its linear layers equalized. Class proxies stay: only their direction counts."""
    for name, module in list(head.named_children()):
        if isinstance(module, nn.Linear):
            setattr(head, name, EqualizedLinear(module.in_features, module.out_features))
    return head


def leaky(x):
    """LeakyReLU(0.2) times √2, which roughly keeps the mean square of normal inputs."""
    return F.leaky_relu(x, 0.2) * math.sqrt(2)
