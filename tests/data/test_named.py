"""Named sets: read from GANAPP_DATA, downloaded from a small local server, refused with a sentence when there is none."""

import gzip
import hashlib
import http.server
import io
import os
import pickle
import struct
import tarfile
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torchvision.datasets
from PIL import Image

from ganapp.data import NAMED, Cancelled, clear_cache, named, open_dataset

SHARED = Path(__file__).parents[3] / "shared" / "data"
CLASSES = {"mnist": "MNIST", "fashion-mnist": "FashionMNIST", "kmnist": "KMNIST"}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GANAPP_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return tmp_path / "cache"


@pytest.fixture
def server(tmp_path):
    """(folder, address) of an HTTP server on this machine."""
    folder = tmp_path / "served"
    folder.mkdir()

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    yield folder, f"http://127.0.0.1:{httpd.server_port}/"
    httpd.shutdown()
    httpd.server_close()


def digits(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (n, 28, 28), dtype=np.uint8), np.arange(n, dtype=np.uint8) % 10


def idx_files() -> dict[str, bytes]:
    files = {}
    for split, n, seed in (("train", 30, 1), ("t10k", 20, 2)):
        images, labels = digits(n, seed)
        files[f"{split}-images-idx3-ubyte"] = struct.pack(">4I", 0x803, n, 28, 28) + images.tobytes()
        files[f"{split}-labels-idx1-ubyte"] = struct.pack(">2I", 0x801, n) + labels.tobytes()
    return files


def write_idx(root: Path, name: str) -> Path:
    folder = root / CLASSES[name] / "raw"
    folder.mkdir(parents=True)
    for file, content in idx_files().items():
        (folder / file).write_bytes(content)
    return root


def serve_idx(folder: Path, monkeypatch, name: str, mirrors: list[str]) -> None:
    resources = []
    for file, content in idx_files().items():
        packed = gzip.compress(content)
        (folder / f"{file}.gz").write_bytes(packed)
        resources.append((f"{file}.gz", hashlib.md5(packed).hexdigest()))
    cls = getattr(torchvision.datasets, CLASSES[name])
    monkeypatch.setattr(cls, "resources", resources)
    monkeypatch.setattr(cls, "mirrors", mirrors)


def serve_cifar(folder: Path, monkeypatch, cls, address: str) -> np.ndarray:
    """A tiny CIFAR archive; returns its training images (N, 3, 32, 32)."""
    fine = cls is torchvision.datasets.CIFAR100
    names = [e[0] for e in cls.train_list], [e[0] for e in cls.test_list]
    random, images, md5 = np.random.default_rng(3), [], {}
    with tarfile.open(folder / cls.filename, "w:gz") as archive:
        for name in (*names[0], *names[1], cls.meta["filename"]):
            data = random.integers(0, 256, (4, 3072), dtype=np.uint8)
            content = {"data": data, "fine_labels" if fine else "labels": [0, 1, 2, 1]}
            if name == cls.meta["filename"]:
                content = {cls.meta["key"]: ["ant", "bee", "cow"]}
            elif name in names[0]:
                images.append(data.reshape(4, 3, 32, 32))
            raw = pickle.dumps(content)
            md5[name] = hashlib.md5(raw).hexdigest()
            info = tarfile.TarInfo(f"{cls.base_folder}/{name}")
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    monkeypatch.setattr(cls, "train_list", [[n, md5[n]] for n in names[0]])
    monkeypatch.setattr(cls, "test_list", [[n, md5[n]] for n in names[1]])
    monkeypatch.setattr(cls, "meta", {**cls.meta, "md5": md5[cls.meta["filename"]]})
    monkeypatch.setattr(cls, "url", address + cls.filename)
    monkeypatch.setattr(cls, "tgz_md5", hashlib.md5((folder / cls.filename).read_bytes()).hexdigest())
    return np.concatenate(images)


def test_table_agrees_with_torchvision():
    assert tuple(named.SOURCES) == NAMED[1:6]
    for source in named.SOURCES.values():
        cls = getattr(torchvision.datasets, source.torchvision)
        if hasattr(cls, "resources"):
            assert source.folder == f"{cls.__name__}/raw"
            assert {f"{f}.gz" for f in source.files} == {r[0] for r in cls.resources}
        else:
            assert source.folder == cls.base_folder
            assert set(source.files) == {e[0] for e in cls.train_list + cls.test_list} | {
                cls.meta["filename"]
            }


