"""The editor of the Create tab without a browser: what a model can be edited by, pictures, files and films of edits."""

import json
import shutil

import numpy as np
import pytest
import test_generate_tab
import test_live

pytest.importorskip("gradio")
from PIL import Image

from ganapp import generators, latents, media
from ganapp.publishing import edits
from ganapp.ui.access import uploads
from ganapp.ui.access.file_names import path_of
from ganapp.ui.edit import editing
from ganapp.ui.edit.editing import KINDS, LONGEST, Editing
from ganapp.ui.generate import recipes, words
from ganapp.ui.generate.live import Live, server_functions
from ganapp.ui.generate.walk_panel import read_wanted

FACE_MODEL = test_generate_tab.FACE_MODEL
folders, studio = test_generate_tab.folders, test_generate_tab.studio  # fixtures
FEW = 3  # directions that are looked for


@pytest.fixture
def editor(studio, monkeypatch):
    monkeypatch.setattr(editing, "FOUND", FEW)
    principal = latents.principal_directions
    monkeypatch.setattr(latents, "principal_directions", lambda G, count: principal(G, count, samples=40))
    return Editing(Live(studio))


@pytest.fixture
def ask(editor):
    """ask(name, **request): a server function as the page calls it."""
    functions = {one.__name__: one for one in server_functions(editor, KINDS, longest=LONGEST)}
    return lambda which, /, **request: functions[which]({"source": FACE_MODEL} | request)


def edit_of(**changes):
    return json.dumps({"seed": 7} | changes)


def test_a_model_is_edited_by_what_was_found_and_by_its_classes(ask):
    first = ask("editor")
    assert [one["name"] for one in first["directions"]] == list(test_generate_tab.FACES)
    assert first["sides"] == [7, 14] and first["layers"] == {}
    names = [one["name"] for one in ask("look_for")["directions"]]
    assert names == ["pca-1", "pca-2", "pca-3", *test_generate_tab.FACES]
    assert [one["name"] for one in ask("editor")["directions"]] == names  # they stay for this page


def test_an_edit_is_drawn_after_the_picture_it_starts_from(ask, studio):
    G = studio.models.load(FACE_MODEL)
    other = {"kind": "features", "other": {"seed": 3}, "side": 7, "amount": 1.0}
    moves = {"kind": "direction", "name": "sad", "amount": 1.5}
    answer = ask("edited", edit=edit_of(label="smile", steps=[moves, other]), exact=True)
    before, after = test_live.pictures(answer)
    assert np.array_equal(before, latents.generate(G, [7], y="smile")[0]) and answer["model"] == FACE_MODEL
    value = latents.Edit(7, "smile", steps=(latents.Move("sad", 1.5), latents.Features(latents.Edit(3), 7)))
    assert np.array_equal(after, latents.draw_edit(G, value)) and not np.array_equal(before, after)


def test_what_an_edit_names_is_looked_for(ask):
    """A picture of yesterday, whose directions were looked for then, is drawn today without a press."""
    moved = ask("edited", edit=edit_of(steps=[{"kind": "direction", "name": "pca-2", "amount": 3}]))
    before, after = test_live.pictures(moved)
    assert np.abs(before.astype(int) - after).max() > 3
    wrong = ask("edited", edit=edit_of(steps=[{"kind": "direction", "name": "hat", "amount": 3}]))
    assert "no direction 'hat'" in wrong["error"] and "pca-1" in wrong["error"]


def test_a_saved_picture_brings_its_edit_back(ask, studio):
    step = {"kind": "direction", "name": "pca-1", "amount": -2.0}
    made = ask("save_edited", edit=edit_of(label="neutral", steps=[step]), times=2)
    assert made["name"] == "seed000007-edited.png"
    with Image.open(path_of(made["file"])) as image:
        assert image.size == (56, 56)
    found = words.restore(path_of(made["file"]), [FACE_MODEL])
    assert (found.source, found.seeds, found.label, found.psi) == (FACE_MODEL, "7", "neutral", 1.0)
    assert found.more["kind"] == "edit" and found.more["edit"]["steps"][0]["amount"] == -2.0
    again = ask("edited", edit=json.dumps(found.more["edit"]), exact=True)
    with Image.open(path_of(made["file"])) as image:
        large = np.asarray(image)
    assert np.array_equal(large[::2, ::2], test_live.pictures(again)[1])


def test_an_edit_without_a_class_comes_back_without_one(ask):
    """The pictures mixed in have the classes of their own seeds, which a chosen class would change."""
    made = ask("save_edited", edit=edit_of())
    assert words.restore(path_of(made["file"]), [FACE_MODEL]).label is None


def test_a_picture_that_begins_with_a_latent_has_no_seed(ask, studio, tmp_path):
    G = studio.models.load(FACE_MODEL)
    z = np.linspace(-1, 1, G.spec.z_dim, dtype=np.float32)
    value = latents.Edit(label="sad", latent=latents.Latent.of("z", z))
    edits.save_edit(tmp_path / "own.png", G, value)
    found = words.restore(tmp_path / "own.png", [FACE_MODEL])
    assert found.seeds == "" and found.more == {"kind": "edit", "edit": value.to_json()}
    made = ask("save_edited", edit=json.dumps(value.to_json()))
    assert made["name"] == "own-edited.png"


