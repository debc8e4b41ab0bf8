"""Figures that Evaluate measured, as the monitor and Compare show them, and curves as files for the browser."""

import csv
import io
import json

import pytest

from ganapp.cli.main import main
from ganapp.config import TrainConfig
from ganapp.metrics import differences
from ganapp.runs import create_run, write_figures
from ganapp.runs.about import stamp_of
from ganapp.runs.table import row_of
from ganapp.ui.shared.curve_files import curves_for
from ganapp.ui.shared.measured import incomparable, measured, newest, protocol_parts
from ganapp.ui.shared.watching import Watch


def figure(name, value, at="000000640", interval=None, **protocol):
    known = {"images": 2000, "source": f"run/{at}", "data": "faces (91ab)", "split": "train"}
    return {"name": name, "value": value, "interval": interval, "protocol": known | protocol, "note": ""}


def run_with(folder, *figures, name=""):
    run = create_run(folder, TrainConfig(), name)
    write_figures(run.path, list(figures))
    return run


def test_the_newest_of_each_figure_is_shown(tmp_path):
    run = run_with(
        tmp_path, figure("swd", 9.0), figure("fd", 4.0, interval=[3.5, 4.5]), figure("swd.16", 3.0), figure("x", 1.0)
    )  # fmt: skip
    write_figures(run.path, [figure("swd", 2.5, at="000012800", psi=0.7), figure("c2st", None)])
    assert [(f["name"], f["value"]) for f in newest(run)] == [("swd", 2.5), ("fd", 4.0)]
    swd, fd = measured(run)["figures"]
    assert (swd["text"], swd["kimg"], swd["psi"]) == ("2.5", 12.8, 0.7)
    assert (fd["text"], fd["kimg"], fd["images"], fd["data"]) == ("4.00 ± 0.50", 0.64, 2000, "faces")
    assert measured(create_run(tmp_path, TrainConfig(), "bare")) is None


def test_decibels_of_an_answer_stand_beside_those_of_its_input_for_each_run(tmp_path):
    runs = []
    for name, damage, value in (("one", "grey", 23.0), ("two", "hole:0.1", 21.5)):
        of = {"damage": damage, "source": "run/000000640/a2b"}
        runs.append(
            run_with(tmp_path, figure("psnr", value, **of), figure("psnr.naive", 20.0, **of), name=name)
        )
    shown = measured(runs[0])
    assert [(f["name"], f["text"], f["kimg"]) for f in shown["figures"]] == [
        ("psnr", "23", 0.64), ("psnr.naive", "20", 0.64)
    ]  # fmt: skip
    assert shown["verdict"][0] == "The answers are 3.0 dB nearer to their targets than the inputs are."
    assert "3.0 dB" in shown["verdict"][1] and shown["verdict"][1] != shown["verdict"][0]
    assert [name for name, _ in incomparable(runs)] == ["psnr", "psnr.naive"]
    assert "damage grey / hole:0.1" in incomparable(runs)[0][1][0]
    assert row_of(runs[1])["evaluated"] == {"psnr": 21.5, "psnr.naive": 20.0}


def test_the_sentence_is_about_the_snapshot_that_was_measured_last(tmp_path):
    run = run_with(tmp_path, figure("fd", 1.0), figure("fd.real", 1.0))
    assert measured(run)["verdict"] == [
        "The pictures are close to the real ones.",
        "生成的图片接近真实图片。",
    ]
    write_figures(run.path, [figure("c2st", 0.99, at="000012800")])
    assert measured(run)["verdict"][0] == "A small network tells the pictures from real ones at once."


