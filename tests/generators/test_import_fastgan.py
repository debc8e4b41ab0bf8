"""FastGAN and Projected GAN: imported images against those of the original code (importers/README.md)."""

import pytest
import torch
from importers.original import Original, imported
from importers.trained import settle, strengthen
from importers.weights import draw

from ganapp.generators.importers.layouts.fastgan import convert

ORIGINAL = Original("fastgan")
CASES = ORIGINAL.cases


def weights(name: str) -> dict[str, torch.Tensor]:
    """`variance`: a factor of its own, since spectral norm undoes larger weights."""
    case = CASES[name]
    drawn = strengthen(settle(draw(case["shapes"], case["seed"]), ("init.init.0", "_init._layers.0")), 1)
    return {k: case["variance"] * t if k.endswith("running_var") else t for k, t in drawn.items()}


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_those_of_the_original(tmp_path, name):
    G = imported(tmp_path / "pytorch_model.bin", weights(name))
    assert G.spec.family == "fastgan"
    ORIGINAL.check(G, name, 1e-4, contrast=0.1, variety=0.05)
    ORIGINAL.check_batches(G, name, 1e-4)


def test_a_square_transposed_convolution_is_folded_as_torch_does():
    layer = torch.nn.utils.spectral_norm(torch.nn.ConvTranspose2d(32, 32, 4, bias=False))
    layer(torch.zeros(1, 32, 1, 1))  # one power iteration
    state = {f"init.init.0.{k}": t for k, t in layer.state_dict().items()}
    stem = convert(weights("fastgan_256") | state, {}).tensors["stem.0.weight"]
    z = torch.linspace(-1, 1, 32)[None, :, None, None]
    assert torch.allclose(torch.nn.functional.conv_transpose2d(z, stem), layer.eval()(z), atol=1e-6)


def test_the_three_are_told_apart_and_others_are_not_recognized():
    specs = {
        name: convert(weights(name), {}).spec for name in ("fastgan_1024", "huggan_1024", "projected_128")
    }
    assert specs["fastgan_1024"] == specs["huggan_1024"]
    assert [specs["projected_128"].args[k] for k in ("sphere", "bias", "tanh")] == [True, True, False]
    assert [specs["huggan_1024"].args[k] for k in ("sphere", "bias", "tanh")] == [False, False, True]
    assert convert({"main.0.weight": torch.zeros(8, 16, 4, 4)}, {}) is None


@pytest.mark.parametrize("channels", [2, 4])
def test_other_numbers_of_channels_are_refused_in_one_sentence(channels):
    tensors = weights("fastgan_256")
    shape = tensors["to_big.weight_orig"].shape
    replaced = {
        "to_big.weight_orig": torch.ones(channels, *shape[1:]),
        "to_big.weight_u": torch.ones(channels),
    }
    with pytest.raises(ValueError, match=f"pictures of {channels} channels; only 1 and 3"):
        convert(tensors | replaced, {})


def test_a_conditional_one_is_refused_in_one_sentence():
    tensors = weights("projected_128") | {"synthesis.embed.weight": torch.zeros(3, 8)}
    with pytest.raises(ValueError, match="only unconditional ones"):
        convert(tensors, {})
