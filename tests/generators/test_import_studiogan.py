"""StudioGAN's checkpoints: imported images against those of the original code (importers/README.md)."""

import pytest
import torch
from importers.original import Original, imported
from importers.trained import equalize, settle
from importers.weights import draw

from ganapp.generators.importers.layouts.studiogan import convert
from ganapp.networks import build_generator

ORIGINAL = Original("studiogan")
CASES = ORIGINAL.cases
FILE = "model=G-best-weights-step=100000.pth"
FAMILY = {"dcgan": "studiogan", "dcgan_conditional": "studiogan"}  # of the others: resnet
OURS = [
    name for name in CASES if name not in ("stylegan2", "dcgan_leaky")
]  # the latter: test_import_options.py


def weights(name: str) -> dict[str, torch.Tensor]:
    case = CASES[name]
    tensors = draw(case["shapes"], case["seed"])
    if "filters" in case:  # StyleGAN2 keeps its fixed filters among the weights
        tap = torch.tensor([1.0, 3.0, 3.0, 1.0])
        return equalize(tensors) | {key: torch.outer(tap, tap) / 64 for key in case["filters"]}
    return settle(tensors, transposed=("deconv",))


def saved(tensors: dict[str, torch.Tensor]) -> dict:
    """As StudioGAN's worker writes a generator; G_ema has no optimizer."""
    optimizer = torch.optim.Adam([torch.zeros(2, requires_grad=True)], 2e-4, betas=(0.0, 0.9)).state_dict()
    return {"state_dict": tensors, "optimizer": optimizer}


@pytest.mark.parametrize("name", OURS)
def test_pictures_are_those_of_the_original(tmp_path, name):
    G = imported(tmp_path / FILE, saved(weights(name)))
    assert G.spec.family == FAMILY.get(name, "resnet")
    ORIGINAL.check(G, name, 2e-5, contrast=0.05, variety=0.005)


def test_stylegan2_has_nvidias_layout(tmp_path):
    G = imported(tmp_path / FILE, saved(weights("stylegan2")))
    assert G.spec.z_dim == 12
    ORIGINAL.check(G, "stylegan2", 2e-5, contrast=0.05, variety=0)


def test_the_eps_of_its_batch_norm_is_kept():
    """1e-4, not 1e-5: without the difference in the variances, pictures would be visibly others."""
    found = convert(weights("sagan_32"), {})
    G = build_generator(found.spec).eval()
    G.load_state_dict({k: v - 9e-5 if k.endswith("running_var") else v for k, v in found.tensors.items()})
    assert ORIGINAL.difference(G, "sagan_32") > 1e-4


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
