"""ImageDataset, and the cache that keeps prepared pictures as one uint8 file (N, C, H, W) a data set.

Not a DataLoader: batches are drawn by index, from memory or from the file, in the caller's thread.
Not the place where pictures are decoded (ingest.py, named.py, faces.py).
"""

import errno
import hashlib
import json
import os
import re
import shutil
import sys
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

FORMAT = "ganapp-data/1"  # part of every cache key: change it when the same source would give other pixels
HEADER = 128  # bytes before the pixels: a .npy header of fixed size, so that it can be written last
READ = 16 << 20  # bytes a read() at most, so that cancelling and other threads are not kept waiting

Progress = Callable[[int, int | None, str], None]  # done, total or None, what


class Cancelled(Exception):
    """Preparing was cancelled; nothing of it is left on disk."""


class Images:
    """uint8 images (N, C, H, W), in memory or in a .npy file that is read by position.

    `rows` picks and orders images of the file. Not a memory map: mapped pages would count as resident memory, and a
    random pass over a large file would fill it. The file stays open, so a cleared cache does not stop a training run.
    """

    def __init__(self, array: np.ndarray, fingerprint: str | None = None):
        """Images of an array in memory, uint8 (N, C, H, W)."""
        if array.ndim != 4 or array.dtype != np.uint8:
            raise ValueError(f"images must be uint8 (N, C, H, W), not {array.dtype} {array.shape}")
        self._array, self._rows, self.shape = array, None, array.shape
        self._fingerprint = fingerprint

    @classmethod
    def open(cls, path: str | Path, shape: tuple[int, int, int, int], fingerprint: str) -> "Images":
        """All images of a .npy file written by MapWriter. OSError when it cannot be read."""
        return cls._of_file(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)), tuple(shape), None, fingerprint)

    @classmethod
    def _of_file(cls, file: int, shape: tuple[int, ...], rows: np.ndarray | None, fingerprint: str) -> "Images":
        self = cls.__new__(cls)
        self._array, self._file, self.shape, self._rows, self._fingerprint = None, file, shape, rows, fingerprint
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
        return Images._of_file(os.dup(self._file), (len(rows), *self.shape[1:]), picked, self._fingerprint)

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def nbytes(self) -> int:
        """Bytes of all images, in memory or not."""
        return int(np.prod(self.shape, dtype=np.int64))

    @cached_property
    def fingerprint(self) -> str:
        """Hash of the content: equal for equal images, stored with a prepared file."""
        if self._fingerprint is not None:
            rows = b"" if self._rows is None else np.ascontiguousarray(self._rows, dtype="<i8").tobytes()
            return _digest(self._fingerprint.encode() + rows)
        return _digest(
            str(self.shape).encode() + hashlib.blake2b(np.ascontiguousarray(self._array), digest_size=16).digest()
        )

    def take(self, indices: np.ndarray) -> np.ndarray:
        """Images at `indices` (B,) in [0, N), in that order, repeats allowed -> uint8 (B, C, H, W). Else IndexError."""
        indices = np.asarray(indices, dtype=np.int64).reshape(-1)
        if len(indices) and (indices.min() < 0 or indices.max() >= len(self)):
            raise IndexError(f"indices reach from {indices.min()} to {indices.max()}, there are {len(self)} images")
        if self._array is not None:
            return self._array[indices]
        if self._rows is not None:
            indices = self._rows[indices]
        if len(indices) < 2 or (np.diff(indices) > 0).all():
            return self._read(indices)
        unique, back = np.unique(indices, return_inverse=True)
        return self._read(unique)[back]

    def all(self) -> np.ndarray:
        """Every image, uint8 (N, C, H, W); for data that fit in memory."""
        return self._array if self._array is not None else self.take(np.arange(len(self)))

    def _read(self, rows: np.ndarray) -> np.ndarray:
        """Images at increasing rows of the file; neighbours are read at once."""
        out = np.empty((len(rows), *self.shape[1:]), np.uint8)
        size = int(np.prod(self.shape[1:], dtype=np.int64))
        view = memoryview(out.reshape(-1))
        starts = np.flatnonzero(np.diff(rows, prepend=-2) != 1)
        for a, b in zip(starts, np.append(starts[1:], len(rows))):
            self._read_into(view[int(a) * size : int(b) * size], HEADER + int(rows[a]) * size)
        return out

    def _read_into(self, view: memoryview, offset: int) -> None:
        while len(view):
            if hasattr(os, "preadv"):
                n = os.preadv(self._file, [view[:READ]], offset)
            else:  # Windows: the position belongs to the open file, so two threads must take turns
                with self._lock:
                    os.lseek(self._file, offset, os.SEEK_SET)
                    data = os.read(self._file, min(len(view), READ))
                n = len(data)
                view[:n] = data
            if n == 0:
                raise OSError(errno.EIO, "the prepared images end too early; clear the cache and prepare them again")
            view, offset = view[n:], offset + n


