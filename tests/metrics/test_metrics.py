"""ganapp/metrics: each figure against a closed form or a second implementation, on inputs that are not symmetric."""

import hashlib
import math

import numpy as np
import pytest
import torch

from ganapp.data import Cancelled, ImageDataset, Images
from ganapp.metrics import Figure, protocol_text, value_text
from ganapp.metrics.distances import coverage, manifold, memorisation, swd
from ganapp.metrics.distances.frechet import frechet, frechet_of
from ganapp.metrics.distances.swd import quick_swd
from ganapp.metrics.distances.twosample import two_sample_accuracy
from ganapp.metrics.figure import common, mean_and_interval, number
from ganapp.metrics.judges import inception, network
from ganapp.metrics.judges.classifier import classifier_of, turned


def noise(count, size=32, channels=3, seed=0, low=0, high=256):
    return np.random.default_rng(seed).integers(low, high, (count, channels, size, size), dtype=np.uint8)


# -- sliced Wasserstein ------------------------------------------------------------------------------------------------


def test_wasserstein_of_sorted_numbers_is_the_closed_form():
    a = np.array([[0.0, 1, 5]])
    assert swd.wasserstein(a, a + 2.5) == pytest.approx(2.5)
    assert swd.wasserstein(a, np.array([[1.0, 1, 2]])) == pytest.approx((1 + 0 + 3) / 3)
    # two against three: mass 1/3 at 0→0, 1/6 at 1→0, 1/6 at 1→4, 1/3 at 5→4
    assert swd.wasserstein(a, np.array([[0.0, 4]])) == pytest.approx(1 / 6 + 3 / 6 + 1 / 3)


def test_a_shifted_distribution_is_as_far_as_its_shift_projected():
    """For b = a + s each projection moves by |s·u|, whose mean over directions in D dimensions is |s| Γ(D/2)/(√π Γ((D+1)/2))."""
    random = np.random.default_rng(0)
    a = random.standard_normal((500, 6)).astype(np.float32)
    shift = np.array([3, 0, -1, 0, 0.5, 0], np.float32)
    expected = np.linalg.norm(shift) * math.gamma(3) / (math.sqrt(math.pi) * math.gamma(3.5))
    assert swd.sliced_wasserstein(a, a + shift, 20_000, random) == pytest.approx(expected, rel=0.01)
    assert swd.sliced_wasserstein(a, a[::-1], 50, random) == 0


def test_the_pyramid_adds_up_and_its_filter_is_the_binomial_one():
    images = noise(2, 32).astype(np.float32)
    fine, middle, rest = swd.pyramid(images, 3)
    assert fine.shape[2] == 32 and middle.shape[2] == 16 and rest.shape[2] == 8
    assert np.allclose(fine + swd.doubled(middle + swd.doubled(rest)), images, atol=1e-3)
    spike = np.zeros((1, 1, 9, 9), np.float32)
    spike[0, 0, 4, 3] = 256
    kernel = np.array([1, 4, 6, 4, 1])
    assert np.array_equal(swd.blurred(spike, swd.KERNEL)[0, 0, 2:7, 1:6], np.outer(kernel, kernel))
    flat = np.full((1, 3, 16, 16), 77, np.float32)
    assert np.allclose(swd.pyramid(flat, 2)[0], 0, atol=1e-4)  # nothing but the rest, at the edges, too


@pytest.mark.parametrize(
    ("resolution", "sizes"), [(64, [64, 32, 16]), (32, [32, 16]), (28, [28]), (8, [8]), (33, [33])]
)
def test_levels_end_at_16_pixels(resolution, sizes):
    assert swd.levels(resolution) == sizes


