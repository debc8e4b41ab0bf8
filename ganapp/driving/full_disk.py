"""Writing to a run when the disk may be full: pause with the reason, keep everything in memory, go on when told to."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from ganapp.runs import Run

from . import commands
from .clock import Clock
from .failures import is_full_disk

FULL_DISK = "The disk is full. Make room and press Resume: nothing is lost while this program runs."


class Writer:
    """All writes of the process that works on a run. `observe` sees each status as it is written."""

    def __init__(self, run: Run, clock: Clock, observe: Callable[[dict[str, Any]], None]):
        self.run, self.clock, self.observe = run, clock, observe

    def write_status(self, **changes: Any) -> None:
        self.run.write_status(**changes)
        self.observe(self.run.status())

    def write_log(self, text: str) -> bool:
        return self.write_unless_full(lambda: self.run.log(text))

    def write_unless_full(self, write: Callable[[], Any]) -> bool:
        """Whether it was written. What a full disk refuses here is written again with the next status."""
        try:
            write()
        except OSError as error:
            if not is_full_disk(error, self.run.path):
                raise
            return False
        return True

    def retry_when_disk_has_room(self, write: Callable[[], Any]) -> Any:
        """Return write(). On a full disk: pause with the reason and try again once told to go on.

        Raises commands.Ended if a stop gives the write up.
        """
        while True:
            try:
                return write()
            except Exception as error:
                if not is_full_disk(error, self.run.path):
                    raise
                reason = f"the disk is full: {error}"
            self.write_log(reason)
            with self.clock.stopped():
                self._wait_for_room()
            self.write_unless_full(lambda: self.write_status(state="running", reason=None))

    def _wait_for_room(self) -> None:
        """Wait for a command other than pause. The word "pause" itself may find no room at first."""
        asked = False
        while True:
            asked = asked or self.write_unless_full(lambda: self.run.send("pause"))
            self.write_unless_full(lambda: self.write_status(state="paused", reason=FULL_DISK))
            time.sleep(commands.COMMAND_SEC)
            word = self.run.command()
            if asked and word == "stop":
                raise commands.Ended("stopped")
            if asked and word != "pause":
                return
