"""Statistics as columns for a browser: a run of any length in at most 60 KB. Knows nothing of pages or folders."""

from __future__ import annotations

import math
from typing import Any

SERIES = ("d_loss", "g_loss", "r1", "r2", "d_real", "d_fake")
MAX_ROWS = 900  # more rows than this are sent as BUCKETS times mean, lowest and highest
BUCKETS = 440


def columns(rows: list[dict[str, float]]) -> dict[str, Any]:
    """Rows as columns of about 4 digits, null where there is no finite number.

    Up to MAX_ROWS rows as they are. More as BUCKETS points: the mean under the series' name, and "lo" and "hi" hold the
    lowest and highest, so that a spike stays visible.
    """
    keys = [key for key in SERIES if any(key in row for row in rows)]
    count = min(len(rows), BUCKETS) if len(rows) > MAX_ROWS else len(rows)
    edges = [len(rows) * i // count for i in range(count + 1)]
    buckets = [rows[a:b] for a, b in zip(edges, edges[1:], strict=False)]
    table: dict[str, Any] = {
        "rows": len(rows),
        "nimg": [bucket[-1]["nimg"] for bucket in buckets],
        "sec": [round(bucket[-1].get("sec", 0), 1) for bucket in buckets],
    }
    values = {key: [[r[key] for r in bucket if is_number(r.get(key))] for bucket in buckets] for key in keys}
    for key in keys:
        table[key] = [short(math.fsum(v) / len(v)) if v else None for v in values[key]]
    if count < len(rows):
        table["lo"] = {key: [short(min(v), 3) if v else None for v in values[key]] for key in keys}
        table["hi"] = {key: [short(max(v), 3) if v else None for v in values[key]] for key in keys}
    return table


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def short(value: float, digits: int = 4) -> float:
    return float(f"{value:.{digits}g}")


def spread(items: list, count: int) -> list:
    """`count` of the items, first and last among them."""
    return [items[round(i * (len(items) - 1) / (count - 1))] for i in range(count)]
