"""LiveFigure: the distance of the averaged generator's images to real ones during training.

It is the sliced Wasserstein distance of 1,000 samples to 1,000 training images (quick_swd in
distances/swd.py), with fewer patches than the published protocol and of images reduced to 64 pixels. It
compares a run with itself and chooses the best snapshot. It is not a result to report. Images with alpha are
compared on the run's background.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ganapp.alpha import on_background
from ganapp.config import TrainConfig

from .rounds import background_of

if TYPE_CHECKING:
    from torch import nn

    from ganapp.data import ImageDataset

NAME = "swd"  # column of stats.jsonl, and key of a snapshot's origin
SAMPLES = 1_000
SHARE = 0.03  # of the training time that measuring may take
EARLIEST_SEC = 20.0  # of training before the first measurement
BATCH = 64
LARGEST = 64  # pixels; larger images are halved first (256 pixels would take a minute)


class LiveFigure:
    """Compares fixed training images with what G makes of fixed inputs 0 to SAMPLES - 1, of the same classes.

    fixed(numbers) gives the inputs of these numbers, (len(numbers), ...), as training's batch source does.
    """

    def __init__(self, config: TrainConfig, dataset: ImageDataset, fixed: Callable[[range], np.ndarray]):
        self.fixed = fixed
        self.background = background_of(config) if dataset.channels == 4 else 255
        rows = np.random.default_rng(2).permutation(dataset.count)[:SAMPLES]
        self.real = np.concatenate(
            [self._seen(dataset.targets.take(rows[i : i + BATCH])) for i in range(0, len(rows), BATCH)]
        )
        self.labels = dataset.labels[rows] if config.num_classes else None
        self.spent = self.last = 0.0  # seconds of all measurements, of the last one

    def is_due(self, sec: float, images: int) -> bool:
        """Whether one more measurement keeps within SHARE of `sec` seconds of training.

        It is expected to take as long as the last one. images: number of images trained on in that time.
        Before the first measurement, a sample is assumed to take half the time of training on an image. That
        is an upper estimate, so that a slow network is not held up.
        """
        expected = self.last or SAMPLES * sec / max(images, 1) / 2
        return sec >= EARLIEST_SEC and self.spent + expected <= SHARE * sec

    def measure(
        self,
        G: nn.Module,
        stop: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> float | None:
        """The distance in thousandths, lower is better. G is in eval mode. clock() tells seconds.

        Training's random numbers are not used. Returns None if stop(), called between batches, returns True.
        """
        from ganapp.latents import images_from_latents

        from .distances.swd import quick_swd

        began, parts = clock(), []
        try:
            for start in range(0, len(self.real), BATCH):
                if stop():
                    return None
                given = self.fixed(range(start, min(start + BATCH, len(self.real))))
                labels = self.labels[start : start + BATCH] if self.labels is not None else None
                images = images_from_latents(G, given, labels, batch=BATCH)
                parts.append(self._seen(images.transpose(0, 3, 1, 2)))
            return float(f"{quick_swd(self.real, np.concatenate(parts)):.5g}")
        finally:
            self.last = clock() - began
            self.spent += self.last

    def _seen(self, images: np.ndarray) -> np.ndarray:
        """uint8 (N, C, R, R) as they are compared: without alpha, and reduced."""
        return reduced(on_background(images, self.background, axis=1))


def reduced(images: np.ndarray) -> np.ndarray:
    """uint8 (N, C, R, R), averaged over 2×2 pixels until the side is LARGEST at most, or odd. Contiguous."""
    while images.shape[2] > LARGEST and images.shape[2] % 2 == 0:
        n, c, size, _ = images.shape
        means = images.reshape(n, c, size // 2, 2, size // 2, 2).mean((3, 5), dtype=np.float32)
        images = means.round().astype(np.uint8)
    return np.ascontiguousarray(images)
