"""Seeds to latents to pictures: what a person means by "seed 42, smiling, psi 0.7", as pure functions of a generator.

Not training and not files: nothing here reads the global random state, keeps anything between calls or writes to disk.
Truncation in w: Karras et al. 2019, arXiv 1812.04948; truncation of z: Brock et al. 2019, arXiv 1809.11096.
torch is imported inside the functions that run a network, so that the app's page can start without it.
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


def has_w_space(G: torch.nn.Module) -> bool:
    """Whether this family has an intermediate latent w: there psi truncates w, elsewhere z."""
    return hasattr(G, "mapping") and hasattr(G, "synthesis")


def latents(G: torch.nn.Module, seeds: Sequence[int], psi: float = 1.0) -> np.ndarray:
    """z of each seed for this generator, float32 (N, z_dim); truncated where the family has no w-space."""
    psi = check_psi(psi)
    z_psi = 1.0 if has_w_space(G) else psi
    rows = [latent(seed, G.spec.z_dim, z_psi, G.spec.num_classes)[0] for seed in seeds]
    return np.stack(rows) if rows else np.empty((0, G.spec.z_dim), np.float32)


def resolve_label(G: torch.nn.Module, label: int | str) -> int:
    """A class of this generator, given by number or by name, as its number; ValueError naming what is allowed."""
    count, names = G.spec.num_classes, tuple(getattr(G, "class_names", ()))
    if not count:
        raise ValueError(f"This model has no classes, so the label {label!r} cannot be asked for.")
    if isinstance(label, str):
        for wanted, known in ((label, names), (label.casefold(), tuple(name.casefold() for name in names))):
            if known.count(wanted) == 1:
                return known.index(wanted)
        number = int(label) if re.fullmatch(r"[0-9]{1,9}", label) else None
    else:
        number = operator.index(label)
    if number is None or not 0 <= number < count:
        named = f", or a name: {', '.join(names[:20])}{', ...' if len(names) > 20 else ''}" if names else ""
        raise ValueError(f"The label {label!r} is not a class of this model: use 0 to {count - 1}{named}.")
    return number


def labels_of(G: torch.nn.Module, seeds: Sequence[int], y: int | str | Sequence[int | str] | None = None) -> np.ndarray:
    """The class of each picture, int64 (N,): y for all, or one each, or the seed's own; -1 where there are no classes.

    ValueError for a class that the model lacks, any class of a model without classes, or a wrong number of them.
    """
    if y is None:
        drawn = [latent(seed, G.spec.z_dim, num_classes=G.spec.num_classes)[1] for seed in seeds]
        return np.array(drawn, np.int64)
    if isinstance(y, str) or np.ndim(y) == 0:
        return np.full(len(seeds), resolve_label(G, y), np.int64)
    if len(y) != len(seeds):
        raise ValueError(f"There are {len(y)} labels for {len(seeds)} seeds: give one label, or one a seed.")
    return np.array([resolve_label(G, label) for label in y], np.int64)


def generate(
    G: torch.nn.Module,
    seeds: Sequence[int],
    y: int | str | Sequence[int | str] | None = None,
    psi: float = 1.0,
    device: str | torch.device | None = None,
    batch: int = 16,
) -> np.ndarray:
    """One picture a seed, uint8 (N, H, W, C); a picture depends on its seed, class and psi alone, not on the batch.

    y: None for each seed's own class, one class (number or name) for all, or one each. psi in (0, 1], 1 = no
    truncation. device None = where G is; otherwise G is moved there. G must be in eval mode.
    """
    z = latents(G, seeds, psi)
    labels = labels_of(G, seeds, y)
    return images_from_latents(G, z, labels if G.spec.num_classes else None, psi, device, batch)


def images_from_latents(
    G: torch.nn.Module,
    z: np.ndarray,
    y: np.ndarray | None = None,
    psi: float = 1.0,
    device: str | torch.device | None = None,
    batch: int = 16,
) -> np.ndarray:
    """Pictures of z (N, z_dim), uint8 (N, H, W, C); y int64 (N,), or float class embeddings (N, E), or None.

    psi acts in w-space only: where the family has none, z is expected truncated already (see `latents`).
    """
    psi = check_psi(psi)
    if has_w_space(G):
        return _pictures(G, lambda z, y: G.synthesis(_mapped(G, z, y, psi)), z, y, device, batch)
    return _pictures(G, G, z, y, device, batch)


def map_latents(
    G: torch.nn.Module,
    z: np.ndarray,
    y: np.ndarray | None = None,
    psi: float = 1.0,
    device: str | torch.device | None = None,
) -> np.ndarray:
    """w of z (N, z_dim) under truncation psi, float32 (N, ...) as the family shapes it; only where `has_w_space`."""
    psi = check_psi(psi)
    return _computed(G, lambda z, y: _mapped(G, z, y, psi).float(), z, y, device)


def images_from_w(
    G: torch.nn.Module, w: np.ndarray, device: str | torch.device | None = None, batch: int = 16
) -> np.ndarray:
    """Pictures of w (N, ...) as `map_latents` gives it (already truncated), uint8 (N, H, W, C)."""
    return _pictures(G, lambda w, _: G.synthesis(w), w, None, device, batch)


def embed_labels(G: torch.nn.Module, labels: np.ndarray, device: str | torch.device | None = None) -> np.ndarray:
    """The class embeddings that G itself uses, float32 (N, E) for labels int64 (N,)."""
    return _computed(G, lambda labels, _: G.embed(labels).float(), labels, None, device)


def _mapped(G, z, y, psi):
    w = G.mapping(z, y)
    return w if psi == 1 else G.w_avg + psi * (w - G.w_avg)


def _pictures(G, run, inputs, y, device, batch) -> np.ndarray:
    """run(inputs, y) -> (N, C, H, W) in [-1, 1], batch by batch, as uint8 (N, H, W, C)."""
    import torch

    if batch < 1:
        raise ValueError(f"The batch is {batch}: it must be at least 1.")
    out = np.empty((len(inputs), G.spec.resolution, G.spec.resolution, G.spec.channels), np.uint8)

    def quantized(a, b):
        x = run(a, b).float()
        return (x * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1)

    for start in range(0, len(inputs), batch):
        part = slice(start, start + batch)
        out[part] = _computed(G, quantized, inputs[part], None if y is None else y[part], device)
    return out


def _computed(G, run, inputs, y, device) -> np.ndarray:
    """run(inputs, y) as an array; arrays go to the device, floating ones as float32."""
    import torch

    if G.training:
        # Batch statistics would make a picture depend on its neighbours, and change the network by looking at it.
        raise ValueError("The generator is in training mode: call G.eval() before sampling from it.")
    first = next(G.parameters(), None)
    here = first.device if first is not None else torch.device("cpu")
    if device is not None and torch.device(device) not in (here, torch.device(here.type)):
        G.to(device)
        here = torch.device(device)

    def tensor(values):
        values = torch.as_tensor(values)
        return values.to(here, torch.float32 if values.is_floating_point() else torch.int64)

    # Autocast that a caller left on would round differently from one call to the next.
    with torch.inference_mode(), torch.autocast(here.type, enabled=False):
        return run(tensor(inputs), None if y is None else tensor(y)).cpu().numpy()
