"""What the Evaluate tab does, without the page: one evaluation at a time in a thread of its own, its figures as HTML.

A closed page changes nothing: the figures are stored in the run, or beside the generator, and shown when it is chosen again.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

from ganapp import metrics
from ganapp.data import NAMED, Cancelled
from ganapp.metrics.figure import common
from ganapp.runs import Run

from ..generate.studio import Studio
from ..shared.html import both, data_uri, note
from ..shared.strings import STRINGS

SAMPLES = 12  # with their nearest training pictures
IMAGES = 2_000  # of each set: a minute or two, where the published numbers take an hour on a processor
NICE = 10


class Evaluation:
    """One evaluation at work or done. `what`, `done` and `total` say how far it is; error is a sentence."""

    def __init__(self, source: str, asked: tuple[str, str, list[str], int, int, int], places: dict):
        """source: the model's name; asked: what metrics finds it by, data, figures, images, repeats, seed."""
        self.source, self.asked, self.places = source, asked, places
        self.done, self.total, self.what = 0, None, ""
        self.figures: list[dict[str, Any]] = []
        self.neighbours: metrics.Neighbours | None = None
        self.error = ""
        self.cancel = threading.Event()
        self.thread = threading.Thread(target=self._work, name="evaluation", daemon=True)

    def _work(self) -> None:
        source, data, names, images, repeats, seed = self.asked
        try:
            _step_back()
            setting = metrics.prepare(
                source, data, seed, progress=self._tell, cancelled=self.cancel.is_set, **self.places
            )
            figures = metrics.measure(setting, names, images, repeats)
            self.figures = [figure.to_json() for figure in figures]
            metrics.store(setting, figures)
            self.neighbours = metrics.neighbours(setting, SAMPLES)
        except (ValueError, OSError, Cancelled) as error:
            self.error = str(error) or type(error).__name__
        except Exception as error:
            self.error = (
                f"{type(error).__name__}: {error}"  # for the page; the traceback goes to the log, as it always does
            )
            raise

    def _tell(self, done: int, total: int | None, what: str) -> None:
        self.done, self.total, self.what = done, total, what


class Evaluator:
    """The evaluations of one page: runs and shipped checkpoints are read from these folders."""

    def __init__(self, runs: Path, checkpoints: Path, allow_paths: bool = True) -> None:
        self.places = {"runs": str(runs), "checkpoints": str(checkpoints)}
        self.allow_paths = allow_paths
        # Which models there are; it makes no pictures here, and so has no folder for them.
        self.studio = Studio(runs, checkpoints, Path(os.devnull), allow_paths)
        self.current: Evaluation | None = None
        self._lock = threading.Lock()

    def sources(self) -> list[str]:
        """As the Generate tab lists them."""
        return self.studio.sources()

    def _found_by(self, source: str) -> str:
        """A listed source as metrics takes it, which does not know what was imported."""
        return str(self.studio.folder(source)) if source in self.studio.imports() else source

    def data_of(self, source: str) -> str | None:
        """What a run was trained on, where the source is one of its snapshots."""
        run = Run(Path(self.places["runs"]) / source.partition("/")[0])
        try:
            data = run.config().dataset if source and run.snapshots() else None
        except ValueError:
            return None
        return data if self.allow_paths or data in NAMED else None  # a folder of the owner's is nobody else's to know

    def stored(self, source: str) -> list[dict[str, Any]]:
        """Figures of earlier evaluations of a source that is listed here."""
        return metrics.stored(self._found_by(source), **self.places) if source in self.sources() else []

    def start(
        self, source: str, data: str, names: Sequence[str], images: float, repeats: float, seed: float
    ) -> Evaluation:
        """Begin. ValueError, in one sentence, where something is missing or another evaluation is at work."""
        source, data = str(source or "").strip(), str(data or "").strip()
        self.studio.facts(source)  # ValueError where there is no such model, or none that may be named here
        if not data:
            raise ValueError("There are no pictures chosen; choose a data set, a folder or a ZIP.")
        if not self.allow_paths and data not in NAMED:
            raise ValueError(f"data is {data!r}; here it must be one of {', '.join(NAMED)}.")
        metrics.check(list(names), int(images or 0), int(repeats or 0), int(seed or 0))
        with self._lock:
            if self.is_at_work():
                raise ValueError(f"An evaluation of {self.current.source} is at work: wait for it, or stop it.")
            asked = self._found_by(source), data, list(names), int(images), int(repeats), int(seed or 0)
            self.current = Evaluation(source, asked, self.places)
            self.current.thread.start()
            return self.current

    def is_at_work(self) -> bool:
        return self.current is not None and self.current.thread.is_alive()

    def stop(self) -> None:
        if self.current is not None:
            self.current.cancel.set()


def _step_back() -> None:
    """A training run beside it goes first; so does the page."""
    import torch

    torch.set_num_threads(max(1, (os.cpu_count() or 1) // 2))
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)


# -- HTML --------------------------------------------------------------------------------------------------------------


def progress_html(work: Evaluation) -> str:
    share = f"{100 * work.done / work.total:.0f} %" if work.total else f"{work.done:,}"
    return f'<p role="status">{escape(work.what)} {share if work.what else ""}</p>'


def table_html(figures: Sequence[dict[str, Any]]) -> str:
    """Each figure with its value and interval; the protocol below those that share it."""
    if not figures:
        return note("eval.none")
    shared = common([f["protocol"] for f in figures])
    rows = []
    for own, group in groupby(figures, lambda f: {k: v for k, v in f["protocol"].items() if k not in shared}):
        rows += [_row(figure) for figure in group]
        if own:
            rows.append(f'<tr class="protocol"><td colspan="2">{escape(metrics.protocol_text(own))}</td></tr>')
    head = f"<tr><th>{both('eval.figure')}</th><th>{both('eval.value')}</th></tr>"
    about = f'<p class="plain-note">{escape(metrics.protocol_text(shared))}</p>'
    return f'{about}<table class="eval-table"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'


def _row(data: dict[str, Any]) -> str:
    value = float("nan") if data["value"] is None else data["value"]
    interval = data["interval"] if data["interval"] and None not in data["interval"] else None
    figure = metrics.Figure(data["name"], value, interval, {}, data.get("note") or "")
    name, _, part = figure.name.partition(".")
    key = next((k for k in (f"eval.is.{figure.name}", f"eval.is.{name}.size", f"eval.is.{name}") if k in STRINGS), None)
    label = both(key, size=escape(part)) if key else escape(figure.name)
    extra = f"<small>{escape(figure.note)}</small>" if figure.note else ""
    return f"<tr><td>{label}{extra}</td><td>{escape(metrics.value_text(figure))}</td></tr>"


def neighbours_html(found: metrics.Neighbours | None) -> str:
    """Samples, and below each the nearest training picture in pixels and in features."""
    if found is None:
        return ""
    rows = []
    for key, images in zip(("eval.samples", "eval.in_pixels", "eval.in_features"), found, strict=True):
        pictures = "".join(f'<img src="{data_uri(image)}" alt="">' for image in images)
        rows.append(f'<div class="eval-row"><span>{both(key)}</span><div>{pictures}</div></div>')
    return f"<h3>{both('eval.neighbours')}</h3>{''.join(rows)}{note('eval.neighbours.about')}"
