"""Several runs side by side: what differs in their configurations, the figures of each, their grids at the same moment.

Also the plan of a queue of runs that differ in one field. Reads run folders and starts nothing; no page and no torch.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

from ganapp.config import UNLIMITED_KIMG, TrainConfig

from .run import Run

LEAST, MOST = 2, 8  # runs in a comparison
AXES = ("images", "minutes")
ARGS = ("g_args", "d_args")
PATHS = ("dataset", "start_from")  # shown without the folders of somebody's disk
# What differs by the way, and does not name a run where something else differs, too.
ASIDE = ("preset", "kimg", "minutes", "tick_sec", "sample_sec", "save_sec", "precision", "threads", "device", "parent")
LAST_ROWS = 20  # the losses of a run are the means of so many last rows
SHEET_COLUMNS = 4


class Row(NamedTuple):
    """A field of the configuration in which runs differ, with the value of each run, None where it has none."""

    field: str
    values: list[Any]


# -- configurations ---------------------------------------------------------------------------------------------------


def differences(configs: Sequence[TrainConfig | None]) -> list[Row]:
    """The fields that are not the same in all configurations, in the order of TrainConfig; g_args and d_args one by one.

    A configuration of None could not be read: it has no values and makes no difference.
    """
    flat = [flatten(config) if config else {} for config in configs]
    order = [f.name for f in fields(TrainConfig)]
    names = sorted({name for values in flat for name in values}, key=lambda n: (order.index(n.split(".")[0]), n))
    rows = []
    for name in names:
        values = [values.get(name) for values in flat]
        if len({json.dumps(v) for v, config in zip(values, configs) if config}) > 1:
            rows.append(Row(name, [shown(name, value, values) for value in values]))
    return rows


def flatten(config: TrainConfig) -> dict[str, Any]:
    """A configuration as field -> value, with g_args.width in place of g_args, and no budget that is none."""
    values: dict[str, Any] = {}
    for name, value in config.to_json().items():
        if name in ARGS:
            values |= {f"{name}.{key}": inner for key, inner in value.items()}
        elif not (name == "kimg" and config.minutes and value >= UNLIMITED_KIMG):
            values[name] = value
    return values


def shown(name: str, value: Any, values: list[Any]) -> Any:
    """A path by its last part, with a number where two different ones end alike."""
    if name not in PATHS or not value:
        return value
    alike = list(dict.fromkeys(other for other in values if other and Path(other).name == Path(value).name))
    return Path(value).name + (f" ({alike.index(value) + 1})" if len(alike) > 1 else "")


def labels(names: Sequence[str], rows: list[Row]) -> list[str]:
    """A short name for each run: the one value in which it differs, where there is exactly one, else its own name."""
    telling = [row for row in rows if row.field not in ASIDE]
    if any(row.field == "family" for row in telling):  # the arguments of a network go with its family
        telling = [row for row in telling if row.field.split(".")[0] not in ARGS]
    if len(telling) == 1:
        texts = [text_of(value) for value in telling[0].values]
        if len(set(texts)) == len(texts):
            return texts
    return list(names)


def text_of(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return ", ".join(
            f"{key} {inner:,}" if isinstance(inner, int) else f"{key} {inner}" for key, inner in value.items()
        )
    return f"{value:g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value)


def read_configs(runs: Sequence[Run]) -> list[TrainConfig | None]:
    configs: list[TrainConfig | None] = []
    for run in runs:
        try:
            configs.append(run.config())
        except ValueError:  # written by a newer version
            configs.append(None)
    return configs


# -- figures ----------------------------------------------------------------------------------------------------------


def figures(run: Run, status: dict[str, Any]) -> dict[str, Any]:
    """What a run has come to: state, kimg, minutes, images_per_sec (on the whole), parameters, and losses of late.

    Losses (g_loss, d_loss, gap = D on real minus D on fake) are means of its last rows; None where there is none.
    """
    nimg, sec, last = status["nimg"], status["sec"], [with_gap(row) for row in run.last_stats(LAST_ROWS)]

    def late(key: str) -> float | None:
        values = [row[key] for row in last if math.isfinite(row.get(key, math.nan))]
        return float(f"{math.fsum(values) / len(values):.4g}") if values else None

    return {
        "state": status["state"],
        "kimg": round(nimg / 1000, 1),
        "minutes": round(sec / 60, 1),
        "images_per_sec": float(f"{nimg / sec:.3g}") if sec > 0 and nimg else None,
        "parameters": status.get("parameters"),
        **{key: late(key) for key in ("g_loss", "d_loss", "gap")},
    }


def with_gap(row: dict[str, float]) -> dict[str, float]:
    """A row of statistics with "gap": how much more real images please D than generated ones."""
    if "d_real" in row and "d_fake" in row:
        return {**row, "gap": row["d_real"] - row["d_fake"]}
    return row


# -- grids at the same moment -----------------------------------------------------------------------------------------


class Grid(NamedTuple):
    """A sample grid and when it was drawn."""

    path: Path
    nimg: int
    sec: float


def grids(run: Run) -> list[Grid]:
    """All grids of a run, oldest first; their time is read off its statistics."""
    import numpy as np

    rows, *_ = run.read_stats()
    nimg, sec = [0.0, *(row["nimg"] for row in rows)], [0.0, *(row.get("sec", 0.0) for row in rows)]
    return [Grid(p, n := int(p.stem), round(float(np.interp(n, nimg, sec)), 1)) for p in run.samples()]


def place_of(grid: Grid, axis: str) -> float:
    return grid.nimg if axis == "images" else grid.sec


def common_place(series: Sequence[list[Grid]], axis: str) -> float:
    """The last moment that every run has reached of which there are pictures, in images or in seconds."""
    return min((place_of(grids[-1], axis) for grids in series if grids), default=0.0)


def grid_at(grids: list[Grid], place: float, axis: str) -> Grid | None:
    """The grid that was the newest at a moment; the first one before that, None where there is none at all."""
    earlier = [grid for grid in grids if place_of(grid, axis) <= place]
    return earlier[-1] if earlier else next(iter(grids), None)


def sheet(captions: Sequence[tuple[str, str]], chosen: Sequence[Grid | None]):
    """One picture, uint8 (H, W, 3): the grids side by side with two lines of text above each.

    Pixels are enlarged by whole numbers, so that the images of all runs are about equally large.
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
        p.resize((p.width * s, p.height * s), Image.Resampling.NEAREST) for p, s in zip(pictures, scales, strict=True)
    ]
    gap, head, columns = 16, 48, min(SHEET_COLUMNS, len(pictures))
    width, height = max(p.width for p in pictures) + gap, max(p.height for p in pictures) + head + gap
    page = Image.new("RGB", (columns * width + gap, math.ceil(len(pictures) / columns) * height + gap), "white")
    draw, large, small = ImageDraw.Draw(page), ImageFont.load_default(18), ImageFont.load_default(14)
    for i, (picture, (title, moment)) in enumerate(zip(pictures, captions, strict=True)):
        left, top = gap + i % columns * width, gap + i // columns * height
        draw.text((left, top), clipped(draw, title, large, width - gap), "black", large)
        draw.text((left, top + 24), clipped(draw, moment, small, width - gap), "#555555", small)
        page.paste(picture, (left, top + head))
    return np.asarray(page)


