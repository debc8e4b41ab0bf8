"""training/finite.py: a weight, an average or what an optimizer remembers that is not finite is named."""

import pytest
import torch

from ganapp.training.finite import NotFinite, check_finite, tensors_in
from ganapp.training.state import TrainState


def stepped(config):
    state = TrainState.create(config, torch.device("cpu"))
    for player in state.players.values():
        for p in player.net.parameters():
            p.grad = torch.ones_like(p)
        player.optimizer.step()
    state.nimg = 1234
    return state


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda s: next(s.G.parameters()), "a weight"),
        (lambda s: [*s.D.parameters()][-1], "a weight"),
        (lambda s: next(s.ema.parameters()), "a weight"),
        (lambda s: next(iter(s["D"].optimizer.state.values()))["exp_avg_sq"], "an optimizer"),
    ],
)
def test_what_is_not_finite_is_named(tiny_config, spoil, what, bad):
    state = stepped(tiny_config("mlp"))
    check_finite(state)
    with torch.no_grad():
        spoil(state).view(-1)[0] = bad
    with pytest.raises(NotFinite) as error:
        check_finite(state)
    assert (error.value.what, error.value.nimg) == (what, 1234)
    assert str(error.value).startswith(f"{what} was no longer a finite number at 1,234 images")


def test_an_optimizer_that_has_taken_no_step_remembers_nothing(tiny_config):
    check_finite(TrainState.create(tiny_config("mlp"), torch.device("cpu")))


def test_tensors_are_found_in_nested_parts():
    a, b = torch.zeros(1), torch.ones(2)
    assert [
        t is x for t, x in zip(tensors_in({"x": [a, {"y": b}], "z": 3, "w": "text"}), (a, b), strict=True)
    ] == [True] * 2
    assert tensors_in(5) == []
