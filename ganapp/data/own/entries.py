"""Lists the picture files of a folder or a ZIP: name, size, and a function that reads the bytes.

A ZIP is read in memory and never extracted to disk. Decoding is in ../decode.py, labels are in labels.py.
"""

import hashlib
import io
import json
import os
import posixpath
import re
import shutil
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from ganapp.files import NO_ROOM, text_of_size

from ..cache import Cancelled
from ..decode import Unusable
from ..names import FILMS, PICTURES, TABLES
from ..preparing import MAX_FILE, Entry

UNSUPPORTED = {
    ".heic", ".heif", ".svg", ".psd", ".eps", ".ai", ".xcf", ".jxl", ".exr", ".hdr", ".raw", ".dng", ".cr2",
    ".cr3", ".nef", ".arw", ".orf", ".rw2",
}  # fmt: skip
ARCHIVES = {".zip", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".7z", ".rar"}  # reported, never opened
WANTED = {*PICTURES, *FILMS, *TABLES, *UNSUPPORTED, *ARCHIVES}
# Folders that systems and network drives put beside a person's pictures (compared in lower case).
SYSTEM_FOLDERS = {
    "__macosx", "@eadir", "@recycle", "@recently-snapshot", "@tmp", "#recycle", "#snapshot", "$recycle.bin",
    "recycler", "system volume information", "lost+found", "__pycache__",
}  # fmt: skip
MAX_ZIP = 64_000_000_000  # bytes of a ZIP


def list_folder(root: Path, cancelled) -> tuple[list[tuple[str, int, int]], list[tuple[str, str]]]:
    """Sorted (name, bytes, modification time in ns) of every wanted file, and [(folder, why it is skipped)].

    Links are followed; each folder is entered once, so that links in a circle end.
    Raises ValueError (message fit for the user) if root cannot be listed, and Cancelled.
    """
    listing, skipped, seen, folders = [], [], set(), [(str(root), "")]
    while folders:
        if cancelled is not None and cancelled():
            raise Cancelled("listing the folder was cancelled")
        folder, prefix = folders.pop()
        try:
            stat = os.stat(folder)
            if (stat.st_dev, stat.st_ino) in seen:
                continue
            seen.add((stat.st_dev, stat.st_ino))
            with os.scandir(folder) as scan:
                found = sorted(scan, key=lambda e: e.name, reverse=True)  # the last entry is popped first
        except OSError as error:
            if not prefix:
                raise ValueError(f"The folder {folder} cannot be listed ({error.strerror}).") from error
            skipped.append((shown(prefix), f"the folder cannot be listed ({error.strerror})"))
            continue
        for item in found:
            try:
                is_folder = item.is_dir()
            except OSError:  # a link to itself
                is_folder = False
            if not _wanted(item.name, is_folder):
                continue
            if is_folder:
                folders.append((item.path, f"{prefix}{item.name}/"))
                continue
            try:
                stat = item.stat()
                listing.append((prefix + item.name, stat.st_size, stat.st_mtime_ns))
            except (
                OSError
            ):  # a link that leads nowhere, or deleted since it was listed: reading it reports that
                listing.append((prefix + item.name, 0, 0))
    return sorted(listing), sorted(skipped)


def hash_listing(*listing) -> str:
    """Hash of names, sizes and times: another hash means that the folder has changed."""
    return hashlib.blake2b(json.dumps(listing).encode(), digest_size=16).hexdigest()


def file_entry(root: Path, name: str, size: int) -> Entry:
    """A file of a folder."""
    path = root / name

    def on_disk(_: Path) -> Path:
        check_file(path)
        return path

    return Entry(name, size, file_reader(path), on_disk)


def file_reader(path: Path) -> Callable[[], bytes]:
    """A function that reads a file, and raises Unusable if it cannot."""

    def read() -> bytes:
        try:
            check_file(path)
            return path.read_bytes()
        except OSError as error:
            raise Unusable(f"cannot be read ({error.strerror})") from error

    return read


