"""A sweep: several configurations that differ in one field. Plans the runs and starts none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from ganapp.config import PRESETS, TrainConfig, merge, parse_changes, preset_config

from .comparison import ARGS, LEAST, MOST


def sweep_fields() -> list[str]:
    """What a sweep can vary besides g_args.NAME and d_args.NAME: "preset" and fields of TrainConfig."""
    return ["preset", *(f.name for f in fields(TrainConfig) if f.metadata["group"] != "found")]


def split_values(text: str) -> list[str]:
    """Split a text at its commas, except at those inside brackets: '[1, 2], x' -> ['[1, 2]', 'x']."""
    values, depth, start = [], 0, 0
    text = text.replace("，", ",").replace("、", ",") + ","
    for at, letter in enumerate(text):
        depth += (letter in "[{") - (letter in "]}")
        if letter == "," and (depth <= 0 or at == len(text) - 1):
            values.append(text[start:at])
            start = at + 1
    return [value.strip() for value in values if value.strip()]


def plan(config: TrainConfig, field: str, values: Sequence[str]) -> list[tuple[str, TrainConfig]]:
    """(name of the run, configuration) for each value of one field; all else is as in `config`.

    A value of "family" resets the networks' arguments. A value of "preset" keeps data, budget, seed and
    device. Raises ValueError (message fit for the user) if the field, a value or the number of values is not
    allowed.
    """
    field = field.strip().replace("-", "_")
    outer, _, inner = field.partition(".")
    if (outer not in ARGS or not inner) if "." in field else field not in sweep_fields():
        raise ValueError(
            f"field is {field!r}; it must be g_args.NAME, d_args.NAME or one of {', '.join(sweep_fields())}."
        )
    if not LEAST <= len(values) <= MOST:
        raise ValueError(f"there are {len(values)} values for {field}; a comparison has {LEAST} to {MOST}.")
    planned: list[tuple[str, TrainConfig]] = []
    for value in values:
        changed = with_value(config, field, value)
        if any(changed == other for _, other in planned):
            raise ValueError(f"{field} is given twice as {value}.")
        source = Path(changed.dataset if field != "dataset" else value).stem
        name = f"{source}-{field}-{value}" if field != "dataset" else f"dataset-{source}"
        planned.append((re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-._")[:60], changed))
    return planned


def with_value(config: TrainConfig, field: str, value: str) -> TrainConfig:
    """`config` with one field changed; see plan. Raises ValueError if the value is not allowed."""
    if field == "preset":
        kept = {name: getattr(config, name) for name in ("dataset", "kimg", "minutes", "seed", "device")}
        return preset_config(value).replace(**kept)
    changes = parse_changes({field: value})
    if field == "family" and value != config.family:
        changes |= {"g_args": "{}", "d_args": "{}"}
    return merge(config, changes)


def known_values(field: str) -> list[str]:
    """The values that a field allows, if they are few; else []."""
    if field == "preset":
        return list(PRESETS)
    found = next(f for f in fields(TrainConfig) if f.name == field)
    choices = [str(choice) for choice in found.metadata["choices"] or ()]
    return choices or (["true", "false"] if found.type == "bool" else [])