def test_patches_are_normalized_channel_by_channel():
    patches = noise(50, 7, seed=3).astype(np.float32) * np.array([1, 3, 0], np.float32)[None, :, None, None]
    flat = swd.normalized(patches).reshape(50, 3, 49)
    assert np.allclose(flat[:, :2].mean((0, 2)), 0, atol=1e-4) and np.allclose(
        flat[:, :2].std((0, 2)), 1, atol=1e-4
    )
    assert not flat[:, 2].any()


def test_neighbourhoods_lie_where_they_are_said_to():
    ramp = np.arange(32 * 32, dtype=np.int64).reshape(1, 1, 32, 32) % 251
    patches = swd.neighbourhoods(ramp.astype(np.uint8), 0, 1, 20, np.random.default_rng(0))
    assert patches.shape == (20, 1, 7, 7)
    rows = [ramp[0, 0, y : y + 7, x : x + 7] for y in range(26) for x in range(26)]
    assert all(any(np.array_equal(p[0], row) for row in rows) for p in patches)


def test_swd_is_small_for_one_distribution_and_large_for_another():
    same = swd.multi_scale_swd(noise(200, seed=1), noise(200, seed=2), directions=64)
    coarse = noise(200, 16, seed=2).repeat(2, 2).repeat(2, 3)
    other = swd.multi_scale_swd(noise(200, seed=1), coarse, directions=64)
    assert set(same) == set(other) == {32, 16} and max(same.values()) < 25
    assert other[32] > 2 * same[32] and other[16] < 25  # it differs in what the smaller size does not have
    images = noise(30, seed=4)
    few = {"per_image": 8, "directions": 16}
    assert swd.multi_scale_swd(images, images[:20], 5, **few) == swd.multi_scale_swd(
        images, images[:20], 5, **few
    )
    with pytest.raises(ValueError, match="6 px are too small"):
        swd.multi_scale_swd(noise(2, 6), noise(2, 6))
    with pytest.raises(ValueError, match="one size"):
        swd.multi_scale_swd(noise(2, 16), noise(2, 32))


def test_the_live_figure_is_a_pure_function_that_tells_worse_from_better():
    real, better, worse = (
        noise(300, seed=1),
        noise(300, seed=2),
        noise(300, 4, seed=3).repeat(8, 2).repeat(8, 3),
    )
    values = quick_swd(real, better), quick_swd(real, worse)
    assert values == (quick_swd(real, better), quick_swd(real, worse)) and values[0] < values[1] / 3


# -- Fréchet distance --------------------------------------------------------------------------------------------------


def covariance(size, seed):
    root = np.random.default_rng(seed).standard_normal((size, size))
    return root @ root.T + 0.1 * np.eye(size)


def test_frechet_of_commuting_gaussians_is_the_closed_form():
    mean_a, mean_b = np.array([0.0, 1, 2]), np.array([3.0, 1, -1])
    a, b = np.array([1.0, 4, 9]), np.array([4.0, 0.25, 9])
    expected = 9 + 0 + 9 + ((np.sqrt(a) - np.sqrt(b)) ** 2).sum()
    assert frechet_of(mean_a, np.diag(a), mean_b, np.diag(b)) == pytest.approx(expected)
    turn = np.linalg.qr(np.random.default_rng(1).standard_normal((3, 3)))[0]
    turned_ones = turn @ mean_a, turn @ np.diag(a) @ turn.T, turn @ mean_b, turn @ np.diag(b) @ turn.T
    assert frechet_of(*turned_ones) == pytest.approx(expected)


def test_frechet_of_two_by_two_covariances_that_do_not_commute():
    """tr √(AB) of 2×2 matrices is √(tr(AB) + 2 √det(AB))."""
    a, b = np.array([[2.0, 0.5], [0.5, 1]]), np.array([[1.0, -0.3], [-0.3, 3]])
    assert not np.allclose(a @ b, b @ a)
    product = a @ b
    expected = (
        1
        + np.trace(a)
        + np.trace(b)
        - 2 * math.sqrt(np.trace(product) + 2 * math.sqrt(np.linalg.det(product)))
    )
    assert frechet_of(np.zeros(2), a, np.array([1.0, 0]), b) == pytest.approx(expected)


