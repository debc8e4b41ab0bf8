"""What the page says of a run besides its curves: snapshots, classes of the rows of its grid, settings.

The monitor and the Compare tab take it from here. Plain functions of a run; no Gradio.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganapp.config import UNLIMITED_KIMG
from ganapp.runs import Run, generators_in, live_of, nimg_of, read_data_record
from ganapp.runs.longer import schedules

from . import thinning

CONFIG_KEYS = (
    "preset", "task", "resolution", "family", "loss", "batch", "kimg", "minutes", "parent", "from_nimg",
    "contrast",
)  # fmt: skip
GRID_ROWS = 8  # of a sample grid, where there are not 9 or 10 classes


def best(run: Run) -> list[Any] | None:
    """[nimg, live figure, its name] of the best snapshot.

    Its row may be one of many in a point of the curve.
    """
    folder = run.best_snapshot()
    live = live_of(next(iter(generators_in(folder).values()))) if folder else None
    return None if live is None else [nimg_of(folder), thinning.short(live.value), live.name]


def snapshots(run: Run) -> list[int]:
    """The numbers of images of a run's snapshots, newest first."""
    return [nimg_of(folder) for folder in run.snapshots()]


def row_names(run: Run) -> list[str]:
    """The name of the class of each row of the sample grid; [] without classes.

    See driving/record.py: fixed_inputs. A class that is not named is its number.
    """
    try:
        classes = run.config().num_classes
    except ValueError:
        return []
    record = read_data_record(run) if classes else None
    names = record.classes if record else ()
    rows = classes if classes in (9, 10) else GRID_ROWS
    labels = [row % classes for row in range(rows)] if classes else []
    return [names[label] if label < len(names) else str(label) for label in labels]


def summary(run: Run) -> dict[str, Any]:
    """The few facts of a configuration that the page shows; {} if a newer version wrote it."""
    try:
        config = run.config()
    except (OSError, ValueError):
        return {}
    facts = {key: getattr(config, key) for key in CONFIG_KEYS}
    if config.minutes and config.kimg >= UNLIMITED_KIMG:
        facts["kimg"] = 0  # the run ends by the clock, so "of 10,000,000 kimg" would say nothing
    # Of the data set, without the folders of the person's disk.
    return facts | {"dataset": Path(config.dataset).name, "schedules": schedules(config)}
