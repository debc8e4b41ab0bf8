"""Direction and Directions: ways to change what a generator draws, by a vector and an amount.

Here are the values alone. How a direction is found is in unsupervised.py and by_example.py, how an edit uses
it in edit.py; generators/direction_files.py keeps a set in the folder of its generator.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .drawing import embed_labels
from .labels import resolve_label
from .seeds import has_role

if TYPE_CHECKING:
    import torch

# z and w: one vector. w+: a vector for each layer. embedding: of a class.
SPACES = ("z", "w", "w+", "embedding")
MAX_NAME, MAX_DIRECTIONS = 80, 512
MAX_AMOUNT = 1_000.0
REACH = (-3.0, 3.0)  # the default range of a direction
LABEL_REACH = (-1.0, 2.0)  # of a class: 1 is the class itself


@dataclass(frozen=True, eq=False)
class Direction:
    """One way to change a picture. `vector` times an amount is added to its latent.

    space: which latent, one of SPACES. vector: float32, (D,), or (num_ws, W) in w+. An amount of 1 is a
    standard deviation of the latents along it, or for a class the way from the other classes to it. range:
    the ends of a slider; amounts beyond are allowed. layers: of w, which layers it acts on; None: all. how: a
    sentence about how it was found. Raises ValueError (message fit for the user) if a value is not allowed.
    """

    name: str
    vector: np.ndarray
    space: str = "z"
    range: tuple[float, float] = REACH
    layers: tuple[int, ...] | None = None
    how: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name.strip() or len(self.name) > MAX_NAME:
            raise ValueError(
                f"A direction's name is a text of 1 to {MAX_NAME} characters, not {self.name!r}."
            )
        if self.space not in SPACES:
            raise ValueError(f"The space is {self.space!r}: it must be one of {', '.join(SPACES)}.")
        vector = np.ascontiguousarray(self.vector, np.float32)
        if vector.ndim != (2 if self.space == "w+" else 1) or not np.isfinite(vector).all():
            raise ValueError(
                f"The direction {self.name!r} has no vector of finite numbers with the shape that "
                f"{self.space} has."
            )
        low, high = (float(end) for end in self.range)
        if not -MAX_AMOUNT <= low < high <= MAX_AMOUNT:
            raise ValueError(f"The range of {self.name!r} is {low:g} to {high:g}: it must go upwards.")
        if self.layers is not None and (self.space != "w" or not self.layers or min(self.layers) < 0):
            raise ValueError(f"The direction {self.name!r} is in {self.space}: only in w are layers chosen.")
        layers = None if self.layers is None else tuple(sorted({int(layer) for layer in self.layers}))
        for name, value in (("vector", vector), ("range", (low, high)), ("layers", layers)):
            object.__setattr__(self, name, value)

    @property
    def digest(self) -> str:
        """Eight characters that tell this vector from others. An edit names them beside the name."""
        about = f"{self.space} {self.vector.shape} {self.layers}".encode()
        return hashlib.sha256(about + self.vector.astype("<f4").tobytes()).hexdigest()[:8]

    def renamed(self, name: str) -> Direction:
        return replace(self, name=name)


@dataclass(frozen=True, eq=False)
class Directions:
    """A set of directions of one generator, in the order of the list. Names are unique.

    generator: the sha256 of the weights that they belong to, "" if that is not known.
    """

    items: tuple[Direction, ...] = ()
    generator: str = ""

    def __post_init__(self) -> None:
        names = [direction.name for direction in self.items]
        if len(set(names)) < len(names):
            raise ValueError("Two directions of a set have the same name.")
        if len(names) > MAX_DIRECTIONS:
            raise ValueError(f"There are {len(names)} directions: a set has at most {MAX_DIRECTIONS}.")

    def __iter__(self) -> Iterator[Direction]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(direction.name for direction in self.items)

    def get(self, name: str) -> Direction | None:
        """The direction of that name; case is ignored if that is not ambiguous. None: there is none."""
        for wanted, known in ((name, self.names), (name.casefold(), [n.casefold() for n in self.names])):
            if known.count(wanted) == 1:
                return self.items[known.index(wanted)]
        return None

    def with_(self, *more: Direction) -> Directions:
        """The set with further directions; one of the same name takes the place of the old one."""
        items = {direction.name: direction for direction in (*self.items, *more)}
        return replace(self, items=tuple(items.values()))

    def without(self, name: str) -> Directions:
        return replace(self, items=tuple(d for d in self.items if d.name != name))


def direction_named(G: torch.nn.Module, directions: Directions | None, name: str) -> Direction:
    """A direction of the set, else that of the class which is called so.

    Raises ValueError (message fit for the user, with the names that there are) if there is none.
    """
    found = directions.get(name) if directions is not None else None
    if found is not None:
        return found
    classes = tuple(getattr(G, "class_names", ())) if has_role(G, "embedding") else ()
    if classes and name.casefold() in {known.casefold() for known in classes}:
        return label_direction(G, name)
    known = [*(directions.names if directions is not None else ()), *classes]
    listed = ", ".join(known[:20]) + (", ..." if len(known) > 20 else "") or "none yet"
    raise ValueError(f"This model has no direction {name!r}; there are: {listed}.")


def label_direction(G: torch.nn.Module, label: int | str, away_from: int | str | None = None) -> Direction:
    """Towards a class, in the space of class embeddings, for a generator with the role "embedding".

    The vector leads from the mean of the other classes, or from the class `away_from`, to this one. So amount
    1 turns a picture of `away_from` into one of `label`. Raises ValueError (message fit for the user) if
    there is no such class, or the generator has no embedding of classes.
    """
    if not has_role(G, "embedding") or not G.spec.num_classes:
        raise ValueError("This model has no embedding of classes, so there is no direction to a class.")
    target, count = resolve_label(G, label), G.spec.num_classes
    if count < 2:
        raise ValueError("This model has one class alone: there is no direction from one class to another.")
    others = [k for k in range(count) if k != target]
    if away_from is not None:
        others = [resolve_label(G, away_from)]
    table = embed_labels(G, np.arange(count)).astype(np.float64)
    vector = table[target] - table[others].mean(0)
    names = tuple(getattr(G, "class_names", ())) or tuple(map(str, range(count)))
    name = names[target] if away_from is None else f"{names[others[0]]} to {names[target]}"
    return Direction(name, vector, "embedding", LABEL_REACH, how="From the embeddings of the classes.")


def label_directions(G: torch.nn.Module) -> list[Direction]:
    """One direction for each class, in their order; [] for a generator without embeddings of classes."""
    if not has_role(G, "embedding") or G.spec.num_classes < 2:
        return []
    return [label_direction(G, k) for k in range(G.spec.num_classes)]


def check_direction(G: torch.nn.Module, direction: Direction) -> None:
    """Raise ValueError (message fit for the user) if the direction does not fit the generator."""
    name, space = direction.name, direction.space
    if space in ("w", "w+") and not has_role(G, "mapped"):
        raise ValueError(f"The direction {name!r} is in {space}, and this model has no w space.")
    if space == "embedding" and not (has_role(G, "embedding") and G.spec.num_classes):
        raise ValueError(f"The direction {name!r} is in the embedding of classes, and this model has none.")
    has, needs = direction.vector.shape, shape_of(G, space)
    if has != needs:
        raise ValueError(
            f"The direction {name!r} has {' × '.join(map(str, has))} values, {space} of this model has "
            f"{' × '.join(map(str, needs))}."
        )
    if direction.layers is not None and max(direction.layers) >= G.num_ws:
        raise ValueError(
            f"The direction {name!r} acts on layer {max(direction.layers)}: this model has layers 0 to "
            f"{G.num_ws - 1}."
        )


def shape_of(G: torch.nn.Module, space: str) -> tuple[int, ...]:
    """The shape of one latent in a space that the generator has."""
    if space == "z":
        return (G.spec.z_dim,)
    if space == "embedding":
        return embed_labels(G, np.zeros(1, np.int64)).shape[1:]
    width = int(G.w_avg.shape[-1])
    return (width,) if space == "w" else (G.num_ws, width)


def held_still(vector: np.ndarray, others: Sequence[np.ndarray]) -> np.ndarray:
    """The part of `vector` (D,) that is orthogonal to all of `others` (D,), float64.

    Moving along it leaves what the others measure as it is. Raises ValueError (message fit for the user) if
    nothing is left.
    """
    vector = np.asarray(vector, np.float64)
    if not len(others):
        return vector
    _, sizes, rows = np.linalg.svd(np.stack(others).astype(np.float64), full_matrices=False)
    basis = rows[sizes > 1e-8 * sizes.max()]  # (K, D), fewer where others depend on each other
    left = vector - basis.T @ (basis @ vector)
    if np.linalg.norm(left) <= 1e-6 * np.linalg.norm(vector):
        raise ValueError("The direction lies within those that are held still: nothing of it is left.")
    return left


def check_amount(amount: Any) -> float:
    """The amount as a float. Raises ValueError (message fit for the user) if it is not within ±1,000."""
    if type(amount) not in (int, float) or not math.isfinite(amount) or abs(amount) > MAX_AMOUNT:
        raise ValueError(
            f"The amount is {amount!r}: it must be a number from -{MAX_AMOUNT:g} to {MAX_AMOUNT:g}."
        )
    return float(amount)
