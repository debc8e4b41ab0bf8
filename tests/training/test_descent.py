"""training/descent.py: micro-batches give the step of the whole batch, and what stands in their way is named."""

import pytest
import torch
from torch import nn

from ganapp.training.descent import descend, needs_whole_batch, smaller_parts

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


def test_who_looks_at_the_whole_batch(tiny_config):
    plain, config = nn.Linear(1, 1), tiny_config("r3gan")
    assert needs_whole_batch(config, plain, plain) == ""
    assert needs_whole_batch(config, plain, nn.Sequential(plain, nn.BatchNorm2d(2))) == "batch normalization"
    spectral = nn.utils.parametrizations.spectral_norm(nn.Linear(2, 2))
    assert needs_whole_batch(config, spectral) == "spectral normalization"
    layer = nn.Identity()
    layer.whole_batch = "a layer of ours"
    assert needs_whole_batch(config, plain, nn.Sequential(layer)) == "a layer of ours"
    layer.whole_batch = ""
    assert needs_whole_batch(config, layer) == ""
    for changes, what in [
        ({"loss": "relativistic_average"}, "the loss relativistic_average"),
        ({"feature_matching": 0.5}, "feature matching"),
        ({"class_term": "contrastive", "d_args": {"head": "contrastive"}}, "the contrastive term"),
    ]:
        assert needs_whole_batch(config.replace(**changes), plain) == what
    assert needs_whole_batch(tiny_config("stylegan2", path_length=2.0), plain) == "path length"


def test_parts_double_until_there_is_one_image_in_each(tiny_config):
    config, net = tiny_config("r3gan", batch=10), nn.Linear(1, 1)
    assert [smaller_parts(config, parts, net) for parts in (1, 2, 4, 9)] == [2, 4, 8, 18]
    with pytest.raises(ValueError, match="not enough memory even for one image at a time"):
        smaller_parts(config, 10, net)
    with pytest.raises(
        ValueError, match="a batch of 10, and batch normalization looks at the whole batch.*try 5"
    ):
        smaller_parts(config, 1, nn.BatchNorm1d(2))
    with pytest.raises(ValueError, match="try 1"):
        smaller_parts(config.replace(batch=1), 1, nn.BatchNorm1d(2))
