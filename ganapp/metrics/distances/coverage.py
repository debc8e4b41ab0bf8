"""What of the real data is there at all: classes and attributes, counted by a network that reads them. Pure functions of counts."""

from __future__ import annotations

import numpy as np

LEAST_SHARE = 0.25  # of its share among real pictures: a value that is rarer counts as missing
CONFIDENT = 0.9  # probability from which a picture shows a class: blobs have an argmax, too


def counted(probabilities: np.ndarray, least: float = CONFIDENT) -> np.ndarray:
    """Shares (K,) of pictures that surely show each class, of probabilities (N, K); they sum to at most 1."""
    sure = probabilities.max(1) >= least
    return np.bincount(probabilities[sure].argmax(1), minlength=probabilities.shape[1]) / max(len(probabilities), 1)


def covered(real: np.ndarray, fake: np.ndarray, least: float = LEAST_SHARE) -> np.ndarray:
    """Which of the values that real pictures show (real > 0) generated ones show, too, at least a quarter as often. (K,) bool

    real, fake: shares (K,). Values that the network never reads off real pictures are no part of it: False.
    """
    return (real > 0) & (fake >= least * real)


def coverage(real: np.ndarray, fake: np.ndarray) -> float:
    """Share of the values of real pictures that are covered."""
    return float(covered(real, fake).sum() / max((real > 0).sum(), 1))


def kl(fake: np.ndarray, real: np.ndarray) -> float:
    """KL(fake ‖ real) in nats of counts (K,); half a count is added to each real one, so that it is finite."""
    p, q = fake / fake.sum(), (real + 0.5) / (real + 0.5).sum()
    seen = p > 0
    return float((p[seen] * np.log(p[seen] / q[seen])).sum())
