"""The command translate: which files it takes, and what it refuses before it draws anything."""

import os
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from ganapp.cli.main import main
from ganapp.config import ModelSpec
from ganapp.generators import save_generator
from ganapp.media import read_png_metadata
from ganapp.networks import build_generator
from ganapp.publishing import translated as publishing


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder with a tiny translator, tiny, and pictures in mine/ among files that are none."""
    monkeypatch.chdir(tmp_path)
    spec = ModelSpec("unet", 32, 3, 0, 0, {"width": 4, "depth": 2}, takes="picture", in_channels=3)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        save_generator(build_generator(spec), "tiny", origin={"task": "pairs"})
    pixels = np.random.default_rng(0).integers(0, 255, (32, 32, 3)).astype(np.uint8)
    for place in ("mine/a.png", "mine/b/a.png", "mine/.hidden.png", "mine/@eaDir/a.png", "mine/.git/c.png"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(place)
    (tmp_path / "mine" / "film.mp4").write_bytes(b"film")
    (tmp_path / "mine" / "raw.heic").write_bytes(b"raw")
    (tmp_path / "mine" / "loop").symlink_to(tmp_path / "mine")
    with zipfile.ZipFile("mine.zip", "w") as file:
        for path in ("a.png", "b/a.png", "@eaDir/a.png"):
            file.write(tmp_path / "mine" / path, f"__MACOSX/{path}")
            file.write(tmp_path / "mine" / path, path)
    return tmp_path


@pytest.mark.parametrize("place", ["mine", "mine.zip"])
def test_hidden_files_and_those_of_systems_are_left_out(here, place, capsys):
    assert main(["translate", "tiny", place, "--out", "out"]) == 0
    assert sorted(os.listdir("out")) == ["a-2.png", "a.png"]
    told = capsys.readouterr()
    assert told.out == "Wrote 2 pictures to out.\n"
    if place == "mine":
        assert "film.mp4 of mine is left out: a film" in told.err and "raw.heic of mine" in told.err


def test_several_answers_to_each_picture(here, capsys):
    args = {"width": 4, "depth": 2, "residual": False}
    torch.manual_seed(3)
    G = build_generator(ModelSpec("unet", 32, 3, 0, 4, args, takes="picture", in_channels=3))
    for p in G.parameters():
        p.data += 0.1 * torch.randn(p.shape)
    save_generator(G, "noisy", origin={"task": "pairs"})
    assert main(["translate", "noisy", "mine/a.png", "--answers", "3", "--seed", "5", "--out", "out"]) == 0
    assert capsys.readouterr().out == "Wrote 3 pictures to out.\n"
    made = [here / "out" / name for name in ("a.png", "a-2.png", "a-3.png")]
    assert [read_png_metadata(path)["noise"] for path in made] == [5, 6, 7]
    assert len({Image.open(path).tobytes() for path in made}) == 3
    for model, answers, sentence in (
        ("tiny", "2", "tiny takes no noise: it has one answer to a picture."),
        ("noisy", "0", "answers is 0; it must be from 1 to 100."),
        ("noisy", "2", "out is 'x.png', but there are 2 pictures"),
    ):
        assert main(["translate", model, "mine/a.png", "--answers", answers, "--out", "x.png"]) == 2
        assert sentence in capsys.readouterr().err


def test_one_sentence_before_anything_is_drawn(here, capsys, monkeypatch):
    monkeypatch.setattr(publishing, "translated", lambda *a, **k: pytest.fail("a picture was translated"))
    os.mkfifo("pipe.png")
    (here / "empty").mkdir()
    for places, out, sentence in (
        (["mine"], "x.png", "out is 'x.png', but there are 2 pictures: give a .zip or a folder."),
        (["mine/a.png", "mine/b/a.png"], "x.png", "there are 2 pictures"),
        (["mine/none.png"], "out", "There is no picture, folder or ZIP at 'mine/none.png'."),
        (["none"], "out", "There is no picture, folder or ZIP at 'none'."),
        (["empty"], "out", "There is no picture in 'empty'."),
        (["pipe.png"], "x.png", "pipe.png cannot be used: not a regular file."),
    ):
        capsys.readouterr()
        assert main(["translate", "tiny", *places, "--out", out]) == 2
        assert sentence in capsys.readouterr().err
