"""Images, ImageDataset, the cache, and open_dataset for the built-in faces."""

import ast
import importlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganapp import data
from ganapp.data import (
    Cancelled,
    ImageDataset,
    Images,
    MapWriter,
    acquire_lock,
    cache_folder,
    cache_size,
    clear_cache,
    describe,
    load_or_build,
    throttled,
)
from ganapp.data.cache import FORMAT
from ganapp.data.dataset import HEADER
from ganapp.data.faces.opening import FACES


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("GANAPP_DATA", raising=False)
    return tmp_path / "cache"


def pixels(n: int, channels: int = 3, resolution: int = 4, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, channels, resolution, resolution), dtype=np.uint8)


def write(path: Path, images: np.ndarray, channels: int | None = None) -> Images:
    writer = MapWriter(path, images.shape[2], channels)
    for image in images:
        writer.add(image)
    meta = writer.finish()
    return Images.open(path, meta["shape"], meta["digest"])


def builder(images: np.ndarray, calls: list, **tables):
    def build(folder: Path) -> dict:
        calls.append(folder)
        writer = MapWriter(folder / "images.npy", images.shape[2], None)
        for image in images:
            writer.add(image)
        if tables:
            np.savez(folder / "tables.npz", **tables)
        return {"name": "x", "class_names": [], "report": [], **writer.finish()}

    return build


def test_take_from_file_equals_indexing(tmp_path):
    array = pixels(50)
    images = write(tmp_path / "a.npy", array)
    assert images.shape == (50, 3, 4, 4) and len(images) == 50 and images.nbytes == array.nbytes
    for indices in (
        [],
        [7],
        [0, 49],
        [3, 1, 2],
        [5, 5, 4, 5],
        [10, 11, 12, 30, 31, 2],
        list(range(50)),
        [49, 0],
    ):
        np.testing.assert_array_equal(images.take(np.array(indices, int)), array[np.array(indices, int)])
    np.testing.assert_array_equal(images.all(), array)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), array)  # the file is an ordinary .npy
    for wrong in ([-1], [50], [0, 51]):
        with pytest.raises(IndexError, match="50 images"):
            images.take(np.array(wrong))
    images.take([0])[:] = 0  # a copy: what the caller does with it stays with the caller
    np.testing.assert_array_equal(images.all(), array)


def test_take_without_preadv(tmp_path, monkeypatch):
    """The path of Windows, where two threads share one file position."""
    monkeypatch.delattr(os, "preadv", raising=False)
    monkeypatch.setattr("ganapp.data.dataset.READ", 40)  # several reads an image
    array = pixels(64)
    images, wrong = write(tmp_path / "a.npy", array), []

    def work(seed):
        for indices in np.random.default_rng(seed).integers(0, 64, (40, 9)):
            if not np.array_equal(images.take(indices), array[indices]):
                wrong.append(indices)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert not wrong


def test_pick_is_a_view(tmp_path):
    array, rows = pixels(20), np.array([4, 5, 6, 11, 2])
    for images in (write(tmp_path / "a.npy", array), Images(array)):
        picked = images.pick(rows)
        assert picked.shape == (5, 3, 4, 4) and picked.nbytes == 5 * 48
        np.testing.assert_array_equal(picked.take([1, 4, 4, 0]), array[rows[[1, 4, 4, 0]]])
        np.testing.assert_array_equal(picked.all(), array[rows])
        np.testing.assert_array_equal(picked.pick([3, 0]).all(), array[[11, 4]])
        assert len({images.fingerprint, picked.fingerprint, images.pick(rows[::-1]).fingerprint}) == 3
        assert picked.fingerprint == images.pick(rows).fingerprint


def test_a_file_that_ends_too_early_is_an_error(tmp_path):
    images = write(tmp_path / "a.npy", pixels(8))
    os.truncate(tmp_path / "a.npy", HEADER + 100)
    images.take([0, 1])
    with pytest.raises(OSError, match="clear the cache"):
        images.take([2])


def test_images_of_an_array_must_be_uint8():
    with pytest.raises(ValueError, match="float64"):
        Images(np.zeros((2, 3, 4, 4)))
    with pytest.raises(ValueError, match="N, C, H, W"):
        Images(np.zeros((2, 4, 4), np.uint8))


