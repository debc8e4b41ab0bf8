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


SEED_LIMIT = 2**32  # seeds are 0 <= seed < SEED_LIMIT, the range of numpy's RandomState
MAX_SEEDS = 10_000  # in one text, so that a mistyped range does not fill the memory
MAX_TEXT = 20 * MAX_SEEDS  # characters of one text: room for as many seeds of ten digits
NO_LABEL = -1  # in arrays of labels: no class


def parse_seeds(text: str) -> list[int]:
    """Read seeds from text such as "0-15, 42, 100-103": numbers and ascending ranges.

    They may be separated by commas (also Chinese ones), semicolons, spaces and line breaks. Order and repeats
    are kept. Raises ValueError (message fit for the user) for anything else, and for more than MAX_SEEDS
    seeds.
    """
    # Single spaces first: a pattern of spaces before a dash alone would take the square of their number.
    plain = re.sub(r" ?[-–—] ?", "-", re.sub(r"\s+", " ", _plain(text)))
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


def _plain(text: str) -> str:
    """The full-width digits, commas, dashes and spaces of a Chinese keyboard as ASCII (NFKC).

    Letter by letter: sorting the accents of a whole text takes the square of their number. Raises ValueError
    (message fit for the user) if the text is too long, also where its letters unfold to many.
    """
    plain = text[: MAX_TEXT + 1]
    if not plain.isascii():
        plain = plain.translate({ord(letter): unicodedata.normalize("NFKC", letter) for letter in set(plain)})
    if len(plain) > MAX_TEXT:
        raise ValueError(f"This text of seeds has {len(text):,} characters: at most {MAX_TEXT:,} are read.")
    return plain


def _bounded(digits: str) -> int:
    """The number, or SEED_LIMIT if it has more digits than any seed: int() refuses thousands of digits."""
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= 10 else SEED_LIMIT


def format_seeds(seeds: Iterable[int]) -> str:
    """The shortest text from which parse_seeds reads the same list: [0, 1, 2, 7] -> "0-2, 7"."""
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


def check_seeds(seeds: Iterable[int]) -> list[int]:
    """Seeds as a list of int. Raises ValueError (message fit for the user) if they are something else."""
    try:
        if not isinstance(seeds, str):
            return [operator.index(seed) for seed in seeds]
    except TypeError:
        pass
    raise ValueError(
        f"seeds is {seeds!r}: it must be a list of whole numbers, such as [0, 1, 42]; "
        'parse_seeds reads text such as "0-15, 42".'
    )


def check_psi(psi: float) -> float:
    """psi as a float. Raises ValueError (message fit for the user) if it is not in (0, 1]."""
    if not 0 < psi <= 1:
        raise ValueError(f"psi is {psi}: it must be more than 0 and at most 1 (1 = no truncation).")
    return float(psi)


def latent(seed: int, z_dim: int, psi: float = 1.0, num_classes: int = 0) -> tuple[np.ndarray, int]:
    """The latent z float32 (z_dim,) and the class of a seed: in [0, num_classes), or -1 without classes.

    If psi < 1, values of z outside of ±2·psi are drawn again (truncated normal; Brock et al. 2019, arXiv
    1809.11096). Each seed has a RandomState of its own, which numpy has frozen. It yields z_dim normals, then
    the class, then the redraws, so that neither the class nor a value inside of ±2·psi depends on psi. Raises
    ValueError (message fit for the user) if seed or psi is out of range.
    """
    psi = check_psi(psi)
    seed = operator.index(seed)
    if not 0 <= seed < SEED_LIMIT:
        raise ValueError(f"Seed {seed} is out of range: seeds go from 0 to {SEED_LIMIT - 1}.")
    stream = np.random.RandomState(seed)
    z = stream.randn(z_dim)
    # The default integer type of numpy differs between systems.
    y = int(stream.randint(num_classes, dtype=np.int64)) if num_classes else NO_LABEL
    if psi < 1:
        bound = 2 * psi
        outside = np.abs(z) > bound
        while outside.any():
            # Within ±0.02 the normal density is constant to 2e-4, so a uniform draw replaces thousands of
            # rejections.
            count = int(outside.sum())
            z[outside] = stream.uniform(-bound, bound, count) if psi < 0.01 else stream.randn(count)
            outside = np.abs(z) > bound
    return z.astype(np.float32), y


def latents(G: torch.nn.Module, seeds: Sequence[int], psi: float = 1.0) -> np.ndarray:
    """z of each seed, float32 (N, z_dim). psi truncates it unless the generator truncates w.

    Raises ValueError (message fit for the user) if seeds or psi are not allowed, or G takes a picture.
    """
    check_takes_latent(G)
    psi = check_psi(psi)
    z_psi = 1.0 if has_role(G, "mapped") else psi
    rows = [latent(seed, G.spec.z_dim, z_psi, G.spec.num_classes)[0] for seed in check_seeds(seeds)]
    return np.stack(rows) if rows else np.empty((0, G.spec.z_dim), np.float32)


def check_takes_latent(G: torch.nn.Module) -> None:
    """Raise ValueError (message fit for the user) if a seed alone is not what the generator draws from."""
    if has_role(G, "translator"):
        raise ValueError("This model makes a picture of a picture: it cannot draw from seeds alone.")


def has_role(G: torch.nn.Module, role: str) -> bool:
    """Whether a generator's class declares a role (networks/roles.py).

    With the role "mapped" psi truncates w, without it z.
    """
    return role in getattr(G, "roles", ())
