"""The Generate tab: studio.py and words.py without a page; that the page builds; a client against it."""

import io
import json
import re
import shutil
import types
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from ganapp import __version__, generators, latents, media
from ganapp.config import ModelSpec
from ganapp.networks import build_generator
from ganapp.publishing import labelled_set
from ganapp.ui.generate import words
from ganapp.ui.generate.studio import EVERY_CLASS, MAX_PICTURES, SEED_CLASS, Studio, walk_labels
from ganapp.ui.shared.strings import STRINGS

FACES = ("smile", "neutral", "sad")
ORIGIN = {"dataset": "faces, 20000 images", "nimg": 12_345, "minutes": 7.5, "run": "00002-b"}


def save(folder: Path, spec: ModelSpec, names=(), origin=None) -> Path:
    torch.manual_seed(5)
    G = build_generator(spec).eval()
    with torch.no_grad():  # as it is built, all pictures are nearly the same grey
        for parameter in G.parameters():
            parameter.normal_(0, 0.3)
    return generators.save_generator(G, folder, class_names=names, origin=origin)


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("generate")
    conditional = ModelSpec("dcgan", 28, 3, 3, 8, {"width": 4})
    save(root / "checkpoints" / "shipped", ModelSpec("mlp", 28, 1, 0, 8, {}))
    for run, nimgs in (("00001-a", [900]), ("00002-b", [500, 1000])):
        for nimg in nimgs:
            save(root / "runs" / run / "snapshots" / f"{nimg:09d}", conditional, FACES, ORIGIN)
        (root / "runs" / run / "config.json").write_text("{}")
        (root / "runs" / run / "status.json").write_text(json.dumps({"state": "stopped"}))
    return root


@pytest.fixture
def studio(folders, tmp_path):
    return Studio(folders / "runs", folders / "checkpoints", tmp_path / "out")


FACE_MODEL = "00002-b/000001000"


# -- sources -------------------------------------------------------------------------------------------------


def test_the_newest_snapshot_of_the_newest_run_is_preselected(studio, tmp_path):
    assert studio.models.newest() == FACE_MODEL
    assert studio.models.names() == ["shipped", FACE_MODEL, "00001-a/000000900", "00002-b/000000500"]
    assert Studio(tmp_path / "none", studio.models.sources.checkpoints, tmp_path).models.newest() == "shipped"
    assert Studio(tmp_path / "none", tmp_path / "none", tmp_path).models.newest() is None


def test_facts_come_without_loading(studio, monkeypatch):
    monkeypatch.setattr("ganapp.generators.load_folder", lambda *a, **k: pytest.fail("loaded"))
    facts = studio.models.facts(FACE_MODEL)
    assert facts["spec"].num_classes == 3 and facts["class_names"] == FACES
    assert studio.models.facts("somebody/something@v1") is None  # the Hub is not asked before Generate


def test_a_model_is_loaded_once_and_again_when_its_file_changes(folders, studio, tmp_path):
    folder = save(tmp_path / "own model", ModelSpec("mlp", 28, 1, 0, 8, {}))
    first = studio.models.load(str(folder))
    assert studio.models.load(str(folder)) is first and first.source == "own model"
    (folder / generators.WEIGHTS_NAME).touch()
    assert studio.models.load(str(folder)) is not first


def test_only_a_few_models_are_kept_and_the_longest_unused_goes(studio, monkeypatch):
    monkeypatch.setattr("ganapp.ui.generate.models.KEPT_MODELS", 2)
    monkeypatch.setattr("ganapp.ui.generate.models.KEPT_BYTES", 0)
    a, b = studio.models.load("shipped"), studio.models.load(FACE_MODEL)
    assert studio.models.load("shipped") is a
    studio.models.load("00001-a")
    assert studio.models.load("shipped") is a and studio.models.load(FACE_MODEL) is not b


