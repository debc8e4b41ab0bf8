"""latents/drag.py: a point arrives with what is around it, what is held stays, and mistakes are said."""

import numpy as np
import pytest
from test_invert import make, psnr

from ganapp.latents import Edit, draw_edit, generate
from ganapp.latents.bank import Bank
from ganapp.latents.drag import drag


@pytest.fixture(scope="module")
def dcgan():
    return make("dcgan", 28, 3, 2, {"width": 8})


def patch(image, x, y, radius=2):
    return image[y - radius : y + radius + 1, x - radius : x + radius + 1]


def test_a_point_arrives_with_what_is_around_it(dcgan):
    edit, bank = Edit(seed=4), Bank(dcgan)
    before = draw_edit(dcgan, edit)
    weights = {name: value.clone() for name, value in dcgan.state_dict().items()}
    *_, last = drag(dcgan, edit, [(10, 12)], [(14, 12)], steps=40, bank=bank)
    assert last.done and last.distance < 1.5 and np.abs(last.points - [14, 12]).max() < 1.5
    wanted = patch(before, 10, 12)
    assert psnr(patch(last.image, 14, 12), wanted) > psnr(patch(before, 14, 12), wanted) + 3
    far = np.s_[20:, :]  # more than 12/64 of the side from the way
    moved = np.sqrt(np.mean((last.image[far].astype(float) - before[far]) ** 2))
    assert moved < 0.25 * np.sqrt(np.mean((generate(dcgan, [5])[0][far].astype(float) - before[far]) ** 2))
    assert np.abs(draw_edit(last.G, last.edit()).astype(int) - last.image).max() <= 1
    assert all((value == weights[name]).all() for name, value in dcgan.state_dict().items())


def test_a_mask_holds_and_a_w_space_is_used():
    G = make("stylegan2", 32, 1, 2, {"w_dim": 6, "channel_base": 128, "channel_max": 8, "noise": False})
    mask = np.zeros((32, 32))
    mask[:16] = 1
    shown = list(drag(G, Edit(seed=3), [(9, 8)], [(12, 10)], mask, steps=4, every=0))
    assert [d.steps for d in shown][-1] == 4 and shown[-1].space == "w+"
    assert shown[-1].latent.shape == (G.num_ws, 6)
    before, after = (x.astype(float) for x in (draw_edit(G, Edit(seed=3)), shown[-1].image))
    change = np.abs(after - before).mean((1, 2))
    assert change[:16].mean() > change[16:].mean()


def test_who_stops_keeps_a_valid_picture(dcgan):
    for number, shown in enumerate(drag(dcgan, Edit(seed=4, label="b"), [(10, 12)], [(20, 9)], every=0)):  # noqa: B007
        if number == 14:
            break
    assert not shown.done and np.abs(draw_edit(shown.G, shown.edit()).astype(int) - shown.image).max() <= 1


def test_sentences(dcgan):
    edit = Edit(seed=4)
    for arguments, sentence in (
        (([(10, 12)], [(28, 3)]), "A point lies outside of the picture: x and y go from 0 to 27."),
        (([(10, 12)], [(8, 3), (2, 2)]), "There are 1 points and 2 targets"),
        (([], []), "points must be 1 to 16 pairs of x and y."),
        (([(1, 2, 3)], [(1, 2)]), "points must be 1 to 16 pairs"),
        (([(1, 2)], [(1, 4)], np.ones((5, 6))), "The mask is 5 × 6 pixels; it must be 28 × 28."),
        (([(1, 2)], [(1, 4)], None, 0), "steps is 0; it must be a whole number from 1 to 10000."),
    ):
        with pytest.raises(ValueError, match=sentence):
            drag(dcgan, edit, *arguments)
    with pytest.raises(ValueError, match=r"x and y go from 0 to 27"):
        drag(dcgan, edit, [(float("nan"), 3)], [(2, 2)])
