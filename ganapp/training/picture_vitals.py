"""Vitals of picture to picture, on held-out pictures: whether the output is the input, or one for all inputs.

As vitals.py, it changes nothing of the training: no random number, no statistics of a layer, no weight.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from ganapp.config import TrainConfig
from ganapp.pixels import to_unit

from .vitals import mean_distance, outputs_of_d

if TYPE_CHECKING:
    import torch

    from .batch_source import PictureSource
    from .state import TrainState


class PictureVitals:
    """Compares what becomes of the `count` fixed inputs of a player with these inputs and their targets.

    The targets are what source.wanted gives: of two sets without pairs, held-out pictures of the other set.
    """

    def __init__(self, config: TrainConfig, source: PictureSource, count: int, player: str):
        self.config, self.source, self.player = config, source, player
        self.given = source.beside(range(count))[0].astype(np.float32)
        self.target = source.wanted(range(count)).astype(np.float32)

    def measure(self, state: TrainState, samples: np.ndarray) -> dict[str, float]:
        """Measure the current outputs uint8 (N, H, W, C) of the fixed inputs. Returns these columns:

        changed: mean |output - input| as a share of mean |target - input|. answers: the mean distance between
        two outputs as a share of that between two targets. error: mean |output - target| as a share of mean
        |input - target|, where each input has its own target. With a player D: d_train, d_samples, d_heldout
        and d_noise as in Vitals, of D's mean logit.
        """
        samples = samples.astype(np.float32)
        wanted = max(np.abs(self.target - self.given).mean(), 1e-6)
        found = {
            "changed": np.abs(samples - self.given).mean() / wanted,
            "answers": _spread(samples) / max(_spread(self.target), 1e-6),
        }
        if self.config.task != "unpaired":
            found["error"] = np.abs(samples - self.target).mean() / wanted
        if "D" in state.players:
            found |= self._of_d(state, samples)
        return {name: float(f"{float(value):.5g}") for name, value in found.items()}

    def _of_d(self, state: TrainState, samples: np.ndarray) -> dict[str, float]:
        import torch

        count = len(samples)
        batch = self.source.draw(0, count, torch.Generator())
        train = self._logits(state, batch.given, batch.real)
        inputs = torch.from_numpy(self.source.fixed(range(count), self.player))
        made, unseen = (self._logits(state, inputs, as_tensor(x)) for x in (samples, self.target))
        noise = math.sqrt((train.var() + unseen.var()) / count)
        return {
            "d_train": train.mean(), "d_samples": made.mean(), "d_heldout": unseen.mean(), "d_noise": noise,
        }  # fmt: skip

    def _logits(self, state: TrainState, given: torch.Tensor, images: torch.Tensor) -> np.ndarray:
        """D's mean logit, float64 (N,), of pictures (N, C, H, W), with their inputs if it sees them."""
        import torch

        def part(rows: slice) -> tuple[torch.Tensor, None]:
            seen = (given, images) if self.config.sees_input else (images,)
            return torch.cat([x[rows].to(state.device) for x in seen], 1), None

        return outputs_of_d(self.config, state, len(images), part)[0]


def as_tensor(pixels: np.ndarray) -> torch.Tensor:
    """Pixels float32 (N, H, W, C), 0 to 255 -> pictures (N, C, H, W) in [-1, 1]."""
    import torch

    return to_unit(torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))))


def _spread(x: np.ndarray) -> float:
    return mean_distance(x.reshape(len(x), -1).astype(np.float64))
