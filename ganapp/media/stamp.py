"""The corner mark that a person sees: AI and the Chinese word for *generated*, on a dark field.

GB 45438-2025 (5.2) asks for both, in letters of at least 5 % of the picture's shorter side.
"""

from __future__ import annotations

import numpy as np

SMALLEST = 128  # pixels of the shorter side; below, the letters would hide the picture
SHARE = 0.05  # of the shorter side
_FIELD, _INK = 32, 255
_LETTERS = (
    (
        "............",
        "....##......",
        "....##......",
        "...#..#.....",
        "...#..#.....",
        "..#....#....",
        "..#....#....",
        "..######....",
        ".#......#...",
        ".#......#...",
        "#........#..",
        "............",
    ),
    (
        "............",
        "..#####.....",
        "....#.......",
        "....#.......",
        "....#.......",
        "....#.......",
        "....#.......",
        "....#.......",
        "....#.......",
        "....#.......",
        "..#####.....",
        "............",
    ),
    (
        ".....#......",
        "..#..#......",
        "..#..#......",
        "..#########.",
        ".#...#......",
        "#....#......",
        ".....#......",
        "..########..",
        ".....#......",
        ".....#......",
        "############",
        "............",
    ),
    (
        "......#.#...",
        "......#..#..",
        ".##########.",
        ".#....#.....",
        ".#....#...#.",
        ".####.#..#..",
        ".#..#.#..#..",
        ".#..#..##...",
        ".#..#..##..#",
        ".#.##.#..#.#",
        "#....#....##",
        "............",
    ),
)


def stamped(image: np.ndarray) -> np.ndarray:
    """uint8 (H, W, C) with the mark in its lower right corner; itself where a side is below SMALLEST."""
    if not is_large_enough(image):
        return image
    letters = np.concatenate([np.array([[c == "#" for c in row] for row in one]) for one in _LETTERS], 1)
    times = max(1, -(-int(SHARE * min(image.shape[:2])) // len(letters)))
    sign = np.pad(letters, 1).repeat(times, 0).repeat(times, 1)
    out, (height, width) = image.copy(), sign.shape
    corner = out[-height:, -width:]
    colours = min(image.shape[2], 3)
    corner[..., :colours] = np.where(sign, _INK, _FIELD)[..., None]
    corner[..., colours:] = 255  # opaque where the picture has alpha
    return out


def is_large_enough(image: np.ndarray) -> bool:
    return min(image.shape[:2]) >= SMALLEST
