"""Classifier two-sample test: the accuracy of a network that tells real from generated images.

Lopez-Paz & Oquab 2017 (arXiv 1610.06545). It is trained on half of the images and tested on the other: 0.5
means that it cannot tell them apart, 1 that it always can. The accuracy depends on the network and on the
number of images; both are in the protocol.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ..figure import CannotMeasure
from ..judges.network import OnProgress, build, run, train

SEEN = 30_000  # images shown in training, with repetition
EPOCHS = 30  # at most, which limits repetition if there are few images
LEAST = 16  # images of each kind


def two_sample_accuracy(
    real: np.ndarray,
    fake: np.ndarray,
    seed: int = 0,
    device: str = "cpu",
    seen: int = SEEN,
    on_progress: OnProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> float:
    """Accuracy on the unseen halves of real and fake, both uint8 (N, C, R, R).

    Raises CannotMeasure if their numbers differ or are below LEAST, Cancelled if `cancelled` returns True.
    """
    if len(real) != len(fake) or len(real) < LEAST:
        raise CannotMeasure(
            f"a two-sample test needs as many real as generated pictures, {LEAST} at least; "
            f"there are {len(real)} and {len(fake)}."
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
    # No random shifts: they would hide artefacts that are at the same place in every image.
    shown = min(seen, EPOCHS * len(images))
    options = {"shift": False, "on_progress": on_progress, "cancelled": cancelled}
    train(judge, lambda rows: images[rows], {"generated": labels}, shown, seed, device, **options)
    right = [
        run(judge, part, device)[1]["generated"].argmax(1) == answer for answer, part in enumerate(unseen)
    ]
    return float(np.concatenate(right).mean())
