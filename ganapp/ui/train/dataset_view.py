"""A look at a data set: some of its pictures and the facts about it, as HTML in both languages. No Gradio."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import NamedTuple

from ganapp.config import TrainConfig
from ganapp.files import text_of_size

from ..access.capabilities import here
from ..shared.html import both, class_html, note, told
from .few_pictures import is_few
from .preview import preview_html

MOST_NAMED, MOST_BARS = 12, 20  # classes
MOST_FILES = 200


class Look(NamedTuple):
    """Some pictures of a data set and the facts about it, as HTML, and what the form depends on."""

    pictures: str
    facts: str
    is_transparent: bool = False  # whether any picture has transparent pixels that can be kept
    is_few: bool = False  # whether there are so few pictures that help is offered


def look_at_data(config: TrainConfig, progress: Callable, cancelled: Callable[[], bool]) -> Look:
    """Prepare a configuration's data, of one set or of two, and look at them.

    progress(done, total, what) is called while they are prepared; cancelled() ends it with data.Cancelled.
    Raises ValueError (message fit for the user) if the data cannot be used.
    """
    from ganapp.data import BUILT_IN, open_dataset
    from ganapp.driving.opening import data_arguments, input_arguments

    wanted = input_arguments(config), data_arguments(config)  # the first is None if there is only one set
    sets = [open_dataset(**one, progress=progress, cancelled=cancelled) for one in wanted if one]
    facts = describe_data(sets[0]) if len(sets) == 1 else describe_sets(*sets)
    from_noise = config.task == "noise"
    can_keep = sets[-1].transparent > 0 and from_noise
    few = from_noise and is_few(sets[-1].count, config.dataset in BUILT_IN)
    return Look(preview_html(config, *sets), facts, can_keep, few)


def describe_sets(inputs, targets) -> str:
    """What describe_data says of each of two sets, which are named."""
    named = ("data.set.first", inputs), ("data.set.other", targets)
    return "".join(describe_data(one, f"<b>{both(key)}</b><br>") for key, one in named)


def describe_data(dataset, heading: str = "") -> str:
    """Count, size, channels, classes and what could not be used, as HTML in both languages.

    heading: HTML before it.
    """
    kind = {1: "grey", 3: "colour", 4: "transparent"}[dataset.channels]
    kind = "pairs" if dataset.in_channels else kind
    facts = both(f"data.facts.{kind}", count=f"{dataset.count:,}", side=dataset.resolution)
    held_out = f"<br>{both('data.held_out', count=f'{dataset.held_out:,}')}" if dataset.held_out else ""
    html = f'<p class="plain-note">{heading}{facts}{held_out}</p>'
    if dataset.transparent and dataset.channels != 4:
        html += note("data.transparent", count=f"{dataset.transparent:,}")
    if dataset.labels is not None:
        html += describe_classes(dataset)
    notes = "".join(f'<p class="plain-note">{told(text)}</p>' for text in dataset.notes)
    return html + notes + unusable(dataset)


def describe_classes(dataset) -> str:
    """The names of a few classes of equal size, else the size of each of the first ones, as HTML."""
    counts = dataset.class_counts()
    if len(set(counts)) == 1 and len(counts) <= MOST_NAMED:
        names = class_html(*dataset.class_names)
        return note("data.balanced", count=len(counts), each=f"{counts[0]:,}", names=names)
    most = max(counts) or 1
    rows = "".join(
        f"<span>{class_html(name)}</span>"
        f"<span><i style='width:{100 * n / most:.0f}%'></i></span><span>{n:,}</span>"
        for name, n in list(zip(dataset.class_names, counts, strict=True))[:MOST_BARS]
    )
    html = f'<div class="balance">{rows}</div>'
    if len(counts) > MOST_BARS:
        html += note("data.more_classes", count=len(counts) - MOST_BARS)
    return html


def unusable(dataset) -> str:
    """The files that could not be used and why (the first 200), folded away, as HTML."""
    if not dataset.report:
        return ""
    items = "".join(
        f"<li>{escape(name)}: {told(reason)}</li>" for name, reason in dataset.report[:MOST_FILES]
    )
    summary = both("data.unusable", count=len(dataset.report))
    return f'<details class="plain-note"><summary>{summary}</summary><ul>{items}</ul></details>'


def cache_html() -> str:
    """How much room the prepared data sets take, and where."""
    from ganapp.data import cache_folder, cache_size

    folder = str(cache_folder()) if here().paths else cache_folder().name  # a visitor is told no path
    return note("data.cache", size=text_of_size(cache_size()), folder=escape(folder))


def cleared_html(count: int) -> str:
    """That so many bytes were deleted."""
    return note("data.cleared", size=text_of_size(count))
