"""latents/{seeds,labels,drawing}.py: lists of seeds, frozen latents, images that do not depend on their batch."""

from contextlib import nullcontext
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from ganapp import latents


class TinyGenerator(nn.Module):
    """Linear + batch norm + convolution, with classes added as an embedding."""

    roles = frozenset({"latent", "embedding"})

    def __init__(self, num_classes=0, channels=3, names=()):
        super().__init__()
        self.spec = SimpleNamespace(z_dim=6, resolution=8, channels=channels, num_classes=num_classes)
        self.class_names = names
        torch.manual_seed(3)
        self.table = nn.Embedding(max(num_classes, 1), 5)
        self.linear = nn.Linear(6 + 5 * bool(num_classes), 4 * 64)
        self.norm = nn.BatchNorm2d(4)
        self.conv = nn.Conv2d(4, channels, 3, padding=1)

    def embed(self, y):
        return self.table(y)

    def forward(self, z, y=None):
        if self.spec.num_classes:
            z = torch.cat([z, y if y.is_floating_point() else self.embed(y)], 1)
        return torch.tanh(self.conv(torch.relu(self.norm(self.linear(z).view(-1, 4, 8, 8)))))


class TinyW(nn.Module):
    """A family with a w-space whose picture shows w itself: pixel 0 of channel 0 is w[0]."""

    roles = frozenset({"latent", "mapped"})
    num_ws = 1

    def __init__(self, num_classes=0):
        super().__init__()
        self.spec = SimpleNamespace(z_dim=6, resolution=4, channels=1, num_classes=num_classes)
        self.register_buffer("w_avg", torch.linspace(-0.5, 0.5, 16))
        torch.manual_seed(5)
        self.linear = nn.Linear(6, 16)

    def mapping(self, z, y):
        w = torch.tanh(self.linear(z))
        return w if y is None else w + 0.01 * y[:, None]

    def synthesis(self, w):
        return w.view(-1, 1, 4, 4)

    def forward(self, z, y=None):
        return self.synthesis(self.mapping(z, y))


FACES = ("smile", "neutral", "sad", "Surprised")


@pytest.fixture
def faces():
    return TinyGenerator(4, names=FACES).eval()


@pytest.fixture
def plain():
    return TinyGenerator().eval()


def off_by(a, b):
    return np.abs(a.astype(int) - b.astype(int)).max()


# -- seeds ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("0-3, 42, 100-101", [0, 1, 2, 3, 42, 100, 101]),
        ("7", [7]),
        ("5，6、7;8\n9\t10,", [5, 6, 7, 8, 9, 10]),
        ("1 - 3 2", [1, 2, 3, 2]),
        ("１２－１４　３", [12, 13, 14, 3]),
        ("4294967295", [2**32 - 1]),
        ("007", [7]),
    ],
)
def test_parse_seeds(text, seeds):
    assert latents.parse_seeds(text) == seeds


@pytest.mark.parametrize(
    ("text", "bad"),
    [
        ("", "no seed"),
        (" ,，\n", "no seed"),
        ("1, cat", "'cat'"),
        ("1, -5", "-5"),
        ("1.5", "'1.5'"),
        ("3, 9-4", "'9-4'"),
        ("1-2-3", "'1-2-3'"),
        ("4294967296", "4294967295"),
        ("9" * 6000, "too large"),
        ("0-10000", "10000"),
        ("0-9999, 7", "'7'"),
        ("²", "²|2"),
    ],
)
def test_parse_seeds_refuses_with_the_bad_part(text, bad):
    if text == "²":  # NFKC makes a plain 2 of it
        assert latents.parse_seeds(text) == [2]
        return
    with pytest.raises(ValueError, match=bad) as error:
        latents.parse_seeds(text)
    assert len(str(error.value)) < 200 and "\n" not in str(error.value)


def test_format_seeds_is_the_inverse():
    assert latents.format_seeds([0, 1, 2, 3, 42, 100, 101]) == "0-3, 42, 100, 101"
    random = np.random.RandomState(0)
    for _ in range(50):
        seeds = random.randint(0, 12, random.randint(1, 30)).tolist()
        assert latents.parse_seeds(latents.format_seeds(seeds)) == seeds
    assert len(latents.parse_seeds("0-9999")) == latents.MAX_SEEDS


