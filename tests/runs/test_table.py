"""The table of runs: what a row says, what differs from the preset, and CSV that a spreadsheet reads back."""

import csv
import io
import json

import pytest

from ganapp.cli.main import main
from ganapp.config import TrainConfig, preset_config
from ganapp.runs import create_run, table, write_figures
from ganapp.runs.about import write_about


def snapshot(run, nimg, swd):
    def write(folder):
        (folder / "config.json").write_text(json.dumps({"origin": {"swd": swd}}))
        (folder / "model.safetensors").write_bytes(b"x")

    run.write_snapshot(nimg, write)


@pytest.fixture
def run(tmp_path):
    """A run that is best at its first snapshot, with a note, two tags and two evaluations."""
    config = preset_config("dcgan-r1-32").replace(dataset="mnist", minutes=4.0, seed=7, num_classes=10)
    run = create_run(tmp_path, config, "first")
    run.write_status(state="finished", attempt=1, nimg=1500, sec=90.0)
    snapshot(run, 500, 3.25)
    snapshot(run, 1500, 8.5)
    write_about(run, note="=SUM(A1)", tags=("paper", "good"))
    for value in (9.0, 6.5):
        write_figures(run.path, [{"name": "kid", "value": value, "protocol": {"source": "r/1", "images": 9}}])
    return run


def test_a_row_says_how_good_how_long_and_what_differs(run):
    row = table.row_of(run)
    assert (row["state"], row["kimg"], row["minutes"], row["best"], row["best_kimg"]) == (
        "finished", 1.5, 1.5, 3.25, 0.5,
    )  # fmt: skip
    assert (row["data"], row["preset"], row["note"], row["tags"]) == (
        "mnist", "dcgan-r1-32", "=SUM(A1)", ["paper", "good"],
    )  # fmt: skip
    assert row["evaluated"] == {"kid": 6.5}
    run.write_status(created=86_399.9)
    assert table.row_of(run)["created"] == "1970-01-01T23:59:59+00:00" and table.moment(1e300) is None
    assert row["differs"] == {"seed": 7}  # neither data nor budget nor what is found


def test_what_cannot_be_read_is_none_and_listed_all_the_same(tmp_path):
    run = create_run(tmp_path, TrainConfig())
    (run.path / "config.json").write_text('{"surprise": 1}')
    row = table.row_of(run)
    assert (row["budget"], row["preset"], row["best"], row["evaluated"], row["differs"]) == (
        None, None, None, {}, {},
    )  # fmt: skip


def test_csv_has_all_columns_and_no_formula(run, tmp_path):
    create_run(tmp_path, TrainConfig(dataset="a, b"), "second")
    (tmp_path / "00001-first" / "metrics.json").unlink()
    rows = [table.row_of(run), {"name": "x", "evaluated": {"fid": 2.5}, "tags": []}]
    read = list(csv.DictReader(io.StringIO(table.csv_of(rows))))
    assert read[0]["note"] == "'=SUM(A1)" and read[0]["tags"] == "paper; good" and read[0]["best"] == "3.25"
    assert read[0]["evaluated.fid"] == "" and read[1]["evaluated.fid"] == "2.5" and read[1]["best"] == ""
    assert table.csv_of([]).strip() == ""


def test_the_command_prints_the_same_rows(run, tmp_path, capsys):
    assert main(["runs", "--runs", str(tmp_path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [table.row_of(run)]
    assert main(["runs", "--runs", str(tmp_path), "--csv"]) == 0
    assert capsys.readouterr().out == table.csv_of([table.row_of(run)])


def test_curves_of_two_runs_as_csv_and_json(run, tmp_path, capsys):
    other = create_run(tmp_path, TrainConfig(), "other")
    run.append_stats({"nimg": 64, "sec": 1.5, "d_real": 2.0, "d_fake": -3.0})
    other.append_stats({"nimg": 32, "sec": 4.0, "g_loss": float("nan"), "swd": 7.5})
    assert table.curves_of([run, other]) == [
        {"run": run.name, "nimg": 64, "sec": 1.5, "d_real": 2.0, "d_fake": -3.0, "gap": 5.0},
        {"run": other.name, "nimg": 32, "sec": 4.0, "g_loss": None, "swd": 7.5},
    ]
    command = ["compare", "1", "2", "--runs", str(tmp_path), "--curves"]
    assert main([*command, str(tmp_path / "c.csv")]) == 0
    read = list(csv.DictReader(io.StringIO((tmp_path / "c.csv").read_text())))
    assert [row["gap"] for row in read] == ["5.0", ""] and read[1]["swd"] == "7.5"
    assert main([*command, str(tmp_path / "c.json")]) == 0
    assert json.loads((tmp_path / "c.json").read_text()) == table.curves_of([run, other])
    capsys.readouterr()
    assert main([*command, "c.txt"]) == 2
    assert capsys.readouterr().err == "'c.txt' cannot hold curves: the name must end in .csv or .json.\n"
