"""LiveFigure: one number of the averaged generator's pictures during training, which tells the best snapshot.

For pictures from noise, and of another set, it is the sliced Wasserstein distance of 1,000 samples to 1,000
training images (quick_swd in distances/swd.py), with fewer patches than the published protocol and of images
reduced to 64 pixels. Where each input has a target, it is the mean PSNR of the answers to 128 held-out
inputs, the first ones of a run's grid. It compares a run with itself. It is not a result to report. Images
with alpha are compared on the run's background.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ganapp.alpha import on_background
from ganapp.config import TrainConfig
from ganapp.config.tasks import PAIRED

from .distances.psnr import psnr
from .rounds import background_of

if TYPE_CHECKING:
    from torch import nn

    from ganapp.data import ImageDataset

SAMPLES = 1_000
ANSWERS = 128  # PSNR of the same pictures varies little, and they are kept as large as they are
SHARE = 0.03  # of the training time that measuring may take
EARLIEST_SEC = 20.0  # of training before the first measurement
BATCH = 64
LARGEST = 64  # pixels; larger images are halved first (256 pixels would take a minute)


class LiveFigure:
    """Compares pictures that do not change with what G makes of fixed inputs, of the same classes.

    name: the column of stats.jsonl and the key of a snapshot's origin, one of runs.figures.LIVE. real: the
    training images, or the targets of the inputs, uint8 (N, C, R, R). source: the batch source of training.
    """

    def __init__(self, config: TrainConfig, dataset: ImageDataset, source: Any):
        self.source = source
        self.name, self.expected = ("psnr", ANSWERS) if config.task in PAIRED else ("swd", SAMPLES)
        self.background = background_of(config) if dataset.channels == 4 else 255
        self.labels = None
        if self.name == "psnr":
            count = min(ANSWERS, source.heldout.count)
            parts = [source.beside(range(i, min(i + BATCH, count)))[1] for i in range(0, count, BATCH)]
            self.real = np.concatenate(parts).transpose(0, 3, 1, 2)
        else:
            rows = np.random.default_rng(2).permutation(dataset.count)[:SAMPLES]
            parts = [dataset.targets.take(rows[i : i + BATCH]) for i in range(0, len(rows), BATCH)]
            self.real = np.concatenate([self._seen(part) for part in parts])
            self.labels = dataset.labels[rows] if config.num_classes else None
        self.spent = self.last = 0.0  # seconds of all measurements, of the last one

    def is_due(self, sec: float, images: int) -> bool:
        """Whether one more measurement keeps within SHARE of `sec` seconds of training.

        It is expected to take as long as the last one. images: number of images trained on in that time.
        Before the first measurement, a sample is assumed to take half the time of training on an image. That
        is an upper estimate, so that a slow network is not held up.
        """
        expected = self.last or self.expected * sec / max(images, 1) / 2
        return sec >= EARLIEST_SEC and self.spent + expected <= SHARE * sec

    def measure(
        self,
        G: nn.Module,
        stop: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> float | None:
        """The distance in thousandths, lower is better; or decibels, higher is better.

        G is in eval mode. clock() tells seconds. Training's random numbers are not used. Returns None if
        stop(), called between batches, returns True.
        """
        from ganapp.latents import images_from_inputs

        from .distances.swd import quick_swd

        began, parts = clock(), []
        try:
            for start in range(0, len(self.real), BATCH):
                if stop():
                    return None
                numbers = range(start, min(start + BATCH, len(self.real)))
                given = self.source.fixed(numbers)
                labels = self.labels[start : start + BATCH] if self.labels is not None else None
                images = images_from_inputs(G, given, numbers, labels, BATCH).transpose(0, 3, 1, 2)
                parts.append(self._decibels(images, start) if self.name == "psnr" else self._seen(images))
            found = np.concatenate(parts)
            return float(f"{found.mean() if self.name == 'psnr' else quick_swd(self.real, found):.5g}")
        finally:
            self.last = clock() - began
            self.spent += self.last

    def _decibels(self, images: np.ndarray, start: int) -> np.ndarray:
        """PSNR of the answers (N, C, R, R) to the inputs from number `start`, float64 (N,)."""
        return psnr(images, self.real[start : start + len(images)])

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
