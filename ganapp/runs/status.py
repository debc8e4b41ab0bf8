"""The status of a run as data: its states, its keys, and what each may hold. Reads and writes no file."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from .tolerant import is_count, is_finite

WORKING = ("queued", "starting", "running")  # states with a process; if that is gone, it is "interrupted"
STATES = (*WORKING, "paused", "stopped", "finished", "failed", "interrupted")
NEW = {"state": "stopped", "attempt": 0, "nimg": 0, "sec": 0.0}  # of a run without a status


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_time(value: Any) -> bool:
    return is_finite(value) and value >= 0


def _is_progress(value: Any) -> bool:
    """[done, total or None, what]"""
    if not isinstance(value, list) or len(value) != 3:
        return False
    return is_count(value[0]) and (value[1] is None or is_count(value[1])) and _is_text(value[2])


def _are_counts(value: Any) -> bool:
    return isinstance(value, dict) and all(map(is_count, value.values()))


# fmt: off
KEYS: dict[str, Callable[[Any], bool]] = {
    "state": lambda value: value in STATES,
    "attempt": is_count,  # number of starts
    "nimg": is_count,  # images so far
    "sec": _is_time,  # of training, in all attempts
    "images_per_sec": _is_time,
    "mem_mb": _is_time,
    "time": _is_time,  # of writing, in seconds since 1970: the heartbeat
    "created": _is_time,
    "asked": _is_time,  # when it was started last
    "pid": is_count,  # of the process that wrote it
    "host": _is_text,
    "device": _is_text,
    "precision": _is_text,
    "threads": is_count,
    "parameters": _are_counts,  # their number by player
    "reason": _is_text,  # a sentence on why the run is in this state
    "note": _is_text,  # sentences about the data
    "changed": _is_text,  # a sentence on what changed in the data
    "preparing": _is_progress,  # while data is prepared
    "parts": lambda value: is_count(value) and value > 0,  # number of micro-batches, if several
    "saved": is_count,  # nimg of the last state
    "good": is_count,  # nimg of the last state saved while the watchdog found nothing to roll back
    "rollbacks": is_count,  # automatic ones in a row that led here
    "child": _is_text,  # the run that goes on from this one automatically
}
# fmt: on


def checked(found: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """(the entries of a status that hold what they may, the names of the others). Unknown keys stay."""
    wrong = [name for name, value in found.items() if name in KEYS and not KEYS[name](value)]
    return {name: value for name, value in found.items() if name not in wrong}, wrong


def silence_of(status: dict[str, Any]) -> str:
    """A sentence about a process that holds a run and does not answer, "" if it does."""
    if "silent" not in status:
        return ""
    since = time.localtime(status["silent"])
    day = "" if since[:3] == time.localtime()[:3] else "%Y-%m-%d "
    clock = time.strftime(day + "%H:%M:%S", since)
    return f"Not answering since {clock}: its process is stopped, asleep or busy."
