"""Damaged files of a run: which there are, as sentences, and how the driver sets them aside.

Readers pass damage over without this file (tolerant.py, status.py, rows.py); here it is named. What a killed
process left half-written is removed.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ganapp.files import TEMPORARY, write_text, writer_is_gone

from .about import ABOUT
from .data_record import DATA, record_in
from .rows import damaged_lines
from .run import CONFIG, STATS, STATUS, VITALS, Run
from .status import checked
from .tolerant import DAMAGED, Damaged, is_whole_webp, read_object, set_aside

LEFT_SEC = 600.0  # a temporary file of this age has no writer any more
DRIVERS_OWN = (".pt", ".jsonl", ".webp")  # a page writes other ones, perhaps now or on another machine


def damage_of(run: Run, rows: bool = True) -> list[str]:
    """Sentences about the damaged files of a run. rows: also read its statistics, which may be long."""
    found = [f"{path.name} is damaged ({reason})." for path, reason in _damaged_files(run)]
    if not (run.path / STATUS).exists():
        found.append(f"{STATUS} is missing.")
    try:
        run.config()
    except ValueError as error:
        found.append(f"{CONFIG} cannot be used: {str(error)[:200]}")
    for name in (STATS, VITALS) if rows else ():
        if count := len(damaged_lines(run.path / name)):
            found.append(f"{name} has {_lines(count)} that cannot be read; the others are shown.")
    return found


def mend(run: Run) -> list[str]:
    """Set the damaged files and lines of a run aside, as NAME.damaged, and return a sentence about each.

    For the driver only, which holds the lock. Configuration and states are left alone.
    """
    done = []
    if not (run.path / STATUS).exists():
        run.write_status()
        done.append(f"{STATUS} was missing and is written anew.")
    for path, reason in _damaged_files(run):
        rest = run.stored_status() if path.name == STATUS else None
        done.append(f"{path.name} is damaged ({reason}) and is set aside as {set_aside(path).name}.")
        if rest is not None:
            run.write_status(**rest)
    for name in (STATS, VITALS):
        path = run.path / name
        if lines := damaged_lines(path):
            aside = path.with_name(name + DAMAGED)
            with open(aside, "ab") as file:
                file.write(b"".join(line + b"\n" for line in lines))
            kept = [line for line in path.read_bytes().split(b"\n") if line not in lines]
            write_text(path, b"\n".join(kept).decode("utf-8", "replace"))
            done.append(f"{name}: {_lines(len(lines))} cannot be read and stand in {aside.name} now.")
    return done


def remove_leftovers(run: Run) -> None:
    """Remove what a killed process left half-written. For the driver only, while it writes nothing."""
    for path in sorted(run.path.rglob(f"{TEMPORARY}*")):
        with suppress(FileNotFoundError):  # it was in a folder that has been removed, or took its place
            late = time.time() - path.stat().st_mtime > LEFT_SEC
            gone = path.suffix != "" and writer_is_gone(path)  # a command has no suffix
            if late or gone or path.is_dir() or path.suffix in DRIVERS_OWN:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"


def _damaged_files(run: Run) -> Iterator[tuple[Path, str]]:
    """(path, reason) of the damaged files that a run can do without."""
    for path in (run.path / STATUS, run.path / DATA, run.path / ABOUT, run.path / "metrics.json"):
        try:
            found = read_object(path)
            if path.name == DATA:
                record_in(found)
            if path.name == STATUS and (wrong := checked(found)[1]):
                yield path, f"wrong values of {', '.join(wrong)}"
        except FileNotFoundError:
            continue
        except Damaged as error:
            yield path, str(error)
    for path in (*run.samples(), *[p for p in (run.real_path,) if p.exists()]):
        if path.is_file() and not is_whole_webp(path):
            yield path, "it is no whole picture"
