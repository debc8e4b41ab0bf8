"""driving/driver.py's loop in a time of its own: when a tick, a grid and a save are due, and which command ends it."""

from types import SimpleNamespace

import pytest

from ganapp.driving import driver as module
from ganapp.driving.clock import Clock
from ganapp.driving.driver import Driver
from ganapp.training.loop import Tick


class Loop:
    """A driver whose steps take a second each, on one image; notes (what, second) of what it does."""

    def __init__(self, monkeypatch, images=60, before=0.0, commands=None, **config):
        self.now, self.notes, self.commands, self.file = 100.0, [], commands or {}, "run"
        monkeypatch.setattr(module.time, "monotonic", lambda: self.now)
        fields = {
            "tick_sec": 5,
            "sample_sec": 10,
            "save_sec": 25,
            "is_used_up": lambda nimg, sec: nimg >= images,
        }
        self.driver = object.__new__(Driver)
        self.driver.config = SimpleNamespace(**{**fields, **config})
        self.driver.clock = Clock(before)
        self.driver.commands = SimpleNamespace(read_if_due=self.command, read=lambda: self.file)
        self.driver.recorder = SimpleNamespace(
            write_tick=lambda state, pending, speed: self.note("tick", len(pending), round(speed, 6)),
            write_samples=lambda state: "grid",
            measure_vitals=lambda state, samples: self.note(samples),
            save=lambda state, with_figure=False: self.note("save", with_figure),
        )
        self.driver.writer = SimpleNamespace(retry_when_disk_has_room=lambda write, size=0: write())
        self.driver.end = lambda state: self.note("end", state) or state
        self.driver.run = SimpleNamespace(
            snapshot=lambda name: None, send=lambda word: self.note("send", word)
        )
        self.state = SimpleNamespace(nimg=0, nets=lambda: [])

    def command(self):
        self.file = self.commands.pop(self.sec, self.file)
        return self.file

    @property
    def sec(self):
        return round(self.now - 100)

    def note(self, *what):
        self.notes.append((self.sec, *what))

    def steps(self):
        while True:
            self.now += 1
            self.state.nimg += 1
            yield Tick(self.state.nimg, {})

    def run(self):
        result = self.driver.loop(self.state, self.steps())
        return result, self.notes

    def times(self, what):
        return [note[0] for note in self.notes if note[1] == what]


def test_ticks_grids_and_saves_come_when_they_are_due(monkeypatch):
    """A tick at every step of the first 16 seconds (0.2 s + a twentieth of the time), then at every second one, …"""
    loop = Loop(monkeypatch)
    assert loop.run()[0] == "finished"
    assert loop.times("tick") == [*range(1, 17), *range(18, 37, 2), *range(39, 55, 3), 58, 60]
    assert loop.times("grid") == [10, 20, 30, 40, 50, 60]
    assert loop.times("save") == [10, 30, 55, 60]  # after 5 s + half the time, at most save_sec
    assert [note[2:] for note in loop.notes if note[1] == "tick"][-2:] == [(4, 1.0), (2, 1.0)]
    assert [note[2] for note in loop.notes if note[1] == "save"] == [True] * 4  # with the live figure
    assert loop.notes[-1] == (60, "end", "finished")


def test_grids_of_a_long_run_are_two_percent_of_its_time_apart(monkeypatch):
    loop = Loop(monkeypatch, before=1000.0)
    loop.run()
    assert loop.times("grid") == [21, 42, 60]  # 2 % of 1,021 and 1,042 seconds
    assert loop.times("tick")[:2] == [5, 10]  # at least every tick_sec


@pytest.mark.parametrize(("word", "state"), [("pause", "paused"), ("stop", "stopped")])
def test_an_end_is_obeyed_at_once_and_saved_without_the_figure(monkeypatch, word, state):
    result, notes = Loop(monkeypatch, commands={3: word}).run()
    assert result == state
    assert notes[-4:] == [(3, "tick", 1, 1.0), (3, "grid"), (3, "save", False), (3, "end", state)]


def test_save_now_goes_on_and_takes_the_command_back(monkeypatch):
    loop = Loop(monkeypatch, images=4, commands={2: "save", 3: "run"})
    assert loop.run()[0] == "finished"
    assert [note for note in loop.notes if note[1] in ("save", "send")] == [
        (2, "save", True), (2, "send", "run"), (4, "save", True),
    ]  # fmt: skip
    assert loop.times("grid") == [4]


def test_a_run_that_is_done_takes_no_step_and_saves_only_if_it_has_no_snapshot(monkeypatch):
    for found, saves in ((None, [(0, "save", False)]), ("snapshot", [])):
        loop, names = Loop(monkeypatch, images=0), []
        loop.state.nimg = 1234
        loop.driver.run.snapshot = lambda name, found=found, names=names: names.append(name) or found
        assert loop.run() == ("finished", [*saves, (0, "end", "finished")])
        assert names == ["000001234"]


def test_limits_of_the_driver():
    from ganapp.driving import commands, full_disk, opening, record, rollback

    assert (module.LOCK_SEC, module.SAMPLE_GROWTH) == (10.0, 0.02)
    assert (module.SAVE_SEC, module.SAVE_GROWTH) == (5.0, 0.5)
    assert (opening.PREPARING_SEC, rollback.MAX_ROLLBACKS) == (0.5, 2)
    assert (record.VITALS_SHARE, record.SAMPLE_COLUMNS, record.REAL_IMAGES) == (0.02, 8, 64)
    assert (full_disk.RESERVE_BYTES, commands.__name__) == (64 * 1024, "ganapp.driving.commands")


def test_steps_that_end_by_themselves_are_an_error_of_ours(monkeypatch):
    loop = Loop(monkeypatch)
    with pytest.raises(AssertionError, match="does not end by itself"):
        loop.driver.loop(loop.state, iter([Tick(1, {})]))
