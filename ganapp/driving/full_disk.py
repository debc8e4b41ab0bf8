"""Writer: writes of a run that survive a full disk.

The run is paused with the reason and stays in memory; it goes on when a command says so.
"""

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
    """Does all writes of the process that works on a run. `observe` sees each status as it is written."""

    def __init__(self, run: Run, clock: Clock, observe: Callable[[dict[str, Any]], None]):
        self.run, self.clock, self.observe = run, clock, observe

    def write_status(self, **changes: Any) -> None:
        """Merge changes into the status (see Run.write_status), and pass the whole to `observe`."""
        self.run.write_status(**changes)
        self.observe(self.run.status())

    def write_log(self, text: str) -> bool:
        """Add to log.txt. Returns False if the disk is full."""
        return self.write_unless_full(lambda: self.run.log(text))

    def write_unless_full(self, write: Callable[[], Any]) -> bool:
        """Call write(). Returns whether it succeeded: False if the disk is full. Other errors are raised.

        For what may be lost, or is written again with the next status.
        """
        try:
            write()
        except OSError as error:
            if not is_full_disk(error, self.run.path):
                raise
            return False
        return True

    def retry_when_disk_has_room(self, write: Callable[[], Any]) -> Any:
        """Return write(). If the disk is full, pause with the reason, and try again after a command to go on.

        The clock is stopped meanwhile. Raises commands.Ended if the command is to stop.
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
        """Write the command "pause", for which there may be no room at first, and wait for another one."""
        pause_written = False
        while True:
            pause_written = pause_written or self.write_unless_full(lambda: self.run.send("pause"))
            self.write_unless_full(lambda: self.write_status(state="paused", reason=FULL_DISK))
            time.sleep(commands.COMMAND_SEC)
            command = self.run.command()
            if pause_written and command == "stop":
                raise commands.Ended("stopped")
            if pause_written and command != "pause":
                return
