"""driving/record.py: fixed inputs, wide pictures, and what a snapshot says of itself."""

from types import SimpleNamespace

import numpy as np
import pytest

from ganapp.config import TrainConfig
from ganapp.driving.clock import Clock
from ganapp.driving.commands import Commands
from ganapp.driving.record import Recorder, beside_each_other, fixed_inputs


@pytest.mark.parametrize(("classes", "rows"), [(0, 8), (2, 8), (8, 8), (9, 9), (10, 10), (11, 8)])
def test_the_grid_has_a_row_for_each_class_where_they_fit(classes, rows):
    source = SimpleNamespace(fixed=lambda numbers, player: np.array(numbers))
    given, y = fixed_inputs(TrainConfig(num_classes=classes), source)
    assert given.tolist() == list(range(8 * rows))
    assert (y is None) if not classes else (y.tolist() == [i // 8 % classes for i in range(8 * rows)])


def test_inputs_and_targets_stand_beside_the_outputs():
    """The input, then what each generator made of it, then the target: one wide picture."""
    a, b, c, d = (np.full((2, 3, 4, 1), value, np.uint8) for value in range(4))
    assert beside_each_other([a], ()) is a
    assert beside_each_other([a, b], ())[0, 0, :, 0].tolist() == [0] * 4 + [1] * 4
    assert beside_each_other([b], (a,))[0, 0, :, 0].tolist() == [0] * 4 + [1] * 4
    assert beside_each_other([b], (a, c))[1, 2, :, 0].tolist() == [0] * 4 + [1] * 4 + [2] * 4
    assert beside_each_other([b, c], (a, d))[0, 0, :, 0].tolist() == [0] * 4 + [1] * 4 + [2] * 4 + [3] * 4


def test_what_a_snapshot_says_of_its_origin():
    from ganapp import __version__

    config = TrainConfig(preset="dcgan-32", ema_kimg=2.5, precision="bf16", start_from="shipped", parent="")
    about = SimpleNamespace(
        config=config,
        run=SimpleNamespace(name="00001-x", status=lambda: {"device": "a card"}),
        dataset=SimpleNamespace(name="faces", count=640),
        clock=SimpleNamespace(sec=lambda: 452.0),
    )
    assert Recorder._origin(about, 64_000) == {
        "preset": "dcgan-32", "dataset": "faces, 640 images", "nimg": 64_000, "minutes": 7.5, "run": "00001-x",
        "version": __version__, "parent": "shipped", "device": "a card", "precision": "bf16", "ema_kimg": 2.5,
    }  # fmt: skip
    about.config = config.replace(parent="00000-y")
    assert Recorder._origin(about, 64_000)["parent"] == "00000-y"


@pytest.mark.parametrize(
    ("spent", "attempt", "measured"), [(0.0, 0.0, True), (2.0, 100.0, True), (2.1, 100.0, False)]
)
def test_vitals_take_two_percent_of_the_time(spent, attempt, measured):
    recorder = object.__new__(Recorder)
    recorder.vitals_sec, recorder.measured = spent, {}
    now = [attempt]
    recorder.clock = SimpleNamespace(attempt_sec=lambda: now[0])

    def measure(state, samples):
        now[0] += 0.25
        return {"diversity": 0.5}

    recorder.vitals = SimpleNamespace(measure=measure)
    samples = np.zeros((2, 4, 4, 3), np.uint8)
    recorder.measure_vitals(SimpleNamespace(players={"D": 0}), samples)
    assert recorder.measured == ({"diversity": 0.5} if measured else {})
    assert recorder.vitals_sec == spent + 0.25 * measured
    recorder.measured = {}
    recorder.measure_vitals(SimpleNamespace(players={"G": 0}), None)
    assert recorder.measured == {}  # there is no D to ask


def test_the_command_file_is_read_now_and_then(monkeypatch):
    now, words = [10.0], iter(["save", "pause", "stop"])
    monkeypatch.setattr("ganapp.driving.commands.time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr("ganapp.driving.commands.COMMAND_SEC", 0.25)
    commands = Commands(SimpleNamespace(command=lambda: next(words)))
    assert commands.read_if_due() == "save"
    now[0] = 10.25
    assert commands.read_if_due() == "run"  # not looked at
    now[0] = 10.26
    assert commands.read_if_due() == "pause"
    assert commands.asks_to_end() is True  # always looks


def test_a_clock_of_an_attempt_begins_at_zero():
    assert Clock().before == 0.0
