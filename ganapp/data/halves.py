"""Pairs as a data set: A and B of each pair are stacked along the channels of one prepared map, A first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .dataset import ImageDataset

DIRECTIONS = ("a2b", "b2a")
SIDES = ("a", "b")


def in_direction(dataset: ImageDataset, halves: Sequence[int], direction: str) -> ImageDataset:
    """The pairs with the input first. One map serves both directions.

    dataset: images (N, A + B, R, R) as prepared. halves: the channels of A and of B.
    """
    a, b = halves
    if direction == "a2b":
        return replace(dataset, in_channels=a)
    return replace(dataset, images=dataset.images.bands([*range(a, a + b), *range(a)]), in_channels=b)
