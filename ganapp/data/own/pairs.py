"""A person's own pairs of pictures: two files each, or A|B in one -> ImageDataset, prepared once.

Which files belong together is found in layouts.py; the map is written by ../pair_map.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import numpy as np

from ..cache import Progress, load_or_build, throttled
from ..dataset import ImageDataset
from ..decode import Unusable, decode_halves, decode_sized, is_double, parse_colour, stored_size
from ..halves import in_direction
from ..pair_map import write_pair_map
from ..preparing import BATCH, MAX_FILE, RULES, Entry, check_disk_space, decode_all, select_split
from .entries import shown
from .layouts import Found, find_pairs, find_pairs_of_two, held_out_by_folder
from .place import Source, entries_of, find_place

PAIR_RULES = 1  # beside RULES: change it when the same files give other pairs, but the same pictures
LOOKED_AT = 32  # pictures whose size tells whether a source holds A|B
MOST_APART = 0.03  # by how much the shapes (width to height) of two halves may differ


def open_pairs(
    source: Source,
    dataset_b: str | Path,
    resolution: int,
    in_channels: int | None,
    channels: int | None,
    direction: str,
    split: str,
    crop: str,
    background: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImageDataset:
    """Open pairs of one source or of two; arguments and errors as of data.open_dataset."""
    colour = parse_colour(background)
    both = (in_channels, channels) if direction == "a2b" else (channels, in_channels)
    report_progress = throttled(progress)
    places = [find_place(given, report_progress, cancelled) for given in (source, dataset_b) if given]
    name = "+".join(place.name for place in places)
    called = " and ".join(place.path.name for place in places)
    square = {"resolution": resolution, "crop": crop, "background": colour}

    def build(folder: Path) -> dict:
        with ExitStack() as stack:
            entries = [stack.enter_context(entries_of(place)) for place in places]
            found = _find(entries, called)
            skipped = [pair for place in places for pair in place.skipped]
            check_disk_space(2 * len(found.pairs), folder, called, resolution, _bytes_of_pixel(both))
            return _build(found, skipped, folder, called, both, square, report_progress, cancelled)

    identity = {
        "pairs": [place.identity for place in places],
        "rules": [RULES, PAIR_RULES],
        "channels": both,
        **square,
        "background": None if both == (4, 4) else colour,
    }
    prepared = load_or_build(f"{name}-pairs-{resolution}", identity, build, progress, cancelled)
    opened = select_split(name, split, prepared)
    return in_direction(opened, prepared[0]["halves"], direction)


def _bytes_of_pixel(both: tuple[int | None, int | None]) -> int:
    return sum(count or 1 for count in both)


def _find(entries: Sequence[list[Entry]], source: str) -> Found:
    """The pairs among the files of one source or two. Raises ValueError (message fit for the user)."""
    if len(entries) == 2:
        return find_pairs_of_two(*entries, source)
    found = find_pairs(entries[0], source)
    if found.pairs and found.pairs[0][1] is None:
        _check_sizes([entry for entry, _ in found.pairs], source)
    return found


def _check_sizes(entries: list[Entry], source: str) -> None:
    """Raise ValueError (message fit for the user) if most of some pictures are not A|B by their size."""
    sizes = []
    for i in np.unique(np.linspace(0, len(entries) - 1, LOOKED_AT).astype(int)):
        try:
            if entries[i].size <= MAX_FILE:
                sizes.append(stored_size(entries[i].read()))
        except Unusable:  # it is reported when it is decoded
            continue
    double = sum(map(is_double, sizes))
    if sizes and 2 * double <= len(sizes):
        raise ValueError(
            f"{source} holds no pairs: it has no folders A and B (or trainA and trainB), and {double} of "
            f"{len(sizes)} pictures that were looked at are twice as wide as high, as A|B in one picture is."
        )


def _build(found, skipped, folder, source, both, square, report_progress, cancelled) -> dict:
    """Decode every pair, write the map into `folder`, and return the meta data."""
    names = [entry.name for entry, _ in found.pairs]
    held_out, notes = held_out_by_folder(names), [found.note]
    if held_out is not None:
        notes.append("The pairs in folders called test or val are held out.")
    joined = bool(found.pairs) and found.pairs[0][1] is None
    results = _joined(found, both, square, cancelled) if joined else _apart(found, both, square, cancelled)

    def decoded() -> Iterator[tuple]:
        for i, (name, *result) in enumerate(results):
            yield shown(name), *result
            report_progress(i + 1, len(names), "Reading pictures")

    with closing(results):
        return write_pair_map(
            folder,
            source,
            decoded(),
            square["resolution"],
            both,
            square["background"],
            [*skipped, *found.report],
            notes,
            held_out,
            cancelled,
        )


def _joined(found: Found, both, square, cancelled) -> Iterator[tuple]:
    """Yield (name, (A, B), hash, reason) of each picture A|B."""
    entries = [entry for entry, _ in found.pairs]
    results = _decoded(entries, partial(decode_halves, channels=both, **square), square, cancelled)
    with closing(results):
        for entry, result in zip(entries, results, strict=True):
            yield entry.name, *result


def _apart(found: Found, both, square, cancelled) -> Iterator[tuple]:
    """Yield (name of A, (A, B), hash, reason) of each pair of files; two pools of threads decode."""
    with ExitStack() as stack:
        sides = []
        for side, channels in enumerate(both):
            entries = [pair[side] for pair in found.pairs]
            decode = partial(decode_sized, channels=channels, **square)
            sides.append(stack.enter_context(closing(_decoded(entries, decode, square, cancelled))))
        for (a, b), of_a, of_b in zip(found.pairs, *sides, strict=True):
            yield _together(a, b, of_a, of_b)


def _together(a: Entry, b: Entry, of_a: tuple, of_b: tuple) -> tuple:
    """One pair of what decode_all gave of both files."""
    for entry, (_, _, reason) in ((a, of_a), (b, of_b)):
        if reason is not None:
            return entry.name, None, None, reason
    (pixels_a, size_a), hash_a, _ = of_a
    (pixels_b, size_b), hash_b, _ = of_b
    if abs(size_a[0] * size_b[1] / (size_a[1] * size_b[0]) - 1) > MOST_APART:
        sizes = f"{size_a[0]}×{size_a[1]} and {size_b[0]}×{size_b[1]}"
        return a.name, None, None, f"A and B have different shapes ({sizes})"
    both = hash_a.to_bytes(8, "little") + hash_b.to_bytes(8, "little")
    digest = int.from_bytes(hashlib.blake2b(both, digest_size=8).digest(), "little")
    return a.name, (pixels_a, pixels_b), digest, None


def _decoded(entries: list[Entry], decode: Callable, square, cancelled) -> Iterator[tuple]:
    batches = (entries[i : i + BATCH] for i in range(0, len(entries), BATCH))
    return decode_all(batches, decode, cancelled, square["resolution"])
