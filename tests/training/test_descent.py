"""training/descent.py: micro-batches give the step of the whole batch, and what stands in their way is named."""

import pytest
import torch

from ganapp.training.descent import descend

X = torch.tensor([0.3, -1.2, 2.0, 0.7, -0.4, 1.1, 3.0, -2.5, 0.9, 5.0])  # the last one is alone in its part
Y = torch.tensor([1.0, 0.0, -1.0, 2.0, 0.5, 0.1, -0.3, 1.5, 0.0, 4.0])


@pytest.mark.parametrize(
    ("parts", "sizes"),
    [(1, [10]), (2, [5, 5]), (3, [4, 4, 2]), (4, [3, 3, 3, 1]), (10, [1] * 10), (16, [1] * 10)],
)
def test_parts_of_any_size_take_the_step_of_the_whole(parts, sizes):
    """The loss mean((w·x - y)²) of 10 images: gradient 2·mean(x·(w·x - y)), in however many parts, equal or not."""
    w, seen = torch.tensor(0.5, requires_grad=True), []

    def losses(x, y, nothing):
        seen.append(len(x))
        assert nothing is None
        squares = (w * x - y).square()
        return squares.mean(), {"loss": squares.mean(), "mean": x.mean()}

    stats = descend([torch.optim.SGD([w], lr=0.1)], losses, parts, X, Y, None)
    assert seen == sizes
    assert w.item() == pytest.approx(0.5 - 0.1 * (2 * X * (0.5 * X - Y)).mean().item(), rel=1e-5)
    assert stats["loss"].item() == pytest.approx((0.5 * X - Y).square().mean().item(), rel=1e-5)
    assert stats["mean"].item() == pytest.approx(X.mean().item(), rel=1e-5)
    assert not any(value.requires_grad for value in stats.values())


def test_every_optimizer_takes_its_step_from_this_loss_alone():
    a, b = (torch.tensor(1.0, requires_grad=True) for _ in range(2))
    optimizers = [torch.optim.SGD([a], lr=1.0), torch.optim.SGD([b], lr=0.5)]
    for _ in range(2):  # gradients of the first step are gone
        descend(optimizers, lambda x: ((a * x + 2 * b * x).mean(), {}), 2, torch.tensor([1.0, 2.0, 6.0]))
    assert (a.item(), b.item()) == pytest.approx((1 - 2 * 3, 1 - 2 * 0.5 * 6))
