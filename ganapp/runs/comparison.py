"""Several runs side by side: differences of their configurations, summaries, grids at the same moment.

It reads run folders and starts nothing; it needs neither the page nor torch. Planning runs is in sweep.py.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from ganapp.config import TrainConfig

from .columns import SUMMARIZED
from .names import nimg_of
from .run import Run

LEAST, MOST = 2, 8  # runs in a comparison
AXES = ("images", "minutes")
ARGS = ("g_args", "d_args")
PATH_FIELDS = ("dataset", "start_from")  # shown without local folders
# Fields that do not name a run. They often differ along with what is compared.
MINOR_FIELDS = (
    "preset",
    "kimg",
    "minutes",
    "tick_sec",
    "sample_sec",
    "save_sec",
    "precision",
    "threads",
    "device",
    "parent",
)
# What a driver completes from data and machine before the first step, and what stands there until then.
COMPLETED = {"num_classes": 0, "channels": 0, "precision": "auto", "threads": 0}
LAST_ROWS = 20  # rows of statistics whose mean losses a summary shows
SHEET_COLUMNS = 4


class Row(NamedTuple):
    """A field in which configurations differ, with the value of each run; None if a run lacks it."""

    field: str
    values: list[Any]


# -- configurations ------------------------------------------------------------------------------------------


def differences(configs: Sequence[TrainConfig | None], begun: Sequence[bool] | None = None) -> list[Row]:
    """The fields that differ between configurations, in the order of TrainConfig; g_args.NAME is a field.

    A configuration that could not be read is None: it has no values and does not count as different.
    begun: whether each run has begun (None: all have). What is found only then is unknown before that: None,
    which does not count as different.
    """
    flat = [flatten(config) if config else {} for config in configs]
    for i, values in enumerate(flat):
        if begun and not begun[i]:
            flat[i] = {name: value for name, value in values.items() if COMPLETED.get(name, ...) != value}
    order = [f.name for f in fields(TrainConfig)]
    names = sorted(
        {name for values in flat for name in values}, key=lambda n: (order.index(n.split(".")[0]), n)
    )
    rows = []
    for name in names:
        values = [values.get(name) for values in flat]
        known = [v for v, inside, config in zip(values, flat, configs) if config and _is_known(name, inside)]
        if len({json.dumps(v) for v in known}) > 1:
            rows.append(Row(name, [without_folders(name, value, values) for value in values]))
    return rows


def _is_known(name: str, values: dict[str, Any]) -> bool:
    """An argument of a network that is not given has its default; only what is completed later is unknown."""
    return name in values or name not in COMPLETED


def flatten(config: TrainConfig) -> dict[str, Any]:
    """A configuration as {field: value}, with g_args.width for g_args. Unlimited kimg is left out."""
    values: dict[str, Any] = {}
    for name, value in config.to_json().items():
        if name in ARGS:
            values |= {f"{name}.{key}": inner for key, inner in value.items()}
        elif not (name == "kimg" and config.minutes_only):
            values[name] = value
    return values


def without_folders(name: str, value: Any, values: list[Any]) -> Any:
    """A path's last part, numbered if different paths end alike. Values of other fields are unchanged."""
    if name not in PATH_FIELDS or not value:
        return value
    alike = list(dict.fromkeys(other for other in values if other and Path(other).name == Path(value).name))
    return Path(value).name + (f" ({alike.index(value) + 1})" if len(alike) > 1 else "")


def labels(names: Sequence[str], rows: list[Row]) -> list[str]:
    """A label for each run: its value of the only field in which they differ, else its own name.

    The runs of a grid of two fields are called by both values.
    """
    major = [row for row in rows if row.field not in MINOR_FIELDS]
    if any(row.field == "family" for row in major):  # then the networks' arguments differ, too
        major = [row for row in major if row.field.split(".")[0] not in ARGS]
    texts = [[text_of(value) for value in row.values] for row in major]
    is_grid = len(texts) == 2 and all(len(set(values)) < len(values) for values in texts)
    if len(texts) == 1 or is_grid:
        joined = [" · ".join(values) for values in zip(*texts, strict=True)]
        if len(set(joined)) == len(joined):
            return joined
    return list(names)


