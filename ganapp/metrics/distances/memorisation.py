"""Does the generator copy? The nearest training picture of each sample, and whether samples are nearer to the training set
than real pictures are that the training never saw (after Meehan et al. 2020, arXiv 2004.05675). Pure functions of arrays.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

COPY_QUANTILE = 0.01  # of real held-out pictures are as near as this: what is nearer counts as a copy


def nearest(points: np.ndarray, parts: Iterable[tuple[int, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Of each point (N, D): index int64 (N,) of its nearest neighbour in a set, and its distance float64 (N,).

    parts: (start, points (M, D)) of the set, a part at a time: it need not fit in memory.
    """
    points = np.ascontiguousarray(points, np.float32)
    squares = np.square(points).sum(1)
    index, best = np.zeros(len(points), np.int64), np.full(len(points), np.inf)
    for start, part in parts:
        part = np.ascontiguousarray(part, np.float32)
        approximate = squares[:, None] + np.square(part).sum(1) - 2 * points @ part.T
        candidate = approximate.argmin(1)
        difference = (
            points.astype(np.float64) - part[candidate]
        )  # the product above loses the digits of small distances
        distance = np.sqrt(np.square(difference).sum(1))
        nearer = distance < best
        index[nearer], best[nearer] = start + candidate[nearer], distance[nearer]
    return index, best


def closer_share(samples: np.ndarray, heldout: np.ndarray) -> float:
    """How probably a sample is nearer to the training set than a held-out real picture is; 0.5 where there is no difference.

    samples (N,), heldout (M,): distances to the nearest training picture. Ties count half (Mann–Whitney).
    """
    order = np.sort(heldout)
    above = len(order) - np.searchsorted(order, samples, side="right")
    equal = len(order) - np.searchsorted(order, samples, side="left") - above
    return float((above + equal / 2).mean() / len(order))


def copy_share(samples: np.ndarray, heldout: np.ndarray) -> float:
    """Share of samples nearer to the training set than all but the nearest hundredth of held-out pictures; 0.01 is none."""
    return float((samples < np.quantile(heldout, COPY_QUANTILE)).mean())
