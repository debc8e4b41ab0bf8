"""mimicry's checkpoints: imported images against those of the original code (importers/README.md)."""

import pytest
import torch
from importers.original import Original, imported
from importers.trained import settle
from importers.weights import draw

from ganapp.generators.importers.layouts.mimicry import convert
from ganapp.networks import build_generator

ORIGINAL = Original("mimicry")
CASES = ORIGINAL.cases


def weights(name: str) -> dict[str, torch.Tensor]:
    return settle(draw(CASES[name]["shapes"], CASES[name]["seed"]))


def saved(tensors: dict[str, torch.Tensor]) -> dict:
    """As mimicry's BaseModel.save_checkpoint writes it."""
    optimizer = torch.optim.Adam([torch.zeros(2, requires_grad=True)], 2e-4, betas=(0.0, 0.9)).state_dict()
    return {"model_state_dict": tensors, "optimizer_state_dict": optimizer, "global_step": 100_000}


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_those_of_the_original(tmp_path, name):
    G = imported(tmp_path / "netG_100000_steps.pth", saved(weights(name)))
    assert G.spec.family == "mimicry"
    ORIGINAL.check(G, name, 2e-6, contrast=0.05, variety=0.003)


def test_pixels_that_are_repeated_would_be_seen():
    """The same weights in our resnet, which differs by how it enlarges alone, give other pictures."""
    found = convert(weights("sngan_32"), {})
    other = build_generator(
        type(found.spec)("resnet", 32, 3, 0, 12, {"widths": found.spec.args["widths"]})
    ).eval()
    other.load_state_dict(found.tensors)
    assert ORIGINAL.difference(other, "sngan_32") > 0.01


def test_attention_of_an_unknown_place_is_refused():
    """SAGAN 64 is not in mimicry: no key says after which block its attention would be."""
    tensors = weights("sngan_64") | {
        k: v for k, v in weights("sagan_32").items() if k.startswith("attn_block.")
    }
    with pytest.raises(ValueError, match="has 4 blocks; which one attention follows is known for 3 and 5"):
        convert(tensors, {})


@pytest.mark.parametrize("drop", ["l1.weight", "block2.c1.bias", "c5.weight", "b5.running_mean"])
def test_what_is_not_mimicry_is_not_recognized(drop):
    tensors = weights("sngan_32")
    del tensors[drop]
    assert convert(tensors, {}) is None
    assert convert({}, {}) is None and convert({"main.0.weight": torch.zeros(4, 4, 4, 4)}, {}) is None
