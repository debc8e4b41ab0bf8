"""runs/process.py: a status whose process is gone is seen at once on the same machine, and nothing else is."""

import os
import subprocess
import sys
import time

import pytest

from ganapp.config import TrainConfig
from ganapp.runs import create_run, process

pytestmark = pytest.mark.skipif(os.name != "posix", reason="processes are asked for on POSIX alone")
HOLDS = """
import sys, time
from pathlib import Path
from ganapp.runs import Run
run = Run(Path(sys.argv[1]))
lock = run.lock()
lock.acquire()
run.write_status(state="running")
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def child():
    started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield started
    started.kill()
    started.wait()


@pytest.fixture
def written_by():
    """A status that a process of this machine has written now, or `ago` seconds ago."""
    host = process.socket.gethostname()
    return lambda pid, ago=0.0: {"state": "running", "pid": pid, "host": host, "time": time.time() - ago}


def test_a_process_that_works_is_there(written_by, child):
    assert not process.is_gone(written_by(os.getpid()))
    assert not process.is_gone(written_by(child.pid))


def test_a_killed_one_is_gone_even_if_nobody_has_waited_for_it(written_by, child):
    child.kill()
    until = time.monotonic() + 10
    while not process.is_gone(written_by(child.pid)) and time.monotonic() < until:
        time.sleep(0.01)
    assert child.returncode is None and process.is_gone(written_by(child.pid))  # a zombie
    child.wait()
    assert process.is_gone(written_by(child.pid))


@pytest.mark.skipif(not process.PROC.is_dir(), reason="when a process began is known on Linux alone")
def test_another_process_of_the_same_number_is_another_one(written_by, child):
    """Numbers are given again after a restart of the machine, and in time without one."""
    assert process.is_gone(written_by(child.pid, ago=60))
    assert not process.is_gone(written_by(child.pid, ago=2))  # the clock was set a little meanwhile
    assert not process.is_gone(written_by(1, ago=-60) | {"time": time.time()})


def test_what_cannot_be_told_is_not_gone(written_by, child, monkeypatch):
    child.kill()
    child.wait()
    dead = written_by(child.pid)
    assert process.is_gone(dead)
    assert not process.is_gone(dead | {"host": "another"})
    assert not process.is_gone({key: dead[key] for key in ("state", "host", "time")})
    assert not process.is_gone({})
    assert not process.is_gone(dead | {"pid": 2**52})
    monkeypatch.setattr(process.os, "name", "nt")
    assert not process.is_gone(dead)


def test_without_proc_the_number_decides(written_by, child, monkeypatch, tmp_path):
    """As on macOS."""
    monkeypatch.setattr(process, "PROC", tmp_path)
    assert not process.is_gone(written_by(child.pid, ago=3600))
    child.kill()
    child.wait()
    assert process.is_gone(written_by(child.pid))


def test_a_killed_run_is_interrupted_at_once(tmp_path):
    """Its heartbeat is not ten seconds old yet. What holds the lock, as in another container, is at work."""
    run = create_run(tmp_path, TrainConfig())
    started = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(run.path)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert started.stdout.readline() == "held\n"
        assert run.status()["state"] == "running"
    finally:
        started.kill()
        started.wait()
        started.stdout.close()
    assert time.time() - run.stored_status()["time"] < 9
    assert run.status()["state"] == "interrupted"
    with run.lock().acquire():
        assert run.status()["state"] == "running"
    assert run.status()["state"] == "interrupted"
    run.write_status(state="running")
    assert run.status()["state"] == "running"  # this process is there, and may be about to take the lock
