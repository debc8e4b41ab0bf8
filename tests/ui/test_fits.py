"""Own pictures in the editor without a browser: jobs in a line, a fit and a repair to their end, what they leave."""

import json
import shutil
import threading
import time

import numpy as np
import pytest
import test_generate_tab
import test_live

pytest.importorskip("gradio")
from PIL import Image

from ganapp import latents
from ganapp.latents.fitting import Effort
from ganapp.latents.pace import Pace
from ganapp.ui.access import paths, uploads
from ganapp.ui.access.file_names import path_of
from ganapp.ui.edit import fits as module
from ganapp.ui.edit.editing import KINDS as EDITING_KINDS
from ganapp.ui.edit.editing import LONGEST, Editing
from ganapp.ui.edit.fits import KINDS, Fits
from ganapp.ui.edit.jobs import Jobs
from ganapp.ui.generate import words
from ganapp.ui.generate.live import Live, server_functions

FACE_MODEL = test_generate_tab.FACE_MODEL
folders, studio = test_generate_tab.folders, test_generate_tab.studio  # fixtures
SIDE = 28  # of its pictures


@pytest.fixture
def uploaded(tmp_path, monkeypatch):
    """uploaded(image): the path of a PNG in Gradio's folder."""
    folder = tmp_path / "uploads"
    folder.mkdir()
    monkeypatch.setattr(uploads, "get_upload_folder", lambda: str(folder))

    def upload(image):
        path = folder / f"{len(list(folder.iterdir()))}.png"
        Image.fromarray(image).save(path)
        return str(path)

    return upload


@pytest.fixture
def ask(studio, monkeypatch):
    """ask(name, **request): a server function as the page calls it; fits do little work."""
    little = Effort(seeds=4, starts=2, steps=3, tuning_steps=2, samples=1)
    for name in ("invert", "restore"):
        monkeypatch.setattr(f"ganapp.latents.{name}.effort_for", lambda G: little)
    editing = Editing(Live(studio))
    fits = Fits(editing)
    functions = server_functions(fits, KINDS, longest=LONGEST)
    functions += server_functions(editing, EDITING_KINDS, longest=LONGEST)
    named = {function.__name__: function for function in functions}

    def asked(which, /, **request):
        return named[which]({"source": FACE_MODEL} | request)

    asked.fits = fits
    return asked


def ended(ask, fit):
    for _ in range(600):
        answer = ask("fitting", fit=fit)
        if answer["state"] not in ("waiting", "working"):
            return answer
        time.sleep(0.02)
    raise AssertionError("it does not end")


def test_a_picture_becomes_a_model_of_its_own_that_every_slider_moves(ask, studio, uploaded):
    G = studio.models.load(FACE_MODEL)
    wanted = latents.generate(G, [5], y="sad")[0]
    started = ask("fit", path=uploaded(wanted), label="sad")
    answer = ended(ask, started["fit"])
    assert answer["state"] == "done" and answer["stage"] == "done" and answer["count"] == 1
    assert answer["labels"] == ["sad"] and answer["source"].startswith("own/")
    edit = json.dumps({"latent": answer["latents"][0], "label": "sad"})
    before, after = test_live.pictures(ask("edited", source=answer["source"], edit=edit, exact=True))
    assert np.array_equal(before, after) and np.array_equal(after, test_live.pictures(answer)[0])
    moved = {
        "latent": answer["latents"][0],
        "label": "sad",
        "steps": [{"kind": "direction", "name": "smile", "amount": 2}],
    }
    _, smiling = test_live.pictures(
        ask("edited", source=answer["source"], edit=json.dumps(moved), exact=True)
    )
    assert not np.array_equal(smiling, after)

    # a PNG of it comes back by the model that was fitted, because weights are not in it
    saved = path_of(ask("save_edited", source=answer["source"], edit=edit)["file"])
    restored = words.restore(saved, studio.models.names())
    assert (restored.source, restored.model, restored.is_tuned) == (FACE_MODEL, "own", True)

    kept = ask("keep_fit", fit=started["fit"], name="my face!")
    assert kept == {"source": "imported/my-face"} and kept["source"] in studio.models.names()
    assert studio.models.load("imported/my-face").origin["parent"] == FACE_MODEL
    assert ask("keep_fit", fit=started["fit"], name="my face!") == {"source": "imported/my-face-2"}


