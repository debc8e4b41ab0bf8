"""Opens the built-in pairs: the same face in two ways, all else equal. Drawn once into the cache.

The faces are those of "faces", in the same order, so no face of the held-out pairs is trained on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from ..cache import Cancelled, MapWriter, Progress, load_or_build, throttled
from ..dataset import ImageDataset
from ..decode import to_grey
from ..halves import in_direction
from . import opening, sketch
from .drawing import ATTRIBUTES, draw_face, face_attributes

Values = Mapping[str, int]  # {factor: value index}
MOST = 10_000  # pairs, of the first faces; more would take longer to draw than to learn from
FRAMES = ("round", "square")  # glasses through which eyes can be seen


def _expression(name: str) -> Callable[[int, Values], dict[str, int]]:
    return lambda index, values: {"expression": ATTRIBUTES["expression"].index(name)}


def _glasses(index: int, values: Values) -> dict[str, int]:
    own = ATTRIBUTES["glasses"][values["glasses"]]
    return {"glasses": ATTRIBUTES["glasses"].index(own if own in FRAMES else FRAMES[index // 4 % 2])}


def _no_glasses(index: int, values: Values) -> dict[str, int]:
    return {"glasses": ATTRIBUTES["glasses"].index("none")}


def _unchanged(index: int, values: Values) -> dict[str, int]:
    return {}


# name -> what is changed in A and in B of face `index`; None: A is a line drawing of B
PAIRS = {
    "faces-expression": (_expression("sad"), _expression("smile")),
    "faces-sketch": (None, _unchanged),
    "faces-glasses": (_glasses, _no_glasses),
}


def open_face_pairs(
    name: str,
    resolution: int,
    in_channels: int | None,
    channels: int | None,
    direction: str,
    split: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImageDataset:
    """Open pairs of PAIRS; arguments as of data.open_dataset. `attributes` are those of the targets."""
    count, seed = opening.FACES[split]
    count = min(count, MOST)
    a, b = (in_channels, channels) if direction == "a2b" else (channels, in_channels)
    a, b = a or (1 if PAIRS[name][0] is None else 3), b or 3
    changes = PAIRS[name]
    report_progress = throttled(progress)

    def build(folder: Path) -> dict:
        writer, tables = MapWriter(folder / "images.npy", resolution, a + b), {}
        try:
            for index in range(count):
                if index % 256 == 0:
                    report_progress(index, count, "Drawing faces")
                    if cancelled is not None and cancelled():
                        raise Cancelled(f"Drawing stopped after {index} of {count} faces.")
                values = face_attributes(index, seed)
                halves = []
                for side, change, wanted in zip("ab", changes, (a, b), strict=True):
                    changed = change(index, values) if change else {}
                    halves.append(_half(index, resolution, seed, changed if change else None, wanted))
                    for factor, value in (values | changed).items():
                        tables.setdefault(f"{side}:{factor}", []).append(value)
                writer.add(np.concatenate(halves))
            report_progress(count, count, "Drawing faces")
            np.savez(folder / "tables.npz", **{k: np.array(v, np.int64) for k, v in tables.items()})
            return {"name": name, "halves": [a, b], **writer.finish()}
        finally:
            writer.close()

    identity = {
        "source": name,
        "code": opening.code_of_drawing(sketch, sys.modules[__name__]),
        "count": count,
        "seed": seed,
        "resolution": resolution,
        "channels": [a, b],
    }
    meta, images, tables = load_or_build(f"{name}-{split}-{resolution}", identity, build, progress, cancelled)
    target = f"{direction[-1]}:"
    attributes = {k.removeprefix(target): v for k, v in tables.items() if k.startswith(target)}
    return in_direction(ImageDataset(name, images, None, (), (), attributes), meta["halves"], direction)


def draw_heldout_inputs(name: str, numbers: range, resolution: int, direction: str = "a2b") -> np.ndarray:
    """Inputs of held-out pairs of PAIRS by number, uint8 (N, R, R, 3)."""
    change, seed = PAIRS[name]["ab".index(direction[0])], opening.FACES["heldout"][1]
    halves = []
    for index in numbers:
        changed = change(index, face_attributes(index, seed)) if change else None
        halves.append(_half(index, resolution, seed, changed, 3))
    return np.stack(halves).transpose(0, 2, 3, 1)


def _half(index: int, resolution: int, seed: int, change: Values | None, channels: int) -> np.ndarray:
    """One half of pair `index`, uint8 (channels, R, R): a face with some factors changed, or its lines."""
    if change is None:
        return np.repeat(sketch.draw_sketch(index, resolution, seed)[None], channels, axis=0)
    face = np.asarray(draw_face(index, resolution, seed, change)).transpose(2, 0, 1)
    return to_grey(face[None])[0] if channels == 1 else face
