"""Real full disks: a small tmpfs where mounting is allowed, and a limit on file size in a child process."""

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from test_driver import END, assert_as_uninterrupted, at_once, new_run, reference, tiny, wait_for  # noqa: F401

from ganapp import files
from ganapp.cli import progress
from ganapp.driving import commands, full_disk
from ganapp.driving.driver import drive
from ganapp.runs import create_run

SIZE = 3 * 1024**2


@pytest.fixture
def small_disk(tmp_path):
    """A file system of a few megabytes."""
    folder = tmp_path / "small"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], capture_output=True
    )
    if done.returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(folder, leave=0):
    """Fill a disk but for `leave` bytes, and return what fills it."""
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            file.truncate(max(file.tell() - leave, 0))
    return filler


def stored(run):
    return json.loads((run.path / "status.json").read_text())


@pytest.mark.parametrize("leave", [0, 4096, 40_000, 100_000])
@pytest.mark.parametrize("when", ["save", "end"])
def test_a_real_full_disk_pauses_and_loses_nothing(small_disk, tiny_folder, reference, leave, when):  # noqa: F811
    """The status on the disk says so, nothing half-written is left, and Resume ends as if nothing had happened."""
    run, filled, seen = create_run(small_disk / "runs", tiny(tiny_folder)), [], []

    def observe(status):
        seen.append(dict(status))
        if status["state"] == "running" and status["nimg"] == 96 and not filled:
            filled.append(fill(small_disk, leave))
            if when == "save":
                commands.ask(run, "save")

    thread = threading.Thread(target=drive, args=(run, observe), daemon=True)
    thread.start()
    wait_for(lambda: filled and seen[-1]["state"] == "paused")
    wait_for(lambda: stored(run)["state"] == "paused" and run.command() == "pause")
    assert stored(run)["reason"].startswith(full_disk.FULL_DISK)
    assert stored(run)["reason"].endswith("Nothing has been saved yet.")
    # While it waits, the status is written again and again.
    assert [p for p in run.path.rglob(".tmp-*") if p.suffix != ".json"] == []
    wait_for(lambda: "the disk is full" in (run.path / "log.txt").read_text())
    assert thread.is_alive()
    filled[0].unlink()
    run.send("run")
    thread.join(60)
    assert run.status()["state"] == "finished" and run.status()["attempt"] == 1
    assert "reason" not in run.status()
    assert_as_uninterrupted(run, reference)
    assert not (run.path / full_disk.RESERVE).exists()


def test_sigterm_on_a_full_disk_says_where_the_last_save_is(small_disk, tiny_folder):
    """The first one cannot even be written down; the second ends the process. The run does not say 0.1 kimg."""
    run, sent, told = create_run(small_disk / "runs", tiny(tiny_folder)), [], []
    shown = progress.Progress(run)
    shown.tell = told.append

    def observe(status):
        shown.show(status)
        if status["state"] == "running" and status["nimg"] == 48 and not sent:
            run.send("save")
        if status["state"] == "running" and status["nimg"] == 96 and not sent:
            fill(small_disk)
            (run.path / full_disk.RESERVE).unlink()
            fill(small_disk)
            (run.path / "command").unlink()  # so that not even one word can be written
            sent.append(96)
            fill(small_disk.joinpath("runs"))
            os.kill(os.getpid(), signal.SIGTERM)
        elif status["state"] == "paused" and len(sent) == 1:
            assert "disk is full" in status["reason"]
            sent.append("again")
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt), progress.pausing_on_signals(run, shown):
        drive(run, observe)
    assert told and len(sent) == 2
    assert [p.name for p in run.states()] == ["state-000000056.pt"]
    status = stored(run)
    assert (status["state"], status["nimg"]) == ("paused", 56)
    assert status["reason"].endswith("The last save is at 56 images.")
    for filler in small_disk.rglob("filler"):
        filler.unlink()
    run.send("run")
    assert drive(run) == "finished"


LIMITED = """
import resource, sys, threading, time
from pathlib import Path
from ganapp.driving import commands, driver
from ganapp.runs import Run
commands.COMMAND_SEC = 0.02
run = Run(Path(sys.argv[1]))
limited = []
def observe(status):
    if status["state"] == "running" and status["nimg"] == 96 and not limited:
        limited.append(1)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
def lift():
    while run.status()["state"] != "paused" or run.command() != "pause":
        time.sleep(0.02)
    print(run.status()["reason"], flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    run.send("run")
threading.Thread(target=lift, daemon=True).start()
print(driver.drive(run, observe))
"""


@pytest.mark.skipif(os.name != "posix", reason="RLIMIT_FSIZE")
@pytest.mark.parametrize("limit", [2000, 20_000])
def test_a_limit_on_file_size_pauses_and_loses_nothing(new_run, reference, limit):  # noqa: F811
    run = new_run()
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(run.path), str(limit)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    reason, end = done.stdout.splitlines()
    assert reason.startswith("A file would exceed the limit on file size") and end == "finished"
    assert_as_uninterrupted(run, reference)
    assert not list(run.path.rglob(".tmp-*"))


SIGTERM_AT_A_LIMIT = """
import os, resource, signal, sys
from pathlib import Path
from ganapp.cli import progress
from ganapp.driving import commands, driver
from ganapp.runs import Run
commands.COMMAND_SEC = 0.02
run, sent = Run(Path(sys.argv[1])), []
shown = progress.Progress(run)
def observe(status):
    shown.show(status)
    if status["state"] == "running" and status["nimg"] == 48 and not sent:
        run.send("save")
    if status["state"] == "running" and status["nimg"] == 96 and not sent:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    if (status["state"], len(sent)) in (("running", 0), ("paused", 1)) and status["nimg"] >= 96:
        sent.append(status.get("reason"))
        os.kill(os.getpid(), signal.SIGTERM)
try:
    with progress.pausing_on_signals(run, shown):
        driver.drive(run, observe)
except KeyboardInterrupt:
    print(sent[1])
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="RLIMIT_FSIZE")
def test_sigterm_at_a_limit_on_file_size_says_where_the_last_save_is(new_run, reference):  # noqa: F811
    """The first asks for a pause, whose save fails; the second ends the process."""
    run = new_run()
    done = subprocess.run(
        [sys.executable, "-c", SIGTERM_AT_A_LIMIT, str(run.path), "2000"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1].startswith("A file would exceed the limit on file size"), done
    status = stored(run)
    assert (status["state"], status["nimg"]) == ("paused", 56)
    assert status["reason"].endswith("The last save is at 56 images.")
    run.send("run")
    assert drive(run) == "finished"
    assert_as_uninterrupted(run, reference)


def test_a_small_file_is_written_over_where_there_is_no_room_for_a_second(small_disk):
    path = small_disk / "status"
    files.write_small(path, "a longer text")
    fill(small_disk)
    files.write_small(path, "word")
    assert path.read_text() == "word"
    assert sorted(p.name for p in small_disk.iterdir()) == ["filler", "status"]
    with pytest.raises(OSError, match="No space left"):
        files.write_small(small_disk / "new", "word")
    assert not files.has_room(small_disk, 5000)
    (small_disk / "filler").unlink()
    assert files.has_room(small_disk, SIZE // 2) and not files.has_room(small_disk, 2 * SIZE)
    with pytest.raises(OSError, match="Is a directory"):
        files.write_small(Path(small_disk), "word")
