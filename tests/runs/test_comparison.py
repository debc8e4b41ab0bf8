"""Comparisons and queues: what differs, figures, the same moment, the plan of a sweep; the tab's server functions and commands."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from ganapp.cli.main import main
from ganapp.config import TrainConfig, preset_config
from ganapp.runs import comparison, create_run, list_runs, sweep, write_figures
from ganapp.runs.columns import MENU, SUMMARIZED
from ganapp.ui.compare.compare import Comparison
from ganapp.ui.compare.run_queue import plan
from ganapp.ui.compare.tab import FILES
from ganapp.ui.shared.strings import script_catalogs
from ganapp.ui.shared.thinning import columns
from ganapp.ui.shared.watching import UI

FORM = {"preset": "dcgan-r1-32", "dataset": "faces", "budget": "minutes", "amount": "2", "field": "loss"}


def add_run(folder, rows=4, every=2, batch=64, sec=0.5, state="stopped", size=32, name="", **config):
    """A run with a row of statistics each `batch` images and `sec` seconds, and a grid every few rows."""
    run = create_run(folder, TrainConfig(**config), name)
    for i in range(rows):
        run.append_stats(
            {
                "nimg": batch * (i + 1),
                "sec": sec * (i + 1),
                "g_loss": i + 1.0,
                "d_loss": 0.5,
                "d_real": 2.0,
                "d_fake": -i,
            }
        )
        if i % every == 0:
            picture = Image.new("RGB", (8 * size, 8 * size), (40 * i, 0, 0))
            picture.save(run.sample_path(batch * (i + 1)), "WEBP", lossless=True)
    run.write_status(state=state, attempt=1, nimg=batch * rows, sec=sec * rows)
    return run


# -- configurations ---------------------------------------------------------------------------------------------------


def test_only_what_differs_is_listed_with_arguments_one_by_one():
    first = TrainConfig(loss="hinge", g_args={"width": 8, "stem": "conv"})
    second = TrainConfig(loss="hinge", g_args={"width": 16, "stem": "conv"}, seed=3)
    rows = comparison.differences([first, second, first])
    assert rows == [("g_args.width", [8, 16, 8]), ("seed", [0, 3, 0])]
    assert comparison.differences([first, first]) == []
    assert comparison.differences([first, None, first]) == []


def test_an_argument_that_only_one_has():
    rows = comparison.differences([TrainConfig(d_args={"norm": "none"}), TrainConfig()])
    assert rows == [("d_args.norm", ["none", None])]


def test_a_budget_by_the_clock_says_nothing_of_images():
    rows = comparison.differences([TrainConfig(minutes=5, kimg=10_000_000), TrainConfig(kimg=30)])
    assert rows == [("kimg", [None, 30.0]), ("minutes", [5.0, 0.0])]


def test_paths_are_shown_without_their_folders():
    a, b, c = (TrainConfig(dataset=d) for d in ("/home/me/cats.zip", "/home/you/cats.zip", "faces"))
    assert comparison.differences([a, b, c]) == [("dataset", ["cats.zip (1)", "cats.zip (2)", "faces"])]


def test_runs_are_called_by_the_one_value_in_which_they_differ():
    losses = [TrainConfig(loss=loss, threads=i) for i, loss in enumerate(("hinge", "minimax"))]
    assert comparison.labels(["a", "b"], comparison.differences(losses)) == ["hinge", "minimax"]
    families = [TrainConfig(family="dcgan", d_args={"norm": "none"}), TrainConfig(family="mlp", z_dim=128)]
    assert comparison.labels(["a", "b"], comparison.differences(families)) == ["dcgan", "mlp"]
    both = [TrainConfig(loss="hinge", seed=1), TrainConfig(loss="minimax", seed=2)]
    assert comparison.labels(["a", "b"], comparison.differences(both)) == ["a", "b"]
    twice = [TrainConfig(seed=1), TrainConfig(seed=2), TrainConfig(seed=2)]
    assert comparison.labels(["a", "b", "c"], comparison.differences(twice)) == ["a", "b", "c"]


# -- figures ----------------------------------------------------------------------------------------------------------


def test_figures_are_means_of_the_last_rows(tmp_path):
    run = add_run(tmp_path, rows=50)
    run.write_status(parameters={"g": 7, "d": 5})
    assert comparison.figures(run, run.status()) == {
        "state": "stopped", "kimg": 3.2, "minutes": 0.4, "images_per_sec": 128.0, "parameters": {"g": 7, "d": 5},
        "g_loss": 40.5, "d_loss": 0.5, "gap": 41.5,
    }  # fmt: skip
    empty = create_run(tmp_path, TrainConfig())
    figures = comparison.figures(empty, empty.status())
    assert figures["kimg"] == 0 and figures["images_per_sec"] is None and figures["g_loss"] is None


def test_figures_without_finite_numbers_are_none_and_json(tmp_path):
    run = create_run(tmp_path, TrainConfig())
    run.append_stats({"nimg": 64, "sec": 1, "g_loss": float("nan"), "d_loss": float("inf")})
    json.dumps(comparison.figures(run, run.status()), allow_nan=False)


def test_last_stats_of_a_long_file(tmp_path):
    run = add_run(tmp_path, rows=3000, every=10**6)
    assert [row["nimg"] for row in run.last_stats(3)] == [64 * n for n in (2998, 2999, 3000)]
    with open(run.path / "stats.jsonl", "a") as file:
        file.write('{"nimg": 1')
    assert run.last_stats(1)[0]["nimg"] == 64 * 3000


# -- the same moment --------------------------------------------------------------------------------------------------


def test_the_same_moment_by_images_and_by_minutes(tmp_path):
    quick = comparison.grids(
        add_run(tmp_path, rows=9, every=2, sec=0.5)
    )  # grids at 64, 192, … 576 images, 0.5, 1.5 … 4.5 s
    slow = comparison.grids(add_run(tmp_path, rows=5, every=2, sec=3.0))  # at 64, 192, 320 images, 3, 9, 15 s
    assert [grid.sec for grid in slow] == [3.0, 9.0, 15.0]
    assert comparison.common_position([quick, slow], "images") == 320
    assert comparison.common_position([quick, slow, []], "minutes") == 4.5
    assert [comparison.grid_at(g, 320, "images").nimg for g in (quick, slow)] == [320, 320]
    assert [comparison.grid_at(g, 4.5, "minutes").nimg for g in (quick, slow)] == [576, 64]
    assert comparison.grid_at(slow, 319, "images").nimg == 192
    assert comparison.grid_at(slow, 0, "images").nimg == 64 and comparison.grid_at([], 0, "images") is None


def test_a_sheet_has_all_grids_at_one_size_and_moment(tmp_path):
    small, large = add_run(tmp_path, rows=5, size=32), add_run(tmp_path, rows=3, size=64)
    rows = comparison.differences(comparison.read_configs([small, large]))
    assert comparison.write_sheet(tmp_path / "sheet.webp", [small, large], rows, "images") == "0.2 kimg"
    page = np.asarray(Image.open(tmp_path / "sheet.webp"))
    assert page.shape[0] > 512 and page.shape[1] > 1024
    assert (page[300, 200] == [80, 0, 0]).all() and (page[300, 16 + 528 + 200] == [80, 0, 0]).all()
    comparison.write_sheet(tmp_path / "first.png", [small, large], rows, "images", at=0.1)
    assert (np.asarray(Image.open(tmp_path / "first.png"))[300, 200] == [0, 0, 0]).all()


# -- a queue that differs in one field ----------------------------------------------------------------------------------


def test_four_losses_on_one_backbone():
    base = preset_config("dcgan-r1-32").replace(minutes=2.0)
    planned = sweep.plan(base, [("loss", ["minimax", "non_saturating", "hinge", "relativistic"])])
    assert [name for name, _ in planned] == [f"faces-loss-{c.loss}" for _, c in planned]
    assert all(config == base.replace(loss=config.loss) for _, config in planned)
    assert [row.field for row in comparison.differences([c for _, c in planned])] == ["loss"]


def test_families_begin_with_their_own_arguments():
    base = preset_config("dcgan-r1-32")
    (_, same), (_, other) = sweep.plan(base, [("family", ["dcgan", "r3gan"])])
    assert same == base and base.d_args
    assert (other.family, other.g_args, other.d_args, other.r1) == ("r3gan", {}, {}, base.r1)


def test_presets_keep_data_budget_and_seed():
    base = preset_config("dcgan-r1-32").replace(dataset="mnist", minutes=3.0, kimg=9.0, seed=5)
    for (_, config), name in zip(
        sweep.plan(base, [("preset", ["dcgan-32", "r3gan-32"])]), ("dcgan-32", "r3gan-32")
    ):
        assert config == preset_config(name).replace(dataset="mnist", minutes=3.0, kimg=9.0, seed=5)


def test_nested_arguments_and_numbers():
    base = TrainConfig(g_args={"stem": "conv"})
    configs = [config for _, config in sweep.plan(base, [("g-args.width", ["8", "16"])])]
    assert [config.g_args for config in configs] == [
        {"stem": "conv", "width": 8},
        {"stem": "conv", "width": 16},
    ]
    assert [config.g_lr for _, config in sweep.plan(base, [("g_lr", ["2e-4", "0.001"])])] == [2e-4, 1e-3]


@pytest.mark.parametrize(
    "field, values, sentence",
    [
        ("loss", ["hinge", "hing"], "loss is 'hing'; it must be one of minimax"),
        ("los", ["a", "b"], "field is 'los'; it must be"),
        ("num_classes", ["1", "2"], "field is 'num_classes'"),
        ("width.x", ["1", "2"], "field is 'width.x'"),
        ("loss", ["hinge"], "there are 1 values for loss; a comparison has 2 to 8"),
        ("seed", list("123456789"), "there are 9 values"),
        ("g_lr", ["0.001", "1e-3"], "g_lr 1e-3 is there twice"),
        ("batch", ["8", "many"], "batch is 'many'; it must be a whole number"),
        ("preset", ["dcgan-32", "dcgan-33"], "preset is 'dcgan-33'"),
    ],
)
def test_a_wrong_value_is_said_in_one_sentence(field, values, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        sweep.plan(preset_config("dcgan-32"), [(field, values)])


def test_a_grid_has_every_pair_of_values_and_the_last_field_changes_fastest():
    base = preset_config("dcgan-32").replace(dataset="mnist")
    planned = sweep.plan(base, [("loss", ["hinge", "minimax"]), ("seed", ["1", "2", "3"])])
    assert [(c.loss, c.seed) for _, c in planned] == [
        (loss, seed) for loss in ("hinge", "minimax") for seed in (1, 2, 3)
    ]
    assert planned[1] == ("mnist-loss-hinge-seed-2", base.replace(loss="hinge", seed=2))
    rows = comparison.differences([config for _, config in planned])
    assert comparison.labels(["x"] * 6, rows) == [
        f"{loss} · {seed}" for loss in ("hinge", "minimax") for seed in (1, 2, 3)
    ]


def test_what_a_preset_resets_is_set_after_it_in_either_order():
    base = preset_config("dcgan-32").replace(dataset="mnist", minutes=3.0)
    axes = [("loss", ["hinge", "minimax"]), ("preset", ["dcgan-32", "r3gan-32"])]
    given = {(c.preset, c.loss) for _, c in sweep.plan(base, axes)}
    turned = {(c.preset, c.loss) for _, c in sweep.plan(base, axes[::-1])}
    assert given == turned == {(p, loss) for p in ("dcgan-32", "r3gan-32") for loss in ("hinge", "minimax")}


@pytest.mark.parametrize(
    "axes, sentence",
    [
        ([("loss", ["hinge", "minimax"]), ("seed", list("12345"))], "2 × 5 values are 10 runs"),
        ([("loss", ["hinge", "minimax"]), ("seed", ["1"])], "there are 1 values for seed"),
        ([("g-lr", ["1", "2"]), ("g_lr", ["3", "4"])], "g_lr is given as both fields"),
        ([("loss", ["hinge", "hinge"]), ("seed", ["1", "2"])], "loss hinge and seed 1 is there twice"),
        ([("loss", ["a", "b"])] * 3, "there are 3 fields; a sweep has 1 to 2"),
    ],
)
def test_a_wrong_grid_is_said_in_one_sentence(axes, sentence):
    with pytest.raises(ValueError, match=re.escape(sentence)):
        sweep.plan(preset_config("dcgan-32"), axes)


def test_a_sweep_from_a_run_has_its_settings_and_the_budget_of_the_form():
    run = preset_config("dcgan-r1-32").replace(
        dataset="mnist", batch=24, num_classes=10, channels=1, minutes=9.0, parent="00001-a", from_nimg=64
    )
    request = FORM | {"preset": "", "dataset": "", "field": "loss", "values": "hinge, minimax"}
    request |= {"field2": "seed", "values2": "3, 4", "budget": "kimg", "amount": "2"}
    configs = [config for _, config in plan(request, run)]
    assert [(c.loss, c.seed) for c in configs] == [("hinge", 3), ("hinge", 4), ("minimax", 3), ("minimax", 4)]
    assert {(c.dataset, c.batch, c.channels, c.kimg, c.minutes) for c in configs} == {
        ("mnist", 24, 1, 2.0, 0.0)
    }
    assert {(c.preset, c.num_classes, c.parent, c.from_nimg) for c in configs} == {("dcgan-r1-32", 0, "", 0)}


def test_commas_inside_brackets_stay():
    assert sweep.split_values('{"a": [1, 2]}, {"b": 3} ， x,') == ['{"a": [1, 2]}', '{"b": 3}', "x"]


def test_networks_that_cannot_be_built_are_found_before_anything_starts():
    request = FORM | {"field": "g_args.widht", "values": "8, 16"}
    with pytest.raises(ValueError, match="no argument 'widht'"):
        plan(request)


# -- the tab's server functions ------------------------------------------------------------------------------------------


@pytest.fixture
def tab(tmp_path):
    published = []
    made = Comparison(tmp_path / "runs", published.append, fresh_sec=0)
    made.published = published
    return made


def follow(known, answer):
    """What the script keeps of an answer."""
    known = {**known, "runs": dict(known.get("runs", {}))}
    for key, name in (("list", "list"), ("table", "table_hash")):
        if name in answer:
            known[key] = answer[name]
    for run, news in answer.get("of", {}).items():
        cursor = known["runs"].setdefault(run, {})
        names = {"figures": "figures_hash", "facts": "facts_hash", "attempt": "attempt", "offset": "offset"}
        cursor |= {key: news[name] for key, name in names.items() if name in news}
        cursor["names"] = [*cursor.get("names", []), *(name for name, _, _ in news.get("names", []))]
        if news.get("grids"):
            cursor["grids"] = news["grids"][-1]
    return known


def test_all_then_nothing_then_only_what_is_new(tab):
    one, two = (add_run(tab.watch.folder, loss=loss) for loss in ("hinge", "minimax"))
    one.real_path.write_bytes(b"webp")
    ask = {"runs": [one.name, two.name], "metrics": ["g_loss", "gap"], "known": {}}
    first = tab.poll(ask)
    assert [row[0] for row in first["runs"]] == [two.name, one.name]
    assert first["table"]["rows"] == [["loss", ["hinge", "minimax"]]] and first["table"]["labels"] == [
        "hinge",
        "minimax",
    ]
    stats = first["of"][one.name]["stats"]
    assert stats["g_loss"] == [1, 2, 3, 4] and stats["gap"] == [2, 3, 4, 5] and "d_loss" not in stats
    assert first["of"][two.name]["grids"] == [64, 192] and first["of"][one.name]["figures"]["gap"] == 3.5
    assert tab.published == [one.samples_folder, two.samples_folder]
    known = follow({}, first)
    assert tab.poll(ask | {"known": known}) == {}

    two.append_stats({"nimg": 320, "sec": 9, "g_loss": 7, "d_real": 1, "d_fake": 3})
    two.sample_path(320).write_bytes(b"webp")
    news = tab.poll(ask | {"known": known})
    assert list(news) == ["of"] and list(news["of"]) == [two.name]
    assert news["of"][two.name]["stats"] == {"rows": 1, "nimg": [320], "sec": [9], "g_loss": [7], "gap": [-2]}
    assert news["of"][two.name]["grids"] == [320] and len(json.dumps(news)) < 300
    known = follow(known, news)
    assert tab.poll(ask | {"known": known}) == {}
    two.write_status(nimg=320, sec=9.0)
    assert tab.poll(ask | {"known": known})["of"][two.name]["figures"]["kimg"] == 0.3


def test_facts_of_a_run_come_with_it_and_again_when_figures_are_measured(tab):
    run = add_run(tab.watch.folder, num_classes=4, minutes=2.0)
    run.write_status(saved=192)
    (run.path / "snapshots" / "000000192").mkdir(parents=True)
    ask = {"runs": [run.name], "metrics": [], "known": {}}
    facts = tab.poll(ask)["of"][run.name]["facts"]
    assert facts["saved"] == 192 and facts["best"] is None and facts["measured"] is None
    assert facts["rows"] == ["0", "1", "2", "3", "0", "1", "2", "3"] and facts["config"]["minutes"] == 2.0
    known = follow({}, tab.poll(ask))
    protocol = {"source": "r/000000192", "data": "faces (1)", "images": 500}
    write_figures(run.path, [{"name": "fd", "value": 2.5, "interval": [2.0, 3.0], "protocol": protocol}])
    measured = tab.poll(ask | {"known": known})["of"][run.name]["facts"]["measured"]
    assert [(f["name"], f["text"], f["kimg"]) for f in measured["figures"]] == [("fd", "2.50 ± 0.50", 0.192)]


def test_nothing_is_remembered_of_runs_that_are_gone(tab):
    one, two = add_run(tab.watch.folder), add_run(tab.watch.folder)
    tab.poll({"runs": [one.name, two.name], "metrics": [], "known": {}})
    two.delete()
    tab.poll({"runs": [one.name], "metrics": [], "known": {}})
    assert set(tab._facts) == set(tab._figures) == set(tab._configs) == {one}


def test_any_column_can_be_compared(tab):
    run = add_run(tab.watch.folder)
    run.append_stats({"nimg": 320, "sec": 9, "vae.kl": 0.5})
    ask = {"runs": [run.name], "metrics": ["vae.kl", "nimg", "no", 5], "known": {}}
    news = tab.poll(ask)["of"][run.name]
    assert news["stats"]["vae.kl"] == [None] * 4 + [0.5] and "no" not in news["stats"]
    assert ["vae.kl", "", ""] in news["names"] and ["gap", "gap", ""] in news["names"]


def test_a_resume_starts_one_run_over_and_no_other(tab):
    one, two = add_run(tab.watch.folder), add_run(tab.watch.folder)
    ask = {"runs": [one.name, two.name], "metrics": ["g_loss"], "known": {}}
    known = follow({}, tab.poll(ask))
    one.drop_stats_after(128)
    one.write_status(attempt=2)
    news = tab.poll(ask | {"known": known})["of"]
    assert (
        list(news) == [one.name] and news[one.name]["reset"] and news[one.name]["stats"]["nimg"] == [64, 128]
    )


def test_a_run_that_waits_differs_in_nothing_that_is_found_when_it_begins(tab):
    """It has 0 classes and automatic threads in its file, the one that has begun 4 and 2."""
    begun = add_run(tab.watch.folder, num_classes=4, threads=2, precision="fp32", channels=3)
    waits = create_run(tab.watch.folder, TrainConfig(seed=1))
    waits.write_status(state="queued")
    ask = {"runs": [begun.name, waits.name], "metrics": [], "known": {}}
    table = tab.poll(ask)["table"]
    assert table["rows"] == [["seed", [0, 1]]] and table["classes"] == [4, None]
    waits.write_config(TrainConfig(seed=1, num_classes=2, threads=2, precision="fp32", channels=3))
    waits.write_status(state="running", attempt=1)
    table = tab.poll(ask)["table"]
    assert table["rows"] == [["num_classes", [4, 2]], ["seed", [0, 1]]] and table["classes"] == [4, 2]


def test_what_is_wanted_of_a_run_that_waits_counts():
    rows = comparison.differences([TrainConfig(threads=3), TrainConfig(threads=2)], [True, False])
    assert rows == [("threads", [3, 2])]


def test_a_budget_that_grew_is_read_again(tab):
    one, two = add_run(tab.watch.folder, kimg=5), add_run(tab.watch.folder, kimg=5)
    ask = {"runs": [one.name, two.name], "metrics": [], "known": {}}
    assert tab.poll(ask)["table"]["rows"] == []
    two.write_config(two.config().replace(kimg=8))
    two.write_status(attempt=2)
    assert tab.poll(ask)["table"]["rows"] == [["kimg", [5, 8]]]


def test_a_name_that_is_another_runs_now_begins_anew(tab):
    one = add_run(tab.watch.folder)
    ask = {"runs": [one.name], "metrics": ["g_loss"], "known": {}}
    first = tab.poll(ask)
    known = follow({}, first)
    known["runs"][one.name]["stamp"] = first["of"][one.name]["stamp"]
    assert tab.poll(ask | {"known": known}) == {}
    one.write_status(created=12.5)
    news = tab.poll(ask | {"known": known})["of"][one.name]
    assert news["stamp"] == "12.5" and news["reset"] and news["stats"]["nimg"] == [64, 128, 192, 256]


def test_where_nobody_may_train_the_page_says_so_in_place_of_the_form(monkeypatch):
    from ganapp.ui.compare.run_queue import choices

    assert choices(False)["trains"] == "all"
    monkeypatch.setenv("SPACE_ID", "me/space")
    assert choices(False)["trains"] == "none"
    for language, catalog in script_catalogs().items():
        assert catalog["cmp.off.none"] and catalog["cmp.off.owners"], language


def test_every_field_has_a_name_in_both_languages():
    from ganapp.ui.compare.run_queue import choices

    words = choices(False)["words"]
    assert set(words) == set(TrainConfig.__dataclass_fields__)
    for name, both in words.items():
        assert both["en"] != name and both["zh-CN"] != name and set(both) == {"en", "zh-CN"}


def test_a_run_that_goes_is_no_error(tab):
    one, two = add_run(tab.watch.folder), add_run(tab.watch.folder)
    ask = {"runs": [one.name, two.name], "metrics": [], "known": {}}
    known = follow({}, tab.poll(ask))
    two.delete()
    news = tab.poll(ask | {"known": known})
    assert [row[0] for row in news["runs"]] == [one.name]


@pytest.mark.parametrize(
    "request_",
    [
        None,
        [],
        "x",
        {"runs": "a"},
        {"runs": [["a"], None, "../x"], "known": "b"},
        {"runs": [1], "known": {"runs": [2]}},
    ],
)
def test_poll_takes_anything(tab, request_):
    outside = create_run(tab.watch.folder.parent, TrainConfig())
    add_run(tab.watch.folder)
    answer = tab.poll(request_)
    assert set(answer) == {"runs", "list"} and outside.name and tab.published == []


def test_at_most_eight(tab):
    names = [add_run(tab.watch.folder, rows=1, seed=i).name for i in range(9)]
    assert list(tab.poll({"runs": names, "metrics": [], "known": {}})["of"]) == names[:8]


def test_eight_long_runs_come_in_less_than_160_kb():
    def row(i):
        return {
            "nimg": 10**8 + 64 * i,
            "sec": 1e5 + i * 1.37,
            "g_loss": -1.23456 * (1 + i % 7),
            "gap": 3.21 * (i % 5),
        }

    from ganapp.ui.compare.compare import BUCKETS, MAX_ROWS

    for count in (MAX_ROWS, 20_000):
        table = columns([row(i) for i in range(count)], ["g_loss", "gap"], MAX_ROWS, BUCKETS)
        assert 8 * len(json.dumps(table, separators=(",", ":"))) < 160_000


def test_start_makes_clearly_named_runs_in_order(tab, monkeypatch):
    started = []

    def start(run):
        run.write_status(asked=float(len(started)))
        started.append(run.name)

    monkeypatch.setattr("ganapp.driving.background.start", start)
    answer = tab.start(FORM | {"values": "minimax, non_saturating, hinge, relativistic"})
    listed = {row[0]: row for row in tab.poll(None)["runs"]}
    assert answer == {"runs": [listed[name] for name in started]} and all(len(r) == 5 for r in answer["runs"])
    assert started == [
        "00001-faces-loss-minimax", "00002-faces-loss-non_saturating", "00003-faces-loss-hinge", "00004-faces-loss-relativistic",
    ]  # fmt: skip
    assert [run.config().loss for run in list_runs(tab.watch.folder)][::-1] == [
        n.split("-")[-1] for n in started
    ]
    assert {run.config().minutes for run in list_runs(tab.watch.folder)} == {2.0}


@pytest.mark.parametrize(
    "changes",
    [
        {"values": "hinge, hing"}, {"values": "hinge"}, {"amount": "x"}, {"amount": "-1"}, {"dataset": "/no/such"},
        {"preset": "x"}, {"field": "g_args.nothing", "values": "1, 2"}, {"field": "dataset", "values": "faces, /no/such"},
        {"field": None}, {"amount": ["1"]},
    ],
)  # fmt: skip
def test_nothing_is_started_where_one_value_is_wrong(tab, monkeypatch, changes):
    monkeypatch.setattr("ganapp.driving.background.start", lambda run: pytest.fail("a run was started"))
    answer = tab.start(FORM | {"values": "hinge, minimax"} | changes)
    assert set(answer) == {"error"} and answer["error"].endswith(".") and "\n" not in answer["error"]
    assert list_runs(tab.watch.folder) == []


@pytest.mark.parametrize("request_", [None, [], {}, {"values": {}}])
def test_start_takes_anything(tab, request_):
    assert set(tab.start(request_)) == {"error"}


def test_every_word_of_the_tab_is_translated():
    html, css, script = (
        "".join((UI / name).read_text("utf-8") for name in names)
        for names in ((FILES.html,), FILES.css, FILES.scripts)
    )
    used = set(re.findall(r'data-(?:t|label|alt)="([\w.]+)"', html))
    used |= set(re.findall(r'\bt\("([\w.]+[a-z])"', script)) | set(
        re.findall(r'\bheading\("([\w.]+)"\)', script)
    )
    used |= {f"column.{m}" for m in MENU}
    (block,) = re.findall(r"const FIGURES = \{\n(.*?)\n  \};", script, re.S)
    figures = re.findall(r"^    (\w+): \(", block, re.M)
    assert {"state", "parameters"} <= set(figures)
    used |= {f"cmp.fact.{f}" for f in (*figures, *SUMMARIZED)}
    for language, catalog in script_catalogs().items():
        assert used <= set(catalog), (language, used - set(catalog))
    assert not re.search(r"`|\$\{|\{\{", html + css)  # Gradio would take them for its own marks


def test_component_has_its_parts(tmp_path):
    pytest.importorskip("gradio")
    from ganapp.ui.compare.tab import build_compare

    component = build_compare(tmp_path, has_gpu=False)
    assert component.elem_id == "compare"
    assert component.poll({"runs": [], "metrics": [], "known": {}})["runs"] == []
    assert "error" in component.start({})


# -- commands -----------------------------------------------------------------------------------------------------------


def test_compare_prints_tables_and_writes_the_sheet(tmp_path, capsys):
    add_run(tmp_path, loss="hinge"), add_run(tmp_path, rows=7, loss="minimax")
    assert main(["compare", "1", "2", "--runs", str(tmp_path), "--out", str(tmp_path / "sheet.webp")]) == 0
    text = capsys.readouterr().out
    assert re.search(r"^loss +hinge +minimax$", text, re.M) and re.search(r"^kimg +0.3 +0.4$", text, re.M)
    assert "resolution" not in text and "Wrote the grids at 0.2 kimg" in text
    assert Image.open(tmp_path / "sheet.webp").size == (2 * 272 + 16, 256 + 48 + 2 * 16)

    assert main(["compare", "1", "2", "--runs", str(tmp_path), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["differences"] == {"loss": ["hinge", "minimax"]} and data["runs"][1]["g_loss"] == 4.0


@pytest.mark.parametrize(
    "more, sentence",
    [(["1"], "1 run is named"), (["1", "1"], "named twice"), (["1", "2", "--by", "x"], "by is 'x'"),
     (["1", "2", "--out", "x.gif"], "must end in"), (["1", "9"], "there is no run '9'"), (["1", "2", "--x"], "unknown option")],
)  # fmt: skip
def test_compare_says_what_is_wrong(tmp_path, capsys, more, sentence):
    add_run(tmp_path), add_run(tmp_path)
    assert main(["compare", *more, "--runs", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert sentence in error and error.count("\n") == 1


def test_sweep_trains_one_after_another(tmp_path, tiny_folder, capsys):
    small = [
        "--batch",
        "8",
        "--kimg",
        "0.016",
        "--z-dim",
        "8",
        "--threads",
        "1",
        "--precision",
        "fp32",
        "--device",
        "cpu",
    ]
    small += ["--g-args.width", "4", "--d-args.width", "4", "--r1-interval", "1"]
    command = [
        "sweep",
        "--preset",
        "dcgan-r1-32",
        "--data",
        str(tiny_folder),
        "--runs",
        str(tmp_path),
        *small,
    ]
    assert main([*command, "--field", "loss", "--values", "hinge,hing"]) == 2
    assert list_runs(tmp_path) == [] and "loss is 'hing'" in capsys.readouterr().err
    assert main([*command, "--field", "loss", "--values", "non_saturating, minimax"]) == 0
    text = capsys.readouterr().out
    runs = list_runs(tmp_path)[::-1]
    assert [run.config().loss for run in runs] == ["non_saturating", "minimax"]
    assert {run.status()["state"] for run in runs} == {"finished"}
    assert f"compare {runs[0].name} {runs[1].name} --runs" in text
    parameters = runs[0].status()["parameters"]
    assert parameters == runs[1].status()["parameters"] and parameters["g"] > 1000 < parameters["d"]


def test_the_command_sweeps_two_fields_of_a_run(tmp_path, monkeypatch, capsys):
    def drive(run, observe=None):
        run.write_status(state="finished")
        return "finished"

    monkeypatch.setattr("ganapp.driving.driver.drive", drive)
    base = create_run(
        tmp_path, preset_config("dcgan-32").replace(dataset="faces", batch=24, minutes=3.0), "base"
    )
    command = ["sweep", "--like", "1", "--kimg", "2", "--runs", str(tmp_path), "--field", "loss"]
    assert main([*command, "--values", "hinge,minimax", "--field", "seed"]) == 2
    assert "--field is given 2 times and --values 1 times" in capsys.readouterr().err
    assert main([*command, "--values", "hinge,minimax", "--preset", "dcgan-32"]) == 2
    assert "give --like or --preset" in capsys.readouterr().err and list_runs(tmp_path) == [base]
    assert main([*command, "--values", "hinge,minimax", "--field", "seed", "--values", "1,2"]) == 0
    assert "4 runs, one after another." in capsys.readouterr().out
    configs = [run.config() for run in list_runs(tmp_path)[::-1][1:]]
    assert [(c.loss, c.seed) for c in configs] == [("hinge", 1), ("hinge", 2), ("minimax", 1), ("minimax", 2)]
    assert {(c.batch, c.kimg, c.minutes, c.preset) for c in configs} == {(24, 2.0, 0.0, "dcgan-32")}


def test_a_sweep_goes_on_after_a_failure_and_ends_at_a_pause(tmp_path, monkeypatch, capsys):
    ends = iter(["failed", "finished", "paused"])

    def drive(run, observe=None):
        run.write_status(state=(state := next(ends)), reason="it went wrong" if state == "failed" else None)
        return state

    monkeypatch.setattr("ganapp.driving.driver.drive", drive)
    command = ["sweep", "--preset", "dcgan-32", "--data", "faces", "--device", "cpu", "--runs", str(tmp_path)]
    assert main([*command, "--field", "seed", "--values", "1,2,3,4"]) == 2
    captured = capsys.readouterr()
    assert len(list_runs(tmp_path)) == 3
    assert "it went wrong" in captured.err and "1 of 4 runs failed" in captured.err
