"""Run: a training run as a folder, and the only file that knows what is in it.

The driver writes; the page, the command line and other machines read, and write one word into `command`. A reader never
trusts a line to be complete or a process to be alive. Rows of statistics are read and written in rows.py.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganapp.config import TrainConfig
from ganapp.files import replacing, write_text

from .figures import live_figure
from .rows import Row, append_row, drop_rows_after, last_rows, read_rows

WORKING = ("queued", "starting", "running")  # a process works on it; else it is shown as "interrupted"
COMMANDS = ("run", "pause", "stop", "save")
STALE_SEC = 10.0  # a heartbeat older than this makes a reader check whether the lock is held
STATS, LOOKS = "stats.jsonl", "looks.jsonl"  # one row a tick; those of them with vitals
KEEP_STATES = 2
KEEP_SNAPSHOTS = 8  # and the best one
BEST = "best"  # RUN/best is the snapshot with the lowest live figure


@dataclass(frozen=True)
class Run:
    """A run's folder. Equal where the path is equal; holds no open file and no state of its own."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    # -- configuration ------------------------------------------------------------------------------------------------

    def config(self) -> TrainConfig:
        """Raises ValueError (message fit for the user) if it cannot be read."""
        try:
            data = json.loads((self.path / "config.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ValueError(f"the configuration of run {self.name!r} cannot be read ({error}).") from None
        return TrainConfig.from_json(data)

    def write_config(self, config: TrainConfig) -> None:
        """Only at creation and by the driver before the first step; it does not change after that."""
        write_text(self.path / "config.json", json.dumps(config.to_json(), indent=2, ensure_ascii=False))

    # -- status and command -------------------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """The last status that the driver wrote; its state is "interrupted" if no process works on the run any more.

        Keys: state, attempt, nimg, sec (of training), images_per_sec, time, pid, device, precision, threads, mem_mb,
        parameters (their number by player), reason (a sentence, if there is one), preparing ([done, total, what] while
        data is prepared), parts (number of micro-batches), good (nimg of the last state saved while nothing was wrong),
        rollbacks (automatic ones in a row that led here), child (the run that goes on from this one).
        """
        status = self._stored_status()
        if (
            status["state"] in WORKING
            and time.time() - status.get("time", 0) > STALE_SEC
            and not self.is_locked()
        ):
            status["state"] = "interrupted"
        return status

    def _stored_status(self) -> dict[str, Any]:
        try:
            status = json.loads((self.path / "status.json").read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError):
            status = {}
        return {"state": "stopped", "attempt": 0, "nimg": 0, "sec": 0.0, **status}

    def status_stamp(self) -> int:
        """When status.json was last written, in ns: the cheapest way to see that nothing is new. May raise FileNotFoundError."""
        return (self.path / "status.json").stat().st_mtime_ns

    def write_status(self, **changes: Any) -> None:
        """Merge changes into status.json and renew the heartbeat. A value of None removes its key."""
        status = {**self._stored_status(), **changes, "time": time.time(), "pid": os.getpid()}
        status["host"] = socket.gethostname()
        write_text(self.path / "status.json", json.dumps({k: v for k, v in status.items() if v is not None}))

    def command(self) -> str:
        try:
            word = (self.path / "command").read_text(encoding="utf-8").strip()
        except OSError:
            return "run"
        return word if word in COMMANDS else "run"

    def send(self, word: str) -> None:
        """Leave a word for the driver, who obeys within 2 seconds."""
        if word not in COMMANDS:
            raise ValueError(f"command is {word!r}; it must be one of {', '.join(COMMANDS)}.")
        write_text(self.path / "command", word)

    def lock(self):
        """The lock that a process holds while it works on this run (a filelock.FileLock, not yet acquired)."""
        from filelock import FileLock

        return FileLock(self.path / "lock", is_singleton=False, thread_local=False)

    def is_locked(self) -> bool:
        from filelock import Timeout

        lock = self.lock()
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        lock.release()
        return False

    # -- statistics ---------------------------------------------------------------------------------------------------

    def append_stats(self, row: Row, name: str = STATS) -> None:
        """Add a row of statistics. `name` is LOOKS for rows with vitals, of which a run of days has a few hundred."""
        append_row(self.path / name, row)

    def read_stats(self, attempt: int = -1, offset: int = 0) -> tuple[list[Row], int, int]:
        """Rows after a cursor: (rows, attempt, offset). A cursor of another attempt, or past the end, starts over.

        A row has nimg, sec, images_per_sec, mem_mb and the columns of the players: d_loss, g_loss, d_real, r1, …
        """
        current = self._stored_status()["attempt"]
        rows, offset = read_rows(self.path / STATS, offset if attempt == current else 0)
        return rows, current, offset

    def history(self, count: int) -> list[Row]:
        """The last `count` rows and, before them, at most as many of the whole run's rows with vitals."""
        rows = self.last_stats(count)
        looks = self.last_stats(count, LOOKS) if rows else []
        return [row for row in looks if row["nimg"] < rows[0]["nimg"]] + rows

    def last_stats(self, count: int, name: str = STATS) -> list[Row]:
        """The last rows, at most `count`."""
        return last_rows(self.path / name, count)

    def drop_stats_after(self, nimg: int) -> None:
        """Remove the rows and grids that a resume from `nimg` images supersedes."""
        for name in (STATS, LOOKS):
            drop_rows_after(self.path / name, nimg)
        for path in self.samples():
            if int(path.stem) > nimg:
                path.unlink()

    # -- pictures -----------------------------------------------------------------------------------------------------

    @property
    def samples_folder(self) -> Path:
        return self.path / "samples"

    def samples(self) -> list[Path]:
        """All sample grids, oldest first; the stem is nimg."""
        return sorted((p for p in self.samples_folder.glob("*.webp") if p.stem.isdigit()), key=nimg_of)

    def sample_path(self, nimg: int) -> Path:
        return self.samples_folder / f"{nimg:09d}.webp"

    @property
    def real_path(self) -> Path:
        """A grid of real images, as large as the sample grids."""
        return self.samples_folder / "real.webp"

    @property
    def timelapse_path(self) -> Path:
        return self.samples_folder / "timelapse.mp4"

    # -- snapshots (the averaged generator, as a generator folder) and states (everything) ----------------------------

    def snapshots(self) -> list[Path]:
        """Complete snapshot folders, newest first; the name is nimg."""
        folders = (p for p in (self.path / "snapshots").glob("*") if p.name.isdigit())
        return sorted((p for p in folders if generators_in(p)), key=nimg_of, reverse=True)

    def write_snapshot(self, nimg: int, write: Callable[[Path], None]) -> Path:
        """`write(folder)` fills a temporary folder, which then takes its place. The last KEEP_SNAPSHOTS are kept, and the best."""
        target = self.path / "snapshots" / f"{nimg:09d}"
        temporary = target.with_name(f".tmp-{target.name}")
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        try:
            write(temporary)
            if target.exists():
                shutil.rmtree(target)
            os.replace(temporary, target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        best = self.best_snapshot()
        for old in self.snapshots()[KEEP_SNAPSHOTS:]:
            if old != best:
                shutil.rmtree(old, ignore_errors=True)
        return target

    def best_snapshot(self) -> Path | None:
        """That with the least live figure (see live.py), the newer one of two equal ones; None where none has one."""
        figures = {
            folder: live_figure(next(iter(generators_in(folder).values()))) for folder in self.snapshots()
        }
        known = {folder: value for folder, value in figures.items() if value is not None}
        return min(known, key=known.__getitem__, default=None)

    def snapshot(self, wanted: str = "") -> Path | None:
        """A snapshot by its name NIMG, the best one for BEST, the newest for ""; None if there is no such one.

        NIMG/NAME is one generator of a snapshot that has several; see generators_in.
        """
        name, _, inner = wanted.partition("/")
        if name == BEST:
            found = self.best_snapshot()
        else:
            found = next((folder for folder in self.snapshots() if name in ("", folder.name)), None)
        return generators_in(found).get(inner) if found and inner else found

    def states(self) -> list[Path]:
        """Files that a resume can start from, newest first."""
        found = (p for p in self.path.glob("state-*.pt") if nimg_of(p) >= 0)
        return sorted(found, key=nimg_of, reverse=True)

    def write_state(self, nimg: int, write: Callable[[Path], None]) -> Path:
        """The last KEEP_STATES are kept, and the last good one, which a later one may have to be rolled back to."""
        target = self.path / f"state-{nimg:09d}.pt"
        with replacing(target) as temporary:
            write(temporary)
        good = self._stored_status().get("good")
        for old in self.states()[KEEP_STATES:]:
            if nimg_of(old) != good:
                old.unlink(missing_ok=True)
        return target

    def adopt_state(self, state: Path) -> None:
        """Begin from another run's state: a copy, because that run removes its old ones."""
        with replacing(self.path / state.name) as temporary:
            shutil.copyfile(state, temporary)

    def good_state(self) -> Path | None:
        """The last state saved while nothing was wrong, else the oldest there is; None where there is none."""
        states, good = self.states(), self._stored_status().get("good")
        return next((state for state in states if nimg_of(state) == good), states[-1] if states else None)

    def latest(self) -> Run:
        """The run that went on from this one by itself, and so on; itself where none did."""
        child = self.path.with_name(self._stored_status().get("child") or self.name)
        return self if child == self.path or not child.is_dir() else Run(child).latest()

    def set_aside(self, state: Path) -> None:
        """Rename an unreadable state, so that it neither counts as the newest nor pushes out good ones."""
        os.replace(state, state.with_suffix(".unreadable"))

    def remove_leftovers(self) -> None:
        """Remove what a killed process left half-written. Only for the driver: its own writes are the large ones."""
        for pattern in (".tmp-*.pt", ".tmp-*.jsonl", "samples/.tmp-*.webp", "snapshots/.tmp-*"):
            for path in self.path.glob(pattern):
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    # -- the folder as a whole ----------------------------------------------------------------------------------------

    def log(self, text: str) -> None:
        with open(self.path / "log.txt", "a", encoding="utf-8") as file:
            file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')}  {text.rstrip()}\n")

    def rename(self, name: str) -> Run:
        check_name(name)
        self._check_idle("renamed")
        target = self.path.with_name(name)
        if target.exists():
            raise ValueError(f"there is already a run named {name!r}.")
        os.rename(self.path, target)
        return Run(target)

    def delete(self) -> None:
        self._check_idle("deleted")
        shutil.rmtree(self.path)

    def export(self, target: Path) -> Path:
        """Write the whole run into a ZIP file. ValueError while it is at work: files would come and go meanwhile."""
        import zipfile

        self._check_idle("exported")
        with replacing(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
            for path in sorted(self.path.rglob("*")):
                inside = path.relative_to(self.path)
                if (
                    path.is_file()
                    and path.name != "lock"
                    and not any(p.startswith(".tmp-") for p in inside.parts)
                ):
                    archive.write(path, Path(self.name) / inside)
        return target

    def _check_idle(self, verb: str) -> None:
        if self.is_locked():
            raise ValueError(f"run {self.name!r} is at work and cannot be {verb}; stop it first.")


def generators_in(snapshot: Path) -> dict[str, Path]:
    """The generator folders of a snapshot: {"": snapshot} for a single one, {"a2b": …, "b2a": …} for several."""
    if (snapshot / "config.json").exists():
        return {"": snapshot}
    return {p.name: p for p in sorted(snapshot.glob("*")) if (p / "config.json").exists()}


def nimg_of(path: Path) -> int:
    """The number of images in the name of a grid, snapshot or state (wider numbers sort last, too); -1 without one."""
    digits = path.name.split(".")[0].removeprefix("state-")
    return int(digits) if digits.isdigit() else -1


NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def check_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ValueError(
            f"a run's name has 1 to 80 letters, digits, dots, dashes and underscores; {name!r} does not."
        )
