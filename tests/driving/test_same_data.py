"""driving/same_data.py: a resume on changed, renamed and moved data."""

import os
import shutil
from pathlib import Path

import pytest

from benchmarks import faults_runs
from ganapp.cli.main import main
from ganapp.runs import read_data_record
from ganapp.ui.train.monitor import Monitor


@pytest.fixture
def data(tmp_path):
    return faults_runs.pictures(tmp_path / "pictures")


@pytest.fixture
def run(data, tmp_path):
    return faults_runs.trained_run(tmp_path / "runs", data)


def reason(run):
    return run.status().get("reason", "")


def test_other_class_names_are_refused(run, data):
    """cats, dogs -> dogs, zebras: as many classes, so that numbers alone tell nothing."""
    assert read_data_record(run)[:3] == ("pictures", ("a", "b"), 32)
    os.rename(data / "a", data / "c")
    before = [p.read_bytes() for p in run.states()]
    assert faults_runs.paused_at(run, 64) == "failed"
    assert "has other classes than when this run began: b, c now, a, b then." in reason(run)
    assert [p.read_bytes() for p in run.states()] == before
    os.rename(data / "c", data / "a")
    assert faults_runs.paused_at(run, 64) == "paused"
    assert not run.status().get("changed")


def test_other_pictures_are_a_line_in_log_and_page(run, data):
    (data / "a" / "00.png").unlink()
    assert faults_runs.paused_at(run, 64) == "paused"
    said = "The pictures in pictures are not those that this run began with: 31 for training now, 32 then."
    assert run.status()["changed"] == said
    assert said in (run.path / "log.txt").read_text(encoding="utf-8")
    monitor = Monitor(run.path.parent, lambda path: path.name, run.path.parent / "exports", fresh_sec=0)
    assert said in monitor.poll({})["status"]["reason"]


def test_what_changed_is_forgotten_where_it_is_as_before(run, data):
    (data / "a" / "00.png").rename(data.with_name("kept.png"))
    assert faults_runs.paused_at(run, 64) == "paused" and "changed" in run.status()
    data.with_name("kept.png").rename(data / "a" / "00.png")
    assert faults_runs.paused_at(run, 80) == "paused" and "changed" not in run.status()


def test_a_moved_folder_is_said_and_named_anew(run, data, capsys):
    moved = Path(shutil.move(data, data.with_name("elsewhere")))
    assert faults_runs.paused_at(run, 64) == "failed"
    assert f"{data} is gone" in reason(run) and f"resume {run.name} --data FOLDER" in reason(run)
    arguments = ["resume", run.name, "--runs", str(run.path.parent), "--data"]
    other = faults_runs.pictures(data.with_name("other"), count=40)
    for place, says in ((other, "does not hold the data"), (data, "it must be a folder or ZIP")):
        assert main([*arguments, str(place)]) == 2
        assert says in capsys.readouterr().err
        assert run.config().dataset == str(data)
    assert main([*arguments, str(moved)]) == 0
    assert run.status()["state"] == "finished" and run.config().dataset == str(moved)
    assert not run.status().get("changed")


@pytest.mark.parametrize("content", [None, b"[]", b'{"name": 5}'])
def test_a_run_without_a_record_gets_one(run, data, content):
    """A run of an older version, or a damaged file."""
    path = run.path / "data.json"
    path.unlink() if content is None else path.write_bytes(content)
    assert read_data_record(run) is None
    assert faults_runs.paused_at(run, 64) == "paused"
    assert read_data_record(run).classes == ("a", "b")
    assert path.with_name("data.json.damaged").exists() == (content is not None)
