"""Recently deleted: runs in RUNS/.deleted, kept for a week, brought back whole or removed for good.

A deleted run is its folder under another name, TIME-NAME with the time in milliseconds. Nothing in it
changes.
"""

from __future__ import annotations

import os
import shutil
import time
from contextlib import nullcontext
from pathlib import Path
from typing import NamedTuple

from .about import title_of
from .names import LABEL_MOST, NUMBERED, folder_name
from .run import Run
from .tolerant import count_of

DELETED = ".deleted"
KEPT_SEC = 7 * 86_400.0


class Deleted(NamedTuple):
    """A deleted run: `entry` is its folder in RUNS/.deleted, `name` the one it had, `bytes` what it takes."""

    entry: str
    name: str
    title: str
    when: float
    bytes: int


def move_to_deleted(run: Run, now: float | None = None) -> Deleted:
    """Move a run to the recently deleted ones.

    Raises ValueError (message fit for the user) if a process works on it, and OSError.
    """
    folder = run.path.parent / DELETED
    with _held(run, "deleted"):
        folder.mkdir(exist_ok=True)
        when = int(1000 * (time.time() if now is None else now))
        while os.path.lexists(folder / f"{when}-{run.name}"):
            when += 1
        target = folder / f"{when}-{run.name}"
        os.rename(run.path, target)
    return _described(target)


def delete_for_good(run: Run) -> int:
    """Remove a run at once, and return how many bytes that freed.

    Raises ValueError (message fit for the user) if a process works on it, and OSError.
    """
    with _held(run, "deleted"):
        freed = size_of(run.path)
        shutil.rmtree(run.path)
    return freed


def deleted_runs(folder: str | Path) -> list[Deleted]:
    """The recently deleted runs of a folder of runs, the last one first."""
    inside = Path(folder) / DELETED
    paths = [path for path in inside.iterdir() if _time_of(path) >= 0] if inside.is_dir() else []
    return [_described(path) for path in sorted(paths, key=_time_of, reverse=True)]


def find_deleted(folder: str | Path, name: str) -> Deleted:
    """A recently deleted run by its entry, its former name or its title; the last one of several.

    Raises ValueError (message fit for the user) if there is none.
    """
    found = deleted_runs(folder)
    for one in found:
        if name in (one.entry, one.name, one.title) or one.name.startswith(f"{name.zfill(5)}-"):
            return one
    known = ", ".join(one.name for one in found[:10]) or "none"
    raise ValueError(f"{name!r} is not among the recently deleted runs; there are: {known}.")


def restore(folder: str | Path, entry: str) -> Run:
    """Bring a deleted run back under its former name, or one like it if that is taken now.

    Raises ValueError (message fit for the user) if it is not there any more, and OSError.
    """
    one = find_deleted(folder, entry)
    path = Path(folder) / one.name
    if path.name.casefold() in {other.name.casefold() for other in Path(folder).iterdir()}:
        number = one.name[:5] if NUMBERED.match(one.name) else ""
        path = Path(folder) / folder_name(
            one.name.removeprefix(f"{number}-")[:LABEL_MOST], Path(folder), number
        )
    os.rename(Path(folder) / DELETED / one.entry, path)
    return Run(path)


def remove(folder: str | Path, entry: str) -> int:
    """Remove a deleted run for good, and return how many bytes that freed.

    Raises ValueError (message fit for the user) if it is not there any more, and OSError.
    """
    one = find_deleted(folder, entry)
    shutil.rmtree(Path(folder) / DELETED / one.entry)
    return one.bytes


def purge(folder: str | Path, now: float | None = None) -> int:
    """Remove for good what was deleted more than KEPT_SEC ago, and return how many runs these were.

    What cannot be removed stays for the next time.
    """
    now, count = time.time() if now is None else now, 0
    inside = Path(folder) / DELETED
    for path in inside.iterdir() if inside.is_dir() else ():
        if 0 <= _time_of(path) < now - KEPT_SEC:
            shutil.rmtree(path, ignore_errors=True)
            count += not path.exists()
    return count


def size_of(folder: Path) -> int:
    """The bytes that a folder takes on the disk, and that removing it frees."""
    total = 0
    for path in folder.rglob("*"):
        try:
            found = path.lstat()
        except OSError:
            continue  # removed meanwhile
        total += getattr(found, "st_blocks", -(-found.st_size // 512)) * 512
    return total


def _held(run: Run, verb: str):
    """A context in which no process can take up the run.

    Raises ValueError (message fit for the user) if one works on it.
    """
    from filelock import Timeout

    lock = run.lock()
    try:
        held = lock.acquire(timeout=0)
    except Timeout:
        raise ValueError(f"run {run.name!r} is at work and cannot be {verb}; stop it first.") from None
    except OSError:  # a folder that cannot be written: nobody works there
        return nullcontext()
    if os.name == "nt":  # a folder that holds an open file cannot be moved there
        lock.release()
        return nullcontext()
    return held


def _described(path: Path) -> Deleted:
    name = path.name.partition("-")[2]
    title = title_of(Run(path))
    return Deleted(path.name, name, name if title == path.name else title, _time_of(path), size_of(path))


def _time_of(path: Path) -> float:
    """When an entry was deleted, in seconds since 1970; -1 if it is none."""
    digits, dash, name = path.name.partition("-")
    milliseconds = count_of(digits)
    return milliseconds / 1000 if dash and name and milliseconds >= 0 else -1.0
