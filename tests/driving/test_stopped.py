"""A process that is stopped or asleep, what killed ones leave, and folders that cannot be written."""

import errno
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from benchmarks import faults_runs
from ganapp.cli.main import main
from ganapp.config import TrainConfig
from ganapp.driving import devices
from ganapp.driving.clock import Clock
from ganapp.driving.driver import drive
from ganapp.runs import create_run, silence_of
from ganapp.runs import run as run_module
from ganapp.ui.train.monitor import Monitor

CHILD = """
import sys
from pathlib import Path
from ganapp.driving import clock, driver
from ganapp.runs import Run
clock.GAP_SEC, clock.GAP_TIMES, clock.FORGETS = 0.7, 3.0, 0.9
driver.drive(Run(Path(sys.argv[1])))
"""


def wait_for(what, seconds=60):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


def test_a_gap_is_a_step_that_takes_far_longer_than_the_usual(monkeypatch):
    clock = Clock()
    clock.began -= 1000
    assert clock.note_step(300.0) == 0.0  # the first one compiles
    for _ in range(600):
        assert clock.note_step(0.5) == 0.0
    assert clock.note_step(9.0) == 0.0  # slow, but not ten seconds
    assert clock.note_step(80.0) == 0.0  # not ten times as long as the last slow one
    for _ in range(600):
        clock.note_step(0.5)
    before = clock.sec()
    assert clock.note_step(60.0) == pytest.approx(59.5, abs=0.2)
    assert clock.sec() == pytest.approx(before - 59.5, abs=0.2)
    assert clock.note_step(60.0) > 50  # the gap is not the usual from now on


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="SIGSTOP")
def test_a_stopped_process_says_nothing_counts_nothing_and_obeys_when_it_is_back(
    tmp_path, monkeypatch, capsys
):
    """Stopped for eight seconds in the middle of steps."""
    monkeypatch.setattr(run_module, "STALE_SEC", 1.0)
    monkeypatch.setattr(run_module, "SILENT_SEC", 2.0)
    data = faults_runs.pictures(tmp_path / "pictures")
    run = create_run(tmp_path / "runs", faults_runs.tiny_config(data, kimg=10_000, sample_sec=3600))
    process = subprocess.Popen([sys.executable, "-c", CHILD, str(run.path)])
    try:
        wait_for(lambda: run.status()["nimg"] > 2000)
        os.kill(process.pid, signal.SIGSTOP)
        stopped = time.monotonic()
        wait_for(lambda: "silent" in run.status())
        status = run.status()
        assert status["state"] == "running" and status["images_per_sec"] is None
        said = (
            f"Not answering since {time.strftime('%H:%M:%S', time.localtime(status['time']))}: its process is"
        )
        assert silence_of(status).startswith(said)
        monitor = Monitor(run.path.parent, lambda path: path.name, tmp_path / "exports", fresh_sec=0)
        shown = monitor.poll({})["status"]
        assert shown["reason"].startswith(said) and "images_per_sec" not in shown
        main(["runs", "--runs", str(run.path.parent)])
        assert said in capsys.readouterr().out
        began = time.monotonic()
        assert main(["pause", run.name, "--runs", str(run.path.parent)]) == 0
        assert time.monotonic() - began < 5
        assert f"asked to pause, which it does when it is back. {said}" in capsys.readouterr().out
        before, seen = run.status()["sec"], time.monotonic()
        time.sleep(max(5, 8 - (time.monotonic() - stopped)))
        os.kill(process.pid, signal.SIGCONT)
        process.wait(60)
        seen = time.monotonic() - seen
    finally:
        process.kill()
        process.wait()
    status = json.loads((run.path / "status.json").read_text())
    assert status["state"] == "paused" and "silent" not in status
    assert status["sec"] - before < seen - 2
    assert "not at work for" in (run.path / "log.txt").read_text()


def test_silence_of_another_day_has_its_date():
    assert silence_of({}) == ""
    assert silence_of({"silent": 0.0}).startswith("Not answering since 19")


def test_whatever_a_killed_writer_left_is_removed_and_nothing_that_is_being_written(tmp_path):
    run = create_run(tmp_path, TrainConfig())
    (run.path / "snapshots" / ".tmp-000000008" / "a2b").mkdir(parents=True)
    own = [run.path / ".tmp-a.pt", run.path / ".tmp-a.jsonl", run.samples_folder / ".tmp-a.webp"]
    others = [
        run.path / ".tmp-b",
        run.path / ".tmp-b.json",
        run.samples_folder / ".tmp-b.mp4",
        run.path / ".tmp-b.x",
    ]
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    own.append(run.path / f".tmp-{dead.pid}-abc.json")
    others += [run.path / f".tmp-{os.getpid()}-abc.json", run.path / f".tmp-{dead.pid}-abc"]
    for path in (*own, *others, run.path / "snapshots" / ".tmp-000000008" / ".tmp-c.json"):
        path.write_text("half")
    run.remove_leftovers()
    assert sorted(run.path.rglob(".tmp-*")) == sorted(others)  # a page may be writing them just now
    for path in others:
        os.utime(path, (time.time() - 3600,) * 2)
    run.remove_leftovers()
    assert list(run.path.rglob(".tmp-*")) == []


def test_a_cache_that_cannot_be_written_is_one_sentence(tmp_path, monkeypatch):
    """As where HOME cannot be written: what each part of the program says of it is the same."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "file" / "cache"))
    run = create_run(tmp_path / "runs", TrainConfig())
    with (
        pytest.raises(ValueError, match="set GANAPP_CACHE to one that can be written"),
        devices.device_turn(run, "cpu", lambda: None),
    ):
        pass
    assert drive(run) == "failed"
    assert run.status()["reason"].endswith("set GANAPP_CACHE to one that can be written.")


def test_a_run_folder_that_cannot_be_written(tmp_path, monkeypatch, capsys):
    run = create_run(tmp_path / "runs", TrainConfig())

    class Lock:
        def acquire(self, timeout):
            raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(run_module.Run, "lock", lambda self: Lock())
    assert not run.is_locked()
    with pytest.raises(ValueError, match="the folder of run '00001-faces-dcgan' cannot be written"):
        drive(run)
