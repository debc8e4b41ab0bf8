"""A person's own pictures: a folder, a ZIP or uploaded files -> one prepared file, labels and a report of failures.

One in ten, by the hash of a file's bytes, is held out (at most 2,000; none below 100), so that adding a picture does
not move the others. Not listing (entries.py), decoding one picture (pictures.py) or finding labels (labels.py).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ..cache import Progress, paced, prepared
from ..dataset import ImageDataset
from ..decode import decode
from ..names import NAMED
from ..preparing import BATCH, check_room, decode_all, parse_colour, split_of, write_map
from .entries import Entry, file_reader, hash_listing, list_folder, open_zip, shown, zip_entries
from .labels import label_entries
from .uploads import keep_uploads


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
