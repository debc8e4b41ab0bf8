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
    """`variance`: a factor of its own, since spectral norm undoes larger weights."""
    case = CASES[name]
    drawn = strengthen(settle(draw(case["shapes"], case["seed"]), ("init.init.0", "_init._layers.0")), 1)
    return {k: case["variance"] * t if k.endswith("running_var") else t for k, t in drawn.items()}


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
    assert wanted.std() > 0.1 and (wanted[0] - wanted[1]).abs().mean() > 0.05  # there is something to compare
    assert (wanted.abs() > 0.999).float().mean() < 0.1  # and little of it is clamped
    assert (images - wanted).abs().max() < 1e-4
    assert (alone - images[1:]).abs().max() < 1e-4  # a picture does not depend on the others of its batch


def test_a_square_transposed_convolution_is_folded_as_torch_does():
    layer = torch.nn.utils.spectral_norm(torch.nn.ConvTranspose2d(32, 32, 4, bias=False))
    layer(torch.zeros(1, 32, 1, 1))  # one power iteration
    state = {f"init.init.0.{k}": t for k, t in layer.state_dict().items()}
    stem = convert(weights("fastgan_256") | state, {}).tensors["stem.0.weight"]
    z = torch.linspace(-1, 1, 32)[None, :, None, None]
    assert torch.allclose(torch.nn.functional.conv_transpose2d(z, stem), layer.eval()(z), atol=1e-6)


def test_the_three_are_told_apart_and_others_are_not_recognized():
    specs = {name: convert(weights(name), {}).spec for name in ("fastgan_1024", "huggan_1024", "projected_128")}
    assert specs["fastgan_1024"] == specs["huggan_1024"]
    assert [specs["projected_128"].args[k] for k in ("sphere", "bias", "tanh")] == [True, True, False]
    assert [specs["huggan_1024"].args[k] for k in ("sphere", "bias", "tanh")] == [False, False, True]
    assert convert({"main.0.weight": torch.zeros(8, 16, 4, 4)}, {}) is None


@pytest.mark.parametrize("channels", [2, 4])
def test_other_numbers_of_channels_are_refused_in_one_sentence(channels):
    tensors = weights("fastgan_256")
    shape = tensors["to_big.weight_orig"].shape
    replaced = {"to_big.weight_orig": torch.ones(channels, *shape[1:]), "to_big.weight_u": torch.ones(channels)}
    with pytest.raises(ValueError, match=f"pictures of {channels} channels; only 1 and 3"):
        convert(tensors | replaced, {})


def test_a_conditional_one_is_refused_in_one_sentence():
    tensors = weights("projected_128") | {"synthesis.embed.weight": torch.zeros(3, 8)}
    with pytest.raises(ValueError, match="only unconditional ones"):
        convert(tensors, {})
