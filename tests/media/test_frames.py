"""media/frames.py: films written by PyAV and Pillow are read frame by frame; what cannot be read says why."""

import struct
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from ganapp.media import Unreadable, frames, is_animated, open_film, write_video

COLOURS = np.array([[200, 30, 40], [30, 180, 60], [40, 60, 210], [230, 210, 50]], np.uint8)


def quarters(turn=0, width=64, height=64):
    """Four colours, turned round by `turn`."""
    colours = np.roll(COLOURS, turn, axis=0)
    out = np.empty((height, width, 3), np.uint8)
    y, x = height // 2, width // 2
    out[:y, :x], out[:y, x:], out[y:, :x], out[y:, x:] = colours
    return out


def film(
    path,
    count=20,
    codec="libx264",
    width=64,
    height=64,
    rate=10,
    fill=lambda i: quarters(i),
    **stream_options,
):
    """A film in the container that the ending names."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for name, value in stream_options.items():
            setattr(stream.codec_context, name, value)
        for i in range(count):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(fill(i), format="rgb24")))
        container.mux(stream.encode(None))
    return path


def middles(picture):
    """The colours in the middles of the four quarters, in reading order."""
    h, w = picture.shape[:2]
    return picture[[h // 4, h // 4, 3 * h // 4, 3 * h // 4], [w // 4, 3 * w // 4] * 2, :3].astype(int)


def read(path, step=1, least=32):
    with open_film(path, least) as found:
        found.step = step
        return found, list(found.read)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("a.mp4", "libx264"),
        ("a.mov", "mpeg4"),
        ("a.mkv", "libx264"),
        ("a.webm", "libvpx"),
        ("a.avi", "mpeg4"),
        ("a.mpg", "mpeg2video"),
        ("a.ts", "mpeg2video"),
        ("a.wmv", "wmv2"),
        ("a.flv", "flv1"),
    ],
)
def test_every_nth_frame_of_a_film(tmp_path, name, codec):
    rate = 25 if codec == "mpeg2video" else 10
    found, pictures = read(film(tmp_path / name, codec=codec, rate=rate), step=6)
    assert [number for number, _ in pictures] == [0, 6, 12, 18] and found.problem == ""
    assert found.fps == pytest.approx(rate, rel=0.05) and 12 <= found.total <= 22  # .mpg tells times alone
    for number, picture in pictures:
        assert picture.shape == (32, 32, 3)
        assert np.abs(middles(picture) - middles(quarters(number))).max() <= 12, number


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png", "a.mp4"])
def test_animated_pictures_are_told_by_their_content(tmp_path, name):
    """A name that lies does not matter."""
    path = tmp_path / name
    pictures = [Image.fromarray(quarters(i)) for i in range(4)]
    kind = {"a.mp4": "GIF", "a.png": "PNG"}.get(name, name[2:].upper())
    options = {"lossless": True} if kind == "WEBP" else {}
    pictures[0].save(path, kind, save_all=True, append_images=pictures[1:], duration=200, loop=0, **options)
    assert is_animated(path)
    found, made = read(path, step=2)
    assert (found.total, found.fps) == (4, 5.0) and [number for number, _ in made] == [0, 2]
    assert np.abs(middles(made[1][1]) - middles(quarters(2))).max() <= 2
    assert (made[1][1][..., 3] == 255).all()
    Image.fromarray(quarters()).save(path, kind)
    assert not is_animated(path)


@pytest.mark.parametrize(
    ("name", "options"),
    [("a.png", {}), ("a.gif", {"disposal": 2}), ("a.webp", {"lossless": True, "kmin": 1, "kmax": 1})],
)
def test_transparency_of_an_animation_is_kept(tmp_path, name, options):
    pictures = []
    for i in range(3):
        pixels = np.zeros((20, 20, 4), np.uint8)
        pixels[:, : 5 + 5 * i] = (*COLOURS[i], 255)
        pictures.append(Image.fromarray(pixels))
    pictures[0].save(tmp_path / name, save_all=True, append_images=pictures[1:], **options)
    _, made = read(tmp_path / name)
    assert [int((p[..., 3] == 255).sum()) for _, p in made] == [100, 200, 300]


def test_large_frames_are_reduced_and_small_ones_are_not(tmp_path):
    wide = film(tmp_path / "a.mp4", 2, width=320, height=160, fill=lambda i: quarters(i, 320, 160))
    assert read(wide, least=40)[1][0][1].shape == (40, 80, 3)
    assert read(wide, least=500)[1][0][1].shape == (160, 320, 3)


def test_pixels_are_square(tmp_path):
    """As on a DVD: 64 × 64 pixels that are shown twice as wide."""
    path = tmp_path / "a.mkv"
    film(path, 2, sample_aspect_ratio=Fraction(2, 1))
    assert read(path, least=1000)[1][0][1].shape == (64, 128, 3)


def test_a_phone_held_upright(tmp_path):
    """The matrix of the track turns the frame by a quarter, clockwise: so does what is read."""
    path = film(tmp_path / "a.mp4", 2, width=64, height=32, fill=lambda i: quarters(i, 64, 32))
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 4 + 20 + 8 + 8
    assert struct.unpack_from(">9i", data, at) == (65536, 0, 0, 0, 65536, 0, 0, 0, 1 << 30)
    struct.pack_into(">9i", data, at, 0, 65536, 0, -65536, 0, 0, 32 * 65536, 0, 1 << 30)
    path.write_bytes(data)
    picture = read(path, least=100)[1][0][1]
    assert picture.shape == (64, 32, 3)
    assert np.abs(middles(picture) - middles(np.rot90(quarters(0, 64, 32), -1))).max() <= 12


# ---- what cannot be read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://%s\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile %s\n",
        b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'/>",
    ],
)
def test_what_is_no_film_is_refused_and_lists_open_nothing(tmp_path, content):
    secret = film(tmp_path / "secret.mp4", 2)
    path = tmp_path / "a.mp4"
    path.write_bytes(content.replace(b"%s", str(secret).encode()))
    with pytest.raises(Unreadable, match="damaged, or not a film that can be read"):
        read(path)


def test_sound_alone_has_no_pictures(tmp_path):
    with av.open(str(tmp_path / "a.mp4"), "w") as container:
        stream = container.add_stream("aac", rate=48_000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(Unreadable, match="it has no moving pictures"):
        read(tmp_path / "a.mp4")


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_frames_that_are_too_large_are_refused(tmp_path, monkeypatch, name):
    write_video(tmp_path / name, [quarters(), quarters(1)], min_size=64)
    monkeypatch.setattr(frames, "MOST_PIXELS", 4000)
    with pytest.raises(Unreadable, match=r"its frames are too large \(64×64\); at most 0.0 million"):
        read(tmp_path / name)


def noise(i):
    return np.random.default_rng(i).integers(0, 256, (64, 64, 3), np.uint8)


def test_a_film_that_is_cut_off_gives_what_there_is(tmp_path):
    path = tmp_path / "a.mp4"
    write_video(path, (noise(i) for i in range(40)), min_size=64)  # what the film says of itself comes first
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    found, made = read(path)
    assert 15 < len(made) < 40 and found.problem == f"{len(made)} of 40 frames are there"
    middle = len(whole) // 2
    path.write_bytes(whole[:middle] + bytes(200) + whole[middle + 200 :])
    found, made = read(path)
    assert 36 <= len(made) <= 40 and found.problem == ""  # a scratch costs a few frames
    path.write_bytes(whole[:300])
    with pytest.raises(Unreadable):
        read(path)


def test_reading_ends_at_the_longest_length(tmp_path, monkeypatch):
    monkeypatch.setattr(frames, "MOST_FRAMES", 7)
    found, made = read(film(tmp_path / "a.mkv"), step=3)
    assert [number for number, _ in made] == [
        0,
        3,
        6,
    ] and found.problem == "at most 7 frames of a film are read"
