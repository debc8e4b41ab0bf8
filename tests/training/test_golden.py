"""Twenty steps of each preset, narrowed, on fixed pictures: a change of numerics anywhere moves these curves.

golden/PRESET.json holds them. GANAPP_UPDATE_GOLDEN=1 pytest tests/training/test_golden.py writes them anew: in a commit of
its own, with the reason. Plain, AVX2 and AVX-512 kernels agree to 8 % of the tolerance; a learning rate 2 % higher, or
another β₂ or half-life of the average, exceeds it by 2 to 200 times. Translators are trained in double precision: in
single precision a last bit grows into 4 % of a loss within ten steps of CycleGAN.
"""

import dataclasses
import json
import os
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from narrow import narrowed

from ganapp.config import PRESETS
from ganapp.data import Images
from ganapp.data.batches import Batches
from ganapp.training.algorithm import algorithm_of, new_state
from ganapp.training.averaging import averaged_generator
from ganapp.training.batch_source import Real
from ganapp.training.loop import train

GOLDEN = Path(__file__).parent / "golden"
STEPS = 20
SLOW = (
    "wgan-gp",
    "sngan",
    "biggan",
    "contragan",
    "r3gan-cifar10",
    "r3gan-ffhq-64",
    "r3gan-ffhq-256",
)  # seconds each
TAME = {
    "progan": 1e-4,
    "stylegan2": 1e-4,
}  # learning rates: at the published ones a last bit grows into the third digit
LOOSER = {"dcgan-r1-64": 5}  # times the tolerance of pixels: processors differ by twice the tolerance there
CLIP = 0.1  # for WGAN: at its 0.01, six channels leave logits of 0.00001


def tamed(config):
    """The configuration with what would make its curve say more of the processor than of the code taken out."""
    rates = {name: TAME.get(config.family, getattr(config, name)) for name in ("g_lr", "d_lr")}
    return config.replace(**rates, weight_clip=CLIP if config.weight_clip else 0)


def in_pairs(dataset, config):
    """The data; for pairs each picture with its mirror image as the input."""
    if config.task != "pairs":
        return dataset
    images = dataset.images.all()
    stacked = Images(np.concatenate([images[..., ::-1], images], 1))
    return dataclasses.replace(dataset, images=stacked, in_channels=3)


@pytest.fixture
def double(monkeypatch):
    """A function after which everything is computed in float64."""
    yield lambda: (
        torch.set_default_dtype(torch.float64),
        monkeypatch.setattr(torch.Tensor, "float", torch.Tensor.double),
    )
    torch.set_default_dtype(torch.float32)


def curves(config, dataset):
    device, algorithm, state = (
        torch.device("cpu"),
        algorithm_of(config),
        new_state(config, torch.device("cpu")),
    )
    draw, other = (
        Batches(dataset, device, seed=seed, mirror=True, conditional=config.learns_classes)
        for seed in (config.seed, config.seed + 1)
    )
    real = Real(draw, torch.arange(4) if config.learns_classes else None, dataset, other, dataset)
    source = algorithm.source(config, real, device)
    ticks = list(islice(train(state, config, source, algorithm.turns(config)), STEPS))
    found = {}
    for tick in ticks:
        for key, value in tick.stats.items():
            found.setdefault(key, []).append(float(f"{value.item():.7g}"))
    found["nimg"] = [tick.nimg for tick in ticks]
    G = averaged_generator(state, config, source, batches=1, player=next(iter(state.averages())))
    given = torch.linspace(-1.5, 1.5, config.z_dim)[None]
    if config.task != "noise":
        given = torch.from_numpy(source.fixed(range(5, 6)))
    with torch.no_grad():
        image = G(given, torch.tensor([2]) if config.learns_classes else None)[0]
    found["pixels"] = [
        float(f"{v:.5g}") for v in image[:, :: image.shape[1] // 3, :: image.shape[2] // 3].flatten().tolist()
    ]
    return found


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in PRESETS]
)
def test_twenty_steps(name, tiny_dataset, double):
    config = tamed(narrowed(name, STEPS))
    if config.task != "noise":
        double()
    found = curves(config, in_pairs(tiny_dataset(resolution=config.resolution), config))
    path = GOLDEN / f"{name}.json"
    if os.environ.get("GANAPP_UPDATE_GOLDEN"):
        path.write_text("{\n" + ",\n".join(f'  "{k}": {json.dumps(v)}' for k, v in found.items()) + "\n}\n")
    assert path.exists(), f"no {path}: write it with GANAPP_UPDATE_GOLDEN=1"
    golden = json.loads(path.read_text())
    assert found.keys() == golden.keys()
    assert found.pop("nimg") == golden["nimg"]
    for key, values in found.items():
        tolerance = 1e-3 * (LOOSER.get(name, 1) if key == "pixels" else 1)
        assert values == pytest.approx(golden[key], rel=1e-3, abs=tolerance), key


def test_no_golden_file_is_left_over():
    assert {p.stem for p in GOLDEN.glob("*.json")} == set(PRESETS)
