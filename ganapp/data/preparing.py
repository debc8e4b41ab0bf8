"""From encoded images to a prepared memory map: decoded by threads, bad files reported, a part held out.

Shared by own files and the Hub. The format of the map is in cache.py, the decoding of one image in decode.py.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path

import numpy as np
from PIL import ImageColor

from .cache import Cancelled, MapWriter, cache_folder
from .dataset import ImageDataset
from .decode import Unusable
from .own.entries import MAX_FILE, Entry

HELD_OUT, MIN_COUNT = 2_000, 100
BATCH = 16  # pictures a task of the decoding threads


def parse_colour(background: str) -> tuple[int, int, int]:
    """A colour's name or number as (red, green, blue). ValueError where it is none."""
    try:
        return ImageColor.getrgb(background)[:3]
    except ValueError:
        raise ValueError(
            f"The background is {background!r}; it must be a colour such as white, black or #8090a0."
        ) from None


def split_of(name: str, split: str, found: tuple) -> ImageDataset:
    """The part of what prepared() gave that is trained on, or held out. ValueError where nothing is held out."""
    meta, images, tables = found
    rows = np.flatnonzero(tables["heldout"] == (split == "heldout"))
    if not len(rows):
        raise ValueError(
            f"No pictures of {meta['name']} are held out: there are {len(images)}, and one in ten is held out from "
            f"{MIN_COUNT} on."
        )
    labels = tables["labels"][rows].astype(np.int64) if "labels" in tables else None
    return ImageDataset(name, images.pick(rows), labels, tuple(meta["class_names"]), tuple(map(tuple, meta["report"])))


def check_room(count: int, folder: Path, source: str, resolution: int, channels: int | None) -> None:
    """ValueError where so many prepared pictures have no room on the disk."""
    need, free = count * resolution**2 * (channels or 1), shutil.disk_usage(folder).free
    if need > free:
        raise ValueError(
            f"Preparing {count:,} pictures of {source} needs {need / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free "
            f"in {cache_folder()}: free some, or set GANAPP_CACHE to a folder on another disk."
        )


def write_map(folder, source, decoded, resolution, channels, report, class_names=None) -> dict:
    """Write images.npy and tables.npz; return the meta data. ValueError where no picture can be used.

    decoded: (name, label, pixels, hash, reason) of each picture, reason None where it can be used. A label is a number
    (of class_names, where they are given), the name of a class, or None, for all pictures alike.
    """
    writer, hashes, labels = MapWriter(folder / "images.npy", resolution, channels), [], []
    try:
        for name, label, pixels, digest, reason in decoded:
            if reason is not None:
                report.append((name, reason))
            else:
                writer.add(pixels)
                hashes.append(digest)
                labels.append(label)
        if not hashes:
            raise ValueError(_nothing_usable(source, report))
        tables, names = {"heldout": _hold_out(np.array(hashes, np.uint64))}, []
        if isinstance(labels[0], int):  # numbers are kept as they are
            tables["labels"] = np.array(labels, np.int64)
            names = list(class_names or (str(i) for i in range(max(labels) + 1)))
        elif isinstance(labels[0], str):  # names: those of which nothing could be used are no classes
            used, tables["labels"] = np.unique(labels, return_inverse=True)
            names = used.tolist()
        np.savez(folder / "tables.npz", **tables)
        return {"name": source, "class_names": names, "report": report, **writer.finish()}
    finally:
        writer.close()


def decode_all(
    batches: Iterable[list[Entry]], decode: Callable[[bytes], np.ndarray], cancelled: Callable[[], bool] | None
) -> Iterator[tuple]:
    """(pixels, hash, None) or (None, None, reason) of every entry, in order, by threads that stay a little ahead."""
    stop = threading.Event()

    def one(entry: Entry) -> tuple:
        try:
            if entry.size > MAX_FILE:
                raise Unusable(f"too large ({entry.size / 1e6:,.0f} MB; at most {MAX_FILE / 1e6:.0f} MB)")
            data = entry.read()
            digest = int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "little")
            return decode(data), digest, None
        except Unusable as error:
            return None, None, str(error)

    def task(batch: list[Entry]) -> list[tuple]:
        return [one(entry) for entry in batch if not stop.is_set()]

    threads = min(4, os.cpu_count() or 1)
    with ThreadPoolExecutor(threads, "pictures") as pool:
        try:
            ahead: deque = deque()
            for batch in batches:
                ahead.append(pool.submit(task, batch))
                if len(ahead) > 2 * threads:
                    yield from wait_for(ahead.popleft(), cancelled)
            while ahead:
                yield from wait_for(ahead.popleft(), cancelled)
        finally:
            stop.set()


def wait_for(future, cancelled: Callable[[], bool] | None):
    """The result of a future; asks every 0.1 s whether to go on, because one batch of large pictures takes seconds."""
    while True:
        if cancelled is not None and cancelled():
            raise Cancelled("preparing was cancelled")
        try:
            return future.result(timeout=0.1)
        except NotYet:
            continue


def _hold_out(hashes: np.ndarray) -> np.ndarray:
    """Which pictures training never sees, bool (N,), from the uint64 hash of each file; copies go together."""
    chosen = (hashes % 10 == 0) & (len(hashes) >= MIN_COUNT)
    if chosen.sum() > HELD_OUT:
        chosen &= hashes < np.sort(hashes[chosen])[HELD_OUT]
    return chosen & ~chosen.all()


def _nothing_usable(source: str, report: list[tuple[str, str]]) -> str:
    if not report:
        return (
            f"No pictures were found in {source}: files ending in .png, .jpg, .webp, .gif, .bmp, .tif are looked for."
        )
    first = "; ".join(f"{name} ({reason})" for name, reason in report[:3])
    more = f"; and {len(report) - 3:,} more" if len(report) > 3 else ""
    return f"None of the {len(report):,} pictures in {source} can be used: {first}{more}."
