"""What the table of runs asks: all rows, then those that changed, files of them, acts on several runs.

A row is computed in ganapp/runs/table.py, what is done to one run in ui/shared/run_actions.py. No Gradio.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from ganapp.runs import Run, deleted
from ganapp.runs.about import ABOUT, stamp_of
from ganapp.runs.table import csv_of, row_of

from ..access.capabilities import here
from ..access.paths import without_paths
from ..shared import run_actions
from ..shared.language import with_sentences
from ..shared.run_actions import Served
from ..shared.watching import Watch, fingerprint, tidy

READ = (ABOUT, "config.json", "metrics.json", "snapshots")  # besides the status, what a row is made of
AS_THEY_ARE = (
    "name",
    "title",
    "state",
    "kimg",
    "minutes",
    "best",
    "best_kimg",
    "best_of",
    "preset",
    "tags",
    "evaluated",
)
FORMATS = ("csv", "json")


class Known(NamedTuple):
    """A row as it was read: when its files changed, the count of changes that it is, and for the browser."""

    changed: tuple
    at: int
    row: dict[str, Any]
    shown: dict[str, Any]


class RunTable:
    """`poll`, `act` and `download` for one folder of runs."""

    def __init__(self, watch: Watch, served: Served) -> None:
        self.watch, self.served = watch, served
        self._known: dict[Run, Known] = {}
        self._count = 0  # of changes of rows, so far
        self._began = secrets.token_hex(4)  # a browser that knows another process's count begins anew
        self._lock = threading.Lock()

    def poll(self, request: Any) -> dict[str, Any]:
        """Return the rows that changed since the browser's last poll, and the order of all if that changed.

        request["known"] is the cursor, {began, at, order}. {} if nothing is new. Else began + at, and some of
        rows and names + order (the names of all runs, newest first, and their hash).
        """
        request = request if isinstance(request, dict) else {}
        known = request.get("known") if isinstance(request.get("known"), dict) else {}
        at = known.get("at") if known.get("began") == self._began else 0
        at = at if isinstance(at, int) else 0
        rows = self._rows()
        answer: dict[str, Any] = {}
        if new := [one.shown for one in rows if one.at > at]:
            answer["rows"] = new
        names = [one.row["name"] for one in rows]
        if known.get("order") != (order := fingerprint(names)):
            answer.update(names=names, order=order)
        return answer and {"began": self._began, "at": max((one.at for one in rows), default=at), **answer}

    def _rows(self) -> list[Known]:
        """All runs, newest first. A row is read again where one of its files or its state changed."""
        with self._lock:
            rows = {}
            for run, status in self.watch.runs():
                with suppress(FileNotFoundError):  # deleted meanwhile
                    rows[run] = self._row(run, status)
            self._known = rows
            return list(rows.values())

    def _row(self, run: Run, status: dict[str, Any]) -> Known:
        changed = (status["state"], run.status_stamp(), *_stamps(run))
        before = self._known.get(run)
        if before and before.changed == changed:
            return before
        row = row_of(run, status)
        shown = shown_row(run, row, status)
        if before and before.shown == shown:
            return before._replace(changed=changed, row=row)
        self._count += 1
        return Known(changed, self._count, row, shown)

    def download(self, request: Any) -> dict[str, Any]:
        """Rows as the text of a file, {text, name}: those of request["names"], in this order.

        request["names"]: lists of names. Its columns are those of `ganapp runs`, without the path where
        visitors may not know any. Raises ValueError (message fit for the user) if the format is unknown.
        """
        kind = request.get("format")
        if kind not in FORMATS:
            raise ValueError(f"format is {kind!r}; it must be one of {', '.join(FORMATS)}.")
        known = {one.row["name"]: one for one in self._rows()}
        names = [n for part in request.get("names", ()) if isinstance(part, list) for n in part]
        rows = [public(known[name].row) for name in names if isinstance(name, str) and name in known]
        text = (
            csv_of(rows) if kind == "csv" else json.dumps(rows, indent=2, ensure_ascii=False, allow_nan=False)
        )
        return {"text": text, "name": f"runs.{kind}"}

    def act(self, request: dict[str, Any]) -> dict[str, Any]:
        """Do request["word"]: to several runs, or what run_actions does to one. {"ok": True, ...}.

        Raises ValueError (message fit for the user) if it is not possible.
        """
        many = {"delete_several": self._delete, "restore_several": self._restore}
        try:
            if request.get("word") in many:
                return {"ok": True, **many[request["word"]](request)}
            return {"ok": True, **run_actions.act(self.watch, request, self.served)}
        finally:
            self.watch.forget()

    def _delete(self, request: dict[str, Any]) -> dict[str, Any]:
        """Delete request["runs"], pairs of name and stamp. What refuses stays, and does not keep the others.

        {entries: of Recently deleted, refused: [{name, error}]}.
        """
        entries, refused = [], []
        for name, stamp in pairs_of(request.get("runs", ())):
            asked = {"word": "delete", "run": name, "stamp": stamp}
            try:
                entries.append(run_actions.act(self.watch, asked, self.served)["entry"])
            except (ValueError, OSError) as error:
                refused.append({"name": name, "error": str(error)})
        return {"entries": entries, "refused": refused}

    def _restore(self, request: dict[str, Any]) -> dict[str, Any]:
        """Bring request["entries"] of Recently deleted back: {names, refused: [{name, error}]}."""
        names, refused = [], []
        for entry in filter(lambda entry: isinstance(entry, str), request.get("entries", ())):
            try:
                names.append(deleted.restore(self.watch.folder, entry).name)
            except (ValueError, OSError) as error:
                refused.append({"name": entry, "error": str(error)})
        return {"names": names, "refused": refused}


def pairs_of(runs: list) -> Iterator[tuple[str, str]]:
    """The pairs of name and stamp in a request. Raises ValueError (message fit for the user) for others."""
    for pair in runs:
        if not (isinstance(pair, list) and len(pair) == 2 and all(isinstance(text, str) for text in pair)):
            raise ValueError("runs must be pairs of a name and a stamp. Nothing was done.")
    yield from map(tuple, runs)


def _stamps(run: Run) -> Iterator[int]:
    """When the files that a row is made of changed last, in ns; 0 for one that is not there."""
    for name in READ:
        try:
            yield (run.path / name).stat().st_mtime_ns
        except OSError:
            yield 0


def shown_row(run: Run, row: dict[str, Any], status: dict[str, Any]) -> dict[str, Any]:
    """A row of ganapp.runs.table as the page needs it: without folders, with the run's stamp.

    "said" is the person's note: "note" would be taken for a sentence of the app.
    """
    return {
        **{key: row[key] for key in AS_THEY_ARE},
        "stamp": stamp_of(run, status),
        "nimg": status["nimg"],
        "saved": status.get("saved"),
        "created": tidy(status.get("created")),
        "data": Path(row["data"]).name if row["data"] else None,
        "budget": row["budget"],
        "differs": row["differs"],
        "said": row["note"],
        "reason": str(row["reason"] or "")[:300],
    }


def public(row: dict[str, Any]) -> dict[str, Any]:
    """A row for a file: where visitors may name no paths, they are told none."""
    if here().paths:
        return row
    said = with_sentences({"reason": row["reason"], "notes": row["damage"]}, without_paths)
    data = Path(row["data"]).name if row["data"] else None
    return {**row, "reason": said["reason"], "damage": said["notes"], "data": data, "path": None}
