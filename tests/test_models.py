"""models/: one contract for all families, sizes and class counts, and what is refused."""

import json

import pytest
import torch
from torch import nn

from ganapp.config import ModelSpec
from ganapp.models import FAMILIES, build_discriminator, build_generator
from ganapp.weights import CONFIG_NAME, WEIGHTS_NAME, load_generator, save_generator

SMALL = {
    "mlp": ({"hidden": [12, 20]}, {"hidden": [20, 12]}),
    "dcgan": ({"width": 4, "max_width": 12}, {"width": 4, "max_width": 12}),
    "r3gan": ({"blocks": 1}, {"blocks": 1}),
}
Z = 6


def spec_of(family, resolution, channels, classes):
    args = dict(SMALL[family][0])
    if family == "r3gan":
        args["widths"] = [16, 12, 8, 8, 6][: resolution.bit_length() - 2]
    return ModelSpec(family, resolution, channels, classes, Z, args)


def d_args_of(spec):
    return {**SMALL[spec.family][1], **({"widths": spec.args["widths"]} if "widths" in spec.args else {})}


def lively(net):
    """Layers that start at (almost) zero, and batch statistics, get values: a contract at zero would prove little."""
    rng = torch.Generator().manual_seed(5)
    for module in net.modules():
        if isinstance(module, nn.ConvTranspose2d) or (isinstance(module, nn.Conv2d) and not module.weight.any()):
            module.weight.data.normal_(0, 0.1, generator=rng)
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.running_mean.normal_(0, 0.3, generator=rng)
            module.running_var.uniform_(0.2, 2.0, generator=rng)
    return net


def build(family, resolution=32, channels=3, classes=4):
    torch.manual_seed(0)
    return lively(build_generator(spec_of(family, resolution, channels, classes))).eval()


def latents(count):
    return torch.randn(count, Z, generator=torch.Generator().manual_seed(1))


CASES = [
    (family, resolution, channels, classes)
    for family in FAMILIES
    for resolution in (28, 32, 64)
    for channels in (1, 3)
    for classes in (0, 4)
    if resolution != 28 or family in ("mlp", "dcgan")
]


@pytest.mark.parametrize(("family", "resolution", "channels", "classes"), CASES)
def test_contract(family, resolution, channels, classes, tmp_path):
    G = build(family, resolution, channels, classes)
    z, y = latents(5), torch.tensor([0, 3, 1, 2, 3]) if classes else None
    with torch.no_grad():
        x = G(z, y)
        assert x.shape == (5, channels, resolution, resolution)
        assert x.dtype == torch.float32
        assert -1 <= x.min() < x.max() <= 1
        assert x.std() > 0.01
        assert G(z, y).equal(x)
        for i in (0, 3):  # a picture does not depend on its neighbours
            alone = G(z[i : i + 1], None if y is None else y[i : i + 1])
            assert (alone - x[i : i + 1]).abs().max() < 1e-5
        assert (x[0] - x[1]).abs().max() > 1e-3  # z matters
        if classes:
            assert (G(z, (y + 1) % classes) - x).abs().amax((1, 2, 3)).min() > 1e-4  # so does the class
            assert G(z, G.embed(y)).equal(x)
            half = (G.embed(y) + G.embed((y + 1) % classes)) / 2
            assert not G(z, half).equal(x)
            with pytest.raises(ValueError, match="this generator is class-conditional: it needs labels 0 to 3"):
                G(z)
        else:
            assert G(z).equal(x)

        D = build_discriminator(G.spec, d_args_of(G.spec))
        out = D(x, y)
        assert out.logits.shape == (5,)
        assert out.features.ndim == 2
        assert len(out.features) == 5
        assert out.class_logits is None
        if classes:
            assert not D.eval()(x, (y + 1) % classes).logits.equal(D(x, y).logits)

    folder = save_generator(G, tmp_path / "g", class_names=tuple("abcd")[:classes], origin={"nimg": 7})
    again = load_generator(folder)
    assert again.spec == G.spec
    assert not again.training
    assert again(z, y).equal(x)
    saved, loaded = G.state_dict(), again.state_dict()
    assert loaded.keys() == saved.keys()
    assert all(loaded[k].equal(saved[k]) for k in saved)


@pytest.mark.parametrize("family", FAMILIES)
def test_discriminators_for_penalties_do_not_mix_images(family):
    """Without batch statistics D's answer to an image is the same in training mode, whatever is beside it."""
    spec = spec_of(family, 32, 3, 4)
    norm = {"norm": "none"} if family == "dcgan" else {}
    torch.manual_seed(0)
    D = lively(build_discriminator(spec, {**d_args_of(spec), **norm})).train()
    x, y = torch.rand(6, 3, 32, 32) * 2 - 1, torch.tensor([0, 1, 2, 3, 0, 1])
    whole = D(x, y).logits
    assert torch.allclose(D(x[2:4], y[2:4]).logits, whole[2:4], atol=1e-5)
    assert whole.std() > 1e-4


@pytest.mark.parametrize(
    ("family", "resolution", "channels", "classes", "g", "d"),
    [
        ("mlp", 28, 1, 10, 1_489_232, 1_493_313),
        ("dcgan", 32, 3, 0, 921_475, 663_361),
        ("dcgan", 64, 1, 4, 3_542_017, 2_796_353),
        ("r3gan", 32, 3, 4, 1_389_472, 1_385_504),
        ("r3gan", 64, 1, 0, 1_394_928, 1_386_864),
    ],
)
def test_parameter_counts_of_the_default_arguments(family, resolution, channels, classes, g, d):
    spec = ModelSpec(family, resolution, channels, classes, 64)
    with torch.device("meta"):
        nets = build_generator(spec), build_discriminator(spec, {})
    assert tuple(sum(p.numel() for p in net.parameters()) for net in nets) == (g, d)


