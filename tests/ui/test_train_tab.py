"""The Train tab's handlers: what they answer, without a browser."""

import json
import threading
from dataclasses import fields
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import ROOT
from PIL import Image

from ganapp.config import ModelSpec, TrainConfig, preset_config
from ganapp.config.names import TASKS
from ganapp.config.tasks import ONLY_FOR
from ganapp.generators import Sources
from ganapp.ui.train import dataset_view, expectation, filling, origins, recipe, tasks
from ganapp.ui.train.latest import Latest
from ganapp.ui.train.refusal import place_of

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
            return dataset_view.Look("old pictures", "old facts")
        return dataset_view.Look("new pictures", "new facts", True)

    monkeypatch.setattr(dataset_view, "look_at_data", look_at_data)
    fn, given, part = handler(build(tmp_path), "look")

    def look(data):
        return fn({**given, part["dataset"]: data}, SimpleNamespace(session_hash="s"), None)

    older = threading.Thread(target=lambda: answers.append(look("faces")), daemon=True)
    older.start()
    assert at_work.wait(10)
    newest = look("mnist")
    assert (newest[part["preview_grid"]], newest[part["facts"]]) == ("new pictures", "new facts")
    assert part["cache"] in newest and newest[part["keep_transparency"]].visible
    older.join(10)
    assert answers == [{part["preview_grid"]: gr.skip()}], "the older one puts nothing on the page"
    assert not fn.__self__.previews._latest


def test_sessions_do_not_stop_each_other():
    previews = Latest()
    mine, yours = previews.begin("a"), previews.begin("b")
    newer = previews.begin("a")
    assert mine.is_set() and not newer.is_set() and not yours.is_set()
    assert not previews.end("a", mine) and previews.end("a", newer) and previews.end("b", yours)
    previews.stop("a")  # nothing is prepared any more


def test_a_refusal_names_its_control_and_starts_nothing(tmp_path):
    fn, given, part = handler(build(tmp_path), "start")
    in_optimizer = ["advanced", "group_optimizer", "set_batch"]
    settings = filling.of_preset(tasks.preset_for("unpaired")) | {"task": "unpaired"}
    unpaired = {part[name if name in tasks.FIELDS else f"set_{name}"]: v for name, v in settings.items()}
    for wrong, sentence, place in (
        ({part["set_batch"]: 0}, "batch is 0; it must be between 1 and 4096.", in_optimizer),
        ({part["amount"]: 0}, "The budget is 0; it must be more than 0.", ["amount"]),
        ({part["dataset"]: " "}, "There are no pictures chosen", ["dataset"]),
        ({part["dataset"]: "/not/there"}, "There is nothing at '/not/there'", ["dataset"]),
        (unpaired | {part["dataset_b"]: "/not/there"}, "There is nothing at '/not/there'", ["dataset_b"]),
        ({part["set_g_args"]: "{"}, "g_args is '{'", ["advanced", "group_model", "set_g_args"]),
        ({part["set_r1"]: 1, part["set_d_args"]: "{}"}, "R1 and R2 need", ["train_message"]),
        (
            {part["set_g_args"]: '{"widht": 4}'},
            "the generator of dcgan has no argument 'widht'; it has: width",
            ["train_message"],
        ),
    ):
        answer = json.loads(fn({**given, **wrong}, None))
        assert answer["name"] == "" and answer["sentence"].startswith(sentence) and answer["place"] == place
    assert not list(tmp_path.iterdir())


def test_a_set_that_a_visitor_may_not_name_is_refused_at_its_control():
    from ganapp.ui.access.capabilities import Capabilities
    from ganapp.ui.train.actions import TrainActions

    actions = object.__new__(TrainActions)
    actions.can = Capabilities(on_space=True, paths=False)
    for data, settings, place in (
        ("/etc", {"dataset_b": "faces-sad"}, ["dataset"]),
        ("faces-happy", {"dataset_b": "/etc"}, ["dataset_b"]),
        ("faces", {"start_from": "/etc"}, ["advanced", "group_lineage", "set_start_from"]),
    ):
        with pytest.raises(ValueError, match="here it must be") as error:
            actions._check_sources(data, settings)
        assert place_of(error.value) == place


def test_the_place_of_every_field_is_a_control_of_the_form(tmp_path):
    """Whatever field a sentence is about, its control is found and lies where the refusal says."""
    demo = build(tmp_path)
    blocks = {block.elem_id: block for block in demo.blocks.values() if getattr(block, "elem_id", None)}
    for field in fields(TrainConfig):
        place = place_of(ValueError(f"{field.name} is 7; it must be 8."))
        assert bool(place) == (field.metadata["group"] != "found" or field.name == "preset"), field.name
        outer = None
        for elem_id in place:
            block = blocks[elem_id]
            assert outer is None or outer in parents(block), (field.name, elem_id)
            outer = block
    assert place_of(ValueError("There is no room.")) == [] == place_of(OSError(28, "No space left"))


