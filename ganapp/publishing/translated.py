"""A picture of one's own through a generator that takes pictures: read, damaged if asked, changed.

The page and the command line call it. How a network is run on a picture of any size is in
latents/translate.py.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ganapp import __version__

from .picture_files import public_name

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
    G: Any, data: bytes, name: str, *, damages: bool = False, seed: int = 0, whole: bool = False,
    label: int | str | None = None, most: int = MOST,
) -> Translation:  # fmt: skip
    """Put the bytes of a picture file through a generator that takes pictures.

    name: what the file is called. damages: damage the picture first, as in training. seed: of that damage and
    of the network's noise. whole: use all its pixels (at most `most` on the longer side), else the shorter
    side is as in training. label: the class, for a model with classes. Raises ValueError (message fit for the
    user) if the picture cannot be read, or the model takes no pictures or was not trained on damaged ones.
    """
    from ganapp.latents import labels_of, translate

    text = damage_of(G.origin)
    check(G, damages)
    before = (_damaged if damages else _as_it_is)(
        G, data, text, seed, 0 if whole else G.spec.resolution, most
    )
    y = int(labels_of(G, [seed], label)[0]) if G.spec.num_classes else None
    after = translate(G, before[None], y=y, seeds=[seed])[0]
    about = {
        "model": public_name(G.source), "weights": getattr(G, "weights_sha256", ""), "version": __version__,
        "input": name[:LONGEST], "size": list(after.shape[1::-1]), "task": G.origin.get("task", ""),
    }  # fmt: skip
    about |= {"damage": text, "seed": seed} if damages else {}
    about |= {"label": y, "class_name": G.class_names[y] if G.class_names else None} if y is not None else {}
    return Translation(before, after, about)


def check(G: Any, damages: bool) -> None:
    """Raise ValueError (message fit for the user) if a generator takes no pictures, or none to be damaged."""
    if G.spec.takes != "picture":
        raise ValueError("This model makes pictures from noise: it takes no picture.")
    if damages and not damage_of(G.origin):
        raise ValueError(
            f"{public_name(G.source)} was not trained to repair a damage: give it the picture as it is."
        )


def _damaged(G: Any, data: bytes, text: str, seed: int, shorter: int, most: int) -> np.ndarray:
    from ganapp.data.one_picture import whole_picture
    from ganapp.degradations import varied_of

    damage, channels = varied_of(text), G.spec.channels
    picture = whole_picture(data, channels, shorter, most)
    height, width = (side - side % damage.factor for side in picture.shape[:2])  # so that it can be reduced
    return _with_channels(
        _pixels(damage.given(_values(picture[:height, :width]), [seed])), G.spec.in_channels
    )


def _as_it_is(G: Any, data: bytes, text: str, seed: int, shorter: int, most: int) -> np.ndarray:
    """A picture for a model that enlarges is a small one, which is enlarged first as in training."""
    from ganapp.data.one_picture import whole_picture
    from ganapp.degradations import varied_of

    factor = varied_of(text).factor if text else 1
    picture = whole_picture(data, G.spec.in_channels, -(-shorter // factor), most // factor)
    if factor == 1:
        return picture
    from ganapp.degradations.functions import enlarged

    size = tuple(factor * side for side in picture.shape[:2])
    return _pixels(enlarged(_values(picture), size))


def _values(picture: np.ndarray):
    """uint8 (H, W, C) -> float (1, C, H, W) in [-1, 1]."""
    import torch

    return torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1


def _pixels(x) -> np.ndarray:
    """float (1, C, H, W) in [-1, 1] -> uint8 (H, W, C)."""
    import torch

    return (x[0] * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8).permute(1, 2, 0).numpy()


def _with_channels(picture: np.ndarray, channels: int) -> np.ndarray:
    """A colour picture as grey where the network takes one channel."""
    if picture.shape[2] == channels or channels != 1:
        return picture
    from ganapp.data.decode import to_grey

    return to_grey(picture.transpose(2, 0, 1)[None, :3])[0].transpose(1, 2, 0)
