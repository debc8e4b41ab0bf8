"""Opens a data set of any kind: checks the arguments, then calls the opener of its kind.

Openers: faces/opening.py (drawn here), named.py (downloaded), hub/opening.py (streamed), own/opening.py
(files).
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
    """One sentence about a named data set. Raises ValueError if `name` is not in NAMED."""
    if name not in DESCRIPTIONS:
        raise ValueError(f"There is no data set called {name!r}; the names are {', '.join(NAMED)}.")
    return DESCRIPTIONS[name]


def pinned(source: str) -> str:
    """Write the commit of a Hub data set into its name, so that a run can be repeated.

    Other names are returned as they are.

    Raises ValueError (message fit for the user) if the Hub has no such data set or cannot be asked.
    """
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
    """Open a data set: uint8 images (N, C, R, R), prepared once and then read from the cache.

    source: a name in NAMED, a folder, a ZIP, a list of files, or hub:user/name (see hub/name.py).
    resolution: 4 to 1024. channels: 1, 3, or None: 1 if every picture is grey, else 3.
    split: "train", or "heldout" for the images that training never sees.
    crop: "center" cuts out the middle square, "fit" keeps the whole picture and pads it with the background.
    background: a colour (name or #rrggbb), for "fit" and behind transparent pictures.
    progress: called as progress(done, total or None, what), at most ten times a second.

    Raises ValueError (message fit for the user) if the source or an argument cannot be used, and Cancelled as
    soon as `cancelled()` is true.
    """
    _check_arguments(resolution, channels, split, crop)
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
    from .own import opening

    return opening.open_pictures(source, resolution, channels, split, crop, background, progress, cancelled)


def _check_arguments(resolution: int, channels: int | None, split: str, crop: str) -> None:
    if (
        isinstance(resolution, bool)
        or not isinstance(resolution, (int, np.integer))
        or not MIN_RESOLUTION <= resolution <= MAX_RESOLUTION
    ):
        raise ValueError(
            f"The resolution is {resolution!r}; it must be a whole number from {MIN_RESOLUTION} to "
            f"{MAX_RESOLUTION}."
        )
    for what, value, allowed in (
        ("channels", channels, (None, 1, 3)),
        ("split", split, SPLITS),
        ("crop", crop, ("center", "fit")),
    ):
        if value not in allowed:
            raise ValueError(f"{what} is {value!r}; allowed are {', '.join(map(str, allowed))}.")
