"""data/batches.py: each epoch a permutation, order a function of (seed, nimg), memory equals file, mirrored or not."""

import numpy as np
import pytest
import torch

from ganapp.data import ImageDataset, Images, MapWriter
from ganapp.data import batches as module
from ganapp.data.batches import Batches
from ganapp.data.dataset import HEADER

CPU = torch.device("cpu")


@pytest.fixture
def draw(tiny_dataset):
    def make(seed=3, mirror=False, conditional=True, **data):
        return Batches(tiny_dataset(**data), CPU, seed=seed, mirror=mirror, conditional=conditional)

    return make


def test_an_epoch_is_a_permutation_and_each_one_another(draw):
    b = draw(count=50)
    epochs = [b.order(50 * e, 50) for e in range(3)]
    for order in epochs:
        assert sorted(order.tolist()) == list(range(50))
    assert (epochs[0] != epochs[1]).sum() > 40
    assert (epochs[1] != epochs[2]).sum() > 40
    assert (epochs[0] != np.arange(50)).sum() > 40


def test_order_is_a_function_of_seed_and_position_alone(draw):
    whole = draw(count=50).order(0, 170)
    b = draw(count=50)
    for nimg, size in (
        (160, 10),
        (0, 7),
        (45, 12),
        (99, 2),
        (37, 120),
        (49, 1),
        (50, 1),
    ):  # any order, any borders
        assert b.order(nimg, size).tolist() == whole[nimg : nimg + size].tolist()
    assert draw(count=50, seed=4).order(0, 50).tolist() != whole[:50].tolist()


def test_images_and_labels_belong_together(draw, tiny_dataset):
    data, b = tiny_dataset(), draw()
    indices = b.order(60, 8)  # over the border of the first epoch
    x, y = b(60, 8)
    assert x.dtype == torch.float32
    assert x.shape == (8, 3, 32, 32)
    assert y.dtype == torch.int64
    assert y.tolist() == data.labels[indices].tolist()
    assert x.equal(torch.from_numpy(data.images.take(indices)).float() / 127.5 - 1)


def test_range_is_minus_one_to_one():
    images = np.zeros((2, 1, 4, 4), np.uint8)
    images[1] = 255
    b = Batches(ImageDataset("x", Images(images), None, ()), CPU, seed=0, mirror=False, conditional=False)
    x, y = b(0, 2)
    assert y is None
    assert sorted(x[:, 0, 0, 0].tolist()) == [-1.0, 1.0]


def test_unconditional_has_no_labels(draw):
    assert draw(conditional=False)(0, 4)[1] is None


def test_mirror_flips_about_half_left_to_right_and_repeats_itself(draw):
    plain, mirrored = draw(count=60), draw(count=60, mirror=True)
    flipped = 0
    for nimg in range(0, 600, 60):
        (x, y), (m, my) = plain(nimg, 60), mirrored(nimg, 60)
        assert y.equal(my)
        for a, b in zip(x, m, strict=True):
            assert b.equal(a) or b.equal(a.flip(2))  # (C, H, W): width, never height
            flipped += not b.equal(a)
        assert m.equal(mirrored(nimg, 60)[0])
    assert 240 < flipped < 360  # 600 fair coins: 4.9 standard deviations


def test_memory_and_file_give_the_same(tmp_path, draw, tiny_dataset, monkeypatch):
    data = tiny_dataset()
    writer = MapWriter(tmp_path / "images.npy", 32, 3)
    for image in data.images.all():
        writer.add(image)
    meta = writer.finish()
    assert (tmp_path / "images.npy").stat().st_size == HEADER + data.images.nbytes
    stored = Images.open(tmp_path / "images.npy", meta["shape"], meta["digest"])
    streamed_data = ImageDataset("x", stored, data.labels, data.class_names)
    monkeypatch.setattr(module, "IN_MEMORY_BYTES", data.images.nbytes - 1)
    streamed = Batches(streamed_data, CPU, seed=3, mirror=True, conditional=True)
    monkeypatch.setattr(module, "IN_MEMORY_BYTES", data.images.nbytes)
    loaded = draw(mirror=True)
    assert (streamed.in_memory, loaded.in_memory) == (False, True)
    for nimg in (0, 40, 60, 130):
        (x, y), (sx, sy) = loaded(nimg, 24), streamed(nimg, 24)
        assert x.equal(sx)
        assert y.equal(sy)


def test_the_data_are_not_changed_by_drawing(draw, tiny_dataset):
    data = tiny_dataset()
    before = data.images.all().copy()
    b = Batches(data, CPU, seed=0, mirror=True, conditional=True)
    for nimg in range(0, 64, 8):
        b(nimg, 8)[0].zero_()
    assert np.array_equal(data.images.all(), before)


def test_mirrors_are_drawn_anew_at_each_step_and_for_each_seed():
    """Pinned: a fair coin for each image of a batch, a function of (seed, nimg)."""
    images = np.zeros((16, 1, 1, 2), np.uint8)
    images[..., 1] = 255
    data = ImageDataset("x", Images(images), None, ())

    def flips(seed, nimg):
        x, _ = Batches(data, CPU, seed=seed, mirror=True, conditional=False)(nimg, 16)
        return (x[:, 0, 0, 0] == 1).int().tolist()

    assert flips(3, 64) == [0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 1, 1, 1, 1, 0, 0]
    assert len({tuple(flips(seed, nimg)) for seed in (3, 4) for nimg in range(0, 160, 16)}) == 20