def parents(block):
    while (block := block.parent) is not None:
        yield block


def test_a_start_takes_what_the_form_says(tmp_path, monkeypatch):
    begun = []
    monkeypatch.setattr("ganapp.driving.background.start", begun.append)
    fn, given, part = handler(build(tmp_path), "start")
    more = {part["set_batch"]: 8, part["amount"]: 3, part["budget"]: "kimg", part["run_name"]: " mine "}
    answer = json.loads(fn({**given, **more}, None))
    (run,) = begun
    assert answer == {"name": run.name, "title": "mine", "place": [], "sentence": ""}
    assert run.name.endswith("mine")
    assert (run.config().batch, run.config().kimg, run.config().minutes) == (8, 3, 0)


def test_a_preset_fills_in_every_setting_but_how_pictures_are_read(tmp_path):
    fn, _, part = handler(build(tmp_path), "fill_in")
    filled = fn("stylegan2-32")
    kept = {"set_crop", "set_background", "set_channels"}
    decided = {n for n in part if n.startswith("set_")} - kept | {"damage"}
    assert {component.elem_id for component in filled} == decided
    assert filled[part["set_family"]] == "stylegan2" and isinstance(filled[part["set_g_args"]], str)


def test_what_a_browser_kept_is_put_back_and_what_cannot_start_is_not(tmp_path):
    config = preset_config("mlp-28")
    form = {"preset": "mlp-28", "dataset": str(tmp_path), "amount": 3, "budget": "kimg", "name": "été"}
    form |= filling.settings_of(config.replace(batch=7, g_args={"width": 9}))
    back = filling.kept(json.dumps(form | {"unknown": 1}))
    assert back == form and (back["batch"], back["g_args"]) == (7, '{"width": 9}')
    assert filling.kept(json.dumps(form | {"dataset": "/gone"}))["dataset"] == "faces"
    gone = {"dataset": "/gone", "dataset_b": ""}
    for task, wanted in (("pairs", ("faces-expression", "")), ("unpaired", ("faces-happy", "faces-sad"))):
        preset = tasks.preset_for(task)
        settings = filling.settings_of(preset_config(preset)) | {"preset": preset}
        for lost in (gone, {"dataset": str(tmp_path), "dataset_b": "/gone"}):
            found = filling.kept(json.dumps(form | settings | lost))
            assert (found["dataset"], found["dataset_b"]) == wanted
    for damaged in (
        form | {"batch": 0},
        form | {"preset": "x"},
        form | {"amount": None},
        {"preset": "mlp-28"},
        [1],
    ):
        assert filling.kept(json.dumps(damaged)) == {}
    for text in ("", "{", None, 7, '"a"', json.dumps(form | {"name": "x" * 40_000})):
        assert filling.kept(text) == {}


def test_a_first_visit_restores_nothing_but_the_list(tmp_path):
    """A choice made before the answer comes must not be taken back."""
    restore, _, part = handler(build(tmp_path), "restore")
    answer = restore("", SimpleNamespace(headers={}), None)
    assert list(answer) == [part["dataset"]] and "faces" in [
        value for _, value in answer[part["dataset"]].choices
    ]
    form = {"preset": "mlp-28", "dataset": str(tmp_path), "amount": 3, "budget": "kimg", "name": ""}
    kept = json.dumps(form | filling.settings_of(preset_config("mlp-28")))
    again = restore(kept, SimpleNamespace(headers={}), None)
    assert again[part["dataset"]].value == str(tmp_path) and again[part["amount"]] == 3


def test_a_cloned_run_gives_the_same_configuration(tmp_path):
    config = preset_config("dcgan-r1-32").replace(
        dataset="faces", minutes=2, kimg=10_000_000, g_lr=0.0007, mirror=True
    )
    values = filling.of_run(config)
    settings = {name: values[name] for name in filling.settings_of(config)}
    again = recipe.config_from(
        values["preset"], values["dataset"], values["budget"], values["amount"], settings
    )
    assert again == config
    by_count = filling.of_run(config.replace(kimg=30))
    assert (by_count["amount"], by_count["budget"]) == (30, "kimg")


