"""FastGAN and Projected GAN: the pictures of the imported generator against those of the original code (tests/importers/README.md)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from importers.trained import settle, strengthen
from importers.weights import draw

from ganapp.importers import import_checkpoint
from ganapp.importers.fastgan import convert
from ganapp.weights import load_generator

DATA = Path(__file__).parent / "importers" / "fastgan"
CASES = json.loads(DATA.with_suffix(".json").read_text())


def weights(name: str) -> dict[str, torch.Tensor]:
    case = CASES[name]
    drawn = strengthen(settle(draw(case["shapes"], case["seed"]), ("init.init.0",)), case["factor"])
    return {k: t / 2.2 if k.endswith("running_var") else t for k, t in drawn.items()}  # spectral norm undoes larger weights


def save(folder: Path, tensors: dict[str, torch.Tensor]) -> Path:
    torch.save(tensors, folder / "pytorch_model.bin")
    return folder / "pytorch_model.bin"


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_those_of_the_original(tmp_path, name):
    case, arrays = CASES[name], np.load(DATA.with_suffix(".npz"))
    G = load_generator(import_checkpoint(save(tmp_path, weights(name)), tmp_path / "out"))
    assert (G.spec.family, G.spec.resolution, G.spec.num_classes) == (
        "fastgan",
        case["resolution"],
        case["num_classes"],
    )
    z, y = (torch.from_numpy(arrays[f"{name}.{part}"]) for part in "zy")
    with torch.no_grad():
        images = G(z, y if case["num_classes"] else None)[:, :, :: case["stride"], :: case["stride"]]
        alone = G(z[1:], y[1:] if case["num_classes"] else None)[:, :, :: case["stride"], :: case["stride"]]
    wanted = torch.from_numpy(arrays[f"{name}.images"])
    assert wanted.std() > 0.1 and (wanted[0] - wanted[1]).abs().mean() > 0.002  # there is something to compare
    assert (images - wanted).abs().max() < 1e-5
    assert (alone - images[1:]).abs().max() < 1e-4  # a picture does not depend on the others of its batch


def test_a_conditional_one_is_refused_in_one_sentence():
    tensors = weights("projected_128") | {"synthesis.embed.weight": torch.zeros(3, 8)}
    with pytest.raises(ValueError, match="only unconditional ones"):
        convert(tensors, {})
