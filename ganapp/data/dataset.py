"""ImageDataset: uint8 images with their labels, in memory or in one file that is read by position.

Not a DataLoader: batches are drawn by index in the caller's thread (batches.py). Preparing files is in
cache.py.
"""

import errno
import hashlib
import os
import threading
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

HEADER = 128  # bytes of the .npy header; the size is fixed so that the header can be written last
READ = 16 << 20  # largest number of bytes of one read, so that other threads do not wait long


class Images:
    """uint8 images (N, C, H, W), in memory or in a .npy file that is read by position.

    `_rows` selects and orders images of the file, `_bands` channels. The file is not memory-mapped: mapped
    pages count as resident memory, and a random pass over a large file would fill it. It stays open, so
    clearing the cache does not stop a run.
    """

    def __init__(self, array: np.ndarray, fingerprint: str | None = None):
        """Images of an array in memory, uint8 (N, C, H, W). Raises ValueError for another shape or type."""
        if array.ndim != 4 or array.dtype != np.uint8:
            raise ValueError(f"images must be uint8 (N, C, H, W), not {array.dtype} {array.shape}")
        self._array, self._rows, self._bands, self.shape = array, None, None, array.shape
        self._fingerprint = fingerprint

    @classmethod
    def open(cls, path: str | Path, shape: tuple[int, int, int, int], fingerprint: str) -> "Images":
        """All images of a .npy file written by MapWriter. Raises OSError if it cannot be opened."""
        return cls._of_file(
            os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)), tuple(shape), None, None, fingerprint
        )

    @classmethod
    def _of_file(
        cls,
        file: int,
        shape: tuple[int, ...],
        rows: np.ndarray | None,
        bands: np.ndarray | None,
        fingerprint: str,
    ) -> "Images":
        """Images of an open file. shape: (number of images, then the shape of one in the file)."""
        self = cls.__new__(cls)
        self._array, self._file, self._stored, self._rows = None, file, shape[1:], rows
        self._bands, self._fingerprint = bands, fingerprint
        self.shape = shape if bands is None else (shape[0], len(bands), *shape[2:])
        self._lock = threading.Lock()
        weakref.finalize(self, os.close, file)
        return self

    def pick(self, rows: np.ndarray) -> "Images":
        """The images at `rows` (M,), in that order, without reading them."""
        rows = np.asarray(rows, np.int64)
        if self._array is not None:
            return Images(self._array[rows])
        if np.array_equal(rows, np.arange(len(self))):
            return self
        picked = rows if self._rows is None else self._rows[rows]
        shape = (len(rows), *self._stored)
        return Images._of_file(os.dup(self._file), shape, picked, self._bands, self._fingerprint)

    def bands(self, channels: Sequence[int]) -> "Images":
        """The same images with only these channels, in this order, without reading them."""
        bands = np.asarray(channels, np.int64)
        if np.array_equal(bands, np.arange(self.shape[1])):
            return self
        if self._array is not None:
            return Images(self._array[:, bands])
        bands = bands if self._bands is None else self._bands[bands]
        shape = (len(self), *self._stored)
        return Images._of_file(os.dup(self._file), shape, self._rows, bands, self._fingerprint)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def nbytes(self) -> int:
        """Bytes of all images, wherever they are."""
        return int(np.prod(self.shape, dtype=np.int64))

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the content: equal for equal images. A prepared file stores it beside its pixels."""
        if self._fingerprint is not None:
            rows = b"" if self._rows is None else np.ascontiguousarray(self._rows, dtype="<i8").tobytes()
            order = b"" if self._bands is None else b"channels" + self._bands.astype("<i8").tobytes()
            return _digest(self._fingerprint.encode() + rows + order)
        return _digest(
            str(self.shape).encode()
            + hashlib.blake2b(np.ascontiguousarray(self._array), digest_size=16).digest()
        )

    def take(self, indices: np.ndarray) -> np.ndarray:
        """Images at `indices` (B,), in that order, as uint8 (B, C, H, W).

        Raises IndexError if an index is outside of [0, N).
        """
        indices = np.asarray(indices, dtype=np.int64).reshape(-1)
        if len(indices) and (indices.min() < 0 or indices.max() >= len(self)):
            raise IndexError(
                f"indices reach from {indices.min()} to {indices.max()}, there are {len(self)} images"
            )
        if self._array is not None:
            return self._array[indices]
        if self._rows is not None:
            indices = self._rows[indices]
        if len(indices) < 2 or (np.diff(indices) > 0).all():
            images = self._read(indices)
        else:
            unique, back = np.unique(indices, return_inverse=True)
            images = self._read(unique)[back]
        return images if self._bands is None else images[:, self._bands]

    def all(self) -> np.ndarray:
        """Every image, uint8 (N, C, H, W); for data that fit in memory."""
        return self._array if self._array is not None else self.take(np.arange(len(self)))

    def _read(self, rows: np.ndarray) -> np.ndarray:
        """Images at increasing rows of the file, all channels; neighbouring rows are one read."""
        out = np.empty((len(rows), *self._stored), np.uint8)
        size = int(np.prod(self._stored, dtype=np.int64))
        view = memoryview(out.reshape(-1))
        starts = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
        for a, b in zip(starts, np.append(starts[1:], len(rows))):
            self._read_into(view[int(a) * size : int(b) * size], HEADER + int(rows[a]) * size)
        return out

    def _read_into(self, view: memoryview, offset: int) -> None:
        while len(view):
            if hasattr(os, "preadv"):
                n = os.preadv(self._file, [view[:READ]], offset)
            else:  # Windows: threads share the position of the open file, so they take turns
                with self._lock:
                    os.lseek(self._file, offset, os.SEEK_SET)
                    data = os.read(self._file, min(len(view), READ))
                n = len(data)
                view[:n] = data
            if n == 0:
                raise OSError(
                    errno.EIO, "the prepared images end too early; clear the cache and prepare them again"
                )
            view, offset = view[n:], offset + n


@dataclass(frozen=True, eq=False)
class ImageDataset:
    """Images with their labels, of any source.

    A set of pairs has `in_channels` above 0: each image is then an input and its target, stacked along the
    channels, so that a crop or a mirror is the same for both. `inputs` and `targets` are views of one half.
    """

    name: str
    images: Images  # of pairs (N, in_channels + channels, R, R)
    labels: np.ndarray | None  # int64 (N,)
    class_names: tuple[str, ...]  # () without labels
    report: tuple[tuple[str, str], ...] = ()  # (file, reason) of each file that could not be used
    attributes: dict[str, np.ndarray] | None = None  # faces only: {factor: value index int64 (N,)}
    notes: tuple[str, ...] = ()  # sentences about how the files were read
    held_out: int = 0  # further pictures that are kept for evaluation, if these are for training
    transparent: int = 0  # pictures with transparent pixels, held-out ones among them, kept or not
    in_channels: int = 0  # of pairs, channels of the input; 0: there are no pairs

    @property
    def count(self) -> int:
        """Number of images, or of pairs."""
        return len(self.images)

    @property
    def channels(self) -> int:
        """Channels of an image; of pairs, those of the target."""
        return self.images.shape[1] - self.in_channels

    @cached_property
    def targets(self) -> Images:
        """What a generator learns to make, uint8 (N, channels, R, R): of pairs the targets, else all."""
        return self.images.bands(range(self.in_channels, self.images.shape[1]))

    @cached_property
    def inputs(self) -> Images | None:
        """Of pairs the inputs, uint8 (N, in_channels, R, R); else None."""
        return self.images.bands(range(self.in_channels)) if self.in_channels else None

    def side_by_side(self, indices: np.ndarray) -> np.ndarray:
        """Pairs to look at, uint8 (B, R, 2R, C): input, then target; (B, R, R, C) where there are no pairs.

        C is 1 if both are grey, 4 if one has transparency, else 3.
        """
        both = self.images.take(indices)
        halves = [part for part in np.split(both, [self.in_channels], axis=1) if part.shape[1]]
        most = max(part.shape[1] for part in halves)
        return np.concatenate([_with_channels(part, most) for part in halves], 3).transpose(0, 2, 3, 1)

    @property
    def resolution(self) -> int:
        return self.images.shape[2]

    @property
    def num_classes(self) -> int:
        """Number of classes; 0 without labels."""
        return len(self.class_names)

    def class_counts(self) -> tuple[int, ...]:
        """Number of images of each class, in the order of class_names; () without labels."""
        if self.labels is None:
            return ()
        return tuple(np.bincount(self.labels, minlength=self.num_classes).tolist())

    @cached_property
    def fingerprint(self) -> str:
        """Hash of images, labels and class names; neither the name nor the files' place is part of it."""
        labels = b"" if self.labels is None else np.ascontiguousarray(self.labels, dtype="<i8").tobytes()
        pairs = f"\0pairs {self.in_channels}".encode() if self.in_channels else b""
        names = "\0".join((self.images.fingerprint, *self.class_names)).encode()
        return _digest(names + b"\0" + labels + pairs)


def _with_channels(images: np.ndarray, count: int) -> np.ndarray:
    """uint8 (B, C, H, W) as (B, count, H, W): grey is repeated, alpha is 255 where there was none."""
    if images.shape[1] == 1 and count > 1:
        images = np.repeat(images, 3, axis=1)
    if images.shape[1] == 3 and count == 4:
        images = np.concatenate([images, np.full_like(images[:, :1], 255)], 1)
    return images


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()
