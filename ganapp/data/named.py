"""MNIST, Fashion-MNIST, KMNIST, CIFAR-10 and CIFAR-100, read through torchvision and prepared like own pictures.

Read from GANAPP_DATA, else from the cache, else downloaded into the cache. CIFAR's files are pickles: only torchvision
opens them, after it has checked their md5. torchvision (and torch) are imported only when something has to be prepared.
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

from .cache import Cancelled, MapWriter, Progress, cache_folder, locked, make_folder, paced, prepared
from .dataset import ImageDataset

IDX = tuple(f"{split}-{what}-ubyte" for split in ("train", "t10k") for what in ("images-idx3", "labels-idx1"))
TIMEOUT = 20  # seconds without a byte until a download is given up
DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class Source:
    """Where torchvision keeps one data set below its root."""

    torchvision: str  # name of the class
    folder: str
    files: tuple[str, ...]
    class_names: tuple[str, ...] | None = None  # None: as the files say


SOURCES = {
    "mnist": Source("MNIST", "MNIST/raw", IDX, DIGITS),
    "fashion-mnist": Source("FashionMNIST", "FashionMNIST/raw", IDX),
    "kmnist": Source("KMNIST", "KMNIST/raw", IDX),
    "cifar10": Source(
        "CIFAR10", "cifar-10-batches-py", (*(f"data_batch_{i}" for i in range(1, 6)), "test_batch", "batches.meta")
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
    """A named set as an ImageDataset; "heldout" is its test split. ValueError where it cannot be had."""
    tell = paced(progress)
    root = _find(name)
    if root is None:
        _download(name, tell, cancelled)
        root = _find(name)
        assert root is not None, f"{name} was downloaded, but its files are not in {downloads()}"
    stats = [os.stat(root / SOURCES[name].folder / file) for file in SOURCES[name].files]
    files = [[str(root), s.st_size, s.st_mtime_ns] for s in stats]
    identity = {"source": name, "files": files, "split": split, "resolution": resolution, "channels": channels}

    def build(folder: Path) -> dict:
        images, labels, class_names = _read(name, root, split == "train")
        from PIL import Image

        from .decode import square, to_grey

        writer = MapWriter(folder / "images.npy", resolution, channels)
        try:
            for i, image in enumerate(images):  # (H, W) or (H, W, 3)
                if i % 256 == 0 and cancelled is not None and cancelled():
                    raise Cancelled(f"preparing {name} was cancelled")
                if image.shape[0] != resolution:
                    image = np.asarray(square(Image.fromarray(image), resolution, "center"))
                image = image[None] if image.ndim == 2 else image.transpose(2, 0, 1)
                if channels is not None and channels < len(image):
                    image = to_grey(image[None])[0]
                writer.add(image)
                tell(i + 1, len(images), f"Preparing {name}")
            np.savez(folder / "tables.npz", labels=labels)
            return {"name": name, "class_names": class_names, "report": [], **writer.finish()}
        finally:
            writer.close()

    meta, images, tables = prepared(f"{name}-{split}-{resolution}", identity, build, progress, cancelled)
    return ImageDataset(name, images, tables["labels"].astype(np.int64), tuple(meta["class_names"]))


def downloads() -> Path:
    """Where downloads go: never into a folder that the user named."""
    return cache_folder() / "downloads"


def _places() -> list[Path]:
    """Folders that may hold the files, in the order in which they are tried."""
    given = os.environ.get("GANAPP_DATA")
    return ([Path(given).expanduser()] if given else []) + [downloads()]


def _find(name: str) -> Path | None:
    for root in _places():
        if all((root / SOURCES[name].folder / file).is_file() for file in SOURCES[name].files):
            return root
    return None


def _class(name: str):
    import torchvision.datasets

    return getattr(torchvision.datasets, SOURCES[name].torchvision)


def _read(name: str, root: Path, train: bool) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """uint8 (N, H, W) or (N, H, W, 3), int64 (N,), class names; through torchvision, which checks CIFAR's pickles."""
    lock = locked("downloads") if root == downloads() else None  # so that clear_cache waits for its turn
    try:
        data = _class(name)(root, train=train, download=False)
        images, labels = np.asarray(data.data), np.asarray(data.targets, np.int64)
        if len(images) != len(labels) or images.dtype != np.uint8 or not len(images):
            raise ValueError(f"{len(images)} images and {len(labels)} labels")
    except (RuntimeError, ValueError, AssertionError, EOFError, OSError) as error:
        folder = root / SOURCES[name].folder
        raise ValueError(
            f"The files of {name} in {folder} are damaged ({error}): delete that folder, or put good ones there."
        ) from error
    finally:
        if lock is not None:
            lock.release()
    return images, labels, list(SOURCES[name].class_names or data.classes)


def _download(name: str, tell: Progress, cancelled) -> None:
    """Fetch the archives of a set into downloads(), checked by the md5 that torchvision knows."""
    dataset, source = _class(name), SOURCES[name]
    lock = locked("downloads", tell, cancelled)
    try:
        if _find(name) is not None:  # another process was first
            return
        if hasattr(dataset, "resources"):  # MNIST and its relatives: four gzip files
            folder = make_folder(downloads() / source.folder)
            for file, md5 in dataset.resources:
                packed = folder / file
                _fetch(name, [mirror + file for mirror in dataset.mirrors], packed, md5, tell, cancelled)
                partial = packed.with_suffix(".partial")
                with gzip.open(packed) as source_file, open(partial, "wb") as out:
                    shutil.copyfileobj(source_file, out, 1 << 20)
                os.replace(partial, packed.with_suffix(""))
                packed.unlink()
        else:
            partial = make_folder(downloads() / f"{name}.partial")
            _fetch(name, [dataset.url], partial / dataset.filename, dataset.tgz_md5, tell, cancelled)
            tell(0, None, f"Unpacking {name}")
            dataset(partial, download=True)  # finds the archive there, so it only unpacks and checks
            shutil.rmtree(downloads() / source.folder, ignore_errors=True)
            os.replace(partial / source.folder, downloads() / source.folder)
            shutil.rmtree(partial, ignore_errors=True)
    finally:
        lock.release()


def _fetch(name: str, urls: list[str], path: Path, md5: str, tell: Progress, cancelled) -> None:
    """The first of the addresses that gives a file with this md5; ValueError with a sentence when none does."""
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
                    tell(done, total, f"Downloading {name}")
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
        f"{name} is not on this machine{f' (nor in {given}, GANAPP_DATA)' if given else ''} and could not be downloaded "
        f"({'; '.join(tried)}): connect to the internet, set GANAPP_DATA to a folder that has "
        f"{SOURCES[name].folder}, or use faces or your own pictures."
    )
