"""Labels of own pictures: dataset.json, tables and folders as other programs write them, and the order of classes."""

import io
import json
import unicodedata
import zipfile

import numpy as np
import pytest
from PIL import Image

from ganapp.data import open_dataset, preparing
from ganapp.data.own.matching import match_names


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))


def png(seed: int) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.random.default_rng(seed).integers(0, 256, (8, 8, 3), dtype=np.uint8)).save(file, "PNG")
    return file.getvalue()


def open_zip_of(tmp_path, names, **files):
    """The data set of a ZIP of pictures with these names; further files by name, with "." written as "__"."""
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
        for i, name in enumerate(names):
            file.writestr(name, png(i))
        for name, content in files.items():
            file.writestr(name.replace("__", ".").replace("_SLASH_", "/"), content)
    return open_dataset(tmp_path / "x.zip", 8)


def pairs(dataset) -> list[tuple[int, str]]:
    """[(seed of the picture, name of its class)]: that each picture has its own label."""
    by_pixels = {
        np.asarray(Image.open(io.BytesIO(png(i)))).transpose(2, 0, 1).tobytes(): i for i in range(100)
    }
    seeds = [by_pixels[image.tobytes()] for image in dataset.images.all()]
    return sorted(zip(seeds, (dataset.class_names[k] for k in dataset.labels), strict=True))


SIX = [f"{i}.png" for i in range(6)]


def as_json(labels) -> str:
    return json.dumps({"labels": labels})


# ---- dataset.json ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "classes"),
    [
        ([1, 2, 1, 2, 1, 2], ("1", "2")),  # from 1
        ([500, 3, 500, 3, 500, 3], ("3", "500")),  # with gaps
        ([10.0, 9.0, 10.0, 9.0, 10.0, 9.0], ("9", "10")),  # whole numbers with a point
        (["dog", "cat", "dog", "cat", "dog", "cat"], ("cat", "dog")),
        (["x10", "x9", 1, "x9", "x10", 1], ("1", "x9", "x10")),  # names and numbers together are names
    ],
)
def test_no_class_is_without_pictures(tmp_path, values, classes):
    labels = [list(pair) for pair in zip(SIX, values, strict=True)]
    dataset = open_zip_of(tmp_path, SIX, dataset__json=as_json(labels))
    assert dataset.class_names == classes and min(dataset.class_counts()) > 0
    assert pairs(dataset) == [(i, str(int(v) if isinstance(v, float) else v)) for i, v in enumerate(values)]


def test_a_class_of_unusable_pictures_is_no_class(tmp_path):
    labels = as_json([["0.png", 0], ["1.png", 1], ["bad.png", 2], ["3.png", 3]])
    dataset = open_zip_of(
        tmp_path, ["0.png", "1.png", "z.png", "3.png"], bad__png=b"no", dataset__json=labels
    )
    assert dataset.class_names == ("0", "1", "3") and dataset.class_counts() == (1, 1, 1)
    assert dict(dataset.report)["z.png"] == "no label in dataset.json"


def test_a_class_is_never_held_out_as_a_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(preparing, "hold_out", lambda hashes: np.arange(len(hashes)) % 2 == 0)
    dataset = open_zip_of(tmp_path, ["a/0.png", "b/1.png", "b/2.png", "c/3.png"])
    assert dataset.class_names == ("a", "b", "c") and min(dataset.class_counts()) == 1


