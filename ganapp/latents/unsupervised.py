"""Directions that a generator has by itself: principal components, and the closed form of its weights.

Principal components: Härkönen et al. 2020, arXiv 2004.02546. Closed form ("SeFa"): Shen & Zhou 2021, arXiv
2007.06600. Order: by falling variance, or by falling eigenvalue. Sign: the entry with the largest magnitude
is positive, the first of equal ones. So a direction is the same on every day.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from .directions import REACH, Direction
from .drawing import images_from_latents, images_from_w
from .features import read_features
from .sampled import Samples, samples_of
from .seeds import has_role

if TYPE_CHECKING:
    import torch

SAMPLES = 2_000
MOST_VALUES = 4_096  # of a sample's activations; larger maps are averaged down first


def principal_directions(
    G: torch.nn.Module, count: int, samples: int = SAMPLES, device: str | torch.device | None = None
) -> list[Direction]:
    """The `count` directions along which seeds differ most, pca-1, pca-2 …; amount 1 is a standard deviation.

    With a w space: principal components of w (section 3.1 of the paper). Else: those of the first stage's
    activations, each regressed back to z (section 3.2). samples: seeds 0 to samples - 1. Raises ValueError
    (message fit for the user) if there are not that many directions, or no maps of features.
    """
    drawn = samples_of(G, range(samples), device=device)
    width = drawn.latents.shape[1]
    check_count(count, min(width, samples - 1))
    if drawn.space == "w":
        vectors, _ = components(drawn.latents, count)
        spread = np.std((drawn.latents - drawn.latents.mean(0)) @ vectors.T, axis=0)
        how = f"A principal component of w, over seeds 0 to {samples - 1}."
        return named("pca", vectors * spread[:, None], "w", how)
    activations = _first_activations(G, drawn, device)
    vectors, centred = components(activations, min(count, activations.shape[1], samples - 1))
    check_count(count, len(vectors))
    coordinates = centred @ vectors.T  # (N, K)
    coordinates /= coordinates.std(0)
    z = drawn.latents.astype(np.float64)
    # z ≈ coordinates · U by least squares: U (K, Z) are the directions in z.
    back = np.linalg.lstsq(coordinates, z - z.mean(0), rcond=None)[0]
    how = f"A principal component of the first features, regressed to z, over seeds 0 to {samples - 1}."
    return named("pca", unit(signed(back)), "z", how)


def weight_directions(
    G: torch.nn.Module,
    count: int,
    layers: Sequence[int] | None = None,
    device: str | torch.device | None = None,
) -> list[Direction]:
    """The directions that the weights enlarge most, sefa-1, sefa-2 …: eigenvectors of AᵀA (equation 4).

    A is the linear part of the first affine layer that z enters, or, with a w space, of all affine layers
    that take w (or those of `layers`, counted in the order in which they act), one below the other. No
    picture is sampled. Raises ValueError (message fit for the user) if there are not that many directions.
    """
    mapped = has_role(G, "mapped")
    if layers is not None and not mapped:
        raise ValueError("Only layers of w can be chosen, and this model has no w space.")
    parts = affine_parts(G, device)
    if layers is not None and not all(0 <= k < len(parts) for k in layers):
        raise ValueError(f"The affine layers are 0 to {len(parts) - 1}, not {list(layers)}.")
    chosen = parts if layers is None else [parts[k] for k in layers]
    vectors = closed_form(np.concatenate(chosen), count)
    how = "An eigenvector of the weights of the first affine layers."
    if not mapped:
        return named("sefa", vectors, "z", how)
    w = samples_of(G, range(512), "w", device=device).latents
    spread = np.std((w - w.mean(0)) @ vectors.T, axis=0)
    return named("sefa", vectors * spread[:, None], "w", how)


def closed_form(weights: np.ndarray, count: int) -> np.ndarray:
    """The `count` unit eigenvectors of AᵀA with the largest eigenvalues, float64 (count, D), of A (C, D)."""
    weights = np.asarray(weights, np.float64)
    check_count(count, weights.shape[1])
    _, vectors = np.linalg.eigh(weights.T @ weights)
    return signed(vectors.T[::-1][:count])


def components(rows: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Principal components of rows (N, D), unit vectors (count, D) of falling variance; the centred rows."""
    centred = np.asarray(rows, np.float64)
    centred = centred - centred.mean(0)
    if centred.shape[1] <= centred.shape[0]:
        _, vectors = np.linalg.eigh(centred.T @ centred)
        return signed(vectors.T[::-1][:count]), centred
    _, small = np.linalg.eigh(centred @ centred.T)  # the same components by the smaller of the two products
    return signed(unit(small.T[::-1][:count] @ centred)), centred


