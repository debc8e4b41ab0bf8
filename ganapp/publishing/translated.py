"""A picture of one's own through a generator that takes pictures: read, damaged if asked, changed.

The page and the command line call it. How a network is run on a picture of any size is in
latents/translate.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ganapp import __version__
from ganapp.pixels import to_bytes, to_unit

from .picture_files import public_name, weights_of

if TYPE_CHECKING:
    from ganapp.latents import Region


MOST = 2048  # pixels of the longer side
LONGEST = 200  # characters of a file's name that go into the settings


class Translation(NamedTuple):
    """A picture before and after, uint8 (H, W, C) with one height and width, and the settings of its PNG."""

    before: np.ndarray  # what the network was given, in_channels
    after: np.ndarray
    about: dict[str, Any]


def damage_of(origin: dict[str, Any]) -> str:
    """The damage that a generator was trained to repair, as text; "" if it was trained for something else."""
    return str(origin.get("damage") or "") if origin.get("task") == "degrade" else ""


def translated(
    G: Any, data: bytes, name: str, *, damages: bool = False, seed: int = 0, answer: int = 0,
    whole: bool = False, label: int | str | None = None, most: int = MOST,
) -> Translation:  # fmt: skip
    """Put the bytes of a picture file through a generator that takes pictures: `read`, then `changed`."""
    picture = read(G, data, damages=damages, whole=whole, most=most)
    return changed(G, picture, name, damages=damages, seed=seed, answer=answer, label=label)


def read(
    G: Any, data: bytes, *, damages: bool = False, whole: bool = False, most: int = MOST,
    most_pixels: int = 0,
) -> np.ndarray:  # fmt: skip
    """The bytes of a picture file as `changed` takes them, uint8 (H, W, C). The network is not used.

    damages: it will be damaged as in training. whole: use all its pixels (at most `most` on the longer side),
    else the shorter side is as in training. most_pixels: of the file; 0 for as many as can be decoded. Raises
    ValueError (message fit for the user) if the picture cannot be read, or the model takes no pictures or was
    not trained on damaged ones.
    """
    from ganapp.data.decode import MAX_PIXELS
    from ganapp.data.one_picture import whole_picture

    check(G, damages)
    shorter, factor = 0 if whole else G.spec.resolution, 1 if damages else factor_of(G)
    limit = most_pixels or MAX_PIXELS
    return whole_picture(data, G.spec.in_channels, -(-shorter // factor), most // factor, most_pixels=limit)


def changed(
    G: Any, picture: np.ndarray, name: str, *, damages: bool = False, seed: int = 0, answer: int = 0,
    label: int | str | None = None, region: Region | None = None,
) -> Translation:  # fmt: skip
    """Put a picture of `read` through a generator that takes pictures.

    name: what the file is called. damages: damage the picture first, as in training. seed: of that damage,
    and with `answer` added of the network's noise, if it takes any: other answers to one picture have other
    numbers. label: the class, for a model with classes. region: what is missing in a picture that is not
    damaged otherwise, stretched over it; it becomes what a hole is in training. Raises ValueError (message
    fit for the user) if the picture is too small for the model, there is no such class, or the model was not
    trained to fill holes.
    """
    from ganapp.latents import SEED_LIMIT, labels_of, translate

    text = damage_of(G.origin)
    if region is not None and not fills_holes(G):
        raise ValueError(f"{public_name(G.source)} was not trained to fill holes: mark none.")
    if damages:
        before = _damaged(G, picture, text, seed)
    else:
        holed = picture if region is None else with_hole(picture, region)
        before = _enlarged(holed, factor_of(G))
    y = int(labels_of(G, [seed], label)[0]) if G.spec.num_classes else None
    noise = (seed + answer) % SEED_LIMIT
    after = translate(G, before[None], y=y, seeds=[noise])[0]
    about = {
        "model": public_name(G.source), "weights": weights_of(G), "version": __version__,
        "input": name[:LONGEST], "size": list(after.shape[1::-1]), "task": G.origin.get("task", ""),
    }  # fmt: skip
    about |= {"damage": text, "seed": seed} if damages else {}
    about |= {"region": region.to_json()} if region is not None and not damages else {}
    about |= {"noise": noise} if G.spec.z_dim else {}
    about |= {"label": y, "class_name": G.class_names[y] if G.class_names else None} if y is not None else {}
    return Translation(before, after, about)


def factor_of(G: Any) -> int:
    """How many times smaller than its answer the picture is that a model enlarges; 1 for others."""
    from ganapp.degradations import varied_of

    text = damage_of(G.origin)
    return varied_of(text).factor if text else 1


def check(G: Any, damages: bool, answers: int = 1) -> None:
    """Raise ValueError (message fit for the user) if a generator takes no pictures, or none to be damaged.

    Or if it has not so many answers to one picture.
    """
    if G.spec.takes != "picture":
        raise ValueError("This model makes pictures from noise: it takes no picture.")
    if damages and not damage_of(G.origin):
        raise ValueError(
            f"{public_name(G.source)} was not trained to repair a damage: give it the picture as it is."
        )
    if answers > 1 and not G.spec.z_dim:
        raise ValueError(f"{public_name(G.source)} takes no noise: it has one answer to a picture.")


def fills_holes(G: Any) -> bool:
    """Whether a generator was trained on pictures of which a part is missing."""
    from ganapp.degradations import varied_of

    text = damage_of(G.origin)
    return bool(text) and varied_of(text).low.has("hole")


def with_hole(picture: np.ndarray, region: Region) -> np.ndarray:
    """uint8 (H, W, C) as the damage "hole" leaves it, if what is missing is a region stretched over it."""
    import torch

    from ganapp.degradations.functions import hole

    inside = region.array() >= 0.5
    rows, columns = (np.arange(side) * region.side // side for side in picture.shape[:2])
    mask = torch.from_numpy(inside[rows][:, columns])[None, None]
    return _pixels(hole(_values(picture), 0.0, None, mask))


def _damaged(G: Any, picture: np.ndarray, text: str, seed: int) -> np.ndarray:
    from ganapp.degradations import varied_of

    damage = varied_of(text)
    height, width = (side - side % damage.factor for side in picture.shape[:2])  # so that it can be reduced
    return _pixels(damage.given(_values(picture[:height, :width]), [seed]))


def _enlarged(picture: np.ndarray, factor: int) -> np.ndarray:
    """A picture for a model that enlarges is a small one, which is enlarged first as in training."""
    if factor == 1:
        return picture
    from ganapp.degradations.functions import enlarged

    size = tuple(factor * side for side in picture.shape[:2])
    return _pixels(enlarged(_values(picture), size))


def _values(picture: np.ndarray):
    """uint8 (H, W, C) -> float (1, C, H, W) in [-1, 1]."""
    import torch

    return to_unit(torch.from_numpy(picture.copy()).permute(2, 0, 1)[None])


def _pixels(x) -> np.ndarray:
    """float (1, C, H, W) in [-1, 1] -> uint8 (H, W, C)."""
    return to_bytes(x[0]).permute(1, 2, 0).numpy()
