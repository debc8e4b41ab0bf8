"""What the script of Translate asks, without a page or a browser: pictures, ZIPs, examples, files of each visitor."""

import json
import os
import threading
import zipfile

import numpy as np
import pytest
import test_fits
import test_generate_tab

pytest.importorskip("gradio")
from PIL import Image

from ganapp import media
from ganapp.config import ModelSpec
from ganapp.latents import Region
from ganapp.ui.access.file_names import path_of
from ganapp.ui.generate.live import KINDS as LIVE_KINDS
from ganapp.ui.generate.live import Live, server_functions
from ganapp.ui.translate import translating as module
from ganapp.ui.translate.translating import KINDS, LONGEST, Translating

folders, studio, uploaded = (
    test_generate_tab.folders,
    test_generate_tab.studio,
    test_fits.uploaded,
)  # fixtures
PIXELS = np.random.default_rng(3).integers(0, 256, (24, 36, 3)).astype(np.uint8)


@pytest.fixture
def ask(studio, tmp_path):
    """ask(name, **request): a server function as the page calls it; of a model that repairs holes."""
    spec = ModelSpec("unet", 32, 3, 0, 0, {"width": 4, "depth": 2}, takes="picture", in_channels=3)
    origin = {"task": "degrade", "damage": "hole:0.2"}
    source = str(test_generate_tab.save(tmp_path / "repair", spec, origin=origin))
    live = Live(studio)
    functions = server_functions(live, LIVE_KINDS) + server_functions(
        Translating(live), KINDS, longest=LONGEST
    )
    named = {function.__name__: function for function in functions}
    return lambda which, /, **request: named[which]({"source": source} | request)


def image(address):
    with Image.open(path_of(address)) as file:
        return np.asarray(file)


def test_what_the_page_is_told_of_the_model(ask):
    facts = ask("facts")
    assert (facts["takes"], facts["damage"], facts["random"], facts["noisy"]) == (
        "picture", ["hole"], True, False,
    )  # fmt: skip
    assert ask("facts", source="shipped")["takes"] == "latent"


def test_a_picture_before_and_after_and_what_its_file_says(ask, uploaded):
    path = uploaded(PIXELS)
    answer = ask("translated", path=path, name="me & you.jpeg", whole=True)
    assert (answer["width"], answer["height"], answer["name"]) == (36, 24, "me-you-repair.png")
    assert np.array_equal(image(answer["before"]), PIXELS)
    assert image(answer["after"]).shape == (24, 36, 3)
    about = media.read_png_metadata(path_of(answer["after"]))
    assert (about["model"], about["input"]) == ("repair", "me & you.jpeg") and len(about["weights"]) == 64
    damaged = ask("translated", path=path, name="me.png", damages=True, seed=5)
    assert (damaged["width"], damaged["height"]) == (48, 32)
    assert media.read_png_metadata(path_of(damaged["after"]))["damage"] == "hole:0.2"


def test_a_marked_part_is_what_a_hole_is_in_training_and_the_rest_stays(ask, uploaded, tmp_path):
    path, region = uploaded(PIXELS), Region.box(0.5, 0, 1, 0.5)
    asked = {"path": path, "name": "a.png", "whole": True, "region": json.dumps(region.to_json())}
    answer = ask("translated", **asked)
    before, grey = image(answer["before"]).copy(), degraded_grey()
    assert (before[:12, 18:] == grey).all()
    before[:12, 18:] = PIXELS[:12, 18:]
    assert np.array_equal(before, PIXELS)
    assert media.read_png_metadata(path_of(answer["after"]))["region"] == region.to_json()
    spec = ModelSpec("unet", 32, 3, 0, 0, {"width": 4, "depth": 2}, takes="picture", in_channels=3)
    grey_only = test_generate_tab.save(tmp_path / "g", spec, origin={"task": "degrade", "damage": "grey"})
    assert "was not trained to fill holes" in ask("translated", **asked, source=str(grey_only))["error"]


def degraded_grey():
    """What `hole` makes of every pixel, as eight bits: from the way that training damages a picture."""
    import torch

    from ganapp.degradations import varied_of

    given = varied_of("hole:0.9").given(torch.ones(1, 3, 8, 8), [1])
    return int((given.min() * 127.5 + 127.5).round())


def test_examples_are_held_out_faces(ask):
    sheet = ask("examples")
    assert (sheet["count"], sheet["size"]) == (8, 32)
    third = ask("translated", example=2, name="example 3")
    from ganapp.data.faces.drawing import draw_face
    from ganapp.data.faces.opening import FACES

    assert np.array_equal(image(third["before"]), np.asarray(draw_face(2, 32, seed=FACES["heldout"][1])))


