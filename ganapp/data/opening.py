"""Data to train on: open_dataset(name or path) -> ImageDataset, prepared once and kept in the cache.

Light on purpose: torch, torchvision and Pillow are imported where a data set is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from .cache import Progress
from .dataset import ImageDataset
from .names import DESCRIPTIONS, HUB, NAMED

SPLITS = ("train", "heldout")
MIN_RESOLUTION, MAX_RESOLUTION = 4, 1024


def describe(name: str) -> str:
    """One sentence about a named data set. ValueError for a name that is not in NAMED."""
    if name not in DESCRIPTIONS:
        raise ValueError(f"There is no data set called {name!r}; the names are {', '.join(NAMED)}.")
    return DESCRIPTIONS[name]


def pinned(source: str) -> str:
    """A data set's name for a run's configuration: one of the Hub with its commit, any other as it is. ValueError."""
    if not source.startswith(HUB):
        return source
    from .hub import opening

    return opening.pin(source)


def open_dataset(
    source: str | Path | Sequence[str | Path],
    resolution: int,
    channels: int | None = None,
    split: str = "train",
    crop: str = "center",
    background: str = "white",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImageDataset:
    """The images of a name in NAMED, a folder, a ZIP, a list of files or hub:user/name (hub.py), as uint8 (N, C, R, R).

    channels: 1, 3, or None for 1 where every picture is grey and 3 otherwise. split: "train", or "heldout", which
    training never sees. crop: "center" cuts the middle square, "fit" keeps all of it on the background. background: a
    colour, for "fit" and for transparent pictures. progress(done, total or None, what) is called at most ten times a
    second. Prepared once, then read from the cache. Raises ValueError (one sentence) for what cannot be used, Cancelled.
    """
    if (
        isinstance(resolution, bool)
        or not isinstance(resolution, (int, np.integer))
        or not MIN_RESOLUTION <= resolution <= MAX_RESOLUTION
    ):
        raise ValueError(
            f"The resolution is {resolution!r}; it must be a whole number from {MIN_RESOLUTION} to {MAX_RESOLUTION}."
        )
    for what, value, allowed in (
        ("channels", channels, (None, 1, 3)),
        ("split", split, SPLITS),
        ("crop", crop, ("center", "fit")),
    ):
        if value not in allowed:
            raise ValueError(f"{what} is {value!r}; allowed are {', '.join(map(str, allowed))}.")
    resolution = int(resolution)
    if source == "faces":
        from .faces.opening import open_faces

        return open_faces(resolution, channels, split, progress, cancelled)
    if isinstance(source, str) and source in NAMED:
        from . import named

        return named.open_named(source, resolution, channels, split, progress, cancelled)
    if isinstance(source, str) and source.startswith(HUB):
        from .hub import opening

        return opening.open_hub(source, resolution, channels, split, crop, background, progress, cancelled)
    from .own import ingest

    return ingest.open_pictures(source, resolution, channels, split, crop, background, progress, cancelled)
