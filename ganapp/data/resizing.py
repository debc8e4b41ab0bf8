"""Makes a picture a square: cropped or padded, resized with little memory however large it is.

Works on decoded Pillow images; opening files is in decode.py.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image

BAND_BYTES = 4_000_000  # of the rows of a large picture that are converted at a time
# A large picture is first reduced by averaging to about this many times the size; a good filter does the
# rest.
REDUCING_GAP = 3.0

Box = tuple[float, float, float, float]  # left, top, right, bottom


def square(image: Image.Image, resolution: int) -> Image.Image:
    """The middle square of an L or RGB picture, resized to resolution × resolution."""
    return resized(image, *target(image.size, resolution, "center"))


def target(size: tuple[int, int], resolution: int, crop: str) -> tuple[tuple[int, int], Box]:
    """The size that a picture gets, and the part of it that is used.

    crop: "center" uses the middle square; "fit" uses all, and the longer side becomes `resolution`.
    """
    (width, height), side = size, min(size)
    if crop == "fit" and width != height:
        scale = resolution / max(width, height)
        return (max(1, round(width * scale)), max(1, round(height * scale))), (0, 0, width, height)
    left, top = (width - side) / 2, (height - side) / 2
    if side == resolution:
        left, top = int(left), int(top)
    return (resolution, resolution), (left, top, left + side, top + side)


def resized(
    image: Image.Image, size: tuple[int, int], box: Box, convert: Callable = lambda band: band
) -> Image.Image:
    """The part `box` of a picture, converted and resized.

    Large ones are converted and averaged in bands of rows. Transparent pixels do not colour their
    neighbours: colours are weighted by alpha.
    """
    left, top, right, bottom = (math.floor(box[0]), math.floor(box[1]), math.ceil(box[2]), math.ceil(box[3]))
    if (box[2] - box[0], box[3] - box[1]) == size and (left, top) == box[:2]:
        return convert(image.crop((left, top, right, bottom)))
    x, y = (max(1, int((box[i + 2] - box[i]) / size[i] / REDUCING_GAP)) for i in (0, 1))
    step = y * max(1, BAND_BYTES // (4 * y * (right - left)))

    def band(row: int) -> Image.Image:
        part = convert(image.crop((left, row, right, min(row + step, bottom))))
        part = part.convert("RGBa") if part.mode == "RGBA" else part
        return part.reduce((x, y)) if x * y > 1 else part

    reduced = band(top)
    if top + step < bottom:
        first, reduced = reduced, Image.new(reduced.mode, (reduced.width, -(-(bottom - top) // y)))
        reduced.paste(first, (0, 0))
        for row in range(top + step, bottom, step):
            reduced.paste(band(row), (0, (row - top) // y))
    box = ((box[0] - left) / x, (box[1] - top) / y, (box[2] - left) / x, (box[3] - top) / y)
    # Lanczos to reduce; bicubic to enlarge, because Lanczos rings more around strokes.
    smaller = max(box[2] - box[0], box[3] - box[1]) > max(size)
    small = reduced.resize(size, Image.Resampling.LANCZOS if smaller else Image.Resampling.BICUBIC, box)
    return small.convert("RGBA") if small.mode == "RGBa" else small


def place_on(
    image: Image.Image,
    resolution: int,
    channels: int | None,
    crop: str,
    background: tuple[int, int, int],
    keep_alpha: bool = False,
) -> np.ndarray:
    """A resized picture (L, RGB or RGBA) in the middle of the background, as uint8 (C, R, R).

    With `channels` 4 what is around it is transparent. keep_alpha: C is 4 for a picture with transparent
    pixels, whatever `channels`. Where alpha is 0, the colour is black.
    """
    if image.mode == "RGBA" and image.getextrema()[3][0] == 255:
        image = image.convert("RGB")
    if channels == 4 and not (keep_alpha and image.size == (resolution, resolution)):
        image = image.convert("RGBA")
    if image.mode == "L" and crop == "fit" and channels != 1:
        image = image.convert("RGB")  # the background may be coloured
    if image.size != (resolution, resolution):
        colour = (0, 0, 0, 0)
        if image.mode != "RGBA":
            colour = Image.new("RGB", (1, 1), background).convert(image.mode).getpixel((0, 0))
        out = Image.new(image.mode, (resolution, resolution), colour)
        out.paste(image, ((resolution - image.width) // 2, (resolution - image.height) // 2))
        image = out
    if image.mode == "RGBA" and (keep_alpha or channels == 4):
        pixels = np.array(image)
        pixels[pixels[..., 3] == 0] = 0
        return pixels.transpose(2, 0, 1)
    return _flat(image, channels, background)


def without_alpha(pixels: np.ndarray, channels: int | None, background: tuple[int, int, int]) -> np.ndarray:
    """Lay uint8 (4, R, R) on the background, as uint8 (C, R, R): C is 1 if `channels` is 1, else 3."""
    return _flat(Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0))), channels, background)


def _flat(image: Image.Image, channels: int | None, background: tuple[int, int, int]) -> np.ndarray:
    """A square picture (L, RGB or RGBA) as uint8 (C, R, R) of `channels` (1, 3 or None: as it is)."""
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, (*background, 255)), image).convert("RGB")
    if channels is not None:
        image = image.convert("L" if channels == 1 else "RGB")
    pixels = np.asarray(image)  # (R, R) or (R, R, 3)
    return pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)
