"""Files as systems, cameras and other programs leave them: folders, metadata, more than 8 bits, and bounded memory."""

import io
import os
import struct
import threading
import time
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from ganapp.data import MapWriter, open_dataset, preparing
from ganapp.data import decode as module
from ganapp.data.decode import Unusable, decode
from ganapp.data.memory import Budget, NeedsMore
from ganapp.data.own import entries
from ganapp.data.png import pixels_only
from ganapp.data.resizing import resized, target

WHITE = (255, 255, 255)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))


def noise(seed: int, size: int = 16) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=np.uint8))


def encode(image: Image.Image, format: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def write(path, data: bytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


# ---- folders -----------------------------------------------------------------------------------------------------

SYSTEM = (
    "@eaDir", "$RECYCLE.BIN", "$Recycle.Bin", "#recycle", "System Volume Information", "lost+found", "__MACOSX", ".git",
)  # fmt: skip


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_system_folders_are_no_classes(tmp_path, kind):
    files = {f"{k}/{k}.png": encode(noise(i)) for i, k in enumerate("ab")}
    files |= {f"{k}/{i}.png": encode(noise(10 + i)) for i, k in enumerate(SYSTEM)}
    files |= {"a/@eaDir/a.png/SYNO_THUMB.jpg": encode(noise(30), "JPEG")}
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
            [file.writestr(name, data) for name, data in files.items()]
        source = tmp_path / "x.zip"
    else:
        source = tmp_path / "x"
        [write(source / name, data) for name, data in files.items()]
    dataset = open_dataset(source, 16)
    assert dataset.class_names == ("a", "b") and dataset.count == 2 and dataset.report == ()


def test_a_folder_that_cannot_be_listed_is_reported(tmp_path, monkeypatch):
    [write(tmp_path / "x" / f"{i}.png", encode(noise(i))) for i in range(3)]
    (tmp_path / "x" / "locked").mkdir()
    real = os.scandir

    def scandir(path):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(entries.os, "scandir", scandir)
    dataset = open_dataset(tmp_path / "x", 16)
    assert dataset.count == 3
    assert dataset.report == (("locked/", "the folder cannot be listed (Permission denied)"),)
    with pytest.raises(ValueError, match="locked cannot be listed"):
        open_dataset(tmp_path / "x" / "locked", 16)
    monkeypatch.undo()
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))
    assert open_dataset(tmp_path / "x", 16).report == ()  # not the prepared data of before


@pytest.mark.skipif(os.name == "nt", reason="links")
def test_a_link_to_itself_is_reported(tmp_path):
    [write(tmp_path / "x" / f"{i}.png", encode(noise(i))) for i in range(2)]
    for name in ("self.png", "self"):
        (tmp_path / "x" / name).symlink_to(name)
    dataset = open_dataset(tmp_path / "x", 16)
    assert dataset.count == 2 and dict(dataset.report) == {
        "self.png": "a link that leads nowhere: the file is gone"
    }


def test_archives_inside_are_named(tmp_path):
    files = {"a.png": encode(noise(0)), "more.zip": b"PK", "old.tar": b"", "b.7z": b""}
    [write(tmp_path / "x" / name, data) for name, data in files.items()]
    dataset = open_dataset(tmp_path / "x", 16)
    assert dataset.count == 1 and {name for name, _ in dataset.report} == {"more.zip", "old.tar", "b.7z"}
    assert all("unpack it" in reason for _, reason in dataset.report)


# ---- PNG metadata ------------------------------------------------------------------------------------------------

PICTURE = encode(noise(5))
PIXELS = np.asarray(noise(5)).transpose(2, 0, 1)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def with_chunks(*chunks: bytes, before: bytes = b"IDAT") -> bytes:
    at = PICTURE.index(before) - 4
    return PICTURE[:at] + b"".join(chunks) + PICTURE[at:]


