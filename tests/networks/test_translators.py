"""Networks that take a picture: one contract for both families, their published sizes, and any size of picture."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from ganapp.config import ModelSpec, preset_config
from ganapp.config.names import TRANSLATORS
from ganapp.generators import load_generator, save_generator
from ganapp.networks import FAMILIES, blank_weights, build_discriminator, build_generator
from ganapp.networks.parts.pictures import (
    BilinearUp,
    InstanceNorm,
    NearestUp,
    NoiseDropout,
    ReflectConv,
    fill_up,
    reflect,
)
from ganapp.training.contrast import contrast_networks

SMALL = {"unet": {"width": 4, "depth": 3}, "translator": {"width": 4, "blocks": 1}}
LAST = {"unet": "ups.0.", "translator": "last."}
SIZES = [(32, 32), (65, 97), (8, 8), (9, 31)]


def spec_of(family, in_channels=3, channels=3, classes=0, z_dim=0, resolution=32, **args):
    args = {**SMALL[family], **args}
    return ModelSpec(
        family, resolution, channels, classes, z_dim, args, takes="picture", in_channels=in_channels
    )


def lively(net):
    """The network with values where it starts at zero, so that its answers show all of its layers."""
    rng = torch.Generator().manual_seed(5)
    for module in net.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d):
            module.weight.data.normal_(0, 0.2, generator=rng)
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3, generator=rng)
            module.running_var.uniform_(0.2, 2.0, generator=rng)
    return net


def build(family, *args, **kwargs):
    torch.manual_seed(0)
    return lively(build_generator(spec_of(family, *args, **kwargs))).eval()


def pictures(count=2, channels=3, height=32, width=32, seed=1):
    return torch.rand(count, channels, height, width, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def count(net):
    return sum(p.numel() for p in net.parameters())


CASES = [
    (family, in_channels, channels, classes, z_dim)
    for family in TRANSLATORS
    for in_channels, channels in ((3, 3), (1, 3), (3, 1), (4, 4))
    for classes, z_dim in ((0, 0), (4, 6))
]


@pytest.mark.parametrize(("family", "in_channels", "channels", "classes", "z_dim"), CASES)
def test_contract(family, in_channels, channels, classes, z_dim, tmp_path):
    G = build(family, in_channels, channels, classes, z_dim)
    x = pictures(5, in_channels)
    y = torch.tensor([0, 3, 1, 2, 3]) if classes else None
    z = torch.randn(5, z_dim, generator=torch.Generator().manual_seed(1)) if z_dim else None
    with torch.no_grad():
        out = G(x, y, z)
        assert out.shape == (5, channels, 32, 32) and out.dtype == torch.float32
        assert -1 <= out.min() < out.max() <= 1 and out.std() > 0.01
        assert G(x, y, z).equal(out)
        for i in (0, 3):  # an answer does not depend on its neighbours
            alone = G(x[i : i + 1], y if y is None else y[i : i + 1], z if z is None else z[i : i + 1])
            assert (alone - out[i : i + 1]).abs().max() < 1e-4
        assert (G(x.flip(0), y, z) - out).abs().amax((1, 2, 3))[:2].min() > 1e-3  # the picture matters
        if classes:
            assert (G(x, (y + 1) % classes, z) - out).abs().amax((1, 2, 3)).min() > 1e-4
            assert (G(x, y, -z) - out).abs().amax((1, 2, 3)).min() > 1e-4
            with pytest.raises(ValueError, match="class-conditional: it needs labels 0 to 3"):
                G(x, None, z)
            with pytest.raises(ValueError, match="takes noise: it needs z, 6 numbers a picture"):
                G(x, y)
    folder = save_generator(G, tmp_path / "g", class_names=tuple("abcd")[:classes], origin={"nimg": 7})
    again = load_generator(folder)
    assert again.spec == G.spec and again(x, y, z).equal(out)
    saved, loaded = G.state_dict(), again.state_dict()
    assert loaded.keys() == saved.keys() and all(loaded[k].equal(saved[k]) for k in saved)
    saved.popitem()
    with pytest.raises(RuntimeError, match="Missing key"):
        again.load_state_dict(saved)


@pytest.mark.parametrize("norm", ["instance", "batch", "none"])
@pytest.mark.parametrize("family", TRANSLATORS)
def test_any_size(family, norm):
    G = build(family, norm=norm)
    for height, width in SIZES:
        for mode in (True, False):
            out = G.train(mode)(pictures(2, 3, height, width))
            assert out.shape == (2, 3, height, width) and out.isfinite().all()
    with pytest.raises(ValueError, match="the picture is 7 × 31 pixels; each side must have 8 or more."):
        G(pictures(1, 3, 7, 31))


@pytest.mark.parametrize(("family", "depth"), [("unet", 7), ("translator", 4)])
def test_maps_of_one_pixel_are_not_normalized(family, depth):
    """A map of one place minus its mean is zero: the input would be lost there, and torch refuses it."""
    args = {"depth": depth} if family == "unet" else {"downs": depth}
    G = build(family, **args, affine=True)
    out = G(pictures(2, 3, 16, 16))
    assert out.isfinite().all() and (out[0] - out[1]).abs().max() > 1e-3
    norm = InstanceNorm(2, affine=True)
    norm.weight.data, norm.bias.data = torch.tensor([2.0, 3.0]), torch.tensor([0.5, -1.0])
    assert norm(torch.tensor([4.0, 5.0]).view(1, 2, 1, 1)).flatten().tolist() == [8.5, 14.0]


def test_published_parameter_counts():
    """Isola 2017 and Zhu 2017 as their own code counts them, in millions: 54.414, 2.769, 11.378, 2.765."""
    pix2pix = {"up": "transposed", "norm": "batch", "residual": False, "dropout": 0.5, "depth": 8}
    unet = ModelSpec("unet", 256, 3, 0, 0, pix2pix, takes="picture", in_channels=3)
    cyclegan = {"up": "transposed", "residual": False}
    nine = ModelSpec("translator", 256, 3, 0, 0, cyclegan, takes="picture", in_channels=3)
    with blank_weights():
        assert count(build_generator(unet)) == 54_413_955
        assert count(build_discriminator(unet, {"norm": "batch"})) == 2_768_705
        assert count(build_generator(nine)) == 11_378_179
        assert count(build_discriminator(nine, {}, sees_input=False)) == 2_764_737


def test_published_parameter_counts_of_cut():
    """Park 2020: CycleGAN's generator and discriminator, and a head of 0.560 million."""
    config = preset_config("cut").replace(channels=3, in_channels=3)
    with blank_weights():
        nets = contrast_networks(config)
    assert {name: count(net) for name, net in nets.items()} == {
        "G": 11_378_179,
        "D": 2_764_737,
        "head": sum(c * 256 + 256 + 256 * 256 + 256 for c in (3, 128, 256, 256, 256)),
    }
    assert count(nets["head"]) == 560_384
    assert list(nets["head"].heads) == ["picture", "down1", "down2", "block1", "block5"]


