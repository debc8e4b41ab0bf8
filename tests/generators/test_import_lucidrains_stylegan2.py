"""stylegan2-pytorch (lucidrains): imported images against those of the original code (importers/README.md)."""

import pytest
import torch
from importers.original import ATOL, Original, imported
from importers.weights import draw

from ganapp.generators.importers.layouts.lucidrains_stylegan2 import convert
from ganapp.latents import map_latents
from ganapp.networks import build_generator

ORIGINAL = Original("lucidrains_stylegan2")
CASES = ORIGINAL.cases


def weights(name: str) -> dict[str, torch.Tensor]:
    """Of GE and SE: a mapping whose rate is made up for, and pictures around a middle grey."""
    found = {}
    for key, tensor in draw(CASES[name]["shapes"], CASES[name]["seed"]).items():
        if key.startswith("SE.net."):
            tensor = tensor * (3 if tensor.ndim > 1 else 1) / CASES[name]["rate"]
        elif key.endswith((".g", ".f")):
            tensor = 1 + tensor if key.endswith(".g") else torch.tensor([1.0, 2.0, 1.0])
        elif ".to_rgb.conv." in key:
            tensor = tensor * CASES[name]["contrast"] + CASES[name]["middle"]
        elif ".to_style" in key or "attns." in key:
            tensor = tensor * 2
        found[key] = tensor
    return found


def saved(tensors: dict[str, torch.Tensor]) -> dict:
    """As Trainer.save writes it: all networks in one state dict."""
    current = {k.replace("E.", ".", 1): torch.zeros_like(t) for k, t in tensors.items()}
    other = {f"{part}.blocks.0.net.0.weight": torch.ones(4, 3, 3, 3) for part in ("D", "D_aug.D")}
    return {"GAN": current | other | tensors, "version": "1.9.0"}


def built(found):
    G = build_generator(found.spec).eval()
    G.load_state_dict(found.tensors, strict=True)
    return G


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_those_of_the_original(tmp_path, name):
    """Whole range as the original gives it, from 0 to 1, at psi 1 and 0.6, and clamped from the generator itself."""
    G = imported(tmp_path / "model_12.pt", saved(weights(name)))
    assert G.spec.family == "lucidrains_stylegan2" and G.spec.channels == CASES[name]["channels"]
    z, plain, truncated = ORIGINAL.read(name, "z", "images", "images.psi")
    stride = CASES[name].get("stride", 1)
    assert plain.std() > 0.05 and (plain[0] - plain[1]).abs().mean() > 0.04
    with torch.no_grad():
        for psi, wanted in ((1, plain), (0.6, truncated)):
            w = torch.from_numpy(map_latents(G, z.numpy(), None, psi))
            assert (G.synthesis(w)[:, :, ::stride, ::stride] - wanted).abs().max() < ATOL
        assert (G(z)[:, :, ::stride, ::stride] - plain.clamp(-1, 1)).abs().max() < ATOL
    ORIGINAL.check_batches(G, name, ATOL)


def test_the_averaged_networks_are_taken_and_it_is_said(tmp_path):
    G = imported(tmp_path / "model_12.pt", saved(weights("plain_32")))
    averaged, rate = G.origin["notes"]
    assert averaged.startswith("GE and SE, the averaged weights, were taken") and G.origin["taken"] == "GAN"
    assert "lr_mlp 0.1" in rate and "--mapping-rate NUMBER" in rate
    current = {k.replace("E.", ".", 1): t for k, t in weights("plain_32").items()}
    assert ORIGINAL.difference(built(convert(current, {})), "plain_32") < ATOL  # G and S alone


@pytest.mark.parametrize("rate", [0.01, 1.0])
def test_another_rate_of_the_mapping(rate):
    tensors = {k: t * (0.1 / rate) if k.startswith("SE.") else t for k, t in weights("plain_32").items()}
    found = convert(tensors, {"mapping_rate": rate})
    assert found.notes == () and ORIGINAL.difference(built(found), "plain_32") < ATOL
    assert ORIGINAL.difference(built(convert(tensors, {})), "plain_32") > 0.01


@pytest.mark.parametrize("name", ["attended_64", "plain_32"])
def test_each_layer_has_a_w_of_its_own(name):
    """Only the last layers see another w: the picture changes, but stays near."""
    G = built(convert(weights(name), {}))
    (z,) = ORIGINAL.read(name, "z")
    with torch.no_grad():
        w = G.mapping(z)[:, None].repeat(1, G.num_ws, 1)
        mixed = torch.cat([w[:1, :-1], w[1:2, -1:]], 1)
        first, second, both = G.synthesis(w[:1]), G.synthesis(w[1:2]), G.synthesis(mixed)
    assert not both.equal(first) and not both.equal(second)
    with pytest.raises(ValueError, match=f"w has 2 layers; this generator has {G.num_ws}"):
        G.synthesis(w[:, :2])


def test_what_is_recognized_but_cannot_be_used(tmp_path):
    tensors = weights("attended_64")
    with pytest.raises(ValueError, match=r"^g\.pt holds a generator of lucidrains' .* \(S or SE\)"):
        imported(tmp_path / "g.pt", {k.removeprefix("GE."): t for k, t in tensors.items() if "GE." in k})
    with pytest.raises(ValueError, match=r"before version 0\.20"):
        convert({k: t for k, t in tensors.items() if "initial_conv" not in k}, {})
    old = {k.replace("fn.norm.g", "fn.g"): t for k, t in tensors.items()}
    with pytest.raises(ValueError, match=r"attention of stylegan2-pytorch before version 1\.6"):
        convert(old, {})


@pytest.mark.parametrize("drop", ["GE.blocks.0.to_style1.weight", "SE.net.0.weight"])
def test_others_are_not_recognized(drop):
    tensors = weights("plain_32")
    del tensors[drop]
    assert convert(tensors, {}) is None and convert({}, {}) is None


@pytest.mark.parametrize("key", ["SE.net.6.bias", "SE.net.6.weight", "GE.blocks.0.to_rgb.upsample.1.f"])
def test_nothing_may_be_missing(tmp_path, key):
    tensors = weights("plain_32")
    del tensors[key]
    with pytest.raises(ValueError, match="there is no|something is missing"):
        imported(tmp_path / "model_12.pt", saved(tensors))
