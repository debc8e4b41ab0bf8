"""The commands on runs that exist: list, resume, pause, stop, save. Those that keep order: keeping.py."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ganapp.config import UNLIMITED_KIMG
from ganapp.runs import WORKING, Run, list_runs, open_run, silence_of
from ganapp.runs.deleted import purge
from ganapp.runs.longer import train_longer
from ganapp.runs.table import csv_of, row_of

from .arguments import add_command
from .keeping import import_run, list_deleted
from .options import add_runs
from .progress import span
from .tables import print_table
from .training import drive_here

OBEY_SEC = 30.0  # how long pause, stop and save wait to see that they are obeyed


def add(commands) -> None:
    add_command(commands, "runs", "List all runs, newest first.", _list, _add_list)
    about = "Go on with a paused, interrupted, failed or stopped run, here."
    add_command(commands, "resume", about, _resume, _add_resume)
    add_command(commands, "pause", "Save a run that is being worked on and let it rest.", _control, _add_run)
    add_command(commands, "stop", "Save a run and end it.", _control, _add_run)
    add_command(commands, "save", "Save a run now and go on.", _control, _add_run)


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON, one object a run")
    parser.add_argument("--csv", action="store_true", help="as CSV, with the columns of --json")
    parser.add_argument("--deleted", action="store_true", help="those deleted in the last week")
    about = "open the ZIP of a run that export or the page wrote"
    parser.add_argument("--import", dest="packed", metavar="ZIP", help=about)
    add_runs(parser)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="RUN", help="name, number or folder of the run")
    add_runs(parser)


def _add_resume(parser: argparse.ArgumentParser) -> None:
    _add_run(parser)
    parser.add_argument("--restart", action="store_true", help="begin again at 0, where its states are gone")
    parser.add_argument("--data", metavar="PATH", help="where its data are now, if they were moved")
    about = "train it so many minutes longer, also when it is finished"
    parser.add_argument("--add-minutes", type=float, default=0.0, metavar="N", help=about)
    about = "train it so many thousand images longer, also when it is finished"
    parser.add_argument("--add-kimg", type=float, default=0.0, metavar="N", help=about)


def _resume(arguments: argparse.Namespace) -> None:
    from ganapp.driving.same_data import move
    from ganapp.driving.saved_states import restart

    run = open_run(arguments.name, arguments.runs)
    state = run.status()["state"]
    longer = arguments.add_minutes or arguments.add_kimg
    if not longer and state == "paused" and _wait_until(lambda: not run.is_locked(), 2) is None:
        run.send("run")  # another process holds it in memory, because the disk was too full to save it
        print(f"{run.name}: asked the process that holds it to go on.")
    elif run.is_locked():
        raise ValueError(f"run {run.name!r} is being worked on by another process ({_worker(run)}).")
    elif state == "finished" and not longer:
        raise ValueError(
            f"run {run.name!r} is finished; train it longer with --add-minutes or --add-kimg, "
            f"or start a new run from it: train --start-from {run.name}."
        )
    else:
        if arguments.restart:
            restart(run)
        if arguments.data:
            move(run, arguments.data)
        if longer:
            train_longer(run, arguments.add_minutes, arguments.add_kimg)
        drive_here(run)


def _control(arguments: argparse.Namespace) -> None:
    """pause, stop, save: send the command to the process that trains the run, and wait until it obeys."""
    run, word = open_run(arguments.name, arguments.runs), arguments.command
    if not run.is_locked():
        _control_resting(run, word)
        return
    state = run.status()["state"]
    if state == "paused" and word != "stop":
        raise ValueError(f"run {run.name!r} is paused already.")
    run.send(word)
    if silence := silence_of(run.status()):
        print(f"{run.name}: asked to {word}, which it does when it is back. {silence}")
        return
    if word == "save":
        done = _wait_until(lambda: run.command() != "save")
        print(f"{run.name}: {'saved' if done else 'asked to save; it is ' + run.status()['state']}.")
        return
    state = _wait_until(
        lambda: (state := run.status()["state"]) not in (*WORKING, "paused" * (word == "stop")) and state
    )
    print(f"{run.name}: {state or 'asked to ' + word + '; it is still saving'}.")


def _control_resting(run: Run, word: str) -> None:
    """The same for a run that no process works on, which can only be stopped."""
    from filelock import Timeout

    state = run.status()["state"]
    state = "interrupted" if state in WORKING else state  # nobody holds it, whatever its last words were
    if word != "stop" or state in ("stopped", "finished"):
        raise ValueError(f"no process is working on run {run.name!r}: it is {state}.")
    try:
        with run.lock().acquire(timeout=1):
            run.write_status(state="stopped", reason=None, preparing=None)
    except Timeout:
        raise ValueError(f"run {run.name!r} has just been taken up by another process; try again.") from None
    print(f"{run.name}: stopped.")


def _wait_until(condition: Callable[[], Any], sec: float = OBEY_SEC) -> Any:
    """The first true value of condition(), or None after `sec` seconds."""
    deadline = time.monotonic() + sec
    while not (value := condition()):
        if time.monotonic() > deadline:
            return None
        time.sleep(0.1)
    return value


def _worker(run: Run) -> str:
    status = run.status()
    return f"process {status.get('pid', '?')} on {status.get('host', '?')}"


def _list(arguments: argparse.Namespace) -> None:
    purge(arguments.runs)
    if arguments.packed:
        return import_run(arguments.packed, arguments.runs)
    if arguments.deleted:
        return list_deleted(arguments.runs, arguments.json)
    rows = [row_of(run) for run in list_runs(arguments.runs)]
    if arguments.csv:
        print(csv_of(rows), end="")
        return None
    if arguments.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return None
    if not rows:
        print(f"No runs in {arguments.runs!r} yet.")
        return None
    header = ("NAME", "STATE", "KIMG", "BUDGET", "IMAGES/S", "TIME", "DATA", "PRESET")
    # The name of most folders ends as the title, which then says nothing more.
    titles = ["" if row["name"].endswith(row["title"]) else row["title"] for row in rows]
    has_titles = any(titles)
    table = [header + ("TITLE",) * has_titles] + [
        _cells(row) + (title,) * has_titles for row, title in zip(rows, titles)
    ]
    print_table(table, right=(2, 3, 4, 5))
    for row in rows:
        for sentence in row["damage"]:
            print(f"{row['name']}: {sentence}")
    return None


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    """A line of the table, without the title."""
    return (
        row["name"],
        row["state"],
        f"{row['kimg']:,.1f}",
        _budget(row),
        f"{row['images_per_sec']:,.0f}" if row["images_per_sec"] else "-",
        span(row["sec"]),
        Path(row["data"] or "?").name,
        row["preset"] or "-",
    )


def _budget(row: dict[str, Any]) -> str:
    if row["budget"] is None:
        return "?"
    kimg, minutes = row["budget"]["kimg"], row["budget"]["minutes"]
    texts = [f"{kimg:,g} kimg"] if kimg < UNLIMITED_KIMG or not minutes else []
    return " or ".join(texts + ([f"{minutes:g} min"] if minutes else []))
