"""Coverage of classes and attributes: which of those in real images occur in generated ones, too.

Pure functions of what a classifier recognizes; the classifier itself is in judges/.
"""

from __future__ import annotations

import numpy as np

LEAST_SHARE = 0.25  # of a value's share among real images: a rarer value counts as missing
CONFIDENT = 0.9  # probability from which an image counts for a class: argmax alone would count blobs


def counted(probabilities: np.ndarray, least: float = CONFIDENT) -> np.ndarray:
    """Share of images of each class, (K,), of probabilities (N, K).

    Images whose highest probability is below `least` count for no class, so that the shares sum to at most 1.
    """
    sure = probabilities.max(1) >= least
    return np.bincount(probabilities[sure].argmax(1), minlength=probabilities.shape[1]) / max(
        len(probabilities), 1
    )


def covered(real: np.ndarray, fake: np.ndarray, least: float = LEAST_SHARE) -> np.ndarray:
    """Which values are covered, bool (K,), of shares (K,): fake is at least `least` times real.

    Values that never occur in real images (real is 0) are not covered.
    """
    return (real > 0) & (fake >= least * real)


def coverage(real: np.ndarray, fake: np.ndarray) -> float:
    """Share of the values that occur in real images which are covered; real, fake: shares (K,)."""
    return float(covered(real, fake).sum() / max((real > 0).sum(), 1))


def kl(fake: np.ndarray, real: np.ndarray) -> float:
    """KL(fake ‖ real) in nats, of counts (K,). Each real count gets half a count more, to be finite."""
    p, q = fake / fake.sum(), (real + 0.5) / (real + 0.5).sum()
    seen = p > 0
    return float((p[seen] * np.log(p[seen] / q[seen])).sum())
