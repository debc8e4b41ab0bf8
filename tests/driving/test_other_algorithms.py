"""Two toys that are no GAN go through the driver: one network without a discriminator, and two generators with two.

Each is trained ten steps, saved, resumed exactly, drawn as a grid and read back, through the same code as a GAN. They are
proof that the mechanisms fit, and an example of what a new algorithm is made of.
"""

import json
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image
from test_driver import equal, newest
from torch import nn

from ganapp.config import ModelSpec, TrainConfig
from ganapp.driving.driver import drive
from ganapp.generators import Sources, load_generator
from ganapp.networks import DiscriminatorOutput
from ganapp.networks.building import FAMILIES, Family
from ganapp.runs import create_run, generators_in, watchdog
from ganapp.training.algorithm import Algorithm
from ganapp.training.batch_source import Batch
from ganapp.training.descent import descend
from ganapp.training.loop import Turn
from ganapp.training.state import Player, frozen

CPU = torch.device("cpu")


class Toy(nn.Module):
    """Pictures (N, C', H, W) -> pictures (N, C, H, W) in [-1, 1]."""

    roles = frozenset({"translator"})

    def __init__(self, resolution, in_channels, channels, num_classes, z_dim, *, width: int = 4):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(in_channels, width, 3, 2, 1), nn.LeakyReLU(0.2))
        self.head = nn.Sequential(nn.ConvTranspose2d(width, channels, 4, 2, 1), nn.Tanh())

    def forward(self, x, y=None):
        return self.head(self.body(x))


class Judge(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 4, 4, 4), nn.LeakyReLU(0.2), nn.Flatten(), nn.Linear(4 * 64, 1)
        )

    def forward(self, x, y=None):
        features = self.body[:3](x)
        return DiscriminatorOutput(self.body[3](features).squeeze(1), features)


class Pictures:
    """A batch source whose inputs are pictures: each real image is given with its mirror image as the target."""

    def __init__(self, config, real, device):
        self.images, self.shown = real.images, real.images(0, 64)[0]

    def draw(self, nimg, size, rng):
        given, _ = self.images(nimg, size)
        return Batch(given.flip(3), None, given)

    def renew(self, batch, rng):
        return batch

    def inputs(self, size, rng, player="G"):
        return self.shown[:size], None

    def fixed(self, numbers, player="G"):
        return self.shown[[number % len(self.shown) for number in numbers]].numpy()

    def beside(self, numbers):
        before = self.fixed(numbers)
        pixels = [
            (x * 127.5 + 127.5).round().astype(np.uint8).transpose(0, 2, 3, 1)
            for x in (before, before[..., ::-1])
        ]
        return tuple(pixels)


def player(net, averaged):
    average = None
    if averaged:
        net.spec = spec = ModelSpec("toy", 32, 3, 0, 0, {}, takes="picture", in_channels=3)
        average = Toy(32, 3, 3, 0, 0).requires_grad_(False).eval()
        average.spec = spec
        average.load_state_dict(net.state_dict())
    return Player(net, torch.optim.Adam(net.parameters(), lr=1e-3), average, 1e-3)


# -- one network, no discriminator --------------------------------------------------------------------------------------


def mirror_step(state, config, batch):
    def losses(real, y, given):
        loss = (state["V"].net(given, y) - real).abs().mean()
        return loss, {"V.loss": loss}

    return descend([state["V"].optimizer], losses, state.parts, *batch)


def alone_players(config, device):
    torch.manual_seed(config.seed)
    return {"V": player(Toy(32, 3, 3, 0, 0), averaged=True)}


def networks(players):
    return lambda config: {name: player.net for name, player in players(config, CPU).items()}


ALONE = Algorithm(
    alone_players,
    lambda config: [Turn(mirror_step)],
    Pictures,
    lambda config, name: set(),
    networks(alone_players),
)


# -- two generators, two discriminators ---------------------------------------------------------------------------------


