"""Walks between seeds: slerp, lerp, and the frames of a walk through keyframes and classes.

Frames are arrays, drawn lazily; media/film.py writes films. Slerp is by Shoemake 1985, for latents by White
2016 (arXiv 1609.04468): the middle of a straight line between two normal vectors is shorter than the z seen
in training.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .drawing import embed_labels, images_from_latents, images_from_w, map_latents
from .labels import labels_of
from .seeds import check_seeds, has_role, latents

if TYPE_CHECKING:
    import torch

MODES = ("slerp", "lerp")


def lerp(a: np.ndarray, b: np.ndarray, t: float | np.ndarray) -> np.ndarray:
    """The point at t on the straight line from a (t = 0) to b (t = 1), both (..., D).

    t is a number, or (...) with one for each vector. The ends are exact.
    """
    t = np.asarray(t, np.float64)[..., None]
    return ((1 - t) * a + t * b).astype(np.result_type(a, b, np.float32))


def slerp(a: np.ndarray, b: np.ndarray, t: float | np.ndarray) -> np.ndarray:
    """The point at t on the arc from a (t = 0) to b (t = 1), both (..., D).

    The direction turns at constant speed, and the length changes linearly from |a| to |b|. t is a number, or
    (...) with one for each vector. If a and b define no arc (parallel, opposite, or one is zero), the path is
    a straight line.
    """
    dtype = np.result_type(a, b, np.float32)
    a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
    t = np.asarray(t, np.float64)[..., None]
    length_a, length_b = np.linalg.norm(a, axis=-1, keepdims=True), np.linalg.norm(b, axis=-1, keepdims=True)
    unit_a, unit_b = a / np.where(length_a > 0, length_a, 1), b / np.where(length_b > 0, length_b, 1)
    # The angle by way of its half, because arccos of a dot product loses half of the digits near 0.
    chord, sum_ = (np.linalg.norm(v, axis=-1, keepdims=True) for v in (unit_a - unit_b, unit_a + unit_b))
    angle = 2 * np.arctan2(chord, sum_)
    defined = (np.sin(angle) > 1e-6) & (length_a > 0) & (length_b > 0)
    sine = np.where(defined, np.sin(angle), 1)
    turned = (np.sin((1 - t) * angle) * unit_a + np.sin(t * angle) * unit_b) / sine
    arc = ((1 - t) * length_a + t * length_b) * turned
    return np.where(defined, arc, (1 - t) * a + t * b).astype(dtype)


def frame_count(keyframes: int, frames: int, loop: bool = True) -> int:
    """Number of frames of a walk. `frames`: from each keyframe to the next."""
    return frames * keyframes if loop else frames * (keyframes - 1) + 1


def interpolate(
    G: torch.nn.Module,
    seeds: Sequence[int],
    frames: int,
    mode: str = "slerp",
    loop: bool = True,
    y: int | str | Sequence[int | str] | None = None,
    psi: float = 1.0,
    device: str | torch.device | None = None,
    batch: int = 16,
) -> Iterator[np.ndarray]:
    """Walk through the seeds: an iterator of images uint8 (H, W, C), `frames` from keyframe to keyframe.

    Keyframes are the images of generate(). Generators with a w space walk in w, and slerp turns around w_avg.
    loop: return to the first keyframe (frames·N images in all, else frames·(N - 1) + 1).
    y: None for each seed's own class, one class for all, or one for each keyframe. Between different classes,
    the class embedding moves linearly; a generator without `embed` changes class halfway. One seed with
    several labels is a walk of that seed through these classes. Raises ValueError (message fit for the user),
    when called and not at the first frame, if an argument is wrong.
    """
    if frames < 1:
        raise ValueError(f"frames is {frames}: it must be at least 1 (frames from one seed to the next).")
    keys = _keyframes(G, seeds, y, psi, device)
    walk = _check_mode(mode)
    total = frame_count(len(keys.points), frames, loop)
    return _frames(G, keys, walk, frames, total, device, batch)


def between(
    G: torch.nn.Module,
    seeds: Sequence[int],
    position: float,
    mode: str = "slerp",
    y: int | str | Sequence[int | str] | None = None,
    psi: float = 1.0,
    device: str | torch.device | None = None,
) -> np.ndarray:
    """One image of such a walk, uint8 (H, W, C).

    position: 0 is the first keyframe, 1.5 is halfway from the second to the third, and the number of
    keyframes is the first again. Raises ValueError (message fit for the user) if it is out of range, or as
    `interpolate`.
    """
    keys = _keyframes(G, seeds, y, psi, device)
    if not 0 <= position <= len(keys.points):
        raise ValueError(f"The position is {position}: it must be from 0 to {len(keys.points)}.")
    return _pictures_at(G, keys, _check_mode(mode), np.array([position]), device, 1)[0]


class _Keyframes(NamedTuple):
    points: np.ndarray  # (K, D): z, or w flattened
    origin: np.ndarray | float  # centre of slerp: 0, or w_avg flattened
    shape: tuple[int, ...]  # of one point before it was flattened
    labels: np.ndarray | None  # int64 (K,)
    embeddings: np.ndarray | None  # (K, E); None if all classes are equal or the generator has no `embed`


def _check_mode(mode: str):
    if mode not in MODES:
        raise ValueError(f"The mode is {mode!r}: it must be one of {', '.join(MODES)}.")
    return {"slerp": slerp, "lerp": lerp}[mode]


def _keyframes(G, seeds, y, psi, device) -> _Keyframes:
    seeds = check_seeds(seeds)
    if len(seeds) == 1 and y is not None and not isinstance(y, str) and np.ndim(y) == 1:
        seeds = seeds * len(y)
    if len(seeds) < 2:
        raise ValueError("A walk needs at least two seeds, or one seed and at least two labels.")
    z = latents(G, seeds, psi)
    labels = labels_of(G, seeds, y) if G.spec.num_classes else None
    if labels is None and y is not None:
        labels_of(G, seeds, y)  # raises the ValueError for a generator without classes
    if has_role(G, "mapped"):
        w = map_latents(G, z, labels, psi, device)
        average = G.w_avg.detach().float().cpu().numpy()
        origin = np.broadcast_to(average, w.shape[1:]).reshape(-1)
        return _Keyframes(w.reshape(len(w), -1), origin, w.shape[1:], labels, None)
    blends = labels is not None and len(set(labels.tolist())) > 1 and has_role(G, "embedding")
    return _Keyframes(z, 0.0, z.shape[1:], labels, embed_labels(G, labels, device) if blends else None)


def _frames(G, keys, walk, frames, total, device, batch) -> Iterator[np.ndarray]:
    for start in range(0, total, batch):
        positions = np.arange(start, min(start + batch, total)) / frames
        yield from _pictures_at(G, keys, walk, positions, device, batch)


def _pictures_at(G, keys, walk, positions, device, batch) -> np.ndarray:
    """Images uint8 (N, H, W, C) at positions (N,), which count keyframes from the first."""
    count = len(keys.points)
    here = np.floor(positions).astype(np.int64)
    t = positions - here
    here, after = here % count, (here + 1) % count
    a, b = keys.points[here], keys.points[after]
    points = (keys.origin + walk(a - keys.origin, b - keys.origin, t)).astype(np.float32)
    # Subtracting and adding the origin rounds, so keyframes are taken as they are.
    points = np.where((t == 0)[:, None], a, points).reshape(-1, *keys.shape)
    if has_role(G, "mapped"):
        return images_from_w(G, points, device, batch)
    if keys.labels is None:
        y = None
    elif keys.embeddings is not None:
        y = lerp(keys.embeddings[here], keys.embeddings[after], t)
    else:
        y = np.where(t < 0.5, keys.labels[here], keys.labels[after])
    return images_from_latents(G, points, y, device=device, batch=batch)
