"""models/: one contract for all families, sizes and class counts, and what is refused."""

import io
import json
from itertools import islice

import pytest
import torch
from conftest import latent_source
from torch import nn

from ganapp.config import ModelSpec, TrainConfig
from ganapp.config.names import FAMILY_NAMES, FROM_LATENT
from ganapp.data.batches import Batches
from ganapp.generators import CONFIG_NAME, WEIGHTS_NAME, load_generator, save_generator
from ganapp.networks import FAMILIES, build_discriminator, build_generator
from ganapp.networks.parts.heads import HEADS
from ganapp.training.loop import train
from ganapp.training.state import TrainState

SMALL = {
    "mlp": ({"hidden": [12, 20]}, {"hidden": [20, 12]}),
    "dcgan": ({"width": 4, "max_width": 12}, {"width": 4, "max_width": 12}),
    "resnet": ({"width": 8}, {"width": 8}),
    "progan": ({"fmap_base": 64, "fmap_max": 12}, {"fmap_base": 64, "fmap_max": 12}),
    "stylegan2": (
        {"w_dim": 12, "channel_base": 256, "channel_max": 12},
        {"channel_base": 256, "channel_max": 12},
    ),
    "r3gan": ({"blocks": 1}, {"blocks": 1}),
}
# Arguments without which a discriminator looks at other images, too, or changes by being used.
ALONE = {
    "dcgan": {"norm": "none"},
    "resnet": {"norm": "none"},
    "progan": {"stddev_group": 0},
    "stylegan2": {"stddev": 0},
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
        if isinstance(module, nn.ConvTranspose2d) or (
            isinstance(module, nn.Conv2d) and not module.weight.any()
        ):
            module.weight.data.normal_(0, 0.1, generator=rng)
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.running_mean.normal_(0, 0.3, generator=rng)
            module.running_var.uniform_(0.2, 2.0, generator=rng)
    for parameter in net.parameters():
        if parameter.ndim == 0:  # strengths of noise and attention
            parameter.data.fill_(0.3)
    return net


def build(family, resolution=32, channels=3, classes=4):
    torch.manual_seed(0)
    return lively(build_generator(spec_of(family, resolution, channels, classes))).eval()


def latents(count):
    return torch.randn(count, Z, generator=torch.Generator().manual_seed(1))


CASES = [
    (family, resolution, channels, classes)
    for family in FROM_LATENT
    for resolution in (28, 32, 64)
    for channels in (1, 3)
    for classes in (0, 4)
    if resolution != 28 or family in ("mlp", "dcgan")
]


def test_every_family_that_a_configuration_may_name_is_there():
    assert tuple(FAMILIES) == FAMILY_NAMES
    assert tuple(SMALL) == FROM_LATENT


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
            assert (alone - x[i : i + 1]).abs().max() < 1e-4
        assert (x[0] - x[1]).abs().max() > 1e-3  # z matters
        if classes:
            assert (G(z, (y + 1) % classes) - x).abs().amax((1, 2, 3)).min() > 1e-4  # so does the class
            assert G(z, G.embed(y)).equal(x)
            half = (G.embed(y) + G.embed((y + 1) % classes)) / 2
            assert not G(z, half).equal(x)
            with pytest.raises(
                ValueError, match="this generator is class-conditional: it needs labels 0 to 3"
            ):
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


@pytest.mark.parametrize(
    ("family", "resolution", "classes"),
    sorted({(family, resolution, classes) for family, resolution, _, classes in CASES}),
)
def test_exact_resume(family, resolution, classes, tiny_dataset):
    """Three steps are one, saved and loaded into new networks, and two: every weight, buffer and moment alike."""
    spec = spec_of(family, resolution, 3, classes)
    config = TrainConfig(
        family=family, resolution=resolution, channels=3, num_classes=classes, z_dim=Z, g_args=spec.args,
        d_args=d_args_of(spec), batch=4, precision="fp32", threads=1, device="cpu", seed=1,
    )  # fmt: skip
    cpu = torch.device("cpu")
    draw = Batches(tiny_dataset(resolution=resolution), cpu, seed=1, mirror=True, conditional=classes > 0)
    whole = TrainState.create(config, cpu)
    list(islice(train(whole, config, latent_source(draw, config)), 3))
    first = TrainState.create(config, cpu)
    list(islice(train(first, config, latent_source(draw, config)), 1))
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    second = TrainState.create(config.replace(seed=9), cpu)
    second.load_state_dict(torch.load(file, weights_only=True))
    list(islice(train(second, config, latent_source(draw, config)), 2))
    assert equal(whole.state_dict(), second.state_dict())


def equal(a, b):
    """Bit for bit, through nested dicts and lists."""
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and a.equal(b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


@pytest.mark.parametrize("family", FROM_LATENT)
def test_discriminators_for_penalties_do_not_mix_images(family):
    """Without batch statistics D's answer to an image is the same in training mode, whatever is beside it."""
    spec = spec_of(family, 32, 3, 4)
    torch.manual_seed(0)
    D = lively(build_discriminator(spec, {**d_args_of(spec), **ALONE.get(family, {})})).train()
    x, y = torch.rand(6, 3, 32, 32) * 2 - 1, torch.tensor([0, 1, 2, 3, 0, 1])
    whole = D(x, y).logits
    assert torch.allclose(D(x[2:4], y[2:4]).logits, whole[2:4], atol=1e-5)
    assert whole.std() > 1e-4


@pytest.mark.parametrize("family", FROM_LATENT)
@pytest.mark.parametrize("head", HEADS)
def test_every_discriminator_takes_every_head(family, head):
    spec = spec_of(family, 32, 3, 4)
    args = {**d_args_of(spec), **ALONE.get(family, {}), "head": head}
    torch.manual_seed(0)
    D = lively(build_discriminator(spec, args)).eval()
    x, y = torch.rand(4, 3, 32, 32) * 2 - 1, torch.tensor([0, 1, 2, 3])
    out, other = D(x, y), D(x, y.flip(0))
    assert out.logits.shape == (4,)
    assert out.features.shape[0] == 4
    assert out.logits.equal(other.logits) == (
        head != "projection"
    )  # only projection's logits look at the class
    if head in ("classifier", "contrastive"):
        assert out.class_logits.shape == (4, 4)
        assert out.class_logits.equal(other.class_logits)
    else:
        assert out.class_logits is None
    if head == "contrastive":
        assert torch.allclose(out.features.norm(dim=1), torch.ones(4), atol=1e-5)
        assert out.class_logits.abs().max() <= 1 + 1e-5
    unconditional = build_discriminator(spec_of(family, 32, 3, 0), args)(x)
    assert unconditional.class_logits is None


def test_an_unknown_head_is_refused():
    for family in FROM_LATENT:
        spec = spec_of(family, 32, 3, 4)
        with pytest.raises(
            ValueError, match="^head is 'hydra'; it must be one of .*projection, classifier, contrastive"
        ):
            build_discriminator(spec, {**d_args_of(spec), "head": "hydra"})


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
    assert tuple(map(count, nets)) == (g, d)


def count(net):
    return sum(p.numel() for p in net.parameters())


@pytest.mark.parametrize(
    ("widths", "classes", "g", "d"),
    [
        ([768] * 4, 10, 20_781_952, 21_280_512),  # CIFAR10, class-conditional as in its README
        ([768] * 4, 0, 20_732_160, 20_683_776),  # CIFAR10
        ([768] * 4 + [384], 0, 22_429_824, 22_381_440),  # FFHQ-64
        ([768] * 4 + [384, 192, 96], 0, 23_057_952, 23_009_568),  # FFHQ-256
    ],
)
def test_parameter_counts_of_r3gan_as_published(widths, classes, g, d):
    """Counted on brownvc/R3GAN@19a7ddf: Generator and Discriminator of R3GAN/Networks.py with the presets of train.py."""
    args = {"widths": widths, "blocks": 2, "block": "bottleneck", "expansion": 2, "group_size": 16}
    spec = ModelSpec("r3gan", 2 ** (len(widths) + 1), 3, classes, 64, {**args, "embed_dim": 64})
    with torch.device("meta"):
        assert count(build_generator(spec)) == g
        assert count(build_discriminator(spec, {**args, "embed_dim": widths[0]})) == d


@pytest.mark.parametrize("family", FROM_LATENT)
def test_unknown_and_unusable_arguments_are_refused(family):
    spec = ModelSpec(family, 32, 3, 0, Z, {"depth": 3})
    with pytest.raises(ValueError) as error:
        build_generator(spec)
    sentence = str(error.value)
    assert sentence.startswith(f"the generator of {family} has no argument 'depth'; it has: ")
    assert list(SMALL[family][0])[0] in sentence
    assert sentence.endswith(".")
    with pytest.raises(ValueError, match=f"the discriminator of {family} has no argument 'resolution'"):
        build_discriminator(spec, {"resolution": 3})  # sizes are not arguments
    wrong = {
        "mlp": {"hidden": 5}, "dcgan": {"width": "64"}, "resnet": {"width": "64"}, "progan": {"fmap_base": "64"},
        "stylegan2": {"w_dim": "64"}, "r3gan": {"widths": [8, 8, 8, "8"]},
    }[family]  # fmt: skip
    with pytest.raises(ValueError, match=f"the generator of {family} cannot be built with") as error:
        build_generator(ModelSpec(family, 32, 3, 0, Z, wrong))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("family", "args", "sentence"),
    [
        ("mlp", {"norm": "layer"}, "norm is 'layer'; it must be one of batch, none."),
        (
            "dcgan",
            {"norm": "instance"},
            "norm is 'instance'; it must be one of batch, none, spectral, layer.",
        ),
        (
            "dcgan",
            {"minibatch": "std"},
            "minibatch is 'std'; it must be one of none, stddev, discrimination.",
        ),
        ("dcgan", {"end": 5}, "end is 5; 32 pixels must be 2, 4, 8 … times as many."),
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
    spec = ModelSpec(
        "r3gan", 32, 3, 0, Z, {"widths": [16] * 4, "block": "bottleneck", "expansion": 2.0, "blocks": 1}
    )
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


def test_r3gan_embeds_classes_as_wide_as_it_is_told():
    args = {"widths": [8] * 4, "blocks": 1, "embed_dim": 5}
    spec = ModelSpec("r3gan", 32, 3, 4, Z, args)
    assert build_generator(spec).embed(torch.tensor([2])).shape == (1, 5)
    assert build_discriminator(spec, args).embedding.weight.shape == (4, 5)


def test_dcgan_dense_stem_makes_the_same_map_from_a_linear_layer():
    G = build_generator(ModelSpec("dcgan", 32, 3, 0, Z, {"stem": "dense", "width": 128}))
    linear = next(m for m in G.body if isinstance(m, nn.Linear))
    assert (linear.in_features, linear.out_features) == (Z, 512 * 4 * 4)
    plain = build_generator(ModelSpec("dcgan", 32, 3, 0, Z, {"width": 128}))
    assert count(G) == count(plain)
    with pytest.raises(ValueError, match="stem is 'wide'; it must be one of conv, dense"):
        build_generator(ModelSpec("dcgan", 32, 3, 0, Z, {"stem": "wide"}))


def test_dcgan_separable_is_one_filter_a_channel_and_a_mix():
    spec = ModelSpec("dcgan", 32, 3, 0, Z, {"width": 8, "separable": True})
    convs = [m for m in build_generator(spec).body if isinstance(m, nn.Conv2d | nn.ConvTranspose2d)]
    assert [tuple(m.weight.shape) for m in convs] == [
        (Z, 32, 4, 4),
        (32, 1, 4, 4),
        (16, 32, 1, 1),
        (16, 1, 4, 4),
        (8, 16, 1, 1),
        (8, 3, 4, 4),
    ]
    D = build_discriminator(spec, {"width": 8, "separable": True})
    convs = [m for m in D.body if isinstance(m, nn.Conv2d)]
    assert [(m.out_channels, m.groups, m.kernel_size[0]) for m in convs] == [
        (8, 1, 4), (8, 8, 4), (16, 1, 1), (16, 16, 4), (32, 1, 1),
    ]  # fmt: skip
    torch.manual_seed(0)
    assert build_generator(spec)(latents(8)).std() > 0.01  # the small layers do not silence it


@pytest.mark.parametrize("norm", ["none", "layer", "spectral"])
def test_dcgan_norms_that_penalties_need_do_not_mix_images(norm):
    spec = ModelSpec("dcgan", 32, 3, 0, Z)
    torch.manual_seed(0)
    D = build_discriminator(spec, {"width": 6, "norm": norm})
    D.train(norm != "spectral")  # in training each look is a step of power iteration
    x = torch.rand(6, 3, 32, 32) * 2 - 1
    assert torch.allclose(D(x[2:4]).logits, D(x).logits[2:4], atol=1e-5)


def test_dcgan_spectral_layers_have_norm_one():
    torch.manual_seed(0)
    D = build_discriminator(ModelSpec("dcgan", 32, 3, 3, Z), {"width": 6, "norm": "spectral"}).train()
    for _ in range(200):
        D(torch.zeros(2, 3, 32, 32), torch.tensor([0, 1]))
    D.eval()
    found = [
        torch.linalg.matrix_norm(m.weight.flatten(1), 2)
        for m in D.modules()
        if isinstance(m, nn.Conv2d | nn.Linear)
    ]
    assert len(found) == 4
    assert torch.stack(found).sub(1).abs().max() < 0.02


@pytest.mark.parametrize("family", ["mlp", "dcgan"])
@pytest.mark.parametrize(
    ("minibatch", "more"), [("stddev", {"mlp": 1, "dcgan": 16}), ("discrimination", {"mlp": 32, "dcgan": 32})]
)
def test_minibatch_features_tell_a_collapsed_batch_from_a_varied_one(family, minibatch, more):
    spec = spec_of(family, 32, 3, 0)
    args = {**d_args_of(spec), **ALONE.get(family, {})}
    torch.manual_seed(0)
    D = build_discriminator(spec, {**args, "minibatch": minibatch}).eval()
    x = torch.rand(8, 3, 32, 32) * 2 - 1
    varied, same = D(x).features, D(x[:1].expand(8, -1, -1, -1)).features
    plain = build_discriminator(spec, args)(x).features.shape[1]
    assert varied.shape[1] == plain + more[family]
    extra = slice(-more[family], None)
    assert not torch.allclose(varied[:1, extra], same[:1, extra], atol=1e-3)
    assert torch.allclose(varied[0, :plain], same[0, :plain], atol=1e-5) or family == "dcgan"


def test_mlp_discriminator_norms():
    for norm, kind in (("batch", nn.BatchNorm1d), ("layer", nn.LayerNorm)):
        D = build_discriminator(spec_of("mlp", 32, 3, 0), {"hidden": [8, 4], "norm": norm})
        assert [
            m.normalized_shape[0] if norm == "layer" else m.num_features
            for m in D.body
            if isinstance(m, kind)
        ] == [8, 4]
    D = build_discriminator(spec_of("mlp", 32, 3, 0), {"hidden": [8, 4], "norm": "spectral"})
    assert sum("original" in name for name, _ in D.named_parameters()) == 3


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
    config = json.loads((folder / CONFIG_NAME).read_text())
    del config["sha256"]  # as in a folder of version 0.3
    (folder / CONFIG_NAME).write_text(json.dumps(config))


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
    with pytest.raises(ValueError, match="family is 'stylegan9'; it must be one of mlp, dcgan, resnet"):
        load_generator(folder)


def test_loading_draws_no_random_numbers(folder):
    """Loading a model beside a run in the same process must not move the run's random state."""
    before = torch.get_rng_state()
    load_generator(folder)
    assert torch.get_rng_state().equal(before)