def cycle_step(state, config, batch):
    a2b, b2a, d_a, d_b = (state[name].net for name in ("a2b", "b2a", "d_a", "d_b"))

    def losses(b, y, a):
        back, forth = b2a(a2b(a)), a2b(b2a(b))
        cycle = (back - a).abs().mean() + (forth - b).abs().mean()
        fooled = (
            nn.functional.softplus(-d_b(a2b(a)).logits).mean()
            + nn.functional.softplus(-d_a(b2a(b)).logits).mean()
        )
        return fooled + 10 * cycle, {"a2b.loss": fooled, "a2b.cycle": cycle}

    with frozen(d_a, d_b):
        return descend([state["a2b"].optimizer, state["b2a"].optimizer], losses, state.parts, *batch)


def judge_step(name, maker, state, config, batch):
    D, G = state[name].net, state[maker].net

    def losses(b, y, a):
        real, given = (b, a) if name == "d_b" else (a, b)
        with torch.no_grad():
            fake = G(given)
        on_real, on_fake = D(real).logits, D(fake).logits
        loss = nn.functional.softplus(-on_real).mean() + nn.functional.softplus(on_fake).mean()
        return loss, {f"{name}.loss": loss, f"{name}.real": on_real.mean(), f"{name}.fake": on_fake.mean()}

    return descend([state[name].optimizer], losses, state.parts, *batch)


def pair_players(config, device):
    torch.manual_seed(config.seed)
    generators = {name: player(Toy(32, 3, 3, 0, 0), averaged=True) for name in ("a2b", "b2a")}
    return {**generators, **{name: player(Judge(), averaged=False) for name in ("d_a", "d_b")}}


def pair_turns(config):
    return [
        Turn(cycle_step),
        Turn(partial(judge_step, "d_a", "b2a"), draws=False),
        Turn(partial(judge_step, "d_b", "a2b"), draws=False),
    ]


PAIR = Algorithm(pair_players, pair_turns, Pictures, lambda config, name: set(), networks(pair_players))


@pytest.fixture
def toy_run(monkeypatch, tmp_path, tiny_folder):
    """make(algorithm, kimg, name) -> a run that is trained by that algorithm."""
    monkeypatch.setattr("ganapp.config.model_spec.FAMILY_NAMES", ("toy",))
    monkeypatch.setitem(FAMILIES, "toy", Family(Toy, None))

    def make(algorithm, kimg, name=""):
        monkeypatch.setattr("ganapp.training.algorithm.algorithm_of", lambda config: algorithm)
        config = TrainConfig(
            dataset=str(tiny_folder), batch=8, kimg=kimg, tick_sec=0, sample_sec=0, seed=2, conditional=False,
            precision="fp32", threads=1, device="cpu",
        )  # fmt: skip
        return create_run(tmp_path / "runs", config, name)

    return make


@pytest.mark.parametrize("algorithm", [ALONE, PAIR], ids=["alone", "pair"])
def test_ten_steps_are_five_and_five_more(toy_run, algorithm):
    whole, parts = toy_run(algorithm, 0.08), toy_run(algorithm, 0.04)
    assert drive(whole) == "finished", whole.status()
    assert drive(parts) == "finished", parts.status()
    parts.write_config(parts.config().replace(kimg=0.08))
    assert drive(parts) == "finished"
    assert newest(whole)["nimg"] == newest(parts)["nimg"] == 80
    assert equal(newest(whole), newest(parts))
    assert not equal(newest(whole)["players"], {})


