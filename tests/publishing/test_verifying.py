"""What is found out about a picture's origin: marks, changed pixels, and the proof by its seed."""

import csv
import json
import shutil

import numpy as np
import pytest
import torch
from PIL import Image

from ganapp import latents, media
from ganapp.cli.main import main
from ganapp.config import ModelSpec
from ganapp.generators import Sources, load_generator, save_generator
from ganapp.media import marks
from ganapp.networks import build_generator
from ganapp.publishing import edits
from ganapp.publishing.picture_files import writer_of
from ganapp.publishing.verifying import OTHER, SAME, TOLERANCE, UNTRIED, finder, verify


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    torch.manual_seed(1)
    G = build_generator(ModelSpec("dcgan", 32, 3, 3, 8, {"width": 6}))
    with torch.no_grad():
        for weight in G.parameters():
            weight.mul_(4 if weight.ndim == 4 else 1)  # fresh weights draw nearly one grey for every seed
    return load_generator(save_generator(G, tmp_path_factory.mktemp("models") / "made"))


@pytest.fixture
def check(model, tmp_path):
    def verified(name="x.png", chosen=None):
        sources = Sources(tmp_path / "runs", tmp_path / "none")
        return verify(tmp_path / name, finder(sources, chosen or str(model.folder)))

    return verified


def again(path, change=lambda pixels: pixels, **options):
    """The file with changed pixels and the same text chunks."""
    from PIL.PngImagePlugin import PngInfo

    with Image.open(path) as picture:
        pixels, texts = np.array(picture), dict(picture.text)
    info = PngInfo()
    for key, text in texts.items():
        (info.add_itxt if key.startswith("XML") else info.add_text)(key, text)
    Image.fromarray(change(pixels)).save(path, pnginfo=info, **options)


def test_a_picture_of_a_seed_is_proved(model, check, tmp_path):
    writer_of("x.png")(tmp_path / "x.png", model, [7], None, 0.8)
    found = check()
    assert (found.proof, found.difference, found.intact, found.seeds) == (SAME, 0, True, "7")
    assert found.mark.generator == model.weights_sha256 and len(found.sentences()) == 3


def test_one_changed_pixel_is_seen(model, check, tmp_path):
    path = tmp_path / "x.png"
    for by, proof in ((TOLERANCE, SAME), (TOLERANCE + 1, OTHER)):
        writer_of("x.png")(path, model, [7], None, 1.0)

        def change(pixels, by=by):
            old = pixels[3, 5, 1]
            pixels[3, 5, 1] = old - by if old >= by else old + by
            return pixels

        again(path, change)
        found = check()
        assert (found.proof, found.difference, found.intact) == (proof, by, False)


def test_saved_anew_without_loss_it_is_still_proved(model, check, tmp_path):
    writer_of("x.png")(tmp_path / "x.png", model, [7], None, 1.0)
    before = (tmp_path / "x.png").read_bytes()
    again(tmp_path / "x.png", compress_level=1)
    assert (tmp_path / "x.png").read_bytes() != before and check().proof == SAME and check().intact


def test_another_seed_is_not_what_the_settings_say(model, check, tmp_path):
    image = latents.generate(model, [8], None, 1.0)[0]
    about = media.recipe(-1, None, 1.0, "made", model.weights_sha256, seed=7)
    media.save_png(tmp_path / "x.png", image, about)
    found = check()
    assert found.proof == OTHER and found.difference > 5 and found.intact
    media.save_png(tmp_path / "x.png", image[:16], about)
    assert (check().proof, check().difference) == (OTHER, None)


@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize("policy", ["on", "visible"])
def test_enlarged_and_marked_in_a_corner(model, check, tmp_path, monkeypatch, smooth, policy):
    monkeypatch.setenv(marks.POLICY, policy)
    image = media.resized(latents.generate(model, [3], None, 1.0)[0], 4, smooth)
    about = media.recipe(-1, None, 1.0, "made", model.weights_sha256, seed=3)
    media.save_png(
        tmp_path / "x.png", image, about | {"enlarged": f"4x {'lanczos' if smooth else 'nearest'}"}
    )
    monkeypatch.delenv(marks.POLICY)  # the file says whether it has a corner mark
    found = check()
    assert (found.proof, found.mark.visible) == (SAME, policy == "visible")