def test_the_latent_of_an_edit_goes_out_and_comes_back(ask, studio, tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "get_upload_folder", lambda: str(tmp_path))
    step = {"kind": "direction", "name": "pca-1", "amount": -2.0}
    edit = edit_of(label="sad", steps=[step])
    made = ask("save_latent", edit=edit)
    path = shutil.copy(path_of(made["file"]), tmp_path / "mine.npz")
    found = ask("open_latent", path=str(path))["edit"]
    assert found["label"] == "sad" and set(found) == {"latent", "label"}
    again = test_live.pictures(ask("edited", edit=json.dumps(found), exact=True))[1]
    assert np.array_equal(again, test_live.pictures(ask("edited", edit=edit, exact=True))[1])
    assert "another generator" in ask("open_latent", source="shipped", path=str(path))["error"]
    sad = edit_of(steps=[{"kind": "direction", "name": "sad", "amount": 1}])
    assert "one class towards another" in ask("save_latent", edit=sad)["error"]
    paste = edit_of(steps=[{"kind": "features", "other": {"seed": 3}, "side": 7, "amount": 1}])
    assert "no latent holds" in ask("save_latent", edit=paste)["error"]


def test_a_stranger_s_edit_is_refused_with_a_sentence(tmp_path):
    image = np.zeros((8, 8, 3), np.uint8)
    media.save_png(tmp_path / "x.png", image, {"seed": 1, "edit": {"steps": "all"}})
    with pytest.raises(ValueError, match="This edit cannot be read"):
        words.restore(tmp_path / "x.png", [])
    assert recipes.read({"seed": 1}) == {}


@pytest.mark.parametrize("text", ["[" * 90_000, "{}x", "[]", '{"seed": -1}', '{"steps": [{"kind": "no"}]}'])
def test_texts_that_are_no_edits(ask, text):
    answer = ask("edited", edit=text)
    assert set(answer) == {"error"} and "failed here" not in answer["error"]


def test_an_edit_may_be_long_but_not_endless(ask):
    assert "at most 200,000" in ask("edited", edit=" " * (LONGEST + 1))["error"]
    region = latents.Region.box(0, 0, 1, 0.5, side=64).to_json()
    step = {"kind": "features", "other": {"seed": 3}, "side": 7, "amount": 1, "region": region}
    assert ask("edited", edit=edit_of(steps=[step]))["count"] == 2


@pytest.fixture
def filmed(editor, monkeypatch):
    """filmed(**wanted): (frames, path, sound) of the film that the page asks for, 10 a second."""
    kept = {}

    def write(path, images, fps, sound=None, about=None):
        assert about["weights"]
        kept.update(frames=list(images), sound=sound)
        path.touch()

    monkeypatch.setattr(media, "write_video", write)

    def film(kind="mp4", **wanted):
        path = editor.film(FACE_MODEL, wanted, 10, kind)
        return kept["frames"], path, kept["sound"]

    return film


def test_the_film_of_an_edit_ends_in_it(filmed, studio):
    step = {"kind": "direction", "name": "sad", "amount": 2.0}
    frames, path, sound = filmed(edits=[edit_of(label="smile", steps=[step])])
    G = studio.models.load(FACE_MODEL)
    value = latents.Edit(7, "smile", steps=(latents.Move("sad", 2.0),))
    assert path.name == "edit.mp4" and len(frames) == 30 and sound is None
    assert np.array_equal(frames[-1], latents.draw_edit(G, value))
    assert np.array_equal(frames[0], latents.generate(G, [7], y="smile")[0])


def test_a_film_through_keyframes(filmed, studio, editor, monkeypatch):
    known, looked = editor.directions, []
    monkeypatch.setattr(editor, "directions", lambda *a, **k: looked.append(a) or known(*a, **k))
    frames, *_ = filmed(edits=[edit_of(label="smile"), edit_of(label="sad")], kind="gif")
    assert len(looked) == 2  # of each keyframe, and of no more
    G = studio.models.load(FACE_MODEL)
    assert len(frames) == 16 and np.array_equal(frames[-1], latents.generate(G, [7], y="sad")[0])
    with pytest.raises(ValueError, match="at most 600"):
        filmed(edits=[edit_of()] * 42, kind="gif")
    for wrong in ([], None, [edit_of()] * 65):
        with pytest.raises(ValueError, match="1 to 64 keyframes"):
            filmed(edits=wrong)


