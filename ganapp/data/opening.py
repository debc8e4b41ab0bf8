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
from .halves import DIRECTIONS, SIDES
from .names import BUILT_IN, DESCRIPTIONS, HUB, PAIR_DESCRIPTIONS, PAIRED

SPLITS = ("train", "heldout")
TASKS = ("noise", "degrade", "pairs", "unpaired", "style")  # what the pictures are for; see open_dataset
MIN_RESOLUTION, MAX_RESOLUTION = 4, 1024


def describe(name: str) -> str:
    """One sentence about a data set that is a name. Raises ValueError if `name` is not in BUILT_IN."""
    if name not in BUILT_IN:
        raise ValueError(f"There is no data set called {name!r}; the names are {', '.join(BUILT_IN)}.")
    return {**DESCRIPTIONS, **PAIR_DESCRIPTIONS}[name]


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
    frame_step: int = 0,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    *,
    task: str = "noise",
    direction: str = "a2b",
    side: str = "",
    dataset_b: str | Path = "",
    in_channels: int | None = None,
) -> ImageDataset:
    """Open a data set: uint8 images (N, C, R, R), prepared once and then read from the cache.

    source: a name in NAMED, a folder, a ZIP, a film, a list of files, or hub:user/name (see hub/name.py).
    resolution: 4 to 1024.
    channels: 1, 3, 4 to keep transparency, or None: 1 if every picture is grey, else 3.
    split: "train", or "heldout" for the images that training never sees.
    crop: "center" cuts out the middle square, "fit" keeps the whole picture and pads it with the background.
    background: a colour (name or #rrggbb), for "fit" and behind transparent pictures.
    With 4 channels colours are straight, black where alpha is 0, and padding is transparent.
    frame_step: of films, every n-th frame is looked at; 0 chooses n (see own/films.py).
    progress: called as progress(done, total or None, what), at most ten times a second.

    task "pairs" opens pairs, input and target stacked along the channels: a name in PAIRED, or own pictures
    in a layout of own/layouts.py. in_channels: of the input, as `channels` of the target. direction: "a2b",
    or "b2a" if B is the input. dataset_b: a folder or ZIP of B, if `source` holds A alone.
    task "unpaired" opens one of two sets, `side` "a" or "b" of a source that holds both; with a dataset_b, A
    is `source` and B is `dataset_b`, each of any kind. Every other task opens `source`.

    Raises ValueError (message fit for the user) if the source or an argument cannot be used, and Cancelled as
    soon as `cancelled()` is true.
    """
    _check_arguments(resolution, channels, split, crop, frame_step)
    _check_task(task, direction, side, in_channels)
    resolution, told = int(resolution), (progress, cancelled)
    if task == "pairs":
        return _open_pairs(
            source, dataset_b, resolution, in_channels, channels, direction, split, crop, background, *told
        )
    source, side = _one_set(source, dataset_b, side) if task == "unpaired" else (source, "")
    if isinstance(source, str) and source in BUILT_IN:
        return _open_name(source, resolution, channels, split, *told)
    if isinstance(source, str) and source.startswith(HUB):
        from .hub import opening

        return opening.open_hub(source, resolution, channels, split, crop, background, *told)
    from .own import opening

    options = crop, background, int(frame_step)
    return opening.open_pictures(source, resolution, channels, split, *options, *told, side=side)


def _one_set(source, dataset_b: str | Path, side: str) -> tuple:
    """Where A or B of two sets is: the source, and which side of it, "" if it is all of the source."""
    if dataset_b:
        return (dataset_b if side == "b" else source), ""
    if isinstance(source, str) and (source in BUILT_IN or source.startswith(HUB)):
        raise ValueError(f"{source} is one set of two: name the other as dataset_b.")
    return source, side


def _open_name(source: str, resolution: int, channels: int | None, split: str, *told) -> ImageDataset:
    if source in PAIRED:
        raise ValueError(f'{source} holds pairs of pictures: they are for the task "pairs".')
    _check_no_alpha(source, channels)
    from .faces import opening

    if source == "faces":
        return opening.open_faces(resolution, channels, split, *told)
    if source in opening.PARTS:
        return opening.open_part(source, resolution, channels, split, *told)
    from . import named

    return named.open_named(source, resolution, channels, split, *told)


def _check_no_alpha(source: str, *channels: int | None) -> None:
    if 4 in channels:
        raise ValueError(f"{source} has no transparency to keep: channels is 4; here it can be 0, 1 or 3.")


def _open_pairs(
    source, dataset_b, resolution, in_channels, channels, direction, split, crop, background, *told
) -> ImageDataset:
    if dataset_b and (source in PAIRED or str(dataset_b) in BUILT_IN):
        name = dataset_b if str(dataset_b) in BUILT_IN else source
        raise ValueError(
            f"{name} is not one half of pairs: leave dataset_b empty, or name two folders or ZIPs."
        )
    if isinstance(source, str) and source in PAIRED:
        _check_no_alpha(source, channels, in_channels)
        from .faces.pairs import open_face_pairs

        return open_face_pairs(source, resolution, in_channels, channels, direction, split, *told)
    if isinstance(source, str) and (source in BUILT_IN or source.startswith(HUB)):
        raise ValueError(f"{source} holds no pairs: give a folder or ZIP of pairs, or {', '.join(PAIRED)}.")
    from .own.pairs import open_pairs

    options = in_channels, channels, direction, split, crop, background
    return open_pairs(source, dataset_b, resolution, *options, *told)


def _check_arguments(resolution: int, channels: int | None, split: str, crop: str, frame_step: int) -> None:
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
        ("channels", channels, (None, 1, 3, 4)),
        ("split", split, SPLITS),
        ("crop", crop, ("center", "fit")),
    ):
        if value not in allowed:
            raise ValueError(f"{what} is {value!r}; allowed are {', '.join(map(str, allowed))}.")
    if isinstance(frame_step, bool) or not isinstance(frame_step, (int, np.integer)) or frame_step < 0:
        raise ValueError(f"frame_step is {frame_step!r}; it must be a whole number from 0 up.")


def _check_task(task: str, direction: str, side: str, in_channels: int | None) -> None:
    for what, value, allowed in (
        ("task", task, TASKS),
        ("direction", direction, DIRECTIONS),
        ("side", side, SIDES if task == "unpaired" else ("", *SIDES)),
        ("in_channels", in_channels, (None, 1, 3, 4)),
    ):
        if value not in allowed:
            raise ValueError(f"{what} is {value!r}; allowed are {', '.join(map(str, allowed))}.")
