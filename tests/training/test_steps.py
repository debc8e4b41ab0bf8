"""train.py: closed forms on a critic with one weight, directions on real networks, exact resume, and a ring of Gaussians."""

import copy
import io
import itertools
import math

import pytest
import torch
from conftest import latent_source
from torch import nn

from ganapp.config.names import FROM_LATENT
from ganapp.data.batches import Batches
from ganapp.networks import DiscriminatorOutput, build_discriminator, build_generator
from ganapp.networks.parts.growing import fade_images
from ganapp.training import loop
from ganapp.training.averaging import averaged_generator
from ganapp.training.batch_source import Batch
from ganapp.training.loop import ADA_STEPS, d_step, g_step, train
from ganapp.training.losses import CLASS_TERMS, LOSSES, orthogonal_penalty
from ganapp.training.schedules import burn_in, growth, noise_level, penalty_weight
from ganapp.training.seeding import step_seed
from ganapp.training.state import REMEMBERED, Player, TrainState, set_growth
from ganapp.training.terms import matrices

CPU = torch.device("cpu")
CALM = {"d_args": {"hidden": [24, 16]}}  # an mlp discriminator without dropout, so that two looks agree


@pytest.fixture
def draw(tiny_dataset):
    return Batches(tiny_dataset(), CPU, seed=1, mirror=True, conditional=True)


