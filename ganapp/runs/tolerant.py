"""Files that may be damaged: JSON read without surprises, numbers in names, and how a file is set aside.

It knows neither runs nor their files; status.py, rows.py and mending.py say what must be in them.
"""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any

MOST_EXACT = 2**53  # the largest whole number that JSON and scripts hold exactly
MOST_VALUE = 1e100  # no finite value that a training writes is larger; float32 ends at 3.4e38
DAMAGED = ".damaged"


class Damaged(ValueError):
    """A file is there and does not hold what it should. The message is a reason, without a name."""


def object_of(text: bytes) -> dict[str, Any]:
    """The JSON object in UTF-8 text. Raises Damaged if it is something else."""
    try:
        value = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Damaged(str(error).splitlines()[0]) from None
    if not isinstance(value, dict):
        raise Damaged(f"it holds a {type(value).__name__} and no object")
    return value


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file. Raises FileNotFoundError, and Damaged if it cannot be read as one."""
    try:
        return object_of(path.read_bytes())
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Damaged(error.strerror or type(error).__name__) from None


def is_count(value: Any) -> bool:
    """Whether a value is a whole number from 0 that a script can hold, too."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_EXACT


def is_number(value: Any) -> bool:
    """Whether a value is a number of ordinary size, or a float that is not finite."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return (isinstance(value, float) and not math.isfinite(value)) or abs(value) <= MOST_VALUE


def is_finite(value: Any) -> bool:
    """Whether a value is a finite number of ordinary size."""
    return is_number(value) and math.isfinite(value)


def count_of(digits: str) -> int:
    """The number that these ASCII digits write, -1 if they are something else or too large."""
    # str.isdigit alone is true for superscripts, which int() refuses.
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else -1


def is_whole_webp(path: Path) -> bool:
    """Whether a file begins as a WebP and is as long as it says."""
    with open(path, "rb") as file:
        head, size = file.read(12), file.seek(0, os.SEEK_END)
    return head[:4] == b"RIFF" and head[8:] == b"WEBP" and int.from_bytes(head[4:8], "little") + 8 == size


def set_aside(path: Path) -> Path:
    """Rename a damaged file to NAME.damaged, and return that. Replaces an earlier one."""
    aside = path.with_name(path.name + DAMAGED)
    os.replace(path, aside)
    return aside
