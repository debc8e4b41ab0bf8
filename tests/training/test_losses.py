"""losses.py: closed forms with real ≠ fake, signs, extremes, class terms against loops, and penalties with derivatives."""

import math

import pytest
import torch

from ganapp.config.names import CLASS_HEADS, CROSS_ENTROPY_LOSSES, LOSS_NAMES
from ganapp.config.names import CLASS_TERMS as CLASS_TERM_NAMES
from ganapp.networks import DiscriminatorOutput
from ganapp.training.losses import (
    CLASS_TERMS,
    LOSSES,
    adversarial_loss,
    certainty,
    feature_distance,
    gradient_penalty,
    interpolation_penalty,
    orthogonal_penalty,
    path_lengths,
)

REAL = torch.tensor([0.7, -1.3, 2.0], dtype=torch.float64)
FAKE = torch.tensor([-0.2, 0.9, 3.5], dtype=torch.float64)


MEAN_REAL, MEAN_FAKE = sum(REAL.tolist()) / 3, sum(FAKE.tolist()) / 3


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


CLOSED = {
    # name: (d of one image, g of one image), written with the probabilities of the papers
    "minimax": (
        lambda r, f: -math.log(sigmoid(r)) - math.log(1 - sigmoid(f)),
        lambda r, f: math.log(1 - sigmoid(f)),
    ),
    "non_saturating": (
        lambda r, f: -math.log(sigmoid(r)) - math.log(1 - sigmoid(f)),
        lambda r, f: -math.log(sigmoid(f)),
    ),
    "least_squares": (lambda r, f: 0.5 * (r - 1) ** 2 + 0.5 * f**2, lambda r, f: 0.5 * (f - 1) ** 2),
    "wasserstein": (lambda r, f: f - r, lambda r, f: -f),
    "hinge": (lambda r, f: max(0, 1 - r) + max(0, 1 + f), lambda r, f: -f),
    "relativistic": (lambda r, f: -math.log(sigmoid(r - f)), lambda r, f: -math.log(sigmoid(f - r))),
    "relativistic_average": (
        lambda r, f: -math.log(sigmoid(r - MEAN_FAKE)) - math.log(1 - sigmoid(f - MEAN_REAL)),
        lambda r, f: -math.log(sigmoid(f - MEAN_REAL)) - math.log(1 - sigmoid(r - MEAN_FAKE)),
    ),
}


@pytest.mark.parametrize("name", LOSSES)
def test_closed_forms(name):
    loss, (d, g) = LOSSES[name], CLOSED[name]
    pairs = list(zip(REAL.tolist(), FAKE.tolist(), strict=True))
    assert loss.d(REAL, FAKE).tolist() == pytest.approx([d(r, f) for r, f in pairs], rel=1e-12)
    assert loss.g(REAL, FAKE).tolist() == pytest.approx([g(r, f) for r, f in pairs], rel=1e-12)
    assert loss.d(REAL, FAKE).shape == loss.g(REAL, FAKE).shape == (3,)


@pytest.mark.parametrize("name", LOSSES)
def test_directions(name):
    """D gains by raising real and lowering fake logits, G by raising fake ones; only paired losses let G see real ones."""
    loss = LOSSES[name]
    real, fake = REAL.clone().requires_grad_(), FAKE.clone().requires_grad_()
    by_real, by_fake = torch.autograd.grad(loss.d(real, fake).sum(), (real, fake))
    # hinge is content beyond ±1, least squares pulls back to 1 and 0
    expected = {"hinge": ([-1, -1, 0], [1, 1, 1]), "least_squares": ([-1, -1, 1], [-1, 1, 1])}
    down, up = expected.get(name, ([-1] * 3, [1] * 3))
    assert by_real.sign().tolist() == down
    assert by_fake.sign().tolist() == up
    by_real, by_fake = torch.autograd.grad(loss.g(real, fake).sum(), (real, fake), allow_unused=True)
    assert by_fake.sign().tolist() == ([-1, -1, 1] if name == "least_squares" else [-1] * 3)
    assert (by_real is not None) == loss.paired
    if not loss.paired:
        assert loss.g(None, FAKE).equal(loss.g(REAL, FAKE))


