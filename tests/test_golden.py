"""Twenty steps of each preset, narrowed, on fixed pictures: a change of numerics anywhere moves these curves.

tests/golden/PRESET.json holds them. GANAPP_UPDATE_GOLDEN=1 pytest tests/test_golden.py writes them anew: in a commit of
its own, with the reason. Plain, AVX2 and AVX-512 kernels agree to 8 % of the tolerance; a learning rate 2 % higher, or
another β₂ or half-life of the average, exceeds it by 2 to 200 times.
"""

import json
import os
from itertools import islice
from pathlib import Path

import pytest
import torch

from ganapp.data.batches import Batches
from ganapp.presets import PRESETS, preset_config
from ganapp.train import TrainState, averaged_generator, train

GOLDEN = Path(__file__).parent / "golden"
STEPS = 20
NARROW = {
    "mlp": ({"hidden": [24, 32]}, {"hidden": [32, 24]}),
    "dcgan": ({"width": 6}, {"width": 6}),
    "r3gan": ({"widths": [12] * 5, "blocks": 1}, {"widths": [12] * 5, "blocks": 1}),
}


def narrowed(name):
    config = preset_config(name)
    g_args, d_args = (dict(a) for a in NARROW[config.family])
    for args in (g_args, d_args):
        if "widths" in args:
            args["widths"] = args["widths"][: config.resolution.bit_length() - 2]
    return config.replace(
        g_args={**config.g_args, **g_args},
        d_args={**config.d_args, **d_args},
        channels=3, num_classes=4, batch=8, mirror=True, precision="fp32", threads=1, seed=3,
    )  # fmt: skip


def curves(config, dataset):
    state = TrainState.create(config, torch.device("cpu"))
    draw = Batches(dataset, torch.device("cpu"), seed=config.seed, mirror=True, conditional=True)
    ticks = list(islice(train(state, config, draw), STEPS))
    found = {}
    for tick in ticks:
        for key, value in tick.stats.items():
            found.setdefault(key, []).append(float(f"{value.item():.7g}"))
    found["nimg"] = [tick.nimg for tick in ticks]
    G = averaged_generator(state, config, torch.arange(4), batches=1)
    z = torch.linspace(-1.5, 1.5, config.z_dim)[None]
    with torch.no_grad():
        image = G(z, torch.tensor([2]))[0]
    found["pixels"] = [
        float(f"{v:.5g}") for v in image[:, :: image.shape[1] // 3, :: image.shape[2] // 3].flatten().tolist()
    ]
    return found


@pytest.mark.parametrize("name", PRESETS)
def test_twenty_steps(name, tiny_dataset):
    config = narrowed(name)
    found = curves(config, tiny_dataset(resolution=config.resolution))
    path = GOLDEN / f"{name}.json"
    if os.environ.get("GANAPP_UPDATE_GOLDEN"):
        path.write_text("{\n" + ",\n".join(f'  "{k}": {json.dumps(v)}' for k, v in found.items()) + "\n}\n")
    assert path.exists(), f"no {path}: write it with GANAPP_UPDATE_GOLDEN=1"
    golden = json.loads(path.read_text())
    assert found.keys() == golden.keys()
    assert found.pop("nimg") == golden["nimg"]
    for key, values in found.items():
        assert values == pytest.approx(golden[key], rel=1e-3, abs=1e-3), key


def test_no_golden_file_is_left_over():
    assert {p.stem for p in GOLDEN.glob("*.json")} == set(PRESETS)