def test_what_was_measured_differently_is_named(tmp_path):
    one = run_with(tmp_path, figure("fd", 1.0), figure("swd", 1.0), name="one")
    two = run_with(
        tmp_path, figure("fd", 2.0, images=500, seed=7), figure("swd", 1.0, weights="EMA"), name="two"
    )
    (name, (english, chinese)), *more = incomparable([one, two])
    assert (name, english, more) == ("fd", "images 2,000 / 500", []) and "2,000 / 500" in chinese
    assert "images" not in chinese and incomparable([one]) == []


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({"images": 5}, {"images": 5}, {}),
        ({"images": 5, "seed": 1, "repeats": 2, "source": "a"}, {"images": 5, "seed": 2, "repeats": 3}, {}),
        ({"images": 5}, {"images": 6}, {"images": [5, 6]}),
        ({"data": "a (1)"}, {"data": "a (2)"}, {"data": ["a (1)", "a (2)"]}),
        ({}, {"psi": 1}, {}),
        ({}, {"psi": 0.5}, {"psi": [1, 0.5]}),
        ({"classes": "drawn evenly"}, {}, {}),
        ({"classes": "drawn evenly"}, {"classes": "as often"}, {"classes": ["drawn evenly", "as often"]}),
        ({"levels": ["32 px"]}, {}, {"levels": [["32 px"], None]}),
    ],
)
def test_protocols_differ_in_what_changes_a_value(one, other, found):
    assert differences([one, other]) == found


def test_a_protocol_is_told_once_and_then_what_a_group_has_of_its_own():
    figures = [figure("a", 1, x=1), figure("b", 1, x=1), figure("c", 1, x=2)]
    (everybody, shared), *groups = protocol_parts(figures)
    assert everybody == [] and "x" not in shared and shared["images"] == 2000
    assert groups == [(["a", "b"], {"x": 1}), (["c"], {"x": 2})]


def test_the_command_shows_what_was_measured_and_warns(tmp_path, capsys):
    runs = tmp_path / "runs"
    run_with(runs, figure("fd", 1.0, interval=[0.5, 1.5]), figure("c2st", 0.75), name="one")
    run_with(runs, figure("fd", 2.0, images=500), name="two")
    main(["compare", "1", "2", "--runs", str(runs)])
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["fd", "1.00", "±", "0.50", "2"] in lines and ["c2st", "0.75", "–"] in lines
    said = "fd was measured differently (images 2,000 / 500): these values cannot be compared."
    assert said.split() in lines
    main(["compare", "1", "2", "--runs", str(runs), "--json"])
    found = json.loads(capsys.readouterr().out)["runs"]
    assert [[f["name"] for f in run["measured"]] for run in found] == [["fd", "c2st"], ["fd"]]


# -- curves ------------------------------------------------------------------------------------------------------------


def test_the_page_gives_the_same_file_as_the_command(tmp_path, capsys):
    runs = [create_run(tmp_path / "runs", TrainConfig(seed=i), f"r{i}") for i in (1, 2)]
    for i, run in enumerate(runs):
        run.append_stats({"nimg": 64, "sec": 1.5, "d_real": 2.0 + i, "d_fake": 0.5, "g_loss": float("nan")})
    watch = Watch(tmp_path / "runs", str)
    asked = [[run.name, stamp_of(run)] for run in runs]
    for kind in ("csv", "json"):
        file = tmp_path / f"curves.{kind}"
        names = [run.name for run in runs]
        assert main(["compare", *names, "--runs", str(tmp_path / "runs"), "--curves", str(file)]) in (0, None)
        answer = curves_for(watch, {"runs": asked, "kind": kind})
        assert answer == {"text": file.read_text("utf-8"), "name": f"curves.{kind}"}
    rows = list(csv.DictReader(io.StringIO(curves_for(watch, {"runs": asked[1:], "kind": "csv"})["text"])))
    assert [(row["run"], row["gap"], row["g_loss"]) for row in rows] == [(runs[1].name, "2.5", "")]
    assert json.loads(curves_for(watch, {"runs": asked[:1], "kind": "json"})["text"])[0]["gap"] == 1.5


def test_curves_are_those_of_the_run_that_was_seen(tmp_path):
    run = create_run(tmp_path, TrainConfig(), "one")
    watch = Watch(tmp_path, str)
    pair = [run.name, stamp_of(run)]
    for asked, kind, sentence in (
        ([], "csv", "0 runs are named; curves are written of 1 to 8."),
        ([pair] * 9, "csv", "9 runs are named"),
        ([run.name], "csv", "with its stamp"),
        ([pair], "exe", "must end in .csv or .json"),
        ([[run.name, "1.5"]], "csv", run.name),
        ([["../one", pair[1]]], "csv", "there is no run '../one' any more"),
    ):
        with pytest.raises(ValueError, match=None) as error:
            curves_for(watch, {"runs": asked, "kind": kind})
        assert sentence in str(error.value), (asked, str(error.value))
