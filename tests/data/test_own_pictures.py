"""Own pictures: decoding of every kind of file, labels, the report, ZIPs that must be refused, the held-out split."""

import io
import json
import os
import struct
import sys
import threading
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganapp.config import TrainConfig
from ganapp.data import Cancelled, clear_cache, open_dataset, preparing
from ganapp.data.decode import FORMATS, Unusable, decode
from ganapp.data.own import entries, uploads
from ganapp.runs import create_run

SHARED = Path(__file__).parents[3] / "shared" / "data"
RED, GREEN, BLUE, YELLOW, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (255, 255, 255)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def quarters(width: int = 32, height: int = 32) -> Image.Image:
    """Top left red, top right green, bottom left blue, bottom right yellow."""
    image = Image.new("RGB", (2, 2))
    image.putdata([RED, GREEN, BLUE, YELLOW])
    return image.resize((width, height), Image.Resampling.NEAREST)


def encode(image: Image.Image, format: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def corners(pixels: np.ndarray) -> list[tuple[int, ...]]:
    """The colours well inside of the four quarters of (C, R, R), in reading order."""
    r = pixels.shape[1]
    return [
        tuple(int(v) for v in pixels[:, y, x]) for y in (r // 4, 3 * r // 4) for x in (r // 4, 3 * r // 4)
    ]


def near(found, wanted, tolerance: int = 0) -> bool:
    return bool(np.abs(np.array(found, int) - np.array(wanted, int)).max() <= tolerance)


def read(
    image: Image.Image,
    format: str = "PNG",
    resolution=16,
    channels=None,
    crop="center",
    background=WHITE,
    **options,
):
    return decode(encode(image, format, **options), resolution, channels, crop, background)


def noise(seed: int, size: tuple[int, int] = (12, 12)) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8))


def folder_of(path: Path, names, size=(12, 12)) -> Path:
    for i, name in enumerate(names):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        noise(i, size).save(path / name)
    return path


def zip_of(path: Path, files: dict[str, bytes], method=zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


# ---- one picture -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "options", "tolerance"),
    [
        ("PNG", {}, 0),
        ("BMP", {}, 0),
        ("TIFF", {"compression": "tiff_lzw"}, 0),
        ("PPM", {}, 0),
        ("TGA", {}, 0),
        ("GIF", {}, 0),
        ("WEBP", {"lossless": True}, 0),
        ("JPEG", {"quality": 95}, 4),
        ("JPEG", {"quality": 95, "progressive": True}, 4),
        ("JPEG2000", {}, 0),
        ("AVIF", {"quality": 95}, 8),
        ("ICO", {"sizes": [(32, 32)]}, 0),
    ],
)
def test_formats_keep_places_and_channels(format, options, tolerance):
    if format not in FORMATS:
        pytest.skip(f"this Pillow has no {format}")
    assert near(corners(read(quarters(), format, **options)), [RED, GREEN, BLUE, YELLOW], tolerance)


@pytest.mark.parametrize("format", ["JPEG", "TIFF"])
def test_cmyk_is_not_inverted(format):
    pixels = read(quarters().convert("CMYK"), format)
    assert pixels.shape == (3, 16, 16)
    assert near(corners(pixels), [RED, GREEN, BLUE, YELLOW], 6)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP"])
