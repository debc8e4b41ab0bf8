"""Data sets of the Hub, streamed by the real datasets library from a server here: columns, splits, refusals, the cache."""

import functools
import io
import json
import os
import subprocess
import sys
import tarfile
import threading
import time

import numpy as np
import pytest
from conftest import ROOT
from dataset_server import serve
from PIL import Image

from ganapp.data import Cancelled, open_dataset, pinned
from ganapp.data.hub import stream
from ganapp.data.hub.name import HubName, parse
from ganapp.driving.data_names import stored_name

datasets = pytest.importorskip("datasets", reason="requirements-hub.txt is not installed")
COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]


@pytest.fixture(scope="module")
def server():
    with serve() as running:
        yield running


@pytest.fixture
def data_hub(server, tmp_path, monkeypatch):
    """The Hub that everything asks, empty; a cache of its own."""
    import datasets.load
    from huggingface_hub import constants, hf_hub_url

    server.repos.clear()
    server.requests.clear()
    server.gated, server.broken, server.slow = set(), 0, 0.0
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf"))
    monkeypatch.setattr(datasets.config, "HF_ENDPOINT", server.url)
    monkeypatch.setattr(
        datasets.load,
        "hf_dataset_url",
        functools.partial(hf_hub_url, repo_type="dataset", endpoint=server.url),
    )
    return server


def png(number: int, size: int = 8) -> bytes:
    """A picture of one colour, except for its first pixel, which makes its file one of a kind."""
    image = Image.new("RGB", (size, size), COLOURS[number % 3])
    image.putpixel((0, 0), (number // 256, number % 256, 7))
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


FEATURES = {
    "picture": datasets.Image(),
    "kind": datasets.ClassLabel(names=["red", "green", "blue", "none such"]),
}


def parquet(columns: dict, features: dict) -> bytes:
    """As datasets writes it, the features in the schema; but nothing that a path names is read."""
    import pyarrow
    import pyarrow.parquet

    file = io.BytesIO()
    schema = datasets.Features(features).arrow_schema
    pyarrow.parquet.write_table(pyarrow.Table.from_pydict(columns, schema=schema), file)
    return file.getvalue()


def rows(count: int, start: int = 0) -> dict:
    numbers = range(start, start + count)
    return {"picture": [{"bytes": png(i), "path": None} for i in numbers], "kind": [i % 3 for i in numbers]}


def simple(count: int = 12) -> dict[str, bytes]:
    return {"data/train-00000-of-00001.parquet": parquet(rows(count), FEATURES)}


def said(error) -> str:
    text = str(error.value)
    assert "\n" not in text and text.endswith("."), text
    return text


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hub:a/b", HubName("a/b")),
        ("hub:a/b@v1.0", HubName("a/b", "v1.0")),
        ("hub:a/b@refs/convert/parquet:test", HubName("a/b", "refs/convert/parquet", "", "test")),
        ("hub:a/b:plain/train", HubName("a/b", "", "plain", "train")),
        ("hub:a/b:train:img", HubName("a/b", "", "", "train", "img")),
        ("hub:a/b::img,my label", HubName("a/b", "", "", "", "img", "my label")),
        ("hub:a/b@main:c/s:img,-", HubName("a/b", "main", "c", "s", "img", "-")),
    ],
)
def test_names_are_read_and_written_back(text, name):
    assert parse(text) == name and str(name) == text


@pytest.mark.parametrize(
    "text", ["hub:", "hub:a", "hub:a/b/c", "hub:../b", "hub:a/b@../x", "hub:a/b:t:i,l:x", "hub:a /b"]
)
def test_what_is_no_name(text):
    with pytest.raises(ValueError, match="is no data set of the Hub: write hub:user/name") as error:
        open_dataset(text, 8)
    said(error)


# -- what is read -----------------------------------------------------------------------------------------------------


def test_pictures_classes_and_commit(data_hub):
    data_hub.repos["u/colours"] = simple() | {
        "data/test-00000-of-00001.parquet": parquet(rows(3, 50), FEATURES)
    }
    dataset = open_dataset("hub:u/colours", 8)
    assert (dataset.name, dataset.count, dataset.channels, dataset.report) == ("u/colours", 12, 3, ())
    assert dataset.class_names == ("red", "green", "blue")  # those that have pictures
    assert dataset.labels.tolist() == [0, 1, 2] * 4
    for image, label in zip(dataset.images.all(), dataset.labels):
        assert tuple(image[:, 5, 3]) == COLOURS[label]
    assert [int(image[1, 0, 0]) for image in dataset.images.all()] == list(
        range(12)
    )  # in the order of the rows
    assert open_dataset("hub:u/colours:test", 8).count == 3
    assert "data/test-00000-of-00001.parquet" in data_hub.fetched()


