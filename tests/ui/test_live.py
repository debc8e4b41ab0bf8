"""What the Create tab's scripts ask: live.py, recipes.py and turns.py without a page or a browser."""

import base64
import io
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest
import test_generate_tab

pytest.importorskip("gradio")
from PIL import Image

from ganapp import latents, media
from ganapp.config import ModelSpec
from ganapp.ui.access.file_names import path_of
from ganapp.ui.generate import recipes, words
from ganapp.ui.generate.live import KINDS, Live, server_functions, sheet
from ganapp.ui.generate.studio import chunk_of
from ganapp.ui.generate.turns import LIVE_IN_A_ROW, Superseded, Turns

FACE_MODEL = test_generate_tab.FACE_MODEL
folders, studio = test_generate_tab.folders, test_generate_tab.studio  # fixtures


@pytest.fixture
def ask(studio):
    """ask(name, **request): a server function as the page calls it."""
    functions = {function.__name__: function for function in server_functions(Live(studio), KINDS)}
    return lambda name, **request: functions[name](request)


def pictures(answer):
    """(N, H, W, C) of a sheet."""
    with Image.open(io.BytesIO(base64.b64decode(answer["data"]))) as file:
        whole = np.atleast_3d(np.asarray(file))
    size, columns = answer["size"], answer["columns"]
    return np.stack(
        [whole[i // columns * size :, i % columns * size :][:size, :size] for i in range(answer["count"])]
    )


def G(studio):
    return studio.models.load(FACE_MODEL)


# -- pictures of seeds ---------------------------------------------------------------------------------------


def test_what_is_drawn_is_what_generate_draws(ask, studio):
    answer = ask("draw", source=FACE_MODEL, seeds="3, 8-11", psi=0.7, label="*")
    assert (answer["model"], answer["total"], answer["count"], answer["row"]) == (FACE_MODEL, 5, 5, 0)
    assert answer["seeds"] == [3, 8, 9, 10, 11] and answer["type"] == "image/webp"
    y = latents.labels_of(G(studio), answer["seeds"])
    assert answer["classes"] == [test_generate_tab.FACES[k] for k in y]
    assert np.array_equal(pictures(answer), latents.generate(G(studio), answer["seeds"], psi=0.7))


def test_pictures_come_in_pieces(ask, studio):
    whole = latents.generate(G(studio), range(30), y="sad")
    asked = {"source": FACE_MODEL, "seeds": "0-29", "label": "sad", "psi": 1}
    first = ask("draw", **asked, start=0, count=4)
    later = ask("draw", **asked, start=25, count=16)
    assert (first["count"], later["count"], later["total"]) == (4, 5, 30) and "seeds" not in later
    assert np.array_equal(pictures(first), whole[:4]) and np.array_equal(pictures(later), whole[25:])
    assert ask("draw", **asked, count=900)["count"] == 16  # a piece, and no more


def test_a_row_for_every_class(ask, studio):
    answer = ask("draw", source=FACE_MODEL, seeds="5, 9", label="**", psi=1)
    assert (answer["total"], answer["row"]) == (6, 2) and answer["seeds"] == [5, 9] * 3
    assert answer["classes"] == ["smile", "smile", "neutral", "neutral", "sad", "sad"]
    expected = np.concatenate([latents.generate(G(studio), [5, 9], y=k) for k in range(3)])
    assert np.array_equal(pictures(answer), expected)
    plain = ask("draw", source="shipped", seeds="5, 9", label="**", psi=1)
    assert (plain["total"], plain["row"], plain["classes"]) == (2, 0, [None, None])


def test_a_movement_is_drawn_with_fewer_bytes_and_nearly_the_same():
    smooth = np.linspace(0, 255, 64 * 64).reshape(1, 64, 64, 1).repeat(5, 0).repeat(3, 3).astype(np.uint8)
    smooth[2] = smooth[2, ::-1]
    exact, quick = sheet(smooth, True), sheet(smooth, False)
    assert (exact["type"], quick["type"]) == ("image/webp", "image/jpeg")
    assert np.array_equal(pictures(exact), smooth)
    assert np.abs(pictures(quick).astype(int) - smooth).max() < 12
    alpha = np.concatenate([smooth, smooth[..., :1]], 3)
    assert sheet(alpha, False)["type"] == "image/webp" and np.array_equal(
        pictures(sheet(alpha, False)), alpha
    )


@pytest.mark.parametrize(
    ("name", "request_", "sentence"),
    [
        ("draw", {"source": "shipped", "seeds": "x"}, "not a seed"),
        ("draw", {"source": "shipped", "seeds": "0-256"}, "at most 256"),
        ("draw", {"source": "shipped", "seeds": "1", "psi": 0}, "psi is 0"),
        ("draw", {"source": FACE_MODEL, "seeds": "1", "label": "angry"}, "smile, neutral, sad"),
        ("draw", {"source": "/etc/x", "seeds": "1"}, "is no folder"),
        ("draw", {"seeds": "1"}, "No model is chosen"),
        ("draw", {"source": "shipped", "seeds": 5}, "seeds is 5; it must be a text"),
        ("mix", {"source": "shipped", "a": 1, "b": 2, "position": 3}, "from 0 to 2"),
        ("mix", {"source": "shipped", "a": -1, "b": 2, "position": 0.5}, "Seed -1"),
        ("places", {"source": "shipped", "places": []}, "No place"),
        ("places", {"source": "shipped", "places": [[1, 1e9]]}, "too far out"),
        ("places", {"source": "shipped", "places": ["x"]}, "two numbers"),
        ("save", {"source": "shipped", "seed": 1, "times": 3}, "times is 3"),
        ("save", {"source": "shipped", "seed": 2**32}, "Seed 4294967296"),
        ("archive", {"source": "shipped", "seeds": "1", "times": 64}, "times is 64"),
        ("facts", {"source": ""}, "No model is chosen"),
    ],
)  # fmt: skip
def test_what_a_page_gets_wrong_is_one_sentence(ask, studio, name, request_, sentence):
    answer = ask(name, **request_)
    assert set(answer) == {"error"} and sentence in answer["error"], answer
    assert not studio.outputs.folder.exists()


def test_a_model_of_the_hub_is_fetched_only_where_a_person_says_so(ask, studio, monkeypatch, tmp_path):
    folder = test_generate_tab.save(tmp_path / "model", ModelSpec("mlp", 28, 1, 0, 8, {}))
    asked = []
    monkeypatch.setattr(
        "ganapp.generators.pull", lambda hub_id: asked.append(hub_id) or (folder, "ana/digits@abc")
    )
    common = {"source": "ana/digits", "psi": 1}
    for name, request in (
        ("draw", {"seeds": "1"}), ("mix", {"a": 1, "b": 2, "position": 0.5}), ("places", {"places": [[0, 0]]}),
        ("save", {"seed": 1}), ("archive", {"seeds": "1"}),
    ):  # fmt: skip
        assert ask(name, **common, **request) == {"remote": True} and asked == []
    assert ask("draw", **common, seeds="1", fetch=True)["model"] == "ana/digits@abc"
    assert ask("draw", **common, seeds="1")["model"] == "ana/digits@abc" and asked == ["ana/digits"]


def test_large_pictures_come_few_at_a_time(ask, studio, monkeypatch):
    sizes = {64: 16, 128: 16, 256: 4, 512: 1, 1024: 1}
    found = {size: chunk_of(SimpleNamespace(spec=SimpleNamespace(resolution=size))) for size in sizes}
    assert found == sizes
    monkeypatch.setattr("ganapp.ui.generate.studio.CHUNK_PIXELS", 3 * 28**2)
    assert ask("draw", source=FACE_MODEL, seeds="0-9", psi=1)["count"] == 3
    assert ask("places", source=FACE_MODEL, places=[[0, 0]] * 9, psi=1)["count"] == 3
    told = []
    studio.film(FACE_MODEL, "1, 2", 4, kind="gif", progress=lambda *at: told.append(at))
    assert told == [(0, 8), (3, 8), (6, 8)]


def test_what_lies_beyond_the_last_picture_is_the_last_one(ask):
    asked = {"source": "shipped", "seeds": "0-4", "psi": 1}
    assert np.array_equal(pictures(ask("draw", **asked, start=99)), pictures(ask("draw", **asked, start=4)))


# -- between, and on the map ---------------------------------------------------------------------------------


def test_a_mix_ends_at_its_seeds(ask, studio):
    ends = latents.generate(G(studio), [4, 9])
    for position, image in ((0, ends[0]), (1, ends[1])):
        answer = ask("mix", source=FACE_MODEL, a=4, b=9, position=position, psi=1)
        assert np.array_equal(pictures(answer)[0], image)
    half = ask("mix", source=FACE_MODEL, a=4, b=9, position=0.5, label="sad", psi=1)
    assert np.array_equal(pictures(half)[0], latents.between(G(studio), [4, 9], 0.5, y="sad"))


def test_places_are_those_of_the_map(ask, studio):
    places = [[0, 0], [0.25, -1.5], [2, 1]]
    answer = ask("places", source=FACE_MODEL, first=7, places=places, label="sad", psi=0.8)
    expected = latents.plane_images(G(studio), places, 7, "sad", 0.8)
    assert np.array_equal(pictures(answer), expected)
    assert ask("places", source=FACE_MODEL, first=7, places=[[0, 0]] * 40, psi=1)["count"] == 16


def test_facts(ask):
    found = ask("facts", source="00002-b")
    assert [value for _, value in found["classes"]] == list(test_generate_tab.FACES)
    assert [one["nimg"] for one in found["snapshots"]] == [500, 1000]
    assert ask("facts", source="somebody/something@v1") == {"remote": True}  # the Hub is not asked


# -- files ---------------------------------------------------------------------------------------------------


RECIPES = [
    ({"seed": 41}, "seed000041.png", {"seed": 41}, {}),
    (
        {"a": 4, "b": 9, "position": 0.25}, "seed000004-000009-025.png", {"seeds": [4, 9], "position": 0.25},
        {"kind": "mix", "a": 4, "b": 9, "position": 0.25},
    ),
    (
        {"first": 7, "x": 0.5, "y": -1}, "map000007-0.500,-1.000.png", {"seeds": [7], "place": [0.5, -1.0]},
        {"kind": "map", "first": 7, "x": 0.5, "y": -1.0},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("recipe", "name", "says", "again"), RECIPES, ids=["seed", "mix", "map"])
def test_a_picture_is_saved_with_what_makes_it_again(ask, studio, tmp_path, recipe, name, says, again):
    common = {"source": FACE_MODEL, "label": "sad", "psi": 0.7}
    answer = ask("save", **common, **recipe)
    assert answer["name"] == name
    path = path_of(answer["file"])  # a name in addresses, and no path of this machine
    assert not answer["file"].startswith("/") and str(studio.outputs.folder) not in answer["file"]
    found = media.read_png_metadata(path)
    assert found.items() >= {**says, "class_name": "sad", "label": 2, "psi": 0.7, "model": FACE_MODEL}.items()
    image, _, _ = recipes.draw(G(studio), common | recipe)
    assert np.array_equal(np.asarray(Image.open(path)), image)
    assert words.restore(path, [FACE_MODEL]).more == again


def test_a_picture_is_saved_larger(ask):
    small = np.asarray(Image.open(path_of(ask("save", source="shipped", seed=5)["file"])))
    for smooth, how in ((False, "nearest"), (True, "lanczos")):
        path = path_of(ask("save", source="shipped", seed=5, times=8, smooth=smooth)["file"])
        large = np.asarray(Image.open(path))
        assert large.shape == (224, 224) and media.read_png_metadata(path)["enlarged"] == f"8x {how}"
        assert np.array_equal(large, small.repeat(8, 0).repeat(8, 1)) != smooth
        assert abs(float(large.mean()) - float(small.mean())) < 1.5


def test_an_archive_is_made_and_at_most_two_at_a_time(ask, studio, monkeypatch):
    made = ask("archive", source=FACE_MODEL, seeds="4-6", label="sad", psi=1)
    assert made["name"] == "00002-b-000001000.zip" and path_of(made["file"]).endswith(made["name"])
    live = Live(studio)
    archive = next(f for f in server_functions(live, KINDS) if f.__name__ == "archive")
    for _ in range(2):
        live._archives.acquire()
    assert "Other archives" in archive({"source": "shipped", "seeds": "1"})["error"]
    live._archives.release()
    assert "file" in archive({"source": "shipped", "seeds": "1"})
    assert "error" in archive({"source": "shipped", "seeds": "x"})  # which gives its place back
    assert "file" in archive({"source": "shipped", "seeds": "1"})


@pytest.mark.parametrize(
    "settings",
    [
        {"seeds": [4, 9], "position": 2},
        {"seeds": [4, 9], "position": "0.5"},
        {"seeds": [4, 9], "position": True},
        {"seeds": [4], "position": 0.5},
        {"seeds": "4, 9", "position": 0.5},
        {"seeds": [7], "place": [0.5]},
        {"seeds": [7], "place": [0.5, None]},
        {"seeds": [7], "place": [0.5, 1e9]},
        {"seeds": [7, 8], "place": [0.5, 1]},
        {"seed": 7, "place": [0.5, 1]},
    ],
)
def test_a_strangers_recipe_is_read_only_where_it_is_well_formed(settings):
    assert recipes.read(settings) == {}


# -- turns ---------------------------------------------------------------------------------------------------


class Held:
    """Turns whose thread waits, so that a test can line requests up; `order` is what was computed."""

    def __init__(self):
        self.turns, self.order, self.gate = Turns("test", lambda: None), [], threading.Event()
        self.threads = []
        self.start(None, self.gate.wait)
        self.wait_for(lambda: not self.turns._others)  # it is being computed

    def start(self, asker, function, *args):
        def run():
            try:
                if asker is None:
                    self.turns.compute(function, *args)
                else:
                    self.turns.compute_live(asker, function, *args)
            except Superseded:
                self.order.append(f"dropped {args[0]}")

        self.threads.append(threading.Thread(target=run))
        self.threads[-1].start()

    def line_up(self, asker, name):
        before = len(self.turns._live) + len(self.turns._others)
        replaced, dropped = asker in self.turns._live, len(self.order)
        self.start(asker, self.order.append, name)
        if replaced:
            self.wait_for(lambda: len(self.order) > dropped)
        else:
            self.wait_for(lambda: len(self.turns._live) + len(self.turns._others) > before)

    def wait_for(self, condition):
        for _ in range(2000):
            if condition():
                return
            time.sleep(0.001)
        raise AssertionError("nothing happened for two seconds")

    def let_go(self):
        self.gate.set()
        for thread in self.threads:
            thread.join(5)
        return self.order


def test_live_requests_go_first_and_others_in_order():
    held = Held()
    for asker, name in ((None, "film 1"), ("ana", "a"), (None, "film 2"), ("ben", "b")):
        held.line_up(asker, name)
    assert held.let_go() == ["a", "b", "film 1", "film 2"]


def test_of_one_asker_only_the_newest_waits():
    held = Held()
    for asker, name in (("ana", "a1"), ("ben", "b"), ("ana", "a2"), ("ana", "a3")):
        held.line_up(asker, name)
    assert held.let_go() == ["dropped a1", "dropped a2", "b", "a3"]


def test_a_film_ends_while_people_drag():
    """After so many live requests in a row, one of the others has its turn."""
    held = Held()
    held.line_up(None, "film")
    for i in range(LIVE_IN_A_ROW + 2):
        held.line_up(f"page {i}", str(i))
    assert held.let_go().index("film") == LIVE_IN_A_ROW


def test_too_many_waiting_drop_the_oldest(monkeypatch):
    monkeypatch.setattr("ganapp.ui.generate.turns.MOST_LIVE", 2)
    held = Held()
    held.line_up("ana", "a")
    held.line_up("ben", "b")
    held.start("cid", held.order.append, "c")
    held.wait_for(lambda: held.order == ["dropped a"])
    assert held.let_go() == ["dropped a", "b", "c"]


def test_an_error_belongs_to_the_one_who_asked():
    turns = Turns("test", lambda: None)
    with pytest.raises(ZeroDivisionError):
        turns.compute(lambda: 1 / 0)
    assert turns.compute_live("ana", lambda: 5) == 5


def test_what_was_dropped_is_said_to_be(studio, monkeypatch):
    draw = next(f for f in server_functions(Live(studio), KINDS) if f.__name__ == "draw")

    def superseded(*args):
        raise Superseded

    monkeypatch.setattr(studio.turns, "compute_live", superseded)
    assert draw({"source": "shipped", "seeds": "1"}) == {"dropped": True}
