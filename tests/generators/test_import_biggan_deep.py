"""BigGAN-deep: imported images against those of the original code (importers/README.md)."""

import pytest
import torch
from importers.original import Original, imported
from importers.trained import settle, strengthen
from importers.weights import draw

from ganapp.generators.importers.layouts.biggan_deep import convert
from ganapp.networks import build_generator

ORIGINAL = Original("biggan_deep")
CASES = ORIGINAL.cases


def weights(name: str) -> dict[str, torch.Tensor]:
    """Variances so small that the eps of the norms shows, and attention that counts."""
    case = CASES[name]
    drawn = strengthen(settle(draw(case["shapes"], case["seed"])), 2)
    scaled = {k: t / 2 if k.endswith("running_vars") else t for k, t in drawn.items()}
    return {k: torch.full_like(t, 0.5) if k.endswith(".gamma") else t for k, t in scaled.items()}


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_those_of_the_original(tmp_path, name):
    G = imported(tmp_path / "pytorch_model.bin", weights(name))
    assert G.spec.family == "biggan_deep"
    ORIGINAL.check(G, name, 1e-4, contrast=0.1, variety=0.05)
    ORIGINAL.check_batches(G, name, 1e-4)


def test_another_truncations_statistics_would_be_seen():
    name = "biggan_deep_128"
    tensors = weights(name)
    for key in tensors:
        if key.endswith("running_means"):
            tensors[key] = tensors[key].roll(1, 0)
    found = convert(tensors, {})
    G = build_generator(found.spec).eval()
    G.load_state_dict(found.tensors)
    assert ORIGINAL.difference(G, name) > 1e-3


def test_others_are_not_recognized():
    assert (
        convert({"embeddings.weight": torch.zeros(6, 5), "generator.linear.weight": torch.zeros(8, 6)}, {})
        is None
    )
