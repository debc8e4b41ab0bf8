"""Clock: how long a run has trained, over all attempts, without the time it waited for a full disk."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class Clock:
    """Counts seconds of training, from now on. `before` are those of earlier attempts."""

    def __init__(self, before: float = 0.0):
        self.before = before
        self.began = time.monotonic()

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