@pytest.mark.parametrize("family", TRANSLATORS)
def test_xavier_is_by_the_fans(family):
    torch.manual_seed(0)
    if family == "translator":
        net = build_generator(spec_of(family, width=32, residual=False, init="xavier"))
        conv = net.blocks[0].first
    else:
        conv = build_discriminator(spec_of(family), {"width": 32, "init": "xavier"}).blocks[1][0]
    fans = (conv.in_channels + conv.out_channels) * conv.kernel_size[0] ** 2
    assert conv.weight.std().item() == pytest.approx(math.sqrt(2 / fans), rel=0.02)
    with pytest.raises(ValueError, match="init is 'he'; it must be one of normal, xavier."):
        build_discriminator(spec_of(family), {"init": "he"})


def test_maps_of_the_encoder_are_what_the_answer_is_made_of():
    G, x = build("translator", norm="instance", blocks=3, downs=2), pictures(2, 3, 33, 40)
    assert list(G.layers.items()) == [
        ("picture", 3), ("first", 4), ("down1", 8), ("down2", 16), ("block1", 16), ("block2", 16), ("block3", 16),
    ]  # fmt: skip
    seen = {}
    modules = {"first": G.first[0], "down1": G.downs[0][0], "down2": G.downs[1][0]}
    for name, module in (modules | {f"block{i + 1}": block for i, block in enumerate(G.blocks)}).items():
        module.register_forward_hook(lambda module, given, out, name=name: seen.update({name: out}))
    G(x)
    whole = dict(seen)
    found = G.layer_maps(x, G.layers)
    assert found.keys() == G.layers.keys() and found.pop("picture").equal(x)
    assert all(found[name].equal(whole[name]) for name in found)
    assert {name: found[name].shape[1] for name in found} == {
        n: c for n, c in G.layers.items() if n != "picture"
    }
    seen.clear()
    assert list(G.layer_maps(x, ["block1", "down1"])) == ["down1", "block1"]
    assert "block2" not in seen  # nothing after the last one is computed


