"""Seeds and latents: a seed becomes a vector z and a class, the same on every machine.

Also reads and writes lists of seeds as text. Draws no images; see drawing.py.
"""

from __future__ import annotations

import operator
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch


SEED_LIMIT = 2**32  # seeds are 0 <= seed < SEED_LIMIT: what numpy's frozen stream takes
MAX_SEEDS = 10_000  # in one text, so that a mistyped range cannot fill the memory
NO_LABEL = -1  # stands in label arrays where there is no class


def parse_seeds(text: str) -> list[int]:
    """Seeds from text such as "0-15, 42, 100-103": numbers and ascending ranges, in the order written, repeats kept.

    Commas (Chinese ones too), semicolons, spaces and new lines separate. ValueError with one sentence otherwise.
    """
    # NFKC turns full-width digits, commas, dashes and spaces, as a Chinese keyboard types them, into ASCII.
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"\s*[-–—]\s*", "-", plain)
    seeds: list[int] = []
    for part in filter(None, re.split(r"[,;、\s]+", plain)):
        shown = part if len(part) <= 40 else part[:37] + "..."
        match = re.fullmatch(r"([0-9]+)(?:-([0-9]+))?", part)
        if match is None:
            raise ValueError(f"{shown!r} is not a seed: write numbers and ranges, such as 0-15, 42.")
        first, last = (_bounded(digits) for digits in (match[1], match[2] or match[1]))
        if max(first, last) >= SEED_LIMIT:
            raise ValueError(f"Seed {shown!r} is too large: seeds go from 0 to {SEED_LIMIT - 1}.")
        if last < first:
            raise ValueError(f"The range {shown!r} runs backwards: write {last}-{first}.")
        if len(seeds) + last - first + 1 > MAX_SEEDS:
            raise ValueError(f"{shown!r} makes more than {MAX_SEEDS} seeds, which is the most at one time.")
        seeds.extend(range(first, last + 1))
    if not seeds:
        raise ValueError("There is no seed: write numbers and ranges, such as 0-15, 42.")
    return seeds


def _bounded(digits: str) -> int:
    # Python refuses to convert thousands of digits; anything this long is out of range anyway.
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= 10 else SEED_LIMIT


def format_seeds(seeds: Iterable[int]) -> str:
    """The shortest text that parse_seeds turns back into the same list: [0, 1, 2, 7] -> "0-2, 7"."""
    runs: list[list[int]] = []
    for seed in seeds:
        if runs and seed == runs[-1][1] + 1:
            runs[-1][1] = int(seed)
        else:
            runs.append([int(seed), int(seed)])
    parts = []
    for first, last in runs:
        parts += [f"{first}-{last}"] if last - first >= 2 else [str(seed) for seed in range(first, last + 1)]
    return ", ".join(parts)


def check_psi(psi: float) -> float:
    """psi as a float in (0, 1]; ValueError outside."""
    if not 0 < psi <= 1:
        raise ValueError(f"psi is {psi}: it must be more than 0 and at most 1 (1 = no truncation).")
    return float(psi)


def latent(seed: int, z_dim: int, psi: float = 1.0, num_classes: int = 0) -> tuple[np.ndarray, int]:
    """The latent of a seed and the class it falls in: z float32 (z_dim,), y in [0, num_classes) or -1 without classes.

    One frozen stream a seed, read in this order: z_dim normals, the class, then the redraws of the values outside
    ±2·psi where psi < 1. So neither the class nor a value that stays inside depends on psi.
    """
    psi = check_psi(psi)
    seed = operator.index(seed)
    if not 0 <= seed < SEED_LIMIT:
        raise ValueError(f"Seed {seed} is out of range: seeds go from 0 to {SEED_LIMIT - 1}.")
    stream = np.random.RandomState(seed)
    z = stream.randn(z_dim)
    # The type is named because numpy's default one differs between systems.
    y = int(stream.randint(num_classes, dtype=np.int64)) if num_classes else NO_LABEL
    if psi < 1:
        bound = 2 * psi
        outside = np.abs(z) > bound
        while outside.any():
            # Within ±0.02 a normal is flat to 2e-4, and rejection would need thousands of rounds: draw it flat.
            count = int(outside.sum())
            z[outside] = stream.uniform(-bound, bound, count) if psi < 0.01 else stream.randn(count)
            outside = np.abs(z) > bound
    return z.astype(np.float32), y


def latents(G: torch.nn.Module, seeds: Sequence[int], psi: float = 1.0) -> np.ndarray:
    """z of each seed for this generator, float32 (N, z_dim); truncated where the family has no w-space."""
    psi = check_psi(psi)
    z_psi = 1.0 if has_w_space(G) else psi
    rows = [latent(seed, G.spec.z_dim, z_psi, G.spec.num_classes)[0] for seed in seeds]
    return np.stack(rows) if rows else np.empty((0, G.spec.z_dim), np.float32)


def has_w_space(G: torch.nn.Module) -> bool:
    """Whether this family has an intermediate latent w: there psi truncates w, elsewhere z."""
    return hasattr(G, "mapping") and hasattr(G, "synthesis")
