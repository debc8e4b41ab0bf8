"""Picture to picture: inputs by (seed, position), the rows of its losses in closed form, the pool, and exact resume."""

from functools import partial
from itertools import islice

import numpy as np
import pytest
import torch
from torch import nn

from ganapp.config import TrainConfig
from ganapp.config.tasks import PAIRED
from ganapp.data import ImageDataset, Images
from ganapp.data.batches import Batches
from ganapp.degradations import picture_seeds, varied_of
from ganapp.networks import DiscriminatorOutput
from ganapp.training import cycle
from ganapp.training.algorithm import algorithm_of, new_state
from ganapp.training.batch_source import Real
from ganapp.training.loop import d_losses, g_losses, train
from ganapp.training.losses import gradient_penalty, paired_feature_distance
from ganapp.training.picture_vitals import PictureVitals
from ganapp.training.probe import step_sec
from ganapp.training.state import Player, TrainState

CPU = torch.device("cpu")
TASKS = {
    "degrade": {"damage": "noise:0.1-0.5, hole:0.1-0.3", "family": "unet", "pixel": 10.0},
    "pairs": {"family": "unet", "pixel": 10.0, "feature_matching": 1.0},
    "unpaired": {"family": "translator", "cycle": 10.0, "identity": 5.0, "pool": 20},
    "cut": {"task": "unpaired", "family": "translator", "contrast": 1.0, "identity": 1.0, "pool": 20},
}
ARGS = {"unet": {"width": 4, "depth": 3}, "translator": {"width": 4, "blocks": 1}}


def config_of(task, **changes):
    fields = {"task": task} | TASKS[task] | {"resolution": 32, "channels": 3, "in_channels": 3, "z_dim": 0}
    fields |= {"d_args": {"width": 4, "layers": 2}, "batch": 8, "precision": "fp32", "threads": 1, "seed": 3}
    return TrainConfig(**{**fields, "g_args": ARGS[fields["family"]], **changes})


def real_of(config, dataset):
    if config.task == "pairs":
        images = dataset.images.all()
        stacked = Images(np.concatenate([images[..., ::-1], images], 1))
        dataset = ImageDataset("pairs", stacked, None, (), in_channels=3)
    draws = [Batches(dataset, CPU, seed=seed, mirror=True, conditional=False) for seed in (3, 4)]
    return Real(draws[0], None, dataset, draws[1], dataset)


