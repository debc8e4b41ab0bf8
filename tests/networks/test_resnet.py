"""resnet: residual blocks, self-attention, spectral norm, conditional norms, hierarchical z, and the published configurations."""

import copy
import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from ganapp.networks.families import resnet
from ganapp.networks.families.resnet import (
    ConditionalBatchNorm,
    DiscriminatorBlock,
    GeneratorBlock,
    LayerFactory,
    ResNetDiscriminator,
    ResNetGenerator,
    SelfAttention,
    split_evenly,
)
from ganapp.training.losses import gradient_penalty

PLAIN = LayerFactory(spectral=False, scheme="xavier")
Z, CLASSES = 7, 4
GENERATORS = {
    "unconditional": (0, {}),
    "shared": (CLASSES, {"embed_dim": 5}),
    "tables": (CLASSES, {"embed_dim": 0, "spectral": True}),
    "concatenated": (CLASSES, {"conditional_norm": False}),
    "hierarchical": (0, {"hierarchical": True}),
    "biggan": (
        CLASSES,
        {"embed_dim": 5, "hierarchical": True, "spectral": True, "attention": 16, "init": "orthogonal"},
    ),
    "one-hot": (CLASSES, {"embed_dim": 0, "hierarchical": True}),
}


def generator(kind, resolution=32, channels=3):
    torch.manual_seed(0)
    classes, args = GENERATORS[kind]
    return ResNetGenerator(resolution, channels, classes, Z, width=8, **args)


def randomize(net):
    """Values for what starts at a constant: attention's γ, and the batch statistics."""
    for module in net.modules():
        if isinstance(module, SelfAttention):
            module.gamma.data.fill_(0.7)
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.3)
            module.running_var.uniform_(0.3, 2)
    return net


@pytest.mark.parametrize("kind", GENERATORS)
def test_generator_contract(kind):
    G = randomize(generator(kind, channels=1 if kind == "tables" else 3))
    classes = GENERATORS[kind][0]
    z = torch.randn(5, Z)
    y = torch.tensor([0, 3, 1, 2, 3]) if classes else None
    with torch.no_grad():
        untrained = G.eval()(z, y)
        G.train()
        for _ in range(3):  # moves batch statistics and spectral norm's vectors
            G(torch.randn(5, Z), y)
        x = G.eval()(z, y)
        assert not x.equal(untrained)
        assert x.shape == (5, 1 if kind == "tables" else 3, 32, 32)
        assert -1 <= x.min() < x.max() <= 1
        assert G(z, y).equal(x)
        for i in (0, 3):
            alone = G(z[i : i + 1], None if y is None else y[i : i + 1])
            assert (alone - x[i : i + 1]).abs().max() < 1e-5
        assert (x[0] - x[1]).abs().max() > 1e-2
        if not classes:
            assert G(z).equal(x)
            return
        e = G.embed(y)
        assert e.is_floating_point()
        assert G.embed(e) is e
        assert G(z, e).equal(x)
        other = G.embed((y + 1) % classes)
        assert (G(z, other) - x).abs().amax((1, 2, 3)).min() > 1e-3
        half = G(z, (e + other) / 2)
        assert (half - x).abs().max() > 1e-3
        assert (half - G(z, other)).abs().max() > 1e-3
        with pytest.raises(ValueError, match="this generator is class-conditional: it needs labels 0 to 3"):
            G(z)


@pytest.mark.parametrize("kind", ["tables", "biggan"])
def test_weights_go_through_a_meta_device_and_copies(kind):
    G = randomize(generator(kind)).eval()
    z, y = torch.randn(2, Z), torch.tensor([1, 3])
    before = torch.get_rng_state()
    with torch.device("meta"):
        empty = ResNetGenerator(32, 3, CLASSES, Z, width=8, **GENERATORS[kind][1])
    assert torch.get_rng_state().equal(before)
    empty.load_state_dict(G.state_dict(), strict=True, assign=True)
    with torch.no_grad():
        x = G(z, y)
        assert empty.eval()(z, y).equal(x)
        assert copy.deepcopy(G)(z, y).equal(x)