def test_one_in_ten_is_held_out_by_content(data_hub):
    data_hub.repos["u/many"] = simple(150)
    train, held_out = (open_dataset("hub:u/many", 8, split=split) for split in ("train", "heldout"))
    assert train.count + held_out.count == 150 and 3 <= held_out.count <= 30
    numbers = [{int(i[1, 0, 0]) for i in part.images.all()} for part in (train, held_out)]
    assert not numbers[0] & numbers[1]


def test_a_later_start_needs_no_network(data_hub, monkeypatch):
    data_hub.repos["u/colours"] = simple()
    source = pinned("hub:u/colours")
    assert source == f"hub:u/colours@{data_hub.commit('u/colours')}" == stored_name("hub:u/colours")
    first = open_dataset(source, 8)
    data_hub.requests.clear()
    monkeypatch.setattr("ganapp.data.hub.opening.library", lambda: pytest.fail("asked for the library"))
    assert open_dataset(source, 8).fingerprint == first.fingerprint
    assert data_hub.requests == []


def test_what_main_was_is_remembered(data_hub):
    data_hub.repos["u/colours"] = simple()
    first = open_dataset("hub:u/colours", 8)
    data_hub.broken = 503
    assert open_dataset("hub:u/colours", 8).fingerprint == first.fingerprint
    with pytest.raises(ValueError, match="u/other: the Hub answered 503.") as error:
        open_dataset("hub:u/other", 8)
    said(error)
    data_hub.broken = 0
    old = data_hub.commit("u/colours")
    data_hub.repos["u/colours"] = simple(9)
    assert open_dataset("hub:u/colours", 8).count == 9  # main has moved
    assert (
        open_dataset(f"hub:u/colours@{old}", 8).count == 12
    )  # the old commit is prepared, and read from the cache


def test_a_folder_of_pictures(data_hub):
    data_hub.repos["u/folder"] = {f"train/{'ab'[i % 2]}/{i}.png": png(i) for i in range(6)}
    dataset = open_dataset("hub:u/folder", 8)
    assert dataset.class_names == ("a", "b") and sorted(dataset.labels.tolist()) == [0, 0, 0, 1, 1, 1]
    assert {(int(i[1, 0, 0]) % 2, int(y)) for i, y in zip(dataset.images.all(), dataset.labels)} == {
        (0, 0),
        (1, 1),
    }


def test_tar_archives_of_pictures_and_classes(data_hub):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for i in range(6):
            for ending, content in (("png", png(i)), ("cls", str(i % 3).encode())):
                info = tarfile.TarInfo(f"{i:04}.{ending}")
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    data_hub.repos["u/tar"] = {"train-000.tar": file.getvalue()}
    dataset = open_dataset("hub:u/tar::png,cls", 8)
    assert dataset.class_names == ("0", "1", "2") and dataset.labels.tolist() == [0, 1, 2] * 2
    assert [tuple(image[:, 5, 3]) for image in dataset.images.all()] == COLOURS * 2


def test_transparency_of_the_hub_is_kept_where_it_is_asked_for(data_hub):
    cells = []
    for i in range(6):
        pixels = np.zeros((8, 8, 4), np.uint8)
        pixels[:, :4] = (200, 40 + i, 10, 255)  # the right half is transparent
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "PNG")
        cells.append({"bytes": file.getvalue(), "path": None})
    features = {"image": datasets.Image()}
    data_hub.repos["u/stickers"] = {"train.parquet": parquet({"image": cells}, features)}
    kept, flat = (open_dataset("hub:u/stickers", 8, channels=channels) for channels in (4, None))
    assert (kept.channels, kept.transparent, flat.channels, flat.transparent) == (4, 6, 3, 6)
    assert kept.images.take(np.array([2]))[0, :, 5, [1, 6]].tolist() == [[200, 42, 10, 255], [0, 0, 0, 0]]
    assert flat.images.take(np.array([2]))[0, :, 5, [1, 6]].tolist() == [[200, 42, 10], [255, 255, 255]]


