"""One thread for all networks of a page, and whose turn it is: live requests first, the others in order.

It does not know what is computed. A live request waits for at most one piece of a film. Of the waiting ones
of one asker only the newest is kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from typing import Any

LIVE_IN_A_ROW = 4  # then one of the others has its turn, so that films end while people drag
MOST_LIVE = 64  # that wait at a time
Job = tuple[Future, Callable[[], Any]]


class Superseded(Exception):
    """A newer live request of the same asker came before this one had its turn, or too many others."""


class Turns:
    """Runs functions one after another in a thread of its own, which begins with the first one."""

    def __init__(self, name: str, prepare: Callable[[], None]) -> None:
        """prepare: is run in the thread before everything else."""
        self._name, self._prepare = name, prepare
        self._waiting = threading.Condition()
        self._live: OrderedDict[str, Job] = OrderedDict()  # by who asks, oldest first
        self._others: deque[Job] = deque()
        self._in_a_row = 0
        self._thread: threading.Thread | None = None

    def begin(self) -> None:
        """Start the thread, if it has not been: what it prepares takes seconds the first time."""
        with self._waiting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
                self._thread.start()

    def compute(self, function: Callable, *args: Any) -> Any:
        """function(*args), in its turn and in the caller's context. What it raises is raised here."""
        return self._wait_for(function, args, None)

    def compute_live(self, asker: str, function: Callable, *args: Any) -> Any:
        """The same before the others. Raises Superseded if the asker wants something newer meanwhile."""
        return self._wait_for(function, args, asker)

    def _wait_for(self, function: Callable, args: tuple, asker: str | None) -> Any:
        future: Future = Future()
        context = copy_context()  # by which ZeroGPU knows whose request it is
        job = future, lambda: context.run(function, *args)
        with self._waiting:
            if asker is None:
                self._others.append(job)
            else:
                self._put(asker, job)
            self._waiting.notify()
        self.begin()
        return future.result()

    def _put(self, asker: str, job: Job) -> None:
        dropped = [self._live.pop(asker)] if asker in self._live else []
        if len(self._live) >= MOST_LIVE:
            dropped.append(self._live.popitem(last=False)[1])
        self._live[asker] = job
        for future, _ in dropped:
            future.set_exception(Superseded())

    def _work(self) -> None:
        self._prepare()
        while True:
            with self._waiting:
                self._waiting.wait_for(lambda: self._live or self._others)
                future, run = self._next()
            try:
                future.set_result(run())
            except BaseException as error:  # noqa: BLE001 - whatever it is, it belongs to the one who asked
                future.set_exception(error)

    def _next(self) -> Job:
        if self._live and (not self._others or self._in_a_row < LIVE_IN_A_ROW):
            self._in_a_row += 1
            return self._live.popitem(last=False)[1]
        self._in_a_row = 0
        return self._others.popleft()
