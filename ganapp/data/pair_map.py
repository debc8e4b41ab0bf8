"""Writes the prepared map of pairs: A and B of each pair stacked along the channels, A first (halves.py).

The two halves are written as maps of their own and then joined, so that each finds its channels and its range
of values as an ordinary set does.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from .cache import Cancelled, MapWriter
from .dataset import Images
from .preparing import PictureMap, hold_out, nothing_usable, which_held_out

LEAST_TO_HOLD_OUT = 4  # pairs; one of so few is held out
JOINED_BYTES = 8_000_000  # of pairs that are joined at a time


def write_pair_map(
    folder: Path,
    source: str,
    decoded: Iterable[tuple],
    resolution: int,
    channels: tuple[int | None, int | None],
    background: tuple[int, int, int],
    report: list[tuple[str, str]],
    notes: list[str],
    held_out: Callable[[str], bool] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict:
    """Write images.npy and tables.npz of pairs into `folder` and return the meta data.

    decoded: (name, (A, B), hash, reason) of each pair; see write_map for pixels, report and held_out.
    channels: of A and of B. Raises ValueError (message fit for the user) if no pair can be used, and
    Cancelled.
    """
    for side in "ab":
        (folder / side).mkdir()
    maps = [
        PictureMap(folder / side, resolution, count, background)
        for side, count in zip("ab", channels, strict=True)
    ]
    hashes, names = [], []
    try:
        for name, halves, digest, reason in decoded:
            if reason is not None:
                report.append((name, reason))
                continue
            for half, pixels in zip(maps, halves, strict=True):
                half.add(pixels)
            hashes.append(digest)
            names.append(name)
        if not hashes:
            raise ValueError(nothing_usable(source, report))
        written = [half.finish() for half in maps]
    finally:
        for half in maps:
            half.close()
    heldout = which_held_out(names, hashes, held_out, _hold_out_pairs)
    np.savez(folder / "tables.npz", heldout=heldout)
    meta = {"name": source, "class_names": [], "report": report}
    meta["notes"] = [*notes, *dict.fromkeys(note for _, more in written for note in more)]
    meta["transparent"] = sum(half.transparent for half in maps)
    return meta | _join(folder, resolution, [about for about, _ in written], cancelled)


def _hold_out_pairs(hashes: np.ndarray) -> np.ndarray:
    """Which pairs are held out, bool (N,): one in ten, of few pairs at least one, since a run shows them."""
    chosen = hold_out(hashes, least=LEAST_TO_HOLD_OUT)
    if not chosen.any() and len(set(hashes.tolist())) >= LEAST_TO_HOLD_OUT:
        chosen = hashes == hashes.min()
    return chosen


def _join(folder: Path, resolution: int, written: list[dict], cancelled) -> dict:
    """Write images.npy of the maps of both halves, and remove these. Returns the meta data of the pairs."""
    count, halves = written[0]["shape"][0], [about["shape"][1] for about in written]
    parts = [
        Images.open(folder / side / "images.npy", about["shape"], about["digest"])
        for side, about in zip("ab", written, strict=True)
    ]
    writer = MapWriter(folder / "images.npy", resolution, sum(halves))
    step = max(1, JOINED_BYTES // (sum(halves) * resolution**2))
    try:
        for start in range(0, count, step):
            if cancelled is not None and cancelled():
                raise Cancelled("preparing was cancelled")
            rows = np.arange(start, min(start + step, count))
            for pair in np.concatenate([part.take(rows) for part in parts], 1):
                writer.add(pair)
        return {"halves": halves, **writer.finish()}
    finally:
        writer.close()
        parts.clear()  # closes their files, which Windows would not delete
        for side in "ab":
            shutil.rmtree(folder / side, ignore_errors=True)
