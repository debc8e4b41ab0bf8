"""The table of runs: one row a run, the same for the page, `ganapp runs --json` and CSV.

It reads run folders and starts nothing. What differs between a few chosen runs is in comparison.py.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ganapp.config import PRESETS
from ganapp.files import write_text

from .about import read_about
from .comparison import differences, with_gap
from .figures import live_of, read_figures
from .mending import damage_of
from .names import generators_in, nimg_of
from .quoting import quoted
from .run import Run
from .status import silence_of


def row_of(run: Run, status: dict[str, Any] | None = None) -> dict[str, Any]:
    """A run as JSON data; what is unknown is None. status: the run's, if it is at hand.

    Keys: name, title, path, state, created (a text, see moment), kimg, budget ({kimg, minutes}),
    images_per_sec, sec, data, preset, device,
    reason, damage (sentences), minutes, best (the best live figure of a snapshot), best_of (its
    name), best_kimg (where that is), evaluated ({name of a figure: its last value}), note, tags, and
    differs: {field: value} of what is not as in its preset.
    """
    status, about = status or run.status(), read_about(run)
    try:
        config = run.config()
    except (OSError, ValueError):  # written by another version, or incomplete: listed all the same
        config = None
    best = run.best_snapshot()
    live = live_of(next(iter(generators_in(best).values()))) if best else None
    return {
        "name": run.name,
        "title": about.title or run.name,
        "path": str(run.path),
        "state": status["state"],
        "created": moment(status.get("created")),
        "kimg": status["nimg"] / 1000,
        "budget": {"kimg": config.kimg, "minutes": config.minutes or None} if config else None,
        "images_per_sec": status.get("images_per_sec"),
        "sec": status["sec"],
        "data": config.dataset if config else None,
        "preset": config.preset if config else None,
        "device": status.get("device"),
        "reason": quoted(run, status.get("reason")),
        "damage": [*filter(None, [silence_of(status)]), *damage_of(run, rows=False)],
        "minutes": round(status["sec"] / 60, 1),
        "best": live.value if live else None,
        "best_of": live.name if live else None,
        "best_kimg": nimg_of(best) / 1000 if best else None,
        "evaluated": evaluated(run),
        "note": about.note,
        "tags": list(about.tags),
        "differs": differs_from_preset(config) if config else {},
    }


def moment(sec: float | None) -> str | None:
    """Seconds since 1970 as ISO 8601 in UTC, to the second; None if it is not known or no date."""
    try:
        return datetime.fromtimestamp(sec, UTC).isoformat(timespec="seconds") if sec else None
    except (ValueError, OverflowError, OSError):
        return None


def evaluated(run: Run) -> dict[str, float]:
    """The figures that were measured of a run's snapshots, {name: the last finite value}."""
    values = {figure["name"]: figure["value"] for figure in read_figures(run.path)}
    return {name: value for name, value in values.items() if _is_finite(value)}


def differs_from_preset(config) -> dict[str, Any]:
    """The settings of a configuration that are not those of its preset; {} without a known preset.

    Data, budget and what is found or measured at the start are left out.
    """
    from ganapp.config import preset_config

    if config.preset not in PRESETS:
        return {}
    left_out = {"dataset", "kimg", "minutes", "num_classes", "channels", "precision", "threads", "device"}
    left_out |= {"preset", "parent", "from_nimg"}
    rows = differences([preset_config(config.preset), config])
    return {row.field: row.values[1] for row in rows if row.field not in left_out}


def curves_of(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """All rows of statistics of these runs, each with the run's name first and the gap of its logits.

    Units: nimg in images, sec in seconds of training. What is not finite is None.
    """
    return [
        {"run": run.name, **{k: v if _is_finite(v) else None for k, v in with_gap(row).items()}}
        for run in runs
        for row in run.read_stats()[0]
    ]


def written(path: str | Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write rows to a file, by the ending of its name as CSV or JSON.

    Raises ValueError (message fit for the user) if the ending is another one.
    """
    write_text(Path(path), text_of(path, rows))


def text_of(path: str | Path, rows: Sequence[dict[str, Any]]) -> str:
    """What `written` writes."""
    if check_written(path) == ".csv":
        return csv_of(rows)
    return json.dumps(rows, ensure_ascii=False, allow_nan=False)


def check_written(path: str | Path) -> str:
    """The suffix of a path for rows. Raises ValueError (message fit for the user) if it is not allowed."""
    suffix = Path(path).suffix.lower()
    if suffix not in (".csv", ".json"):
        raise ValueError(f"{Path(path).name!r} cannot hold curves: the name must end in .csv or .json.")
    return suffix


def csv_of(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as CSV with a header of all their keys, each in the order in which it first appears.

    A dictionary is written as columns KEY.NAME, a list with "; " between its items, None as an empty cell.
    A text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    flat = [_flat(row) for row in rows]
    header = list(dict.fromkeys(key for row in flat for key in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return file.getvalue()


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in row.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{name}": _cell(inner) for name, inner in value.items()}
        else:
            flat[key] = _cell(value)
    return flat


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = "; ".join(map(str, value))
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value


def _is_finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