@pytest.mark.parametrize("norm", resnet.NORMS)
@pytest.mark.parametrize("classes", [0, CLASSES])
def test_discriminator_contract(norm, classes):
    torch.manual_seed(0)
    D = randomize(ResNetDiscriminator(32, 3, classes, width=8, norm=norm, attention=16))
    x, y = torch.rand(6, 3, 32, 32) * 2 - 1, torch.tensor([0, 1, 2, 3, 0, 1]) if classes else None
    D.train()
    D(x, y)
    D.eval()  # spectral norm's vectors stand still, nothing else depends on the mode
    out = D(x, y)
    assert out.logits.shape == (6,)
    assert out.features.shape == (6, 16)
    assert out.class_logits is None
    assert torch.allclose(D(x[2:4], None if y is None else y[2:4]).logits, out.logits[2:4], atol=1e-4)
    assert out.logits.std() > 1e-3
    if classes:
        assert (D(x, (y + 1) % classes).logits - out.logits).abs().min() > 1e-5


def test_heads_and_pools():
    x, y = torch.randn(3, 3, 32, 32), torch.tensor([2, 0, 1])
    for head, features, logits in (
        ("classifier", 16, (3, 4)),
        ("contrastive", 128, (3, 4)),
        ("none", 16, None),
    ):
        out = ResNetDiscriminator(32, 3, 4, width=8, head=head)(x, y)
        assert out.features.shape == (3, features)
        assert (out.class_logits is None) if logits is None else out.class_logits.shape == logits
    torch.manual_seed(1)
    total = ResNetDiscriminator(32, 3, 0, width=8, norm="none", end_size=4)
    mean = ResNetDiscriminator(32, 3, 0, width=8, norm="none", end_size=4, pool="mean")
    mean.load_state_dict(total.state_dict())
    assert torch.allclose(total(x).features, 16 * mean(x).features, rtol=1e-4)