@pytest.mark.parametrize("name", CLASSES)
def test_read_from_ganapp_data(tmp_path, monkeypatch, cache, name):
    monkeypatch.setenv("GANAPP_DATA", str(write_idx(tmp_path / "mine", name)))
    train, test = open_dataset(name, 28), open_dataset(name, 28, split="heldout")
    for dataset, n, seed in ((train, 30, 1), (test, 20, 2)):
        images, labels = digits(n, seed)
        np.testing.assert_array_equal(dataset.images.all()[:, 0], images)
        assert dataset.labels.tolist() == labels.tolist() and dataset.labels.dtype == np.int64
        assert dataset.channels == 1 and dataset.num_classes == 10 and dataset.name == name
    wanted = {"mnist": ("0", "9"), "fashion-mnist": ("T-shirt/top", "Ankle boot"), "kmnist": ("o", "wo")}[
        name
    ]
    assert (train.class_names[0], train.class_names[9]) == wanted
    assert not (cache / "downloads").exists()


def test_resizing_is_that_of_own_pictures(tmp_path, monkeypatch):
    monkeypatch.setenv("GANAPP_DATA", str(write_idx(tmp_path / "mine", "mnist")))
    image = Image.fromarray(digits(30, 1)[0][7])
    for resolution, filter in ((32, Image.Resampling.BICUBIC), (14, Image.Resampling.LANCZOS)):
        dataset = open_dataset("mnist", resolution)
        wanted = np.asarray(image.resize((resolution, resolution), filter))
        np.testing.assert_array_equal(dataset.images.take([7])[0, 0], wanted)
    colour = open_dataset("mnist", 28, channels=3)
    assert colour.channels == 3 and (colour.images.all() == colour.images.all()[:, :1]).all()


def test_reuse_needs_neither_torchvision_nor_decoding(tmp_path, monkeypatch):
    root = write_idx(tmp_path / "mine", "mnist")
    monkeypatch.setenv("GANAPP_DATA", str(root))
    first = open_dataset("mnist", 28)
    monkeypatch.setattr("ganapp.data.named._class", None)
    assert open_dataset("mnist", 28).fingerprint == first.fingerprint
    monkeypatch.undo()
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("GANAPP_DATA", str(root))
    labels = root / "MNIST" / "raw" / "train-labels-idx1-ubyte"
    content = bytearray(labels.read_bytes())
    content[8] = 9  # other files: prepared again
    labels.write_bytes(content)
    os.utime(labels, ns=(1, 1))
    assert open_dataset("mnist", 28).labels[0] == 9


def test_damaged_files_are_a_sentence(tmp_path, monkeypatch, cache):
    root = write_idx(tmp_path / "mine", "mnist")
    monkeypatch.setenv("GANAPP_DATA", str(root))
    os.truncate(root / "MNIST" / "raw" / "train-images-idx3-ubyte", 5000)
    with pytest.raises(ValueError, match="mnist in .*raw are damaged"):
        open_dataset("mnist", 28)
    assert list((cache / "datasets").iterdir()) == []


@pytest.mark.parametrize("name", CLASSES)
def test_download_of_gzip_files(server, monkeypatch, cache, tmp_path, name):
    folder, address = server
    monkeypatch.setenv("GANAPP_DATA", str(tmp_path / "has nothing"))  # looked at first, never written to
    serve_idx(folder, monkeypatch, name, ["http://127.0.0.1:9/", address])  # the first mirror is down
    told = []
    dataset = open_dataset(name, 28, progress=lambda *a: told.append(a))
    np.testing.assert_array_equal(dataset.images.all()[:, 0], digits(30, 1)[0])
    assert any(what == f"Downloading {name}" and done == total > 0 for done, total, what in told)
    raw = cache / "downloads" / CLASSES[name] / "raw"
    assert sorted(p.name for p in raw.iterdir()) == sorted(idx_files())  # nothing packed or partial is left
    monkeypatch.setattr("ganapp.data.named._download", None)
    assert open_dataset(name, 28, split="heldout").count == 20
    clear_cache()
    assert not raw.exists() and not (tmp_path / "has nothing").exists()


