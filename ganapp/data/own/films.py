"""Films as data: every n-th frame, without those that look like an earlier one.

A film's frames become pictures here, one after the other, so that memory does not depend on its length.
Frames are read in media/frames.py; pictures in files are decoded in ../decode.py.
"""

from __future__ import annotations

import hashlib
import io
import math
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from ganapp.media import Frames, Unreadable, is_animated, open_film

from ..cache import Cancelled
from ..decode import Unusable
from ..names import FILMS, PICTURES
from ..preparing import MAX_FILE, Entry
from ..resizing import REDUCING_GAP, place_on, resized, target
from .entries import suffix

USUAL_COUNT = 1_000  # frames that are looked at of a film, if the step is not given and 2 a second are more
A_SECOND = 2
MOST_PICTURES = 100_000  # of one film
# Frames are compared as SIGNATURE × SIGNATURE pixels. One is a near-duplicate of another if the values differ
# by less than ALIKE on average and by less than ALIKE_MOST anywhere: compression moves them by about 1.
SIGNATURE, ALIKE, ALIKE_MOST = 16, 1.5, 20
REMEMBERED = 256  # earlier frames that a frame is compared with
BLOCKS, BLOCK = 50, 500  # blocks that are held out as a whole: of a film, and frames of one of unknown length
HEAD = 1 << 20  # bytes of a film that, with its size, tell it from others


class Square(NamedTuple):
    """How a picture becomes a square: the arguments of resizing.place_on."""

    resolution: int
    channels: int | None
    crop: str
    background: tuple[int, int, int]


def films_among(entries: list[Entry]) -> set[str]:
    """Names of the entries that are films: by their ending, or an animated picture that is alone."""
    found = {entry.name for entry in entries if suffix(entry.name) in FILMS}
    pictures = [entry for entry in entries if suffix(entry.name) in PICTURES]
    if len(pictures) == 1 and not found and pictures[0].size <= MAX_FILE:
        with suppress(Unusable):  # it is named where it is decoded
            found = {pictures[0].name} if is_animated(io.BytesIO(pictures[0].read())) else set()
    return found


def pictures_of(
    path: Path,
    name: str,
    square: Square,
    step: int,
    notes: list[str],
    report_progress: Callable,
    cancelled: Callable[[], bool] | None,
) -> Iterator[tuple[str, np.ndarray, int]]:
    """Yield (name, pixels uint8 (C, R, R), hash) of the frames of a film that are used.

    step: n of every n-th frame, 0 for `usual_step`. A sentence on what was used is appended to `notes`. C is
    as of decode with keep_alpha. Neighbouring frames have one hash, so that they are all held out or none is.
    Raises Unusable if nothing of the film can be read, and Cancelled.
    """
    try:
        with open_film(path, math.ceil(2 * REDUCING_GAP * square.resolution)) as frames:
            frames.step = step or usual_step(frames.total, frames.fps)
            _check_length(frames)
            seen, used, looked = Seen(), 0, 0
            block, film = math.ceil(frames.total / BLOCKS) or BLOCK, _identity(path)
            for number, picture in frames.read:
                if cancelled is not None and cancelled():
                    raise Cancelled("reading a film was cancelled")
                report_progress(number + 1, max(frames.total, number + 1) or None, f"Reading {name}")
                looked += 1
                pixels = _squared(picture, square)
                if not seen.is_new(pixels):
                    continue
                if used >= MOST_PICTURES:
                    frames.problem = f"at most {MOST_PICTURES:,} pictures of a film are used"
                    break
                used += 1
                yield f"{name} #{number}", pixels, _hash(film, number // block)
            notes.append(_note(name, frames, used, looked))
    except Unreadable as error:
        raise Unusable(str(error)) from None


def usual_step(total: int, fps: float) -> int:
    """n of every n-th frame: two a second, or fewer left out of a film with less than 1,000 such frames."""
    sparse = max(1, round(fps / A_SECOND))
    return max(1, min(sparse, total // USUAL_COUNT)) if total else sparse


class Seen:
    """The signatures of the last frames that were used."""

    def __init__(self) -> None:
        self._kept: deque[np.ndarray] = deque(maxlen=REMEMBERED)

    def is_new(self, pixels: np.ndarray) -> bool:
        """Whether uint8 (C, R, R) is no near-duplicate of an earlier one; if so, it is remembered."""
        mine = signature(pixels)
        if self._kept:
            apart = np.abs(np.stack(self._kept) - mine)
            if ((apart.mean(1) < ALIKE) & (apart.max(1) < ALIKE_MOST)).any():
                return False
        self._kept.append(mine)
        return True


def signature(pixels: np.ndarray) -> np.ndarray:
    """A reduced copy of uint8 (C, R, R) to compare with others, int16 (M,): weighted colours and alpha."""
    colour = np.repeat(pixels, 3, axis=0) if len(pixels) == 1 else pixels[:3]
    alpha = pixels[3:] if len(pixels) == 4 else np.full_like(pixels[:1], 255)
    image = Image.fromarray(np.ascontiguousarray(np.concatenate([colour, alpha]).transpose(1, 2, 0)))
    small = image.convert("RGBa").resize((SIGNATURE, SIGNATURE), Image.Resampling.BOX)
    return np.asarray(small).astype(np.int16).ravel()


def _squared(picture: np.ndarray, square: Square) -> np.ndarray:
    """A frame, uint8 (H, W, 3 or 4), as uint8 (C, R, R)."""
    image = Image.fromarray(np.ascontiguousarray(picture))
    size, box = target(image.size, square.resolution, square.crop)
    return place_on(resized(image, size, box), *square, keep_alpha=True)


def _check_length(frames: Frames) -> None:
    """Raise Unusable if a film says that it is too long, or would give too many pictures."""
    from ganapp.media.frames import MOST_FRAMES

    if frames.total > MOST_FRAMES:
        raise Unusable(f"too long ({frames.total:,} frames); at most {MOST_FRAMES:,} are read: cut it")
    if frames.total > frames.step * MOST_PICTURES:
        least = math.ceil(frames.total / MOST_PICTURES)
        raise Unusable(
            f"too many pictures ({frames.total // frames.step:,} frames); choose a frame_step from {least} up"
        )


def _note(name: str, frames: Frames, used: int, looked: int) -> str:
    said = [f"{name}: {used:,} pictures, of every frame."]
    if frames.step > 1:
        said = [f"{name}: {used:,} pictures, of one in {frames.step} frames."]
    if looked > used:
        said.append(f"{looked - used:,} near-duplicates are left out.")
    if frames.problem:
        said.append(f"The film ends early: {frames.problem}.")
    return " ".join(said)


def _identity(path: Path) -> bytes:
    """What tells a film from others, whatever it is called."""
    with open(path, "rb") as file:
        return hashlib.blake2b(file.read(HEAD) + str(path.stat().st_size).encode(), digest_size=8).digest()


def _hash(film: bytes, block: int) -> int:
    return int.from_bytes(hashlib.blake2b(film + f"#{block}".encode(), digest_size=8).digest(), "little")
