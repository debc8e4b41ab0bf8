"""A budget of memory that decoding threads share, so that large pictures wait for each other.

It counts what decode.py says that a picture takes; it does not measure.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

DECODING_BYTES = 440_000_000  # of all pictures that are decoded at a time, with their files
FILE_SHARE = 1.25  # of its size that a file takes while it is read out of a ZIP


class NeedsMore(Exception):
    """The budget has not enough left now. The holder must let go and hold `size` bytes from the start."""

    def __init__(self, size: int):
        super().__init__(f"{size:,} bytes are needed")
        self.size = size


class Budget:
    """Bytes that threads hold. Who waits holds nothing, so no two threads wait for each other."""

    def __init__(self, total: int):
        self.total = self._free = total
        self._changed = threading.Condition()
        self._waiting: deque = deque()
        self._held = threading.local()

    @contextmanager
    def hold(self, size: int) -> Iterator[None]:
        """Hold `size` bytes, at most all; wait for them in the order of arrival."""
        ticket, size = object(), min(size, self.total)
        with self._changed:
            self._waiting.append(ticket)
            self._changed.wait_for(lambda: self._waiting[0] is ticket and self._free >= size)
            self._waiting.popleft()
            self._free -= size
            self._changed.notify_all()
        self._held.size = size
        try:
            yield
        finally:
            with self._changed:
                self._free += self._held.size
                self._changed.notify_all()
            del self._held.size

    def extend(self, size: int) -> None:
        """Hold at least `size` bytes from now on. Raises NeedsMore if they are not free.

        A thread that holds nothing may take any amount: only threads of a pool share the budget.
        """
        held = getattr(self._held, "size", None)
        if held is None or held >= size:
            return
        with self._changed:
            if self._free + held < size:
                raise NeedsMore(size)
            self._free -= size - held
            self._held.size = size


DECODING = Budget(DECODING_BYTES)
