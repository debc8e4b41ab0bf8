"""The cache on disk: prepared data sets, each a uint8 file (N, C, H, W) and tables, built once.

What is in them is decided by the openers (opening.py); reading them is in dataset.py.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .dataset import HEADER, Images

FORMAT = "ganapp-data/1"  # part of every cache key: change it when the same source gives other pixels

Progress = Callable[[int, int | None, str], None]  # progress(done, total or None, what)


class Cancelled(Exception):
    """The caller's `cancelled()` was true. Nothing of the unfinished work is left on disk."""


def cache_folder() -> Path:
    """Folder of prepared and downloaded data: GANAPP_CACHE, else the user's cache folder."""
    if os.environ.get("GANAPP_CACHE"):
        return Path(os.environ["GANAPP_CACHE"]).expanduser().absolute()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "ganapp" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ganapp"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ganapp"


def make_folder(path: Path) -> Path:
    """Make a folder of the cache and return it. Raises ValueError (message fit for the user) if it cannot."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ValueError(
            f"The cache folder {path} cannot be made ({error.strerror}): set GANAPP_CACHE to one that can be "
            "written."
        ) from error
    return path


def acquire_lock(
    name: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    wait: bool = True,
):
    """Acquire the lock `name`, shared by all processes. The caller calls release() on the result.

    Returns None if another process holds it and wait is False. Raises Cancelled while waiting, and ValueError
    (message fit for the user) if the lock file cannot be written.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(make_folder(cache_folder() / "locks") / f"{name}.lock")
    while True:
        try:
            lock.acquire(timeout=0.2 if wait else 0)
            return lock
        except OSError as error:
            if not isinstance(error, Timeout):
                raise ValueError(
                    f"{lock.lock_file} cannot be written ({error.strerror}): set GANAPP_CACHE to a folder "
                    "that can."
                ) from error
            if not wait:
                return None
            if cancelled is not None and cancelled():
                raise Cancelled("cancelled while another process prepared the same data") from None
            if progress is not None:
                progress(0, None, "Waiting for another preparation of the same data")