def test_a_recipe_for_a_generator_fits_it_and_others_are_named_with_the_setting():
    spec = ModelSpec(family="dcgan", resolution=64, channels=3, num_classes=4, z_dim=96, args={"width": 40})
    values = filling.of_generator("faces-64", spec, {"preset": "dcgan-r1-64"}, "mlp-28")
    assert (values["preset"], values["start_from"], values["z_dim"]) == ("dcgan-r1-64", "faces-64", 96)
    settings = {name: values[name] for name in filling.settings_of(TrainConfig()) if name in values}
    config = recipe.config_from("dcgan-r1-64", "faces", "minutes", 1, settings)
    assert filling.misfit(spec, config) is None
    assert filling.misfit(spec, config.replace(resolution=32)) == ("resolution", 64, 32)
    assert filling.misfit(spec, config.replace(g_args={"width": 48}))[0] == "g_args"
    unknown = filling.of_generator(
        "x", spec, {}, "stylegan2-32"
    )  # another family: D's arguments do not carry over
    assert (unknown["preset"], unknown["family"], unknown["d_args"]) == ("stylegan2-32", "dcgan", "{}")


def test_start_from_lists_what_fits_first_and_says_why_the_rest_does_not(tmp_path):
    sources = Sources(tmp_path, ROOT / "checkpoints")
    config = preset_config("dcgan-r1-64")
    lines = dict((value, line) for line, value in origins.starting_points(sources, config, "en"))
    assert list(lines)[:2] == ["", "faces-64"] and lines["faces-64"] == "faces-64"
    assert lines["faces-32"] == "✕ faces-32 · does not fit: its resolution is 32, this recipe's is 64"
    chinese = dict((v, k) for k, v in origins.starting_points(sources, config, "zh-CN"))
    assert "不匹配" in chinese["mnist-32"]


def test_a_speed_is_measured_once_and_not_while_a_run_is_at_work(tmp_path, monkeypatch):
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


def test_a_speed_measured_while_a_run_began_is_not_kept(tmp_path, monkeypatch):
    from ganapp.runs import create_run

    run = create_run(tmp_path, TrainConfig(preset="dcgan-32"))
    expected = expectation.Expectation(tmp_path)

    def measured(name):
        run.write_status(state="running")
        return 10.0

    with run.lock():
        monkeypatch.setattr(expectation, "measured", measured)
        assert expected.speed("dcgan-32") == (0.0, "")
    run.write_status(state="paused")
    monkeypatch.setattr(expectation, "measured", lambda name: 100.0)
    assert expected.speed("dcgan-32") == (100.0, "measured")


def test_the_budget_is_what_good_pictures_take_here(tmp_path, monkeypatch):
    good = expectation.PRESETS["dcgan-r1-32"].good_kimg * 1000
    monkeypatch.setattr(expectation, "measured", lambda name: good / (60 * 16.2))
    demo = build(tmp_path)
    expect, _, part = handler(demo, "expect")
    said = expect("dcgan-r1-32", SimpleNamespace(session_hash="s"))
    minutes = next(value for component, value in said.items() if component is not part["about"])
    assert minutes == 17 and "about 16 min" in said[part["about"]]
    adopt = handler(demo, "adopt")[0]
    written = adopt(minutes, False, 10, 10)
    assert {part["amount"]: 17, part["budget"]: "minutes"}.items() <= written.items()
    assert sorted(written.values(), key=str) == [17, 17, "minutes"], "it is remembered as the app's own"
    for amount, adopted in ((7, 10), (17, 12)):
        kept = adopt(minutes, False, amount, adopted)
        assert kept == {part["amount"]: gr.skip()}, "typed while it was on its way"
    assert adopt(minutes, True, 10, 10) == {part["amount"]: gr.skip()}, "a person's own budget stays"
    assert adopt(0, False, 10, 10) == {part["amount"]: gr.skip()}


def test_the_form_is_filled_from_a_generator_or_a_run_and_says_so(tmp_path):
    from ganapp.runs import create_run

    fn, _, part = handler(build(tmp_path), "take_over")

    def taken(**detail):
        return fn(SimpleNamespace(_data=detail), "mlp-28")

    tuned = taken(tab="train", model="faces-64")
    assert (tuned[part["set_start_from"]], tuned[part["set_resolution"]]) == ("faces-64", 64)
    assert (
        tuned[part["preset"]]["value"] == "dcgan-r1-64"
        and "go on from faces-64" in tuned[part["train_message"]]
    )
    config = TrainConfig(preset="mlp-28", dataset="mnist", kimg=7, batch=24)
    cloned = taken(
        tab="train", run=create_run(tmp_path, config, "a <b>").name
    )  # as the row of actions says it
    assert (cloned[part["dataset"]], cloned[part["set_batch"]]) == ("mnist", 24)
    assert (cloned[part["amount"]], cloned[part["budget"]]) == (7, "kimg")
    assert "settings of a &lt;b&gt;" in cloned[part["train_message"]]
    for other in ({"tab": "create", "model": "faces-64"}, {"tab": "train"}, {"tab": "evaluate", "run": "x"}):
        assert list(taken(**other).values()) == [gr.skip()]
    with pytest.raises(gr.Error, match="no run 'gone'"):
        taken(tab="train", run="gone")


