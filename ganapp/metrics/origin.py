"""Which data a generator was trained on, as far as its origin says so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganapp.data import BUILT_IN

SPLITS = ("", "-train", "-test")  # what may follow a name: a ZIP of one part of such a set is called so


def data_of(origin: Mapping[str, Any]) -> str | None:
    """The built-in data set in a generator's origin, pairs of pictures included; None if it names none.

    An origin has the name of a split and a count: "cifar10-train, 48000 images" is cifar10. Own pictures are
    not found by it: their folder may be another one by now. Of two sets without pairs it is the first.
    """
    text = origin.get("dataset_a" if origin.get("task") == "unpaired" else "dataset")
    if not isinstance(text, str):
        return None
    name = text.partition(",")[0].strip()
    return next((known for known in BUILT_IN if name in (known + split for split in SPLITS)), None)
