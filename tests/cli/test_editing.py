"""The commands edit, mix and directions: what they write and print, and their sentences for a mistake."""

import json
import wave

import numpy as np
import pytest
from PIL import Image
from test_folder import CLASSES, make, save

from ganapp import latents
from ganapp.cli.main import main
from ganapp.generators import load_directions, load_folder, save_directions
from ganapp.latents import Direction, Directions, Edit, Features, Move, Region
from ganapp.media import enlarge, grid, read_png_metadata
from ganapp.publishing.edits import edit_of, read_edit


@pytest.fixture
def model(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = save(tmp_path / "model")
    save_directions(folder, Directions((Direction("hat", np.linspace(-1, 1, 16)),)))
    return folder


def done(*words):
    assert main([*map(str, words)]) == 0


def mistake(capsys, *words):
    assert main([*map(str, words)]) == 2
    said = capsys.readouterr().err.strip()
    assert "\n" not in said and said.endswith("."), said
    return said


def picture(path):
    return np.asarray(Image.open(path))


def test_an_edited_picture_carries_its_edit_and_can_be_gone_on_with(model, capsys):
    done("edit", "model", "--seed", 7, "--direction", "hat=-1.5", "--direction", "smile=2", "--out", "a.png")
    G, ways = load_folder(model), load_directions(model)
    edit = read_edit("a.png")
    assert edit.seed == 7 and [(s.name, s.amount) for s in edit.steps] == [("hat", -1.5), ("smile", 2.0)]
    assert edit.steps[0].digest == ways.get("hat").digest
    shown = latents.draw_edit(G, Edit(7).then(Move("hat", -1.5), Move("smile", 2)), ways)
    assert np.array_equal(picture("a.png"), shown)
    about = read_png_metadata("a.png")
    assert about["seed"] == 7 and about["model"] == "model" and about["class_name"] in CLASSES
    done("edit", "model", "--from", "a.png", "--out", "again.png")
    assert np.array_equal(picture("again.png"), shown)
    done(
        "edit",
        "model",
        "--from",
        "a.png",
        "--mix",
        3,
        "--side",
        16,
        "--region",
        "0,0,1,0.5",
        "--out",
        "b.png",
    )
    mixed = edit.then(Features(Edit(3), 16, Region.box(0, 0, 1, 0.5)))
    assert read_edit("b.png") == mixed and np.array_equal(picture("b.png"), latents.draw_edit(G, mixed, ways))
    Image.fromarray(np.kron([[255], [0]], np.ones((8, 16))).astype(np.uint8)).save("mask.png")
    done(
        "edit", "model", "--from", "a.png", "--mix", 3, "--side", 16, "--region", "mask.png", "--out", "c.png"
    )
    assert np.array_equal(picture("c.png"), picture("b.png"))
    capsys.readouterr()
    save_directions(model, Directions((Direction("hat", np.ones(16)),)))
    assert "was changed since" in mistake(capsys, "edit", "model", "--from", "a.png", "--out", "d.png")


def test_settings_without_an_edit_are_the_edit_of_their_seed():
    about = {"seed": 9, "label": 1, "psi": 0.5}
    assert edit_of(about) == Edit(9, 1, 0.5) and edit_of({"seed": 9, "label": -1}) == Edit(9)
    assert edit_of(None) is None and edit_of({"seeds": "0-3"}) is None
    with pytest.raises(ValueError, match="a step 'later'"):
        edit_of(about | {"edit": {"seed": 9, "steps": [{"kind": "later"}]}})


def test_a_film_of_an_edit(model):
    done("edit", "model", "--seed", 7, "--direction", "hat=2", "--out", "a.gif", "--frames", 3)
    assert Image.open("a.gif").n_frames == 3


def test_a_film_goes_through_other_pictures_or_follows_a_sound(model, capsys):
    for seed in (7, 8):
        done("edit", "model", "--seed", seed, "--label", "sad", "--out", f"{seed}.png")
    done("edit", "model", "--from", "7.png", "--through", "8.png", "--frames", 3, "--out", "t.gif")
    assert Image.open("t.gif").n_frames == 4
    with wave.open("tone.wav", "wb") as file:
        file.setnchannels(1), file.setsampwidth(2), file.setframerate(8_000)
        file.writeframes((9_000 * np.sin(np.arange(8_000))).astype("<i2").tobytes())
    moved = ("edit", "model", "--seed", 7, "--direction", "hat=2", "--sound", "tone.wav", "--fps", 10)
    done(*moved, "--out", "s.mp4")
    assert "Wrote 10 frames" in capsys.readouterr().out
    for wrong, said in ((("--follow", "drums"), "follow is 'drums'"), (("--through", "8.png"), "not both")):
        assert said in mistake(capsys, *moved, *wrong, "--out", "x.mp4")


def test_a_sheet_of_mixes(model):
    done("mix", "model", "--rows", "0-1", "--columns", "4-6", "--label", "sad", "--side", 8, "--out", "m.png")
    rows, columns = [Edit(0, 2), Edit(1, 2)], [Edit(4, 2), Edit(5, 2), Edit(6, 2)]
    cells = latents.mix_sheet(make(), rows, columns, side=8).joined()
    sheet = grid(cells.reshape(-1, 32, 32, 3), columns=4)
    assert np.array_equal(picture("m.png"), enlarge(sheet, 5))


def test_directions_are_found_listed_and_taken_out(model, capsys):
    done("directions", "model", "--sefa", 2, "--sheet", "s.png")
    done("directions", "model", "--like", "1-4", "--unlike", "5-9", "--name", "mine", "--hold", "hat")
    assert load_directions(model).names == ("hat", "sefa-1", "sefa-2", "mine")
    mine, hat = (load_directions(model).get(name).vector for name in ("mine", "hat"))
    assert abs(mine @ hat) < 1e-5 and picture("s.png").shape == (2 * 34 + 2, 7 * 34 + 2, 3)
    capsys.readouterr()
    done("directions", "model", "--json")
    rows = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in rows] == ["hat", "sefa-1", "sefa-2", "mine", *CLASSES]
    done("directions", "model", "--remove", "HAT")
    assert "new" not in capsys.readouterr().out and load_directions(model).names[0] == "sefa-1"


