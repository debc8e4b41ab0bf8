"""Failures: which kind an error is (full disk, out of memory), and one plain sentence for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from ganapp.files import NO_ROOM, has_room


def is_full_disk(error: BaseException, folder: Path, size: int = 0) -> bool:
    """Whether an error, raised while writing about `size` bytes into `folder`, means that there is no room.

    That is a full disk, a used up quota or a limit on file size. The codes of the error and of those that led
    to it decide. An error without any code, as libraries raise it, is one if `size` bytes find no room.
    """
    codes = [code for code in map(_code, _chain(error)) if code is not None]
    if codes:
        return any(code in NO_ROOM for code in codes)
    return size > 0 and not has_room(folder, size)


def code_of(error: BaseException) -> int | None:
    """The system's code for "no room" in the chain of an error, None if there is none."""
    return next((code for code in map(_code, _chain(error)) if code in NO_ROOM), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that led to it, each once."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        error = waiting.pop()
        if error is not None and error not in seen:
            seen.append(error)
            waiting += [error.__cause__, error.__context__]
            yield error


def _code(error: BaseException) -> int | None:
    """The system's code of an error. Rust's libraries have it in their text only."""
    if isinstance(error, OSError):
        return error.errno
    found = re.search(r"\(os error (\d+)\)", str(error))
    return int(found[1]) if found else None


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error means that the memory of a device or of the machine did not suffice."""
    text = str(error).lower()
    return isinstance(error, MemoryError) or "out of memory" in text or "can't allocate memory" in text


def first_line(error: BaseException) -> str:
    """The first line of an error's message, or the name of its type if there is none."""
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__


def explain(error: BaseException, batch: int) -> str:
    """One plain sentence for a failed run. `batch` is its batch size, for advice on memory."""
    text = first_line(error)
    if isinstance(error, ValueError | ArithmeticError):
        return text
    if is_out_of_memory(error):
        return f"There is not enough memory for a batch of {batch}; try {max(batch // 2, 1)}."
    return f"{type(error).__name__}: {text[:300]} (log.txt has the details)"
