"""Rows of statistics in a file, one JSON object a line: append, read from an offset or the end, cut."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

from ganapp.files import write_text

MAX_ROW_BYTES = 1000  # no row is longer

Row = dict[str, float]


def append_row(path: Path, row: Row) -> None:
    """Append a row, as a whole line or not at all. Raises OSError if it cannot be written.

    Half a line, left by a full disk, would make the next one unreadable, too.
    """
    line = (json.dumps(row) + "\n").encode()
    with open(path, "ab", buffering=0) as file:
        before = file.seek(0, os.SEEK_END)
        try:
            if file.write(line) < len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            file.truncate(before)
            raise


def read_rows(path: Path, offset: int = 0) -> tuple[list[Row], int]:
    """(complete rows after `offset` bytes, the offset to go on from). An offset past the end starts at 0."""
    size = path.stat().st_size if path.exists() else 0
    offset = 0 if offset > size else offset
    if size == offset:
        return [], offset
    with open(path, "rb") as file:
        file.seek(offset)
        data = file.read(size - offset)
    whole = data[: data.rfind(b"\n") + 1]  # the writer may be in the middle of the last line
    return [json.loads(line) for line in whole.splitlines()], offset + len(whole)


def last_rows(path: Path, count: int) -> list[Row]:
    """The last `count` rows, or all if there are fewer. Reads only the end of a long file."""
    if not path.exists():
        return []
    with open(path, "rb") as file:
        begin = max(0, file.seek(0, os.SEEK_END) - count * MAX_ROW_BYTES)
        file.seek(begin)
        data = file.read()
    lines = data[: data.rfind(b"\n") + 1].splitlines()
    lines = lines[1:] if begin else lines  # the first one may be cut off
    return [json.loads(line) for line in lines[-count:]]


def drop_rows_after(path: Path, nimg: int) -> None:
    """Remove the rows of more than `nimg` images, and an incomplete last line."""
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    kept = [line for line in lines if line.endswith(b"\n") and json.loads(line)["nimg"] <= nimg]
    if len(kept) < len(lines):
        write_text(path, b"".join(kept).decode())
