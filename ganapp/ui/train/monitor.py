"""The live monitor of the Train tab: one gr.HTML whose script polls with a cursor and draws on what it has.

The functions here are plain and tested without gradio; monitor.html, .css and .js are the page, after what watching.py puts
in front of them. Training is not touched: this reads run folders and leaves one word for the driver.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ganapp.config import UNLIMITED_KIMG
from ganapp.runs import WORKING, Run, live_figure, nimg_of, remedies, watchdog

from ..shared.thinning import columns, short, spread
from ..shared.watching import FRESH_SEC, Watch, fingerprint, publisher, sources, tidy

STATUS_KEYS = ("state", "attempt", "nimg", "sec", "images_per_sec", "device", "precision", "threads", "mem_mb", "child")
CONFIG_KEYS = ("preset", "resolution", "family", "loss", "batch", "kimg", "minutes", "parent", "from_nimg")
FIRST = ("running", "starting", "queued", "interrupted")  # what a page that chose nothing is shown
RESUMABLE = ("paused", "stopped", "failed", "interrupted")
MAX_FRAMES = 480  # of a time-lapse: 20 seconds
EXPORT_KEPT_SEC = 3600


class Monitor:
    """`poll` and `act` for one folder of runs."""

    def __init__(
        self, folder: str | Path, publish: Callable[[Path], None], exports: Path, fresh_sec: float = FRESH_SEC
    ) -> None:
        self.watch = Watch(folder, publish, fresh_sec)
        self.exports = exports  # what is in here is available to the browser

    # -- poll ---------------------------------------------------------------------------------------------------------

    def poll(self, request: Any) -> dict[str, Any]:
        """What a browser that knows request["known"] does not know about request["run"] (None: the server chooses).

        {} when nothing is new. Else some of: runs + list, run, config + folder, status + status_hash, reset, stats,
        attempt + offset, grids, real, light + light_hash, best. With "reset" the browser forgets the stats and grids it has of this run.
        """
        request = request if isinstance(request, dict) else {}
        known = request.get("known") if isinstance(request.get("known"), dict) else {}
        answer: dict[str, Any] = {}
        seen = self.watch.list_news(known, answer)
        chosen = choose(seen, request.get("run"))
        if chosen is None:
            return answer | ({"run": None} if known.get("run") else {})
        run, status = chosen
        if known.get("run") != run.name:
            known = {}
            self.watch.publish(run.samples_folder)
            answer.update(run=run.name, config=summary(run), folder=run.samples_folder.as_posix())
        with suppress(FileNotFoundError):  # deleted or renamed a moment ago: the next look at the folder says so
            answer.update(self._news(run, status, known, seen))
        return answer

    def _news(self, run: Run, status: dict, known: dict, seen: list) -> dict[str, Any]:
        news: dict[str, Any] = {}
        shown = public_status(run, status, seen)
        status_hash = fingerprint(shown)
        if known.get("status") != status_hash:
            news.update(status=shown, status_hash=status_hash)
        news |= self.watch.news(run, known, columns)
        if news.keys() & {"status", "stats", "reset"}:
            # By its state, too: what was seen just before a run ended would be the last that is asked for.
            shown = self.watch.fresh(("light", run, status["state"]), lambda: light(run, status))
            if known.get("light") != fingerprint(shown):
                news.update(light=shown, light_hash=fingerprint(shown))
            found = self.watch.fresh(("best", run, status["state"]), lambda: best(run))
            if known.get("best") != found:
                news["best"] = found
        return news

    # -- act ----------------------------------------------------------------------------------------------------------

    def act(self, request: Any) -> dict[str, Any]:
        """Do request["word"] to request["run"]: {"ok": True, ...}, or {"error": one sentence}."""
        request = request if isinstance(request, dict) else {}
        try:
            word = request.get("word")
            if not isinstance(word, str) or word not in ACTIONS:
                raise ValueError(f"word is {word!r}; it must be one of {', '.join(ACTIONS)}.")
            return {"ok": True, **ACTIONS[word](self, self.watch.find(request.get("run")), request)}
        except (ValueError, OSError) as error:
            return {"error": str(error) or type(error).__name__}
        finally:
            self.watch.forget()

    def _send(self, run: Run, request: dict) -> dict:
        # A word left for a run that nobody drives would be obeyed at once when it is resumed.
        if run.status()["state"] not in WORKING:
            raise ValueError(f"run {run.name!r} is not at work.")
        run.send(request["word"])
        return {}

    def _resume(self, run: Run, request: dict) -> dict:
        from ganapp.driving import driver

        state = run.status()["state"]
        if state not in RESUMABLE:
            raise ValueError(f"run {run.name!r} is {state} and cannot be resumed.")
        driver.start(run)
        return {}

    def _remedy(self, run: Run, request: dict) -> dict:
        """A new run goes on from this one's last good state with a changed configuration; this one, if at work, pauses for it."""
        from ganapp.driving import beginning, driver

        remedy, status = str(request.get("remedy")), run.status()
        config = remedies.remedied(run.config(), remedy, status["nimg"], status["sec"])
        try:
            child = beginning.branch(run, config, run.good_state())
        except FileNotFoundError:
            raise ValueError("that state was just replaced by a newer one; press again.") from None
        if status["state"] in WORKING:
            run.send("pause")
        driver.start(child)
        return {"run": child.name}

    def _rename(self, run: Run, request: dict) -> dict:
        return {"run": run.rename(str(request.get("name", "")).strip()).name}

    def _delete(self, run: Run, request: dict) -> dict:
        run.delete()
        return {}

    def _timelapse(self, run: Run, request: dict) -> dict:
        """A video of all grids, made again only where there are newer grids than it has."""
        from ganapp import media

        grids = run.samples()
        if len(grids) < 2:
            raise ValueError("a time-lapse needs at least two sample grids.")
        frames = grids if len(grids) <= MAX_FRAMES else spread(grids, MAX_FRAMES)
        target = run.timelapse_path
        if not target.exists() or target.stat().st_mtime < grids[-1].stat().st_mtime:
            media.timelapse(frames, target, max(4, min(24, len(frames) // 12)))
        self.watch.publish(run.samples_folder)
        return {"file": target.as_posix(), "version": int(target.stat().st_mtime)}

    def _export(self, run: Run, request: dict) -> dict:
        """The run as a ZIP under a name that nobody can guess; exports of an hour ago are removed."""
        self.exports.mkdir(parents=True, exist_ok=True)
        for old in self.exports.iterdir():
            if old.stat().st_mtime < time.time() - EXPORT_KEPT_SEC:
                shutil.rmtree(old, ignore_errors=True)
        folder = self.exports / secrets.token_urlsafe(16)
        folder.mkdir()
        return {"file": run.export(folder / f"{run.name}.zip").as_posix(), "name": f"{run.name}.zip"}


ACTIONS: dict[str, Callable[[Monitor, Run, dict], dict]] = {
    "pause": Monitor._send,
    "stop": Monitor._send,
    "save": Monitor._send,
    "resume": Monitor._resume,
    "remedy": Monitor._remedy,
    "rename": Monitor._rename,
    "delete": Monitor._delete,
    "timelapse": Monitor._timelapse,
    "export": Monitor._export,
}


def choose(seen: list[tuple[Run, dict]], name: Any) -> tuple[Run, dict] | None:
    """The run of that name, else the one most alive, else the newest; None where there is no run."""
    for run, status in seen:
        if run.name == name:
            return run, status
    rank = {state: i for i, state in enumerate(FIRST)}
    return min(seen, key=lambda pair: rank.get(pair[1]["state"], len(FIRST)), default=None)


def public_status(run: Run, status: dict, seen: list[tuple[Run, dict]]) -> dict[str, Any]:
    """What the page shows of a status, and what it adds: the word not yet obeyed, the place in the queue."""
    shown = {key: tidy(status[key]) for key in STATUS_KEYS if status.get(key) is not None}
    if reason := status.get("reason"):
        shown["reason"] = str(reason)[:600]
    if status["state"] == "starting" and status.get("preparing"):
        shown["preparing"] = status["preparing"]
    if status["state"] in WORKING and (word := run.command()) != "run":
        shown["word"] = word
    if status["state"] == "queued":
        waiting = sorted((s.get("asked", s.get("created", 0)), r.name) for r, s in seen if s["state"] == "queued")
        shown["queue"] = [name for _, name in waiting].index(run.name) + 1
    return shown


def light(run: Run, status: dict) -> dict[str, Any]:
    """The watchdog's light: its level and, for each finding, what the page's words of it need. "again": a remedy adds a budget."""
    try:
        config = run.config()
    except ValueError:  # a newer version wrote it
        return {"level": "grey", "findings": [], "again": False}
    rows, again = run.history(watchdog.HISTORY), config.is_used_up(status["nimg"], status["sec"])
    findings = watchdog.judge(rows, config)
    shown = [
        {"kind": f.kind, "level": f.level, "remedies": offered(f.remedies, again), "values": f.values} for f in findings
    ]
    return {"level": watchdog.level(findings, len(rows)), "findings": shown, "again": again}


def offered(remedies: tuple[str, ...], again: bool) -> tuple[str, ...]:
    """Without the one that halves the rest, where there is none."""
    return tuple(name for name in remedies if not (again and name == "lower_budget"))


def best(run: Run) -> list[float] | None:
    """[nimg, live figure] of the snapshot that is kept as the best one; its row may be one of many in a point of the curve."""
    folder = run.best_snapshot()
    value = live_figure(folder) if folder else None
    return None if value is None else [nimg_of(folder), short(value)]


def summary(run: Run) -> dict[str, Any]:
    """The few facts of a configuration that the page shows; {} where a newer version wrote it."""
    try:
        config = run.config()
    except (OSError, ValueError):
        return {}
    facts = {key: getattr(config, key) for key in CONFIG_KEYS}
    if config.minutes and config.kimg >= UNLIMITED_KIMG:
        facts["kimg"] = 0  # the run ends by the clock: "of 10,000,000 kimg" says nothing
    return facts | {"dataset": Path(config.dataset).name}  # without the folders of the person's disk


def build_monitor(runs_folder: Path):
    """The component (elem_id "monitor"). It follows a run that is announced by the window event "ganapp:watch"."""
    import gradio as gr
    from gradio.utils import get_upload_folder

    from ..access.visitors import owners_only

    monitor = Monitor(runs_folder, publisher(), exports=Path(get_upload_folder()) / "ganapp-exports")

    # gradio wants functions with a name of their own that take one plain argument.
    def poll(request: Any) -> dict:
        return monitor.poll(request)

    def act(request: Any) -> dict:
        return monitor.act(request)

    return gr.HTML(
        elem_id="monitor",
        **sources("train/monitor"),
        apply_default_css=False,
        server_functions=[poll, owners_only(act, reads=("timelapse",))],
    )