def test_frechet_agrees_with_scipy():
    linalg = pytest.importorskip("scipy.linalg")
    a, b = covariance(12, 1), covariance(12, 2)
    expected = 12 * 0.25 + np.trace(a + b - 2 * linalg.sqrtm(a @ b).real)
    assert frechet_of(np.zeros(12), a, np.full(12, 0.5), b) == pytest.approx(expected, rel=1e-6)


def test_frechet_agrees_with_torch_fidelity_on_features():
    fid = pytest.importorskip("torch_fidelity.metric_fid")
    random = np.random.default_rng(3)
    real = random.standard_normal((300, 8)) @ covariance(8, 4)
    fake = random.standard_normal((200, 8)) @ covariance(8, 5) + 1
    stats = [fid.fid_features_to_statistics(torch.from_numpy(x)) for x in (real, fake)]
    expected = fid.fid_statistics_to_metric(*stats, False)[fid.KEY_METRIC_FID]
    assert frechet(real, fake) == pytest.approx(expected, rel=1e-6)
    flat = np.concatenate([real[:5], real[:5]])  # fewer pictures than features: singular, still finite
    assert 0 <= frechet(flat, fake) < 1e6


# -- precision, recall, density, coverage ------------------------------------------------------------------------------


def naive(real, fake, k):
    """Precision, recall, density, coverage as their papers write them, by loops."""
    d = lambda a, b: float(np.sqrt(((a - b) ** 2).sum()))  # noqa: E731
    radius = lambda points, i: sorted(d(points[i], p) for p in points)[k]  # noqa: E731
    balls_real = [radius(real, i) for i in range(len(real))]
    balls_fake = [radius(fake, i) for i in range(len(fake))]
    precision = np.mean([any(d(f, r) <= b for r, b in zip(real, balls_real)) for f in fake])
    recall = np.mean([any(d(r, f) <= b for f, b in zip(fake, balls_fake)) for r in real])
    density = sum(d(f, r) < b for f in fake for r, b in zip(real, balls_real)) / (k * len(fake))
    cover = np.mean([min(d(r, f) for f in fake) < b for r, b in zip(real, balls_real)])
    return precision, recall, density, cover


def test_manifold_figures_agree_with_loops_on_overlapping_balls():
    random = np.random.default_rng(0)
    real = random.standard_normal((60, 3))
    fake = 0.6 * random.standard_normal((45, 3)) + [0.8, 0, 0]
    for k in (2, 5):
        found = *manifold.precision_recall(real, fake, k), *manifold.density_coverage(real, fake, k)
        assert found == pytest.approx(naive(real, fake, k))
        assert 0.2 < found[1] < found[0] < 1  # narrower than real: more precise than varied


def test_manifold_figures_of_balls_known_by_hand():
    """Real at 0, 1, 2, 10 with k = 1: balls reach 1, 1, 1, 8. Fake at 1.5, 3.5, 30: balls reach 2, 2, 26.5."""
    real, fake = np.array([[0.0], [1], [2], [10]]), np.array([[1.5], [3.5], [30]])
    assert manifold.precision_recall(real, fake, 1) == pytest.approx((2 / 3, 1.0))
    assert manifold.density_coverage(real, fake, 1) == pytest.approx(((2 + 1) / 3, 3 / 4))


def test_equal_and_far_sets_and_too_few():
    a = np.random.default_rng(1).standard_normal((100, 4))
    assert manifold.precision_recall(a, a) == (1, 1) and manifold.density_coverage(a, a)[1] == 1
    assert manifold.precision_recall(a, a + 100) == (0, 0) and manifold.density_coverage(a, a + 100) == (0, 0)
    with pytest.raises(ValueError, match="at least 4"):
        manifold.precision_recall(a[:3], a)


