"""How far a picture is from its target, pixel by pixel: peak signal-to-noise ratio, and L1."""

from __future__ import annotations

import numpy as np


def psnr(images: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """10 log₁₀(255² / mean square difference) of each pair, float64 (N,), of uint8 (N, ...).

    Equal pictures have 100 dB, so that a mean exists.
    """
    difference = images.astype(np.float64) - targets
    squares = np.square(difference).reshape(len(images), -1).mean(1)
    return np.minimum(10 * np.log10(255.0**2 / np.maximum(squares, 1e-12)), 100.0)


def l1(images: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Mean absolute difference of each pair, in levels of 255, float64 (N,), of uint8 (N, ...)."""
    return np.abs(images.astype(np.float64) - targets).reshape(len(images), -1).mean(1)
