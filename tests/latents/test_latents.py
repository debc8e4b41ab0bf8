"""latents/: closed forms of slerp and lerp, and walks that begin and end where they should."""

import itertools
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from ganapp import latents
from ganapp.latents import between, frame_count, interpolate, lerp, slerp


class TinyGenerator(nn.Module):
    """Shows its input: row 0 of the 8 × 8 picture is z / 4, row 1 the class embedding / 4."""

    roles = frozenset({"latent", "embedding"})

    def __init__(self, num_classes=0):
        super().__init__()
        self.spec = SimpleNamespace(z_dim=8, resolution=8, channels=1, num_classes=num_classes)
        torch.manual_seed(1)
        self.table = nn.Embedding(max(num_classes, 1), 8)

    def embed(self, y):
        return self.table(y)

    def forward(self, z, y=None):
        x = torch.zeros(len(z), 1, 8, 8)
        x[:, 0, 0] = z / 4
        if y is not None:
            x[:, 0, 1] = (y if y.is_floating_point() else self.embed(y)) / 4
        return x


class WithoutEmbedding(TinyGenerator):
    roles = frozenset({"latent"})

    def forward(self, z, y=None):
        x = super().forward(z)
        x[:, 0, 1] = (y / 4)[:, None]
        return x


class TinyW(nn.Module):
    """w (N, 2, 4), a different one for each class; the picture is w."""

    roles = frozenset({"latent", "mapped"})

    def __init__(self):
        super().__init__()
        self.spec = SimpleNamespace(z_dim=8, resolution=4, channels=1, num_classes=2)
        self.register_buffer("w_avg", torch.tensor([0.1, -0.2, 0.3, 0.0]))

    def mapping(self, z, y):
        return torch.tanh(z).view(-1, 2, 4) * (1 - 0.5 * y[:, None, None])

    def synthesis(self, w):
        return w.repeat(1, 2, 1)[:, None]


def level(x):
    return np.clip(np.round(np.asarray(x, np.float64) * 127.5 + 127.5), 0, 255)


def off_by(a, b):
    return np.abs(np.asarray(a, int) - np.asarray(b, int)).max()


# -- closed forms ---------------------------------------------------------------------------------------------------


def test_slerp_of_orthogonal_unit_vectors_is_a_circle():
    for t in (0, 0.25, 0.6, 1):
        got = slerp(np.array([1.0, 0, 0]), np.array([0, 1.0, 0]), t)
        np.testing.assert_allclose(got, [math.cos(t * math.pi / 2), math.sin(t * math.pi / 2), 0], atol=1e-12)


def test_slerp_of_unequal_lengths_turns_evenly_and_mixes_the_length():
    a, b = np.array([3.0, 0.0]), np.array([-0.5, math.sqrt(3) / 2])  # 120 degrees apart, lengths 3 and 1
    got = slerp(a, b, 0.25)  # 30 degrees, length 2.5
    np.testing.assert_allclose(got, [2.5 * math.cos(math.pi / 6), 1.25], atol=1e-12)


def test_slerp_ends_are_exact_and_many_t_at_once():
    random = np.random.RandomState(0)
    a, b = random.randn(5, 64).astype(np.float32), random.randn(5, 64).astype(np.float32)
    np.testing.assert_array_equal(slerp(a, b, 0), a)
    np.testing.assert_array_equal(slerp(a, b, 1), b)
    np.testing.assert_array_equal(lerp(a, b, 0), a)
    np.testing.assert_array_equal(lerp(a, b, 1), b)
    t = np.array([0, 0.2, 0.5, 0.7, 1])
    rows = slerp(a, b, t)
    assert rows.dtype == np.float32
    for row, x, y, s in zip(rows, a, b, t, strict=True):
        np.testing.assert_array_equal(row, slerp(x, y, s))
    # a straight line would shrink by a third halfway; the arc keeps the length
    lengths = np.linalg.norm(slerp(a, b, 0.5), axis=1)
    np.testing.assert_allclose(
        lengths, (np.linalg.norm(a, axis=1) + np.linalg.norm(b, axis=1)) / 2, rtol=1e-5
    )


@pytest.mark.parametrize("b", [[2.0, 4.0], [-1.0, -2.0], [0.0, 0.0], [1.0, 2.0], [1.0, 2.0 + 1e-12]])
def test_slerp_without_an_arc_is_a_straight_line(b):
    a, b = np.array([1.0, 2.0]), np.array(b)
    np.testing.assert_allclose(slerp(a, b, 0.3), 0.7 * a + 0.3 * b, atol=1e-9)
    np.testing.assert_allclose(slerp(b, a, 0.3), 0.7 * b + 0.3 * a, atol=1e-9)


def test_slerp_is_accurate_near_parallel():
    angle = 1e-4
    got = slerp(np.array([1.0, 0.0]), np.array([math.cos(angle), math.sin(angle)]), 0.25)
    np.testing.assert_allclose(got, [math.cos(angle / 4), math.sin(angle / 4)], rtol=1e-10)


# -- walks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("loop", "total"), [(True, 15), (False, 11)])
@pytest.mark.parametrize("mode", latents.interpolate.__globals__["MODES"])
def test_keyframes_and_counts(loop, total, mode):
    G, seeds = TinyGenerator().eval(), [3, 1, 8]
    frames = list(interpolate(G, seeds, 5, mode, loop, batch=4))
    assert len(frames) == total == frame_count(3, 5, loop)
    assert frames[0].shape == (8, 8, 1) and frames[0].dtype == np.uint8
    keyframes = frames[::5]
    assert off_by(np.stack(keyframes), latents.generate(G, seeds)) <= 1
    walk = {"slerp": slerp, "lerp": lerp}[mode]
    z = latents.latents(G, seeds)
    assert off_by(frames[7][0, :, 0], level(walk(z[1], z[2], 0.4) / 4)) <= 1
    if loop:
        assert off_by(frames[12][0, :, 0], level(walk(z[2], z[0], 0.4) / 4)) <= 1
    assert off_by(frames[7], between(G, seeds, 1.4, mode)) <= 1


