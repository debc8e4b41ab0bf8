"""training/batch_source.py: latents are drawn by the given generator, real images and classes come as the data has them."""

import numpy as np
import torch

from ganapp.latents import latent
from ganapp.training.batch_source import LatentSource

CPU = torch.device("cpu")


def rng(seed=3):
    return torch.Generator().manual_seed(seed)


def source(labels=None):
    asked = []

    def images(nimg, size):
        asked.append((nimg, size))
        return torch.full((size, 1, 2, 2), float(nimg)), torch.arange(size) + nimg

    found = LatentSource(images, 5, CPU, labels)
    found.asked = asked
    return found


def test_a_batch_is_the_next_images_and_new_latents():
    s = source()
    batch = s.draw(40, 6, rng())
    assert s.asked == [(40, 6)]
    assert batch.real.equal(torch.full((6, 1, 2, 2), 40.0)) and batch.y.tolist() == [40, 41, 42, 43, 44, 45]
    assert batch.given.equal(torch.randn(6, 5, generator=rng()))
    again = s.renew(batch, rng(4))
    assert s.asked == [(40, 6)]  # the same images
    assert again.real is batch.real and again.y is batch.y
    assert again.given.equal(torch.randn(6, 5, generator=rng(4)))


def test_random_inputs_have_the_classes_of_the_data():
    z, y = source().inputs(4, rng())
    assert y is None and z.equal(torch.randn(4, 5, generator=rng()))
    labels = torch.tensor([7, 7, 7, 2])
    z, y = source(labels).inputs(4000, rng())
    assert z.shape == (4000, 5) and set(y.tolist()) == {2, 7}
    assert abs((y == 7).float().mean().item() - 0.75) < 0.03
    draw = rng()
    assert y.equal(labels[torch.randint(4, (4000,), generator=draw)])
    assert z.equal(torch.randn(4000, 5, generator=draw))


def test_fixed_inputs_are_the_latents_of_their_numbers():
    fixed = source().fixed(range(3, 6))
    assert fixed.dtype == np.float32
    assert np.array_equal(fixed, np.stack([latent(seed, 5)[0] for seed in (3, 4, 5)]))
    assert source().beside(range(3)) == ()
