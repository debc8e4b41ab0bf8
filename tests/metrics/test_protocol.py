"""What figures are compared by: constants of protocols, the judges' networks, and which pictures go where.

Pinned: a change here changes published figures, and so needs a new measurement of them.
"""

import math

import numpy as np
import pytest
import torch
from torch import nn

from ganapp.metrics import MEASURES, measure
from ganapp.metrics.distances import coverage, manifold, memorisation, swd, twosample
from ganapp.metrics.distances.swd import quick_swd
from ganapp.metrics.evaluation import check, lack_text
from ganapp.metrics.figure import T95, CannotMeasure, mean_and_interval, number
from ganapp.metrics.judges import classifier, inception, network
from ganapp.metrics.preparing import prepare


def noise(count, size=32, channels=3, seed=0, low=0, high=256):
    return np.random.default_rng(seed).integers(low, high, (count, channels, size, size), dtype=np.uint8)


def test_constants_of_the_protocols():
    assert (swd.IMAGES, swd.PER_IMAGE, swd.SIZE, swd.DIRECTIONS, swd.COARSEST, swd.SCALE) == (
        16_384,
        128,
        7,
        512,
        16,
        1_000,
    )
    assert (manifold.PR_NEIGHBOURS, manifold.DC_NEIGHBOURS, memorisation.COPY_QUANTILE) == (3, 5, 0.01)
    assert (coverage.LEAST_SHARE, coverage.CONFIDENT) == (0.25, 0.9)
    assert (twosample.SEEN, twosample.EPOCHS, twosample.LEAST) == (30_000, 30, 16)
    assert (classifier.SEEN, classifier.SEED, classifier.TESTED) == (100_000, 0, 5_000)
    assert (inception.KID_SUBSETS, inception.KID_SIZE, inception.SPLITS) == (100, 1000, 10)
    counts = {name: (row.images, row.published) for name, row in MEASURES.items()}
    assert counts == {
        "psnr": (2_000, None), "swd": (16_384, 16_384), "c2st": (10_000, None), "classes": (10_000, None), "fd": (10_000, None),
        "pr": (10_000, None), "dc": (10_000, 10_000), "attributes": (10_000, None), "memorisation": (1_000, None),
        "membership": (10_000, None),
        "fid": (50_000, 50_000), "kid": (50_000, 50_000), "is": (50_000, 50_000), "prc": (50_000, None),
    }  # fmt: skip


def test_the_table_of_t_holds_95_percent_of_students_distribution():
    """The integral of the density from -t to t, for each number of degrees of freedom."""
    for freedom, t in enumerate(T95, 1):
        scale = math.gamma((freedom + 1) / 2) / math.gamma(freedom / 2) / math.sqrt(freedom * math.pi)
        x = np.linspace(-t, t, 20_001)
        density = scale * (1 + x * x / freedom) ** (-(freedom + 1) / 2)
        assert (density.sum() - (density[0] + density[-1]) / 2) * (x[1] - x[0]) == pytest.approx(
            0.95, abs=1e-4
        )
    assert len(T95) == 19
    _, (low, high) = mean_and_interval([0.0, 1.0] * 10)  # 19 degrees of freedom, the last of the table
    assert high - low == pytest.approx(2 * 2.093 * math.sqrt(5 / 19) / math.sqrt(20))
    _, (low, high) = mean_and_interval([0.0, 1.0] * 11)  # and one beyond
    assert high - low == pytest.approx(2 * 1.96 * math.sqrt(5.5 / 21) / math.sqrt(22))


def test_swd_is_pinned():
    a, b = noise(20), noise(20, seed=1, high=200)
    assert swd.multi_scale_swd(a, b, 3, 8, 16) == pytest.approx({32: 144.0139, 16: 154.3649}, rel=1e-4)
    assert quick_swd(a, b) == pytest.approx(77.08147, rel=1e-4)


