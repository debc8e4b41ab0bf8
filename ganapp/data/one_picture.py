"""One picture of a person's own, of any kind that decode.py reads, as the pixels that a model takes."""

from __future__ import annotations

from functools import partial

import numpy as np
from PIL import Image

from .decode import MAX_PIXELS, Unusable, decode, decode_sized, parse_colour, stored_size

WHOLE = 2048  # pixels of the longer side from which a part is cut

Box = tuple[float, float, float, float]  # left, top, right, bottom as shares of the upright picture


def square_picture(
    data: bytes,
    resolution: int,
    channels: int,
    background: str = "white",
    box: Box | None = None,
    most_pixels: int = MAX_PIXELS,
) -> np.ndarray:
    """The bytes of a picture file as uint8 (R, R, C), upright, with straight colours.

    channels: 1, 3 or 4. background: a colour behind what is transparent, unless C is 4. box: the part that is
    used, else the middle square. most_pixels: of the file; it is looked at before they are decoded. Raises
    ValueError (message fit for the user) if the file cannot be read or has more pixels, or the box is not
    within the picture.
    """
    colour = parse_colour(background)
    try:
        _size_of(data, most_pixels)
        if box is None:
            return _last(decode(data, resolution, channels, "center", colour))
        pixels, (width, height) = _decoded(data, WHOLE, channels, "fit", colour)
    except Unusable as error:
        raise ValueError(f"The picture cannot be used: {error}.") from None
    left, top, right, bottom = box
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError(
            f"The part of the picture is {', '.join(f'{side:g}' for side in box)}; it must be left, top, "
            "right and bottom from 0 to 1."
        )
    whole, scale = _last(pixels), WHOLE / max(width, height)
    x, y = ((WHOLE - round(side * scale)) // 2 for side in (width, height))
    place = (
        x + left * width * scale,
        y + top * height * scale,
        x + right * width * scale,
        y + bottom * height * scale,
    )
    image = Image.fromarray(whole[..., 0] if channels == 1 else whole)
    image = image.convert("RGBa") if channels == 4 else image  # transparent pixels do not colour others
    # cut before it is reduced: resize(box=…) would mix in what is around the box
    image = image.crop([round(side) for side in place])
    image = image.resize((resolution, resolution), Image.Resampling.LANCZOS)
    pixels = np.asarray(image.convert("RGBA") if channels == 4 else image)
    return pixels[..., None] if channels == 1 else pixels


def whole_picture(
    data: bytes,
    channels: int,
    shorter: int = 0,
    most: int = WHOLE,
    background: str = "white",
    most_pixels: int = MAX_PIXELS,
) -> np.ndarray:
    """The bytes of a picture file as uint8 (H, W, C), all of it, upright, with straight colours.

    channels: 1, 3 or 4. shorter: pixels of its shorter side, 0 for those of the file. most: pixels of its
    longer side at most; a larger picture is reduced. background: a colour behind what is transparent, unless
    C is 4. most_pixels: of the file; it is looked at before they are decoded. Raises ValueError (message fit
    for the user) if the file cannot be read or has more pixels.
    """
    colour = parse_colour(background)
    try:
        stored = _size_of(data, most_pixels)  # upright or not, its sides are the same two
        scale = min((shorter or min(stored)) / min(stored), most / max(stored))
        longer = max(1, round(max(stored) * scale))
        pixels, size = _decoded(data, longer, channels, "fit", colour)
    except Unusable as error:
        raise ValueError(f"The picture cannot be used: {error}.") from None
    width, height = (max(1, round(side * scale)) for side in size)
    left, top = (longer - width) // 2, (longer - height) // 2
    return np.ascontiguousarray(_last(pixels)[top : top + height, left : left + width])


def mask_picture(data: bytes) -> np.ndarray:
    """The bytes of a mask file as bool (H, W) of its own size: True where it is neither dark nor transparent.

    Raises ValueError (message fit for the user) if it cannot be read or is not square.
    """
    try:
        width, height = stored_size(data)
        if width != height or width > WHOLE:
            raise ValueError(f"The mask is {width}×{height} pixels; it must be a square of at most {WHOLE}.")
        pixels = decode(data, width, 1, "center", (0, 0, 0))
    except Unusable as error:
        raise ValueError(f"The mask cannot be used: {error}.") from None
    return pixels[0] >= 128


def _size_of(data: bytes, most_pixels: int) -> tuple[int, int]:
    """(width, height) of a file as it is stored. Raises Unusable if it has more pixels."""
    width, height = stored_size(data)
    if width * height > most_pixels:
        raise Unusable(
            f"too many pixels ({width}×{height}); "
            f"of such a file at most {most_pixels / 1e6:.0f} million are decoded"
        )
    return width, height


# With the number of channels that is asked for, and 8 bits.
_decoded = partial(decode_sized, keep_depth=False, keep_alpha=False)


def _last(pixels: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(pixels.transpose(1, 2, 0))