def test_small_models_are_kept_for_a_walk_over_snapshots(folders, studio, monkeypatch):
    monkeypatch.setattr("ganapp.ui.generate.models.KEPT_MODELS", 1)
    names = ["shipped", FACE_MODEL, "00001-a/000000900", "00002-b/000000500"]
    loaded = [studio.models.load(name) for name in names]
    assert [studio.models.load(name) for name in names] == loaded
    monkeypatch.setattr("ganapp.ui.generate.models.MOST_KEPT", 2)
    studio.models.load("00001-a")
    assert studio.models.load("00002-b/000000500") is loaded[3]
    assert studio.models.load("shipped") is not loaded[0]


def test_the_snapshots_of_a_run_are_named_oldest_first(folders, tmp_path):
    runs = shutil.copytree(folders / "runs", tmp_path / "runs")
    for nimg, swd in ((500, 8.5), (1000, 9.0)):
        path = runs / "00002-b" / "snapshots" / f"{nimg:09d}" / "config.json"
        config = json.loads(path.read_text())
        config["origin"]["swd"] = swd
        path.write_text(json.dumps(config))
    models = Studio(runs, folders / "checkpoints", tmp_path / "out").models

    def brief(source):
        return [(one["name"], one["nimg"], one["best"], one["shown"]) for one in models.snapshots(source)]

    old, new = "00002-b/000000500", "00002-b/000001000"
    assert brief(new) == brief("00002-b") == [(old, 500, True, False), (new, 1000, False, True)]
    assert brief("00002-b/best") == [(old, 500, True, True), (new, 1000, False, False)]
    assert brief("shipped") == [] and brief("user/name") == []
    for name in ("a2b", "b2a"):
        save(runs / "00003-two" / "snapshots" / "000000700" / name, ModelSpec("mlp", 28, 1, 0, 8, {}))
    for file in ("config.json", "status.json"):
        shutil.copy(runs / "00002-b" / file, runs / "00003-two" / file)
    assert [row[:2] for row in brief("00003-two/000000700/b2a")] == [("00003-two/000000700/b2a", 700)]


def test_best_is_the_snapshot_with_the_least_live_figure(folders, tmp_path):
    runs = shutil.copytree(folders / "runs", tmp_path / "runs")
    studio = Studio(runs, folders / "checkpoints", tmp_path / "out")
    with pytest.raises(ValueError, match="run '00002-b' has no best snapshot yet, since the live figure"):
        studio.models.folder("00002-b/best")
    for nimg, swd in ((500, 8.5), (1000, 9.0)):
        path = runs / "00002-b" / "snapshots" / f"{nimg:09d}" / "config.json"
        config = json.loads(path.read_text())
        config["origin"]["swd"] = swd
        path.write_text(json.dumps(config))
    assert "00002-b/best" in studio.models.names()
    assert studio.models.folder("00002-b/best").name == "000000500"
    assert studio.models.load("00002-b/best").source == "00002-b/000000500"


def test_the_card_is_of_the_snapshot_that_the_pictures_come_from(folders, tmp_path):
    """RUN and RUN/best are other snapshots as the run goes on; the generator in the cache is the old one."""
    runs = shutil.copytree(folders / "runs", tmp_path / "runs")
    studio, spec = Studio(runs, folders / "checkpoints", tmp_path / "out"), ModelSpec("mlp", 28, 1, 0, 8, {})
    for nimg, swd in ((2000, 9.0), (3000, 8.5)):
        save(runs / "00002-b" / "snapshots" / f"{nimg:09d}", spec, origin={"nimg": nimg, "swd": swd})
        for source in ("00002-b", "00002-b/best"):
            assert studio.models.facts(source)["origin"]["nimg"] == nimg
            assert studio.models.load(source).origin["nimg"] == nimg


