"""The live monitor of the Train tab: one gr.HTML whose script polls with a cursor and draws on what it has.

The functions here are plain and tested without gradio; monitor.html, monitor.css and monitor.js are the page. Training is
not touched: this reads run folders and leaves one word for the driver.
"""

from __future__ import annotations

import json
import math
import secrets
import shutil
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..runs import WORKING, Run, list_runs
from .strings import script_catalogs
from .thinning import columns, spread

STATUS_KEYS = ("state", "attempt", "nimg", "sec", "images_per_sec", "device", "precision", "threads", "mem_mb")
CONFIG_KEYS = ("preset", "resolution", "family", "loss", "batch", "kimg", "minutes", "parent")
FIRST = ("running", "starting", "queued", "interrupted")  # what a page that chose nothing is shown
UNLIMITED_KIMG = 10_000_000
RESUMABLE = ("paused", "stopped", "failed", "interrupted")
MAX_RUNS = 300
MAX_FRAMES = 480  # of a time-lapse: 20 seconds
FRESH_SEC = 0.7  # all browsers share one look at the folder for so long
EXPORT_KEPT_SEC = 3600


class Monitor:
    """`poll` and `act` for one folder of runs. Remembers what it saw for FRESH_SEC, and nothing else that matters."""

    def __init__(
        self, folder: str | Path, publish: Callable[[Path], None], exports: Path, fresh_sec: float = FRESH_SEC
    ) -> None:
        self.folder = Path(folder).resolve()
        self.publish = publish  # makes the files of a folder available to the browser
        self.exports = exports  # what is in here is available
        self.fresh_sec = fresh_sec
        self._lock = threading.Lock()
        self._memory: dict[Any, tuple[float, Any]] = {}
        self._ended: dict[Run, tuple[int, dict]] = {}

    # -- poll ---------------------------------------------------------------------------------------------------------

    def poll(self, request: Any) -> dict[str, Any]:
        """What a browser that knows request["known"] does not know about request["run"] (None: the server chooses).

        {} when nothing is new. Else some of: runs + list, run, config + folder, status + status_hash, reset, stats,
        attempt + offset, grids, real. With "reset" the browser forgets the stats and grids it has of this run.
        """
        request = request if isinstance(request, dict) else {}
        known = request.get("known") if isinstance(request.get("known"), dict) else {}
        seen = self._fresh("runs", self._look)
        answer: dict[str, Any] = {}
        listed = [[run.name, status["state"], status["nimg"]] for run, status in seen]
        list_hash = fingerprint([row[:2] for row in listed])
        if known.get("list") != list_hash:
            answer.update(runs=listed[:MAX_RUNS], list=list_hash)
        chosen = choose(seen, request.get("run"))
        if chosen is None:
            return answer | ({"run": None} if known.get("run") else {})
        run, status = chosen
        if known.get("run") != run.name:
            known = {}
            self.publish(run.samples_folder)
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
        attempt, offset = whole(known.get("attempt"), -1), max(0, whole(known.get("offset"), 0))
        rows, new_attempt, new_offset = run.read_stats(attempt, offset)
        reset = not known or new_attempt != attempt or new_offset < offset
        if reset:
            news["reset"] = True
        if rows:
            news["stats"] = columns(rows)
        if reset or new_offset != offset:
            news.update(attempt=new_attempt, offset=new_offset)
        last = -1 if reset else whole(known.get("grids"), -1)
        grids, real = self._fresh(run, lambda: ([int(p.stem) for p in run.samples()], run.real_path.exists()))
        if new := [nimg for nimg in grids if nimg > last]:
            news["grids"] = new
        if real and not known.get("real"):
            news["real"] = True
        return news

    def _look(self) -> list[tuple[Run, dict]]:
        """All runs with their status, newest first. The status of a run that has ended is read again when it changes."""
        seen = []
        for run in list_runs(self.folder):
            try:
                changed = (run.path / "status.json").stat().st_mtime_ns
                if self._ended.get(run, (0, {}))[0] == changed:
                    status = self._ended[run][1]
                else:
                    status = run.status()
                    if status["state"] not in (*WORKING, "interrupted"):
                        self._ended[run] = changed, status
            except FileNotFoundError:
                continue  # deleted meanwhile
            seen.append((run, status))
        return seen

    def _fresh(self, key: Any, look: Callable[[], Any]) -> Any:
        with self._lock:
            when, value = self._memory.get(key, (-math.inf, None))
            if time.monotonic() - when >= self.fresh_sec:
                value = look()
                self._memory[key] = time.monotonic(), value
            return value

    # -- act ----------------------------------------------------------------------------------------------------------

    def act(self, request: Any) -> dict[str, Any]:
        """Do request["word"] to request["run"]: {"ok": True, ...}, or {"error": one sentence}."""
        request = request if isinstance(request, dict) else {}
        try:
            word = request.get("word")
            if not isinstance(word, str) or word not in ACTIONS:
                raise ValueError(f"word is {word!r}; it must be one of {', '.join(ACTIONS)}.")
            return {"ok": True, **ACTIONS[word](self, self._find(request.get("run")), request)}
        except (ValueError, OSError) as error:
            return {"error": str(error) or type(error).__name__}
        finally:
            with self._lock:
                self._memory.clear()

    def _find(self, name: Any) -> Run:
        """The run of that name. Compared with the names that are there, so no path can come in from outside."""
        for run in list_runs(self.folder):
            if run.name == name:
                return run
        raise ValueError(f"there is no run {str(name)[:80]!r} any more.")

    def _send(self, run: Run, request: dict) -> dict:
        # A word left for a run that nobody drives would be obeyed at once when it is resumed.
        if run.status()["state"] not in WORKING:
            raise ValueError(f"run {run.name!r} is not at work.")
        run.send(request["word"])
        return {}

    def _resume(self, run: Run, request: dict) -> dict:
        from .. import jobs

        state = run.status()["state"]
        if state not in RESUMABLE:
            raise ValueError(f"run {run.name!r} is {state} and cannot be resumed.")
        jobs.start(run)
        return {}

    def _rename(self, run: Run, request: dict) -> dict:
        return {"run": run.rename(str(request.get("name", "")).strip()).name}

    def _delete(self, run: Run, request: dict) -> dict:
        run.delete()
        return {}

    def _timelapse(self, run: Run, request: dict) -> dict:
        """A video of all grids, made again only where there are newer grids than it has."""
        from .. import media

        grids = run.samples()
        if len(grids) < 2:
            raise ValueError("a time-lapse needs at least two sample grids.")
        frames = grids if len(grids) <= MAX_FRAMES else spread(grids, MAX_FRAMES)
        target = run.timelapse_path
        if not target.exists() or target.stat().st_mtime < grids[-1].stat().st_mtime:
            media.timelapse(frames, target, max(4, min(24, len(frames) // 12)))
        self.publish(run.samples_folder)
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


def tidy(value: Any) -> Any:
    """A value that JSON can hold: a driver may have written NaN, which is none."""
    if isinstance(value, float):
        return round(value, 1) if math.isfinite(value) else None
    return value


def whole(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def fingerprint(value: Any) -> int:
    return zlib.crc32(json.dumps(value).encode())


def build_monitor(runs_folder: Path):
    """The component (elem_id "monitor"). It follows a run that is announced by the window event "ganapp:watch"."""
    import gradio as gr
    from gradio.utils import get_upload_folder

    published: set[Path] = set()

    def publish(folder: Path) -> None:
        if folder not in published:  # set_static_paths only ever adds
            published.add(folder)
            gr.set_static_paths([folder])

    monitor = Monitor(runs_folder, publish, exports=Path(get_upload_folder()) / "ganapp-exports")

    # gradio wants functions with a name of their own that take one plain argument.
    def poll(request: Any) -> dict:
        return monitor.poll(request)

    def act(request: Any) -> dict:
        return monitor.act(request)

    def source(suffix: str) -> str:
        return Path(__file__).with_name(f"monitor{suffix}").read_text(encoding="utf-8")

    return gr.HTML(
        elem_id="monitor",
        html_template=source(".html"),
        css_template=source(".css"),
        js_on_load=f"const CATALOGS = {json.dumps(script_catalogs())};\n{source('_charts.js')}{source('.js')}",
        apply_default_css=False,
        server_functions=[poll, act],
    )
