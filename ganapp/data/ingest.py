"""A person's own pictures: a folder, a ZIP or uploaded files -> one prepared file, labels and a report of failures.

One in ten, by the hash of a file's bytes, is held out (at most 2,000; none below 100), so that adding a picture does
not move the others. Not listing (entries.py), decoding one picture (pictures.py) or finding labels (labels.py).
"""

import hashlib
import json
import os
import shutil
import threading
import zipfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path

import numpy as np
from PIL import ImageColor

from ganapp.data.cache import Cancelled, MapWriter, Progress, cache_folder, make_folder, paced, prepared
from ganapp.data.dataset import ImageDataset
from ganapp.data.entries import (
    MAX_FILE,
    Entry,
    file_reader,
    hash_listing,
    list_folder,
    open_zip,
    shown,
    suffix,
    zip_entries,
)
from ganapp.data.labels import label_entries
from ganapp.data.pictures import Unusable, decode

HELD_OUT, MIN_COUNT = 2_000, 100
BATCH = 16  # pictures a task of the decoding threads


def open_pictures(
    source: str | Path | Sequence[str | Path],
    resolution: int,
    channels: int | None,
    split: str,
    crop: str,
    background: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImageDataset:
    """A folder, a ZIP or a list of files as an ImageDataset; see ganapp.data.open_dataset."""
    colour = parse_colour(background)
    if not isinstance(source, (str, os.PathLike)):
        source = keep_uploads(source)
    path = Path(os.path.expanduser(source))
    if not str(source).strip() or not os.path.exists(path):
        from ganapp.data import NAMED

        raise ValueError(
            f"There is no folder or ZIP at {str(source)!r}, and no data set of that name ({', '.join(NAMED)})."
        )
    path = path.resolve()
    what = {"resolution": resolution, "channels": channels, "crop": crop, "background": list(colour)}
    tell = paced(progress)
    is_folder = path.is_dir()
    if is_folder:
        tell(0, None, "Listing the folder")
        listing = list_folder(path, cancelled)
        identity = {"folder": str(path), "files": hash_listing(listing), **what}
    else:
        stat = path.stat()
        identity = {"zip": str(path), "size": stat.st_size, "mtime": stat.st_mtime_ns, **what}

    def build(folder: Path) -> dict:
        arguments = folder, path.name, resolution, channels, crop, colour, tell, cancelled
        if is_folder:
            return _build([Entry(name, size, file_reader(path / name)) for name, size, _ in listing], *arguments)
        with open_zip(path) as file:
            return _build(list(zip_entries(file, path)), *arguments)

    name = path.name if is_folder else path.stem
    return split_of(name, split, prepared(f"{name}-{resolution}", identity, build, progress, cancelled))


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


def keep_uploads(files: Sequence[str | Path]) -> Path:
    """Copy uploaded files into the cache, where a later start finds them; the folder (or the one ZIP) to open.

    The same files give the same folder. clear_cache does not delete them: nothing could bring them back.
    """
    paths = [Path(f) for f in files]
    if not paths:
        raise ValueError("No files were given: choose pictures or one ZIP.")
    if len(paths) == 1 and paths[0].is_dir():
        return paths[0]
    if len(paths) > 1 and any(suffix(p.name) == ".zip" for p in paths):
        raise ValueError("Choose either pictures or one ZIP: a ZIP among other files cannot be used.")
    hashed = []
    for path in paths:
        if not path.is_file():
            raise ValueError(f"The uploaded file {path.name} is not there any more: choose it again.")
        with open(path, "rb") as file:
            hashed.append((path.name, hashlib.file_digest(file, "sha256").hexdigest(), path))
    hashed.sort()
    key = hashlib.sha256(json.dumps([h[:2] for h in hashed]).encode()).hexdigest()[:16]
    names: list[str] = []
    for name, _, path in hashed:
        n = 1
        while name.lower() in {other.lower() for other in names}:  # two folders may hold a file of the same name
            n += 1
            name = f"{path.stem}-{n}{path.suffix}"
        names.append(name)
    uploads = make_folder(cache_folder() / "uploads")
    single = len(paths) == 1 and zipfile.is_zipfile(paths[0])
    folder = uploads / f"{paths[0].stem if single else 'pictures'}-{key}"
    if not folder.is_dir():
        partial = folder.with_name(f"{folder.name}.{os.getpid()}-{threading.get_ident()}.partial")
        partial.mkdir()
        try:
            for (_, _, path), name in zip(hashed, names, strict=True):
                shutil.copyfile(path, partial / name)
            os.replace(partial, folder)
        except OSError as error:
            if not folder.is_dir():  # else another process copied the same files meanwhile
                raise ValueError(
                    f"The uploaded files cannot be kept in {uploads} ({error.strerror}): free some room, or set "
                    f"GANAPP_CACHE to a folder elsewhere."
                ) from error
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return folder / names[0] if single else folder


def _build(entries, folder, source, resolution, channels, crop, background, tell, cancelled) -> dict:
    """The one pass: decode every picture, write images.npy and tables.npz, return the meta data."""
    pictures, report = label_entries(entries)
    check_room(len(pictures), folder, source, resolution, channels)
    names = [(shown(entry.name), label) for entry, label in pictures]
    entries = [entry for entry, _ in pictures]
    batches = (entries[i : i + BATCH] for i in range(0, len(entries), BATCH))
    results = decode_all(batches, lambda data: decode(data, resolution, channels, crop, background), cancelled)

    def decoded() -> Iterator[tuple]:
        for i, ((name, label), result) in enumerate(zip(names, results, strict=True)):
            yield name, label, *result
            tell(i + 1, len(names), "Reading pictures")

    try:
        return write_map(folder, source, decoded(), resolution, channels, report)
    finally:
        results.close()


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
