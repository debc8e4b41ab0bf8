"""Draws images of seeds and writes them: a grid, a folder of PNGs, a ZIP, or arrays.

Drawing is in latents/, file formats are in media/.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CHUNK = 64  # images drawn before they are written; a multiple of the batch of latents.generate
TARGETS = ".png (all pictures as a grid), .npz, .zip or a folder (with / at its end)"


def writer_of(text: str) -> Callable[..., int]:
    """The function that writes images to such a path: write(path, G, seeds, y, psi) -> number of images.

    text: the value of --out; its ending decides. y: as latents.labels_of takes it.
    Raises ValueError (message fit for the user) if the ending is not in TARGETS.
    """
    if text.endswith(("/", os.sep)) or os.path.isdir(text):
        return _write_folder
    writers = {".png": _write_grid, ".npz": _write_arrays, ".zip": _write_zip}
    suffix = Path(text).suffix.lower()
    if suffix not in writers:
        raise ValueError(f"the target is {text!r}; it must be {TARGETS}.")
    return writers[suffix]


def labelled_target(text: str) -> Path:
    """The ZIP or folder that --out names for a labelled data set. Raises ValueError for any other ending."""
    if (
        not text.endswith(("/", os.sep))
        and Path(text).suffix.lower() not in ("", ".zip")
        and not os.path.isdir(text)
    ):
        raise ValueError(
            f"the target is {text!r}; a labelled data set must be .zip or a folder (with / at its end)."
        )
    return Path(text)


def _draw_in_chunks(G, seeds: list[int], y, psi: float) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield (image uint8 (H, W, C), its metadata) of each seed."""
    from ganapp.latents import generate, labels_of

    labels = labels_of(G, seeds, y).tolist()
    for start in range(0, len(seeds), CHUNK):
        part = slice(start, start + CHUNK)
        images = generate(G, seeds[part], labels[part] if G.spec.num_classes else None, psi)
        for image, seed, label in zip(images, seeds[part], labels[part], strict=True):
            yield image, _metadata(G, label, psi, seed=seed)


def _metadata(G, label: int, psi: float, **seeds) -> dict[str, Any]:
    """The metadata of an image file; label -1: no class, or several."""
    from ganapp.media import recipe

    name = G.class_names[label] if label >= 0 and G.class_names else None
    return recipe(label, name, psi, public_name(G.source), weights_of(G), **seeds)


def weights_of(G) -> str:
    """The sha256 of a generator's weights; "" where it is not known."""
    return getattr(G, "weights_sha256", "")


def made_by(G, seeds: list[int] | None = None) -> dict[str, Any]:
    """Settings that name the generator of a film or a sheet, and its seeds."""
    from ganapp.latents import format_seeds

    about = {"model": public_name(G.source), "weights": weights_of(G)}
    return about if seeds is None else about | {"seeds": format_seeds(seeds)}


def public_name(source: str) -> str:
    """The name of a model without the folders it lies in, for files that are passed on."""
    if not os.path.exists(source):
        return source
    path = Path(source).resolve()
    return f"{path.parent.parent.name}/{path.name}" if path.parent.name == "snapshots" else path.name


def _write_grid(path: Path, G, seeds: list[int], y, psi: float) -> int:
    import numpy as np

    from ganapp.latents import format_seeds
    from ganapp.media import grid, save_png

    images, about = zip(*_draw_in_chunks(G, seeds, y, psi))
    if len(seeds) == 1:
        save_png(path, images[0], about[0])
        return 1
    label = about[0]["label"] if y is not None and len({a["label"] for a in about}) == 1 else None
    shared = _metadata(G, -1 if label is None else label, psi, seeds=format_seeds(seeds))
    save_png(path, grid(np.stack(images)), shared)
    return len(images)


def _write_arrays(path: Path, G, seeds: list[int], y, psi: float) -> int:
    import numpy as np

    from ganapp.files import replacing

    images, about = zip(*_draw_in_chunks(G, seeds, y, psi))
    labels = [-1 if a["label"] is None else a["label"] for a in about]
    arrays = {
        "images": np.stack(images),
        "seeds": np.array(seeds, np.int64),
        "labels": np.array(labels, np.int64),
    }
    with replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)
    return len(images)


def _write_zip(path: Path, G, seeds: list[int], y, psi: float) -> int:
    from ganapp.media import save_zip

    images, about = zip(*_draw_in_chunks(G, seeds, y, psi))
    save_zip(path, images, about)
    return len(images)


def _write_folder(folder: Path, G, seeds: list[int], y, psi: float) -> int:
    from ganapp.media import save_png

    times: dict[int, int] = {}
    for image, about in _draw_in_chunks(G, seeds, y, psi):
        seed = about["seed"]
        times[seed] = times.get(seed, 0) + 1
        again = f"-{times[seed]}" if times[seed] > 1 else ""
        save_png(folder / f"seed{seed:06d}{again}.png", image, about)
    return len(seeds)
