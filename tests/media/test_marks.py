"""What files say of their origin: written by every writer, read back whatever the container, by other readers, too."""

import json
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from ganapp import media
from ganapp.media import marks
from ganapp.media.stamp import SMALLEST, stamped

ABOUT = {"seed": 7, "model": "faces-32", "weights": "ab" * 32, "psi": 1.0}


def picture(side=16, channels=3, seed=0):
    return np.random.RandomState(seed).randint(0, 256, (side, side + 4, channels), np.uint8)


def written(path, about=ABOUT, image=None):
    image = picture() if image is None else image
    if path.suffix == ".png":
        media.save_png(path, image, about)
    else:
        media.write_video(path, [image, image[::-1]], 12, 16, about=about)
    return media.read_mark(path)


@pytest.mark.parametrize("suffix", [".png", ".gif", ".webp", ".mp4"])
def test_every_file_says_what_made_it(tmp_path, suffix):
    mark = written(tmp_path / f"x{suffix}")
    assert (mark.kind, mark.generator, mark.model) == (marks.GENERATED, "ab" * 32, "faces-32")
    assert (mark.seeds, mark.label, mark.visible) == ("7", "1", False)
    assert mark.pixels == (marks.digest_of(picture()) if suffix == ".png" else "")


def test_other_readers_find_the_packet(tmp_path):
    """Pillow and FFmpeg read the containers by themselves."""
    import av

    written(tmp_path / "x.png")
    written(tmp_path / "x.webp")
    written(tmp_path / "x.mp4")
    for name in ("x.png", "x.webp"):
        with Image.open(tmp_path / name) as image:
            image.load()
            packet = image.info["xmp"]
        description = ElementTree.fromstring(packet[packet.index(b"<x:") :].partition(b"<?xpacket")[0])[0][0]
        iptc = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
        assert description.get(iptc).endswith("/digitalsourcetype/trainedAlgorithmicMedia")
        fields = json.loads(description.get("{http://www.tc260.org.cn/ns/AIGC/1.0/}AIGC"))
        assert fields["Label"] == "1" and len(fields) == 7
    with av.open(str(tmp_path / "x.mp4")) as film:
        assert json.loads(film.metadata["AIGC"])["Label"] == "1"
        assert sum(1 for _ in film.decode(video=0)) == 2


def test_what_a_browser_is_sent_is_marked_and_a_real_picture_is_not(tmp_path):
    for exact in (True, False):
        for generated in (True, False):
            data, _ = media.encoded(picture(), exact, generated)
            (tmp_path / "x").write_bytes(data)
            assert (media.read_mark(tmp_path / "x") is not None) == generated
    media.save_png(tmp_path / "x.png", picture(), generated=False)
    assert media.read_mark(tmp_path / "x.png") is None
    media.save_webp(tmp_path / "x.webp", picture())
    assert media.read_mark(tmp_path / "x.webp").kind == marks.GENERATED


def test_an_own_picture_that_was_changed_is_a_composite(tmp_path):
    assert written(tmp_path / "x.png", ABOUT | {"input": "me.jpg"}).kind == marks.CHANGED


def test_the_same_picture_gives_the_same_bytes(tmp_path):
    for name in ("a.png", "b.png"):
        media.save_png(tmp_path / name, picture(), ABOUT)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_one_changed_pixel_changes_the_digest():
    image = picture()
    other = image.copy()
    other[3, 5, 1] ^= 1
    assert marks.digest_of(image) != marks.digest_of(other)
    assert marks.digest_of(image) != marks.digest_of(image.reshape(20, 16, 3))


def test_the_owner_decides(tmp_path, monkeypatch):
    monkeypatch.setenv(marks.POLICY, "off")
    assert written(tmp_path / "x.png") is None and written(tmp_path / "x.mp4") is None
    monkeypatch.setenv(marks.POLICY, "on")
    monkeypatch.setenv(marks.PRODUCER, 'A & B "studio" <北京>')
    assert written(tmp_path / "x.png").producer == 'A & B "studio" <北京>'
    assert written(tmp_path / "x.gif").producer == 'A & B "studio" <北京>'
    monkeypatch.setenv(marks.POLICY, "maybe")
    with pytest.raises(ValueError, match="GANAPP_MARKS is 'maybe'; it must be one of on, visible, off."):
        written(tmp_path / "y.png")
    assert not (tmp_path / "y.png").exists()


