"""Clock: how long a run has trained, over all attempts.

The time it waited for a full disk is left out, and that in which its process was stopped or the machine asleep.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

GAP_SEC, GAP_TIMES = 10.0, 10.0  # a step is a gap from so many seconds and from so many times the usual
FORGETS = 0.99  # by step, how fast the longest one is forgotten


class Clock:
    """Counts seconds of training, from now on. `before` are those of earlier attempts."""

    def __init__(self, before: float = 0.0):
        self.before = before
        self.began = time.monotonic()
        self.usual = 0.0  # seconds of a long step

    def sec(self) -> float:
        """Seconds of training in all attempts, which the budget of the run limits."""
        return self.before + self.attempt_sec()

    def attempt_sec(self) -> float:
        """Seconds of training since this attempt began."""
        return time.monotonic() - self.began

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the clock inside."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.began += time.monotonic() - began

    def note_step(self, sec: float) -> float:
        """Note how long a step took. Returns the seconds that are not counted: the gap, if it was one, else 0.

        A step cannot take ten times as long as the longest before: the process did not run meanwhile.
        """
        if self.usual and sec > max(GAP_SEC, GAP_TIMES * self.usual):
            gap = sec - self.usual
            self.began += gap
            return gap
        self.usual = max(sec, FORGETS * self.usual)
        return 0.0
