"""Noise that imported networks add to their maps. It is fixed: a seed always gives the same image."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch
from torch import nn


@lru_cache(maxsize=32)
def fixed_noise(size: int) -> torch.Tensor:
    """Standard normal noise (1, 1, size, size), a function of the size alone."""
    return torch.from_numpy(np.random.RandomState(size).randn(1, 1, size, size).astype(np.float32))


class FixedNoise(nn.Module):
    """x (N, W, S, S) -> x + weight · fixed_noise(S), with one learned weight."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, x):
        return x + self.weight * fixed_noise(x.shape[-1]).to(x)


@lru_cache(maxsize=8)
def fixed_uniform(size: int) -> torch.Tensor:
    """Noise (1, 1, size, size), uniform in [0, 1), a function of the size alone."""
    return torch.from_numpy(np.random.RandomState(size).rand(1, 1, size, size).astype(np.float32))
