"""StyleGAN3, t and r: imported images against those of the original code (importers/README.md)."""

import pytest
import torch
from importers.original import ATOL, Original, imported
from importers.weights import draw

from ganapp.generators.importers.layouts.stylegan3 import convert
from ganapp.latents import map_latents
from ganapp.networks import build_generator
from ganapp.networks.imported.stylegan3 import enlarge, reduce

ORIGINAL = Original("stylegan3")
CASES = ORIGINAL.cases


def weights(name: str) -> dict[str, torch.Tensor]:
    """As large as its layers expect, with waves of the allowed frequencies; its fixed filters as they are."""
    case, found = CASES[name], {}
    for key, tensor in draw(case["shapes"], case["seed"]).items():
        last = key.rpartition(".")[2]
        mapping = 100.0 if key.startswith("mapping.fc") else 1.0
        if key.endswith("input.freqs"):
            tensor = 2 * tensor / tensor.norm(dim=1, keepdim=True).clamp(min=1)
        elif key.endswith("input.transform"):
            tensor = torch.eye(3)
        elif last == "magnitude_ema":
            tensor = 0.5 + tensor.square() * 50
        elif last == "weight":
            tensor = tensor * (2 * mapping * tensor[0].numel() ** 0.5)
            if key.endswith(f"_{case['resolution']}_{case['channels']}.weight"):
                tensor = tensor * case["contrast"]
        elif last == "bias":
            tensor = tensor * mapping + float(".affine." in key)
        found[key] = tensor
    found["mapping.w_avg"] *= 5
    for key, number in case["filters"].items():
        found[key] = ORIGINAL.read("filters", str(number))[0]
    return found


def built(found):
    G = build_generator(found.spec).eval()
    G.load_state_dict(found.tensors, strict=True)
    return G


@pytest.mark.parametrize("name", CASES)
def test_pictures_are_those_of_the_original(tmp_path, name):
    """Whole range, as the original gives it, at psi 1 and 0.6, and clamped from the generator itself."""
    case = CASES[name]
    found = convert(weights(name), case.get("beside", {}))
    if "beside" not in case:
        assert [note.split("--")[1].split()[0] for note in found.notes] == ["clamp", "mapping-rate"]
    G = built(found)
    assert (G.spec.family, G.spec.resolution, G.spec.num_classes, G.spec.channels) == (
        "stylegan3",
        case["resolution"],
        case["num_classes"],
        case["channels"],
    )
    z, plain, truncated = ORIGINAL.read(name, "z", "images", "images.psi")
    y = ORIGINAL.read(name, "y")[0] if G.spec.num_classes else None
    stride = case.get("stride", 1)
    assert plain.std() > 0.1 and (plain[0] - plain[1]).abs().mean() > 0.05
    with torch.no_grad():
        for psi, wanted in ((1, plain), (0.6, truncated)):
            w = torch.from_numpy(map_latents(G, z.numpy(), None if y is None else y.numpy(), psi))
            assert (G.synthesis(w)[:, :, ::stride, ::stride] - wanted).abs().max() < ATOL
    ORIGINAL.check(G, name, ATOL, contrast=0.1, variety=0.05)
    ORIGINAL.check_batches(G, name, ATOL)


def test_a_state_dict_alone_says_what_was_assumed(tmp_path):
    G = imported(tmp_path / "G_ema.pt", weights("t_64"))
    ORIGINAL.check(G, "t_64", ATOL, contrast=0.1, variety=0.05)
    clamp, rate = G.origin["notes"]
    assert "clamped to 256" in clamp and "--clamp 0" in clamp and "lr_multiplier 0.01" in rate


@pytest.mark.parametrize("setting", ["clamp", "mapping_rate"])
def test_options_say_what_a_state_dict_does_not(setting):
    name = "t_16_clamped"
    beside = CASES[name]["beside"]
    of_pickle = {"clamp": "conv_clamp", "mapping_rate": "bias_gain"}
    told = {k: v for k, v in beside.items() if not k.endswith(tuple(of_pickle.values()))}
    values = {
        option: next(v for k, v in beside.items() if k.endswith(key)) for option, key in of_pickle.items()
    }
    assert ORIGINAL.difference(built(convert(weights(name), told | values)), name) < ATOL
    del values[setting]
    assert ORIGINAL.difference(built(convert(weights(name), told | values)), name) > 0.01