def test_exif_rotation(format, orientation):
    """A wide picture is stored turned; what comes out is upright. The camera's own operations, written down by hand."""
    upright = quarters(48, 32)
    store = {
        1: lambda i: i,
        2: lambda i: i.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda i: i.transpose(Image.Transpose.ROTATE_180),
        4: lambda i: i.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda i: i.transpose(Image.Transpose.TRANSPOSE),
        6: lambda i: i.transpose(Image.Transpose.ROTATE_90),  # shown by turning it 90 degrees clockwise
        7: lambda i: i.transpose(Image.Transpose.TRANSVERSE),
        8: lambda i: i.transpose(Image.Transpose.ROTATE_270),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95} if format != "PNG" else {}
    pixels = read(store(upright), format, exif=exif.tobytes(), **options)
    assert near(corners(pixels), [RED, GREEN, BLUE, YELLOW], 20)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_damaged_exif_does_not_lose_the_picture():
    data = encode(quarters(), "JPEG", quality=95, exif=b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01")
    assert near(corners(decode(data, 16, None, "center", WHITE)), [RED, GREEN, BLUE, YELLOW], 4)


def test_alpha_lies_on_the_background():
    image = quarters().convert("RGBA")
    image.putalpha(
        Image.fromarray(np.repeat(np.repeat(np.array([[255, 0], [128, 255]], np.uint8), 16, 0), 16, 1))
    )
    assert corners(read(image)) == [RED, WHITE, (127, 127, 255), YELLOW]
    assert corners(read(image, background=(10, 20, 30))) == [RED, (10, 20, 30), (5, 10, 143), YELLOW]
    # colour under full transparency must not bleed into its neighbours when the picture is made smaller
    image = Image.new("RGBA", (90, 90), (255, 0, 0, 0))
    image.paste((0, 0, 255, 255), (0, 0, 45, 90))
    assert near(decode(encode(image), 7, None, "center", (0, 0, 0))[0], 0, 1)


def test_palette_with_transparency_and_grey_with_alpha():
    image = quarters().quantize(4)
    index = image.getpixel((24, 8))  # green
    assert near(corners(read(image, transparency=index)), [RED, WHITE, BLUE, YELLOW])
    assert near(corners(read(image, "GIF", transparency=index)), [RED, WHITE, BLUE, YELLOW])
    assert near(corners(read(image)), [RED, GREEN, BLUE, YELLOW])
    grey = Image.new("LA", (8, 8), (90, 255))
    grey.putpixel((0, 0), (90, 0))
    pixels = decode(encode(grey), 8, None, "center", WHITE)
    assert pixels[:, 0, 0].tolist() == [255] * 3 and pixels[:, 4, 4].tolist() == [90] * 3


def test_grey_and_one_bit():
    ramp = np.tile(np.arange(0, 256, 16, dtype=np.uint8), (16, 1))
    pixels = read(Image.fromarray(ramp))
    assert pixels.shape == (1, 16, 16) and (pixels[0] == ramp).all()
    half = Image.new("1", (16, 16))
    half.paste(1, (8, 0, 16, 16))
    pixels = read(half)
    assert pixels.shape == (1, 16, 16) and pixels[0, 3, 2] == 0 and pixels[0, 3, 12] == 255


@pytest.mark.parametrize("format", ["PNG", "TIFF", "PPM"])
def test_sixteen_bit_grey_is_scaled_not_clipped(format):
    ramp = np.tile(np.arange(0, 65536, 4096, dtype=np.uint16), (16, 1))
    pixels = read(Image.fromarray(ramp), format)
    assert pixels.shape == (1, 16, 16)
    np.testing.assert_array_equal(pixels[0], np.rint(ramp / 257).astype(np.uint8))
    dark = read(
        Image.fromarray(np.full((4, 4), 200, np.uint16)), format
    )  # dark, not an 8-bit picture in disguise
    assert dark.max() == 1


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (np.array([[0, 65535], [32896, 257]], np.int32), [[0, 255], [128, 1]]),
        (np.array([[0, 255], [128, 1]], np.int32), [[0, 255], [128, 1]]),
        (np.array([[0, 2**31 - 1], [2**30, 0]], np.int32), [[0, 255], [128, 0]]),
        (np.array([[0, 1], [0.5, 0.25]], np.float32), [[0, 255], [128, 64]]),
        (np.array([[0, 255], [127.6, 1]], np.float32), [[0, 255], [128, 1]]),
        (np.array([[-3, 5], [1, -3]], np.float32), [[0, 255], [128, 0]]),
    ],
)
def test_other_grey_ranges(values, wanted):
    assert decode(encode(Image.fromarray(values), "TIFF"), 2, None, "center", WHITE)[0].tolist() == wanted


def test_sixteen_bit_colour_png():
    """Written by hand, since Pillow cannot: 48 bits a pixel; the high byte is what remains."""
    row = b"\0" + struct.pack(">6H", 65535, 0, 0x8000, 0, 0x4000, 65535)
    chunks = b"".join(
        struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d))
        for t, d in (
            (b"IHDR", struct.pack(">2I5B", 2, 2, 16, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(row * 2)),
            (b"IEND", b""),
        )
    )
    pixels = decode(b"\x89PNG\r\n\x1a\n" + chunks, 2, None, "center", WHITE)
    assert pixels[:, 0].T.tolist() == [[255, 0, 128], [0, 64, 255]]


