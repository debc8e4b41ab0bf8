"""The built-in pairs and parts of the faces: one factor changed and all else equal, no held-out face trained on."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from ganapp.data import Cancelled, open_dataset
from ganapp.data.faces import opening, pairs
from ganapp.data.faces.drawing import ATTRIBUTES, draw_face
from ganapp.data.faces.sketch import draw_sketch

COUNT = 40


@pytest.fixture(autouse=True)
def few(tmp_path, monkeypatch):
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(opening, "FACES", {"train": (COUNT, 0), "heldout": (12, 1_000_003)})


def named(dataset, factor):
    return [ATTRIBUTES[factor][value] for value in dataset.attributes[factor]]


def as_image(index, **change):
    return np.asarray(draw_face(index, 32, 0, change)).transpose(2, 0, 1)


def test_the_same_face_with_another_expression():
    there, back = (open_dataset("faces-expression", 32, task="pairs", direction=d) for d in ("a2b", "b2a"))
    assert there.count == COUNT and (there.in_channels, there.channels) == (3, 3) and there.labels is None
    for i in (0, 1, 7, 39):
        assert np.array_equal(there.inputs.all()[i], as_image(i, expression="sad"))
        assert np.array_equal(there.targets.all()[i], as_image(i, expression="smile"))
    assert np.array_equal(back.targets.all(), there.inputs.all())
    assert set(named(there, "expression")) == {"smile"} and set(named(back, "expression")) == {"sad"}
    faces = open_dataset("faces", 32)
    assert all(
        np.array_equal(there.attributes[f], faces.attributes[f]) for f in ATTRIBUTES if f != "expression"
    )
    moved = (
        (there.inputs.all() != there.targets.all()).any(1).mean(0)
    )  # (R, R): share of faces that differ there
    assert moved[:8].max() == 0 and moved[-3:].max() == 0  # neither the top nor the clothes
    assert moved[18:24, 12:20].max() > 0.9  # the mouth


def test_with_glasses_and_without():
    dataset = open_dataset("faces-glasses", 32, task="pairs")
    assert set(named(dataset, "glasses")) == {"none"}
    worn = named(open_dataset("faces-glasses", 32, task="pairs", direction="b2a"), "glasses")
    own = named(open_dataset("faces", 32), "glasses")
    assert set(worn) == {"round", "square"}  # eyes are seen through them
    assert all(w == o for w, o in zip(worn, own, strict=True) if o in pairs.FRAMES)
    for i in (2, 5, 33):
        assert np.array_equal(dataset.inputs.all()[i], as_image(i, glasses=worn[i]))
        assert np.array_equal(dataset.targets.all()[i], as_image(i, glasses="none"))


def test_a_line_drawing_and_its_face():
    dataset = open_dataset("faces-sketch", 32, task="pairs")
    assert (dataset.in_channels, dataset.channels) == (1, 3) and dataset.images.shape[1] == 4
    assert np.array_equal(dataset.targets.all(), open_dataset("faces", 32).images.all())
    for i in (0, 11):
        assert np.array_equal(dataset.inputs.all()[i, 0], draw_sketch(i, 32))
    three = open_dataset("faces-sketch", 32, task="pairs", in_channels=3)
    assert np.array_equal(three.inputs.all(), np.repeat(dataset.inputs.all(), 3, 1))
    grey = open_dataset("faces-sketch", 32, task="pairs", channels=1)
    assert grey.images.shape[1] == 2


@pytest.mark.parametrize("resolution", [28, 64, 129, 256])
def test_lines_are_where_colours_change(resolution):
    for index in (0, 5):
        lines = draw_sketch(index, resolution)
        assert lines.shape == (resolution, resolution) and lines.dtype == np.uint8
        face = np.asarray(draw_face(index, resolution)).astype(int)
        jump = np.abs(np.diff(face, axis=1)).max(2)
        strong = jump > 60  # between a pixel and its right neighbour
        ink = np.minimum(lines[:, 1:], lines[:, :-1])
        assert ink[strong].mean() < 120 and (ink[strong] < 200).mean() > 0.95
        around = np.lib.stride_tricks.sliding_window_view(
            np.pad(face, ((2, 2), (2, 2), (0, 0)), mode="edge"), (5, 5), (0, 1)
        )
        flat = (around.max((3, 4)) - around.min((3, 4))).max(2) == 0
        assert flat.any() and lines[flat].min() == 255
        assert 0.03 < (lines < 128).mean() < 0.35


@pytest.mark.parametrize("name", ["faces-expression", "faces-sketch", "faces-glasses"])
def test_no_held_out_face_is_trained_on(name):
    seen = {image.tobytes() for image in open_dataset("faces", 32).images.all()}
    train, heldout = (open_dataset(name, 32, split=split, task="pairs") for split in ("train", "heldout"))
    assert heldout.count == 12 and heldout.in_channels == train.in_channels
    for half in ("inputs", "targets"):
        there = {image.tobytes() for image in getattr(train, half).all()}
        assert not {image.tobytes() for image in getattr(heldout, half).all()} & (there | seen)
    assert train.fingerprint != heldout.fingerprint


def test_at_most_so_many_pairs_are_drawn(monkeypatch):
    monkeypatch.setattr(pairs, "MOST", 5)
    assert open_dataset("faces-expression", 28, task="pairs").count == 5


def test_progress_cancel_and_the_cache(tmp_path, monkeypatch):
    told = []
    with pytest.raises(Cancelled, match="of 40 faces"):
        open_dataset("faces-glasses", 28, task="pairs", cancelled=lambda: True)
    assert not list((tmp_path / "cache" / "datasets").iterdir())
    first = open_dataset("faces-glasses", 28, task="pairs", progress=lambda *a: told.append(a))
    assert told[0] == (0, COUNT, "Drawing faces") and told[-1] == (COUNT, COUNT, "Drawing faces")
    monkeypatch.setattr(pairs, "draw_face", None)  # a later start draws nothing
    assert open_dataset("faces-glasses", 28, task="pairs").fingerprint == first.fingerprint


def test_parts_of_the_faces_are_ordinary_sets():
    faces = open_dataset("faces", 32)
    parts = {name: open_dataset(name, 32) for name in opening.PARTS}
    assert {name: set(named(part, "expression")) for name, part in parts.items() if "hat" not in name} == {
        "faces-happy": {"smile"},
        "faces-sad": {"sad"},
    }
    assert parts["faces-happy"].count == parts["faces-sad"].count == COUNT // 4
    assert "none" not in named(parts["faces-hat"], "hat") and set(named(parts["faces-nohat"], "hat")) == {
        "none"
    }
    assert parts["faces-hat"].count + parts["faces-nohat"].count == COUNT
    for part in parts.values():
        assert part.labels is None and part.class_names == () and part.in_channels == 0
        assert list(part.attributes) == list(ATTRIBUTES) and len(part.attributes["hat"]) == part.count
    every = {image.tobytes() for image in faces.images.all()}
    hats = {image.tobytes() for image in parts["faces-hat"].images.all()}
    assert hats < every and not hats & {image.tobytes() for image in parts["faces-nohat"].images.all()}
    assert open_dataset("faces-happy", 32, split="heldout").count == 3
    assert len({part.fingerprint for part in [faces, *parts.values()]}) == 5


def test_the_map_of_the_faces_is_still_found(tmp_path):
    """The folder's name holds the identity, as version 0.3 wrote it: the code of five files and what is drawn."""
    open_dataset("faces", 32)
    folder = Path(opening.__file__).parent
    files = [folder / f"{name}.py" for name in ("drawing", "art", "canvas", "colours", "shapes")]
    code = hashlib.blake2b(b"\0".join(file.read_bytes() for file in files), digest_size=8).hexdigest()
    identity = {"source": "faces", "code": code, "count": COUNT, "seed": 0, "resolution": 32, "channels": 3}
    key = json.dumps(["ganapp-data/1", identity], sort_keys=True).encode()
    (made,) = (tmp_path / "cache" / "datasets").iterdir()
    assert made.name == f"faces-train-32-{hashlib.blake2b(key, digest_size=10).hexdigest()}"


def test_names_of_pairs_are_for_pairs():
    with pytest.raises(ValueError, match="faces-sketch holds pairs of pictures"):
        open_dataset("faces-sketch", 32)
    for options in ({"channels": 4}, {"in_channels": 4}):
        with pytest.raises(ValueError, match="faces-sketch has no transparency to keep"):
            open_dataset("faces-sketch", 32, task="pairs", **options)
    with pytest.raises(ValueError, match="28 to 256 pixels, not at 16"):
        open_dataset("faces-expression", 16, task="pairs")