def text_of(value: Any) -> str:
    """A value of a configuration or a summary as text, "–" if there is none."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return ", ".join(
            f"{key} {inner:,}" if isinstance(inner, int) else f"{key} {inner}" for key, inner in value.items()
        )
    return (
        f"{value:g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)
    )


def read_configs(runs: Sequence[Run]) -> list[TrainConfig | None]:
    """The configuration of each run, None if it cannot be read."""
    configs: list[TrainConfig | None] = []
    for run in runs:
        try:
            configs.append(run.config())
        except ValueError:  # written by a newer version
            configs.append(None)
    return configs


# -- summaries -----------------------------------------------------------------------------------------------


def figures(run: Run, status: dict[str, Any]) -> dict[str, Any]:
    """The summary of a run: state, kimg, minutes, images_per_sec (overall), parameters, and recent losses.

    Losses (g_loss, d_loss, gap) are means over the last LAST_ROWS rows of statistics. What is unknown is
    None.
    """
    nimg, sec, last = status["nimg"], status["sec"], [with_gap(row) for row in run.last_stats(LAST_ROWS)]

    def recent_mean(key: str) -> float | None:
        values = [row[key] for row in last if math.isfinite(row.get(key, math.nan))]
        return float(f"{math.fsum(values) / len(values):.4g}") if values else None

    return {
        "state": status["state"],
        "kimg": round(nimg / 1000, 1),
        "minutes": round(sec / 60, 1),
        "images_per_sec": float(f"{nimg / sec:.3g}") if sec > 0 and nimg else None,
        "parameters": status.get("parameters"),
        **{key: recent_mean(key) for key in SUMMARIZED},
    }


def with_gap(row: dict[str, float]) -> dict[str, float]:
    """A row of statistics with "gap": the mean logit of real images minus that of generated ones."""
    if "d_real" in row and "d_fake" in row:
        return {**row, "gap": row["d_real"] - row["d_fake"]}
    return row


# -- grids at the same moment --------------------------------------------------------------------------------


class Grid(NamedTuple):
    """A sample grid and when it was drawn."""

    path: Path
    nimg: int
    sec: float


def grids(run: Run) -> list[Grid]:
    """All grids of a run, oldest first. Their times are interpolated from its statistics."""
    import numpy as np

    rows, *_ = run.read_stats()
    nimg, sec = [0.0, *(row["nimg"] for row in rows)], [0.0, *(row.get("sec", 0.0) for row in rows)]
    return [Grid(p, n := nimg_of(p), round(float(np.interp(n, nimg, sec)), 1)) for p in run.samples()]


def position_of(grid: Grid, axis: str) -> float:
    """When a grid was drawn: in images for the axis "images", in seconds for "minutes"."""
    return grid.nimg if axis == "images" else grid.sec


def common_position(series: Sequence[list[Grid]], axis: str) -> float:
    """The latest position that all runs have reached; runs without grids do not count. Unit: position_of."""
    return min((position_of(grids[-1], axis) for grids in series if grids), default=0.0)


def grid_at(grids: list[Grid], position: float, axis: str) -> Grid | None:
    """The newest grid at a position; the first grid if all are later, None if there is none."""
    earlier = [grid for grid in grids if position_of(grid, axis) <= position]
    return earlier[-1] if earlier else next(iter(grids), None)


def sheet(captions: Sequence[tuple[str, str]], chosen: Sequence[Grid | None]):
    """One image, uint8 (H, W, 3), of the grids side by side with two lines of text above each.

    captions: (title, moment) of each. Grids are enlarged by whole factors to about the same size.
    """
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    pictures = []
    for grid in chosen:
        with Image.open(grid.path) if grid else Image.new("RGB", (8, 8), "white") as file:
            pictures.append(file.convert("RGB"))
    widest = max(picture.width for picture in pictures)
    scales = [max(1, max(256, widest) // picture.width) for picture in pictures]
    pictures = [
        p.resize((p.width * s, p.height * s), Image.Resampling.NEAREST)
        for p, s in zip(pictures, scales, strict=True)
    ]
    gap, head, columns = 16, 48, min(SHEET_COLUMNS, len(pictures))
    width, height = max(p.width for p in pictures) + gap, max(p.height for p in pictures) + head + gap
    page = Image.new(
        "RGB", (columns * width + gap, math.ceil(len(pictures) / columns) * height + gap), "white"
    )
    draw, large, small = ImageDraw.Draw(page), ImageFont.load_default(18), ImageFont.load_default(14)
    for i, (picture, (title, moment)) in enumerate(zip(pictures, captions, strict=True)):
        left, top = gap + i % columns * width, gap + i // columns * height
        draw.text((left, top), fitting_end(draw, title, large, width - gap), "black", large)
        draw.text((left, top + 24), fitting_end(draw, moment, small, width - gap), "#555555", small)
        page.paste(picture, (left, top + head))
    return np.asarray(page)


def write_sheet(
    path: str | Path, runs: Sequence[Run], rows: list[Row], axis: str, at: float | None = None
) -> str:
    """Write the sheet of all runs, a lossless .webp or .png, and return its moment as text ("0.2 kimg").

    rows: the differences, for the titles. axis: "images" or "minutes". at: the moment in kimg or minutes;
    None means the latest that all runs have reached. Raises ValueError (message fit for the user) if there
    are no grids or the path has another ending.
    """
    from ganapp.media import save_png, save_webp

    series = [grids(run) for run in runs]
    if not any(series):
        raise ValueError("none of these runs has sample grids yet.")
    unit, word = (1000, "kimg") if axis == "images" else (60, "min")
    position = common_position(series, axis) if at is None else at * unit
    chosen = [grid_at(grids, position, axis) for grids in series]
    moments = [
        f"{grid.nimg / 1000:,.1f} kimg, {grid.sec / 60:.1f} min" if grid else "no grid yet" for grid in chosen
    ]
    names = [run.name for run in runs]
    captions = [
        (label, moment if label == name else f"{name}: {moment}")
        for label, name, moment in zip(labels(names, rows), names, moments, strict=True)
    ]
    page = sheet(captions, chosen)
    save_webp(path, page, quality=100) if check_sheet(path) == ".webp" else save_png(path, page)
    return f"{position / unit:,.1f} {word}"


def check_sheet(path: str | Path) -> str:
    """The suffix of a sheet's path. Raises ValueError (message fit for the user) if it is not allowed."""
    suffix = Path(path).suffix.lower()
    if suffix not in (".webp", ".png"):
        raise ValueError(
            f"{Path(path).name!r} cannot be a sheet of grids: the name must end in .webp or .png."
        )
    return suffix


def check_axis(axis: str) -> None:
    if axis not in AXES:
        raise ValueError(f"by is {axis!r}; it must be one of {', '.join(AXES)}.")


def fitting_end(draw, text: str, font, width: int) -> str:
    """The end of a text that fits into `width` pixels. The end, because names of runs begin alike."""
    while text and draw.textlength(text, font) > width:
        text = "…" + text.lstrip("…")[1:]
    return text
