"""A generator that was tuned to one picture, as a folder like any other, with its parent named."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .direction_files import has_directions, load_directions, save_directions
from .folder import read_config, save_generator
from .latent_file import LATENT_NAME, SavedLatent, save_latent

if TYPE_CHECKING:
    from ganapp.latents import Direction


def save_fit(
    fit: Any,
    folder: str | Path,
    *,
    parent: str,
    made: str = "invert",
    directions: Iterable[Direction] | None = None,
) -> Path:
    """Write the generator of a Fit or a Dragged and its latent into a folder, and return the folder.

    parent: the name of the generator that was fitted, in origin["parent"]. made: by what, in origin["tuned"],
    with the dB that were reached, if any, and the sha256 of the weights that were tuned first ("root"). The
    latent is in latent.npz, with the sha256 of the weights. The directions go along: tuning hardly moves what
    lies in the latent space. directions: None for those in the folder of the generator that was fitted.
    """
    from ganapp.latents import Directions
    from ganapp.latents.blending import root_of

    tuned = {"by": made, **({"psnr": round(float(fit.psnr), 2)} if hasattr(fit, "psnr") else {})}
    tuned |= {"root": root} if (root := root_of(fit.G)) else {}
    origin = {**getattr(fit.G, "origin", {}), "parent": parent, "tuned": tuned}
    names = tuple(getattr(fit.G, "class_names", ()))
    folder = save_generator(fit.G, folder, class_names=names, origin=origin)
    weights = read_config(folder)["sha256"]["weights"]
    save_latent(folder / LATENT_NAME, SavedLatent(fit.latent, fit.space, fit.label, weights))
    before = getattr(fit.G, "folder", None)  # of the generator that was fitted
    if directions is None and before is not None and has_directions(before):
        directions = load_directions(before)
    save_directions(folder, Directions(tuple(directions or ()), weights))
    return folder
