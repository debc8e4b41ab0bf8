"""A run in the foreground: its progress on a terminal, and what Ctrl-C does to it.

Trains nothing: it reads statuses and sends a command to the run.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ganapp.config import TrainConfig
from ganapp.runs import Run

LINE_SEC = 30.0  # between two lines of progress if stdout is no terminal


@contextmanager
def pausing_on_signals(run: Run, progress: Progress) -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal ask the run to save and pause; a second Ctrl-C ends at once."""

    from ganapp.driving.commands import ask

    def pause(number, frame):
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        if progress.waits_for_room:
            raise KeyboardInterrupt  # paused already, and the disk is too full to save
        ask(run.latest(), "pause")
        progress.tell("Saving; Ctrl-C again ends at once, without.")

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {getattr(signal, name): signal.getsignal(getattr(signal, name)) for name in names}
    for number, handler in before.items():
        # What nohup ignores stays ignored. A shell's & ignores SIGINT, too, but there only kill sends it.
        if handler is not signal.SIG_IGN or number == signal.SIGINT:
            signal.signal(number, pause)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)


class Progress:
    """Progress on stdout: one line, rewritten, on a terminal; elsewhere a new line every LINE_SEC seconds."""

    def __init__(self, run: Run):
        self.run = run
        self.state = ""
        self.waits_for_room = False
        self.live = sys.stdout.isatty()
        self.config = run.config()
        self.cursor = (-1, 0)
        self.row: dict[str, float] = {}
        self.shown = 0.0
        self.width = 0  # of the line that was written last

    def show(self, status: dict[str, Any]) -> None:
        """Called by the driver with each status that it writes."""
        changed, self.state = status["state"] != self.state, status["state"]
        self.waits_for_room = self.state == "paused" and bool(status.get("reason"))  # the disk is full
        if self.live or changed or time.monotonic() - self.shown > LINE_SEC:
            self.shown = time.monotonic()
            rows, *self.cursor = self.run.read_stats(*self.cursor)
            for row in rows:  # not every row has every column
                self.row |= row
            self.write(progress_line(status, self.config, self.row))

    def write(self, line: str) -> None:
        try:
            if self.live:
                line = line[: shutil.get_terminal_size().columns - 1]
                print("\r" + line.ljust(self.width), end="", flush=True)
                self.width = len(line)
            else:
                print(line, flush=True)
        except OSError:  # the terminal was closed; the run goes on
            sys.stdout = open(os.devnull, "w")  # noqa: SIM115
            self.live = False

    def tell(self, text: str) -> None:
        """Write a separate line. Safe in a signal handler, unlike print, which may be interrupted."""
        try:
            os.write(sys.stdout.fileno(), (("\n" if self.live else "") + text + "\n").encode())
        except (OSError, ValueError):
            return
        self.width = 0

    def finish(self) -> None:
        if self.live and self.width:
            print()


def progress_line(status: dict[str, Any], config: TrainConfig, row: dict[str, float]) -> str:
    """One line: running   [####------]  123.4 of 1,000 kimg  450 images/s  32 min left  G 0.71  D 1.38"""
    state = status["state"]
    if status.get("preparing"):
        done, total, what = status["preparing"]
        return f"{state:<8}  {what}: {done:,}" + (f" of {total:,}" if total else "")
    if state in ("queued", "starting"):
        about = "waiting for the device" if state == "queued" else "preparing the data and this machine"
        return f"{state:<8}  {about}"
    if status.get("reason"):
        return f"{state:<8}  {status['reason']}"
    part, left = how_far(status, config)
    bar = "#" * int(part * 20)
    kimg = f"{status['nimg'] / 1000:,.1f}"
    budget = f"{kimg} kimg" if config.minutes_only else f"{kimg} of {config.kimg:,g} kimg"
    parts = [f"{state:<8}", f"[{bar:-<20}]", budget]
    if status.get("images_per_sec"):
        parts.append(f"{status['images_per_sec']:,.0f} images/s")
    if left is not None and state == "running":
        parts.append(f"{span(left)} left")
    parts += [f"{name[0].upper()} {row[name]:.3g}" for name in ("g_loss", "d_loss") if name in row]
    return "  ".join(parts)


def how_far(status: dict[str, Any], config: TrainConfig) -> tuple[float, float | None]:
    """(part of the budget that is used, 0 to 1; seconds left, or None if not known yet)."""
    nimg, sec, speed = status["nimg"], status["sec"], status.get("images_per_sec")
    part = nimg / (config.kimg * 1000)
    left = (config.kimg * 1000 - nimg) / speed if speed else None
    if config.minutes:
        part = max(part, sec / (config.minutes * 60))
        rest = config.minutes * 60 - sec
        left = rest if left is None else min(left, rest)
    return min(part, 1.0), None if left is None else max(left, 0.0)


def span(sec: float) -> str:
    """8 s, 12 min, 3 h 05 min."""
    if sec < 100:
        return f"{sec:.0f} s"
    minutes = round(sec / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"