@pytest.mark.parametrize("resolution", [32, 64, 128, 256, 512, 1024])
def test_default_widths_at_every_resolution(resolution):
    with torch.device("meta"):
        G = ResNetGenerator(resolution, 1, 0, 10)
        D = ResNetDiscriminator(resolution, 1, 0, norm="none")
    widths = [4 * G.linear.out_features // 64, *(block.conv2.out_channels for block in G.blocks)]
    assert widths == [128, 128, 64, 32, 16, 16, 16, 16, 16][: resolution.bit_length() - 2]
    backwards = widths[:1:-1] + [
        128,
        128,
    ]  # D's widths are G's: from the resolution down to 16, then two at 8
    assert [block.conv2.out_channels for block in D.blocks] == backwards
    assert [block.halve for block in D.blocks] == [True] * (len(backwards) - 2) + [False, False]
    count = sum(p.numel() for net in (G, D) for p in net.parameters())
    assert 0.9e6 < count < 1.6e6  # a network for a CPU


def test_discriminator_blocks_with_a_dead_branch_are_their_shortcuts():
    torch.manual_seed(0)
    x = torch.randn(2, 6, 8, 8)
    flat = DiscriminatorBlock(6, 6, halve=False, first=False, layer_norm=True, make=PLAIN)
    halving = DiscriminatorBlock(6, 9, halve=True, first=False, layer_norm=False, make=PLAIN)
    for block in (flat, halving):
        nn.init.zeros_(block.conv2.weight)
    assert flat(x).equal(x)
    pooled_last = F.avg_pool2d(halving.shortcut(x), 2)  # as published; the 1×1 conv and the mean commute
    assert torch.allclose(halving(x), pooled_last, atol=1e-6)


def test_discriminator_block_by_hand():
    torch.manual_seed(0)
    x = torch.randn(2, 6, 8, 8)
    for halve, first in ((False, False), (True, False), (True, True)):
        block = DiscriminatorBlock(6, 9, halve, first, layer_norm=False, make=PLAIN)
        h = block.conv2(
            F.relu(block.conv1(x if first else F.relu(x)))
        )  # the first block leaves the image as it is
        expected = h + block.shortcut(x)
        expected = F.avg_pool2d(expected, 2) if halve else expected
        assert torch.allclose(block(x), expected, atol=1e-5)


def test_layer_norm_is_over_a_whole_image():
    torch.manual_seed(0)
    block = DiscriminatorBlock(5, 5, halve=False, first=False, layer_norm=True, make=PLAIN)
    first = DiscriminatorBlock(3, 5, halve=True, first=True, layer_norm=True, make=PLAIN)
    assert not any(isinstance(m, nn.GroupNorm) for m in first.modules())
    x = torch.randn(2, 5, 4, 4) * torch.tensor([1.0, 7.0])[:, None, None, None] + 2
    y = block.norm1(x)
    assert torch.allclose(y.mean((1, 2, 3)), torch.zeros(2), atol=1e-5)
    assert torch.allclose(y.var((1, 2, 3), unbiased=False), torch.ones(2), atol=1e-3)
    assert y.mean((2, 3)).abs().max() > 0.05  # not for each channel


def test_generator_block_by_hand():
    torch.manual_seed(0)
    block = GeneratorBlock(6, 4, 0, PLAIN).eval()
    x, c = torch.randn(2, 6, 5, 5), torch.zeros(2, 0)
    up = nn.Upsample(scale_factor=2, mode="nearest")
    h = block.conv1(up(F.relu(block.norm1.norm(x))))
    h = block.conv2(F.relu(block.norm2.norm(h)))
    with torch.no_grad():
        assert torch.allclose(block(x, c), h + block.shortcut(up(x)), atol=1e-5)
        nn.init.zeros_(block.conv2.weight)
        assert torch.allclose(block(x, c), block.shortcut(up(x)), atol=1e-6)


def test_attention_is_the_identity_at_first_and_then_a_softmax_over_places():
    torch.manual_seed(0)
    attention = SelfAttention(16, PLAIN)
    x = torch.randn(2, 16, 4, 6)
    assert attention(x).equal(x)
    attention.gamma.data.fill_(0.6)
    query, key, value, out = (
        layer.weight[:, :, 0, 0].detach()
        for layer in (attention.query, attention.key, attention.value, attention.out)
    )
    assert (len(query), len(key), len(value), len(out)) == (2, 2, 8, 16)
    expected = torch.empty_like(x)
    for n in range(2):
        pooled = [
            (
                torch.stack([key @ x[n, :, i + a, j + b] for a in (0, 1) for b in (0, 1)]).amax(0),
                torch.stack([value @ x[n, :, i + a, j + b] for a in (0, 1) for b in (0, 1)]).amax(0),
            )
            for i in (0, 2)
            for j in (0, 2, 4)
        ]
        for i in range(4):
            for j in range(6):
                scores = [math.exp((query @ x[n, :, i, j]) @ k) for k, _ in pooled]
                mixed = sum(score / sum(scores) * v for score, (_, v) in zip(scores, pooled, strict=True))
                expected[n, :, i, j] = x[n, :, i, j] + 0.6 * (out @ mixed)
    assert (expected - x).abs().max() > 0.1
    assert torch.allclose(attention(x), expected, atol=1e-5)


def test_attention_follows_the_block_that_makes_its_size():
    seen = {}
    G = ResNetGenerator(64, 3, 0, Z, width=8, attention=16)
    D = ResNetDiscriminator(64, 3, 0, width=8, attention=32)
    for name, net in (("G", G), ("D", D)):
        net.attention.register_forward_hook(
            lambda module, inputs, out, name=name: seen.update({name: inputs[0].shape})
        )
    D(G(torch.randn(2, Z)))
    assert seen == {"G": (2, 8, 16, 16), "D": (2, 2, 32, 32)}
    assert ResNetGenerator(32, 3, 0, Z, width=8).attention is None


def spectral_layers(net):
    return {n: m for n, m in net.named_modules() if isinstance(m, nn.Conv2d | nn.Linear | nn.Embedding)}


@pytest.mark.parametrize("kind", ["biggan", "tables", "discriminator"])
def test_largest_singular_value_of_every_spectral_layer_is_1(kind):
    torch.manual_seed(0)
    if kind == "discriminator":
        net, free = ResNetDiscriminator(32, 3, CLASSES, width=8, attention=16), set()
    else:
        net, free = generator(kind), {"embedding"}  # the shared embedding and the tables are as they are
    layers = spectral_layers(net)
    if kind == "tables":
        free = {n for n in layers if n.endswith((".gain", ".bias"))}
        assert len(free) == 12
    layers = {n: m for n, m in layers.items() if n not in free}
    assert all(torch.nn.utils.parametrize.is_parametrized(m, "weight") for m in layers.values())
    assert sum(torch.nn.utils.parametrize.is_parametrized(m) for m in net.modules()) == len(layers)
    net.train()
    for name, layer in layers.items():
        with torch.no_grad():
            layer.parametrizations.weight.original.mul_(3.7)  # whatever the weights have become
            for _ in range(150):
                layer.weight  # noqa: B018 - one power iteration each
            largest = torch.linalg.svdvals(layer.weight.flatten(1))[0].item()
        assert abs(largest - 1) < 0.02, name


def test_without_spectral_nothing_is_parametrized():
    nets = ResNetGenerator(32, 3, 4, Z, width=8), ResNetDiscriminator(32, 3, 4, width=8, norm="layer")
    assert not any(torch.nn.utils.parametrize.is_parametrized(m) for net in nets for m in net.modules())


def test_conditional_batch_norm_by_hand():
    torch.manual_seed(0)
    norm = ConditionalBatchNorm(3, 2, PLAIN)
    norm.gain.weight.data = torch.tensor([[1.0, 0.0], [0.5, -2.0], [0.0, 3.0]])
    norm.bias.weight.data = torch.tensor([[0.0, 1.0], [2.0, 0.0], [-1.0, 0.5]])
    x, c = torch.randn(2, 3, 4, 4) * 3 + 1, torch.tensor([[1.0, 0.0], [0.25, 2.0]])
    gain = torch.tensor([[2.0, 1.5, 1.0], [1.25, 1 + 0.125 - 4, 7.0]])[:, :, None, None]
    bias = torch.tensor([[0.0, 2.0, -1.0], [2.0, 0.5, 0.75]])[:, :, None, None]
    mean, var = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), keepdim=True, unbiased=False)
    assert torch.allclose(norm(x, c), (x - mean) / (var + 1e-5).sqrt() * gain + bias, atol=1e-5)
    norm.eval()
    norm.norm.running_mean.copy_(torch.tensor([1.0, -2.0, 0.5]))
    norm.norm.running_var.copy_(torch.tensor([4.0, 1.0, 0.25]))
    mean, std = torch.tensor([1.0, -2.0, 0.5])[:, None, None], torch.tensor([2.0, 1.0, 0.5])[:, None, None]
    assert torch.allclose(norm(x, c), (x - mean) / std * gain + bias, atol=1e-3)


