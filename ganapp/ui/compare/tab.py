"""The Compare tab: several runs with their curves, grids and settings beside each other, and queues that differ in one field.

One gr.HTML as the monitor is: `poll` answers what is new after the cursors of up to eight runs, `start` begins a queue. Plain
functions, tested without gradio; what is compared is worked out in ganapp/compare.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ganapp.config import PRESETS, default_preset
from ganapp.runs import Run, comparison, sweep
from ganapp.runs.comparison import MOST

from ..shared.strings import PRESETS_CHINESE, STRINGS, field_strings
from ..shared.thinning import columns
from ..shared.watching import FRESH_SEC, Watch, fingerprint, publisher, sources
from ..train import recipe

METRICS = ("g_loss", "d_loss", "gap", "d_real", "d_fake", "r1", "r2", "gp", "aug_p", "swd", "images_per_sec")
MAX_ROWS, BUCKETS = 500, 250  # of one run: eight long ones are sent in less than 120 KB
NOT_SWEPT = ("kimg", "minutes")  # the budget has its own place in the form
ASKED_SEC = 5.0


class Comparison:
    """`poll` and `start` for one folder of runs."""

    def __init__(self, folder: str | Path, publish: Callable[[Path], None], fresh_sec: float = FRESH_SEC) -> None:
        self.watch = Watch(folder, publish, fresh_sec)
        self._figures: dict[Run, tuple[tuple, dict]] = {}
        self._configs: dict[tuple[Run, Any], Any] = {}

    def poll(self, request: Any) -> dict[str, Any]:
        """What a browser that knows request["known"] does not know about request["runs"] and request["metrics"].

        {} when nothing is new. Else some of: runs + list (all there are), table + table_hash (rows of settings that differ,
        labels), of: {name: some of about, figures + figures_hash, reset, stats, attempt + offset, grids}.
        """
        request = request if isinstance(request, dict) else {}
        known = request.get("known") if isinstance(request.get("known"), dict) else {}
        cursors = known.get("runs") if isinstance(known.get("runs"), dict) else {}
        metrics = [m for m in METRICS if m in (request.get("metrics") or ())]
        answer: dict[str, Any] = {}
        seen = {run.name: (run, status) for run, status in self.watch.list_news(known, answer)}
        asked = request.get("runs") if isinstance(request.get("runs"), list) else []
        chosen = [seen[name] for name in asked if isinstance(name, str) and name in seen][:MOST]
        news = {}
        for run, status in chosen:
            cursor = cursors.get(run.name)
            with suppress(FileNotFoundError):  # deleted or renamed a moment ago: the next look at the folder says so
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
        if not cursor:
            self.watch.publish(run.samples_folder)
            news["folder"] = run.samples_folder.as_posix()
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
        """Rows of settings that differ, a short label for each run, and what decides whether pictures can be compared."""
        configs = [self._config(run, status) for run, status in chosen]
        rows = comparison.differences(configs)
        return {
            "rows": [list(row) for row in rows],
            "labels": comparison.labels([run.name for run, _ in chosen], rows),
            "z_dim": [config and config.z_dim for config in configs],
            "classes": [config and config.num_classes for config in configs],
        }

    def _config(self, run: Run, status: dict):
        """Kept once a run has begun: from then on its configuration does not change."""
        key = run, status.get("created")
        if key in self._configs:
            return self._configs[key]
        config = comparison.read_configs([run])[0]
        if status["attempt"] > 0:
            self._configs[key] = config
        return config

    def start(self, request: Any) -> dict[str, Any]:
        """Start a run for each of the values: {"runs": [names]}, or {"error": one sentence} and nothing is started."""
        request = request if isinstance(request, dict) else {}
        try:
            planned = plan(request)
            return {"runs": [run.name for run in queue_up(self.watch.folder, planned)]}
        except (ValueError, OSError) as error:
            return {"error": str(error) or type(error).__name__}
        finally:
            self.watch.forget()


def plan(request: dict[str, Any]) -> list:
    """What the form says as (name, configuration) of each run, everything checked. ValueError in one sentence."""
    from ganapp.driving import beginning

    text = {
        key: str(request.get(key) or "").strip() for key in ("preset", "dataset", "budget", "amount", "field", "values")
    }
    try:
        amount = float(text["amount"] or 0)
    except ValueError:
        raise ValueError(f"The budget is {text['amount'][:40]!r}; it must be a number.") from None
    config = recipe.config_from(text["preset"], text["dataset"], text["budget"], amount, {})
    planned = sweep.plan(config, text["field"], sweep.split_values(text["values"]))
    for _, config in planned:
        recipe.check_data(config)
        beginning.check_networks(config)
    return planned


def queue_up(folder: Path, planned: list) -> list[Run]:
    """Create and start the runs; they wait for each other in this order."""
    runs = []
    for name, config in planned:
        run = recipe.start_run(folder, config, name)
        runs.append(run)
        deadline = time.monotonic() + ASKED_SEC
        while "asked" not in run.status() and time.monotonic() < deadline:  # its place in the queue is its own
            time.sleep(0.01)
    return runs


def form(has_gpu: bool) -> dict[str, Any]:
    """What the script needs for the form of a queue: presets, data sets, fields with what is known of their values."""
    from ganapp.data import NAMED

    def words(key: str) -> dict[str, str]:
        return dict(zip(("en", "zh-CN"), STRINGS[key]))

    listed = {}
    for name in sweep.sweep_fields():
        if name in NOT_SWEPT:
            continue
        own = name in ("preset", "dataset")
        pairs = {} if own else {k.split(".")[0]: dict(zip(("en", "zh-CN"), v)) for k, v in field_strings(name).items()}
        label, help = pairs.get("field") or words(f"cmp.field.{name}"), pairs.get("help") or words(f"cmp.help.{name}")
        listed[name] = {
            "label": label,
            "help": help,
            "values": list(NAMED) if name == "dataset" else sweep.known_values(name),
        }
    presets = {
        name: {"en": preset.about, "zh-CN": PRESETS_CHINESE.get(name, preset.about)} for name, preset in PRESETS.items()
    }
    return {"presets": presets, "preset": default_preset(has_gpu), "data": list(NAMED), "fields": listed, "most": MOST}


def build_compare(runs_folder: Path, has_gpu: bool):
    """The component (elem_id "compare"), inside a gr.Tab."""
    import gradio as gr

    from ..access.visitors import owners_only

    comparison = Comparison(runs_folder, publisher())

    # gradio wants functions with a name of their own that take one plain argument.
    def poll(request: Any) -> dict:
        return comparison.poll(request)

    def start(request: Any) -> dict:
        return comparison.start(request)

    own = sources("compare/compare", FORM=form(has_gpu), METRICS=METRICS)
    return gr.HTML(elem_id="compare", **own, apply_default_css=False, server_functions=[poll, owners_only(start)])
