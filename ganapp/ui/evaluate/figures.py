"""What the Evaluate tab shows, as HTML: progress, figures with their protocols, nearest training pictures.

Everything that comes from a file or from a person is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby
from typing import Any

from ganapp import metrics
from ganapp.metrics.figure import common

from ..shared.html import both, data_uri, note
from ..shared.strings import STRINGS
from .evaluator import Evaluation


def progress_html(work: Evaluation) -> str:
    share = f"{100 * work.done / work.total:.0f} %" if work.total else f"{work.done:,}"
    return f'<p role="status">{escape(work.what)} {share if work.what else ""}</p>'


def table_html(figures: Sequence[dict[str, Any]]) -> str:
    """A table of figures with value and interval. Those that share a protocol stand above it."""
    if not figures:
        return note("eval.none")
    shared = common([f["protocol"] for f in figures])
    rows = []
    for own, group in groupby(figures, lambda f: {k: v for k, v in f["protocol"].items() if k not in shared}):
        rows += [_row(figure) for figure in group]
        if own:
            rows.append(
                f'<tr class="protocol"><td colspan="2">{escape(metrics.protocol_text(own))}</td></tr>'
            )
    head = f"<tr><th>{both('eval.figure')}</th><th>{both('eval.value')}</th></tr>"
    about = f'<p class="plain-note">{escape(metrics.protocol_text(shared))}</p>'
    return f'{about}<table class="eval-table"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'


def _row(data: dict[str, Any]) -> str:
    value = float("nan") if data["value"] is None else data["value"]
    interval = data["interval"] if data["interval"] and None not in data["interval"] else None
    figure = metrics.Figure(data["name"], value, interval, {}, data.get("note") or "")
    name, _, part = figure.name.partition(".")
    key = next(
        (k for k in (f"eval.is.{figure.name}", f"eval.is.{name}.size", f"eval.is.{name}") if k in STRINGS),
        None,
    )
    label = both(key, size=escape(part)) if key else escape(figure.name)
    extra = f"<small>{escape(figure.note)}</small>" if figure.note else ""
    return f"<tr><td>{label}{extra}</td><td>{escape(metrics.value_text(figure))}</td></tr>"


def neighbours_html(found: metrics.Neighbours | None) -> str:
    """Samples, and below each the nearest training picture in pixels and in features."""
    if found is None:
        return ""
    rows = []
    for key, images in zip(("eval.samples", "eval.in_pixels", "eval.in_features"), found, strict=True):
        pictures = "".join(f'<img src="{data_uri(image)}" alt="">' for image in images)
        rows.append(f'<div class="eval-row"><span>{both(key)}</span><div>{pictures}</div></div>')
    return f"<h3>{both('eval.neighbours')}</h3>{''.join(rows)}{note('eval.neighbours.about')}"
