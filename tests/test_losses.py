"""losses.py: closed forms with real ≠ fake, signs, extremes, and the penalty's first and second derivatives."""

import math

import pytest
import torch

from ganapp.losses import LOSSES, gradient_penalty

REAL = torch.tensor([0.7, -1.3, 2.0], dtype=torch.float64)
FAKE = torch.tensor([-0.2, 0.9, 3.5], dtype=torch.float64)


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


CLOSED = {
    # name: (d of one image, g of one image), written with the probabilities of the papers
    "minimax": (lambda r, f: -math.log(sigmoid(r)) - math.log(1 - sigmoid(f)), lambda r, f: math.log(1 - sigmoid(f))),
    "non_saturating": (
        lambda r, f: -math.log(sigmoid(r)) - math.log(1 - sigmoid(f)),
        lambda r, f: -math.log(sigmoid(f)),
    ),
    "relativistic": (lambda r, f: -math.log(sigmoid(r - f)), lambda r, f: -math.log(sigmoid(f - r))),
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
    assert (by_real < 0).all()
    assert (by_fake > 0).all()
    by_real, by_fake = torch.autograd.grad(loss.g(real, fake).sum(), (real, fake), allow_unused=True)
    assert (by_fake < 0).all()
    assert (by_real is not None) == loss.paired
    if not loss.paired:
        assert loss.g(None, FAKE).equal(loss.g(REAL, FAKE))


@pytest.mark.parametrize("name", LOSSES)
def test_extremes_stay_finite_and_exact(name):
    """At ±100 log(sigmoid) is -100 to one side and 0 to the other; a naive one is -inf in fp32."""
    loss = LOSSES[name]
    low, high = torch.tensor([-100.0]), torch.tensor([100.0])
    assert loss.d(low, high).item() == pytest.approx(200, abs=1e-4)  # D is wrong about both
    assert loss.d(high, low).item() == pytest.approx(0, abs=1e-4)
    expected = {"minimax": (-100.0, 0.0), "non_saturating": (0.0, 100.0), "relativistic": (0.0, 200.0)}[name]
    assert loss.g(low, high).item() == pytest.approx(expected[0], abs=1e-4)
    assert loss.g(high, low).item() == pytest.approx(expected[1], abs=1e-4)
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


def test_penalty_of_a_linear_critic_is_its_squared_length():
    w = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    x = torch.randn(5, 2, 3, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64, requires_grad=True)
    penalty = gradient_penalty((x * w).sum((1, 2, 3)) + 3, x)
    assert penalty.shape == (5,)
    assert penalty.tolist() == pytest.approx([w.square().sum().item()] * 5, rel=1e-6)


def test_penalty_is_per_image_and_second_order():
    """D(x) = a·Σx² + b·x₀: |∇D|² = Σ(2a·x)² + 4ab·x₀ + b², and its derivatives with respect to a and b."""
    a = torch.tensor(0.6, dtype=torch.float64, requires_grad=True)
    b = torch.tensor(-1.1, dtype=torch.float64, requires_grad=True)
    x = torch.tensor([[0.5, -2.0, 1.0], [3.0, 0.1, -0.4]], dtype=torch.float64).view(2, 3, 1, 1).requires_grad_()
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
