"""data/one_picture.py: a person's file as the pixels of a model, upright, cropped by itself or by hand."""

import io

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from ganapp.data.one_picture import square_picture, whole_picture


def file_of(image, kind="PNG", orientation=None):
    file, exif = io.BytesIO(), Image.Exif()
    if orientation:
        exif[0x0112] = orientation
    image.save(file, kind, exif=exif)
    return file.getvalue()


def wide():
    """60×40: a red, a green and a blue third; the lower half of each is darker."""
    pixels = np.zeros((40, 60, 3), np.uint8)
    for i in range(3):
        pixels[:20, 20 * i : 20 * i + 20, i] = 240
        pixels[20:, 20 * i : 20 * i + 20, i] = 120
    return Image.fromarray(pixels)


@pytest.mark.parametrize("turned", [None, 6, 8, 3])
def test_it_is_upright_and_cut_where_the_person_says(turned):
    back = {None: 0, 6: 90, 8: -90, 3: 180}[turned]
    data = file_of(wide().rotate(back, expand=True), orientation=turned)
    middle = square_picture(data, 8, 3)
    assert middle.shape == (8, 8, 3) and middle[1, 4, 1] > 200 and 100 < middle[6, 4, 1] < 140
    blue = square_picture(data, 8, 3, box=(0.72, 0.55, 0.95, 0.95))
    assert np.abs(blue.astype(int) - [0, 0, 120]).max() <= 4
    assert np.abs(square_picture(data, 8, 1, box=(0.72, 0.55, 0.95, 0.95)).astype(int) - 14).max() <= 5


@pytest.mark.parametrize("turned", [None, 6, 8, 3])
def test_the_whole_picture_is_upright_and_of_its_own_shape(turned):
    back = {None: 0, 6: 90, 8: -90, 3: 180}[turned]
    data = file_of(wide().rotate(back, expand=True), orientation=turned)
    assert np.array_equal(whole_picture(data, 3), np.asarray(wide()))
    assert whole_picture(data, 1, shorter=8).shape == (8, 12, 1)
    large = whole_picture(data, 3, shorter=80, most=90)  # the longer side is bounded
    assert large.shape == (60, 90, 3) and np.abs(large[45, 75].astype(int) - [0, 0, 120]).max() <= 2
    with pytest.raises(ValueError, match="The picture cannot be used: not a picture"):
        whole_picture(b"hello, this is text", 3)


@pytest.mark.parametrize(
    "make", [whole_picture, lambda *a, **k: square_picture(*a[:1], 8, 3, box=(0, 0, 1, 1), **k)]
)
def test_a_file_is_decoded_once_and_one_with_too_many_pixels_never(make, monkeypatch):
    data, load, loaded = file_of(wide()), PngImageFile.load, []
    monkeypatch.setattr(PngImageFile, "load", lambda self: loaded.append(self) or load(self))
    with pytest.raises(ValueError, match=r"too many pixels \(60×40\)"):
        make(data, 3, most_pixels=2399)
    assert loaded == []
    make(data, 3, most_pixels=2400)
    assert loaded and all(one is loaded[0] for one in loaded)


def test_transparency():
    pixels = np.zeros((30, 30, 4), np.uint8)
    pixels[5:25, 5:25] = (250, 10, 10, 255)
    data = file_of(Image.fromarray(pixels))
    assert square_picture(data, 6, 3, "#00ff00")[0, 0].tolist() == pytest.approx([0, 255, 0], abs=2)
    corner = square_picture(data, 6, 4, box=(0, 0, 0.5, 0.5))
    assert corner[0, 0].tolist() == [0, 0, 0, 0] and corner[5, 5].tolist() == [250, 10, 10, 255]


def test_sentences():
    with pytest.raises(ValueError, match="The picture cannot be used: not a picture"):
        square_picture(b"hello, this is text", 8, 3)
    with pytest.raises(ValueError, match="The part of the picture is 0.5, 0, 0.2, 1; it must be left, top"):
        square_picture(file_of(wide()), 8, 3, box=(0.5, 0, 0.2, 1))
    with pytest.raises(ValueError, match="The background is 'blurple'"):
        square_picture(file_of(wide()), 8, 3, "blurple")