MISTAKES = [
    (("edit", "--out", "a.jpg"), "must end in .png"),
    (("edit", "--direction", "hat", "--out", "a.png"), "write NAME=AMOUNT"),
    (("edit", "--direction", "hat=much", "--out", "a.png"), "write NAME=AMOUNT"),
    (("edit", "--direction", "hat=9999", "--out", "a.png"), "The amount is 9999.0"),
    (("edit", "--direction", "cap=1", "--out", "a.png"), "no direction 'cap'; there are: hat, smile"),
    (("edit", "--from", "none.png", "--out", "a.png"), "has no settings of one picture"),
    (("edit", "--from", "none.png", "--seed", "1", "--out", "a.png"), "not both"),
    (("edit", "--mix", "1", "--layers", "fine", "--out", "a.png"), "no w space"),
    (("edit", "--mix", "1", "--side", "9", "--out", "a.png"), "no maps of 9×9"),
    (("edit", "--mix", "1", "--layers", "fine", "--side", "8", "--out", "a.png"), "not both"),
    (("edit", "--mix", "1", "--region", "0,0,2,1", "--out", "a.png"), "A box is left, top, right, bottom"),
    (("edit", "--mix", "1", "--region", "x.png", "--out", "a.png"), "The region is 'x.png'"),
    (("mix", "--rows", "1", "--columns", "2", "--out", "a.gif"), "must end in .png"),
    (("directions", "--pca", "2", "--sefa", "2"), "one at a time"),
    (("directions", "--unlike", "2"), "--unlike goes with --like"),
    (("directions", "--like", "2,3"), "--like needs --name"),
    (("directions", "--like", "2", "--name", "x"), "Mark at least 2"),
    (("directions", "--sefa", "99"), "there are 1 to 16"),
    (("directions", "--remove", "cap"), "There is no direction 'cap'; there are: hat."),
    (("directions", "--by", "attribute:hat"), "no data is named"),
    (("directions", "--by", "attribute:hat", "--reach", "0"), "reach is 0.0"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "says"), MISTAKES)
def test_a_mistake_is_one_sentence(model, capsys, words, says):
    assert says in mistake(capsys, words[0], "model", *words[1:])