# -- latents --------------------------------------------------------------------------------------------------------


def test_latent_is_the_frozen_stream():
    z, y = latents.latent(42, 5, num_classes=10)
    assert z.dtype == np.float32 and z.shape == (5,)
    np.testing.assert_allclose(z, [0.49671414, -0.1382643, 0.64768857, 1.5230298, -0.23415338], rtol=1e-6)
    stream = np.random.RandomState(42)
    stream.randn(5)
    assert y == stream.randint(10)
    assert latents.latent(42, 5)[1] == -1
    np.testing.assert_array_equal(latents.latent(42, 5)[0], z)


def test_truncation_redraws_only_what_is_outside_and_keeps_the_class():
    full, y = latents.latent(9, 4000, num_classes=7)
    for psi in (0.7, 0.3, 0.02, 0.001, 1e-12):
        cut, cut_y = latents.latent(9, 4000, psi, num_classes=7)
        assert cut_y == y
        assert np.abs(cut).max() <= 2 * psi * (1 + 1e-6)
        inside = np.abs(full) <= 2 * psi
        np.testing.assert_array_equal(cut[inside], full[inside])
        assert len(np.unique(cut)) > 3900  # redrawn, not clipped
    # the standard deviation of a normal cut at ±1.4 is 0.7093
    assert latents.latent(9, 40000, 0.7)[0].std() == pytest.approx(0.7093, abs=0.01)
    assert np.abs(full).max() > 3


def test_latent_leaves_the_global_generator_alone():
    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    latents.latent(3, 100, 0.5, 4)
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize("psi", [0, -0.5, 1.01, float("nan")])
def test_psi_outside_is_refused(psi, plain):
    for call in (lambda: latents.latent(1, 4, psi), lambda: latents.generate(plain, [1], psi=psi)):
        with pytest.raises(ValueError, match="psi"):
            call()


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_seed_outside_is_refused(seed):
    with pytest.raises(ValueError, match="4294967295"):
        latents.latent(seed, 4)


@pytest.mark.parametrize(
    "seeds", [5, "0-3", "17", "", [1.5], [1, None], ["1"], np.array([0.0, 1.0]), None, [[1, 2]]]
)
def test_what_is_no_list_of_whole_numbers_is_refused_in_a_sentence(faces, seeds):
    for call in (latents.generate, latents.labels_of, latents.latents):
        with pytest.raises(
            ValueError, match=r"^seeds is .*: it must be a list of whole numbers, such as \[0, 1, 42\]"
        ):
            call(faces, seeds)
    with pytest.raises(ValueError, match="^seeds is "):
        latents.interpolate(faces, seeds, 5)


def test_seeds_may_be_any_whole_numbers_in_any_sequence(faces):
    want = latents.generate(faces, [3, 4])
    for seeds in (range(3, 5), (3, 4), np.array([3, 4], np.uint8), iter([3, 4]), {3: 0, 4: 0}):
        np.testing.assert_array_equal(latents.generate(faces, seeds), want)


# -- pictures -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3])
def test_generate_shape_repeat_and_batch_independence(channels):
    G = TinyGenerator(4, channels).eval()
    seeds = list(range(64))
    whole = latents.generate(G, seeds, batch=64)
    assert whole.shape == (64, 8, 8, channels) and whole.dtype == np.uint8
    np.testing.assert_array_equal(latents.generate(G, seeds, batch=64), whole)
    for batch in (1, 7, 16):
        assert off_by(latents.generate(G, seeds, batch=batch), whole) <= 1
    assert off_by(latents.generate(G, [63, 5]), whole[[63, 5]]) <= 1
    assert len({image.tobytes() for image in whole}) == 64
    assert latents.generate(G, []).shape == (0, 8, 8, channels)


def test_generate_ignores_and_keeps_the_global_generators(faces):
    torch.manual_seed(1)
    state = torch.get_rng_state()
    first = latents.generate(faces, [4, 5])
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(2)
    np.testing.assert_array_equal(latents.generate(faces, [4, 5]), first)


