"""Files: written whole or not at all (a temporary name, fsync, os.replace), full disks, and sizes as text."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_UMASK = os.umask(0o022)  # reading it means setting it, so this is done once, before there are threads
os.umask(_UMASK)

TEMPORARY = ".tmp-"  # names of files that are being written begin so; the number of the process follows

FOLDER_MARK = 0x10  # of a member of a ZIP that is a folder

# Errors of a write for which there is no room: disk, quota, limit on file size (RLIMIT_FSIZE).
NO_ROOM = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG)


@contextmanager
def replacing(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path that replaces `path` if the block succeeds, and is deleted if it raises."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f"{TEMPORARY}{os.getpid()}-", suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with open(temporary, "r+b") as file:
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_UMASK)
        _take_place(temporary, path)
    except BaseException:
        with suppress(FileNotFoundError):
            temporary.unlink()
        raise


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield a temporary folder that replaces the folder `path` if the block succeeds, else is deleted."""
    temporary = path.with_name(f"{TEMPORARY}{path.name}")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        yield temporary
        if path.exists():
            shutil.rmtree(path)
        os.replace(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def write_text(path: str | Path, text: str) -> None:
    """Replace a file by this text, UTF-8."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_small(path: str | Path, text: str) -> None:
    """write_text for a file of a few hundred bytes, which is written over in place if there is no room.

    Its block on the disk is there already. Readers must bear a text that is cut.
    """
    try:
        write_text(path, text)
    except OSError as error:
        if error.errno not in NO_ROOM or not os.path.exists(path):
            raise
        with open(path, "r+b", buffering=0) as file:
            if file.write(text.encode()) < len(text.encode()):
                raise
            file.truncate()


def zip_folder(folder: Path, target: Path, leave_out: tuple[str, ...] = ()) -> Path:
    """Write a ZIP of a folder, uncompressed, and return `target`. Temporary files are left out, too."""
    import zipfile

    with replacing(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            unfinished = any(part.startswith(TEMPORARY) for part in inside.parts)
            if path.is_file() and path.name not in leave_out and not unfinished:
                archive.write(path, Path(folder.name) / inside)
    return target


def damaged_member(file: BinaryIO) -> str | None:
    """What is not as it was written in a ZIP, as words of a sentence; None if all is, as far as it tells.

    Writers that compute no CRC-32 store 0, and such a file is taken as it is.
    """
    import zipfile

    try:
        archive = zipfile.ZipFile(file)
        members = [info for info in archive.infolist() if not info.is_dir()]
        # Set by damage, this makes torch read nothing.
        name = next((info.filename for info in members if info.external_attr & FOLDER_MARK), None)
        if name is None and any(info.CRC for info in members):
            name = archive.testzip()
    except Exception as error:  # noqa: BLE001 - a damaged ZIP raises anything, also OSError for a wrong offset
        return f"its archive is damaged ({_printable(str(error))})"
    return f"the checksum of {_printable(name)} is wrong" if name else None


def has_room(folder: str | Path, size: int) -> bool:
    """Whether a file of `size` bytes can be written into a folder now. It is tried and removed again."""
    try:
        with tempfile.TemporaryFile(prefix=".tmp-", dir=folder) as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, max(size, 1))
    except OSError as error:
        if error.errno in NO_ROOM:
            return False
    return shutil.disk_usage(folder).free >= size


def writer_is_gone(path: Path) -> bool:
    """Whether a temporary file names a process that this machine does not have any more."""
    number, dash, _ = path.name.removeprefix(TEMPORARY).partition("-")
    return bool(dash) and number.isascii() and number.isdigit() and process_is_gone(int(number))


def process_is_gone(number: int) -> bool:
    """Whether this machine has no process of that number. Always False where that cannot be asked."""
    if os.name != "posix":  # there, os.kill would end it
        return False
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


def _printable(text: str) -> str:
    return text if text.isprintable() else ascii(text)


def text_of_size(count: int) -> str:
    """A number of bytes in the largest unit that fits, with three digits: "6.84 MB". 1 KB = 1024 bytes."""
    for unit, size in (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024)):
        if count >= size:
            value = count / size
            return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"
    return f"{count} bytes"


def _take_place(temporary: Path, path: Path) -> None:
    """os.replace. On Windows it waits up to a second for readers that have the file open."""
    for _ in range(20):
        try:
            return os.replace(temporary, path)
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(0.05)
    os.replace(temporary, path)
