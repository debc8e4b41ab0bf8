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
    """Raises ValueError (message fit for the user) unless both are one generator, or tuned copies of one."""
    first, second = origin_of(a), origin_of(b)
    if a is not b and (a.spec != b.spec or first != second):
        raise ValueError(
            f"One picture was fitted by {first}, another by {second}: a film goes between pictures of one "
            "model, or that were fitted by the same one."
        )


def origin_of(G: Module) -> str:
    """The name of the generator that G was tuned from, or its own if it was not tuned to a picture."""
    origin = getattr(G, "origin", None) or {}
    return (
        str(origin["parent"]) if "tuned" in origin and "parent" in origin else str(getattr(G, "source", ""))
    )
