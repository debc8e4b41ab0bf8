"""Own pictures from this browser: dropped or chosen files, kept in the cache, with thumbnails to cross out.

The server's half of upload.js. Files come through Gradio's own upload; a manifest, a file like the others,
lists their names, since a request of a server function is small.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr

from ..access.asked import answers
from ..access.uploads import uploaded
from ..access.visitors import owners_only
from ..shared.html import data_uri
from ..shared.watching import Files, sources

FILES = Files(
    "train/upload.html",
    ("train/upload.css",),
    (
        "shared/words.js",
        "shared/listening.js",
        "shared/parts.js",
        "shared/posting.js",
        "train/dropped.js",
        "train/upload.js",
    ),
)
MAX_FILES = 100_000
MAX_MANIFEST = 32_000_000  # bytes
THUMB, MOST_THUMBS = 56, 60  # pixels; of one request
NAMED_OTHERS = 3  # files that are no pictures: so many are named


def build_upload() -> gr.HTML:
    """The component. Its event "submit" has {"dataset": path} as data when pictures were kept."""

    def keep(request: dict) -> dict:
        return kept(read_manifest(request.get("manifest", "")))

    def thumbs(request: dict) -> dict:
        return thumbnails(upload_at(request.get("dataset", "")), request.get("start", 0))

    def leave_out(request: dict) -> dict:
        from ganapp.data.own.uploads import without

        names = {name for name in request.get("names", []) if isinstance(name, str)}
        return told(without(upload_at(request.get("dataset", "")), names))

    functions = (
        answers(keep, manifest=str),
        answers(thumbs, dataset=str, start=int),
        answers(leave_out, dataset=str, names=list),
    )
    return gr.HTML(
        elem_id="upload",
        **sources(FILES),
        apply_default_css=False,
        server_functions=[owners_only(function) for function in functions],
    )


def read_manifest(path: str) -> list[tuple[Path, str]]:
    """(file, name) of the files that a browser uploaded, from the manifest that it uploaded with them.

    Raises ValueError (message fit for the user) if it names anything that is not in Gradio's upload folder.
    """
    file = uploaded(path)
    if file.stat().st_size > MAX_MANIFEST:
        raise ValueError(f"These are too many files: at most {MAX_FILES:,} are taken, or one ZIP of them.")
    try:
        listed = json.loads(file.read_text(encoding="utf-8"))
        pairs = [(str(path), str(name)) for path, name in listed]
    except (ValueError, TypeError):
        raise ValueError("The list of uploaded files cannot be read: choose the pictures again.") from None
    if len(pairs) > MAX_FILES:
        raise ValueError(
            f"These are {len(pairs):,} files: at most {MAX_FILES:,} are taken, or one ZIP of them."
        )
    file.unlink()
    return [(uploaded(path), name) for path, name in pairs]


def upload_at(path: str) -> Path:
    """An upload that is kept. Raises ValueError (message fit for the user) if the path is none."""
    from ganapp.data.own.uploads import uploads_folder

    root = os.path.realpath(uploads_folder())
    real = os.path.realpath(path) if path and "\0" not in path else ""
    if not real.startswith(root + os.sep) or not os.path.exists(real):
        raise ValueError("These uploaded pictures are not there any more: choose them again.")
    return Path(real)


def kept(files: list[tuple[Path, str]]) -> dict[str, Any]:
    """Move uploaded files into the cache and tell what they are."""
    from ganapp.data.own.uploads import keep_uploads

    source = keep_uploads([path for path, _ in files], [name for _, name in files])
    for path, _ in files:
        path.unlink(missing_ok=True)  # a copy is kept
    return told(source)


def told(source: Path) -> dict[str, Any]:
    """What upload.js says of an upload: its path, how many pictures and films, which files are neither."""
    from ganapp.data import FILMS
    from ganapp.data.own.entries import suffix

    pictures, rest = contents(source)
    others = [name for name in rest if suffix(name) not in FILMS]
    counts = {"pictures": len(pictures), "films": len(rest) - len(others), "others": len(others)}
    return {"dataset": str(source), **counts, "named": [Path(name).name for name in others[:NAMED_OTHERS]]}


def contents(source: Path) -> tuple[list[tuple[str, Callable[[], bytes]]], list[str]]:
    """([(name, a function that reads it)] of the pictures of an upload, [names of other files])."""
    from ganapp.data import PICTURES, TABLES
    from ganapp.data.own.entries import file_reader, open_zip, suffix, zip_entries

    if source.is_dir():
        names = sorted(p.relative_to(source).as_posix() for p in source.rglob("*") if p.is_file())
        readers = {name: file_reader(source / name) for name in names}
    elif suffix(source.name) == ".zip":
        with open_zip(source) as file:
            names = [info.filename for info in file.infolist() if not info.is_dir()]
        readers = {entry.name: entry.read for entry in zip_entries(open_zip(source), source)}
    else:
        return [], []
    pictures = [(name, readers[name]) for name in names if suffix(name) in PICTURES and name in readers]
    known = {name for name, _ in pictures}
    return pictures, [name for name in names if name not in known and suffix(name) not in (*TABLES, ".json")]


def thumbnails(source: Path, start: int) -> dict[str, Any]:
    """Some small pictures of an upload as one sheet: names, whether each can be used, how many there are."""
    import numpy as np

    from ganapp.data.decode import Unusable, decode
    from ganapp.media import grid

    pictures, _ = contents(source)
    some = pictures[max(0, start) : max(0, start) + MOST_THUMBS]
    images, good = [], []
    for _, read in some:
        try:
            images.append(decode(read(), THUMB, 3, "center", (255, 255, 255)).transpose(1, 2, 0))
            good.append(True)
        except Unusable:
            images.append(np.full((THUMB, THUMB, 3), 128, np.uint8))
            good.append(False)
    sheet = data_uri(grid(np.stack(images), columns=len(images), pad=0), generated=False) if images else ""
    names = [name for name, _ in some]
    return {"names": names, "good": good, "sheet": sheet, "start": start, "count": len(pictures)}