def test_a_pruned_snapshot_stays_in_use_and_is_refused_to_newcomers(studio):
    folder = save(
        studio.models.runs / "00001-a" / "snapshots" / "000000100", ModelSpec("mlp", 28, 1, 0, 8, {})
    )
    G = studio.models.load("00001-a/000000100")
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    assert studio.models.load("00001-a/000000100") is G
    studio.models.forget()
    with pytest.raises(ValueError, match="no longer there"):  # and the Hub is not asked for it
        studio.models.load("00001-a/000000100")


def test_where_paths_are_not_allowed_only_listed_names_and_hub_ids_are(folders, tmp_path, monkeypatch):
    closed = Studio(folders / "runs", folders / "checkpoints", tmp_path, allow_paths=False)
    own = save(tmp_path / "own", ModelSpec("mlp", 28, 1, 0, 8, {}))
    monkeypatch.chdir(tmp_path)
    asked = []
    monkeypatch.setattr("ganapp.generators.pull", lambda hub_id: asked.append(hub_id) or (own, "x/y@abc"))
    for source in (str(own), "own", "./own", "~", "../own", "", "shipped/../shipped", "00002-b/../00001-a"):
        with pytest.raises(ValueError):
            closed.models.load(source)
    assert closed.models.load("shipped") and closed.models.load("00001-a") and not asked
    (tmp_path / "x").mkdir()
    save(tmp_path / "x" / "y", ModelSpec("mlp", 28, 1, 0, 8, {}))
    assert closed.models.load("x/y").source == "x/y@abc" and asked == ["x/y"]  # the Hub's, not the folder's


def test_sentences_name_the_model_and_not_where_it_lies(folders, tmp_path):
    broken = tmp_path / "checkpoints" / "broken"
    broken.mkdir(parents=True)
    (broken / "config.json").write_text("{")
    studio = Studio(folders / "runs", tmp_path / "checkpoints", tmp_path / "out", allow_paths=False)
    with pytest.raises(ValueError, match="^broken: ") as caught:
        studio.models.facts("broken")
    assert str(tmp_path) not in str(caught.value)


# -- pictures ------------------------------------------------------------------------------------------------


def in_archive(path):
    """{name: (pixels, settings)} of a ZIP of pictures."""
    from PIL import Image

    with zipfile.ZipFile(path) as archive:
        files = {name: io.BytesIO(archive.read(name)) for name in archive.namelist()}
    return {
        name: (np.asarray(Image.open(file)), media.read_png_metadata(io.BytesIO(file.getvalue())))
        for name, file in files.items()
    }


def test_an_archive_has_the_pictures_of_generate_and_their_settings(studio):
    made = studio.archive(FACE_MODEL, "3, 40-57", SEED_CLASS, 0.7)
    G, seeds = studio.models.load(FACE_MODEL), [3, *range(40, 58)]
    expected, y = latents.generate(G, seeds, psi=0.7), latents.labels_of(G, seeds)
    found = in_archive(made.path)
    assert sorted(found) == [f"seed{seed:06d}.png" for seed in seeds] and made.count == 19
    for seed, image, k in zip(seeds, expected, y.tolist()):
        picture, settings = found[f"seed{seed:06d}.png"]
        assert np.abs(picture.astype(int) - image).max() <= 1
        assert settings == {
            "seed": seed, "label": k, "class_name": FACES[k], "psi": 0.7, "model": FACE_MODEL,
            "version": __version__, "weights": G.weights_sha256,
        }  # fmt: skip


def test_a_chosen_class_every_class_and_a_model_without_classes(studio):
    def classes(*asked):
        return [settings["class_name"] for _, settings in in_archive(studio.archive(*asked).path).values()]

    assert set(classes(FACE_MODEL, "0-4", "sad")) == {"sad"}
    assert classes("shipped", "0, 0", "sad") == [None, None]  # a choice left from another model
    assert classes(FACE_MODEL, "7-8", EVERY_CLASS) == [name for name in FACES for _ in range(2)]
    assert classes("shipped", "7-8", EVERY_CLASS) == [None, None]
    with pytest.raises(ValueError, match="100 seeds of 3 classes"):
        studio.archive(FACE_MODEL, "0-99", EVERY_CLASS)