@pytest.mark.parametrize("in_channels", [1, 3])
@pytest.mark.parametrize("family", TRANSLATORS)
def test_a_residual_network_starts_as_the_identity_and_learns_at_once(family, in_channels):
    torch.manual_seed(0)
    G = build_generator(spec_of(family, in_channels, 3))
    x = pictures(2, in_channels, 65, 97)
    assert G(x).equal(x.expand(-1, 3, -1, -1)) and G.eval()(x).equal(x.expand(-1, 3, -1, -1))
    G.train()(x).square().mean().backward()
    moved = {name for name, p in G.named_parameters() if p.grad is not None and p.grad.any()}
    assert moved == {name for name, _ in G.named_parameters() if name.startswith(LAST[family])}
    plain = build_generator(spec_of(family, in_channels, 3, residual=False)).eval()
    assert not plain(x).equal(x.expand(-1, 3, -1, -1)) and plain(x).abs().max() < 1


@pytest.mark.parametrize("family", TRANSLATORS)
def test_a_residual_network_needs_an_answer_of_the_kind_of_its_input(family):
    assert not build_generator(spec_of(family, 3, 1)).residual
    with pytest.raises(ValueError, match="residual is true.* there are 3 in and 1 out"):
        build_generator(spec_of(family, 3, 1, residual=True))


@pytest.mark.parametrize("up", ["nearest", "bilinear", "transposed"])
@pytest.mark.parametrize("family", TRANSLATORS)
def test_no_checkerboard_but_with_the_published_layer(family, up):
    """A constant input gives a constant wherever no border is seen; transposed convolutions give a pattern."""
    args = {"depth": 2} if family == "unet" else {"downs": 1, "kernel": 3}
    G = build(family, up=up, norm="none", residual=False, **args)
    out = G(torch.full((1, 3, 64, 64), 0.3))
    inner = out[:, :, G.reach : -G.reach, G.reach : -G.reach]
    assert inner.shape[2] > 16
    spread = (inner.amax((2, 3)) - inner.amin((2, 3))).max()
    assert spread > 0.01 if up == "transposed" else spread < 1e-5


@pytest.mark.parametrize("family", TRANSLATORS)
@pytest.mark.parametrize("up", ["nearest", "bilinear", "transposed"])
def test_reach_is_how_far_an_answer_looks(family, up):
    args = {"depth": 3} if family == "unet" else {"downs": 2, "kernel": 5}
    G = build(family, up=up, norm="none", residual=False, **args)
    seen = torch.zeros(96, 96, dtype=torch.bool)
    for row, column in ((48, 48), (49, 51), (50, 50), (55, 55)):
        x = pictures(1, 3, 96, 96).requires_grad_()
        (grad,) = torch.autograd.grad(G(x)[0, :, row, column].sum(), x)
        looked = grad[0].abs().sum(0) > 0
        seen |= looked.roll((48 - row, 48 - column), (0, 1))
    rows = seen.any(1).nonzero().flatten()
    assert max(48 - rows.min(), rows.max() - 48) == G.reach


def test_nearest_doubling_is_its_plain_form():
    torch.manual_seed(0)
    layer, x = NearestUp(3, 5), pictures(2, 3, 6, 9)
    doubled = F.interpolate(x, scale_factor=2, mode="nearest")
    assert torch.allclose(layer(x), F.conv2d(doubled, layer.weight, layer.bias, padding=1), atol=1e-6)
    smooth = BilinearUp(3, 5)
    assert smooth(x).shape == (2, 5, 12, 18)


