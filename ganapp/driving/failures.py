"""Failures: which kind an error is (full disk, out of memory), and one plain sentence for it."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path

FULL_DISK_BYTES = 32 * 1024**2  # with less free space, a failed write is taken for a full disk


def is_full_disk(error: BaseException, folder: Path) -> bool:
    """Whether an error, raised while writing into `folder`, means that the disk is full.

    torch.save and safetensors raise errors without the system's code, so their text is looked at.
    """
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    if "os error 28" in str(error):  # safetensors, from Rust
        return True
    return (
        isinstance(error, RuntimeError)
        and "writ" in str(error)
        and shutil.disk_usage(folder).free < FULL_DISK_BYTES
    )


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
