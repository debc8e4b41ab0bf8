"""The commands that fit a picture: their folders and their sentences for mistakes."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from ganapp.cli.main import main
from ganapp.config import ModelSpec
from ganapp.generators import load_generator, save_generator
from ganapp.networks import build_generator


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a tiny generator, tiny, and a picture, cat.png, 60×40 with a bright right third."""
    monkeypatch.chdir(tmp_path)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        save_generator(build_generator(ModelSpec("mlp", 28, 1, 0, 5, {"hidden": [16]})), "tiny")
    pixels = np.full((40, 60), 60, np.uint8)
    pixels[:, 40:] = 220
    Image.fromarray(pixels).save("cat.png")
    return tmp_path


def sentence(capsys, *arguments):
    capsys.readouterr()
    assert main([str(a) for a in arguments]) == 2
    return capsys.readouterr().err


def test_invert_writes_a_generator_and_its_latent(here, capsys):
    assert main(["invert", "tiny", "cat.png", "--steps", "20", "--crop", "0.5,0,1,1", "--out", "mine"]) == 0
    assert "Wrote mine: " in capsys.readouterr().out
    assert load_generator("mine").origin["parent"] == "tiny"
    kept = np.asarray(Image.open("mine/picture.png"))
    assert kept.shape == (28, 28) and kept[14, 2] == 60 and kept[14, 25] == 220
    assert (here / "mine" / "latent.npz").is_file() and (here / "mine" / "fit.png").is_file()


def test_a_film_goes_from_one_fitted_picture_to_another(here, capsys):
    fast = ["--steps", "5"]
    for name, crop in (("mine", "0.5,0,1,1"), ("yours", "0,0,0.5,1")):
        assert main(["invert", "tiny", "cat.png", *fast, "--crop", crop, "--out", name]) == 0
    film = ["edit", "mine", "--from", "mine/fit.png", "--through", "yours", "mine", "--frames", "2"]
    assert main([*film, "--out", "way.webp"]) == 0
    assert "Wrote 5 frames" in capsys.readouterr().out
    config = json.loads((here / "yours" / "config.json").read_text())
    config["origin"]["parent"] = "huge"
    del config["origin"]["tuned"]["root"]  # as earlier versions wrote it
    (here / "yours" / "config.json").write_text(json.dumps(config))
    assert "One picture was fitted by tiny, another by huge" in sentence(capsys, *film, "--out", "x.webp")


def test_mistakes_of_invert(here, capsys):
    asked = ["invert", "tiny", "cat.png"]
    assert "crop is '1,2'; it must be left" in sentence(capsys, *asked, "--crop", "1,2", "--out", "a")
    assert "out is 'tiny', which is there already" in sentence(capsys, *asked, "--out", "tiny")
    assert "has no w+ space; it has z." in sentence(capsys, *asked, "--space", "w+", "--out", "a")
    assert "steps is 0" in sentence(capsys, *asked, "--steps", "0", "--out", "a")
    assert "The picture cannot be used" in sentence(
        capsys, "invert", "tiny", "tiny/config.json", "--out", "a"
    )
    assert "gone.png" in sentence(capsys, "invert", "tiny", "gone.png", "--out", "a")
    assert not (here / "a").exists()


def test_repair_writes_answers_and_how_they_differ(here, capsys):
    mask = np.zeros((28, 28), np.uint8)
    mask[8:14, 3:20] = 255
    Image.fromarray(mask).save("mask.png")
    fast = ["--steps", "10", "--no-tuning", "--answers", "2"]
    assert main(["repair", "tiny", "cat.png", "--mask", "mask.png", *fast, "--out", "filled"]) == 0
    out = capsys.readouterr().out
    assert "Wrote 2 answers to filled" in out and "The model does not know pictures like this one" in out
    damaged, first = (np.asarray(Image.open(f"filled/{name}.png")) for name in ("damaged", "answer-1"))
    assert (
        np.array_equal(damaged[mask == 0], first[mask == 0])
        and np.asarray(Image.open("filled/spread.png")).any()
    )
    assert sorted(p.name for p in (here / "filled").iterdir()) == [
        "answer-1.png",
        "answer-2.png",
        "damaged.png",
        "spread.png",
    ]
    assert main(["repair", "tiny", "cat.png", "--upscale", "4", *fast, "--out", "large"]) == 0
    assert Image.open("large/damaged.png").size == (7, 7) and Image.open("large/answer-1.png").size == (
        28,
        28,
    )


def test_mistakes_of_repair(here, capsys):
    asked = ["repair", "tiny", "cat.png", "--out", "a"]
    assert "repair needs to know what to repair: --mask FILE, --upscale" in sentence(capsys, *asked)
    assert "small is 3; it must be one of 2, 4, 8." in sentence(capsys, *asked, "--upscale", "3")
    assert "either --damage or single repairs" in sentence(
        capsys, *asked, "--damage", "grey", "--deblur", "2"
    )
    assert "a mask must say where it is" in sentence(capsys, *asked, "--damage", "hole")
    Image.new("L", (20, 20), 255).save("small.png")
    assert "The mask is 20 × 20 pixels; it must be 28 × 28." in sentence(
        capsys, *asked, "--mask", "small.png"
    )
    assert "The mask is 60×40 pixels; it must be a square" in sentence(capsys, *asked, "--mask", "cat.png")
    assert "starts is 0" in sentence(capsys, *asked, "--denoise", "0.2", "--answers", "0")
    assert not (here / "a").exists()


def test_drag_writes_a_generator_whose_picture_can_be_edited_further(here, capsys):
    asked = ["drag", "tiny", "--seed", "3", "--point", "9,9:12,9", "--steps", "3"]
    assert main([*asked, "--out", "moved"]) == 0
    assert "Wrote moved: " in capsys.readouterr().out and load_generator("moved").origin["parent"] == "tiny"
    assert main(["edit", "moved", "--from", "moved/dragged.png", "--out", "again.png"]) == 0
    assert np.array_equal(np.asarray(Image.open("again.png")), np.asarray(Image.open("moved/dragged.png")))
    assert "point is '3,4'; it must be X,Y:X,Y" in sentence(capsys, *asked, "--point", "3,4", "--out", "a")
    assert "x and y go from 0 to 27" in sentence(capsys, *asked, "--point", "3,4:90,4", "--out", "a")