def test_sheets_mixes_places_and_edits(model, check, tmp_path):
    writer_of("x.png")(tmp_path / "x.png", model, [0, 1, 2, 5], 1, 0.7)
    assert check().proof == SAME and check().seeds == "0-2, 5"
    mixed = latents.between(model, [2, 9], 0.25, "slerp", 1, 1.0)
    about = media.recipe(1, None, 1.0, "made", model.weights_sha256, seeds=[2, 9])
    media.save_png(tmp_path / "x.png", mixed, about | {"position": 0.25, "mode": "slerp"})
    assert check().proof == SAME
    about = media.recipe(-1, None, 1.0, "made", model.weights_sha256, seeds=[4])
    placed = latents.plane_images(model, [(0.5, -1.0)], 4)[0]
    media.save_png(tmp_path / "x.png", placed, about | {"place": [0.5, -1.0]})
    assert check().proof == SAME
    edits.save_edit(tmp_path / "x.png", model, latents.Edit(6, 2, 0.9))
    assert check().proof == SAME


def test_what_cannot_be_proved_says_why(model, check, tmp_path):
    image = latents.generate(model, [3], None, 1.0)[0]
    media.save_png(tmp_path / "x.png", image)  # a mark, no settings
    assert check().proof == UNTRIED and "does not name the weights" in check().why
    media.save_png(tmp_path / "x.png", image, generated=False)
    assert check().mark is None and "says nothing" in check().sentences()[0]
    about = media.recipe(-1, None, 1.0, "made", model.weights_sha256, seed=3)
    media.save_png(tmp_path / "x.png", image, about | {"input": "me.png"})
    assert check().mark.kind == marks.CHANGED and "do not tell all" in check().why
    media.save_png(tmp_path / "x.png", image, about | {"weights": "0" * 64})
    assert "the model with these weights is not here" in check().why
    media.save_png(tmp_path / "x.png", image, about | {"label": 99})
    assert "cannot be drawn again" in check().why
    media.write_video(tmp_path / "x.gif", [image, image], 2, about=about)
    assert check("x.gif").proof == UNTRIED and "film or a lossy" in check("x.gif").why
    (tmp_path / "y.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 40)
    with pytest.raises(ValueError, match="y.png cannot be read as a picture"):
        check("y.png")


def test_the_command_says_it_and_writes_a_table(model, tmp_path, capsys, monkeypatch):
    """A folder with a ZIP beside it; the model is found by its name among the shipped ones."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(model.folder, "checkpoints/made")
    assert main(["generate", "made", "--seeds", "1-2", "--out", "out/"]) == 0
    assert main(["generate", "made", "--seeds", "3", "--out", "more.zip"]) == 0
    (tmp_path / "out/.hidden.png").write_bytes(b"no picture")
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save("out/photo.jpg")
    capsys.readouterr()
    assert main(["verify", "out", "more.zip", "--csv", "table.csv"]) == 0
    said = capsys.readouterr().out
    assert said.count("Proved: ") == 3 and said.count("carries no mark") == 1
    rows = list(csv.DictReader((tmp_path / "table.csv").open(encoding="utf-8")))
    assert [(row["file"], row["proof"]) for row in rows] == [
        ("photo.jpg", UNTRIED), ("seed000001.png", SAME), ("seed000002.png", SAME), ("seed000003.png", SAME),
    ]  # fmt: skip
    assert main(["verify", "out/seed000001.png", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["seeds"] == "1"
    assert main(["verify", "nowhere"]) == 2
    assert "There is no file or folder at 'nowhere'." in capsys.readouterr().err
