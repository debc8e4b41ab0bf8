"""A person's own pictures: a folder, a ZIP or uploaded files -> ImageDataset, prepared once.

Which files are held out and how threads decode them is in ../preparing.py, shared with data sets of the Hub.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ..cache import Progress, load_or_build, throttled
from ..dataset import ImageDataset
from ..decode import decode, parse_colour
from ..names import NAMED
from ..preparing import BATCH, RULES, Entry, check_disk_space, decode_all, select_split, write_map
from .entries import file_reader, hash_listing, list_folder, open_zip, shown, zip_entries
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
    """Open a folder, a ZIP or a list of files; arguments and errors as of ganapp.data.open_dataset."""
    colour = parse_colour(background)
    if not isinstance(source, (str, os.PathLike)):
        source = keep_uploads(source)
    path = Path(os.path.expanduser(source))
    if not str(source).strip() or not os.path.exists(path):
        raise ValueError(
            f"There is no folder or ZIP at {str(source)!r}, and no data set of that name "
            f"({', '.join(NAMED)})."
        )
    path = path.resolve()
    options = {"rules": RULES, "resolution": resolution, "channels": channels, "crop": crop}
    options["background"] = list(colour)
    report_progress = throttled(progress)
    is_folder = path.is_dir()
    if is_folder:
        report_progress(0, None, "Listing the folder")
        listing, skipped = list_folder(path, cancelled)
        identity = {"folder": str(path), "files": hash_listing(listing, skipped), **options}
    else:
        stat = path.stat()
        identity = {"zip": str(path), "size": stat.st_size, "mtime": stat.st_mtime_ns, **options}

    def build(folder: Path) -> dict:
        arguments = folder, path.name, resolution, channels, crop, colour, report_progress, cancelled
        if is_folder:
            entries = [Entry(name, size, file_reader(path / name)) for name, size, _ in listing]
            return _build(entries, skipped, *arguments)
        with open_zip(path) as file:
            return _build(list(zip_entries(file, path)), [], *arguments)

    name = path.name if is_folder else path.stem
    return select_split(
        name, split, load_or_build(f"{name}-{resolution}", identity, build, progress, cancelled)
    )


def _build(
    entries, skipped, folder, source, resolution, channels, crop, background, report_progress, cancelled
) -> dict:
    """Decode every picture, write images.npy and tables.npz into `folder`, and return the meta data.

    skipped: (folder, reason) of each folder that was not looked at.
    """
    pictures, report, notes = label_entries(entries)
    check_disk_space(len(pictures), folder, source, resolution, channels)
    names = [(shown(entry.name), label) for entry, label in pictures]
    entries = [entry for entry, _ in pictures]
    batches = (entries[i : i + BATCH] for i in range(0, len(entries), BATCH))
    results = decode_all(
        batches,
        lambda data: decode(data, resolution, channels, crop, background, True),
        cancelled,
        resolution,
    )

    def decoded() -> Iterator[tuple]:
        for i, ((name, label), result) in enumerate(zip(names, results, strict=True)):
            yield name, label, *result
            report_progress(i + 1, len(names), "Reading pictures")

    report = [*skipped, *((shown(name), reason) for name, reason in report)]
    try:
        return write_map(folder, source, decoded(), resolution, channels, report, notes=notes)
    finally:
        results.close()  # stops the decoding threads
