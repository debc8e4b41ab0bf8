"""Bank: pictures of many seeds of each class, among which a fit looks for its starts. Kept between fits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ganapp.pixels import to_bytes

from .spaces import z_of

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

MOST = 8192  # pictures of all classes together
MOST_BYTES = 64_000_000  # of the pictures that are kept; beyond, they are drawn again for every fit


class Bank:
    """Pictures of the seeds 0, 1, 2 … of each class. One bank belongs to one generator."""

    def __init__(self, G: Module) -> None:
        self._G = G
        self._pictures: dict[tuple, list[Tensor]] = {}
        self._latents: dict[tuple, tuple[Tensor, Tensor]] = {}
        self.sides: dict = {}  # what tuning.py found out about the weights

    def parts(self, classes: list[int], seeds: int) -> Iterator[Tensor]:
        """Pictures uint8 (N, C, R, R) batch by batch, class by class; drawn if they are not there yet."""
        import torch

        key, G = (tuple(classes), self._per_class(classes, seeds)), self._G
        kept = self._pictures.setdefault(key, [])
        z, labels = self._inputs(*key)
        spec, batch = G.spec, batch_of(G)
        keeps = len(z) * spec.channels * spec.resolution**2 <= MOST_BYTES
        for number, start in enumerate(range(0, len(z), batch)):
            if number < len(kept):
                yield kept[number]
                continue
            part = slice(start, start + batch)
            with torch.no_grad():
                drawn = G(z[part], labels[part] if spec.num_classes else None).float()
            drawn = to_bytes(drawn)
            if keeps:
                kept.append(drawn)
            yield drawn

    def latents(self, classes: list[int], seeds: int, which: Tensor) -> tuple[Tensor, Tensor, int]:
        """z and labels of the pictures `which` (M,), counted as in `parts`, and how many there are in all."""
        z, labels = self._inputs(tuple(classes), self._per_class(classes, seeds))
        return z[which], labels[which], len(z)

    def count(self, classes: int, seeds: int) -> int:
        """How many pictures are drawn for so many classes and seeds of each."""
        return classes * self._per_class(list(range(classes)), seeds)

    def _per_class(self, classes: list[int], seeds: int) -> int:
        return max(1, min(seeds, MOST // len(classes)))

    def _inputs(self, classes: tuple[int, ...], per_class: int) -> tuple[Tensor, Tensor]:
        import torch

        key = classes, per_class
        if key not in self._latents:
            z = z_of(self._G, np.arange(per_class)).repeat(len(classes), 1)
            labels = torch.tensor(classes).repeat_interleave(per_class).to(z.device)
            self._latents[key] = z, labels
        return self._latents[key]


def batch_of(G: Module) -> int:
    """How many pictures of seeds are drawn at a time."""
    return max(1, min(32, 32 * 128**2 // G.spec.resolution**2))