def test_a_table_of_gains_has_a_row_for_each_class_and_can_be_interpolated():
    G = generator("tables").eval()
    norm = G.blocks[1].norm1
    x, y = torch.randn(1, 16, 4, 4), torch.tensor([2])
    with torch.no_grad():
        plain = norm.norm(x)
        for other, share in ((2, 0.0), (0, 0.25)):
            c = (1 - share) * G.embed(y) + share * G.embed(torch.tensor([other]))
            gain, bias = (
                (1 - share) * t[:, 2] + share * t[:, other] for t in (norm.gain.weight, norm.bias.weight)
            )
            expected = plain * (1 + gain)[:, None, None] + bias[:, None, None]
            assert torch.allclose(norm(x, c), expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["hierarchical", "biggan", "one-hot"])
def test_a_chunk_of_z_reaches_its_block_and_those_after_it(kind):
    G = randomize(generator(kind)).eval()
    assert G.chunks == [2, 2, 2, 1]
    y = torch.tensor([1]) if GENERATORS[kind][0] else None
    outputs = []
    for block in G.blocks:
        block.register_forward_hook(lambda module, inputs, out: outputs.append(out))
    z = torch.randn(1, Z)
    ends = [2, 4, 6, 7]
    with torch.no_grad():
        G(z, y)
        before, outputs[:] = list(outputs), []
        for k, end in enumerate(ends):
            changed = z.clone()
            changed[:, end - 1] += 2
            G(changed, y)
            differs = [not a.equal(b) for a, b in zip(before, outputs, strict=True)]
            outputs.clear()
            assert differs == [
                i >= k - 1 for i in range(3)
            ]  # chunk 0 is the first layer's, chunk k is block k's