@pytest.mark.parametrize("first_colour", [0, 3, 5])
def test_writer_widens_at_the_first_colour(tmp_path, first_colour):
    array = np.repeat(pixels(6, 1), 3, axis=1)
    array[first_colour:] = pixels(6)[first_colour:]
    writer = MapWriter(tmp_path / "a.npy", 4, None)
    for i, image in enumerate(array):
        writer.add(image[:1] if i % 2 == 0 and i < first_colour else image)  # grey files and grey RGB files
    meta = writer.finish()
    assert meta["shape"] == (6, 3, 4, 4)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), array)
    assert os.listdir(tmp_path) == ["a.npy"]


def test_writer_channels(tmp_path):
    grey = pixels(3, 1)
    assert write(tmp_path / "a.npy", np.repeat(grey, 3, axis=1)).shape == (3, 1, 4, 4)  # RGB, but all grey
    assert write(tmp_path / "b.npy", grey, 3).shape == (3, 3, 4, 4)
    np.testing.assert_array_equal(np.load(tmp_path / "b.npy"), np.repeat(grey, 3, axis=1))


def test_dataset_properties():
    array = pixels(5, 1, 8)
    full = ImageDataset("a", Images(array), np.array([0, 2, 2, 0, 2]), ("x", "y", "z"))
    assert (full.count, full.channels, full.resolution, full.num_classes) == (5, 1, 8, 3)
    assert full.class_counts() == (2, 0, 3)
    plain = ImageDataset("b", Images(array), None, ())
    assert plain.num_classes == 0 and plain.class_counts() == ()
    same = ImageDataset(
        "other name", Images(array.copy()), np.array([0, 2, 2, 0, 2], np.int32), ("x", "y", "z")
    )
    others = [
        plain,
        ImageDataset("a", Images(array), np.array([0, 2, 2, 2, 0]), ("x", "y", "z")),
        ImageDataset("a", Images(array), np.array([0, 2, 2, 0, 2]), ("x", "z", "y")),
        ImageDataset("a", Images(array[::-1]), np.array([0, 2, 2, 0, 2]), ("x", "y", "z")),
    ]
    assert full.fingerprint == same.fingerprint
    assert len({full.fingerprint, *(o.fingerprint for o in others)}) == 5


def test_prepared_once(cache):
    calls, array = [], pixels(6)
    build = builder(array, calls, labels=np.arange(6))
    for _ in range(2):
        meta, images, tables = load_or_build("My cats (2)/32", {"a": 1}, build)
        np.testing.assert_array_equal(images.all(), array)
        np.testing.assert_array_equal(tables["labels"], np.arange(6))
    assert len(calls) == 1 and meta["format"] == FORMAT
    load_or_build("My cats (2)/32", {"a": 2}, build)
    assert len(calls) == 2
    names = sorted(p.name for p in (cache / "datasets").iterdir())
    assert len(names) == 2 and all(n.startswith("My-cats-2-32-") for n in names)


@pytest.mark.parametrize("damage", ["images", "meta", "no meta", "format"])
def test_damaged_cache_is_made_again(cache, damage):
    calls, array = [], pixels(6)
    load_or_build("a", 1, builder(array, calls))
    (folder,) = (cache / "datasets").iterdir()
    if damage == "images":
        os.truncate(folder / "images.npy", 200)
    elif damage == "meta":
        (folder / "meta.json").write_text("{")
    elif damage == "no meta":
        (folder / "meta.json").unlink()
    else:
        (folder / "meta.json").write_text('{"format": "ganapp-data/0"}')
    _, images, _ = load_or_build("a", 1, builder(array, calls))
    np.testing.assert_array_equal(images.all(), array)
    assert len(calls) == 2


@pytest.mark.parametrize("error", [Cancelled("x"), ValueError("x"), KeyboardInterrupt()])
def test_nothing_half_is_left(cache, error):
    def build(folder):
        (folder / "images.npy").write_bytes(b"half")
        raise error

    with pytest.raises(type(error)):
        load_or_build("a", 1, build)
    assert list((cache / "datasets").iterdir()) == []
    load_or_build("a", 1, builder(pixels(2), []))  # and the lock is free