def load_or_build(
    slug: str,
    identity: object,
    build: Callable[[Path], dict],
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[dict, Images, dict[str, np.ndarray]]:
    """Load the prepared data with this identity, or build it. Returns (meta data, images, {table: (N,)}).

    identity: anything JSON; other data must have another one. slug: readable beginning of the folder's name.
    build(folder) writes images.npy with a MapWriter, saves further arrays (N,) as tables.npz if there are
    any, and returns the meta data including "shape" and "digest". It works in a folder *.partial, which
    appears under its final name by one rename; the next process removes what a killed one left. Raises
    Cancelled, and ValueError (message fit for the user) if the disk is full or not writable.
    """
    key = hashlib.blake2b(json.dumps([FORMAT, identity], sort_keys=True).encode(), digest_size=10).hexdigest()
    name = f"{re.sub(r'[^A-Za-z0-9]+', '-', slug).strip('-')[:40]}-{key}"
    folder = make_folder(cache_folder() / "datasets") / name
    lock = acquire_lock(name, progress, cancelled)
    try:
        found = _load(folder)
        if found is None:
            partial = folder.with_name(name + ".partial")
            shutil.rmtree(partial, ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)  # may exist, but damaged or of another format
            partial.mkdir()
            try:
                meta = {"format": FORMAT, **build(partial)}
                (partial / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
                os.replace(partial, folder)
            except OSError as error:
                if error.errno not in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
                    raise
                raise ValueError(
                    f"There is no room left in {cache_folder()}: free some, or set GANAPP_CACHE to a folder "
                    "elsewhere."
                ) from error
            finally:
                shutil.rmtree(partial, ignore_errors=True)
            found = _load(folder)
            assert found is not None, f"{folder} cannot be read right after it was written"
        return found
    finally:
        lock.release()


def _load(folder: Path) -> tuple[dict, Images, dict[str, np.ndarray]] | None:
    """What load_or_build returns; None if the folder is absent, damaged or of another format."""
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
        return (
            meta,
            Images.open(folder / "images.npy", tuple(meta["shape"]), fingerprint=meta["digest"]),
            tables,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def cache_size() -> int:
    """Bytes that clear_cache can free: prepared data and downloads, not uploads."""
    size = 0
    for part in ("datasets", "downloads"):
        for root, _, files in os.walk(cache_folder() / part):
            for file in files:
                try:
                    size += os.lstat(os.path.join(root, file)).st_size
                except OSError:
                    continue  # deleted since it was listed, by another process
    return size


def clear_cache() -> int:
    """Delete prepared data and downloads; return the bytes freed.

    Deletes only folders that this app made, and none that is being prepared. Uploads stay, because they could
    not be restored. A run that has its data open goes on (on Windows an open file stays).
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
    """Delete a folder unless its lock is held; rename it first, so that no process sees it half deleted."""
    lock = acquire_lock(lock_name, wait=False)
    if lock is None:
        return
    try:
        shutil.rmtree(aside, ignore_errors=True)
        if folder != aside and folder.exists():
            os.replace(folder, aside)
            shutil.rmtree(aside, ignore_errors=True)
    except OSError:
        pass  # Windows: a file in it is open, so it stays until the next call
    finally:
        lock.release()


class MapWriter:
    """Writes images one by one into a .npy file, uint8 (N, C, R, R).

    channels: 1, 3, 4, or None: grey until the first coloured image, then everything is rewritten with 3
    channels.
    """

    def __init__(self, path: Path, resolution: int, channels: int | None):
        self.path, self.resolution, self.count = path, resolution, 0
        self.fixed, self.channels = channels is not None, channels or 1  # fixed: keep this number of channels
        self._hash = hashlib.blake2b(digest_size=16)
        self._replaced = False
        self._file = open(path, "wb", buffering=1 << 20)  # noqa: SIM115 (closed by finish or close)
        self._file.write(b"\0" * HEADER)

    def add(self, image: np.ndarray) -> None:
        """Append one image, uint8 (C, R, R).

        A grey one is repeated if the file has colours, and alpha is 255 where the image has none.
        """
        if not self.fixed and self.channels == 1 and len(image) == 3:
            if (image[0] == image[1]).all() and (image[0] == image[2]).all():
                image = image[:1]
            else:
                self._widen()
        image = self._widened(image)
        assert image.shape == (self.channels, self.resolution, self.resolution), (
            image.shape,
            self.channels,
            self.resolution,
        )
        image = np.ascontiguousarray(image)
        self._file.write(image)
        self._hash.update(image)
        self.count += 1

    def replace(self, row: int, image: np.ndarray) -> None:
        """Write another image in place of image `row`; all images must have been added."""
        image = image[:1] if self.channels == 1 else self._widened(image)
        self._file.seek(HEADER + row * image.size)
        self._file.write(np.ascontiguousarray(image))
        self._replaced = True

    def _widened(self, image: np.ndarray) -> np.ndarray:
        """An image with as many channels as the file has, uint8 (C, R, R)."""
        if len(image) == 1 and self.channels > 1:
            image = np.repeat(image, 3, axis=0)
        if len(image) == 3 and self.channels == 4:
            image = np.concatenate([image, np.full_like(image[:1], 255)])
        return image

    def _widen(self) -> None:
        """Rewrite the grey images so far with three channels, once, at the first coloured image."""
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
        """Write the header, flush the file to disk, and return its shape and digest for the meta data."""
        shape = (self.count, self.channels, self.resolution, self.resolution)
        text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}".ljust(HEADER - 11) + "\n"
        self._file.seek(0)
        self._file.write(b"\x93NUMPY\x01\x00" + (HEADER - 10).to_bytes(2, "little") + text.encode())
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if self._replaced:
            self._hash = hashlib.blake2b(digest_size=16)
            with open(self.path, "rb") as file:
                file.seek(HEADER)
                while part := file.read(1 << 20):
                    self._hash.update(part)
        return {"shape": shape, "digest": self._hash.hexdigest()}

    def close(self) -> None:
        """Close the file, finished or not."""
        self._file.close()


def throttled(progress: Progress | None) -> Progress:
    """`progress`, called at most ten times a second, at each new `what` and at the end; None: a no-op."""
    last_time, last_what = 0.0, ""

    def report_progress(done: int, total: int | None, what: str) -> None:
        nonlocal last_time, last_what
        if progress is not None and (
            done == total or what != last_what or time.monotonic() - last_time > 0.1
        ):
            last_time, last_what = time.monotonic(), what
            progress(done, total, what)

    return report_progress