@dataclass(frozen=True, eq=False)
class ImageDataset:
    """Images with their labels; the same for every source."""

    name: str
    images: Images
    labels: np.ndarray | None  # int64 (N,)
    class_names: tuple[str, ...]  # () when there are no labels
    report: tuple[tuple[str, str], ...] = ()  # (file, reason) of every file that could not be used
    attributes: dict[str, np.ndarray] | None = None  # faces only: every drawn factor, (N,) each

    @property
    def count(self) -> int:
        return len(self.images)

    @property
    def channels(self) -> int:
        return self.images.shape[1]

    @property
    def resolution(self) -> int:
        return self.images.shape[2]

    @property
    def num_classes(self) -> int:
        """0 when there are no labels."""
        return len(self.class_names)

    def class_counts(self) -> tuple[int, ...]:
        """Images of each class, in the order of class_names; () without labels."""
        if self.labels is None:
            return ()
        return tuple(np.bincount(self.labels, minlength=self.num_classes).tolist())

    @cached_property
    def fingerprint(self) -> str:
        """Hash of images, labels and class names (not of the name or the place of the files)."""
        labels = b"" if self.labels is None else np.ascontiguousarray(self.labels, dtype="<i8").tobytes()
        return _digest("\0".join((self.images.fingerprint, *self.class_names)).encode() + b"\0" + labels)


class MapWriter:
    """Writes images one after the other into a .npy file; grey until the first coloured one when channels is None."""

    def __init__(self, path: Path, resolution: int, channels: int | None):
        self.path, self.resolution, self.count = path, resolution, 0
        self.fixed, self.channels = channels is not None, channels or 1
        self._hash = hashlib.blake2b(digest_size=16)
        self._file = open(path, "wb", buffering=1 << 20)  # noqa: SIM115 (closed by finish or close)
        self._file.write(b"\0" * HEADER)

    def add(self, image: np.ndarray) -> None:
        """Append one image, uint8 (C, R, R) with C = 3 or 1; grey ones are repeated where the file has colour."""
        if not self.fixed and self.channels == 1 and len(image) == 3:
            if (image[0] == image[1]).all() and (image[0] == image[2]).all():
                image = image[:1]
            else:
                self._widen()
        if len(image) < self.channels:
            image = np.repeat(image, self.channels, axis=0)
        assert image.shape == (self.channels, self.resolution, self.resolution), (
            image.shape,
            self.channels,
            self.resolution,
        )
        image = np.ascontiguousarray(image)
        self._file.write(image)
        self._hash.update(image)
        self.count += 1

    def _widen(self) -> None:
        """Rewrite what there is, grey so far, with three channels: once at most, at the first coloured picture."""
        self._file.close()
        grey = self.path.with_suffix(".grey")
        os.replace(self.path, grey)
        self._file = open(self.path, "wb", buffering=1 << 20)  # noqa: SIM115
        self._file.write(b"\0" * HEADER)
        with open(grey, "rb") as old:
            old.seek(HEADER)
            for _ in range(self.count):
                self._file.write(old.read(self.resolution**2) * 3)
        os.remove(grey)
        self.channels = 3

    def finish(self) -> dict:
        """Write the header and make it durable; what meta.json needs to know of the file."""
        shape = (self.count, self.channels, self.resolution, self.resolution)
        text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(HEADER - 11) + "\n"
        self._file.seek(0)
        self._file.write(b"\x93NUMPY\x01\x00" + (HEADER - 10).to_bytes(2, "little") + text.encode())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return {"shape": shape, "digest": self._hash.hexdigest()}

    def close(self) -> None:
        """Close the file as it is (a cancelled preparation)."""
        self._file.close()


def paced(progress: Progress | None) -> Progress:
    """The same progress, called at most ten times a second, at each new `what` and at the end; nothing for None."""
    last, doing = [0.0], [""]

    def tell(done: int, total: int | None, what: str) -> None:
        if progress is not None and (done == total or what != doing[0] or time.monotonic() - last[0] > 0.1):
            last[0], doing[0] = time.monotonic(), what
            progress(done, total, what)

    return tell


def cache_folder() -> Path:
    """Where prepared and downloaded data are kept: GANAPP_CACHE, else this user's cache folder."""
    if os.environ.get("GANAPP_CACHE"):
        return Path(os.environ["GANAPP_CACHE"]).expanduser().absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "ganapp" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ganapp"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ganapp"


