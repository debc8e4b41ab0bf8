"""Where figures are stored: in the run that a generator is a snapshot of, else beside the generator.

The file's name and format are in runs/figures.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganapp.generators import HUB_ID
from ganapp.runs import measured_of, read_figures, run_of, write_figures

from .figure import Figure

if TYPE_CHECKING:
    from .rounds import Setting


def place_of(folder: Path, name: str) -> Path | None:
    """The folder for the figures of a generator; `folder` and `name` are those of `locate`.

    None if the folder is in the cache of the Hub, which other programs share.
    """
    run = run_of(folder)
    if run is None and "@" in name and HUB_ID.fullmatch(name):
        return None
    return run.path if run else folder


def store(setting: Setting, figures: Sequence[Figure]) -> Path | None:
    """Write the figures of a measurement; return the file, or None if there is no folder for them."""
    return write_figures(setting.place, [figure.to_json() for figure in figures]) if setting.place else None


def figures_of(folder: str | Path) -> list[dict[str, Any]]:
    """Stored figures of a generator folder, as JSON data.

    Of a run's snapshot: those of this snapshot alone, even if the run has been renamed since.
    """
    folder = Path(folder).resolve()
    run = run_of(folder)
    if run is None:
        return read_figures(folder)
    return [figure for figure in read_figures(run.path) if measured_of(figure) == folder.name]