def test_frames_are_lazy_and_the_batch_does_not_matter():
    G = TinyGenerator().eval()
    endless = interpolate(G, [1, 2], 10**9)
    assert len(list(itertools.islice(endless, 3))) == 3
    one, many = (np.stack(list(interpolate(G, [1, 2], 9, batch=b))) for b in (1, 64))
    assert off_by(one, many) <= 1


def test_truncated_walk_keeps_truncated_keyframes():
    G = TinyGenerator().eval()
    frames = list(interpolate(G, [1, 2], 3, psi=0.4))
    assert off_by(np.stack(frames[::3]), latents.generate(G, [1, 2], psi=0.4)) <= 1


def test_class_morph_is_a_line_between_embeddings():
    G = TinyGenerator(5).eval()
    frames = list(interpolate(G, [7], 4, y=[4, 1], loop=False))  # one seed through two classes
    assert len(frames) == 5
    table = G.table.weight.detach().numpy()
    for i, frame in enumerate(frames):
        expected = level((table[4] * (1 - i / 4) + table[1] * i / 4) / 4)
        assert off_by(frame[1, :, 0], expected) <= 1
        assert off_by(frame[0, :, 0], level(latents.latents(G, [7])[0] / 4)) <= 1
    assert off_by(frames[-1], latents.generate(G, [7], 1)[0]) <= 1


def test_own_classes_and_one_class_for_all():
    G, seeds = TinyGenerator(5).eval(), [0, 1, 2, 3]
    assert len(set(latents.labels_of(G, seeds).tolist())) > 1
    own = list(interpolate(G, seeds, 2))
    assert off_by(np.stack(own[::2]), latents.generate(G, seeds)) <= 1
    fixed = list(interpolate(G, seeds, 2, y=2))
    assert all(off_by(f[1], fixed[0][1]) == 0 for f in fixed)


def test_a_model_without_embeddings_changes_class_halfway():
    G = WithoutEmbedding(5).eval()
    frames = list(interpolate(G, [7, 7], 4, y=[0, 3], loop=False))
    assert [int(f[1, 0, 0]) for f in frames] == [128, 128, 223, 223, 223]


def test_walk_in_w():
    G, seeds = TinyW().eval(), [2, 5, 6]
    for psi in (1.0, 0.6):
        frames = list(interpolate(G, seeds, 4, psi=psi, y=[0, 1, 1]))
        assert off_by(np.stack(frames[::4]), latents.generate(G, seeds, [0, 1, 1], psi)) <= 1
    w = latents.map_latents(G, latents.latents(G, seeds), np.array([0, 1, 1]))
    middle = list(interpolate(G, seeds, 4, mode="lerp", y=[0, 1, 1]))[2]
    assert off_by(middle[:2, :, 0], level((w[0] + w[1]) / 2)) <= 1
    # slerp turns around w_avg: halfway its distance from there is the mean of the two
    average = np.tile(G.w_avg.numpy(), 2)
    a, b = w[0].reshape(-1) - average, w[1].reshape(-1) - average
    arc = list(interpolate(G, seeds, 4, y=[0, 1, 1]))[2]
    assert off_by(arc[:2, :, 0].reshape(-1), level(average + slerp(a, b, 0.5))) <= 1


def test_refusals_come_at_once():
    G, C = TinyGenerator().eval(), TinyGenerator(3).eval()
    for call, words in [
        (lambda: interpolate(G, [1, 2], 0), "at least 1"),
        (lambda: interpolate(G, [1, 2], 5, mode="cubic"), "slerp, lerp"),
        (lambda: interpolate(G, [1], 5), "two seeds"),
        (lambda: interpolate(G, [], 5), "two seeds"),
        (lambda: interpolate(G, [1, 2], 5, y=0), "no classes"),
        (lambda: interpolate(C, [1, 2], 5, y=[0, 1, 2]), "3 labels for 2 seeds"),
        (lambda: interpolate(C, [1, 2], 5, y=3), "0 to 2"),
        (lambda: interpolate(G, [1, 2], 5, psi=0), "psi"),
        (lambda: between(G, [1, 2], 2.1), "position"),
    ]:
        with pytest.raises(ValueError, match=words):
            call()


# -- what a mutation survived --------------------------------------------------------------------------------------------


def test_a_position_is_from_the_first_keyframe_to_the_return_to_it():
    G = TinyGenerator().eval()
    first = latents.generate(G, [1])[0]
    assert off_by(between(G, [1, 2], 0), first) <= 1
    assert off_by(between(G, [1, 2], 2), first) <= 1
    half = level(slerp(*latents.latents(G, [1, 2]), 0.5) / 4)
    assert off_by(between(G, [1, 2], 0.5)[0, :, 0], half) <= 1
    for outside in (-0.01, 2.01):
        with pytest.raises(ValueError, match="from 0 to 2"):
            between(G, [1, 2], outside)


def test_a_walk_loops_unless_told_otherwise():
    assert (frame_count(3, 5), frame_count(3, 5, loop=False)) == (15, 11)


def test_a_zero_vector_divides_nothing_by_zero():
    with np.errstate(all="raise"):
        assert (
            slerp(np.zeros(2), np.ones(2), 0.5).tolist()
            == slerp(np.ones(2), np.zeros(2), 0.5).tolist()
            == [0.5, 0.5]
        )