def test_one_network_alone_has_columns_a_grid_and_a_snapshot(toy_run):
    run = toy_run(ALONE, 0.08)
    assert drive(run) == "finished", run.status()
    rows = run.read_stats()[0]
    assert {"V.loss", "V.grad"} <= set(rows[-1]) and rows[-1]["V.loss"] < rows[0]["V.loss"]
    assert not any(key.startswith(("d_", "g_")) for row in rows for key in row)
    assert watchdog.judge(rows, run.config()) == ()
    # input, output and target beside each other, three a row
    assert Image.open(run.samples()[-1]).size == (3 * 32 * 3, 8 * 32)
    grid = np.asarray(Image.open(run.samples()[-1])).astype(int)
    assert np.abs(grid[:32, :32] - grid[:32, 95:63:-1]).mean() < 8  # the target is the input's mirror image
    G = load_generator(f"{run.name}/000000080", runs=run.path.parent)
    assert (G.spec.takes, G.spec.in_channels, G.spec.z_dim) == ("picture", 3, 0)
    average = newest(run)["players"]["V"]["average"]
    assert all(tensor.equal(average[name]) for name, tensor in G.state_dict().items())


def test_a_training_without_a_generator_has_curves_and_states_alone(toy_run):
    """As one that learns to recognize: no player has an average, so there is nothing to draw or to publish."""

    def players(config, device):
        return {"V": alone_players(config, device)["V"], "D": player(Judge(), averaged=False)}

    def bare(config, device):
        made = players(config, device)
        made["V"].average = None
        return made

    run = toy_run(Algorithm(bare, ALONE.turns, Pictures, ALONE.class_weights, networks(bare)), 0.08)
    assert drive(run) == "finished", run.status()
    assert [row["nimg"] for row in run.read_stats()[0]] == list(range(8, 81, 8))
    assert run.samples() == run.snapshots() == [] and run.snapshot() is None
    assert not (run.path / "snapshots").exists()
    assert newest(run)["nimg"] == 80 and "average" not in newest(run)["players"]["V"]
    run.write_config(run.config().replace(kimg=0.16))
    assert drive(run) == "finished" and newest(run)["nimg"] == 160


def test_two_generators_have_a_subfolder_each(toy_run):
    run = toy_run(PAIR, 0.08)
    assert drive(run) == "finished", run.status()
    row = run.read_stats()[0][-1]
    assert {"a2b.grad", "b2a.grad", "d_a.grad", "d_b.grad", "d_a.real", "d_b.fake", "a2b.cycle"} <= set(row)
    assert list(generators_in(run.snapshot())) == ["a2b", "b2a"]
    assert Image.open(run.samples()[-1]).size == (
        2 * 32 * 4,
        8 * 32,
    )  # input, both outputs, target; two a row
    sources = Sources(run.path.parent, run.path.parent / "none")
    names = [f"{run.name}/000000080/{name}" for name in ("a2b", "b2a")]
    assert [name for name in sources.list() if name in names] == names
    a2b, b2a = (sources.load(name) for name in names)
    players = newest(run)["players"]
    assert a2b.body[0].weight.equal(players["a2b"]["average"]["body.0.weight"])
    assert b2a.body[0].weight.equal(players["b2a"]["average"]["body.0.weight"])
    assert not a2b.body[0].weight.equal(b2a.body[0].weight)
    with pytest.raises(ValueError, match="has several generators: a2b, b2a"):
        sources.load(f"{run.name}/000000080")
    assert run.status()["parameters"].keys() == {"a2b", "b2a", "d_a", "d_b"}
    assert json.loads((run.snapshot() / "a2b" / "config.json").read_text())["spec"]["takes"] == "picture"


def test_a_discriminator_that_wins_is_found_under_its_own_name():
    config = TrainConfig(batch=8)
    rows = [
        {
            "nimg": 8 * 600 + 8 * i,
            "d_b.loss": 0.001,
            "d_b.real": 5.0 + i,
            "d_b.fake": -5.0 - i,
            "b2a.grad": 1.0,
        }
        for i in range(80)
    ]
    assert [finding.kind for finding in watchdog.judge(rows, config)] == ["d_wins"]
    exploding = [{**row, "d_a.grad": 1.0 if i < 60 else 1e7} for i, row in enumerate(rows)]
    found = {finding.kind: finding for finding in watchdog.judge(exploding, config)}
    assert found["exploding"].values["net"] == "d_a"
