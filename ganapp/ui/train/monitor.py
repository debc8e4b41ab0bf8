"""The live monitor of the Train tab: one gr.HTML whose scripts poll with a cursor and draw the news.

The functions here are plain and tested without Gradio. They read run folders and touch no training; what a
person can do to a run is in run_actions.py.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ganapp.config import UNLIMITED_KIMG
from ganapp.runs import WORKING, Run, columns, damage_of, live_figure, nimg_of, silence_of, watchdog

from ..shared import thinning
from ..shared.watching import FRESH_SEC, SHARED_SCRIPTS, Files, Watch, fingerprint, publisher, sources, tidy
from .run_actions import ACTIONS, RESUMABLE, Served

FILES = Files(
    html="train/monitor.html",
    css=("shared/parts.css", "train/monitor.css"),
    scripts=(
        *SHARED_SCRIPTS,
        "train/head.js",
        "train/facts.js",
        "train/light.js",
        "train/menu.js",
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
)
CONFIG_KEYS = ("preset", "resolution", "family", "loss", "batch", "kimg", "minutes", "parent", "from_nimg")
FIRST = ("running", "starting", "queued", "interrupted")  # shown first to a page that has chosen no run


class Monitor:
    """`poll` and `act` for one folder of runs."""

    def __init__(
        self, folder: str | Path, publish: Callable[[Path], str], exports: Path, fresh_sec: float = FRESH_SEC
    ) -> None:
        self.watch = Watch(folder, publish, fresh_sec)
        self.served = Served(publish, exports)
        self._damage: dict[Run, str] = {}  # sentences about damaged files, as a page found them that came new

    def poll(self, request: Any) -> dict[str, Any]:
        """Return what changed of request["run"] since the browser's last poll.

        request["known"] is the cursor. If request["run"] is None, the server chooses a run. {} if nothing is
        new. Else some of: runs + list, run, config + folder, status + status_hash, reset, stats, columns,
        attempt + offset, grids, real, light + light_hash, best. On "reset" the browser forgets the stats and
        grids of this run.
        """
        request = request if isinstance(request, dict) else {}
        known = request.get("known") if isinstance(request.get("known"), dict) else {}
        answer: dict[str, Any] = {}
        seen = self.watch.list_news(known, answer)
        chosen = choose(seen, request.get("run"))
        if chosen is None:
            return answer | ({"run": None} if known.get("run") else {})
        run, status = chosen
        folder = self.watch.publish(run.samples_folder)  # each time: the server may have been started anew
        if known.get("run") != run.name:
            known = {}
            answer.update(run=run.name, config=summary(run), folder=folder)
        # A run may have been deleted or renamed a moment ago: the next list of runs shows it.
        with suppress(FileNotFoundError):
            answer.update(self._news(run, status, known, seen))
        return answer

    def _news(self, run: Run, status: dict, known: dict, seen: list) -> dict[str, Any]:
        news: dict[str, Any] = {}
        if not known:
            self._damage[run] = " ".join(damage_of(run))
        shown = public_status(run, status, seen, self._damage.get(run, ""))
        status_hash = fingerprint(shown)
        if known.get("status") != status_hash:
            news.update(status=shown, status_hash=status_hash)
        news |= self.watch.news(run, known, thinning.columns)
        if of_players := [name for name in news.get("stats", ()) if "." in name]:
            news["columns"] = columns.described(of_players)
        if news.keys() & {"status", "stats", "reset"}:
            news |= self._judged(run, status, known)
        return news

    def _judged(self, run: Run, status: dict, known: dict) -> dict[str, Any]:
        """The watchdog's light and the best snapshot, if they changed.

        Both are remembered by the run's state, too. Otherwise what was read just before a run ended would be
        shared after its end, when the browser asks no more.
        """
        news: dict[str, Any] = {}
        shown = self.watch.fresh(("light", run, status["state"]), lambda: light(run, status))
        if known.get("light") != fingerprint(shown):
            news.update(light=shown, light_hash=fingerprint(shown))
        found = self.watch.fresh(("best", run, status["state"]), lambda: best(run))
        if known.get("best") != found:
            news["best"] = found
        return news

    def act(self, request: Any) -> dict[str, Any]:
        """Do request["word"] to request["run"]. Returns {"ok": True, ...}, or {"error": one sentence}."""
        request = request if isinstance(request, dict) else {}
        try:
            word = request.get("word")
            if not isinstance(word, str) or word not in ACTIONS:
                raise ValueError(f"word is {word!r}; it must be one of {', '.join(ACTIONS)}.")
            return {"ok": True, **ACTIONS[word](self.watch.find(request.get("run")), request, self.served)}
        except ValueError as error:
            return {"error": str(error) or type(error).__name__}
        finally:
            self.watch.forget()


def choose(seen: list[tuple[Run, dict]], name: Any) -> tuple[Run, dict] | None:
    """The run of that name; else the most active one, else the newest. None if there is no run."""
    for run, status in seen:
        if run.name == name:
            return run, status
    rank = {state: i for i, state in enumerate(FIRST)}
    return min(seen, key=lambda pair: rank.get(pair[1]["state"], len(FIRST)), default=None)


def public_status(run: Run, status: dict, seen: list[tuple[Run, dict]], damage: str = "") -> dict[str, Any]:
    """What the page shows of a status, with the command that is not yet obeyed and the place in the queue.

    The reason is that of the state, what the driver noted about the data, and sentences about damaged files.
    """
    shown = {key: tidy(status[key]) for key in STATUS_KEYS if status.get(key) is not None}
    said = (silence_of(status), *map(status.get, ("reason", "note", "changed")), damage)
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


def best(run: Run) -> list[float] | None:
    """[nimg, live figure] of the best snapshot. Its row may be one of many in a point of the curve."""
    folder = run.best_snapshot()
    value = live_figure(folder) if folder else None
    return None if value is None else [nimg_of(folder), thinning.short(value)]


def summary(run: Run) -> dict[str, Any]:
    """The few facts of a configuration that the page shows; {} if a newer version wrote it."""
    try:
        config = run.config()
    except (OSError, ValueError):
        return {}
    facts = {key: getattr(config, key) for key in CONFIG_KEYS}
    if config.minutes and config.kimg >= UNLIMITED_KIMG:
        facts["kimg"] = 0  # the run ends by the clock, so "of 10,000,000 kimg" would say nothing
    return facts | {"dataset": Path(config.dataset).name}  # without the folders of the person's disk


def build_monitor(runs_folder: Path):
    """The component (elem_id "monitor"). The window event "ganapp:watch" makes it show another run."""
    import gradio as gr
    from gradio.utils import get_upload_folder

    from ..access.asked import answers
    from ..access.visitors import owners_only

    monitor = Monitor(runs_folder, publisher(), exports=Path(get_upload_folder()) / "ganapp-exports")

    # Gradio wants functions with a name of their own that take one plain argument.
    def poll(request: Any) -> dict:
        return monitor.poll(request)

    def act(request: Any) -> dict:
        return monitor.act(request)

    return gr.HTML(
        elem_id="monitor",
        **sources(FILES, COLUMNS=columns.described(columns.DRAWN), RESUMABLE=RESUMABLE),
        apply_default_css=False,
        server_functions=[
            answers(poll, run=str, known=dict),
            owners_only(answers(act, word=str, run=str, name=str, remedy=str), reads=("timelapse",)),
        ],
    )