BIG = b"a" * 3_000_000
TEXT = chunk(b"tEXt", b"k\0some text that is long enough")
METADATA = {
    "large text": chunk(b"tEXt", b"workflow\0" + BIG),
    "large packed text": chunk(b"zTXt", b"parameters\0\0" + zlib.compress(BIG)),
    "large XMP": chunk(b"iTXt", b"XML:com.adobe.xmp\0\x01\0\0\0" + zlib.compress(BIG)),
    "large EXIF text": chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(BIG)),
    "many texts": b"".join(chunk(b"tEXt", b"k%d\0" % i + BIG[:1_000_000]) for i in range(70)),
    "large profile": chunk(b"iCCP", b"icc\0\0" + zlib.compress(BIG)),
    "damaged profile": chunk(b"iCCP", b"icc\0\0" + b"not zlib" * 5),
    "unknown packing": chunk(b"zTXt", b"x\0\x07" + zlib.compress(b"text")),
    "damaged packed text": chunk(b"zTXt", b"x\0\0" + b"not zlib" * 5),
    "damaged EXIF text": chunk(b"zTXt", b"Raw profile type exif\0\0" + b"not zlib" * 5),
    "damaged EXIF": chunk(b"eXIf", b"\xff" * 30),
    "wrong checksum": TEXT[:-4] + b"\0\0\0\0",
    "wrong length": struct.pack(">I", 7) + TEXT[4:],
    "length into the pixels": struct.pack(">I", 400) + TEXT[4:],
    "length beyond the file": struct.pack(">I", 1 << 30) + TEXT[4:],
    "short pHYs": chunk(b"pHYs", b"\0"),
    "short sRGB": chunk(b"sRGB", b""),
    "short animation": chunk(b"acTL", b"\0"),
    "frame out of order": chunk(b"fcTL", struct.pack(">IIIII", 9, 16, 16, 0, 0) + b"\0" * 6),
    "picture inside": chunk(b"tEXt", b"thumbnail\0" + encode(noise(9)))[:-1] + b"!",
    "no letters": chunk(b"\0\1\2\3", b"abcdef"),
}


@pytest.mark.parametrize("place", [b"IDAT", b"IEND"])
@pytest.mark.parametrize("name", METADATA)
def test_pngs_with_whole_pixels_are_used_whatever_their_metadata_hold(name, place):
    pixels = decode(with_chunks(METADATA[name], before=place), 16, None, "center", WHITE)
    np.testing.assert_array_equal(pixels, PIXELS)


@pytest.mark.parametrize("end", [b"junk" * 100, b"\0"])
def test_what_follows_a_png_does_not_matter(end):
    np.testing.assert_array_equal(decode(PICTURE + end, 16, None, "center", WHITE), PIXELS)
    np.testing.assert_array_equal(decode(PICTURE[:-12], 16, None, "center", WHITE), PIXELS)


@pytest.mark.parametrize("metadata", [b"", METADATA["large text"], METADATA["wrong checksum"]])
def test_pngs_with_missing_pixels_are_refused(metadata):
    data = with_chunks(metadata)
    with pytest.raises(Unusable, match="cut off|damaged"):
        decode(data[: data.index(b"IDAT") + 300], 16, None, "center", WHITE)
    header = bytearray(data)
    header[20] ^= 1  # the width
    with pytest.raises(Unusable):
        decode(bytes(header), 16, None, "center", WHITE)


def test_only_what_is_not_needed_is_removed():
    plain = encode(noise(1).quantize(8), transparency=3)
    assert pixels_only(plain) is plain and pixels_only(b"GIF89a") == b"GIF89a"
    text = chunk(b"tEXt", b"a\0b")
    at = plain.index(b"IDAT") - 4
    assert pixels_only(plain[:at] + text + plain[at:]) == plain
    hostile = (
        PICTURE[:33] + struct.pack(">I4s", 1 << 30, b"tEXt") + (struct.pack(">I", 1000) + b"IDAT") * 400_000
    )
    start = time.monotonic()
    assert len(pixels_only(hostile)) == 33
    assert time.monotonic() - start < 2


def test_orientation_survives():
    """A wide picture, red at the left, turned by EXIF or by XMP; Pillow's own file and one with a large text."""
    wide = Image.new("RGB", (32, 16), (0, 0, 255))
    wide.paste((255, 0, 0), (0, 0, 16, 16))
    exif = Image.Exif()
    exif[0x0112] = 6  # shown after a quarter turn clockwise: red at the top
    plain = encode(wide, exif=exif.tobytes())
    xmp = chunk(b"iTXt", b'XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation="6"/>')
    at = plain.index(b"IDAT") - 4
    other = encode(wide)
    place = other.index(b"IDAT") - 4
    texts = [plain, plain[:at] + METADATA["large text"] + plain[at:], other[:place] + xmp + other[place:]]
    for data in texts:
        pixels = decode(data, 16, None, "fit", (0, 255, 0))
        assert pixels[:, 2, 7].tolist() == [255, 0, 0] and pixels[:, 13, 7].tolist() == [0, 0, 255]
        assert pixels[:, 7, 1].tolist() == [0, 255, 0]