def equal(a, b):
    """Bit for bit, through nested dicts and lists."""
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and a.equal(b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


def frozen(state):
    return copy.deepcopy(state.state_dict())


def run(state, config, draw, steps):
    source = latent_source(draw, config)
    return list(itertools.islice(train(state, config, source), steps))


def weights(net):
    return [p.detach().clone() for p in net.parameters()]


# -- one weight: every number of a step in closed form ------------------------------------------------------------------


class Scaled(nn.Module):
    """G(z) = g·z as an image of 1×1×2; remembers what it was given."""

    def __init__(self, g):
        super().__init__()
        self.g = nn.Parameter(torch.tensor(g))
        self.given = []

    def forward(self, z, y=None):
        self.given.append((z, y))
        return (self.g * z)[:, None, None, :]


class Squares(nn.Module):
    """D(x) = a·Σx², so that |∇D|² = 4a²·Σx²; remembers what it was given."""

    def __init__(self, a):
        super().__init__()
        self.a = nn.Parameter(torch.tensor(a))
        self.given = []

    def forward(self, x, y=None):
        self.given.append((x.detach().clone(), y))
        squares = x.square().sum((1, 2, 3))
        return DiscriminatorOutput(self.a * squares, squares[:, None])


def toy_state(g=0.7, a=0.3):
    G, D = Scaled(g), Squares(a)
    ema = Scaled(g).requires_grad_(False)
    optimizers = (torch.optim.SGD(net.parameters(), lr=1.0) for net in (G, D))
    return state_of(G, D, ema, *optimizers)


def state_of(G, D, ema, g_opt, d_opt):
    """A state of given networks, whose learning rates no schedule touches."""
    memory = {name: torch.zeros(()) for name in REMEMBERED}
    return TrainState({"G": Player(G, g_opt, ema), "D": Player(D, d_opt)}, memory=memory)


REAL = torch.tensor([[1.0, 0.5], [-0.2, 0.9], [0.3, 0.1]])[:, None, None, :]
Z = torch.tensor([[0.4, -1.0], [1.5, 0.2], [-0.6, 0.8]])


@pytest.fixture
def toy(tiny_config):
    def make(**changes):
        return tiny_config("mlp", z_dim=2, batch=3, num_classes=0, **changes)

    return make


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def squares(rows):
    return [sum(v * v for v in row) for row in rows.flatten(1).tolist()]


@pytest.mark.parametrize("loss", ["minimax", "non_saturating", "relativistic"])
@pytest.mark.parametrize(("r1", "r2"), [(0, 0), (0.5, 0), (0, 0.8), (0.5, 0.8)])
def test_d_step_in_closed_form(toy, loss, r1, r2):
    a, g = 0.3, 0.7
    state = toy_state(g, a)
    state.nimg = 12  # step 4: lazy penalties of interval 2 and 4 are due
    stats = d_step(state, toy(loss=loss, r1=r1, r2=r2, r1_interval=2, r2_interval=4), Batch(REAL, None, Z))
    real, fake = squares(REAL), squares(g * Z)
    if loss == "relativistic":
        losses = [math.log(1 + math.exp(a * f - a * r)) for r, f in zip(real, fake, strict=True)]
        slopes = [(f - r) * sigmoid(a * f - a * r) for r, f in zip(real, fake, strict=True)]
    else:
        losses = [
            math.log(1 + math.exp(-a * r)) + math.log(1 + math.exp(a * f))
            for r, f in zip(real, fake, strict=True)
        ]
        slopes = [-r * sigmoid(-a * r) + f * sigmoid(a * f) for r, f in zip(real, fake, strict=True)]

    def mean(v):
        return sum(v) / len(v)

    # γ/2 · |∇D|² · interval, and |∇D|² = 4a²·Σx²
    slope = mean(slopes) + r1 * 2 / 2 * 8 * a * mean(real) + r2 * 4 / 2 * 8 * a * mean(fake)
    assert stats["d_loss"].item() == pytest.approx(mean(losses), rel=1e-5)  # without the penalties
    assert stats["d_real"].item() == pytest.approx(a * mean(real), rel=1e-5)
    assert stats["d_fake"].item() == pytest.approx(a * mean(fake), rel=1e-5)
    assert set(stats) == {"d_loss", "d_real", "d_fake"} | ({"r1"} if r1 else set()) | (
        {"r2"} if r2 else set()
    )
    if r1:
        assert stats["r1"].item() == pytest.approx(4 * a * a * mean(real), rel=1e-5)
    if r2:
        assert stats["r2"].item() == pytest.approx(4 * a * a * mean(fake), rel=1e-5)
    assert state.D.a.item() == pytest.approx(a - slope, rel=1e-5)
    assert state.G.g.item() == pytest.approx(g)
    assert state.G.g.grad is None
    assert all(v.ndim == 0 and not v.requires_grad for v in stats.values())


@pytest.mark.parametrize("loss", ["minimax", "non_saturating", "relativistic"])
def test_g_step_in_closed_form(toy, loss):
    a, g = 0.3, 0.7
    state = toy_state(g, a)
    stats = g_step(state, toy(loss=loss, r1=3, r2=3), Batch(REAL, None, Z))  # penalties are D's alone
    per_g = squares(Z)  # D(G(z)) = a·g²·Σz²
    total, slope = 0.0, 0.0
    for r, s in zip(squares(REAL), per_g, strict=True):
        on_fake, by_g = a * g * g * s, 2 * a * g * s
        if loss == "minimax":
            total, slope = total - math.log(1 + math.exp(on_fake)), slope - by_g * sigmoid(on_fake)
        elif loss == "non_saturating":
            total, slope = total + math.log(1 + math.exp(-on_fake)), slope - by_g * sigmoid(-on_fake)
        else:
            total = total + math.log(1 + math.exp(a * r - on_fake))
            slope = slope - by_g * sigmoid(a * r - on_fake)
    assert stats["g_loss"].item() == pytest.approx(total / 3, rel=1e-5)
    assert state.G.g.item() == pytest.approx(g - slope / 3, rel=1e-5)
    assert state.D.a.item() == pytest.approx(a)
    assert state.D.a.grad is None
    assert state.D.a.requires_grad


def test_gradients_do_not_add_up_over_steps(toy):
    config = toy(loss="non_saturating")
    once, twice = toy_state(), toy_state()
    d_step(twice, config, Batch(REAL, None, Z)), g_step(twice, config, Batch(REAL, None, Z))
    twice.D.a.data.fill_(0.3)
    twice.G.g.data.fill_(0.7)
    for state in (once, twice):
        d_step(state, config, Batch(REAL, None, Z))
        state.D.a.data.fill_(0.3)
        g_step(state, config, Batch(REAL, None, Z))
    assert once.G.g.item() == twice.G.g.item()
    assert once.D.a.grad.item() == twice.D.a.grad.item()


def test_what_train_shows_to_whom(toy):
    """d_steps draw fresh images at nimg, 2 nimg …; each has its own z; all of a step share the classes drawn with them."""
    state, config, asked = toy_state(), toy(d_steps=3, seed=5, ema_kimg=0), []

    def draw(nimg, size):
        asked.append((nimg, size))
        return REAL + nimg, torch.full((size,), nimg)

    ticks = run(state, config, draw, 2)
    assert [t.nimg for t in ticks] == [9, 18]
    assert state.nimg == 18
    assert asked == [(n, 3) for n in (0, 3, 6, 9, 12, 15)]
    latents = [z for z, _ in state.G.given]
    assert len({tuple(z.flatten().tolist()) for z in latents}) == 8  # 3 for D and 1 for G, twice
    classes = [int(y[0]) for _, y in state.G.given]
    assert classes == [0, 3, 6, 6, 9, 12, 15, 15]
    shown = [(x, int(y[0])) for x, y in state.D.given]
    assert [y for _, y in shown] == [0, 0, 3, 3, 6, 6, 6, 9, 9, 12, 12, 15, 15, 15]
    for i in (0, 2, 4, 7, 9, 11):
        assert shown[i][0].equal(REAL + shown[i][1])
    assert state.ema.g.item() == state.G.g.item()  # ema_kimg 0: no lag


def test_paired_loss_sees_the_real_images_of_the_last_d_step(toy):
    state = toy_state()
    run(state, toy(loss="relativistic", d_steps=2), lambda nimg, size: (REAL + nimg, None), 1)
    assert state.D.given[-1][0].equal(REAL + 3)
    assert len(state.D.given) == 6


def test_the_average_follows_in_images(toy):
    """After one half-life the average of a G that jumped is half-way; d_steps count as the images that they are."""
    for d_steps in (1, 5):
        state, config = toy_state(), toy(d_steps=d_steps, ema_kimg=0.15)
        state.G.g.requires_grad_(False)
        state["G"].optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
        state.G.forward = lambda z, y=None: (z * 0.7)[:, None, None, :].requires_grad_()
        state.nimg = 10**6
        state.G.g.fill_(3.0), state.ema.g.fill_(1.0)
        run(state, config, lambda nimg, size: (REAL, None), 50 // d_steps)
        assert state.ema.g.item() == pytest.approx(2.0, rel=1e-5)


# -- what a configuration can add to a step -----------------------------------------------------------------------------


class Linear(nn.Module):
    """D(x) = a·Σx of images (N, 1, 1, 2), so that |∇D| = a·√2; its class logits are ±Σx; remembers what it was given."""

    def __init__(self, a):
        super().__init__()
        self.a = nn.Parameter(torch.tensor(a))
        self.given = []

    def forward(self, x, y=None):
        self.given.append(x.detach().clone())
        sums = x.sum((1, 2, 3))
        return DiscriminatorOutput(self.a * sums, x.flatten(1), self.a * torch.stack([sums, -2 * sums], 1))


def linear_state(a=0.3, g=0.7):
    state = toy_state(g)
    state["D"].net = Linear(a)
    state["D"].optimizer = torch.optim.SGD(state.D.parameters(), lr=1.0)
    return state


def test_the_drift_term_holds_outputs_on_real_images_near_0(toy):
    """D(x) = a·Σx: the drift term is the mean of (a·Σx)², of real images alone."""
    a, g, weight = 0.3, 0.7, 0.2
    state = linear_state(a, g)
    stats = d_step(state, toy(loss="wasserstein", drift=weight), Batch(REAL, None, Z))
    squared = mean([s * s for s in SUMS_REAL])
    assert stats["drift"].item() == pytest.approx(a * a * squared, rel=1e-5)
    slope = mean([g * f - r for r, f in zip(SUMS_REAL, SUMS_Z, strict=True)]) + weight * 2 * a * squared
    assert state.D.a.item() == pytest.approx(a - slope, rel=1e-4)


SUMS_REAL, SUMS_Z = [row.sum().item() for row in REAL], [row.sum().item() for row in Z]


def mean(values):
    return sum(values) / len(values)


@pytest.mark.parametrize(("interval", "nimg", "times"), [(1, 0, 1), (3, 9, 3), (3, 12, 0)])
def test_gradient_penalty_of_wgan_gp_in_closed_form(toy, interval, nimg, times):
    a, g, weight = 0.3, 0.7, 5.0
    state = linear_state(a, g)
    state.nimg = nimg
    stats = d_step(state, toy(loss="wasserstein", gp=weight, gp_interval=interval), Batch(REAL, None, Z))
    slope = mean([g * f - r for r, f in zip(SUMS_REAL, SUMS_Z, strict=True)])
    root = math.sqrt(2)
    slope += weight * times * 2 * (a * root - 1) * root
    assert state.D.a.item() == pytest.approx(a - slope, rel=1e-4)
    assert ("gp" in stats) == (times > 0)
    if times:
        assert stats["gp"].item() == pytest.approx((a * root - 1) ** 2, rel=1e-4)
        assert len(state.D.given) == 3
        share = (state.D.given[2] - g * Z[:, None, None, :]) / (REAL - g * Z[:, None, None, :])
        assert 0 < share.min() < share.max() < 1
        assert share[..., 0].allclose(share[..., 1], atol=1e-4)  # one place for a whole image


def test_smoothed_labels_in_closed_form(toy):
    a, g, s = 0.3, 0.7, 0.2
    state = linear_state(a, g)
    stats = d_step(state, toy(label_smoothing=s), Batch(REAL, None, Z))
    losses = [
        -(1 - s) * math.log(sigmoid(a * r)) - s * math.log(sigmoid(-a * r)) - math.log(sigmoid(-a * g * f))
        for r, f in zip(SUMS_REAL, SUMS_Z, strict=True)
    ]
    assert stats["d_loss"].item() == pytest.approx(mean(losses), rel=1e-5)
    plain, smooth = linear_state(a, g), linear_state(a, g)
    g_step(plain, toy(), Batch(REAL, None, Z)), g_step(smooth, toy(label_smoothing=s), Batch(REAL, None, Z))
    assert plain.G.g.item() == smooth.G.g.item()


def test_weights_are_clipped_after_each_d_step(tiny_config, draw):
    config = tiny_config("dcgan", loss="wasserstein", weight_clip=0.01, d_steps=3)
    state = TrainState.create(config, CPU)
    largest = []
    state["D"].optimizer.register_step_post_hook(
        lambda *_: largest.append(max(p.abs().max().item() for p in weights(state.D)))
    )
    run(state, config, draw, 2)
    assert min(largest) > 0.01  # each step goes beyond, …
    assert max(p.abs().max().item() for p in weights(state.D)) == pytest.approx(0.01)
    assert max(p.abs().max().item() for p in weights(state.G)) > 0.02
    free = TrainState.create(config.replace(weight_clip=0), CPU)
    run(free, config.replace(weight_clip=0), draw, 2)
    assert max(p.abs().max().item() for p in weights(free.D)) > 0.5  # batch norm's gains


def test_instance_noise_is_on_all_images_that_d_sees(toy):
    config = toy(loss="relativistic", instance_noise=0.5, instance_noise_kimg=1)
    real, z = torch.full((2000, 1, 1, 2), 0.25), torch.zeros(2000, 2)
    for nimg, level in ((0, 0.5), (600, 0.2), (1000, 0)):
        state = linear_state()
        state.nimg = nimg
        d_step(state, config, Batch(real, None, z)), g_step(state, config, Batch(real, None, z))
        seen = state.D.given
        assert [x.mean().item() for x in seen] == pytest.approx([0.25, 0, 0, 0.25], abs=0.03)
        assert [x.std().item() for x in seen] == pytest.approx([level] * 4, rel=0.05)
        if level:
            assert len({x.flatten()[0].item() for x in seen}) == 4
            assert abs(torch.corrcoef(seen[0].flatten(1).T)[0, 1]) < 0.1


def test_feature_matching_in_closed_form(toy):
    """Features are the pixels: w · |mean real - g · mean z|² for G, and nothing for D."""
    a, g, weight = 0.3, 0.7, 2.5
    config = toy(loss="wasserstein", feature_matching=weight)
    state = linear_state(a, g)
    stats = g_step(state, config, Batch(REAL, None, Z))
    real, z = REAL.flatten(1).mean(0).tolist(), Z.mean(0).tolist()
    gaps = [g * b - r for r, b in zip(real, z, strict=True)]
    assert stats["feature_matching"].item() == pytest.approx(sum(v * v for v in gaps), rel=1e-5)
    assert stats["g_loss"].item() == pytest.approx(-a * g * mean(SUMS_Z), rel=1e-5)  # without the term
    slope = -a * mean(SUMS_Z) + weight * sum(2 * v * b for v, b in zip(gaps, z, strict=True))
    assert state.G.g.item() == pytest.approx(g - slope, rel=1e-5)
    assert "feature_matching" not in d_step(state, config, Batch(REAL, None, Z))


@pytest.mark.parametrize("term", CLASS_TERMS)
def test_class_terms_join_both_steps_with_their_weight(toy, term):
    a, g, weight, y = 0.3, 0.7, 1.7, torch.tensor([1, 0, 1])
    head = {"head": "classifier" if term == "cross_entropy" else "contrastive"}
    config = toy(loss="wasserstein", class_term=term, class_weight=weight, d_args=head)

    def outputs(a, g):
        return [
            torch.func.functional_call(Linear(0.0), {"a": a}, (x,)) for x in (REAL, g * Z[:, None, None, :])
        ]

    leaf = torch.tensor(a, requires_grad=True)
    on_real, on_fake = outputs(leaf, torch.tensor(g))
    d_class = CLASS_TERMS[term].d(on_real, on_fake, y).mean()
    (slope,) = torch.autograd.grad(d_class, leaf)
    state = linear_state(a, g)
    stats = d_step(state, config, Batch(REAL, y, Z))
    assert stats["d_class"].item() == pytest.approx(d_class.item(), rel=1e-5)
    expected = mean([g * f - r for r, f in zip(SUMS_REAL, SUMS_Z, strict=True)]) + weight * slope.item()
    assert state.D.a.item() == pytest.approx(a - expected, rel=1e-4)

    leaf = torch.tensor(g, requires_grad=True)
    g_class = CLASS_TERMS[term].g(outputs(torch.tensor(a), leaf)[1], y).mean()
    (slope,) = torch.autograd.grad(g_class, leaf)
    state = linear_state(a, g)
    stats = g_step(state, config, Batch(REAL, y, Z))
    assert stats["g_class"].item() == pytest.approx(g_class.item(), rel=1e-5)
    assert state.G.g.item() == pytest.approx(g + a * mean(SUMS_Z) - weight * slope.item(), rel=1e-4)


def test_orthogonal_regularization_is_of_gs_matrices_but_class_embeddings(tiny_config, draw):
    config = tiny_config(
        "resnet", orthogonal=0.01, g_args={"widths": [8] * 4, "embed_dim": 8, "spectral": True}
    )
    state = TrainState.create(config, CPU)
    names = [name for name, p in state.G.named_parameters() if any(p is m for m in matrices(state.G))]
    left = {name for name, _ in state.G.named_parameters()} - set(names)
    assert [name for name in left if "embedding" in name]
    assert all("bias" in name or "embedding" in name or "norm" in name or "scale" in name for name in left), (
        left
    )
    assert any("original" in name for name in names)  # the raw weights: what is trained
    expected = orthogonal_penalty(matrices(state.G)).item()
    real, y = draw(0, config.batch)
    stats = g_step(state, config, Batch(real, y, torch.randn(config.batch, config.z_dim)))
    assert stats["orthogonal"].item() == pytest.approx(expected, rel=1e-5)


class Styled(nn.Module):
    """w = z; each layer's w is scaled by g and summed into an image of 1×1×2: |Jᵀ n| = g·|n| for each layer."""

    num_ws = 3

    def __init__(self, g):
        super().__init__()
        self.g = nn.Parameter(torch.tensor(g))

    def mapping(self, z, y=None):
        return z.clone().requires_grad_() if not z.requires_grad else z

    def synthesis(self, w):
        assert w.shape[1:] == (3, 2)
        return (self.g * w.sum(1))[:, None, None, :]

    def forward(self, z, y=None):
        return (self.g * z)[:, None, None, :]


def test_path_length_in_closed_form(tiny_config):
    """Of half of the batch; against the running mean, which goes a hundredth of the way first."""
    a, g, weight = 0.3, 0.7, 2.0
    state = linear_state(a)
    state["G"].net = Styled(g)
    state["G"].optimizer = torch.optim.SGD(state.G.parameters(), lr=1.0)
    state.memory["pl_mean"] = torch.tensor(0.5)
    config = tiny_config("stylegan2", batch=3, loss="wasserstein", path_length=weight, path_length_interval=2)
    state.nimg = 3
    assert "path_length" not in g_step(state, config, Batch(REAL, None, Z))
    assert state.memory["pl_mean"].item() == 0.5
    state.nimg, state.G.g.data = 6, torch.tensor(g)
    torch.manual_seed(4)
    stats = g_step(state, config, Batch(REAL, None, Z))
    torch.manual_seed(4)
    noise = (torch.randn(2, 1, 1, 2) / math.sqrt(2)).flatten(1).norm(dim=1).tolist()
    kept = 0.99 * 0.5 + 0.01 * g * mean(noise)
    assert state.memory["pl_mean"].item() == pytest.approx(kept, rel=1e-5)
    assert stats["path_length"].item() == pytest.approx(mean([(g * n - kept) ** 2 for n in noise]), rel=1e-4)
    slope = -a * mean(SUMS_Z) + weight * 2 * mean([2 * (g * n - kept) * n for n in noise])
    assert state.G.g.item() == pytest.approx(g - slope, rel=1e-4)


# -- augmentation -------------------------------------------------------------------------------------------------------


def test_penalties_are_with_respect_to_the_images_before_augmentation(toy, monkeypatch):
    """D(A x) with A = 3: the gradient of a·Σ(3x)² by x is 18a·x; by 3x it would be 6a·x."""
    asked = []
    monkeypatch.setattr(
        "ganapp.training.terms.augment", lambda x, policy, p: asked.append((policy, p)) or 3 * x
    )
    a, g = 0.3, 0.7
    config = toy(r1=1.0, r2=1.0, augment="diffaugment", augment_policy="color,cutout")
    stats = d_step(toy_state(g, a), config, Batch(REAL, None, Z))
    assert stats["r1"].item() == pytest.approx(324 * a * a * mean(squares(REAL)), rel=1e-5)
    assert stats["r2"].item() == pytest.approx(324 * a * a * mean(squares(g * Z)), rel=1e-5)
    assert stats["d_real"].item() == pytest.approx(9 * a * mean(squares(REAL)), rel=1e-5)
    assert asked == [("color,cutout", 1.0)] * 2
    stats = d_step(
        linear_state(a, g), toy(loss="wasserstein", gp=1.0, augment="diffaugment"), Batch(REAL, None, Z)
    )
    assert stats["gp"].item() == pytest.approx((3 * a * math.sqrt(2) - 1) ** 2, rel=1e-4)


def test_g_learns_through_the_augmentation(toy, monkeypatch):
    monkeypatch.setattr("ganapp.training.terms.augment", lambda x, policy, p: 3 * x)
    a, g = 0.3, 0.7
    state = linear_state(a, g)
    g_step(state, toy(loss="wasserstein", augment="diffaugment"), Batch(REAL, None, Z))
    assert state.G.g.item() == pytest.approx(g + 3 * a * mean(SUMS_Z), rel=1e-5)


def d_steps(state, config, real, steps):
    shown = []
    for _ in range(steps):
        state.D.a.data.fill_(1.0)
        shown.append(d_step(state, config, Batch(real, None, Z))["aug_p"])
        state.nimg += config.batch
    return [p.item() for p in shown]  # read late, as drive() does: no value may have changed meanwhile


def test_ada_grows_while_d_is_sure_and_shrinks_while_it_is_not(toy, monkeypatch):
    monkeypatch.setattr("ganapp.training.terms.augment", lambda x, policy, p: x)
    config = toy(augment="ada", ada_target=0.6, ada_kimg=0.1)
    one = 3 * ADA_STEPS / 100
    sure, unsure = REAL.abs(), -REAL.abs()
    state = linear_state(1.0)
    found = d_steps(state, config, sure, 10)
    assert found == pytest.approx([0] * 3 + [one] * 4 + [2 * one] * 3)
    found = d_steps(
        state, config, unsure, 10
    )  # two steps sure and two not in the block that is under way: 0 < 0.6
    assert found == pytest.approx([2 * one] + [one] * 4 + [0] * 4 + [0])
    assert min(d_steps(state, config, unsure, 8)) == 0  # never below 0, …
    assert d_steps(state, config, sure, 60)[-1] == 1  # nor above 1
    assert d_steps(state, config, unsure, 5)[-1] == pytest.approx(1 - one)


def test_ada_compares_the_mean_of_four_steps_with_the_target(toy, monkeypatch):
    """One image in three is not sure: E[sign D] is 1/3."""
    monkeypatch.setattr("ganapp.training.terms.augment", lambda x, policy, p: x)
    real = REAL.abs() * torch.tensor([1.0, -1.0, 1.0])[:, None, None, None]
    for target, rises in ((0.3, True), (0.37, False)):
        state = linear_state(1.0)
        state.memory["aug_p"] = torch.tensor(0.5)
        last = d_steps(state, toy(augment="ada", ada_target=target, ada_kimg=1), real, 4)[-1]
        assert last == pytest.approx(0.5 + (0.012 if rises else -0.012))
    state = linear_state(1.0)  # three steps surely not, the fourth surely: -0.5 in the mean
    state.memory["aug_p"] = torch.tensor(0.5)
    config = toy(augment="ada", ada_target=0.3, ada_kimg=1)
    d_steps(state, config, -REAL.abs(), 3)
    assert d_steps(state, config, REAL.abs(), 1)[-1] == pytest.approx(0.5 - 0.012)


def test_ada_is_shown_and_others_are_not(tiny_config, draw):
    for augment, shown in (("ada", True), ("diffaugment", False), ("none", False)):
        config = tiny_config("dcgan", augment=augment)
        (tick,) = run(TrainState.create(config, CPU), config, draw, 1)
        assert ("aug_p" in tick.stats) == shown


# -- growing ------------------------------------------------------------------------------------------------------------


def test_networks_grow_together_and_real_images_with_them(tiny_config, draw, monkeypatch):
    config = tiny_config("progan", grow_kimg=0.032, d_steps=2)  # two steps for each rest and each fade
    state = TrainState.create(config, CPU)
    nets = (state.G, state.D, state.ema)
    assert [net.growth.item() for net in nets] == [0, 0, 0]
    shown = []
    step = loop.d_step
    monkeypatch.setattr(
        "ganapp.training.loop.d_step", lambda s, c, batch: shown.append(batch.real) or step(s, c, batch)
    )
    levels = []
    for _, start in zip(
        train(state, config, latent_source(draw, config)), range(0, 16 * 14, 16), strict=False
    ):
        levels.append(growth(config, start))
        assert [net.growth.item() for net in nets] == pytest.approx([levels[-1]] * 3)
        for i, real in enumerate(shown):
            assert real.equal(fade_images(draw(start + 8 * i, 8)[0], levels[-1]))
        shown.clear()
    assert levels == [0, 0, 0, 0.5, 1, 1, 1, 1.5, 2, 2, 2, 2.5, 3, 3]  # 3 is 32 pixels


def test_networks_grow_that_say_so(tiny_config, monkeypatch):
    """And no network that happens to have a method of that name."""
    config = tiny_config("progan", grow_kimg=1.0)
    state = TrainState.create(config, CPU)
    assert [net.level for net in (state.G, state.D, state.ema)] == [0.0] * 3
    monkeypatch.setattr(type(state.D), "roles", frozenset())
    state.nimg = 1500
    assert set_growth(state, config) == 0.5
    assert [net.level for net in (state.G, state.D, state.ema)] == [0.5, 0.0, 0.5]


def test_what_starts_from_half_grown_networks_without_growing_is_fully_grown(tiny_config, draw):
    config = tiny_config("progan")
    state = TrainState.create(config, CPU)
    for net in (state.G, state.D, state.ema):
        net.set_growth(1.5)  # as weights of a run that was stopped in the middle of a fade
    run(state, config, draw, 1)
    assert [net.growth.item() for net in (state.G, state.D, state.ema)] == [3, 3, 3]


def test_what_does_not_grow_sees_real_images_as_they_are(tiny_config, draw, monkeypatch):
    config, shown = tiny_config("dcgan"), []
    step = loop.d_step
    monkeypatch.setattr(
        "ganapp.training.loop.d_step", lambda s, c, batch: shown.append(batch.real) or step(s, c, batch)
    )
    run(TrainState.create(config, CPU), config, draw, 1)
    assert shown[0].equal(draw(0, 8)[0])


def test_what_a_family_can_is_what_the_configuration_allows(tiny_config):
    """config.py names the families that grow and that have a mapping; it cannot look."""
    for family in FROM_LATENT:
        spec = tiny_config(family).spec()
        G, D = build_generator(spec), build_discriminator(spec, tiny_config(family).d_args)
        for has, field in (("growing" in G.roles, "grow_kimg"), ("mapped" in G.roles, "path_length")):
            if has:
                tiny_config(family, **{field: 1.0})
            else:
                with pytest.raises(ValueError, match=f"{field} is 1; only"):
                    tiny_config(family, **{field: 1.0})
        assert ("growing" in G.roles) == ("growing" in getattr(D, "roles", ())) == hasattr(D, "set_growth")
        assert hasattr(G, "synthesis") == hasattr(G, "mapping") == hasattr(G, "num_ws")


# -- schedules ----------------------------------------------------------------------------------------------------------


def test_lazy_penalties_come_at_every_nth_step_n_times_as_strong(tiny_config):
    config = tiny_config("mlp", r1=2.0, r1_interval=4, r2=3.0, batch=8)
    assert [penalty_weight(config, "r1", 8 * s) for s in range(9)] == [8, 0, 0, 0, 8, 0, 0, 0, 8]
    assert [penalty_weight(config, "r2", 8 * s) for s in range(3)] == [3, 3, 3]
    assert penalty_weight(config.replace(r1=0.0), "r1", 0) == 0
    config = tiny_config(
        "stylegan2", gp=2.0, gp_interval=2, path_length=5.0, path_length_interval=4, d_steps=2, batch=8
    )
    assert [penalty_weight(config, "gp", 8 * s) for s in range(4)] == [4, 0, 4, 0]
    g_steps = [
        penalty_weight(config, "path_length", 16 * s) for s in range(1, 9)
    ]  # nimg at the end of G's n-th step
    assert g_steps == [0, 0, 0, 20, 0, 0, 0, 20]  # G's own steps are counted, two of D's each
    assert penalty_weight(config.replace(burn_in_kimg=1, gamma_final=0.5), "gp", 1008) == 2


def test_instance_noise_falls_linearly(tiny_config):
    config = tiny_config("mlp", instance_noise=0.4, instance_noise_kimg=2)
    assert [noise_level(config, n) for n in (0, 500, 1500, 2000, 10**6)] == pytest.approx(
        [0.4, 0.3, 0.1, 0, 0]
    )
    assert noise_level(config, 2000) == noise_level(tiny_config("mlp"), 0) == 0


def test_burn_in_is_a_cosine(tiny_config):
    config = tiny_config("mlp", burn_in_kimg=2, gamma_final=0.2, lr_final=0.5, r1=10, g_lr=1e-3, d_lr=4e-3)
    assert burn_in(config, 0, 0.2) == 1
    assert burn_in(config, 500, 0.2) == pytest.approx(0.2 + 0.8 * (1 + math.sqrt(0.5)) / 2)
    assert burn_in(config, 1000, 0.2) == pytest.approx(0.6)
    assert burn_in(config, 2000, 0.2) == pytest.approx(0.2)
    assert burn_in(config, 10**7, 0.2) == pytest.approx(0.2)
    assert burn_in(config.replace(burn_in_kimg=0), 10**7, 0.2) == 1
    assert penalty_weight(config, "r1", 1000) == pytest.approx(6)


def test_learning_rates_follow_it(tiny_config, draw):
    config = tiny_config("mlp", burn_in_kimg=2, lr_final=0.5, g_lr=1e-3, d_lr=4e-3, **CALM)
    state = TrainState.create(config, CPU)
    state.nimg = 1000
    run(state, config, draw, 1)
    assert state["G"].optimizer.param_groups[0]["lr"] == pytest.approx(0.75e-3)
    assert state["D"].optimizer.param_groups[0]["lr"] == pytest.approx(3e-3)


def test_the_networks_optimizers_are_adam_as_configured(tiny_config):
    config = tiny_config("mlp", g_lr=1e-3, d_lr=2e-3, beta1=0.1, beta2=0.95)
    state = TrainState.create(config, CPU)
    for optimizer, rate, net in (
        (state["G"].optimizer, 1e-3, state.G),
        (state["D"].optimizer, 2e-3, state.D),
    ):
        (group,) = optimizer.param_groups
        assert (group["lr"], group["betas"]) == (rate, (0.1, 0.95))
        assert [id(p) for p in group["params"]] == [id(p) for p in net.parameters()]
    assert equal(state.ema.state_dict(), state.G.state_dict())
    assert not any(p.requires_grad for p in state.ema.parameters())


# -- real networks ------------------------------------------------------------------------------------------------------

# without noise and style mixing two looks at G agree; its equalized weights are large, so that they need larger steps
CALM_STYLES = {
    "g_args": {"w_dim": 16, "channel_base": 256, "channel_max": 8, "noise": False, "mixing": 0.0},
    "g_lr": 0.01,
}
PLAIN = {"mlp": CALM, "stylegan2": CALM_STYLES}
DIRECTED = [(family, "non_saturating") for family in FROM_LATENT] + [("dcgan", loss) for loss in LOSSES]


def warmed(config, draw):
    """A state whose discriminator has an opinion, and the next batch with its latents."""
    state = TrainState.create(config, CPU)
    run(state, config, draw, 3)
    real, y = draw(state.nimg, config.batch)
    return state, real, y, torch.randn(config.batch, config.z_dim, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("family", FROM_LATENT)
def test_every_loss_moves_every_family(family, loss, tiny_config, draw):
    config = tiny_config(family, loss=loss)
    state = TrainState.create(config, CPU)
    g_weights, d_weights = weights(state.G), weights(state.D)
    (tick,) = run(state, config, draw, 1)
    assert all(value.isfinite() for value in tick.stats.values())
    for net, before in ((state.G, g_weights), (state.D, d_weights)):
        assert any(not a.equal(b) for a, b in zip(weights(net), before, strict=True))


@pytest.mark.parametrize(("family", "loss"), DIRECTED)
def test_directions(family, loss, tiny_config, draw):
    """A d-step raises D(real) - D(fake) and moves D alone; a g-step raises D(fake) and moves G alone."""
    rates = {"g_lr": 1e-3, "d_lr": 1e-3, "beta1": 0.0}
    config = tiny_config(family, loss=loss, batch=16, **rates | PLAIN.get(family, {}))
    state, real, y, z = warmed(config, draw)

    def on(images):
        with torch.no_grad():
            return state.D(images, y).logits.mean().item()

    with torch.no_grad():
        fake = state.G(z, y)
    gap, g_weights, d_weights = on(real) - on(fake), weights(state.G), weights(state.D)
    state.G.zero_grad(set_to_none=True)
    for _ in range(3):
        d_step(state, config, Batch(real, y, z))
    assert on(real) - on(fake) > gap
    assert equal(weights(state.G), g_weights)
    assert not equal(weights(state.D), d_weights)
    assert all(p.grad is None for p in state.G.parameters())

    before, d_weights = on(fake), weights(state.D)
    state.D.zero_grad(set_to_none=True)
    for _ in range(3):
        g_step(state, config, Batch(real, y, z))
    with torch.no_grad():
        assert on(state.G(z, y)) > before
    assert equal(weights(state.D), d_weights)
    assert not equal(weights(state.G), g_weights)
    assert all(p.grad is None and p.requires_grad for p in state.D.parameters())


SMOOTH_START = {"instance_noise": 0.3, "instance_noise_kimg": 0.1}
RESUMES = {
    "mlp": {"r1": 1.0, "r1_interval": 3},  # with dropout
    "dcgan": {},  # with batch norm in both
    "dcgan-r1": {"d_args": {"width": 4, "norm": "none"}, "r1": 2.0, "r1_interval": 4, "d_steps": 2},
    "r3gan": {"loss": "relativistic", "r1": 1.0, "r2": 0.5, "r1_interval": 2, "r2_interval": 3},
    "mlp-average": {"loss": "relativistic_average", "d_steps": 2, "feature_matching": 1.0, **SMOOTH_START},
    "dcgan-wgan": {"loss": "wasserstein", "weight_clip": 0.05, "d_steps": 3, "augment": "diffaugment"},
    "dcgan-acgan": {
        "d_args": {"width": 4, "head": "classifier", "dropout": 0.5}, "class_term": "cross_entropy",
        "label_smoothing": 0.1, **SMOOTH_START,
    },
    "dcgan-ada": {
        "d_args": {"width": 4, "norm": "none"}, "r1": 2.0, "r1_interval": 3, "augment": "ada", "ada_kimg": 0.2,
        "ada_target": 0.0, "d_lr": 5e-3,
    },
    "resnet": {
        "g_args": {"widths": [8] * 4, "embed_dim": 8, "spectral": True, "hierarchical": True, "attention": 16},
        "d_args": {"widths": [8] * 4, "head": "contrastive", "attention": 16},
        "loss": "hinge", "class_term": "d2d_ce", "orthogonal": 1e-3,
    },
    "progan": {"loss": "wasserstein", "gp": 10.0, "gp_interval": 2, "grow_kimg": 0.018},
    "stylegan2": {"r1": 1.0, "r1_interval": 4, "path_length": 2.0, "path_length_interval": 2, "augment": "ada", "ada_kimg": 0.2},
}  # fmt: skip


@pytest.mark.parametrize("name", RESUMES)
def test_ten_steps_are_five_a_restart_and_five(name, tiny_config, tiny_dataset):
    config = tiny_config(name.partition("-")[0], mirror=True, burn_in_kimg=0.1, lr_final=0.3, **RESUMES[name])

    def draw():
        return Batches(tiny_dataset(), CPU, seed=config.seed, mirror=True, conditional=True)

    whole = TrainState.create(config, CPU)
    ticks = run(whole, config, draw(), 10)

    torch.manual_seed(99)
    first = TrainState.create(config, CPU)
    run(first, config, draw(), 5)
    file = io.BytesIO()
    torch.save(first.state_dict(), file)
    file.seek(0)
    torch.manual_seed(1234), torch.rand(7)  # another process has another random state
    second = TrainState.create(config.replace(seed=77), CPU)  # nothing of the start may be left
    second.load_state_dict(torch.load(file, weights_only=True))
    resumed = run(second, config, draw(), 5)

    assert equal(frozen(second), frozen(whole))
    assert second.nimg == whole.nimg == 10 * config.batch * config.d_steps
    for a, b in zip(ticks[5:], resumed, strict=True):
        assert a.nimg == b.nimg
        assert equal(a.stats, b.stats)
    assert not equal(frozen(first), frozen(whole))
    if config.augment == "ada":  # it was saved in the middle of four steps, and with something to lose
        assert 0 < first.memory["aug_p"] < 1
        assert first.memory["aug_sign"] != 0
    assert (first.memory["pl_mean"] > 0) == (config.path_length > 0)


def test_a_state_holds_what_augmentation_and_path_length_remember(tiny_config):
    state, again = (TrainState.create(tiny_config("mlp"), CPU) for _ in range(2))
    (
        state.memory["aug_p"].fill_(0.25),
        state.memory["aug_sign"].fill_(-1.5),
        state.memory["pl_mean"].fill_(3.0),
    )
    again.load_state_dict(frozen(state))
    assert [
        again.memory["aug_p"].item(),
        again.memory["aug_sign"].item(),
        again.memory["pl_mean"].item(),
    ] == [0.25, -1.5, 3.0]


def test_a_state_of_the_first_version_is_read(tiny_config, draw):
    """It had neither an augmentation probability nor a mean path length: both begin at 0. Others stay an error."""
    config = tiny_config("mlp")
    state = TrainState.create(config, CPU)
    run(state, config, draw, 2)
    saved = frozen(state)
    G, D = saved["players"]["G"], saved["players"]["D"]
    old = {
        "G": G["net"],
        "D": D["net"],
        "ema": G["average"],
        "g_opt": G["optimizer"],
        "d_opt": D["optimizer"],
        "nimg": 16,
    }
    again = TrainState.create(config.replace(seed=5), CPU)
    again.load_state_dict(old)
    assert equal(frozen(again), saved)
    assert set(old) == {"G", "D", "ema", "g_opt", "d_opt", "nimg"}  # what was read is left as it was
    del old["ema"]
    with pytest.raises(KeyError, match="ema"):
        again.load_state_dict(old)


@pytest.mark.parametrize("family", FROM_LATENT)
def test_two_runs_are_equal_and_another_seed_is_not(family, tiny_config, draw):
    states = []
    for seed in (1, 1, 2):
        config = tiny_config(family, seed=seed)
        states.append(TrainState.create(config, CPU))
        run(states[-1], config, draw, 3)
    assert equal(frozen(states[0]), frozen(states[1]))
    for a, b in zip(weights(states[0].G), weights(states[2].G), strict=True):
        assert not a.any() or not a.equal(b)


def test_seeds_of_steps_differ():
    seeds = {step_seed(s, n, k) for s in range(5) for n in range(0, 640, 64) for k in range(3)}
    assert len(seeds) == 150
    assert all(0 <= s < 2**63 for s in seeds)
    assert step_seed(3, 64) == step_seed(3, 64, 0) != step_seed(64, 3)


def test_creating_leaves_the_global_random_state_alone(tiny_config):
    before = torch.get_rng_state()
    TrainState.create(tiny_config(), CPU)
    assert torch.get_rng_state().equal(before)


def test_bf16_computes_in_bf16_and_keeps_weights_and_statistics_in_fp32(tiny_config, draw):
    config = tiny_config("r3gan", loss="relativistic", r1=1.0, r2=1.0)
    fp32, bf16 = TrainState.create(config, CPU), TrainState.create(config, CPU)
    a = run(fp32, config, draw, 3)
    b = run(bf16, config.replace(precision="bf16"), draw, 3)
    assert all(p.dtype == torch.float32 for net in (bf16.G, bf16.D, bf16.ema) for p in net.parameters())
    for x, y in zip(a, b, strict=True):
        assert x.stats.keys() == y.stats.keys()
        for name in x.stats:
            assert y.stats[name].dtype == torch.float32
            assert y.stats[name].item() == pytest.approx(x.stats[name].item(), rel=0.1, abs=0.05)
    assert not equal(weights(fp32.G), weights(bf16.G))


# -- the generator that is looked at ------------------------------------------------------------------------------------


def test_looking_at_a_run_does_not_change_it(tiny_config, draw):
    config = tiny_config("dcgan")
    source = latent_source(draw, config, torch.tensor([0, 0, 3]))
    state = TrainState.create(config, CPU)
    run(state, config, draw, 4)
    before, random = frozen(state), torch.get_rng_state()
    a, b = (averaged_generator(state, config, source) for _ in range(2))
    assert equal(frozen(state), before)
    assert torch.get_rng_state().equal(random)
    assert state.G.training
    assert not a.training
    assert equal(a.state_dict(), b.state_dict())
    assert equal(weights(a), weights(state.ema))  # only the statistics are new
    stale = [m.running_mean for m in state.ema.modules() if isinstance(m, nn.BatchNorm2d)]
    fresh = [m.running_mean for m in a.modules() if isinstance(m, nn.BatchNorm2d)]
    assert not any(s.equal(f) for s, f in zip(stale, fresh, strict=True))
    looked, undisturbed = copy.deepcopy(state), state
    averaged_generator(looked, config, source)
    run(looked, config, draw, 2), run(undisturbed, config, draw, 2)
    assert equal(frozen(looked), frozen(undisturbed))


def test_batch_norm_statistics_are_those_of_the_averaged_weights(tiny_config):
    """For standard normal z the first linear layer's outputs have mean b and variance |w|² (256 batches of 64: 1 %)."""
    config = tiny_config("mlp", num_classes=0)
    state = TrainState.create(config, CPU)
    for p in state.ema.parameters():
        p.data.normal_(generator=torch.Generator().manual_seed(4))
    state.ema.body[1].num_batches_tracked.fill_(1000)  # as in a model that was loaded
    state.ema.body[1].running_mean.fill_(50.0)
    first, norm = averaged_generator(state, config, latent_source(None, config), batches=256).body[:2]
    assert first.weight.equal(state.ema.body[0].weight)
    assert torch.allclose(norm.running_mean, first.bias, atol=0.15)
    assert torch.allclose(norm.running_var, first.weight.square().sum(1), rtol=0.05)


def test_only_batch_norms_are_as_in_training_meanwhile(tiny_config):
    """Neither dropout nor noise, nor a step of spectral norm's power iteration: sampling has none of them."""
    g_args = {"widths": [8] * 4, "embed_dim": 8, "spectral": True}
    config = tiny_config("resnet", g_args=g_args)
    state, modes = TrainState.create(config, CPU), {}
    state.ema.apply(
        lambda m: m.register_forward_pre_hook(lambda m, _: modes.update({type(m).__name__: m.training}))
    )
    G = averaged_generator(state, config, latent_source(None, config, torch.tensor([0, 1])))
    assert modes.pop("BatchNorm2d")
    assert not any(modes.values())
    statistics = ("running_mean", "running_var", "num_batches_tracked")
    for name, value in G.state_dict().items():
        assert value.equal(state.ema.state_dict()[name]) != name.endswith(statistics), name


def test_classes_for_the_statistics_are_drawn_as_the_data_has_them(tiny_config):
    config = tiny_config("mlp")
    state, seen = TrainState.create(config, CPU), []
    state.ema.register_forward_pre_hook(lambda module, args: seen.append(args[1]))
    averaged_generator(state, config, latent_source(None, config, torch.tensor([2, 2, 2, 0])), batches=20)
    counts = torch.bincount(torch.cat(seen), minlength=4).tolist()
    assert sum(counts) == 20 * 64
    assert counts[1] == counts[3] == 0
    assert counts[2] / sum(counts) == pytest.approx(0.75, abs=0.05)


def test_without_batch_norm_it_is_the_average_itself(tiny_config):
    config = tiny_config("r3gan")
    state = TrainState.create(config, CPU)
    G = averaged_generator(state, config, latent_source(None, config, torch.tensor([0])))
    assert equal(G.state_dict(), state.ema.state_dict())
    assert G is not state.ema
    assert G.spec == config.spec()


# -- it learns ----------------------------------------------------------------------------------------------------------


class Points(nn.Module):
    """A toy G: z (N, 8) -> points as images (N, 2, 1, 1)."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 2))

    def forward(self, z, y=None):
        return self.net(z)[:, :, None, None]


class Critic(nn.Module):
    """A toy D of such points."""

    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2))
        self.head = nn.Linear(64, 1)

    def forward(self, x, y=None):
        features = self.net(x.flatten(1))
        return DiscriminatorOutput(self.head(features).squeeze(1), features)


RING = torch.stack([torch.arange(8).mul(math.pi / 4).cos(), torch.arange(8).mul(math.pi / 4).sin()], 1)


def ring_points(nimg, size):
    rng = torch.Generator().manual_seed(nimg)
    points = RING[torch.randint(8, (size,), generator=rng)] + 0.05 * torch.randn(size, 2, generator=rng)
    return points[:, :, None, None], None


def test_an_mlp_finds_the_modes_of_a_ring(tiny_config):
    """Eight Gaussians on a circle: at least 7 modes get 2 % of the points each, and most points belong to one."""
    config = tiny_config(
        "mlp", loss="relativistic", r1=0.1, r2=0.1, batch=64, beta1=0.0, beta2=0.99, g_lr=2e-3, d_lr=2e-3
    )
    torch.manual_seed(0)
    G, D = Points(), Critic()
    optimizers = [torch.optim.Adam(net.parameters(), 2e-3, (0.0, 0.99), fused=True) for net in (G, D)]
    state = state_of(G, D, copy.deepcopy(G), *optimizers)
    run(state, config, ring_points, 800)
    with torch.no_grad():
        points = state.ema(torch.randn(1000, 8, generator=torch.Generator().manual_seed(9))).flatten(1)
    distance, nearest = torch.cdist(points, RING).min(1)
    close = distance < 0.2  # four standard deviations; neighbours are 0.77 apart
    counts = torch.bincount(nearest[close], minlength=8)
    assert (counts >= 20).sum() >= 7, counts.tolist()
    assert close.float().mean() > 0.5
