"""benchmarks/faults.py and the kills of faults_kills.py: that they notice what is wrong, and sum it up."""

import json
import sys

import pytest
import torch

from benchmarks import faults, faults_kills
from ganapp.runs import create_run


@pytest.mark.parametrize("preset", faults_kills.PRESETS)
def test_a_preset_is_made_small(tmp_path, preset):
    """Its own recipe, on networks that take seconds."""
    from ganapp.config import PRESETS
    from ganapp.networks import build_discriminator, build_generator
    from ganapp.training.state import parameter_count

    config, own = faults_kills.config_of(preset, tmp_path), PRESETS[preset].config
    for name in (
        "family",
        "loss",
        "r1",
        "gp",
        "d_steps",
        "augment",
        "class_term",
        "z_dim",
        "g_lr",
        "ema_kimg",
    ):
        assert getattr(config, name) == getattr(own, name), name
    config = config.replace(channels=3, num_classes=2 if config.conditional else 0)
    G = build_generator(config.spec())
    assert parameter_count(G) + parameter_count(build_discriminator(config.spec(), config.d_args)) < 1_000_000


def test_the_presets_differ_in_family():
    families = {faults_kills.config_of(name, "x").family for name in faults_kills.PRESETS}
    assert len(faults_kills.PRESETS) == 8
    assert families == {"mlp", "dcgan", "resnet", "progan", "stylegan2", "r3gan"}


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ({"x": [torch.ones(2), 3]}, {"x": [torch.ones(2), 3]}, True),
        ({"x": [torch.ones(2), 3]}, {"x": [torch.tensor([1.0, 1.0000001]), 3]}, False),
        ({"x": [torch.ones(2)]}, {"x": [torch.ones(2).double()]}, False),
        ({"x": [torch.ones(2)]}, {"x": (torch.ones(2),)}, False),
        ({"x": [1]}, {"x": [1, 2]}, False),
        ({"x": 1}, {"y": 1}, False),
        ({"x": torch.ones(1)}, {"x": 1.0}, False),
        ("adam", "adam", True),
    ],
)
def test_states_are_compared_bit_for_bit(a, b, same):
    assert faults_kills.is_same(a, b) is same


@pytest.mark.slow
def test_killed_trainings_end_as_if_nothing_had_happened(tmp_path):
    found = faults_kills.kills(3, 1, tmp_path, ("mlp-28",))
    assert found["faults"] == [] and found["kills"] == 3 == sum(found["moments"].values())


@pytest.mark.slow
def test_another_end_is_noticed(tmp_path):
    data = faults_kills.pictures(tmp_path / "pictures")
    config = faults_kills.config_of("mlp-28", data).replace(kimg=0.1)
    run = create_run(tmp_path / "runs", config)
    found = faults_kills.faults_of(run, (b"", {}))
    assert found == ["other weights in the last snapshot", "another state"]
    assert faults_kills.faults_of(run, faults_kills.content_of(run)) == []
    rows = (run.path / "stats.jsonl").read_text()
    (run.path / "stats.jsonl").write_text(rows + rows.splitlines()[-1] + "\n")
    (run.path / ".tmp-1-x").touch()
    found = faults_kills.faults_of(run, faults_kills.content_of(run))
    assert "rows of statistics stand twice" in found


@pytest.fixture
def campaign(monkeypatch, capsys, tmp_path):
    """campaign(arguments, faults a part) -> (exit status, what was printed, what was written)."""
    written = []

    def write_result(name, result):
        (tmp_path / f"{name}.json").write_text(json.dumps(result))
        written.append((name, result))

    def run(arguments, wrong):
        def part(work, seed, *counts):
            assert work.parent.is_dir() and not work.exists()
            return {"seed": seed, "kills": counts[0], "faults": wrong}

        monkeypatch.setattr(faults, "PARTS", dict.fromkeys(faults.PARTS, part))
        monkeypatch.setattr(faults, "RESULTS", tmp_path)
        monkeypatch.setattr(faults, "write_result", write_result)
        monkeypatch.setattr(sys, "argv", ["faults.py", *arguments])
        monkeypatch.setenv("GANAPP_CACHE", "x")
        return faults.main(), capsys.readouterr().out, written

    return run


def test_a_campaign_without_faults_is_written(campaign):
    status, said, written = campaign(["--all", "--seed", "3"], [])
    assert [len(result["parts"]) for _, result in written] == [1, 2, 3, 4]  # as each part ends
    name, result = written[-1]
    assert status == 0 and name == "faults" and result["faults"] == 0
    assert {part: found["kills"] for part, found in result["parts"].items()} == {
        "pictures": 2000, "checkpoints": 200, "runs": 500, "kills": 100,
    }  # fmt: skip
    assert json.loads(said.splitlines()[-1])["faults"] == 0


def test_a_fault_is_said_and_changes_the_exit_status(campaign):
    status, said, written = campaign(["--parts", "kills,runs"], ["12: other weights"])
    assert status == 1 and said.count("12: other weights\n") == 2
    assert json.loads(said.splitlines()[-1]) == {"tried": {"kills": 100}, "faults": 2}
    assert written == []  # a sample, and not all parts


def test_an_unknown_part_is_named(campaign):
    with pytest.raises(SystemExit):
        campaign(["--parts", "kills,moon"], [])
