"""degradations/: closed forms, adjoints against inner products, what is kept of a damaged picture."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from ganapp.degradations import DEGRADATIONS, Damage, Step, adjoint_of, damage_of, functions, keep_known

LINEAR = ["hole", "small:4", "grey", "blur:1.2", "pixelate:5", "small:2, grey, hole", "noise:0.3"]


def pictures(count=2, channels=3, height=16, width=24, seed=0):
    return torch.tensor(np.random.RandomState(seed).rand(count, channels, height, width) * 2 - 1).float()


def a_mask(height=16, width=24):
    mask = torch.zeros(1, 1, height, width)
    mask[:, :, 3:9, 5:18] = 1
    return mask


def test_closed_forms():
    x = pictures()
    assert torch.allclose(functions.pixelate(x, 4)[0, 1, 4:8, 8:12], x[0, 1, 4:8, 8:12].mean())
    assert torch.allclose(functions.pixelate(x, 5)[1, 0, 15:, 20:], x[1, 0, 15:, 20:].mean())
    brightness = 0.299 * x[:, 0] + 0.587 * x[:, 1] + 0.114 * x[:, 2]
    assert torch.allclose(functions.grey(x)[:, 2], brightness)
    assert torch.equal(functions.grey(x[:, :1]), x[:, :1])
    hole = functions.hole(x, 0.2, None, a_mask())
    assert float(hole[:, :, 3:9, 5:18].abs().max()) == 0 and torch.equal(hole[:, :, 9:], x[:, :, 9:])
    assert torch.allclose(functions.blur(torch.full((1, 3, 9, 9), 0.3), 2.0), torch.tensor(0.3))
    point = torch.zeros(1, 1, 33, 33)
    point[0, 0, 16, 16] = 1
    curve = functions.blur(point, 2.0)[0, 0, 16]
    assert abs(float(curve[18] / curve[16]) - np.exp(-0.5)) < 1e-4
    step = torch.cat([torch.full((1, 3, 8, 4), -1.0), torch.full((1, 3, 8, 4), 1.0)], 3)
    assert abs(float(functions.edges(step).max()) - 1) < 1e-3 and float(functions.edges(step).min()) < -0.99


def test_small_is_what_pillow_makes():
    x = (pictures(1, 3, 32, 48, 3) * 127.5 + 127.5).round()
    found = functions.small(x / 127.5 - 1, 4)
    for channel in range(3):
        reduced = Image.fromarray(x[0, channel].byte().numpy()).resize((12, 8), Image.Resampling.BICUBIC)
        assert np.abs(found[0, channel].numpy() * 127.5 + 127.5 - np.asarray(reduced)).max() < 1.5


def test_jpeg_is_near_pillow_and_has_a_gradient():
    """Rounding in other places differs, but the error against the picture is that of Pillow."""
    at = np.arange(48)
    drawn = np.stack(
        [at[:, None] * 3 + at, 200 - at[:, None] * 2 + 0 * at, 90 + 60 * np.sin(at / 3 + at[:, None])]
    )
    drawn = drawn.clip(0, 255).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(drawn.transpose(1, 2, 0)).save(file, "JPEG", quality=20)
    theirs = np.asarray(Image.open(file)).transpose(2, 0, 1).astype(float)
    x = (torch.tensor(drawn)[None].float() / 127.5 - 1).requires_grad_()
    made = functions.jpeg(x, 20)
    ours = made[0].detach().numpy() * 127.5 + 127.5
    assert np.sqrt(np.mean((ours - theirs) ** 2)) < 0.6 * np.sqrt(np.mean((drawn - theirs) ** 2))
    assert float(torch.autograd.grad(made.sum(), x)[0].abs().mean()) > 0.1


def test_what_is_random_depends_on_the_seed_alone():
    x = pictures(3)
    for text in ("noise:0.5", "hole:0.3", "hole:0.1, noise:0.2"):
        damage = damage_of(text)
        together = damage(x, seeds=[5, 6, 7])
        assert torch.equal(together[1:2], damage(x[1:2], seeds=[6]))
        assert not torch.equal(together[1:2] - x[1:2], damage(x[1:2], seeds=[5]) - x[1:2])
    noise = damage_of("noise:0.5")
    assert torch.equal(noise(x), x) and abs(float((noise(x, [1, 2, 3]) - x).std()) - 0.5) < 0.02
    assert abs(float((damage_of("hole:0.3")(x + 2, [1, 2, 3]) == 0).float().mean()) - 0.3) < 0.05


@pytest.mark.parametrize("text", LINEAR)
def test_adjoints(text):
    """<A x, y> = <x, Aᵀ y>, and Aᵀ's single values are those of finite differences."""
    damage, mask = damage_of(text), a_mask()
    x = pictures(2, seed=1).double()
    ax = damage(x, mask=mask)
    y = torch.tensor(np.random.RandomState(2).randn(*ax.shape))
    adjoint = adjoint_of(damage, x, mask)
    assert float((ax * y).sum()) == pytest.approx(float((x * adjoint(y)).sum()), rel=1e-9)
    for place in ((0, 1, 2, 3), (1, 2, 11, 20)):
        moved = x.clone()
        moved[place] += 1e-3
        slope = float(((damage(moved, mask=mask) - ax) * y).sum() / 1e-3)
        assert slope == pytest.approx(float(adjoint(y)[place]), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("text", ["hole", "small:4", "grey", "pixelate:4", "small:2, grey, hole"])
def test_what_is_known_stays(text):
    damage, mask, true = damage_of(text), a_mask(), pictures(1, seed=3)
    damaged, other = damage(true, mask=mask), pictures(2, seed=4)
    found = keep_known(other, damaged, damage, mask)
    assert float((damage(found, mask=mask) - damaged).abs().max()) < 2e-2
    if text == "hole":
        inside = a_mask().bool().expand_as(found)
        assert torch.equal(found[inside], other[inside])
        assert torch.allclose(found[~inside], true.expand_as(found)[~inside], atol=1e-6)
    # The nearest such picture: nothing is changed that A does not see.
    change = found - other
    unseen = torch.tensor(np.random.RandomState(5).randn(*change.shape)).float()
    unseen = keep_known(unseen, torch.zeros_like(damaged), damage, mask, steps=60)
    assert abs(float((change * unseen).sum())) < 0.02 * float(change.norm() * unseen.norm())


def test_nothing_is_known_for_certain_of_noise():
    x = pictures()
    assert torch.equal(keep_known(x, x * 0, damage_of("noise")), x)


def test_text_and_sentences():
    damage = damage_of(" small:2 ,grey, hole ")
    assert damage == Damage((Step("small", 2), Step("grey"), Step("hole", 0.17)))
    assert damage_of(str(damage)) == damage and damage.factor == 2 and damage.linear and damage.exact
    assert not damage_of("jpeg").linear and not damage_of("grey, noise").exact
    for text, sentence in {
        "fog": "'fog' is no degradation; there are: hole, small, grey",
        "small:3": "small is 3; it must be one of 2, 4, 8.",
        "noise:7": "noise is 7; it must be from 0.01 to 2",
        "blur:x": "The amount of blur is 'x'; it must be a number.",
        "blur:nan": "blur is nan; it must be",
        "grey:2": "grey takes no amount; it was given '2'.",
        " , ": "No degradation is named",
    }.items():
        with pytest.raises(ValueError, match=sentence.replace("?", r"\?")):
            damage_of(text)
    with pytest.raises(ValueError, match="The mask is 24×15 pixels; the picture is 24×16"):
        damage_of("hole")(pictures(), mask=a_mask(15))
    with pytest.raises(ValueError, match="A hole needs a mask"):
        damage_of("hole")(pictures())
    with pytest.raises(ValueError, match="24×16 pixels cannot be made 8 times smaller|cannot be made"):
        damage_of("small:8")(pictures(height=12))
    with pytest.raises(ValueError, match="jpeg:10 is not linear"):
        adjoint_of(damage_of("jpeg"), pictures())


def test_every_degradation_keeps_the_shape_and_is_differentiable():
    for name in DEGRADATIONS:
        for channels in (1, 3, 4):
            x = pictures(2, channels).requires_grad_()
            made = damage_of(name)(x, seeds=[3, 4])
            size = (4, 6) if name == "small" else (16, 24)
            assert made.shape == (2, channels, *size) and made.dtype == x.dtype, name
            assert float(torch.autograd.grad(made.square().sum(), x)[0].abs().sum()) > 0, name
