"""A queue of runs that differ in one setting or two: the form's choices, the plan, and the start.

The runs themselves are planned by ganapp/runs/sweep.py; this adds what the page knows.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ganapp.config import PRESETS, TrainConfig, default_preset
from ganapp.runs import Run, sweep
from ganapp.runs.comparison import MOST

from ..access.capabilities import here
from ..shared.strings import FIELDS, PRESETS_CHINESE, STRINGS, field_strings
from ..train import recipe

LANGUAGES = ("en", "zh-CN")
NOT_SWEPT = ("kimg", "minutes")  # the budget has its own place in the form
ASKED_SEC = 5.0
TEXTS = ("preset", "dataset", "budget", "amount", "field", "values", "field2", "values2")
ASKED = (*TEXTS, "base", "stamp")  # what a request to start holds; all are texts


def plan(request: dict[str, Any], base: TrainConfig | None = None) -> list:
    """The runs that the form asks for, as (name, configuration), everything checked.

    base: the configuration of a run that they are to be like; None: that of request["preset"]. Raises
    ValueError (message fit for the user) if a value is not allowed.
    """
    from ganapp.driving import beginning

    text = {name: str(request.get(name) or "").strip() for name in TEXTS}
    try:
        amount = float(text["amount"] or 0)
    except ValueError:
        raise ValueError(f"The budget is {text['amount'][:40]!r}; it must be a number.") from None
    axes = [(text["field"], sweep.split_values(text["values"]))]
    if text["field2"]:
        axes.append((text["field2"], sweep.split_values(text["values2"])))
    if base:
        config = recipe.with_budget(sweep.base_of(base), text["budget"], amount)
    else:
        config = recipe.config_from(text["preset"], text["dataset"], text["budget"], amount, {})
    planned = sweep.plan(config, axes)
    for _, config in planned:
        recipe.check_data(config)
        beginning.check_networks(config)
    return planned


def queue_up(folder: Path, planned: list) -> list[Run]:
    """Create and start the runs. They wait for each other in this order."""
    runs = []
    for name, config in planned:
        run = recipe.start_run(folder, config, name)
        runs.append(run)
        deadline = time.monotonic() + ASKED_SEC
        # The next run is created once this one has taken its place in the queue.
        while "asked" not in run.status() and time.monotonic() < deadline:
            time.sleep(0.01)
    return runs


def choices(has_gpu: bool) -> dict[str, Any]:
    """What the script needs for the form: presets, data sets, and fields with their known values."""
    from ganapp.data import NAMED

    return {
        "presets": {
            name: in_languages(p.about, PRESETS_CHINESE.get(name, p.about)) for name, p in PRESETS.items()
        },
        "preset": default_preset(has_gpu),
        "data": list(NAMED),
        "fields": {
            name: {
                **field_words(name),
                "values": list(NAMED) if name == "dataset" else sweep.known_values(name),
            }
            for name in sweep.sweep_fields()
            if name not in NOT_SWEPT
        },
        "most": MOST,
        "words": words_of_all(),
        "trains": here().trains,
    }


def words_of_all() -> dict[str, dict[str, str]]:
    """What each field of a configuration is called, in each language."""
    return {name: words_of(name) for name in TrainConfig.__dataclass_fields__}


def words_of(name: str) -> dict[str, str]:
    """What a field of a configuration is called in the table of those that differ, in each language."""
    if name in FIELDS:
        return in_languages(*field_strings(name)[f"field.{name}"])
    return in_languages(*STRINGS[f"cmp.field.{name}"])


def field_words(name: str) -> dict[str, dict[str, str]]:
    """The label of a field and its sentence of help, in each language."""
    if name in ("preset", "dataset"):
        label, help = STRINGS[f"cmp.field.{name}"], STRINGS[f"cmp.help.{name}"]
    else:
        label, help = (field_strings(name)[f"{what}.{name}"] for what in ("field", "help"))
    return {"label": in_languages(*label), "help": in_languages(*help)}


def in_languages(*texts: str) -> dict[str, str]:
    return dict(zip(LANGUAGES, texts, strict=True))
