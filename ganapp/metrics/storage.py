"""Where figures are kept: in the run that a generator is a snapshot of, else beside the generator. File names: runs.py."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ganapp.runs import read_figures, run_of, write_figures
from ganapp.weights import HUB_ID, locate

from .figure import Figure


def store(source: str, figures: Sequence[Figure], runs: str, checkpoints: str | None = None) -> Path | None:
    """Write figures of a source as locate takes it; the file, or None for a model in the cache of the Hub: not ours to write."""
    folder, name = locate(source, runs=runs, checkpoints=checkpoints)
    run = run_of(folder)
    if run is None and "@" in name and HUB_ID.fullmatch(name):
        return None
    return write_figures(run.path if run else folder, [figure.to_json() for figure in figures])


def stored(source: str, runs: str, checkpoints: str | None = None) -> list[dict[str, Any]]:
    """Figures of a source, as JSON data; of a run those of this very snapshot."""
    folder, name = locate(source, runs=runs, checkpoints=checkpoints)
    run = run_of(folder)
    figures = read_figures(run.path if run else folder)
    return [f for f in figures if run is None or (f.get("protocol") or {}).get("source") == name]