@pytest.mark.parametrize(
    ("files", "written"),
    [
        ([unicodedata.normalize("NFD", f"é{i}.png") for i in range(4)], [f"é{i}.png" for i in range(4)]),
        ([f"é{i}.png" for i in range(4)], [unicodedata.normalize("NFD", f"é{i}.png") for i in range(4)]),
        (SIX[:4], ["./0.png", ".\\1.png", "2.png", "./3.png"]),
        (SIX[:4], ["0.jpg", "1.JPG", "2.webp", "3.png"]),
        (SIX[:4], ["0", "1", "2", "3"]),
        ([f"images/{i}.png" for i in range(4)], SIX[:4]),
        ([f"{k}/{i}.png" for i, k in enumerate("abab")], SIX[:4]),
        (SIX[:4], [f"/home/x/{i}.png" for i in range(4)]),
        ([f"s/a/{i}.png" for i in range(4)], [f"C:\\data\\a\\{i}.jpg" for i in range(4)]),
    ],
)
@pytest.mark.parametrize("kind", ["json", "mapping", "csv"])
def test_names_in_other_forms_are_found(tmp_path, files, written, kind):
    rows = [[name, f"class{i % 2}"] for i, name in enumerate(written)]
    if kind == "csv":
        text = "file,label\n" + "".join(f"{name},{label}\n" for name, label in rows)
        dataset = open_zip_of(tmp_path, files, labels__csv=text)
    else:
        dataset = open_zip_of(
            tmp_path, files, dataset__json=as_json(dict(rows) if kind == "mapping" else rows)
        )
    assert dataset.class_names == ("class0", "class1") and dataset.report == ()
    assert pairs(dataset) == [(i, f"class{i % 2}") for i in range(4)]


def test_names_that_could_mean_several_files_are_not_guessed():
    assert match_names(["a/0.png", "b/0.png", "a/1.png"], {"0.png": "x", "1.png": "y"}) == [None, None, "y"]
    assert match_names(["0.png"], {"a/0.png": "x", "b/0.png": "y"}) == [None]
    assert match_names(["0.png", "0.jpg"], {"0.webp": "x"}) == [None, None]
    assert match_names(["0.png"], {"0.webp": "x", "0.gif": "y"}) == [None]
    # where paths are found as they are, another folder is another file
    assert match_names(["a/0.png", "a/1.png"], {"a/0.png": "x", "b/1.png": "y"}) == ["x", None]
    # the exact name comes first, and takes its label from the looser ones
    assert match_names(["a.png", "A.png"], {"a.png": "x", "A.png": "y"}) == ["x", "y"]
    assert match_names(["A.png", "a.png"], {"a.png": "x"}) == [None, "x"]
    assert match_names(["a.png", "a.png"], {"a.png": "x"}) == ["x", "x"]  # twice in a ZIP


# ---- tables ------------------------------------------------------------------------------------------------------


def table(header: str, delimiter: str = ",", end: str = "\n") -> str:
    lines = [header] if header else []
    return end.join(lines + [f"{i}.png{delimiter}{'cat' if i % 2 else 'dog'}" for i in range(6)])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("labels__csv", table("file,label")),
        ("labels__csv", table("file_name,class")),
        ("labels__csv", table("Filename,Category")),
        ("labels__csv", table("path;target", ";", "\r\n")),
        ("labels__csv", table("")),
        ("labels__csv", ("\ufeff" + table("image,label")).encode()),
        ("labels__csv", table("image,label").encode("utf-16")),
        ("labels__tsv", table("file\tlabel", "\t")),
        ("metadata__csv", table("file_name,label")),
        ("train_labels__csv", table("id,label").replace("id,", "image,")),
        (
            "metadata__jsonl",
            "\n".join(
                json.dumps({"file_name": f"{i}.png", "label": "cat" if i % 2 else "dog"}) for i in range(6)
            ),
        ),
    ],
)
def test_tables_of_labels_are_read(tmp_path, name, content):
    dataset = open_zip_of(tmp_path, [f"images/{i}.png" for i in range(6)], **{name: content})
    assert dataset.class_names == ("cat", "dog") and dataset.report == ()
    assert pairs(dataset) == [(i, "cat" if i % 2 else "dog") for i in range(6)]
    assert dataset.notes == (f"The classes are those of {name.replace('__', '.')}.",)