def test_a_pickle_without_clamp_has_none():
    found = convert(weights("t_64"), {"mapping.fc0.bias_gain": 0.01})
    assert found.spec.args["clamp"] == 0 and found.notes == ()


def test_sizes_come_from_names_and_filters():
    spec = convert(weights("r_64_classes"), {}).spec
    assert (spec.z_dim, spec.args["w_dim"], spec.args["kernel"], spec.args["radial"]) == (9, 11, 1, 4)
    assert spec.args["rates"] == [16, 16, 16, 32, 64, 64, 64]
    assert spec.args["sizes"] == [36, 36, 36, 52, 84, 84, 64]


def test_each_layer_has_a_w_of_its_own():
    G = built(convert(weights("t_64"), {}))
    (z,) = ORIGINAL.read("t_64", "z")
    with torch.no_grad():
        w = G.mapping(z[:1])[:, None].repeat(1, G.num_ws, 1)
        plain = G.synthesis(w)
        for i in range(G.num_ws):
            other = w.clone()
            other[:, i] += 0.5
            assert (G.synthesis(other) - plain).abs().max() > 1e-3, i
        with pytest.raises(ValueError, match=f"w has 2 layers; this generator has {G.num_ws}"):
            G.synthesis(w[:, :2])


@pytest.mark.parametrize(("up", "taps", "first", "size"), [(2, 5, 3, 17), (4, 8, -2, 20), (2, 6, 9, 30)])
def test_enlarging_is_filtering_between_zeros(up, taps, first, size):
    """A row of samples, `up` - 1 zeros after each, `first` zeros before them, and a filter that is not symmetric."""
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(2, 3, 6, 6, generator=generator, dtype=torch.float64)
    f = torch.randn(taps, generator=generator, dtype=torch.float64)
    wide = torch.zeros(2, 3, 6 * up, 6 * up, dtype=torch.float64)
    wide[:, :, ::up, ::up] = x
    last = size + taps - 1 - 6 * up - first
    wide = torch.nn.functional.pad(wide, (first, last, first, last))
    both = torch.outer(f.flip(0), f.flip(0)).expand(3, 1, -1, -1) * up**2
    wanted = torch.nn.functional.conv2d(wide, both, groups=3)
    assert torch.allclose(enlarge(x, f, up, first, size), wanted, atol=1e-12)


@pytest.mark.parametrize("square", [False, True])
def test_reducing_is_filtering_and_leaving_out(square):
    generator = torch.Generator().manual_seed(2)
    x = torch.randn(2, 3, 15, 15, generator=generator, dtype=torch.float64)
    row = torch.randn(4, generator=generator, dtype=torch.float64)
    taps = torch.randn(4, 4, generator=generator, dtype=torch.float64) if square else row
    both = taps if square else torch.outer(row, row)
    wanted = torch.nn.functional.conv2d(x, both.expand(3, 1, -1, -1), groups=3)[:, :, ::2, ::2]
    assert torch.allclose(reduce(x, taps, 2), wanted, atol=1e-12)


def test_what_is_recognized_but_cannot_be_used():
    tensors = weights("t_64")
    turned = torch.eye(3).roll(1, 0)
    with pytest.raises(ValueError, match="rotation or translation of its own"):
        convert(tensors | {"synthesis.input.transform": turned}, {})
    with pytest.raises(ValueError, match="do not fit to maps with a margin of 8"):
        convert(tensors, {"synthesis.margin_size": 8})
    name = next(k.removesuffix(".up_filter") for k in tensors if k.endswith("up_filter"))
    with pytest.raises(ValueError, match="do not fit to maps with a margin of 10"):
        convert(tensors, {f"{name}.up_factor": 4})
    with pytest.raises(ValueError, match="another activation in its mapping than lrelu"):
        convert(tensors, {"mapping.fc0.activation": "relu"})
    with pytest.raises(ValueError, match="no layers under their usual names"):
        convert({k.replace("synthesis.L", "synthesis.M"): t for k, t in tensors.items()}, {})


@pytest.mark.parametrize(
    "drop", ["mapping.fc0.weight", "synthesis.input.freqs", "synthesis.input.affine.weight"]
)
def test_others_are_not_recognized(drop):
    tensors = weights("t_64")
    del tensors[drop]
    assert convert(tensors, {}) is None and convert({}, {}) is None
