"""Decodes one picture file into a square of 8-bit pixels: cropped or padded, in bounded memory.

Where files come from is in own/entries.py and hub/stream.py; decoding many in threads is in preparing.py;
values of more than 8 bits are scaled in depth.py.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
from PIL import Image, ImageColor, UnidentifiedImageError

from .depth import COLOUR, FRACTIONS, INTEGERS, WIDE, Deep, scaled
from .memory import DECODING, FILE_SHARE, NeedsMore
from .png import SIGNATURE, pixels_only
from .resizing import BAND_BYTES, REDUCING_GAP, place_on, resized, target

# Formats that Pillow decodes by itself (EPS would start Ghostscript), without those that this Pillow does not
# support.
Image.init()
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "PPM", "TGA", "ICO", "JPEG2000", "AVIF")
FORMATS = tuple(f for f in FORMATS if f in Image.OPEN)
MAX_PIXELS = 178_956_970  # from here on Pillow raises DecompressionBombError
ICON = b"\0\0\1\0"  # the first bytes of an icon file
MAX_ICON = 1024  # pixels of a side of an icon
# Of a pixel in memory, bytes: as Pillow keeps it, and what a decoder takes beside it (measured).
PIXEL_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2, "I;16N": 2}
OTHER_PIXEL_BYTES = 4
DECODER_BYTES = {"WEBP": 12, "JPEG2000": 16, "AVIF": 12, "TIFF": 4, "BMP": 1, "DIB": 1}
CONVERTED_BYTES = 4  # of a pixel of a picture that is not reduced before it is resized
ORIENTATION = 0x0112  # of EXIF
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
TURNED = 5  # orientations of EXIF from here on exchange width and height


class Unusable(Exception):
    """One file cannot be used. The message is its reason in the report."""


def decode(
    data: bytes,
    resolution: int,
    channels: int | None,
    crop: str,
    background: tuple[int, int, int],
    keep_depth: bool = False,
    keep_alpha: bool = False,
) -> np.ndarray | Deep:
    """Decode the bytes of a picture file into uint8 (C, R, R), R = resolution.

    C is `channels`; if that is None, 1 for a grey file and 3 for any other. crop: "center" cuts out the
    middle square, "fit" pads with the background. background: (red, green, blue), for "fit" and behind
    transparent pixels, unless `channels` is 4: then colours are straight, and black where alpha is 0.
    keep_depth: return a Deep for a file of more than 8 bits. keep_alpha: C is 4 if some pixels are
    transparent, and may be 1 or 3 if none is, whatever `channels`. Raises Unusable if it cannot be decoded,
    and NeedsMore in a thread that holds too little of the budget DECODING.
    """
    found, high, _ = _read(data, resolution, crop)
    return _placed(found[0], high, keep_depth, resolution, channels, crop, background, keep_alpha)


def decode_sized(
    data: bytes,
    resolution: int,
    channels: int | None,
    crop: str,
    background: tuple[int, int, int],
    keep_depth: bool = True,
    keep_alpha: bool = True,
) -> tuple[np.ndarray | Deep, tuple[int, int]]:
    """What decode gives, and (width, height) of the upright picture; the file is decoded once."""
    found, high, size = _read(data, resolution, crop)
    return _placed(found[0], high, keep_depth, resolution, channels, crop, background, keep_alpha), size


def decode_halves(
    data: bytes,
    resolution: int,
    channels: tuple[int | None, int | None],
    crop: str,
    background: tuple[int, int, int],
) -> tuple[np.ndarray | Deep, ...]:
    """The left and the right half of a picture A|B, each as decode gives it with keep_depth and keep_alpha.

    channels: of the left and of the right half. Raises Unusable, too, if it is not twice as wide as high.
    """
    found, high, _ = _read(data, resolution, crop, halves=True)
    return tuple(
        _placed(half, high, True, resolution, count, crop, background, True)
        for half, count in zip(found, channels, strict=True)
    )


def is_double(size: tuple[int, int]) -> bool:
    """Whether (width, height) is that of two squares side by side, within 2 % or a pixel."""
    width, height = size
    return abs(width - 2 * height) <= max(1, 0.02 * width)


def stored_size(data: bytes) -> tuple[int, int]:
    """(width, height) of a picture file as it is stored; its pixels are not read. Raises Unusable."""
    if not data:
        raise Unusable("the file is empty")
    with _unusable():
        return Image.open(io.BytesIO(_picture_of_icon(pixels_only(data))), formats=FORMATS).size


@contextmanager
def _unusable() -> Iterator[None]:
    """Raise Unusable for whatever Pillow raises inside."""
    try:
        yield
    except (Unusable, NeedsMore):
        raise
    except UnidentifiedImageError:
        raise Unusable("not a picture, or of a format that cannot be read") from None
    except Image.DecompressionBombError:
        raise Unusable(f"too many pixels; at most {MAX_PIXELS / 1e6:.0f} million") from None
    except Exception as error:  # Pillow's decoders raise a dozen types on damaged files
        cut_off = "truncated" in str(error).lower()
        raise Unusable(
            "the file is cut off" if cut_off else f"damaged ({error or type(error).__name__})"
        ) from error


def _read(data: bytes, resolution: int, crop: str, halves: bool = False) -> tuple:
    """([what _shrink gives, of the picture or its halves], largest value of 16-bit colour, upright size)."""
    if not data:
        raise Unusable("the file is empty")
    with _unusable():
        content = _picture_of_icon(pixels_only(data))
        image = Image.open(io.BytesIO(content), formats=FORMATS)
        file_bytes = int(FILE_SHARE * len(data)) + (len(content) if content is not data else 0)
        full = image.size
        if halves and not is_double(full):
            raise Unusable(f"not twice as wide as high ({full[0]}×{full[1]})")
        pixels = _decode_smaller(image, resolution, data)
        DECODING.extend(_check_memory(image, full, pixels, resolution, file_bytes))
        deep_colour = _is_deep_colour(image)
        image.load()
        turn = _orientation(image)  # only now: to look for it loads a PNG
        if halves and turn in TURNS:
            raise Unusable("its EXIF data turn it: save it upright")
        found = [_shrink(image, resolution, crop, part) for part in ((0, 1) if halves else (None,))]
        high = max(top for _, top in _extrema(image)[:3]) if deep_colour else None
    return found, high, full[::-1] if turn in TURNS and turn >= TURNED else full


def _placed(
    found, high: float | None, keep_depth, resolution, channels, crop, background, keep_alpha
) -> np.ndarray | Deep:
    """What decode returns, of what _shrink gave. high: the largest value of 16-bit colour, else None."""
    place = partial(
        place_on,
        resolution=resolution,
        channels=channels,
        crop=crop,
        background=background,
        keep_alpha=keep_alpha,
    )
    if isinstance(found, Image.Image):
        pixels = place(found)
        return Deep(COLOUR, 0, high, pixels, None) if high is not None and keep_depth else pixels
    kind, low, high, values = found
    picture = Deep(kind, low, high, values, lambda v, a, b: place(Image.fromarray(scaled(v, a, b))))
    return picture if keep_depth else picture.alone()


def _decode_smaller(image: Image.Image, resolution: int, data: bytes) -> int:
    """Have a JPEG or JPEG 2000 decoded at 1/2, 1/4 or 1/8 of its size, if that is enough.

    Enough is twice the size that is needed. Returns the number of pixels that will be decoded.
    """
    if image.format != "JPEG2000":
        image.draft(None, (2 * resolution, 2 * resolution))
        return math.prod(image.size)
    coding = data.find(b"\xff\x52", max(data.find(b"\xff\x4f\xff\x51"), 0))  # the marker COD
    levels = data[coding + 9] if 0 <= coding < len(data) - 9 else 0
    halvings = min(int(math.log2(max(1, min(image.size) / (2 * resolution)))), levels, 3)
    if halvings > 0:
        image.reduce = halvings
    return math.prod(image.size) // 4**halvings


def _check_memory(
    image: Image.Image, full: tuple[int, int], pixels: int, resolution: int, file_bytes: int
) -> int:
    """The bytes that decoding takes at most. Raises Unusable if the picture has too many pixels.

    full: the size in the file. pixels: how many of them are decoded.
    """
    whole = math.prod(full)
    side = math.ceil(2 * REDUCING_GAP * resolution)  # larger pictures are reduced first
    raw = bool(image.tile) and image.tile[0].codec_name == "raw"
    decoder = (
        0 if raw else DECODER_BYTES.get(image.format, 0) * (pixels if image.format == "JPEG2000" else whole)
    )
    if image.info.get("progressive") or image.info.get("progression"):  # two bytes of each coefficient
        factors = [(h, v) for _, h, v, _ in image.layer]
        widest, tallest = (max(f[i] for f in factors) for i in (0, 1))
        decoder += int(2 * whole * sum(h * v for h, v in factors) / (widest * tallest))
    own = PIXEL_BYTES.get(image.mode, OTHER_PIXEL_BYTES) * pixels
    others = file_bytes + 3 * BAND_BYTES + CONVERTED_BYTES * (min(pixels, side * side) + resolution * side)
    need = int(own + decoder + others)
    if need > DECODING.total or whole > MAX_PIXELS:
        most = min(MAX_PIXELS, max(0, DECODING.total - others) * whole / max(own + decoder, 1))
        raise Unusable(
            f"too many pixels ({full[0]}×{full[1]}); "
            f"of such a file at most {most / 1e6:.0f} million are decoded"
        )
    return need


def _picture_of_icon(data: bytes) -> bytes:
    """The largest picture of an icon file, as a PNG or an icon of its own; other files as they are.

    Pillow would decode it before its size is known: it may be another one than the icon declares.
    Raises Unusable if a bitmap is too large.
    """
    if data[:4] != ICON:
        return data
    entries = [data[at : at + 16] for at in range(6, min(6 + 16 * data[4], len(data) - 15), 16)]
    if not entries:
        return data
    best = max(entries, key=lambda e: ((e[0] or 256) * (e[1] or 256), int.from_bytes(e[6:8], "little")))
    length, start = (int.from_bytes(best[i : i + 4], "little") for i in (8, 12))
    content = data[start : start + length]
    if content.startswith(SIGNATURE):
        return pixels_only(content)
    width, height = (abs(int.from_bytes(content[i : i + 4], "little", signed=True)) for i in (4, 8))
    if max(width, height // 2) > MAX_ICON:
        raise Unusable(f"too many pixels ({width}×{height // 2}); an icon has at most {MAX_ICON}×{MAX_ICON}")
    return ICON + b"\1\0" + best[:12] + (22).to_bytes(4, "little") + content


def _is_deep_colour(image: Image.Image) -> bool:
    """Whether a file has colour of 16 bits, of which Pillow reads the higher 8."""
    words = image.tile[0].args if image.tile else ()
    words = (words,) if isinstance(words, str) else words if isinstance(words, tuple) else ()
    return image.mode in ("RGB", "RGBA", "LA") and any(isinstance(w, str) and ";16" in w for w in words)


def _extrema(image: Image.Image) -> list[tuple[float, float]]:
    """(least, largest value) of each band."""
    found = image.getextrema()
    return list(found) if isinstance(found[0], tuple) else [found]


def _shrink(image: Image.Image, resolution: int, crop: str, half: int | None = None):
    """The picture upright and resized, as L, RGB or RGBA; of more than 8 bits (kind, low, high, values).

    crop: "center" takes the middle square; "fit" all, its longer side becoming `resolution`. The result is
    not padded. Values are float32 (H, W), low and high are those of the whole file. half: 0 for the left half
    alone, 1 for the right one.
    """
    width = image.width if half is None else image.width // 2
    size, (left, top, right, bottom) = target((width, image.height), resolution, crop)
    start = image.width - width if half == 1 else 0
    box = start + left, top, start + right, bottom
    deep = image.mode.startswith("I;16") or image.mode in ("I", "F")
    turn = TURNS.get(_orientation(image))
    if not deep:
        small = resized(image, size, box, _to_8_bit)
        return small.transpose(turn) if turn is not None else small
    low, high = _extrema_of_deep(image)
    whole = image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM"))
    kind = INTEGERS if whole else WIDE if image.mode == "I" else FRACTIONS
    small = resized(image, size, box, _to_float)
    small = small.transpose(turn) if turn is not None else small
    values = np.asarray(small, np.float32)
    if not np.isfinite(values).all():
        raise Unusable("values that are not numbers")
    return kind, low, high, values


def _extrema_of_deep(image: Image.Image) -> tuple[float, float]:
    """Least and largest value of a grey picture of more than 8 bits. Raises Unusable if one is no number."""
    step = max(1, BAND_BYTES // (4 * image.width))
    found = []
    for y in range(0, image.height, step):
        rows = np.asarray(image.crop((0, y, image.width, min(y + step, image.height))))
        found.append((float(rows.min()), float(rows.max())))  # NaN if one is NaN
    low, high = min(a for a, _ in found), max(b for _, b in found)
    if not np.isfinite(found).all():
        raise Unusable("values that are not numbers")
    return low, high


def _orientation(image: Image.Image) -> object:
    """The EXIF orientation; None if there is none or the metadata are damaged."""
    try:
        return image.getexif().get(ORIENTATION)
    except Exception:  # noqa: BLE001 - Pillow raises many types on damaged metadata, which must not lose the picture
        return None


def _to_8_bit(image: Image.Image) -> Image.Image:
    """Convert any mode of 8 bits to L (grey), RGB, or RGBA if it can have transparent pixels."""
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    mode = "L" if image.mode in ("L", "1") else "RGB"  # P, CMYK, YCbCr, ... become RGB
    return image if image.mode == mode else image.convert(mode)


def _to_float(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(image).astype(np.float32))


def parse_colour(background: str) -> tuple[int, int, int]:
    """A colour's name or #rrggbb as (red, green, blue), 0 to 255. Raises ValueError if it is none."""
    try:
        return ImageColor.getrgb(background)[:3]
    except ValueError:
        raise ValueError(
            f"The background is {background!r}; it must be a colour such as white, black or #8090a0."
        ) from None


def to_grey(images: np.ndarray) -> np.ndarray:
    """Grey of uint8 (N, 3, H, W) as uint8 (N, 1, H, W), with the integer weights of Pillow (ITU-R 601)."""
    wide = images.astype(np.uint32)
    return ((wide[:, :1] * 19595 + wide[:, 1:2] * 38470 + wide[:, 2:] * 7471 + 0x8000) >> 16).astype(np.uint8)
