"""Which data a generator was trained on, as far as its origin says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganapp.data import NAMED


def data_of(origin: Mapping[str, Any]) -> str | None:
    """The built-in data set in a generator's origin; None if it names none.

    An origin has the name of a split and a count: "cifar10-train, 48000 images" is cifar10. Own pictures are
    not found by it: their folder may be another one by now.
    """
    text = origin.get("dataset")
    if not isinstance(text, str):
        return None
    name = text.partition(",")[0].strip()
    for known in sorted(NAMED, key=len, reverse=True):  # cifar100 before cifar10
        if name == known or name.startswith(f"{known}-"):
            return known
    return None
