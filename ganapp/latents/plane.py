"""The map of seeds: a plane with a seed at every whole place (i, j), and what is between seeds in between.

Between four corners with latents z_ab the latent of (i + u, j + v) is Σ c_a(u) c_b(v) z_ab, with c_0(t) =
cos(πt/2) and c_1(t) = sin(πt/2). Latents of different seeds are nearly orthogonal and equally long (White
2016, arXiv 1609.04468), and for such vectors this is slerp along both axes (Shoemake 1985). The squared
weights sum to 1, so that the distribution of z is kept (Agustsson et al. 2019, arXiv 1711.01970), and the
speed of z is π/2 · |z| for each whole step, everywhere. Writes no files.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from .drawing import embed_labels, images_from_latents, images_from_w, map_latents
from .labels import labels_of
from .seeds import NO_LABEL, SEED_LIMIT, check_psi, has_role, latents

if TYPE_CHECKING:
    import torch

ROW = 1_000  # seeds from one row of the map to the next
FARTHEST = 400.0  # from the middle, in steps: further out, rows would meet
MAX_TRAIL = 4_000  # places of a trail


def plane_seed(i: int, j: int, first: int = 0) -> int:
    """The seed at the whole place (i, j): first + i + 1,000·j, modulo the number of seeds.

    A step to the right is the next seed, so that the map begins with a row of the pictures around `first`.
    """
    return (first + i + ROW * j) % SEED_LIMIT


def plane_images(
    G: torch.nn.Module,
    places: Sequence[Sequence[float]] | np.ndarray,
    first: int = 0,
    y: int | str | None = None,
    psi: float = 1.0,
    device: str | torch.device | None = None,
    batch: int = 16,
) -> np.ndarray:
    """The images at places (N, 2) of the map, uint8 (N, H, W, C). At a whole place it is that of its seed.

    places: (x, y) in steps from the seed `first`, which is at (0, 0); within ±400. y: one class for all,
    or None for the seeds' own: then class embeddings are mixed with the squared weights, and a generator
    without them takes the class of the nearest corner. With a w space the walk is in w, around its average.
    Raises ValueError (message fit for the user) if an argument is not allowed.
    """
    places = check_places(places)
    if not len(places):
        return np.empty((0, G.spec.resolution, G.spec.resolution, G.spec.channels), np.uint8)
    corners, which, weights = _corners(places)
    seeds = [plane_seed(i, j, first) for i, j in corners.tolist()]
    z = latents(G, seeds, psi)
    labels = labels_of(G, seeds, y)
    has_classes = G.spec.num_classes > 0
    if has_role(G, "mapped"):
        w = map_latents(G, z, labels if has_classes else None, psi, device)
        average = np.broadcast_to(G.w_avg.detach().float().cpu().numpy(), w.shape[1:]).reshape(-1)
        mixed = average + _mixed(w.reshape(len(w), -1) - average, which, weights)
        mixed = np.where(
            weights.max(1, keepdims=True) == 1, w.reshape(len(w), -1)[_nearest(which, weights)], mixed
        )
        return images_from_w(G, mixed.reshape(-1, *w.shape[1:]).astype(np.float32), device, batch)
    mixed = _mixed(z, which, weights).astype(np.float32)
    classes = _classes(G, labels, which, weights, device) if has_classes else None
    return images_from_latents(G, mixed, classes, device=device, batch=batch)


def plane_film(
    G: torch.nn.Module,
    trail: Sequence[Sequence[float]] | np.ndarray,
    frames: int,
    first: int = 0,
    y: int | str | None = None,
    psi: float = 1.0,
    device: str | torch.device | None = None,
    batch: int = 16,
) -> Iterator[np.ndarray]:
    """Walk along a trail (N, 2) over the map at one speed: an iterator of `frames` images uint8 (H, W, C).

    The rest is as in `plane_images`. Raises ValueError (message fit for the user), when called and not at the
    first frame, if the trail or another argument is not allowed.
    """
    places = along(trail, frames)
    check_psi(psi)
    if y is not None:
        labels_of(G, [first], y)  # raises the ValueError of a class that there is not

    def walk() -> Iterator[np.ndarray]:
        for start in range(0, frames, batch):
            yield from plane_images(G, places[start : start + batch], first, y, psi, device, batch)

    return walk()


def check_places(places: Sequence[Sequence[float]] | np.ndarray) -> np.ndarray:
    """Places as float64 (N, 2). Raises ValueError (message fit for the user) if one is not on the map."""
    try:
        found = np.array([[float(x), float(y)] for x, y in places], np.float64).reshape(-1, 2)
    except (TypeError, ValueError):
        raise ValueError("A place of the map is two numbers, such as 0.5, -2.") from None
    if not (np.abs(found) <= FARTHEST).all():  # NaN is not, either
        raise ValueError(f"A place is too far out: the map reaches {FARTHEST:,.0f} steps from its middle.")
    return found


def trail_length(trail: Sequence[Sequence[float]] | np.ndarray) -> float:
    """The length of a trail (N, 2) in steps of the map."""
    return float(np.linalg.norm(np.diff(check_places(trail), axis=0), axis=1).sum())


def along(trail: Sequence[Sequence[float]] | np.ndarray, count: int) -> np.ndarray:
    """`count` places at equal distances along a trail (N, 2), its two ends among them: float64 (count, 2).

    Raises ValueError (message fit for the user) if the trail has no length or has too many places.
    """
    places = check_places(trail)
    if len(places) > MAX_TRAIL:
        raise ValueError(f"This trail has {len(places):,} places: at most {MAX_TRAIL:,} are read.")
    if count < 2:
        raise ValueError(f"count is {count}: a trail has at least two pictures.")
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1)
    if not steps.sum() > 0:
        raise ValueError("This trail has no length: walk over the map first.")
    at = np.concatenate([[0.0], np.cumsum(steps)])
    wanted = np.linspace(0, at[-1], count)
    return np.stack([np.interp(wanted, at, places[:, axis]) for axis in (0, 1)], axis=1)


def _corners(places: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Whole places (C, 2) around the given ones, each once; (N, 4) which; (N, 4) their weights."""
    base = np.floor(places)
    u, v = (places - base).T
    cos_u, sin_u = _arc(u)
    cos_v, sin_v = _arc(v)
    weights = np.stack([cos_u * cos_v, sin_u * cos_v, cos_u * sin_v, sin_u * sin_v], axis=1)
    around = base[:, None] + np.array([[0, 0], [1, 0], [0, 1], [1, 1]])  # (N, 4, 2)
    corners, which = np.unique(around.reshape(-1, 2).astype(np.int64), axis=0, return_inverse=True)
    return corners, which.reshape(-1, 4), weights


