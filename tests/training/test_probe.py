"""probe.py: what is measured, what is taken as given, and that measuring leaves no trace."""

import itertools

import pytest
import torch

from ganapp.training import probe as module
from ganapp.training.probe import BF16_GAIN, PROBE_BATCH, probe, step_sec

CPU = torch.device("cpu")


@pytest.fixture
def timed(monkeypatch):
    """timed({(precision, threads): seconds}) -> the list of what was measured."""

    def make(table):
        measured = []

        def step(config, device, hopeless=None):
            measured.append((config.precision, torch.get_num_threads()))
            return table[measured[-1]]

        monkeypatch.setattr("ganapp.training.probe.step_sec", step)
        monkeypatch.setattr(module.os, "sched_getaffinity", lambda pid: set(range(4)), raising=False)
        return measured

    return make


@pytest.mark.parametrize(
    ("fp32_4", "fp32_2", "bf16", "expected"),
    [
        (1.0, 1.5, 0.5, ("bf16", 4)),
        (1.0, 1.5, 1.0 / BF16_GAIN + 0.01, ("fp32", 4)),  # too little gain to give up precision
        (1.5, 1.0, 0.5, ("bf16", 2)),  # on a shared machine half of the cores can be faster
        (1.0, 1.5, 3.0, ("fp32", 4)),
    ],
)
def test_the_fastest_is_chosen(timed, tiny_config, fp32_4, fp32_2, bf16, expected):
    timed({("fp32", 4): fp32_4, ("fp32", 2): fp32_2, ("bf16", 4): bf16, ("bf16", 2): bf16})
    before = torch.get_num_threads()
    assert probe(tiny_config(precision="auto", threads=0), CPU) == expected
    assert torch.get_num_threads() == before


def test_what_the_configuration_says_is_not_measured(timed, tiny_config):
    measured = timed({("fp32", 3): 1.0, ("bf16", 3): 0.1})
    assert probe(tiny_config(precision="fp32", threads=3), CPU) == ("fp32", 3)
    assert measured == []
    assert probe(tiny_config(precision="auto", threads=3), CPU) == ("bf16", 3)
    assert sorted(measured) == [("bf16", 3), ("fp32", 3)]


def test_a_hopeless_precision_is_tried_once(tiny_config, monkeypatch):
    clock = itertools.count(step=10)  # each step takes ten seconds
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    config = tiny_config(precision="fp32")
    assert step_sec(config, CPU) == 10 and next(clock) == 60  # three steps, two looks at the clock each
    assert step_sec(config, CPU, hopeless=10) == 10 and next(clock) == 90


def test_one_core_is_measured_once(timed, tiny_config, monkeypatch):
    measured = timed({("fp32", 1): 1.0})
    monkeypatch.setattr(module.os, "sched_getaffinity", lambda pid: {0}, raising=False)
    assert probe(tiny_config(precision="fp32", threads=0), CPU) == ("fp32", 1)
    assert measured == [("fp32", 1)]


def test_threads_are_set_back_when_measuring_fails(timed, tiny_config, monkeypatch):
    before = torch.get_num_threads()
    timed({})
    with pytest.raises(KeyError):
        probe(tiny_config(precision="auto", threads=3), CPU)
    assert torch.get_num_threads() == before


def test_a_real_measurement(tiny_config, monkeypatch):
    """On real steps, lazy penalties included, of a small batch; the fastest of three after one that warms up."""
    shown = []
    steps = module.time.perf_counter
    clock = itertools.chain([0, 5, 10, 12, 20, 29], itertools.repeat(99))
    from ganapp.training import loop

    d_step = loop.d_step
    monkeypatch.setattr(
        "ganapp.training.loop.d_step",
        lambda s, c, batch: shown.append((c, batch.real, batch.y)) or d_step(s, c, batch),
    )
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    config = tiny_config("mlp", batch=64, r1=1.0, r1_interval=8)
    assert step_sec(config, CPU) == 2
    monkeypatch.setattr(module.time, "perf_counter", steps)
    assert len(shown) == 4
    used, real, y = shown[0]
    assert (used.batch, used.r1_interval, len(real), len(y)) == (PROBE_BATCH, 1, PROBE_BATCH, PROBE_BATCH)
    assert real.shape[1:] == (3, 32, 32)
    assert -1 <= real.min() < -0.9
    assert 0.9 < real.max() <= 1
    assert y.max() == 3


def test_all_that_is_lazy_is_measured_and_a_growing_network_at_its_full_size(tiny_config, monkeypatch):
    from ganapp.training import loop

    used = []
    step = loop.train
    monkeypatch.setattr(
        "ganapp.training.loop.train", lambda state, c, *rest: used.append(c) or step(state, c, *rest)
    )
    step_sec(tiny_config("progan", grow_kimg=10, gp=1.0, gp_interval=4), CPU, steps=1)
    step_sec(tiny_config("stylegan2", path_length=1.0, path_length_interval=4), CPU, steps=1)
    assert (used[0].grow_kimg, used[0].gp_interval, used[1].path_length_interval) == (0, 1, 1)


def test_speed_is_in_images_shown_to_d_and_lazy_steps_are_shared_out(tiny_config, monkeypatch):
    monkeypatch.setattr(
        "ganapp.training.probe.step_sec",
        lambda config, device: 2.0 + 4.0 * bool(config.path_length) + config.gp,
    )
    config = tiny_config("stylegan2", batch=8, d_steps=3, path_length=2.0, path_length_interval=4)
    assert module.measure(config, CPU) == pytest.approx(24 / (2 + 4 / 4))


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_every_precision_can_be_measured(tiny_config, precision):
    assert step_sec(tiny_config("dcgan", precision=precision, num_classes=0), CPU, steps=1) > 0


def test_what_is_measured_is_no_larger_than_sixteen_images(tiny_config, monkeypatch):
    assert (PROBE_BATCH, BF16_GAIN) == (16, 1.15)
    monkeypatch.setattr(module, "probe", lambda config, device: ("fp32", 1))
    monkeypatch.setattr(module, "step_sec", lambda config, device: 0.5 if config.r1 else 0.25)
    config = tiny_config("mlp", batch=64, d_steps=2)
    assert module.measure(config, CPU) == 16 * 2 / 0.25  # no penalty that comes at some steps only
    assert module.measure(config.replace(r1=1.0, r1_interval=5), CPU) == 16 * 2 / (0.25 + 0.25 / 5)
    assert module.measure(config.replace(batch=4), CPU) == 4 * 2 / 0.25