def test_a_hole_of_the_picture_that_is_edited_is_filled(ask, studio):
    """What is outside of the hole stays as it was; four answers at most, and where they differ."""
    region = latents.Region.box(0.25, 0.25, 0.75, 0.75, side=28)
    asked = {"edit": json.dumps({"seed": 3, "label": "smile"}), "region": json.dumps(region.to_json())}
    fit = ask("fit", repair="inpaint", **asked)["fit"]
    answer = ended(ask, fit)
    answers = test_live.pictures(answer)
    whole = latents.generate(studio.models.load(FACE_MODEL), [3], y="smile")[0]
    inside = region.at(SIDE).numpy() >= 0.5
    assert len(answers) == len(answer["latents"]) == 2 and answer["spread"]["count"] == 1
    for image in answers:
        assert np.array_equal(image[~inside], whole[~inside]) and not np.array_equal(image, whole)
    with Image.open(path_of(ask("save_answer", fit=fit, answer=1)["file"])) as file:
        assert np.array_equal(np.asarray(file), answers[1])


def test_points_of_an_edited_picture_are_dragged(ask, studio, monkeypatch):
    monkeypatch.setattr(module, "DRAG_STEPS", 2)
    monkeypatch.setattr("ganapp.latents.drag.SAMPLES", 1)
    asked = {"edit": json.dumps({"seed": 3, "label": "smile"}), "repair": "drag"}
    answer = ended(ask, ask("fit", points=[[0.5, 0.5]], targets=[[0.7, 0.5]], **asked)["fit"])
    assert (answer["state"], answer["stage"], answer["share"]) == ("done", "drag", 1.0)
    assert 0 < answer["distance"] < 9 and answer["labels"] == ["smile"]
    edit = json.dumps({"latent": answer["latents"][0], "label": "smile"})
    _, after = test_live.pictures(ask("edited", source=answer["source"], edit=edit, exact=True))
    before = latents.generate(studio.models.load(FACE_MODEL), [3], y="smile")[0]
    assert np.array_equal(after, test_live.pictures(answer)[0]) and not np.array_equal(after, before)


