"""varied.py: ranges of amounts as text, drawn from a picture's own seed, and what a network gets."""

import numpy as np
import pytest
import torch

from ganapp.degradations import DEGRADATIONS, damage_of, varied_of
from ganapp.degradations.functions import enlarged


def pictures(count=5, size=16):
    return torch.rand(count, 3, size, size, generator=torch.Generator().manual_seed(4)) * 2 - 1


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("small:4, grey", "small:4, grey"),
        ("noise:0.1-0.5,grey", "noise:0.1-0.5, grey"),
        ("hole", "hole:0.17"),
        ("jpeg: 5 – 50", "jpeg:5-50"),
        ("small:2-8", "small:2-8"),
    ],
)
def test_text_there_and_back(text, again):
    assert str(varied_of(text)) == again
    assert varied_of(again) == varied_of(text)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "No degradation is named"),
        ("dirt", "'dirt' is no degradation"),
        ("noise:0.5-0.1", "The amount of noise goes from 0.5 to 0.1: the smaller one first."),
        ("noise:0.5-9", "noise is 9; it must be from 0.01 to 2"),
        ("noise:0.5-", "The amount of noise is ''; it must be a number."),
        ("small:3-4", "small is 3; it must be one of 2, 4, 8."),
    ],
)
def test_what_cannot_be_is_one_sentence(text, sentence):
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        varied_of(text)


def test_without_a_range_it_is_the_damage_enlarged_again():
    x = pictures()
    found = varied_of("small:4, grey").given(x, range(5))
    assert found.equal(enlarged(damage_of("small:4, grey")(x, range(5)), (16, 16)).clamp(-1, 1))
    assert varied_of("small:2-8").factor == 8
    missing = varied_of("hole:0.3").given(x, range(5)) == 0
    assert 0.2 < missing.float().mean() < 0.4  # missing pixels are mid-grey


def test_a_picture_has_the_same_damage_in_every_batch():
    x, varied = pictures(), varied_of("noise:0.1-0.6, hole:0.05-0.3")
    seeds = [91, 7, 3, 12345, 2]
    whole = varied.given(x, seeds)
    assert whole.equal(torch.cat([varied.given(x[i : i + 1], seeds[i : i + 1]) for i in range(5)]))
    assert not whole.equal(varied.given(x, [92, *seeds[1:]]))
    assert whole[1:].equal(varied.given(x, [92, *seeds[1:]])[1:])


def test_amounts_fill_their_range():
    varied = varied_of("noise:0.1-0.5, small:2-8")
    drawn = [varied.at(seed).steps for seed in range(300)]
    noise = np.array([a.amount for a, _ in drawn])
    assert 0.1 <= noise.min() < 0.12 and 0.48 < noise.max() <= 0.5 and abs(noise.mean() - 0.3) < 0.02
    times, counts = np.unique([b.amount for _, b in drawn], return_counts=True)
    assert times.tolist() == [2, 4, 8] and counts.min() > 80


def test_what_differs_from_seed_to_seed():
    """As the functions say it: without a seed, or with another one, the others give the same."""
    x = torch.linspace(-1, 1, 3 * 16 * 16).reshape(1, 3, 16, 16)
    for name in DEGRADATIONS:
        varied = varied_of(name)
        first, other = varied.given(x, [1]), varied.given(x, [2])
        assert varied.random == (not first.equal(other)), name
    assert varied_of("small:2-4").random and not varied_of("small:2, grey").random
    assert varied_of("grey, noise:0.1").random
