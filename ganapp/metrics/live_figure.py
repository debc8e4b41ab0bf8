"""The live figure: how far the averaged generator's pictures are from real ones, every now and then while it trains.

Sliced Wasserstein distance of 1,000 samples to 1,000 training pictures, with fewer patches than the published protocol
(metrics/swd.py) and of pictures reduced to 64 pixels: a curve to compare a run with itself, and what the best snapshot is
kept by. No result.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ganapp.config import TrainConfig

if TYPE_CHECKING:
    from torch import nn

    from ganapp.data import ImageDataset

NAME = "swd"  # of the figure: a column of stats.jsonl, and in the origin of a snapshot
SAMPLES = 1_000
SHARE = 0.03  # of the time of training: what measuring may take
EARLIEST_SEC = 20.0  # a run of seconds has no time for it
BATCH = 64
LARGEST = 64  # pixels: larger pictures are halved until they are not (256 pixels would take a minute)


class LiveFigure:
    """Fixed training pictures, and the fixed seeds 0 to SAMPLES - 1 with the classes of those pictures."""

    def __init__(self, config: TrainConfig, dataset: ImageDataset):
        self.z_dim = config.z_dim
        rows = np.random.default_rng(2).permutation(dataset.count)[:SAMPLES]
        self.real = np.concatenate(
            [reduced(dataset.images.take(rows[i : i + BATCH])) for i in range(0, len(rows), BATCH)]
        )
        self.labels = dataset.labels[rows] if config.num_classes else None
        self.spent = self.last = 0.0  # seconds

    def is_due(self, sec: float, images: int) -> bool:
        """Whether one more measurement, as long as the last one, keeps within SHARE of `sec` seconds of training.

        images: trained on in that time. Before the first measurement, drawing one sample is taken for half the time of
        training on one image: it is less, so a slow network is not held up by what nobody has timed yet.
        """
        expected = self.last or SAMPLES * sec / max(images, 1) / 2
        return sec >= EARLIEST_SEC and self.spent + expected <= SHARE * sec

    def measure(self, G: nn.Module, stop: Callable[[], bool] = lambda: False) -> float | None:
        """The distance in thousandths, less is better; G in eval mode. No random number of training is used.

        stop() is asked between batches: None where it said so.
        """
        from ganapp.latents import images_from_latents, latent

        from .distances.swd import live

        began, parts = time.monotonic(), []
        try:
            for start in range(0, len(self.real), BATCH):
                if stop():
                    return None
                seeds = range(start, min(start + BATCH, len(self.real)))
                z = np.stack([latent(seed, self.z_dim)[0] for seed in seeds])
                labels = self.labels[start : start + BATCH] if self.labels is not None else None
                parts.append(reduced(images_from_latents(G, z, labels, batch=BATCH).transpose(0, 3, 1, 2)))
            return float(f"{live(self.real, np.concatenate(parts)):.5g}")
        finally:
            self.last = time.monotonic() - began
            self.spent += self.last


def reduced(images: np.ndarray) -> np.ndarray:
    """uint8 (N, C, R, R), halved by means of 2×2 pixels until its side is LARGEST at most or odd; contiguous."""
    while images.shape[2] > LARGEST and images.shape[2] % 2 == 0:
        n, c, size, _ = images.shape
        means = images.reshape(n, c, size // 2, 2, size // 2, 2).mean((3, 5), dtype=np.float32)
        images = means.round().astype(np.uint8)
    return np.ascontiguousarray(images)
