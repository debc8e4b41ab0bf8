"""Dragging: points of a picture are pulled to targets, and the picture follows.

Pan 2023 (DragGAN, arXiv 2305.10973): motion supervision on features (equation 1), then point tracking
(section 3.3), in turn. Two things are different, so that it works for a generator without a w space, too.
What is around a point is compared with what was around it in the beginning, not in the step before. And the
weights of a copy move with the latent, by the steps of tuning.py.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .bank import Bank
from .directions import Directions
from .edit import Edit, Latent, Tools, point_of
from .features import watching
from .fitting import Reports, effort_for
from .point import w_of
from .seeds import NO_LABEL, has_role
from .spaces import space_of
from .target import picture_of
from .tuning import MOMENTUM, Sensitivity

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

LARGEST = 128  # pixels of a side on which features are compared; pictures larger than that are reduced
RADIUS = 5 / 64  # of the part around a point that is moved, and in which it is tracked; of a side
CORE = 2.5  # radius of what is compared when a point is tracked, in pixels of the features
MOVABLE = 12 / 64  # of a side: without a mask, what is farther from the way of a point is held
PULL = 2.0  # pixels: how far ahead of a point its surroundings are asked for
LATENT_RATE = 0.01  # of Adam on the latent, in standard deviations
WEIGHT_RATE = 0.01  # as RATE in tuning.py
HOLD = 10.0  # weight of the change of what is held
ARRIVED = 1.5  # pixels from its target, where a point has arrived
SETTLE = 10  # steps after all points have arrived
SAMPLES = 12  # gradients from which the sensitivities of the weights are estimated, at most
MOST_POINTS = 16
EVERY = 0.1  # seconds between two reports


@dataclass(frozen=True, eq=False)
class Dragged:
    """The picture as it is after some steps. It stays valid when the drag is stopped."""

    steps: int
    seconds: float
    done: bool  # all points have arrived, or the steps are used up
    image: np.ndarray  # uint8 (H, W, C)
    points: np.ndarray  # float32 (P, 2), x and y in pixels: where the points are now
    distance: float  # pixels from a point to its target, on average
    space: str  # of the latent: z or w+
    latent: np.ndarray  # float32 (z_dim,) or (num_ws, W)
    label: int  # a class, or NO_LABEL
    G: Module = field(repr=False)  # a tuned copy, in eval mode

    def edit(self) -> Edit:
        """The picture as an edit of G."""
        label = None if self.label == NO_LABEL or self.space != "z" else self.label
        return Edit(latent=Latent.of(self.space, self.latent), label=label)


def drag(
    G: Module,
    edit: Edit,
    points: Sequence[Sequence[float]],
    targets: Sequence[Sequence[float]],
    mask: np.ndarray | None = None,
    steps: int = 100,
    every: float = EVERY,
    bank: Bank | None = None,
    directions: Directions | None = None,
) -> Iterator[Dragged]:
    """Pull points of the picture of an edit to targets. Yields the picture, at least every `every` seconds.

    The last one is done; who stops earlier keeps the last one that was yielded. Undo is the one before.
    points, targets: (P, 2), x from the left and y from the top in pixels of the picture, 0 to R - 1. mask:
    (R, R), not 0 where the picture may change; None: near the way of each point. bank: as of `invert`.
    directions: the set of G, if the edit names any of them.
    Raises ValueError (message fit for the user), when called and not at the first step, if points, targets or
    mask do not fit the picture, or the edit is one of pasted features.
    """
    start = point_of(Tools(G, directions), edit)
    if start.pastes:
        raise ValueError("This edit pastes features of another picture: drag its picture before the pasting.")
    side = G.spec.resolution
    places = np.asarray(points, np.float32), np.asarray(targets, np.float32)
    for name, place in zip(("points", "targets"), places, strict=True):
        if place.ndim != 2 or place.shape[1] != 2 or not 1 <= len(place) <= MOST_POINTS:
            raise ValueError(f"{name} must be 1 to {MOST_POINTS} pairs of x and y.")
        if not ((place >= 0) & (place <= side - 1)).all():
            raise ValueError(f"A point lies outside of the picture: x and y go from 0 to {side - 1}.")
    if len(places[0]) != len(places[1]):
        raise ValueError(f"There are {len(places[0])} points and {len(places[1])} targets: give one each.")
    if mask is not None and np.shape(mask) != (side, side):
        size = " × ".join(map(str, np.shape(mask)))
        raise ValueError(f"The mask is {size} pixels; it must be {side} × {side}.")
    if type(steps) is not int or not 1 <= steps <= 10_000:
        raise ValueError(f"steps is {steps!r}; it must be a whole number from 1 to 10000.")
    return _steps(_Dragging(G, start, places, mask, bank or Bank(G)), steps, Reports(every))


def _steps(state: _Dragging, steps: int, reports: Reports) -> Iterator[Dragged]:
    arrived = 0
    for _ in state.prepare():
        if reports.due():
            yield state.dragged(0, reports.seconds, False)
    for step in range(steps):
        state.step()
        arrived = arrived + 1 if state.distances().max() <= ARRIVED else 0
        done = arrived > SETTLE or step == steps - 1
        if done or reports.due():
            yield state.dragged(step + 1, reports.seconds, done)
        if done:
            return


class _Dragging:
    """The state of one drag: a copy of G that is tuned, the latent, and where the points are."""

    def __init__(self, G: Module, start, places: tuple[np.ndarray, np.ndarray], mask, bank: Bank) -> None:
        import torch

        self._space, self._bank = space_of(G), bank
        self._G = copy.deepcopy(G).eval()
        mapped = has_role(G, "mapped")
        latent = w_of(G, [start]) if mapped else start.z[None]
        self._label = start.label
        self._y = torch.tensor([max(start.label, 0)], device=self._space.device)
        if not mapped and G.spec.num_classes and start.embedding is not None:
            self._y = torch.tensor(start.embedding[None], device=self._space.device)
        self._latent = self._space.parameters(latent).requires_grad_()
        self._side = min(G.spec.resolution, LARGEST)
        self._scale = self._side / G.spec.resolution
        self._points, self._targets = (
            torch.tensor((place + 0.5) * self._scale - 0.5, device=self._space.device) for place in places
        )
        self._ways = list(zip(self._points, self._targets, strict=True))
        self._disk = _disk(max(2, round(RADIUS * self._side))).to(self._points)
        with torch.no_grad():
            maps, self._before = self._drawn()
        self._around = self._read(maps, self._points)  # (P, D, F): features in the beginning
        self._held = self._held_from(mask)
        self._weights, self._speeds = [], []
        self._mean, self._square, self._count = (
            torch.zeros_like(self._latent),
            torch.zeros_like(self._latent),
            0,
        )

    def prepare(self) -> Iterator[int]:
        """Look at the sensitivities of the weights, unless the bank has them."""
        import torch

        samples = samples_for(self._G)
        key, sensitivity = (self._space.name, samples), Sensitivity(self._space, self._G)
        if key not in self._bank.sides:
            for number in range(samples):
                sensitivity.add(number)
                yield number
            self._bank.sides[key] = sensitivity.averages()
        self._weights = sensitivity.weights(self._bank.sides[key])
        self._speeds = [torch.zeros_like(w.value) for w in self._weights]

    def step(self) -> None:
        """One step of motion supervision and one of point tracking."""
        import torch

        way = self._targets - self._points
        length = way.norm(dim=1, keepdim=True).clamp_min(1e-6)
        ahead = self._points + way / length * length.clamp_max(PULL)
        values = [w.value for w in self._weights]
        with torch.enable_grad():
            maps, picture = self._drawn()
            loss = (self._read(maps, ahead) - self._around).abs().mean() * maps.shape[1] ** 0.5
            loss = loss + HOLD * ((picture - self._before) * self._held).abs().mean()
            found = torch.autograd.grad(loss, [self._latent, *values], allow_unused=True)
        gradients = [
            g if g is not None else torch.zeros_like(v) for g, v in zip(found[1:], values, strict=True)
        ]
        with torch.no_grad():
            self._move_latent(found[0])
            self._move_weights(gradients)
            maps, _ = self._drawn()
            self._track(maps)

    def distances(self) -> Tensor:
        """Pixels of the picture from each point to its target, (P,)."""
        return (self._targets - self._points).norm(dim=1) / self._scale

    def dragged(self, steps: int, seconds: float, done: bool) -> Dragged:
        import torch

        with torch.no_grad():
            picture = self._space.draw(self._latent, self._y, self._G)[0].clamp(-1, 1)
        points = ((self._points + 0.5) / self._scale - 0.5).cpu().numpy()
        latent = self._space.values(self._latent)[0]
        G = copy.deepcopy(self._G).requires_grad_(False)
        image, distance = picture_of(self._space.G, picture), float(self.distances().mean())
        name = self._space.name
        return Dragged(steps, seconds, done, image, points, distance, name, latent, self._label, G)

    def _drawn(self) -> tuple[Tensor, Tensor]:
        """Features (1, F, S, S), each kind of length 1 on average, and the picture (1, C, S, S)."""
        import torch
        import torch.nn.functional as F

        seen: dict[int, Tensor] = {}

        def see(number: int, maps) -> None:
            if maps[0].shape[-1] <= self._side // 2:
                seen[maps[0].shape[-1]] = maps[0]

        if has_role(self._G, "staged"):
            with watching(self._G, see):
                picture = self._space.draw(self._latent, self._y, self._G)
        else:
            picture = self._space.draw(self._latent, self._y, self._G)
        size = (self._side, self._side)
        if picture.shape[2:] != size:
            picture = F.interpolate(picture, size, mode="area")
        kinds = [picture, *([seen[max(seen)]] if seen else [])]
        wide = [F.interpolate(k, size, mode="bilinear") if k.shape[2:] != size else k for k in kinds]
        unit = [k / (k.detach().square().sum(1).mean().sqrt() + 1e-6) for k in wide]
        return torch.cat(unit, 1) / len(unit) ** 0.5, picture

    def _read(self, maps: Tensor, points: Tensor, disk: Tensor | None = None) -> Tensor:
        """Features around points (P, 2), bilinear: (P, D, F) for the D places of the disk."""
        import torch.nn.functional as F

        places = (
            points[:, None] + (self._disk if disk is None else disk) + 0.5
        ) / self._side * 2 - 1  # (P, D, 2)
        found = F.grid_sample(maps, places[None], padding_mode="border", align_corners=False)
        return found[0].permute(1, 2, 0)

    def _track(self, maps: Tensor) -> None:
        """Each point goes where the features are most like those it had in the beginning.

        It stays near its way, so that it is not taken for something alike elsewhere.
        """
        import torch

        candidates = self._points[:, None] + self._disk  # (P, D, 2)
        core = self._disk.norm(dim=1) <= CORE
        there = self._read(maps, candidates.flatten(0, 1), self._disk[core])  # (P·D, K, F)
        there = there.unflatten(0, candidates.shape[:2])
        apart = (there - self._around[:, None, core]).norm(dim=3).mean(2)
        beside = torch.stack([_from_way(c, *way) for c, way in zip(candidates, self._ways, strict=True)])
        best = apart.masked_fill(beside > RADIUS * self._side + 0.5, math.inf).argmin(1)
        chosen = candidates[range(len(best)), best]
        self._points = chosen.clamp(0, self._side - 1)

    def _move_latent(self, gradient: Tensor) -> None:
        self._count += 1
        self._mean.lerp_(gradient, 0.1)
        self._square.lerp_(gradient.square(), 0.01)
        mean, square = self._mean / (1 - 0.9**self._count), self._square / (1 - 0.99**self._count)
        self._latent.sub_(LATENT_RATE * mean / (square.sqrt() + 1e-8))

    def _move_weights(self, gradients: list[Tensor]) -> None:
        moves = [w.natural(g) for w, g in zip(self._weights, gradients, strict=True)]
        change = sum((m * g).sum() for m, g in zip(moves, gradients, strict=True))
        spec = self._space.G.spec
        length = float(WEIGHT_RATE * (spec.channels * spec.resolution**2) ** 0.5 / (change + 1e-20) ** 0.5)
        for weight, speed, move in zip(self._weights, self._speeds, moves, strict=True):
            speed.mul_(MOMENTUM).add_(move, alpha=length * (1 - MOMENTUM))
            weight.value.sub_(speed)

    def _held_from(self, mask: np.ndarray | None) -> Tensor:
        """(1, 1, S, S), 1 where the picture is held: outside of the mask, or far from all ways."""
        import torch
        import torch.nn.functional as F

        if mask is not None:
            free = torch.tensor(np.asarray(mask) != 0, device=self._space.device)[None, None].float()
            return 1 - F.adaptive_max_pool2d(free, self._side)
        at = torch.arange(self._side, device=self._space.device).float()
        place = torch.stack([at.expand(self._side, -1), at[:, None].expand(-1, self._side)], 2)
        apart = torch.stack([_from_way(place, *way) for way in self._ways]).amin(0)
        return (apart > MOVABLE * self._side).float()[None, None]


def samples_for(G: Module) -> int:
    """How many gradients are looked at before a drag begins: as few as for a fit where each takes seconds."""
    return min(SAMPLES, effort_for(G).samples)


def _from_way(places: Tensor, start: Tensor, end: Tensor) -> Tensor:
    """Distance of places (..., 2) from the straight way from start to end (2,): (...)."""
    way = end - start
    share = ((places - start) @ way / way.square().sum().clamp_min(1e-6)).clamp(0, 1)
    return (places - start - share[..., None] * way).norm(dim=-1)


def _disk(radius: int) -> Tensor:
    """Whole places (D, 2) within a radius; the middle one is 0, 0."""
    import torch

    at = torch.arange(-radius, radius + 1).float()
    places = torch.cartesian_prod(at, at)
    return places[places.norm(dim=1) <= radius + 0.5]
