"""augment.py: what each transform does to an asymmetric image, how often, and that images stay apart and differentiable."""

import math

import pytest
import torch
import torch.nn.functional as F

from ganapp.config.names import DIFFAUGMENTS
from ganapp.training.augment import augment
from ganapp.training.augment.ada import ADA_POLICY, COLORS, GEOMETRY, compose, reflected, rotation, warp
from ganapp.training.augment.diffaugment import TRANSFORMS, _random_half

POLICIES = [*TRANSFORMS, *GEOMETRY, *COLORS, ",".join(TRANSFORMS), ADA_POLICY]


def images(n=6, channels=3, size=16, seed=0):
    return torch.rand(n, channels, size, size, generator=torch.Generator().manual_seed(seed)) * 2 - 1


def seeded(x, policy, p=1.0, seed=3):
    torch.manual_seed(seed)
    return augment(x, policy, p)


def test_names_are_those_of_the_configuration():
    assert tuple(TRANSFORMS) == DIFFAUGMENTS
    assert set(ADA_POLICY.split(",")) == {*GEOMETRY, *COLORS}
    assert ADA_POLICY.count("rotate,") == 2  # before and after stretching


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_never_is_the_identity_and_always_is_not(policy, channels):
    x = images(channels=channels)
    exact = channels != 4  # colours beside alpha are taken apart and put together again
    for never in (0.0, torch.zeros(())):
        assert seeded(x, policy, never).equal(x) if exact else seeded(x, policy, never).allclose(x, atol=1e-6)
    always = seeded(x, policy, 1.0)
    assert always.shape == x.shape
    assert always.dtype == torch.float32
    assert seeded(x, policy, torch.ones(())).equal(always)
    assert seeded(x, policy, 1.0).equal(always)
    if (channels, policy) not in ((1, "hue"), (1, "saturation")):  # grey stays grey
        assert not always.allclose(x, atol=1e-3)
        assert not seeded(x, policy, 1.0, seed=4).equal(always)


def test_no_policy_is_the_image_itself_and_draws_nothing():
    x, before = images(), torch.get_rng_state()
    assert augment(x, "", 1.0) is x
    assert torch.get_rng_state().equal(before)


@pytest.mark.parametrize("policy", POLICIES)
def test_each_image_by_itself_in_any_memory_format(policy):
    x, other = images(), images()
    other[0] = images(seed=9)[0]
    a, b = seeded(x, policy), seeded(other, policy)
    assert b[1:].allclose(a[1:], atol=1e-6)
    assert not b[0].equal(a[0])
    assert seeded(x.contiguous(memory_format=torch.channels_last), policy).allclose(a, atol=1e-6)


