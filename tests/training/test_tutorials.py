"""The tutorials' presets: their networks layer for layer, and in our own terms what kept the published ones from running.

tutorial-dcgan: D flattened 2×2×512 into Linear(512, 1), and G's loss was taken on D(fake.detach()).
tutorial-dcgan-dense: D's step never saw a fake.
"""

from dataclasses import asdict

import pytest
import torch
from narrow import narrowed
from torch import nn
from torch.nn.functional import softplus

from ganapp.config import PRESETS, preset_config
from ganapp.networks import build_discriminator, build_generator
from ganapp.training.batch_source import Batch
from ganapp.training.loop import d_step, g_step
from ganapp.training.state import TrainState

CPU = torch.device("cpu")
PAIRS = [name for name in PRESETS if name.startswith("tutorial") and not name.endswith("-fixed")]


def networks(name, channels):
    config = preset_config(name).replace(channels=channels)
    with torch.device("meta"):
        return build_generator(config.spec()), build_discriminator(config.spec(), config.d_args)


def layers(net, *kinds):
    return [m for m in net.modules() if isinstance(m, kinds)]


def linear_sizes(net):
    return [(m.in_features, m.out_features) for m in layers(net, nn.Linear)]


def test_there_is_a_fix_beside_each():
    assert len(PAIRS) == 4
    for name in PAIRS:
        assert f"{name}-fixed" in PRESETS


@pytest.mark.parametrize("name", PAIRS)
def test_a_fix_is_the_smallest_change(name):
    published, fixed = (asdict(preset_config(n)) for n in (name, f"{name}-fixed"))
    assert len({key for key in published if published[key] != fixed[key]} - {"preset"}) == 1


@pytest.mark.parametrize("name", PAIRS)
def test_a_tutorial_is_unconditional_unaveraged_cross_entropy(name):
    config = PRESETS[name].config
    assert (config.loss, config.conditional, config.ema_kimg, config.batch) == (
        "non_saturating",
        False,
        0,
        64,
    )
    assert config.g_lr == config.d_lr == (1e-4 if "dense" in name else 2e-4)
    assert config.d_steps == (5 if "dense" in name else 1)


def test_the_layers_of_tutorial_mlp():
    G, D = networks("tutorial-mlp", 1)
    assert linear_sizes(G) == [(100, 256), (256, 512), (512, 1024), (1024, 784)]
    assert linear_sizes(D) == [(784, 1024), (1024, 512), (512, 256), (256, 1)]
    assert not layers(G, nn.BatchNorm1d)
    assert {m.negative_slope for m in layers(G, nn.LeakyReLU) + layers(D, nn.LeakyReLU)} == {0.2}


def test_the_layers_of_tutorial_mlp_small():
    G, D = networks("tutorial-mlp-small", 1)
    assert linear_sizes(G) == [(100, 128), (128, 256), (256, 784)]
    assert linear_sizes(D) == [(784, 256), (256, 128), (128, 1)]


def test_the_layers_of_tutorial_dcgan_dense():
    G, D = networks("tutorial-dcgan-dense", 3)
    assert linear_sizes(G) == [(100, 4 * 4 * 512)]
    assert [m.out_channels for m in layers(G, nn.ConvTranspose2d)] == [256, 128, 3]
    assert {m.p for m in layers(D, nn.Dropout)} == {0.3}
    assert not layers(D, nn.BatchNorm2d)


def test_the_layers_of_tutorial_dcgan():
    G, D = networks("tutorial-dcgan", 3)
    assert [m.out_channels for m in layers(G, nn.ConvTranspose2d)] == [256, 128, 64, 3]
    assert [m.out_channels for m in layers(D, nn.Conv2d)] == [64, 128, 256, 512]
    assert len(layers(G, nn.BatchNorm2d)) == len(layers(D, nn.BatchNorm2d)) == 3


# -- what had to be corrected -------------------------------------------------------------------------------------------


@pytest.fixture
def start():
    """make(name) -> (state, config, real images, z), narrowed."""

    def make(name):
        config = narrowed(name, 1)
        rng = torch.Generator().manual_seed(4)
        real = torch.rand(config.batch, 3, config.resolution, config.resolution, generator=rng) * 2 - 1
        return (
            TrainState.create(config, CPU),
            config,
            real,
            torch.randn(config.batch, config.z_dim, generator=rng),
        )

    return make


def test_a_map_of_2_by_2_by_512_is_2048_numbers_and_not_512():
    D = networks("tutorial-dcgan", 3)[1]
    assert linear_sizes(D) == [(2048, 1)]
    features = torch.zeros(1, 512, 2, 2).flatten(1)
    with pytest.raises(RuntimeError, match="mat1 and mat2 shapes cannot be multiplied"):
        nn.Linear(512, 1)(features)


@pytest.mark.parametrize("name", ["tutorial-dcgan", "tutorial-dcgan-dense"])
def test_a_detached_fake_gives_the_generator_no_gradient(name, start):
    """D(fake.detach()) is a number that does not know where its images came from: G's optimizer has nothing to step on."""
    state, config, real, z = start(name)
    before = [p.detach().clone() for p in state.G.parameters()]
    fake = state.G(z)
    g_loss = softplus(-state.D(fake.detach()).logits).mean()  # as published
    g_loss.backward()
    assert all(p.grad is None for p in state.G.parameters())
    assert any(p.grad.any() for p in state.D.parameters())  # all of it went to D, towards calling fakes real
    state["G"].optimizer.step()
    assert all(p.equal(old) for p, old in zip(state.G.parameters(), before, strict=True))

    g_step(state, config, Batch(real, None, z))  # as corrected
    moved = [not p.equal(old) for p, old in zip(state.G.parameters(), before, strict=True)]
    assert all(moved)


def test_a_discriminator_that_never_sees_fakes_calls_everything_real(start):
    """Its loss falls to nothing while it learns nothing; shown both, it tells them apart."""
    apart = {}
    for name in ("published", "corrected"):
        state, config, real, z = start("tutorial-dcgan-dense")
        config = config.replace(d_lr=2e-3)
        for group in state["D"].optimizer.param_groups:
            group["lr"] = config.d_lr
        for _ in range(60):
            if name == "corrected":
                d_step(state, config, Batch(real, None, z))
                continue
            state["D"].optimizer.zero_grad()
            softplus(-state.D(real).logits).mean().backward()
            state["D"].optimizer.step()
        state.D.eval()
        with torch.no_grad():
            on_real, on_fake = state.D(real).logits, state.D(state.G(z)).logits
        assert softplus(-on_real).mean() < 0.1
        apart[name] = on_real.min() > 0 > on_fake.max()
        if name == "published":
            assert on_fake.min() > 0  # sure that every fake is real
    assert apart == {"published": False, "corrected": True}
