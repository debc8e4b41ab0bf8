"""families/progan.py and the schedule of growth: continuous, cheap and kept with the weights; closed forms of layers."""

import copy
import math
from itertools import islice

import pytest
import torch
import torch.nn.functional as F
from conftest import latent_source
from torch import nn

from ganapp.config import ModelSpec, TrainConfig
from ganapp.data.batches import Batches
from ganapp.generators import load_generator, save_generator
from ganapp.networks import build_generator
from ganapp.networks.families.progan import (
    EqualizedConv2d,
    EqualizedLinear,
    PixelNorm,
    ProGANDiscriminator,
    ProGANGenerator,
    Stem,
)
from ganapp.networks.parts.growing import fade_images
from ganapp.networks.parts.heads import MinibatchStdDev
from ganapp.training.loop import train
from ganapp.training.losses import gradient_penalty
from ganapp.training.schedules import growth
from ganapp.training.state import TrainState

Z = 6
SMALL = {"fmap_base": 64, "fmap_max": 12}


def generator(resolution=32, channels=3, classes=0, **args):
    torch.manual_seed(0)
    return ProGANGenerator(resolution, channels, classes, Z, **{**SMALL, **args})


def discriminator(resolution=32, channels=3, classes=0, **args):
    torch.manual_seed(1)
    return ProGANDiscriminator(resolution, channels, classes, **{**SMALL, **args})


def latents(count=4):
    return torch.randn(count, Z, generator=torch.Generator().manual_seed(2))


def pictures(count=4, resolution=32, channels=3):
    return torch.randn(count, channels, resolution, resolution, generator=torch.Generator().manual_seed(3))


def at(net, level, *inputs):
    net.set_growth(level)
    with torch.no_grad():
        out = net(*inputs)
    return out if isinstance(out, torch.Tensor) else out.logits


@pytest.mark.parametrize("classes", [0, 5])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("resolution", [32, 64, 128])
def test_shapes_at_every_level(resolution, channels, classes):
    G, D = generator(resolution, channels, classes).eval(), discriminator(resolution, channels, classes)
    y = torch.tensor([0, 4, 1]) if classes else None
    assert G.growth.shape == () and G.growth.dtype == torch.float32
    assert (
        G.growth == D.growth == G.level == D.level == math.log2(resolution) - 2
    )  # complete, unless told otherwise
    for level in (0, 0.5, 1, G.top - 0.5, G.top):
        images = at(G, level, latents(3), y)
        assert images.shape == (3, channels, resolution, resolution)
        assert images.abs().max() <= 1
        D.set_growth(level)
        out = D(images, y)
        assert out.logits.shape == (3,) and out.features.shape == (3, 12) and out.class_logits is None


def test_published_size():
    """1024 pixels: the counts that NVIDIA's implementation prints (tkarras/progressive_growing_of_gans); Karras 2018,
    table 2, rounds both to 23.1M. Each network has a to- or from-image layer for all nine levels."""
    with torch.device("meta"):
        G = ProGANGenerator(1024, 3, 0, 512, fmap_base=8192, fmap_max=512)
        D = ProGANDiscriminator(1024, 3, 0, fmap_base=8192, fmap_max=512)

    def count(net):
        return sum(p.numel() for p in net.parameters())

    assert [m.weight.shape[1] for m in G.to_image] == [512, 512, 512, 512, 256, 128, 64, 32, 16]
    assert count(G) == 23_079_115
    assert count(D) == 23_087_249
    assert count(D.stages[0]) + count(D.head) == 2_364_416 + 4_194_816 + 513
    assert count(D.stages[8]) == 2320 + 4640


@pytest.mark.parametrize("level", [0, 1, 2])
def test_a_fade_is_a_mixture_of_the_two_levels(level):
    """G is linear in the level between two whole ones: continuous at both borders, and Lipschitz by their difference."""
    G = generator().train()
    coarse, fine = at(G, level, latents()), at(G, level + 1, latents())
    assert (coarse - fine).abs().max() > 0.1
    for alpha in (1e-4, 0.3, 0.999):
        expected = coarse + alpha * (fine - coarse)
        assert torch.allclose(at(G, level + alpha, latents()), expected, atol=1e-5)


