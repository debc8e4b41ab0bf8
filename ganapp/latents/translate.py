"""Draws the answers of a generator that takes pictures: of any size, in parts where a picture is large.

A part overlaps its neighbours by so much that its inner answer is that of the whole picture: no seam can be
seen. What looks at the whole picture, the statistics of instance norm, is measured first, over all parts, and
then held. Only where a network looks farther than a part is wide, parts are faded into each other instead.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from ganapp.alpha import premultiplied, straight
from ganapp.pixels import to_bytes, to_unit

from .drawing import _computed
from .labels import labels_of
from .seeds import check_seeds, has_role, latent

if TYPE_CHECKING:
    import torch
    from torch import Tensor

WHOLE = 2**19  # pixels of a picture that is drawn at once, 724 × 724: about 0.5 GB at 64 channels
MOST_AT_ONCE = 64  # small pictures
FADED = 8  # share of a part's side that fades into the next one: 1/8


def translate(
    G: torch.nn.Module,
    pictures: np.ndarray,
    seeds: Sequence[int] | None = None,
    y: int | str | Sequence[int | str] | None = None,
    *,
    device: str | torch.device | None = None,
    whole: int = WHOLE,
) -> np.ndarray:
    """The generator's answers to pictures (N, H, W, C') of one size, uint8 (N, H, W, C).

    pictures: uint8 with straight colours, or floating in [-1, 1]. H and W are any of 8 or more. seeds: of the
    noise, for a generator that takes noise; None: 0, 1, 2 … y: classes as `labels_of` takes them. whole:
    pixels up to which a picture is drawn at once. Raises ValueError (message fit for the user) if G takes no
    picture, or not of so many channels, or is in training mode.
    """
    x = _inputs(G, pictures)
    seeds = range(len(x)) if seeds is None else seeds
    if len(seeds) != len(x):
        raise ValueError(f"There are {len(seeds)} seeds for {len(x)} pictures: give one a picture.")
    z = np.stack([latent(seed, G.spec.z_dim)[0] for seed in check_seeds(seeds)])
    labels = labels_of(G, seeds, y) if G.spec.num_classes else None
    out = np.empty((*x.shape[:1], *x.shape[2:], G.spec.channels), np.uint8)
    batch = min(max(1, whole // (x.shape[2] * x.shape[3])), MOST_AT_ONCE)
    for start in range(0, len(x), batch):
        part = slice(start, start + batch)
        some = None if labels is None else labels[part]

        def drawn(x, y, z=z[part]):
            import torch

            noise = torch.as_tensor(z).to(x) if G.spec.z_dim else None
            return to_bytes(translate_whole(G, x, y, noise, whole)).permute(0, 2, 3, 1)

        made = _computed(G, drawn, x[part], some, device)
        out[part] = straight(made) if G.spec.channels == 4 and G.spec.premultiplied else made
    return out


def translate_film(
    G: torch.nn.Module,
    frames: Iterable[np.ndarray],
    seed: int = 0,
    y: int | str | None = None,
    *,
    device: str | torch.device | None = None,
    whole: int = WHOLE,
) -> Iterator[np.ndarray]:
    """The answers (H, W, C) to the frames (H, W, C') of a film, one by one, all with the same noise."""
    for frame in frames:
        yield translate(G, frame[None], [seed], y, device=device, whole=whole)[0]


def translate_whole(
    G: torch.nn.Module, x: Tensor, y: Tensor | None = None, z: Tensor | None = None, whole: int = WHOLE
) -> Tensor:
    """The answers (N, C, H, W) to pictures x (N, C', H, W) in [-1, 1].

    One that has more than `whole` pixels is drawn in parts; N is then 1.
    """
    height, width = x.shape[2:]
    arguments = (y,) if z is None else (y, z)
    if height * width <= whole or not has_role(G, "local"):
        return G(x, *arguments)
    tiles = _tiles(height, width, G.stride, G.reach, whole)
    norms = G.norms()
    with _held(norms, _measured(G, norms, x, tiles, arguments) if norms else []):
        return _joined(G, x, tiles, arguments)


class _Side:
    """How a side of `length` pixels is cut: parts of `size` pixels from each of `starts`.

    A part's answer counts fully from `margin` + `fade` pixels off its ends, and not at all up to `margin`.
    """

    def __init__(self, length: int, size: int, stride: int, reach: int):
        self.length, self.size = length, min(size, length)
        self.margin, self.fade = math.ceil(reach / stride) * stride, 0
        if self.size < length and self.size < 3 * self.margin + stride:
            self.margin = self.size // (2 * FADED)
            self.fade = self.size // FADED
        step = max(stride, (self.size - 2 * self.margin - self.fade) // stride * stride)
        count = 1 + max(0, math.ceil((length - self.size) / step))
        self.starts = [i * step for i in range(count)]

    def parts(self) -> Iterator[tuple[int, int]]:
        for start in self.starts:
            yield start, min(start + self.size, self.length)

    def weights(self, start: int, end: int) -> np.ndarray:
        """How much each pixel of a part counts, float32 (end - start,): 1 at the picture's own border."""
        off = np.arange(end - start, dtype=np.float32)
        ends = []
        for distance, is_border in ((off, start == 0), (off[::-1], end == self.length)):
            ramp = (distance - self.margin + 1) / (self.fade + 1)
            ends.append(np.ones_like(off) if is_border else ramp.clip(0, 1))
        return ends[0] * ends[1]


def _tiles(height: int, width: int, stride: int, reach: int, whole: int) -> tuple[_Side, _Side]:
    """Rows and columns of parts with at most `whole` pixels, but not smaller than a stride and a bit."""

    def aligned(pixels: float) -> int:
        return max(2, int(pixels) // stride) * stride

    rows = min(aligned(math.sqrt(whole)), height)
    columns = min(aligned(whole / rows), width)
    rows = min(aligned(whole / columns), height)
    return _Side(height, rows, stride, reach), _Side(width, columns, stride, reach)


def _joined(G, x: Tensor, tiles: tuple[_Side, _Side], arguments: tuple) -> Tensor:
    import torch

    rows, columns = tiles
    total, counted = None, torch.zeros(x.shape[2:], device=x.device)
    for top, bottom in rows.parts():
        for left, right in columns.parts():
            made = G(x[:, :, top:bottom, left:right], *arguments)
            weights = np.outer(rows.weights(top, bottom), columns.weights(left, right))
            weights = torch.as_tensor(weights).to(made)
            if total is None:
                total = made.new_zeros(1, made.shape[1], *x.shape[2:])
            total[:, :, top:bottom, left:right] += made * weights
            counted[top:bottom, left:right] += weights
    return total / counted


def _measured(G, norms: list, x: Tensor, tiles, arguments: tuple) -> list[tuple[Tensor, Tensor] | None]:
    """Mean and variance (C,) of what enters each norm, over all parts, in which it still has its own."""
    sums: dict[int, list] = {}

    def note(module, inputs, _output):
        values = inputs[0].double()
        found = [values.sum((0, 2, 3)), values.square().sum((0, 2, 3)), values[0, 0].numel()]
        sums[id(module)] = [a + b for a, b in zip(sums.get(id(module), (0, 0, 0)), found, strict=True)]

    hooks = [norm.register_forward_hook(note) for norm in norms]
    try:
        rows, columns = tiles
        for top, bottom in rows.parts():
            for left, right in columns.parts():
                G(x[:, :, top:bottom, left:right], *arguments)
    finally:
        for hook in hooks:
            hook.remove()
    held = []
    for total, squares, count in (sums[id(norm)] for norm in norms):
        mean = total / count
        held.append((mean.to(x.dtype), (squares / count - mean.square()).clamp(min=0).to(x.dtype)))
    return held


@contextmanager
def _held(norms: list, statistics: list) -> Iterator[None]:
    try:
        for norm, pair in zip(norms, statistics, strict=True):
            norm.held = pair
        yield
    finally:
        for norm in norms:
            norm.held = None


def _inputs(G, pictures: np.ndarray) -> np.ndarray:
    """float32 (N, C', H, W) in [-1, 1] of the pictures."""
    if not has_role(G, "translator"):
        raise ValueError("This model makes pictures from noise: it takes no picture.")
    if pictures.ndim != 4 or pictures.shape[3] != G.spec.in_channels:
        raise ValueError(
            f"The pictures have the shape {tuple(pictures.shape)}; this model takes "
            f"(number, height, width, {G.spec.in_channels})."
        )
    if pictures.dtype == np.uint8:
        weighted = premultiplied(pictures, 3) if G.spec.premultiplied else pictures
        pictures = to_unit(weighted)
    return np.ascontiguousarray(pictures.transpose(0, 3, 1, 2), dtype=np.float32)
