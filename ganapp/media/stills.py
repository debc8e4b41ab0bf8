"""Grids of images, enlarging, and WebP files. PNG files are in metadata.py, films in film.py.

Pixels are enlarged by repetition only, so that a 32-pixel face stays crisp on a page.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ganapp.alpha import on_checkerboard
from ganapp.files import replacing

from .marks import packet_of

WEBP_LIMIT = 16_383  # largest side of a WebP in pixels


def grid(
    images: np.ndarray,
    columns: int | None = None,
    pad: int = 2,
    background: int | Sequence[int] | None = None,
    scale: int | None = None,
) -> np.ndarray:
    """Arrange images uint8 (N, H, W, C) row by row in one image uint8 (H', W', C).

    columns: images in a row; None makes the grid nearly square. pad: pixels between and around images, of
    colour `background` (0 to 255, or one value for each channel); None: white, or transparent beside images
    with alpha. scale: factor by which the whole grid is enlarged. Raises ValueError if an argument is not
    allowed.
    """
    images = np.asarray(images)
    if images.ndim != 4 or images.dtype != np.uint8 or not len(images):
        raise ValueError(f"A grid needs uint8 pictures (N, H, W, C), not {images.dtype} {images.shape}.")
    count, height, width, channels = images.shape
    columns = min(count, columns or math.ceil(math.sqrt(count)))
    if columns < 1 or pad < 0:
        raise ValueError(f"columns is {columns} and pad is {pad}: they must be at least 1 and 0.")
    rows = math.ceil(count / columns)
    out = np.empty((pad + rows * (height + pad), pad + columns * (width + pad), channels), np.uint8)
    out[:] = background if background is not None else 0 if channels == 4 else 255
    for i, image in enumerate(images):
        top, left = pad + i // columns * (height + pad), pad + i % columns * (width + pad)
        out[top : top + height, left : left + width] = image
    return enlarge(out, scale or 1)


def enlarge(image: np.ndarray, scale: int) -> np.ndarray:
    """Repeat each pixel of (H, W, C) scale × scale times. Raises ValueError if scale is below 1."""
    if scale < 1:
        raise ValueError(f"scale is {scale}: it must be a whole number from 1 up.")
    return image if scale == 1 else image.repeat(scale, axis=0).repeat(scale, axis=1)


def scale_for(image: np.ndarray, minimum: int, maximum: int = 4096) -> int:
    """The smallest scale that gives (H, W, C) a shorter side of at least `minimum` pixels.

    It is reduced if the longer side would exceed `maximum`, but is never below 1.
    """
    height, width = image.shape[:2]
    return max(1, min(math.ceil(minimum / min(height, width)), maximum // max(height, width)))


def save_webp(path: str | Path, image: np.ndarray, quality: int = 90, generated: bool = True) -> None:
    """Write a WebP of uint8 (H, W, C). quality: 0 to 99 is lossy, 100 is lossless.

    It is to be looked at: an image with alpha lies on a checkerboard. generated: a generator made it, and the
    file says so (marks.py).
    Raises ValueError (message fit for the user) if a side has more than 16,383 pixels.
    """
    if max(image.shape[:2]) > WEBP_LIMIT:
        raise ValueError(
            f"The picture is {image.shape[1]} × {image.shape[0]}: WebP takes at most {WEBP_LIMIT} a side."
        )
    with replacing(path) as temporary:
        as_pillow(on_checkerboard(image)).convert("RGB").save(
            temporary, format="WEBP", quality=quality, lossless=quality == 100, xmp=_xmp(generated, image)
        )


def _xmp(generated: bool, image: np.ndarray | None = None) -> bytes:
    return packet_of(None, image) if generated else b""


def encoded(image: np.ndarray, exact: bool = True, generated: bool = True) -> tuple[bytes, str]:
    """A picture (H, W, C) as bytes for a browser to show at once, and their type: (bytes, "image/webp").

    exact: lossless WebP; else JPEG (quality 90, colours in full), which takes a twentieth of the time and a
    third of the bytes. With alpha it is always exact. generated: as in `save_webp`. Raises ValueError as
    `as_pillow`.
    """
    picture, buffer, xmp = as_pillow(image), io.BytesIO(), _xmp(generated)
    if exact or picture.mode == "RGBA":
        picture.save(buffer, format="WEBP", lossless=True, quality=0, method=0, xmp=xmp)
        return buffer.getvalue(), "image/webp"
    picture.save(buffer, format="JPEG", quality=90, subsampling=0, xmp=xmp)
    return buffer.getvalue(), "image/jpeg"


def resized(image: np.ndarray, times: int, smooth: bool = False) -> np.ndarray:
    """uint8 (H, W, C) enlarged `times` times: each pixel repeated, or smooth (Lanczos, 3 lobes)."""
    if not smooth or times == 1:
        return enlarge(image, times)
    from PIL import Image

    picture = as_pillow(image)
    large = picture.resize((picture.width * times, picture.height * times), Image.Resampling.LANCZOS)
    return np.asarray(large).reshape(large.height, large.width, -1)


def as_pillow(image: np.ndarray):
    """A Pillow image of uint8 (H, W) or (H, W, C), C = 1, 3 or 4. Raises ValueError for anything else."""
    from PIL import Image

    image = np.asarray(image)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if (
        image.dtype != np.uint8
        or image.size == 0
        or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] in (3, 4)))
    ):
        raise ValueError(f"A picture is uint8 (H, W, C), C = 1, 3 or 4, not {image.dtype} {image.shape}.")
    return Image.fromarray(np.ascontiguousarray(image))
