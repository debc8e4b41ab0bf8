"""The card of a model that takes pictures: what it does, its figures, and a sheet of inputs, answers and targets that are nobody's own."""

import io

import numpy as np
import pytest
import yaml
from PIL import Image

from ganapp.config import ModelSpec
from ganapp.generators import load_folder, save_generator
from ganapp.latents import translate
from ganapp.metrics import answers_to
from ganapp.networks import build_generator
from ganapp.publishing.examples import inputs_for
from ganapp.publishing.model import files_of
from ganapp.runs import write_figures

PAIRS = {"task": "pairs", "direction": "a2b", "dataset": "faces-sketch, 9000 images"}
DAMAGED = {"task": "degrade", "damage": "hole:0.1-0.3", "dataset": "photos, 900 images", "run": "00001-x"}


@pytest.fixture
def saved(tmp_path):
    def save(origin, in_channels=3):
        spec = ModelSpec(
            "unet", 32, 3, 0, 0, {"width": 4, "depth": 2}, takes="picture", in_channels=in_channels
        )
        return save_generator(build_generator(spec).eval(), tmp_path / "model", origin=origin)

    return save


def test_the_card_says_what_becomes_what_with_figures_and_a_sheet(saved):
    folder = saved(DAMAGED)
    protocol = {"images": 200, "damage": "hole:0.1-0.3", "source": "m", "inputs": "of 200 held-out pictures"}
    figure = {"name": "psnr", "value": 23.5, "interval": None, "protocol": protocol, "note": ""}
    write_figures(folder, [figure, figure | {"name": "psnr.naive", "value": 19.25}])
    files = files_of(folder, "ana/repair", "mit")
    assert set(files) == {"config.json", "model.safetensors", "README.md", "grid.png"}
    text = files["README.md"].decode()
    data = yaml.safe_load(text.split("---\n")[1])
    assert (
        data["pipeline_tag"] == "image-to-image"
        and "It was trained to undo a damage (`hole:0.1-0.3`)." in text
    )
    assert "psnr = 23.5<br>psnr.naive = 19.25" in text and "of 200 held-out pictures" in text
    assert "inputs, answers and targets. The inputs are built-in cartoon faces" in text
    assert (
        "| Damage | hole:0.1-0.3 |" in text
        and "walk.mp4" not in text
        and "seed" not in text.split("## How it")[0]
    )
    sheet = np.asarray(Image.open(io.BytesIO(files["grid.png"])))
    assert sheet.shape[1] / sheet.shape[0] == pytest.approx(8 / 3, rel=0.05)
    assert files_of(folder, "ana/repair", "mit")["grid.png"] == files["grid.png"]


def test_the_code_of_the_card_runs(saved, monkeypatch):
    folder = saved({})
    code = files_of(folder, "ana/x", "mit")["README.md"].decode().split("```python\n")[1].split("```")[0]
    lines = code.replace('"ana/x"', repr(str(folder))).strip().splitlines()
    assert len(lines) == 3 and lines[0] == "from ganapp.latents import translate"
    pictures = np.zeros((2, 40, 24, 3), np.uint8)
    assert lines[2] == f"answers = translate(load_generator({str(folder)!r}), pictures)"
    assert translate(load_folder(folder), pictures).shape == (2, 40, 24, 3)


def test_examples_of_pairs_are_held_out_pairs_in_their_direction(saved):
    from ganapp.data.faces.pairs import draw_heldout_inputs

    G = load_folder(saved(PAIRS, in_channels=1))
    inputs, about = inputs_for(G, 2)
    found = answers_to(G, inputs)
    assert about == "held-out pairs of faces-sketch" and len(found.outputs) == 2
    assert np.array_equal(found.targets, draw_heldout_inputs("faces-sketch", range(2), 32, "b2a"))
    assert np.array_equal(found.inputs, draw_heldout_inputs("faces-sketch", range(2), 32))


@pytest.mark.parametrize(("player", "expression"), [("a2b", "smile"), ("b2a", "sad")])
def test_examples_of_two_sets_are_of_the_set_that_is_changed(saved, player, expression):
    from ganapp.data.faces.drawing import ATTRIBUTES, draw_faces
    from ganapp.data.faces.opening import FACES

    origin = {"task": "unpaired", "dataset_a": "faces-happy", "dataset_b": "faces-sad", "player": player}
    inputs, _ = inputs_for(load_folder(saved(origin | {"dataset": "faces-sad, 90 images"})), 2)
    images, _, values = draw_faces(32, 32, seed=FACES["heldout"][1])
    wanted = images[values["expression"] == ATTRIBUTES["expression"].index(expression)][:2]
    assert np.array_equal(inputs.pictures.images.all(), wanted) and not inputs.has_targets


def test_an_import_shows_faces_and_says_nothing_that_is_not_known(saved):
    text = files_of(saved({"layout": "pix2pix U-Net", "imported_from": "x.pth"}), "ana/x", "mit")[
        "README.md"
    ].decode()
    assert "It was trained" not in text and "inputs and answers. The inputs are built-in" in text
