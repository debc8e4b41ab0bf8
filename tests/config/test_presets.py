"""presets.py: every row can be built and trained, says what it is, and gives way to a user's values."""

from itertools import islice
from pathlib import Path

import pytest
import torch
from conftest import latent_source
from narrow import narrowed

from ganapp.config import PRESETS, default_preset, merge, parse_changes, preset_config
from ganapp.config.names import FAMILY_NAMES
from ganapp.data.batches import Batches
from ganapp.training.algorithm import algorithm_of
from ganapp.training.loop import train
from ganapp.training.state import TrainState

CPU = torch.device("cpu")
FIRST = (
    "mlp-28", "dcgan-32", "dcgan-r1-32", "dcgan-r1-64", "r3gan-32", "r3gan-64", "resnet-32", "progan-32", "stylegan2-32",
)  # fmt: skip

PICTURES = (
    "repair-64",
    "colourise-64",
    "upscale-64",
    "sketch-64",
    "cyclegan-32",
    "cut-32",
)  # sized for a processor
NOISE = [name for name, preset in PRESETS.items() if preset.config.task == "noise"]
BIG = ("sagan", "biggan", "contragan")  # seconds to build, even without weights


def test_the_presets_that_must_be_there():
    assert tuple(PRESETS)[: len(FIRST)] == FIRST
    tutorials = ["tutorial-mlp", "tutorial-mlp-small", "tutorial-dcgan-dense", "tutorial-dcgan"]
    papers = [
        "lsgan",
        "wgan",
        "wgan-gp",
        "cgan",
        "acgan",
        "sngan",
        "sagan",
        "biggan",
        "contragan",
        "progan",
        "stylegan2",
        "stylegan2-ada",
    ]
    r3gan = ["r3gan-cifar10", "r3gan-ffhq-64", "r3gan-ffhq-256"]
    papers += ["pix2pix", "cyclegan", "cut"]
    assert {*tutorials, *(f"{name}-fixed" for name in tutorials), *papers, *r3gan} == set(PRESETS) - {
        *FIRST,
        *PICTURES,
    }
    assert {preset.config.family for preset in PRESETS.values()} == set(FAMILY_NAMES)
    for has_gpu in (False, True):
        assert default_preset(has_gpu) in PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_each_preset_builds_at_every_kind_of_data(name):
    preset = PRESETS[name]
    assert preset.about[0].isupper()
    assert preset.about.endswith(".")
    assert preset.source
    assert 0 < preset.first_kimg < preset.good_kimg < preset.config.kimg
    assert preset.about.count(". ") == 0  # one sentence
    if name in FIRST:
        family, *_, resolution = name.split("-")
        assert preset.config.family == family
        assert preset.config.resolution == int(resolution)
    for channels in (1, 3):
        for classes in (0, 10):
            config = narrowed(name, 1).replace(channels=channels, num_classes=classes)
            if config.task != "noise":
                config = config.replace(in_channels=channels)
            algorithm_of(config).networks(config)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_leaves_to_the_machine_and_the_data_what_is_theirs(name):
    config = PRESETS[name].config
    assert (config.precision, config.threads, config.device, config.channels, config.num_classes) == (
        "auto",
        0,
        "auto",
        0,
        0,
    )
    assert (config.minutes, config.seed, config.start_from, config.dataset) == (0, 0, "", "faces")


def test_a_users_value_beats_the_presets():
    config = merge(preset_config("r3gan-32"), parse_changes({"g-lr": "0.001", "g-args.blocks": "2"}))
    assert config.preset == "r3gan-32"
    assert config.g_lr == 0.001
    assert config.d_lr == PRESETS["r3gan-32"].config.d_lr
    assert config.g_args == {**PRESETS["r3gan-32"].config.g_args, "blocks": 2}
    assert PRESETS["r3gan-32"].config.g_args["blocks"] != 2


