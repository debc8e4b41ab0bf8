"""Writer: writes of a run that survive a full disk, a used up quota and a limit on file size.

The run is paused with the reason and stays in memory; it goes on when a command says so. A small file is kept
in reserve, whose room the status and the log get.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from ganapp.runs import Run, nimg_of

from . import commands
from .clock import Clock
from .failures import code_of, is_full_disk

RESERVE = "reserve"  # the name of the file
RESERVE_BYTES = 64 * 1024
FULL_DISK = "The disk is full. Make room and press Resume"
REASONS = {
    getattr(errno, "EDQUOT", errno.ENOSPC): "The quota of this disk is used up. Make room and press Resume",
    errno.EFBIG: "A file would exceed the limit on file size (ulimit -f). Raise it and press Resume",
    errno.ENOSPC: FULL_DISK,
}


class Writer:
    """Does all writes of the process that works on a run. `observe` sees each status as it is written."""

    def __init__(self, run: Run, clock: Clock, observe: Callable[[dict[str, Any]], None]):
        self.run, self.clock, self.observe = run, clock, observe

    def keep_reserve(self) -> None:
        """Write the file in reserve, unless it is there or the disk has no room for it."""
        path = self.run.path / RESERVE
        with suppress(OSError):
            if not path.exists():
                path.write_bytes(os.urandom(RESERVE_BYTES))  # zeros might take no room

    def give_back_reserve(self) -> None:
        """Remove the file in reserve."""
        with suppress(OSError):
            (self.run.path / RESERVE).unlink()

    def write_status(self, **changes: Any) -> None:
        """Merge changes into the status (see Run.write_status), and pass the whole to `observe`.

        If the disk is full, `observe` is told all the same before the error is raised.
        """
        try:
            self.run.write_status(**changes)
        except OSError:
            self.observe({**self.run.status(), **changes})
            raise
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

    def retry_when_disk_has_room(self, write: Callable[[], Any], size: int = 0) -> Any:
        """Return write(). If the disk is full, pause with the reason, and try again after a command to go on.

        size: about how many bytes it writes (see is_full_disk). The clock is stopped meanwhile. Raises
        commands.Ended if the command is to stop.
        """
        while True:
            try:
                return write()
            except Exception as error:
                if not is_full_disk(error, self.run.path, size):
                    raise
                kept = f"nothing is lost while this program runs. {last_save(self.run)}"
                reason = f"{full_disk_reason(error)}: {kept}"
                details = f"the disk is full: {error}"
            # Here the half-written file is gone, and the error with what it referred to.
            with self.clock.stopped():
                self.give_back_reserve()
                self._wait_for_room(reason, details)
            self.keep_reserve()
            self.write_unless_full(lambda: self.write_status(state="running", reason=None))

    def _wait_for_room(self, reason: str, details: str) -> None:
        """Say that the disk is full, write the command "pause", and wait for another one.

        There may be no room for either at first.
        """
        pause_written = logged = False
        while True:
            self.write_unless_full(lambda: self.write_status(state="paused", reason=reason))
            pause_written = pause_written or self.write_unless_full(lambda: self.run.send("pause"))
            logged = logged or self.write_log(details)
            time.sleep(commands.COMMAND_SEC)
            command = self.run.command()
            if pause_written and command == "stop":
                raise commands.Ended("stopped", unsaved=True)
            if pause_written and command != "pause":
                return


def full_disk_reason(error: BaseException) -> str:
    """What there is no room for, and what to do about it; a sentence without its end."""
    return REASONS.get(code_of(error), FULL_DISK)


def last_save(run: Run) -> str:
    """A sentence: what of a run is on the disk."""
    states = run.states()
    return f"The last save is at {nimg_of(states[0]):,} images." if states else "Nothing has been saved yet."