@pytest.mark.parametrize(("smooth", "how"), [(False, "nearest"), (True, "lanczos")])
def test_an_archive_of_larger_pictures_says_how(studio, smooth, how):
    small, _ = in_archive(studio.archive("shipped", "5").path)["seed000005.png"]
    large, settings = in_archive(studio.archive("shipped", "5", times=4, smooth=smooth).path)[
        "seed000005.png"
    ]
    assert large.shape == (112, 112) and settings["enlarged"] == f"4x {how}"
    assert np.array_equal(large, small.repeat(4, 0).repeat(4, 1)) != smooth


@pytest.mark.parametrize(
    "source, seeds, label, psi, sentence",
    [
        ("shipped", "1, x", SEED_CLASS, 1, "not a seed"),
        ("shipped", f"0-{MAX_PICTURES}", SEED_CLASS, 1, f"at most {MAX_PICTURES}"),
        ("shipped", "1", SEED_CLASS, 0, "psi is 0"),
        (FACE_MODEL, "1", "angry", 1, "smile, neutral, sad"),
        (None, "1", SEED_CLASS, 1, "No model is chosen"),
        ("/no/such/place", "1", SEED_CLASS, 1, "is no folder"),
    ],
)
def test_what_a_person_gets_wrong_is_one_sentence_and_leaves_nothing(
    studio, source, seeds, label, psi, sentence
):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        studio.archive(source, seeds, label, psi)
    assert not studio.outputs.folder.exists()


def test_pictures_lie_in_a_folder_of_their_visitor(studio):
    ana, ben = (studio.archive("shipped", "1", visitor=name).path for name in ("ana", "ben"))
    assert (
        ana.parent.parent == studio.outputs.folder / "ana"
        and ben.parent.parent == studio.outputs.folder / "ben"
    )


def test_pictures_and_films_that_take_too_long_end_with_a_sentence_and_leave_nothing(studio, monkeypatch):
    studio.answer_sec = 1e-9
    pytest.importorskip("gradio")
    from ganapp.ui.generate.labelled_panel import make

    for ask in (
        lambda: studio.archive("shipped", "1"),
        lambda: studio.film("shipped", "1, 2", frames=8, kind="gif"),
        lambda: make(studio, FACE_MODEL, 4, 0, 1.0, lambda done, total: None),
    ):
        with pytest.raises(ValueError, match="ask for less"):
            ask()
    assert [p for p in studio.outputs.folder.rglob("*") if p.is_file()] == []


# -- films ---------------------------------------------------------------------------------------


def test_stills_hold_every_keyframe(studio):
    stills = studio.stills(FACE_MODEL, "4, 9, 2", "slerp", False, "", 1.0)
    ends = latents.generate(studio.models.load(FACE_MODEL), [4, 9, 2])
    assert len(stills) == 9
    for i, image in zip((0, 4, 8), ends):
        assert np.abs(stills[i].astype(int) - image).max() <= 1


