"""Edit: which picture, as a value. A seed or a latent, its class, psi, and steps that change it.

The page, the settings in a PNG, films and the command line share it. It is plain data: JSON there and back,
the same picture every day. The steps are in steps.py; another kind is a class that `step_kind` registers.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from .directions import Directions, shape_of
from .labels import labels_of, resolve_label
from .point import Point, draw_points, w_of
from .region import unpacked
from .seeds import NO_LABEL, SEED_LIMIT, check_psi, has_role, latents

if TYPE_CHECKING:
    import torch

LATENT_SPACES = ("z", "w", "w+")
MAX_STEPS, MAX_DEPTH = 100, 4  # of an edit; of edits within edits
MAX_OTHERS = 32  # pictures within an edit, all depths together: each is drawn
MAX_VALUES = 65_536  # of a latent


@dataclass(frozen=True)
class Tools:
    """What steps are carried out with."""

    G: torch.nn.Module
    directions: Directions | None = None
    find_generator: Callable[[str], torch.nn.Module] | None = (
        None  # of a name, for steps that draw by another
    )


class Step(Protocol):
    """One change of a picture. A frozen dataclass with a name of its kind; see `step_kind`."""

    kind: ClassVar[str]

    def to_json(self) -> dict[str, Any]: ...  # without "kind"
    @classmethod
    def from_json(cls, data: dict[str, Any], depth: int) -> Step: ...  # ValueError for anything wrong
    def at(self, t: float) -> Step: ...  # the share t of it: 0 changes nothing, 1 is the step itself
    def apply(self, point: Point, tools: Tools) -> Point: ...


KINDS: dict[str, type[Step]] = {}


def step_kind(cls: type[Step]) -> type[Step]:
    """Register a class of steps by its `kind`, so that edits with such steps can be read."""
    KINDS[cls.kind] = cls
    return cls


@dataclass(frozen=True)
class Latent:
    """One latent as plain data: float32, little-endian, z (z_dim,), w (W,) or w+ (num_ws, W)."""

    space: str
    shape: tuple[int, ...]
    data: bytes

    def __post_init__(self) -> None:
        if self.space not in LATENT_SPACES:
            raise ValueError(f"The space is {self.space!r}: it must be one of {', '.join(LATENT_SPACES)}.")
        count = int(np.prod(self.shape, dtype=np.int64))
        if len(self.shape) != (2 if self.space == "w+" else 1) or not 1 <= count <= MAX_VALUES:
            raise ValueError(f"A latent in {self.space} cannot have the shape {list(self.shape)}.")
        if len(self.data) != 4 * count or not np.isfinite(self.array()).all():
            raise ValueError("The numbers of this latent are not as many as its shape says, or not finite.")

    @classmethod
    def of(cls, space: str, values: np.ndarray) -> Latent:
        values = np.asarray(values, "<f4")
        return cls(space, values.shape, np.ascontiguousarray(values).tobytes())

    def array(self) -> np.ndarray:
        return np.frombuffer(self.data, "<f4").astype(np.float32).reshape(self.shape)

    def to_json(self) -> dict[str, Any]:
        return {
            "space": self.space,
            "shape": list(self.shape),
            "float32": base64.b64encode(self.data).decode(),
        }

    @classmethod
    def from_json(cls, data: Any) -> Latent:
        if not isinstance(data, dict) or not isinstance(data.get("shape"), list):
            raise ValueError("The latent of this edit cannot be read.")
        shape = data["shape"]
        if len(shape) > 2 or not all(type(side) is int and 0 < side <= MAX_VALUES for side in shape):
            raise ValueError("The latent of this edit cannot be read.")
        return cls(data.get("space"), tuple(shape), unpacked(data.get("float32")))


@dataclass(frozen=True)
class Edit:
    """A picture: where it starts and what is changed.

    seed: 0 to 2**32 - 1. latent: in its place; psi does not truncate it. label: a class by name or number,
    None for the seed's own. psi: truncation in (0, 1]. steps: in their order. Raises ValueError (message fit
    for the user) if a value is not allowed.
    """

    seed: int = 0
    label: int | str | None = None
    psi: float = 1.0
    steps: tuple[Step, ...] = ()
    latent: Latent | None = None

    def __post_init__(self) -> None:
        if type(self.seed) is not int or not 0 <= self.seed < SEED_LIMIT:
            raise ValueError(f"Seed {self.seed!r} is out of range: seeds go from 0 to {SEED_LIMIT - 1}.")
        if self.label is not None and type(self.label) not in (int, str):
            raise ValueError(f"The label {self.label!r} is neither a name nor a number of a class.")
        if type(self.psi) not in (int, float):
            raise ValueError(f"psi is {self.psi!r}: it must be a number.")
        check_psi(self.psi)
        object.__setattr__(self, "steps", tuple(self.steps))
        if len(self.steps) > MAX_STEPS:
            raise ValueError(f"This edit has {len(self.steps)} steps: at most {MAX_STEPS} are carried out.")
        if self.others > MAX_OTHERS:
            raise ValueError(
                f"This edit mixes in {self.others} other pictures: at most {MAX_OTHERS} are drawn."
            )

    @property
    def others(self) -> int:
        """How many other pictures its steps mix in, those within them counted, too."""
        mixed = [step.other for step in self.steps if hasattr(step, "other")]
        return sum(1 + other.others for other in mixed)

    def then(self, *steps: Step) -> Edit:
        """The edit with further steps."""
        return replace(self, steps=(*self.steps, *steps))

    def at(self, t: float) -> Edit:
        """The share t of all its steps: 0 is the picture without them, 1 this edit itself."""
        if not 0 <= t <= 1:
            raise ValueError(f"The share of an edit is {t}: it must be from 0 to 1.")
        return self if t == 1 else replace(self, steps=tuple(step.at(t) for step in self.steps))

    def to_json(self) -> dict[str, Any]:
        """As JSON data. What is not set is left out."""
        data: dict[str, Any] = {"seed": self.seed} if self.latent is None else {}
        data |= {"label": self.label} if self.label is not None else {}
        data |= {"psi": self.psi} if self.psi != 1 else {}
        data |= {"latent": self.latent.to_json()} if self.latent is not None else {}
        if self.steps:
            data["steps"] = [{"kind": step.kind, **step.to_json()} for step in self.steps]
        return data

    @classmethod
    def from_json(cls, data: Any, depth: int = 0) -> Edit:
        """From JSON data of any origin. Raises ValueError (message fit for the user) for anything wrong."""
        known = {"seed", "label", "psi", "latent", "steps"}
        if not isinstance(data, dict) or not set(data) <= known:
            raise ValueError("This edit cannot be read: it has parts that this version does not know.")
        if depth > MAX_DEPTH:
            raise ValueError(
                f"This edit cannot be read: edits lie deeper than {MAX_DEPTH} within each other."
            )
        steps = data.get("steps", [])
        if not isinstance(steps, list) or len(steps) > MAX_STEPS:
            raise ValueError(f"This edit cannot be read: it may have a list of {MAX_STEPS} steps at most.")
        latent = Latent.from_json(data["latent"]) if data.get("latent") is not None else None
        made = tuple(_step_from_json(step, depth) for step in steps)
        return cls(data.get("seed", 0), data.get("label"), data.get("psi", 1.0), made, latent)


def _step_from_json(data: Any, depth: int) -> Step:
    kind = data.get("kind") if isinstance(data, dict) else None
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"This edit has a step {str(kind)[:40]!r}, which this version does not know.")
    return KINDS[kind].from_json({key: value for key, value in data.items() if key != "kind"}, depth + 1)


def point_of(tools: Tools, edit: Edit) -> Point:
    """The point that an edit leads to. Draws no picture.

    Raises ValueError (message fit for the user) if the generator does not have what the edit needs.
    """
    point = start_of(tools.G, edit)
    for step in edit.steps:
        point = step.apply(point, tools)
    return point


def start_of(G: torch.nn.Module, edit: Edit) -> Point:
    """The point of an edit before its steps."""
    if edit.latent is None:
        y = edit.label if G.spec.num_classes else _no_label(G, edit.label)
        label = int(labels_of(G, [edit.seed], y)[0])
        return Point(latents(G, [edit.seed], edit.psi)[0], label, psi=edit.psi)
    space, values = edit.latent.space, edit.latent.array()
    if space != "z" and not has_role(G, "mapped"):
        raise ValueError(f"The latent of this edit is in {space}, and this model has no w space.")
    if values.shape != shape_of(G, space):
        raise ValueError(
            f"The latent of this edit has {' × '.join(map(str, values.shape))} values, {space} of this model "
            f"has {' × '.join(map(str, shape_of(G, space)))}."
        )
    label = NO_LABEL
    if space == "z" and G.spec.num_classes:
        if edit.label is None:
            raise ValueError(
                "This edit begins with a latent: name the class, too, since this model has classes."
            )
        label = resolve_label(G, edit.label)
    return Point(values if space == "z" else None, label, w=None if space == "z" else values)


def _no_label(G, label) -> None:
    if label is not None:
        resolve_label(G, label)  # raises the ValueError for a generator without classes


def latent_of(
    G: torch.nn.Module, edit: Edit, directions: Directions | None = None
) -> tuple[Latent, int]:  # fmt: skip
    """The one latent from which G draws the picture of an edit, and its class: w+ if G has it, else z.

    The class is NO_LABEL for w+, which needs none. Raises ValueError (message fit for the user) if no latent
    holds the picture: it has features of another one, or a step between classes and no w space.
    """
    point = point_of(Tools(G, directions), edit)
    if point.pastes or point.G is not None:
        raise ValueError("This edit has features of another picture, which no latent holds.")
    if has_role(G, "mapped"):
        return Latent.of("w+", w_of(G, [point])[0]), NO_LABEL
    if point.embedding is not None:
        raise ValueError("This edit goes from one class towards another, which no z of this model holds.")
    return Latent.of("z", point.z), point.label


def draw_edit(
    G: torch.nn.Module,
    edit: Edit,
    directions: Directions | None = None,
    device: str | torch.device | None = None,
) -> np.ndarray:
    """The picture of an edit, uint8 (H, W, C). Without steps it is that of `generate`, bit for bit.

    directions: the set that belongs to G, see generators.directions_of. Raises ValueError (message fit for
    the user) if the edit needs what the generator or the set does not have.
    """
    return draw_edits(G, [edit], directions, device)[0]


def draw_edits(
    G: torch.nn.Module,
    edits: Sequence[Edit],
    directions: Directions | None = None,
    device: str | torch.device | None = None,
    batch: int = 16,
    find_generator: Callable[[str], torch.nn.Module] | None = None,
) -> np.ndarray:
    """The pictures of edits, uint8 (N, H, W, C), as `draw_edit`. batch: pictures drawn at a time."""
    tools = Tools(G, directions, find_generator)
    return draw_points(G, [point_of(tools, edit) for edit in edits], device, batch)
