"""Decodes one picture file into a square of 8-bit pixels: cropped or padded, 16 and 32 bits to 8.

Where files come from is in own/entries.py and hub/stream.py; decoding many in threads is in preparing.py.
"""

from __future__ import annotations

import io
import threading
from contextlib import nullcontext

import numpy as np
from PIL import Image, ImageColor, ImageOps, UnidentifiedImageError

# Formats that Pillow decodes by itself (EPS would start Ghostscript), without those that this Pillow does not
# support.
Image.init()
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "DIB", "TIFF", "PPM", "TGA", "ICO", "JPEG2000", "AVIF")
FORMATS = tuple(f for f in FORMATS if f in Image.OPEN)
MAX_PIXELS = 178_956_970  # from here on Pillow raises DecompressionBombError
LARGE_PIXELS = 30_000_000
# Held while a picture of more than LARGE_PIXELS is decoded, which may take 2 GB of memory.
ONE_LARGE = threading.Lock()
# Of Image.resize: a box filter reduces to 3 times the size, the good filter does the rest. Faster, looks the
# same.
REDUCING_GAP = 3.0


class Unusable(Exception):
    """One file cannot be used. The message is its reason in the report."""


def decode(
    data: bytes, resolution: int, channels: int | None, crop: str, background: tuple[int, int, int]
) -> np.ndarray:
    """Decode the bytes of a picture file into uint8 (C, R, R), R = resolution.

    C is `channels`; if that is None, 1 for a grey file and 3 for any other. crop: "center" or "fit", see
    `square`.
    background: (red, green, blue), for "fit" and behind transparent pixels. Raises Unusable if it cannot be
    decoded.
    """
    if not data:
        raise Unusable("the file is empty")
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
        count = image.width * image.height
        if count > (MAX_PIXELS // 4 if image.mode in ("I", "F") else MAX_PIXELS):
            raise Unusable(f"too many pixels ({image.width}×{image.height})")
        # A large JPEG is decoded at 1/2, 1/4 or 1/8 of its size, at least twice the size that is needed.
        image.draft(None, (2 * resolution, 2 * resolution))
        with ONE_LARGE if count > LARGE_PIXELS else nullcontext():
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            image = _to_8_bit(image)
    except Unusable:
        raise
    except UnidentifiedImageError:
        raise Unusable("not a picture, or of a format that cannot be read") from None
    except Image.DecompressionBombError:
        raise Unusable("too many pixels") from None
    except Exception as error:  # Pillow's decoders raise a dozen types on damaged files
        cut_off = "truncated" in str(error).lower()
        raise Unusable(
            "the file is cut off" if cut_off else f"damaged ({error or type(error).__name__})"
        ) from error
    if image.mode == "L" and crop == "fit" and channels != 1:
        image = image.convert("RGB")  # the background may be coloured
    image = square(image, resolution, crop, background)
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, (*background, 255)), image).convert("RGB")
    if channels is not None:
        image = image.convert("L" if channels == 1 else "RGB")
    pixels = np.asarray(image)  # (R, R) or (R, R, 3)
    return pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)


def square(
    image: Image.Image, resolution: int, crop: str, background: tuple[int, int, int] = (255, 255, 255)
) -> Image.Image:
    """Resize an L, RGB or RGBA picture to resolution × resolution.

    crop: "center" cuts out the middle square, "fit" pads with the background. RGBA is padded with transparent
    pixels; Pillow weights its colours by alpha.
    """
    width, height = image.size
    if crop == "center" or width == height:
        side = min(width, height)
        if side == resolution:
            left, top = (width - side) // 2, (height - side) // 2
            return image.crop((left, top, left + side, top + side))
        left, top = (width - side) / 2, (height - side) / 2
        box = (left, top, left + side, top + side)
        return image.resize((resolution, resolution), _filter(side, resolution), box, REDUCING_GAP)
    scale = resolution / max(width, height)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    colour = (
        (0, 0, 0, 0)
        if image.mode == "RGBA"
        else Image.new("RGB", (1, 1), background).convert(image.mode).getpixel((0, 0))
    )
    out = Image.new(image.mode, (resolution, resolution), colour)
    small = image.resize(size, _filter(max(width, height), resolution), reducing_gap=REDUCING_GAP)
    out.paste(small, ((resolution - size[0]) // 2, (resolution - size[1]) // 2))
    return out


def _filter(side: int, resolution: int) -> Image.Resampling:
    """Lanczos to reduce; bicubic to enlarge, because Lanczos rings more around strokes."""
    return Image.Resampling.LANCZOS if side > resolution else Image.Resampling.BICUBIC


def _to_8_bit(image: Image.Image) -> Image.Image:
    """Convert any mode to L (grey), RGB, or RGBA if it can have transparent pixels."""
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        return _reduce_depth(np.asarray(image), image.mode, image.format)
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image.convert("L" if image.mode in ("L", "1") else "RGB")  # P, CMYK, YCbCr, ... become RGB


def _reduce_depth(values: np.ndarray, mode: str, format: str | None) -> Image.Image:
    """Grey values (H, W) of more than 8 bits as L, scaled by the range of the type if that is known."""
    if not np.isfinite(values).all():
        raise Unusable("values that are not numbers")
    low, high = float(values.min()), float(values.max())
    if mode.startswith("I;16") or (mode == "I" and format in ("PNG", "PPM")):
        low, high = 0.0, 65535.0
    elif low >= 0:  # 32-bit files do not say their range: take the smallest usual one with all values
        tops = (1.0, 255.0, 65535.0) if mode == "F" else (255.0, 65535.0)
        low, high = 0.0, next((top for top in tops if high <= top), high)
    scaled = (values.astype(np.float32) - low) * (255.0 / max(high - low, 1e-30))
    return Image.fromarray(np.clip(np.rint(scaled), 0, 255).astype(np.uint8))


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
