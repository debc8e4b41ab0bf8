"""Where figures are kept: in the run that a generator is a snapshot of, else beside the generator. File names: runs.py."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganapp.generators import HUB_ID, locate
from ganapp.runs import measured_of, read_figures, run_of, write_figures

from .figure import Figure

if TYPE_CHECKING:
    from .rounds import Setting


def place_of(folder: Path, name: str) -> Path | None:
    """The folder that figures of a generator go to, of what locate gives; None in the cache of the Hub: not ours to write."""
    run = run_of(folder)
    if run is None and "@" in name and HUB_ID.fullmatch(name):
        return None
    return run.path if run else folder


def store(setting: Setting, figures: Sequence[Figure]) -> Path | None:
    """Write figures of what `prepare` has opened; the file, or None where there is no place for them."""
    return write_figures(setting.place, [figure.to_json() for figure in figures]) if setting.place else None


def stored(source: str, runs: str, checkpoints: str | None = None) -> list[dict[str, Any]]:
    """Figures of a source, as JSON data; of a run those of this very snapshot."""
    return figures_of(locate(source, runs=runs, checkpoints=checkpoints)[0])


def figures_of(folder: str | Path) -> list[dict[str, Any]]:
    """Stored figures of a generator folder (JSON data); of a run those of this very snapshot, whatever the run was called."""
    folder = Path(folder).resolve()
    run = run_of(folder)
    if run is None:
        return read_figures(folder)
    return [figure for figure in read_figures(run.path) if measured_of(figure) == folder.name]