@pytest.mark.parametrize("policy", POLICIES)
def test_gradients_flow_once_and_twice(policy):
    """An augmentation A is affine: its derivative along u is A(x + u) - A(x). R1 through it has derivatives by D's weights."""
    x, u, v = (images(size=8, seed=k) for k in range(3))
    x.requires_grad_()
    (gradient,) = torch.autograd.grad((seeded(x, policy) * v).sum(), x)
    expected = ((seeded(x + u, policy) - seeded(x, policy)) * v).sum().item()
    assert (gradient * u).sum().item() == pytest.approx(expected, rel=1e-3, abs=1e-3)
    assert expected != 0
    weight = torch.tensor(1.3, requires_grad=True)
    (slope,) = torch.autograd.grad((seeded(x, policy) * weight).square().sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(slope.square().sum(), weight)
    assert second.item() == pytest.approx(
        4 * slope.square().sum().item() / 1.3, rel=1e-3
    )  # slope is weight² · …


def share_changed(policy, p, n=4000):
    x = images(n=n, size=4)
    return (seeded(x, policy, p) != x).flatten(1).any(1).float().mean().item()


@pytest.mark.parametrize(
    ("policy", "share"),
    [
        ("brightness", 0.3),
        ("contrast", 0.3),
        ("scale", 0.3),
        ("xflip", 0.15),  # half of those chosen
        ("rotate90", 0.225),
        ("rotate,rotate", 0.3),  # both together
        ("rotate", 1 - math.sqrt(0.7)),
        ("brightness,contrast", 1 - 0.7**2),
        ("color", 1 - 0.7**3),
    ],
)
def test_p_is_the_share_of_images(policy, share):
    assert share_changed(policy, 0.3) == pytest.approx(share, abs=0.03)
    assert share_changed(policy, torch.tensor(0.3)) == pytest.approx(share, abs=0.03)


# -- geometry -----------------------------------------------------------------------------------------------------------


def which(x, y, candidates):
    """For each image, the number of the candidate (a list of batches) that it is."""
    found = [
        [i for i, c in enumerate(candidates) if torch.allclose(c[n], y[n], atol=1e-5)] for n in range(len(x))
    ]
    assert all(len(f) == 1 for f in found)
    return [f[0] for f in found]


def test_flips_and_quarter_turns_are_exact():
    x = images(n=60)
    flips = which(x, seeded(x, "xflip"), [x, x.flip(3)])
    assert 15 < sum(flips) < 45
    turns = which(x, seeded(x, "rotate90"), [x.rot90(k, (2, 3)) for k in range(4)])
    assert {turns.count(k) > 5 for k in range(4)} == {True}


def test_whole_moves_are_by_at_most_an_eighth():
    x = images(n=80, size=16)
    padded = F.pad(x, (2, 2, 2, 2), mode="replicate")
    shifted = {
        (dy, dx): padded[:, :, 2 - dy : 18 - dy, 2 - dx : 18 - dx]
        for dy in range(-2, 3)
        for dx in range(-2, 3)
    }
    inner = [s[:, :, 2:-2, 2:-2] for s in shifted.values()]
    moves = {list(shifted)[i] for i in which(x, seeded(x, "xint")[:, :, 2:-2, 2:-2], inner)}
    assert {dy for dy, _ in moves} == {dx for _, dx in moves} == {-2, -1, 0, 1, 2}
    assert len(moves) > 15  # each way by itself


def test_edges_are_reflected():
    assert reflected(torch.arange(-5, 9).float(), 4).tolist() == [3, 3, 2, 1, 0, 0, 1, 2, 3, 3, 2, 1, 0, 0]
    x = torch.arange(4.0).view(1, 1, 1, 4)
    move = torch.eye(3)[None].clone()
    move[0, 0, 2] = -2.0  # new pixel 0 is old pixel -2
    assert warp(x, move).flatten().tolist() == [1, 0, 0, 1]


def test_warp_is_grid_sample():
    """The same as torch's own, which has only first derivatives: at odd sizes, turned, stretched and far outside."""
    x = torch.rand(5, 2, 7, 12)
    maps = torch.eye(3).repeat(5, 1, 1)
    maps[:, :2] += torch.randn(5, 2, 3, generator=torch.Generator().manual_seed(1))
    maps[:, :2, 2] *= 4
    places = torch.stack(
        torch.meshgrid(torch.arange(12.0) - 5.5, torch.arange(7.0) - 3, indexing="xy"), -1
    )  # (H, W, 2)
    source = torch.einsum("nij,hwj->nhwi", maps[:, :2, :2], places) + maps[:, None, None, :2, 2]
    grid = source / torch.tensor([6.0, 3.5])
    expected = F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)
    assert warp(x, maps).allclose(expected, atol=1e-5)


def maps_of(name, n=4000, size=32):
    torch.manual_seed(0)
    return GEOMETRY[name](torch.zeros(n, 1, size, size), 1.0)


def test_scales_are_even_in_their_logarithm():
    for name, sign in (("scale", 1), ("aniso", -1)):
        m = maps_of(name)
        x, y = m[:, 0, 0].log2(), m[:, 1, 1].log2()
        assert x.mean().item() == pytest.approx(0, abs=0.02)
        assert x.std().item() == pytest.approx(0.2, abs=0.01)
        assert y.allclose(sign * x, atol=1e-5)
        assert not m[:, [0, 1, 0, 1], [1, 0, 2, 2]].any()


def test_rotations_are_rotations_by_any_angle():
    m = maps_of("rotate")[:, :2, :2]
    assert (m @ m.transpose(1, 2)).allclose(torch.eye(2).expand_as(m), atol=1e-5)
    angles = torch.atan2(m[:, 1, 0], m[:, 0, 0])
    assert angles.std().item() == pytest.approx(2 * math.pi / math.sqrt(12), rel=0.03)
    assert angles.abs().max() > 3.1
    assert rotation(torch.tensor([math.pi / 2])).round().tolist() == [[[0, -1], [1, 0]]]