def test_a_killed_preparation_is_cleaned_up(cache):
    code = (
        "import os\nfrom ganapp.data.cache import load_or_build\n"
        "def build(folder):\n (folder / 'images.npy').write_bytes(b'half')\n os._exit(9)\n"
        "load_or_build('a', 1, build)\n"
    )
    root = Path(__file__).parents[2]
    assert (
        subprocess.run(
            [sys.executable, "-c", code], cwd=root, env={**os.environ, "PYTHONPATH": str(root)}
        ).returncode
        == 9
    )
    (left,) = (cache / "datasets").iterdir()
    assert left.name.endswith(".partial")
    load_or_build("a", 1, builder(pixels(2), []))
    (folder,) = (cache / "datasets").iterdir()
    assert not folder.name.endswith(".partial")
    left.mkdir()  # and clear_cache removes what no preparation came back to
    clear_cache()
    assert list((cache / "datasets").iterdir()) == []


def test_two_at_once_prepare_once():
    calls, results, told, go = [], [], [], threading.Event()
    inner = builder(pixels(6), calls)

    def build(folder):
        go.wait(5)
        return inner(folder)

    def work():
        results.append(load_or_build("a", 1, build, lambda *a: (told.append(a), go.set()))[1].all())

    threads = [threading.Thread(target=work) for _ in range(2)]
    [t.start() for t in threads]
    [t.join(10) for t in threads]
    assert len(calls) == 1 and len(results) == 2
    assert "Waiting for another preparation" in told[0][2]


def test_waiting_can_be_cancelled():
    lock = acquire_lock("x")
    try:
        assert acquire_lock("x", wait=False) is None
        with pytest.raises(Cancelled):
            acquire_lock("x", cancelled=lambda: True)
    finally:
        lock.release()


def test_disk_full_is_a_sentence(cache):
    def build(folder):
        raise OSError(28, "No space left on device")

    with pytest.raises(ValueError, match="no room left .* GANAPP_CACHE"):
        load_or_build("a", 1, build)


def test_cache_folder_that_cannot_be_made(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "file" / "cache"))
    with pytest.raises(ValueError, match="set GANAPP_CACHE"):
        load_or_build("a", 1, builder(pixels(2), []))


def test_cache_folder_by_platform(monkeypatch):
    monkeypatch.delenv("GANAPP_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    monkeypatch.setattr(sys, "platform", "linux")
    assert cache_folder() == Path("/somewhere/ganapp")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache_folder() == Path.home() / "Library" / "Caches" / "ganapp"


def test_clear_cache(cache):
    assert cache_size() == 0 and clear_cache() == 0
    array = pixels(100)
    _, images, _ = load_or_build("a", 1, builder(array, []))
    (cache / "downloads" / "MNIST").mkdir(parents=True)
    (cache / "downloads" / "MNIST" / "x.gz").write_bytes(b"x" * 5000)
    mine, kept = cache / "datasets" / "my thesis", cache / "uploads" / "pictures-1"
    for folder in (mine, kept):
        folder.mkdir(parents=True)
        (folder / "a.png").write_bytes(b"y" * 70)
    size = cache_size()
    assert size > array.nbytes + 5000
    lock = acquire_lock("downloads")  # a download is under way
    assert array.nbytes < clear_cache() < size - 5000
    lock.release()
    assert clear_cache() == 5000
    assert (mine / "a.png").exists() and (kept / "a.png").exists() and cache_size() == 70
    if sys.platform != "win32":
        np.testing.assert_array_equal(images.take([3, 1]), array[[3, 1]])  # a run that has it open goes on


def test_what_is_being_prepared_is_not_cleared():
    freed, inner = [], builder(pixels(3), [])

    def build(folder):
        (folder / "other").write_bytes(b"x" * 100)
        freed.append(clear_cache())
        assert (folder / "other").exists()
        return inner(folder)

    load_or_build("a", 1, build)
    assert freed == [0]


def test_paced():
    told = []
    tell = throttled(lambda *a: told.append(a))
    for i in range(1, 1001):
        tell(i, 1000, "x")
    assert told[0] == (1, 1000, "x") and told[-1] == (1000, 1000, "x") and len(told) < 20
    throttled(None)(1, 1, "x")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (dict(resolution=3), "3.*4 to 1024"),
        (dict(resolution=2000), "2000"),
        (dict(resolution=32.0), "whole number"),
        (dict(resolution="32"), "'32'"),
        (dict(resolution=True), "True"),
        (dict(channels=2), "channels is 2; allowed are None, 1, 3, 4"),
        (dict(split="test"), "'test'; allowed are train, heldout"),
        (dict(crop="left"), "'left'; allowed are center, fit"),
    ],
)
def test_wrong_arguments_are_a_sentence(arguments, says):
    with pytest.raises(ValueError, match=says):
        data.open_dataset("faces", **{"resolution": 32, **arguments})


