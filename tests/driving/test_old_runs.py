"""Runs that version 0.3 wrote are resumed exactly: its folders and states are read as they were.

runs-0.3/NAME is a run of ten steps, made by version 0.3 itself on the tiny pictures of conftest.py, with the name of its
data replaced by PICTURES; after.json says what ten more steps of version 0.3 gave. ADA, lazy R1, two D steps and mirrors
(dcgan), path length and DiffAugment (stylegan2), growth, gradient penalty and drift (progan) are at work in them.
"""

import json
import math
import shutil
from pathlib import Path

import pytest
import torch

from ganapp.driving.driver import drive
from ganapp.runs import Run
from ganapp.training.state import TrainState

OLD = Path(__file__).parent / "runs-0.3"
NAMES = sorted(path.name for path in OLD.iterdir())
TIMED = ("sec", "images_per_sec", "mem_mb")


@pytest.fixture
def old_run(tmp_path, tiny_folder):
    def make(name):
        run = Run(shutil.copytree(OLD / name, tmp_path / "runs" / f"00001-{name}"))
        text = (run.path / "config.json").read_text().replace("PICTURES", str(tiny_folder))
        (run.path / "config.json").write_text(text)
        return run

    return make


def tensors(saved):
    """All tensors of the networks of a state of 0.3, and where they are in one of today."""
    for old, player, part in (("G", "G", "net"), ("D", "D", "net"), ("ema", "G", "average")):
        yield saved[old], player, part


@pytest.mark.parametrize("name", NAMES)
def test_a_state_of_0_3_is_loaded_to_the_last_bit(old_run, name):
    run = old_run(name)
    saved = torch.load(run.states()[0], weights_only=True)
    state = TrainState.create(run.config().replace(seed=5), torch.device("cpu"))
    state.load_state_dict(saved)
    now = state.state_dict()
    assert now["nimg"] == saved["nimg"] > 0
    for old, player, part in tensors(saved):
        new = now["players"][player][part]
        assert old.keys() == new.keys() and all(old[key].equal(new[key]) for key in old)
    for old, player in (("g_opt", "G"), ("d_opt", "D")):
        for i, moments in saved[old]["state"].items():
            new = now["players"][player]["optimizer"]["state"][i]
            assert all(torch.as_tensor(moments[key]).equal(torch.as_tensor(new[key])) for key in moments)
    assert {key: now["memory"][key].item() for key in now["memory"]} == {
        key: saved[key].item() for key in ("aug_p", "aug_sign", "pl_mean")
    }


@pytest.mark.parametrize("name", NAMES)
def test_a_run_of_0_3_goes_on_as_it_would_have(old_run, name, monkeypatch):
    # at every step, however fast the machine is
    monkeypatch.setattr("ganapp.driving.driver.SAMPLE_GROWTH", 0.0)
    monkeypatch.setattr("ganapp.driving.record.VITALS_SHARE", math.inf)
    run, after = old_run(name), json.loads((OLD / name / "after.json").read_text())
    assert run.status()["state"] == "finished"
    run.write_config(run.config().replace(kimg=run.config().kimg * 2))
    assert drive(run) == "finished", run.status()
    saved = torch.load(run.states()[0], weights_only=True)
    assert (
        saved["nimg"]
        == after["nimg"]
        == 2 * torch.load(OLD / name / run_state(name), weights_only=True)["nimg"]
    )
    rows = [row for row in run.read_stats()[0] if "d_loss" in row and row["nimg"] > after["nimg"] // 2]
    assert len(rows) == len(after["rows"]) == 10
    for row, old in zip(rows, after["rows"], strict=True):
        for key, value in old.items():
            assert row[key] == pytest.approx(value, rel=2e-3, abs=2e-3), (row["nimg"], key)
    for old, part in (
        ("G", saved["players"]["G"]["net"]),
        ("D", saved["players"]["D"]["net"]),
        ("ema", saved["players"]["G"]["average"]),
    ):
        norm = sum(t.double().square().sum() for t in part.values() if t.is_floating_point()) ** 0.5
        assert float(norm) == pytest.approx(after["norms"][old], rel=1e-5)


def run_state(name):
    return next(path.name for path in (OLD / name).glob("state-*.pt"))


def test_a_state_of_other_players_is_refused(old_run):
    run = old_run("dcgan")
    state = TrainState.create(run.config(), torch.device("cpu"))
    del state.players["D"]
    with pytest.raises(ValueError, match="the saved state has the players G, D; this configuration has G"):
        state.load_state_dict(torch.load(run.states()[0], weights_only=True))
