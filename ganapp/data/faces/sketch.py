"""A line drawing of a built-in face: ink where neighbouring pixels differ in colour.

The faces are painted in flat colours, so that the borders of their parts are lines as a pen would draw them.
"""

import numpy as np
from PIL import Image

from .drawing import MAX_RESOLUTION, draw_face

LEAST, FULL = 10, 30  # of 255: the difference where ink begins, and where it is black
_INK = (np.clip((np.arange(256) - LEAST) / (FULL - LEAST), 0, 1) * 255).astype(np.uint8)


def draw_sketch(index: int, resolution: int, seed: int = 0) -> np.ndarray:
    """Face `index` of the set `seed` as black lines on white, uint8 (R, R).

    It is drawn at twice the size, if that can be drawn, and reduced: lines are a pixel wide and smooth.
    """
    scale = 2 if 2 * resolution <= MAX_RESOLUTION else 1
    pixels = np.asarray(draw_face(index, scale * resolution, seed))
    pixels = np.pad(pixels, ((0, 1), (0, 1), (0, 0)), mode="edge")
    most, least = np.maximum(pixels[1:], pixels[:-1]), np.minimum(pixels[1:], pixels[:-1])
    most, least = np.maximum(most[:, 1:], most[:, :-1]), np.minimum(least[:, 1:], least[:, :-1])
    return np.asarray(Image.fromarray(255 - _INK[(most - least).max(2)]).reduce(scale))
