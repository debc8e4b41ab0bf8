"""Films of edits: from the picture without an edit to it, by a list of shares, and from edit to edit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .blending import blended, check_kin
from .directions import Directions
from .edit import Edit, Tools, point_of
from .point import Point, draw_points, w_of
from .seeds import has_role
from .walk import lerp, slerp

if TYPE_CHECKING:
    import torch

MOST_KEYFRAMES = 64


def edit_film(
    G: torch.nn.Module,
    edit: Edit,
    frames: int,
    directions: Directions | None = None,
    device: str | torch.device | None = None,
    batch: int = 16,
) -> Iterator[np.ndarray]:
    """The film of an edit: `frames` images uint8 (H, W, C), from the picture without its steps to the edit.

    The last is the picture of `draw_edit`. Raises ValueError (message fit for the user), when called and not
    at the first frame, if there are fewer than 2 frames or the edit cannot be drawn.
    """
    if frames < 2:
        raise ValueError(f"frames is {frames}: a film of an edit has at least 2.")
    shares = [i / (frames - 1) for i in range(frames)]
    return following_film(G, edit, shares, directions, device, batch)


def following_film(
    G: torch.nn.Module,
    edit: Edit,
    shares: Sequence[float],
    directions: Directions | None = None,
    device: str | torch.device | None = None,
    batch: int = 16,
) -> Iterator[np.ndarray]:
    """One image uint8 (H, W, C) for each share of an edit, from 0, without its steps, to 1, the edit itself.

    shares: those of media/sound.py let an edit follow a sound. Raises ValueError (message fit for the user),
    when called and not at the first frame, if a share is not in [0, 1] or the edit cannot be drawn.
    """
    tools = Tools(G, directions)
    for share in {0.0, 1.0, *map(float, shares)}:
        edit.at(share)  # raises
    point_of(tools, edit)  # raises
    return _drawn(G, lambda i: point_of(tools, edit.at(float(shares[i]))), len(shares), device, batch)


def keyframe_film(
    G: torch.nn.Module,
    edits: Sequence[Edit],
    frames: int,
    directions: Directions | None = None,
    device: str | torch.device | None = None,
    batch: int = 16,
    tools: Sequence[Tools] | None = None,
) -> Iterator[np.ndarray]:
    """A film from edit to edit: images uint8 (H, W, C), `frames` from each to the next, and the last one.

    Keyframes are the pictures of `draw_edit`. Between them w+ moves straight where there is one; else z turns
    (slerp) and the embedding of the class moves straight. tools: what draws each edit, if they are pictures
    that were each fitted by a copy of G: then the weights move straight, too (blending.py). None: G with
    directions draws all. Raises ValueError (message fit for the user), when called and not at the first
    frame, for fewer than 2 or more than 64 edits, one with pasted features, or models that are no kin.
    """
    if not 2 <= len(edits) <= MOST_KEYFRAMES:
        raise ValueError(f"There are {len(edits)} keyframes: a film has 2 to {MOST_KEYFRAMES}.")
    if frames < 1:
        raise ValueError(f"frames is {frames}: there is at least 1 from one keyframe to the next.")
    tools = tools or [Tools(G, directions)] * len(edits)
    for first, second in zip(tools, tools[1:]):
        check_kin(first.G, second.G)
    keys = [point_of(each, edit) for each, edit in zip(tools, edits, strict=True)]
    if any(key.pastes or key.G is not None for key in keys):
        raise ValueError("A keyframe has features of another picture: between such pictures there is no way.")
    keys = [key if each.G is G else replace(key, G=each.G) for each, key in zip(tools, keys, strict=True)]

    def point_at(i: int) -> Point:
        key, step = divmod(i, frames)
        return between(G, keys[key], keys[key + 1], step / frames) if step else keys[key]

    has_own = any(key.G is not None for key in keys)  # a copy of the weights for each frame: one at a time
    return _drawn(G, point_at, frames * (len(keys) - 1) + 1, device, 1 if has_own else batch)


def between(G: torch.nn.Module, a: Point, b: Point, t: float) -> Point:
    """The point at t between a (t = 0) and b (t = 1), each drawn by G or by a generator of its own."""
    if a.G is not None or b.G is not None:
        return _between_own(a.G or G, b.G or G, a, b, t)
    if has_role(G, "mapped"):
        return Point(None, w=lerp(*w_of(G, [a, b]), t))
    z = slerp(a.z, b.z, t)
    if a.embedding is None and b.embedding is None and a.label == b.label:
        return Point(z, a.label)
    if not has_role(G, "embedding"):  # such a generator changes its class halfway
        return Point(z, a.label if t < 0.5 else b.label)
    return Point(z, a.label, embedding=lerp(a.with_embedding(G), b.with_embedding(G), t))


def _between_own(first, second, a: Point, b: Point, t: float) -> Point:
    """As `between`; what comes from the weights, w and embeddings of classes, each of its own generator."""
    G, a, b = blended(first, second, t), replace(a, G=None), replace(b, G=None)
    if has_role(G, "mapped"):
        a, b = (Point(None, w=w_of(own, [key])[0]) for own, key in ((first, a), (second, b)))
    elif has_role(G, "embedding") and a.label >= 0:
        a = replace(a, embedding=a.with_embedding(first))
        b = replace(b, embedding=b.with_embedding(second))
    return replace(between(G, a, b, t), G=G)


def _drawn(G, point_at: Callable[[int], Point], count: int, device, batch: int) -> Iterator[np.ndarray]:
    """Points are made as they are drawn: those of a long film would take much memory."""
    for start in range(0, count, batch):
        points = [point_at(i) for i in range(start, min(start + batch, count))]
        yield from draw_points(G, points, device, batch)
