"""models/stylegan2.py: its layers against naive loops, the published sizes, and each regularizer on and off."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from ganapp import latents
from ganapp.config import ModelSpec
from ganapp.networks.families.stylegan2 import (
    StyledConv,
    StyleGAN2Discriminator,
    StyleGAN2Generator,
    level_widths,
    mix_styles,
    modulated_conv,
)
from ganapp.networks.parts.equalized import EqualizedConv, EqualizedLinear
from ganapp.networks.parts.fir import FIR, downsample, upsample
from ganapp.training.losses import gradient_penalty

TINY = {"channel_base": 256, "channel_max": 12}


def generator(resolution=32, channels=3, classes=0, lively=True, **args):
    torch.manual_seed(0)
    G = StyleGAN2Generator(resolution, channels, classes, 6, **{"w_dim": 10, **TINY, **args})
    G.spec = ModelSpec("stylegan2", resolution, channels, classes, 6)
    if lively:  # noise and biases start at zero
        with torch.no_grad():
            for name, parameter in G.named_parameters():
                if name.endswith("noise_strength"):
                    parameter.fill_(0.2)
                elif name.startswith("synthesis") and name.endswith("bias"):
                    parameter.add_(torch.randn_like(parameter) * 0.2)
    return G


def discriminator(resolution=32, channels=3, classes=0, **args):
    torch.manual_seed(1)
    return StyleGAN2Discriminator(resolution, channels, classes, **{**TINY, **args})


def normal(*shape, seed=2):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


# Resampling


def upfirdn(image, up, down, before, after, gain, taps=(1, 3, 3, 1)):
    """By the definition: insert zeros, pad, convolve with the filter, keep every n-th. image (H, W) -> ndarray."""
    taps = np.asarray(taps, float) / sum(taps)
    zeros = np.zeros((image.shape[0] * up, image.shape[1] * up))
    zeros[::up, ::up] = image
    zeros = np.pad(zeros, ((before, after), (before, after)))
    out = np.zeros((zeros.shape[0] - 3, zeros.shape[1] - 3))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            for a in range(4):
                for b in range(4):
                    out[i, j] += gain * taps[3 - a] * taps[3 - b] * zeros[i + a, j + b]
    return out[::down, ::down]


@pytest.mark.parametrize(
    ("layer", "arguments", "shape"),
    [
        (upsample(), (2, 1, 2, 1, 4), (12, 8)),
        (downsample(), (1, 2, 1, 1, 1), (3, 2)),
        (FIR(padding=2), (1, 1, 2, 2, 1), (7, 5)),
        (FIR(gain=4.0), (1, 1, 1, 1, 4), (5, 3)),
    ],
    ids=["up", "down", "before-stride", "after-stride"],
)
def test_fir_is_upfirdn(layer, arguments, shape):
    x = normal(2, 3, 6, 4)
    y = layer(x)
    assert y.shape == (2, 3, *shape)
    for n in range(2):
        for c in range(3):
            assert np.abs(upfirdn(x[n, c].numpy(), *arguments) - y[n, c].numpy()).max() < 1e-6


def test_resampling_keeps_a_constant_and_does_not_shift():
    ones = torch.ones(1, 1, 8, 8)
    assert torch.allclose(upsample()(ones)[..., 1:-1, 1:-1], torch.ones(14, 14))
    assert torch.allclose(downsample()(ones)[..., 1:-1, 1:-1], torch.ones(2, 2))
    x = normal(1, 2, 8, 8)
    for layer in (upsample(), downsample()):
        assert torch.allclose(layer(x.flip(2, 3)).flip(2, 3), layer(x), atol=1e-6)


# Modulated convolution


def naive(x, weight, style, demodulate, up):
    """Image by image, filter by filter, as equations 1 and 3 are written."""
    out = []
    for image, s in zip(x, style, strict=True):
        w = weight.clone()
        for o in range(w.shape[0]):
            for i in range(w.shape[1]):
                w[o, i] *= s[i]
            if demodulate:
                w[o] /= math.sqrt((w[o] ** 2).sum().item() + 1e-8)
        image = image[None]
        out.append(
            F.conv_transpose2d(image, w.transpose(0, 1), stride=2)
            if up
            else F.conv2d(image, w, padding="same")
        )
    return torch.cat(out)


@pytest.mark.parametrize("demodulate", [True, False])
@pytest.mark.parametrize(("kernel", "up"), [(3, False), (3, True), (1, False)])
def test_modulated_convolution_is_the_loop_over_images(kernel, up, demodulate):
    x, weight, style = normal(3, 5, 6, 4), normal(7, 5, kernel, kernel, seed=3), normal(3, 5, seed=4) + 1
    ours = modulated_conv(x, weight, style, demodulate=demodulate, up=up)
    theirs = naive(x, weight, style, demodulate, up)
    assert ours.shape == theirs.shape == (3, 7, *((13, 9) if up else (6, 4)))
    assert (ours - theirs).abs().max() < 1e-5
    if demodulate:  # the length of a style does not matter, its direction does
        assert torch.allclose(modulated_conv(x, weight, 3 * style, up=up), ours, atol=1e-5)
        assert not torch.allclose(modulated_conv(x, weight, style.flip(1), up=up), ours, atol=0.1)


def test_upsampling_convolution_is_upsampling_then_convolution():
    """Fused in one transposed convolution; unfused: zeros, filter, then a true 3×3 convolution with zeros around it."""
    torch.manual_seed(0)
    layer = StyledConv(4, 3, 5, 12, noise=False, up=True)
    x, w = normal(2, 4, 6, 6), normal(2, 5, seed=3)
    style = layer.affine(w)
    wide = np.stack(
        [[upfirdn(c.numpy(), 2, 1, 3, 2, 4) for c in image] for image in x]
    )  # two more, for the 3×3
    weight = layer.weight.detach().flip(2, 3)
    out = torch.cat(
        [
            F.conv2d(torch.tensor(image[None], dtype=torch.float32) * s[None, :, None, None], weight)
            / ((weight * s[None, :, None, None]) ** 2).sum((1, 2, 3)).sqrt()[None, :, None, None]
            for image, s in zip(wide, style, strict=True)
        ]
    )
    assert torch.allclose(layer(x, w), F.leaky_relu(out, 0.2) * math.sqrt(2), atol=1e-5)


def test_second_derivatives_of_the_modulated_convolution():
    shapes = [(2, 2, 3, 2), (3, 2, 3, 3), (2, 2)]
    inputs = [normal(*shape, seed=i).double().requires_grad_() for i, shape in enumerate(shapes)]
    for up in (False, True):
        assert torch.autograd.gradgradcheck(
            lambda *a, up=up: modulated_conv(*a, up=up), inputs, fast_mode=True
        )


# Equalized learning rate


def test_equalized_layers_start_at_unit_scale_with_weights_of_one():
    torch.manual_seed(0)
    for layer, x in (
        (EqualizedLinear(300, 200), normal(100, 300)),
        (EqualizedLinear(300, 200, lr=0.01), normal(100, 300)),
        (EqualizedConv(50, 40, 3, plain=True), normal(8, 50, 9, 9)),
        (EqualizedConv(50, 40, 3), normal(8, 50, 9, 9)),
    ):
        y = layer(x)[..., 1:-1, 1:-1] if x.ndim == 4 else layer(x)
        assert y.square().mean().sqrt().item() == pytest.approx(1, abs=0.1)
        assert layer.weight.std().item() == pytest.approx(1 / getattr(layer, "lr", 1), rel=0.02)


@pytest.mark.parametrize("lr", [1.0, 0.01])
def test_one_adam_step_moves_a_layer_by_its_learning_rate(lr):
    layer = EqualizedLinear(9, 4, lr=lr)
    effective = lambda: layer(torch.eye(9)).detach() - layer(torch.zeros(1, 9)).detach()  # noqa: E731
    before = effective()
    optimizer = torch.optim.Adam(layer.parameters(), lr=0.1)
    layer(normal(5, 9)).square().sum().backward()
    optimizer.step()
    assert torch.allclose((effective() - before).abs(), torch.tensor(0.1 * lr / math.sqrt(9)), rtol=1e-2)


# w: average, mixing, truncation


def test_w_avg_becomes_the_mean_of_w_in_training_alone():
    G = generator(mixing=0.0, mapping_layers=3).train()
    with torch.no_grad():
        mean = G.mapping(normal(20_000, 6)).mean(0)
        assert not G.w_avg.any()
        z = normal(64, 6, seed=9)
        G(z)
        assert torch.allclose(G.w_avg, 0.002 * G.mapping(z).mean(0), atol=1e-7)
        for block in G.synthesis.blocks:  # w_avg does not look at images; keep the test fast
            block.forward = lambda x, image, ws: (x, image)
        for i in range(2000):
            G(normal(32, 6, seed=10 + i))
        assert (G.w_avg - mean).norm() < 0.05 * mean.norm()
        average = G.w_avg.clone()
        G.eval()
        G.synthesis.forward = lambda w: w
        G(z)
        assert G.w_avg.equal(average)


def test_mixing_is_a_matter_of_training():
    z = normal(4, 6)
    for mixing, differs in ((0.0, False), (1.0, True)):
        G = generator(mixing=mixing, noise=False).train()
        with torch.no_grad():
            first, second, plain = G(z), G(z), G.synthesis(G.mapping(z))
            assert first.equal(second) != differs
            assert first.equal(plain) != differs
            assert G.eval()(z).equal(plain.clamp(-1, 1))


def test_mix_styles():
    torch.manual_seed(0)
    w, other = torch.zeros(4000, 2), torch.ones(4000, 2)
    mixed = mix_styles(w, other, 8, 0.75)
    assert mixed.shape == (4000, 8, 2)
    assert mixed[:, :, 0].equal(mixed[:, :, 1])
    own = (mixed[:, :, 0] == 0).sum(1)  # how many layers, from the first on, have their own w
    assert mixed[:, :, 0].equal((torch.arange(8) >= own[:, None]).float())
    assert own.min() == 1
    counts = own.bincount(minlength=9)[1:] / 4000
    assert counts[7].item() == pytest.approx(0.25, abs=0.03)
    assert torch.allclose(counts[:7], torch.tensor(0.75 / 7), atol=0.02)
    assert mix_styles(w, other, 8, 0.0).equal(torch.zeros(4000, 8, 2))


def test_one_w_for_each_layer_is_the_same_as_one_for_all():
    G = generator().eval()
    w = normal(2, 10)
    with torch.no_grad():
        images = G.synthesis(w)
        layers = w[:, None].repeat(1, G.num_ws, 1)
        assert torch.allclose(G.synthesis(layers), images, atol=1e-5)
        for i in range(G.num_ws):  # every layer listens to its own
            changed = layers.clone()
            changed[:, i] += 1
            assert (G.synthesis(changed) - images).abs().amax((1, 2, 3)).min() > 1e-3
    with pytest.raises(ValueError, match="w has 7 layers; this generator has 8."):
        G.synthesis(w[:, None].repeat(1, 7, 1))


def test_truncation_moves_pictures_towards_the_average_one():
    G = generator().eval()
    with torch.no_grad():
        G.w_avg.copy_(G.mapping(normal(1000, 6)).mean(0))
        average = (
            (G.synthesis(G.w_avg[None]) * 127.5 + 127.5).round().clamp(0, 255)[0].permute(1, 2, 0).numpy()
        )
    seeds = range(6)
    distances = [
        np.abs(latents.generate(G, seeds, psi=psi).astype(float) - average).mean((1, 2, 3))
        for psi in (1.0, 0.5, 0.1)
    ]
    assert (distances[0] > distances[1]).all()
    assert (distances[1] > distances[2]).all()


# The generator


@pytest.mark.parametrize("classes", [0, 4])
def test_eval_is_deterministic_and_a_picture_depends_on_itself_alone(classes):
    G = generator(64, 1, classes).eval()
    z, y = normal(5, 6), torch.tensor([0, 3, 1, 2, 3]) if classes else None
    with torch.no_grad():
        x = G(z, y)
        assert x.shape == (5, 1, 64, 64)
        assert G(z, y).equal(x)
        assert -1 <= x.min() < x.max() <= 1
        for i in range(5):
            assert torch.allclose(G(z[i : i + 1], None if y is None else y[i : i + 1])[0], x[i], atol=1e-5)
        # z counts by its direction
        assert torch.allclose(G(3 * z, y), x, atol=1e-4)
        if classes:
            assert (G(z, (y + 1) % 4) - x).abs().amax((1, 2, 3)).min() > 1e-2
            assert G(z, G.embed(y)).equal(x)
            with pytest.raises(
                ValueError, match="this generator is class-conditional: it needs labels 0 to 3."
            ):
                G(z)


def test_noise_is_drawn_in_training_and_constant_otherwise():
    z = normal(2, 6)
    G = generator(mixing=0.0).train()
    with torch.no_grad():
        assert not G(z).equal(G(z))
        torch.manual_seed(3)
        first = G(z)
        torch.manual_seed(3)
        assert G(z).equal(first)
        drawn = G(z[:1].expand(64, -1)).std(0)
        assert drawn.min() > 0  # every pixel has its share
        still = G.eval()(z)
        for buffer in (b for name, b in G.named_buffers() if name.endswith(".noise")):
            buffer.zero_()
        assert not G(z).equal(still)
    G = generator(mixing=0.0, noise=False).train()
    with torch.no_grad():
        assert G(z).equal(G(z))
    assert not [name for name in G.state_dict() if "noise" in name]


def test_noise_has_no_say_at_first():
    z = normal(2, 6)
    G = generator(mixing=0.0, lively=False).train()
    with torch.no_grad():
        assert G(z).equal(G(z))


def test_bf16_keeps_images_and_w_in_fp32():
    G, z, y = generator(classes=3).train(), normal(4, 6), torch.tensor([0, 1, 2, 0])
    D = discriminator(classes=3)
    with torch.autocast("cpu", torch.bfloat16):
        images = G(z, y)
        assert G.mapping(z, y).dtype == images.dtype == G.w_avg.dtype == torch.float32
        out = D(images, y)
    out.logits.float().sum().backward()
    assert all(p.grad.isfinite().all() for net in (G, D) for p in net.parameters())
    with torch.no_grad():
        exact = G.eval()(z, y)
        with torch.autocast("cpu", torch.bfloat16):
            assert (G(z, y) - exact).abs().mean() < 0.05


# The discriminator


@pytest.mark.parametrize("arch", ["orig", "skip", "resnet"])
@pytest.mark.parametrize(("resolution", "channels", "classes"), [(32, 3, 4), (64, 1, 0)])
def test_discriminators_of_each_shape(arch, resolution, channels, classes):
    D = discriminator(resolution, channels, classes, arch=arch)
    x, y = normal(6, channels, resolution, resolution), torch.arange(6) % 4 if classes else None
    out = D(x, y)
    assert out.logits.shape == (6,)
    assert out.features.shape == (6, 12)
    assert out.class_logits is None
    assert len(D.from_rgb) == (int(math.log2(resolution)) - 1 if arch == "skip" else 1)
    if classes:
        assert not D(x, (y + 1) % 4).logits.equal(out.logits)
        with pytest.raises(
            ValueError, match="this discriminator is class-conditional: it needs labels 0 to 3."
        ):
            D(x)
    out.logits.sum().backward()
    assert all(p.grad is not None for p in D.parameters())


def test_heads():
    x, y = normal(4, 3, 32, 32), torch.tensor([0, 3, 1, 2])
    for head in ("classifier", "contrastive"):
        D = discriminator(classes=4, head=head)
        out = D(x, y)
        assert out.logits.shape == (4,)
        assert out.class_logits.shape == (4, 4)
        assert not [m for m in D.modules() if isinstance(m, nn.Linear)]  # all are equalized
    assert out.features.norm(dim=1).allclose(torch.ones(4))
    D = discriminator(classes=4, head="none")
    assert D(x, y).logits.equal(D(x).logits)


def test_only_minibatch_stddev_mixes_images():
    x = normal(8, 3, 32, 32)
    for stddev, mixes in ((0, False), (4, True)):
        D = discriminator(stddev=stddev)
        with torch.no_grad():
            same = torch.allclose(D(x)[0][:2], D(torch.cat([x[:2], 3 * x[2:]]))[0][:2], atol=1e-6)
        assert same != mixes


# Penalties


@pytest.mark.parametrize("arch", ["orig", "skip", "resnet"])
def test_r1_can_be_trained(arch):
    D = discriminator(arch=arch, classes=3)
    y = torch.tensor([0, 1, 2, 0])
    optimizer = torch.optim.Adam(D.parameters(), 1e-3)
    values = []
    for _ in range(3):
        x = normal(4, 3, 32, 32).requires_grad_()
        penalty = gradient_penalty(D(x, y).logits, x).mean()
        values.append(penalty.item())
        optimizer.zero_grad()
        penalty.backward()
        assert D.blocks[0].conv1.weight.grad.abs().sum() > 0
        optimizer.step()
    assert values[0] > values[1] > values[2] > 0


@pytest.mark.parametrize("per_layer", [False, True])
def test_path_length_can_be_trained(per_layer):
    """The length of J^T n, its derivative with respect to every weight of synthesis, and that following it works."""
    G = generator(mixing=0.0, noise=False).train()
    optimizer = torch.optim.Adam(G.parameters(), 1e-3)
    z, lengths = normal(3, 6), []
    for _ in range(3):
        w = G.mapping(z)
        if per_layer:
            w = w[:, None].expand(-1, G.num_ws, -1)
        images = G.synthesis(w)
        direction = normal(*images.shape, seed=5) / 32
        (gradient,) = torch.autograd.grad((images * direction).sum(), w, create_graph=True)
        assert gradient.shape == w.shape
        length = gradient.square().sum(-1).reshape(3, -1).mean(1).sqrt()
        lengths.append(length.mean().item())
        optimizer.zero_grad()
        length.mean().backward()
        reached = {name for name, p in G.named_parameters() if p.grad is not None and p.grad.abs().sum() > 0}
        assert {"mapping.layers.0.weight", "synthesis.const", "synthesis.blocks.3.conv0.weight"} <= reached
        optimizer.step()
    assert lengths[0] > lengths[1] > lengths[2] > 0
    # the definition: a small step in w along the gradient changes <images, n> by the gradient's length times the step
    w = G.mapping(z).detach().requires_grad_()
    (gradient,) = torch.autograd.grad((G.synthesis(w) * direction).sum(), w)
    with torch.no_grad():
        step = 1e-3 * gradient / gradient.norm()
        change = ((G.synthesis(w + step) - G.synthesis(w - step)) * direction).sum() / 2
    assert change.item() == pytest.approx(1e-3 * gradient.norm().item(), rel=0.02)


# Sizes


def count(net):
    return sum(p.numel() for p in net.parameters())


FULL = {"channel_base": 32768, "channel_max": 512}
HALF = {"channel_base": 16384, "channel_max": 512}
# Counted with NVlabs/stylegan2-ada-pytorch at d72cc7d (training/networks.py, cfg_specs of train.py), built on a CPU.
# 30,370,060 and 29,012,513 are also what StyleGAN2's own training prints for FFHQ at 1024.
PUBLISHED = {
    "ada-cifar": (32, 0, {"mapping_layers": 2, "mixing": 0.0, **FULL}, {"arch": "orig", "stddev": 32, **FULL}, 19_947_539, 20_720_641),
    "ada-cifar-classes": (
        32, 10, {"mapping_layers": 2, "mixing": 0.0, **FULL}, {"arch": "orig", "stddev": 32, "mapping_layers": 8, **FULL},
        20_215_315, 23_089_664,
    ),
    "ada-paper256": (256, 0, {"mapping_layers": 8, **HALF}, {"stddev": 8, **HALF}, 24_767_458, 24_001_089),
    "config-f-256": (256, 0, {"mapping_layers": 8, **FULL}, FULL, 30_034_338, 28_864_129),
    "config-f-256-skip": (256, 0, {"mapping_layers": 8, **FULL}, {"arch": "skip", **FULL}, 30_034_338, 27_662_977),
    "config-f-1024": (1024, 0, {"mapping_layers": 8, **FULL}, FULL, 30_370_060, 29_012_513),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameter_counts_of_the_published_configurations(name):
    resolution, classes, g_args, d_args, g_count, d_count = PUBLISHED[name]
    with torch.device("meta"):
        G = StyleGAN2Generator(resolution, 3, classes, 512, w_dim=512, **g_args)
        D = StyleGAN2Discriminator(resolution, 3, classes, **d_args)
    assert (count(G), count(D)) == (g_count, d_count)
    assert G.num_ws == {32: 8, 256: 14, 1024: 18}[resolution]
    if name == "config-f-1024":
        assert (count(G.mapping), count(G.synthesis)) == (2_101_248, 28_268_812)


def waves(net):
    """Every weight and noise map becomes a piece of a sine wave, in the order of their names."""
    with torch.no_grad():
        for i, (name, tensor) in enumerate(sorted(net.state_dict().items())):
            if not name.endswith("kernel"):
                wave = torch.sin(0.7 * torch.arange(tensor.numel(), dtype=torch.float64) + i)
                tensor.copy_((wave * (100 if "mapping.layers" in name else 1)).view(tensor.shape))
    return net


# What NVlabs/stylegan2-ada-pytorch at d72cc7d computes on a CPU with those weights, for the same inputs.
REFERENCE = {
    ("orig", 3): (-3.488761, -3.429572),
    ("orig", 0): (1.145047, 1.143834),
    ("skip", 3): (-1.457781, -1.409973),
    ("skip", 0): (1.412788, 1.413378),
    ("resnet", 3): (-3.607964, -3.594101),
    ("resnet", 0): (0.894860, 0.896726),
}


def test_a_generator_computes_what_the_reference_does():
    G = waves(StyleGAN2Generator(32, 2, 3, 6, w_dim=10, **TINY)).eval()
    w = G.mapping(torch.sin(torch.arange(12.0)).view(2, 6), torch.tensor([2, 0]))
    assert w[1, :4].tolist() == pytest.approx([-0.60828, -0.53514, -0.20481, 1.10777], abs=2e-5)
    images = G.synthesis(w[:, None] + torch.sin(torch.arange(8.0))[None, :, None])
    assert images[1, 1, 3::7, 5].tolist() == pytest.approx(
        [-0.3076, 6.3238, 2.6128, 0.2975, 1.6466], abs=2e-4
    )
    assert images[0, 0, ::10, 31].tolist() == pytest.approx([-2.7702, -1.7108, -2.2358, -3.3996], abs=2e-4)


@pytest.mark.parametrize(("arch", "classes"), REFERENCE)
def test_a_discriminator_computes_what_the_reference_does(arch, classes):
    D = waves(StyleGAN2Discriminator(32, 2, classes, arch=arch, **TINY))
    x = torch.sin(0.37 * torch.arange(2 * 2 * 32 * 32.0)).view(2, 2, 32, 32)
    x[1] *= torch.linspace(0, 1, 32)
    logits = D(x, torch.tensor([2, 0])).logits
    assert logits.tolist() == pytest.approx(REFERENCE[arch, classes], abs=2e-5)


def test_the_weights_are_all_that_a_generator_is():
    G = generator(classes=3).eval()
    with torch.device("meta"):
        again = StyleGAN2Generator(32, 3, 3, 6, w_dim=10, **TINY).eval()
    again.load_state_dict(G.state_dict(), strict=True, assign=True)
    z, y = normal(2, 6), torch.tensor([2, 0])
    assert again(z, y).equal(G(z, y))


def test_channels_of_each_resolution():
    assert level_widths(32, 2048, 128) == [128, 128, 128, 64]
    assert level_widths(256, 2048, 128) == [128, 128, 128, 64, 32, 16, 8]
    assert level_widths(1024, 32768, 512) == [512, 512, 512, 512, 512, 256, 128, 64, 32]
    assert level_widths(1024, 2048, 6) == [6] * 9


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: generator(mixing=1.5), "mixing is 1.5; it must be between 0 and 1."),
        (lambda: generator(mapping_layers=0), "mapping_layers is 0; it must be between 1 and 64."),
        (lambda: generator(channel_max=0), "channel_max is 0; it must be between 1 and 8192."),
        (
            lambda: StyleGAN2Generator(28, 3, 0, 6),
            "resolution is 28; stylegan2 needs a power of two from 8 up.",
        ),
        (lambda: discriminator(arch="residual"), "arch is 'residual'; it must be one of orig, skip, resnet."),
        (
            lambda: discriminator(head="ac"),
            "head is 'ac'; it must be one of projection, classifier, contrastive, none.",
        ),
        (lambda: discriminator(stddev=-1), "stddev is -1; it must be between 0 and 4096."),
    ],
)
def test_wrong_values_of_arguments(build, sentence):
    with pytest.raises(ValueError) as error:
        build()
    assert str(error.value) == sentence
