"""Opens MNIST, Fashion-MNIST, KMNIST, CIFAR-10 and CIFAR-100, which are read through torchvision.

Their files are taken from GANAPP_DATA, else from the cache, else downloaded into the cache. CIFAR's files are
pickles: torchvision opens them after it has checked their md5. It is imported only if something has to be
prepared.
"""

import gzip
import hashlib
import http.client
import os
import shutil
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .cache import (
    Cancelled,
    MapWriter,
    Progress,
    acquire_lock,
    cache_folder,
    load_or_build,
    make_folder,
    throttled,
)
from .dataset import ImageDataset

IDX = tuple(f"{split}-{what}-ubyte" for split in ("train", "t10k") for what in ("images-idx3", "labels-idx1"))
TIMEOUT = 20  # seconds without a byte after which a download fails
DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class Source:
    """Where torchvision keeps one data set."""

    torchvision: str  # name of its class
    folder: str  # below the root
    files: tuple[str, ...]
    class_names: tuple[str, ...] | None = None  # None: those of torchvision


SOURCES = {
    "mnist": Source("MNIST", "MNIST/raw", IDX, DIGITS),
    "fashion-mnist": Source("FashionMNIST", "FashionMNIST/raw", IDX),
    "kmnist": Source("KMNIST", "KMNIST/raw", IDX),
    "cifar10": Source(
        "CIFAR10",
        "cifar-10-batches-py",
        (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch", "batches.meta"),
    ),
    "cifar100": Source("CIFAR100", "cifar-100-python", ("train", "test", "meta")),
}


def open_named(
    name: str,
    resolution: int,
    channels: int | None,
    split: str,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> ImageDataset:
    """Open a data set of SOURCES; its "heldout" split is the data set's own test split.

    Raises ValueError (message fit for the user) if it is neither here nor can be downloaded, and Cancelled.
    """
    report_progress = throttled(progress)
    root = _find(name)
    if root is None:
        _download(name, report_progress, cancelled)
        root = _find(name)
        assert root is not None, f"{name} was downloaded, but its files are not in {downloads()}"
    stats = [os.stat(root / SOURCES[name].folder / file) for file in SOURCES[name].files]
    files = [[str(root), s.st_size, s.st_mtime_ns] for s in stats]
    identity = {
        "source": name,
        "files": files,
        "split": split,
        "resolution": resolution,
        "channels": channels,
    }

    def build(folder: Path) -> dict:
        images, labels, class_names = _read(name, root, split == "train")
        from PIL import Image

        from .decode import to_grey
        from .resizing import square

        writer = MapWriter(folder / "images.npy", resolution, channels)
        try:
            for i, image in enumerate(images):  # (H, W) or (H, W, 3)
                if i % 256 == 0 and cancelled is not None and cancelled():
                    raise Cancelled(f"preparing {name} was cancelled")
                if image.shape[0] != resolution:
                    image = np.asarray(square(Image.fromarray(image), resolution))
                image = image[None] if image.ndim == 2 else image.transpose(2, 0, 1)
                if channels is not None and channels < len(image):
                    image = to_grey(image[None])[0]
                writer.add(image)
                report_progress(i + 1, len(images), f"Preparing {name}")
            np.savez(folder / "tables.npz", labels=labels)
            return {"name": name, "class_names": class_names, "report": [], **writer.finish()}
        finally:
            writer.close()

    meta, images, tables = load_or_build(f"{name}-{split}-{resolution}", identity, build, progress, cancelled)
    return ImageDataset(name, images, tables["labels"].astype(np.int64), tuple(meta["class_names"]))


def downloads() -> Path:
    """Folder of downloads, in the cache: GANAPP_DATA is only read."""
    return cache_folder() / "downloads"


def _find(name: str) -> Path | None:
    """The root folder that has all files of a data set: GANAPP_DATA, else downloads(), else None."""
    given = os.environ.get("GANAPP_DATA")
    for root in ([Path(given).expanduser()] if given else []) + [downloads()]:
        if all((root / SOURCES[name].folder / file).is_file() for file in SOURCES[name].files):
            return root
    return None


def _class(name: str):
    import torchvision.datasets

    return getattr(torchvision.datasets, SOURCES[name].torchvision)


def _read(name: str, root: Path, train: bool) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """Images uint8 (N, H, W) or (N, H, W, 3), labels int64 (N,), class names."""
    # The lock keeps clear_cache from deleting the files.
    lock = acquire_lock("downloads") if root == downloads() else None
    try:
        data = _class(name)(root, train=train, download=False)
        images, labels = np.asarray(data.data), np.asarray(data.targets, np.int64)
        if len(images) != len(labels) or images.dtype != np.uint8 or not len(images):
            raise ValueError(f"{len(images)} images and {len(labels)} labels")
    except (RuntimeError, ValueError, AssertionError, EOFError, OSError) as error:
        folder = root / SOURCES[name].folder
        raise ValueError(
            f"The files of {name} in {folder} are damaged ({error}): delete that folder, or put good ones "
            "there."
        ) from error
    finally:
        if lock is not None:
            lock.release()
    return images, labels, list(SOURCES[name].class_names or data.classes)


def _download(name: str, report_progress: Progress, cancelled) -> None:
    """Download and unpack the archives of a data set into downloads(), checked by torchvision's md5 sums."""
    dataset, source = _class(name), SOURCES[name]
    lock = acquire_lock("downloads", report_progress, cancelled)
    try:
        if _find(name) is not None:  # another process downloaded it while this one waited for the lock
            return
        if hasattr(dataset, "resources"):  # the MNIST family: four gzip files
            folder = make_folder(downloads() / source.folder)
            for file, md5 in dataset.resources:
                packed = folder / file
                _fetch(
                    name,
                    [mirror + file for mirror in dataset.mirrors],
                    packed,
                    md5,
                    report_progress,
                    cancelled,
                )
                partial = packed.with_suffix(".partial")
                with gzip.open(packed) as source_file, open(partial, "wb") as out:
                    shutil.copyfileobj(source_file, out, 1 << 20)
                os.replace(partial, packed.with_suffix(""))
                packed.unlink()
        else:
            partial = make_folder(downloads() / f"{name}.partial")
            _fetch(
                name, [dataset.url], partial / dataset.filename, dataset.tgz_md5, report_progress, cancelled
            )
            report_progress(0, None, f"Unpacking {name}")
            dataset(partial, download=True)  # finds the archive, so it only checks and unpacks it
            shutil.rmtree(downloads() / source.folder, ignore_errors=True)
            os.replace(partial / source.folder, downloads() / source.folder)
            shutil.rmtree(partial, ignore_errors=True)
    finally:
        lock.release()


def _fetch(name: str, urls: list[str], path: Path, md5: str, report_progress: Progress, cancelled) -> None:
    """Download a file with this md5 sum from the first URL that has it.

    Raises ValueError (message fit for the user) if none has, and Cancelled.
    """
    tried = []
    for url in urls:
        partial = path.with_name(path.name + ".partial")
        hasher = hashlib.md5(usedforsecurity=False)
        try:
            request = urllib.request.Request(url, headers={"User-Agent": "ganapp"})
            with urllib.request.urlopen(request, timeout=TIMEOUT) as response, open(partial, "wb") as out:
                total, done = int(response.headers.get("Content-Length") or 0) or None, 0
                while chunk := response.read(1 << 16):
                    if cancelled is not None and cancelled():
                        raise Cancelled(f"downloading {name} was cancelled")
                    out.write(chunk)
                    hasher.update(chunk)
                    done += len(chunk)
                    report_progress(done, total, f"Downloading {name}")
            if hasher.hexdigest() == md5:
                os.replace(partial, path)
                return
            tried.append(f"{url}: not the file that was expected")
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            tried.append(f"{url}: {getattr(error, 'reason', None) or error}")
        finally:
            partial.unlink(missing_ok=True)
    given = os.environ.get("GANAPP_DATA")
    raise ValueError(
        f"{name} is not on this machine{f' (nor in {given}, GANAPP_DATA)' if given else ''} and could not be "
        "downloaded "
        f"({'; '.join(tried)}): connect to the internet, set GANAPP_DATA to a folder that has "
        f"{SOURCES[name].folder}, or use faces or your own pictures."
    )
