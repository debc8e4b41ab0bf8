"""A person's own pictures: a folder, a ZIP, a film or uploaded files -> ImageDataset, prepared once.

Which files are held out and how threads decode them is in ../preparing.py, shared with data sets of the Hub;
how a film gives pictures is in films.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from ..cache import Progress, load_or_build, throttled
from ..dataset import ImageDataset
from ..decode import Unusable, decode, parse_colour
from ..names import FILMS, PICTURES, TABLES
from ..preparing import BATCH, RULES, Entry, check_disk_space, decode_all, select_split, write_map
from .entries import shown, suffix
from .films import Square, films_among, pictures_of
from .labels import label_entries
from .layouts import held_out_by_folder, split_sides
from .place import Source, entries_of, find_place


def open_pictures(
    source: Source,
    resolution: int,
    channels: int | None,
    split: str,
    crop: str,
    background: str,
    frame_step: int = 0,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    side: str = "",
) -> ImageDataset:
    """Open a folder, a ZIP, a film or a list of files; arguments and errors as of data.open_dataset.

    side: "a" or "b" of a source that holds two sets, which have no classes; "" for all of it.
    """
    square = Square(resolution, channels, crop, parse_colour(background))
    options = {"rules": RULES, "resolution": resolution, "channels": channels, "crop": crop}
    options["background"] = None if channels == 4 else list(square.background)
    options |= {"frame_step": frame_step} if frame_step else {}
    options |= {"side": side} if side else {}
    report_progress = throttled(progress)
    place = find_place(source, report_progress, cancelled)

    def build(folder: Path) -> dict:
        with entries_of(place) as entries:
            entries, held_out = _of_side(entries, side, place.path.name) if side else (entries, None)
            arguments = folder, place.path.name, square, frame_step, report_progress, cancelled
            return _build(entries, place.skipped, *arguments, held_out=held_out, labelled=not side)

    slug = f"{place.name}-{side}-{resolution}" if side else f"{place.name}-{resolution}"
    prepared = load_or_build(slug, place.identity | options, build, progress, cancelled)
    return select_split(place.name, split, prepared)


def _of_side(entries: list[Entry], side: str, source: str) -> tuple[list[Entry], Callable | None]:
    """The files of A or of B, and which are held out as their folders say, if they say it.

    Raises ValueError (message fit for the user) if the source does not hold both.
    """
    sides, _ = split_sides([entry for entry in entries if suffix(entry.name) not in TABLES])
    if not all(any(suffix(e.name) in PICTURES + FILMS for _, e in found) for found in sides.values()):
        raise ValueError(
            f"{source} does not hold two sets: pictures in folders A and B, or trainA and trainB. Give the "
            "other set as dataset_b."
        )
    chosen = [entry for _, entry in sides[side]]
    return chosen, held_out_by_folder([entry.name for entry in chosen])


def _build(
    entries, skipped, folder, source, square, frame_step, report_progress, cancelled, held_out, labelled
) -> dict:
    """Decode every picture, write images.npy and tables.npz into `folder`, and return the meta data.

    skipped: (folder, reason) of each folder that was not looked at. held_out: as of write_map. labelled: look
    for classes.
    """
    resolution, channels, crop, background = square
    pictures, report, notes = label_entries(entries, labelled)
    films = films_among(entries)
    stills = [(entry, label) for entry, label in pictures if entry.name not in films]
    check_disk_space(len(stills), folder, source, resolution, channels)
    batches = ([e for e, _ in stills[i : i + BATCH]] for i in range(0, len(stills), BATCH))
    results = decode_all(
        batches,
        lambda data: decode(data, resolution, channels, crop, background, keep_depth=True, keep_alpha=True),
        cancelled,
        resolution,
    )

    def decoded() -> Iterator[tuple]:
        for i, ((entry, label), result) in enumerate(zip(stills, results, strict=True)):
            yield shown(entry.name), label, *result
            report_progress(i + 1, len(stills), "Reading pictures")
        for entry, label in pictures:
            if entry.name in films:
                try:
                    yield from _of_film(
                        entry, label, folder, square, frame_step, notes, report_progress, cancelled
                    )
                except Unusable as error:
                    yield shown(entry.name), label, None, None, str(error)

    report = [*skipped, *((shown(name), reason) for name, reason in report)]
    try:
        return write_map(
            folder,
            source,
            decoded(),
            resolution,
            channels,
            background,
            report,
            notes=notes,
            held_out=held_out,
        )
    finally:
        results.close()  # stops the decoding threads


def _of_film(
    entry: Entry, label, folder: Path, square, frame_step, notes, report_progress, cancelled
) -> Iterator[tuple]:
    """Yield (name, label, pixels, hash, None) of each picture of a film. Raises Unusable, Cancelled."""
    path = entry.on_disk(folder)
    try:
        name, told = shown(entry.name), (notes, report_progress, cancelled)
        with closing(pictures_of(path, name, square, frame_step, *told)) as frames:
            for name, pixels, digest in frames:
                yield name, label, pixels, digest, None
    finally:
        if path.parent == folder:  # a copy out of a ZIP
            path.unlink(missing_ok=True)
