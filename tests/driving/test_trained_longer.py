"""A run that is trained longer, and one that had the larger budget from the start, end as the same bytes."""

import pytest
import torch

from ganapp.driving.driver import drive
from ganapp.runs import create_run
from ganapp.runs.longer import train_longer
from ganapp.runs.packed import open_packed


def end_of(run):
    """(weights of the last snapshot, everything of the last state but seconds, rows without seconds)."""
    state = torch.load(run.states()[0], weights_only=True)
    state.pop("sec")
    weights = (run.snapshots()[0] / "model.safetensors").read_bytes()
    rows = [{k: v for k, v in row.items() if k not in TIMED} for row in run.read_stats()[0]]
    return weights, state, rows


TIMED = ("sec", "images_per_sec", "mem_mb")


def assert_same(one, other):
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    elif isinstance(one, dict):
        assert one.keys() == other.keys()
        for key in one:
            assert_same(one[key], other[key])
    elif isinstance(one, list | tuple):
        assert len(one) == len(other)
        for a, b in zip(one, other, strict=True):
            assert_same(a, b)
    else:
        assert one == other


@pytest.mark.parametrize("through_a_zip", [False, True])
def test_a_longer_run_is_the_same_run(tmp_path, tiny_config, tiny_folder, through_a_zip):
    """With schedules that end before, between and after the two budgets, and R1 at every other step only."""
    recipe = tiny_config(
        dataset=str(tiny_folder), kimg=0.04, tick_sec=0, d_args={"width": 4, "norm": "none"}, r1=1.0, r1_interval=2,
        burn_in_kimg=0.056, lr_final=0.1, instance_noise=0.5, instance_noise_kimg=0.02,
    )  # fmt: skip
    whole = create_run(tmp_path, recipe.replace(kimg=0.072))
    assert drive(whole) == "finished"
    run = create_run(tmp_path, recipe)
    assert drive(run) == "finished" and run.status()["nimg"] == 40
    if through_a_zip:
        run = open_packed(run.export(tmp_path / "x.zip"), tmp_path / "another machine")
    train_longer(run, kimg=0.032)
    assert drive(run) == "finished" and run.status()["nimg"] == 72
    assert run.config() == whole.config()
    (weights, state, rows), (weights2, state2, rows2) = end_of(run), end_of(whole)
    assert weights == weights2 and [row["nimg"] for row in rows] == list(range(8, 73, 8))
    assert_same(state, state2)
    losses = ("nimg", "d_loss", "g_loss", "r1")
    assert [[row.get(k) for k in losses] for row in rows] == [[row.get(k) for k in losses] for row in rows2]
