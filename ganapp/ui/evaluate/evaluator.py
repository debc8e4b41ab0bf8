"""What the Evaluate tab does, without the page: one evaluation at a time, in a thread of its own.

A closed page changes nothing: the figures are stored in the run, or beside the generator, and shown when the
model is chosen again. The HTML is in figures.py.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ganapp import metrics
from ganapp.data import NAMED, Cancelled
from ganapp.runs import Run

from ..generate.models import Models

SAMPLES = 12  # with their nearest training pictures
IMAGES = 2_000  # of each set: a minute or two, where the published numbers take an hour on a processor
NICE = 10


class Evaluation:
    """One evaluation, running or done. `what`, `done`, `total`: its progress; `error`: a sentence or ""."""

    def __init__(
        self, models: Models, source: str, data: str, names: list[str], images: int, repeats: int, seed: int
    ) -> None:
        self.models, self.source, self.data, self.names = models, source, data, names
        self.images, self.repeats, self.seed = images, repeats, seed
        self.done, self.total, self.what = 0, None, ""
        self.figures: list[dict[str, Any]] = []
        self.neighbours: metrics.Neighbours | None = None
        self.error = ""
        self.cancel = threading.Event()
        self.thread = threading.Thread(target=self._work, name="evaluation", daemon=True)

    def _work(self) -> None:
        try:
            _step_back()
            setting = metrics.prepare(
                self.models.find(self.source), self.data, self.seed,
                progress=self._progress, cancelled=self.cancel.is_set,
            )  # fmt: skip
            figures = metrics.measure(setting, self.names, self.images, self.repeats)
            self.figures = [figure.to_json() for figure in figures]
            metrics.store(setting, figures)
            self.neighbours = metrics.neighbours(setting, SAMPLES)
        except (ValueError, OSError, Cancelled) as error:
            self.error = str(error) or type(error).__name__
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"  # for the page; the traceback goes to the log
            raise

    def _progress(self, done: int, total: int | None, what: str) -> None:
        self.done, self.total, self.what = done, total, what


class Evaluator:
    """The evaluations of one page."""

    def __init__(self, runs: Path, checkpoints: Path, allow_paths: bool = True) -> None:
        self.models, self.allow_paths = Models(runs, checkpoints, allow_paths), allow_paths
        self.current: Evaluation | None = None
        self._lock = threading.Lock()

    def data_of(self, source: str) -> str | None:
        """The data that a run was trained on, if the source is a run or one of its snapshots."""
        run = Run(self.models.runs / source.partition("/")[0])
        try:
            data = run.config().dataset if source and run.snapshots() else None
        except ValueError:
            return None
        return data if self.allow_paths or data in NAMED else None  # a folder of the owner stays private

    def stored(self, source: str) -> list[dict[str, Any]]:
        """Figures of earlier evaluations of a listed model."""
        return metrics.figures_of(self.models.folder(source)) if source in self.models.names() else []

    def start(
        self, source: str, data: str, names: Sequence[str], images: float, repeats: float, seed: float
    ) -> Evaluation:
        """Begin an evaluation.

        Raises ValueError (message fit for the user) if something is missing or another evaluation is running.
        """
        source, data = str(source or "").strip(), str(data or "").strip()
        self.models.facts(source)  # raises ValueError if there is no such model, or it may not be named here
        if not data:
            raise ValueError("There are no pictures chosen; choose a data set, a folder or a ZIP.")
        if not self.allow_paths and data not in NAMED:
            raise ValueError(f"data is {data!r}; here it must be one of {', '.join(NAMED)}.")
        metrics.check(list(names), int(images or 0), int(repeats or 0), int(seed or 0))
        with self._lock:
            if self.is_at_work():
                raise ValueError(
                    f"An evaluation of {self.current.source} is at work: wait for it, or stop it."
                )
            asked = source, data, list(names), int(images), int(repeats), int(seed or 0)
            self.current = Evaluation(self.models, *asked)
            self.current.thread.start()
            return self.current

    def is_at_work(self) -> bool:
        return self.current is not None and self.current.thread.is_alive()

    def stop(self) -> None:
        if self.current is not None:
            self.current.cancel.set()


def _step_back() -> None:
    """Leave the processor to a training run beside it, and to the page."""
    import torch

    torch.set_num_threads(max(1, (os.cpu_count() or 1) // 2))
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