def test_crop_and_fit():
    wide = Image.new("RGB", (64, 16), BLUE)  # red | blue | green: only the middle quarter is blue
    wide.paste(RED, (0, 0, 24, 16))
    wide.paste(GREEN, (40, 0, 64, 16))
    for image, turned in ((wide, False), (wide.transpose(Image.Transpose.ROTATE_90), True)):
        assert (read(image).transpose(1, 2, 0) == BLUE).all()
        fit = read(image, crop="fit", background=(1, 2, 3)).transpose(1, 2, 0)
        if turned:  # counterclockwise: what was left is now at the bottom
            fit = fit[::-1].transpose(1, 0, 2)
        assert (fit[:6] == (1, 2, 3)).all() and (fit[10:] == (1, 2, 3)).all()
        for part, colour in ((fit[6:10, :5], RED), (fit[6:10, 7:9], BLUE), (fit[6:10, 11:], GREEN)):
            assert near(part, colour, 20)
    odd = Image.new("RGB", (7, 5), BLUE)
    odd.putpixel((3, 2), RED)  # the middle stays the middle
    assert decode(encode(odd), 5, None, "center", WHITE)[:, 2, 2].tolist() == list(RED)
    assert decode(encode(Image.new("RGB", (300, 1), RED)), 8, None, "fit", BLUE).shape == (3, 8, 8)
    clear = Image.new("RGBA", (64, 32), (0, 0, 0, 0))
    assert (read(clear, crop="fit", background=RED).transpose(1, 2, 0) == RED).all()
    grey = read(Image.new("L", (64, 32), 9), crop="fit", background=RED)  # grey file, coloured background
    assert grey[:, 0, 0].tolist() == list(RED) and grey[:, 8, 8].tolist() == [9, 9, 9]


def test_channels():
    weights = [76, 150, 29, 226]  # ITU-R 601 of red, green, blue, yellow
    assert near([c[0] for c in corners(read(quarters(), channels=1))], weights, 1)
    assert read(Image.new("L", (16, 16), 7), channels=3).shape == (3, 16, 16)


def test_first_frame_of_many():
    frames = [Image.new("RGB", (16, 16), c) for c in (RED, BLUE)]
    for format in ("GIF", "TIFF", "WEBP", "PNG"):
        pixels = read(frames[0], format, save_all=True, append_images=frames[1:])
        assert near(pixels[:, 5, 5], RED, 3), format


def test_small_are_enlarged_and_large_are_averaged():
    assert near(
        corners(decode(encode(quarters(2, 2)), 32, None, "center", WHITE)), [RED, GREEN, BLUE, YELLOW], 25
    )
    stripes = np.zeros((512, 512, 3), np.uint8)
    stripes[:, ::2] = 255
    for format in ("PNG", "JPEG"):  # antialiased: neither black nor white; JPEG goes through draft()
        assert near(read(Image.fromarray(stripes), format, resolution=16)[:, 4:12, 4:12], 127, 4), format


def test_large_jpeg_by_draft_is_close_to_the_full_one(monkeypatch):
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (9, 12, 3), dtype=np.uint8)).resize(
        (1200, 900), 3
    )
    data = encode(image, "JPEG", quality=92)
    fast = decode(data, 32, None, "center", WHITE).astype(int)
    monkeypatch.setattr(Image.Image, "draft", lambda *a: None)
    monkeypatch.setattr("PIL.JpegImagePlugin.JpegImageFile.draft", lambda *a: None)
    slow = decode(data, 32, None, "center", WHITE)
    assert np.abs(fast - slow).mean() < 2 and np.abs(fast - slow[:, :, ::-1]).mean() > 20


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"hello, this is text", "not a picture"),
        (encode(noise(0, (200, 200)))[:-9000], "cut off"),
        (encode(noise(0, (200, 200)), "JPEG")[:9000], "cut off"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "not a picture"),
        (encode(noise(0))[:60] + b"\0" * 300, "."),
        (encode(Image.fromarray(np.full((4, 4), np.nan, np.float32)), "TIFF"), "not numbers"),
    ],
)
def test_unusable_files_say_why(data, reason):
    with pytest.raises(Unusable, match=reason):
        decode(data, 16, None, "center", WHITE)


def test_too_many_pixels_are_refused_before_they_are_decoded(monkeypatch):
    def png(width, height):
        head = struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d))
            for t, d in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0")), (b"IEND", b""))
        )

    with pytest.raises(Unusable, match="too many pixels"):
        decode(png(60_000, 60_000), 16, None, "center", WHITE)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)  # whoever switched Pillow's own check off
    with pytest.raises(Unusable, match="60000×60000"):
        decode(png(60_000, 60_000), 16, None, "center", WHITE)


# ---- folders and labels ------------------------------------------------------------------------------------------


