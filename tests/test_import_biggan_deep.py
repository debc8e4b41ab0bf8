"""BigGAN-deep: the pictures of the imported generator against those of the original code (tests/importers/README.md)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from importers.trained import settle, strengthen
from importers.weights import draw

from ganapp.importers import import_checkpoint
from ganapp.importers.biggan_deep import convert
from ganapp.weights import load_generator

DATA = Path(__file__).parent / "importers" / "biggan_deep"
CASES = json.loads(DATA.with_suffix(".json").read_text())


def weights(name: str) -> dict[str, torch.Tensor]:
    """Variances so small that the eps of the norms shows, and attention that counts."""
    case = CASES[name]
    drawn = strengthen(settle(draw(case["shapes"], case["seed"])), 2)
    scaled = {k: t / 2 if k.endswith("running_vars") else t for k, t in drawn.items()}
    return {k: torch.full_like(t, 0.5) if k.endswith(".gamma") else t for k, t in scaled.items()}


def save(folder: Path, tensors: dict[str, torch.Tensor]) -> Path:
    torch.save(tensors, folder / "pytorch_model.bin")
    return folder / "pytorch_model.bin"


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_those_of_the_original(tmp_path, name):
    case, arrays = CASES[name], np.load(DATA.with_suffix(".npz"))
    G = load_generator(import_checkpoint(save(tmp_path, weights(name)), tmp_path / "out"))
    assert (G.spec.family, G.spec.resolution, G.spec.num_classes) == (
        "biggan_deep",
        case["resolution"],
        case["num_classes"],
    )
    z, y = (torch.from_numpy(arrays[f"{name}.{part}"]) for part in "zy")
    with torch.no_grad():
        images = G(z, y if case["num_classes"] else None)[:, :, :: case["stride"], :: case["stride"]]
        alone = G(z[1:], y[1:] if case["num_classes"] else None)[:, :, :: case["stride"], :: case["stride"]]
    wanted = torch.from_numpy(arrays[f"{name}.images"])
    assert wanted.std() > 0.1 and (wanted[0] - wanted[1]).abs().mean() > 0.05  # there is something to compare
    assert (wanted.abs() > 0.999).float().mean() < 0.1  # and little of it is clamped
    assert (images - wanted).abs().max() < 1e-4
    assert (alone - images[1:]).abs().max() < 1e-4  # a picture does not depend on the others of its batch


def test_another_truncations_statistics_would_be_seen():
    name = "biggan_deep_128"
    tensors = weights(name)
    for key in tensors:
        if key.endswith("running_means"):
            tensors[key] = tensors[key].roll(1, 0)
    found, arrays = convert(tensors, {}), np.load(DATA.with_suffix(".npz"))
    from ganapp.models import build_generator

    G = build_generator(found.spec).eval()
    G.load_state_dict(found.tensors)
    images = G(torch.from_numpy(arrays[f"{name}.z"]), torch.from_numpy(arrays[f"{name}.y"]))[:, :, ::4, ::4]
    assert (images - torch.from_numpy(arrays[f"{name}.images"])).abs().max() > 1e-3


def test_others_are_not_recognized():
    assert convert({"embeddings.weight": torch.zeros(6, 5), "generator.linear.weight": torch.zeros(8, 6)}, {}) is None
