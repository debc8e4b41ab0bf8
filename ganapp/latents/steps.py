"""The steps of an edit: along a direction, styles of another picture, features of another picture.

Each is a frozen dataclass that `step_kind` registers; edit.py says what a step has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from .directions import Direction, check_amount, check_direction, direction_named
from .edit import Edit, Tools, point_of, step_kind
from .features import check_staged
from .point import Paste, Point, w_of
from .region import Region
from .seeds import has_role

MAX_LAYERS = 64


@step_kind
@dataclass(frozen=True)
class Move:
    """`amount` times a direction of the generator's set, or towards the class of that name.

    digest: eight characters of the direction's vector; "" takes any direction of that name.
    """

    kind: ClassVar[str] = "direction"
    name: str
    amount: float
    digest: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", check_amount(self.amount))

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "amount": self.amount} | ({"digest": self.digest} if self.digest else {})

    @classmethod
    def from_json(cls, data: dict[str, Any], depth: int) -> Move:
        check_keys("direction", data, {"name", "amount", "digest"})
        name, digest = data.get("name"), data.get("digest", "")
        if not isinstance(name, str) or not isinstance(digest, str):
            raise ValueError("A direction of this edit cannot be read: its name must be a text.")
        return cls(name, data.get("amount", 0.0), digest)

    def at(self, t: float) -> Move:
        return replace(self, amount=self.amount * t)

    def direction(self, tools: Tools) -> Direction:
        """The direction itself. Raises ValueError (message fit for the user) if it is absent or another."""
        found = direction_named(tools.G, tools.directions, self.name)
        if self.digest and self.digest != found.digest:
            raise ValueError(
                f"The direction {self.name!r} was changed since this edit was made: its vector is "
                "another one."
            )
        check_direction(tools.G, found)
        return found

    def apply(self, point: Point, tools: Tools) -> Point:
        return moved(point, self.direction(tools), self.amount, tools)


@step_kind
@dataclass(frozen=True)
class Styles:
    """w of another picture in some layers, for a generator with a w space (Karras 2019, section 3.1).

    layers: numbers from 0. amount: 0 changes nothing, 1 takes the other's w, between them w moves straight.
    """

    kind: ClassVar[str] = "styles"
    other: Edit
    layers: tuple[int, ...]
    amount: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", check_share(self.amount))
        layers = self.layers
        if not layers or len(layers) > MAX_LAYERS or not all(type(k) is int and k >= 0 for k in layers):
            raise ValueError(f"The layers are {str(layers)[:80]}: they must be numbers from 0 up.")
        object.__setattr__(self, "layers", tuple(sorted(set(layers))))

    def to_json(self) -> dict[str, Any]:
        return {"other": self.other.to_json(), "layers": list(self.layers), "amount": self.amount}

    @classmethod
    def from_json(cls, data: dict[str, Any], depth: int) -> Styles:
        check_keys("styles", data, {"other", "layers", "amount"})
        if not isinstance(data.get("layers"), list):
            raise ValueError("The styles of this edit cannot be read: layers must be a list of numbers.")
        return cls(Edit.from_json(data.get("other"), depth), tuple(data["layers"]), data.get("amount", 1.0))

    def at(self, t: float) -> Styles:
        return replace(self, amount=self.amount * t)

    def apply(self, point: Point, tools: Tools) -> Point:
        check_layers(tools.G, self.layers)
        theirs = w_of(tools.G, [point_of(tools, self.other)])[0]  # (num_ws, W)
        at, amount = list(self.layers), self.amount

        def change(w: np.ndarray) -> np.ndarray:
            w = np.array(w, np.float32)
            # At 1 it is the other's w itself, and w mixed with itself is w: no rounding at either end.
            w[at] = theirs[at] if amount == 1 else w[at] + np.float32(amount) * (theirs[at] - w[at])
            return w

        return replace(point, w_changes=(*point.w_changes, change))


@step_kind
@dataclass(frozen=True)
class Features:
    """Features of another picture within a region: this one's outside, the other's inside.

    side: of the maps in which they are pasted, such as 8 or 16 (features.feature_sides). region: None for all
    of the picture. For generators with the role "staged".
    """

    kind: ClassVar[str] = "features"
    other: Edit
    side: int
    region: Region | None = None
    amount: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "amount", check_share(self.amount))
        if type(self.side) is not int or self.side < 1:
            raise ValueError(
                f"The side of a map of features is {self.side!r}: it must be a number of pixels."
            )

    def to_json(self) -> dict[str, Any]:
        region = {"region": self.region.to_json()} if self.region is not None else {}
        return {"other": self.other.to_json(), "side": self.side, "amount": self.amount, **region}

    @classmethod
    def from_json(cls, data: dict[str, Any], depth: int) -> Features:
        check_keys("features", data, {"other", "side", "region", "amount"})
        region = Region.from_json(data["region"]) if data.get("region") is not None else None
        return cls(
            Edit.from_json(data.get("other"), depth), data.get("side"), region, data.get("amount", 1.0)
        )

    def at(self, t: float) -> Features:
        return replace(self, amount=self.amount * t)

    def apply(self, point: Point, tools: Tools) -> Point:
        check_staged(tools.G)
        region = self.region or Region(1, b"\xff")
        paste = Paste(point_of(tools, self.other), self.side, region, self.amount)
        return replace(point, pastes=(*point.pastes, paste))


def moved(point: Point, direction: Direction, amount: float, tools: Tools) -> Point:
    """The point, `amount` times the direction away. An amount of 0 leaves it exactly as it is."""
    if amount == 0:
        return point
    step = np.float32(amount) * direction.vector
    if direction.space in ("z", "embedding") and point.z is None:
        raise ValueError(
            f"The direction {direction.name!r} is in {direction.space}, and this edit begins in w, "
            "which comes after."
        )
    if direction.space == "embedding":
        return replace(point, embedding=point.with_embedding(tools.G) + step)
    if direction.space == "z":
        return replace(point, z=point.z + step)
    layers = list(direction.layers) if direction.layers is not None else slice(None)

    def change(w: np.ndarray) -> np.ndarray:
        w = np.array(w, np.float32)
        w[layers] += step
        return w

    return replace(point, w_changes=(*point.w_changes, change))


def pinned(edit: Edit, tools: Tools) -> Edit:
    """The edit with the digest of each direction, so that a changed set of directions is noticed."""

    def with_digest(step: Any) -> Any:
        if isinstance(step, Move):
            return replace(step, digest=step.direction(tools).digest)
        if isinstance(step, Styles | Features):
            return replace(step, other=pinned(step.other, tools))
        return step

    return replace(edit, steps=tuple(map(with_digest, edit.steps)))


def moves(amounts: dict[str, float]) -> tuple[Move, ...]:
    """Steps of {name: amount}, as sliders give them; amounts of 0 are left out."""
    return tuple(Move(name, amount) for name, amount in amounts.items() if amount)


def check_layers(G: Any, layers: tuple[int, ...]) -> None:
    """Raise ValueError (message fit for the user) if the generator does not have these layers of w."""
    if not has_role(G, "mapped"):
        raise ValueError(f"This model ({G.spec.family}) has no w space, so it has no styles: mix features.")
    if layers[-1] >= G.num_ws:
        raise ValueError(f"There is no layer {layers[-1]}: this model has layers 0 to {G.num_ws - 1}.")


def check_share(amount: Any) -> float:
    """Raises ValueError (message fit for the user) if it is no number from 0 to 1."""
    if type(amount) not in (int, float) or not 0 <= amount <= 1:
        raise ValueError(f"The amount of a mix is {amount!r}: it must be from 0 to 1.")
    return float(amount)


def check_keys(kind: str, data: dict[str, Any], known: set[str]) -> None:
    if not set(data) <= known:
        raise ValueError(f"A step of this edit ({kind}) has parts that this version does not know.")
