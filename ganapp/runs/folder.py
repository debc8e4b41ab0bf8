"""The folder of all runs: create, open and list them."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

from ganapp.config import TrainConfig

from .about import read_about, write_about
from .deleted import deleted_runs
from .names import NUMBERED, clean_title, label_of, same_title
from .run import CONFIG, STATS, STATUS, Run
from .tolerant import count_of

MARKS = (CONFIG, STATUS, STATS, "command", "samples")  # a run has several of these, a generator has the first


def create_run(folder: str | Path, config: TrainConfig, name: str = "") -> Run:
    """Create the folder of a new, queued run: 00012-faces-dcgan-32, or 00012-NAME in ASCII.

    name: its title, any text of at most 80 characters. The number is the next one that neither a run nor a
    recently deleted one has. Raises ValueError (message fit for the user) if the name is not allowed.
    """
    title = clean_title(name) if name else ""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # without the commit of a Hub data set and the checksum of an upload
    source = re.sub(r"-[0-9a-f]{16}$", "", Path(re.sub(r"@[0-9a-f]{40}", "", config.dataset)).stem)
    label = label_of(title or f"{source}-{config.preset or config.family}") or "run"
    while True:
        names = [path.name for path in folder.iterdir()] + [one.name for one in deleted_runs(folder)]
        numbers = [int(name[:5]) for name in names if NUMBERED.match(name)]
        run = Run(folder / f"{max(numbers, default=0) + 1:05d}-{label}")
        try:
            run.path.mkdir()
        except FileExistsError:
            continue  # Another process has taken the number.
        run.write_config(config)
        run.samples_folder.mkdir()
        run.send("run")
        if title:
            write_about(run, title=title)
        run.write_status(state="queued", nimg=0, attempt=0, sec=0.0, created=time.time())
        return run


def open_run(name: str | Path, folder: str | Path = "runs") -> Run:
    """A run by its path, its folder's name, its number (12, 00012), its title, or the start of its name.

    Raises ValueError (message fit for the user) if there is no such run, or more than one.
    """
    text = str(name).strip()
    if not text:
        raise ValueError("no run is named; give its name, its number or its path.")
    for path in (Path(folder) / text, Path(name)):
        if is_run(path):
            return Run(path)
    runs = list_runs(folder)
    same = called(text, runs)
    if len(same) > 1:
        names = ", ".join(run.name for run in same[:10])
        raise ValueError(f"{len(same)} runs are called {text!r}; name one of them: {names}.")
    for found in (same, [run for run in runs if run.name.startswith(text)]):
        if len(found) == 1:
            return found[0]
    known = ", ".join(run.name for run in runs[:10]) or "none yet"
    raise ValueError(f"there is no run {text!r} in {str(folder)!r}; there are: {known}.")


def called(text: str, runs: list[Run]) -> list[Run]:
    """Those of the runs that have this number, such as 12 or 00012, or this title, whatever its case."""
    start, title = f"{text.zfill(5)}-" if count_of(text) >= 0 else "", " ".join(text.split())
    return [
        run
        for run in runs
        if (start and run.name.startswith(start)) or same_title(read_about(run).title, title)
    ]


def list_runs(folder: str | Path) -> list[Run]:
    """All runs of a folder, newest first; [] if there is no such folder yet.

    Raises ValueError (message fit for the user) if it is a file.
    """
    folder = Path(folder)
    if not folder.is_dir():
        if folder.exists():
            raise ValueError(f"runs is {str(folder)!r}, a file; it must be the folder of all runs.")
        return []
    found = (p for p in folder.iterdir() if not p.name.startswith(".") and is_run(p))
    return [Run(p) for p in sorted(found, key=lambda p: p.name, reverse=True)]


def is_run(folder: Path) -> bool:
    """Whether a folder is that of a training run, even if one of its files is gone."""
    # os.path, not Path: it returns False for a name that is too long for the system.
    return sum(os.path.exists(folder / name) for name in MARKS) > 1


def run_of(generator: Path) -> Run | None:
    """The run that a generator folder is a snapshot of, or is in one of; None if it is of no snapshot."""
    folder = generator.resolve()
    for snapshot in (folder, folder.parent):  # a snapshot of several generators has a folder for each
        if snapshot.parent.name == "snapshots" and is_run(snapshot.parent.parent):
            return Run(snapshot.parent.parent)
    return None
