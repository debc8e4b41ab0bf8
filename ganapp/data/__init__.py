"""Data to train on: open_dataset(name or path) -> ImageDataset, prepared once and kept in the cache.

Light on purpose: torch, torchvision and Pillow are imported where a data set is opened.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from ganapp.data.cache import Cancelled, Progress, cache_folder, cache_size, clear_cache
from ganapp.data.dataset import ImageDataset, Images

__all__ = [
    "HUB", "NAMED", "Cancelled", "ImageDataset", "Images", "cache_folder", "cache_size", "clear_cache", "describe",
    "open_dataset", "pinned",
]  # fmt: skip

DESCRIPTIONS = {
    "faces": "Cartoon faces with four expressions, drawn on this machine: 20,000 in colour, no download.",
    "mnist": "MNIST: 60,000 handwritten digits in grey, 28×28, ten classes (11 MB download).",
    "fashion-mnist": "Fashion-MNIST: 60,000 pictures of clothes in grey, 28×28, ten classes (30 MB download).",
    "kmnist": "KMNIST: 60,000 handwritten Japanese characters in grey, 28×28, ten classes (20 MB download).",
    "cifar10": "CIFAR-10: 50,000 photographs of animals and vehicles in colour, 32×32, ten classes (170 MB download).",
    "cifar100": "CIFAR-100: 50,000 photographs in colour, 32×32, a hundred classes (169 MB download).",
}
NAMED = tuple(DESCRIPTIONS)
HUB = "hub:"  # what the name of a data set on the Hub begins with
SPLITS = ("train", "heldout")
MIN_RESOLUTION, MAX_RESOLUTION = 4, 1024
FACES = {"train": (20_000, 0), "heldout": (2_000, 1_000_003)}  # split -> (count, seed)


def describe(name: str) -> str:
    """One sentence about a named data set. ValueError for a name that is not in NAMED."""
    if name not in DESCRIPTIONS:
        raise ValueError(f"There is no data set called {name!r}; the names are {', '.join(NAMED)}.")
    return DESCRIPTIONS[name]


def pinned(source: str) -> str:
    """A data set's name for a run's configuration: one of the Hub with its commit, any other as it is. ValueError."""
    if not source.startswith(HUB):
        return source
    from ganapp.data import hub

    return hub.pin(source)


def open_dataset(
    source: str | Path | Sequence[str | Path],
    resolution: int,
    channels: int | None = None,
    split: str = "train",
    crop: str = "center",
    background: str = "white",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImageDataset:
    """The images of a name in NAMED, a folder, a ZIP, a list of files or hub:user/name (hub.py), as uint8 (N, C, R, R).

    channels: 1, 3, or None for 1 where every picture is grey and 3 otherwise. split: "train", or "heldout", which
    training never sees. crop: "center" cuts the middle square, "fit" keeps all of it on the background. background: a
    colour, for "fit" and for transparent pictures. progress(done, total or None, what) is called at most ten times a
    second. Prepared once, then read from the cache. Raises ValueError (one sentence) for what cannot be used, Cancelled.
    """
    if (
        isinstance(resolution, bool)
        or not isinstance(resolution, (int, np.integer))
        or not MIN_RESOLUTION <= resolution <= MAX_RESOLUTION
    ):
        raise ValueError(
            f"The resolution is {resolution!r}; it must be a whole number from {MIN_RESOLUTION} to {MAX_RESOLUTION}."
        )
    for what, value, allowed in (
        ("channels", channels, (None, 1, 3)),
        ("split", split, SPLITS),
        ("crop", crop, ("center", "fit")),
    ):
        if value not in allowed:
            raise ValueError(f"{what} is {value!r}; allowed are {', '.join(map(str, allowed))}.")
    resolution = int(resolution)
    if source == "faces":
        return _open_faces(resolution, channels, split, progress, cancelled)
    if isinstance(source, str) and source in NAMED:
        from ganapp.data import named

        return named.open_named(source, resolution, channels, split, progress, cancelled)
    if isinstance(source, str) and source.startswith(HUB):
        from ganapp.data import hub

        return hub.open_hub(source, resolution, channels, split, crop, background, progress, cancelled)
    from ganapp.data import ingest

    return ingest.open_pictures(source, resolution, channels, split, crop, background, progress, cancelled)


def _open_faces(resolution, channels, split, progress, cancelled) -> ImageDataset:
    import hashlib

    from ganapp.data import face_art, face_shapes, faces
    from ganapp.data.cache import MapWriter, paced, prepared

    count, seed = FACES[split]

    def build(folder: Path) -> dict:
        writer, tables, tell = MapWriter(folder / "images.npy", resolution, channels or 3), [], paced(progress)
        try:
            for start in range(0, count, 256):  # a part at a time: 20,000 faces at 256 px are 4 GB
                images, labels, attributes = faces.draw_faces(
                    min(256, count - start), resolution, start=start, seed=seed, cancelled=cancelled
                )
                for image in to_grey(images) if channels == 1 else images:
                    writer.add(image)
                tables.append({"labels": labels, **{f"attribute:{k}": v for k, v in attributes.items()}})
                tell(writer.count, count, "Drawing faces")
            np.savez(folder / "tables.npz", **{k: np.concatenate([t[k] for t in tables]) for k in tables[0]})
            return {"name": "faces", "class_names": list(faces.CLASS_NAMES), "report": [], **writer.finish()}
        finally:
            writer.close()

    # The drawing code itself is part of the identity: other code, other faces.
    sources = b"\0".join(Path(module.__file__).read_bytes() for module in (faces, face_art, face_shapes))
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


def to_grey(images: np.ndarray) -> np.ndarray:
    """uint8 (N, 3, H, W) -> (N, 1, H, W) by Pillow's own integer weights (ITU-R 601)."""
    wide = images.astype(np.uint32)
    return ((wide[:, :1] * 19595 + wide[:, 1:2] * 38470 + wide[:, 2:] * 7471 + 0x8000) >> 16).astype(np.uint8)
