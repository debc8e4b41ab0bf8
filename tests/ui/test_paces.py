"""How long a fit takes, told beforehand: what waits for what."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

pytest.importorskip("gradio")
from ganapp.latents.pace import Pace
from ganapp.ui.edit.paces import Paces
from ganapp.ui.generate.turns import Turns

SEC, STEPS = 20, 10
PACE = Pace(draw=1, latent=100, weights=10_000, turn=0)


class Machine:
    """A thread that draws, and paces of models that are measured when they are let."""

    def __init__(self, monkeypatch):
        self.let, self.measured = threading.Event(), []
        monkeypatch.setattr("ganapp.latents.pace.pace_of", self.measure)
        monkeypatch.setattr("ganapp.latents.fitting.effort_for", lambda G: None)
        self.drawing = Turns("drawing", lambda: None)
        self.paces = Paces(self.drawing)

    def measure(self, G):
        self.measured.append(G.spec)
        assert G.spec == "quick" or self.let.wait(SEC)
        return PACE

    def ask(self, spec, visitor):
        return self.paces.seconds(SimpleNamespace(spec=spec), "drag", False, STEPS, visitor)


@pytest.fixture
def machine(monkeypatch):
    machine = Machine(monkeypatch)
    yield machine
    machine.let.set()


def until(condition):
    deadline = time.monotonic() + SEC
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def test_a_known_time_is_told_while_another_model_is_measured(machine):
    assert machine.ask("quick", "ana") == PACE.drag(STEPS)
    with ThreadPoolExecutor(2) as pool:
        other = pool.submit(machine.ask, "slow", "ana")
        until(lambda: "slow" in machine.measured)
        known = pool.submit(machine.ask, "quick", "bo")
        assert known.result(SEC) == PACE.drag(STEPS) and not other.done()
        machine.let.set()
        assert other.result(SEC) == PACE.drag(STEPS)
    assert machine.measured == ["quick", "slow"]


def test_a_time_waits_for_no_film_that_stands_in_line(machine):
    piece = threading.Event()
    with ThreadPoolExecutor(3) as pool:
        pool.submit(machine.drawing.compute, piece.wait, SEC)
        pool.submit(machine.drawing.compute, int)
        until(lambda: machine.drawing._others and not machine.drawing._live)
        asked = pool.submit(machine.ask, "quick", "ana")
        until(lambda: machine.drawing._live or len(machine.drawing._others) > 1)
        is_live = bool(machine.drawing._live)
        piece.set()
        assert asked.result(SEC) == PACE.drag(STEPS) and is_live
