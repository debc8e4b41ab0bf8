"""Draws images of seeds, latents z or latents w, by pure functions of a generator.

Nothing here reads the global random state, keeps anything between calls or writes a file.
Truncation in w: Karras et al. 2019, arXiv 1812.04948; truncation of z: Brock et al. 2019, arXiv 1809.11096.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ganapp.alpha import straight
from ganapp.pixels import to_bytes

from .labels import labels_of
from .seeds import check_psi, check_seeds, has_role, latent, latents

if TYPE_CHECKING:
    import torch


def generate(
    G: torch.nn.Module,
    seeds: Sequence[int],
    y: int | str | Sequence[int | str] | None = None,
    psi: float = 1.0,
    device: str | torch.device | None = None,
    batch: int = 16,
) -> np.ndarray:
    """Draw one image for each seed, uint8 (N, H, W, C). It depends on seed, class and psi, not on `batch`.

    y: None for each seed's own class, one class (number or name) for all, or one for each seed. psi:
    truncation in (0, 1], 1 = none. device: G is moved there; None: where it is. batch: images drawn at a
    time. Raises ValueError (message fit for the user) if an argument is wrong or G is in training mode.
    """
    seeds = check_seeds(seeds)
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
    """Draw images uint8 (N, H, W, C) of z (N, z_dim).

    y: labels int64 (N,), class embeddings float (N, E), or None. psi is applied in w space only. For a
    generator without one, z must be truncated already (see `latents`).
    """
    psi = check_psi(psi)
    if has_role(G, "mapped"):
        return _pictures(G, lambda z, y: G.synthesis(_mapped(G, z, y, psi)), z, y, device, batch)
    return _pictures(G, G, z, y, device, batch)


def images_from_inputs(
    G: torch.nn.Module,
    given: np.ndarray,
    numbers: Sequence[int],
    y: np.ndarray | None = None,
    batch: int = 16,
) -> np.ndarray:
    """Draw images uint8 (N, H, W, C) of what a training feeds its generator, latents or pictures (N, ...).

    numbers: of these inputs; a generator that takes noise beside a picture gets that of the seed of its
    number, which never changes. y: labels int64 (N,) or None.
    """
    if not has_role(G, "translator") or not G.spec.z_dim:
        return images_from_latents(G, given, y, batch=batch)
    z = np.stack([latent(number, G.spec.z_dim)[0] for number in numbers])
    return _pictures(G, lambda x, z: G(x, None, z), given, z, None, batch)


def map_latents(
    G: torch.nn.Module,
    z: np.ndarray,
    y: np.ndarray | None = None,
    psi: float = 1.0,
    device: str | torch.device | None = None,
) -> np.ndarray:
    """w of z (N, z_dim) with truncation psi, float32 (N, ...); the family decides the shape.

    Only for a generator with the role "mapped".
    """
    psi = check_psi(psi)
    return _computed(G, lambda z, y: _mapped(G, z, y, psi).float(), z, y, device)


def images_from_w(
    G: torch.nn.Module, w: np.ndarray, device: str | torch.device | None = None, batch: int = 16
) -> np.ndarray:
    """Draw images uint8 (N, H, W, C) of w (N, ...), shaped and truncated as `map_latents` returns it."""
    return _pictures(G, lambda w, _: G.synthesis(w), w, None, device, batch)


def embed_labels(
    G: torch.nn.Module, labels: np.ndarray, device: str | torch.device | None = None
) -> np.ndarray:
    """The generator's own class embeddings, float32 (N, E), of labels int64 (N,)."""
    return _computed(G, lambda labels, _: G.embed(labels).float(), labels, None, device)


def _mapped(G, z, y, psi):
    w = G.mapping(z, y)
    return w if psi == 1 else G.w_avg + psi * (w - G.w_avg)


def _pictures(G, run, inputs, y, device, batch) -> np.ndarray:
    """run(inputs, y), images (N, C, H, W) in [-1, 1], batch by batch, as uint8 (N, H, W, C).

    Colours beside alpha are straight, whether the network's are or not.
    """

    if batch < 1:
        raise ValueError(f"The batch is {batch}: it must be at least 1.")
    out = np.empty((len(inputs), G.spec.resolution, G.spec.resolution, G.spec.channels), np.uint8)

    def quantized(a, b):
        return to_bytes(run(a, b)).permute(0, 2, 3, 1)

    for start in range(0, len(inputs), batch):
        part = slice(start, start + batch)
        made = _computed(G, quantized, inputs[part], None if y is None else y[part], device)
        out[part] = straight(made) if G.spec.channels == 4 and G.spec.premultiplied else made
    return out


def _computed(G, run, inputs, y, device) -> np.ndarray:
    """run(inputs, y) as an array. Arrays are moved to the device, floating ones as float32."""
    import torch

    if G.training:
        # Batch statistics would make an image depend on its batch, and drawing would change the network.
        raise ValueError("The generator is in training mode: call G.eval() before sampling from it.")
    first = next(G.parameters(), None)
    here = first.device if first is not None else torch.device("cpu")
    if device is not None and torch.device(device) not in (here, torch.device(here.type)):
        G.to(device)
        here = torch.device(device)

    def tensor(values):
        values = torch.as_tensor(values)
        return values.to(here, torch.float32 if values.is_floating_point() else torch.int64)

    # Autocast that a caller left on would change the rounding.
    with torch.inference_mode(), torch.autocast(here.type, enabled=False):
        return run(tensor(inputs), None if y is None else tensor(y)).cpu().numpy()