# -- the judges' network -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channels", "resolution", "layers"),
    [
        (3, 4, [(3, 32, 1)]),
        (1, 28, [(1, 32, 1), (32, 64, 2), (64, 128, 2), (128, 128, 2)]),
        (3, 32, [(3, 32, 1), (32, 64, 2), (64, 128, 2), (128, 128, 2)]),
        (3, 33, [(3, 32, 2), (32, 64, 2), (64, 128, 2), (128, 128, 2)]),
        (3, 64, [(3, 32, 2), (32, 64, 2), (64, 128, 2), (128, 128, 2)]),
        (3, 256, [(3, 32, 2), (32, 64, 2), (64, 128, 2), (128, 128, 2)]),
    ],
)
def test_the_layers_of_the_network(channels, resolution, layers):
    net = network.build(channels, resolution, {"a": 3}, 0)
    found = [m for m in net["trunk"] if isinstance(m, nn.Conv2d)]
    assert [(m.in_channels, m.out_channels, m.stride[0]) for m in found] == layers
    assert all(m.kernel_size == (3, 3) and m.padding == (1, 1) and m.bias is None for m in found)
    norms = [m for m in net["trunk"] if isinstance(m, nn.BatchNorm2d)]
    assert all((m.weight == 1).all() and not m.bias.any() and not m.running_mean.any() for m in norms)
    assert (net["heads"]["a"].in_features, net["heads"]["a"].bias.abs().sum().item()) == (layers[-1][1], 0)
    reduces = isinstance(net["trunk"][0], nn.AdaptiveAvgPool2d)
    assert reduces == (resolution > 64) and (not reduces or net["trunk"][0].output_size == 64)


def test_a_trained_network_is_pinned():
    """15 steps of 8 pictures, two heads, one with answers missing: order, shifts, rates and decay are all in it."""
    net, x = network.build(3, 16, {"a": 3, "b": 2}, 7), noise(40, 16)
    told, row = [], np.arange(40)
    answers = {"a": row % 3, "b": np.where(row % 5 == 0, -1, row % 2)}
    network.train(net, lambda rows: x[rows], answers, 120, 5, on_progress=lambda *args: told.append(args))
    assert told == [(8 * step, 120) for step in range(15)]
    features, found = network.run(net, x)
    assert (features.mean(), features.std()) == pytest.approx((0.3374932, 0.1438270), rel=2e-3)
    assert found["a"][0] == pytest.approx([0.1959596, 0.3918295, 0.4122110], rel=5e-3)
    assert found["b"][0] == pytest.approx([0.5840925, 0.4159075], rel=5e-3)
    assert sum(p.abs().sum().item() for p in net.parameters()) == pytest.approx(5195.77, rel=1e-4)
    assert not net.training and not any(p.requires_grad for p in net.parameters())


def test_a_shift_is_the_same_for_the_batch_and_at_most_a_sixteenth():
    x = torch.arange(2 * 32 * 32.0).view(2, 1, 32, 32)
    random, seen = np.random.default_rng(0), set()
    for _ in range(200):
        y = network.shifted(x, random)
        dy, dx = divmod(int(y[0, 0, 16, 16]) - int(x[0, 0, 16, 16]) + 32 * 2 + 2, 32)
        assert y.shape == x.shape and (y[1] - y[0] == 1024).all()
        seen.add((dy - 2, dx - 2))
    assert seen == {(dy, dx) for dy in range(-2, 3) for dx in range(-2, 3)}
    assert network.shifted(torch.zeros(1, 1, 4, 4), random).shape == (1, 1, 4, 4)


# -- the two-sample test -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "seen", "shown"), [(20, 10**6, 600), (21, 10**6, 600), (20, 100, 100)])
def test_the_two_sample_test_learns_on_one_half_and_is_asked_about_the_other(monkeypatch, count, seen, shown):
    real = np.tile(np.arange(count, dtype=np.uint8)[:, None, None, None], (1, 1, 4, 4))
    learnt, asked, half = {}, [], count // 2

    def train(judge, take, targets, seen, seed, device, **options):
        learnt.update(
            images=take(np.arange(2 * half))[:, 0, 0, 0], seen=seen, seed=seed, **targets, **options
        )

    def run(judge, images, device):
        asked.append(images[:, 0, 0, 0])
        real_ones = np.arange(len(images)) < (len(images) if len(asked) == 1 else 2)
        return None, {"generated": np.stack([real_ones, ~real_ones], 1)}

    monkeypatch.setattr(twosample, "train", train)
    monkeypatch.setattr(twosample, "run", run)
    accuracy = twosample.two_sample_accuracy(real, real + 100, seed=3, seen=seen)
    left = count - half
    assert accuracy == pytest.approx((left + left - 2) / (2 * left))  # two generated ones pass for real
    assert (learnt["seen"], learnt["seed"], learnt["shift"]) == (shown, 3, False)
    assert learnt["generated"].tolist() == [0] * half + [1] * half
    for kind, part in ((0, slice(0, half)), (1, slice(half, None))):
        numbers = learnt["images"][part].astype(int) - 100 * kind
        assert sorted([*numbers, *(asked[kind].astype(int) - 100 * kind)]) == list(range(count))
        assert numbers.tolist() != sorted(numbers)  # drawn at random