def test_films_of_the_hub_are_one_sentence(data_hub):
    """As files, in archives and in a column."""
    film, archive = b"\0\0\0\x18ftypmp42" + bytes(64), io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        info = tarfile.TarInfo("0001.mp4")
        info.size = len(film)
        tar.addfile(info, io.BytesIO(film))
    data_hub.repos["u/files"] = {f"train/{i}.mp4": film for i in range(3)}
    data_hub.repos["u/tar"] = {"train-000.tar": archive.getvalue()}
    for text in ("hub:u/files", "hub:u/tar"):
        with pytest.raises(
            ValueError, match="holds films, .*: download them and choose their folder"
        ) as error:
            open_dataset(text, 8)
        said(error)
    features = datasets.Features({"clip": datasets.Video(), "image": datasets.Image()})
    assert stream.find_columns(parse("hub:u/both"), features) == ("image", None)
    with pytest.raises(ValueError, match="u/both holds films"):
        stream.find_columns(parse("hub:u/both::clip"), features)


def test_bad_pictures_and_missing_labels_are_reported(data_hub):
    columns = rows(8)
    columns["picture"][1] = {"bytes": b"no picture", "path": None}
    columns["picture"][2] = {"bytes": None, "path": "/etc/hostname"}
    columns["picture"][3] = {"bytes": None, "path": "http://127.0.0.1:1/x.png"}
    columns["picture"][4] = None
    columns["kind"][5] = -1
    columns["kind"][6] = None
    data_hub.repos["u/bad"] = {"train.parquet": parquet(columns, FEATURES)}
    dataset = open_dataset("hub:u/bad", 8)
    assert dataset.labels.tolist() == [0, 1]
    assert [reason.split(",")[0] for _, reason in dataset.report] == [
        "not a picture", "not a file of this repository", "not a file of this repository", "no picture", "no label", "no label",
    ]  # fmt: skip
    assert [name for name, _ in dataset.report][:2] == ["row 1", "/etc/hostname"]
    assert open_dataset("hub:u/bad::picture,-", 8).count == 4


def test_labels_that_are_numbers_or_names(data_hub):
    columns = {
        "img": rows(4)["picture"],
        "n": [3, 0, 0, 2],
        "s": ["dog", "cat", "dog", "dog"],
        "f": [0.5] * 4,
    }
    features = {
        "img": datasets.Image(),
        "n": datasets.Value("int64"),
        "s": datasets.Value("string"),
        "f": datasets.Value("float32"),
    }
    data_hub.repos["u/other"] = {"train.parquet": parquet(columns, features)}
    assert open_dataset("hub:u/other", 8).labels is None
    numbers, names = open_dataset("hub:u/other::img,n", 8), open_dataset("hub:u/other::img,s", 8)
    assert (numbers.class_names, numbers.labels.tolist()) == (("0", "2", "3"), [2, 0, 0, 1])
    assert (names.class_names, names.labels.tolist()) == (("cat", "dog"), [1, 0, 1, 1])
    with pytest.raises(
        ValueError, match=r"'f' of u/other has no classes; its columns are img \(Image\), n \(int64\)"
    ):
        open_dataset("hub:u/other::img,f", 8)


def test_a_run_keeps_the_commit_and_a_short_name(data_hub, tmp_path):
    from ganapp.config import preset_config
    from ganapp.runs import create_run
    from ganapp.ui.train.dataset_view import look_at_data
    from ganapp.ui.train.recipe import check_data

    data_hub.repos["u/colours"] = simple()
    config = check_data(preset_config("mlp-28").replace(dataset="hub:u/colours:train"))
    assert config.dataset == f"hub:u/colours@{data_hub.commit('u/colours')}:train"
    run = create_run(tmp_path / "runs", config)
    assert run.name == "00001-colours-train-mlp-28" and run.config().dataset == config.dataset
    facts = look_at_data(config, lambda *_: None, lambda: False).facts
    assert "12" in facts and "blue" in facts


# -- what is asked and refused ----------------------------------------------------------------------------------------


