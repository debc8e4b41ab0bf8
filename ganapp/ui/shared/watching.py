"""A folder of runs as the page's scripts see it: one look for all browsers, and what is new after a cursor.

The monitor and the Compare tab are made from it. Files only are read, and no training is touched.
"""

from __future__ import annotations

import json
import math
import threading
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ganapp.runs import WORKING, Run, list_runs

UI = Path(__file__).resolve().parents[1]  # the folder of all tabs
FRESH_SEC = 0.7  # all browsers share one look at the folder for so long
MAX_LISTED = 300


class Watch:
    """Remembers what it saw of one folder for `fresh_sec`, and nothing else that matters."""

    def __init__(self, folder: str | Path, publish: Callable[[Path], None], fresh_sec: float = FRESH_SEC) -> None:
        self.folder = Path(folder).resolve()
        self.publish = publish  # makes the files of a folder available to the browser
        self.fresh_sec = fresh_sec
        self._lock = threading.Lock()
        self._memory: dict[Any, tuple[float, Any]] = {}
        self._ended: dict[Run, tuple[int, dict]] = {}

    def runs(self) -> list[tuple[Run, dict]]:
        """All runs with their status, newest first."""
        return self.fresh("runs", self._look)

    def _look(self) -> list[tuple[Run, dict]]:
        """The status of a run that has ended is read again when it changes."""
        seen = []
        for run in list_runs(self.folder):
            try:
                changed = run.status_stamp()
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

    def fresh(self, key: Any, look: Callable[[], Any]) -> Any:
        """look(), or what it gave a moment ago."""
        with self._lock:
            when, value = self._memory.get(key, (-math.inf, None))
            if time.monotonic() - when >= self.fresh_sec:
                value = look()
                self._memory[key] = time.monotonic(), value
            return value

    def forget(self) -> None:
        """Look again at everything: something was done."""
        with self._lock:
            self._memory.clear()

    def find(self, name: Any) -> Run:
        """The run of that name. Compared with the names that are there, so no path can come in from outside."""
        for run in list_runs(self.folder):
            if run.name == name:
                return run
        raise ValueError(f"there is no run {str(name)[:80]!r} any more.")

    def list_news(self, known: dict, answer: dict[str, Any]) -> list[tuple[Run, dict]]:
        """Add runs + list to the answer where known["list"] is another list; returns all runs with their status."""
        seen = self.runs()
        listed = [[run.name, status["state"], status["nimg"]] for run, status in seen]
        list_hash = fingerprint([row[:2] for row in listed])
        if known.get("list") != list_hash:
            answer.update(runs=listed[:MAX_LISTED], list=list_hash)
        return seen

    def news(self, run: Run, known: dict, columns: Callable[[list[dict]], dict]) -> dict[str, Any]:
        """What is new of a run's curves and pictures: some of reset, stats, attempt + offset, grids, real.

        With "reset" the browser forgets the stats and grids it has of this run. `columns` makes stats of rows.
        """
        news: dict[str, Any] = {}
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
        grids, real = self.fresh(run, lambda: ([int(p.stem) for p in run.samples()], run.real_path.exists()))
        if new := [nimg for nimg in grids if nimg > last]:
            news["grids"] = new
        if real and not known.get("real"):
            news["real"] = True
        return news


def tidy(value: Any) -> Any:
    """A value that JSON can hold: a driver may have written NaN, which is none."""
    if isinstance(value, float):
        return round(value, 1) if math.isfinite(value) else None
    return value


def whole(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def fingerprint(value: Any) -> int:
    return zlib.crc32(json.dumps(value).encode())


def publisher() -> Callable[[Path], None]:
    """A function that lets the browser fetch the files of a folder."""
    import gradio as gr

    published: set[Path] = set()

    def publish(folder: Path) -> None:
        if folder not in published:  # set_static_paths only ever adds
            published.add(folder)
            gr.set_static_paths([folder])

    return publish


def sources(name: str, **constants: Any) -> dict[str, str]:
    """The templates of a gr.HTML from NAME.html, NAME.css and NAME.js, with what they share and constants in front."""
    from .strings import script_catalogs

    def read(*names: str) -> str:
        return "".join((UI / name).read_text(encoding="utf-8") for name in names)

    constants["CATALOGS"] = script_catalogs()
    given = "".join(f"const {key} = {json.dumps(value)};\n" for key, value in constants.items())
    return {
        "html_template": read(f"{name}.html"),
        "css_template": read("shared/parts.css", f"{name}.css"),
        "js_on_load": given + read("shared/parts.js", "shared/charts.js", f"{name}.js"),
    }
