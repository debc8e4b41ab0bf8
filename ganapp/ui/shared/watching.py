"""A folder of runs as the page's scripts see it: one look for all browsers, and what is new after a cursor.

The monitor and the Compare tab are made from it. It reads files only and touches no training.
"""

from __future__ import annotations

import json
import math
import re
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from ganapp.runs import WORKING, Run, list_runs, nimg_of, title_of
from ganapp.runs.about import ABOUT, check_stamp, stamp_of
from ganapp.runs.columns import named, names_in

UI = Path(__file__).resolve().parents[1]  # the folder of all tabs
FRESH_SEC = 0.7  # for so long all browsers share one look at the folder
MAX_LISTED = 1000
MOST_EXACT = 2**53  # the largest whole number that a script of the page holds exactly


class Watch:
    """One folder of runs. Remembers what it read for `fresh_sec`, so that all browsers share one look."""

    def __init__(
        self, folder: str | Path, publish: Callable[[Path], str], fresh_sec: float = FRESH_SEC
    ) -> None:
        self.folder = Path(folder).resolve()
        self.publish = (
            publish  # makes the files of a folder available to the browser, under the name it returns
        )
        self.fresh_sec = fresh_sec
        self._lock = threading.Lock()
        self._memory: dict[Any, tuple[float, Any]] = {}
        self._ended: dict[Run, tuple[int, dict]] = {}
        self._titles: dict[Run, tuple[int, str]] = {}

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
        there = {run for run, _ in seen}
        for memory in (self._ended, self._titles):
            for run in [run for run in list(memory) if run not in there]:  # deleted or renamed
                memory.pop(run, None)
        return seen

    def fresh(self, key: Any, look: Callable[[], Any]) -> Any:
        """Return look(), or what it returned less than `fresh_sec` ago."""
        with self._lock:
            when, value = self._memory.get(key, (-math.inf, None))
            if time.monotonic() - when >= self.fresh_sec:
                value = look()
                self._memory[key] = time.monotonic(), value
            return value

    def forget(self) -> None:
        """Read everything again at the next look, because something was changed."""
        with self._lock:
            self._memory.clear()

    def find(self, name: Any, stamp: Any = None) -> Run:
        """The run of that name. Only names in the folder match, so no path can come in from outside.

        stamp: that of the run which the person saw; None where a name alone will do. Raises ValueError
        (message fit for the user) if there is none, or if the name is another run's now.
        """
        runs = list_runs(self.folder)
        for run in runs:
            if run.name == name:
                if stamp is not None:
                    check_stamp(run, stamp)
                return run
        name = str(name)[:80]
        if same := [run.name for run in runs if stamp and stamp_of(run) == stamp]:
            raise ValueError(f"there is no run {name!r} any more; it is {same[0]!r} now. Nothing was done.")
        raise ValueError(f"there is no run {name!r} any more.")

    def title(self, run: Run) -> str:
        """What a run is called. Read again when its file changes."""
        try:
            changed = (run.path / ABOUT).stat().st_mtime_ns
        except OSError:
            return run.name
        if self._titles.get(run, (0, ""))[0] != changed:
            self._titles[run] = changed, title_of(run)
        return self._titles[run][1]

    def row(self, run: Run, status: dict) -> list:
        """A run as the page lists it: [name, state, nimg, title, stamp]. Raises OSError if it is gone."""
        return [run.name, status["state"], status["nimg"], self.title(run), stamp_of(run, status)]

    def list_news(self, known: dict, answer: dict[str, Any]) -> list[tuple[Run, dict]]:
        """All runs with their status. Adds runs + list to the answer if known["list"] differs.

        A run in the answer is [name, state, nimg, title, stamp].
        """
        seen, listed = self.runs(), []
        for run, status in seen:
            with suppress(FileNotFoundError):  # deleted meanwhile
                listed.append(self.row(run, status))
        list_hash = fingerprint([row[:2] + row[3:] for row in listed])
        if known.get("list") != list_hash:
            answer.update(runs=listed[:MAX_LISTED], list=list_hash)
        return seen

    def news(self, run: Run, known: dict, columns: Callable[[list[dict]], dict]) -> dict[str, Any]:
        """What is new of a run's curves and pictures.

        Some of reset, stats, names, attempt + offset, grids, real. On "reset" the browser forgets the stats
        and grids of this run. `columns` turns rows into stats; names: the columns of the rows that the
        browser does not know yet, as runs.columns.named gives them.
        """
        news: dict[str, Any] = {}
        attempt, offset = whole(known.get("attempt"), -1), max(0, whole(known.get("offset"), 0))
        rows, new_attempt, new_offset = run.read_stats(attempt, offset)
        reset = not known or new_attempt != attempt or new_offset < offset
        if reset:
            news["reset"] = True
        if rows:
            news["stats"] = columns(rows)
            there = known["names"] if not reset and isinstance(known.get("names"), list) else ()
            if new := [name for name in names_in(rows) if name not in there]:
                news["names"] = named(new)
        if reset or new_offset != offset:
            news.update(attempt=new_attempt, offset=new_offset)
        last = -1 if reset else whole(known.get("grids"), -1)
        grids, real = self.fresh(run, lambda: ([nimg_of(p) for p in run.samples()], run.real_path.exists()))
        if new := [nimg for nimg in grids if nimg > last]:
            news["grids"] = new
        if real and not known.get("real"):
            news["real"] = True
        return news


