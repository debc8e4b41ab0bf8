"""Clock: how long a run has trained, over all attempts.

The time it waited for a full disk is left out, and that in which its process was stopped or the machine
asleep.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

BEAT_SEC = 1.0  # between two beats of the thread that watches
GAP_SEC = 5.0  # two beats further apart than this are a gap,
GAP_USE = 0.1  # if the processor time of the whole process was less than this share of it


class Clock:
    """Counts seconds of training, from now on. `before` are those of earlier attempts.

    Safe to use from several threads.
    """

    def __init__(self, before: float = 0.0):
        self.lock = threading.RLock()
        self.gap = 0.0  # seconds of gaps that take_gap has not returned yet
        self.is_waiting = False
        self.start(before)

    def start(self, before: float) -> None:
        """Begin an attempt now."""
        with self.lock:
            self.before = before
            self.began = self.beaten = time.monotonic()
            self.used = time.process_time()

    def sec(self) -> float:
        """Seconds of training in all attempts, which the budget of the run limits."""
        return self.before + self.attempt_sec()

    def attempt_sec(self) -> float:
        """Seconds of training since this attempt began."""
        with self.lock:
            self.beat()
            return self.beaten - self.began

    def beat(self) -> None:
        """Say that the process runs. What lies since the last beat is not counted if it did not run.

        A call that keeps every other thread from running for long is no gap: it uses the processor.
        """
        with self.lock:
            now, used = time.monotonic(), time.process_time()
            gap = now - self.beaten
            if gap > GAP_SEC and used - self.used < GAP_USE * gap and not self.is_waiting:
                self.began += gap
                self.gap += gap
            self.beaten, self.used = now, used

    def take_gap(self) -> float:
        """Seconds of the gaps since the last call: they were not counted."""
        with self.lock:
            gap, self.gap = self.gap, 0.0
            return gap

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Inside, a thread beats, so that a gap is found wherever it falls: in a step, a save or a grid."""
        ended = threading.Event()

        def watch() -> None:
            while not ended.wait(BEAT_SEC):
                self.beat()

        thread = threading.Thread(target=watch, name="ganapp:clock", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the clock inside."""
        self.beat()
        began = time.monotonic()
        self.is_waiting = True
        try:
            yield
        finally:
            with self.lock:
                self.beat()
                self.began += self.beaten - began
                self.is_waiting = False
