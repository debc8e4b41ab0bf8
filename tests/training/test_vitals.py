"""training/vitals.py: D is asked about every image, in batches no larger than a micro-batch of training."""

import numpy as np
import pytest
import torch
from torch import nn

from ganapp.networks import DiscriminatorOutput
from ganapp.training.state import Player, TrainState
from ganapp.training.vitals import Vitals


class Mean(nn.Module):
    """D's logit is the mean of an image; remembers its batches and whether it was in eval mode."""

    def __init__(self):
        super().__init__()
        self.weight, self.seen = nn.Parameter(torch.ones(())), []

    def forward(self, x, y=None):
        self.seen.append((len(x), None if y is None else y.tolist(), self.training))
        return DiscriminatorOutput(self.weight * x.mean((1, 2, 3)), x.flatten(1))


@pytest.mark.parametrize(
    ("parts", "sizes"), [(1, [8, 8, 1]), (2, [4, 4, 4, 4, 1]), (3, [3] * 5 + [2]), (8, [1] * 17)]
)
def test_every_image_is_judged_in_parts(tiny_config, tiny_dataset, parts, sizes):
    data, D = tiny_dataset(17, 8), Mean()
    vitals = Vitals(tiny_config(batch=8), data, None, data.labels, 17)
    state = TrainState({"D": Player(D, None)}, parts=parts)
    images = data.images.all()
    logits, features = vitals._outputs_of_d(state, images, data.labels)
    expected = images.astype(np.float64) / 127.5 - 1
    assert logits == pytest.approx(expected.mean((1, 2, 3)), abs=1e-6)
    assert features == pytest.approx(expected.reshape(17, -1), abs=1e-6)
    assert logits.dtype == features.dtype == np.float64
    assert [size for size, _, _ in D.seen] == sizes
    assert [label for _, labels, _ in D.seen for label in labels] == data.labels.tolist()
    assert not any(training for *_, training in D.seen) and D.training
