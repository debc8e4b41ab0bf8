"""The live figure: how far the averaged generator's pictures are from real ones, every now and then while it trains.

Sliced Wasserstein distance of 1,000 samples to 1,000 training pictures, with fewer patches than the published protocol
(metrics/swd.py): a curve to compare a run with itself, and what the best snapshot is kept by. No result.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np

from .config import TrainConfig

if TYPE_CHECKING:
    from torch import nn

    from .data import ImageDataset

NAME = "swd"  # of the figure: a column of stats.jsonl, and in the origin of a snapshot
SAMPLES = 1_000
SHARE = 0.03  # of the time of training: what measuring may take
EARLIEST_SEC = 20.0  # a run of seconds has no time for it
BATCH = 64


class LiveFigure:
    """Fixed training pictures, and the fixed seeds 0 to SAMPLES - 1 with the classes of those pictures."""

    def __init__(self, config: TrainConfig, dataset: ImageDataset):
        self.z_dim = config.z_dim
        rows = np.random.default_rng(2).permutation(dataset.count)[:SAMPLES]
        self.real = dataset.images.take(rows)
        self.labels = dataset.labels[rows] if config.num_classes else None
        self.spent = self.last = 0.0  # seconds

    def is_due(self, sec: float) -> bool:
        """Whether one more measurement, as long as the last one, keeps within SHARE of `sec` seconds of training."""
        return sec >= EARLIEST_SEC and self.spent + self.last <= SHARE * sec

    def measure(self, G: nn.Module) -> float:
        """The distance in thousandths, less is better; G in eval mode. No random number of training is used."""
        from .metrics import live
        from .sample import images_from_latents, latent

        began = time.monotonic()
        z = np.stack([latent(seed, self.z_dim)[0] for seed in range(len(self.real))])
        images = images_from_latents(G, z, self.labels, batch=BATCH)
        value = live(self.real, np.ascontiguousarray(images.transpose(0, 3, 1, 2)))
        self.last = time.monotonic() - began
        self.spent += self.last
        return float(f"{value:.5g}")
