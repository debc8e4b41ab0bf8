"""Point: what one picture is drawn from, after all steps of an edit, and the drawing of points.

It is the latent with its changes in each space that the generator has. Nothing is drawn until `draw_points`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from .drawing import embed_labels, images_from_latents, images_from_w, map_latents
from .features import Maps, stage_at, watching
from .region import Region
from .seeds import NO_LABEL, has_role

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, eq=False)
class Point:
    """One picture before it is drawn. Arrays are float32 and without a batch dimension."""

    z: np.ndarray | None  # (z_dim,), truncated if psi truncates z; None if w is given
    label: int = NO_LABEL
    embedding: np.ndarray | None = None  # (E,) in place of the label's own
    psi: float = 1.0  # of w; already in z where psi truncates z
    w: np.ndarray | None = None  # (W,) or (num_ws, W), truncated; None: that of z
    w_changes: tuple[Callable[[np.ndarray], np.ndarray], ...] = ()  # (num_ws, W) -> (num_ws, W), in order
    pastes: tuple[Paste, ...] = ()
    G: torch.nn.Module | None = None  # another generator than the one that is asked to draw

    def with_embedding(self, G: torch.nn.Module) -> np.ndarray:
        """The class embedding (E,) that it has now."""
        if self.embedding is not None:
            return self.embedding
        return embed_labels(G, np.array([self.label]))[0]


@dataclass(frozen=True, eq=False)
class Paste:
    """Features of another point inside a region, of the stage whose maps have this side."""

    other: Point
    side: int
    region: Region
    amount: float = 1.0  # 0: nothing of the other, 1: the other inside


def draw_points(
    G: torch.nn.Module,
    points: Sequence[Point],
    device: str | torch.device | None = None,
    batch: int = 16,
) -> np.ndarray:
    """Images uint8 (N, H, W, C) of points. One without changes is the same as from `generate`, bit for bit.

    Points with pastes are drawn one by one, twice and once more for each paste. Raises ValueError (message
    fit for the user) if the generator lacks a space or the maps that a point needs.
    """
    out = np.empty((len(points), G.spec.resolution, G.spec.resolution, G.spec.channels), np.uint8)
    own = [i for i, point in enumerate(points) if point.G is not None]
    pasted = [i for i, point in enumerate(points) if point.G is None and point.pastes]
    plain = [i for i, point in enumerate(points) if point.G is None and not point.pastes]
    if plain:
        out[plain] = _drawn(G, [points[i] for i in plain], device, batch)
    for i in pasted:
        out[i] = _drawn_with_pastes(G, points[i], device)
    for i in own:
        other = points[i].G
        if other.spec.resolution != G.spec.resolution or other.spec.channels != G.spec.channels:
            raise ValueError("The other generator of this edit draws pictures of another size.")
        out[i] = draw_points(other, [replace(points[i], G=None)], device)[0]
    return out


def w_of(G: torch.nn.Module, points: Sequence[Point], device: str | torch.device | None = None) -> np.ndarray:
    """w of points after all changes, float32 (N, num_ws, W). Raises ValueError without a w space."""
    if not has_role(G, "mapped"):
        raise ValueError(f"This model ({G.spec.family}) has no w space.")
    rows = []
    for point, w in zip(points, _mapped(G, points, device), strict=True):
        w = np.broadcast_to(w, (G.num_ws, w.shape[-1]))
        for change in point.w_changes:
            w = change(w)
        rows.append(np.ascontiguousarray(w, np.float32))
    return np.stack(rows)


def _mapped(G, points, device) -> list[np.ndarray]:
    """w of each point before its changes, (W,) or (num_ws, W)."""
    rows: list[np.ndarray] = [point.w for point in points]
    for psi in sorted({point.psi for point in points if point.w is None}):
        at = [i for i, point in enumerate(points) if point.w is None and point.psi == psi]
        z, y = _inputs(G, [points[i] for i in at])
        for i, w in zip(at, map_latents(G, z, y, psi, device), strict=True):
            rows[i] = w
    return rows


def _inputs(G, points) -> tuple[np.ndarray, np.ndarray | None]:
    """z (N, z_dim), and labels (N,), class embeddings (N, E) or None."""
    z = np.stack([point.z for point in points]).astype(np.float32)
    if not G.spec.num_classes:
        return z, None
    if all(point.embedding is None for point in points):
        return z, np.array([point.label for point in points], np.int64)
    return z, np.stack([point.with_embedding(G) for point in points]).astype(np.float32)


def _drawn(G, points, device, batch) -> np.ndarray:
    if has_role(G, "mapped"):
        changed = any(point.w_changes or (point.w is not None and point.w.ndim == 2) for point in points)
        w = w_of(G, points, device) if changed else np.stack(_mapped(G, points, device))
        return images_from_w(G, w, device, batch)
    if any(point.w is not None or point.w_changes for point in points):
        raise ValueError(f"This model ({G.spec.family}) has no w space.")
    z, y = _inputs(G, points)
    return images_from_latents(G, z, y, device=device, batch=batch)


def features_of(G: torch.nn.Module, point: Point, device: str | torch.device | None = None) -> list[Maps]:
    """The maps of every stage while a point is drawn, after its own pastes; each (1, C, S, S)."""
    found: list[Maps] = []
    _drawn_with_pastes(G, point, device, found.append)
    return found


def _drawn_with_pastes(G, point: Point, device, note: Callable[[Maps], object] | None = None) -> np.ndarray:
    """One image (H, W, C). Maps become A + share · (B - A) by torch.lerp, which is exact at 0 and at 1.

    note: is told the maps of each stage.
    """
    import torch

    todo: dict[int, list[tuple[Maps, Paste]]] = {}
    for paste in point.pastes:
        theirs = features_of(G, paste.other, device)
        number = stage_at([maps[0].shape[-1] for maps in theirs], paste.side)
        todo.setdefault(number, []).append((theirs[number], paste))

    def see(number: int, maps: Maps) -> Maps | None:
        for theirs, paste in todo.get(number, ()):
            share = paste.amount * paste.region.at(maps[0].shape[-1])
            maps = tuple(
                torch.lerp(a, b, share.to(a).expand_as(a)) for a, b in zip(maps, theirs, strict=True)
            )
        if note:
            note(tuple(part.detach().clone() for part in maps))
        return maps if number in todo else None

    with watching(G, see):
        return _drawn(G, [point], device, 1)[0]
