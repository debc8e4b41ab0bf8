"""driving/clock.py and full_disk.py: seconds of training, and what does not count as such."""

import errno
import signal
import subprocess
import sys
from pathlib import Path
from time import sleep
from types import SimpleNamespace

import pytest

from ganapp.driving import commands
from ganapp.driving.clock import Clock
from ganapp.driving.full_disk import FULL_DISK, Writer


@pytest.fixture
def time(monkeypatch):
    """A time that moves on only in sleep(), which takes a hundred seconds. The processor is always in use."""
    fake = SimpleNamespace(now=1000.0, slept=[], idle=0.0)
    fake.monotonic = lambda: fake.now
    fake.process_time = lambda: fake.now - fake.idle

    def sleep(sec):
        fake.slept.append(sec)
        fake.now += 100

    fake.sleep = sleep
    monkeypatch.setattr("ganapp.driving.clock.time", fake)
    monkeypatch.setattr("ganapp.driving.full_disk.time", fake)
    return fake


def test_the_clock_counts_earlier_attempts_and_stands_still_when_stopped(time):
    clock = Clock(before=50.0)
    time.now += 7
    assert (clock.sec(), clock.attempt_sec()) == (57.0, 7.0)
    with pytest.raises(ZeroDivisionError), clock.stopped():
        time.now += 1000
        raise ZeroDivisionError
    time.now += 2
    assert (clock.sec(), clock.attempt_sec()) == (59.0, 9.0)
    assert Clock().sec() == 0.0


def test_a_gap_is_not_counted_wherever_it_falls(time):
    """60 s in which the process does nothing; not 4 s, and not 60 s in which one call keeps the others out."""
    clock = Clock(before=50.0)
    time.now += 60
    assert (clock.sec(), clock.take_gap()) == (110.0, 0.0)
    time.now, time.idle = time.now + 4, time.idle + 4
    assert (clock.sec(), clock.take_gap()) == (114.0, 0.0)
    time.now, time.idle = time.now + 60, time.idle + 55
    assert clock.sec() == 114.0
    time.now, time.idle = time.now + 60, time.idle + 53  # of these 60 s it worked for 7
    assert (clock.sec(), clock.attempt_sec()) == (174.0, 124.0)
    assert (clock.take_gap(), clock.take_gap()) == (60.0, 0.0)
    with clock.stopped():  # a gap in a time that is not counted is taken off once
        time.now, time.idle = time.now + 60, time.idle + 60
        clock.beat()
    assert (clock.sec(), clock.take_gap()) == (174.0, 0.0)


CHILD = """
import sys, time
from ganapp.driving import clock
clock.BEAT_SEC, clock.GAP_SEC = 0.05, 0.3
began, used, counts = time.monotonic(), time.process_time(), clock.Clock()
with counts.watched():
    print("begun", flush=True)
    while time.process_time() < used + 0.3:  # as in a save: this thread works and does not look at the clock
        sum(range(1000))
    sec = counts.sec()
    print(sec, counts.take_gap(), time.monotonic() - began)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="SIGSTOP")
def test_a_thread_finds_the_gap_while_the_training_does_not_look_at_the_clock():
    process = subprocess.Popen([sys.executable, "-c", CHILD], stdout=subprocess.PIPE, text=True)
    try:
        process.stdout.readline()
        process.send_signal(signal.SIGSTOP)
        sleep(0.6)
        process.send_signal(signal.SIGCONT)
        sec, gap, passed = map(float, process.communicate(timeout=60)[0].split())
    finally:
        process.kill()
        process.wait()
    assert gap >= 0.55
    assert sec + gap == pytest.approx(passed, abs=0.1)


class Folder:
    """Stands for a run whose command file says the next of `words` at each look."""

    path = Path("folder")

    def __init__(self, *words):
        self.words, self.sent, self.told, self.logged = list(words), [], [], []

    def command(self):
        return self.words.pop(0)

    def send(self, word):
        self.sent.append(word)

    def states(self):
        return [Path("state-000001234.pt")]

    def log(self, text):
        self.logged.append(text)

    def status(self):
        return dict(self.told[-1])

    def write_status(self, **changes):
        self.told.append(changes)


def full_disk():
    raise OSError(errno.ENOSPC, "No space left on device")


def test_waiting_for_a_full_disk_is_not_training(time):
    """Two looks of a hundred seconds until somebody presses Resume: the budget in minutes does not shrink."""
    run, clock, seen = Folder("pause", "run"), Clock(), []
    time.now += 5
    tries = iter([full_disk, lambda: "written"])
    assert Writer(run, clock, seen.append).retry_when_disk_has_room(lambda: next(tries)()) == "written"
    assert time.slept == [commands.COMMAND_SEC] * 2
    assert clock.sec() == 5.0
    assert run.sent == ["pause"]
    reason = FULL_DISK + ": nothing is lost while this program runs. The last save is at 1,234 images."
    assert [(told["state"], told["reason"]) for told in run.told] == [("paused", reason)] * 2 + [
        ("running", None)
    ]
    assert seen == run.told
    assert run.logged == ["the disk is full: [Errno 28] No space left on device"]


def test_a_stop_gives_the_write_up(time):
    with pytest.raises(commands.Ended) as ended:
        Writer(Folder("stop"), Clock(), lambda status: None).retry_when_disk_has_room(full_disk)
    assert ended.value.state == "stopped"


def test_what_is_no_full_disk_is_not_waited_for(time):
    writer = Writer(Folder(), Clock(), lambda status: None)
    for write in (writer.retry_when_disk_has_room, writer.write_unless_full):
        with pytest.raises(PermissionError):
            write(lambda: (_ for _ in ()).throw(PermissionError("no")))
    assert not time.slept
    assert writer.write_unless_full(lambda: None) is True
    assert writer.write_unless_full(full_disk) is False


def test_whoever_waits_for_a_device_says_so(monkeypatch, tmp_path):
    """Half a second between two looks; queued all the while, and the turn comes when the other one is done."""
    from filelock import FileLock

    from ganapp.config import TrainConfig
    from ganapp.driving import devices
    from ganapp.runs import create_run

    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))
    (tmp_path / "cache" / "locks").mkdir(parents=True)
    other = FileLock(tmp_path / "cache" / "locks" / "cuda-1.lock", is_singleton=False, thread_local=False)
    other.acquire()
    run, slept, checks = create_run(tmp_path / "runs", TrainConfig()), [], []
    run.write_status(state="starting")

    def sleep(sec):
        slept.append((sec, run.status()["state"]))
        if len(slept) == 2:
            other.release()

    monkeypatch.setattr(devices, "time", SimpleNamespace(sleep=sleep))
    with devices.device_turn(run, "cuda:1", lambda: checks.append(1)):
        assert slept == [(0.5, "queued")] * 2
        assert len(checks) == 3
        with pytest.raises(TimeoutError):
            other.acquire(timeout=0)
    other.acquire(timeout=0)
    other.release()