@pytest.mark.parametrize("name", LOSSES)
def test_extremes_stay_finite_and_exact(name):
    """At ±100 log(sigmoid) is -100 to one side and 0 to the other; a naive one is -inf in fp32."""
    loss = LOSSES[name]
    low, high = torch.tensor([-100.0]), torch.tensor([100.0])
    (
        wrong,
        right,
        g_wrong,
        g_right,
    ) = {  # D is wrong, or right, about both; then G's loss where D is wrong, or right
        "minimax": (200, 0, -100, 0),
        "non_saturating": (200, 0, 0, 100),
        "least_squares": (0.5 * 101**2 + 0.5 * 100**2, 0.5 * 99**2 + 0.5 * 100**2, 0.5 * 99**2, 0.5 * 101**2),
        "wasserstein": (200, -200, -100, 100),
        "hinge": (202, 0, -100, 100),
        "relativistic": (200, 0, 0, 200),
        "relativistic_average": (400, 0, 0, 400),
    }[name]
    assert loss.d(low, high).item() == pytest.approx(wrong, abs=1e-4)
    assert loss.d(high, low).item() == pytest.approx(right, abs=1e-4)
    assert loss.g(low, high).item() == pytest.approx(g_wrong, abs=1e-4)
    assert loss.g(high, low).item() == pytest.approx(g_right, abs=1e-4)
    for real, fake in ((low, high), (high, low)):
        fake = fake.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(loss.g(real, fake).sum(), fake)
        assert gradient.isfinite().all()


def test_minimax_saturates_where_non_saturating_does_not():
    fake = torch.tensor([-20.0], requires_grad=True)  # D is sure that it is fake
    (minimax,) = torch.autograd.grad(LOSSES["minimax"].g(None, fake).sum(), fake)
    (other,) = torch.autograd.grad(LOSSES["non_saturating"].g(None, fake).sum(), fake)
    assert abs(minimax.item()) < 1e-6
    assert other.item() == pytest.approx(-1, abs=1e-6)


def test_names_are_those_of_the_configuration():
    assert tuple(LOSSES) == LOSS_NAMES
    assert ("none", *CLASS_TERMS) == CLASS_TERM_NAMES
    assert CLASS_HEADS.keys() == CLASS_TERMS.keys()
    smooth = [name for name in LOSSES if "smoothing" in LOSSES[name].d.__code__.co_varnames]
    assert tuple(smooth) == CROSS_ENTROPY_LOSSES


def test_averages_are_of_the_other_side():
    """Relativistic average: a fake image is measured against the mean real one; in a batch of one it is pairing, twice."""
    average, pairs = LOSSES["relativistic_average"], LOSSES["relativistic"]
    assert average.d(REAL[:1], FAKE[:1]).equal(2 * pairs.d(REAL[:1], FAKE[:1]))
    assert average.g(REAL[:1], FAKE[:1]).equal(2 * pairs.g(REAL[:1], FAKE[:1]))
    assert not average.d(REAL, FAKE).allclose(2 * pairs.d(REAL, FAKE))


@pytest.mark.parametrize("name", CROSS_ENTROPY_LOSSES)
def test_label_smoothing_is_one_sided(name):
    """Real images count as 0.9, fake ones as 0 still; G's loss knows nothing of it."""
    loss = adversarial_loss(name, 0.1)
    expected = [
        -0.9 * math.log(sigmoid(r)) - 0.1 * math.log(1 - sigmoid(r)) - math.log(1 - sigmoid(f))
        for r, f in zip(REAL.tolist(), FAKE.tolist(), strict=True)
    ]
    assert loss.d(REAL, FAKE).tolist() == pytest.approx(expected, rel=1e-12)
    assert loss.g(None, FAKE).equal(LOSSES[name].g(None, FAKE))
    assert adversarial_loss(name) is LOSSES[name]
    best = torch.tensor([math.log(9.0)], dtype=torch.float64, requires_grad=True)  # D(x) = 0.9
    (slope,) = torch.autograd.grad(loss.d(best, FAKE[:1]).sum(), best)
    assert slope.item() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("non_saturating", (1 - 1 + 1) / 3),  # the signs of 0.7, -1.3, 2.0
        ("hinge", 1 / 3),
        ("least_squares", 1 / 3),  # of 0.2, -1.8, 1.5
        ("wasserstein", (1 - 1 - 1) / 3),  # of real - fake: 0.9, -2.2, -1.5
        ("relativistic", -1 / 3),
        ("relativistic_average", -1 / 3),
    ],
)
def test_how_sure_d_is_of_real_images(name, expected):
    loss = LOSSES[name]
    assert certainty(loss, REAL, FAKE).item() == pytest.approx(expected)
    if loss.undecided_logit is not None:
        assert certainty(loss, REAL, -FAKE).equal(certainty(loss, REAL, FAKE))
    else:  # a constant that is added to all logits changes nothing
        assert certainty(loss, REAL + 7, FAKE + 7).item() == pytest.approx(expected)


