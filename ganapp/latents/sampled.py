"""Samples of a generator: the latents of many seeds in one space, and what a scorer says of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .drawing import generate, map_latents
from .labels import labels_of
from .seeds import has_role, latents

if TYPE_CHECKING:
    import torch

# Images uint8 (N, H, W, C) -> numbers (N,), higher for more of what is wanted; (N, A) for A questions.
Scorer = Callable[[np.ndarray], np.ndarray]
Progress = Callable[[int, int], None]  # (done, total)
CHUNK = 64


class Samples(NamedTuple):
    """Seeds as a table: their latents in one space, (N, D), and the classes of their pictures, -1 without."""

    seeds: list[int]
    latents: np.ndarray  # float32 (N, D)
    labels: np.ndarray  # int64 (N,)
    space: str  # z or w


def best_space(G: torch.nn.Module) -> str:
    """w where there is one, else z: w is the less entangled of the two (Karras 2019, section 4)."""
    return "w" if has_role(G, "mapped") else "z"


def samples_of(
    G: torch.nn.Module,
    seeds: Sequence[int],
    space: str | None = None,
    y: int | str | Sequence[int | str] | None = None,
    device: str | torch.device | None = None,
) -> Samples:
    """The latents of seeds in z or w; None: in the best space. y as in `generate`.

    Raises ValueError (message fit for the user) if the generator has no w space, or an argument is wrong.
    """
    space = space or best_space(G)
    if space not in ("z", "w") or (space == "w" and not has_role(G, "mapped")):
        raise ValueError(f"This model has no {space} space to find directions in.")
    seeds = list(seeds)
    z, labels = latents(G, seeds), labels_of(G, seeds, y)
    if space == "z":
        return Samples(seeds, z, labels, space)
    classes = labels if G.spec.num_classes else None
    parts = [
        map_latents(G, z[i : i + 1024], None if classes is None else classes[i : i + 1024], device=device)
        for i in range(0, len(seeds), 1024)
    ]
    return Samples(seeds, np.concatenate(parts).reshape(len(seeds), -1), labels, space)


def scores_of(
    G: torch.nn.Module,
    samples: Samples,
    score: Scorer,
    device: str | torch.device | None = None,
    progress: Progress | None = None,
) -> np.ndarray:
    """What `score` says of the pictures of samples, float64 (N,) or (N, A)."""
    found = []
    for start in range(0, len(samples.seeds), CHUNK):
        if progress:
            progress(start, len(samples.seeds))
        part = slice(start, start + CHUNK)
        y = samples.labels[part] if G.spec.num_classes else None
        found.append(np.asarray(score(generate(G, samples.seeds[part], y, device=device)), np.float64))
    return np.concatenate(found)