def test_folder_without_labels(tmp_path):
    folder = folder_of(tmp_path / "cats", ["b.png", "a.png", "sub/c.bmp"])
    for name in (
        "notes.txt",
        "data.json",
        ".hidden.png",
        "Thumbs.db",
        ".DS_Store",
        "__MACOSX/._a.png",
        ".git/x.png",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"no picture")
    told = []
    dataset = open_dataset(folder, 12, progress=lambda *a: told.append(a))
    assert (
        dataset.name == "cats"
        and dataset.labels is None
        and dataset.class_names == ()
        and dataset.report == ()
    )
    wanted = np.stack([np.asarray(noise(i)).transpose(2, 0, 1) for i in (1, 0, 2)])  # sorted by name
    np.testing.assert_array_equal(dataset.images.all(), wanted)
    assert told[-1] == (3, 3, "Reading pictures")
    assert open_dataset(str(folder), 12).fingerprint == dataset.fingerprint


def test_report_lists_what_could_not_be_used_and_goes_on(tmp_path):
    folder = folder_of(tmp_path / "cats", ["good.png", "z.png"])
    (folder / "text.jpg").write_text("not a jpeg")
    (folder / "empty.png").write_bytes(b"")
    (folder / "cut.png").write_bytes((folder / "good.png").read_bytes()[:200])
    (folder / "phone.heic").write_bytes(b"....ftypheic")
    with open(folder / "huge.tif", "wb") as file:
        file.truncate(10_000_000_000)  # sparse: ten gigabytes that are never read
    (folder / "folder.png").mkdir()
    dataset = open_dataset(folder, 12)
    assert dataset.count == 2
    report = dict(dataset.report)
    assert set(report) == {"text.jpg", "empty.png", "cut.png", "phone.heic", "huge.tif"}
    assert "not a picture" in report["text.jpg"] and report["empty.png"] == "the file is empty"
    assert "cut off" in report["cut.png"] and ".heic" in report["phone.heic"]
    assert "10,000 MB; at most 256 MB" in report["huge.tif"]
    assert open_dataset(folder, 12).report == dataset.report  # kept with the prepared data


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes")
def test_links_pipes_and_strange_names(tmp_path):
    folder = folder_of(tmp_path / "cats", ["a/1.png", "b/2.png"])
    (folder / "a" / "loop").symlink_to(folder)
    (folder / "b" / "gone.png").symlink_to(folder / "nothing.png")
    os.mkfifo(folder / "b" / "pipe.png")
    folder_of(tmp_path / "elsewhere", ["3.png"])
    (folder / "c").symlink_to(tmp_path / "elsewhere")
    raw = os.fsencode(folder / "a") + b"/\xff\xfe.png"
    with open(raw, "wb") as file:
        file.write(b"text")
    dataset = open_dataset(folder, 12)
    assert dataset.class_names == ("a", "b", "c") and dataset.class_counts() == (1, 1, 1)
    report = dict(dataset.report)
    assert "gone" in report["b/gone.png"] and "not a regular file" in report["b/pipe.png"]
    assert any("\ufffd" in name for name in report) and len(report) == 3


def test_class_folders(tmp_path):
    folder = folder_of(tmp_path / "pets", ["dog/1.png", "cat/2.png", "dog/deep/3.png", "Zebra/4.png"])
    (folder / "none").mkdir()
    (folder / "none" / "x.png").write_text("no picture")
    dataset = open_dataset(folder, 12)
    assert dataset.class_names == (
        "Zebra",
        "cat",
        "dog",
    )  # sorted; a folder without a usable picture is no class
    assert dataset.labels.tolist() == [0, 1, 2, 2] and dataset.labels.dtype == np.int64
    np.testing.assert_array_equal(dataset.images.take([1])[0], np.asarray(noise(1)).transpose(2, 0, 1))


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (["train/cat/1.png", "train/dog/2.png"], ("cat", "dog")),
        (["a/b/cat/1.png", "a/b/dog/2.png"], ("cat", "dog")),
        (["train/cat/1.png", "test/dog/2.png", "test/cat/3.png"], ("cat", "dog")),
        (["train/1.png", "test/2.png"], ()),
        (["cat/1.png", "dog/2.png", "3.png", "4.png"], ()),
        (["cat/1.png", "cat/2.png"], ()),
        (["00000/1.png", "00001/2.png"], ()),
        (["0/1.png", "1/2.png", "10/3.png", "2/4.png"], ("0", "1", "2", "10")),
    ],
)
def test_which_folders_are_classes(tmp_path, names, classes):
    folder = folder_of(tmp_path / "x", names)
    dataset = open_dataset(folder, 12)
    assert dataset.class_names == classes and (dataset.labels is None) == (not classes)
    files = {
        f"x/{n}": (folder / n).read_bytes() for n in names
    }  # the same in a ZIP, inside a folder of its name
    assert open_dataset(zip_of(tmp_path / "x.zip", files), 12).class_names == classes


