"""The tutorials' checkpoints: the pictures of the imported generator against those of the original code (tests/importers/README.md)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from importers.trained import settle
from importers.weights import draw

from ganapp.importers import import_checkpoint
from ganapp.importers.dcgan import LAYOUTS
from ganapp.weights import load_generator

DATA = Path(__file__).parent / "importers" / "dcgan"
CASES = json.loads(DATA.with_suffix(".json").read_text())
CONTRAST = 3.0  # times the drawn weights: pictures that are not grey
SAVED = {  # how each project saves its generator
    "tutorial": ("netG_epoch_24.pth", lambda tensors: {f"module.{k}": v for k, v in tensors.items()}),
    "huggan": ("pytorch_model.bin", dict),
    "csinva_cifar10": ("netG_epoch_199.pth", dict),
    "csinva_mnist": ("netG_epoch_99.pth", dict),
    "csinva_mlp": ("G--300.ckpt", dict),
    "pytorch_gan": ("generator.pt", lambda tensors: {"generator": tensors, "discriminator": {}, "epoch": 200}),
}
LAYOUT = {"tutorial": 0, "huggan": 1, "csinva_cifar10": 2, "csinva_mnist": 2, "csinva_mlp": 3, "pytorch_gan": 4}


def weights(name: str) -> dict[str, torch.Tensor]:
    drawn = settle(draw(CASES[name]["shapes"], CASES[name]["seed"]))
    return {k: v * (CONTRAST if v.ndim >= 2 else 1) for k, v in drawn.items()}


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_those_of_the_original(tmp_path, name):
    case, arrays, (file, wrap) = CASES[name], np.load(DATA.with_suffix(".npz")), SAVED[name]
    torch.save(wrap(weights(name)), tmp_path / file)
    G = load_generator(import_checkpoint(tmp_path / file, tmp_path / "out"))
    assert (G.spec.resolution, G.spec.channels) == (case["resolution"], case["channels"])
    assert G.origin["layout"] == LAYOUTS[LAYOUT[name]].name and G.origin["imported_from"] == file
    with torch.no_grad():
        images = G(torch.from_numpy(arrays[f"{name}.z"]))[:, :, :: case["stride"], :: case["stride"]]
    wanted = torch.from_numpy(arrays[f"{name}.images"])
    assert wanted.std() > 0.15 and (wanted[0] - wanted[1]).abs().mean() > 0.01  # there is something to compare
    assert (images - wanted).abs().max() < 2e-6


@pytest.mark.parametrize("name", CASES)
def test_a_layout_knows_its_own_files_alone(name):
    tensors = weights(name)
    assert [i for i, layout in enumerate(LAYOUTS) if layout.convert(tensors, {})] == [LAYOUT[name]]
    some = dict(list(tensors.items())[2:])
    assert not any(layout.convert(some, {}) for layout in LAYOUTS[:4])


def test_the_eps_of_pytorch_gan_counts(tmp_path, monkeypatch):
    """With the default eps the same weights give other pictures."""
    from ganapp.models.imported import upsample_dcgan

    monkeypatch.setattr(upsample_dcgan, "EPS", 1e-5)
    torch.save(weights("pytorch_gan"), tmp_path / "g.pt")
    G = load_generator(import_checkpoint(tmp_path / "g.pt", tmp_path / "out"))
    arrays = np.load(DATA.with_suffix(".npz"))
    images = G(torch.from_numpy(arrays["pytorch_gan.z"]))
    assert (images - torch.from_numpy(arrays["pytorch_gan.images"])).abs().max() > 0.05
