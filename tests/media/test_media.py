"""media/: files are read back by another reader (Pillow, PyAV) and compared with what went in."""

import io
import json
import struct
import subprocess
import sys
import zipfile
import zlib

import av
import numpy as np
import pytest
from PIL import Image, ImageSequence
from PIL.PngImagePlugin import PngInfo

from ganapp import media

COLOURS = np.array([[200, 30, 40], [30, 180, 60], [40, 60, 210], [230, 210, 50]], np.uint8)


def quadrants(shift=0, size=8, channels=3):
    """An asymmetric picture: four colours, turned round by `shift`."""
    colours = np.roll(COLOURS, shift, axis=0)[:, :channels]
    out = np.empty((size, size, channels), np.uint8)
    half = size // 2
    out[:half, :half], out[:half, half:], out[half:, :half], out[half:, half:] = colours
    return out


def failing(after):
    for i in range(after):
        yield quadrants(i)
    raise RuntimeError("the model broke")


def decode(path):
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        frames = [f.to_ndarray(format="rgb24") for f in container.decode(stream)]
        return frames, stream


# -- grids ----------------------------------------------------------------------------------------------------------


def test_grid_places_row_by_row():
    images = np.arange(1, 6, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 3, 3), np.uint8)
    out = media.grid(images, pad=1, background=(9, 8, 7))
    assert out.shape == (1 + 2 * 3, 1 + 3 * 4, 3)
    assert out[1, 1, 0] == 1 and out[2, 11, 0] == 3 and out[4, 1, 0] == 4 and out[5, 7, 0] == 5
    assert out[0, 0].tolist() == out[4, 9].tolist() == [9, 8, 7]
    assert media.grid(images, columns=5, pad=0).shape == (2, 15, 3)
    assert media.grid(images, columns=99, pad=0).shape == (2, 15, 3)
    big = media.grid(images, pad=1, scale=4)
    assert big.shape == (28, 52, 3) and (big[4:8, 4:8] == 1).all() and big[3, 4, 0] == 255
    assert media.grid(images[:1, :, :, :1], pad=0).shape == (2, 3, 1)


def test_grid_refuses():
    for bad in (np.zeros((0, 2, 2, 3), np.uint8), np.zeros((2, 2, 3), np.uint8), np.zeros((1, 2, 2, 3))):
        with pytest.raises(ValueError, match="grid"):
            media.grid(bad)
    with pytest.raises(ValueError, match="columns"):
        media.grid(np.zeros((1, 2, 2, 3), np.uint8), columns=-1)


def test_scale_for():
    assert media.scale_for(np.zeros((32, 32, 3)), 512) == 16
    assert media.scale_for(np.zeros((28, 28, 3)), 256) == 10
    assert media.scale_for(np.zeros((600, 500, 3)), 512) == 2
    assert media.scale_for(np.zeros((600, 700, 3)), 512) == 1
    assert media.scale_for(np.zeros((32, 2000, 3)), 512) == 2


def test_a_grid_of_pictures_with_alpha_has_transparent_gaps():
    image = np.full((3, 3, 4), 200, np.uint8)
    made = media.grid(np.stack([image, image]), columns=2, pad=1)
    assert made.shape == (5, 9, 4) and made[0, 0].tolist() == [0] * 4 and made[1, 1].tolist() == [200] * 4
    assert media.grid(image[None], pad=1, background=[1, 2, 3, 255])[0, 0].tolist() == [1, 2, 3, 255]


# -- PNG ------------------------------------------------------------------------------------------------------------

RECIPE = {
    "seed": 42,
    "label": 1,
    "class_name": "微笑 é",
    "psi": 0.7,
    "model": "user/faces",
    "version": "0.1.0",
}


@pytest.mark.parametrize("channels", [1, 3])
def test_png_round_trip(tmp_path, channels):
    image = quadrants(channels=channels)
    path, buffer = tmp_path / "deep" / "a.png", io.BytesIO()
    media.save_png(path, image, RECIPE)
    media.save_png(buffer, image, RECIPE)
    assert path.read_bytes() == buffer.getvalue()
    assert media.read_png_metadata(path) == RECIPE
    assert media.read_png_metadata(io.BytesIO(buffer.getvalue())) == RECIPE
    with Image.open(path) as picture:
        assert picture.mode == {1: "L", 3: "RGB"}[channels]
        np.testing.assert_array_equal(np.asarray(picture).reshape(image.shape), image)
        assert json.loads(picture.text["ganapp"]) == RECIPE
    media.save_png(path, image)
    assert media.read_png_metadata(path) is None