# -- what can be asked for ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "repeats", "seed", "wrong"),
    [
        (32, 1, 0, ""),
        (200_000, 20, 2**31 - 1, ""),
        (None, 3, 0, ""),
        (31, 1, 0, "images is 31; it must be from 32 to 200,000."),
        (200_001, 1, 0, "images is 200001; it must be from 32 to 200,000."),
        (32, 0, 0, "repeats is 0; it must be from 1 to 20."),
        (32, 21, 0, "repeats is 21; it must be from 1 to 20."),
        (32, 1, -1, "seed is -1; it must be from 0 to 2147483647."),
        (32, 1, 2**31, "seed is 2147483648; it must be from 0 to 2147483647."),
    ],
)
def test_the_ends_of_what_can_be_asked_for_belong_to_it(images, repeats, seed, wrong):
    if not wrong:
        check(["fd"], images, repeats, seed)
        return
    with pytest.raises(ValueError) as error:
        check(["fd"], images, repeats, seed)
    assert str(error.value) == wrong


def test_nothing_is_truncated_unless_asked(tiny_folder):
    from ganapp.config import ModelSpec
    from ganapp.networks import build_generator

    G = build_generator(ModelSpec("dcgan", 32, 3, 0, 8, {"width": 4})).eval()
    setting = prepare(G, str(tiny_folder))
    assert (setting.psi, setting.seed, setting.device, "psi" in setting.about) == (1.0, 0, "cpu", False)
    assert prepare(G, str(tiny_folder), psi=0.5).about["psi"] == 0.5


def test_numbers_below_zero_have_as_many_digits():
    assert [number(x) for x in (-12.346, -20.0, -0.5, -1234.5, 0.001)] == [
        "-12.35",
        "-20",
        "-0.5",
        "-1,234",
        "0.001",
    ]


def test_a_classifier_is_trained_under_the_lock_of_its_folder(tiny_dataset, monkeypatch, tmp_path):
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path))
    asked, whole = [], classifier.acquire_lock
    monkeypatch.setattr(classifier, "acquire_lock", lambda *args: asked.append(args) or whole(*args))
    told = []

    def progress(done, total, what):
        told.append((done, total, what))

    def cancelled():
        return False

    classifier.classifier_of(tiny_dataset(64, 8), None, "cpu", progress, cancelled, seen=16)
    (folder,) = (tmp_path / "datasets").glob("classifier-*/")
    assert asked == [(folder.name, progress, cancelled)]
    assert told == [(0, 16, "Training the classifier that measures (once for this data set)")] + [
        (8, 16, "Training the classifier that measures (once for this data set)")
    ]


def test_drawing_samples_says_how_far_it_is(tiny_dataset):
    from ganapp.config import ModelSpec
    from ganapp.metrics.rounds import Round, Setting
    from ganapp.networks import build_generator

    G, told = build_generator(ModelSpec("mlp", 28, 1, 0, 4, {"hidden": [4]})).eval(), []
    data = tiny_dataset(16, 28, 1, labels=False)
    setting = Setting(G, data, None, {}, progress=lambda *args: told.append(args))
    assert Round(setting, 0, 300).fake(300).shape == (300, 1, 28, 28)
    assert told == [(0, 300, "Drawing samples"), (256, 300, "Drawing samples")]


