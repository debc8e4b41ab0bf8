"""Pictures to files and back: grids, PNG with its recipe inside, ZIP, WebP, and MP4 / GIF / WebP films.

Not networks: it takes uint8 arrays (H, W, C), C = 1 or 3, and never imports torch. Every file appears whole or not at
all. Pixels are enlarged by repetition only, so that a 32-pixel face stays crisp on a page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ganapp.files import replacing

WEBP_LIMIT = 16_383  # pixels a side, of the format


def grid(
    images: np.ndarray,
    columns: int | None = None,
    pad: int = 2,
    background: int | Sequence[int] = 255,
    scale: int | None = None,
) -> np.ndarray:
    """Pictures uint8 (N, H, W, C) side by side, row by row, as one (H', W', C); near-square unless columns is given.

    `pad` pixels of `background` (0-255, or one a channel) lie between and around them; `scale` enlarges the whole.
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
    out[:] = background
    for i, image in enumerate(images):
        top, left = pad + i // columns * (height + pad), pad + i % columns * (width + pad)
        out[top : top + height, left : left + width] = image
    return enlarge(out, scale or 1)


def enlarge(image: np.ndarray, scale: int) -> np.ndarray:
    """Each pixel of (H, W, C) as scale × scale equal ones."""
    if scale < 1:
        raise ValueError(f"scale is {scale}: it must be a whole number from 1 up.")
    return image if scale == 1 else image.repeat(scale, axis=0).repeat(scale, axis=1)


def scale_for(image: np.ndarray, minimum: int, maximum: int = 4096) -> int:
    """The smallest enlargement that makes the shorter side of (H, W, C) `minimum`, the longer one within `maximum`."""
    height, width = image.shape[:2]
    return max(1, min(math.ceil(minimum / min(height, width)), maximum // max(height, width)))


def save_webp(path: str | Path, image: np.ndarray, quality: int = 90) -> None:
    """A WebP of uint8 (H, W, C), at most 16,383 pixels a side; quality 0 to 99 is lossy, 100 is lossless."""
    if max(image.shape[:2]) > WEBP_LIMIT:
        raise ValueError(f"The picture is {image.shape[1]} × {image.shape[0]}: WebP takes at most {WEBP_LIMIT} a side.")
    with replacing(path) as temporary:
        as_pillow(image).convert("RGB").save(temporary, format="WEBP", quality=quality, lossless=quality == 100)


def as_pillow(image: np.ndarray):
    """uint8 (H, W), (H, W, 1) or (H, W, 3) as a Pillow image."""
    from PIL import Image

    image = np.asarray(image)
    if image.ndim == 3 and image.shape[2] == 1:
        image = image[:, :, 0]
    if image.dtype != np.uint8 or image.size == 0 or not (image.ndim == 2 or (image.ndim == 3 and image.shape[2] == 3)):
        raise ValueError(f"A picture is uint8 (H, W, 1) or (H, W, 3), not {image.dtype} {image.shape}.")
    return Image.fromarray(np.ascontiguousarray(image))