def test_chunks_of_z():
    assert split_evenly(120, 6) == [20] * 6  # BigGAN at 128 pixels
    assert split_evenly(128, 5) == [26, 26, 26, 25, 25]


@pytest.mark.parametrize("norm", resnet.NORMS)
def test_gradient_penalty_can_be_differentiated(norm):
    """Its derivative along a random direction of the weights equals a finite difference."""
    torch.manual_seed(0)
    D = ResNetDiscriminator(32, 1, 3, width=4, norm=norm, attention=8, pool="mean").double()
    D.attention.gamma.data.fill_(0.8)
    D.eval()  # spectral norm's vectors stand still between the evaluations
    x, y = torch.randn(2, 1, 32, 32, dtype=torch.float64), torch.tensor([0, 2])

    def penalty():
        images = x.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(D(images, y).logits.sum(), images, create_graph=True)
        return gradient.square().sum()

    parameters = list(D.parameters())
    value = penalty()
    assert value.item() == pytest.approx(
        gradient_penalty(D(x.requires_grad_(), y).logits, x).double().sum().item(), rel=1e-5
    )
    gradients = torch.autograd.grad(value, parameters, allow_unused=True)
    direction = [torch.randn_like(p) for p in parameters]
    slope = sum((g * d).sum() for g, d in zip(gradients, direction, strict=True) if g is not None).item()
    values = []
    for step in (1e-6, -2e-6):
        with torch.no_grad():
            for p, d in zip(parameters, direction, strict=True):
                p.add_(d, alpha=step)
        values.append(penalty().item())
    assert slope == pytest.approx((values[0] - values[1]) / 2e-6, rel=1e-3)
    assert abs(slope) > 1e-6


def test_initial_weights():
    torch.manual_seed(0)
    block = GeneratorBlock(64, 32, 0, PLAIN)
    for layer, fan, gain in ((block.conv1, 9 * 96, 2), (block.conv2, 9 * 64, 2), (block.shortcut, 96, 1)):
        assert layer.weight.std().item() == pytest.approx(math.sqrt(gain * 2 / fan), rel=0.05)
        assert not layer.bias.any()
    G = ResNetGenerator(32, 3, 10, 12, width=8, init="orthogonal")
    for layer in (G.blocks[0].conv1, G.linear, G.embedding, G.blocks[2].norm2.gain):
        w = layer.weight.flatten(1)
        w = w if len(w) <= w.shape[1] else w.T
        assert torch.allclose(w @ w.T, torch.eye(len(w)), atol=1e-5)