def test_ambiguous_columns_are_asked_for():
    label = datasets.ClassLabel(names=["p", "q"])
    two = datasets.Features({"a": datasets.Image(), "b": datasets.Image(), "x": label, "y": label})

    def find(text: str, features=two):
        return stream.find_columns(parse(text), features)

    with pytest.raises(
        ValueError, match="pictures in a, b: name one of these columns, as in hub:u/two::a"
    ) as error:
        find("hub:u/two")
    said(error)
    with pytest.raises(
        ValueError, match="classes in x, y: name one of these columns, as in hub:u/two::b,x"
    ) as error:
        find("hub:u/two::b")
    said(error)
    assert find("hub:u/two::b,y") == ("b", "y") and find("hub:u/two::a,-") == ("a", None)
    with pytest.raises(
        ValueError, match=r"no column 'c'; its columns are a \(Image\), b \(Image\), x \(ClassLabel\)"
    ):
        find("hub:u/two::c")
    binary = datasets.Value("binary")
    assert find("hub:u/two", {"mask": binary, "a": datasets.Image()}) == ("a", None)
    assert find("hub:u/two", {"a": {"bytes": binary, "path": datasets.Value("string")}}) == ("a", None)
    with pytest.raises(ValueError, match="its columns are not known"):
        find("hub:u/two", None)


def test_splits_and_configurations_are_asked_for(data_hub):
    card = "---\nconfigs:\n- config_name: small\n  data_files: small/*.parquet\n- config_name: large\n  data_files: large/*.parquet\n---\n"
    files = {"small/0.parquet": parquet(rows(2), FEATURES), "large/0.parquet": parquet(rows(5), FEATURES)}
    data_hub.repos["u/sizes"] = {"README.md": card.encode(), **files}
    with pytest.raises(
        ValueError, match="configurations small, large: name one, as in hub:u/sizes:small/train"
    ) as error:
        open_dataset("hub:u/sizes", 8)
    said(error)
    assert open_dataset("hub:u/sizes:large/train", 8).count == 5
    assert open_dataset("hub:u/sizes:small/", 8).count == 2
    with pytest.raises(ValueError, match="no split 'test'; there are: train"):
        open_dataset("hub:u/sizes:small/test", 8)


def test_a_loading_script_is_never_run_nor_fetched(data_hub, tmp_path):
    proof = tmp_path / "ran"
    script = f"open({str(proof)!r}, 'w')".encode()
    data_hub.repos["u/evil"] = {"evil.py": script, "setup.py": script, **simple()}
    with pytest.raises(
        ValueError, match=r"script of its own \(evil.py\), which is never run: try .*refs/convert/parquet"
    ) as error:
        open_dataset("hub:u/evil", 8)
    said(error)
    data_hub.repos["u/evil2"] = {"other.py": script, "evil2/evil2.py": script, **simple()}
    assert open_dataset("hub:u/evil2", 8).count == 12  # code beside the data stays where it is
    assert not proof.exists() and not [f for f in data_hub.fetched() if f.endswith(".py")]


@pytest.mark.parametrize(
    "place",
    [
        "/etc/*.parquet",
        "../../other/x.parquet",
        "http://127.0.0.1:1/x.parquet",
        "zip://*::/tmp/x.zip",
        "~/x.parquet",
    ],
)
def test_a_card_that_points_elsewhere_is_refused(data_hub, place):
    card = f"---\nconfigs:\n- config_name: default\n  data_files:\n  - split: train\n    path: ['data/*', '{place}']\n---\n"
    data_hub.repos["u/card"] = {"README.md": card.encode(), **simple()}
    with pytest.raises(ValueError, match=r"u/card is refused: its README.md names .* outside of it") as error:
        open_dataset("hub:u/card", 8)
    said(error)


def test_other_formats_are_refused(data_hub):
    data_hub.repos["u/text"] = {"train.csv": b"a,b\n1,2\n"}
    with pytest.raises(
        ValueError, match="u/text is stored as csv; pictures are read from parquet, arrow"
    ) as error:
        open_dataset("hub:u/text", 8)
    said(error)
    data_hub.repos["u/pickle"] = {"train.pkl": b"cos\nsystem\n(S'touch /tmp/x'\ntR."}
    with pytest.raises(ValueError, match="u/pickle cannot be read from the Hub") as error:
        open_dataset("hub:u/pickle", 8)
    said(error)


