"""What the Train tab does, as plain functions of plain values: look at data, fill in a recipe, start a run. No Gradio."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import Field, fields
from html import escape
from pathlib import Path
from typing import Any

from ganapp.config import PRESETS, UNLIMITED_KIMG, TrainConfig, preset_config
from ganapp.files import text_of_size
from ganapp.runs import Run, create_run, list_runs

from ..shared.html import both, note, spans
from ..shared.strings import PRESETS_CHINESE, STRINGS

GROUPS = ("data", "model", "objective", "optimizer", "budget", "machine", "lineage")
# Fields that have a control of their own outside the Advanced section.
OUTSIDE = ("dataset", "kimg", "minutes")
PREVIEW = 32
_speeds: dict[tuple, float] = {}


def advanced_fields(group: str) -> list[Field]:
    """The fields of TrainConfig that a group of the Advanced section shows, in order."""
    return [f for f in fields(TrainConfig) if f.metadata["group"] == group and f.name not in OUTSIDE]


def config_from(preset: str, dataset: str, budget: str, amount: float, values: dict[str, Any]) -> TrainConfig:
    """The configuration that the left column says. ValueError, in one sentence, for a wrong value.

    budget: "minutes" or "kimg"; amount: how many. values: the Advanced section by field name.
    """
    if not dataset:
        raise ValueError("There are no pictures chosen; choose a data set, a folder or a ZIP.")
    if not amount or amount <= 0:
        raise ValueError(f"The budget is {amount}; it must be more than 0.")
    changes = {**values, "dataset": dataset}
    changes |= {"minutes": amount, "kimg": UNLIMITED_KIMG} if budget == "minutes" else {"kimg": amount, "minutes": 0}
    return preset_config(preset).replace(**changes)


def start_run(folder: Path, config: TrainConfig, name: str = "") -> Run:
    """Create a run and begin it in a background thread; it waits where another one is at work."""
    from ganapp.driving import background

    config = check_data(config)
    run = create_run(folder, config, name.strip())
    background.start(run)
    return run


def check_data(config: TrainConfig) -> TrainConfig:
    """The configuration with its data set pinned (data.pinned). ValueError where there is nothing that could be opened."""
    from ganapp.data import HUB, NAMED, pinned

    source = config.dataset
    if source not in NAMED and not source.startswith(HUB) and not Path(source).expanduser().exists():
        raise ValueError(f"There is nothing at {source!r}: choose a name, a folder or a ZIP that exists.")
    return config.replace(dataset=pinned(source))


def look_at_data(config: TrainConfig, progress: Callable, cancelled: Callable[[], bool]) -> tuple[str, str]:
    """Prepare the data set that config names; (HTML with a grid of 32 of its pictures, HTML with the facts about it)."""
    import numpy as np

    from ganapp.data import open_dataset
    from ganapp.media import grid

    from ..shared.html import data_uri

    dataset = open_dataset(
        config.dataset,
        config.resolution,
        channels=config.channels or None,
        crop=config.crop,
        background=config.background,
        progress=progress,
        cancelled=cancelled,
    )
    order = np.random.default_rng(1).permutation(dataset.count)[:PREVIEW]
    pictures = dataset.images.take(order).transpose(0, 2, 3, 1)
    english, chinese = STRINGS["train.preview"]
    image = data_uri(grid(pictures, columns=8, pad=1))
    return f'<img src="{image}" alt="{english} / {chinese}">', describe_data(dataset)


def describe_data(dataset) -> str:
    """Count, size, channels, class balance and what could not be used, as HTML in both languages."""
    kind = "grey" if dataset.channels == 1 else "colour"
    facts = both(f"data.facts.{kind}", count=f"{dataset.count:,}", side=dataset.resolution)
    html = f'<p class="plain-note">{facts}</p>'
    if dataset.labels is not None:
        counts = dataset.class_counts()
        if len(set(counts)) == 1 and len(counts) <= 12:
            names = escape(", ".join(map(str, dataset.class_names)))
            return (
                html + note("data.balanced", count=len(counts), each=f"{counts[0]:,}", names=names) + unusable(dataset)
            )
        most = max(counts) or 1
        rows = "".join(
            f"<span>{escape(str(name))}</span><span><i style='width:{100 * n / most:.0f}%'></i></span><span>{n:,}</span>"
            for name, n in list(zip(dataset.class_names, counts, strict=True))[:20]
        )
        html += f'<div class="balance">{rows}</div>'
        if len(counts) > 20:
            html += f'<p class="plain-note">{both("data.more_classes", count=len(counts) - 20)}</p>'
    return html + unusable(dataset)


def unusable(dataset) -> str:
    """Every file that could not be used, with its reason (the first 200 of them), folded away."""
    if not dataset.report:
        return ""
    items = "".join(f"<li>{escape(name)}: {escape(reason)}</li>" for name, reason in dataset.report[:200])
    summary = both("data.unusable", count=len(dataset.report))
    return f'<details class="plain-note"><summary>{summary}</summary><ul>{items}</ul></details>'


# -- what to expect on this machine -----------------------------------------------------------------------------------


def say_preset(name: str, expectation: str = "") -> str:
    """One sentence on what a preset is, and the expectation below it, as HTML."""
    return f'<p class="plain-note">{spans(PRESETS[name].about, PRESETS_CHINESE[name])}<br>{expectation}</p>'


def about_preset(name: str, folder: Path) -> str:
    """What a preset is, and in a second sentence what to expect here. Measures this machine where it is idle."""
    preset = PRESETS[name]
    speed, how = speed_here(name, folder)
    if not speed:
        return say_preset(name, both("preset.expect.busy"))
    first, good = preset.first_kimg * 1000 / speed / 60, preset.good_kimg * 1000 / speed / 60
    values = {"speed": f"{speed:,.0f}", "first": duration(first), "good": duration(good)}
    return say_preset(name, both(f"preset.expect.{how}", **values))


def duration(minutes: float) -> str:
    if minutes < 1.5:
        return f"{max(5, round(minutes * 60 / 5) * 5)} s"
    return f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"


def speed_here(name: str, folder: Path) -> tuple[float, str]:
    """(images/s, "seen" | "measured" | "") of a preset on this machine: from its last run here, else from a short probe.

    Nothing is measured while a run is at work: the figure would be wrong, and it would slow that run down.
    """
    for run in list_runs(folder)[:20]:
        status = run.status()
        if status.get("images_per_sec") and status.get("sec", 0) > 20 and run.config().preset == name:
            return status["nimg"] / status["sec"], "seen"
        if status["state"] in ("running", "starting"):
            return 0.0, ""
    if name not in _speeds:
        from ganapp.driving.devices import pick_device
        from ganapp.training.probe import measure

        config = PRESETS[name].config
        _speeds[name] = measure(config.replace(channels=config.channels or 3), pick_device("auto"))
    return _speeds[name], "measured"


def cache_html() -> str:
    from ganapp.data import cache_folder, cache_size

    return note("data.cache", size=text_of_size(cache_size()), folder=escape(str(cache_folder())))