def tidy(value: Any) -> Any:
    """A value that JSON and a script can hold. A driver may have written NaN, which becomes None."""
    if isinstance(value, float):
        return round(value, 1) if math.isfinite(value) else None
    if isinstance(value, int) and abs(value) > MOST_EXACT:
        return None
    return value


def whole(value: Any, default: int) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_EXACT
    return value if is_whole else default


def fingerprint(value: Any) -> int:
    return zlib.crc32(json.dumps(value).encode())


def publisher() -> Callable[[Path], str]:
    """A function that lets the browser fetch the files of a folder.

    It returns the folder's name in addresses.
    """
    import gradio as gr

    from ..access.file_names import named

    published: dict[Path, str] = {}

    def publish(folder: Path) -> str:
        if folder not in published:  # set_static_paths only ever adds
            gr.set_static_paths([folder])
            published[folder] = named(folder)
        return published[folder]

    return publish


class Files(NamedTuple):
    """The files of a gr.HTML, relative to ganapp/ui; those of a kind are joined in this order."""

    html: str
    css: tuple[str, ...]
    scripts: tuple[str, ...]


SHARED_SCRIPTS = tuple(
    f"shared/{name}.js"
    for name in (
        "words",
        "listening",
        "parts",
        "polling",
        "asking",
        "news",
        "states",
        "table",
        "grid",
        "timeline",
        "axes",
        "curves",
        "readout",
        "zoom",
        "charts",
    )
)


def sources(files: Files, **constants: Any) -> dict[str, str]:
    """The templates of a gr.HTML. The constants, CATALOGS, WORKING and CHANGES come before the scripts.

    CHANGES: whether anybody here may start, change and delete runs.
    """
    from ..access.capabilities import here
    from .strings import script_catalogs

    def read(*names: str) -> str:
        return "".join((UI / name).read_text(encoding="utf-8") for name in names)

    def html(name: str) -> str:
        """A file with those that its lines `<include src="…" />` name."""
        return re.sub(r' *<include src="([^"]+)" />\n', lambda found: html(found[1]), read(name))

    constants |= {
        "CATALOGS": script_catalogs(),
        "WORKING": WORKING,
        "CHANGES": here().trains != "none",
    }
    given = "".join(f"const {key} = {json.dumps(value)};\n" for key, value in constants.items())
    return {
        "html_template": html(files.html),
        "css_template": read(*files.css),
        "js_on_load": given + read(*files.scripts),
    }
