"""Blending: the generator between two that were tuned from the same one, by straight ways of all weights.

Tuning moves weights little, so that the ways between tuned copies of one generator stay near it and every
place on them draws as well as their ends: network interpolation (Wang 2019, arXiv 1811.10515, equation 2).
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch.nn import Module


def blended(a: Module, b: Module, t: float) -> Module:
    """The generator at t between a (t = 0) and b (t = 1), in eval mode, without gradients. See `check_kin`.

    At the ends it is a or b itself; between them a copy with W = (1 - t) W_a + t W_b for every weight.
    """
    import torch

    if t in (0, 1) or a is b:
        return b if t == 1 else a
    G, others = copy.deepcopy(a), b.state_dict()
    with torch.no_grad():
        for name, value in G.state_dict().items():
            if value.is_floating_point():
                value.lerp_(others[name].to(value), t)
    return G


def check_kin(a: Module, b: Module) -> None:
    """Raises ValueError (message fit for the user) unless both are one generator, or tuned copies of one.

    Weights tell, where both know those they came from (`root_of`). Names tell for files of earlier versions,
    and for generators that were never saved.
    """
    if a is b:
        return
    roots, names = (root_of(a), root_of(b)), [origin_of(a), origin_of(b)]
    is_one = roots[0] == roots[1] if all(roots) else names[0] == names[1]
    if is_one and a.spec == b.spec:
        return
    if all(roots) and names[0] == names[1]:  # two models that are called alike
        names = [f"{name} ({root[:8]})" for name, root in zip(names, roots, strict=True)]
    raise ValueError(
        f"One picture was fitted by {names[0]}, another by {names[1]}: a film goes between pictures of one "
        "model, or that were fitted by the same one."
    )


def origin_of(G: Module) -> str:
    """The name of the generator that G was tuned from, or its own if it was not tuned to a picture."""
    origin = getattr(G, "origin", None) or {}
    return (
        str(origin["parent"]) if "tuned" in origin and "parent" in origin else str(getattr(G, "source", ""))
    )


def root_of(G: Module) -> str:
    """The sha256 of the weights that G was tuned from, or of its own. "" if the files do not say it.

    However often a generator is tuned, its root is the first one, that was not tuned to a picture.
    """
    origin = getattr(G, "origin", None) or {}
    if "tuned" not in origin:
        return getattr(G, "weights_sha256", "")
    tuned = origin["tuned"]
    return str(tuned.get("root", "")) if isinstance(tuned, dict) else ""