# What the papers train: (resolution, classes, z_dim, g_args, d_args, parameters of G, of D), each count with its source.
WGAN_GP = {"widths": [128] * 4, "embed_dim": 0}, {"widths": [128] * 4, "norm": "none", "pool": "mean"}
SNGAN = {"widths": [256] * 4, "embed_dim": 0}, {"widths": [128] * 4}
SAGAN = (
    {"widths": [1024, 1024, 512, 256, 128, 64], "spectral": True, "attention": 32, "embed_dim": 0},
    {"widths": [64, 128, 256, 512, 1024, 1024], "end_size": 4, "attention": 32},
)
BIGGAN = (
    {
        "widths": [1536, 1536, 768, 384, 192, 96],
        "spectral": True,
        "attention": 64,
        "embed_dim": 128,
        "hierarchical": True,
        "init": "orthogonal",
    },
    {"widths": [96, 192, 384, 768, 1536, 1536], "end_size": 4, "attention": 64, "init": "orthogonal"},
)
PUBLISHED = {
    # layer by layer from igul222/improved_wgan_training gan_cifar_resnet.py; G also mimicry's WGANGPGenerator32(ngf=128)
    "wgan-gp": (32, 0, 128, *WGAN_GP, 1_204_483, 1_053_825),
    # the same with CONDITIONAL and ACGAN: 12 tables of 10 × 128 for 12 vectors of 128, and a layer of 10 more logits
    "wgan-gp-acgan": (32, 10, 128, WGAN_GP[0], {**WGAN_GP[1], "head": "classifier"}, 1_218_307, 1_055_115),
    # kwotsin/mimicry: SNGANGenerator32, SNGANDiscriminator32 (after Miyato's code, whose last layer has no bias)
    "sngan": (32, 0, 128, *SNGAN, 4_276_739, 1_053_825),
    # kwotsin/mimicry: CGANPDGenerator32, CGANPDDiscriminator32 with 10 classes (Miyato & Koyama 2018)
    "sngan-projection": (32, 10, 128, *SNGAN, 4_304_387, 1_055_105),
    # kwotsin/mimicry: SAGANGenerator128; ajbrock/BigGAN-PyTorch with G_ch 64, G_attn 32, D_attn 32, not shared: both nets
    "sagan": (128, 1000, 128, *SAGAN, 42_078_852, 39_463_618),
    # google/compare_gan architectures/resnet_biggan.py and its test; ajbrock/BigGAN-PyTorch, launch_BigGAN_bs256x8.sh
    "biggan": (128, 1000, 120, *BIGGAN, 70_433_988, 87_982_370),
}


@pytest.mark.parametrize("name", PUBLISHED)
def test_parameter_counts_of_the_published_configurations(name, monkeypatch):
    monkeypatch.setattr(
        resnet, "spectral_norm", lambda layer: layer
    )  # adds no parameter, and is slow without data
    resolution, classes, z_dim, g_args, d_args, g, d = PUBLISHED[name]
    with torch.device("meta"):
        G = ResNetGenerator(resolution, 3, classes, z_dim, **g_args)
        D = ResNetDiscriminator(resolution, 3, classes, **d_args)
    assert (sum(p.numel() for p in G.parameters()), sum(p.numel() for p in D.parameters())) == (g, d)
    assert D.blocks[-1].halve is False
    assert G.chunks == ([20] * 6 if name == "biggan" else [128] + [0] * len(G.blocks))


@pytest.mark.parametrize(
    ("net", "args", "sentence"),
    [
        ("G", {"widths": [8, 8]}, "widths has 2 entries; 32 pixels need 4, from 4×4 up."),
        ("G", {"attention": 24}, "attention is 24; it must be one of 0, 8, 16, 32."),
        ("G", {"init": "zeros"}, "init is 'zeros'; it must be one of xavier, orthogonal."),
        (
            "G",
            {"hierarchical": True},
            "z_dim is 3; hierarchical needs at least 4, one for the input and each block.",
        ),
        ("D", {"norm": "batch"}, "norm is 'batch'; it must be one of none, spectral, layer."),
        ("D", {"pool": "max"}, "pool is 'max'; it must be one of sum, mean."),
        ("D", {"end_size": 5}, "end_size is 5; it must be one of 4, 8, 16."),
        ("D", {"widths": [8]}, "widths has 1 entries; 32 pixels down to 8×8 need at least 2."),
        ("D", {"attention": 4}, "attention is 4; it must be one of 0, 16, 8."),
        (
            "D",
            {"head": "linear"},
            "head is 'linear'; it must be one of projection, classifier, contrastive, none.",
        ),
    ],
)
def test_wrong_arguments(net, args, sentence):
    with pytest.raises(ValueError) as error:
        ResNetGenerator(32, 3, 0, 3, **args) if net == "G" else ResNetDiscriminator(32, 3, 0, **args)
    assert str(error.value) == sentence