def test_a_small_picture_is_seen_as_the_model_takes_it_and_made_large(ask, studio, uploaded):
    wide = np.zeros((40, 80, 3), np.uint8)
    wide[:, 40:] = (0, 200, 0)
    path = uploaded(wide)
    seen = test_live.pictures(ask("seen", path=path, box=[0.5, 0, 1, 1]))[0]
    assert seen.shape == (SIDE, SIDE, 3) and (np.abs(seen[:, 3:].astype(int) - (0, 200, 0)) <= 2).all()
    answer = ended(ask, ask("fit", path=path, repair="upscale", amount=2)["fit"])
    assert answer["size"] == SIDE and answer["state"] == "done"


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ({"repair": "beautify"}, "no repair; there are: inpaint"),
        ({"repair": "inpaint"}, "a mask must say where it is"),
        ({"repair": "upscale", "amount": 3}, "one of 2, 4, 8"),
        ({"path": "/etc/passwd"}, "not there any more"),
        ({"repair": "upscale", "amount": 2}, "Choose a small picture first"),
        ({"repair": "inpaint", "region": "["}, "it is not JSON"),
        ({"repair": "inpaint", "region": "[" * 90_000}, "it is not JSON"),
        ({"label": "angry"}, "not a class of this model"),
        ({"repair": "drag"}, "1 to 16 pairs of x and y"),
        ({"repair": "drag", "points": [[0.5]], "targets": [[0.5, 0.1]]}, "pairs of numbers"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(ask, request_, said):
    answer = ask("fit", **request_)
    answer = ended(ask, answer["fit"]) if "fit" in answer else answer
    assert said in answer["error"]


def test_a_fit_goes_on_without_the_folder_of_its_model_and_keeps_no_weights(ask, studio, uploaded, tmp_path):
    G = studio.models.load(FACE_MODEL)
    gone = shutil.move(G.folder, tmp_path / "gone")
    try:
        fit = ask("fit", path=uploaded(latents.generate(G, [5])[0]))["fit"]
        first = ended(ask, fit)
    finally:
        shutil.move(gone, G.folder)
    assert first["state"] == "done" and ended(ask, fit)["data"] == first["data"]
    (job,) = ask.fits.jobs._jobs.values()
    assert job.latest.G is None  # else forty of them would hold forty generators
    again = ended(ask, ask("fit", source=first["source"], edit=json.dumps({"seed": 3}))["fit"])
    assert studio.models.load(again["source"]).origin["parent"] == FACE_MODEL


def test_how_long_it_takes_is_told_before(ask, studio, monkeypatch):
    """Of the class that is chosen fewer seeds are tried; four answers are tuned for; measured once."""
    seen = []
    measured = Pace(draw=1, latent=100, weights=10_000, turn=0)
    monkeypatch.setattr("ganapp.latents.pace.pace_of", lambda G: seen.append(G) or measured)
    monkeypatch.setattr(
        "ganapp.latents.fitting.effort_for",
        lambda G: Effort(seeds=4, starts=2, steps=3, tuning_steps=5, samples=1),
    )
    classes = studio.models.load(FACE_MODEL).spec.num_classes
    assert ask("takes") == {"seconds": 4 * classes + 100 * 6 + 10_000 * (5 + 4), "limit": 0}
    assert ask("takes", label="sad")["seconds"] == 4 + 100 * 6 + 10_000 * (5 + 4)
    assert ask("takes", repair="grey")["seconds"] == 4 * classes + 100 * 6 + 10_000 * (2 * 5 + 4)
    assert ask("takes", repair="drag")["seconds"] == measured.drag(module.DRAG_STEPS)
    assert len(seen) == 1 and seen[0] is not studio.models.load(FACE_MODEL)


def test_an_upload_that_is_too_large_is_refused_before_it_is_decoded(ask, uploaded, monkeypatch):
    path = uploaded(np.zeros((30, 40, 3), np.uint8))
    monkeypatch.setattr(module, "MOST_PIXELS", 1199)
    monkeypatch.setattr(Image.Image, "load", lambda self: 1 / 0)
    for request in ({"path": path}, {"path": path, "box": [0, 0, 0.5, 1]}):
        assert "too many pixels (40×30)" in ask("seen", **request)["error"]
        assert "too many pixels (40×30)" in ask("fit", **request)["error"]
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    assert "has more than" in ask("seen", path=path)["error"]


def test_a_model_is_listed_when_all_of_it_is_kept(ask, studio, uploaded, monkeypatch):
    fit = ask("fit", edit=json.dumps({"seed": 3}))["fit"]
    assert ended(ask, fit)["state"] == "done"
    copied = []

    def copytree(source, target, **options):
        found = shutil_copytree(source, target, **options)
        copied.append(studio.models.names())
        assert (target / "config.json").is_file()  # but for the name it is a model
        return found

    shutil_copytree = shutil.copytree
    monkeypatch.setattr(module.shutil, "copytree", copytree)
    kept = ask("keep_fit", fit=fit, name="whole")["source"]
    assert kept not in copied[0] and not any("tmp" in name for name in copied[0])
    assert set(studio.models.names()) == {*copied[0], kept}


def test_a_film_goes_from_one_fitted_picture_to_another(ask, studio, monkeypatch):
    """Each is drawn by the model that was fitted to it; what is not one name a keyframe is refused."""
    answers = [ended(ask, ask("fit", label="sad", edit=json.dumps({"seed": seed}))["fit"]) for seed in (3, 4)]
    edits = [json.dumps({"latent": answer["latents"][0], "label": "sad"}) for answer in answers]
    kept = []
    monkeypatch.setattr(
        module.media,
        "write_video",
        lambda path, images, fps, sound, about: (kept.extend(images), path.touch()),
    )
    sources = [answer["source"] for answer in answers]
    wanted = {"edits": [*edits, edits[0]], "sources": [*sources, FACE_MODEL]}
    ask.fits.editing.film(FACE_MODEL, wanted, 2, "gif")
    assert len(kept) == 7
    for frame, answer in ((kept[0], answers[0]), (kept[3], answers[1])):
        assert np.array_equal(frame, test_live.pictures(answer)[0])
    G, edit = studio.models.load(FACE_MODEL), latents.Edit.from_json(json.loads(edits[0]))
    assert np.array_equal(kept[6], latents.draw_edit(G, edit))
    for wrong, said in ((["a"], "as many names"), ([1, 2, 3], "as many names")):
        with pytest.raises(ValueError, match=said):
            ask.fits.editing.film(FACE_MODEL, wanted | {"sources": wrong}, 2, "gif")
    many = {"edits": [edits[0]] * 9, "sources": [f"own/{i}/x" for i in range(9)]}
    with pytest.raises(ValueError, match="at most 8 fitted models"):
        ask.fits.editing.film(FACE_MODEL, many, 2, "gif")


@pytest.mark.parametrize("box", [[0, 0, 1], ["a", 0, 1, 1], [0.5, 0, 0.2, 1], [0, 0, 7, 1]])
def test_a_part_that_is_none(ask, uploaded, box):
    assert (
        "part of the picture" in ask("seen", path=uploaded(np.zeros((9, 9, 3), np.uint8)), box=box)["error"]
    )


@pytest.mark.parametrize("name", ["own/me", "own/me/../x", "own/../../x", "own/you/AAAA", "own//"])
def test_no_other_folder_is_reached_by_the_name_of_a_fitted_model(ask, name):
    assert "no longer there" in ask("edited", source=name, edit="{}")["error"]


def test_on_a_space_no_fitted_model_is_kept(ask, monkeypatch):
    monkeypatch.setattr(module, "here", lambda: type("Can", (), {"on_space": True}))
    assert "machine of your own" in ask("keep_fit", fit="x", name="y")["error"]


# -- the line ------------------------------------------------------------------------------------------------


class Work:
    """A job that gives 1, 2, 3 … one at a time, each when `go` is released."""

    def __init__(self, most=3):
        self.most, self.go, self.given = most, threading.Semaphore(0), []

    def __call__(self):
        for number in range(1, self.most + 1):
            self.go.acquire(timeout=10)
            self.given.append(number)
            yield number

    def end(self):
        self.go.release(1000)


def until(condition):
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("it does not become true")


def test_jobs_wait_in_line_and_each_visitor_has_one():
    jobs, first, second = Jobs(), Work(), Work()
    a = jobs.start("ana", first, lambda found: found * 10)
    b = jobs.start("bo", second, lambda found: found * 10)
    until(lambda: jobs.find("ana", a).state == "working")
    assert (jobs.find("bo", b).state, jobs.place(jobs.find("bo", b))) == ("waiting", 1)
    with pytest.raises(ValueError, match="no longer there"):
        jobs.find("bo", a)
    c = jobs.start("bo", Work(), lambda found: found)  # in place of the one that waits
    assert jobs.find("bo", b).state == "stopped" and second.given == []
    first.end()
    until(lambda: jobs.find("ana", a).state == "done")
    assert (jobs.find("ana", a).latest, jobs.find("ana", a).result) == (3, 30)
    jobs.find("bo", c).stop.set()


def test_a_job_that_is_stopped_keeps_what_it_has():
    jobs, work = Jobs(), Work()
    name = jobs.start("ana", work, lambda found: f"kept {found}")
    work.go.release()
    until(lambda: jobs.find("ana", name).latest == 1)
    jobs.find("ana", name).stop.set()
    work.go.release()
    until(lambda: jobs.find("ana", name).has_ended)
    assert (jobs.find("ana", name).state, jobs.find("ana", name).result) == ("stopped", "kept 2")


def test_a_job_ends_when_its_time_is_over_and_one_that_fails_says_why(monkeypatch):
    jobs = Jobs(limit_sec=1e-6)
    work = Work(5)
    work.end()
    name = jobs.start("ana", work, lambda found: found)
    until(lambda: jobs.find("ana", name).has_ended)
    assert jobs.find("ana", name).result == 1

    def wrong():
        raise ValueError("no such thing")
        yield

    name = jobs.start("ana", wrong, lambda found: found)
    until(lambda: jobs.find("ana", name).has_ended)
    assert (jobs.find("ana", name).state, jobs.find("ana", name).error) == ("failed", "no such thing")

    def full():
        raise OSError(28, "No space left on device", "/home/ana/out")
        yield

    monkeypatch.setattr(paths, "here", lambda: type("Can", (), {"paths": False}))
    name = jobs.start("ana", full, lambda found: found)
    until(lambda: jobs.find("ana", name).has_ended)
    assert "No space left" in jobs.find("ana", name).error and "/home" not in jobs.find("ana", name).error
    name = jobs.start("ana", lambda: iter([1 / 0]), lambda found: found)  # the thread goes on after it
    until(lambda: jobs.find("ana", name).has_ended)


def test_what_has_ended_is_forgotten_by_number(monkeypatch):
    jobs = Jobs()
    names = []
    for _ in range(9):
        work = Work(1)
        work.end()
        names.append(jobs.start("ana", work, lambda found: found))
        until(lambda: jobs.find("ana", names[-1]).has_ended)
    with pytest.raises(ValueError, match="no longer there"):
        jobs.find("ana", names[0])
    assert jobs.find("ana", names[-6]).result == 1