def test_a_task_brings_its_presets_its_data_and_what_it_needs(tmp_path):
    fn, _, part = handler(build(tmp_path), "choose_task")
    answer = fn("unpaired", "faces", "", SimpleNamespace(session_hash="s", headers={}, cookies={}))
    found = {component.elem_id: update for component, update in answer.items()}
    assert found["preset"]["value"] == "cyclegan-32" and "repair-64" not in found["preset"]["choices"]
    assert {"cut-32", "cut"} <= set(found["preset"]["choices"])
    assert (found["dataset"]["value"], found["dataset_b"]["value"]) == ("faces-happy", "faces-sad")
    assert (found["dataset_b"]["visible"], found["damage"]["visible"]) == (True, "hidden")
    assert found["set_cycle"] == preset_config("cyclegan-32").cycle
    for name, (
        uses,
        _,
    ) in ONLY_FOR.items():  # what the task does not use is hidden, in Advanced by its classes
        if name in tasks.FIELDS:
            assert found[name]["visible"] == (True if "unpaired" in uses else "hidden"), name
        else:
            assert part[f"set_{name}"].elem_classes == ["for-task", *(f"for-{task}" for task in uses)], name
    sheet = (ROOT / "ganapp/ui/shared/page.css").read_text("utf-8")
    assert all(f'[data-task="{task}"] .for-task:not(.for-{task})' in sheet for task in TASKS)
    assert part["set_batch"].elem_classes == []
    # A handler that still gets the preset of the last task is not refused by the menu; a text is no preset.
    assert part["preset"].preprocess("repair-64") == "repair-64"
    assert expectation.say_preset("no such preset") == ""
    assert place_of(ValueError("preset is 'x'; it must be one of dcgan-32.")) == ["preset"]


def test_what_is_not_shown_is_not_meant(tmp_path):
    """The damage of a task that was chosen before stays in its hidden control, and is not a part of the run."""
    _, given, part = handler(build(tmp_path), "start")
    actions = handler(build(tmp_path), "start")[0].__self__
    values = {component: component.value for component in actions.form.inputs}
    values[actions.form.named["damage"]] = "hole:0.2"
    assert actions.form.settings_of(values)["damage"] == ""
    values[actions.form.named["task"]] = "degrade"
    assert actions.form.settings_of(values)["damage"] == "hole:0.2"


def test_the_preview_of_a_damage_is_what_training_sees_beside_the_picture():
    from ganapp.ui.train import preview

    pictures = np.random.default_rng(1).integers(0, 256, (4, 3, 8, 8)).astype(np.uint8)
    dataset = SimpleNamespace(count=4, images=SimpleNamespace(take=lambda rows: pictures[rows]))
    config = SimpleNamespace(task="degrade", damage="grey", mirror=False)
    tiles = preview.pairs(config, dataset, 4)
    order = preview.indices(dataset, 4)
    assert tiles.shape == (4, 8, 16, 3)
    assert np.array_equal(tiles[:, :, 8:], pictures[order].transpose(0, 2, 3, 1))
    grey = pictures[order].transpose(0, 2, 3, 1) @ np.array([0.299, 0.587, 0.114])
    assert np.abs(tiles[:, :, :8] - grey[..., None]).max() <= 1
    config.mirror = True
    mirrored = preview.pairs(config, dataset, 4)
    assert np.array_equal(mirrored[1, :, 8:], tiles[1, :, :7:-1]) and np.array_equal(mirrored[0], tiles[0])


def test_both_sets_are_counted_and_few_pictures_are_helped_where_it_can_be(tmp_path):
    for name, count in (("horses", 5), ("zebras", 3)):
        for i in range(count):
            (tmp_path / name).mkdir(exist_ok=True)
            pixels = np.random.default_rng(i).integers(0, 256, (32, 32, 3)).astype(np.uint8)
            Image.fromarray(pixels).save(tmp_path / name / f"{i}.png")
    sets = {"dataset": str(tmp_path / "horses"), "dataset_b": str(tmp_path / "zebras")}
    config = preset_config(tasks.preset_for("unpaired")).replace(**sets)
    look = dataset_view.look_at_data(config, lambda *_: None, lambda: False)
    first, other = look.facts.index("5 pictures for training"), look.facts.index("3 pictures for training")
    assert look.facts.index("First set") < first < look.facts.index("The other set") < other
    assert not look.is_few  # what helps with few pictures is for those from noise
    alone = preset_config("dcgan-32").replace(dataset=sets["dataset"])
    found = dataset_view.look_at_data(alone, lambda *_: None, lambda: False)
    assert found.is_few and "First set" not in found.facts
