"""Files uploaded in the browser: copied into the cache, so that a run can be resumed after a restart."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Collection, Sequence
from pathlib import Path, PurePosixPath

from ..cache import cache_folder, make_folder
from .entries import suffix

PICTURES_OF = "pictures"  # how uploads are called that have no name of their own, as a ZIP and a folder have
KEY = 16  # hexadecimal digits of the checksum that ends the name of an upload
MAX_NAME = 250  # characters of an uploaded file's name with its folders
MAX_CALLED = 80  # characters of an upload's name before its checksum


def keep_uploads(files: Sequence[str | Path], names: Sequence[str] | None = None) -> Path:
    """Copy uploaded files into the cache; return the path to open, a folder of pictures or the one ZIP.

    names: of the files, those of files in a folder with that folder (cats/1.png); by default the last parts
    of their paths. The same files give the same folder. clear_cache keeps them, because they could not be
    restored. Raises ValueError (message fit for the user) if a file is missing, a name leads outside of the
    folder, a ZIP is among other files, or the disk is full.
    """
    paths = [Path(f) for f in files]
    if not paths:
        raise ValueError("No files were given: choose pictures or one ZIP.")
    if len(paths) == 1 and paths[0].is_dir():
        return paths[0]
    names = [plain_name(name) for name in names] if names else [path.name for path in paths]
    if len(paths) > 1 and any(suffix(name) == ".zip" for name in names):
        raise ValueError("Choose either pictures or one ZIP: a ZIP among other files cannot be used.")
    hashed = []
    for path, name in zip(paths, names, strict=True):
        if not path.is_file():
            raise ValueError(f"The uploaded file {path.name} is not there any more: choose it again.")
        with open(path, "rb") as file:
            hashed.append((name, hashlib.file_digest(file, "sha256").hexdigest(), path))
    hashed.sort()
    key = hashlib.sha256(json.dumps([h[:2] for h in hashed]).encode()).hexdigest()[:KEY]
    single = len(paths) == 1 and zipfile.is_zipfile(paths[0])
    called = PurePosixPath(names[0]).stem if single else _folder_of(names) or PICTURES_OF
    folder = uploads_folder() / f"{called[:MAX_CALLED]}-{key}"
    if not folder.is_dir():
        _copy({name: path for name, (_, _, path) in zip(_distinct(hashed), hashed, strict=True)}, folder)
    return folder / PurePosixPath(names[0]).name if single else folder


def name_of_upload(path: Path) -> str:
    """What a person called an upload: its ZIP or its folder; "" for pictures that were in none."""
    if path.suffix.lower() == ".zip":
        return path.name
    called = path.name[: -KEY - 1]
    return "" if called == PICTURES_OF else called


def _folder_of(names: Sequence[str]) -> str:
    """The folder that all of these files are in; "" if there is none."""
    tops = {name.partition("/")[0] if "/" in name else "" for name in names}
    return tops.pop() if len(tops) == 1 else ""


def plain_name(name: str) -> str:
    """The name of an uploaded file, with the folders it was in; forward slashes.

    Raises ValueError (message fit for the user) if it leads outside of the folder that it is copied to.
    """
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    if not parts or ".." in parts or ":" in parts[0] or len(name) > MAX_NAME or "\0" in name:
        raise ValueError(f"The uploaded file {name[:80]!r} cannot be kept under this name: rename it.")
    return "/".join(parts)


def uploads_folder() -> Path:
    """Where uploaded files are kept."""
    return make_folder(cache_folder() / "uploads")


def kept_uploads() -> list[tuple[Path, int]]:
    """(the path to open, number of files) of every upload, the newest first. A ZIP is one file."""
    found = []
    for folder in sorted(uploads_folder().iterdir(), key=lambda p: p.stat().st_mtime, reverse=True):
        if not folder.is_dir() or folder.suffix == ".partial":
            continue
        files = [path for path in folder.rglob("*") if path.is_file()]
        is_zip = len(files) == 1 and suffix(files[0].name) == ".zip"
        if files:
            found.append((files[0] if is_zip else folder, len(files)))
    return found


def without(source: Path, names: Collection[str]) -> Path:
    """An upload without some of its files, as an upload of its own; `source` stays as it is.

    names: as they are in the folder or the ZIP. Raises ValueError (message fit for the user) if nothing would
    be left.
    """
    if source.is_dir():
        listed = [path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()]
        rest = sorted(name for name in listed if name not in names)
        if not rest:
            raise ValueError("All pictures are crossed out: leave some in.")
        return keep_uploads([source / name for name in rest], rest)
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(source) as old:
        target = Path(folder) / source.name
        rest = [info for info in old.infolist() if info.filename not in names]
        if all(info.is_dir() for info in rest):
            raise ValueError("All pictures are crossed out: leave some in.")
        with zipfile.ZipFile(target, "w") as new:
            for info in rest:
                new.writestr(info, old.read(info))
        return keep_uploads([target])


def _distinct(hashed: list[tuple[str, str, Path]]) -> list[str]:
    """The names of files, numbered where two differ by case alone or not at all."""
    names: list[str] = []
    taken: set[str] = set()
    for name, _, _ in hashed:
        path, n = PurePosixPath(name), 1
        while name.lower() in taken:
            n += 1
            name = str(path.with_name(f"{path.stem}-{n}{path.suffix}"))
        names.append(name)
        taken.add(name.lower())
    return names


def _copy(files: dict[str, Path], folder: Path) -> None:
    """Make `folder` with a copy of every file under its new name, wholly or not at all."""
    partial = folder.with_name(f"{folder.name}.{os.getpid()}-{threading.get_ident()}.partial")
    partial.mkdir()
    try:
        for name, path in files.items():
            (partial / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, partial / name)
        os.replace(partial, folder)
    except OSError as error:
        if not folder.is_dir():  # otherwise another process copied the same files in the meantime
            raise ValueError(
                f"The uploaded files cannot be kept in {folder.parent} ({error.strerror}): "
                "free some room, or set GANAPP_CACHE to a folder elsewhere."
            ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
