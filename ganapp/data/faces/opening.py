"""Opens the data set "faces", which is drawn once into the cache, and its parts.

The drawing is in drawing.py, the same face in two ways in pairs.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..cache import MapWriter, Progress, load_or_build, throttled
from ..dataset import ImageDataset
from ..decode import to_grey
from . import art, canvas, colours, drawing, shapes

FACES = {"train": (20_000, 0), "heldout": (2_000, 1_000_003)}  # split -> (count, seed)
# Parts of the faces, two and two to learn from unpaired sets: name -> (factor, whether a value belongs)
PARTS = {
    "faces-happy": ("expression", lambda value: value == "smile"),
    "faces-sad": ("expression", lambda value: value == "sad"),
    "faces-hat": ("hat", lambda value: value != "none"),
    "faces-nohat": ("hat", lambda value: value == "none"),
}


def open_part(name: str, *arguments) -> ImageDataset:
    """Open a part of the faces, without classes: rows of the map of all faces. Arguments as of open_faces."""
    faces = open_faces(*arguments)
    factor, belongs = PARTS[name]
    wanted = np.array([belongs(value) for value in drawing.ATTRIBUTES[factor]])
    rows = np.flatnonzero(wanted[faces.attributes[factor]])
    attributes = {factor: values[rows] for factor, values in faces.attributes.items()}
    return ImageDataset(name, faces.images.pick(rows), None, (), (), attributes)


def open_faces(
    resolution: int,
    channels: int | None,
    split: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImageDataset:
    """Open the faces, drawn when first used at a resolution; arguments as of ganapp.data.open_dataset."""
    count, seed = FACES[split]

    def build(folder: Path) -> dict:
        writer, tables, report_progress = (
            MapWriter(folder / "images.npy", resolution, channels or 3),
            [],
            throttled(progress),
        )
        try:
            for start in range(0, count, 256):  # in parts, because 20,000 faces at 256 px are 4 GB
                images, labels, attributes = drawing.draw_faces(
                    min(256, count - start), resolution, start=start, seed=seed, cancelled=cancelled
                )
                for image in to_grey(images) if channels == 1 else images:
                    writer.add(image)
                tables.append({"labels": labels, **{f"attribute:{k}": v for k, v in attributes.items()}})
                report_progress(writer.count, count, "Drawing faces")
            np.savez(folder / "tables.npz", **{k: np.concatenate([t[k] for t in tables]) for k in tables[0]})
            return {
                "name": "faces",
                "class_names": list(drawing.CLASS_NAMES),
                "report": [],
                **writer.finish(),
            }
        finally:
            writer.close()

    identity = {
        "source": "faces",
        "code": code_of_drawing(),
        "count": count,
        "seed": seed,
        "resolution": resolution,
        "channels": channels or 3,
    }
    meta, images, tables = load_or_build(f"faces-{split}-{resolution}", identity, build, progress, cancelled)
    attributes = {k.removeprefix("attribute:"): v for k, v in tables.items() if k != "labels"}
    return ImageDataset(
        "faces", images, tables["labels"].astype(np.int64), tuple(meta["class_names"]), (), attributes
    )


def code_of_drawing(*more) -> str:
    """Hash of the source of the drawing code, part of the identity: changed code may draw other faces.

    more: modules that have a part in it, too.
    """
    modules = (drawing, art, canvas, colours, shapes, *more)
    sources = b"\0".join(Path(module.__file__).read_bytes() for module in modules)
    return hashlib.blake2b(sources, digest_size=8).hexdigest()