def test_a_film_that_follows_a_sound(filmed, studio, tmp_path, monkeypatch):
    monkeypatch.setattr(uploads, "get_upload_folder", lambda: str(tmp_path))
    heard = {"level": np.array([0, 1, 0.5, 0], np.float32)}
    monkeypatch.setattr(media, "read_sound", lambda path, fps, most_sec: media.Sound(heard))
    (tmp_path / "song.mp3").touch()
    asked = {"edits": [edit_of(label="smile", steps=[{"kind": "direction", "name": "sad", "amount": 2}])]}
    asked |= {"sound": str(tmp_path / "song.mp3"), "follow": "level"}
    frames, _, sound = filmed(**asked)
    G = studio.models.load(FACE_MODEL)
    value = latents.Edit(7, "smile", steps=(latents.Move("sad", 2.0),))
    assert sound == tmp_path / "song.mp3" and len(frames) == 4
    for frame, share in zip(frames, heard["level"].tolist(), strict=True):
        assert np.array_equal(frame, latents.draw_edit(G, value.at(share)))
    for changed, said in (({"follow": "drums"}, "one of level"), ({"kind": "gif"}, "is an MP4")):
        with pytest.raises(ValueError, match=said):
            filmed(**asked | changed)
    with pytest.raises(ValueError, match="not there any more"):
        filmed(**asked | {"sound": "/etc/passwd"})


def test_what_is_no_wish_for_a_film():
    with pytest.raises(ValueError, match="did not say"):
        read_wanted("[1]")


def test_a_direction_by_example_is_kept_beside_an_own_model_and_never_beside_a_shipped_one(
    ask, studio, monkeypatch
):
    G = studio.models.load(FACE_MODEL)
    asked = {"name": "round", "like": [1, 4, 9], "unlike": [2, 3], "label": "sad"}
    assert ask("by_example", **asked)["directions"][0]["name"] == "round"
    assert generators.directions_of(G).names == ("round",)
    wanted = latents.direction_by_seeds(G, "round", [1, 4, 9], [2, 3], "sad")
    assert np.array_equal(generators.directions_of(G).items[0].vector, wanted.vector)
    generators.save_directions(G.folder, latents.Directions())

    monkeypatch.setattr(generators, "SHIPPED", studio.models.sources.checkpoints)
    shipped = ask("by_example", source="shipped", **asked)
    assert [one["name"] for one in shipped["directions"]] == ["round"]
    assert not generators.directions_of(studio.models.load("shipped"))
    edit = edit_of(steps=[{"kind": "direction", "name": "round", "amount": 2}])
    assert ask("edited", source="shipped", edit=edit)["count"] == 2
    assert "both sides" in ask("by_example", name="x", like=[1, 2], unlike=[2, 5])["error"]
    assert "by their seeds" in ask("by_example", name="x", like=["a", -1])["error"]


def test_directions_of_a_folder_come_first(editor, ask, studio, tmp_path):
    G = studio.models.load(FACE_MODEL)
    vector = np.ones(G.spec.z_dim, np.float32)
    generators.save_directions(G.folder, latents.Directions((latents.Direction("hat", vector),)))
    try:
        assert ask("editor")["directions"][0] == {"name": "hat", "low": -3.0, "high": 3.0}
    finally:
        generators.save_directions(G.folder, latents.Directions())


def test_a_direction_by_example_of_a_visitor_is_theirs_alone(editor, ask, monkeypatch):
    """On a Space all visitors share the models; names that the app gives itself are not for visitors."""
    monkeypatch.setattr(editing, "here", lambda: type("Can", (), {"on_space": True}))
    monkeypatch.setattr(editing, "visitor_of", lambda: "ana")
    monkeypatch.setattr(editing, "MOST_NAMED", FEW)
    asked = {"like": [1, 4, 9], "unlike": [2, 3]}
    for name in ("a", "b", "c", "c"):
        ask("by_example", name=name, **asked)
    assert "no more are kept" in ask("by_example", name="d", **asked)["error"]
    assert "are taken" in ask("by_example", name="pca-1", **asked)["error"]
    mine = [one["name"] for one in ask("look_for")["directions"]]
    assert mine[:6] == ["pca-1", "pca-2", "pca-3", "a", "b", "c"]
    monkeypatch.setattr(editing, "visitor_of", lambda: "bo")
    assert [one["name"] for one in ask("editor")["directions"]] == [
        n for n in mine if n not in ("a", "b", "c")
    ]
    step = {"kind": "direction", "name": "a", "amount": 1}
    assert "no direction 'a'" in ask("edited", edit=edit_of(steps=[step]))["error"]


def test_who_has_the_directions_waits_for_no_other_model(editor, ask, monkeypatch):
    monkeypatch.setattr(editing, "WAIT_SEC", 0.01)
    asked = {"edit": edit_of(steps=[{"kind": "direction", "name": "pca-2", "amount": 3}])}
    ask("look_for")
    with editor._looking:  # as while those of another model are looked for
        assert ask("edited", **asked)["count"] == 2
        assert "try again in a minute" in ask("look_for", source="shipped")["error"]


def test_a_model_that_was_pruned_is_edited_further(ask, studio, tmp_path):
    G = studio.models.load(FACE_MODEL)
    moved = edit_of(label="sad", steps=[{"kind": "direction", "name": "pca-1", "amount": 2}])
    before = ask("edited", edit=moved)
    gone = shutil.move(G.folder, tmp_path / "gone")
    try:
        assert ask("edited", edit=moved)["data"] == before["data"]
        assert ask("save_latent", edit=moved)["name"] == "latent.npz"
        assert ask("editor")["directions"] and "error" not in ask("look_for")
    finally:
        shutil.move(gone, G.folder)