@pytest.mark.parametrize("kind", ["mp4", "gif", "webp"])
def test_a_film_has_its_frames(studio, kind):
    told = []
    path = studio.film(
        FACE_MODEL, "4, 9", 9, "lerp", True, "smile, sad", 1.0, 25, kind, lambda *a: told.append(a)
    )
    assert path.suffix == f".{kind}" and path.stat().st_size > 500 and told == [(0, 18), (16, 18)]
    if kind == "mp4":
        import av

        with av.open(str(path)) as film:
            assert sum(1 for _ in film.decode(video=0)) == 18
    else:
        from PIL import Image

        with Image.open(path) as film:
            assert film.is_animated


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"kind": "avi"}, "mp4, gif, webp"),
        ({"frames": 500, "kind": "gif"}, "at most 600"),
        ({"frames": 0}, "frames is 0"),
        ({"labels": "smile, sad, sad"}, "3 classes for 2 seeds"),
        ({"labels": "angry"}, "smile, neutral, sad"),
        ({"seeds": "5"}, "at least two seeds"),
        ({"seeds": "0-99"}, "at most 64"),
        ({"mode": "cubic"}, "slerp, lerp"),
        ({"fps": 0}, "fps is 0"),
    ],
)
def test_a_film_that_cannot_be_is_one_sentence(studio, changes, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        studio.film(**({"source": FACE_MODEL, "seeds": "1, 2", "frames": 2} | changes))


def test_classes_on_the_way(studio):
    G, plain = studio.models.load(FACE_MODEL), studio.models.load("shipped")
    assert [walk_labels(G, text) for text in ("", " * ", None, " sad ", "smile，sad; neutral")] == [
        None, None, None, "sad", ["smile", "sad", "neutral"],
    ]  # fmt: skip
    assert walk_labels(plain, "smile") is None
    assert (
        len(studio.stills(FACE_MODEL, "5", "slerp", True, "smile, sad", 1.0)) == 12
    )  # one seed through two classes


def test_a_film_along_a_trail_is_the_map_at_one_speed(studio):
    told, trail = [], [[0, 0], [1, 0], [1, 2]]
    path = studio.trail_film(FACE_MODEL, trail, 31, 9, "sad", 0.8, 25, "gif", lambda *a: told.append(a))
    assert told == [(0, 31), (16, 31)] and path.name == "trail.gif"
    from PIL import Image

    with Image.open(path) as film:
        assert film.n_frames == 31
    for changes, sentence in (
        ({"trail": [[0, 0]]}, "no length"),
        ({"trail": [["x"]]}, "two numbers"),
        ({"frames": 700}, "at most 600"),
        ({"kind": "avi"}, "mp4, gif, webp"),
    ):
        asked = {"source": FACE_MODEL, "trail": trail, "frames": 9, "kind": "gif"} | changes
        with pytest.raises(ValueError, match=sentence):
            studio.trail_film(**asked)


def test_a_film_lets_live_requests_through(studio):
    """While a film is being written, pictures are drawn between two of its batches."""
    answered = []

    def while_filming(done, total):
        answered.append(live_shape(studio))

    studio.film(FACE_MODEL, "1, 2", 16, progress=while_filming)
    assert answered == [(28, 28, 3)] * 2


def live_shape(studio):
    """The shape of a picture that is drawn live, meanwhile."""
    G = studio.models.load(FACE_MODEL)
    return studio.turns.compute_live("me", latents.generate, G, [4])[0].shape


# -- labelled data sets --------------------------------------------------------------------------------------


def test_a_labelled_data_set_is_that_of_the_command_line(studio, tmp_path):
    pytest.importorskip("gradio")
    from ganapp.ui.generate.labelled_panel import make

    told = []
    path, count, G = make(studio, FACE_MODEL, 7.0, 30.0, 0.7, lambda *a: told.append(a))
    assert (count, path.name, told) == (21, "00002-b-000001000-7-a-class.zip", [(0, 21), (16, 21)])
    labelled_set.write(tmp_path / "same.zip", G, 7, 30, 0.7, FACE_MODEL)
    assert path.read_bytes() == (tmp_path / "same.zip").read_bytes()


def test_a_data_set_lets_live_requests_through(studio):
    pytest.importorskip("gradio")
    from ganapp.ui.generate.labelled_panel import make

    answered = []
    make(
        studio,
        FACE_MODEL,
        11,
        0,
        1.0,
        lambda done, total: answered.append(live_shape(studio)),
    )
    assert answered == [(28, 28, 3)] * 3


@pytest.mark.parametrize(
    ("source", "per_class", "first", "space", "sentence"),
    [
        ("shipped", 5, 0, False, "This model has no classes"),
        (FACE_MODEL, None, 0, False, "is 0: it must be at least 1"),
        (FACE_MODEL, 5, -1, False, "The first seed is -1"),
        (FACE_MODEL, 20_000, 0, False, "at most 50,000"),
        (FACE_MODEL, 400, 0, True, "at most 1,000"),
        (None, 5, 0, False, "No model is chosen"),
    ],
)
def test_a_data_set_that_cannot_be_is_one_sentence_and_leaves_nothing(
    studio, monkeypatch, source, per_class, first, space, sentence
):
    pytest.importorskip("gradio")
    from ganapp.ui.generate.labelled_panel import make

    if space:
        monkeypatch.setenv("SPACE_ID", "somebody/ganapp")
    with pytest.raises(ValueError, match=sentence):
        make(studio, source, per_class, first, 1.0, print)
    assert not studio.outputs.folder.exists()


def test_a_data_set_that_nobody_waits_for_ends_and_leaves_no_file(studio):
    pytest.importorskip("gradio")
    from ganapp.data import Cancelled
    from ganapp.ui.generate.labelled_panel import Watch, busy_html, make

    watch = Watch()

    def told(done, total):
        watch.left = done >= 32
        watch.told(done, total)

    with pytest.raises(Cancelled):
        make(studio, FACE_MODEL, 30, 0, 1.0, told)
    assert [p for p in studio.outputs.folder.rglob("*") if p.is_file()] == [] and (
        watch.done,
        watch.total,
    ) == (
        32,
        90,
    )
    assert "32 of 90 pictures" in busy_html(watch, "en") and 'value="32" max="90"' in busy_html(
        watch, "zh-CN"
    )
    assert "value" not in busy_html(Watch(), "en")


def test_large_pictures_are_fewer_at_a_time(monkeypatch):
    pytest.importorskip("gradio")
    from ganapp.ui.generate.labelled_panel import most_of

    small, large = (ModelSpec("stylegan2", size, 3, 5, 8, {}) for size in (32, 512))
    assert (most_of(small), most_of(large)) == (50_000, 325)
    monkeypatch.setenv("SPACE_ID", "somebody/ganapp")
    assert (most_of(small), most_of(large)) == (1_000, 40)


# -- words ---------------------------------------------------------------------------------------------------


def saved(studio, folder) -> Path:
    """A PNG of seed 41, sad, with truncation 0.55."""
    with zipfile.ZipFile(studio.archive(FACE_MODEL, "41", "sad", 0.55).path) as archive:
        return Path(archive.extract("seed000041.png", folder))


def test_settings_come_back_out_of_a_picture(studio, tmp_path):
    path = saved(studio, tmp_path)
    assert words.restore(path, studio.models.names()) == (
        FACE_MODEL,
        "41",
        "sad",
        0.55,
        FACE_MODEL,
        {},
        False,
    )
    unknown = words.restore(path, ["shipped"])
    assert unknown.source is None and unknown.model == FACE_MODEL  # gone, and no Hub id either


@pytest.mark.parametrize(
    "model, kept", [("user/name@main", True), ("//host/share", False), ("/etc", False), (None, False)]
)
def test_a_strangers_picture_cannot_name_a_path(tmp_path, model, kept):
    path = tmp_path / "x.png"
    media.save_png(path, np.zeros((4, 4, 3), np.uint8), {"seeds": "3-5, 9", "label": 2, "model": model})
    found = words.restore(path, [])
    assert (found.source == model and model is not None) == kept
    assert (found.seeds, found.label, found.psi) == ("3-5, 9", "2", None)


def test_a_picture_without_settings_is_refused(tmp_path):
    media.save_png(tmp_path / "plain.png", np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(ValueError, match="carries no settings"):
        words.restore(tmp_path / "plain.png", [])


def test_class_menus():
    def facts(names, count):
        return {"class_names": names, "spec": ModelSpec("mlp", 28, 1, count, 8, {}), "origin": {}}

    assert words.class_values(facts((), 2)) == [("0", "0"), ("1", "1")]
    assert words.class_values(facts(("cat", "cat"), 2)) == [("0: cat", "0"), ("1: cat", "1")]
    values = [value for _, value in words.class_menu(facts(("cat", "dog"), 2))]
    assert values == [SEED_CLASS, EVERY_CLASS, "cat", "dog"]
    for count in (1, 1000):  # a row of one class is no choice, and of a thousand none that fits
        assert EVERY_CLASS not in [v for _, v in words.class_menu(facts((), count))]


def test_the_card_says_what_the_model_is_and_escapes_it(studio):
    facts = studio.models.facts(FACE_MODEL)
    card = words.card_html(facts, "en", "elsewhere")
    for part in (
        "dcgan",
        "28 px",
        "3 classes: smile, neutral, sad",
        "20000",
        "12.35 kimg",
        "7.5 min",
        "00002-b",
    ):
        assert part in card
    assert "3 个类别" in words.card_html(facts, "zh-CN", FACE_MODEL)
    evil = words.card_html(
        facts | {"origin": {"dataset": "<img src=x onerror=alert(1)>", "nimg": "x"}}, "en", ""
    )
    assert "<img" not in evil and "no classes" in words.card_html(
        studio.models.facts("shipped"), "en", "shipped"
    )


def test_strings_of_the_tab_are_complete():
    for key, (english, chinese) in STRINGS.items():
        if key.startswith(("gen.", "set.")):
            assert english and chinese
            names = [sorted(re.findall(r"{(\w+)}", text)) for text in (english, chinese)]
            assert names[0] == names[1], key
            if not key.startswith(("gen.say.", "gen.card.", "set.say.")):
                assert not names[0], f"{key} goes through t(), where braces mean something else"


# -- the page ------------------------------------------------------------------------------------------------


def page(folders):
    gr = pytest.importorskip("gradio")
    from ganapp.ui.generate.tab import build_generate

    with gr.Blocks() as demo, gr.Tab("Generate"):
        build_generate(folders / "runs", folders / "checkpoints")
    return demo


def test_the_page_builds_with_its_ids_and_one_public_name(folders):
    demo = page(folders)
    ids = {block.elem_id for block in demo.blocks.values() if block.elem_id}
    assert ids >= set(
        [
            "gen_source",
            "gen_seeds",
            "gen_random",
            "gen_class",
            "gen_psi",
            "create",
            "gen_columns",
            "gen_restore",
            "walk_seeds",
            "walk_go",
            "walk_video",
            "set_per_class",
            "set_first",
            "set_go",
            "set_file",
        ]
    )
    public = {fn.api_name for fn in demo.fns.values() if fn.api_visibility == "public"}
    assert public == {"interpolate"}
    heavy = [fn for fn in demo.fns.values() if fn.queue and fn.fn is not None]
    assert {(fn.concurrency_id, fn.concurrency_limit) for fn in heavy} == {
        ("studio", 2),
        ("publish", 1),
        ("hub", 2),
        ("labelled", 1),
    }


@pytest.mark.parametrize(
    ("sec", "english", "chinese"),
    [
        (0.347, "0.35 s", "0.35 秒"),
        (42.3, "42 s", "42 秒"),
        (99.9, "100 s", "100 秒"),
        (731, "12 min", "12 分钟"),
    ],
)
def test_how_long_something_took_is_said_without_an_exponent(sec, english, chinese):
    assert (words.took(sec, "en"), words.took(sec, "zh-CN")) == (english, chinese)


def test_a_panel_says_minutes_as_minutes(folders, monkeypatch):
    handlers = {fn.name: fn.fn for fn in page(folders).fns.values() if fn.fn is not None}
    clock = types.SimpleNamespace(perf_counter=iter((0.0, 131.0)).__next__)
    monkeypatch.setattr("ganapp.ui.generate.labelled_panel.time", clock)
    *_, (message, _) = handlers["export"](FACE_MODEL, 2, 0, 1.0, None)
    assert "6 pictures of 3 classes in 2 min from" in message


def by_id(answer):
    """What a handler returns, by the elem_id of its components."""
    return {component.elem_id: value for component, value in answer.items()}


def test_a_handler_that_fails_says_so_and_leaves_all_else(folders, tmp_path):
    handlers = {fn.name: fn.fn for fn in page(folders).fns.values() if fn.fn is not None}
    media.save_png(tmp_path / "plain.png", np.zeros((4, 4, 3), np.uint8))
    said = by_id(handlers["restore"](tmp_path / "plain.png", "shipped", None))
    assert set(said) == {"gen_message", "gen_restore"} and said["gen_restore"] is None
    (said,) = handlers["interpolate"](
        "shipped", "5", "", 2, 30, "slerp", True, "mp4", 1.0, "*", None, lambda at: None
    )
    assert set(by_id(said)) == {"walk_message"} and "at least two seeds" in by_id(said)["walk_message"]
    for asked in (None, "{", "[]", '{"trail": 3}', '{"trail": {"places": [], "first": "x"}}'):
        (said,) = handlers["film_trail"](asked, "shipped", "*", 1.0, 30, "mp4", None, lambda at: None)
        assert set(by_id(said)) == {"walk_message"} and 'role="alert"' in by_id(said)["walk_message"]
    said = by_id(handlers["describe"]("/no/such/place", None))
    assert set(said) == {"gen_card"} and "is no folder" in said["gen_card"]


def test_a_film_honours_the_chosen_class(folders, monkeypatch):
    """Where the film names no classes of its own."""
    seen = []
    monkeypatch.setattr(Studio, "stills", lambda self, *asked: [])
    monkeypatch.setattr(Studio, "film", lambda self, *asked: seen.append(asked[5]) or 1 / 0)
    handlers = {fn.name: fn.fn for fn in page(folders).fns.values() if fn.fn is not None}
    for classes, label in (("", "sad"), (" ", "*"), ("smile, sad", "neutral")):
        walk = handlers["interpolate"](
            FACE_MODEL, "1, 2", classes, 2, 30, "slerp", True, "mp4", 1.0, label, None, lambda at: None
        )
        with pytest.raises(ZeroDivisionError):
            list(walk)
    assert seen == ["sad", "*", "smile, sad"]


def test_a_picture_restores_its_settings_and_its_model_if_it_is_known(studio, folders, tmp_path):
    handlers = {fn.name: fn.fn for fn in page(folders).fns.values() if fn.fn is not None}
    path = saved(studio, tmp_path)
    found = by_id(handlers["restore"](path, None, None))
    assert (found["gen_seeds"], found["gen_psi"], found["gen_class"].value) == ("41", 0.55, "sad")
    assert found["gen_source"].value == FACE_MODEL
    media.save_png(path, np.zeros((4, 4, 3), np.uint8), {"seed": 7, "model": "gone"})
    found = by_id(handlers["restore"](path, "shipped", None))
    assert found["gen_seeds"] == "7" and "gone is not in the list" in found["gen_message"]
    assert "gen_source" not in found


@pytest.mark.slow
def test_a_client_makes_a_film(folders):
    client_module = pytest.importorskip("gradio_client")
    demo = page(folders)
    _, url, _ = demo.launch(prevent_thread_lock=True, quiet=True, server_port=None)
    try:
        client = client_module.Client(url, verbose=False)
        strip, video, _, file, message = client.predict(
            FACE_MODEL, "4, 6", "", 3, 24, "slerp", True, "mp4", 1.0, "*", api_name="/interpolate"
        )
        assert Path(file).stat().st_size > 500 and "MP4" in message
    finally:
        demo.close()
