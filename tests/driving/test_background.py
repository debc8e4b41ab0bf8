"""driving/background.py: threads get a low priority, and shutdown waits for them, but not for ever."""

import os
import threading
from types import SimpleNamespace

import pytest

from ganapp.driving import background, commands
from ganapp.runs import Run


@pytest.mark.parametrize(
    ("command_sec", "wait", "joins"), [(0.25, 0.25, 241), (-1.0, 0.02, 3001), (0.0, 0.02, 3001)]
)
def test_shutdown_waits_a_minute_at_most(monkeypatch, tmp_path, command_sec, wait, joins):
    """A thread that never ends is joined again and again, until the time is up; its run is told to pause once."""
    time = SimpleNamespace(now=5.0)
    joined, sent, word = [], [], ["run"]

    class Endless:
        def is_alive(self):
            return True

        def join(self, sec):
            joined.append(sec)
            time.now += sec

    monkeypatch.setattr(background, "time", SimpleNamespace(monotonic=lambda: round(time.now, 6)))
    monkeypatch.setattr(background, "_threads", [(tmp_path, Endless()), (tmp_path / "deleted", Endless())])
    monkeypatch.setattr(commands, "COMMAND_SEC", command_sec)
    monkeypatch.setattr(Run, "command", lambda run: word[0])
    monkeypatch.setattr(
        Run, "send", lambda run, said: sent.append((run.path, said)) or word.__setitem__(0, said)
    )
    background.shutdown()
    assert sent == [(tmp_path, "pause")]
    assert set(joined) == {wait}
    assert len(joined) == joins


def test_shutdown_forgets_threads_that_have_ended(monkeypatch, tmp_path):
    ended = SimpleNamespace(is_alive=lambda: False)
    monkeypatch.setattr(background, "_threads", [(tmp_path, ended)])
    background.shutdown(0.0)  # sends nothing: this folder is no run


@pytest.mark.parametrize(("platform", "lowered"), [("linux", True), ("darwin", False), ("win32", False)])
def test_training_threads_leave_the_core_to_the_page(monkeypatch, platform, lowered):
    asked, driven = [], []
    monkeypatch.setattr(background, "sys", SimpleNamespace(platform=platform))
    monkeypatch.setattr(os, "setpriority", lambda *args: asked.append(args), raising=False)
    monkeypatch.setattr(background, "drive", lambda run, on_successor: driven.append((run, on_successor)))
    background._drive_with_low_priority("run")
    assert driven == [("run", background._register_successor)]
    assert asked == ([(os.PRIO_PROCESS, threading.get_native_id(), 5)] if lowered else [])
