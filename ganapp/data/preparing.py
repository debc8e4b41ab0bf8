"""From picture files to one prepared file: threads decode, unusable files are reported, some held out.

Shared by own pictures and the Hub. The file's format is in cache.py, the decoding of one picture in
decode.py. One picture in ten is held out, by the hash of its bytes, so that a new picture moves no other
between the splits.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganapp.files import text_of_size

from .cache import Cancelled, MapWriter, cache_folder
from .dataset import ImageDataset
from .decode import Unusable
from .depth import Deep, DeepPictures
from .memory import DECODING, FILE_SHARE, NeedsMore
from .names import FILMS, PICTURES
from .resizing import without_alpha

HELD_OUT, MIN_COUNT = 2_000, 100  # at most so many pictures are held out; none of a set with fewer than 100
BATCH = 16  # pictures that a decoding thread takes at a time
MAX_FILE = 256_000_000  # bytes of one picture file, unpacked
AHEAD_BYTES = 32_000_000  # of decoded pictures that wait to be written
MAX_CLASSES = 10_000  # labels given as numbers must be below
RULES = (
    3  # part of the identity of prepared pictures: change it when the same files give other pixels or labels
)


@dataclass(frozen=True)
class Entry:
    """One file of a source. Its functions raise Unusable if it cannot be read."""

    name: str  # "cats/001.jpg", always with forward slashes
    size: int  # bytes
    read: Callable[[], bytes]
    on_disk: Callable[[Path], Path] | None = None  # the file's path; out of a ZIP, that of a copy in a folder


def select_split(name: str, split: str, prepared: tuple) -> ImageDataset:
    """The training or the held-out part of what load_or_build returned.

    Raises ValueError (message fit for the user) if that part is empty.
    """
    meta, images, tables = prepared
    rows = np.flatnonzero(tables["heldout"] == (split == "heldout"))
    if not len(rows) and "halves" in meta:
        raise ValueError(f"No pairs of {meta['name']} are held out: there are only {len(images)}.")
    if not len(rows):
        raise ValueError(
            f"No pictures of {meta['name']} are held out: there are {len(images)}, and one in ten is held "
            "out from "
            f"{MIN_COUNT} on."
        )
    labels = tables["labels"][rows].astype(np.int64) if "labels" in tables else None
    return ImageDataset(
        name,
        images.pick(rows),
        labels,
        tuple(meta["class_names"]),
        tuple(map(tuple, meta["report"])),
        notes=tuple(meta["notes"]),
        held_out=int(tables["heldout"].sum()) if split == "train" else 0,
        transparent=meta["transparent"],
    )


def check_disk_space(count: int, folder: Path, source: str, resolution: int, channels: int | None) -> None:
    """Raise ValueError (message fit for the user) if `count` prepared pictures do not fit on the disk."""
    need, free = count * resolution**2 * (channels or 1), shutil.disk_usage(folder).free
    if need > free:
        raise ValueError(
            f"Preparing {count:,} pictures of {source} needs {text_of_size(need)}, and "
            f"{text_of_size(free)} are free in {cache_folder()}: "
            "free some, or set GANAPP_CACHE to a folder on another disk."
        )


class PictureMap:
    """The file images.npy of a folder while it is written: transparency and depth of each picture resolved.

    channels: as of open_dataset. background: (red, green, blue) behind what is transparent.
    """

    def __init__(self, folder: Path, resolution: int, channels: int | None, background):
        self.channels, self.background = channels, background
        self._writer, self._deep = (
            MapWriter(folder / "images.npy", resolution, channels),
            DeepPictures(folder),
        )
        self.transparent = 0

    def add(self, pixels: np.ndarray | Deep) -> None:
        """Append a picture, uint8 (C, R, R) with C as of decode with keep_alpha, or Deep."""
        if isinstance(pixels, Deep):
            self._deep.add(self._writer.count, pixels)
            pixels = pixels.alone()
        if len(pixels) == 4:
            self.transparent += 1
            if self.channels != 4:
                pixels = without_alpha(pixels, self.channels, self.background)
        self._writer.add(pixels)

    def finish(self) -> tuple[dict, list[str]]:
        """Shape and digest for the meta data, and sentences about how the pictures were read."""
        notes = self._deep.finish(self._writer)
        if self.channels == 4 and not self.transparent:
            notes.append("No picture has transparent pixels: alpha is 255 everywhere.")
        return self._writer.finish(), notes

    def close(self) -> None:
        """Close the files, finished or not."""
        self._deep.close()
        self._writer.close()


def write_map(
    folder,
    source,
    decoded,
    resolution,
    channels,
    background,
    report,
    class_names=None,
    notes=(),
    held_out: Callable[[str], bool] | None = None,
) -> dict:
    """Write images.npy and tables.npz into `folder` and return the meta data.

    decoded: (name, label, pixels, hash, reason) of each picture; reason is None if it can be used. Pixels are
    uint8 or Deep. Those with alpha are laid on `background`, unless `channels` is 4. Labels are all numbers
    (indices of class_names if those are given), all names of classes, or all None; a class without usable
    pictures is left out. held_out: whether the picture of a name is held out; None: one in ten, by its hash.
    Unusable pictures are appended to `report` as (name, reason). Raises ValueError (message fit for the user)
    if no picture can be used.
    """
    pictures = PictureMap(folder, resolution, channels, background)
    hashes, labels, kept = [], [], []
    try:
        for name, label, pixels, digest, reason in decoded:
            if reason is not None:
                report.append((name, reason))
                continue
            pictures.add(pixels)
            hashes.append(digest)
            labels.append(label)
            kept.append(name)
        if not hashes:
            raise ValueError(nothing_usable(source, report))
        written, more_notes = pictures.finish()
        heldout, names, tables = which_held_out(kept, hashes, held_out, hold_out), [], {}
        if labels[0] is not None:
            names, tables["labels"] = _classes(labels, class_names)
            heldout &= ~_all_held_out(heldout, tables["labels"])
        np.savez(folder / "tables.npz", heldout=heldout, **tables)
        meta = {"name": source, "class_names": names, "report": report, "notes": [*notes, *more_notes]}
        return meta | {"transparent": pictures.transparent} | written
    finally:
        pictures.close()


def _classes(labels: list, class_names: Sequence[str] | None) -> tuple[list[str], np.ndarray]:
    """Names of the classes that have pictures, and the class of each picture, int64 (N,).

    Numbers of a list of names keep its order; all else is in natural order: 2 before 10.
    """
    used, found = np.unique(labels, return_inverse=True)
    if not isinstance(labels[0], str):
        return [str(class_names[i] if class_names else i) for i in used.tolist()], found.astype(np.int64)
    names = used.tolist()
    order = sorted(range(len(names)), key=lambda i: natural(names[i]))
    rank = np.empty(len(names), np.int64)
    rank[order] = np.arange(len(names))
    return [names[i] for i in order], rank[found]


def natural(name: str) -> tuple:
    """Key to sort names as people do: numbers in them by their value."""
    parts = re.split(r"([0-9]+)", name)
    return [(int(part), "") if i % 2 else (-1, part) for i, part in enumerate(parts)], name


def _all_held_out(heldout: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Which pictures belong to a class of which nothing would be left to train on, bool (N,)."""
    kept = np.bincount(labels[~heldout], minlength=labels.max() + 1)
    return kept[labels] == 0


