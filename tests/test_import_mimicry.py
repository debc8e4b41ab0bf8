"""mimicry's checkpoints: the pictures of the imported generator against those of the original code (tests/importers/README.md)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from importers.trained import settle
from importers.weights import draw

from ganapp.importers import import_checkpoint
from ganapp.importers.mimicry import convert
from ganapp.weights import load_generator

DATA = Path(__file__).parent / "importers" / "mimicry"
CASES = json.loads(DATA.with_suffix(".json").read_text())


def weights(name: str) -> dict[str, torch.Tensor]:
    return settle(draw(CASES[name]["shapes"], CASES[name]["seed"]))


def save(folder: Path, tensors: dict[str, torch.Tensor]) -> Path:
    """As mimicry's BaseModel.save_checkpoint writes it."""
    optimizer = torch.optim.Adam([torch.zeros(2, requires_grad=True)], 2e-4, betas=(0.0, 0.9)).state_dict()
    path = folder / "netG_100000_steps.pth"
    torch.save({"model_state_dict": tensors, "optimizer_state_dict": optimizer, "global_step": 100_000}, path)
    return path


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_those_of_the_original(tmp_path, name):
    case, arrays = CASES[name], np.load(DATA.with_suffix(".npz"))
    G = load_generator(import_checkpoint(save(tmp_path, weights(name)), tmp_path / "out"))
    assert (G.spec.family, G.spec.resolution, G.spec.num_classes) == (
        "mimicry",
        case["resolution"],
        case["num_classes"],
    )
    z, y = (torch.from_numpy(arrays[f"{name}.{part}"]) for part in "zy")
    with torch.no_grad():
        images = G(z, y if case["num_classes"] else None)[:, :, :: case["stride"], :: case["stride"]]
    wanted = torch.from_numpy(arrays[f"{name}.images"])
    assert wanted.std() > 0.05 and (wanted[0] - wanted[1]).abs().mean() > 0.003  # there is something to compare
    assert (images - wanted).abs().max() < 2e-6


def test_pixels_that_are_repeated_would_be_seen():
    """The same weights in our resnet, which differs by how it enlarges alone, give other pictures."""
    from ganapp.models import build_generator

    found, arrays = convert(weights("sngan_32"), {}), np.load(DATA.with_suffix(".npz"))
    other = build_generator(type(found.spec)("resnet", 32, 3, 0, 12, {"widths": found.spec.args["widths"]})).eval()
    other.load_state_dict(found.tensors)
    images = other(torch.from_numpy(arrays["sngan_32.z"]))
    assert (images - torch.from_numpy(arrays["sngan_32.images"])).abs().max() > 0.01


def test_attention_of_an_unknown_place_is_refused():
    """SAGAN 64 is not in mimicry: no key says after which block its attention would be."""
    tensors = weights("sngan_64") | {k: v for k, v in weights("sagan_32").items() if k.startswith("attn_block.")}
    with pytest.raises(ValueError, match="has 4 blocks; which one attention follows is known for 3 and 5"):
        convert(tensors, {})


@pytest.mark.parametrize("drop", ["l1.weight", "block2.c1.bias", "c5.weight", "b5.running_mean"])
def test_what_is_not_mimicry_is_not_recognized(drop):
    tensors = weights("sngan_32")
    del tensors[drop]
    assert convert(tensors, {}) is None
    assert convert({}, {}) is None and convert({"main.0.weight": torch.zeros(4, 4, 4, 4)}, {}) is None