# ---- more than 8 bits --------------------------------------------------------------------------------------------


def levels(dataset) -> list[int]:
    return dataset.images.all()[:, 0].max(axis=(1, 2)).tolist()


def grey(top: float, dtype=np.uint16) -> Image.Image:
    return Image.fromarray(np.tile(np.linspace(0, top, 16).astype(dtype), (16, 1)))


def set_of(path, tops, dtype=np.uint16, format="TIFF"):
    for i, top in enumerate(tops):
        write(path / f"{i}.{format.lower()}", encode(grey(top, dtype), format))
    return path


@pytest.mark.parametrize(
    ("tops", "wanted", "range_"),
    [
        ([4095, 2047, 1000], [255, 127, 62], "0 to 4,095"),
        ([1023, 100], [255, 25], "0 to 1,023"),
        ([9000, 4095], [140, 64], "0 to 16,383"),
        ([255, 10], [255, 10], "0 to 255"),
        ([65535, 4095], [255, 16], None),  # one bright picture: the others are dark
        ([16384, 100], [64, 0], None),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "TIFF", "zip"])
def test_the_range_of_the_whole_set_decides(tmp_path, tops, wanted, range_, kind):
    source = set_of(tmp_path / "x", tops, format="PNG" if kind == "zip" else kind)
    if kind == "zip":
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as file:
            [file.write(path, path.name) for path in sorted(source.iterdir())]
        source = tmp_path / "x.zip"
    dataset = open_dataset(source, 16)
    assert np.abs(np.array(levels(dataset)) - wanted).max() <= 1
    assert dataset.channels == 1 and [range_ in note for note in dataset.notes] == [True] * (
        range_ is not None
    )
    again = open_dataset(source, 16)
    assert again.notes == dataset.notes and again.fingerprint == dataset.fingerprint


def test_ranges_of_32_bits_and_of_values_below_zero(tmp_path):
    assert levels(open_dataset(set_of(tmp_path / "i", [200, 60_000], np.int32), 16)) == [1, 233]
    assert levels(open_dataset(set_of(tmp_path / "f", [1, 0.5], np.float32), 16)) == [255, 128]
    for i, values in enumerate(([-100, 100], [-50, 50])):
        write(
            tmp_path / "s" / f"{i}.tif", encode(Image.fromarray(np.array([values * 2] * 4, np.int32)), "TIFF")
        )
    images = open_dataset(tmp_path / "s", 4).images.all()
    assert images[:, 0, 0].tolist() == [[0, 255, 0, 255], [64, 191, 64, 191]]


def test_grey_of_12_bits_among_colour_and_padding(tmp_path):
    write(tmp_path / "x" / "0.tif", encode(Image.fromarray(np.full((8, 16), 4000, np.uint16)), "TIFF"))
    write(tmp_path / "x" / "1.png", encode(Image.new("RGB", (16, 16), (9, 8, 7))))
    write(tmp_path / "x" / "2.tif", encode(Image.fromarray(np.full((16, 16), 2000, np.uint16)), "TIFF"))
    images = open_dataset(tmp_path / "x", 16, crop="fit", background="red").images.all()
    assert images[0, :, 0, 0].tolist() == [255, 0, 0] and images[0, :, 8, 8].tolist() == [249] * 3
    assert images[1, :, 8, 8].tolist() == [9, 8, 7] and images[2, :, 8, 8].tolist() == [125] * 3
    assert not list((tmp_path / "cache").rglob("deep.tmp"))