def test_examples_of_a_model_of_pairs_are_inputs_of_held_out_pairs(ask, tmp_path):
    from ganapp.data.faces.opening import FACES
    from ganapp.data.faces.sketch import draw_sketch

    spec = ModelSpec("unet", 32, 3, 0, 0, {"width": 4, "depth": 2}, takes="picture", in_channels=1)
    origin = {"task": "pairs", "direction": "a2b", "dataset": "faces-sketch, 10000 images"}
    source = str(test_generate_tab.save(tmp_path / "sketch", spec, origin=origin))
    second = ask("translated", source=source, example=1, name="example 2")
    assert np.array_equal(image(second["before"]), draw_sketch(1, 32, FACES["heldout"][1]))


def test_a_zip_goes_in_and_comes_out(ask, uploaded, tmp_path):
    path = uploaded(PIXELS)
    packed = str(path).replace(".png", ".zip")
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("b/2.png", "a/1.png"):
            archive.write(path, name)
        archive.writestr("a/readme.txt", "no picture")
    names = ask("unpacked", path=packed)["names"]
    assert names == ["a/1.png", "b/2.png"]
    made = [ask("translated", path=packed, member=name, name=name)["after"] for name in names]
    answer = ask("packed", files=made)
    with zipfile.ZipFile(path_of(answer["file"])) as archive:
        assert archive.namelist() == ["001-1-repair.png", "002-2-repair.png"]
        with archive.open("001-1-repair.png") as file:
            assert media.read_png_metadata(file)["input"] == "a/1.png"


def test_what_is_gone_is_left_out_of_the_zip_and_counted(ask, uploaded):
    path = uploaded(PIXELS)
    first, second = (ask("translated", path=path, name=f"{i}.png")["after"] for i in range(2))
    os.remove(path_of(first))
    answer = ask("packed", files=[first, second])
    assert answer["gone"] == 1
    with zipfile.ZipFile(path_of(answer["file"])) as archive:
        assert archive.namelist() == ["001-1-repair.png"]
    os.remove(path_of(second))
    assert ask("packed", files=[first, second]) == {
        "error": "The pictures are no longer there: translate them again."
    }


def test_a_file_is_decoded_outside_of_the_thread_that_draws(ask, uploaded, studio, monkeypatch):
    """Else what others draw waits for it."""
    from ganapp.data import decode
    from ganapp.publishing import translated

    threads = {}
    for name, room, function in (("read", decode, "_read"), ("change", translated, "_enlarged")):
        known = getattr(room, function)

        def noted(*args, name=name, known=known, **options):
            threads[name] = threading.current_thread().name
            return known(*args, **options)

        monkeypatch.setattr(room, function, noted)
    assert "after" in ask("translated", path=uploaded(PIXELS), name="a.png")
    assert threads["read"] != studio.turns._thread.name == threads["change"]


def test_a_picture_with_too_many_pixels_is_not_decoded(ask, uploaded, monkeypatch):
    path = uploaded(PIXELS)
    monkeypatch.setattr(module, "MOST_PIXELS", 24 * 36 - 1)
    monkeypatch.setattr(Image.Image, "load", lambda self: 1 / 0)
    for whole in (True, False):
        assert "too many pixels (36×24)" in ask("translated", path=path, whole=whole)["error"]


def test_nobody_takes_the_pictures_of_another_visitor(ask, uploaded, monkeypatch):
    made = ask("translated", path=uploaded(PIXELS), name="a.png")["after"]
    monkeypatch.setattr(module, "visitor_of", lambda: "another")
    assert "no longer there" in ask("packed", files=[made])["error"]


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({}, "An uploaded file is not there any more"),
        ({"path": "/etc/passwd"}, "An uploaded file is not there any more"),
        ({"example": 0, "source": "shipped"}, "it takes no picture"),
        ({"path": "text"}, "The picture cannot be used: not a picture"),
        ({"path": "text", "member": "a.png"}, "is neither a folder nor a ZIP"),
        ({"path": "large"}, "The picture has more than 0 MB"),
        ({"example": 0, "whole": 3}, "whole is 3; it must be true or false"),
    ],
)
def test_what_a_page_gets_wrong_is_one_sentence(ask, uploaded, monkeypatch, request_, sentence):
    if request_.get("path") in ("text", "large"):
        path = uploaded(PIXELS)
        if request_["path"] == "text":
            with open(path, "w") as file:
                file.write("this is text and no picture at all")
        else:
            monkeypatch.setattr(module, "MOST_BYTES", 10)
        request_ = request_ | {"path": path}
    answer = ask("translated", **request_)
    assert set(answer) == {"error"} and sentence in answer["error"], answer
    assert "error" in ask("packed", files=["at-0/x.png"]) and "error" in ask("packed", files=[3])
