"""What the Evaluate tab does, without the page: evaluations in threads of their own.

The HTML is in figures.py. The owner has one at a time, and a closed page changes nothing: the figures are
stored in the run, or beside the generator, and shown when the model is chosen again. A visitor of a Space has
one, too, within LIMITS. It is stored nowhere, waits for those of other visitors, and ends with its page.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ganapp import metrics
from ganapp.config.tasks import PAIRED
from ganapp.data import BUILT_IN, Cancelled
from ganapp.runs import Run

from ..generate.models import Models

SAMPLES = 12  # with their nearest training pictures
IMAGES = 2_000  # of each set: a minute or two, where the published numbers take an hour on a processor
NICE = 10
OWNER = ""  # who asks, where it is the owner, or anybody on a person's own machine
MOST_WAITING = 8  # evaluations of visitors
POLL_SEC = 0.1
LEAST_SHARE = 0.15  # of the whole that is done before the time left is told


class Limits(NamedTuple):
    """What a visitor may ask for."""

    images: int = IMAGES
    repeats: int = metrics.REPEATS
    names: tuple[str, ...] = metrics.WITHOUT_DOWNLOAD
    sec: float = 300  # that one may take, without the time that it waits


LIMITS = Limits()


class Evaluation:
    """One evaluation, running or done.

    `what`, `done`, `total`: what it does now; `share`: how much of the whole is done, from 0 to 1. `figures`:
    those so far; `stopped`: whether a person ended it before the rest. `error`: a sentence or "".
    """

    def __init__(
        self, models: Models, source: str, data: str, names: list[str], images: int, repeats: int, seed: int,
        turn: threading.Lock | None = None, sec: float = 0,
    ) -> None:  # fmt: skip
        """A visitor's evaluation has a `turn`, for which it waits, and is not stored.

        sec: how long it may take then; 0: any time.
        """
        self.models, self.source, self.data, self.names = models, source, data, names
        self.images, self.repeats, self.seed = images, repeats, seed
        self.done, self.total, self.what = 0, None, ""
        self.began, self.share, self.stopped = time.monotonic(), 0.0, False
        self.figures: list[dict[str, Any]] = []
        self.missing: dict[str, str] = {}  # figures that cannot be measured, and why
        self.neighbours: metrics.Neighbours | None = None
        self.answers: metrics.Answers | None = None  # of a model that takes pictures, in place of those
        self.examples: dict[str, Any] = {}  # real images of kinds that are missing, by name
        self.error = ""
        self.cancel = threading.Event()
        self.turn, self.sec, self.end = turn, sec, 0.0
        self.thread = threading.Thread(target=self._work, name="evaluation", daemon=True)

    def _work(self) -> None:
        try:
            self._wait_for_turn()
        except Cancelled as error:
            self.error = str(error)
            return
        try:
            self._measure()
        except Cancelled as error:
            self.error = self._too_long() if self._is_late() else str(error) or type(error).__name__
        except (ValueError, OSError) as error:
            self.error = str(error) or type(error).__name__
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"  # for the page; the traceback goes to the log
            raise
        finally:
            if self.turn:
                self.turn.release()

    def _wait_for_turn(self) -> None:
        if self.turn:
            self.what = "waiting for other evaluations"
            while not self.turn.acquire(timeout=POLL_SEC):
                if self.cancel.is_set():
                    raise Cancelled("cancelled")
        self.end = time.monotonic() + self.sec if self.sec else 0

    def _measure(self) -> None:
        _step_back()
        setting = metrics.prepare(
            self.models.find(self.source), self.data, self.seed, runs=self.models.runs,
            checkpoints=self.models.sources.checkpoints, progress=self._progress,
            cancelled=lambda: self.cancel.is_set() or self._is_late(),
        )  # fmt: skip
        so_far: list[metrics.Figure] = []

        def tell(share: float, figures: list[metrics.Figure]) -> None:
            # What is before the first figure, opening and the classifier, takes about the first tenth.
            self.share, so_far[:] = 0.1 + 0.8 * share, figures

        try:
            so_far[:] = metrics.measure(setting, self.names, self.images, self.repeats, self.missing, tell)
        except Cancelled:
            if not so_far or self._is_late():
                raise
            self.stopped = True  # what is measured is kept
        self.figures = [figure.to_json() for figure in so_far]
        if self.turn is None:
            metrics.store(setting, so_far)
        if self.stopped:
            return
        self.share = 0.9
        self.examples = metrics.examples(setting, metrics.missing_kinds(self.figures))
        if setting.inputs:
            self.answers = metrics.answers(setting, SAMPLES)
        else:
            self.neighbours = metrics.neighbours(setting, SAMPLES)

    def left_sec(self) -> float | None:
        """About how many seconds are left; None before that can be told."""
        if self.share < LEAST_SHARE:
            return None
        return (time.monotonic() - self.began) * (1 - self.share) / self.share

    def _is_late(self) -> bool:
        return bool(self.end) and time.monotonic() > self.end

    def _too_long(self) -> str:
        return f"This took more than {self.sec:g} s, the most for a visitor: ask for fewer images or figures."

    def _progress(self, done: int, total: int | None, what: str) -> None:
        self.done, self.total, self.what = done, total, what


class Evaluator:
    """The evaluations of one page, by who asked: OWNER, or a visitor's page."""

    def __init__(self, runs: Path, checkpoints: Path, allow_paths: bool = True) -> None:
        self.models, self.allow_paths = Models(runs, checkpoints, allow_paths), allow_paths
        self.works: dict[str, Evaluation] = {}
        self._turn, self._lock = threading.Lock(), threading.Lock()

    def data_of(self, source: str) -> str | None:
        """The data that a generator was trained on: a run's own, else the set that its origin names."""
        run = Run(self.models.runs / source.partition("/")[0])
        try:
            if source and run.snapshots():
                data = run.config().dataset
                return (
                    data if self.allow_paths or data in BUILT_IN else None
                )  # the owner's folder stays private
            facts = self.models.facts(source) if source else None
        except (ValueError, OSError):
            return None
        return metrics.data_of(facts["origin"]) if facts else None

    def has_targets(self, source: str) -> bool:
        """Whether there is a target for each input of a model, as far as that is known."""
        try:
            facts = self.models.facts(source) if source else None
        except (ValueError, OSError):
            return False
        if facts is None or facts["spec"].takes != "picture":
            return False
        return facts["origin"].get("task", PAIRED[0]) in PAIRED

    def is_other_data(self, source: str, data: str) -> bool:
        """Whether these are other pictures than the generator's own, as far as those are known."""
        own = self.data_of(source)
        return own is not None and bool(data) and data != own

    def stored(self, source: str) -> list[dict[str, Any]]:
        """Figures of earlier evaluations of a listed model."""
        if source not in self.models.names():
            return []
        return metrics.figures_of(
            self.models.folder(source), self.models.runs, self.models.sources.checkpoints
        )

    def start(
        self, source: str, data: str, names: Sequence[str], images: float, repeats: float, seed: float,
        who: str = OWNER,
    ) -> Evaluation:  # fmt: skip
        """Begin an evaluation.

        Figures that cannot be measured are noted in the evaluation's `missing`. Raises ValueError (message
        fit for the user) if a choice is missing, is beyond a visitor's limits, none of the figures can be
        measured, or another evaluation of the same person is running.
        """
        source, data = str(source or "").strip(), str(data or "").strip()
        self.models.facts(source)  # raises ValueError if there is no such model, or it may not be named here
        if not data:
            raise ValueError("There are no pictures chosen; choose a data set, a folder or a ZIP.")
        if not self.allow_paths and data not in BUILT_IN:
            raise ValueError(f"data is {data!r}; here it must be one of {', '.join(BUILT_IN)}.")
        asked = list(names), int(images or 0), int(repeats or 0), int(seed or 0)
        metrics.check(*asked, missing={})  # the work notes anew what is missing
        if who != OWNER:
            check_limits(*asked[:3])
        with self._lock:
            if self.is_at_work(who):
                raise ValueError(
                    f"An evaluation of {self.works[who].source} is at work: wait for it, or stop it."
                )
            self.works = {name: work for name, work in self.works.items() if work.thread.is_alive()}
            visitors = [name for name in self.works if name != OWNER]
            if who != OWNER and len(visitors) >= MOST_WAITING:
                raise ValueError(
                    f"{len(visitors)} evaluations are waiting already: try again in some minutes."
                )
            limited = () if who == OWNER else (self._turn, LIMITS.sec)
            work = self.works[who] = Evaluation(self.models, source, data, *asked, *limited)
            work.thread.start()
            return work

    def is_at_work(self, who: str = OWNER) -> bool:
        return who in self.works and self.works[who].thread.is_alive()

    def stop(self, who: str = OWNER) -> None:
        """End what this person began; nobody else's."""
        if who in self.works:
            self.works[who].cancel.set()


def check_limits(names: Sequence[str], images: int, repeats: int) -> None:
    """Raises ValueError (message fit for the user) if this is more than a visitor may ask for."""
    for what, value, most in (("images", images, LIMITS.images), ("repeats", repeats, LIMITS.repeats)):
        if value > most:
            raise ValueError(f"{what} is {value:,}; a visitor may ask for at most {most:,}.")
    if refused := [name for name in names if name not in LIMITS.names]:
        raise ValueError(f"{refused[0]} is not measured for visitors; these are: {', '.join(LIMITS.names)}.")


def _step_back() -> None:
    """Leave the processor to a training run beside it, and to the page."""
    import torch

    torch.set_num_threads(max(1, (os.cpu_count() or 1) // 2))
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
