"""Work that takes seconds and shows how far it is: one job at a time for all, one of each visitor, in order.

It does not know what is worked on. Each job is an iterator of states, of which the newest is kept. A job that
is stopped keeps what it has; what a job left is kept for hours.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from ..access.paths import sentence_of
from ..generate.outputs import KEPT_SEC
from ..generate.studio import deadline

MOST_KEPT, MOST_EACH = 40, 6  # jobs that have ended, of all and of one visitor
MOST_WAITING = 20


@dataclass(eq=False)
class Job:
    """`state` is waiting, working, done, stopped or failed; `latest` the newest that the work has given."""

    visitor: str
    work: Callable[[], Iterator[Any]]
    finish: Callable[[Any], Any]  # of the last state; its result is `result`
    state: str = "waiting"
    latest: Any = None
    result: Any = None
    error: str = ""
    at: float = field(default_factory=time.monotonic)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def has_ended(self) -> bool:
        return self.state not in ("waiting", "working")


class Jobs:
    """The jobs of one page, by names that cannot be guessed."""

    def __init__(self, limit_sec: float = 0, left: Callable[[Any], Any] = lambda latest: latest) -> None:
        """limit_sec: a job is stopped after so long, and keeps what it has; 0: never.

        left(latest): what of its last state is kept for hours.
        """
        self.limit_sec, self.left = limit_sec, left
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(
        self, visitor: str, work: Callable[[], Iterator[Any]], finish: Callable[[Any], Any]
    ) -> str:  # fmt: skip
        """Queue a job in place of the visitor's last one that has not ended. Returns its name.

        Raises ValueError (message fit for the user) if too many wait.
        """
        with self._changed:
            for job in self._jobs.values():
                if job.visitor == visitor:
                    job.stop.set()
                    job.state = "stopped" if job.state == "waiting" else job.state
            if sum(job.state == "waiting" for job in self._jobs.values()) >= MOST_WAITING:
                raise ValueError(f"{MOST_WAITING} others are waiting already: try again in a minute.")
            self._forget(visitor)
            name = secrets.token_urlsafe(9)
            self._jobs[name] = Job(visitor, work, finish)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="fits", daemon=True)
                self._thread.start()
            self._changed.notify()
        return name

    def find(self, visitor: str, name: Any) -> Job:
        """Raises ValueError (message fit for the user) if the visitor has no such job any more."""
        job = self._jobs.get(name)
        if job is None or job.visitor != visitor:
            raise ValueError("This work is no longer there: start it again.")
        return job

    def place(self, job: Job) -> int:
        """How many jobs are before it; 0 if it is worked on or has ended."""
        with self._changed:
            others = [one for one in self._jobs.values() if not one.has_ended]
        return others.index(job) if job.state == "waiting" and job in others else 0

    def _forget(self, visitor: str) -> None:
        """Forget what is old, and the oldest of what is too many."""
        ended = [(name, job) for name, job in self._jobs.items() if job.has_ended]
        own = [name for name, job in ended if job.visitor == visitor]
        old = [name for name, job in ended if time.monotonic() - job.at > KEPT_SEC]
        for name in {*old, *own[: -MOST_EACH or None], *[n for n, _ in ended][:-MOST_KEPT]}:
            del self._jobs[name]

    def _next(self) -> Job | None:
        return next((job for job in self._jobs.values() if job.state == "waiting"), None)

    def _work(self) -> None:
        import torch

        torch.set_num_threads(1)  # of this thread
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._next() is not None)
                job = self._next()
                job.state = "working"
            self._carry_out(job)
            job.work = job.finish = None  # they hold the model and the picture

    def _carry_out(self, job: Job) -> None:
        try:
            check_time = deadline(self.limit_sec)
            for latest in job.work():
                job.latest = latest
                if job.stop.is_set() or _is_over(check_time):
                    break
            job.result = job.finish(job.latest)
            job.latest = self.left(job.latest)
            job.state = "stopped" if job.stop.is_set() else "done"
        except (ValueError, OSError) as error:
            self._fail(job, sentence_of(error))
        except Exception:  # the page goes on; the log has the traceback
            logging.getLogger(__name__).exception("a fit failed")
            self._fail(job, "That failed here; the server's log says why.")

    @staticmethod
    def _fail(job: Job, error: str) -> None:
        job.error, job.latest, job.state = error, None, "failed"


def _is_over(check_time: Callable[[], None]) -> bool:
    try:
        check_time()
    except ValueError:
        return True
    return False