@pytest.mark.parametrize("classes", [0, 3])
def test_logits_are_continuous_through_all_fades(classes):
    D, x = discriminator(classes=classes), pictures()
    y = torch.tensor([0, 2, 1, 0]) if classes else None
    levels = torch.linspace(0, 3, 61).tolist()  # whole levels among them
    logits = torch.stack([at(D, level, x, y) for level in levels])
    whole = logits[::20]
    assert (whole[1:] - whole[:-1]).abs().amax(1).min() > 0.05  # the levels do differ
    assert (logits[1:] - logits[:-1]).abs().max() < 3 * (whole.max() - whole.min()) / 20
    for level in (0, 1, 2, 3):
        for near in (level - 1e-4, level + 1e-4):
            if 0 <= near <= 3:
                assert torch.allclose(at(D, near, x, y), at(D, level, x, y), atol=1e-3)


def test_both_see_no_more_than_their_level():
    G, D = generator().train(), discriminator()
    images = at(G, 1, latents())
    blocks = images.unfold(2, 4, 4).unfold(3, 4, 4)  # 8×8 blocks of 4×4 pixels
    assert (blocks == blocks[..., :1, :1]).all()
    x = pictures()
    for level, size in ((0, 4), (1, 8), (1.3, 16), (2, 16)):
        seen = F.interpolate(F.avg_pool2d(x, 32 // size), size=32)
        assert torch.allclose(at(D, level, seen), at(D, level, x), atol=1e-5)
    assert not torch.allclose(at(D, 2.3, seen), at(D, 2.3, x), atol=1e-3)  # that of 16×16, above 16×16


def test_real_images_fade_as_generated_ones_do():
    x = torch.tensor([[1.0, 3.0], [5.0, 11.0]]).repeat(1, 1, 4, 4)  # 8×8; each 2×2 block has the mean 5
    assert torch.allclose(fade_images(x, 0.25)[0, 0, :2, :2], torch.tensor([[4.0, 4.5], [5.0, 6.5]]))
    assert fade_images(x, 1.0) is x and fade_images(x, 0.0) is x
    D, x = discriminator(), pictures()
    seen = F.avg_pool2d(fade_images(x, 1.25), 2)  # by the paper: resized to 16×16, then mixed with its 8×8
    expected = 0.25 * F.avg_pool2d(x, 2) + 0.75 * F.interpolate(F.avg_pool2d(x, 4), size=16)
    assert torch.allclose(seen, expected, atol=1e-6)
    for border in (1, 2):  # continuous in D's eyes
        D.set_growth(border)
        expected = D(x).logits
        for near in (border - 1e-4, border + 1e-4):
            assert torch.allclose(at(D, near, fade_images(x, near)), expected, atol=1e-3)


@pytest.mark.parametrize(
    ("level", "stages", "ends"),
    [(0, [0], [0]), (1, [0, 1], [1]), (1.3, [0, 1, 2], [1, 2]), (3, [0, 1, 2, 3], [3])],
)
def test_only_what_a_level_needs_is_computed(level, stages, ends):
    for net, images, inputs in (
        (generator(), "to_image", latents()),
        (discriminator(), "from_image", pictures()),
    ):
        called = {"stages": [], images: []}
        for name, found in called.items():
            for i, module in enumerate(getattr(net, name)):
                module.register_forward_hook(lambda *_, i=i, found=found: found.append(i))
        at(net, level, inputs)
        assert sorted(called["stages"]) == stages
        assert sorted(called[images]) == ends


def test_a_level_out_of_range():
    for level in (-0.1, 3.1, math.nan):
        with pytest.raises(ValueError, match=r"must be between 0 \(4×4\) and 3 \(full resolution\)\."):
            generator().set_growth(level)


def test_the_level_stays_with_the_weights(tmp_path):
    G = build_generator(ModelSpec("progan", 32, 3, 0, Z, SMALL)).eval()
    expected = at(G, 1.3, latents())
    assert G.growth.item() == G.level == pytest.approx(1.3)
    again = generator(fmap_max=12).eval()
    again.load_state_dict(G.state_dict())
    loaded = load_generator(save_generator(G, tmp_path / "g"))  # built on the meta device, weights assigned
    for net in (copy.deepcopy(G), again, copy.deepcopy(again), loaded, copy.deepcopy(loaded)):
        assert net.level == G.level
        assert net(latents()).equal(expected)
        net.set_growth(0.5)
        assert net.growth == 0.5
    assert G.level == pytest.approx(1.3)  # copies have their own
    D = discriminator()
    D.set_growth(2.6)
    again = discriminator()
    again.load_state_dict(D.state_dict())
    assert again.level == D.level == pytest.approx(2.6)
    wrong = {**D.state_dict(), "growth": torch.tensor(7.0)}
    with pytest.raises(ValueError, match="the level of growth is 7; it must be between"):
        again.load_state_dict(wrong)


def test_the_generator_in_eval_is_a_function_of_each_latent():
    G = generator(classes=3).eval()
    z, y = latents(6), torch.tensor([0, 2, 1, 1, 0, 2])
    for level in (0.4, 3):
        whole = at(G, level, z, y)
        assert whole.equal(at(G, level, z, y))
        one_by_one = torch.cat([at(G, level, z[i : i + 1], y[i : i + 1]) for i in range(6)])
        assert torch.allclose(whole, one_by_one, atol=1e-5)
    assert torch.allclose(G(z, G.embed(y)), G(z, y))  # an embedding will do
    assert not torch.allclose(G(z, y), G(z, y.flip(0)), atol=1e-2)
    with pytest.raises(ValueError, match="needs labels 0 to 2"):
        G(z)


def test_pixel_norm():
    x = torch.tensor([3.0, 4.0])[None, :, None, None] * torch.tensor(
        [[1.0, 10.0]]
    )  # two pixels of two channels
    expected = torch.tensor([3.0, 4.0]) / math.sqrt(12.5)
    for pixel in PixelNorm()(x)[0, :, 0].T:
        assert torch.allclose(pixel, expected)
    G = generator().eval()
    assert torch.allclose(G(7 * latents()), G(latents()), atol=1e-5)  # the latent is normalized, too
    assert sum(isinstance(m, PixelNorm) for m in G.modules()) == 9
    assert sum(isinstance(m, PixelNorm) for m in generator(pixel_norm=False).modules()) == 1


def test_equalized_layers_scale_unit_weights():
    conv = EqualizedConv2d(5, 7, 3)
    assert conv.scale == pytest.approx(math.sqrt(2 / 45))
    nn.init.normal_(conv.bias)
    x = torch.randn(2, 5, 6, 6)
    assert torch.allclose(
        conv(x), F.conv2d(x, conv.weight * math.sqrt(2 / 45), conv.bias, padding=1), atol=1e-6
    )
    linear = EqualizedLinear(8, 3, gain=1.0)
    assert torch.allclose(linear(torch.ones(1, 8)), linear.weight.sum(1) / math.sqrt(8), atol=1e-6)
    stem = Stem(8, 3)
    nn.init.normal_(stem.bias)
    z = torch.randn(2, 8)
    kernel = stem.weight.view(3, 4, 4, 8).permute(3, 0, 1, 2) * math.sqrt(2 / 128)
    assert torch.allclose(stem(z), F.conv_transpose2d(z[:, :, None, None], kernel, stem.bias), atol=1e-5)


@pytest.mark.parametrize("head", ["projection", "classifier", "contrastive", "none"])
def test_all_weights_start_alike(head):
    """N(0, 1) everywhere, the heads included, so that a step of Adam is the same share of every weight."""
    args = {"fmap_base": 2048, "fmap_max": 64}
    nets = [generator(classes=20, **args), discriminator(classes=20, head=head, **args)]
    for name, p in (item for net in nets for item in net.named_parameters()):
        if name.endswith("bias"):
            assert not p.any(), name
        else:
            assert abs(p.std() - 1) < 4 / math.sqrt(2 * p.numel()), name
    logits = nets[1](pictures(32), torch.arange(32) % 20).logits  # the signal neither dies nor explodes
    assert 0.1 < logits.square().mean().sqrt() < 10


def test_the_batch_matters_to_the_discriminator_by_its_standard_deviation():
    x = pictures(4)
    others = torch.cat([x[:1], 3 * x[1:]])
    with torch.no_grad():
        D = discriminator()
        assert sum(isinstance(m, MinibatchStdDev) for m in D.modules()) == 1
        assert (D(x).logits[0] - D(others).logits[0]).abs() > 1e-2
        D = discriminator(stddev_group=0)
        assert torch.allclose(D(x).logits[0], D(others).logits[0], atol=1e-5)
    with pytest.raises(ValueError, match="stddev_group is -1; it must be 0"):
        discriminator(stddev_group=-1)
    with pytest.raises(ValueError, match="fmap_base is 64 and fmap_max 0; both must be 1 or more"):
        generator(fmap_max=0)


def test_conditional_heads():
    y = torch.tensor([0, 2, 1, 2])
    D = discriminator(classes=3, head="classifier")
    assert D(pictures(), y).class_logits.shape == (4, 3)
    assert isinstance(D.head.classes, EqualizedLinear)
    out = discriminator(classes=3, head="contrastive")(pictures(), y)
    assert out.class_logits.shape == (4, 3) and torch.allclose(
        out.features.norm(dim=1), torch.ones(4), atol=1e-5
    )
    D = discriminator(classes=3)
    assert not torch.allclose(D(pictures(), y).logits, D(pictures(), y.flip(0)).logits, atol=1e-3)


@pytest.mark.parametrize("level", [0, 1.4, 3])
def test_penalties_reach_what_is_used_and_nothing_else(level):
    D = discriminator()
    D.set_growth(level)
    x = pictures().requires_grad_()
    penalty = gradient_penalty(D(x).logits, x)
    assert penalty.shape == (4,) and (penalty > 0).all()
    penalty.sum().backward()
    used = math.ceil(level)
    for i in range(4):
        weights = [p for name, p in D.stages[i].named_parameters() if name.endswith("weight")]
        reached = [
            p.grad is not None and p.grad.isfinite().all().item() and p.grad.any().item() for p in weights
        ]
        assert all(reached) if i <= used else not any(p.grad is not None for p in weights)


def test_the_schedule():
    config = TrainConfig(family="progan", resolution=32, grow_kimg=0.6)
    table = {
        0: 0,
        599: 0,
        600: 0,
        601: 1 / 600,
        750: 0.25,
        1199: 599 / 600,
        1200: 1,
        1500: 1,
        1800: 1,
        1950: 1.25,
    }
    table |= {2400: 2, 3000: 2, 3300: 2.5, 3599: 2 + 599 / 600, 3600: 3, 3601: 3, 10**9: 3}
    for nimg, level in table.items():
        assert growth(config, nimg) == pytest.approx(level, abs=1e-9), nimg
    assert growth(config.replace(resolution=128), 10**9) == 5
    assert growth(config.replace(grow_kimg=600), 1_500_000) == 1
    assert growth(config.replace(grow_kimg=0), 0) == 3 and isinstance(
        growth(config.replace(grow_kimg=0), 0), float
    )
    levels = [growth(config, nimg) for nimg in range(0, 4000, 7)]
    assert all(0 <= b - a <= 7 / 600 + 1e-9 for a, b in zip(levels, levels[1:]))


def growing_config(**changes):
    fields = {
        "family": "progan",
        "channels": 3,
        "num_classes": 4,
        "z_dim": 8,
        "g_args": SMALL,
        "d_args": SMALL,
    }
    fields |= {
        "loss": "non_saturating",
        "r1": 1.0,
        "batch": 8,
        "precision": "fp32",
        "threads": 1,
        "device": "cpu",
    }
    fields |= {
        "g_lr": 1e-3,
        "d_lr": 1e-3,
        "beta1": 0.0,
        "beta2": 0.99,
        "grow_kimg": 0.016,
    }  # two steps a phase
    return TrainConfig(**{**fields, **changes})


def start(config, dataset):
    state = TrainState.create(config, torch.device("cpu"))
    draw = Batches(dataset, torch.device("cpu"), seed=config.seed, mirror=True, conditional=True)
    return state, train(state, config, latent_source(draw, config))


def test_training_through_all_stages(tiny_dataset):
    """Each level is trained once it is reached, and left as it was until then."""
    config = growing_config()
    state, steps = start(config, tiny_dataset())
    before = {name: copy.deepcopy(getattr(state, name).state_dict()) for name in ("G", "D")}
    levels = []
    for _ in range(14):
        expected = growth(config, state.nimg)
        tick = next(steps)
        assert all(value.isfinite().all() for value in tick.stats.values())
        assert state.G.level == state.D.level == state.ema.level == expected
        levels.append(expected)
        for name in ("G", "D"):
            for i, stage in enumerate(getattr(state, name).stages):
                moved = not all(
                    p.equal(before[name][f"stages.{i}.{key}"]) for key, p in stage.named_parameters()
                )
                assert moved == (i <= math.ceil(max(levels))), (name, i, expected)
    assert levels == [0, 0, 0, 0.5, 1, 1, 1, 1.5, 2, 2, 2, 2.5, 3, 3]
    assert all(p.isfinite().all() for p in state.ema.parameters())


def test_resuming_in_a_fade_is_exact(tiny_dataset):
    config = growing_config()
    whole, steps = start(config, tiny_dataset())
    list(islice(steps, 8))
    first, steps = start(config, tiny_dataset())
    list(islice(steps, 4))
    assert first.G.level == 0.5
    second, steps = start(config, tiny_dataset())
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    list(islice(steps, 4))
    assert second.nimg == whole.nimg
    for name in ("G", "D", "ema"):
        for a, b in zip(
            getattr(whole, name).state_dict().values(), getattr(second, name).state_dict().values()
        ):
            assert a.equal(b)