@pytest.mark.parametrize("wrapper", ["", "x/"])
@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_dataset_json(tmp_path, kind, wrapper):
    names = ["00000/a.png", "00000/b.png", "00001/c.png", "00001/d.png"]
    files = {wrapper + n: encode(noise(i)) for i, n in enumerate(names)}
    labels = [["00000/a.png", 3], ["00000/b.png", 0], ["00001\\d.png", 3], ["not/there.png", 9]]
    files[f"{wrapper}dataset.json"] = json.dumps({"labels": labels}).encode()

    def make(files):
        if kind == "zip":
            return zip_of(tmp_path / "x.zip", files)
        for name, content in files.items():
            (tmp_path / "root" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "root" / name).write_bytes(content)
        return tmp_path / "root"

    dataset = open_dataset(make(files), 12)
    assert dataset.class_names == ("0", "3") and dataset.labels.tolist() == [1, 0, 1]
    assert dataset.class_counts() == (1, 2)
    assert dataset.report == ((f"{wrapper}00001/c.png", "no label in dataset.json"),)
    files[f"{wrapper}dataset.json"] = b'{"labels": null}'
    dataset = open_dataset(make(files), 12)
    assert dataset.labels is None and dataset.count == 4


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "dataset.json cannot be read"),
        (b'{"labels": [["a.png", -1]]}', "whole number"),
        (b'{"labels": [["a.png", [0.1, 0.2]]]}', "whole number"),
        (b'{"labels": [["a.png", 99999999]]}', "from 0 to 9999"),
        (b'{"labels": [["a.png", true]]}', "whole number"),
        (b'{"labels": 5}', "whole number"),
    ],
)
def test_wrong_dataset_json(tmp_path, content, says):
    folder = folder_of(tmp_path / "x", ["a.png"])
    (folder / "dataset.json").write_bytes(content)
    with pytest.raises(ValueError, match=says):
        open_dataset(folder, 12)


def test_another_dataset_json_is_not_labels(tmp_path):
    folder = folder_of(tmp_path / "x", ["cat/a.png", "dog/b.png"])
    (folder / "dataset.json").write_text('{"author": "me"}')
    assert open_dataset(folder, 12).class_names == ("cat", "dog")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda p: p / "absent", r"no folder or ZIP at .*absent.*faces, mnist, fashion-mnist"),
        (lambda p: "mnits", r"'mnits'.*mnist.*faces-expression"),
        (lambda p: "", "no folder or ZIP"),
        (lambda p: "x" * 5000, "no folder or ZIP"),
        (lambda p: p / "empty", "No pictures were found in empty"),
        (
            lambda p: p / "bad",
            r"None of the 5 pictures in bad can be used: 0.png \(not a picture.*and 2 more",
        ),
        (lambda p: p / "one.png", "one.png is neither a folder nor a ZIP"),
        (lambda p: [], "No files"),
        (lambda p: [p / "gone.png"], "gone.png is not there"),
        (lambda p: [p / "one.png", p / "x.zip"], "either pictures or one ZIP"),
    ],
)
def test_sources_that_cannot_be_used(tmp_path, cache, make, says):
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad").mkdir()
    for i in range(5):
        (tmp_path / "bad" / f"{i}.png").write_text("x")
    noise(0).save(tmp_path / "one.png")
    with pytest.raises(ValueError, match=says):
        open_dataset(make(tmp_path), 12)
    assert not (cache / "datasets").exists() or list((cache / "datasets").iterdir()) == []


def test_background_must_be_a_colour(tmp_path):
    with pytest.raises(ValueError, match="'whitish'.*#8090a0"):
        open_dataset(tmp_path, 12, background="whitish")


# ---- ZIPs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "C:/evil.png", "..\\evil.png", "../x.txt"]
)
def test_a_zip_that_climbs_out_is_refused(tmp_path, name):
    path = zip_of(tmp_path / "z.zip", {"ok.png": encode(noise(0)), name: encode(noise(1))})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ValueError, match="z.zip is refused: its entry .* outside"):
        open_dataset(path, 12)
    assert [p for p in sorted(tmp_path.rglob("*")) if p not in before and "cache" not in p.parts] == []


def test_a_name_with_dots_does_not_climb(tmp_path):
    assert open_dataset(zip_of(tmp_path / "z.zip", {"a..b/c...png": encode(noise(0))}), 12).count == 1