def test_blocks_change_nothing():
    a, b = np.random.default_rng(2).standard_normal((2, 37, 5))
    whole = np.concatenate([d for _, d in manifold.distances(a, b)])
    assert np.allclose(np.concatenate([d for _, d in manifold.distances(a, b, 10)]), whole)
    assert np.allclose(whole, ((a[:, None] - b) ** 2).sum(2))


# -- classes and attributes --------------------------------------------------------------------------------------------


def test_coverage_counts_what_is_shown_surely_and_often_enough():
    p = np.array([[0.95, 0.05, 0], [0.5, 0.5, 0], [0, 0.02, 0.98], [0.97, 0.03, 0]])
    assert coverage.counted(p).tolist() == [0.5, 0, 0.25]
    real, fake = np.array([0.4, 0.4, 0.2, 0]), np.array([0.5, 0.09, 0.05, 0.3])
    assert coverage.covered(real, fake).tolist() == [True, False, True, False]
    assert coverage.coverage(real, fake) == pytest.approx(2 / 3)


def test_kl_is_the_closed_form_and_finite_where_a_class_is_new():
    fake, real = np.array([30, 10, 0]), np.array([20_000, 60_000, 10])
    expected = 0.75 * math.log(0.75 / 0.25) + 0.25 * math.log(0.25 / 0.75)
    assert coverage.kl(fake, real) == pytest.approx(expected, rel=1e-3)
    assert math.isfinite(coverage.kl(np.array([0, 5]), np.array([5, 0])))


# -- memorisation ------------------------------------------------------------------------------------------------------


def test_nearest_finds_copies_exactly_across_parts():
    training = np.random.default_rng(0).integers(0, 256, (300, 200)).astype(np.float32)
    points = np.concatenate([training[[7, 250]], training[[30]] + 1])
    index, distance = memorisation.nearest(points, [(0, training[:100]), (100, training[100:])])
    assert index.tolist() == [7, 250, 30] and distance == pytest.approx([0, 0, math.sqrt(200)])


def test_shares_of_closer_samples():
    samples, heldout = np.array([1.0, 2, 6]), np.array([2.0, 3, 5, 8])
    assert memorisation.closer_share(samples, heldout) == pytest.approx((4 + 3.5 + 1) / 12)
    random = np.random.default_rng(0)
    a, b = random.random((2, 4000))
    assert memorisation.closer_share(a, b) == pytest.approx(0.5, abs=0.02)
    assert memorisation.copy_share(a, b) == pytest.approx(0.01, abs=0.006)
    assert memorisation.copy_share(np.zeros(10), b) == 1


# -- the network, the classifier and the two-sample test ---------------------------------------------------------------


def weights_of(net):
    return b"".join(t.numpy().tobytes() for t in net.state_dict().values())


def test_training_is_deterministic_and_leaves_the_global_generator_alone():
    images, labels = noise(40, 8), np.arange(40) % 2
    before = torch.random.get_rng_state(), np.random.get_state()[1].tobytes()
    made = []
    for seed in (1, 1, 2):
        net = network.build(3, 8, {"a": 2}, seed)
        network.train(net, lambda rows: images[rows], {"a": labels}, 100, seed)
        made.append(weights_of(net))
    assert made[0] == made[1] != made[2]
    assert (
        torch.equal(before[0], torch.random.get_rng_state())
        and before[1] == np.random.get_state()[1].tobytes()
    )


@pytest.mark.parametrize("resolution", [4, 7, 28, 32, 100])
def test_the_network_takes_every_size_and_an_image_does_not_depend_on_its_batch(resolution):
    net = network.build(1, resolution, {"a": 3, "b": 2}, 0).eval()
    images = noise(5, resolution, 1)
    features, answers = network.run(net, images)
    assert (
        features.shape[0] == 5
        and answers["a"].shape == (5, 3)
        and np.allclose(answers["b"].sum(1), 1, atol=1e-5)
    )
    assert np.allclose(network.run(net, images, batch=2)[0], features, atol=1e-5)