def test_numbers_in_a_table_and_a_table_for_each_split(tmp_path):
    text = "file_name,label\n" + "".join(f"{i}.png,{[10.0, 9.0][i % 2]}\n" for i in range(3))
    names = [f"{split}/{i}.png" for split in ("test", "train") for i in range(3)]
    files = {"test_SLASH_metadata__csv": text, "train_SLASH_metadata__csv": text}
    dataset = open_zip_of(tmp_path, names, **files)
    assert dataset.class_names == ("9", "10") and dataset.labels.tolist() == [1, 0, 1, 1, 0, 1]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "file_name,text\n0.png,a cat\n",
            r"no column of files and one of labels \(its columns are file_name, text\)",
        ),
        ("file,label\na/0.png,cat\n", "labels 1 of the 6 pictures, fewer than half"),
        ("file,label\n" + "".join(f"{i}.png,{i / 7}\n" for i in range(6)), "6 labels for 6 pictures"),
        ("", "it is empty"),
    ],
)
def test_a_table_that_is_not_used_is_named_and_folders_count(tmp_path, text, why):
    names = [f"{'ab'[i % 2]}/{i}.png" for i in range(6)]
    dataset = open_zip_of(tmp_path, names, labels__csv=text)
    assert dataset.class_names == ("a", "b") and dataset.count == 6
    (note,) = dataset.notes
    with pytest.raises(ValueError, match=f"The labels of labels.csv are not used: .*{why}"):
        raise ValueError(note)


def test_pictures_that_a_table_leaves_out_are_reported(tmp_path):
    text = table("file,label").replace("5.png,cat", "")
    dataset = open_zip_of(tmp_path, SIX, labels__csv=text)
    assert dataset.count == 5 and dataset.report == (("5.png", "no label in labels.csv"),)


# ---- folders -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrapper", ["", "My Set/"])
def test_a_picture_beside_class_folders_keeps_the_classes(tmp_path, wrapper):
    names = [f"{wrapper}{'ab'[i % 2]}/{i}.png" for i in range(6)]
    dataset = open_zip_of(tmp_path, [*names, "preview.png"])
    assert dataset.class_names == ("a", "b") and dataset.class_counts() == (3, 3) and dataset.notes == ()
    assert dataset.report == (("preview.png", "outside of the class folders (a, b)"),)
    assert pairs(dataset) == [(i, "ab"[i % 2]) for i in range(6)]


def test_many_pictures_beside_folders_are_used_and_said(tmp_path):
    names = ["old/0.png", "more/1.png", *(f"{i}.png" for i in range(2, 8))]
    dataset = open_zip_of(tmp_path, names)
    assert dataset.count == 8 and dataset.labels is None and dataset.report == ()
    assert dataset.notes == (
        "There are no classes: 6 of the 8 pictures lie beside the folders more, old. "
        "Move them into folders if these are classes.",
    )
    several = [f"{'ab'[i % 2]}/{i}.png" for i in range(40)] + ["y.png", "z.png"]
    assert open_zip_of(tmp_path, several).class_names == ("a", "b")  # two of 42 are a few


def test_classes_are_in_natural_order(tmp_path):
    names = [f"{k}/{k}.png" for k in range(12)]
    dataset = open_zip_of(tmp_path, names)
    assert dataset.class_names == tuple(map(str, range(12)))
    order = [int(dataset.class_names[label]) for label in dataset.labels]
    assert sorted(order) == list(range(12))
    names = ["v1.10/0.png", "v1.9/1.png", "V2/2.png", "b/3.png", "007/4.png", "7/5.png"]
    dataset = open_zip_of(tmp_path, names)
    assert dataset.class_names == ("007", "7", "V2", "b", "v1.9", "v1.10")
    assert pairs(dataset) == [(0, "v1.10"), (1, "v1.9"), (2, "V2"), (3, "b"), (4, "007"), (5, "7")]


def test_one_class_in_two_unicode_forms(tmp_path):
    names = [unicodedata.normalize(f, "Café/") + f"{i}.png" for i, f in enumerate(("NFC", "NFD"))]
    dataset = open_zip_of(tmp_path, [*names, "Tee/2.png"])
    assert dataset.class_names == ("Café", "Tee") and dataset.class_counts() == (2, 1)
