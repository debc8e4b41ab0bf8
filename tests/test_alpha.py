"""Straight and premultiplied colours, backgrounds: closed forms, worked out by hand."""

import numpy as np
import pytest

from ganapp.alpha import DARK, LIGHT, on_background, on_checkerboard, premultiplied, straight


def pixels(*values):
    """One image (1, C, 1, W) of pixels (r, g, b, a)."""
    return np.array(values, np.uint8).T[None, :, None, :]


def test_colours_are_weighted_by_alpha_and_rounded():
    found = premultiplied(pixels((200, 100, 7, 51), (255, 0, 31, 255), (9, 8, 7, 0)))  # 51 = a fifth
    assert found[0, :, 0].T.tolist() == [[40, 20, 1, 51], [255, 0, 31, 255], [0, 0, 0, 0]]
    assert found.dtype == np.uint8


def test_straight_undoes_it_and_what_is_not_seen_is_black():
    weighted = np.array([[[40, 20, 1, 51], [60, 50, 0, 50], [9, 8, 7, 0]]], np.uint8)  # 60 > 50: a network's
    assert straight(weighted).tolist() == [[[200, 100, 5, 51], [255, 255, 0, 50], [0, 0, 0, 0]]]


def test_there_and_back_is_within_half_a_step_of_alpha():
    random = np.random.default_rng(3)
    images = random.integers(0, 256, (5, 4, 9, 7), np.uint8)
    back = straight(premultiplied(images), axis=1)
    seen = images[:, 3:] > 0
    off = np.abs(back[:, :3].astype(int) - images[:, :3])
    assert (off <= 127.5 / np.maximum(images[:, 3:], 1) + 0.5)[np.broadcast_to(seen, off.shape)].all()
    np.testing.assert_array_equal(back[:, 3], images[:, 3])


def test_a_picture_lies_on_a_background():
    image = np.array([[[200, 100, 0, 51], [1, 2, 3, 255], [9, 9, 9, 0]]], np.uint8)
    assert on_background(image, (0, 50, 255)).tolist() == [[[40, 60, 204], [1, 2, 3], [0, 50, 255]]]
    white = on_background(image.transpose(2, 0, 1)[None], axis=1)
    assert white.shape == (1, 3, 1, 3) and white[0, :, 0, 2].tolist() == [255, 255, 255]


def test_premultiplied_on_black_is_the_colour_part():
    """A background of 0 leaves alpha · colour: two ways to one number."""
    images = np.random.default_rng(1).integers(0, 256, (3, 4, 5, 6), np.uint8)
    np.testing.assert_array_equal(on_background(images, 0, axis=1), premultiplied(images)[:, :3])


def test_a_checkerboard_has_squares_of_two_greys_and_scales_with_the_picture():
    small = on_checkerboard(np.zeros((8, 12, 4), np.uint8))
    assert small.shape == (8, 12, 3)
    assert [int(v) for v in small[0, ::4, 0]] == [LIGHT, DARK, LIGHT] and int(small[4, 0, 0]) == DARK
    large = on_checkerboard(np.zeros((640, 1280, 4), np.uint8))  # squares of 10
    assert int(large[0, 9, 1]) == LIGHT and int(large[0, 10, 1]) == DARK


@pytest.mark.parametrize("channels", [1, 3])
def test_others_are_returned_as_they_are(channels):
    image = np.full((5, 6, channels), 7, np.uint8)
    assert on_background(image) is image and on_checkerboard(image) is image
    assert premultiplied(image, axis=-1) is image
