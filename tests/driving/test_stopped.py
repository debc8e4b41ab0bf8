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
from ganapp.driving.driver import drive
from ganapp.runs import create_run, silence_of
from ganapp.runs import run as run_module
from ganapp.runs.mending import remove_leftovers
from ganapp.ui.train.monitor import Monitor

CHILD = """
import sys, time, torch
from pathlib import Path
from ganapp.driving import clock, driver
from ganapp.runs import Run
clock.BEAT_SEC, clock.GAP_SEC = 0.1, 0.7
run, where, save, tick = Run(Path(sys.argv[1])), sys.argv[2], torch.save, driver.Recorder.write_tick

def slow_save(*args):
    if where == "save":
        (run.path / "now").touch()
        time.sleep(1)
    save(*args)

def told_tick(self, state, *args):
    tick(self, state, *args)
    if where == "steps" and state.nimg > 2000:
        (run.path / "now").touch()

torch.save, driver.Recorder.write_tick = slow_save, told_tick
driver.drive(run)
"""


def wait_for(what, seconds=60):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="SIGSTOP")
@pytest.mark.parametrize("where", ["steps", "save"])
def test_a_stopped_process_says_nothing_counts_nothing_and_obeys_when_it_is_back(
    tmp_path, monkeypatch, capsys, where
):
    monkeypatch.setattr(run_module, "STALE_SEC", 1.0)
    monkeypatch.setattr(run_module, "SILENT_SEC", 2.0)
    data = faults_runs.pictures(tmp_path / "pictures")
    config = faults_runs.tiny_config(data, kimg=10_000, sample_sec=3600)
    run = create_run(tmp_path / "runs", config.replace(save_sec=1 if where == "save" else 3600))
    process = subprocess.Popen([sys.executable, "-c", CHILD, str(run.path), where])
    try:
        wait_for((run.path / "now").exists)
        os.kill(process.pid, signal.SIGSTOP)
        stopped, before = time.monotonic(), run.status()["sec"]
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
        stopped = time.monotonic() - stopped
        os.kill(process.pid, signal.SIGCONT)
        began = time.monotonic()
        process.wait(60)
        afterwards = time.monotonic() - began
    finally:
        process.kill()
        process.wait()
    status = json.loads((run.path / "status.json").read_text())
    assert status["state"] == "paused" and "silent" not in status
    assert "not at work for" in (run.path / "log.txt").read_text()
    assert stopped > 1.5  # SILENT_SEC, less the age of the last heartbeat
    assert status["sec"] - before < stopped / 2 + afterwards


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
    remove_leftovers(run)
    assert sorted(run.path.rglob(".tmp-*")) == sorted(others)  # a page may be writing them just now
    for path in others:
        os.utime(path, (time.time() - 3600,) * 2)
    remove_leftovers(run)
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