def test_training_can_be_cancelled():
    net = network.build(3, 8, {"a": 2}, 0)
    with pytest.raises(Cancelled):
        network.train(
            net, lambda rows: noise(16, 8)[rows], {"a": np.arange(16) % 2}, 100, 0, cancelled=lambda: True
        )


def test_the_two_sample_test_tells_only_what_differs():
    same = two_sample_accuracy(noise(200, 8, seed=1), noise(200, 8, seed=2), seen=3000)
    other = two_sample_accuracy(noise(200, 8, seed=1), noise(200, 8, seed=2, low=40, high=216), seen=3000)
    assert abs(same - 0.5) < 0.13 and other > 0.97  # 200 unseen pictures: 0.13 is 3.7 standard errors
    with pytest.raises(ValueError, match="16 at least; there are 8 and 8"):
        two_sample_accuracy(noise(8, 8), noise(8, 8))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_classifier_is_trained_once_for_its_data_and_named_by_its_weights(
    cache, tiny_dataset, monkeypatch
):
    data, heldout = tiny_dataset(96, 16), tiny_dataset(40, 16)
    first = classifier_of(data, heldout, seen=2000)
    assert (
        first.heads == ("classes",) and first.accuracy["classes"] > 0.9 and first.sha256[:12] in first.about
    )
    monkeypatch.setattr("ganapp.metrics.judges.network.train", lambda *a, **k: pytest.fail("trained again"))
    again = classifier_of(data, heldout, seen=2000)
    assert again.sha256 == first.sha256 and again.accuracy == first.accuracy
    images = heldout.images.all()
    assert np.array_equal(first.run(images)[0], again.run(images)[0])


def test_a_classifier_made_without_held_out_pictures_is_tested_once_there_are_some(
    cache, tiny_dataset, monkeypatch
):
    data, heldout = tiny_dataset(96, 16), tiny_dataset(40, 16)
    first = classifier_of(data, None, seen=2000)
    assert first.accuracy == {} and "held-out" not in first.about
    found = classifier_of(data, heldout, seen=2000)
    assert found.accuracy["classes"] > 0.9 and found.sha256 == first.sha256
    monkeypatch.setattr(
        "ganapp.metrics.judges.classifier.heldout_accuracy", lambda *a, **k: pytest.fail("tested again")
    )
    assert classifier_of(data, None, seen=2000).accuracy == found.accuracy


def test_a_damaged_classifier_is_trained_anew_to_the_same_weights(cache, tiny_dataset):
    data = tiny_dataset(64, 16)
    first = classifier_of(data, None, seen=300)
    (file,) = cache.glob("datasets/classifier-*/weights.npz")
    file.write_bytes(file.read_bytes()[:-1000])
    assert classifier_of(data, None, seen=300).sha256 == first.sha256


def test_without_classes_it_tells_quarter_turns(cache, tiny_dataset):
    images = noise(1, 4, 1, seed=9)
    for k in range(4):
        assert np.array_equal(turned(images, np.array([k]))[0, 0], np.rot90(images[0, 0], k))
    unlabelled = classifier_of(
        tiny_dataset(64, 16, labels=False), tiny_dataset(40, 16, labels=False), seen=500
    )
    assert unlabelled.heads == ("turns",) and "quarter turns" in unlabelled.about


def test_faces_get_a_head_for_each_attribute(cache):
    from ganapp.data.faces.drawing import ATTRIBUTES, CLASS_NAMES, draw_faces

    images, labels, attributes = draw_faces(24, 28)
    data = ImageDataset("faces", Images(images), labels, CLASS_NAMES, (), attributes)
    found = classifier_of(data, data, seen=24)
    assert (
        set(found.heads) == {"classes"} | {f"attribute_{name}" for name in ATTRIBUTES} == set(found.accuracy)
    )