def make_folder(path: Path) -> Path:
    """Make a folder of the cache. ValueError with a sentence where that is not possible."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"The cache folder {path} cannot be made ({error.strerror}): set GANAPP_CACHE to one that can be written."
        ) from error
    return path


def locked(name: str, progress: Progress | None = None, cancelled: Callable[[], bool] | None = None, wait: bool = True):
    """A held lock on `name` among all processes; release() it. None when it is taken and wait is False."""
    from filelock import FileLock, Timeout

    lock = FileLock(make_folder(cache_folder() / "locks") / f"{name}.lock")
    while True:
        try:
            lock.acquire(timeout=0.2 if wait else 0)
            return lock
        except OSError as error:
            if not isinstance(error, Timeout):
                raise ValueError(
                    f"{lock.lock_file} cannot be written ({error.strerror}): set GANAPP_CACHE to a folder that can."
                ) from error
            if not wait:
                return None
            if cancelled is not None and cancelled():
                raise Cancelled("cancelled while another process prepared the same data") from None
            if progress is not None:
                progress(0, None, "Waiting for another preparation of the same data")


def prepared(
    slug: str,
    identity: object,
    build: Callable[[Path], dict],
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[dict, Images, dict[str, np.ndarray]]:
    """The prepared data with this identity (anything JSON): read from the cache, else built there by build(folder).

    build writes images.npy with a MapWriter, saves other arrays (N,) as tables.npz if there are any, and returns the
    meta data with "shape" and "digest". It works in a folder *.partial that becomes visible by one rename; a folder left
    by a killed process is removed by the next one. Returns (meta, images, tables).
    """
    key = hashlib.blake2b(json.dumps([FORMAT, identity], sort_keys=True).encode(), digest_size=10).hexdigest()
    name = f"{re.sub(r'[^A-Za-z0-9]+', '-', slug).strip('-')[:40]}-{key}"
    folder = make_folder(cache_folder() / "datasets") / name
    lock = locked(name, progress, cancelled)
    try:
        found = _load(folder)
        if found is None:
            partial = folder.with_name(name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)  # there, but damaged or of another format
            partial.mkdir()
            try:
                meta = {"format": FORMAT, **build(partial)}
                (partial / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
                os.replace(partial, folder)
            except OSError as error:
                if error.errno not in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
                    raise
                raise ValueError(
                    f"There is no room left in {cache_folder()}: free some, or set GANAPP_CACHE to a folder elsewhere."
                ) from error
            finally:
                shutil.rmtree(partial, ignore_errors=True)
            found = _load(folder)
            assert found is not None, f"{folder} cannot be read right after it was written"
        return found
    finally:
        lock.release()


def _load(folder: Path) -> tuple[dict, Images, dict[str, np.ndarray]] | None:
    """What prepared() returns, or None where the folder is absent, damaged or of another format."""
    try:
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        if meta["format"] != FORMAT or (folder / "images.npy").stat().st_size != HEADER + int(
            np.prod(meta["shape"], dtype=np.int64)
        ):
            return None
        tables = {}
        if (folder / "tables.npz").exists():
            with np.load(folder / "tables.npz", allow_pickle=False) as file:
                tables = {name: file[name] for name in file.files}
        return meta, Images.open(folder / "images.npy", tuple(meta["shape"]), fingerprint=meta["digest"]), tables
    except (OSError, ValueError, KeyError, TypeError):
        return None


def cache_size() -> int:
    """Bytes that clear_cache could free: prepared data and downloads (not uploads, which nothing could bring back)."""
    size = 0
    for part in ("datasets", "downloads"):
        for root, _, files in os.walk(cache_folder() / part):
            for file in files:
                try:
                    size += os.lstat(os.path.join(root, file)).st_size
                except OSError:
                    continue  # gone since it was listed: another process finished or cleared it
    return size


def clear_cache() -> int:
    """Delete prepared data and downloads; returns the bytes freed. What is being prepared now is left alone.

    Only folders that this app made are touched. Runs that have their data open go on (on Windows an open file stays).
    """
    before = cache_size()
    datasets = cache_folder() / "datasets"
    for folder in sorted(datasets.iterdir()) if datasets.is_dir() else ():
        name = folder.name.removesuffix(".partial")
        if folder.is_symlink() or not re.fullmatch(r"[A-Za-z0-9-]*-[0-9a-f]{20}", name):
            continue
        _remove(name, folder, folder.with_name(name + ".partial"))
    downloads = cache_folder() / "downloads"
    given = os.environ.get("GANAPP_DATA")
    own = not given or Path(given).expanduser().resolve() != downloads.resolve()
    if own and downloads.is_dir() and not downloads.is_symlink():
        _remove("downloads", downloads, downloads.with_name("downloads.partial"))
    return before - cache_size()


def _remove(lock_name: str, folder: Path, aside: Path) -> None:
    """Delete a folder unless its lock is held; renamed first, so that nobody sees it half deleted."""
    lock = locked(lock_name, wait=False)
    if lock is None:
        return
    try:
        shutil.rmtree(aside, ignore_errors=True)
        if folder != aside and folder.exists():
            os.replace(folder, aside)
            shutil.rmtree(aside, ignore_errors=True)
    except OSError:
        pass  # Windows: a file in it is open; it stays until the next time
    finally:
        lock.release()


def _digest(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=8).hexdigest()
