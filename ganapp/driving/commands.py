"""The command file of a run, read by the process that works on it: run, pause, stop or save."""

from __future__ import annotations

import time
from pathlib import Path

from ganapp.runs import Run

COMMAND_SEC = 0.25  # between two reads of the command file

_asked: dict[Path, str] = {}  # words to runs of this process, for which the disk had no room


def ask(run: Run, word: str) -> None:
    """Send a command to a run that this process works on. Safe in a signal handler: it raises no OSError."""
    try:
        run.send(word)
    except OSError:
        _asked[run.path.resolve()] = word


def forget(run: Run) -> None:
    """Forget what was asked of a run while the disk was full, because it has ended."""
    _asked.pop(run.path.resolve(), None)


class Ended(Exception):
    """A command ends the run with no further save. `state` is "paused" or "stopped".

    unsaved: what was trained since the last save is lost, because the disk is full.
    """

    def __init__(self, state: str, unsaved: bool = False):
        super().__init__(state)
        self.state, self.unsaved = state, unsaved


class Commands:
    """Reads the command file of one run. read_if_due opens it at most every COMMAND_SEC."""

    def __init__(self, run: Run):
        self.run = run
        self.read_at = 0.0

    def read(self) -> str:
        """The command in the file: "run", "pause", "stop" or "save"; "run" if there is none."""
        self.read_at = time.monotonic()
        if _asked and (word := _asked.get(self.run.path.resolve())):
            return word
        return self.run.command()

    def read_if_due(self) -> str:
        """The command, or "run" if the file was read less than COMMAND_SEC ago."""
        return self.read() if time.monotonic() - self.read_at > COMMAND_SEC else "run"

    def asks_to_end(self) -> bool:
        """Whether the command is pause or stop."""
        return self.read() in ("pause", "stop")

    def raise_if_asked_to_end(self) -> None:
        """Raise Ended if the command is pause or stop."""
        command = self.read()
        if command in ("pause", "stop"):
            raise Ended("paused" if command == "pause" else "stopped")
