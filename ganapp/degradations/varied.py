"""Varied: a Damage whose amounts may be drawn from ranges, as "noise:0.1-0.5, grey" says it.

It makes the inputs of picture to picture: `given` is what a network gets of a picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .degradation import DEGRADATIONS, Damage, Step, damage_of

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


SHOWN = 1  # stream of the seeds of held-out pictures in grids and figures; that of training is 0


@dataclass(frozen=True)
class Varied:
    """Degradations in order, each with the least and the greatest amount. str() is what varied_of reads."""

    low: Damage
    high: Damage

    def __post_init__(self) -> None:
        for a, b in zip(self.low.steps, self.high.steps, strict=True):
            if a.amount > b.amount:
                raise ValueError(
                    f"The amount of {a.name} goes from {a.amount:g} to {b.amount:g}: the smaller one first."
                )

    def at(self, seed: int) -> Damage:
        """The Damage of a seed: each amount uniformly from its range, or evenly of its choices."""
        if self.low == self.high:
            return self.low
        import numpy as np

        random = np.random.RandomState(seed)
        steps = []
        for a, b in zip(self.low.steps, self.high.steps, strict=True):
            choices = [c for c in DEGRADATIONS[a.name].choices if a.amount <= c <= b.amount]
            share = random.uniform()
            at = choices[int(share * len(choices))] if choices else a.amount + share * (b.amount - a.amount)
            steps.append(Step(a.name, at))
        return Damage(tuple(steps))

    def given(self, x: Tensor, seeds: Sequence[int], mask: Tensor | None = None) -> Tensor:
        """What a network gets of pictures x (N, C, H, W) in [-1, 1]: damaged, of their size, in [-1, 1].

        Each picture's amounts, noise and hole come from its seed alone. A reduced picture is enlarged again
        (bicubic), missing pixels are mid-grey, 0, and no mask tells where they are. mask: see Damage.
        """
        import torch

        from .functions import enlarged

        size = tuple(x.shape[2:])
        if self.low == self.high:
            return enlarged(self.low(x, seeds, mask), size).clamp(-1, 1)
        masks = [None] * len(x) if mask is None else mask.expand(len(x), *mask.shape[1:]).split(1)
        parts = [
            enlarged(self.at(int(seed))(one, [seed], own), size)
            for one, seed, own in zip(x.split(1), seeds, masks, strict=True)
        ]
        return torch.cat(parts).clamp(-1, 1)

    @property
    def random(self) -> bool:
        """Whether it differs from seed to seed."""
        return self.low != self.high or self.low.random

    @property
    def factor(self) -> int:
        """How many times smaller the sides of the damaged picture are, at most."""
        return self.high.factor

    def __str__(self) -> str:
        parts = []
        for a, b in zip(str(self.low).split(", "), str(self.high).split(", "), strict=True):
            parts.append(a if a == b else f"{a}-{b.partition(':')[2]}")
        return ", ".join(parts)


def varied_of(text: str) -> Varied:
    """Read a Varied from text such as "small:4, noise:0.1-0.5": as damage_of, with ranges.

    Raises ValueError (message fit for the user) if the text is empty, a name is unknown or an amount is not
    allowed.
    """
    low, high = [], []
    for part in text.replace("，", ",").replace("：", ":").replace("–", "-").split(","):
        name, colon, amounts = (piece.strip() for piece in part.partition(":"))
        least, dash, most = (piece.strip() for piece in amounts.partition("-"))
        if not least:  # no range: what is wrong with it, damage_of says
            least, dash = amounts, ""
        low.append(f"{name}{colon}{least}")
        high.append(f"{name}{colon}{most if dash else least}")
    return Varied(damage_of(",".join(low)), damage_of(",".join(high)))


def picture_seeds(seed: int, positions: np.ndarray, stream: int = 0) -> np.ndarray:
    """Seeds uint64 (N,) below 2³² of positions (N,): each a function of (seed, position, stream).

    SplitMix64 of Steele 2014 (its finalizer), so that neighbours have nothing in common.
    """
    import numpy as np

    with np.errstate(over="ignore"):
        golden = np.uint64(0x9E3779B97F4A7C15)
        x = np.asarray(positions, np.uint64) + golden * np.uint64(2 * seed + stream + 1)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            x = (x ^ (x >> np.uint64(shift))) * np.uint64(factor)
        return (x ^ (x >> np.uint64(31))) >> np.uint64(32)