def test_a_border_is_reflected_as_often_as_needed():
    x = torch.arange(3.0).view(1, 1, 1, 3)
    assert reflect(x, 4, 5, 0, 2)[0, 0].tolist() == [[0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1]] * 3
    wide = pictures(1, 2, 9, 31)
    assert reflect(wide, 3, 4, 5, 6).equal(F.pad(wide, (3, 4, 5, 6), mode="reflect"))
    assert fill_up(wide, 16).shape == (1, 2, 16, 32) and fill_up(wide, 16)[:, :, :9, :31].equal(wide)
    conv = ReflectConv(2, 2, 3)
    assert conv(torch.ones(1, 2, 1, 1)).shape == (1, 2, 1, 1)


@pytest.mark.parametrize("family", TRANSLATORS)
def test_noise_may_choose_what_is_dropped(family):
    args = {"width": 16, "dropout": 0.5}
    G = build(family, z_dim=6, **args, **({"depth": 4} if family == "unet" else {}))
    x, z = pictures(1).expand(2, -1, -1, -1), torch.randn(2, 6, generator=torch.Generator().manual_seed(1))
    out = G(x, z=z)
    assert (
        (out[0] - out[1]).abs().max() > 1e-3 and G(x, z=z).equal(out) and G.train()(x, z=z).isfinite().all()
    )
    without = build(family, **args, **({"depth": 4} if family == "unet" else {}))
    assert without(x[:1]).equal(without(x[1:]))  # nothing is dropped when looked at
    without.train()
    assert not without(x[:1]).equal(without(x[:1]))
    with pytest.raises(ValueError, match="dropout is 1; it must be at least 0 and less than 1."):
        build(family, dropout=1)


def test_the_share_of_dropped_maps_is_the_one_asked_for():
    layer = NoiseDropout(0.3, 16, 400)
    out = layer(torch.ones(200, 400, 1, 1), torch.randn(200, 16, generator=torch.Generator().manual_seed(2)))
    assert abs((out == 0).float().mean() - 0.3) < 0.02
    assert torch.allclose(out[out > 0], torch.tensor(1 / 0.7))


@pytest.mark.parametrize("family", TRANSLATORS)
def test_gradients_reach_every_weight(family):
    G = build(family, classes=3, z_dim=4, norm="batch").train()
    D = lively(build_discriminator(G.spec, {"width": 4, "norm": "none"}))
    x, y = pictures(2), torch.tensor([2, 0])
    out = D(torch.cat([x, G(x, y, torch.randn(2, 4))], 1), y)
    F.softplus(-out.logits).mean().backward()
    for name, p in [*G.named_parameters(), *D.named_parameters()]:
        assert p.grad is not None and p.grad.isfinite().all() and p.grad.any(), name


