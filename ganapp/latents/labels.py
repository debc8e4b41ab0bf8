"""Class labels: turns names and numbers of classes into the class of each image."""

from __future__ import annotations

import operator
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .seeds import check_seeds, latent

if TYPE_CHECKING:
    import torch


def resolve_label(G: torch.nn.Module, label: int | str) -> int:
    """The index of a class that is given by name (text) or by index.

    Case is ignored if that is not ambiguous. A name comes before an index: "2" is the class called 2, and the
    third one only if none is called so and the names are not all numbers. A number that is not text is always
    an index. Raises ValueError (message fit for the user, with what is allowed) if the generator has no such
    class.
    """
    count, names = G.spec.num_classes, tuple(getattr(G, "class_names", ()))
    if not count:
        raise ValueError(f"This model has no classes, so the label {label!r} cannot be asked for.")
    if isinstance(label, str):
        for wanted, known in ((label, names), (label.casefold(), tuple(name.casefold() for name in names))):
            if known.count(wanted) == 1:
                return known.index(wanted)
        unique = len(set(names)) == len(names)  # else an index is the only way to name a class
        numbered = bool(names) and unique and all(re.fullmatch("[0-9]+", name) for name in names)
        number = int(label) if re.fullmatch(r"[0-9]{1,9}", label) and not numbered else None
        if number is None and numbered:
            listed = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
            raise ValueError(
                f"The label {label!r} is not a class of this model; the classes are called {listed}."
            )
    else:
        try:
            number = operator.index(label)
        except TypeError:  # 1.5
            number = None
    if number is None or not 0 <= number < count:
        named = f", or a name: {', '.join(names[:20])}{', ...' if len(names) > 20 else ''}" if names else ""
        raise ValueError(f"The label {label!r} is not a class of this model: use 0 to {count - 1}{named}.")
    return number


def labels_of(
    G: torch.nn.Module, seeds: Sequence[int], y: int | str | Sequence[int | str] | None = None
) -> np.ndarray:
    """The class of each seed's image, int64 (N,); -1 for a generator without classes.

    y: one class (number or name) for all, one for each seed, or None for the class that belongs to each seed.
    Raises ValueError (message fit for the user) if a class is unknown or their number is wrong.
    """
    seeds = check_seeds(seeds)
    if y is None:
        drawn = [latent(seed, G.spec.z_dim, num_classes=G.spec.num_classes)[1] for seed in seeds]
        return np.array(drawn, np.int64)
    if isinstance(y, str) or np.ndim(y) == 0:
        return np.full(len(seeds), resolve_label(G, y), np.int64)
    if len(y) != len(seeds):
        raise ValueError(f"There are {len(y)} labels for {len(seeds)} seeds: give one label, or one a seed.")
    return np.array([resolve_label(G, label) for label in y], np.int64)
