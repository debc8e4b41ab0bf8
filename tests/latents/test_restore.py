"""latents/restore.py: what is known stays, the rest is found; several answers, and a sentence for the unknown."""

import numpy as np
import pytest
import torch
from test_invert import make, psnr

from ganapp.degradations import damage_of
from ganapp.latents import generate
from ganapp.latents.bank import Bank
from ganapp.latents.fitting import Effort
from ganapp.latents.invert import invert
from ganapp.latents.restore import REPAIRS, restore
from ganapp.latents.target import picture_of, target_of

SMALL = Effort(seeds=48, starts=3, steps=80, tuning_steps=8, samples=4)


@pytest.fixture(scope="module")
def G():
    return make("dcgan", 28, 3, 2, {"width": 8})


@pytest.fixture(scope="module")
def bank(G):
    return Bank(G)


def a_mask(side=28):
    mask = np.zeros((side, side), np.uint8)
    mask[6:16, 9:23] = 255
    return mask


def damaged_by(G, damage, picture, mask=None):
    hole = None if mask is None else torch.tensor(mask != 0)[None, None].float()
    return picture_of(G, damage(target_of(G, picture), seeds=[3], mask=hole)[0].clamp(-1, 1))


def test_a_hole_is_filled_and_its_outside_stays_to_the_value(G, bank):
    picture, mask = generate(G, [5000])[0], a_mask()
    damaged = picture.copy()
    damaged[mask != 0] = [255, 0, 255]  # whatever is there does not count
    *_, found = restore(G, damaged, damage_of("hole"), mask, effort=SMALL, bank=bank)
    assert found.images.shape == (3, 28, 28, 3) and found.stage == "done" and found.tuned
    assert all(np.array_equal(image[mask == 0], picture[mask == 0]) for image in found.images)
    inside = [psnr(image[mask != 0], picture[mask != 0]) for image in found.images]
    naive = psnr(np.full_like(picture, 128)[mask != 0], picture[mask != 0])
    assert inside[0] > naive + 6
    assert found.spread.shape == (28, 28) and found.spread[mask == 0].max() == 0 < found.spread.max() < 0.5
    assert found.spread_image.shape == (28, 28, 1) and found.spread_image.dtype == np.uint8


@pytest.mark.parametrize("text", ["small:4", "grey", "small:2, grey"])
def test_the_damaged_answer_is_the_damaged_picture(G, bank, text):
    damage, picture = damage_of(text), generate(G, [5001])[0]
    damaged = damaged_by(G, damage, picture)
    *_, found = restore(G, damaged, damage, effort=SMALL, bank=bank)
    for image in found.images:
        again = damaged_by(G, damage, image)
        assert psnr(again, damaged) > 36, text
    assert psnr(found.images[0], picture) > 20 and found.unknown == ""


def test_noise_is_not_kept(G, bank):
    damage, picture = damage_of("noise:0.4"), generate(G, [5002])[0]
    noisy = damaged_by(G, damage, picture)
    *_, found = restore(G, noisy, damage, effort=Effort(48, 2, 120, 0), bank=bank)
    assert psnr(found.images[0], picture) > psnr(noisy, picture) + 5


def test_who_stops_keeps_valid_answers_and_a_bank_changes_nothing(G, bank):
    picture, mask = generate(G, [5003])[0], a_mask()
    few = Effort(24, 2, 20, 4, 2)
    runs = [
        restore(G, picture, damage_of("hole"), mask, effort=few, every=0, bank=b) for b in (None, Bank(G))
    ]
    first, second = (list(run) for run in runs)
    assert all(np.array_equal(a.images, b.images) for a, b in zip(first, second, strict=True))
    assert all(np.array_equal(r.images[0][mask == 0], picture[mask == 0]) for r in first)
    assert {r.stage for r in first} == {"seeds", "latent", "weights", "done"}


def test_a_picture_that_the_model_does_not_know_is_said(G, bank):
    board = np.indices((28, 28)).sum(0) % 2 * 255
    board = np.repeat(board[..., None], 3, 2).astype(np.uint8)
    *_, fit = invert(G, board, effort=Effort(48, 2, 60, 10, 2), bank=bank)
    assert fit.unknown.startswith(
        "The model does not know pictures like this one: what it can draw is off by "
    )
    *_, found = restore(G, board, damage_of("hole"), a_mask(), effort=Effort(48, 2, 60, 0), bank=bank)
    assert found.unknown.startswith("The model does not know pictures like this one")
    *_, fit = invert(G, generate(G, [5000])[0], effort=SMALL, bank=bank)
    assert fit.unknown == ""


def test_sentences(G):
    picture = generate(G, [1])[0]
    for mask, sentence in (
        (None, "To fill a hole, a mask must say where it is."),
        (a_mask(20), "The mask is 20 × 20 pixels; it must be 28 × 28."),
        (a_mask() * 0, "The mask is empty: mark the pixels that are missing."),
        (a_mask() * 0 + 1, "The mask covers the whole picture"),
    ):
        with pytest.raises(ValueError, match=sentence):
            restore(G, picture, damage_of("hole"), mask)
    with pytest.raises(ValueError, match="here it must be uint8 7 × 7 × 3"):
        restore(G, picture, damage_of("small:4"))
    with pytest.raises(ValueError, match="28×28 pixels cannot be made 8 times smaller|must be uint8 3 × 3"):
        restore(G, picture, damage_of("small:8"))
    assert set(REPAIRS) >= {"inpaint", "upscale", "colourise", "denoise", "deblur"}
