"""A queue of runs that differ in one setting: the form's choices, the plan, and the start.

The runs themselves are planned by ganapp/runs/sweep.py; this adds what the page knows.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from ganapp.config import PRESETS, default_preset
from ganapp.runs import Run, sweep
from ganapp.runs.comparison import MOST

from ..shared.strings import PRESETS_CHINESE, STRINGS, field_strings
from ..train import recipe

LANGUAGES = ("en", "zh-CN")
NOT_SWEPT = ("kimg", "minutes")  # the budget has its own place in the form
ASKED_SEC = 5.0


def plan(request: dict[str, Any]) -> list:
    """The runs that the form asks for, as (name, configuration), everything checked.

    Raises ValueError (message fit for the user) if a value is not allowed.
    """
    from ganapp.driving import beginning

    names = ("preset", "dataset", "budget", "amount", "field", "values")
    text = {name: str(request.get(name) or "").strip() for name in names}
    try:
        amount = float(text["amount"] or 0)
    except ValueError:
        raise ValueError(f"The budget is {text['amount'][:40]!r}; it must be a number.") from None
    config = recipe.config_from(text["preset"], text["dataset"], text["budget"], amount, {})
    planned = sweep.plan(config, text["field"], sweep.split_values(text["values"]))
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
    }


def field_words(name: str) -> dict[str, dict[str, str]]:
    """The label of a field and its sentence of help, in each language."""
    if name in ("preset", "dataset"):
        label, help = STRINGS[f"cmp.field.{name}"], STRINGS[f"cmp.help.{name}"]
    else:
        label, help = (field_strings(name)[f"{what}.{name}"] for what in ("field", "help"))
    return {"label": in_languages(*label), "help": in_languages(*help)}


def in_languages(*texts: str) -> dict[str, str]:
    return dict(zip(LANGUAGES, texts, strict=True))
