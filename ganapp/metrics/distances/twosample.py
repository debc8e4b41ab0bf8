"""Classifier two-sample test: how often a network, trained to tell held-out real pictures from generated ones, is right.

Lopez-Paz & Oquab 2017 (arXiv 1610.06545). On a half of both that it has not seen: 0.5 where it cannot tell, 1 where it always
can. How far above 0.5 it gets depends on the network and on how many pictures it learns from: both are in the protocol.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..judges.network import Told, build, run, train

SEEN = 30_000  # pictures shown in training, with repetition
EPOCHS = 30  # at most: few pictures are not shown a thousand times
LEAST = 16  # pictures of each kind


def two_sample_accuracy(
    real: np.ndarray,
    fake: np.ndarray,
    seed: int = 0,
    device: str = "cpu",
    seen: int = SEEN,
    told: Told | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> float:
    """Accuracy on the unseen halves; real and fake uint8 (N, C, R, R), as many of both. ValueError for too few."""
    if len(real) != len(fake) or len(real) < LEAST:
        raise ValueError(
            f"a two-sample test needs as many real as generated pictures, {LEAST} at least; there are {len(real)} and {len(fake)}."
        )
    random = np.random.default_rng(seed)
    half = len(real) // 2
    learnt, unseen = [], []
    for images in (real, fake):
        order = random.permutation(len(images))
        learnt.append(images[order[:half]])
        unseen.append(images[order[half:]])
    images, labels = np.concatenate(learnt), np.repeat([0, 1], half)
    judge = build(images.shape[1], images.shape[2], {"generated": 2}, seed)
    # Not shifted: what a generator does wrong at the same place in every picture must stay there.
    shown = min(seen, EPOCHS * len(images))
    options = {"shift": False, "told": told, "cancelled": cancelled}
    train(judge, lambda rows: images[rows], {"generated": labels}, shown, seed, device, **options)
    right = [run(judge, part, device)[1]["generated"].argmax(1) == answer for answer, part in enumerate(unseen)]
    return float(np.concatenate(right).mean())