@pytest.mark.parametrize("norm", ["instance", "none"])
@pytest.mark.parametrize("family", TRANSLATORS)
def test_micro_batches_have_the_gradient_of_the_batch(family, norm):
    G, x = build(family, norm=norm).train(), pictures(4)
    whole = torch.autograd.grad(G(x).square().mean(), list(G.parameters()), allow_unused=True)
    parts = [torch.autograd.grad(G(part).square().mean() / 2, list(G.parameters())) for part in x.split(2)]
    for all_at_once, a, b in zip(whole, *parts, strict=True):
        assert torch.allclose(all_at_once, a + b, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("family", TRANSLATORS)
def test_bf16_and_channels_last(family):
    G, x = build(family, z_dim=4), pictures(2)
    z = torch.randn(2, 4, generator=torch.Generator().manual_seed(1))
    exact = G(x, z=z)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert (G(x, z=z).float() - exact).abs().mean() < 0.03
    fast = G.to(memory_format=torch.channels_last)(x.contiguous(memory_format=torch.channels_last), z=z)
    assert (fast - exact).abs().max() < 1e-4


@pytest.mark.parametrize("norm", ["instance", "batch", "none", "spectral"])
def test_a_verdict_sees_70_pixels(norm):
    """Isola 2017, section 6.1.2. Instance norm alone would see all: its statistics are taken as constant here."""
    torch.manual_seed(0)
    D = lively(build_discriminator(spec_of("unet", resolution=128), {"width": 4, "norm": norm})).eval()
    for block in D.blocks[1:] if norm == "instance" else ():
        block[1].held = torch.zeros(block[0].out_channels), torch.ones(block[0].out_channels)
    x = pictures(1, 6, 128, 128).requires_grad_()
    out = D(x)
    assert out.logits.shape == (1, 14, 14) and out.features.shape == (1, 32)
    assert [m.shape[1:] for m in out.maps] == [(4, 64, 64), (8, 32, 32), (16, 16, 16), (32, 15, 15)]
    (grad,) = torch.autograd.grad(out.logits[0, 7, 7], x)
    seen = grad[0].abs().sum(0) > 0
    for side in (seen.any(0), seen.any(1)):
        where = side.nonzero().flatten()
        assert where.max() - where.min() + 1 == len(where) == 70


@pytest.mark.parametrize("norm", ["instance", "none", "spectral"])
def test_penalties_of_gradients_have_gradients(norm):
    """As R1 of D needs them, and path penalties of G: through norms and the upsampling kernel, too."""
    D = lively(build_discriminator(spec_of("unet"), {"width": 4, "norm": norm}))
    G = build("unet", norm="none" if norm == "spectral" else norm, residual=False)
    for net, x, values in ((D, pictures(2, 6), lambda x: D(x).logits), (G, pictures(2, 3), G)):
        x.requires_grad_()
        (grad,) = torch.autograd.grad(values(x).square().sum(), x, create_graph=True)
        grad.square().sum().backward()
        found = [p.grad for p in net.parameters() if p.grad is not None]
        assert len(found) > 3 and all(g.isfinite().all() for g in found) and any(g.any() for g in found)


def test_the_discriminator_sees_the_input_or_not_and_each_image_alone():
    spec = spec_of("translator", 1, 3, classes=4)
    assert build_discriminator(spec, {"width": 4}).blocks[0][0].in_channels == 4
    D = lively(build_discriminator(spec, {"width": 4}, sees_input=False))
    assert D.blocks[0][0].in_channels == 3
    x, y = pictures(4), torch.tensor([0, 1, 2, 3])
    whole = D(x, y)
    assert torch.allclose(D(x[1:3], y[1:3]).logits, whole.logits[1:3], atol=1e-5)
    assert D(x).logits.equal(whole.logits)


@pytest.mark.parametrize("family", TRANSLATORS)
@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ({"norm": "layer"}, "norm is 'layer'; it must be one of instance, batch, none."),
        ({"up": "cubic"}, "up is 'cubic'; it must be one of nearest, bilinear, transposed."),
        ({"width": "64"}, "the generator of {} cannot be built with"),
        ({"heads": 3}, "the generator of {} has no argument 'heads'; it has: width, "),
    ],
)
def test_wrong_arguments(family, args, sentence):
    with pytest.raises(ValueError) as error:
        build_generator(spec_of(family, **args))
    assert str(error.value).startswith(sentence.format(family))
    with pytest.raises(ValueError, match=f"takes is 'latent'; {family} takes a picture."):
        ModelSpec(family, 32, 3, 0, 6)


def test_wrong_arguments_of_one_family():
    with pytest.raises(ValueError, match="kernel is 4; it must be odd."):
        build_generator(spec_of("translator", kernel=4))
    with pytest.raises(ValueError, match="depth is 11; it must be between 1 and 10."):
        build_generator(spec_of("unet", depth=11))
    with pytest.raises(ValueError, match="layers is 4; it must be between 1 and 3."):
        build_discriminator(spec_of("unet"), {"layers": 4})
    with pytest.raises(ValueError, match="has no argument 'head'; it has: width, layers, norm"):
        build_discriminator(spec_of("unet"), {"head": "classifier"})
    assert {FAMILIES[family].discriminator for family in TRANSLATORS} == {FAMILIES["unet"].discriminator}
