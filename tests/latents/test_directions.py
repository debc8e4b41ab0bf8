"""latents/{directions,unsupervised,by_example}.py: closed forms on toy generators, signs and order, what is held still."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from test_drawing import FACES, TinyGenerator, TinyW
from torch import nn

from ganapp import latents
from ganapp.config import ModelSpec
from ganapp.latents import by_example, directions, unsupervised
from ganapp.networks import build_generator


class Linear(nn.Module):
    """A linear generator: its picture is A z, with z's entries enlarged by known factors after a rotation."""

    roles = frozenset({"latent", "staged"})

    def __init__(self, gains, dim=6):
        super().__init__()
        self.spec = SimpleNamespace(z_dim=dim, resolution=4, channels=1, num_classes=0, family="toy")
        rotation = np.linalg.qr(np.random.RandomState(1).randn(dim, dim))[0]
        left = np.linalg.qr(np.random.RandomState(2).randn(16, dim))[0]
        self.rows = rotation.T  # of unit length; row i is enlarged by gains[i]
        weight = left @ np.diag(gains) @ rotation.T
        self.linear = nn.Linear(dim, 16)
        self.show = nn.Identity()
        with torch.no_grad():
            self.linear.weight.copy_(torch.from_numpy(weight))
            self.linear.bias.fill_(0.3)

    def feature_stages(self):
        return [self.show]

    def forward(self, z, y=None):
        return self.show(self.linear(z).view(-1, 1, 4, 4))


GAINS = (0.5, 3.0, 0.1, 1.0, 2.0, 0.2)
ORDER = (1, 4, 3, 0, 5, 2)


def same_lines(found, expected, most):
    """Unit vectors (K, D) along the same lines, each with its largest entry positive."""
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert (found[np.arange(len(found)), np.abs(found).argmax(1)] > 0).all()
    cosines = np.abs((found * expected).sum(1))
    assert (cosines > 1 - most).all(), cosines


def test_the_closed_form_finds_what_the_weights_enlarge_most():
    G = Linear(GAINS).eval()
    found = latents.weight_directions(G, 6)
    assert [d.name for d in found] == [f"sefa-{i}" for i in range(1, 7)]
    same_lines(np.stack([d.vector for d in found]), G.rows[list(ORDER)], 1e-6)
    again = latents.weight_directions(G, 2)
    assert all(np.array_equal(a.vector, b.vector) for a, b in zip(found, again, strict=False))
    with pytest.raises(ValueError, match="there are 1 to 6"):
        latents.weight_directions(G, 7)


def test_principal_components_of_a_linear_generator_lead_back_to_the_same_z():
    G = Linear(GAINS).eval()
    found = latents.principal_directions(G, 4, samples=1500)
    same_lines(np.stack([d.vector for d in found]), G.rows[list(ORDER[:4])], 5e-3)


def test_principal_components_of_w_are_as_long_as_a_standard_deviation():
    G = TinyW().eval()
    found = latents.principal_directions(G, 3, samples=400)
    w = latents.map_latents(G, latents.latents(G, range(400)))
    w = w - w.mean(0)
    values = np.linalg.svd(w, compute_uv=False)[:3]
    lengths = [np.linalg.norm(d.vector) for d in found]
    assert found[0].space == "w" and np.allclose(lengths, values / np.sqrt(400), rtol=1e-4)


WEIGHTS = {  # the weights (C, D) that z enters first, the columns of z before those of the class
    "mlp": lambda G: G.body[0].weight,
    "dcgan": lambda G: G.body[0].weight.flatten(1).T,
    "resnet": lambda G: G.linear.weight,
    "progan": lambda G: G.stages[0][0].weight * G.stages[0][0].scale,
    "r3gan": lambda G: G.linear.weight,
}


@pytest.mark.parametrize("family", WEIGHTS)
def test_the_first_affine_layer_is_found_in_every_family_without_w(family):
    """Whatever the layer is made of, and how z is normalized before it."""
    args = {"dcgan": {"width": 4, "max_width": 8}, "resnet": {"width": 8}, "mlp": {"hidden": [12, 20]}}
    args |= {"r3gan": {"widths": [16, 8, 8, 8], "blocks": 1}, "progan": {"fmap_base": 64, "fmap_max": 12}}
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        G = build_generator(ModelSpec(family, 32, 3, 4, 6, args[family])).eval()
    (found,) = unsupervised.affine_parts(G)
    expected = WEIGHTS[family](G).detach().numpy()[:, :6]
    assert found.shape == expected.shape and np.allclose(found, expected, atol=1e-5)
    assert not any(module._forward_hooks for module in G.modules())


def test_styles_of_all_layers_make_the_closed_form_of_w():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(4)
        args = {"w_dim": 12, "channel_base": 256, "channel_max": 12}
        G = build_generator(ModelSpec("stylegan2", 32, 3, 0, 6, args)).eval()
    parts = unsupervised.affine_parts(G)
    affine = [m for name, m in G.synthesis.named_modules() if name.endswith("affine")]
    assert len(parts) == len(affine) == 11
    scaled = [(m.weight * m.scale).detach().numpy() for m in affine]
    for part in parts:
        assert any(part.shape == s.shape and np.allclose(part, s, atol=1e-5) for s in scaled)
    one, every = latents.weight_directions(G, 2, layers=[0]), latents.weight_directions(G, 2)
    assert one[0].space == "w" and not np.allclose(one[0].vector, every[0].vector)


# -- by example -------------------------------------------------------------------------------------------------------


