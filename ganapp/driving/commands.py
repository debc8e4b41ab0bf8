"""The command file of a run, as the process sees it that works on the run: run, pause, stop or save."""

from __future__ import annotations

import time

from ganapp.runs import Run

COMMAND_SEC = 0.25  # between two looks at the command file


class Ended(Exception):
    """The command file asks for an end before there is anything to save: `state` is "paused" or "stopped"."""

    def __init__(self, state: str):
        super().__init__(state)
        self.state = state


class Commands:
    """Reads the command file of one run, no more often than every COMMAND_SEC where that is enough."""

    def __init__(self, run: Run):
        self.run = run
        self.read_at = 0.0

    def read(self) -> str:
        self.read_at = time.monotonic()
        return self.run.command()

    def read_if_due(self) -> str:
        """The command, or "run" if it was read a moment ago."""
        return self.read() if time.monotonic() - self.read_at > COMMAND_SEC else "run"

    def asks_to_end(self) -> bool:
        return self.read() in ("pause", "stop")

    def raise_if_asked_to_end(self) -> None:
        word = self.read()
        if word in ("pause", "stop"):
            raise Ended("paused" if word == "pause" else "stopped")