def test_bombs(tmp_path, monkeypatch):
    for module in (preparing, entries):
        monkeypatch.setattr(module, "MAX_FILE", 100_000)
    files = {"ok.png": encode(noise(0)), "bomb.png": b"\0" * 200_000}
    dataset = open_dataset(zip_of(tmp_path / "a.zip", files), 12)
    assert dataset.count == 1 and "too large" in dict(dataset.report)["bomb.png"]
    # an entry that declares less than it holds is read up to what it declares, and then reported
    path = zip_of(tmp_path / "b.zip", {"bomb.png": b"\0" * 90_000, "ok.png": encode(noise(0))})
    raw = path.read_bytes()
    assert raw.count(struct.pack("<I", 90_000)) == 2
    path.write_bytes(raw.replace(struct.pack("<I", 90_000), struct.pack("<I", 500)))
    dataset = open_dataset(path, 12)
    assert dataset.count == 1 and "damaged in the ZIP" in dict(dataset.report)["bomb.png"]
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        path = zip_of(tmp_path / f"{method}.zip", {"a.png": encode(noise(0))}, method)
        with pytest.raises(ValueError, match="only stored and deflated"):
            open_dataset(path, 12)


def test_an_absurd_ratio_is_refused(tmp_path):
    path = zip_of(tmp_path / "z.zip", {f"{i}.png": encode(noise(i)) for i in range(8)})
    raw = bytearray(path.read_bytes())
    at = -1
    while (at := raw.find(b"PK\x01\x02", at + 1)) >= 0:  # the central directory declares 200 MB for each
        raw[at + 24 : at + 28] = struct.pack("<I", 200_000_000)
    path.write_bytes(raw)
    with pytest.raises(ValueError, match="decompression bomb"):
        open_dataset(path, 12)


def test_encrypted_damaged_and_huge_zips(tmp_path, monkeypatch):
    path = zip_of(tmp_path / "z.zip", {f"{i}.png": encode(noise(i)) for i in range(3)}, zipfile.ZIP_STORED)
    good = path.read_bytes()

    def flagged(limit):
        raw = bytearray(good)
        for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
            at, n = -1, 0
            while (at := raw.find(mark, at + 1)) >= 0 and n < limit:
                raw[at + offset] |= 1
                n += 1
        return bytes(raw)

    path.write_bytes(flagged(3))
    with pytest.raises(ValueError, match="z.zip is protected by a password"):
        open_dataset(path, 12)
    path.write_bytes(flagged(1))
    dataset = open_dataset(path, 13)
    assert dataset.count == 2 and dataset.report == (("0.png", "protected by a password"),)
    path.write_bytes(good[:-40])
    with pytest.raises(ValueError, match="neither a folder nor a ZIP|cut off"):
        open_dataset(path, 14)
    path.write_bytes(good.replace(encode(noise(1))[-60:-20], b"\xff" * 40))  # one entry with a wrong checksum
    dataset = open_dataset(path, 15)
    assert dataset.count == 2 and "damaged in the ZIP" in dict(dataset.report)["1.png"]
    monkeypatch.setattr(entries, "MAX_ZIP", 1000)
    with pytest.raises(ValueError, match="a ZIP of at most"):
        open_dataset(path, 16)


def test_zip_names_without_the_utf8_flag(tmp_path):
    """What Windows (Chinese) and older macOS write: names in GB 2312 or UTF-8 with no flag; and real cp437."""
    for encoding, names in (("gb2312", ("猫", "狗")), ("utf-8", ("猫", "狗")), ("cp437", ("Bär", "Küken"))):
        ascii_names = [f"{'_' * (len(n.encode(encoding)))}{i}" for i, n in enumerate(names)]
        path = zip_of(tmp_path / "z.zip", {f"{a}/1.png": encode(noise(i)) for i, a in enumerate(ascii_names)})
        raw = path.read_bytes()
        for i, name in enumerate(names):
            raw = raw.replace(ascii_names[i].encode(), name.encode(encoding) + str(i).encode())
        path.write_bytes(raw)
        dataset = open_dataset(path, 12)
        assert dataset.class_names == tuple(sorted(f"{n}{i}" for i, n in enumerate(names))), encoding


# ---- the pass as a whole -----------------------------------------------------------------------------------------


def test_later_starts_do_not_decode_again(tmp_path, monkeypatch):
    folder, calls = folder_of(tmp_path / "x", ["a.png", "b.png"]), []
    real = decode
    monkeypatch.setattr("ganapp.data.own.opening.decode", lambda *a, **k: calls.append(1) or real(*a, **k))
    first = open_dataset(folder, 12)
    assert len(calls) == 2
    assert open_dataset(folder, 12).fingerprint == first.fingerprint and len(calls) == 2
    for changed in (dict(resolution=13), dict(channels=1), dict(crop="fit"), dict(background="black")):
        before = len(calls)
        open_dataset(folder, **{"resolution": 12, **changed})
        assert len(calls) == before + 2, changed
    noise(7).save(folder / "c.png")
    assert open_dataset(folder, 12).count == 3
    noise(8).save(folder / "c.png")
    os.utime(folder / "c.png", ns=(1, 1))  # another time: another picture
    assert near(open_dataset(folder, 12).images.take([2])[0], np.asarray(noise(8)).transpose(2, 0, 1))