def equal(a, b):
    if isinstance(a, torch.Tensor):
        return a.equal(b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    return len(a) == len(b) and all(map(equal, a, b)) if isinstance(a, list | tuple) else a == b


def trained(config, real, steps, state=None):
    algorithm = algorithm_of(config)
    state = state or new_state(config, CPU)
    source = algorithm.source(config, real, CPU)
    ticks = list(islice(train(state, config, source, algorithm.turns(config)), steps))
    return state, ticks


# -- every task ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", TASKS)
def test_six_steps_are_three_and_three_more(task, tiny_dataset):
    config = config_of(task)
    real = real_of(config, tiny_dataset(count=40))
    whole, ticks = trained(config, real, 6)
    first, _ = trained(config, real, 3)
    again = new_state(config, CPU)
    again.load_state_dict(first.state_dict())
    again, _ = trained(config, real, 3, again)
    assert whole.nimg == again.nimg == 48
    assert equal(whole.state_dict(), again.state_dict())
    assert all(value.isfinite() for tick in ticks for value in tick.stats.values())
    assert set(whole.averages()) == ({"a2b", "b2a"} if task == "unpaired" else {"G"})


@pytest.mark.parametrize("task", TASKS)
def test_micro_batches_make_the_same_step(task, tiny_dataset):
    config = config_of(task)
    real = real_of(config, tiny_dataset(count=40))
    states = []
    for parts in (1, 3):
        state = new_state(config, CPU)
        state.parts = parts
        trained(config, real, 1, state)
        states.append(state)
    for name in states[0].players:
        for a, b in zip(states[0][name].net.parameters(), states[1][name].net.parameters(), strict=True):
            assert (a.grad - b.grad).abs().max() < 1e-4 * (1 + a.grad.abs().max())


@pytest.mark.parametrize("task", TASKS)
def test_the_probe_times_it(task):
    assert step_sec(config_of(task), CPU, steps=1) > 0


@pytest.mark.parametrize("task", TASKS)
def test_vitals_leave_no_trace_and_tell_a_copy(task, tiny_dataset):
    config = config_of(task)
    real = real_of(config, tiny_dataset(count=40))
    state, _ = trained(config, real, 1)
    source = algorithm_of(config).source(config, real, CPU)
    given, target = source.beside(range(16))[0], source.wanted(range(16))
    player = next(iter(state.averages()))
    before, random = state.state_dict(), torch.random.get_rng_state()
    kept = {name: {k: v.clone() for k, v in p["net"].items()} for name, p in before["players"].items()}
    vitals = PictureVitals(config, source, 16, player)
    copied, right = vitals.measure(state, given), vitals.measure(state, target)
    assert torch.random.get_rng_state().equal(random)
    assert all(equal(dict(state[name].net.state_dict()), kept[name]) for name in kept)
    assert copied["changed"] == 0
    assert right["answers"] == pytest.approx(1) and right["changed"] == pytest.approx(
        1 if task in PAIRED else right["changed"]
    )
    assert vitals.measure(state, np.repeat(target[:1], 16, 0))["answers"] < 1e-3
    assert ("d_heldout" in right) == (task != "unpaired")
    errors = [
        vitals.measure(state, x).get("error") for x in (given, target, 2 * target.astype(float) - given)
    ]
    assert errors == (pytest.approx([1, 0, 1]) if task in PAIRED else [None] * 3)


# -- inputs -------------------------------------------------------------------------------------------------------------


def test_a_degraded_input_is_a_function_of_seed_and_position(tiny_dataset):
    config = config_of("degrade")
    real = real_of(config, tiny_dataset(count=40))._replace(
        images=lambda nimg, size: (torch.ones(size, 3, 32, 32) * 0.5, None)
    )
    source = algorithm_of(config).source(config, real, CPU)
    rng = torch.Generator()
    whole = source.draw(100, 12, rng).given
    assert whole.equal(torch.cat([source.draw(100 + i, 4, rng).given for i in (0, 4, 8)]))
    assert not whole[0].equal(whole[1])
    other = algorithm_of(config).source(config.replace(seed=4), real, CPU)
    assert not other.draw(100, 12, rng).given.equal(whole)
    seeds = picture_seeds(3, np.arange(100, 112))
    assert whole.equal(varied_of(config.damage).given(torch.ones(12, 3, 32, 32) * 0.5, seeds))


def test_seeds_of_pictures_are_spread():
    seeds = np.concatenate(
        [picture_seeds(s, np.arange(2000), stream) for s in (0, 1, 2**31 - 1) for stream in (0, 1)]
    )
    assert len(np.unique(seeds)) > 11_990 and seeds.max() < 2**32
    assert abs(seeds.mean() / 2**31 - 1) < 0.02


def test_the_grid_has_the_held_out_pictures_in_their_order(tiny_dataset):
    config, data = config_of("degrade", damage="grey"), tiny_dataset(count=5)
    source = algorithm_of(config).source(config, Real(None, None, data), CPU)
    given, target = source.beside(range(7))
    assert np.array_equal(target, data.images.all()[[0, 1, 2, 3, 4, 0, 1]].transpose(0, 2, 3, 1))
    assert (given[..., 0] == given[..., 2]).all() and not (target[..., 0] == target[..., 2]).all()
    assert np.array_equal(source.fixed(range(2, 4)), source.fixed(range(4))[2:])


def test_a_pair_is_parted_into_input_and_target(tiny_dataset):
    config = config_of("pairs")
    real = real_of(config, tiny_dataset(count=40))
    batch = algorithm_of(config).source(config, real, CPU).draw(8, 8, torch.Generator())
    stacked, _ = real.images(8, 8)
    assert batch.given.equal(stacked[:, :3]) and batch.real.equal(stacked[:, 3:])
    assert batch.given.equal(batch.real.flip(3))  # both halves are mirrored, or none


# -- losses -------------------------------------------------------------------------------------------------------------


class Scale(nn.Module):
    """x -> a · x, without tanh."""

    def __init__(self, a):
        super().__init__()
        self.a = nn.Parameter(torch.tensor(float(a)))

    def forward(self, x, y=None):
        return self.a * x


class Blind(nn.Module):
    """D whose logits are w · the mean of each patch (2 × 2 of them); its maps are what it sees."""

    def __init__(self, w=0.0):
        super().__init__()
        self.w = nn.Parameter(torch.tensor(float(w)))

    def forward(self, x, y=None):
        self.seen = x.detach()
        means = nn.functional.adaptive_avg_pool2d(x.mean(1), 2)
        return DiscriminatorOutput(self.w * means, means.flatten(1), maps=(x, 2 * x[:, :1]))


def toys(**nets):
    return TrainState(
        {name: Player(net, torch.optim.SGD(net.parameters(), 0.1)) for name, net in nets.items()}
    )


def pictures(seed, count=4):
    return torch.rand(count, 3, 8, 8, generator=torch.Generator().manual_seed(seed)) - 0.2


def test_gradient_of_the_pixel_row():
    config, x, t = config_of("degrade", pixel=7.0), pictures(1), pictures(2)
    state = toys(G=Scale(0.6), D=Blind())
    total, stats = g_losses(state, config, t, None, x)
    total.backward()
    assert stats["pixel"].item() == pytest.approx((0.6 * x - t).abs().mean().item(), rel=1e-5)
    assert state.G.a.grad.item() == pytest.approx(7 * ((0.6 * x - t).sign() * x).mean().item(), rel=1e-4)


def test_gradients_of_cycle_and_identity():
    """a2b(x) = p x, b2a(x) = q x and D = 0: the cycle is |p q - 1| E|x|, identity |p - 1| E|b| + |q - 1| E|a|."""
    config, a, b, p, q = config_of("unpaired"), pictures(1), pictures(2), 0.5, 3.0
    state = toys(a2b=Scale(p), b2a=Scale(q), d_a=Blind(), d_b=Blind())
    total, stats = cycle.generators_losses(state, config, b, None, a)
    total.backward()
    size_a, size_b = a.abs().mean().item(), b.abs().mean().item()
    assert stats["a2b.cycle"].item() == pytest.approx(0.5 * size_a, rel=1e-5)  # a -> b -> a
    assert stats["b2a.cycle"].item() == pytest.approx(0.5 * size_b, rel=1e-5)
    assert stats["a2b.identity"].item() == pytest.approx(0.5 * size_b, rel=1e-5)
    assert stats["b2a.identity"].item() == pytest.approx(2.0 * size_a, rel=1e-5)
    both = 10 * (size_a + size_b)  # p q > 1
    assert state["a2b"].net.a.grad.item() == pytest.approx(q * both - 5 * size_b, rel=1e-4)
    assert state["b2a"].net.a.grad.item() == pytest.approx(p * both + 5 * size_a, rel=1e-4)


def test_d_sees_the_input_before_the_picture():
    config, x, t = config_of("degrade"), pictures(1), pictures(2)
    state = toys(G=Scale(0.5), D=Blind(1.0))
    d_losses(state, config, t, None, x)
    assert state.D.seen.equal(torch.cat([x, 0.5 * x], 1))
    alone = toys(a2b=Scale(1), b2a=Scale(1), d_a=Blind(), d_b=Blind())
    cycle.generators_losses(alone, config_of("unpaired"), t, None, x)
    assert alone["d_a"].net.seen.equal(t) and alone["d_b"].net.seen.equal(x)


def test_the_penalty_of_a_map_is_that_of_its_mean():
    x = pictures(3).requires_grad_()
    penalty = gradient_penalty(Blind(2.0)(x).logits, x)
    assert penalty.tolist() == pytest.approx([2.0**2 / (3 * 64)] * 4, rel=1e-5)


def test_features_are_matched_picture_by_picture():
    real, fake = pictures(1), pictures(2)
    found = paired_feature_distance(Blind()(real).maps, Blind()(fake).maps)
    expected = (real - fake).abs().mean((1, 2, 3)) + 2 * (real - fake)[:, 0].abs().mean((1, 2))
    assert found.tolist() == pytest.approx(expected.tolist(), rel=1e-5)


# -- the pool -----------------------------------------------------------------------------------------------------------


def test_the_pool_fills_and_then_gives_back_half():
    config = config_of("unpaired", pool=10)
    state = TrainState({}, memory=dict(cycle.cycle_memory(config.replace(resolution=32), CPU)))
    swapped, known = 0, set()
    for step in range(60):
        state.nimg = 8 * (step + 1)
        numbers = torch.arange(8.0) + 8 * step + 1
        shown = cycle.from_pool(state, config, numbers[:, None, None, None].expand(8, 3, 32, 32), "d_a")[
            :, 0, 0, 0
        ]
        for i, (number, got) in enumerate(zip(numbers.tolist(), shown.tolist(), strict=True)):
            if 8 * step + i < 10:
                assert got == number
            elif got != number:
                swapped += 1
                assert got in known and got < number
            known.add(number)
    assert abs(swapped / 470 - 0.5) < 0.07
    assert len(state.memory["pool_a"][:, 0, 0, 0].unique()) == 10 and not state.memory["pool_b"].any()
    fake = torch.ones(8, 3, 32, 32)
    assert cycle.from_pool(state, config.replace(pool=0), fake, "d_a") is fake


def test_pool_places_are_a_function_of_seed_and_position():
    config = config_of("unpaired", pool=10)
    places = partial(cycle.pool_places, config, size=8, stream=3)
    assert places(before=80) == places(before=80) != places(before=88)
    assert [place for _, place, is_new in places(before=4) if is_new] == [4, 5, 6, 7, 8, 9]