def test_describe():
    downloaded = ("mnist", "fashion-mnist", "kmnist", "cifar10", "cifar100")
    assert ("faces", *downloaded, "faces-happy", "faces-sad", "faces-hat", "faces-nohat") == data.NAMED
    assert data.PAIRED == ("faces-expression", "faces-sketch", "faces-glasses")
    for name in data.BUILT_IN:
        text = describe(name)
        assert text.endswith(".") and text.count(". ") == 0 and len(text) < 140
    with pytest.raises(ValueError, match="'imagenet'.*faces, mnist"):
        describe("imagenet")


def test_faces(monkeypatch):
    from ganapp.data.faces import drawing

    monkeypatch.setitem(FACES, "train", (300, 0))
    monkeypatch.setitem(FACES, "heldout", (40, 77))
    told = []
    train = data.open_dataset("faces", 28, progress=lambda *a: told.append(a))
    images, labels, attributes = drawing.draw_faces(300, 28)
    np.testing.assert_array_equal(train.images.all(), images)
    np.testing.assert_array_equal(train.labels, labels)
    assert train.labels.dtype == np.int64 and train.class_counts() == (75,) * 4
    assert train.name == "faces" and train.class_names == drawing.CLASS_NAMES and told[-1][:2] == (300, 300)
    assert set(train.attributes) == set(attributes)
    for name in attributes:
        np.testing.assert_array_equal(train.attributes[name], attributes[name])
    held_out = data.open_dataset("faces", 28, split="heldout")
    np.testing.assert_array_equal(held_out.images.all(), drawing.draw_faces(40, 28, seed=77)[0])
    grey = data.open_dataset("faces", 28, channels=1)
    by_pillow = np.stack([np.asarray(Image.fromarray(i.transpose(1, 2, 0)).convert("L")) for i in images])
    np.testing.assert_array_equal(grey.images.all()[:, 0], by_pillow)


def test_faces_splits_use_different_seeds():
    assert FACES["train"] == (20_000, 0)
    assert FACES["heldout"][0] == 2_000 and FACES["heldout"][1] != 0


def test_faces_are_kept_and_can_be_cancelled(monkeypatch, cache):

    monkeypatch.setitem(FACES, "train", (600, 0))
    asked = iter([False, True])
    with pytest.raises(Cancelled):
        data.open_dataset("faces", 28, cancelled=lambda: next(asked, True))
    assert list((cache / "datasets").iterdir()) == []
    with pytest.raises(ValueError, match="28 to 256"):
        data.open_dataset("faces", 27)
    first = data.open_dataset("faces", 28)
    monkeypatch.setattr(
        "ganapp.data.faces.drawing.draw_faces", None
    )  # would fail if anything were drawn again
    again = data.open_dataset("faces", 28, channels=3)
    assert again.fingerprint == first.fingerprint


@pytest.mark.parametrize("name", ["drawing", "art", "canvas", "colours", "shapes"])
def test_other_drawing_code_draws_the_faces_again(name, tmp_path, monkeypatch, cache):
    module, other = importlib.import_module(f"ganapp.data.faces.{name}"), tmp_path / "other.py"
    other.write_bytes(Path(module.__file__).read_bytes() + b"# another line\n")
    monkeypatch.setitem(FACES, "train", (8, 0))
    for count, file in ((1, module.__file__), (1, module.__file__), (2, other)):
        monkeypatch.setattr(module, "__file__", str(file))
        data.open_dataset("faces", 28)
        assert len(list((cache / "datasets").iterdir())) == count


def test_import_is_light():
    """The page imports ganapp.data at start: nothing heavy may come along."""
    code = "import sys, ganapp.data; print([m for m in ('torch', 'torchvision', 'PIL', 'gradio', 'av') if m in sys.modules])"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout) == []
