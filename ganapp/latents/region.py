"""Region: a part of a picture, as a small map of how much of each place belongs to it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import torch

MAX_SIDE = 64  # a larger mask is averaged down to it, so that an edit fits into a PNG


@dataclass(frozen=True)
class Region:
    """uint8 (side, side), row by row: 255 is inside, 0 outside, between them the share that is inside."""

    side: int
    data: bytes

    def __post_init__(self) -> None:
        if not 1 <= self.side <= MAX_SIDE or len(self.data) != self.side**2:
            raise ValueError(f"A region has {MAX_SIDE} × {MAX_SIDE} places at most, and a byte for each.")

    @classmethod
    def of(cls, mask: np.ndarray) -> Region:
        """Of a mask (S, S) over the whole picture: bool, uint8 with 255 inside, or float from 0 to 1.

        Raises ValueError (message fit for the user) if it is not square or has other values.
        """
        mask = np.asarray(mask)
        if mask.ndim != 2 or mask.shape[0] != mask.shape[1] or not mask.size:
            raise ValueError(
                f"The mask is {' × '.join(map(str, mask.shape))}: it must be square, as the picture."
            )
        share = mask.astype(np.float64) / (255 if mask.dtype == np.uint8 else 1)
        if not ((share >= 0) & (share <= 1)).all():
            raise ValueError("The mask has values beyond 0 to 1.")
        share = averaged(share, MAX_SIDE) if len(share) > MAX_SIDE else share
        return cls(len(share), np.rint(255 * share).astype(np.uint8).tobytes())

    @classmethod
    def box(cls, left: float, top: float, right: float, bottom: float, side: int = MAX_SIDE) -> Region:
        """A rectangle in shares of the picture, 0 to 1. Raises ValueError if it has no area."""
        if not (0 <= left < right <= 1 and 0 <= top < bottom <= 1):
            raise ValueError("A box is left, top, right, bottom in shares of the picture, from 0 to 1.")

        def covered(start: float, end: float) -> np.ndarray:
            at = np.arange(side) / side
            return np.clip(np.minimum(end, at + 1 / side) - np.maximum(start, at), 0, None) * side

        return cls.of(np.clip(np.outer(covered(top, bottom), covered(left, right)), 0, 1))

    def array(self) -> np.ndarray:
        """float32 (side, side) from 0 to 1."""
        return np.frombuffer(self.data, np.uint8).reshape(self.side, self.side).astype(np.float32) / 255

    def at(self, side: int) -> torch.Tensor:
        """The share of each place of a map (side, side) that is inside, float32 from 0 to 1."""
        import torch

        share = self.array()
        if side < self.side:
            share = averaged(share, side).astype(np.float32)
        elif side > self.side:
            nearest = np.arange(side) * self.side // side
            share = share[nearest][:, nearest]
        return torch.from_numpy(np.ascontiguousarray(share))

    def to_json(self) -> dict[str, Any]:
        return {"side": self.side, "bytes": base64.b64encode(self.data).decode()}

    @classmethod
    def from_json(cls, data: Any) -> Region:
        """Raises ValueError (message fit for the user) if it is no region."""
        if not isinstance(data, dict) or type(data.get("side")) is not int:
            raise ValueError("A region of this edit cannot be read.")
        return cls(data["side"], unpacked(data.get("bytes")))


def averaged(share: np.ndarray, side: int) -> np.ndarray:
    """(S, S) -> (side, side), side ≤ S: the mean over each place, whatever S is."""
    edges = np.linspace(0, len(share), side + 1)
    at = np.arange(len(share))
    cover = np.clip(
        np.minimum(edges[1:, None], at + 1) - np.maximum(edges[:-1, None], at), 0, None
    )  # (side, S)
    cover /= cover.sum(1, keepdims=True)
    return np.clip(cover @ share.astype(np.float64) @ cover.T, 0, 1)


def unpacked(text: Any) -> bytes:
    """Bytes of base64. Raises ValueError (message fit for the user) if the text is something else."""
    try:
        return base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error):
        raise ValueError("The numbers of this edit cannot be read.") from None
