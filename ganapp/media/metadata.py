"""PNG files with their settings: saves the recipe of an image in its text chunk, and reads it back.

Reading is safe for files of any origin: it decodes no pixels and checks the type of every value.
"""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ganapp import __version__
from ganapp.files import replacing

from .marks import packet_of, policy
from .stamp import is_large_enough, stamped
from .stills import as_pillow

METADATA_KEY = "ganapp"
METADATA_LIMIT = 65_536  # bytes, for writing and for reading


def save_png(
    target: str | Path | BinaryIO,
    image: np.ndarray,
    metadata: Mapping | None = None,
    generated: bool = True,
) -> None:
    """Write a PNG of uint8 (H, W, C) to a path or an open binary file, with `metadata` as JSON in it.

    The JSON is a text chunk. Known keys are seed, seeds, label, class_name, psi, model, weights and version
    (see `read_png_metadata`); others are kept. generated: a generator made it, and the file says so
    (marks.py). Raises ValueError (message fit for the user) if a known value is not allowed or the metadata
    exceeds 64 KiB.
    """
    from PIL.PngImagePlugin import PngInfo

    visible = generated and policy() == "visible" and is_large_enough(image)
    image = stamped(image) if visible else image
    picture, info = as_pillow(image), PngInfo()
    if generated and (packet := packet_of(metadata, image, visible)):
        info.add_itxt("XML:com.adobe.xmp", packet.decode())
    if metadata is not None:
        # ASCII JSON can hold any name, although a text chunk is Latin-1.
        text = json.dumps(dict(metadata), allow_nan=False)
        if len(text) > METADATA_LIMIT:
            raise ValueError(
                f"The metadata has {len(text)} bytes: at most {METADATA_LIMIT} fit into a picture."
            )
        if not _well_typed(json.loads(text)):
            raise ValueError(f"The metadata {text[:200]} has a value of the wrong type or range.")
        info.add_text(METADATA_KEY, text)
    if not isinstance(target, str | Path):
        picture.save(target, format="PNG", pnginfo=info)
        return
    with replacing(target) as temporary:
        picture.save(temporary, format="PNG", pnginfo=info)


def recipe(label: int, class_name: str | None, psi: float, model: str, weights: str, **seeds) -> dict:
    """The metadata of an image file of this app. label: -1 for no class, or for several.

    weights: the sha256 of the generator's, or "". seeds: seed=42 of one image, or seeds="0-15" of a grid.
    """
    label_or_none = None if label < 0 else int(label)
    about = {
        "label": label_or_none,
        "class_name": class_name,
        "psi": psi,
        "model": model,
        "weights": weights,
        "version": __version__,
    }
    return {**seeds, **about}


def read_png_metadata(source: str | Path | BinaryIO) -> dict | None:
    """The metadata that save_png wrote into a PNG, or None if there is none that is valid.

    Safe for files of any origin: it decodes no pixels, decompresses nothing, and reads at most 64 KiB as
    text.
    Known values are checked and may be None: seed int, seeds text or ints, label int, class_name text, psi in
    (0, 1], model, weights and version text.
    """
    try:
        if not isinstance(source, str | Path):
            return _metadata_of(source)
        with open(source, "rb") as file:
            return _metadata_of(file)
    except (OSError, ValueError, RecursionError):  # RecursionError: deeply nested JSON
        return None


def _metadata_of(file: BinaryIO) -> dict | None:
    if file.read(8) != b"\x89PNG\r\n\x1a\n":
        return None
    for _ in range(100_000):
        header = file.read(8)
        if len(header) < 8:
            return None
        length, kind = struct.unpack(">I4s", header)
        if kind == b"IEND":
            return None
        if kind in (b"tEXt", b"iTXt") and length <= METADATA_LIMIT + 100:
            key, _, text = file.read(length).partition(b"\0")
            file.seek(4, io.SEEK_CUR)
            if key != METADATA_KEY.encode():
                continue
            if kind == b"iTXt":
                if text[:1] != b"\0":  # compressed, so not written by save_png
                    return None
                text = text[2:].split(b"\0", 2)[-1]  # flag, method, language \0 translated key \0 text
            metadata = json.loads(text.decode("utf-8"), parse_constant=_no_constant)
            return metadata if isinstance(metadata, dict) and _well_typed(metadata) else None
        file.seek(length + 4, io.SEEK_CUR)
    return None


def _no_constant(name: str):
    raise ValueError(f"{name} is not JSON.")


def _is_seed(value) -> bool:
    return type(value) is int and 0 <= value < 2**32


_CHECKS = {
    "seed": _is_seed,
    "seeds": lambda v: isinstance(v, str) or (isinstance(v, list) and all(map(_is_seed, v))),
    "label": lambda v: type(v) is int and -1 <= v < 2**31,
    "class_name": lambda v: isinstance(v, str),
    "psi": lambda v: type(v) in (int, float) and 0 < v <= 1,
    "model": lambda v: isinstance(v, str),
    "weights": lambda v: isinstance(v, str),
    "version": lambda v: isinstance(v, str),
}


def _well_typed(metadata: dict) -> bool:
    return all(metadata.get(key) is None or check(metadata[key]) for key, check in _CHECKS.items())