def png_with(text, international=False):
    info, buffer = PngInfo(), io.BytesIO()
    info.add_text("Software", "something else")
    (info.add_itxt if international else info.add_text)("ganapp", text)
    Image.new("L", (2, 2)).save(buffer, "PNG", pnginfo=info)
    return buffer


def test_png_written_by_others():
    assert media.read_png_metadata(io.BytesIO(png_with('{"seed": 1, "更多": [1]}', True).getvalue())) == {
        "seed": 1,
        "更多": [1],
    }
    # null means "not given"
    assert media.read_png_metadata(io.BytesIO(png_with('{"label": null}').getvalue())) == {"label": None}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not json",
        "[1, 2]",
        '"text"',
        '{"seed": "42"}',
        '{"seed": true}',
        '{"seed": -1}',
        '{"seed": 4294967296}',
        '{"seed": 1.5}',
        '{"seeds": [1, "2"]}',
        '{"label": "smile"}',
        '{"psi": NaN}',
        '{"psi": 0}',
        '{"psi": true}',
        '{"model": {"a": 1}}',
        '{"version": 3}',
        '{"seed": ' + "9" * 5000 + "}",
        "[" * 60_000,
        '{"model": "' + "x" * 70_000 + '"}',
    ],
)
def test_png_metadata_that_cannot_be_used_is_none(text):
    assert media.read_png_metadata(io.BytesIO(png_with(text).getvalue())) is None


def test_png_reader_survives_garbage(tmp_path):
    good = png_with(json.dumps(RECIPE)).getvalue()
    random = np.random.RandomState(0)
    for cut in range(0, len(good), 3):
        media.read_png_metadata(io.BytesIO(good[:cut]))
        damaged = bytearray(good)
        damaged[cut] ^= random.randint(1, 256)
        media.read_png_metadata(io.BytesIO(bytes(damaged)))
    assert media.read_png_metadata(io.BytesIO(b"")) is None
    assert media.read_png_metadata(io.BytesIO(b"GIF89a" + bytes(50))) is None
    assert media.read_png_metadata(tmp_path) is None
    assert media.read_png_metadata(tmp_path / "absent.png") is None
    # a compressed chunk is a bomb's place: it is not opened
    body = b"ganapp\0\1\0\0\0" + zlib.compress(b"x" * 10_000_000)
    bomb = good[:33] + struct.pack(">I", len(body)) + b"iTXt" + body + bytes(4) + good[33:]
    assert media.read_png_metadata(io.BytesIO(bomb)) is None


def test_png_refuses_to_write_what_it_would_not_read():
    for bad in ({"seed": "42"}, {"psi": float("nan")}, {"model": "x" * 70_000}):
        with pytest.raises(ValueError):
            media.save_png(io.BytesIO(), quadrants(), bad)
    for image in (
        np.zeros((2, 2, 3)),
        np.zeros((2, 2, 2), np.uint8),
        np.zeros((2, 2, 5), np.uint8),
        np.zeros((0, 2, 3), np.uint8),
    ):
        with pytest.raises(ValueError, match="uint8"):
            media.save_png(io.BytesIO(), image)


def with_alpha(size=8):
    """Four colours, from opaque at the left to transparent at the right."""
    alpha = np.linspace(255, 0, size).astype(np.uint8)
    image = np.dstack([quadrants(size=size), np.tile(alpha, (size, 1))])
    image[image[..., 3] == 0] = 0
    return image


def test_a_png_keeps_transparency(tmp_path):
    media.save_png(tmp_path / "a.png", with_alpha(), {"seed": 1})
    with Image.open(tmp_path / "a.png") as file:
        assert file.mode == "RGBA"
        np.testing.assert_array_equal(np.asarray(file), with_alpha())
    media.save_zip(tmp_path / "a.zip", [with_alpha()], [{"seed": 3}])
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        again = np.asarray(Image.open(io.BytesIO(archive.read("seed000003.png"))))
    np.testing.assert_array_equal(again, with_alpha())


