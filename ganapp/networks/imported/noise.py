"""Noise that two imported networks add to their maps: at sampling it is the same for every picture, so that a seed is a picture."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import nn


@lru_cache(maxsize=32)
def fixed_noise(size: int) -> torch.Tensor:
    """(1, 1, size, size), normal, a function of the size alone."""
    return torch.from_numpy(np.random.RandomState(size).randn(1, 1, size, size).astype(np.float32))


class FixedNoise(nn.Module):
    """x (N, W, R, R) plus one learned multiple of fixed_noise(R)."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x + self.weight * fixed_noise(x.shape[-1]).to(x)
