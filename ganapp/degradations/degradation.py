"""The list of degradations, and Damage: one or several of them in order, as "small:4, grey" says it.

The functions themselves are in functions.py. Pictures are float (N, C, H, W) in [-1, 1].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


@dataclass(frozen=True)
class Degradation:
    """One way to damage a picture. Its function is that of the same name in functions.py."""

    name: str
    about: str
    unit: str = ""  # what its amount counts; "": it has none
    low: float = 0.0  # the amount is in [low, high]
    high: float = 0.0
    default: float = 0.0
    choices: tuple[int, ...] = ()  # if there are some, the amount is one of them
    linear: bool = True  # A(ax + by) = aA(x) + bA(y), without its noise
    exact: bool = True  # the damaged picture says without error what is left of the picture
    random: bool = False  # a seed draws it


DEGRADATIONS: dict[str, Degradation] = {
    d.name: d
    for d in (
        Degradation("hole", "pixels are missing", "share of the picture", 0.02, 0.9, 0.17, random=True),
        Degradation("small", "reduced, each side to 1/n", "times", 2, 8, 4, choices=(2, 4, 8)),
        Degradation("grey", "without colours"),
        Degradation(
            "noise", "normal noise", "standard deviation, of [-1, 1]", 0.01, 2, 0.3, exact=False, random=True
        ),
        Degradation("blur", "blurred by a normal curve", "sigma in pixels", 0.3, 8, 1.5),
        Degradation("jpeg", "saved as a JPEG", "quality", 1, 95, 10, linear=False, exact=False),
        Degradation("pixelate", "squares of one colour", "pixels of a side", 2, 32, 4),
        Degradation("edges", "strength of edges alone", linear=False, exact=False),
    )
}


@dataclass(frozen=True)
class Step:
    """One degradation of a Damage, with its amount. Raises ValueError if name or amount is not allowed."""

    name: str
    amount: float = 0.0

    def __post_init__(self) -> None:
        known = DEGRADATIONS.get(self.name)
        if known is None:
            raise ValueError(f"{self.name!r} is no degradation; there are: {', '.join(DEGRADATIONS)}.")
        if known.choices and self.amount not in known.choices:
            listed = ", ".join(map(str, known.choices))
            raise ValueError(f"{self.name} is {self.amount:g}; it must be one of {listed}.")
        if known.unit and not known.low <= self.amount <= known.high:
            raise ValueError(
                f"{self.name} is {self.amount:g}; it must be from {known.low:g} to {known.high:g} "
                f"({known.unit})."
            )


@dataclass(frozen=True)
class Damage:
    """Degradations in order: a function of pictures. str(damage) is the text that `damage_of` reads."""

    steps: tuple[Step, ...]

    def __call__(self, x: Tensor, seeds: Sequence[int] | None = None, mask: Tensor | None = None) -> Tensor:
        """Damage pictures x (N, C, H, W) in [-1, 1]; differentiable. "small" alone changes the size.

        seeds: one a picture, for what is random: noise, and where a hole is. None: no noise, which is the
        mean over all seeds. mask: float (N or 1, 1, H, W), 1 where pixels are missing, for the hole; without
        it the hole is drawn from the seeds. Raises ValueError (message fit for the user) if a hole has
        neither, or if the size cannot be divided.
        """
        from . import functions

        for number, step in enumerate(self.steps):
            if step.name == "hole":
                x = functions.hole(x, step.amount, _own(seeds, number), mask)
            elif step.name == "noise":
                x = x if seeds is None else functions.noise(x, step.amount, _own(seeds, number))
            elif DEGRADATIONS[step.name].unit:
                x = getattr(functions, step.name)(x, step.amount)
            else:
                x = getattr(functions, step.name)(x)
        return x

    def __str__(self) -> str:
        return ", ".join(
            f"{s.name}:{s.amount:g}" if DEGRADATIONS[s.name].unit else s.name for s in self.steps
        )

    def has(self, name: str) -> bool:
        return any(step.name == name for step in self.steps)

    @property
    def linear(self) -> bool:
        """Whether all of it is linear, noise apart."""
        return all(DEGRADATIONS[step.name].linear for step in self.steps)

    @property
    def exact(self) -> bool:
        """Whether the damaged picture says without error what is left of the picture."""
        return all(DEGRADATIONS[step.name].exact for step in self.steps)

    @property
    def random(self) -> bool:
        """Whether it differs from seed to seed."""
        return any(DEGRADATIONS[step.name].random for step in self.steps)

    @property
    def factor(self) -> int:
        """How many times smaller the sides of the damaged picture are."""
        product = 1
        for step in self.steps:
            product *= int(step.amount) if step.name == "small" else 1
        return product


def damage_of(text: str) -> Damage:
    """Read a Damage from text such as "small:4, grey": names in order, an amount after a colon.

    An amount that is left out is the default one. Raises ValueError (message fit for the user) if the text
    is empty, a name is unknown or an amount is not allowed.
    """
    steps = []
    for part in text.replace("，", ",").replace("：", ":").split(","):
        name, colon, amount = (piece.strip() for piece in part.partition(":"))
        known = DEGRADATIONS.get(name)
        if colon and known and not known.unit:
            raise ValueError(f"{name} takes no amount; it was given {amount!r}.")
        if name:
            steps.append(Step(name, _number(name, amount) if colon else known.default if known else 0.0))
    if not steps:
        raise ValueError(f"No degradation is named; there are: {', '.join(DEGRADATIONS)}.")
    return Damage(tuple(steps))


def _number(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"The amount of {name} is {text!r}; it must be a number.") from None


def _own(seeds: Sequence[int] | None, number: int) -> np.ndarray | None:
    """A seed a picture for the step of that number: two steps of one Damage draw differently."""
    if seeds is None:
        return None
    import numpy as np

    return (np.asarray(seeds, np.uint64) * np.uint64(8191) + np.uint64(number)) % np.uint64(2**32)
