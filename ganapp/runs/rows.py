"""Rows of statistics in a file, one JSON object a line: append, read from an offset or the end, cut.

A reader passes over a line that holds no row. Those who set it aside ask for damaged_lines.
"""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

from ganapp.files import write_text

from .tolerant import Damaged, is_count, is_finite, is_number, object_of

BLOCK_BYTES = 32 * 1024  # read at a time from the end of a file

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
    return _rows_in(whole.split(b"\n")[:-1]), offset + len(whole)


def last_rows(path: Path, count: int) -> list[Row]:
    """The last `count` rows, or all if there are fewer. Reads backwards from the end, as far as is needed."""
    if not path.exists():
        return []
    rows: list[Row] = []
    with open(path, "rb") as file:
        begin, rest, seen = file.seek(0, os.SEEK_END), b"", False
        while begin > 0 and len(rows) < count:
            size = min(BLOCK_BYTES, begin)
            begin -= size
            file.seek(begin)
            lines = (file.read(size) + rest).split(b"\n")
            rest = lines.pop(0) if begin else b""  # its beginning is in the block before
            if lines and not seen:
                lines.pop()  # what follows the last line break: the writer may be in the middle of it
                seen = True
            rows[:0] = _rows_in(lines)
    return rows[-count:]


def drop_rows_after(path: Path, nimg: int) -> None:
    """Remove the rows of more than `nimg` images, damaged lines, and an incomplete last line."""
    lines = path.read_bytes().split(b"\n") if path.exists() else [b""]
    kept = [line for line in lines[:-1] if (row := _row_of(line)) is not None and row["nimg"] <= nimg]
    if len(kept) < len(lines) - 1 or lines[-1]:
        write_text(path, "".join(line.decode() + "\n" for line in kept))


def damaged_lines(path: Path) -> list[bytes]:
    """The whole lines of a file that hold no row; [] if there is no file."""
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [line for line in lines if _row_of(line) is None]


def _rows_in(lines: list[bytes]) -> list[Row]:
    return [row for line in lines if (row := _row_of(line)) is not None]


def _row_of(line: bytes) -> Row | None:
    """The row in a line: numbers by name, with nimg. None if it is something else."""
    try:
        row = object_of(line)
    except Damaged:
        return None
    is_row = is_count(row.get("nimg")) and is_finite(row.get("sec", 0)) and all(map(is_number, row.values()))
    return row if is_row else None