def test_no_pictures_and_damaged_files(data_hub):
    data_hub.repos["u/words"] = {"train.parquet": parquet({"t": ["x"]}, {"t": datasets.Value("string")})}
    with pytest.raises(ValueError, match=r"u/words has no column of pictures; its columns are t \(string\)"):
        open_dataset("hub:u/words", 8)
    data_hub.repos["u/cut"] = {"train.parquet": simple()["data/train-00000-of-00001.parquet"][:-50]}
    with pytest.raises(ValueError, match="u/cut cannot be read from the Hub") as error:
        open_dataset("hub:u/cut", 8)
    said(error)


def test_sizes_are_capped_before_anything_is_fetched(data_hub, monkeypatch):
    data_hub.repos["u/colours"] = simple()
    monkeypatch.setenv("GANAPP_HUB_GB", "1e-6")
    with pytest.raises(
        ValueError, match="at most 1e-06 GB are fetched: choose a smaller one, or set GANAPP_HUB_GB"
    ) as error:
        open_dataset("hub:u/colours", 8)
    said(error)
    assert data_hub.fetched() == []
    monkeypatch.setenv("GANAPP_HUB_GB", "much")
    with pytest.raises(ValueError, match="GANAPP_HUB_GB is 'much'"):
        open_dataset("hub:u/colours", 8)


def test_repositories_that_cannot_be_had(data_hub):
    data_hub.repos["u/gated"] = simple()
    data_hub.gated.add("u/gated")
    for source, says in (
        ("hub:u/gated", "gated; accept its terms"),
        ("hub:u/absent", "no such data set on the Hub, or it is private"),
    ):
        with pytest.raises(ValueError, match=says) as error:
            stored_name(source)
        said(error)
    data_hub.gated.clear()
    with pytest.raises(ValueError, match="u/gated: there is no revision 'v9'"):
        pinned("hub:u/gated@v9")


def test_without_the_library_there_is_a_sentence(data_hub, monkeypatch):
    monkeypatch.setattr(datasets, "__version__", "3.6.0")
    with pytest.raises(
        ValueError, match="datasets 3.6.0 would run code of a repository; 4 or newer"
    ) as error:
        stream.library()
    said(error)
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(
        ValueError, match="need the datasets library: python -m pip install -r requirements-hub.txt"
    ) as error:
        pinned("hub:u/colours")
    said(error)


@pytest.mark.slow
def test_a_run_trains_on_it_from_the_command_line(data_hub, tmp_path):
    """As a person does it: a process of its own, where nothing is patched and HF_ENDPOINT alone names the Hub."""
    data_hub.repos["u/colours"] = simple(150)
    environment = {**os.environ, "HF_ENDPOINT": data_hub.url, "HF_HOME": str(tmp_path / "home")}
    command = "train --preset mlp-28 --data hub:u/colours --kimg 0.5 --batch 16 --runs runs --device cpu"
    done = subprocess.run(
        [sys.executable, "-m", "ganapp", *command.split()],
        env={**environment, "PYTHONPATH": str(ROOT)}, cwd=tmp_path, capture_output=True, text=True, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (run,) = (tmp_path / "runs").iterdir()
    config = json.loads((run / "config.json").read_text())
    assert config["dataset"] == f"hub:u/colours@{data_hub.commit('u/colours')}" and config["num_classes"] == 4
    assert json.loads((run / "status.json").read_text())["state"] == "finished"


# -- progress and cancel ----------------------------------------------------------------------------------------------


def test_progress_and_the_same_file_as_own_pictures(data_hub, tmp_path):
    data_hub.repos["u/colours"] = simple(40)
    told = []
    streamed = open_dataset("hub:u/colours", 8, progress=lambda *a: told.append(a))
    assert told[0] == (0, None, "Looking at u/colours") and told[-1][2] == "Reading pictures"
    for i in range(40):
        (tmp_path / "own").mkdir(exist_ok=True)
        (tmp_path / "own" / f"{i:02}.png").write_bytes(png(i))
    own = open_dataset(tmp_path / "own", 8)
    assert np.array_equal(own.images.all(), streamed.images.all())


def test_cancel_leaves_nothing_and_does_not_wait(data_hub, tmp_path):
    data_hub.repos["u/colours"] = simple(60)
    data_hub.slow = 5.0
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    start = time.monotonic()
    with pytest.raises(Cancelled):
        open_dataset("hub:u/colours", 8, cancelled=stop.is_set)
    assert time.monotonic() - start < 3
    assert list((tmp_path / "cache" / "datasets").iterdir()) == []
    data_hub.slow = 0.0
    assert open_dataset("hub:u/colours", 8).count == 60
