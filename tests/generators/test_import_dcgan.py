"""The tutorials' checkpoints: imported images against those of the original code (importers/README.md)."""

import pytest
import torch
from importers.original import ATOL, Original, imported
from importers.trained import settle
from importers.weights import draw

from ganapp.generators.importers.layouts import dcgan, pytorch_gan
from ganapp.networks.imported import upsample_dcgan

LAYOUTS = (*dcgan.LAYOUTS, *pytorch_gan.LAYOUTS)
ORIGINAL = Original("dcgan")
CASES = ORIGINAL.cases
CONTRAST = 3.0  # times the drawn weights: pictures that are not grey
SAVED = {  # how each project saves its generator
    "tutorial": ("netG_epoch_24.pth", lambda tensors: {f"module.{k}": v for k, v in tensors.items()}),
    "huggan": ("pytorch_model.bin", dict),
    "csinva_cifar10": ("netG_epoch_199.pth", dict),
    "csinva_mnist": ("netG_epoch_99.pth", dict),
    "csinva_mlp": ("G--300.ckpt", dict),
    "pytorch_gan": (
        "generator.pt",
        lambda tensors: {"generator": tensors, "discriminator": {}, "epoch": 200},
    ),
}
LAYOUT = {
    "tutorial": 0,
    "huggan": 1,
    "csinva_cifar10": 2,
    "csinva_mnist": 2,
    "csinva_mlp": 3,
    "pytorch_gan": 4,
}


def weights(name: str) -> dict[str, torch.Tensor]:
    drawn = settle(draw(CASES[name]["shapes"], CASES[name]["seed"]))
    return {k: v * (CONTRAST if v.ndim >= 2 else 1) for k, v in drawn.items()}


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_those_of_the_original(tmp_path, name):
    file, wrap = SAVED[name]
    G = imported(tmp_path / file, wrap(weights(name)))
    assert G.origin["layout"] == LAYOUTS[LAYOUT[name]].name and G.origin["imported_from"] == file
    ORIGINAL.check(G, name, ATOL, contrast=0.15, variety=0.01)


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


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_biases_and_transparency(tmp_path, channels):
    """A tutorial's DCGAN with biases, as people change it, against the same layers of torch."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        sizes, layers = (6, 8, 7, 5), []
        for before, after in zip(sizes, sizes[1:]):
            layers += [torch.nn.ConvTranspose2d(before, after, 4, 2 if layers else 1, 1 if layers else 0)]
            layers += [torch.nn.BatchNorm2d(after), torch.nn.ReLU()]
        layers += [torch.nn.ConvTranspose2d(sizes[-1], channels, 4, 2, 1), torch.nn.Tanh()]
        net = torch.nn.Sequential(*layers)
        with torch.no_grad():
            net[-2].weight *= 8  # contrast
        for _ in range(3):
            net(torch.randn(8, 6, 1, 1))
        z = torch.randn(3, 6)
    G = imported(tmp_path / "netG.pth", {f"main.{k}": v for k, v in net.eval().state_dict().items()})
    assert (G.spec.channels, G.spec.resolution) == (channels, 32)
    with torch.no_grad():
        assert (
            torch.allclose(G(z), net(z[:, :, None, None]), atol=1e-6)
            and net(z[:, :, None, None]).std() > 0.05
        )


def test_two_channels_are_refused_in_one_sentence():
    tensors = weights("tutorial")
    tensors["main.12.weight"] = tensors["main.12.weight"][:, :2]
    with pytest.raises(ValueError, match="pictures of 2 channels; only 1, 3 and 4"):
        dcgan.tutorial(tensors, {})
