"""Figures of quality of a run or a generator, stored as metrics.json. ganapp.metrics measures them."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any, NamedTuple

from ganapp.files import write_text

# Figures that a run measures as it trains, by which a snapshot is the best: whether more of it is better.
LIVE = {"swd": False, "psnr": True}


class Live(NamedTuple):
    """A live figure: its name, one of LIVE, and its value."""

    name: str
    value: float

    @property
    def rank(self) -> float:
        """Less is better."""
        return -self.value if LIVE[self.name] else self.value


def live_of(snapshot: Path) -> Live | None:
    """The live figure that a snapshot was saved with; None if none was measured or it cannot be read."""
    try:
        origin = json.loads((snapshot / "config.json").read_text(encoding="utf-8"))["origin"]
        found = [(name, origin[name]) for name in LIVE if name in origin]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    for name, value in found:
        if isinstance(value, int | float) and math.isfinite(value):
            return Live(name, float(value))
    return None


def live_figure_of(snapshot: Path) -> float | None:
    """The value of a snapshot's live figure, or None."""
    found = live_of(snapshot)
    return found.value if found else None


def read_figures(folder: Path) -> list[dict[str, Any]]:
    """The figures stored in the folder of a run or a generator, oldest first; [] if none can be read."""
    try:
        figures = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["figures"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    return [f for f in figures if _is_figure(f)] if isinstance(figures, list) else []


def _is_figure(value: Any) -> bool:
    if not isinstance(value, dict) or not {"name", "value", "protocol"} <= value.keys():
        return False
    protocol = value["protocol"] or {}
    if not isinstance(value["name"], str) or not isinstance(protocol, dict):
        return False
    return not any(isinstance(protocol.get(key), list | dict) for key in ("data", "psi", "source"))


def measured_of(figure: dict[str, Any]) -> str:
    """The generator that a figure measures; a snapshot without its run, which may be renamed.

    NUMBER/NAME is one generator of a snapshot that has several.
    """
    source = str((figure.get("protocol") or {}).get("source"))
    inner = re.search(r"(?:^|/)(\d+/[^/]+)$", source)
    return inner[1] if inner else source.rpartition("/")[2]


def write_figures(folder: Path, figures: list[dict[str, Any]]) -> Path:
    """Add figures (JSON data with name and protocol) to those of a folder; return the file.

    A figure replaces an older one with the same name, generator, data and psi, unless that was measured on
    more images: a quick estimate does not replace a measurement.
    """

    def key(figure: dict[str, Any]) -> tuple:
        protocol = figure.get("protocol") or {}
        return figure.get("name"), measured_of(figure), protocol.get("data"), protocol.get("psi", 1)

    def images(figure: dict[str, Any]) -> float:
        count = (figure.get("protocol") or {}).get("images")
        return count if isinstance(count, int | float) else 0

    old = read_figures(folder)
    old_images = {key(figure): images(figure) for figure in old}
    new = [figure for figure in figures if images(figure) >= old_images.get(key(figure), 0)]
    replaced = {key(figure) for figure in new}
    data = {"format": "ganapp-metrics/1", "figures": [f for f in old if key(f) not in replaced] + new}
    write_text(folder / "metrics.json", json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))
    return folder / "metrics.json"
