"""R3GAN: imported images against those of the original code (importers/README.md)."""

import pytest
import torch
from importers.original import Original, imported
from importers.weights import draw

from ganapp.generators.importers.layouts.r3gan import convert

ORIGINAL = Original("r3gan")
CASES = ORIGINAL.cases
TAP = torch.tensor([1.0, 3.0, 3.0, 1.0])


def weights(name: str) -> dict[str, torch.Tensor]:
    case = CASES[name]
    tensors = {k: v * 2 if v.ndim > 1 else v for k, v in draw(case["shapes"], case["seed"]).items()}
    return tensors | {key: torch.outer(TAP, TAP) / 64 for key in case["filters"]}


@pytest.mark.parametrize("name", list(CASES))
@pytest.mark.parametrize("prefix", ["", "Model."])
def test_pictures_are_those_of_the_original(tmp_path, name, prefix):
    """Of its state dict, bare or inside the wrapper that training uses; whole modules: test_unpickle.py."""
    tensors = {prefix + k.removeprefix("Model."): v for k, v in weights(name).items()}
    G = imported(tmp_path / "g.pt", {"G_ema": tensors})
    ORIGINAL.check(G, name, 2e-5, contrast=0.05, variety=0.05)


def test_sizes_come_from_shapes():
    spec = convert(weights("r3gan"), {}).spec
    assert (spec.family, spec.z_dim) == ("paper_r3gan", 10)
    assert spec.args["widths"] == [24, 24, 16, 12] and spec.args["blocks"] == [2, 1, 2, 1]
    assert spec.args["group_sizes"] == [16, 8, 8, 12] and spec.args["expansion"] == 2
    spec = convert(weights("r3gan_classes"), {}).spec
    assert (spec.num_classes, spec.args["embed_dim"], spec.z_dim) == (5, 7, 10)


def test_another_filter_is_refused():
    key = CASES["r3gan"]["filters"][0]
    with pytest.raises(ValueError, match="another filter"):
        convert(weights("r3gan") | {key: torch.full((4, 4), 1 / 16)}, {})


@pytest.mark.parametrize("drop", ["Model.MainLayers.0.Layers.0.Basis", "Model.AggregationLayer.Layer.weight"])
def test_what_is_not_r3gan_is_not_recognized(drop):
    tensors = weights("r3gan")
    del tensors[drop]
    assert convert(tensors, {}) is None and convert({}, {}) is None
