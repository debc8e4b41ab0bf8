"""driving/devices.py: which device a name means, what it is called, what it takes, and who waits before whom."""

import os
from types import SimpleNamespace

import pytest
import torch

from ganapp.config import TrainConfig
from ganapp.driving.devices import device_name, memory_mb, pick_device, waiting_before
from ganapp.runs import create_run


@pytest.fixture
def machine(monkeypatch):
    """make(cuda=0, mps=False): a machine with so many CUDA devices, and an Apple GPU or none."""

    def make(cuda=0, mps=False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return make


@pytest.mark.parametrize(
    ("has", "name", "picked"),
    [
        ({}, "auto", "cpu"),
        ({"mps": True}, "auto", "mps"),
        ({"cuda": 1, "mps": True}, "auto", "cuda:0"),
        ({"cuda": 2}, "cuda", "cuda:0"),
        ({"cuda": 2}, "cuda:1", "cuda:1"),
        ({"cuda": 2}, "cpu", "cpu"),
        ({"mps": True}, "mps", "mps"),
    ],
)
def test_what_a_name_means(machine, has, name, picked):
    machine(**has)
    assert str(pick_device(name)) == picked


@pytest.mark.parametrize(
    ("has", "name", "reason"),
    [
        ({}, "cuda", "device is 'cuda', but this machine has 0 CUDA devices."),
        ({"cuda": 2}, "cuda:2", "device is 'cuda:2', but this machine has 2 CUDA devices."),
        ({}, "mps", "device is 'mps', but this machine has no Apple GPU."),
        ({}, "meta", "device is 'meta'; it must be auto, cpu, cuda, cuda:N or mps."),
        ({}, "gpu", "device is 'gpu'; it must be auto, cpu, cuda, cuda:N or mps."),
    ],
)
def test_devices_that_are_not_there(machine, has, name, reason):
    machine(**has)
    with pytest.raises(ValueError) as error:
        pick_device(name)
    assert str(error.value) == reason


def test_names_of_devices(monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"card {device.index}")
    assert device_name(torch.device("cuda", 1)) == "card 1"
    assert device_name(torch.device("mps")) == "Apple GPU"
    assert device_name(torch.device("cpu")).startswith(f"CPU ({os.cpu_count()} cores, ")


def test_memory_is_that_of_the_training_device(monkeypatch):
    monkeypatch.setattr(torch.cuda, "memory_reserved", lambda device: 123_000_000)
    assert memory_mb(torch.device("cuda")) == 123.0
    statm = SimpleNamespace(read=lambda: "900000 25000 111 1 0 5 0")

    class File:
        def __enter__(self):
            return statm

        def __exit__(self, *_):
            pass

    monkeypatch.setattr("builtins.open", lambda *_: File())  # size, resident, shared, … in pages
    assert memory_mb(torch.device("cpu")) == 25_000 * os.sysconf("SC_PAGE_SIZE") / 1e6
    monkeypatch.setattr("builtins.open", lambda *_: (_ for _ in ()).throw(FileNotFoundError()))
    assert memory_mb(torch.device("cpu")) == 0.0


def test_those_who_asked_earlier_come_first(tmp_path):
    """Runs that wait and that a process holds; equal times go by name; a run that never asked counts from its creation."""
    runs = {name: create_run(tmp_path, TrainConfig(), name) for name in ("a", "b", "c", "d", "e", "f")}
    asked = {"a": 5.0, "b": 4.0, "c": 3.0, "d": 3.0, "e": 2.0}
    for name, run in runs.items():
        run.write_status(state="queued", asked=asked.get(name), created=1.0 if name == "f" else 9.0)
    locks = {name: runs[name].lock() for name in "abcdf"}  # nobody works on e
    for lock in locks.values():
        lock.acquire()

    def before(name):
        return {run.name[-1] for run in waiting_before(runs[name])}

    try:
        assert [before(name) for name in "abcdf"] == [set("bcdf"), set("cdf"), set("f"), set("cf"), set()]
        runs["c"].write_status(state="running")  # no longer waits
        assert before("d") == {"f"}
    finally:
        for lock in locks.values():
            lock.release()