def affine_parts(G: torch.nn.Module, device: str | torch.device | None = None) -> list[np.ndarray]:
    """The linear parts A (C, D) of the affine layers that z enters first, or that take w; in order of use.

    What a layer does is asked of the layer itself: A's columns are f(e_i) - f(0). So scaled, equalized and
    transposed weights need no case of their own. Columns of a class embedding are left out.
    """
    import torch

    mapped = has_role(G, "mapped")
    width = int(G.w_avg.shape[-1]) if mapped else G.spec.z_dim
    given = np.random.RandomState(0).randn(2, width).astype(np.float32)
    seen: list[tuple[torch.nn.Module, torch.Tensor]] = []

    def note(module, inputs, output):
        if inputs and isinstance(inputs[0], torch.Tensor) and inputs[0].is_floating_point():
            seen.append((module, inputs[0].detach()))

    layers = [m for m in G.modules() if _has_weight(m)]
    handles = [layer.register_forward_hook(note) for layer in layers]
    try:
        if mapped:
            images_from_w(G, given, device)
        else:
            labels = np.zeros(2, np.int64) if G.spec.num_classes else None
            images_from_latents(G, given, labels, device=device)
    finally:
        for handle in handles:
            handle.remove()
    parts = []
    for module, entered in seen:
        columns = _columns_of(entered.flatten(1).float().cpu().numpy(), given)
        if not columns or (mapped and columns < width):
            continue
        parts.append(np.pad(_linear_part(module, entered, columns), ((0, 0), (0, width - columns))))
        if not mapped:
            break
    if not parts:
        raise ValueError(f"This model ({G.spec.family}) has no affine layer that its latent enters directly.")
    return parts


def _has_weight(module) -> bool:
    import torch

    weight = getattr(module, "weight", None)
    return getattr(weight, "ndim", 0) >= 2 and not isinstance(module, torch.nn.Embedding)


def _columns_of(entered: np.ndarray, given: np.ndarray) -> int:
    """How many of the first inputs (N, D) are the first of z (N, Z), up to one factor a sample."""
    count = min(entered.shape[1], given.shape[1])
    ratio = entered[:, :count] / given[:, :count]
    same = np.isclose(ratio, ratio[:, :1], rtol=1e-3).all(0) & (np.abs(ratio[:, 0]) > 1e-6).all()
    return count if same.all() else int(np.argmin(same))


def _linear_part(module, entered, columns: int) -> np.ndarray:
    """A (C, columns) of an affine module whose input has the shape of `entered` (N, D) or (N, D, 1, 1)."""
    import torch

    basis = torch.zeros(columns + 1, *entered.shape[1:], device=entered.device)
    basis[torch.arange(columns), torch.arange(columns)] = 1
    with torch.inference_mode():
        out = module(basis).flatten(1).double()
    return (out[:-1] - out[-1]).T.cpu().numpy()


def _first_activations(G: torch.nn.Module, drawn: Samples, device) -> np.ndarray:
    """The activations of the first stage, float32 (N, F), averaged down to MOST_VALUES at most."""
    parts = []
    for start in range(0, len(drawn.seeds), 256):
        part = slice(start, start + 256)
        y = drawn.labels[part] if G.spec.num_classes else None
        z = drawn.latents[part]
        maps = read_features(G, lambda z=z, y=y: images_from_latents(G, z, y, device=device, batch=len(z)))[
            0
        ][0]
        while maps[0].numel() > MOST_VALUES and maps.shape[-1] % 2 == 0:
            maps = maps.unflatten(3, (-1, 2)).unflatten(2, (-1, 2)).mean((3, 5))
        parts.append(maps.flatten(1).float().cpu().numpy())
    return np.concatenate(parts)


def signed(vectors: np.ndarray) -> np.ndarray:
    """Each of (K, D) with the sign that makes its entry of largest magnitude positive."""
    largest = np.abs(vectors).argmax(1)
    return vectors * np.where(vectors[np.arange(len(vectors)), largest] < 0, -1.0, 1.0)[:, None]


def unit(vectors: np.ndarray) -> np.ndarray:
    """Each of (K, D) divided by its length."""
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def named(prefix: str, vectors: np.ndarray, space: str, how: str) -> list[Direction]:
    """PREFIX-1, PREFIX-2 …; how: a sentence about them."""
    return [
        Direction(f"{prefix}-{i}", vector, space, REACH, how=how) for i, vector in enumerate(vectors, start=1)
    ]


def check_count(count: int, most: int) -> None:
    if not 1 <= count <= most:
        raise ValueError(f"{count} directions are asked for: there are 1 to {most} here.")