def test_channels_follow_the_pictures(tmp_path):
    folder = tmp_path / "x"
    folder.mkdir()
    for i in range(3):
        Image.new("L", (8, 8), 50 * i).save(folder / f"{i}.png")
    Image.new("RGB", (8, 8), (9, 9, 9)).save(folder / "3.png")  # a colour file, but grey
    assert open_dataset(folder, 8).channels == 1
    assert open_dataset(folder, 8, channels=3).images.take([1])[0, :, 0, 0].tolist() == [50, 50, 50]
    Image.new("RGB", (8, 8), RED).save(folder / "9.png")
    dataset = open_dataset(folder, 8)
    assert dataset.channels == 3
    assert dataset.images.all()[:, :, 0, 0].tolist() == [[0] * 3, [50] * 3, [100] * 3, [9] * 3, [255, 0, 0]]


def test_cancel_leaves_nothing(tmp_path, cache):
    folder = folder_of(tmp_path / "x", [f"{i:03}.png" for i in range(120)])
    asked, threads = iter([False, False, False]), threading.active_count()
    with pytest.raises(Cancelled):  # in the fourth part of 16 pictures
        open_dataset(folder, 12, cancelled=lambda: next(asked, True))
    assert list((cache / "datasets").iterdir()) == [] and threading.active_count() == threads
    assert open_dataset(folder, 12).count == 120 - open_dataset(folder, 12, split="heldout").count


