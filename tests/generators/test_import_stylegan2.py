"""StyleGAN2, NVIDIA and rosinality: imported images against those of the original code (importers/README.md)."""

import numpy as np
import pytest
import torch
from importers.original import Original, imported
from importers.trained import equalize
from importers.weights import draw

from ganapp.generators.importers.layouts.stylegan2 import nvidia, rosinality
from ganapp.latents import generate, map_latents
from ganapp.networks import build_generator

ORIGINAL = Original("stylegan2")
CASES = ORIGINAL.cases
TAP = torch.tensor([1.0, 3.0, 3.0, 1.0])
CLAMP = 0.3  # of nvidia_classes


def weights(name: str) -> dict[str, torch.Tensor]:
    case = CASES[name]
    tensors, gain = draw(case["shapes"], case["seed"]), 1
    if name == "rosinality":
        tensors, gain = equalize_rosinality(tensors), 4
    else:
        tensors = equalize(tensors)
        tensors["mapping.w_avg"] *= 5
    return tensors | {key: gain * torch.outer(TAP, TAP) / 64 for key in case["filters"]}


def equalize_rosinality(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """What trained.equalize does, for rosinality's names."""
    equalized = {}
    for name, tensor in tensors.items():
        mapping = 100.0 if name.startswith("style.") else 1.0
        if name.endswith(".weight") and tensor.ndim > 1:
            tensor = tensor * (2 * mapping * tensor[0].numel() ** 0.5)
        elif name.endswith(".bias"):
            tensor = tensor * mapping + float("modulation.bias" in name)
        equalized[name] = tensor
    return equalized


def built(found):
    G = build_generator(found.spec).eval()
    G.load_state_dict(found.tensors, strict=True)
    return G


def check(G, name: str, stride: int = 1):
    """Whole range, as the original gives it, at psi 1 and 0.6; and clamped from the generator itself."""
    z, plain, truncated = ORIGINAL.read(name, "z", "images", "images.psi")
    y = ORIGINAL.read(name, "y")[0] if G.spec.num_classes else None
    assert plain.std() > 0.05 and (plain[0] - plain[1]).abs().mean() > 0.05
    with torch.no_grad():
        for psi, wanted in ((1, plain), (0.6, truncated)):
            w = torch.from_numpy(map_latents(G, z.numpy(), None if y is None else y.numpy(), psi))
            assert (G.synthesis(w)[:, :, ::stride, ::stride] - wanted).abs().max() < 2e-5
        assert (G(z, y)[:, :, ::stride, ::stride] - plain.clamp(-1, 1)).abs().max() < 2e-5


def test_pictures_are_nvidias(tmp_path):
    G = imported(tmp_path / "G_ema.pt", weights("nvidia"))
    assert (G.spec.family, G.spec.resolution, G.spec.z_dim) == ("stylegan2", 32, 12)
    assert G.spec.args == {
        "w_dim": 16,
        "mapping_layers": 3,
        "noise": True,
        "channel_base": 512,
        "channel_max": 24,
    }
    check(G, "nvidia")


def test_pictures_are_nvidias_with_classes_and_clamped():
    found = nvidia(weights("nvidia_classes"), {"synthesis.b4.conv1.conv_clamp": CLAMP})
    assert found.spec.family == "nvidia_stylegan2" and found.spec.args["clamp"] == CLAMP
    assert (found.spec.resolution, found.spec.channels, found.spec.num_classes, found.spec.z_dim) == (
        16,
        1,
        4,
        10,
    )
    check(built(found), "nvidia_classes")


def test_the_clamp_matters():
    found = nvidia(weights("nvidia_classes"), {})
    assert found.spec.args["clamp"] == 0 and ORIGINAL.difference(built(found), "nvidia_classes") > 0.01


@pytest.mark.parametrize("entries", [("g_ema", "latent_avg"), ("g_ema", "g", "d")])
def test_pictures_are_rosinalitys(tmp_path, entries):
    """As convert_weight.py and train.py write them; without latent_avg w_avg is a mean over fixed latents."""
    (w_avg,) = ORIGINAL.read("rosinality", "w_avg")
    parts = {"g_ema": weights("rosinality"), "latent_avg": w_avg, "g": {"x": w_avg}, "d": {"x": w_avg}}
    random_state = torch.random.get_rng_state()
    G = imported(tmp_path / "550000.pt", {entry: parts[entry] for entry in entries})
    assert torch.random.get_rng_state().equal(random_state)  # a run in this process goes on as it would
    assert (G.spec.family, G.spec.resolution, G.spec.z_dim) == ("stylegan2", 64, 16)
    if "latent_avg" in entries:
        check(G, "rosinality", stride=2)
        return
    with torch.no_grad():
        means = [
            G.mapping(torch.from_numpy(np.random.RandomState(s).randn(4096, 16)).float()).mean(0)
            for s in (1, 2)
        ]
    spread = (means[0] - means[1]).norm()
    assert spread > 0 and (G.w_avg - means[0]).norm() < 3 * spread < 0.5 * means[0].norm()
    assert not np.array_equal(generate(G, [3], psi=0.5), generate(G, [3]))


def test_early_rosinality_files_get_constant_noise():
    tensors = {k: v for k, v in weights("rosinality").items() if not k.startswith("noises.")}
    first, second = rosinality(tensors, {}).tensors, rosinality(tensors, {}).tensors
    name = "synthesis.blocks.2.conv0.noise"
    assert (
        first[name].shape == (16, 16) and abs(first[name].std() - 1) < 0.2 and first[name].equal(second[name])
    )
    assert built(rosinality(tensors, {})).spec.resolution == 64


def test_without_noise():
    """use_noise=False has neither constants nor strengths."""
    tensors = {k: v for k, v in weights("nvidia").items() if "noise" not in k}
    found = nvidia(tensors, {})
    silent = {k: v * 0 if "noise_strength" in k else v for k, v in weights("nvidia").items()}
    z = ORIGINAL.read("nvidia", "z")[0]
    with torch.no_grad():
        assert not found.spec.args["noise"] and built(found)(z).equal(built(nvidia(silent, {}))(z))


def test_other_architectures_and_filters_are_refused():
    tensors = weights("nvidia")
    with pytest.raises(ValueError, match="architecture skip"):
        nvidia(tensors | {"synthesis.b8.skip.weight": torch.zeros(3)}, {})
    with pytest.raises(ValueError, match="activation 'relu'; only 'lrelu'"):
        nvidia(tensors, {"mapping.fc0.activation": "relu"})
    with pytest.raises(ValueError, match="another filter"):
        nvidia(tensors | {"synthesis.b8.resample_filter": torch.full((4, 4), 1 / 16)}, {})
    with pytest.raises(ValueError, match="another filter"):
        rosinality(weights("rosinality") | {"convs.0.conv.blur.kernel": torch.full((2, 2), 1.0)}, {})


@pytest.mark.parametrize(
    ("convert", "name", "drop"),
    [
        (nvidia, "nvidia", "mapping.fc0.weight"),
        (nvidia, "nvidia", "synthesis.b4.const"),
        (rosinality, "rosinality", "style.1.weight"),
        (rosinality, "rosinality", "to_rgb1.conv.weight"),
    ],
)
def test_what_is_not_stylegan2_is_not_recognized(convert, name, drop):
    tensors = weights(name)
    del tensors[drop]
    assert convert(tensors, {}) is None and convert({}, {}) is None
    assert nvidia(weights("rosinality"), {}) is None and rosinality(weights("nvidia"), {}) is None