def test_ridge_and_logistic_find_the_plane():
    random = np.random.RandomState(0)
    x, truth = random.randn(4000, 7), np.array([3, -1, 0, 2, 0, 0.5, -2])
    noisy = x @ truth + random.randn(4000)
    beta = by_example.ridge(x, noisy, 0.0)
    assert np.allclose(beta, truth, atol=0.08)
    expected = np.linalg.solve(x.T @ x / 4000 + 0.5 * np.mean(x**2) * np.eye(7), x.T @ noisy / 4000)
    assert np.allclose(by_example.ridge(x, noisy, 0.5), expected)
    beta = by_example.logistic(x, (noisy > 0.7).astype(float), 1e-3)
    assert beta @ truth / np.linalg.norm(beta) / np.linalg.norm(truth) > 0.99
    slope = x.T @ (
        1 / (1 + np.exp(-(x @ beta))) - (noisy > 0.7)
    )  # the constant is not penalized, so not zero here
    assert np.isfinite(slope).all()
    with pytest.raises(ValueError, match="on one side"):
        by_example.logistic(x, np.ones(4000))


class Shown(TinyGenerator):
    """Shows z: pixel i of the first row is z[i], on a scale of 0 to 255 for -4 to 4."""

    def forward(self, z, y=None):
        shown = super().forward(z, y) * 0
        shown[:, 0, 0, :6] = z / 4
        return shown


def pixel(i):
    return lambda images: images[:, 0, i, 0].astype(float)


def test_a_direction_by_score_is_where_the_score_grows_and_holds_others_still():
    G = Shown(4, names=FACES).eval()
    first = latents.direction_by_score(G, "first", pixel(1), samples=600)
    assert first.space == "z" and first.vector[1] > 0.99 and np.isclose(np.linalg.norm(first.vector), 1)
    both = lambda images: images[:, 0, 1, 0] + 2.0 * images[:, 0, 4, 0]  # noqa: E731
    mixed = latents.direction_by_score(G, "mixed", both, samples=600)
    assert np.allclose(mixed.vector[[1, 4]], np.array([1, 2]) / 5**0.5, atol=0.02)
    held = latents.direction_by_score(G, "held", both, samples=600, hold=[first])
    assert abs(held.vector @ first.vector) < 1e-6 and held.vector[4] > 0.99 and "first" in held.how
    with pytest.raises(ValueError, match="scored alike"):
        latents.direction_by_score(G, "none", lambda images: np.ones(len(images)), samples=8)
    with pytest.raises(ValueError, match="nothing of it is left"):
        latents.direction_by_score(G, "again", pixel(1), samples=600, hold=[first])


def test_a_class_that_looks_alike_makes_no_direction():
    """The score depends on the class alone; what is left within classes is the pixel."""
    G = Shown(4, names=FACES).eval()
    samples = latents.samples_of(G, range(600))
    scores = 100.0 * samples.labels + samples.latents[:, 3]
    assert latents.direction_of_scores("x", samples, scores).vector[3] > 0.99


def test_marked_seeds_make_a_direction():
    G = Shown().eval()
    z = latents.latents(G, range(200))
    order = np.argsort(z[:, 2])
    like, unlike = order[-12:].tolist(), order[:12].tolist()
    found = latents.direction_by_seeds(G, "marked", like, unlike)
    assert found.vector[2] > 0.9
    assert latents.direction_by_seeds(G, "marked", like).vector[2] > 0.8
    with pytest.raises(ValueError, match="on both sides"):
        latents.direction_by_seeds(G, "x", [1, 2], [2, 3])
    with pytest.raises(ValueError, match="at least 2"):
        latents.direction_by_seeds(G, "x", [1])


# -- classes and sets -------------------------------------------------------------------------------------------------


def test_a_class_is_reached_from_the_mean_of_the_others_and_from_another():
    G = TinyGenerator(4, names=FACES).eval()
    table = G.table.weight.detach().numpy()
    found = latents.label_direction(G, "sad")
    assert (found.name, found.space) == ("sad", "embedding")
    assert np.allclose(table[[0, 1, 3]].mean(0) + found.vector, table[2], atol=1e-6)
    assert [d.name for d in latents.label_directions(G)] == list(FACES)
    pair = latents.label_direction(G, 2, away_from="smile")
    assert pair.name == "smile to sad" and np.allclose(table[0] + pair.vector, table[2], atol=1e-6)
    assert latents.direction_named(G, None, "SAD").digest == found.digest
    with pytest.raises(ValueError, match="no direction 'hat'; there are: smile, neutral, sad, Surprised."):
        latents.direction_named(G, None, "hat")
    with pytest.raises(ValueError, match="no embedding of classes"):
        latents.label_direction(TinyGenerator().eval(), 0)
    assert latents.label_directions(TinyGenerator().eval()) == []


def test_a_set_keeps_its_order_and_its_names_apart():
    one, two = latents.Direction("a", np.arange(3)), latents.Direction("A", -np.arange(3))
    both = latents.Directions((one, two))
    assert both.get("a") is one and both.get("A") is two and both.get("b") is None
    assert one.digest != two.digest and one.digest == latents.Direction("other", np.arange(3)).digest
    third = latents.Direction("a", np.ones(3))
    assert both.with_(third).names == ("a", "A") and both.with_(third).get("a") is third
    with pytest.raises(ValueError, match="the same name"):
        latents.Directions((one, one))


def test_holding_still_is_a_projection():
    random = np.random.RandomState(3)
    vector, others = random.randn(9), random.randn(3, 9)
    left = directions.held_still(vector, others)
    assert np.allclose(others @ left, 0, atol=1e-9)
    assert np.allclose(directions.held_still(left, others), left)
    assert np.allclose(directions.held_still(vector, [others[0], 2 * others[0]]) @ others[0], 0)
