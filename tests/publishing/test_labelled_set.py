"""publishing/labelled_set.py: a data set read back by our own reader; its names and limits; whole or absent."""

import io
import sys
import tracemalloc
import unicodedata
import zipfile

import numpy as np
import pytest
import torch

from ganapp import latents
from ganapp.config import ModelSpec
from ganapp.data import open_dataset
from ganapp.media import read_png_metadata
from ganapp.networks import build_generator
from ganapp.publishing import labelled_set

NAMES = ("zebra", "ant", "猫")  # not in the order in which readers sort folders


def make(classes=3, names=NAMES, channels=3):
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(5)
        G = build_generator(ModelSpec("dcgan", 28, channels, classes, 8, {"width": 4})).eval()
        for parameter in G.parameters():
            parameter.normal_(0, 0.3)
    G.class_names = names
    return G


@pytest.fixture(scope="module")
def G():
    return make()


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("target", ["set.zip", "set"])
def test_our_own_reader_gets_the_classes_and_the_exact_pixels_back(G, tmp_path, target):
    """15 a class in three classes: a class ends inside a chunk of 16."""
    assert labelled_set.write(tmp_path / target, G, 15, 7, 0.6, "mine") == 45
    data = open_dataset(tmp_path / target, 28)
    assert (
        data.class_names == ("ant", "zebra", "猫") and data.class_counts() == (15, 15, 15) and not data.report
    )
    classes = [i // 15 for i in range(45)]
    expected = latents.generate(G, list(range(7, 52)), classes, 0.6).transpose(0, 3, 1, 2)
    for k, name in enumerate(NAMES):
        found = data.images.take(np.flatnonzero(data.labels == data.class_names.index(name)))
        assert np.array_equal(found, expected[15 * k : 15 * k + 15])


def test_image_folder_of_torchvision_reads_the_same(G, tmp_path):
    datasets = pytest.importorskip("torchvision.datasets")
    labelled_set.write(tmp_path / "set", G, 2)
    found = datasets.ImageFolder(tmp_path / "set")
    assert found.classes == sorted(NAMES) and found.targets == [0, 0, 1, 1, 2, 2]


def test_every_seed_is_used_once_and_every_picture_says_how_it_was_made(G, tmp_path):
    labelled_set.write(tmp_path / "set.zip", G, 4, 100, 0.7, "mine")
    settings = {
        name: read_png_metadata(io.BytesIO(data)) for name, data in contents(tmp_path / "set.zip").items()
    }
    assert list(settings) == [f"{NAMES[i // 4]}/seed{100 + i:06d}.png" for i in range(12)]
    assert sorted(s["seed"] for s in settings.values()) == list(range(100, 112))
    found = settings["猫/seed000110.png"]
    assert {k: found[k] for k in ("label", "class_name", "psi", "model")} == {
        "label": 2, "class_name": "猫", "psi": 0.7, "model": "mine",
    }  # fmt: skip


def test_the_same_request_makes_the_same_bytes(G, tmp_path):
    for name in ("a.zip", "b.zip"):
        labelled_set.write(tmp_path / name, G, 6, 3)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    labelled_set.write(tmp_path / "folder", G, 6, 3)
    assert contents(tmp_path / "a.zip") == {
        p.relative_to(tmp_path / "folder").as_posix(): p.read_bytes()
        for p in (tmp_path / "folder").rglob("*.png")
    }


def test_classes_without_names_are_numbers_that_sort_as_numbers(tmp_path):
    labelled_set.write(tmp_path / "set.zip", make(11, ()), 2)
    data = open_dataset(tmp_path / "set.zip", 28)
    assert data.class_names == tuple(f"{k:02d}" for k in range(11)) and data.labels.tolist() == [
        k // 2 for k in range(22)
    ]


@pytest.mark.parametrize(
    ("names", "folders"),
    [
        (("a/b", "..", "", "c\\d"), ["a-b", "class-1", "class-2", "c-d"]),
        (("a/b", "a-b", "a:b"), ["a-b", "a-b-1", "a-b-2"]),
        (("Cat", "cat", "cat-1"), ["Cat", "cat-1", "cat-1-2"]),  # equal where capitals do not count
        ((unicodedata.normalize("NFD", "é"), "é"), [unicodedata.normalize("NFD", "é"), "é-1"]),
        (
            ("con", "NUL.txt", ".hidden", "end. ", "__MACOSX"),
            ["class-con", "class-NUL.txt", "hidden", "end", "class-__MACOSX"],
        ),  # fmt: skip
        (("\ud800", "x" * 300, "x" * 299), ["-", "x" * 60, "x" * 60 + "-2"]),
        (("train", "test"), ["class-train", "class-test"]),  # our reader would take them for splits
        (("train", "boat"), ["train", "boat"]),
        (("00001", "00002"), ["class-00001", "class-00002"]),  # and these for shards
        ((), [f"{k:03d}" for k in range(101)]),
    ],
)
def test_names_become_safe_folders_that_differ(names, folders):
    assert labelled_set.folder_names(names, len(names) or 101) == folders


@pytest.mark.parametrize(
    ("classes", "names", "changes", "sentence"),
    [
        (0, (), {}, "This model has no classes: a labelled data set needs a model with two or more."),
        (1, ("one",), {}, "This model has one class"),
        (3, NAMES, {"per_class": 0}, "The number of pictures a class is 0"),
        (3, NAMES, {"per_class": 400, "most": 1000}, "3 classes with 400 pictures each are 1,200: here at most 1,000 of this model are made at a time, which is 333 a class."),
        (3, NAMES, {"first": -1}, "The first seed is -1"),
        (3, NAMES, {"first": 2**32 - 5}, "6 seeds from there must lie from 0 to 4294967295"),
        (3, NAMES, {"psi": 0}, "psi is 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_made_is_one_sentence_and_nothing_is_written(
    tmp_path, classes, names, changes, sentence
):
    def draw(*request):
        pytest.fail("it was drawn")

    with pytest.raises(ValueError) as caught:
        labelled_set.write(
            tmp_path / "set.zip", make(classes, names), **({"per_class": 2, "draw": draw} | changes)
        )
    assert sentence in str(caught.value) and list(tmp_path.iterdir()) == []
    assert labelled_set.check(3, 2, 2**32 - 6) == 6


@pytest.mark.parametrize("target", ["set.zip", "set"])
def test_a_data_set_is_whole_or_not_there(G, tmp_path, target):
    calls = []

    def draw(*request):
        calls.append(request)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        return latents.generate(*request)

    with pytest.raises(OSError, match="No space"):
        labelled_set.write(tmp_path / target, G, 10, draw=draw)
    assert len(calls) == 2 and list(tmp_path.iterdir()) == []


def test_a_folder_with_something_in_it_is_left_alone(G, tmp_path):
    (tmp_path / "empty").mkdir()
    labelled_set.write(tmp_path / "empty", G, 1)
    with pytest.raises(ValueError, match="has something in it"):
        labelled_set.write(tmp_path / "empty", G, 1, 50)
    assert len(list((tmp_path / "empty").rglob("*.png"))) == 3 and len(list(tmp_path.iterdir())) == 1


def test_it_says_how_far_it_is(G, tmp_path):
    told = []
    labelled_set.write(tmp_path / "set.zip", G, 11, progress=lambda *a: told.append(a))
    assert told == [(0, 33), (16, 33), (32, 33)]


@pytest.mark.skipif(sys.gettrace() is not None, reason="counts allocations")
def test_memory_does_not_grow_with_the_number_of_pictures(G, tmp_path):
    def peak(per_class):
        tracemalloc.start()
        flat = np.zeros((16, 28, 28, 3), np.uint8)
        labelled_set.write(
            tmp_path / f"{per_class}.zip", G, per_class, draw=lambda G, seeds, y, psi: flat[: len(seeds)]
        )
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    # 4,000 pictures more are 9 MB of pixels; the archive's list of names is about 700 bytes an entry.
    assert peak(1400) - peak(67) < 4e6
