"""What the Compare tab asks: curves, grids and settings of up to eight runs, and the start of a queue.

What is compared is computed in ganapp/runs/comparison.py; the queue of runs is in run_queue.py. No Gradio.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ganapp.runs import Run, comparison
from ganapp.runs.columns import MENU
from ganapp.runs.comparison import MOST

from ..shared.thinning import columns
from ..shared.watching import FRESH_SEC, Watch, fingerprint
from .run_queue import plan, queue_up

MAX_ROWS, BUCKETS = 500, 250  # of one run: eight long ones are sent in less than 120 KB


class Comparison:
    """`poll` and `start` for one folder of runs."""

    def __init__(
        self, folder: str | Path, publish: Callable[[Path], str], fresh_sec: float = FRESH_SEC
    ) -> None:
        self.watch = Watch(folder, publish, fresh_sec)
        self._figures: dict[Run, tuple[tuple, dict]] = {}
        self._configs: dict[tuple[Run, Any], Any] = {}

    def poll(self, request: Any) -> dict[str, Any]:
        """Return what changed since the browser's last poll of the runs and metrics that it asks for.

        request: {"runs": names, "metrics": names of columns, "known": the cursors}. {} if nothing is new.
        Else some of: runs + list (all runs), table + table_hash (settings that differ, labels), of: {name:
        some of folder, figures + figures_hash, reset, stats, attempt + offset, grids}.
        """
        request = request if isinstance(request, dict) else {}
        known = request.get("known") if isinstance(request.get("known"), dict) else {}
        cursors = known.get("runs") if isinstance(known.get("runs"), dict) else {}
        metrics = [m for m in MENU if m in (request.get("metrics") or ())]
        answer: dict[str, Any] = {}
        seen = {run.name: (run, status) for run, status in self.watch.list_news(known, answer)}
        asked = request.get("runs") if isinstance(request.get("runs"), list) else []
        chosen = [seen[name] for name in asked if isinstance(name, str) and name in seen][:MOST]
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

    def _news(self, run: Run, status: dict, cursor: dict, metrics: list[str]) -> dict[str, Any]:
        news: dict[str, Any] = {}
        folder = self.watch.publish(run.samples_folder)  # each time: the server may have been started anew
        if not cursor:
            news["folder"] = folder
        figures = self._figures_of(run, status)
        figures_hash = fingerprint(figures)
        if cursor.get("figures") != figures_hash:
            news.update(figures=figures, figures_hash=figures_hash)

        def stats(rows: list[dict]) -> dict:
            return columns([comparison.with_gap(row) for row in rows], metrics, MAX_ROWS, BUCKETS)

        news |= self.watch.news(run, cursor, stats)
        news.pop("real", None)
        return news

    def _figures_of(self, run: Run, status: dict) -> dict[str, Any]:
        stamp = tuple(status.get(key) for key in ("created", "state", "attempt", "nimg", "sec", "reason"))
        if self._figures.get(run, ((), {}))[0] != stamp:
            figures = comparison.figures(run, status)
            if status.get("reason"):
                figures["reason"] = str(status["reason"])[:300]
            self._figures[run] = stamp, figures
        return self._figures[run][1]

    def _table(self, chosen: list[tuple[Run, dict]]) -> dict[str, Any]:
        """Rows of settings that differ, a label for each run, and what makes grids comparable."""
        configs = [self._config(run, status) for run, status in chosen]
        rows = comparison.differences(configs)
        return {
            "rows": [list(row) for row in rows],
            "labels": comparison.labels([run.name for run, _ in chosen], rows),
            "z_dim": [config and config.z_dim for config in configs],
            "classes": [config and config.num_classes for config in configs],
        }

    def _config(self, run: Run, status: dict):
        """The run's configuration. Kept once the run has begun, because it does not change from then on."""
        key = run, status.get("created")
        if key in self._configs:
            return self._configs[key]
        config = comparison.read_configs([run])[0]
        if status["attempt"] > 0:
            self._configs[key] = config
        return config

    def start(self, request: Any) -> dict[str, Any]:
        """Start a run for each value of the form: {"runs": names}, or {"error": sentence} and no run."""
        request = request if isinstance(request, dict) else {}
        try:
            return {"runs": [run.name for run in queue_up(self.watch.folder, plan(request))]}
        except ValueError as error:
            return {"error": str(error) or type(error).__name__}
        finally:
            self.watch.forget()
