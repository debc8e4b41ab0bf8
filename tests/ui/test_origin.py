"""The part of the Evaluate tab that says where pictures come from."""

import zipfile

import numpy as np

from ganapp import media
from ganapp.cli.main import main
from ganapp.generators import SHIPPED, Sources
from ganapp.publishing.verifying import finder
from ganapp.ui.evaluate import origin


def test_proved_unmarked_and_unreadable_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["generate", "mnist-32", "--seeds", "5", "--out", "five.png"]) == 0
    media.save_png("<b>.png", np.zeros((8, 8, 3), np.uint8), generated=False)
    (tmp_path / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with zipfile.ZipFile("all.zip", "w") as archive:
        for name in ("five.png", "<b>.png", "bad.png"):
            archive.write(name)
    find = finder(Sources(tmp_path / "runs", SHIPPED))
    html = origin.origin_html(["all.zip", "gone.png"], find)
    assert html.count("<tr>") == 5 and html.count("Proved: ") >= 1 and "\u2713 five.png" in html
    assert "<b>" not in html and "&lt;b&gt;.png" in html
    assert "carries no mark" in html and "bad.png cannot be read as a picture" in html
    assert "There is no file or folder at" in html
    monkeypatch.setattr(origin, "MOST_FILES", 2)
    assert "Only the first 2 files are shown" in origin.origin_html(["all.zip"], find)
    assert origin.origin_html([], find) == ""
    times = iter([None, ValueError("It takes too long.")])

    def check_time():
        if error := next(times):
            raise error

    html = origin.origin_html(["all.zip"], find, check_time)
    assert html.count("<tr>") == 2 and "It takes too long." in html


def test_the_chosen_model_is_tried_where_the_file_names_one_that_is_gone(tmp_path):
    from ganapp.generators import load_generator
    from ganapp.latents import generate

    G = load_generator(SHIPPED / "mnist-32")
    about = media.recipe(3, None, 1.0, "gone", G.weights_sha256, seed=2)
    media.save_png(tmp_path / "x.png", generate(G, [2], [3], 1.0)[0], about)
    sources, paths = Sources(tmp_path / "runs", SHIPPED), [str(tmp_path / "x.png")]
    assert "Proved" in origin.origin_html(paths, finder(sources, also="mnist-32"))
    assert "Proved" not in origin.origin_html(paths, finder(sources, also="faces-32"))