def _arc(t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.cos(math.pi / 2 * t), np.sin(math.pi / 2 * t)


def _mixed(points: np.ndarray, which: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted sums (N, D) of corners (C, D), float64, at the length that the corners have.

    Latents are not quite orthogonal, so that the plain sum is a few per cent too long or too short. It gets
    the length sqrt(Σ weight² · |corner|²), unless it nearly vanishes, which has no direction.
    """
    corners = points.astype(np.float64)[which]  # (N, 4, D)
    plain = (weights[..., None] * corners).sum(1)
    wanted = np.sqrt((weights**2 * (corners**2).sum(-1)).sum(1, keepdims=True))
    length = np.linalg.norm(plain, axis=1, keepdims=True)
    scaled = plain * np.where(length > 1e-3 * wanted, wanted / np.where(length > 0, length, 1), 1)
    nearest = corners[np.arange(len(corners)), weights.argmax(1)]
    return np.where(weights.max(1, keepdims=True) == 1, nearest, scaled)


def _nearest(which: np.ndarray, weights: np.ndarray) -> np.ndarray:
    return which[np.arange(len(which)), weights.argmax(1)]


def _classes(G, labels: np.ndarray, which: np.ndarray, weights: np.ndarray, device) -> np.ndarray:
    """Classes (N,), or mixed class embeddings (N, E) where corners differ and the generator has them."""
    assert NO_LABEL not in labels, labels
    if has_role(G, "embedding") and len(set(labels.tolist())) > 1:
        corners = embed_labels(G, labels, device)[which]  # (N, 4, E)
        return (weights[..., None] ** 2 * corners).sum(1).astype(np.float32)
    return labels[_nearest(which, weights)]