def test_autocast_left_on_by_a_caller_changes_nothing(faces):
    seeds = list(range(32))
    first = latents.generate(faces, seeds)
    z, y = (torch.from_numpy(a) for a in (latents.latents(faces, seeds), latents.labels_of(faces, seeds)))
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        rounded = faces(z, y).float()
        np.testing.assert_array_equal(latents.generate(faces, seeds), first)
    coarse = (rounded * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
    assert (coarse != first).any()  # so that it would have shown


def test_grey_levels_are_rounded_and_clamped():
    G = TinyW().eval()
    w = np.zeros((1, 16), np.float32)
    w[0, :6] = [-1.5, -1, 0.0, 1, 2, 0.5]
    # 127.5 rounds to the even 128; 0.5 -> 191.25
    assert latents.images_from_w(G, w)[0].ravel()[:6].tolist() == [0, 0, 128, 255, 255, 191]


def test_channels_come_last():
    class Stripes(TinyGenerator):
        def forward(self, z, y=None):
            x = torch.full((len(z), 3, 8, 8), -1.0)
            x[:, 0, 2, 5] = 1.0
            return x

    image = latents.generate(Stripes().eval(), [0])[0]
    assert image[2, 5].tolist() == [255, 0, 0] and image.sum() == 255


def test_truncation_in_z_and_in_w(plain):
    assert off_by(latents.generate(plain, [1, 2], psi=0.3), latents.generate(plain, [1, 2])) > 1
    G = TinyW().eval()
    z = torch.from_numpy(latents.latent(8, 6)[0])[None]
    w = G.mapping(z, None).detach().numpy()
    average = G.w_avg.numpy()
    expected = np.clip(np.round((average + 0.25 * (w - average)) * 127.5 + 127.5), 0, 255)
    got = latents.generate(G, [8], psi=0.25).reshape(1, -1)
    assert off_by(got, expected) <= 1
    assert off_by(latents.generate(G, [8]).reshape(1, -1), np.round(w * 127.5 + 127.5)) <= 1


def test_a_generator_in_training_mode_is_refused(plain):
    plain.train()
    before = plain.norm.running_mean.clone()
    with pytest.raises(ValueError, match="eval"):
        latents.generate(plain, [1])
    assert torch.equal(plain.norm.running_mean, before)


def test_device_may_be_named(plain):
    np.testing.assert_array_equal(latents.generate(plain, [1], device="cpu"), latents.generate(plain, [1]))


# -- classes --------------------------------------------------------------------------------------------------------


def test_labels_of(faces, plain):
    seeds = list(range(40))
    own = latents.labels_of(faces, seeds)
    assert own.dtype == np.int64 and set(own.tolist()) == {0, 1, 2, 3}
    assert own[7] == latents.latent(7, 6, num_classes=4)[1]
    assert latents.labels_of(faces, [1, 2], "sad").tolist() == [2, 2]
    assert latents.labels_of(faces, [1, 2], np.int64(3)).tolist() == [3, 3]
    assert latents.labels_of(faces, [1, 2, 3], ["surprised", 0, "1"]).tolist() == [3, 0, 1]
    assert latents.labels_of(plain, [1, 2]).tolist() == [-1, -1]


def test_the_class_changes_the_picture_and_its_default_is_the_seeds_own(faces):
    own = latents.labels_of(faces, [11])[0]
    pictures = [latents.generate(faces, [11], y) for y in range(4)]
    np.testing.assert_array_equal(latents.generate(faces, [11]), pictures[own])
    assert off_by(pictures[0], pictures[1]) > 1
    both = latents.generate(faces, [11, 11], ["smile", "sad"])
    assert off_by(both[0], pictures[0][0]) <= 1 and off_by(both[1], pictures[2][0]) <= 1


def test_a_digit_is_a_name_first():
    G = TinyGenerator(3, names=("2", "0", "1"))
    assert [latents.resolve_label(G, name) for name in ("2", "0", "1", 2)] == [0, 1, 2, 2]


def test_where_all_names_are_numbers_a_text_is_never_an_index():
    """Classes 1 to 3: "0" is none of them, not the first one."""
    G = TinyGenerator(3, names=("1", "2", "3"))
    assert [latents.resolve_label(G, name) for name in ("1", "3", 0, 2)] == [0, 2, 0, 2]
    with pytest.raises(ValueError, match="'0' is not a class of this model; the classes are called 1, 2, 3"):
        latents.resolve_label(G, "0")
    mixed, twice = TinyGenerator(3, names=("1", "2", "cat")), TinyGenerator(3, names=("1", "1", "2"))
    assert latents.resolve_label(mixed, "0") == 0 and latents.resolve_label(twice, "0") == 0


@pytest.mark.parametrize("label", [4, -1, "grin", "7", "1.0", "", 1.5, np.float32(1)])
def test_unknown_labels_name_the_allowed_ones(faces, label):
    with pytest.raises(ValueError, match="0 to 3.*smile, neutral, sad, Surprised"):
        latents.generate(faces, [1], label)


def test_wrong_labels(faces, plain):
    with pytest.raises(ValueError, match="no classes"):
        latents.generate(plain, [1], 0)
    with pytest.raises(ValueError, match="3 labels for 2 seeds"):
        latents.generate(faces, [1, 2], [0, 1, 2])


@pytest.mark.parametrize(
    ("psi", "expected"),
    [
        (0.5, [0.4967141, -0.1382643, 0.6476886, -0.234137, -0.2341534]),
        (0.05, [-0.02445518, -0.02983857, 0.09512579, -0.0331934, 0.02550067]),
        (0.01, [-0.01158332, -0.01428055, -0.01571494, -0.01377796, 0.001813611]),
        (0.009, [-0.00598649, -0.01285679, 0.005431985, -0.01596918, 0.007991956]),
        (0.001, [-0.0006651655, -0.001428533, 0.0006035539, -0.001774354, 0.0008879951]),
    ],
)
def test_truncated_latents_are_a_frozen_stream(psi, expected):
    """Pinned: redraws are normal down to psi 0.01 and uniform below; another draw would change published pictures."""
    z, y = latents.latent(42, 5, psi, num_classes=10)
    np.testing.assert_allclose(z, expected, rtol=1e-6)
    assert y == 7


class Where(nn.Module):
    """Remembers the device of its inputs; its picture is made on the processor."""

    def __init__(self, device=None):
        super().__init__()
        self.spec = SimpleNamespace(z_dim=2, resolution=4, channels=1, num_classes=0)
        if device:
            self.weight = nn.Parameter(torch.zeros(1, device=device))
        self.moved, self.seen = [], []

    def to(self, device):
        self.moved.append(str(device))
        return self

    def forward(self, z, y=None):
        self.seen.append(z.device.type)
        return torch.zeros(len(z), 1, 4, 4)


@pytest.mark.parametrize(
    ("at", "asked", "moved", "seen"),
    [
        ("meta", None, [], "meta"),
        ("meta", "meta", [], "meta"),
        ("meta", "cpu", ["cpu"], "cpu"),
        ("cpu", "meta", ["meta"], "meta"),
        ("cpu", "cpu", [], "cpu"),
        (None, None, [], "cpu"),  # no parameter says where
    ],
)
def test_inputs_go_where_the_generator_is_or_is_asked_to_be(at, asked, moved, seen, monkeypatch):
    monkeypatch.setattr(torch, "autocast", lambda *_, **__: nullcontext())  # it knows no meta device
    G = Where(at).eval()
    latents.generate(G, [1], device=asked)
    assert (G.moved, G.seen) == (moved, [seen])


def test_a_text_of_seeds_is_read_up_to_its_limit():
    """Two hundred thousand characters, also where letters unfold: the limit itself is read, one more is refused."""
    assert latents.parse_seeds("7".rjust(200_000)) == [7]
    with pytest.raises(ValueError, match="has 200,001 characters: at most 200,000 are read"):
        latents.parse_seeds("7".rjust(200_001))
    with pytest.raises(ValueError, match="at most 200,000 are read"):
        latents.parse_seeds("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 12_000)  # 18 letters each
