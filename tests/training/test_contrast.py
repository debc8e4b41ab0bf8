"""PatchNCE in closed form: its value, whom its gradients reach, its places, its layers, and the step of CUT."""

from functools import partial

import pytest
import torch
import torch.nn.functional as F
from test_pictures import Blind, config_of, pictures
from torch import nn

from ganapp.config import preset_config
from ganapp.networks import FeatureHead
from ganapp.training import contrast
from ganapp.training.algorithm import check_networks, new_state
from ganapp.training.losses import patch_contrast
from ganapp.training.state import Player, TrainState

CPU = torch.device("cpu")


def vectors(seed, *shape):
    return F.normalize(torch.randn(*shape, generator=torch.Generator().manual_seed(seed)), dim=-1)


class Tint(nn.Module):
    """x -> a · x; its maps are the picture and b · the picture."""

    layers = {"picture": 3, "twice": 3}

    def __init__(self, a=1.0, b=2.0):
        super().__init__()
        self.a, self.b = nn.Parameter(torch.tensor(a)), nn.Parameter(torch.tensor(b))

    def forward(self, x, y=None):
        return self.a * x

    def layer_maps(self, x, names):
        return {name: x if name == "picture" else self.b * x for name in names}


class Plain(nn.Module):
    """A head that gives the map's own values at the places, at length 1."""

    def __init__(self, *names):
        super().__init__()
        self.heads, self.asked = dict.fromkeys(names), []

    def forward(self, maps, places):
        self.asked.append({name: maps[name].requires_grad for name in maps})
        return {
            name: F.normalize(maps[name].flatten(2)[:, :, places[name]].transpose(1, 2), dim=2)
            for name in self.heads
        }


def toys(G, head, D=None):
    nets = {"G": G, "D": D or Blind(), "head": head}
    return TrainState({name: Player(net, None) for name, net in nets.items()})


# -- the loss -----------------------------------------------------------------------------------------------------------


def test_it_is_the_cross_entropy_of_cosines():
    q, k, tau = vectors(1, 2, 5, 4), vectors(2, 2, 5, 4), 0.07
    found = patch_contrast(q, k, tau)
    for n in range(2):
        each = []
        for i in range(5):
            e = [torch.exp((q[n, i] @ k[n, j]).double() / tau) for j in range(5)]
            each.append(-torch.log(e[i] / sum(e)))
        assert found[n].item() == pytest.approx((sum(each) / 5).item(), rel=1e-4)
    alone = torch.cat([patch_contrast(q[n : n + 1], k[n : n + 1], tau) for n in range(2)])
    assert torch.allclose(alone, found)  # other pictures are no negatives


def test_orthogonal_places_have_a_closed_form():
    """Equal to its own key, at right angles to the P - 1 others: log(1 + (P - 1) exp(-1 / τ))."""
    x = torch.eye(8)[None]
    assert patch_contrast(x, x, 0.5).item() == pytest.approx(
        torch.log(1 + 7 * torch.exp(torch.tensor(-2.0))).item(), rel=1e-5
    )
    same = torch.ones(1, 8, 1)
    assert patch_contrast(same, same, 0.07).item() == pytest.approx(torch.log(torch.tensor(8.0)).item())


def test_keys_get_no_gradient():
    q, k = vectors(1, 1, 4, 3).requires_grad_(), vectors(2, 1, 4, 3).requires_grad_()
    patch_contrast(q, k, 0.1).sum().backward()
    assert q.grad.any() and k.grad is None


def test_gradient_in_closed_form():
    """d/dq of -log softmax(q · k / τ) is (Σ p k - own k) / τ."""
    q, k, tau = vectors(1, 1, 4, 3).requires_grad_(), vectors(2, 1, 4, 3), 0.2
    patch_contrast(q, k, tau).sum().backward()
    p = (q[0] @ k[0].T / tau).softmax(1)
    assert torch.allclose(q.grad[0], (p @ k[0] - k[0]) / tau / 4, atol=1e-6)


# -- the step -----------------------------------------------------------------------------------------------------------


def test_the_mean_over_layers_of_the_answer_against_its_input():
    config = config_of("cut", contrast_patches=9)
    made, given = pictures(1), pictures(2)
    head = Plain("picture", "twice")
    found = contrast.contrast(toys(Tint(), head), config, made, given)
    places = contrast.places_of(config, 0, {"picture": given, "twice": given})
    expected = []
    for name in places:
        q, k = (F.normalize(x.flatten(2)[:, :, places[name]].transpose(1, 2), dim=2) for x in (made, given))
        expected.append(patch_contrast(q, k, 0.07))
    assert torch.allclose(found, torch.stack(expected).mean(0), rtol=1e-5)
    assert not places["picture"].equal(places["twice"])


def test_the_key_side_is_detached_and_the_answer_is_not():
    config, a = config_of("cut", contrast_patches=16, identity=0.0), pictures(1)
    G, head = Tint(), Plain("picture", "twice")
    state = toys(G, head)
    total, stats = contrast.generator_losses(state, config, pictures(2), None, a)
    assert [asked["twice"] for asked in head.asked] == [False, True]  # keys, then queries
    assert "identity" not in stats and stats["contrast"] > 0
    real = new_state(config_of("cut", g_args={"width": 4, "blocks": 1, "residual": False}), CPU)
    total, _ = contrast.generator_losses(
        real, config_of("cut"), torch.ones(2, 3, 32, 32), None, torch.rand(2, 3, 32, 32)
    )
    total.backward()
    for player in ("G", "head"):
        for name, p in real[player].net.named_parameters():
            assert p.grad is not None and p.grad.isfinite().all(), (player, name)
    assert sum(p.grad.any() for p in real["head"].net.parameters()) > 10


