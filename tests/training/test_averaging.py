"""ema.py: the half-life is one, counted in images, with a ramp; batch statistics are averaged, other buffers copied."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from ganapp.training.averaging import RAMPUP, ema_decay, update_ema


def scalar(value):
    net = nn.Linear(1, 1, bias=False, dtype=torch.float64)
    nn.init.constant_(net.weight, value)
    return net


@pytest.mark.parametrize(("batch", "kimg"), [(50, 2.0), (64, 6.4), (1000, 3.0)])
def test_after_a_half_life_half_of_the_distance_is_left(batch, kimg):
    average, model = scalar(0.0), scalar(1.0)
    for step in range(int(kimg * 1000) // batch):
        update_ema(average, model, ema_decay(batch, kimg, nimg=10**9 + step * batch))
    assert average.weight.item() == pytest.approx(0.5, rel=1e-9)
    assert model.weight.item() == 1.0


def test_decay_does_not_depend_on_how_images_are_batched():
    assert ema_decay(64, 5, 10**9) == pytest.approx(ema_decay(32, 5, 10**9) ** 2, rel=1e-12)
    assert ema_decay(5000, 5, 10**9) == pytest.approx(0.5, rel=1e-12)


def test_ramp_up():
    """Early on the half-life is a share of the images so far, later the one asked for."""
    assert ema_decay(64, 5, 1000) == pytest.approx(0.5 ** (64 / (1000 * RAMPUP)))
    end = 5000 / RAMPUP
    assert ema_decay(64, 5, int(end) - 1000) < ema_decay(64, 5, int(end)) == ema_decay(64, 5, 10**9)
    assert ema_decay(64, 5, 0) == 0.0
    assert ema_decay(64, 0, 10**6) == 0.0  # no average: the model itself


def test_weight_goes_to_the_old_average():
    average, model = scalar(10.0), scalar(20.0)
    update_ema(average, model, 0.9)
    assert average.weight.item() == pytest.approx(11.0)
    update_ema(average, model, 0.0)
    assert average.weight.item() == 20.0
    update_ema(average, scalar(5.0), 1.0)
    assert average.weight.item() == 20.0


def test_batch_norm_statistics_are_averaged_and_counters_are_copied():
    average, model = nn.BatchNorm1d(2), nn.BatchNorm1d(2)
    model.running_mean.fill_(4.0)
    model.running_var.fill_(3.0)
    model.num_batches_tracked.fill_(7)
    update_ema(average, model, 0.75)
    assert average.running_mean.tolist() == [1.0, 1.0]
    assert average.running_var.tolist() == [1.5, 1.5]
    assert average.num_batches_tracked.item() == 7
    assert not average.weight.grad_fn


def test_all_other_buffers_are_copied():
    class Net(nn.Module):
        def __init__(self, level, mean):
            super().__init__()
            self.norm = nn.BatchNorm2d(1)
            self.norm.running_mean.fill_(mean)
            self.register_buffer("w_avg", torch.full((2,), level))
            self.register_buffer("growth", torch.tensor(level))

    average, model = Net(1.0, 1.0), Net(3.0, 5.0)
    update_ema(average, model, 0.75)
    assert average.w_avg.tolist() == [3.0, 3.0]
    assert average.growth.item() == 3.0
    assert average.norm.running_mean.item() == 2.0
    model.w_avg.fill_(9.0)
    assert average.w_avg.tolist() == [3.0, 3.0]  # a copy, not the same memory


def test_spectral_norm_is_that_of_the_averaged_weights():
    """The raw weight is averaged and the vectors of the power iteration are copied; looking moves neither."""
    torch.manual_seed(0)
    model = spectral_norm(nn.Linear(6, 4, bias=False))
    average = copy.deepcopy(model).eval().requires_grad_(False)
    raw = model.parametrizations.weight.original
    start = raw.detach().clone()
    with torch.no_grad():
        raw += 0.02 * torch.randn(4, 6)
    for _ in range(100):
        model.train()(torch.zeros(1, 6))
    update_ema(average, model, 0.75)
    mixed = average.parametrizations.weight.original
    assert torch.allclose(mixed, 0.75 * start + 0.25 * raw.detach())
    vectors = dict(average.named_buffers())
    assert vectors and all(b.equal(dict(model.named_buffers())[name]) for name, b in vectors.items())
    before = copy.deepcopy(average.state_dict())
    weight = average.weight
    assert torch.linalg.matrix_norm(weight, 2).item() == pytest.approx(1, rel=0.1)
    assert weight.equal(average.weight)
    assert all(v.equal(before[k]) for k, v in average.state_dict().items())


def test_the_ramp_up_is_a_twentieth_of_the_images_so_far():
    """A longer ramp would average the first steps' noise into the samples."""
    assert ema_decay(64, 5, 1000) == pytest.approx(0.5 ** (64 / 50), rel=1e-12)
    assert ema_decay(64, 5, 99_999) < ema_decay(64, 5, 100_000) == 0.5 ** (64 / 5000)
