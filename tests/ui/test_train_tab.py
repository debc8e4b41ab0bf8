"""The Train tab's handlers: what they answer, without a browser."""

import threading
from types import SimpleNamespace

import pytest

from ganapp.ui.train import dataset_view, expectation
from ganapp.ui.train.previews import Previews

gr = pytest.importorskip("gradio")


def build(folder):
    from ganapp.ui.train import tab

    with gr.Blocks() as demo, gr.Tab("Train"):
        tab.build_train(folder)
    return demo


def handler(demo, name):
    """(the handler, {component: value} of its inputs, {elem_id: component})."""
    fn = next(fn for fn in demo.fns.values() if fn.name == name)
    components = {block.elem_id: block for block in demo.blocks.values() if getattr(block, "elem_id", None)}
    return fn.fn, {component: component.value for component in fn.inputs}, components


def test_what_was_chosen_last_is_shown_whichever_is_ready_first(tmp_path, monkeypatch):
    at_work, answers = threading.Event(), []

    def look_at_data(config, tell, stopped):
        if config.dataset == "faces":
            at_work.set()
            while not stopped():
                threading.Event().wait(0.01)
            return "old pictures", "old facts"
        return "new pictures", "new facts"

    monkeypatch.setattr(dataset_view, "look_at_data", look_at_data)
    fn, given, part = handler(build(tmp_path), "look")

    def look(data):
        return fn({**given, part["dataset"]: data}, SimpleNamespace(session_hash="s"), None)

    older = threading.Thread(target=lambda: answers.append(look("faces")), daemon=True)
    older.start()
    assert at_work.wait(10)
    newest = look("mnist")
    assert (newest[part["preview_grid"]], newest[part["facts"]]) == ("new pictures", "new facts")
    assert part["cache"] in newest
    older.join(10)
    assert answers == [{part["preview_grid"]: gr.skip()}], "the older one puts nothing on the page"
    assert not fn.__self__.previews._latest


def test_sessions_do_not_stop_each_other():
    previews = Previews()
    mine, yours = previews.begin("a"), previews.begin("b")
    newer = previews.begin("a")
    assert mine.is_set() and not newer.is_set() and not yours.is_set()
    assert not previews.end("a", mine) and previews.end("a", newer) and previews.end("b", yours)
    previews.stop("a")  # nothing is prepared any more


def test_a_wrong_form_is_one_sentence_and_starts_nothing(tmp_path):
    fn, given, part = handler(build(tmp_path), "start")
    for wrong, sentence in (
        ({part["set_batch"]: 0}, "batch is 0; it must be between 1 and 4096."),
        ({part["amount"]: 0}, "The budget is 0; it must be more than 0."),
        ({part["dataset"]: " "}, "There are no pictures chosen"),
    ):
        answer = fn({**given, **wrong}, None)
        assert answer[part["started"]] == "" and sentence in answer[part["train_message"]]
    assert not list(tmp_path.iterdir())


def test_a_start_takes_what_the_form_says(tmp_path, monkeypatch):
    started = []
    monkeypatch.setattr("ganapp.driving.background.start", started.append)
    fn, given, part = handler(build(tmp_path), "start")
    more = {part["set_batch"]: 8, part["amount"]: 3, part["budget"]: "kimg", part["run_name"]: " mine "}
    answer = fn({**given, **more}, None)
    (run,) = started
    assert answer == {part["started"]: run.name, part["train_message"]: ""} and run.name.endswith("mine")
    assert (run.config().batch, run.config().kimg, run.config().minutes) == (8, 3, 0)


def test_a_preset_fills_in_every_setting(tmp_path):
    fn, _, part = handler(build(tmp_path), "fill_in")
    filled = fn("stylegan2-32")
    settings = {name for name in part if name.startswith("set_")}
    assert {component.elem_id for component in filled} == settings
    assert filled[part["set_family"]] == "stylegan2" and isinstance(filled[part["set_g_args"]], str)


def test_a_speed_is_measured_once_and_not_while_a_run_is_at_work(tmp_path, monkeypatch):
    from ganapp.config import TrainConfig
    from ganapp.runs import create_run

    calls = []
    monkeypatch.setattr(expectation, "measured", lambda name: calls.append(name) or 100.0)
    expected = expectation.Expectation(tmp_path)
    assert expected.speed("dcgan-32") == expected.speed("dcgan-32") == (100.0, "measured")
    assert calls == ["dcgan-32"]
    run = create_run(tmp_path, TrainConfig(preset="dcgan-32"))
    with run.lock():
        run.write_status(state="running")
        assert expected.speed("mlp-28") == (0.0, "")
    run.write_status(state="finished", nimg=9000, sec=90, images_per_sec=120)
    assert expected.speed("dcgan-32") == (100.0, "seen")
