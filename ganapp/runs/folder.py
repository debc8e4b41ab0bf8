"""The folder of all runs: create, open and list them."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from ganapp.config import TrainConfig

from .names import check_name
from .run import CONFIG, STATS, STATUS, Run

MARKS = (CONFIG, STATUS, STATS, "command", "samples")  # a run has several of these, a generator has the first


def create_run(folder: str | Path, config: TrainConfig, name: str = "") -> Run:
    """Create the folder of a new, queued run: 00012-faces-dcgan-32, or 00012-NAME.

    The number is the next free one. Raises ValueError (message fit for the user) if the name is not allowed.
    """
    if name:
        check_name(name)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    source = Path(re.sub(r"@[0-9a-f]{40}", "", config.dataset)).stem  # without the commit of a Hub data set
    label = name or f"{source}-{config.preset or config.family}"
    label = re.sub(r"[^A-Za-z0-9._]+", "-", label).strip("-.")[:60] or "run"
    while True:
        numbers = [int(p.name[:5]) for p in folder.iterdir() if re.match(r"\d{5}-", p.name)]
        run = Run(folder / f"{max(numbers, default=0) + 1:05d}-{label}")
        try:
            run.path.mkdir()
        except FileExistsError:
            continue  # Another process has taken the number.
        run.write_config(config)
        run.samples_folder.mkdir()
        run.send("run")
        run.write_status(state="queued", nimg=0, attempt=0, sec=0.0, created=time.time())
        return run


def open_run(name: str | Path, folder: str | Path = "runs") -> Run:
    """A run by its path, its name, or the unambiguous start of its name (12, 00012).

    Raises ValueError (message fit for the user) if there is no such run.
    """
    if not str(name).strip():
        raise ValueError("no run is named; give its name, its number or its path.")
    for path in (Path(folder) / str(name), Path(name)):
        if is_run(path):
            return Run(path)
    text = str(name)
    found = [
        r for r in list_runs(folder) if r.name.startswith(text.zfill(5) + "-" if text.isdigit() else text)
    ]
    if len(found) == 1:
        return found[0]
    known = ", ".join(r.name for r in list_runs(folder)[:10]) or "none yet"
    raise ValueError(f"there is no run {text!r} in {str(folder)!r}; there are: {known}.")


def list_runs(folder: str | Path) -> list[Run]:
    """All runs of a folder, newest first."""
    folder = Path(folder)
    if not folder.is_dir():
        return []
    found = (p for p in folder.iterdir() if is_run(p))
    return [Run(p) for p in sorted(found, key=lambda p: p.name, reverse=True)]


def is_run(folder: Path) -> bool:
    """Whether a folder is that of a training run, even if one of its files is gone."""
    # os.path, not Path: it returns False for a name that is too long for the system.
    return sum(os.path.exists(folder / name) for name in MARKS) > 1


def run_of(snapshot: Path) -> Run | None:
    """The run that a generator folder is a snapshot of; None if it is no snapshot."""
    run = snapshot.resolve().parent.parent
    is_one = snapshot.resolve().parent.name == "snapshots" and is_run(run)
    return Run(run) if is_one else None
