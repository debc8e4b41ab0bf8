"""Figures that Evaluate measured of a run's snapshots, as the monitor and the Compare tab show them.

They are read off the run's folder; nothing is measured here. A text in both languages is a list [English,
Chinese], of which the script shows one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from ganapp import metrics
from ganapp.metrics.figure import common
from ganapp.runs import Run, measured_of, read_figures

from .chinese import chinese
from .strings import STRINGS

IS = "eval.is."


def key_of(figure: str) -> str | None:
    """The key of the words for a figure, such as "swd", "swd.32" or "fd.real"; None if there are none."""
    name = figure.partition(".")[0]
    return next((key for key in (f"{IS}{figure}", f"{IS}{name}.size", f"{IS}{name}") if key in STRINGS), None)


def figure_words() -> dict[str, list[str]]:
    """{figure: its words} of all figures that Compare shows, in the order of the page."""
    keys = [key for key in STRINGS if key.startswith(IS) and not key.endswith(".size")]
    return {key.removeprefix(IS): list(STRINGS[key]) for key in keys}


def newest(run: Run) -> list[Mapping[str, Any]]:
    """The last finite value of each figure of a run, as JSON data. Those of single sizes are left out."""
    found = metrics.newest(read_figures(run.path))
    return [found[name] for name in figure_words() if name in found]


def measured(run: Run) -> dict[str, Any] | None:
    """What the page shows of the figures of a run; None if it has none.

    verdict: of the snapshot that was measured last. figures: [{name, text (value and interval), kimg, images,
    data, psi, note}]. protocols: [[names of figures or [] for all, how they were measured]].
    """
    figures = newest(run)
    if not figures:
        return None
    last = measured_of(read_figures(run.path)[-1])
    verdict = metrics.verdict([figure for figure in figures if measured_of(figure) == last])
    parts = protocol_parts(figures)
    return {
        "verdict": both(verdict),
        "figures": [_shown(figure) for figure in figures],
        "protocols": [[names, both_of(protocol)] for names, protocol in parts],
    }


def _shown(figure: Mapping[str, Any]) -> dict[str, Any]:
    protocol, at = figure["protocol"] or {}, measured_of(figure).partition("/")[0]
    images, psi = protocol.get("images"), protocol.get("psi", 1)
    return {
        "name": figure["name"],
        "text": metrics.stored_text(figure),
        "kimg": int(at) / 1000 if at.isdigit() else None,
        "images": images if _is_number(images) else None,
        "data": str(protocol.get("data") or "").partition(" (")[0],
        "psi": psi if _is_number(psi) else 1,
        "note": both(str(figure.get("note") or "")),
    }


def incomparable(runs: Sequence[Run]) -> list[list[Any]]:
    """[figure, in what its protocols differ] of each figure that two of these runs measured differently."""
    found = []
    differing = metrics.incomparable([{f["name"]: f for f in newest(run)} for run in runs])
    for name, entries in differing.items():
        english = [metrics.difference_text(*entry) for entry in entries.items()]
        translated = [metrics.difference_text(*entry, chinese) for entry in entries.items()]
        found.append([name, ["; ".join(english), "；".join(translated)]])
    return found


def protocol_parts(figures: Sequence[Mapping[str, Any]]) -> list[tuple[list[str], dict[str, Any]]]:
    """How figures were measured: ([], what all share), then (figures, what a group has of its own)."""
    shared = common([figure["protocol"] or {} for figure in figures])

    def own(figure: Mapping[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in (figure["protocol"] or {}).items() if key not in shared}

    groups = [(rest, [figure["name"] for figure in group]) for rest, group in groupby(figures, own)]
    return [([], shared), *((names, rest) for rest, names in groups if rest)]


def both_of(protocol: Mapping[str, Any]) -> list[str]:
    """A protocol as one line. Names, hashes and sizes stay as they are."""
    texts = [metrics.protocol_text({key: value}) for key, value in protocol.items()]
    values = [text.removeprefix(f"{key} ") for key, text in zip(protocol, texts, strict=True)]
    translated = [f"{chinese(key)}：{chinese(text)}" for key, text in zip(protocol, values, strict=True)]
    return [" · ".join(texts), " · ".join(translated)]


def both(sentence: str) -> list[str]:
    return [sentence, chinese(sentence)] if sentence else ["", ""]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
