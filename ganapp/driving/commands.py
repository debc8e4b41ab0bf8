"""The command file of a run, read by the process that works on it: run, pause, stop or save."""

from __future__ import annotations

import time

from ganapp.runs import Run

COMMAND_SEC = 0.25  # between two reads of the command file


class Ended(Exception):
    """A command ends the run with no further save. `state` is "paused" or "stopped"."""

    def __init__(self, state: str):
        super().__init__(state)
        self.state = state


class Commands:
    """Reads the command file of one run. read_if_due opens it at most every COMMAND_SEC."""

    def __init__(self, run: Run):
        self.run = run
        self.read_at = 0.0

    def read(self) -> str:
        """The command in the file: "run", "pause", "stop" or "save"; "run" if there is none."""
        self.read_at = time.monotonic()
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
