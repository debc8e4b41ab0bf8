"""Run: a training run as a folder. Only this file knows which files are in it.

The driver writes them. The page, the command line and other machines read them, and write one word into
`command`. A reader never relies on a line being complete or a process being alive. Rows of statistics are in
rows.py.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganapp.config import TrainConfig
from ganapp.files import replacing, replacing_folder, write_small, write_text, zip_folder

from .figures import live_of
from .names import NAME, check_name, generators_in, nimg_of
from .process import is_gone
from .rows import Row, append_row, drop_rows_after, last_rows, read_rows
from .status import NEW, WORKING, checked
from .tolerant import Damaged, count_of, read_object

COMMANDS = ("run", "pause", "stop", "save")
STALE_SEC = 10.0  # a heartbeat older than this makes a reader check whether the lock is held
SILENT_SEC = 40.0  # after so long, a process that holds the lock is said not to answer
CONFIG, STATUS = "config.json", "status.json"
STATS, VITALS = "stats.jsonl", "looks.jsonl"  # one row for each tick; copies of those rows that have vitals
KEEP_STATES = 2  # the newest ones, besides the last good one
KEEP_SNAPSHOTS = 8  # the newest ones, besides the best one
BEST = "best"  # RUN/best is the snapshot with the best live figure


@dataclass(frozen=True)
class Run:
    """The folder of a run. Equal if the path is equal. Holds no open file; every method looks at the disk."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    # -- configuration ---------------------------------------------------------------------------------------

    def config(self) -> TrainConfig:
        """The configuration. Raises ValueError (message fit for the user) if it cannot be read."""
        try:
            data = read_object(self.path / CONFIG)
        except (OSError, Damaged) as error:
            raise ValueError(f"the configuration of run {self.name!r} cannot be read ({error}).") from None
        return TrainConfig.from_json(data)

    def write_config(self, config: TrainConfig) -> None:
        """For the creation of a run and for the driver before the first step. It does not change later."""
        write_text(self.path / CONFIG, json.dumps(config.to_json(), indent=2, ensure_ascii=False))

    # -- status and command ----------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """The last status that the driver wrote; "interrupted" if its process is gone.

        Its keys are those of status.KEYS, and `silent`, which is not stored: since when a process that holds
        the lock does not answer.
        """
        status = self.stored_status()
        late = time.time() - status.get("time", 0)
        if status["state"] in WORKING and (late > STALE_SEC or is_gone(status)):
            if not self.is_locked():
                status["state"] = "interrupted"
            elif late > SILENT_SEC:
                status |= {"silent": status.get("time", 0), "images_per_sec": None}
        return status

    def stored_status(self) -> dict[str, Any]:
        """The status as written, without a check of the process. What is damaged is left out or made up for.

        The statistics tell how far a run without a readable status has come.
        """
        try:
            status, wrong = checked(read_object(self.path / STATUS))
        except (OSError, Damaged):
            status, wrong = {}, [STATUS]
        if wrong and (rows := self.last_stats(1)):
            far = {"nimg": rows[0]["nimg"], "sec": rows[0].get("sec", 0.0)}
            status = {"state": "running", "attempt": 1, **far, **status}
        return {**NEW, **status}

    def status_stamp(self) -> int:
        """When the status was last written, in ns; cheap. Raises FileNotFoundError if the run is gone."""
        path = self.path / STATUS
        return (path if path.exists() else self.path).stat().st_mtime_ns

    def write_status(self, **changes: Any) -> None:
        """Merge changes into status.json and renew the heartbeat. A value of None removes its key."""
        status = {**self.stored_status(), **changes, "time": time.time(), "pid": os.getpid()}
        status["host"] = socket.gethostname()
        write_small(self.path / STATUS, json.dumps({k: v for k, v in status.items() if v is not None}))

    def command(self) -> str:
        """The word in the command file, one of COMMANDS; "run" if there is none or another one."""
        try:
            word = (self.path / "command").read_text(encoding="utf-8", errors="replace").strip()
        except OSError:
            return "run"
        return word if word in COMMANDS else "run"

    def send(self, word: str) -> None:
        """Write a command, which the driver obeys within 2 seconds.

        Raises ValueError (message fit for the user) if it is not one of COMMANDS.
        """
        if word not in COMMANDS:
            raise ValueError(f"command is {word!r}; it must be one of {', '.join(COMMANDS)}.")
        write_small(self.path / "command", word)

    def lock(self):
        """A new filelock.FileLock, not acquired; a process holds it while it works on this run."""
        from filelock import FileLock

        return FileLock(self.path / "lock", is_singleton=False, thread_local=False)

    def is_locked(self) -> bool:
        """Whether a process works on this run."""
        from filelock import Timeout

        lock = self.lock()
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        except OSError:  # a folder that cannot be written: nobody works there
            return False
        lock.release()
        return False

    # -- statistics ------------------------------------------------------------------------------------------

    def append_stats(self, row: Row, name: str = STATS) -> None:
        """Append a row of statistics to a file: to STATS, or to VITALS if it is one with vitals."""
        append_row(self.path / name, row)

    def read_stats(self, attempt: int = -1, offset: int = 0) -> tuple[list[Row], int, int]:
        """Rows after the cursor (attempt, offset), and the cursor to go on from: (rows, attempt, offset).

        A cursor of another attempt, or past the end, starts from the first row. A row has nimg, sec,
        images_per_sec, mem_mb and the columns of the players: d_loss, g_loss, d_real, r1, …
        """
        current = self.stored_status()["attempt"]
        rows, offset = read_rows(self.path / STATS, offset if attempt == current else 0)
        return rows, current, offset

    def history(self, count: int) -> list[Row]:
        """The last `count` rows, preceded by at most as many earlier rows that have vitals."""
        rows = self.last_stats(count)
        with_vitals = self.last_stats(count, VITALS) if rows else []
        return [row for row in with_vitals if row["nimg"] < rows[0]["nimg"]] + rows

    def last_stats(self, count: int, name: str = STATS) -> list[Row]:
        """The last `count` rows of the file `name`, or all if there are fewer."""
        return last_rows(self.path / name, count)

    def drop_stats_after(self, nimg: int) -> None:
        """Remove the rows and grids that a resume from `nimg` images supersedes."""
        for name in (STATS, VITALS):
            drop_rows_after(self.path / name, nimg)
        for path in self.samples():
            if nimg_of(path) > nimg:
                path.unlink()

    # -- pictures --------------------------------------------------------------------------------------------

    @property
    def samples_folder(self) -> Path:
        return self.path / "samples"

    def samples(self) -> list[Path]:
        """All sample grids, oldest first. The stem of a name is nimg."""
        return sorted((p for p in self.samples_folder.glob("*.webp") if nimg_of(p) >= 0), key=nimg_of)

    def sample_path(self, nimg: int) -> Path:
        return self.samples_folder / f"{nimg:09d}.webp"

    @property
    def real_path(self) -> Path:
        """A grid of training images."""
        return self.samples_folder / "real.webp"

    @property
    def timelapse_path(self) -> Path:
        return self.samples_folder / "timelapse.mp4"

    # -- snapshots (the averaged generator, as a generator folder) and states (everything) -------------------

    def snapshots(self) -> list[Path]:
        """Complete snapshot folders, newest first. The name is nimg."""
        folders = (p for p in (self.path / "snapshots").glob("*") if nimg_of(p) >= 0)
        return sorted((p for p in folders if generators_in(p)), key=nimg_of, reverse=True)

    def write_snapshot(self, nimg: int, write: Callable[[Path], None]) -> Path:
        """Let `write(folder)` fill a temporary folder, and rename it. Keeps the newest ones and the best."""
        target = self.path / "snapshots" / f"{nimg:09d}"
        with replacing_folder(target) as temporary:
            write(temporary)
        best = self.best_snapshot()
        for old in self.snapshots()[KEEP_SNAPSHOTS:]:
            if old != best:
                shutil.rmtree(old, ignore_errors=True)
        return target

    def best_snapshot(self) -> Path | None:
        """The snapshot with the best live figure, the newer of two equal ones; None if none has one."""
        figures = {s: live_of(next(iter(generators_in(s).values()))) for s in self.snapshots()}
        known = {folder: live.rank for folder, live in figures.items() if live is not None}
        return min(known, key=known.__getitem__, default=None)

    def snapshot(self, wanted: str = "") -> Path | None:
        """A snapshot by its number of images; BEST for the best one, "" for the newest; else None.

        NUMBER/PLAYER is one generator of a snapshot that has several (see generators_in).
        """
        name, _, inner = wanted.partition("/")
        if name == BEST:
            found = self.best_snapshot()
        else:
            found = next((s for s in self.snapshots() if not name or nimg_of(s) == count_of(name)), None)
        return generators_in(found).get(inner) if found and inner else found

    def states(self) -> list[Path]:
        """The saved states, from which a resume can start, newest first."""
        found = (p for p in self.path.glob("state-*.pt") if nimg_of(p) >= 0)
        return sorted(found, key=nimg_of, reverse=True)

    def write_state(self, nimg: int, write: Callable[[Path], None]) -> Path:
        """Let `write(path)` write a temporary file, and rename it. Keeps the newest and the last good one."""
        target = self.path / f"state-{nimg:09d}.pt"
        with replacing(target) as temporary:
            write(temporary)
        good = self.stored_status().get("good")
        for old in self.states()[KEEP_STATES:]:
            if nimg_of(old) != good:
                old.unlink(missing_ok=True)
        return target

    def adopt_state(self, state: Path) -> None:
        """Copy a state of another run into this one. That run may remove its own later."""
        with replacing(self.path / state.name) as temporary:
            shutil.copyfile(state, temporary)

    def good_state(self) -> Path | None:
        """The last state saved while nothing was wrong, else the oldest one; None if there are no states."""
        states, good = self.states(), self.stored_status().get("good")
        return next((state for state in states if nimg_of(state) == good), states[-1] if states else None)

    def latest(self) -> Run:
        """The last run in the chain of automatic successors of this one; itself if it has none."""
        seen = [self.path]
        while NAME.fullmatch(child := Run(seen[-1]).stored_status().get("child", "")):
            if (path := self.path.with_name(child)) in seen or not path.is_dir():
                break
            seen.append(path)
        return Run(seen[-1])

    # -- the folder as a whole -------------------------------------------------------------------------------

    def log(self, text: str) -> None:
        """Append a text with the time to log.txt."""
        with open(self.path / "log.txt", "a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {text.rstrip()}\n")

    def rename(self, name: str) -> Run:
        """Rename the folder. Raises ValueError (message fit for the user) if that is not possible."""
        check_name(name)
        self._check_idle("renamed")
        target = self.path.with_name(name)
        if target.exists():
            raise ValueError(f"there is already a run named {name!r}.")
        os.rename(self.path, target)
        return Run(target)

    def delete(self) -> None:
        """Remove the folder. Raises ValueError (message fit for the user) if a process works on it."""
        self._check_idle("deleted")
        shutil.rmtree(self.path)

    def export(self, target: Path) -> Path:
        """Write the whole run into the ZIP file `target`, and return that. Raises ValueError as `delete`."""
        self._check_idle("exported")  # its files would change meanwhile
        return zip_folder(self.path, target, leave_out=("lock",))

    def _check_idle(self, verb: str) -> None:
        if self.is_locked():
            raise ValueError(f"run {self.name!r} is at work and cannot be {verb}; stop it first.")
