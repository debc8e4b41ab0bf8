"""benchmarks/synthetic.py: that its arms differ in their data alone, and that labels stay with their pictures."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import ROOT

from ganapp import latents
from ganapp.config import ModelSpec
from ganapp.metrics.judges import network
from ganapp.networks import build_generator

sys.path.insert(0, str(ROOT / "benchmarks"))
import synthetic


def generator(names, classes=4):
    G = build_generator(ModelSpec("dcgan", 32, 3, classes, 8, {"width": 4})).eval()
    G.class_names = names
    return G


def test_k_pictures_of_every_class_chosen_by_the_seed(tiny_dataset):
    data = tiny_dataset()
    images, labels = synthetic.few(data, 3, seed=1)
    assert labels.tolist() == [0, 1, 2, 3] * 3 and len({image.tobytes() for image in images}) == 12
    whole = {image.tobytes(): label for image, label in zip(data.images.all(), data.labels)}
    assert [whole[image.tobytes()] for image in images] == labels.tolist()
    assert np.array_equal(images, synthetic.few(data, 3, seed=1)[0])
    assert not np.array_equal(images, synthetic.few(data, 3, seed=2)[0])
    with pytest.raises(ValueError, match="16 pictures of a, not 17"):
        synthetic.few(data, 17, seed=1)


def test_generated_pictures_have_the_datas_labels(tiny_dataset):
    data, G = tiny_dataset(), generator(("d", "b", "a", "c"))
    classes = synthetic.classes_of(G, data)
    images, labels = synthetic.generated(G, classes, SimpleNamespace(synthetic=3, psi=0.7))
    assert labels.tolist() == [3, 1, 0, 2] * 3
    alone = latents.generate(G, [7], 2, 0.7)[0].transpose(2, 0, 1)  # the second of its third class, an "a"
    assert np.abs(images[4 + 2].astype(int) - alone).max() <= 1
    with pytest.raises(ValueError, match="'x'.*and tiny 4 .'a', 'b', 'c', 'd'"):
        synthetic.classes_of(generator(("d", "b", "a", "x")), data)
    with pytest.raises(ValueError, match="has 3 classes .., and tiny 4"):
        synthetic.classes_of(generator((), 3), data)


def test_arms_have_the_same_steps_and_equal_shares_of_their_parts(tiny_dataset, monkeypatch):
    """12 real pictures and 40 others: as many are shown of either, each with its own label."""
    data, seen = tiny_dataset(), []
    real, (images, labels) = synthetic.few(data, 3, 0), synthetic.few(data, 10, 1)
    others = images ^ 1, (labels + 1) % 4  # pictures and labels that no real one has
    label_of = {image.tobytes(): label for part in (real, others) for image, label in zip(*part)}
    ours = {image.tobytes() for image in real[0]}

    def train(network, take, targets, count, seed, **options):
        shown = [image.tobytes() for image in take(np.arange(synthetic.SHOWN))]
        assert [label_of[image] for image in shown] == targets[synthetic.HEAD].tolist()
        seen.append((len(shown), count, seed, sum(image in ours for image in shown)))

    monkeypatch.setattr(network, "train", train)
    monkeypatch.setattr(
        network, "run", lambda network, images: (None, {synthetic.HEAD: np.eye(4)[data.labels]})
    )
    for parts in ([real], [real, others]):
        assert synthetic.trained_classifier(parts, data, 5, 20, False, False) == 1.0
    assert seen == [(10_240, 20 * 128, 5, 10_240), (10_240, 20 * 128, 5, 5_120)]


def test_augmenting_shifts_and_mirrors_each_picture_by_itself():
    images = np.zeros((400, 1, 16, 16), np.uint8)
    images[:, 0, 8, 5] = 255
    out = synthetic.augmented(images, np.random.default_rng(0), False)
    places = {tuple(place) for place in np.argwhere(out[:, 0])[:, 1:].tolist()}
    assert places == {(y, x) for y in range(6, 11) for x in range(3, 8)} and (out > 0).sum() == 400
    mirrored = synthetic.augmented(images, np.random.default_rng(0), True)
    assert 150 < (np.argwhere(mirrored[:, 0])[:, 2] > 7).sum() < 250 and images[0, 0, 8, 5] == 255
