"""StudioGAN's checkpoints: the pictures of the imported generator against those of the original code (tests/importers/README.md)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from importers.trained import equalize, settle
from importers.weights import draw

from ganapp.importers import import_checkpoint
from ganapp.importers.studiogan import convert
from ganapp.weights import load_generator

DATA = Path(__file__).parent / "importers" / "studiogan"
CASES = json.loads(DATA.with_suffix(".json").read_text())
FAMILY = {"dcgan": "studiogan", "dcgan_conditional": "studiogan"}  # of the others: resnet
OURS = [name for name in CASES if name != "stylegan2"]


def weights(name: str) -> dict[str, torch.Tensor]:
    case = CASES[name]
    tensors = draw(case["shapes"], case["seed"])
    if "filters" in case:  # StyleGAN2 keeps its fixed filters among the weights
        tap = torch.tensor([1.0, 3.0, 3.0, 1.0])
        return equalize(tensors) | {key: torch.outer(tap, tap) / 64 for key in case["filters"]}
    return settle(tensors, transposed=("deconv",))


def save(folder: Path, tensors: dict[str, torch.Tensor]) -> Path:
    """As StudioGAN's worker writes a generator; G_ema has no optimizer."""
    path = folder / "model=G-best-weights-step=100000.pth"
    optimizer = torch.optim.Adam([torch.zeros(2, requires_grad=True)], 2e-4, betas=(0.0, 0.9)).state_dict()
    torch.save({"state_dict": tensors, "optimizer": optimizer}, path)
    return path


def pictures(G, name: str) -> torch.Tensor:
    case, arrays = CASES[name], np.load(DATA.with_suffix(".npz"))
    z, y = (torch.from_numpy(arrays[f"{name}.{part}"]) for part in "zy")
    with torch.no_grad():
        return G(z, y if case["num_classes"] else None)[:, :, :: case["stride"], :: case["stride"]]


def wanted(name: str) -> torch.Tensor:
    return torch.from_numpy(np.load(DATA.with_suffix(".npz"))[f"{name}.images"])


@pytest.mark.parametrize("name", OURS)
def test_pictures_are_those_of_the_original(tmp_path, name):
    case = CASES[name]
    G = load_generator(import_checkpoint(save(tmp_path, weights(name)), tmp_path / "out"))
    assert G.spec.family == FAMILY.get(name, "resnet")
    assert (G.spec.resolution, G.spec.num_classes) == (case["resolution"], case["num_classes"])
    assert wanted(name).std() > 0.05 and (wanted(name)[0] - wanted(name)[1]).abs().mean() > 0.005
    assert (pictures(G, name) - wanted(name)).abs().max() < 2e-5


def test_stylegan2_has_nvidias_layout(tmp_path):
    G = load_generator(import_checkpoint(save(tmp_path, weights("stylegan2")), tmp_path / "out"))
    assert (G.spec.resolution, G.spec.num_classes, G.spec.z_dim) == (32, 5, 12)
    assert wanted("stylegan2").std() > 0.05
    assert (pictures(G, "stylegan2") - wanted("stylegan2").clamp(-1, 1)).abs().max() < 2e-5


def test_the_eps_of_its_batch_norm_is_kept():
    """1e-4, not 1e-5: without the difference in the variances, pictures would be visibly others."""
    from ganapp.models import build_generator

    found = convert(weights("sagan_32"), {})
    G = build_generator(found.spec).eval()
    G.load_state_dict({k: v - 9e-5 if k.endswith("running_var") else v for k, v in found.tensors.items()})
    assert (pictures(G, "sagan_32") - wanted("sagan_32")).abs().max() > 1e-4


@pytest.mark.parametrize(
    ("key", "says"),
    [("info_mix_linear.weight", "InfoGAN codes"), ("blocks.0.0.conv2d3.bias", "big_resnet_deep")],
)
def test_what_is_recognized_but_cannot_be_used(key, says):
    with pytest.raises(ValueError, match=says):
        convert(weights("resnet_32") | {key: torch.zeros(3)}, {})


def test_two_attentions_are_refused():
    tensors = weights("sagan_32")
    more = {k.replace("blocks.2.", "blocks.4."): v for k, v in tensors.items() if k.startswith("blocks.2.")}
    with pytest.raises(ValueError, match="attention in 2 places"):
        convert(tensors | more, {})


@pytest.mark.parametrize("drop", ["linear0.bias", "conv2d5.bias", "blocks.0.0.conv2d1.bias"])
def test_what_is_not_studiogan_is_not_recognized(drop):
    tensors = weights("resnet_32")
    del tensors[drop]
    assert convert(tensors, {}) is None and convert({}, {}) is None
