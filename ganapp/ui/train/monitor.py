"""The live monitor of the Train tab: one gr.HTML whose scripts poll with a cursor and draw the news.

The functions here are plain and tested without Gradio. They read run folders and touch no training; what a
person can do to a run is in run_actions.py.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ganapp.driving.same_data import are_data_gone
from ganapp.runs import (
    WORKING,
    Run,
    columns,
    damage_of,
    list_runs,
    silence_of,
    watchdog,
)
from ganapp.runs.about import stamp_of
from ganapp.runs.deleted import purge
from ganapp.runs.quoting import quoted

from ..shared import run_actions, thinning
from ..shared.curve_files import curves_for
from ..shared.measured import figure_words, measured
from ..shared.run_actions import KINDS, RESUMABLE, Served, served
from ..shared.run_facts import best, row_names, snapshots, summary
from ..shared.watching import FRESH_SEC, SHARED_SCRIPTS, Files, Watch, fingerprint, publisher, sources, tidy

FILES = Files(
    html="train/monitor.html",
    css=("shared/parts.css", "shared/panel.css", "train/monitor.css"),
    scripts=(
        *SHARED_SCRIPTS,
        "shared/panel.js",
        "shared/told.js",
        "shared/told_deleted.js",
        "shared/dialog.js",
        "shared/run_actions_row.js",
        "shared/run_questions.js",
        "shared/enlarge.js",
        "shared/more_charts.js",
        "shared/text_file.js",
        "shared/curve_files.js",
        "shared/measured.js",
        "train/monitor_charts.js",
        "train/head.js",
        "train/facts.js",
        "train/monitor_figures.js",
        "train/light.js",
        "train/menu.js",
        "train/monitor_deleted.js",
        "shared/bare_text.js",
        "train/monitor_search.js",
        "train/monitor_keys.js",
        "train/monitor_moved.js",
        "train/monitor_notice.js",
        "train/pictures.js",
        "train/monitor.js",
    ),
)
STATUS_KEYS = (
    "state",
    "attempt",
    "nimg",
    "sec",
    "images_per_sec",
    "device",
    "precision",
    "threads",
    "mem_mb",
    "child",
    "saved",
)
FIRST = ("running", "starting", "queued", "interrupted")  # shown first to a page that has chosen no run


class Monitor:
    """`poll` and `act` for one folder of runs."""

    def __init__(
        self, folder: str | Path, publish: Callable[[Path], str], exports: Path, fresh_sec: float = FRESH_SEC
    ) -> None:
        self.watch = Watch(folder, publish, fresh_sec)
        self.served = Served(publish, exports, exports.parent)
        self._damage: dict[Run, str] = {}  # sentences about damaged files, as a page found them that came new

    def poll(self, request: Any) -> dict[str, Any]:
        """Return what changed of request["run"] since the browser's last poll.

        request["known"] is the cursor, request["columns"] what is drawn besides the usual columns. If
        request["run"] is None, the server chooses a run. {} if nothing is new. Else some of: runs + list, run
        + stamp + folder, reset, stats, names, columns, attempt + offset, grids, real, best, snapshots, and
        config, status, light, rows and measured, each with its hash, such as config_hash. On "reset" the
        browser forgets the stats and grids of this run.
        """
        request = request if isinstance(request, dict) else {}
        known = request.get("known") if isinstance(request.get("known"), dict) else {}
        answer: dict[str, Any] = {}
        self._look_again_for(request.get("run"))
        seen = self.watch.list_news(known, answer)
        chosen = choose(seen, request.get("run"), known)
        if chosen is None:
            return answer | ({"run": None} if known.get("run") else {})
        run, status = chosen
        folder = self.watch.publish(run.samples_folder)  # each time: the server may have been started anew
        # A run may have been deleted or renamed a moment ago: the next list of runs shows it.
        with suppress(FileNotFoundError):
            stamp = stamp_of(run, status)
            if (known.get("run"), known.get("stamp")) != (run.name, stamp):
                known = {}
                answer.update(run=run.name, stamp=stamp, folder=folder)
            answer.update(self._news(run, status, known, seen, thinning.asked(request.get("columns"))))
        return answer

    def _look_again_for(self, name: Any) -> None:
        """A run that was started since the last look is shown at once."""
        is_new = isinstance(name, str) and not any(run.name == name for run, _ in self.watch.runs())
        if is_new and name in (run.name for run in list_runs(self.watch.folder)):
            self.watch.forget()

    def _news(self, run: Run, status: dict, known: dict, seen: list, more: list[str]) -> dict[str, Any]:
        news: dict[str, Any] = {}
        if not known:
            self._damage[run] = " ".join(damage_of(run))
        shown = public_status(run, status, seen, self._damage.get(run, ""))
        shown["title"] = self.watch.title(run)
        look = ("moved", run, status["state"])
        if status["state"] in RESUMABLE and self.watch.fresh(look, lambda: are_data_gone(run)):
            shown["moved"] = True
        news |= changed("status", shown, known)
        facts = self.watch.fresh(("config", run, status["state"]), lambda: summary(run))
        news |= changed("config", facts, known)
        news |= changed("measured", self.watch.fresh(("measured", run), lambda: measured(run)), known)

        def stats(rows: list[dict]) -> dict:
            return thinning.columns(rows, list(dict.fromkeys([*columns.drawn_names(rows), *more])))

        news |= self.watch.news(run, known, stats)
        if of_players := [name for name in news.get("stats", ()) if "." in name]:
            news["columns"] = columns.described(of_players)
        if news.keys() & {"status", "stats", "reset"}:
            news |= self._judged(run, status, known)
        return news

    def _judged(self, run: Run, status: dict, known: dict) -> dict[str, Any]:
        """The watchdog's light, the best snapshot, all snapshots and the rows of the grid, if they changed.

        All are remembered by the run's state, too. Otherwise what was read just before a run ended would be
        shared after its end, when the browser asks no more.
        """
        news: dict[str, Any] = {}
        state = status["state"]
        news |= changed("light", self.watch.fresh(("light", run, state), lambda: light(run, status)), known)
        news |= changed("rows", self.watch.fresh(("rows", run, state), lambda: row_names(run)), known)
        for name, look in (("best", best), ("snapshots", snapshots)):
            found = self.watch.fresh((name, run, state), lambda look=look: look(run))
            if known.get(name) != found:
                news[name] = found
        return news

    def act(self, request: Any) -> dict[str, Any]:
        """Do request["word"] to request["run"]: see run_actions.answer."""
        return run_actions.answer(self.watch, request, self.served)


def changed(name: str, value: Any, known: dict) -> dict[str, Any]:
    """{name: value, NAME_hash: its fingerprint} unless the browser knows that fingerprint, else {}."""
    value_hash = fingerprint(value)
    return {} if known.get(name) == value_hash else {name: value, f"{name}_hash": value_hash}


def choose(seen: list[tuple[Run, dict]], name: Any, known: dict) -> tuple[Run, dict] | None:
    """The run of that name, or that which the browser knows by its stamp if it was renamed.

    Else the most active one, else the newest. None if there is no run.
    """
    for run, status in seen:
        if run.name == name:
            return run, status
    if known.get("run") == name and known.get("stamp"):
        for run, status in seen:
            with suppress(FileNotFoundError):
                if stamp_of(run, status) == known["stamp"]:
                    return run, status
    rank = {state: i for i, state in enumerate(FIRST)}
    return min(seen, key=lambda pair: rank.get(pair[1]["state"], len(FIRST)), default=None)


def public_status(run: Run, status: dict, seen: list[tuple[Run, dict]], damage: str = "") -> dict[str, Any]:
    """What the page shows of a status, with the command that is not yet obeyed and the place in the queue.

    The reason is that of the state, what the driver noted about the data, and sentences about damaged files.
    """
    shown = {key: tidy(status[key]) for key in STATUS_KEYS if status.get(key) is not None}
    kept = (quoted(run, status.get(key)) for key in ("reason", "note", "changed"))
    said = (silence_of(status), *kept, damage)
    if reason := " ".join(filter(None, said)):
        shown["reason"] = reason[:600]
    if status["state"] == "starting" and status.get("preparing"):
        shown["preparing"] = status["preparing"]
    if status["state"] in WORKING and (word := run.command()) != "run":
        shown["word"] = word
    if status["state"] == "queued":
        waiting = sorted(
            (s.get("asked", s.get("created", 0)), r.name) for r, s in seen if s["state"] == "queued"
        )
        shown["queue"] = [name for _, name in waiting].index(run.name) + 1
    return shown


def light(run: Run, status: dict) -> dict[str, Any]:
    """The watchdog's light: its level and its findings, each with what the page's words of it need.

    "again" says that the budget is used up, so that a remedy adds the same budget once more.
    """
    try:
        config = run.config()
    except ValueError:  # written by a newer version
        return {"level": "grey", "findings": [], "again": False}
    rows, again = run.history(watchdog.HISTORY), config.is_used_up(status["nimg"], status["sec"])
    findings = watchdog.judge(rows, config)
    shown = [
        {"kind": f.kind, "level": f.level, "remedies": offered(f.remedies, again), "values": f.values}
        for f in findings
    ]
    return {"level": watchdog.level(findings, len(rows)), "findings": shown, "again": again}


def offered(remedies: tuple[str, ...], again: bool) -> tuple[str, ...]:
    """The remedies without "half of the remaining budget" if the budget is used up."""
    return tuple(name for name in remedies if not (again and name == "lower_budget"))


def build_monitor(runs_folder: Path):
    """The component (elem_id "monitor"). The window event "ganapp:watch" makes it show another run."""
    import gradio as gr

    from ..access.asked import answers
    from ..access.visitors import owners_only

    purge(runs_folder)
    publish = publisher()
    monitor = Monitor(runs_folder, publish, served(publish).exports)

    # Gradio wants functions with a name of their own that take one plain argument.
    def poll(request: Any) -> dict:
        return monitor.poll(request)

    def act(request: Any) -> dict:
        return monitor.act(request)

    def curves(request: Any) -> dict:
        return curves_for(monitor.watch, request)

    return gr.HTML(
        elem_id="monitor",
        **sources(
            FILES,
            COLUMNS=columns.described(columns.DRAWN),
            MENU=columns.MENU,
            MEASURED=figure_words(),
            RESUMABLE=RESUMABLE,
        ),
        apply_default_css=False,
        server_functions=[
            answers(poll, run=str, columns=list, known=dict),
            owners_only(answers(act, word=str, **KINDS), reads=("timelapse",)),
            answers(curves, runs=list, kind=str),
        ],
    )