# -- figures as text and data ------------------------------------------------------------------------------------------


def test_the_interval_is_students():
    assert mean_and_interval([3.0]) == (3, None)
    mean, (low, high) = mean_and_interval([1.0, 2, 6])
    half = 4.303 * math.sqrt(7) / math.sqrt(3)  # variance (4 + 1 + 9) / 2
    assert (mean, low, high) == pytest.approx((3, 3 - half, 3 + half))


def test_figures_are_json_and_readable():
    figure = Figure(
        "swd", 12.3456, (11.5, 13.1912), {"images": 2000, "levels": ["32 px", "16 px"], "psi": 0.5}, "few"
    )
    assert value_text(figure) == "12.35 ± 0.85" and figure.to_json()["interval"] == [11.5, 13.1912]
    texts = [
        value_text(Figure("x", v, i))
        for v, i in ((14.2, (8.8, 19.6)), (0.0312, (0.0301, 0.0323)), (4321.0, (4000.0, 4642.0)))
    ]
    assert texts == ["14.2 ± 5.4", "0.0312 ± 0.0011", "4,321 ± 321"]
    assert [value_text(Figure("x", 2.0, i)) for i in (None, (2.0, 2.0))] == ["2", "2 ± 0"]
    assert protocol_text(figure.protocol) == "images 2,000 · levels 32 px, 16 px · psi 0.5"
    assert Figure("kl", math.inf).to_json()["value"] is None
    assert common([{"a": 1, "b": 2}, {"b": 2, "a": 3}]) == {"b": 2} and common([]) == {}
    assert [number(x) for x in (0, 12345.6, 0.000123456, math.nan)] == ["0", "12,346", "0.00012", "nan"]
    assert [number(x) for x in (5e-5, -0.0000123, 1e-6, 9.96e-5)] == [
        "0.00005",
        "-0.000012",
        "0.000001",
        "0.0001",
    ]
    assert [number(x) for x in (5e-7, -1.23e-9)] == ["5e-07", "-1.2e-09"]


# -- Inception ---------------------------------------------------------------------------------------------------------


def test_weights_are_checked_by_the_hash_in_their_name_before_they_are_read(tmp_path, monkeypatch):
    monkeypatch.setattr(torch, "load", lambda *a, **k: pytest.fail("read"))
    content = b"no weights"
    sha256 = hashlib.sha256(content).hexdigest()
    good, bad = tmp_path / f"w-{sha256[:8]}.pth", tmp_path / "w-6726825d.pth"
    for path in (good, bad):
        path.write_bytes(content)
    assert inception.checked(good) == sha256
    with pytest.raises(ValueError, match=f"begins with {sha256[:8]}, its name says 6726825d"):
        inception.checked(bad)
    with pytest.raises(ValueError, match="cannot be read"):
        inception.checked(tmp_path / "none.pth")


def test_a_download_is_whole_and_checked_or_nothing(cache, tmp_path):
    content = b"weights" * 100_000
    name = f"weights-{hashlib.sha256(content).hexdigest()[:8]}.pth"
    for file in (name, "weights-00000000.pth"):
        (tmp_path / file).write_bytes(content)
    seen = []
    path = inception.fetch(lambda *told: seen.append(told), url=(tmp_path / name).as_uri())
    assert path.read_bytes() == content and seen[-1] == (
        700_000,
        700_000,
        "Downloading the Inception weights",
    )
    (tmp_path / name).unlink()
    assert inception.fetch(url=(tmp_path / name).as_uri()) == path  # it is there: nothing is fetched
    with pytest.raises(ValueError, match="damaged"):
        inception.fetch(url=(tmp_path / "weights-00000000.pth").as_uri())
    with pytest.raises(ValueError, match="cannot be downloaded .*all other figures work without"):
        inception.fetch(url=(tmp_path / "absent-11111111.pth").as_uri())
    assert [p.name for p in (cache / "downloads").iterdir()] == [name]


