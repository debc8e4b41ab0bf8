"""The curves of runs as a CSV or JSON file for the browser, as `ganapp compare --curves` writes them."""

from __future__ import annotations

from typing import Any

from ganapp.runs import table
from ganapp.runs.comparison import MOST

from .watching import Watch


def curves_for(watch: Watch, request: dict[str, Any]) -> dict[str, Any]:
    """{"text": the file, "name": what it is called} of the runs in request["runs"], [[name, stamp], ...].

    request["kind"]: "csv" or "json". Raises ValueError (message fit for the user) for another kind, for no
    run or too many, and where a name is another run's now.
    """
    asked, kind = request.get("runs") or [], request.get("kind") or "csv"
    if not 1 <= len(asked) <= MOST:
        raise ValueError(f"{len(asked)} runs are named; curves are written of 1 to {MOST}.")
    if not all(isinstance(pair, list) and len(pair) == 2 for pair in asked):
        raise ValueError("each run must be named with its stamp.")
    runs = [watch.find(name, stamp) for name, stamp in asked]
    name = f"{runs[0].name if len(runs) == 1 else 'curves'}.{kind}"
    return {"text": table.text_of(name, table.curves_of(runs)), "name": name}