# -- classes ------------------------------------------------------------------------------------------------------------


def output(seed, n=6, classes=3, width=5):
    """Unit embeddings, and cosines to unit proxies, some of them beyond the margins of D2D-CE."""
    rng = torch.Generator().manual_seed(seed)
    unit = torch.nn.functional.normalize(torch.randn(n, width, generator=rng, dtype=torch.float64), dim=1)
    proxies = torch.nn.functional.normalize(
        torch.randn(classes, width, generator=rng, dtype=torch.float64), dim=1
    )
    unit[0] = proxies[0]  # cosine 1: beyond the margin
    unit[1] = unit[2]
    return DiscriminatorOutput(torch.zeros(n, dtype=torch.float64), unit, unit @ proxies.T)


Y = torch.tensor([0, 2, 1, 0, 1, 0])


def by_loops(out, y, term):
    """The papers' formulas, one image and one pair at a time."""
    losses = []
    features, cosines = out.features.tolist(), out.class_logits.tolist()
    for i, c in enumerate(y.tolist()):
        own = cosines[i][c]
        above, below = (math.exp(own), math.exp(own)) if term == "contrastive" else (None, None)
        if term == "d2d_ce":
            above = below = math.exp(min(own - 0.98, 0) / 0.5)
        for k, other in enumerate(y.tolist()):
            cosine = sum(a * b for a, b in zip(features[i], features[k], strict=True))
            if term == "contrastive" and k != i:
                above += math.exp(cosine) if other == c else 0
                below += math.exp(cosine)
            if term == "d2d_ce" and other != c:
                below += math.exp(max(cosine - 0.02, 0) / 0.5)
        losses.append(-math.log(above / below))
    return losses


@pytest.mark.parametrize("term", ["contrastive", "d2d_ce"])
def test_contrastive_terms_are_the_loops_of_the_papers(term):
    real, fake = output(1), output(2)
    assert CLASS_TERMS[term].g(fake, Y).tolist() == pytest.approx(by_loops(fake, Y, term), rel=1e-10)
    assert CLASS_TERMS[term].d(real, fake, Y).tolist() == pytest.approx(by_loops(real, Y, term), rel=1e-10)
    alone = DiscriminatorOutput(
        *(part[3:4] for part in real[:3])
    )  # a batch of one image: nothing to compare it with
    assert CLASS_TERMS[term].g(alone, Y[3:4]).item() == pytest.approx(0)
    same = torch.zeros(6, dtype=torch.long)
    assert (
        CLASS_TERMS[term].g(real, same).abs().max() < 1e-12
    )  # and with only its own class: nothing to keep away from


def test_cross_entropy_is_of_both_for_d_and_of_fakes_for_g():
    real, fake = output(1), output(2)

    def nll(out):
        return [
            -math.log(math.exp(row[c]) / sum(map(math.exp, row)))
            for row, c in zip(out.class_logits.tolist(), Y.tolist(), strict=True)
        ]

    term = CLASS_TERMS["cross_entropy"]
    assert term.g(fake, Y).tolist() == pytest.approx(nll(fake), rel=1e-10)
    both = [a + b for a, b in zip(nll(real), nll(fake), strict=True)]
    assert term.d(real, fake, Y).tolist() == pytest.approx(both, rel=1e-10)


@pytest.mark.parametrize("term", CLASS_TERMS)
def test_class_terms_have_finite_gradients(term):
    """Also where a row has no image of another class, no other of its own, or a pair at cosine 1."""
    for y in (Y, torch.zeros_like(Y), torch.arange(6) % 3):
        features = output(3).features.clone().requires_grad_()
        proxies = output(4).features[:3].clone().requires_grad_()
        out = DiscriminatorOutput(features[:, 0], features, features @ proxies.T)
        gradients = torch.autograd.grad(CLASS_TERMS[term].g(out, y).sum(), (features, proxies))
        assert all(g.isfinite().all() for g in gradients)