def test_fractional_moves_are_normal_and_whole_ones_whole():
    moves = maps_of("xfrac")[:, :2, 2]
    assert moves.std(0).tolist() == pytest.approx([4, 4], rel=0.05)  # an eighth of 32
    assert abs(torch.corrcoef(moves.T)[0, 1]) < 0.05
    whole = maps_of("xint")[:, :2, 2]
    assert whole.equal(whole.round())
    assert whole.abs().max() == 4


def test_the_first_transform_of_a_policy_is_done_first():
    """Stretch, then turn by 90°: an image scaled along x ends up scaled along y."""
    stretch = torch.diag(torch.tensor([0.5, 1.0, 1.0]))[None]  # twice as wide
    turn = torch.eye(3)[None].clone()
    turn[:, :2, :2] = rotation(torch.tensor([math.pi / 2])).round()
    x = images(n=1, size=8)
    assert warp(x, compose([stretch, turn])).allclose(warp(warp(x, stretch), turn), atol=1e-5)
    assert not warp(x, compose([turn, stretch])).allclose(warp(x, compose([stretch, turn])), atol=0.1)


# -- colour -------------------------------------------------------------------------------------------------------------


def split(x):
    """Luma (N, 1, H, W), and what is left of each channel."""
    luma = x.mean(1, keepdim=True)
    return luma, x - luma


def test_colour_transforms_of_ada():
    x = images(n=500, size=4)
    luma, rest = split(x)

    y = seeded(x, "brightness") - x
    assert y.allclose(y[:, :1, :1, :1].expand_as(y), atol=1e-5)  # one number for an image
    assert y[:, 0, 0, 0].std().item() == pytest.approx(0.2, rel=0.1)

    factors = seeded(x, "contrast") / x
    assert factors.allclose(factors[:, :1, :1, :1].expand_as(x), rtol=1e-3)
    assert factors[:, 0, 0, 0].log2().std().item() == pytest.approx(0.5, rel=0.1)

    new_luma, new_rest = split(seeded(x, "lumaflip"))
    assert new_rest.allclose(rest, atol=1e-5)
    flipped = (new_luma + luma).abs().amax((1, 2, 3)) < 1e-5
    assert new_luma[~flipped].allclose(luma[~flipped], atol=1e-5)
    assert flipped.float().mean().item() == pytest.approx(0.5, abs=0.1)

    new_luma, new_rest = split(seeded(x, "saturation"))
    assert new_luma.allclose(luma, atol=1e-5)
    factors = (new_rest * rest).sum((1, 2, 3)) / rest.square().sum((1, 2, 3))
    assert new_rest.allclose(rest * factors[:, None, None, None], atol=1e-4)
    assert factors.log2().std().item() == pytest.approx(1.0, rel=0.1)

    new_luma, new_rest = split(seeded(x, "hue"))
    assert new_luma.allclose(luma, atol=1e-5)
    assert new_rest.norm(dim=1).allclose(rest.norm(dim=1), atol=1e-5)
    cos = (new_rest * rest).sum(1) / rest.square().sum(1).clamp_min(1e-6)
    assert cos.allclose(cos[:, :1, :1].expand_as(cos), atol=1e-2)
    assert cos[:, 0, 0].acos().mean().item() == pytest.approx(math.pi / 2, rel=0.1)  # every angle


def test_a_third_of_a_turn_of_hue_is_a_permutation_of_the_channels(monkeypatch):
    from ganapp.training.augment import ada as module

    monkeypatch.setattr(module, "uniform", lambda images, *_: torch.full((len(images),), 2 * math.pi / 3))
    x = images()
    assert augment(x, "hue", 1.0).allclose(x.roll(1, 1), atol=1e-5)


def test_a_grey_image_goes_the_way_of_three_equal_channels():
    x = images(channels=1)
    for policy in (ADA_POLICY, *COLORS):
        grey, colour = seeded(x, policy), seeded(x.expand(-1, 3, -1, -1), policy)
        assert grey.allclose(colour.mean(1, keepdim=True), atol=1e-5)


# -- DiffAugment --------------------------------------------------------------------------------------------------------


def test_diffaugment_color_is_brightness_saturation_and_contrast():
    x = images(n=400, size=4)
    torch.manual_seed(3)
    y = augment(x, "color", 1.0)
    torch.manual_seed(3)

    def draw(low, high):
        value = torch.rand(400, 1, 1, 1) * (high - low) + low
        torch.rand(400, 1, 1, 1)  # whether
        return value

    expected = x + draw(-0.5, 0.5)
    mean = expected.mean(1, keepdim=True)
    expected = (expected - mean) * draw(0, 2) + mean
    mean = expected.mean((1, 2, 3), keepdim=True)
    expected = (expected - mean) * draw(0.5, 1.5) + mean
    assert y.allclose(expected, atol=1e-5)