def decode_all(
    batches: Iterable[list[Entry]],
    decode: Callable[[bytes], np.ndarray | Deep],
    cancelled: Callable[[], bool] | None,
    resolution: int,
) -> Iterator[tuple]:
    """Yield (pixels, hash, None) or (None, None, reason) of each entry, in order; a few threads decode.

    Memory is bounded: the threads share the budget DECODING, and stay AHEAD_BYTES or at least one batch
    ahead. Closing the iterator stops them.
    """
    stop = threading.Event()

    def read_and_decode(entry: Entry) -> tuple:
        size = int(FILE_SHARE * entry.size)
        while True:
            try:
                if entry.size > MAX_FILE:
                    raise Unusable(f"too large ({entry.size / 1e6:,.0f} MB; at most {MAX_FILE / 1e6:.0f} MB)")
                with DECODING.hold(size):
                    data = entry.read()
                    digest = int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")
                    return decode(data), digest, None
            except NeedsMore as more:  # read again when there is room for all of it
                size = more.size
            except Unusable as error:
                return None, None, str(error)

    def decode_batch(batch: list[Entry]) -> list[tuple]:
        return [read_and_decode(entry) for entry in batch if not stop.is_set()]

    threads = min(4, os.cpu_count() or 1)
    most_ahead = min(2 * threads, max(1, AHEAD_BYTES // (BATCH * 4 * resolution**2)))
    with ThreadPoolExecutor(threads, "pictures") as pool:
        try:
            ahead: deque = deque()
            for batch in batches:
                ahead.append(pool.submit(decode_batch, batch))
                if len(ahead) > most_ahead:
                    yield from wait_for(ahead.popleft(), cancelled)
            while ahead:
                yield from wait_for(ahead.popleft(), cancelled)
        finally:
            stop.set()


def wait_for(future: Future, cancelled: Callable[[], bool] | None):
    """The result of a future. Raises Cancelled within 0.1 s, since a batch may take seconds."""
    while True:
        if cancelled is not None and cancelled():
            raise Cancelled("preparing was cancelled")
        try:
            return future.result(timeout=0.1)
        except NotYet:
            continue


def which_held_out(
    names: Sequence[str],
    hashes: Sequence[int],
    by_name: Callable[[str], bool] | None,
    by_hash: Callable[[np.ndarray], np.ndarray],
) -> np.ndarray:
    """Which of some pictures are held out, bool (N,): as their names say, else as their hashes do.

    by_name: None where names say nothing. Where it would hold out all, none is.
    """
    if by_name is None:
        return by_hash(np.array(hashes, np.uint64))
    chosen = np.array([by_name(name) for name in names])
    return chosen & ~chosen.all()


def hold_out(hashes: np.ndarray, least: int = MIN_COUNT) -> np.ndarray:
    """Which pictures are held out, bool (N,), by the hash of each file, uint64 (N,); copies stay together.

    None is of fewer than `least` pictures.
    """
    chosen = (hashes % 10 == 0) & (len(hashes) >= least)
    if chosen.sum() > HELD_OUT:
        chosen &= hashes < np.sort(hashes[chosen])[HELD_OUT]
    return chosen & ~chosen.all()


def nothing_usable(source: str, report: list[tuple[str, str]]) -> str:
    if not report:
        endings = ", ".join(PICTURES + FILMS)
        return f"No pictures were found in {source}: files ending in {endings} are looked for."
    first = "; ".join(f"{name} ({reason})" for name, reason in report[:3])
    more = f"; and {len(report) - 3:,} more" if len(report) > 3 else ""
    return f"None of the {len(report):,} pictures in {source} can be used: {first}{more}."