def check_file(path: Path) -> None:
    """Raise Unusable if a path is no regular file: reading a named pipe would wait for ever."""
    if not path.is_file():
        if path.is_symlink() and not path.exists():
            raise Unusable("a link that leads nowhere: the file is gone")
        raise Unusable("the file is gone" if not path.exists() else "not a regular file")


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a ZIP. Raises ValueError (message fit for the user) if it is too large, damaged or no ZIP."""
    if path.stat().st_size > MAX_ZIP:
        raise ValueError(
            f"{path.name} has {path.stat().st_size / 1e9:,.0f} GB; a ZIP of at most {MAX_ZIP / 1e9:.0f} GB "
            "is read: "
            f"unpack it and give the folder."
        )
    try:
        if not zipfile.is_zipfile(path):
            raise ValueError(f"{path.name} is neither a folder nor a ZIP: give a folder or ZIP of pictures.")
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, NotImplementedError) as error:
        raise ValueError(f"{path.name} cannot be opened as a ZIP ({error}): it may be cut off.") from error


def zip_entries(file: zipfile.ZipFile, path: Path) -> Iterator[Entry]:
    """The wanted files of a ZIP, sorted by name.

    Raises ValueError (message fit for the user) if an entry lies outside of the archive's folder, the archive
    is a decompression bomb, or all of it needs a password.
    """
    names, infos = _zip_names(file), []
    for name, info in zip(names, file.infolist(), strict=True):
        if name.startswith("/") or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"):
            raise ValueError(
                f"{path.name} is refused: its entry {name[:100]!r} would be placed outside of its folder."
            )
        *folders, last = name.split("/")
        if not info.is_dir() and _wanted(last) and all(_wanted(f, True) for f in folders):
            infos.append((name, info))
    total, size = sum(info.file_size for _, info in infos), path.stat().st_size
    if total > 1 << 30 and total > 200 * size:
        raise ValueError(
            f"{path.name} is refused: it would unpack to {total / size:,.0f} times its size, like a "
            "decompression bomb."
        )
    if infos and all(info.flag_bits & 1 for _, info in infos):
        raise ValueError(f"{path.name} is protected by a password: make it again without one.")
    lock = threading.Lock()  # entries share one open file, which is not safe for threads
    for name, info in sorted(infos, key=lambda pair: pair[0]):
        yield _zip_entry(file, name, info, lock)


def _zip_names(file: zipfile.ZipFile) -> list[str]:
    """The entries' names with forward slashes, in the encoding that their writer used.

    zipfile decodes a name without the UTF-8 flag as cp437; many programs write UTF-8 or GB 2312 without the
    flag.
    """
    unflagged = [i.filename for i in file.infolist() if not i.flag_bits & 0x800 and not i.filename.isascii()]
    used = "cp437"
    for encoding in ("utf-8", "gb2312"):  # one for all names: a short name alone may be valid in both
        try:
            for name in unflagged:
                name.encode("cp437").decode(encoding)
        except UnicodeError:
            continue
        used = encoding
        break
    unflagged = set(unflagged) if used != "cp437" else ()
    names = (
        i.filename.encode("cp437").decode(used) if i.filename in unflagged else i.filename
        for i in file.infolist()
    )
    return [name.replace("\\", "/") for name in names]


def _zip_entry(file: zipfile.ZipFile, name: str, info: zipfile.ZipInfo, lock: threading.Lock) -> Entry:
    def read() -> bytes:
        if info.file_size > MAX_FILE:
            raise Unusable(f"too large ({info.file_size / 1e6:,.0f} MB)")
        data = io.BytesIO()
        _unpack(file, info, lock, data)
        return data.getvalue()

    def copy(folder: Path) -> Path:
        if info.file_size > shutil.disk_usage(folder).free:
            raise Unusable(f"too large to be copied out of the ZIP ({text_of_size(info.file_size)})")
        path = folder / f"film{suffix(name)}"
        with open(path, "wb") as out:
            _unpack(file, info, lock, out)
        return path

    return Entry(name, info.file_size, read, copy)


def _unpack(file: zipfile.ZipFile, info: zipfile.ZipInfo, lock: threading.Lock, out: BinaryIO) -> None:
    """Write an entry's bytes to a file, in parts, so that none is held twice.

    Raises Unusable if it cannot be read.
    """
    if info.flag_bits & 1:
        raise Unusable("protected by a password")
    # zipfile does not bound the memory that other methods take.
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise Unusable("packed by a method that is not read (only stored and deflated are)")
    try:
        # At most info.file_size bytes, even if the entry holds more.
        with lock, file.open(info) as entry:
            shutil.copyfileobj(entry, out, 1 << 20)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise
        raise Unusable(f"damaged in the ZIP ({error})") from error


def suffix(name: str) -> str:
    """The ending of a file name with its dot, in lower case; "" without one."""
    return posixpath.splitext(name)[1].lower()


def shown(name: str) -> str:
    """A file name that can be encoded as UTF-8: on Linux a name may contain any bytes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _wanted(name: str, folder: bool = False) -> bool:
    """Whether a file or folder of this name (without its path) is listed; hidden ones are not."""
    if name.startswith("."):
        return False
    if folder:
        return name.lower() not in SYSTEM_FOLDERS
    return suffix(name) in WANTED or name == "dataset.json"
