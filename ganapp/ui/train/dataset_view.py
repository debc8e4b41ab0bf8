"""A look at a data set: some of its pictures and the facts about it, as HTML in both languages. No Gradio."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from ganapp.config import TrainConfig
from ganapp.files import text_of_size

from ..access.capabilities import here
from ..shared.html import both, data_uri, note
from ..shared.strings import STRINGS

SHOWN = 32  # pictures of a preview
MOST_NAMED, MOST_BARS = 12, 20  # classes
MOST_FILES = 200


def look_at_data(config: TrainConfig, progress: Callable, cancelled: Callable[[], bool]) -> tuple[str, str]:
    """Prepare a configuration's data set. Returns some of its pictures and the facts about it, as HTML.

    progress(done, total, what) is called while it is prepared; cancelled() ends it with data.Cancelled.
    Raises ValueError (message fit for the user) if the data cannot be used.
    """
    import numpy as np

    from ganapp.data import open_dataset
    from ganapp.media import grid

    dataset = open_dataset(
        config.dataset,
        config.resolution,
        channels=config.channels or None,
        crop=config.crop,
        background=config.background,
        progress=progress,
        cancelled=cancelled,
    )
    order = np.random.default_rng(1).permutation(dataset.count)[:SHOWN]
    pictures = dataset.images.take(order).transpose(0, 2, 3, 1)
    english, chinese = STRINGS["train.preview"]
    image = data_uri(grid(pictures, columns=8, pad=1))
    return f'<img src="{image}" alt="{english} / {chinese}">', describe_data(dataset)


def describe_data(dataset) -> str:
    """Count, size, channels, classes and what could not be used, as HTML in both languages.

    The data's own notes are in English, like the reasons of files.
    """
    kind = "grey" if dataset.channels == 1 else "colour"
    facts = both(f"data.facts.{kind}", count=f"{dataset.count:,}", side=dataset.resolution)
    html = f'<p class="plain-note">{facts}</p>'
    if dataset.labels is not None:
        html += describe_classes(dataset)
    notes = "".join(f'<p class="plain-note">{escape(text)}</p>' for text in dataset.notes)
    return html + notes + unusable(dataset)


def describe_classes(dataset) -> str:
    """The names of a few classes of equal size, else the size of each of the first ones, as HTML."""
    counts = dataset.class_counts()
    if len(set(counts)) == 1 and len(counts) <= MOST_NAMED:
        names = escape(", ".join(map(str, dataset.class_names)))
        return note("data.balanced", count=len(counts), each=f"{counts[0]:,}", names=names)
    most = max(counts) or 1
    rows = "".join(
        f"<span>{escape(str(name))}</span>"
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
        f"<li>{escape(name)}: {escape(reason)}</li>" for name, reason in dataset.report[:MOST_FILES]
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
