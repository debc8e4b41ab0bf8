"""One picture of a person's own, of any kind that decode.py reads, as the pixels that a model takes."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, UnidentifiedImageError

from .decode import MAX_PIXELS, ORIENTATION, TURNED, TURNS, Unusable, decode, parse_colour, stored_size

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
        _check_size(data, most_pixels)
        if box is None:
            return _last(decode(data, resolution, channels, "center", colour))
        whole = _last(decode(data, WHOLE, channels, "fit", colour))
        width, height = _upright_size(data)
    except Unusable as error:
        raise ValueError(f"The picture cannot be used: {error}.") from None
    left, top, right, bottom = box
    if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
        raise ValueError(
            f"The part of the picture is {', '.join(f'{side:g}' for side in box)}; it must be left, top, "
            "right and bottom from 0 to 1."
        )
    scale = WHOLE / max(width, height)
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
    data: bytes, channels: int, shorter: int = 0, most: int = WHOLE, background: str = "white"
) -> np.ndarray:
    """The bytes of a picture file as uint8 (H, W, C), all of it, upright, with straight colours.

    channels: 1, 3 or 4. shorter: pixels of its shorter side, 0 for those of the file. most: pixels of its
    longer side at most; a larger picture is reduced. background: a colour behind what is transparent, unless
    C is 4. Raises ValueError (message fit for the user) if the file cannot be read.
    """
    colour = parse_colour(background)
    try:
        decode(data, 1, channels, "fit", colour)  # says what is wrong with a file that has no size
        size = _upright_size(data)
        scale = min((shorter or min(size)) / min(size), most / max(size))
        width, height = (max(1, round(side * scale)) for side in size)
        longer = max(width, height)
        square = _last(decode(data, longer, channels, "fit", colour))
    except Unusable as error:
        raise ValueError(f"The picture cannot be used: {error}.") from None
    left, top = (longer - width) // 2, (longer - height) // 2
    return np.ascontiguousarray(square[top : top + height, left : left + width])


def mask_picture(data: bytes) -> np.ndarray:
    """The bytes of a mask file as bool (H, W) of its own size: True where it is neither dark nor transparent.

    Raises ValueError (message fit for the user) if it cannot be read or is not square.
    """
    try:
        width, height = _upright_size(data)
        if width != height or width > WHOLE:
            raise ValueError(f"The mask is {width}×{height} pixels; it must be a square of at most {WHOLE}.")
        pixels = decode(data, width, 1, "center", (0, 0, 0))
    except (Unusable, UnidentifiedImageError) as error:
        raise ValueError(f"The mask cannot be used: {error}.") from None
    return pixels[0] >= 128


def _check_size(data: bytes, most_pixels: int) -> None:
    width, height = stored_size(data) if data else (0, 0)
    if width * height > most_pixels:
        raise Unusable(
            f"too many pixels ({width}×{height}); "
            f"of such a file at most {most_pixels / 1e6:.0f} million are decoded"
        )


def _last(pixels: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(pixels.transpose(1, 2, 0))


def _upright_size(data: bytes) -> tuple[int, int]:
    """(width, height) of a picture file that decode has read."""
    with Image.open(io.BytesIO(data)) as image:
        orientation = image.getexif().get(ORIENTATION)
        turned = orientation in TURNS and orientation >= TURNED
        return image.size[::-1] if turned else image.size