def test_nothing_is_unpickled_with_code(tmp_path):
    pytest.importorskip("torch_fidelity")

    class Evil:
        def __reduce__(self):
            return (pytest.fail, ("code ran",))

    torch.save({"x": Evil()}, tmp_path / "evil.pth")
    with pytest.raises(ValueError, match="evil.pth holds no weights that can be read safely"):
        inception.load(tmp_path / "evil.pth")
    torch.save({"x": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match="other.pth is not the Inception network"):
        inception.load(tmp_path / "other.pth")


@pytest.fixture(scope="module")
def random_inception(tmp_path_factory):
    """Weights of the right shapes drawn at random: the published ones cannot be had here, so only the wiring is tested."""
    extractor = pytest.importorskip("torch_fidelity.feature_extractor_inceptionv3")

    class Unloaded(extractor.FeatureExtractorInceptionV3):
        def load_state_dict(self, *args, **kwargs):
            pass

    path = tmp_path_factory.mktemp("inception") / "random.pth"
    torch.save({}, path)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        net = Unloaded("inception-v3-compat", ["2048"], feature_extractor_weights_path=path)
    torch.save(net.state_dict(), path)
    return path


def test_the_wiring_of_inception_with_random_weights(random_inception):
    net = inception.load(random_inception)
    assert "NOT the published weights" in net.about
    grey = noise(3, 16, 1)
    found = net.run(grey)
    assert found["2048"].shape == (3, 2048) and found["logits_unbiased"].shape == (3, 1008)
    assert np.allclose(net.run(np.repeat(grey, 3, 1))["2048"], found["2048"])


def test_kid_and_inception_score_agree_with_loops():
    """KID: (x·y/d + 1)³, unbiased. IS: exp of the mean KL of each answer from their mean, by split."""
    pytest.importorskip("torch_fidelity")
    random = np.random.default_rng(0)
    real, fake = random.standard_normal((20, 6)), random.standard_normal((20, 6)) * 1.5 + 0.3
    kernel = lambda a, b: (a @ b.T / 6 + 1) ** 3  # noqa: E731
    rr, ff, rf = kernel(real, real), kernel(fake, fake), kernel(real, fake)
    off = lambda m: (m.sum() - np.trace(m)) / (20 * 19)  # noqa: E731
    assert inception.kid(real, fake, 0) == pytest.approx(off(rr) + off(ff) - 2 * rf.mean())
    logits = np.array([[9.0, 0, 0], [0, 9, 0], [0, 0, 9], [9, 0, 0]] * 50)
    assert 2.5 < inception.inception_score(logits, 0) < 3
    assert inception.inception_score(np.zeros((40, 5)), 0) == pytest.approx(1)


# -- protocols that a wrong constant would change silently -------------------------------------------------------------


def test_kl_adds_half_a_count_to_each_real_one():
    """fake 3/4, 1/4 against real (0 + ½)/3, (2 + ½)/3."""
    expected = 0.75 * math.log(0.75 / (0.5 / 3)) + 0.25 * math.log(0.25 / (2.5 / 3))
    assert coverage.kl(np.array([3, 1]), np.array([0, 2])) == pytest.approx(expected, rel=1e-12)


def test_the_two_sample_test_moves_no_picture(monkeypatch):
    """What a generator does wrong at the same place in every picture must stay there."""

    def shifted(x, random):
        raise AssertionError("a picture was moved")

    monkeypatch.setattr(network, "shifted", shifted)
    two_sample_accuracy(noise(16, 8, seed=1), noise(16, 8, seed=2), seen=16)
    with pytest.raises(AssertionError, match="a picture was moved"):  # the classifiers' training does move
        network.train(
            network.build(3, 8, {"a": 2}, 0), lambda rows: noise(16, 8)[rows], {"a": np.arange(16) % 2}, 16, 0
        )
