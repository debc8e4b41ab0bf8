"""Vitals: what the watchdog wants to know beyond losses, measured on a running training without changing it.

No random number of training is used, no statistics of a layer move, no weight is touched.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from ganapp.config import TrainConfig
from ganapp.config.columns import column

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ganapp.data import ImageDataset

    from .state import TrainState

ROW = 8  # samples of one class, where there are classes


class Vitals:
    """Fixed real images, seen in training and held out, of the same classes y (N,) as the fixed samples are.

    heldout is None, or empty, where the data has none: then whether D overfits is not known.
    """

    def __init__(
        self,
        config: TrainConfig,
        dataset: ImageDataset,
        heldout: ImageDataset | None,
        y: np.ndarray | None,
        count: int,
    ):
        self.config = config
        self.y = y
        self.train = pick(dataset, y, count)
        self.heldout = pick(heldout, y, count) if heldout is not None and heldout.count else None

    def measure(self, state: TrainState, samples: np.ndarray) -> dict[str, float]:
        """Of samples uint8 (N, H, W, C) of the fixed seeds, as they are now:

        diversity, feature_diversity: mean distance between two samples (of one class), in pixels and in D's features, over
        that of real images. d_train, d_heldout, d_samples: D's mean logits, nothing augmented; d_noise: the standard error
        of the difference of the first two.
        """
        real, real_y = self.train
        samples = samples.transpose(0, 3, 1, 2)
        logits, features = self._ask(state, real, real_y)
        sample_logits, sample_features = self._ask(state, samples, self.y)
        found = {
            "diversity": self._spread(samples) / max(self._spread(real), 1e-12),
            "feature_diversity": self._spread(sample_features) / max(self._spread(features), 1e-12),
            "d_train": logits.mean(),
            "d_samples": sample_logits.mean(),
        }
        if self.heldout:
            unseen, _ = self._ask(state, *self.heldout)
            noise = math.sqrt((logits.var() + unseen.var()) / len(logits))
            found |= {"d_heldout": unseen.mean(), "d_noise": noise}
        return {name: float(f"{value:.5g}") for name, value in found.items()}

    def _ask(
        self, state: TrainState, images: np.ndarray, y: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """D's logits (N,) and features (N, F) of uint8 images (N, C, H, W), in parts no larger than training's."""
        import torch

        from ganapp.networks.families.progan import fade_images

        from .schedules import growth
        from .terms import autocast

        device = next(state.D.parameters()).device
        size = math.ceil(self.config.batch / state.parts)
        level = growth(self.config, state.nimg)
        logits, features = [], []
        with torch.no_grad(), evaluating(state.D):
            for start in range(0, len(images), size):
                x = (
                    torch.from_numpy(np.ascontiguousarray(images[start : start + size])).to(device).float()
                    / 127.5
                    - 1
                )
                labels = None if y is None else torch.from_numpy(y[start : start + size]).to(device)
                with autocast(self.config, x):
                    out = state.D(fade_images(x, level), labels)
                logits.append(out.logits.float().cpu())
                features.append(out.features.float().flatten(1).cpu())
        return torch.cat(logits).double().numpy(), torch.cat(features).double().numpy()

    def _spread(self, x: np.ndarray) -> float:
        """The mean distance between two of x (N, ...), of two of the same row of ROW where there are classes."""
        flat = x.reshape(len(x), -1).astype(np.float64)
        groups = flat.reshape(-1, ROW if self.y is not None else len(flat), flat.shape[1])
        return float(np.mean([mean_distance(group) for group in groups]))


def mean_distance(x: np.ndarray) -> float:
    """The mean of |x_i - x_j| over all pairs i ≠ j of x (N, F)."""
    squares = (x**2).sum(1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * x @ x.T, 0))
    np.fill_diagonal(distances, 0)
    return float(distances.sum() / (len(x) * (len(x) - 1)))


def pick(dataset: ImageDataset, y: np.ndarray | None, count: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Images uint8 (count, C, H, W), always the same ones, of the classes y (count,), with their labels or None.

    Some come twice where there are too few; others stand in where a class has none.
    """
    order = np.random.default_rng(1).permutation(dataset.count)
    if y is None:
        return dataset.images.take(np.resize(order, count)), None
    rows = np.empty(count, np.int64)
    for label in np.unique(y):
        own = order[dataset.labels[order] == label]
        rows[y == label] = np.resize(own if len(own) else order, (y == label).sum())
    return dataset.images.take(rows), dataset.labels[rows]


@contextmanager
def evaluating(net: nn.Module) -> Iterator[None]:
    """No dropout, no batch statistics, no power iteration meanwhile."""
    net.eval()
    try:
        yield
    finally:
        net.train()


def gradient_norms(state: TrainState) -> dict[str, Tensor]:
    """The norm of each player's gradients as its last step left them, 0-dim, by column; does not wait for the device."""
    import torch

    norms = {}
    for name, player in state.players.items():
        gradients = [p.grad for p in player.net.parameters() if p.grad is not None]
        if gradients:
            norms[column(name, "grad")] = torch.stack(torch._foreach_norm(gradients)).norm()
    return norms
