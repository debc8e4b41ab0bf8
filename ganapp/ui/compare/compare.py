"""What the Compare tab asks: curves, grids, figures and settings of runs, and the start of a queue.

What is compared is computed in ganapp/runs/comparison.py; the queue of runs is in run_queue.py. No Gradio.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ganapp.config import TrainConfig
from ganapp.runs import Run, comparison
from ganapp.runs.about import stamp_of
from ganapp.runs.comparison import MOST
from ganapp.runs.quoting import quoted

from ..shared import run_facts
from ..shared.measured import incomparable, measured
from ..shared.thinning import asked, columns
from ..shared.watching import FRESH_SEC, Watch, fingerprint
from .run_queue import plan, queue_up

MAX_ROWS, BUCKETS = 500, 250  # of one run: eight long ones are sent in less than 120 KB
CONFIG_KEYS = (
    "task",
    "contrast",
    "resolution",
    "kimg",
    "minutes",
    "schedules",
)  # that the actions of a run and its grid need


class Comparison:
    """`poll` and `start` for one folder of runs."""

    def __init__(
        self, folder: str | Path, publish: Callable[[Path], str], fresh_sec: float = FRESH_SEC
    ) -> None:
        self.watch = Watch(folder, publish, fresh_sec)
        self._figures: dict[Run, tuple[tuple, dict]] = {}
        self._facts: dict[Run, tuple[tuple, dict]] = {}
        self._configs: dict[Run, tuple[tuple, Any]] = {}

    def poll(self, request: Any) -> dict[str, Any]:
        """Return what changed since the browser's last poll of the runs and metrics that it asks for.

        request: {"runs": names, "metrics": names of columns, "known": the cursors}. {} if nothing is new.
        Else some of: runs + list (all runs), table + table_hash (settings that differ, labels, figures that
        were measured differently), of: {name: some of folder, stamp, figures + figures_hash, facts +
        facts_hash, reset, stats, names, attempt + offset, grids}.
        """
        request = request if isinstance(request, dict) else {}
        known = request.get("known") if isinstance(request.get("known"), dict) else {}
        cursors = known.get("runs") if isinstance(known.get("runs"), dict) else {}
        metrics = asked(request.get("metrics"))
        answer: dict[str, Any] = {}
        seen = {run.name: (run, status) for run, status in self.watch.list_news(known, answer)}
        self._forget_others({run for run, _ in seen.values()})
        wanted = request.get("runs") if isinstance(request.get("runs"), list) else []
        chosen = [seen[name] for name in wanted if isinstance(name, str) and name in seen][:MOST]
        news = {}
        for run, status in chosen:
            cursor = cursors.get(run.name)
            # A run may have been deleted or renamed a moment ago: the next list of runs shows it.
            with suppress(FileNotFoundError):
                news[run.name] = self._news(run, status, cursor if isinstance(cursor, dict) else {}, metrics)
        if news := {name: new for name, new in news.items() if new}:
            answer["of"] = news
        table = self._table(chosen)
        table_hash = fingerprint(table)
        if chosen and known.get("table") != table_hash:
            answer.update(table=table, table_hash=table_hash)
        return answer

    def _forget_others(self, runs: set[Run]) -> None:
        """Remember nothing of runs that are gone."""
        for memory in (self._figures, self._facts, self._configs):
            for run in memory.keys() - runs:
                memory.pop(run, None)  # another page may have done it

    def _news(self, run: Run, status: dict, cursor: dict, metrics: list[str]) -> dict[str, Any]:
        stamp = stamp_of(run, status)
        if cursor.get("stamp") not in (None, stamp):
            cursor = {}  # the name is another run's now
        news: dict[str, Any] = {} if cursor else {"stamp": stamp}
        folder = self.watch.publish(run.samples_folder)  # each time: the server may have been started anew
        if not cursor:
            news["folder"] = folder
        figures = self._figures_of(run, status)
        figures_hash = fingerprint(figures)
        if cursor.get("figures") != figures_hash:
            news.update(figures=figures, figures_hash=figures_hash)
        facts = self._facts_of(run, status)
        facts_hash = fingerprint(facts)
        if cursor.get("facts") != facts_hash:
            news.update(facts=facts, facts_hash=facts_hash)

        def stats(rows: list[dict]) -> dict:
            return columns(rows, metrics, MAX_ROWS, BUCKETS)

        news |= self.watch.news(run, cursor, stats)
        news.pop("real", None)
        return news

    def _figures_of(self, run: Run, status: dict) -> dict[str, Any]:
        stamp = tuple(status.get(key) for key in ("created", "state", "attempt", "nimg", "sec", "reason"))
        if self._figures.get(run, ((), {}))[0] != stamp:
            figures = comparison.figures(run, status) | {"nimg": status["nimg"]}
            if status.get("reason"):
                figures["reason"] = quoted(run, str(status["reason"]))[:300]
            self._figures[run] = stamp, figures
        return self._figures[run][1]

    def _facts_of(self, run: Run, status: dict) -> dict[str, Any]:
        """What the row of actions, the grid and the table of figures need; remembered while it cannot change.

        saved, best, snapshots, rows (classes of the grid's rows), config, measured (see shared/measured.py).
        """
        stamp = tuple(status.get(key) for key in ("created", "state", "attempt", "saved"))
        stamp += (when_changed(run.path / "metrics.json"),)
        if self._facts.get(run, ((), {}))[0] != stamp:
            config = run_facts.summary(run)
            self._facts[run] = (
                stamp,
                {
                    "saved": status.get("saved"),
                    "best": run_facts.best(run),
                    "snapshots": run_facts.snapshots(run),
                    "rows": run_facts.row_names(run),
                    "config": {key: config.get(key) for key in CONFIG_KEYS},
                    "measured": measured(run),
                },
            )
        return self._facts[run][1]

    def _table(self, chosen: list[tuple[Run, dict]]) -> dict[str, Any]:
        """Rows of settings that differ, a label for each run, and what makes grids comparable."""
        configs = [self._config(run, status) for run, status in chosen]
        begun = [status["attempt"] > 0 for _, status in chosen]
        rows = comparison.differences(configs, begun)
        return {
            "rows": [list(row) for row in rows],
            "labels": comparison.labels([self.watch.title(run) for run, _ in chosen], rows),
            "incomparable": incomparable([run for run, _ in chosen]),
            "z_dim": [config and config.z_dim for config in configs],
            "classes": [
                config.num_classes if config and has else None for config, has in zip(configs, begun)
            ],
        }

    def _config(self, run: Run, status: dict):
        """The run's configuration. It changes before the first step, and when the run is trained longer."""
        stamp = tuple(status.get(key) for key in ("created", "attempt", "state"))
        if status["attempt"] == 0 or self._configs.get(run, ((), None))[0] != stamp:
            self._configs[run] = stamp, comparison.read_configs([run])[0]
        return self._configs[run][1]

    def start(self, request: Any) -> dict[str, Any]:
        """Start a run for each value: {"runs": rows as in poll}, or {"error": sentence} and no run.

        request["base"], request["stamp"]: the run that they are to be like, if it is not a preset.
        """
        request = request if isinstance(request, dict) else {}
        try:
            base = self._base(request)
            started = queue_up(self.watch.folder, plan(request, base))
            return {"runs": [self.watch.row(run, run.status()) for run in started]}
        except ValueError as error:
            return {"error": str(error) or type(error).__name__}
        finally:
            self.watch.forget()

    def _base(self, request: dict[str, Any]) -> TrainConfig | None:
        name = request.get("base")
        return self.watch.find(name, request.get("stamp") or "none").config() if name else None


def when_changed(file: Path) -> int:
    """When a file was changed, in nanoseconds; 0 if there is none."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0