def test_a_public_space_shows_the_mark(tmp_path, monkeypatch):
    monkeypatch.setenv("SPACE_ID", "a/b")
    large = picture(SMALLEST)
    mark = written(tmp_path / "x.png", image=large)
    with Image.open(tmp_path / "x.png") as found:
        pixels = np.asarray(found)
    assert mark.visible and np.array_equal(pixels, stamped(large)) and mark.pixels == marks.digest_of(pixels)
    small = picture(SMALLEST - 1)
    assert not written(tmp_path / "y.png", image=small).visible
    with Image.open(tmp_path / "y.png") as found:
        assert np.array_equal(np.asarray(found), small)


@pytest.mark.parametrize("side", [128, 300, 1024])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_the_letters_are_as_large_as_the_standard_asks(side, channels):
    image = picture(side, channels)
    changed = (stamped(image) != image).any(-1)
    rows, columns = np.nonzero(changed.any(1))[0], np.nonzero(changed.any(0))[0]
    assert rows[-1] >= side - 2 and columns[-1] >= side + 2  # the lower right corner
    assert rows[-1] - rows[0] + 1 >= 0.05 * side * 14 / 12 and changed.mean() < 0.15
    if channels == 4:
        assert (stamped(image)[changed][:, 3] == 255).all()


# -- files of other origin -----------------------------------------------------------------------------------------


def found_in(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    return media.read_mark(tmp_path / "x")


PACKET = marks.Mark(model="m").packet()


def test_marks_of_other_programs(tmp_path):
    element = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description rdf:about="" xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"><TC260:AIGC>'
        b"{&quot;Label&quot;:&quot;2&quot;,&quot;ContentProducer&quot;:&quot;x&quot;}</TC260:AIGC>"
        b"</rdf:Description></rdf:RDF></x:xmpmeta>"
    )
    mark = found_in(tmp_path, b"\xff\xd8 any bytes" + element + b" more")
    assert (mark.label, mark.producer, mark.kind, mark.tool) == ("2", "x", "", "")
    camera = PACKET.replace(b"trainedAlgorithmicMedia", b"digitalCapture").replace(
        b"TC260:AIGC", b"TC260:Other"
    )
    assert found_in(tmp_path, camera) is None
    assert found_in(tmp_path, camera + PACKET).model == "m"  # the second packet says something


def test_files_that_would_do_harm(tmp_path):
    entity = (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><!DOCTYPE a [<!ENTITY b "c">]>'
        + PACKET[PACKET.index(b"<rdf") :]
    )
    assert found_in(tmp_path, entity) is None
    assert found_in(tmp_path, b"") is None
    assert found_in(tmp_path, b"<x:xmpmeta" * 200_000) is None  # at once, not quadratic
    far = PACKET.replace(b"<rdf:RDF", b" " * marks.MOST_BYTES + b"<rdf:RDF", 1)
    assert found_in(tmp_path, far) is None
    for cut in range(0, len(PACKET), 37):
        found_in(tmp_path, PACKET[:cut] + b"\x00\xff" + PACKET[cut + 5 :])  # None or a mark, never an error


def test_a_gif_with_a_mark_is_still_a_gif(tmp_path):
    written(tmp_path / "x.gif")
    with Image.open(tmp_path / "x.gif") as film:
        assert film.n_frames == 2
        film.seek(1)
        film.load()
    assert marks.into_gif(b"no gif", PACKET) == b"no gif"


def test_text_that_xml_cannot_hold(tmp_path):
    mark = found_in(tmp_path, marks.Mark(model='a\x00b\x1f<&">é').packet())
    assert mark.model == 'a b <&">é'
