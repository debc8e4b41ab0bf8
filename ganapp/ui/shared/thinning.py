"""Statistics as columns for a browser: a run of any length in at most 60 KB. It reads no folder."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from ganapp.runs.columns import NOT_DRAWN, drawn_names
from ganapp.runs.comparison import with_gap

MAX_ROWS = 900  # more rows than this are sent as BUCKETS times mean, lowest and highest
BUCKETS = 440
SERIES_IN_FULL = 6  # so many series get all of these rows; more of them share the same bytes
MOST_ASKED = 12  # columns that a page may ask for besides those that it always draws


def columns(
    rows: list[dict[str, float]],
    series: Sequence[str] | None = None,
    max_rows: int = MAX_ROWS,
    buckets: int = BUCKETS,
) -> dict[str, Any]:
    """Rows as columns of about 4 digits, null where there is no finite number.

    Up to max_rows rows as they are. More as `buckets` points: the mean under the series' name, and "lo" and
    "hi" hold the lowest and highest, so that a spike stays visible. series: what to send of the rows; None:
    what the monitor draws.
    """
    wanted = drawn_names(rows) if series is None else series
    if "gap" in wanted:
        rows = [with_gap(row) for row in rows]
    keys = [key for key in wanted if any(key in row for row in rows)]
    share = min(1.0, SERIES_IN_FULL / max(len(keys), 1))
    max_rows, buckets = int(max_rows * share), int(buckets * share)
    count = min(len(rows), buckets) if len(rows) > max_rows else len(rows)
    edges = [len(rows) * i // count for i in range(count + 1)]
    parts = [rows[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    table: dict[str, Any] = {
        "rows": len(rows),
        "nimg": [bucket[-1]["nimg"] for bucket in parts],
        "sec": [round(bucket[-1].get("sec", 0), 1) for bucket in parts],
    }
    values = {key: [[r[key] for r in bucket if is_number(r.get(key))] for bucket in parts] for key in keys}
    for key in keys:
        table[key] = [short(math.fsum(v) / len(v)) if v else None for v in values[key]]
    if count < len(rows):
        table["lo"] = {key: [short(min(v), 3) if v else None for v in values[key]] for key in keys}
        table["hi"] = {key: [short(max(v), 3) if v else None for v in values[key]] for key in keys}
    return table


def asked(names: Any) -> list[str]:
    """The columns that a page asks for, at most MOST_ASKED; whatever is no name is left out."""
    names = names if isinstance(names, list) else []
    wanted = [name for name in names if isinstance(name, str) and name not in NOT_DRAWN]
    return list(dict.fromkeys(wanted))[:MOST_ASKED]


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def short(value: float, digits: int = 4) -> float:
    return float(f"{value:.{digits}g}")


def spread(items: list, count: int) -> list:
    """`count` of the items at even distances, the first and the last among them."""
    return [items[round(i * (len(items) - 1) / (count - 1))] for i in range(count)]