def test_an_unknown_preset_names_the_known_ones():
    with pytest.raises(ValueError) as error:
        preset_config("stylegan4")
    assert str(error.value) == f"preset is 'stylegan4'; it must be one of {', '.join(PRESETS)}."


@pytest.mark.parametrize(
    "name", [n if n not in BIG else pytest.param(n, marks=pytest.mark.slow) for n in PRESETS]
)
def test_a_preset_for_a_gpu_says_so(name):
    """Each can be built at its published size, and the residual ones are too slow for a processor."""
    config = preset_config(name)
    config = config.replace(channels=3, num_classes=10 if config.learns_classes else 0)
    if config.task != "noise":
        config = config.replace(in_channels=3)
    with torch.device("meta"):
        algorithm_of(config).networks(config)
    if name not in (*FIRST, *PICTURES):
        assert ("GPU" in PRESETS[name].about) == (config.family not in ("mlp", "dcgan"))


def finite(state):
    tensors = [
        *state.G.state_dict().values(),
        *state.D.state_dict().values(),
        *state.ema.state_dict().values(),
    ]
    return all(t.isfinite().all() for t in tensors if t.is_floating_point())


@pytest.mark.slow
@pytest.mark.parametrize("name", NOISE)
def test_forty_steps(name, tiny_dataset):
    """Narrowed, a preset trains without a number that is none, its discriminator learns and its images keep varying."""
    steps = 40
    config = narrowed(name, steps)
    state = TrainState.create(config, CPU)
    before = [p.detach().clone() for p in state.G.parameters()]
    draw = Batches(
        tiny_dataset(resolution=config.resolution), CPU, seed=1, mirror=True, conditional=config.conditional
    )
    for tick in islice(train(state, config, latent_source(draw, config)), steps):
        assert all(value.isfinite() for value in tick.stats.values()), (tick.nimg, tick.stats)
    assert tick.nimg == steps * config.batch * config.d_steps
    assert finite(state)
    assert sum(not a.equal(b) for a, b in zip(before, state.G.parameters(), strict=True)) > len(before) * 0.8
    if config.augment == "ada":
        assert "aug_p" in tick.stats
    if config.grow_kimg:
        assert state.G.growth == state.ema.growth == 3  # 32 pixels


GIGABYTES = {
    "biggan": 6,
    "r3gan-ffhq-256": 10,
}  # that a step takes at its peak, where it is more than a laptop has free


def free_memory() -> float:
    """In gigabytes; without bound where the system does not say."""
    try:
        lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    except OSError:
        return float("inf")
    return int(lines["MemAvailable"].split()[0]) / 1e6


@pytest.mark.slow
@pytest.mark.parametrize("name", NOISE)
def test_a_step_at_the_published_size(name, monkeypatch):
    """Of D and of G: the losses and every weight after it are numbers. Orthogonal matrices take long to draw: others do."""
    monkeypatch.setattr(
        torch.nn.init, "orthogonal_", lambda w: torch.nn.init.normal_(w, std=w[0].numel() ** -0.5)
    )
    if free_memory() < GIGABYTES.get(name, 0):
        pytest.skip(f"a step takes up to {GIGABYTES[name]} GB of memory; {free_memory():.0f} are free")
    classes = 10 if PRESETS[name].config.conditional else 0
    batch = 1 if PRESETS[name].config.resolution > 64 else 2
    config = preset_config(name).replace(
        channels=3, num_classes=classes, batch=batch, grow_kimg=0, precision="fp32", threads=1
    )
    state = TrainState.create(config, CPU)
    shape = (batch, 3, config.resolution, config.resolution)
    images = torch.rand(shape, generator=torch.Generator().manual_seed(0)) * 2 - 1
    y = torch.tensor([3, 7])[:batch] if classes else None
    for tick in islice(train(state, config, latent_source(lambda nimg, size: (images, y), config)), 1):
        assert all(value.isfinite() for value in tick.stats.values()), tick.stats
    assert finite(state)