def test_each_figure_gets_the_number_of_samples_that_it_asks_for(tiny_dataset, monkeypatch):
    """Here fewer pictures are held out than there are to train on."""
    from ganapp.config import ModelSpec
    from ganapp.metrics.measures import Measured
    from ganapp.metrics.rounds import Setting
    from ganapp.networks import build_generator

    def spy(r, n):
        yield Measured("spy", len(r.fake(n)), {"asked": n})

    for name in ("fd", "c2st"):
        monkeypatch.setitem(MEASURES, name, MEASURES[name]._replace(measure=spy))
    G = build_generator(ModelSpec("mlp", 28, 1, 0, 4, {"hidden": [4]})).eval()
    setting = Setting(G, tiny_dataset(60, 28, 1, labels=False), tiny_dataset(20, 28, 1, labels=False), {})
    found = measure(setting, ["c2st", "fd"], 40, 1)
    assert [(figure.value, figure.protocol["asked"]) for figure in found] == [(20, 20), (40, 40)]


def test_what_data_lack_for_a_figure(tiny_dataset):
    from ganapp.data import ImageDataset, Images
    from ganapp.metrics.rounds import Setting

    def lack(name, train, heldout=None):
        return lack_text(name, Setting(None, train, heldout, {}))

    one = ImageDataset("one", Images(noise(20, 8)), np.zeros(20, np.int64), ("a",))
    two = ImageDataset("two", Images(noise(20, 8)), np.arange(20) % 2, ("a", "b"))
    assert (lack("classes", one), lack("classes", two)) == ("one has no classes", "")
    assert lack("c2st", two) == "no pictures of two are held out; that needs 100 at least"
    assert lack("c2st", two, tiny_dataset(15)) == "15 pictures of two are held out; that needs 16 at least"
    assert lack("c2st", two, tiny_dataset(16)) == ""
    assert lack("attributes", two, two) == "only the built-in faces have a table of attributes"


def test_swd_says_which_level_it_is_at():
    told = []
    swd.multi_scale_swd(noise(4), noise(4, seed=1), 0, 2, 2, lambda *args: told.append(args))
    assert told == [(0, 2), (1, 2)]


def test_nothing_shown_is_nothing_covered():
    with np.errstate(all="raise"):
        assert coverage.coverage(np.zeros(3), np.array([0.5, 0.5, 0])) == 0


def test_one_figure_that_cannot_be_measured_does_not_stop_the_others(tiny_dataset, monkeypatch):
    from ganapp.config import ModelSpec
    from ganapp.metrics.measures import Measured
    from ganapp.metrics.rounds import Setting
    from ganapp.networks import build_generator

    def fine(r, n):
        yield Measured("fine", 1.0, {})

    def broken(r, n):
        yield Measured("broken", 2.0, {})
        if r.index == 1:
            raise OSError("the disk is gone.")

    def quiet(r, n):
        raise CannotMeasure
        yield

    for name, function in (("fd", fine), ("pr", broken), ("dc", quiet)):
        monkeypatch.setitem(MEASURES, name, MEASURES[name]._replace(measure=function))
    G = build_generator(ModelSpec("mlp", 28, 1, 0, 4, {"hidden": [4]})).eval()
    setting, missing = Setting(G, tiny_dataset(40, 28, 1, labels=False), None, {}), {}
    found = measure(setting, ["pr", "fd", "dc", "c2st"], 32, 2, missing)
    assert [(figure.name, figure.value) for figure in found] == [("fine", 1.0)]  # no half of a figure
    assert missing == {
        "pr": "the disk is gone.", "dc": "CannotMeasure",
        "c2st": "c2st cannot be measured: no pictures of tiny are held out; that needs 100 at least.",
    }  # fmt: skip
    with pytest.raises(ValueError) as error:
        measure(setting, ["pr", "dc"], 32, 2, {})
    assert str(error.value) == "the disk is gone. CannotMeasure"
    with pytest.raises(OSError, match="the disk is gone"):
        measure(setting, ["pr", "fd"], 32, 2)
    few = Setting(G, tiny_dataset(7, 28, 1, labels=False), None, {})
    with pytest.raises(ValueError) as error:
        measure(few, ["fd", "pr"], 32, 1, {})
    assert str(error.value) == (
        "fd cannot be measured: there are only 7 real pictures. "
        "pr cannot be measured: there are only 7 real pictures."
    )
