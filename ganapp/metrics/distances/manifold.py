"""Precision and recall, density and coverage, from balls around features (N, F).

A ball reaches to the k-th nearest feature of the same set. Improved precision and recall: Kynkäänniemi et al.
2019 (arXiv 1904.06991), k = 3. Density and coverage: Naeem et al. 2020 (arXiv 2002.09797), k = 5.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..figure import CannotMeasure

PR_NEIGHBOURS = 3
DC_NEIGHBOURS = 5
BLOCK = 1024  # rows of the distance matrix that are in memory at a time


def precision_recall(real: np.ndarray, fake: np.ndarray, k: int = PR_NEIGHBOURS) -> tuple[float, float]:
    """(precision, recall) of features real (N, F) and fake (M, F).

    Precision is the share of fake features that lie in a ball of a real one, recall the reverse.
    """
    radii_real, radii_fake = radii(real, k), radii(fake, k)
    precision = np.concatenate([(d <= radii_real).any(1) for _, d in distances(fake, real)])
    recall = np.concatenate([(d <= radii_fake).any(1) for _, d in distances(real, fake)])
    return float(precision.mean()), float(recall.mean())


def density_coverage(real: np.ndarray, fake: np.ndarray, k: int = DC_NEIGHBOURS) -> tuple[float, float]:
    """(density, coverage) of features real (N, F) and fake (M, F).

    Density is the mean number of balls of real features that a fake one lies in, divided by k: about 1 for
    equal distributions. Coverage is the share of these balls that hold a fake feature.
    """
    reach, inside = radii(real, k), 0
    nearest = np.full(len(real), np.inf)
    for _, d in distances(fake, real):
        inside += int((d < reach).sum())
        nearest = np.minimum(nearest, d.min(0))
    return inside / (k * len(fake)), float((nearest < reach).mean())


def radii(features: np.ndarray, k: int) -> np.ndarray:
    """Squared distance of each feature (N, F) to its k-th nearest other one, (N,).

    Raises CannotMeasure if there are k features or fewer.
    """
    if len(features) <= k:
        raise CannotMeasure(
            f"there are {len(features)} pictures; the {k} nearest others of each need at least {k + 1}."
        )
    return np.concatenate([np.partition(d, k, axis=1)[:, k] for _, d in distances(features, features)])


def distances(a: np.ndarray, b: np.ndarray, block: int = BLOCK) -> Iterator[tuple[int, np.ndarray]]:
    """Yield (start, squared distances float64 (B, M)) of blocks of rows of a (N, F) to all of b (M, F)."""
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    squares_b = (b * b).sum(1)
    for start in range(0, len(a), block):
        part = a[start : start + block]
        d = (part * part).sum(1)[:, None] + squares_b - 2 * part @ b.T
        yield start, np.maximum(d, 0)
