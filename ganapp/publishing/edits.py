"""Edited pictures as files: a PNG carries its whole edit, an .npz its latent, and both are read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from ganapp.generators import directions_of
from ganapp.generators.latent_file import SavedLatent, read_latent, save_latent
from ganapp.latents import Directions, Edit, Latent, Tools, draw_edit, labels_of, latent_of, pinned, point_of
from ganapp.media import read_png_metadata, recipe, save_png

from .picture_files import public_name, weights_of

EDIT, PARENT = "edit", "parent"  # the keys in the settings of a PNG


def save_edit(path: str | Path, G: Any, edit: Edit, directions: Directions | None = None) -> np.ndarray:
    """Draw an edit and write it as a PNG with its settings. Returns the picture, uint8 (H, W, C).

    Raises ValueError (message fit for the user) as `latents.draw_edit`.
    """
    image = draw_edit(G, edit, directions)
    save_png(path, image, edit_metadata(G, edit, directions))
    return image


def edit_metadata(G: Any, edit: Edit, directions: Directions | None = None) -> dict[str, Any]:
    """The settings of an edited picture: the edit itself, and those of a picture without one.

    The edit names the digest of each direction, so that a changed set of directions is noticed. The weights
    of a generator that was tuned to a picture are not in it: PARENT names the one that it came from.
    """
    edit, origin = pinned(edit, Tools(G, directions)), getattr(G, "origin", {})
    label = -1
    if edit.latent is None or (edit.label is not None and G.spec.num_classes):
        label = int(labels_of(G, [edit.seed], edit.label if G.spec.num_classes else None)[0])
    name = G.class_names[label] if label >= 0 and G.class_names else None
    seed = {"seed": edit.seed} if edit.latent is None else {}
    about = recipe(label, name, edit.psi, public_name(G.source), weights_of(G), **seed) | {
        EDIT: edit.to_json()
    }
    return about | ({PARENT: public_name(str(origin.get("parent", "")))} if "tuned" in origin else {})


def edit_of(metadata: dict[str, Any] | None) -> Edit | None:
    """The edit in the settings of a PNG of any origin; that of its seed if not edited; None for neither.

    Raises ValueError (message fit for the user) if there is an edit that cannot be read.
    """
    if not metadata:
        return None
    if EDIT in metadata:
        return Edit.from_json(metadata[EDIT])
    if type(metadata.get("seed")) is not int:
        return None
    label, psi = metadata.get("label"), metadata.get("psi")
    return Edit(metadata["seed"], label if label is not None and label >= 0 else None, psi or 1.0)


def read_edit(path: str | Path) -> Edit:
    """The edit of a PNG that this app wrote. Raises ValueError (message fit for the user) if it has none."""
    found = edit_of(read_png_metadata(path))
    if found is None:
        raise ValueError(f"{Path(path).name} has no settings of one picture of this app.")
    return found


def save_edit_latent(path: str | Path, G: Any, edit: Edit, directions: Directions | None = None) -> None:
    """Write the latent of an edit as .npz, with the sha256 of the weights of G (generators/latent_file.py).

    Raises ValueError (message fit for the user) if no latent holds the picture; see `latents.latent_of`.
    """
    latent, label = latent_of(G, edit, directions)
    weights = directions_of(G).generator
    save_latent(path, SavedLatent(latent.array(), latent.space, label, weights))


def edit_of_latent(path: str | Path, G: Any) -> Edit:
    """The edit that begins with the latent of an .npz file of any origin.

    Raises ValueError (message fit for the user) if it cannot be read, or belongs to another generator.
    """
    saved, weights = read_latent(path), directions_of(G).generator
    if saved.generator and saved.generator != weights:
        raise ValueError(
            f"{Path(path).name} belongs to another generator (weights {saved.generator[:12]}, here "
            f"{weights[:12]}): its numbers mean other pictures here."
        )
    label = saved.label if saved.space == "z" and 0 <= saved.label < G.spec.num_classes else None
    edit = Edit(latent=Latent.of(saved.space, saved.latent), label=label)
    point_of(Tools(G), edit)  # raises if the generator has no such space, or another size of it
    return edit
