"""Transparency of uint8 images: straight and premultiplied colours, and images laid on a background.

Files, prepared data and generated images hold straight colours (r, g, b, a), and black where a is 0.
Training uses premultiplied ones (a·r, a·g, a·b, a): an edge that a network blurs then keeps its colour, and
what cannot be seen counts for nothing (Porter and Duff 1984, section 3). No file is read here.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LIGHT, DARK = 255, 214  # grey values of a checkerboard's squares
SQUARES = 64  # of a checkerboard along an image's shorter side, at most
SMALLEST = 4  # pixels of a square's side


def premultiplied(images: np.ndarray, axis: int = 1) -> np.ndarray:
    """Weight straight colours by alpha. uint8 with four channels at `axis` -> the same shape.

    Images of one or three channels are returned as they are.
    """
    if images.shape[axis] != 4:
        return images
    colour, alpha = _parts(images, axis)
    weighted = (colour.astype(np.uint16) * alpha + 127) // 255  # rounded
    return np.concatenate([weighted.astype(np.uint8), alpha], axis)


def straight(images: np.ndarray, axis: int = -1) -> np.ndarray:
    """Undo `premultiplied`: colours are divided by alpha, at most 255, and 0 where alpha is 0. Same shape."""
    colour, alpha = _parts(images, axis)
    divisor = np.maximum(alpha, 1).astype(np.uint16)
    whole = np.minimum((colour.astype(np.uint16) * 255 + divisor // 2) // divisor, 255)
    return np.concatenate([np.where(alpha, whole, 0).astype(np.uint8), alpha], axis)


def on_background(images: np.ndarray, colour: int | Sequence[int] = 255, axis: int = -1) -> np.ndarray:
    """Lay images with straight colours on an opaque background. uint8, four channels at `axis` become three.

    colour: 0 to 255, or (red, green, blue). Images of one or three channels are returned as they are.
    """
    if images.shape[axis] != 4:
        return images
    shape = [1] * images.ndim
    shape[axis] = 3
    return _over(images, np.broadcast_to(np.asarray(colour, np.uint8), 3).reshape(shape), axis)


def on_checkerboard(image: np.ndarray) -> np.ndarray:
    """Lay (H, W, 4) on light squares, which say in pictures to look at what is transparent: (H, W, 3).

    An image of one or three channels is returned as it is.
    """
    height, width, channels = image.shape
    if channels != 4:
        return image
    side = max(SMALLEST, min(height, width) // SQUARES)
    odd = (np.arange(height)[:, None] // side + np.arange(width) // side) % 2 == 1
    return _over(image, np.where(odd, DARK, LIGHT).astype(np.uint8)[..., None], -1)


def _parts(images: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Colours (three channels) and alpha (one channel) of images with four channels at `axis`."""
    return images.take(range(3), axis), images.take([3], axis)


def _over(images: np.ndarray, background: np.ndarray, axis: int) -> np.ndarray:
    """alpha · colour + (1 - alpha) · background, rounded, as uint8 with three channels at `axis`."""
    colour, alpha = (part.astype(np.uint16) for part in _parts(images, axis))
    return ((colour * alpha + background.astype(np.uint16) * (255 - alpha) + 127) // 255).astype(np.uint8)
