"""Recipes: which picture it is, as a person keeps it. Of a seed, a mix of two seeds, or a place of the map.

A recipe is a dictionary with source, label and psi, and either seed; or a, b and position; or first, x and y.
What it draws is the same on every day. The page keeps recipes of favourites, and a PNG carries its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ganapp import latents, media
from ganapp.publishing.edits import EDIT, edit_of

from .studio import SEED_CLASS, chosen_label, class_name

SIZES = (1, 2, 4, 8)  # times as large
KINDS = {
    "seed": int, "a": int, "b": int, "position": float, "first": int, "x": float, "y": float,
}  # fmt: skip


def draw(G: Any, recipe: dict) -> tuple[np.ndarray, dict[str, Any], str]:
    """(image (H, W, C), the metadata of its PNG, a name for the file without its ending).

    Raises ValueError (message fit for the user) if something is not allowed.
    """
    label, psi = recipe.get("label", SEED_CLASS), latents.check_psi(recipe.get("psi", 1.0))
    y = chosen_label(G, label)
    k = latents.resolve_label(G, y) if y is not None else -1
    if "position" in recipe:
        a, b, position = recipe.get("a", 0), recipe.get("b", 0), recipe["position"]
        image = latents.between(G, [a, b], position, "slerp", y, psi)
        about = _about(G, k, psi, seeds=[a, b]) | {"position": position, "mode": "slerp"}
        return image, about, f"seed{a:06d}-{b:06d}-{round(100 * position):03d}"
    if "x" in recipe:
        first, x, y_ = recipe.get("first", 0), recipe["x"], recipe.get("y", 0.0)
        image = latents.plane_images(G, [(x, y_)], first, y, psi)[0]
        about = _about(G, k, psi, seeds=[first]) | {"place": [x, y_]}
        return image, about, f"map{first:06d}-{x:.3f},{y_:.3f}"
    seed = recipe.get("seed", 0)
    k = int(latents.labels_of(G, [seed], y)[0])
    image = latents.generate(G, [seed], [k] if G.spec.num_classes else None, psi)[0]
    return image, _about(G, k, psi, seed=seed), f"seed{seed:06d}"


def _about(G: Any, k: int, psi: float, **seeds: Any) -> dict[str, Any]:
    return media.recipe(k, class_name(G, k), psi, G.source, G.weights_sha256, **seeds)


def read(metadata: dict[str, Any]) -> dict[str, Any]:
    """The recipe of an edit, a mix or a place in the settings of a PNG; {} if it is none, or not well formed.

    The PNG may be of any origin, so that every value is checked.
    """
    if EDIT in metadata:
        edit = edit_of(metadata)
        return {"kind": "edit", "edit": edit.to_json()} if edit is not None else {}
    seeds, position, place = (metadata.get(key) for key in ("seeds", "position", "place"))
    numbers = seeds if isinstance(seeds, list) else []
    if len(numbers) == 2 and _is_number(position) and 0 <= position <= 1:
        return {"kind": "mix", "a": numbers[0], "b": numbers[1], "position": position}
    is_place = isinstance(place, list) and len(place) == 2 and all(map(_is_number, place))
    if len(numbers) == 1 and is_place and max(map(abs, place)) <= latents.FARTHEST:
        return {"kind": "map", "first": numbers[0], "x": place[0], "y": place[1]}
    return {}


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def check_size(times: int) -> int:
    """Raises ValueError (message fit for the user) if it is not in SIZES."""
    if times not in SIZES:
        raise ValueError(f"times is {times}: a picture is saved {', '.join(map(str, SIZES))} times as large.")
    return times