@pytest.mark.parametrize("family", FAMILIES)
def test_unknown_and_unusable_arguments_are_refused(family):
    spec = ModelSpec(family, 32, 3, 0, Z, {"depth": 3})
    known = {
        "mlp": "hidden, norm",
        "dcgan": "width, max_width",
        "r3gan": "widths, blocks, block, expansion, group_size",
    }
    with pytest.raises(ValueError) as error:
        build_generator(spec)
    assert str(error.value) == f"the generator of {family} has no argument 'depth'; it has: {known[family]}."
    with pytest.raises(ValueError, match=f"the discriminator of {family} has no argument 'resolution'"):
        build_discriminator(spec, {"resolution": 3})  # sizes are not arguments
    wrong = {"mlp": {"hidden": 5}, "dcgan": {"width": "64"}, "r3gan": {"widths": [8, 8, 8, "8"]}}[family]
    with pytest.raises(ValueError, match=f"the generator of {family} cannot be built with") as error:
        build_generator(ModelSpec(family, 32, 3, 0, Z, wrong))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("family", "args", "sentence"),
    [
        ("mlp", {"norm": "layer"}, "norm is 'layer'; it must be batch or none."),
        ("dcgan", {"norm": "spectral"}, "norm is 'spectral'; it must be batch or none."),
        ("r3gan", {"widths": [8, 8]}, "widths has 2 entries; 32 pixels need 4, from 4×4 up."),
        ("r3gan", {"block": "dense"}, "block is 'dense'; it must be one of bottleneck, plain."),
        (
            "r3gan",
            {"widths": [20] * 4, "block": "bottleneck"},
            "width × expansion is 20; it must be a multiple of group_size 16.",
        ),
    ],
)
def test_wrong_values_of_arguments(family, args, sentence):
    spec = ModelSpec(family, 32, 3, 0, Z, args)
    with pytest.raises(ValueError) as error:
        build_discriminator(spec, args) if family == "dcgan" else build_generator(spec)
    assert str(error.value) == sentence


def test_bottleneck_blocks_and_expansion():
    spec = ModelSpec("r3gan", 32, 3, 0, Z, {"widths": [16] * 4, "block": "bottleneck", "expansion": 2.0, "blocks": 1})
    G = build_generator(spec).eval()
    assert [tuple(m.weight.shape) for m in G.stages[0][0].body if isinstance(m, nn.Conv2d)] == [
        (32, 16, 1, 1),
        (32, 16, 3, 3),  # two groups of 16
        (16, 32, 1, 1),
    ]
    assert G(latents(2)).shape == (2, 3, 32, 32)


def test_r3gan_starts_as_a_linear_map_and_clamps_only_when_looked_at():
    """The last layer of each block starts at zero (Fixup), so that depth does not matter at first."""
    torch.manual_seed(0)
    G = build_generator(spec_of("r3gan", 32, 3, 0)).train()
    z = latents(3) * 10
    with torch.no_grad():
        assert torch.allclose(G(2 * z), 2 * G(z), atol=1e-4)
        assert G(z).abs().max() > 1
        G.eval()
        assert G(z).abs().max() == 1


def test_dcgan_doubles_its_width_up_to_the_bound():
    G = build_generator(ModelSpec("dcgan", 64, 3, 0, Z, {"width": 8, "max_width": 24}))
    assert [m.out_channels for m in G.body if isinstance(m, nn.ConvTranspose2d)] == [24, 24, 16, 8, 3]
    D = build_discriminator(G.spec, {"width": 8, "max_width": 24})
    assert [m.out_channels for m in D.body if isinstance(m, nn.Conv2d)] == [8, 16, 24, 24]


def test_initial_weights_are_those_of_the_papers():
    torch.manual_seed(0)
    G = build_generator(ModelSpec("dcgan", 32, 3, 0, 100))
    weights = torch.cat([m.weight.flatten() for m in G.modules() if isinstance(m, nn.ConvTranspose2d)])
    assert weights.std().item() == pytest.approx(0.02, rel=0.02)
    assert weights.mean().abs() < 1e-3
    D = build_discriminator(G.spec, {"norm": "none"})
    logits = D(torch.randn(64, 3, 32, 32)).logits  # He: the signal neither dies nor explodes
    assert 0.1 < logits.std() < 10


@pytest.fixture
def folder(tmp_path):
    return save_generator(build("mlp", classes=0), tmp_path / "g")


def rewrite(folder, change):
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / WEIGHTS_NAME)
    change(tensors)
    save_file(tensors, folder / WEIGHTS_NAME)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda t: t.pop("to_image.bias"), "to_image.bias"),
        (lambda t: t.update(extra=torch.zeros(1)), "extra"),
        (lambda t: t.update({"to_image.bias": torch.zeros(7)}), "to_image.bias"),
    ],
    ids=["missing", "extra", "shape"],
)
def test_weights_are_loaded_strictly(folder, change, word):
    rewrite(folder, change)
    with pytest.raises(ValueError, match="the weights do not fit the configuration beside them") as error:
        load_generator(folder)
    assert word in str(error.value)
    assert "\n" not in str(error.value)


def test_an_unknown_family_is_refused(folder):
    config = json.loads((folder / CONFIG_NAME).read_text())
    config["spec"]["family"] = "stylegan9"
    (folder / CONFIG_NAME).write_text(json.dumps(config))
    with pytest.raises(ValueError, match="family is 'stylegan9'; it must be one of mlp, dcgan, r3gan"):
        load_generator(folder)


def test_loading_draws_no_random_numbers(folder):
    """Loading a model beside a run in the same process must not move the run's random state."""
    before = torch.get_rng_state()
    load_generator(folder)
    assert torch.get_rng_state().equal(before)