def test_weights_of_contrast_and_identity():
    """D = 0: the loss is 1/2 (least squares) + λ PatchNCE of a + identity · PatchNCE of b."""
    config = config_of("cut", contrast=3.0, identity=0.5, loss="least_squares", contrast_patches=8)
    a, b = pictures(1), pictures(2)
    state = toys(Tint(a=-1.0), Plain("picture"))
    total, stats = contrast.generator_losses(state, config, b, None, a)
    for x, name in ((a, "contrast"), (b, "identity")):
        wanted = contrast.contrast(state, config, -x, x).mean()
        assert stats[name].item() == pytest.approx(wanted.item(), rel=1e-5)
    wanted = stats["g_loss"] + 3 * stats["contrast"] + 0.5 * stats["identity"]
    assert total.item() == pytest.approx(wanted.item(), rel=1e-5)


def test_d_judges_the_answer_alone_and_the_other_set():
    config, a, b = config_of("cut", pool=0), pictures(1), pictures(2)
    state = toys(Tint(a=0.5), Plain("picture"), Blind(1.0))
    state["D"].optimizer = torch.optim.SGD(state.D.parameters(), 0.0)
    seen = []
    state.D.register_forward_hook(lambda module, given, out: seen.append(given[0].detach()))
    stats = contrast.contrast_turns(config)[1].step(state, config, contrast.Batch(b, None, a))
    assert {"d_loss", "d_real", "d_fake"} <= stats.keys()
    assert seen[0].equal(b) and seen[1].equal(0.5 * a)


def test_places_are_a_function_of_seed_and_position():
    config = config_of("cut", contrast_patches=16)
    places = partial(
        contrast.places_of,
        config,
        maps={"picture": torch.zeros(1, 3, 8, 8), "small": torch.zeros(1, 3, 2, 2)},
    )
    first = places(nimg=8)
    assert first["picture"].equal(places(nimg=8)["picture"]) and not first["picture"].equal(
        places(nimg=16)["picture"]
    )
    assert len(first["picture"].unique()) == 16 and sorted(first["small"].tolist()) == [0, 1, 2, 3]


# -- head and layers ----------------------------------------------------------------------------------------------------


def test_the_head_looks_at_the_places_of_each_map():
    torch.manual_seed(0)
    head = FeatureHead({"a": 2, "b": 5}, width=6)
    maps = {"a": torch.randn(2, 2, 3, 4), "b": torch.randn(2, 5, 2, 2)}
    places = {"a": torch.tensor([7, 0]), "b": torch.tensor([3])}
    found = head(maps, places)
    assert found["a"].shape == (2, 2, 6) and found["b"].shape == (2, 1, 6)
    first, _, second = head.heads["a"]
    wanted = second(F.relu(first(maps["a"][1, :, 1, 3])))  # place 7 of rows of 4
    assert torch.allclose(found["a"][1, 0], wanted / wanted.norm(), atol=1e-6)
    fast = {name: x.contiguous(memory_format=torch.channels_last) for name, x in maps.items()}
    assert torch.allclose(head(fast, places)["a"], found["a"])


def test_the_head_is_a_player_of_its_own_without_an_average():
    config = config_of("cut", g_lr=3e-4, d_lr=1e-4)
    state = new_state(config, CPU)
    assert list(state.players) == ["G", "D", "head"] and set(state.averages()) == {"G"}
    assert state["head"].lr == config.g_lr and state["D"].lr == config.d_lr
    assert state["head"].optimizer is not state["G"].optimizer


def test_layers_are_those_asked_for_or_the_papers():
    layers = {name: 1 for name in ("picture", "first", "down1", *(f"block{i}" for i in range(1, 4)))}
    config = config_of("cut")
    assert contrast.layer_names(config, layers) == ["picture", "down1", "block1", "block2"]
    asked = config.replace(contrast_layers="block3, first,first")
    assert contrast.layer_names(asked, layers) == ["block3", "first"]
    assert contrast.layer_names(config, {"picture": 1, "down1": 1}) == ["picture", "down1"]
    with pytest.raises(ValueError) as error:
        check_networks(config_of("cut", contrast_layers="block9"))
    assert str(error.value) == (
        "contrast_layers names 'block9'; this generator has the layers picture, first, down1, down2, block1."
    )


def test_the_presets_are_the_papers_and_fastcut_is_a_setting():
    config = preset_config("cut")
    assert (config.contrast, config.identity, config.contrast_temperature, config.contrast_patches) == (
        1,
        1,
        0.07,
        256,
    )
    assert (config.batch, config.g_lr, config.beta1, config.loss, config.pool) == (
        1,
        2e-4,
        0.5,
        "least_squares",
        0,
    )
    fast = config.replace(contrast=10.0, identity=0.0)
    assert fast.task == "unpaired"
