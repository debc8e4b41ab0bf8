"""training/terms.py: what happens to images on their way to the discriminator, and how terms add up to a loss."""

import pytest
import torch
from torch import nn

from ganapp.networks import DiscriminatorOutput
from ganapp.training.state import Player, TrainState
from ganapp.training.terms import add_terms, judge


class Eye(nn.Module):
    """A discriminator that remembers the images it sees."""

    def forward(self, x, y=None):
        self.seen = x
        return DiscriminatorOutput(x.mean((1, 2, 3)), x.flatten(1))


def test_noise_comes_after_augmentation(tiny_config, monkeypatch):
    """An augmentation that blackens every picture leaves noise of its full strength; noise before it would be gone."""
    monkeypatch.setattr("ganapp.training.terms.augment", lambda images, policy, p: 0 * images)
    config = tiny_config("mlp", augment="diffaugment", instance_noise=0.5, instance_noise_kimg=1)
    state = TrainState({"D": Player(Eye(), None)})
    judge(state, config, torch.full((64, 1, 4, 4), 0.8), None)
    assert state.D.seen.std().item() == pytest.approx(0.5, rel=0.1)
    assert state.D.seen.mean().item() == pytest.approx(0, abs=0.06)
    state.nimg = 1000  # when the noise has ended
    judge(state, config, torch.full((64, 1, 4, 4), 0.8), None)
    assert not state.D.seen.any()


def test_terms_are_weighted_means_and_those_without_weight_are_not_computed():
    def never():
        raise AssertionError("a term without weight was computed")

    terms = [
        ("a", 2.0, lambda: torch.tensor([1.0, 4.0])),
        ("b", 0.0, never),
        ("c", 0.5, lambda: torch.tensor(3.0)),
    ]
    total, stats = add_terms(torch.tensor(10.0), terms)
    assert total.item() == 10 + 2 * 2.5 + 0.5 * 3
    assert {name: value.item() for name, value in stats.items()} == {"a": 2.5, "c": 3.0}
