"""Where own pictures are: a folder, a ZIP, a film or uploaded files; what identifies them, their files."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from ganapp.media import is_animated

from ..cache import Progress
from ..names import BUILT_IN, FILMS
from ..preparing import Entry
from .entries import file_entry, hash_listing, list_folder, open_zip, suffix, zip_entries
from .uploads import keep_uploads

Source = str | Path | Sequence[str | Path]


class Place(NamedTuple):
    """A source that exists."""

    path: Path
    name: str  # without the ending of a file
    identity: dict[str, Any]  # another one means that files have changed
    root: Path  # the folder of the files in `listing`
    listing: list[tuple[str, int, int]] | None  # (name, bytes, time); None: a ZIP
    skipped: list[tuple[str, str]]  # (folder, why it was not looked at)


def find_place(
    source: Source, report_progress: Progress, cancelled: Callable[[], bool] | None = None
) -> Place:
    """Look at a source without reading its files. Raises ValueError (fit for the user), and Cancelled."""
    if not isinstance(source, (str, os.PathLike)):
        source = keep_uploads(source)
    path = Path(os.path.expanduser(source))
    if not str(source).strip() or not os.path.exists(path):
        raise ValueError(
            f"There is no folder or ZIP at {str(source)!r}, and no data set of that name "
            f"({', '.join(BUILT_IN)})."
        )
    path = path.resolve()
    if path.is_dir():
        report_progress(0, None, "Listing the folder")
        listing, skipped = list_folder(path, cancelled)
        identity = {"folder": str(path), "files": hash_listing(listing, skipped)}
        return Place(path, path.name, identity, path, listing, skipped)
    stat = path.stat()
    kind, root, listing = "zip", path, None
    if suffix(path.name) in FILMS or is_animated(path):
        kind, root, listing = "film", path.parent, [(path.name, stat.st_size, stat.st_mtime_ns)]
    identity = {kind: str(path), "size": stat.st_size, "mtime": stat.st_mtime_ns}
    return Place(path, path.stem, identity, root, listing, [])


@contextmanager
def entries_of(place: Place) -> Iterator[list[Entry]]:
    """The wanted files of a place, to be read inside of the `with`. Raises ValueError for a bad ZIP."""
    if place.listing is not None:
        yield [file_entry(place.root, name, size) for name, size, _ in place.listing]
        return
    with open_zip(place.path) as file:
        yield list(zip_entries(file, place.path))
