"""lightweight-gan: imported images against those of the original code (importers/README.md)."""

import pytest
import torch
from importers.original import Original, imported
from importers.trained import settle, strengthen
from importers.weights import draw

from ganapp.generators.importers.layouts.lightweight import convert

ORIGINAL = Original("lightweight")
CASES = ORIGINAL.cases


def weights(name: str) -> dict[str, torch.Tensor]:
    """`contrast` and a middle grey: its pictures lie in [0, 1] and are clamped to that."""
    case = CASES[name]
    drawn = strengthen(settle(draw(case["shapes"], case["seed"])), 4)
    drawn["out_conv.weight"] = drawn["out_conv.weight"] * case["contrast"]
    drawn["out_conv.bias"] = torch.full_like(drawn["out_conv.bias"], 0.5)
    fixed = {k: torch.tensor([1.0, 2.0, 1.0]) for k in drawn if k.endswith(".f")}  # the blur's numbers
    return drawn | fixed | {k: cosines(t.shape) for k, t in drawn.items() if k.endswith("dct_weights")}


def cosines(shape: torch.Size) -> torch.Tensor:
    """(1, A, r, r): the frequency (u, v) of a group of channels, sixteen groups: (0, 0) … (0, 7), then (0, 0) … (7, 0)."""
    size, group = shape[2], shape[1] // 16
    places = (torch.arange(size) + 0.5) * torch.pi / size
    waves = torch.stack([torch.cos(k * places) * (1 if k == 0 else 2**0.5) / size**0.5 for k in range(8)])
    pairs = [(0, v) for v in range(8)] + [(u, 0) for u in range(8)]
    found = torch.zeros(shape)
    for i, (u, v) in enumerate(pairs):
        found[:, i * group : (i + 1) * group] = torch.outer(waves[u], waves[v])
    return found


def saved(tensors: dict[str, torch.Tensor]) -> dict:
    """As its Trainer saves: all networks in one state dict, the averaged generator as GE."""
    other = {f"{part}.{k}": torch.zeros_like(t) for part in ("G", "D") for k, t in tensors.items()}
    networks = {f"GE.{k}": t for k, t in tensors.items()} | other
    return {"GAN": networks, "version": "1.2.1", "G_scaler": {}, "D_scaler": {}}


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_those_of_the_original(tmp_path, name):
    G = imported(tmp_path / "model_12.pt", saved(weights(name)))
    assert G.spec.family == "lightweight"
    ORIGINAL.check(G, name, 1e-4, contrast=0.1, variety=0.05)
    ORIGINAL.check_batches(G, name, 1e-4)


def test_transparency_is_imported_as_straight_colours(tmp_path):
    """Channels of the last convolution are apart: grey as r, half as bright as g, none of it in b, and one alpha."""
    from ganapp.latents import generate

    tensors = weights("grey_64")
    for name in ("grey", "alpha"):
        (tmp_path / name).mkdir()
    grey = generate(imported(tmp_path / "grey" / "g.pt", saved(tensors)), range(3)).astype(int)[..., 0]
    weight, bias = tensors["out_conv.weight"], tensors["out_conv.bias"]
    tensors["out_conv.weight"] = torch.cat([weight, weight / 2, 0 * weight, 0 * weight])
    tensors["out_conv.bias"] = torch.cat([bias, bias / 2, bias * 0, bias * 0 + 0.25])
    G = imported(tmp_path / "alpha" / "g.pt", saved(tensors))
    assert G.spec.channels == 4 and not G.spec.premultiplied
    red, green, blue, alpha = generate(G, range(3)).astype(int).transpose(3, 0, 1, 2)
    assert (red == grey).all() and (alpha == 64).all() and not blue.any()
    inside = (grey > 0) & (grey < 255)
    assert abs(green - grey / 2)[inside].max() <= 1 and inside.mean() > 0.2
    tensors["out_conv.weight"] = torch.zeros(2, *weight.shape[1:])
    with pytest.raises(ValueError, match="2 channels; only 1, 3 and 4"):
        convert(tensors, {})


def test_others_are_not_recognized():
    tensors = weights("grey_64")
    older = {
        k: t for k, t in tensors.items() if ".0.0.net." not in k
    }  # before 1.0 it enlarged without a convolution
    assert convert(older, {}) is None
