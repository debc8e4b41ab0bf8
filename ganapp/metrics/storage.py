"""Where figures are stored: in the run that a generator is a snapshot of, else beside the generator.

The file's name and format are in runs/figures.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganapp.generators import HUB_ID
from ganapp.generators.sources import shipped_folder
from ganapp.runs import measured_of, read_figures, run_of, write_figures

from .figure import Figure

FIGURES = ".figures"  # in the folder of runs: figures of shipped generators that were measured here

if TYPE_CHECKING:
    from .rounds import Setting


def place_of(
    folder: Path,
    name: str,
    runs: str | Path = "runs",
    checkpoints: str | Path | None = None,
    is_own_data: bool = False,
) -> Path | None:
    """The folder for the figures of a generator; `folder` and `name` are those of `Sources.find`.

    A shipped generator stays as it was shipped: its figures are beside the runs. Only who names its folder by
    a path and measures against the pictures that it was trained on (is_own_data) writes them into it. None if
    the folder is in the cache of the Hub, which other programs share.
    """
    run = run_of(folder)
    if run is None and "@" in name and HUB_ID.fullmatch(name):
        return None
    if run is None and is_shipped(folder, checkpoints) and not (is_own_data and name != folder.name):
        return Path(runs) / FIGURES / folder.name
    return run.path if run else folder


def is_shipped(folder: Path, checkpoints: str | Path | None = None) -> bool:
    """Whether a folder is one of the shipped generators."""
    return folder.resolve().parent == shipped_folder(checkpoints).resolve()


def store(setting: Setting, figures: Sequence[Figure]) -> Path | None:
    """Write the figures of a measurement; return the file, or None if there is no folder for them."""
    return write_figures(setting.place, [figure.to_json() for figure in figures]) if setting.place else None


def figures_of(
    folder: str | Path, runs: str | Path | None = None, checkpoints: str | Path | None = None
) -> list[dict[str, Any]]:
    """Stored figures of a generator folder, as JSON data.

    Of a run's snapshot: those of this snapshot alone, even if the run has been renamed since. runs: figures
    that were measured here of a shipped generator are in this folder; they come after the shipped ones.
    """
    folder = Path(folder).resolve()
    run = run_of(folder)
    if run is not None:
        name = folder.relative_to(run.path / "snapshots").as_posix()
        return [figure for figure in read_figures(run.path) if measured_of(figure) == name]
    here = Path(runs) / FIGURES / folder.name if runs and is_shipped(folder, checkpoints) else None
    return read_figures(folder) + (read_figures(here) if here else [])