def test_a_webp_to_look_at_lies_on_squares(tmp_path):
    media.save_webp(tmp_path / "a.webp", with_alpha(64), quality=100)
    with Image.open(tmp_path / "a.webp") as file:
        shown = np.asarray(file.convert("RGB")).astype(int)
        assert file.mode == "RGB"
    np.testing.assert_array_equal(shown[:, 0], quadrants(size=64)[:, 0])
    assert {tuple(p) for p in shown[:, 63]} == {(255, 255, 255), (214, 214, 214)}


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.webp"])
def test_a_film_lies_on_a_background(tmp_path, name):
    path = tmp_path / name
    frames = [np.rot90(with_alpha(), k).copy() for k in (0, 2)]
    assert media.write_video(path, frames, background=(10, 200, 90)) == 2
    first = (
        decode(path)[0][0]
        if name == "a.mp4"
        else np.asarray(next(ImageSequence.Iterator(Image.open(path))).convert("RGB"))
    )
    assert np.abs(first[100, 250].astype(int) - (10, 200, 90)).max() <= 8  # the right edge is transparent
    assert np.abs(first[50, 10].astype(int) - COLOURS[0]).max() <= 8
    assert media.write_video(path, frames[:1]) == 1  # on white
    first = decode(path)[0][0] if name == "a.mp4" else np.asarray(Image.open(path).convert("RGB"))
    assert first[100, 250].min() >= 247


# -- ZIP and WebP ---------------------------------------------------------------------------------------------------


def test_zip(tmp_path):
    path = tmp_path / "a.zip"
    recipes = [{"seed": 42, "label": 0}, {"seed": 4294967295}, {"seed": 42, "label": 1}]
    media.save_zip(path, [quadrants(i) for i in range(3)], recipes)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["seed000042.png", "seed4294967295.png", "seed000042-2.png"]
        for i, name in enumerate(archive.namelist()):
            data = io.BytesIO(archive.read(name))
            assert media.read_png_metadata(data) == recipes[i]
            np.testing.assert_array_equal(np.asarray(Image.open(data)), quadrants(i))
    before = path.read_bytes()
    with pytest.raises(ValueError):
        media.save_zip(path, [quadrants()], recipes)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("channels", [1, 3])
def test_webp(tmp_path, channels):
    path = tmp_path / "a.webp"
    image = quadrants(size=64, channels=channels)
    media.save_webp(path, image, quality=100)
    np.testing.assert_array_equal(np.asarray(Image.open(path).convert("RGB"))[..., :channels], image)
    media.save_webp(path, image)
    assert np.abs(np.asarray(Image.open(path)).astype(int)[10, 50, :channels] - image[10, 50]).max() < 8
    with pytest.raises(ValueError, match="16383"):
        media.save_webp(path, np.zeros((1, 16384, 3), np.uint8))


