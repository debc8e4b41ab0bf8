"""Vitals: measurements for the watchdog that the losses do not show, taken while a run trains.

Measuring does not change the training: it uses no random number of it, and moves no statistics of a
layer and no weight.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from ganapp.alpha import premultiplied
from ganapp.config import TrainConfig
from ganapp.config.columns import column
from ganapp.pixels import to_unit

if TYPE_CHECKING:
    from torch import Tensor, nn

    from ganapp.data import ImageDataset

    from .state import TrainState

SAMPLES_PER_ROW = 8  # of the sample grid; each row shows one class, if there are classes


class Vitals:
    """Compares the fixed samples of a run with fixed real images of the same classes y (N,).

    y is None for data without classes. If `heldout` is None or empty, overfitting of D is not measured.
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
        self.train = pick_images(dataset, y, count)
        self.heldout = pick_images(heldout, y, count) if heldout is not None and heldout.count else None

    def measure(self, state: TrainState, samples: np.ndarray) -> dict[str, float]:
        """Measure the current samples uint8 (N, H, W, C) of the fixed inputs. Returns these columns:

        diversity, feature_diversity: mean distance between two samples of the same class, in pixels and in
        features of D, divided by that of real images. d_train, d_samples, d_heldout: D's mean logits without
        augmentation. d_noise: standard error of d_train - d_heldout. The last two need held-out images.
        """
        real, real_y = self.train
        samples = premultiplied(samples.transpose(0, 3, 1, 2))
        logits, features = self._outputs_of_d(state, real, real_y)
        sample_logits, sample_features = self._outputs_of_d(state, samples, self.y)
        found = {
            "diversity": self._spread(samples) / max(self._spread(real), 1e-12),
            "feature_diversity": self._spread(sample_features) / max(self._spread(features), 1e-12),
            "d_train": logits.mean(),
            "d_samples": sample_logits.mean(),
        }
        if self.heldout:
            unseen, _ = self._outputs_of_d(state, *self.heldout)
            noise = math.sqrt((logits.var() + unseen.var()) / len(logits))
            found |= {"d_heldout": unseen.mean(), "d_noise": noise}
        return {name: float(f"{value:.5g}") for name, value in found.items()}

    def _outputs_of_d(
        self, state: TrainState, images: np.ndarray, y: np.ndarray | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """D's logits (N,) and features (N, F), float64, for uint8 images (N, C, H, W)."""
        import torch

        from ganapp.networks.parts.growing import fade_images

        from .schedules import growth

        level = growth(self.config, state.nimg)

        def part(rows: slice) -> tuple[Tensor, Tensor | None]:
            x = to_unit(torch.from_numpy(np.ascontiguousarray(images[rows])).to(state.device))
            labels = None if y is None else torch.from_numpy(y[rows]).to(state.device)
            return fade_images(x, level), labels

        return outputs_of_d(self.config, state, len(images), part)

    def _spread(self, x: np.ndarray) -> float:
        """Mean distance between two of x (N, ...); if there are classes, between two of the same row."""
        flat = x.reshape(len(x), -1).astype(np.float64)
        group_size = len(flat) if self.y is None else SAMPLES_PER_ROW
        groups = flat.reshape(-1, group_size, flat.shape[1])
        return float(np.mean([mean_distance(group) for group in groups]))


def outputs_of_d(
    config: TrainConfig, state: TrainState, count: int, part: Callable[[slice], tuple[Tensor, Tensor | None]]
) -> tuple[np.ndarray, np.ndarray]:
    """D's logits (N,), the mean of a map of them, and features (N, F), float64, of `count` images.

    part: what D is given of some of them, images (M, C, H, W) and classes (M,) or None, on the device. They
    are no more than a micro-batch of training, so that memory suffices.
    """
    import torch

    from .terms import autocast

    size = math.ceil(config.batch / state.parts)
    logits, features = [], []
    with torch.no_grad(), eval_mode(state.D):
        for start in range(0, count, size):
            x, labels = part(slice(start, start + size))
            with autocast(config, x):
                out = state.D(x, labels)
            logits.append(out.logits.float().reshape(len(x), -1).mean(1).cpu())
            features.append(out.features.float().flatten(1).cpu())
    return torch.cat(logits).double().numpy(), torch.cat(features).double().numpy()


def mean_distance(x: np.ndarray) -> float:
    """The mean of |x_i - x_j| over all pairs i ≠ j of x (N, F)."""
    squares = (x**2).sum(1)
    distances = np.sqrt(np.maximum(squares[:, None] + squares[None] - 2 * x @ x.T, 0))
    np.fill_diagonal(distances, 0)
    return float(distances.sum() / (len(x) * (len(x) - 1)))


def pick_images(
    dataset: ImageDataset, y: np.ndarray | None, count: int
) -> tuple[np.ndarray, np.ndarray | None]:
    """Pick images, uint8 (count, C, H, W), of the classes y (count,); the same ones at every call.

    Colours beside alpha are premultiplied, as D sees them in training.
    Returns them and their labels, or None as labels if y is None. Images repeat if a class has too few. A
    class without images is filled with images of others.
    """
    order = np.random.default_rng(1).permutation(dataset.count)
    if y is None:
        return premultiplied(dataset.images.take(np.resize(order, count))), None
    rows = np.empty(count, np.int64)
    for label in np.unique(y):
        own = order[dataset.labels[order] == label]
        rows[y == label] = np.resize(own if len(own) else order, (y == label).sum())
    return premultiplied(dataset.images.take(rows)), dataset.labels[rows]


@contextmanager
def eval_mode(net: nn.Module) -> Iterator[None]:
    """Put a network into eval mode inside: no dropout, no batch statistics, no power iteration."""
    net.eval()
    try:
        yield
    finally:
        net.train()


def gradient_norms(state: TrainState) -> dict[str, Tensor]:
    """The norm of each player's last gradients, 0-dim, by column ("d_grad"). Waits for no device."""
    import torch

    norms = {}
    for name, player in state.players.items():
        gradients = [p.grad for p in player.net.parameters() if p.grad is not None]
        if gradients:
            norms[column(name, "grad")] = torch.stack(torch._foreach_norm(gradients)).norm()
    return norms
