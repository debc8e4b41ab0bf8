"""Whether two figures may be compared: their protocols side by side. Measures nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .figure import shown

# What belongs to a generator, changes only how sure a value is, or follows from the other entries.
OF_NO_MATTER = ("source", "weights", "seed", "repeats", "interval", "not the published protocol")
# Generators differ in these by their making: they count only where both have them.
WHERE_BOTH_HAVE = ("classes", "transparency", "counted")
WITHOUT = {"psi": 1}  # what an entry that is not there means


def newest(figures: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """{name: the last finite one} of stored figures, oldest first, as ganapp.runs.read_figures gives them."""
    return {
        f["name"]: f for f in figures if isinstance(f["value"], int | float) and math.isfinite(f["value"])
    }


def incomparable(measured: Sequence[Mapping[str, Mapping[str, Any]]]) -> dict[str, dict[str, list[Any]]]:
    """{figure: differences} of the figures that some of these runs measured otherwise than others.

    measured: the figures of each run, by name.
    """
    names = dict.fromkeys(name for figures in measured for name in figures)
    found = {
        name: differences([figures[name].get("protocol") or {} for figures in measured if name in figures])
        for name in names
    }
    return {name: differing for name, differing in found.items() if differing}


def differences(protocols: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The entries of protocols of one figure in which they differ so that its values cannot be compared.

    {key: the value of each protocol, None without one}; {} if all measured alike.
    """
    keys = dict.fromkeys(key for protocol in protocols for key in protocol if key not in OF_NO_MATTER)
    found = {}
    for key in keys:
        values = [protocol.get(key, WITHOUT.get(key)) for protocol in protocols]
        if key in WHERE_BOTH_HAVE and None in values:
            continue
        if any(value != values[0] for value in values):
            found[key] = values
    return found


def difference_text(key: str, values: Sequence[Any], translated: Callable[[str], str] = str) -> str:
    """An entry that differs, as text: "images 2,000 / 500". translated: of the key and of each value."""
    texts = ["–" if value is None else translated(shown(value)) for value in values]
    return f"{translated(key)} {' / '.join(texts)}"