@pytest.mark.parametrize(("name", "cls"), [("cifar10", "CIFAR10"), ("cifar100", "CIFAR100")])
def test_download_of_cifar(server, monkeypatch, cache, name, cls):
    folder, address = server
    images = serve_cifar(folder, monkeypatch, getattr(torchvision.datasets, cls), address)
    told = []
    dataset = open_dataset(name, 32, progress=lambda *a: told.append(a[2]))
    np.testing.assert_array_equal(dataset.images.all(), images)  # (N, C, H, W): red stays red
    assert dataset.labels.tolist() == [0, 1, 2, 1] * (len(images) // 4) and dataset.class_names == (
        "ant",
        "bee",
        "cow",
    )
    assert f"Downloading {name}" in told and f"Unpacking {name}" in told
    assert [p.name for p in (cache / "downloads").iterdir()] == [
        getattr(torchvision.datasets, cls).base_folder
    ]
    assert open_dataset(name, 32, split="heldout").count == 4
    grey = open_dataset(name, 32, channels=1)
    image = Image.fromarray(images[3].transpose(1, 2, 0)).convert("L")
    np.testing.assert_array_equal(grey.images.take([3])[0, 0], np.asarray(image))


def test_a_changed_pickle_is_never_opened(server, monkeypatch, cache):
    folder, address = server
    serve_cifar(folder, monkeypatch, torchvision.datasets.CIFAR10, address)
    open_dataset("cifar10", 32)
    batch = cache / "downloads" / "cifar-10-batches-py" / "data_batch_2"
    batch.write_bytes(batch.read_bytes() + b".")
    with pytest.raises(ValueError, match="cifar10 in .* are damaged"):
        open_dataset("cifar10", 33)


def test_a_wrong_file_is_not_kept(server, monkeypatch, cache):
    folder, address = server
    serve_idx(folder, monkeypatch, "mnist", [address])
    (folder / "train-images-idx3-ubyte.gz").write_bytes(b"<html>please log in</html>")
    with pytest.raises(ValueError, match="not the file that was expected"):
        open_dataset("mnist", 28)
    assert list((cache / "downloads" / "MNIST" / "raw").iterdir()) == []


def test_a_download_can_be_cancelled(server, monkeypatch, cache):
    folder, address = server
    serve_idx(folder, monkeypatch, "mnist", [address])
    with pytest.raises(Cancelled):
        open_dataset("mnist", 28, cancelled=lambda: True)
    assert list((cache / "downloads" / "MNIST" / "raw").iterdir()) == []
    asked = iter([False] * 4)
    with pytest.raises(Cancelled):  # downloaded, but not prepared
        open_dataset("mnist", 28, cancelled=lambda: next(asked, True))
    assert open_dataset("mnist", 28).count == 30


def test_two_threads_download_once(server, monkeypatch):
    folder, address = server
    serve_idx(folder, monkeypatch, "mnist", [address])
    fetched, results, real = [], [], named._fetch
    monkeypatch.setattr("ganapp.data.named._fetch", lambda *a: fetched.append(1) or real(*a))
    threads = [
        threading.Thread(target=lambda: results.append(open_dataset("mnist", 28).count)) for _ in range(2)
    ]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert results == [30, 30] and len(fetched) == 4


@pytest.mark.parametrize("given", [None, "/somewhere/else"])
def test_offline_and_absent_is_one_sentence(monkeypatch, given):
    monkeypatch.setattr(
        torchvision.datasets.KMNIST, "mirrors", ["http://127.0.0.1:9/a/", "http://127.0.0.1:9/b/"]
    )
    if given:
        monkeypatch.setenv("GANAPP_DATA", given)
    with pytest.raises(ValueError) as caught:
        open_dataset("kmnist", 28)
    text = str(caught.value)
    assert text.startswith("kmnist is not on this machine") and text.endswith("your own pictures.")
    for part in (
        "127.0.0.1:9/a/",
        "127.0.0.1:9/b/",
        "refused",
        "set GANAPP_DATA",
        "KMNIST/raw",
        "faces",
        given or "",
    ):
        assert part in text
    assert "\n" not in text


@pytest.mark.skipif(not (SHARED / "MNIST").exists(), reason="the shared data are not here")
def test_real_mnist(monkeypatch):
    monkeypatch.setenv("GANAPP_DATA", str(SHARED))
    dataset = open_dataset("mnist", 28, split="heldout")
    raw = (SHARED / "MNIST" / "raw" / "t10k-images-idx3-ubyte").read_bytes()[16:]
    np.testing.assert_array_equal(
        dataset.images.all(), np.frombuffer(raw, np.uint8).reshape(10_000, 1, 28, 28)
    )
    assert dataset.class_counts() == (980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009)
    assert dataset.class_names == tuple("0123456789")
