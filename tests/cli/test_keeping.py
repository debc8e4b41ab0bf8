"""The commands that keep runs in order: titles, deleting and restoring, packing and opening, training longer."""

import json
from pathlib import Path

import pytest

from ganapp.cli.main import main
from ganapp.config import TrainConfig
from ganapp.runs import Run, create_run, list_runs


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def say(capsys):
    """say(*arguments) -> stdout of a command, or the sentence on stderr of one that fails."""

    def run(*arguments):
        capsys.readouterr()
        status = main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        assert (status, bool(err), err.count("\n")) in ((0, False, 0), (2, True, 1))
        return err if status else out

    return run


def make(name, **status):
    run = create_run(Path("runs"), TrainConfig(kimg=5), name)
    run.write_status(**{"state": "paused", **status})
    return run


def test_a_run_has_any_name(say):
    make("first")
    assert say("rename", "1", "Été à Lyon") == "00001-Ete-a-Lyon: Été à Lyon\n"
    make("second")
    header, *lines = say("runs").splitlines()
    assert header.split()[-1] == "TITLE" and lines[1].endswith("  Été à Lyon") and lines[0].endswith("  -")
    assert [row["title"] for row in json.loads(say("runs", "--json"))] == ["second", "Été à Lyon"]
    assert say("stop", "été à lyon") == "00001-Ete-a-Lyon: stopped.\n"
    assert "is empty" in say("rename", "1", " ") and "81 characters" in say("rename", "1", "x" * 81)
    assert "81 characters" in say("train", "--name", "x" * 81) and len(list_runs("runs")) == 2


def test_a_deleted_run_is_restored(say):
    run = make("表情")
    (run.path / "state-000000064.pt").write_bytes(b"x" * 2_000_000)
    said = say("delete", "表情")
    assert said.startswith("00001-run (表情) is deleted, and kept for a week (1.9")
    assert said.endswith("Bring it back with: python -m ganapp restore 00001-run\n")
    assert say("runs") == "No runs in 'runs' yet.\n" and "there is no run" in say("delete", "1")
    header, line = say("runs", "--deleted").splitlines()
    assert header.split() == ["NAME", "DELETED", "FOR", "GOOD", "IN", "SIZE", "TITLE"]
    assert line.split()[0] == "00001-run" and "7.0 days" in line and line.endswith("表情")
    (one,) = json.loads(say("runs", "--deleted", "--json"))
    assert (one["name"], one["title"]) == ("00001-run", "表情")
    assert say("restore", "1") == "00001-run (表情) is back.\n" and run.path.exists()
    assert "not among the recently deleted" in say("restore", "1")
    assert say("runs", "--deleted") == "No run was deleted in the last week.\n"
    assert "deleted for good: 1.9" in say("delete", "--now", "1") and not run.path.exists()


def test_listing_removes_for_good_what_is_a_week_old(say):
    from ganapp.runs.deleted import deleted_runs, move_to_deleted

    move_to_deleted(make("old"), now=1_000_000.0)
    say("runs")
    assert deleted_runs("runs") == []


def test_a_packed_run_is_opened_elsewhere(say, here):
    make("Été", nimg=1500)
    assert say("export", "1") == "00001-Ete.zip\n"
    said = say("runs", "--import", "00001-Ete.zip", "--runs", "other").splitlines()
    assert said == ["00001-Ete (Été): paused at 1.5 kimg.", str(Path("other/00001-Ete"))]
    assert Run(Path("other/00001-Ete")).config().kimg == 5
    (here / "x.zip").write_text("no")
    assert "x.zip is damaged or no ZIP" in say("runs", "--import", "x.zip")
    assert "No such file" in say("runs", "--import", "y.zip")


def test_a_finished_run_is_trained_longer(say, monkeypatch):
    from ganapp.cli import runs

    driven = []
    monkeypatch.setattr(runs, "drive_here", driven.append)
    run = make("a", state="finished", nimg=5000, sec=60.0)
    (run.path / "state-000005000.pt").write_bytes(b"")
    assert "train it longer with --add-minutes or --add-kimg" in say("resume", "1") and driven == []
    assert "one of them must be more than 0" in say("resume", "1", "--add-minutes", "2", "--add-kimg", "3")
    say("resume", "1", "--add-kimg", "2.5")
    assert driven == [run] and run.config().kimg == 7.5
    run.write_status(state="finished", nimg=7500)
    say("resume", "1", "--add-minutes", "2")
    assert run.config().minutes == pytest.approx(3)