def write_sheet(path: str | Path, runs: Sequence[Run], rows: list[Row], axis: str, at: float | None = None) -> str:
    """The sheet of all runs as a .webp or .png, without loss, at a moment in kimg or minutes (None: the last of all).

    Returns the moment in words. ValueError where there are no grids, or another ending.
    """
    from ganapp.media import save_png, save_webp

    series = [grids(run) for run in runs]
    if not any(series):
        raise ValueError("none of these runs has sample grids yet.")
    unit, word = (1000, "kimg") if axis == "images" else (60, "min")
    place = common_place(series, axis) if at is None else at * unit
    chosen = [grid_at(grids, place, axis) for grids in series]
    moments = [f"{grid.nimg / 1000:,.1f} kimg, {grid.sec / 60:.1f} min" if grid else "no grid yet" for grid in chosen]
    names = [run.name for run in runs]
    captions = [
        (label, moment if label == name else f"{name}: {moment}")
        for label, name, moment in zip(labels(names, rows), names, moments, strict=True)
    ]
    page = sheet(captions, chosen)
    save_webp(path, page, quality=100) if check_sheet(path) == ".webp" else save_png(path, page)
    return f"{place / unit:,.1f} {word}"


def check_sheet(path: str | Path) -> str:
    suffix = Path(path).suffix.lower()
    if suffix not in (".webp", ".png"):
        raise ValueError(f"{Path(path).name!r} cannot be a sheet of grids: the name must end in .webp or .png.")
    return suffix


def check_axis(axis: str) -> None:
    if axis not in AXES:
        raise ValueError(f"by is {axis!r}; it must be one of {', '.join(AXES)}.")


def clipped(draw, text: str, font, width: int) -> str:
    """As much of the end of a text as fits: names of runs begin alike."""
    while text and draw.textlength(text, font) > width:
        text = "…" + text.lstrip("…")[1:]
    return text