def test_contrastive_terms_stay_finite_at_any_temperature():
    from ganapp.training.losses import contrastive, d2d_cross_entropy

    out = DiscriminatorOutput(*(part.float() for part in output(1)[:3]))
    for term in (contrastive, d2d_cross_entropy):
        sharp = term(out, Y, temperature=0.001)  # exp(1000) is inf
        assert sharp.isfinite().all()
        assert (sharp >= 0).all()
        assert sharp.max() > 100


# -- penalties and regularizers -----------------------------------------------------------------------------------------


def test_penalty_of_a_linear_critic_is_its_squared_length():
    w = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x = torch.randn(
        5, 2, 3, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64, requires_grad=True
    )
    penalty = gradient_penalty((x * w).sum((1, 2, 3)) + 3, x)
    assert penalty.shape == (5,)
    assert penalty.tolist() == pytest.approx([w.square().sum().item()] * 5, rel=1e-6)


def test_penalty_is_per_image_and_second_order():
    """D(x) = a·Σx² + b·x₀: |∇D|² = Σ(2a·x)² + 4ab·x₀ + b², and its derivatives with respect to a and b."""
    a = torch.tensor(0.6, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(-1.1, dtype=torch.float64, requires_grad=True)
    x = (
        torch.tensor([[0.5, -2.0, 1.0], [3.0, 0.1, -0.4]], dtype=torch.float64)
        .view(2, 3, 1, 1)
        .requires_grad_()
    )
    penalty = gradient_penalty(a * x.square().sum((1, 2, 3)) + b * x[:, 0, 0, 0], x)
    expected, by_a, by_b = [], 0.0, 0.0
    for row in x.detach().view(2, 3).tolist():
        squares = sum(v * v for v in row)
        expected.append(4 * 0.36 * squares + 4 * 0.6 * -1.1 * row[0] + 1.21)
        by_a += 8 * 0.6 * squares + 4 * -1.1 * row[0]
        by_b += 4 * 0.6 * row[0] + 2 * -1.1
    assert penalty.tolist() == pytest.approx(expected, rel=1e-6)
    gradients = torch.autograd.grad(penalty.sum(), (a, b))
    assert [g.item() for g in gradients] == pytest.approx([by_a, by_b], rel=1e-6)


def test_penalty_is_in_full_precision():
    x = torch.ones(1, 1, 64, 64, dtype=torch.bfloat16, requires_grad=True)
    penalty = gradient_penalty((x * 1.5).sum((1, 2, 3)), x)
    assert penalty.dtype == torch.float32
    assert penalty.item() == pytest.approx(2.25 * 4096, rel=1e-6)


def linear(w):
    return lambda x: (x * w).sum((1, 2, 3)) + 3


@pytest.mark.parametrize("length", [0.25, 1.0, 3.0])
def test_interpolation_penalty_of_a_linear_critic(length):
    """(|w| - 1)², to both sides of 1; not |w|², not one-sided."""
    w = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    w = w / w.norm() * length
    real, fake = torch.randn(5, 2, 3, 4, dtype=torch.float64), torch.randn(5, 2, 3, 4, dtype=torch.float64)
    penalty = interpolation_penalty(linear(w), real, fake)
    assert penalty.shape == (5,)
    assert penalty.tolist() == pytest.approx([(length - 1) ** 2] * 5, abs=1e-6)


def test_interpolation_penalty_is_taken_between_the_images():
    """D(x) = x₀³/3 has the slope x₀²: from 1 (fake) to 9 (real), one place for each pair, evenly spread."""
    seen = []

    def critic(x):
        seen.append(x.detach())
        return x[:, 0, 0, 0] ** 3 / 3

    torch.manual_seed(0)
    real, fake = torch.full((4000, 2, 1, 1), 3.0), torch.ones(4000, 2, 1, 1)
    fake[:, 1] = -1.0
    penalty = interpolation_penalty(critic, real.requires_grad_(), fake)
    x = seen[0].flatten(1)
    share = (x[:, 0] - 1) / 2  # of the real image
    assert share.min() >= 0
    assert share.max() <= 1
    assert share.mean().item() == pytest.approx(0.5, abs=0.02)
    assert share.std().item() == pytest.approx(math.sqrt(1 / 12), abs=0.01)
    assert torch.allclose(x[:, 1], -1 + 4 * share, atol=1e-5)  # one share for a whole image
    assert torch.allclose(penalty, (x[:, 0] ** 2 - 1) ** 2, rtol=1e-4, atol=1e-4)


def test_interpolation_penalty_has_its_derivative_and_survives_a_flat_critic():
    images = torch.randn(3, 1, 2, 2, dtype=torch.float64)
    w = torch.tensor(
        2.0, dtype=torch.float64, requires_grad=True
    )  # |∇D| = 2w, so the derivative is 2(2w - 1)·2
    (slope,) = torch.autograd.grad(
        interpolation_penalty(lambda x: w * x.sum((1, 2, 3)), images, -images).mean(), w, retain_graph=True
    )
    assert slope.item() == pytest.approx(2 * (2 * 2 - 1) * 2)
    zero = torch.tensor(0.0, requires_grad=True)
    penalty = interpolation_penalty(lambda x: zero * x.sum((1, 2, 3)), images.float(), -images.float())
    assert penalty.tolist() == pytest.approx([1.0] * 3, abs=1e-5)
    penalty.sum().backward()
    assert zero.grad.isfinite()


def test_feature_distance_is_between_means():
    real = torch.tensor([[1.0, 2.0], [3.0, -4.0]])
    fake = torch.tensor([[0.5, 1.0], [0.5, 2.0]], requires_grad=True)
    distance = feature_distance(real, fake)  # means (2, -1) and (0.5, 1.5)
    assert distance.item() == pytest.approx(1.5**2 + 2.5**2)
    distance.backward()
    assert fake.grad.tolist() == [[-1.5, 2.5], [-1.5, 2.5]]  # towards the real mean when descended


def test_orthogonal_penalty_in_closed_form():
    """Between filters (rows), each pair twice; their lengths are free."""
    w = torch.tensor([[1.0, 2.0, 0.0], [0.5, -1.0, 4.0]])
    dot = 0.5 - 2.0
    assert orthogonal_penalty([w]).item() == pytest.approx(2 * dot**2)
    assert orthogonal_penalty([w.view(2, 3, 1, 1)]).item() == pytest.approx(2 * dot**2)
    assert orthogonal_penalty([w, w]).item() == pytest.approx(4 * dot**2)
    assert orthogonal_penalty([torch.diag(torch.tensor([3.0, -5.0]))]).item() == 0
    columns = (
        (1.0 * 2 - 0.5) ** 2 + 0 + (0.5 * 4) ** 2 + (-4.0) ** 2
    )  # what W Wᵀ in the wrong order would give
    assert orthogonal_penalty([w]).item() != pytest.approx(2 * columns)


@pytest.mark.parametrize("layers", [None, 3])
def test_path_lengths_of_a_linear_synthesis(layers):
    """images = A w: |Aᵀ n| with n ~ N(0, I / HW), so its mean square is |A|² / HW."""
    rng = torch.Generator().manual_seed(0)
    h, w_dim = 4, 3
    a = torch.randn(2 * h * h, w_dim, generator=rng, dtype=torch.float64)
    w = torch.randn(
        2000, *([layers] if layers else []), w_dim, generator=rng, dtype=torch.float64
    ).requires_grad_()
    images = (w.sum(1) if layers else w) @ a.T
    torch.manual_seed(7)
    lengths = path_lengths(images.view(2000, 2, h, h), w)
    assert lengths.shape == (2000,)
    torch.manual_seed(7)
    noise = torch.randn(2000, 2, h, h, dtype=torch.float64) / h
    assert torch.allclose(lengths, (noise.flatten(1) @ a).norm(dim=1).float(), rtol=1e-5)
    assert lengths.square().mean().item() == pytest.approx(a.square().sum().item() / h**2, rel=0.05)


def test_path_lengths_are_the_root_of_the_mean_over_layers():
    w = torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True)
    factors = torch.tensor([1.0, 2.0, -5.0], dtype=torch.float64)[:, None]
    torch.manual_seed(7)
    lengths = path_lengths((w * factors).sum(1)[:, :, None, None].expand(2, 4, 2, 2), w)
    torch.manual_seed(7)
    noise = torch.randn(2, 4, 2, 2, dtype=torch.float64).sum((2, 3)) / 2
    expected = (noise.square().sum(1) * (1 + 4 + 25) / 3).sqrt().float()
    assert torch.allclose(lengths, expected, rtol=1e-5)
    assert not torch.autograd.grad(path_lengths((w**2).sum(1)[:, :, None, None], w).sum(), w)[0].equal(0 * w)
