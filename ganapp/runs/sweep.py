"""A sweep: configurations that differ in one field, or in two as a grid. Plans the runs and starts none."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from ganapp.config import PRESETS, TrainConfig, merge, parse_changes, preset_config

from .comparison import ARGS, LEAST, MOST
from .names import LABEL_MOST

MOST_FIELDS = 2
Axis = tuple[str, Sequence[str]]  # a field and its values, as texts


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


def base_of(config: TrainConfig) -> TrainConfig:
    """The configuration of a run as the base of new ones: without what was found when it began."""
    found = {f.name: f.default for f in fields(TrainConfig) if f.metadata["group"] == "found"}
    del found["preset"]  # what it is called after
    return config.replace(**found)


def plan(config: TrainConfig, axes: Sequence[Axis]) -> list[tuple[str, TrainConfig]]:
    """(name of the run, configuration) for each value of one field, or each pair of values of two.

    All else is as in `config`; the last field changes fastest. A value of "family" resets the networks'
    arguments. A value of "preset" keeps data, budget, seed and device. Raises ValueError (message fit for the
    user) if a field, a value or the number of runs is not allowed.
    """
    axes = [(field.strip().replace("-", "_"), list(values)) for field, values in axes]
    _check_axes(axes)
    planned: list[tuple[str, TrainConfig]] = []
    for chosen in itertools.product(*(values for _, values in axes)):
        pairs = list(zip([field for field, _ in axes], chosen, strict=True))
        changed = config
        for field, value in sorted(pairs, key=_resets_most):
            changed = with_value(changed, field, value)
        if any(changed == other for _, other in planned):
            given = " and ".join(f"{field} {value}" for field, value in pairs)
            raise ValueError(f"two runs of the sweep would be the same: {given} is there twice.")
        planned.append((_name(changed, pairs), changed))
    return planned


def _check_axes(axes: Sequence[Axis]) -> None:
    if not 1 <= len(axes) <= MOST_FIELDS:
        raise ValueError(f"there are {len(axes)} fields; a sweep has 1 to {MOST_FIELDS}.")
    for field, values in axes:
        outer, _, inner = field.partition(".")
        if (outer not in ARGS or not inner) if "." in field else field not in sweep_fields():
            raise ValueError(
                f"field is {field!r}; it must be g_args.NAME, d_args.NAME or one of "
                f"{', '.join(sweep_fields())}."
            )
        if not LEAST <= len(values) <= MOST:
            raise ValueError(
                f"there are {len(values)} values for {field}; a comparison has {LEAST} to {MOST}."
            )
    if len({field for field, _ in axes}) < len(axes):
        raise ValueError(f"{axes[0][0]} is given as both fields; choose two different ones.")
    count = math.prod(len(values) for _, values in axes)
    if count > MOST:
        counts = " × ".join(str(len(values)) for _, values in axes)
        raise ValueError(f"{counts} values are {count} runs; a comparison has {LEAST} to {MOST}.")


def _resets_most(pair: tuple[str, str]) -> int:
    """What a preset or a family resets is set after it, in whatever order the fields are given."""
    order = ("preset", "family")
    return order.index(pair[0]) if pair[0] in order else len(order)


def _name(config: TrainConfig, pairs: Sequence[tuple[str, str]]) -> str:
    source = Path(config.dataset).stem
    parts = [f"{field}-{source if field == 'dataset' else value}" for field, value in pairs]
    if "dataset" not in [field for field, _ in pairs]:
        parts.insert(0, source)
    return re.sub(r"[^A-Za-z0-9._]+", "-", "-".join(parts)).strip("-._")[:LABEL_MOST]


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
