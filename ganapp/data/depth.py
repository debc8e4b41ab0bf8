"""Pictures of more than 8 bits: the range of values of the whole set becomes 0 to 255.

One file does not say its range: cameras and microscopes store 10, 12 or 14 bits in files of 16. Decoding is
in decode.py; the file of the prepared images is in cache.py.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .cache import MapWriter

INTEGERS, WIDE, FRACTIONS, COLOUR = "16-bit grey", "32-bit grey", "floating-point grey", "16-bit colour"
FULL = 65535.0
# The usual largest values, by kind; the smallest one that no picture exceeds is the range of a set.
TOPS = {
    INTEGERS: (255.0, 1023.0, 4095.0, 16383.0, FULL),
    WIDE: (255.0, 1023.0, 4095.0, 16383.0, FULL),
    FRACTIONS: (1.0, 255.0, 1023.0, 4095.0, 16383.0, FULL),
}
DARK = 63  # of 255: colour pictures are nearly black if no value is larger (14 bits in files of 16)


class Deep(NamedTuple):
    """One picture of more than 8 bits, cropped and resized, with the range of values of its file."""

    kind: str
    low: float
    high: float
    values: np.ndarray  # float32 (H, W); of COLOUR the pixels, uint8 (C, R, R)
    render: Callable[[np.ndarray, float, float], np.ndarray]  # (values, low, high) -> uint8 (C, R, R)

    def alone(self) -> np.ndarray:
        """The picture as uint8 (C, R, R) without knowing others: 16 bits by their full range."""
        if self.kind == COLOUR:
            return self.values
        if self.kind == INTEGERS:
            return self.render(self.values, 0.0, FULL)
        low, high = self.low, self.high
        if low >= 0:
            tops = (1.0, 255.0, FULL) if self.kind == FRACTIONS else (255.0, FULL)
            low, high = 0.0, next((top for top in tops if high <= top), high)
        return self.render(self.values, low, high)


def scaled(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Values from `low` to `high` as uint8 from 0 to 255."""
    return np.clip(np.rint((values - low) * (255.0 / max(high - low, 1e-30))), 0, 255).astype(np.uint8)


class DeepPictures:
    """The pictures of a set with more than 8 bits, kept in a file until the range of all is known."""

    def __init__(self, folder: Path):
        self._path, self._file = folder / "deep.tmp", None
        self._kept: list[tuple[int, str, tuple[int, int]]] = []  # (row, kind, shape) in the file's order
        self._ranges: dict[str, tuple[float, float]] = {}
        self._render = None

    def add(self, row: int, picture: Deep) -> None:
        """Remember the picture that is image `row` of the map."""
        low, high = self._ranges.get(picture.kind, (picture.low, picture.high))
        self._ranges[picture.kind] = min(low, picture.low), max(high, picture.high)
        if picture.kind != COLOUR:
            self._file = self._file or open(self._path, "wb")  # noqa: SIM115 (closed by finish or close)
            self._file.write(np.ascontiguousarray(picture.values, np.float32))
            self._kept.append((row, picture.kind, picture.values.shape))
            self._render = picture.render

    def finish(self, writer: MapWriter) -> list[str]:
        """Write the pictures again with the range of all, and return sentences about the ranges."""
        self.close()
        ranges = {kind: self._range(kind) for kind in self._ranges if kind != COLOUR}
        if self._kept:
            with open(self._path, "rb") as file:
                for row, kind, shape in self._kept:
                    values = np.fromfile(file, np.float32, shape[0] * shape[1]).reshape(shape)
                    writer.replace(row, self._render(values, *ranges[kind]))
            self._path.unlink()
        notes = [
            f"The values of {kind} pictures go up to {self._ranges[kind][1]:,.6g}: "
            f"{low:,.6g} to {high:,.6g} becomes black to white in all of them."
            for kind, (low, high) in ranges.items()
            if (low, high) != (0.0, FULL)
        ]
        if self._ranges.get(COLOUR, (0, 255))[1] <= DARK:
            most = int(self._ranges[COLOUR][1]) * 256 + 255
            notes.append(
                f"The {COLOUR} pictures are nearly black: no value is over {most:,} of 65,535. "
                "Save them with 8 bits."
            )
        return notes

    def _range(self, kind: str) -> tuple[float, float]:
        """The range of all pictures of a kind: from 0 to the smallest usual top.

        From the least value to the largest if the least is below 0.
        """
        low, high = self._ranges[kind]
        if low < 0:
            return low, high
        return 0.0, next((top for top in TOPS[kind] if high <= top), high)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
