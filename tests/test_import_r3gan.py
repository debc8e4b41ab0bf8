"""R3GAN: imported pictures against those of the original code (tests/importers/README.md)."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from importers.weights import draw

from ganapp.importers import import_checkpoint
from ganapp.importers.r3gan import convert
from ganapp.weights import load_generator

DATA = Path(__file__).parent / "importers" / "r3gan"
CASES = json.loads(DATA.with_suffix(".json").read_text())
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
    torch.save({"G_ema": tensors}, tmp_path / "g.pt")
    G = load_generator(import_checkpoint(tmp_path / "g.pt", tmp_path / "out"))
    stored = np.load(DATA.with_suffix(".npz"))
    z, y, wanted = (torch.from_numpy(stored[f"{name}.{part}"]) for part in ("z", "y", "images"))
    assert (G.spec.resolution, G.spec.num_classes) == (CASES[name]["resolution"], CASES[name]["num_classes"])
    assert wanted.std() > 0.05 and (wanted[0] - wanted[1]).abs().mean() > 0.05
    with torch.no_grad():
        images = G(z, y if G.spec.num_classes else None)
    assert (images - wanted.clamp(-1, 1)).abs().max() < 2e-5


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
