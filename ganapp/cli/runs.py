"""cli.runs."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from ganapp.runs import WORKING, Run, list_runs, open_run

from .progress import MINUTES_ONLY_KIMG, span
from .tables import _print_table

OBEY_SEC = 30.0  # how long pause, stop and save wait to see that they are obeyed


# -- runs of other processes ------------------------------------------------------------------------------------------


def _control(arguments: argparse.Namespace) -> None:
    """pause, stop, save: leave the word and see that it is obeyed."""
    run, word = open_run(arguments.run, arguments.runs), arguments.command
    if not run.is_locked():
        _control_resting(run, word)
        return
    state = run.status()["state"]
    if state == "paused" and word != "stop":
        raise ValueError(f"run {run.name!r} is paused already.")
    run.send(word)
    if word == "save":
        done = _wait_until(lambda: run.command() != "save")
        print(f"{run.name}: {'saved' if done else 'asked to save; it is ' + run.status()['state']}.")
        return
    state = _wait_until(
        lambda: (state := run.status()["state"]) not in (*WORKING, "paused" * (word == "stop")) and state
    )
    print(f"{run.name}: {state or 'asked to ' + word + '; it is still saving'}.")


def _control_resting(run: Run, word: str) -> None:
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


def _wait_until(true, sec: float = OBEY_SEC) -> Any:
    """The first true value of true(), or None after `sec` seconds."""
    deadline = time.monotonic() + sec
    while not (value := true()):
        if time.monotonic() > deadline:
            return None
        time.sleep(0.1)
    return value


def _worker(run: Run) -> str:
    status = run.status()
    return f"process {status.get('pid', '?')} on {status.get('host', '?')}"


def _runs(arguments: argparse.Namespace) -> None:
    rows = [_row(run) for run in list_runs(arguments.runs)]
    if arguments.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not rows:
        print(f"No runs in {arguments.runs!r} yet.")
        return
    header = ("NAME", "STATE", "KIMG", "BUDGET", "IMAGES/S", "TIME", "DATA", "PRESET")
    table = [header] + [
        (
            row["name"],
            row["state"],
            f"{row['kimg']:,.1f}",
            _budget(row),
            f"{row['images_per_sec']:,.0f}" if row["images_per_sec"] else "-",
            span(row["sec"]),
            Path(row["data"] or "?").name,
            row["preset"] or "-",
        )
        for row in rows
    ]
    _print_table(table, right=(2, 3, 4, 5))


def _row(run: Run) -> dict[str, Any]:
    status = run.status()
    try:
        config = run.config()
    except (OSError, ValueError):  # written by another version, or half gone: listed all the same
        config = None
    budget = {"kimg": config.kimg, "minutes": config.minutes or None} if config else None
    return {
        "name": run.name,
        "path": str(run.path),
        "state": status["state"],
        "kimg": status["nimg"] / 1000,
        "budget": budget,
        "images_per_sec": status.get("images_per_sec"),
        "sec": status["sec"],
        "data": config.dataset if config else None,
        "preset": config.preset if config else None,
        "device": status.get("device"),
        "reason": status.get("reason"),
    }


def _budget(row: dict[str, Any]) -> str:
    if row["budget"] is None:
        return "?"
    kimg, minutes = row["budget"]["kimg"], row["budget"]["minutes"]
    texts = [f"{kimg:,g} kimg"] if kimg < MINUTES_ONLY_KIMG or not minutes else []
    return " or ".join(texts + ([f"{minutes:g} min"] if minutes else []))
