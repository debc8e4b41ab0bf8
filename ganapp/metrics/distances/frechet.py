"""Fréchet distance between Gaussians fitted to two sets of features.

Dowson & Landau 1982; Heusel et al. 2017. It is FID only if the features are those of the published Inception
network (judges/inception.py).
"""

from __future__ import annotations

import numpy as np


def frechet(real: np.ndarray, fake: np.ndarray) -> float:
    """Distance of the Gaussians fitted to features (N, F) and (M, F); N and M at least 2.

    Its bias grows as the sets get smaller.
    """
    a, b = np.asarray(real, np.float64), np.asarray(fake, np.float64)
    return frechet_of(a.mean(0), np.cov(a, rowvar=False), b.mean(0), np.cov(b, rowvar=False))


def frechet_of(mean_a: np.ndarray, cov_a: np.ndarray, mean_b: np.ndarray, cov_b: np.ndarray) -> float:
    """|m_a − m_b|² + tr(A + B − 2 (A^½ B A^½)^½) for means (F,) and covariances (F, F)."""
    cov_a, cov_b = np.atleast_2d(cov_a), np.atleast_2d(cov_b)
    values, vectors = np.linalg.eigh(cov_a)
    root = (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T
    inner = np.linalg.eigvalsh(root @ cov_b @ root)
    difference = mean_a - mean_b
    cross = np.sqrt(np.maximum(inner, 0)).sum()
    return float(max(0.0, difference @ difference + np.trace(cov_a) + np.trace(cov_b) - 2 * cross))
