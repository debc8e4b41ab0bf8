"""The data set "faces": drawn once into the cache, then opened as any other. The drawing is in drawing.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from ..dataset import ImageDataset
from ..decode import to_grey

FACES = {"train": (20_000, 0), "heldout": (2_000, 1_000_003)}  # split -> (count, seed)


def open_faces(resolution, channels, split, progress, cancelled) -> ImageDataset:
    import hashlib

    from ..cache import MapWriter, paced, prepared
    from . import art, drawing, shapes

    count, seed = FACES[split]

    def build(folder: Path) -> dict:
        writer, tables, tell = MapWriter(folder / "images.npy", resolution, channels or 3), [], paced(progress)
        try:
            for start in range(0, count, 256):  # a part at a time: 20,000 faces at 256 px are 4 GB
                images, labels, attributes = drawing.draw_faces(
                    min(256, count - start), resolution, start=start, seed=seed, cancelled=cancelled
                )
                for image in to_grey(images) if channels == 1 else images:
                    writer.add(image)
                tables.append({"labels": labels, **{f"attribute:{k}": v for k, v in attributes.items()}})
                tell(writer.count, count, "Drawing faces")
            np.savez(folder / "tables.npz", **{k: np.concatenate([t[k] for t in tables]) for k in tables[0]})
            return {"name": "faces", "class_names": list(drawing.CLASS_NAMES), "report": [], **writer.finish()}
        finally:
            writer.close()

    # The drawing code itself is part of the identity: other code, other faces.
    sources = b"\0".join(Path(module.__file__).read_bytes() for module in (drawing, art, shapes))
    code = hashlib.blake2b(sources, digest_size=8).hexdigest()
    identity = {
        "source": "faces",
        "code": code,
        "count": count,
        "seed": seed,
        "resolution": resolution,
        "channels": channels or 3,
    }
    meta, images, tables = prepared(f"faces-{split}-{resolution}", identity, build, progress, cancelled)
    attributes = {k.removeprefix("attribute:"): v for k, v in tables.items() if k != "labels"}
    return ImageDataset("faces", images, tables["labels"].astype(np.int64), tuple(meta["class_names"]), (), attributes)
