"""The tutorials' checkpoints: imported images against those of the original code (importers/README.md)."""

import pytest
import torch
from importers.original import Original, imported
from importers.trained import settle
from importers.weights import draw

from ganapp.generators.importers.layouts.dcgan import LAYOUTS
from ganapp.networks.imported import upsample_dcgan

ORIGINAL = Original("dcgan")
CASES = ORIGINAL.cases
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
    file, wrap = SAVED[name]
    G = imported(tmp_path / file, wrap(weights(name)))
    assert G.origin["layout"] == LAYOUTS[LAYOUT[name]].name and G.origin["imported_from"] == file
    ORIGINAL.check(G, name, 1e-5, contrast=0.15, variety=0.01)


@pytest.mark.parametrize("name", CASES)
def test_a_layout_knows_its_own_files_alone(name):
    tensors = weights(name)
    assert [i for i, layout in enumerate(LAYOUTS) if layout.convert(tensors, {})] == [LAYOUT[name]]
    some = dict(list(tensors.items())[2:])
    assert not any(layout.convert(some, {}) for layout in LAYOUTS[:4])


def test_the_eps_of_pytorch_gan_counts(tmp_path, monkeypatch):
    """With the default eps the same weights give other pictures."""
    monkeypatch.setattr(upsample_dcgan, "EPS", 1e-5)
    G = imported(tmp_path / "g.pt", weights("pytorch_gan"))
    assert ORIGINAL.difference(G, "pytorch_gan") > 0.05
