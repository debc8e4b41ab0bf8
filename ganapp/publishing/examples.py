"""Pictures that a model which takes pictures is shown with: inputs that it was not trained on.

A person's own pictures are never among them, since they would leave the machine with the card.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ganapp.metrics import What, data_of
from ganapp.metrics.inputs import Inputs, open_inputs, own_of, what_of, with_channels
from ganapp.pixels import to_unit

SHOWN = 8
LOOKED_AT = 16  # faces for each one that is shown, where only some belong to a set


def faces_for(G: Any, numbers: range) -> np.ndarray:
    """Held-out built-in faces that a model can be tried with, uint8 (N, R, R, 3).

    Of a model that was trained on built-in pairs they are inputs of such pairs.
    """
    from ganapp.data.faces.drawing import draw_faces
    from ganapp.data.faces.opening import FACES

    if (name := _pairs_of(G)) is not None:
        return _half_of(G, name, numbers, _direction(G))
    images, _, _ = draw_faces(len(numbers), _side(G), start=numbers.start, seed=FACES["heldout"][1])
    return images.transpose(0, 2, 3, 1)


def inputs_for(G: Any, count: int = SHOWN) -> tuple[Inputs, str]:
    """Inputs for a model that takes pictures, with their targets where they are known, and what they are.

    Held-out pictures of the data that it was trained on, if those are built in, else built-in faces. Raises
    ValueError (message fit for the user) if such data cannot be opened.
    """
    name, what = data_of(G.origin), own_of(G.origin, None)
    if name is not None and not name.startswith("faces"):
        what = what_of(What(), what, str(G.source))
        opened = open_inputs(G.spec, name, what, {"channels": G.spec.channels})
        return opened[2], f"held-out pictures of {name}"
    numbers = range(count)
    if (pairs := _pairs_of(G)) is not None:
        targets = _half_of(G, pairs, numbers, "b2a" if _direction(G) == "a2b" else "a2b")
        stacked = [_as(faces_for(G, numbers), G.spec.in_channels), _as(targets, G.spec.channels)]
        return Inputs(what, _data(np.concatenate(stacked, 3), G.spec.in_channels), G.spec.in_channels), (
            f"held-out pairs of {pairs}"
        )
    about = "built-in cartoon faces, none of which it was trained on"
    if what.task == "degrade":
        faces = _data(_as(faces_for(G, numbers), G.spec.channels))
    else:  # without a target
        what, part = What("unpaired"), what.data_b if what.direction == "b2a" else name
        faces = _data(_as(_part(G, part or "", numbers), G.spec.in_channels))
    return Inputs(what, faces, G.spec.in_channels), about


def _part(G: Any, name: str, numbers: range) -> np.ndarray:
    """Held-out faces of a part of the faces, or of all if it is none."""
    from ganapp.data.faces.drawing import ATTRIBUTES, draw_faces
    from ganapp.data.faces.opening import FACES, PARTS

    if name not in PARTS:
        return faces_for(G, numbers)
    factor, belongs = PARTS[name]
    images, _, values = draw_faces(LOOKED_AT * len(numbers), _side(G), seed=FACES["heldout"][1])
    wanted = np.array([belongs(value) for value in ATTRIBUTES[factor]])
    return images[wanted[values[factor]]][: len(numbers)].transpose(0, 2, 3, 1)


def _pairs_of(G: Any) -> str | None:
    """The built-in pairs that a model was trained on; None for any other."""
    from ganapp.data import PAIRED

    name = data_of(G.origin)
    return name if G.origin.get("task") == "pairs" and name in PAIRED else None


def _direction(G: Any) -> str:
    return "b2a" if G.origin.get("direction") == "b2a" else "a2b"


def _half_of(G: Any, name: str, numbers: range, direction: str) -> np.ndarray:
    from ganapp.data.faces.pairs import draw_heldout_inputs

    return draw_heldout_inputs(name, numbers, _side(G), direction)


def _side(G: Any) -> int:
    from ganapp.data.faces.drawing import MAX_RESOLUTION, MIN_RESOLUTION

    return min(MAX_RESOLUTION, max(MIN_RESOLUTION, G.spec.resolution))


def _as(pictures: np.ndarray, channels: int) -> np.ndarray:
    """uint8 (N, R, R, 3) of so many channels."""
    return with_channels(to_unit(pictures), channels)


def _data(pictures: np.ndarray, in_channels: int = 0):
    """Pictures (N, R, R, C) as a data set in memory; of pairs stacked, input first."""
    from ganapp.data import ImageDataset, Images

    images = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))
    return ImageDataset("faces", Images(images), None, (), in_channels=in_channels)