def test_two_threads_at_once(tmp_path, monkeypatch):
    folder, results, calls = folder_of(tmp_path / "x", [f"{i}.png" for i in range(40)]), [], []
    real = decode
    monkeypatch.setattr("ganapp.data.own.opening.decode", lambda *a, **k: calls.append(1) or real(*a, **k))
    threads = [threading.Thread(target=lambda: results.append(open_dataset(folder, 12))) for _ in range(3)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert (
        len(calls) == 40
        and len({r.fingerprint for r in results}) == 1
        and results[2].images.all().shape[0] == 40
    )


def test_an_open_data_set_outlives_its_cache(tmp_path):
    dataset = open_dataset(folder_of(tmp_path / "x", ["a.png", "b.png"]), 12)
    if sys.platform != "win32":
        assert clear_cache() > 0
    assert near(dataset.images.take([1])[0], np.asarray(noise(1)).transpose(2, 0, 1))


def test_held_out_never_overlaps_and_is_stable(tmp_path):
    folder = folder_of(tmp_path / "x", [f"{'ab'[i % 2]}/{i:03}.png" for i in range(200)])
    train, held_out = open_dataset(folder, 12), open_dataset(folder, 12, split="heldout")
    assert train.count + held_out.count == 200 and 5 <= held_out.count <= 40
    assert train.class_names == held_out.class_names == ("a", "b")

    def keys(dataset):
        return {(image.tobytes(), int(label)) for image, label in zip(dataset.images.all(), dataset.labels)}

    before = keys(train), keys(held_out)
    assert not before[0] & before[1] and len(before[0] | before[1]) == 200
    assert train.fingerprint != held_out.fingerprint
    for i, name in enumerate(("a/000a.png", "b/zzz.png")):  # at the front and at the back
        noise(1000 + i).save(folder / name)
    after = keys(open_dataset(folder, 12)), keys(open_dataset(folder, 12, split="heldout"))
    assert before[0] <= after[0] and before[1] <= after[1] and len(after[0] | after[1]) == 202
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.png")}
    packed = zip_of(tmp_path / "x.zip", files)  # the same pictures in a ZIP are held out alike
    assert keys(open_dataset(packed, 12, split="heldout")) == after[1]


def test_how_many_are_held_out():
    random = np.random.default_rng(0).integers(0, 2**64, 60_000, dtype=np.uint64)
    assert not preparing.hold_out(random[:99]).any()
    assert preparing.hold_out(random[:100]).sum() == (random[:100] % 10 == 0).sum() > 0
    many = preparing.hold_out(random)
    assert many.sum() == 2000
    moved = preparing.hold_out(random[:59_999])[:59_999] != many[:59_999]
    assert moved.sum() <= 1  # only at the limit of 2,000 can one picture push another one out
    twice = preparing.hold_out(np.concatenate([random, random]))  # copies stay together
    assert twice.sum() <= 2000 and (twice[:60_000] == twice[60_000:]).all()
    assert not preparing.hold_out(
        np.full(100, 20, np.uint64)
    ).any()  # a hundred copies of one picture: something must train


def test_below_a_hundred_nothing_is_held_out(tmp_path):
    folder = folder_of(tmp_path / "x", [f"{i}.png" for i in range(12)])
    assert open_dataset(folder, 12).count == 12
    with pytest.raises(ValueError, match="No pictures of x are held out: there are 12"):
        open_dataset(folder, 12, split="heldout")


def test_uploads_are_kept(tmp_path, cache):
    folder_of(tmp_path, ["u1/face.png", "u2/face.png", "u2/b.png"])
    files = [tmp_path / "u1" / "face.png", str(tmp_path / "u2" / "face.png"), tmp_path / "u2" / "b.png"]
    dataset = open_dataset(files, 12)
    assert dataset.count == 3 and dataset.labels is None
    path = uploads.keep_uploads(list(reversed(files)))
    assert path == uploads.keep_uploads(files) and len(list(path.iterdir())) == 3 and cache in path.parents
    for file in files:
        os.remove(file)
    clear_cache()
    assert (
        open_dataset(path, 12).fingerprint == dataset.fingerprint
    )  # a later start, without what was uploaded
    packed = zip_of(tmp_path / "my cats.zip", {"a/1.png": encode(noise(0)), "b/2.png": encode(noise(1))})
    kept = uploads.keep_uploads([packed])
    assert kept.name == "my cats.zip" and cache in kept.parents
    labelled = open_dataset([packed], 12)
    assert labelled.class_names == ("a", "b") and labelled.name == "my cats"


def test_an_upload_is_called_as_its_folder_or_its_zip(tmp_path, cache):
    folder_of(tmp_path, ["my cats/1.png", "my cats/b/2.png", "3.png"])
    names = ["my cats/1.png", "my cats/b/2.png", "3.png"]
    packed = zip_of(tmp_path / "dogs.zip", {"1.png": encode(noise(0))})
    said = {}
    for number in (2, 3):
        kept = uploads.keep_uploads([tmp_path / name for name in names[:number]], names[:number])
        said[uploads.name_of_upload(kept)] = create_run(
            tmp_path / "runs", TrainConfig(dataset=str(kept))
        ).name
    zipped = uploads.keep_uploads([packed])
    said[uploads.name_of_upload(zipped)] = create_run(
        tmp_path / "runs", TrainConfig(dataset=str(zipped))
    ).name
    assert said == {
        "my cats": "00001-my-cats-dcgan",
        "": "00002-pictures-dcgan",
        "dogs.zip": "00003-dogs-dcgan",
    }


def test_no_room_is_a_sentence(tmp_path, monkeypatch):
    folder = folder_of(tmp_path / "x", ["a.png"])
    monkeypatch.setattr(
        preparing.shutil, "disk_usage", lambda p: os.terminal_size((0, 0)) and type("U", (), {"free": 5})
    )
    with pytest.raises(ValueError, match="Preparing 1 pictures of x needs .* GANAPP_CACHE"):
        open_dataset(folder, 12)


@pytest.mark.skipif(not (SHARED / "cifar10-test.zip").exists(), reason="the shared data are not here")
def test_real_pictures_in_a_class_folder_zip(tmp_path):
    with zipfile.ZipFile(SHARED / "cifar10-test.zip") as file:
        names = [n for n in file.namelist() if n.endswith(("00.jpg", "51.jpg"))]
        files = {n: file.read(n) for n in names}
    assert len(files) == 200
    dataset = open_dataset(zip_of(tmp_path / "cifar.zip", files), 32)
    held_out = open_dataset(tmp_path / "cifar.zip", 32, split="heldout")
    assert dataset.report == () and dataset.channels == 3 and dataset.num_classes == 10
    assert (np.array(dataset.class_counts()) + held_out.class_counts()).tolist() == [20] * 10
    image = np.asarray(Image.open(io.BytesIO(files["airplane/0000.jpg"])).convert("RGB")).transpose(2, 0, 1)
    everything = np.concatenate([dataset.images.all(), held_out.images.all()])
    assert (everything == image).all(axis=(1, 2, 3)).sum() == 1


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "cifar10-train.zip").exists(), reason="the shared data are not here")
def test_all_of_cifar10():
    import time

    start = time.monotonic()
    dataset = open_dataset(SHARED / "cifar10-train.zip", 32)
    assert time.monotonic() - start < 60
    held_out = open_dataset(SHARED / "cifar10-train.zip", 32, split="heldout")
    assert held_out.count == 2000 and dataset.count == 48_000 and dataset.report == ()
