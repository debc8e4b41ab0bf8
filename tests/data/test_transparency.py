"""Pictures with transparency: what is kept, what is laid on the background, and that edges keep their colour."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from ganapp.data import ImageDataset, Images, open_dataset
from ganapp.data.batches import Batches
from ganapp.data.decode import decode

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))


def png(pixels, mode="RGBA", **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8), mode).save(file, "PNG", **options)
    return file.getvalue()


def half(colour=RED, hidden=GREEN, size=64) -> np.ndarray:
    """(size, size, 4): the left 3/8 opaque in one colour, the rest transparent with another colour beneath."""
    image = np.zeros((size, size, 4), np.uint8)
    image[..., :3] = hidden
    image[:, : size * 3 // 8] = (*colour, 255)
    return image


def folder_of(path, pictures):
    for name, data in pictures.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


# ---- one picture -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [64, 333, 20])  # reduced, reduced in bands by a crooked factor, enlarged
def test_what_is_hidden_does_not_colour_the_edge(size):
    """All that is seen has the one colour there is; alpha is the area that is covered."""
    kept = decode(png(half(size=size)), 32, 4, "center", WHITE)
    red, green, blue, alpha = kept.astype(int)
    assert kept.shape == (4, 32, 32)
    assert (red[alpha > 0] >= 254).all() and not green.any() and not blue.any()
    assert abs(alpha.mean() / 255 - (size * 3 // 8) / size) < 0.01
    assert not kept[:, alpha == 0].any(), "where nothing is seen, there is black"


def test_two_half_transparent_neighbours_are_mixed_by_alpha():
    """Closed form of one pixel from columns red (alpha 255) and blue (alpha 51): colours weigh 5 to 1."""
    image = np.zeros((96, 96, 4), np.uint8)
    image[:, 0::2] = (*RED, 255)
    image[:, 1::2] = (*BLUE, 51)
    red, green, blue, alpha = decode(png(image), 12, 4, "center", WHITE)[:, 6, 6].tolist()
    assert abs(alpha - 153) <= 2 and abs(red - 255 * 5 / 6) <= 2 and abs(blue - 255 / 6) <= 2 and green == 0


def test_alpha_is_resized_as_a_grey_picture_is():
    mask = np.random.default_rng(5).integers(0, 256, (50, 50), np.uint8)
    image = np.dstack([np.full((50, 50, 3), 90, np.uint8), mask])
    alone = decode(png(mask, "L"), 16, 1, "center", WHITE)[0]
    np.testing.assert_allclose(decode(png(image), 16, 4, "center", WHITE)[3].astype(int), alone, atol=1)


def test_a_picture_of_the_right_size_keeps_its_pixels_but_not_what_is_hidden():
    image = np.random.default_rng(0).integers(0, 256, (16, 16, 4), np.uint8)
    image[2:5, 3:9, 3] = 0
    wanted = image.copy()
    wanted[image[..., 3] == 0] = 0
    np.testing.assert_array_equal(decode(png(image), 16, 4, "center", WHITE), wanted.transpose(2, 0, 1))


def test_palettes_grey_with_alpha_and_opaque_pictures_get_four_channels():
    palette = Image.fromarray(np.repeat([[0] * 5 + [1] * 11], 16, 0).astype(np.uint8), "P")
    palette.putpalette([*BLUE, *RED])
    file = io.BytesIO()
    palette.save(file, "PNG", transparency=0)
    found = decode(file.getvalue(), 16, 4, "center", WHITE)
    assert found[:, 8, 2].tolist() == [0, 0, 0, 0] and found[:, 8, 12].tolist() == [255, 0, 0, 255]
    grey = np.dstack([np.full((16, 16), 70, np.uint8), np.full((16, 16), 128, np.uint8)])
    assert decode(png(grey, "LA"), 16, 4, "center", WHITE)[:, 3, 3].tolist() == [70, 70, 70, 128]
    assert decode(png(np.full((16, 16), 9), "L"), 16, 4, "center", WHITE)[:, 0, 0].tolist() == [9, 9, 9, 255]
    assert decode(png(np.full((16, 16, 3), 9), "RGB"), 16, 4, "fit", WHITE)[:, 0, 0].tolist() == [
        9,
        9,
        9,
        255,
    ]


def test_padding_is_transparent():
    wide = decode(png(np.full((10, 40, 3), 90), "RGB"), 16, 4, "fit", (1, 2, 3))
    assert wide[:, 0, 8].tolist() == [0, 0, 0, 0] and wide[:, 8, 8].tolist() == [90, 90, 90, 255]


def test_kept_then_laid_on_a_colour_is_what_is_made_without_keeping():
    from ganapp.alpha import on_background

    image = np.random.default_rng(2).integers(0, 256, (70, 55, 4), np.uint8)
    for crop in ("center", "fit"):
        kept = decode(png(image), 24, 4, crop, (10, 200, 90))
        plain = decode(png(image), 24, 3, crop, (10, 200, 90))
        laid = on_background(kept, (10, 200, 90), axis=0)
        assert np.abs(laid.astype(int) - plain).max() <= 1


# ---- a data set --------------------------------------------------------------------------------------------------


def mixed():
    """Seven pictures: two have transparent pixels, one has an alpha channel that is 255 all over."""
    opaque = half()
    opaque[..., 3] = 255
    soft = half(BLUE, RED)
    return {
        "a.png": png(half()),
        "b.png": png(soft),
        "c.png": png(opaque),
        "d.png": png(np.full((20, 20, 3), 40), "RGB"),
        **{f"{i}.png": png(np.full((20, 20), i), "L") for i in range(3)},
    }


@pytest.mark.parametrize("packed", [False, True])
def test_a_set_is_laid_on_the_background_unless_transparency_is_asked_for(tmp_path, packed):
    source = folder_of(tmp_path / "set", mixed())
    if packed:
        with zipfile.ZipFile(tmp_path / "set.zip", "w") as file:
            for name, data in mixed().items():
                file.writestr(name, data)
        source = tmp_path / "set.zip"
    plain, kept = open_dataset(source, 16, background="#0a141e"), open_dataset(source, 16, channels=4)
    assert (plain.channels, kept.channels, plain.transparent, kept.transparent) == (3, 4, 2, 2)
    order = sorted(mixed()).index
    assert plain.images.all()[order("a.png"), :, 8, 12].tolist() == [10, 20, 30]
    alphas = kept.images.all()[:, 3]
    assert [int(alphas[order(name)].min()) for name in ("a.png", "b.png", "c.png", "d.png", "1.png")] == [
        0, 0, 255, 255, 255,
    ]  # fmt: skip
    assert kept.images.all()[order("a.png"), :, 8, 12].tolist() == [0, 0, 0, 0]
    assert kept.images.all()[order("2.png"), :, 8, 12].tolist() == [2, 2, 2, 255]
    assert not kept.notes and not plain.notes


def test_grey_pictures_with_transparency_stay_grey_and_are_counted(tmp_path):
    grey = np.dstack([np.full((16, 16), 70), np.full((16, 16), 51)])
    source = folder_of(tmp_path / "set", {f"{i}.png": png(grey, "LA") for i in range(3)})
    plain = open_dataset(source, 16)
    assert (plain.channels, plain.transparent) == (1, 3) and plain.images.all()[0, 0, 0, 0] == 218
    assert open_dataset(source, 16, channels=1).transparent == 3


def test_another_background_is_the_same_kept_set_but_another_plain_one(tmp_path):
    source = folder_of(tmp_path / "set", mixed())
    open_dataset(source, 16, channels=4, background="red")
    open_dataset(source, 16, channels=4, background="blue")
    assert len(list((tmp_path / "cache" / "datasets").iterdir())) == 1
    open_dataset(source, 16, channels=3, background="red")
    open_dataset(source, 16, channels=3, background="blue")
    assert len(list((tmp_path / "cache" / "datasets").iterdir())) == 3


def test_deep_pictures_in_a_kept_set_are_opaque(tmp_path):
    values = np.full((12, 12), 4095, np.uint16)
    files = {f"{i}.png": png(half(size=12)) for i in range(2)}
    file = io.BytesIO()
    Image.fromarray(values).save(file, "PNG")
    kept = open_dataset(folder_of(tmp_path / "set", {**files, "z.png": file.getvalue()}), 12, channels=4)
    assert kept.images.all()[2, :, 5, 5].tolist() == [255] * 4 and kept.transparent == 2


def test_what_has_no_transparency_is_said(tmp_path):
    source = folder_of(tmp_path / "set", {f"{i}.png": png(np.full((9, 9), i), "L") for i in range(2)})
    assert open_dataset(source, 8, channels=4).notes == (
        "No picture has transparent pixels: alpha is 255 everywhere.",
    )
    for name in ("faces", "mnist"):
        with pytest.raises(ValueError, match=f"^{name} has no transparency to keep: channels is 4"):
            open_dataset(name, 32, channels=4)


# ---- batches -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("in_memory", [True, False])
def test_training_sees_premultiplied_colours(in_memory, monkeypatch):
    import torch

    if not in_memory:
        monkeypatch.setattr("ganapp.data.batches.IN_MEMORY_BYTES", 0)
    images = np.zeros((2, 4, 4, 4), np.uint8)
    images[:] = np.array([255, 100, 0, 51], np.uint8)[None, :, None, None]
    data = ImageDataset("x", Images(images), None, ())
    x, _ = Batches(data, torch.device("cpu"), seed=0, mirror=True, conditional=False)(0, 2)
    wanted = np.array([51, 20, 0, 51]) / 127.5 - 1
    np.testing.assert_allclose(x[1, :, 2, 1].numpy(), wanted, atol=1e-6)
    assert images[0, 0, 0, 0] == 255, "the data are not changed"
