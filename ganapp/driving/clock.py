"""How long a run has trained: over all attempts, without the time in which it waited for a full disk."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Seconds of training. `before` are those of earlier attempts."""

    def __init__(self, before: float = 0.0):
        self.before = before
        self.began = time.monotonic()

    def sec(self) -> float:
        """Seconds of training of the whole run: what its budget counts."""
        return self.before + self.attempt_sec()

    def attempt_sec(self) -> float:
        """Seconds of training since this attempt began."""
        return time.monotonic() - self.began

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Do not count the time inside."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.began += time.monotonic() - began
