"""What the Evaluate tab shows, as HTML: progress, the verdict, pictures, figures and how they were measured.

Everything that comes from a file or from a person is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ganapp import metrics

from ..shared.html import both, class_html, data_uri, note, spans, told
from ..shared.language import language_of, say
from ..shared.measured import both_of, key_of, protocol_parts
from ..shared.strings import STRINGS
from .evaluator import Evaluation


def progress_html(work: Evaluation) -> str:
    """One bar for the whole with the time left, and below it what is done now, with its own progress."""
    share = f"{100 * work.done / work.total:.0f} %" if work.total else f"{work.done:,}"
    left = work.left_sec()
    time_left = both("eval.left", sec=_seconds(left)) if left is not None else ""
    bar = f'<progress max="1" value="{work.share:.3f}" aria-label="{label("eval.progress")}"></progress>'
    now = f"{told(work.what)} {share}" if work.what else ""
    return f'<div class="eval-progress">{bar}<p>{time_left}</p><p role="status">{now}</p></div>'


def _seconds(sec: float) -> str:
    """Rounded to what can be told of an estimate: 25 s, 4 min."""
    return f"{max(5, round(sec / 5) * 5)} s" if sec < 90 else f"{sec / 60:.0f} min"


def label(key: str) -> str:
    """A string for an attribute, which can hold no element, in the language of the request."""
    return escape(say(key, language_of()))


def verdict_html(figures: Sequence[dict[str, Any]], other_data: bool = False, stopped: bool = False) -> str:
    """What the figures say, in plain sentences, and what to keep in mind with them."""
    said = [f'<p class="eval-verdict">{told(text)}</p>'] if (text := metrics.verdict(figures)) else []
    said += [note("eval.other_data")] if other_data else []
    said += [note("eval.stopped")] if stopped else []
    return "".join(said)


def table_html(figures: Sequence[dict[str, Any]], missing: Mapping[str, str] | None = None) -> str:
    """A table of figures with value and interval, and below it the protocols, folded.

    missing: why a figure of MEASURES could not be measured, by its name; these rows stand below the others.
    """
    if not figures:
        return note("eval.none")
    rows = [_row(figure) for figure in figures]
    rows += [_missing_row(name, why) for name, why in (missing or {}).items()]
    head = f"<tr><th>{both('eval.figure')}</th><th>{both('eval.value')}</th></tr>"
    table = f'<table class="eval-table"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'
    return table + protocols_html(figures)


def protocols_html(figures: Sequence[dict[str, Any]]) -> str:
    """How the figures were measured, folded: what all share, then what each group has of its own."""
    parts = []
    for of, protocol in protocol_parts(figures):
        names = f"<b>{', '.join(map(name_html, of))}</b>: " if of else ""
        parts.append(f'<p class="plain-note">{names}{protocol_html(protocol)}</p>')
    summary = f"<summary>{both('eval.protocol')}</summary>"
    return f'<details class="eval-protocol">{summary}{"".join(parts)}</details>'


def examples_html(found: Mapping[str, Any]) -> str:
    """Real pictures of the kinds that are missing."""
    if not found:
        return ""
    rows = [_pictures_row(class_html(name), images) for name, images in found.items()]
    return f"<h2>{both('eval.missing_kinds')}</h2>{''.join(rows)}"


def _pictures_row(name: str, images: Any) -> str:
    pictures = "".join(f'<img src="{data_uri(image)}" alt="">' for image in images)
    return f'<div class="eval-row"><span>{name}</span><div>{pictures}</div></div>'


def _row(data: dict[str, Any]) -> str:
    extra = f"<small>{told(data['note'])}</small>" if data.get("note") else ""
    return f"<tr><td>{name_html(data['name'])}{extra}</td><td>{escape(metrics.stored_text(data))}</td></tr>"


def name_html(figure: str) -> str:
    """What a figure is called on the page."""
    key = key_of(figure)
    return both(key, size=escape(figure.partition(".")[2])) if key else escape(figure)


def _missing_row(name: str, why: str) -> str:
    label = both(key) if (key := f"eval.group.{name}") in STRINGS else escape(name)
    return f"<tr><td>{label}<small>{told(why)}</small></td><td>{both('eval.missing')}</td></tr>"


def neighbours_html(found: metrics.Neighbours | None) -> str:
    """Samples, and below each the nearest training picture in pixels and in features."""
    if found is None:
        return ""
    keys = ("eval.samples", "eval.in_pixels", "eval.in_features")
    rows = [_pictures_row(both(key), images) for key, images in zip(keys, found, strict=True)]
    return f"<h2>{both('eval.neighbours')}</h2>{''.join(rows)}{note('eval.neighbours.about')}"


def answers_html(found: metrics.Answers | None) -> str:
    """Held-out inputs, the answers to them, and the targets where there are any."""
    if found is None:
        return ""
    keys = ("eval.inputs", "eval.answers", "eval.targets")
    rows = [
        _pictures_row(both(key), images)
        for key, images in zip(keys, found, strict=True)
        if images is not None
    ]
    return f"<h2>{both('eval.translated')}</h2>{''.join(rows)}"


def protocol_html(protocol: Mapping[str, Any]) -> str:
    """A protocol as one line, in both languages. Names, hashes and sizes stay as they are."""
    return spans(*map(escape, both_of(protocol)))
