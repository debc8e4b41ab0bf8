"""Memorisation: are samples nearer to the training set than held-out real images are?

After Meehan et al. 2020 (arXiv 2004.05675). Pure functions of arrays.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

COPY_QUANTILE = 0.01  # of held-out images' distances; a sample below it counts as a copy


def nearest(points: np.ndarray, parts: Iterable[tuple[int, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Nearest neighbours of points (N, D) in a set: (index int64 (N,), Euclidean distance float64 (N,)).

    parts yields (start, points (M, D)) of the set, which need not fit in memory.
    """
    points = np.ascontiguousarray(points, np.float32)
    squares = np.square(points).sum(1)
    index, best = np.zeros(len(points), np.int64), np.full(len(points), np.inf)
    for start, part in parts:
        part = np.ascontiguousarray(part, np.float32)
        approximate = squares[:, None] + np.square(part).sum(1) - 2 * points @ part.T
        candidate = approximate.argmin(1)
        # Computed anew from the difference: the matrix product above loses the digits of small distances.
        difference = points.astype(np.float64) - part[candidate]
        distance = np.sqrt(np.square(difference).sum(1))
        nearer = distance < best
        index[nearer], best[nearer] = start + candidate[nearer], distance[nearer]
    return index, best


def closer_share(samples: np.ndarray, heldout: np.ndarray) -> float:
    """Probability that a sample is nearer to the training set than a held-out image; 0.5 means no copying.

    samples (N,), heldout (M,): distances to the nearest training image. Ties count half (Mann–Whitney U).
    """
    order = np.sort(heldout)
    above = len(order) - np.searchsorted(order, samples, side="right")
    equal = len(order) - np.searchsorted(order, samples, side="left") - above
    return float((above + equal / 2).mean() / len(order))


def copy_share(samples: np.ndarray, heldout: np.ndarray) -> float:
    """Share of samples nearer to the training set than 99 % of the held-out images; 0.01 means no copying.

    Arguments as those of closer_share.
    """
    return float((samples < np.quantile(heldout, COPY_QUANTILE)).mean())