def test_translation_moves_and_fills_with_zero():
    x = images(n=200, size=16)
    padded = F.pad(x, (2, 2, 2, 2))
    moved = [padded[:, :, 2 - dy : 18 - dy, 2 - dx : 18 - dx] for dy in range(-2, 3) for dx in range(-2, 3)]
    found = which(x, seeded(x, "translation"), moved)
    assert set(found) == set(range(25))


def test_cutout_is_half_as_wide_and_anywhere():
    x = images(n=300, size=16).abs() + 0.1
    y = seeded(x, "cutout")
    holes = y == 0
    assert y.where(holes, x).equal(y)  # nothing else has changed
    assert holes.all(1).equal(holes.any(1))  # in all channels
    rows, columns = holes[:, 0].any(2).sum(1), holes[:, 0].any(1).sum(1)
    assert holes[:, 0].sum((1, 2)).equal(rows * columns)  # a rectangle
    assert rows.max() == columns.max() == 8
    assert rows.min() == columns.min() == 4  # its centre is never outside
    assert holes[:, 0].any(0).all()


@pytest.mark.parametrize(("size", "starts", "least"), [(6, 6, 2), (8, 9, 2), (4, 5, 1)])
def test_half_of_the_places_lies_around_any_place(size, starts, least):
    """As published: positions 0 to size, for an odd width one less; at least half of the width is inside."""
    torch.manual_seed(0)
    strips = {tuple(row) for row in _random_half(torch.zeros(600, 1, size, size), size).int().tolist()}
    assert len(strips) == starts
    assert min(map(sum, strips)) == least and max(map(sum, strips)) == size // 2


# -- transparency -------------------------------------------------------------------------------------------------------

COLOUR_POLICIES = ["color", *COLORS, "contrast,hue,brightness"]


def weighted(colours, alpha):
    """Training's images (N, 4, H, W) of straight colours (N, 3, H, W) in [-1, 1] and alpha (N, 1, H, W) in [0, 1]."""
    return torch.cat([(colours + 1) * alpha - 1, alpha * 2 - 1], 1)


@pytest.mark.parametrize("policy", COLOUR_POLICIES)
def test_colours_change_as_without_alpha_and_alpha_stays(policy):
    colours = images(n=40, size=6)
    opaque = seeded(weighted(colours, torch.ones(40, 1, 6, 6)), policy)
    assert opaque[:, 3].equal(torch.ones(40, 6, 6))
    assert opaque[:, :3].allclose(seeded(colours, policy), atol=1e-5)
    alpha = (images(n=40, channels=1, size=6, seed=8) + 1) / 2
    x = weighted(colours, alpha)
    y = seeded(x, policy)
    assert y[:, 3].allclose(x[:, 3], atol=1e-6) and not y[:, :3].allclose(x[:, :3], atol=1e-2)


@pytest.mark.parametrize("policy", [p for p in COLOUR_POLICIES if p != "color"])
def test_straight_colours_change_and_then_are_weighted(policy):
    """ADA's changes are pixel by pixel, so the order does not matter."""
    colours, alpha = images(n=30, size=5), (images(n=30, channels=1, size=5, seed=8) + 1) / 2
    assert seeded(weighted(colours, alpha), policy).allclose(
        weighted(seeded(colours, policy), alpha), atol=1e-5
    )


@pytest.mark.parametrize("policy", COLOUR_POLICIES)
def test_what_is_not_seen_stays_black_and_moves_nothing(policy):
    """A picture with nothing around it, and the same one cut out: DiffAugment's mean is that of what is seen."""
    colours = images(n=30, size=8)
    alpha = torch.zeros(30, 1, 8, 8)
    alpha[..., :, 2:5] = 1
    y = seeded(weighted(colours, alpha), policy)
    assert y[:, :, :, 5:].allclose(torch.tensor(-1.0), atol=1e-5)
    assert y[:, :3, :, 2:5].allclose(seeded(colours[..., 2:5], policy), atol=1e-5)


def test_an_empty_picture_stays_finite():
    assert seeded(torch.full((4, 4, 6, 6), -1.0), "color").allclose(torch.tensor(-1.0), atol=1e-5)