# -- films ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("channels", [1, 3])
def test_mp4(tmp_path, channels):
    path = tmp_path / "walk.mp4"
    assert media.write_video(path, (quadrants(i // 5, channels=channels) for i in range(20)), fps=24) == 20
    frames, stream = decode(path)
    assert len(frames) == 20 and frames[0].shape == (256, 256, 3)
    assert stream.average_rate == 24 and stream.codec_context.name == "h264"
    assert stream.codec_context.pix_fmt == "yuv420p" and stream.codec_context.colorspace == 1
    for i in (0, 7, 19):
        expected = np.broadcast_to(quadrants(i // 5, channels=channels), (8, 8, 3)).astype(int)
        assert np.abs(frames[i][16::32, 16::32].astype(int) - expected).max() <= 6, i
    data = path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")  # plays before it is whole


def test_mp4_edges_stay_crisp_and_odd_sizes_work(tmp_path):
    path = tmp_path / "a.MP4"
    random = np.random.RandomState(0).randint(0, 256, (28, 28, 3)).astype(np.uint8)
    media.write_video(path, [random] * 3, fps=29.97)
    frames, stream = decode(path)
    assert frames[0].shape == (280, 280, 3) and float(stream.average_rate) == pytest.approx(29.97, abs=0.01)
    assert np.abs(frames[2][5::10, 5::10].astype(int) - random).mean() < 5
    media.write_video(path, [quadrants(size=257)[:, :255]] * 2, min_size=1)
    frames, _ = decode(path)
    assert frames[0].shape == (258, 256, 3)
    assert np.abs(frames[0][257, 255].astype(int) - COLOURS[3]).max() < 8


def test_mp4_streams(tmp_path):
    alive, most = [0], [0]

    class Frame(np.ndarray):
        def __array_finalize__(self, obj):
            pass

        def __del__(self):
            alive[0] -= 1

    def frames():
        for i in range(120):
            alive[0] += 1
            most[0] = max(most[0], alive[0])
            frame = np.ndarray.__new__(Frame, (256, 256, 3), np.uint8)
            frame[:] = i
            yield frame

    media.write_video(tmp_path / "a.mp4", frames())
    assert most[0] < 20


@pytest.mark.parametrize("channels", [1, 3])
def test_gif(tmp_path, channels):
    path = tmp_path / "walk.gif"
    assert (
        media.write_video(path, [quadrants(i, channels=channels) for i in range(4)] * 2, fps=30, min_size=32)
        == 8
    )
    with Image.open(path) as film:
        assert film.n_frames == 8 and film.info["loop"] == 0 and film.size == (32, 32)
        times = []
        for i, frame in enumerate(ImageSequence.Iterator(film)):
            times.append(frame.info["duration"])
            expected = np.broadcast_to(media.enlarge(quadrants(i % 4, channels=channels), 4), (32, 32, 3))
            np.testing.assert_array_equal(np.asarray(frame.convert("RGB")), expected)
        assert set(times) == {30, 40} and sum(times) == 270  # 8 / 30 s in hundredths


def test_webp_film(tmp_path):
    path = tmp_path / "walk.webp"
    assert media.write_video(path, (quadrants(i) for i in range(6)), fps=30, min_size=64) == 6
    with Image.open(path) as film:
        assert film.n_frames == 6 and film.info["loop"] == 0 and film.size == (64, 64)
        for i, frame in enumerate(ImageSequence.Iterator(film)):
            got = np.asarray(frame.convert("RGB"))[4::8, 4::8].astype(int)
            assert np.abs(got - quadrants(i)).max() < 12
    media.write_video(path, [quadrants()])
    assert Image.open(path).size == (256, 256)


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.webp"])
def test_a_failing_iterator_leaves_nothing(tmp_path, name):
    path = tmp_path / name
    for after in (0, 5):
        with pytest.raises(RuntimeError, match="broke"):
            media.write_video(path, failing(after))
        assert list(tmp_path.iterdir()) == []
    with pytest.raises(ValueError, match="at least one frame"):
        media.write_video(path, [])
    with pytest.raises(ValueError, match="one size"):
        media.write_video(path, [quadrants(), quadrants(size=10)])
    assert list(tmp_path.iterdir()) == []
    media.write_video(path, [quadrants(), quadrants(1)])
    before = path.read_bytes()
    with pytest.raises(RuntimeError):
        media.write_video(path, failing(3))
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_film_refusals_come_before_the_first_frame(tmp_path):
    def never():
        raise AssertionError("asked for a frame")
        yield

    with pytest.raises(ValueError, match=r"\.mp4, \.gif, \.webp"):
        media.write_video(tmp_path / "a.avi", never())
    for fps in (0, -1, 1000, float("nan")):
        with pytest.raises(ValueError, match="fps"):
            media.write_video(tmp_path / "a.mp4", never(), fps=fps)


def test_timelapse(tmp_path):
    paths = [tmp_path / f"{i:09d}.webp" for i in range(4)]
    for i, path in enumerate(paths):
        media.save_webp(path, quadrants(i, size=(8, 16, 64, 64)[i]), quality=100)
    media.save_webp(paths[2], quadrants(2, size=64)[:32], quality=100)  # another aspect
    out = tmp_path / "film.mp4"
    assert media.timelapse(paths, out, fps=10, seconds_last=2, min_size=64) == 24
    frames, _ = decode(out)
    assert len(frames) == 24 and frames[0].shape == (64, 64, 3)
    for i, shift in ((0, 0), (1, 1), (3, 3), (23, 3)):
        got = frames[i][8::32, 8::32].reshape(4, 3).astype(int)
        assert np.abs(got - np.roll(COLOURS, shift, axis=0)).max() <= 8, i
    assert frames[2][5].min() > 245 and np.abs(frames[2][32, 10].astype(int) - COLOURS[2]).max() <= 8
    with pytest.raises(ValueError, match="no sample grids"):
        media.timelapse([], out)
    paths[1].write_bytes(b"RIFF")
    with pytest.raises(ValueError, match="000000001.webp"):
        media.timelapse(paths, out)


def test_nothing_heavy_is_imported():
    code = "import sys, ganapp.media, ganapp.latents; print({'torch', 'av', 'PIL'} & set(sys.modules))"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "set()\n"
    )