def test_an_image_that_is_written_again_counts_for_the_digest(tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (3, 3, 4, 4), dtype=np.uint8)
    once, again = MapWriter(tmp_path / "a.npy", 4, None), MapWriter(tmp_path / "b.npy", 4, None)
    grey = images[1, :1]
    for image in (images[0], grey, images[2]):
        once.add(image)
    for image in (images[0], images[2], images[2]):
        again.add(image)
    again.replace(1, grey)
    assert once.finish() == again.finish() and np.array_equal(
        np.load(tmp_path / "a.npy"), np.load(tmp_path / "b.npy")
    )


def test_dark_colour_of_16_bits_is_said(tmp_path):
    def png16(value):
        rows = b"".join(b"\0" + struct.pack(">3H", value, value // 2, 7) * 16 for _ in range(16))
        head = struct.pack(">IIBBBBB", 16, 16, 16, 2, 0, 0, 0)
        return (
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", head)
            + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b"")
        )

    write(tmp_path / "x" / "0.png", png16(4095))
    (note,) = open_dataset(tmp_path / "x", 16).notes
    assert note == (
        "The 16-bit colour pictures are nearly black: no value is over 4,095 of 65,535. Save them with 8 bits."
    )
    write(tmp_path / "x" / "1.png", png16(40_000))
    assert open_dataset(tmp_path / "x", 16).notes == ()


# ---- memory ------------------------------------------------------------------------------------------------------


def test_bands_give_what_the_whole_gives(monkeypatch):
    image = noise(3, 13).resize((401, 302), Image.Resampling.BICUBIC)
    for crop in ("center", "fit"):
        whole = np.asarray(resized(image, *target(image.size, 16, crop)), int)
        monkeypatch.setattr("ganapp.data.resizing.BAND_BYTES", 5000)
        bands = np.asarray(resized(image, *target(image.size, 16, crop)), int)
        monkeypatch.undo()
        np.testing.assert_array_equal(whole, bands)
        exact = np.asarray(
            image.resize(whole.shape[1::-1], Image.Resampling.LANCZOS, target(image.size, 16, crop)[1])
        )
        assert np.abs(whole - exact).mean() < 3 and np.abs(whole[::-1] - exact).mean() > 20


def test_pictures_over_the_budget_are_refused_with_the_number(monkeypatch):
    monkeypatch.setattr(module.DECODING, "total", 20_000_000)
    with pytest.raises(
        Unusable, match=r"too many pixels \(2000×2000\); of such a file at most 2 million are"
    ):
        decode(encode(Image.new("RGB", (2000, 2000))), 16, None, "center", WHITE)
    assert decode(encode(Image.new("L", (2000, 2000))), 16, None, "center", WHITE).shape == (1, 16, 16)
    assert decode(encode(Image.new("RGB", (2000, 2000)), "JPEG"), 16, None, "center", WHITE).shape == (
        3,
        16,
        16,
    )
    with pytest.raises(Unusable, match="too many pixels"):  # its coefficients are kept for the whole picture
        decode(encode(Image.new("RGB", (2500, 2500)), "JPEG", progressive=True), 16, None, "center", WHITE)
    with pytest.raises(Unusable, match="too many pixels"):
        decode(encode(Image.new("RGB", (1000, 1000)), "WEBP"), 16, None, "center", WHITE)


@pytest.mark.skipif("JPEG2000" not in module.FORMATS, reason="this Pillow has no JPEG 2000")
def test_jpeg_2000_is_decoded_at_reduced_size(monkeypatch):
    monkeypatch.setattr(module.DECODING, "total", 20_000_000)
    image, sizes, shrink = noise(3, 9).resize((1200, 900), Image.Resampling.BICUBIC), [], module._shrink
    monkeypatch.setattr(module, "_shrink", lambda image, *a: sizes.append(image.size) or shrink(image, *a))
    small = decode(encode(image, "JPEG2000"), 32, None, "center", WHITE).astype(int)
    exact = decode(encode(image.crop((150, 0, 1050, 900)).resize((32, 32), 1)), 32, None, "center", WHITE)
    assert np.abs(small - exact).mean() < 3 and sizes[0] == (150, 113)


def test_an_icon_larger_than_it_says_is_measured(monkeypatch):
    inside = encode(Image.new("RGB", (2000, 2000), (9, 8, 7)))
    icon = struct.pack("<3H4B2H2I", 0, 1, 1, 32, 32, 0, 0, 1, 32, len(inside), 22) + inside
    assert decode(icon, 16, None, "center", WHITE)[:, 5, 5].tolist() == [9, 8, 7]
    monkeypatch.setattr(module.DECODING, "total", 20_000_000)
    with pytest.raises(Unusable, match="2000×2000"):
        decode(icon, 16, None, "center", WHITE)
    bitmap = struct.pack("<IiiHHIIiiII", 40, 3000, 6000, 1, 1, 0, 0, 0, 0, 0, 0)
    icon = struct.pack("<3H4B2H2I", 0, 1, 1, 32, 32, 0, 0, 1, 1, len(bitmap), 22) + bitmap
    with pytest.raises(Unusable, match="3000×3000"):
        decode(icon, 16, None, "center", WHITE)


def test_large_pictures_wait_for_each_other(tmp_path, monkeypatch):
    """The budget is room for two and a half: four threads never hold more, and every picture is used in its order."""
    for i in range(12):
        write(
            tmp_path / "x" / f"{i:02}.png", encode(Image.new("RGB", (900, 900), (i, 0, 0)), compress_level=1)
        )
    budget, most, real = Budget(2 * 15_500_000 + 7_000_000), [0], Image.Image.load
    monkeypatch.setattr(module, "DECODING", budget)
    monkeypatch.setattr(preparing, "DECODING", budget)
    monkeypatch.setattr(preparing.os, "cpu_count", lambda: 4)
    inside, lock = [0], threading.Lock()

    def shrink(*arguments):
        with lock:
            inside[0] += 1
            most[0] = max(most[0], inside[0])
        time.sleep(0.01)
        with lock:
            inside[0] -= 1
        return real_shrink(*arguments)

    real_shrink = module._shrink
    monkeypatch.setattr(module, "_shrink", shrink)
    monkeypatch.setattr(preparing, "BATCH", 1)
    monkeypatch.setattr("ganapp.data.own.opening.BATCH", 1)
    dataset = open_dataset(tmp_path / "x", 16)
    assert dataset.images.all()[:, 0, 0, 0].tolist() == list(range(12)) and dataset.report == ()
    assert most[0] == 2 and budget._free == budget.total and real is Image.Image.load


def test_budget():
    budget = Budget(100)
    budget.extend(1000)  # a thread that holds nothing is not bounded
    with budget.hold(60):
        budget.extend(50)
        assert budget._free == 40
        budget.extend(90)
        assert budget._free == 10
        with pytest.raises(NeedsMore) as more:
            budget.extend(101)
        assert more.value.size == 101 and budget._free == 10
        order = []

        def wait(size):
            with budget.hold(size):
                order.append(size)

        threads = [threading.Thread(target=wait, args=(size,)) for size in (500, 5)]
        for thread in threads:
            thread.start()
            time.sleep(0.05)
        assert order == []  # the small one waits behind the large one
    [thread.join(5) for thread in threads]
    assert order == [500, 5] and budget._free == 100


# ---- the page ----------------------------------------------------------------------------------------------------


def test_the_page_takes_what_the_reader_takes(tmp_path):
    """One list: each ending is taken on the page, and a file of that name is looked at."""
    from ganapp.data import FILMS, PICTURES
    from ganapp.ui.train.upload import told

    assert {".avif", ".jfif", ".jpe", ".tga", ".jp2", ".ppm"} <= set(PICTURES)
    for i, ending in enumerate(PICTURES):
        write(tmp_path / "x" / f"{i}{ending.upper()}", encode(noise(i)))  # told by content, whatever its name
    assert open_dataset(tmp_path / "x", 16).count == len(PICTURES)
    write(tmp_path / "x" / f"film{FILMS[0].upper()}", b"")
    write(tmp_path / "x" / "letter.doc", b"")
    counts = {"pictures": len(PICTURES), "films": 1, "others": 1, "named": ["letter.doc"]}
    assert told(tmp_path / "x") == {"dataset": str(tmp_path / "x"), **counts}


def test_notes_stand_below_the_facts(tmp_path):
    from ganapp.ui.train.dataset_view import describe_data

    dataset = open_dataset(set_of(tmp_path / "<b>", [4000, 100]), 16)
    html = describe_data(dataset)
    assert dataset.notes[0] in html and "<b>" not in html
