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

_UMASK = os.umask(0o022)  # reading it means setting it, so this is done once, before there are threads
os.umask(_UMASK)

TEMPORARY = ".tmp-"  # names of files that are being written begin so; the number of the process follows

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


def write_text(path: str | Path, text: str) -> None:
    """Replace a file by this text, UTF-8."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_small(path: str | Path, text: str) -> None:
    """write_text for a file of a few hundred bytes. Without room for a second one, it is written over in place.

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
    number = path.name.removeprefix(TEMPORARY).partition("-")[0]
    if os.name != "posix" or not (
        number.isascii() and number.isdigit() and "-" in path.name[len(TEMPORARY) :]
    ):
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False


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
