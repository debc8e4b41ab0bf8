"""ZIP archives of PNG images with metadata. The same images give the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from ganapp.files import replacing

from .metadata import save_png


def save_zip(path: str | Path, images: Iterable[np.ndarray], metadatas: Iterable[Mapping]) -> None:
    """Write a ZIP of PNGs with metadata, named by seed: seed000042.png, for a repeat seed000042-2.png."""
    times: dict[int, int] = {}  # seed -> how often it was written

    def named() -> Iterator[tuple[str, np.ndarray, Mapping]]:
        for image, metadata in zip(images, metadatas, strict=True):
            seed = int(metadata["seed"])
            times[seed] = times.get(seed, 0) + 1
            again = f"-{times[seed]}" if times[seed] > 1 else ""
            yield f"seed{seed:06d}{again}.png", image, metadata

    write_zip(path, named())


def write_zip(path: str | Path, pictures: Iterable[tuple[str, np.ndarray, Mapping]]) -> None:
    """Write a ZIP of PNGs from an iterable of (name in the ZIP, image uint8 (H, W, C), metadata).

    Images are written one by one as the iterable yields them.
    """
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        for name, image, metadata in pictures:
            buffer = io.BytesIO()
            save_png(buffer, image, metadata)
            # A ZipInfo has a fixed date, so that the same images give the same bytes.
            archive.writestr(zipfile.ZipInfo(name), buffer.getvalue())
