"""A person's own pairs: every layout as folder and ZIP, what does not match is named, both halves are treated alike."""

import hashlib
import io
import json
import zipfile

import numpy as np
import pytest
import torch
from PIL import Image

from ganapp import data
from ganapp.data import Cancelled, open_dataset
from ganapp.data.batches import Batches
from ganapp.data.own import pairs

SIZE = 12


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))


def noise(seed, size=(SIZE, SIZE), channels=3) -> np.ndarray:
    """uint8 (H, W, 3) or (H, W) of a size (width, height)."""
    shape = (size[1], size[0], 3) if channels == 3 else (size[1], size[0])
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def png(pixels, format="PNG", **options) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, format, **options)
    return out.getvalue()


def a_of(i):
    return noise(i)


def b_of(i):
    return noise(1000 + i)


def joined(i) -> bytes:
    return png(np.concatenate([a_of(i), b_of(i)], 1))


def folder_of(path, files):
    for name, content in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(content)
    return path


def zip_of(path, files):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def stacked(i, halves=(a_of, b_of)) -> np.ndarray:
    return np.concatenate([half(i) for half in halves], 2).transpose(2, 0, 1)


def pairs_in(source, resolution=SIZE, **options):
    """The pairs of both splits as a set of bytes, and the training set."""
    train = open_dataset(source, resolution, task="pairs", **options)
    found = [train.images.all()]
    if train.held_out:
        found.append(open_dataset(source, resolution, split="heldout", task="pairs", **options).images.all())
    return {pair.tobytes() for part in found for pair in part}, train


def files_in(layout, count=6):
    """{name: bytes} of pairs 0 … count - 1; 1 is before 10 only in natural order."""
    if layout == "A|B":
        return {f"{i + 7}.png": joined(i) for i in range(count)}
    if layout == "train of A|B":
        return {f"{'val' if i < 2 else 'train'}/{i + 7}.png": joined(i) for i in range(count)}
    files = {}
    for i in range(count):
        split, test = ("test", True) if i < 2 else ("train", False)
        for side, half in (("A", a_of), ("B", b_of)):
            name = {
                "A and B": f"{side}/{i + 7}.png",
                "a and b": f"{side.lower()}/sub {i % 2}/{i + 7}.png",
                "trainA": f"{split}{side}/{i + 7}.png",
                "train_a": f"{split}_{side.lower()}/{i + 7}.png",
                "A/train": f"{side}/{split}/{i + 7}.png",
                "train/A": f"{split}/{side}/{i + 7}.png",
            }[layout]
            files[name] = png(half(i))
        assert test == (i < 2)
    return files


LAYOUTS = ("A|B", "train of A|B", "A and B", "a and b", "trainA", "train_a", "A/train", "train/A")


@pytest.mark.parametrize("kind", ["folder", "zip"])
@pytest.mark.parametrize("top", ["", "my data/", "a/deeper/"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_layout_gives_the_same_pairs(tmp_path, layout, top, kind):
    files = {top + name: content for name, content in files_in(layout).items()}
    source = folder_of(tmp_path / "x", files) if kind == "folder" else zip_of(tmp_path / "x.zip", files)
    found, train = pairs_in(source)
    assert found == {stacked(i).tobytes() for i in range(6)}
    assert (train.in_channels, train.channels, train.count + train.held_out) == (3, 3, 6)
    assert train.report == () and train.labels is None
    if "train" in layout:  # the folders say what is held out
        assert {pair.tobytes() for pair in train.images.all()} == {stacked(i).tobytes() for i in range(2, 6)}
    else:
        assert train.held_out >= 1


@pytest.mark.parametrize("kinds", ["folder folder", "zip zip", "folder zip"])
def test_two_sources(tmp_path, kinds):
    make = {
        "folder": lambda n: folder_of(tmp_path / n, files[n]),
        "zip": lambda n: zip_of(tmp_path / f"{n}.zip", files[n]),
    }
    files = {
        "photos": {f"photos/{i}.jpg": png(a_of(i)) for i in range(5)},
        "drawings": {f"{i}.PNG": png(b_of(i)) for i in range(1, 6)},
    }
    a, b = (make[kind](name) for kind, name in zip(kinds.split(), files, strict=True))
    found, train = pairs_in(a, dataset_b=str(b))
    assert found == {stacked(i).tobytes() for i in range(1, 5)}
    assert dict(train.report) == {
        "photos/0.jpg": "no picture of this name in B",
        "5.PNG": "no picture of this name in A",
    }
    assert train.name == "photos+drawings"


def test_what_does_not_match_is_named_and_nothing_is_guessed(tmp_path):
    files = {
        f"A/{n}": png(a_of(i))
        for i, n in enumerate(["1.jpg", "2.jpg", "x/3.jpg", "only a.jpg", "5.jpg", "5.gif"])
    }
    files |= {
        f"B/{n}": png(b_of(i)) for i, n in enumerate(["1.PNG", "2.webp", "x/3.bmp", "only b.png", "5.png"])
    }
    files |= {
        "beside.png": png(a_of(9)),
        "B/film.mp4": b"",
        "A/photo.heic": b"",
        "A/6.png": png(a_of(6)),
        "B/6.png": png(b_of(6))[:60],
    }
    found, train = pairs_in(folder_of(tmp_path / "x", files))
    assert found == {stacked(i).tobytes() for i in range(3)}
    report = dict(train.report)
    assert report.pop("B/6.png").startswith(("the file is cut off", "damaged"))
    assert report == {
        "A/only a.jpg": "no picture of this name in B",
        "B/only b.png": "no picture of this name in A",
        "A/5.jpg": "no picture of this name in B",  # which of the two was meant is not guessed
        "A/5.gif": "no picture of this name in B",
        "B/5.png": "no picture of this name in A",
        "beside.png": "neither in A nor in B",
        "B/film.mp4": "a film has no pairs of pictures",
        "A/photo.heic": ".heic files cannot be read: save it as PNG or JPEG",
    }


def test_pairs_are_in_natural_order(tmp_path):
    files = {f"A/{i}.png": png(a_of(i)) for i in range(12)} | {f"B/{i}.png": png(b_of(i)) for i in range(12)}
    train = open_dataset(folder_of(tmp_path / "x", files), SIZE, task="pairs")
    order = [
        train.images.all().tolist().index(stacked(i).tolist())
        for i in range(12)
        if stacked(i).tobytes() in {p.tobytes() for p in train.images.all()}
    ]
    assert order == sorted(order) and len(order) == train.count == 12 - train.held_out


def test_direction_turns_the_halves_of_one_prepared_map(tmp_path):
    source = folder_of(
        tmp_path / "x",
        {
            f"{i}.png": png(np.concatenate([np.repeat(noise(i, channels=1)[..., None], 3, 2), b_of(i)], 1))
            for i in range(3)
        },
    )
    there = open_dataset(source, SIZE, task="pairs")
    back = open_dataset(source, SIZE, task="pairs", direction="b2a")
    assert len(list((tmp_path / "cache" / "datasets").iterdir())) == 1
    assert (there.in_channels, there.channels) == (1, 3) == (back.channels, back.in_channels)
    assert there.images.shape == back.images.shape == (3, 4, SIZE, SIZE)
    assert np.array_equal(there.inputs.all(), back.targets.all()) and np.array_equal(
        there.targets.all(), back.inputs.all()
    )
    assert there.inputs.all()[2, 0].tolist() == noise(2, channels=1).tolist()
    assert (
        len({there.fingerprint, back.fingerprint, there.images.fingerprint, there.targets.fingerprint}) == 4
    )
    again = open_dataset(source, SIZE, task="pairs", direction="b2a")
    assert again.fingerprint == back.fingerprint


def test_a_pair_is_mirrored_and_shuffled_as_one(tmp_path):
    source = folder_of(
        tmp_path / "x", {f"{i}.png": png(np.concatenate([a_of(i), 255 - a_of(i)], 1)) for i in range(3)}
    )
    dataset = open_dataset(source, SIZE, task="pairs")
    batches = Batches(dataset, torch.device("cpu"), seed=3, mirror=True, conditional=False)
    x = torch.cat([batches(n, 8)[0] for n in range(0, 32, 8)])
    assert torch.allclose(x[:, :3], -x[:, 3:], atol=1e-6)
    turned = sum(bool((x[i] == batches(i // 8 * 8, 8)[0][i % 8]).all()) for i in range(32))
    assert turned == 32  # a function of the position
    plain = Batches(dataset, torch.device("cpu"), seed=3, mirror=False, conditional=False)
    y = torch.cat([plain(n, 8)[0] for n in range(0, 32, 8)])
    flipped = [bool((x[i] == y[i].flip(2)).all()) for i in range(32)]
    assert 4 < sum(flipped) < 28 and all(f or bool((x[i] == y[i]).all()) for i, f in enumerate(flipped))


@pytest.mark.parametrize("crop", ["center", "fit"])
@pytest.mark.parametrize("layout", ["A|B", "files"])
def test_both_halves_are_cut_alike(tmp_path, crop, layout):
    """B is A with other colours; A|B halves are square, files are not and of two sizes."""
    if layout == "A|B":
        base = [np.kron(noise(i, (8, 8)), np.ones((5, 5, 1), np.uint8)) for i in range(3)]
        files = {f"{i}.png": png(np.concatenate([p, 255 - p], 1)) for i, p in enumerate(base)}
    else:
        base = [np.kron(noise(i, (10, 6)), np.ones((4, 4, 1), np.uint8)) for i in range(3)]
        files = {f"A/{i}.png": png(p) for i, p in enumerate(base)}
        files |= {
            f"B/{i}.png": png(255 - np.kron(p, np.ones((2, 2, 1), np.uint8))) for i, p in enumerate(base)
        }
    dataset = open_dataset(
        folder_of(tmp_path / "x", files), 16, task="pairs", crop=crop, background="#808080"
    )
    a, b = (half.all().astype(int) for half in (dataset.inputs, dataset.targets))
    assert np.abs(a - (255 - b)).max() <= (2 if layout == "A|B" else 24)  # other sizes are reduced otherwise
    assert np.abs(a - (255 - b)).mean() < 4
    ordinary = open_dataset(
        folder_of(tmp_path / "y", {f"{i}.png": png(p) for i, p in enumerate(base)}),
        16,
        crop=crop,
        background="#808080",
    )
    assert np.array_equal(dataset.inputs.all(), ordinary.images.all())


def test_no_pixel_of_one_half_is_in_the_other(tmp_path):
    wide = np.zeros((45, 90, 3), np.uint8)
    wide[:, :45, 0], wide[:, 45:, 2] = 255, 255
    for n, pixels in enumerate((wide, wide[:, 1:], wide[:44, :89])):  # 89 and 90 pixels wide, 45 and 44 high
        dataset = open_dataset(
            folder_of(tmp_path / str(n), {"1.png": png(pixels), "2.png": png(pixels)}), 8, task="pairs"
        )
        assert (
            dataset.inputs.all().min((0, 2, 3)).tolist()
            == dataset.inputs.all().max((0, 2, 3)).tolist()
            == [255, 0, 0]
        )
        assert (
            dataset.targets.all().min((0, 2, 3)).tolist()
            == dataset.targets.all().max((0, 2, 3)).tolist()
            == [0, 0, 255]
        )


def test_halves_of_different_shapes_are_named(tmp_path):
    files = {f"A/{i}.png": png(noise(i, (20, 30))) for i in range(4)}
    files |= {
        "B/0.png": png(noise(5, (10, 15))),
        "B/1.png": png(noise(6, (30, 20))),
        "B/2.png": png(noise(7, (40, 60))),
    }
    files["B/3.png"] = png(noise(8, (61, 90)))  # 67.8 % instead of 66.7 %: the same but for rounding
    found, train = pairs_in(folder_of(tmp_path / "x", files))
    assert len(found) == 3
    assert train.report == (("A/1.png", "A and B have different shapes (20×30 and 30×20)"),)


def test_exif_turns_a_file_but_not_halves(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    wide, tall = noise(1, (30, 20)), noise(2, (20, 30))
    files = {"A/1.jpg": png(wide, "JPEG", exif=exif), "B/1.png": png(tall)}
    dataset = open_dataset(folder_of(tmp_path / "x", files), 20, task="pairs")  # both are 20×30 upright
    assert dataset.count == 1 and dataset.report == ()
    both = np.concatenate([a_of(1), b_of(1)], 1)
    files = {"1.png": png(both, exif=exif), "2.png": png(both)}
    assert open_dataset(folder_of(tmp_path / "y", files), SIZE, task="pairs").report == (
        ("1.png", "its EXIF data turn it: save it upright"),
    )


@pytest.mark.parametrize(
    "a, b, wanted",
    [(1, 3, (1, 3)), (3, 1, (3, 1)), (1, 1, (1, 1)), (3, 3, (3, 3))],
)
def test_channels_are_found_for_each_half(tmp_path, a, b, wanted):
    files = {f"A/{i}.png": png(noise(i, channels=a)) for i in range(3)}
    files |= {f"B/{i}.png": png(noise(10 + i, channels=b)) for i in range(3)}
    source = folder_of(tmp_path / "x", files)
    dataset = open_dataset(source, SIZE, task="pairs")
    assert (dataset.in_channels, dataset.channels) == wanted and dataset.resolution == SIZE
    assert dataset.inputs.shape[1] == a and dataset.targets.shape[1] == b
    grey = open_dataset(source, SIZE, channels=3, in_channels=1, task="pairs")
    assert (grey.in_channels, grey.channels) == (1, 3)
    from ganapp.data.decode import to_grey

    colour = np.repeat(dataset.inputs.all(), 3, 1) if a == 1 else dataset.inputs.all()
    assert np.array_equal(grey.inputs.all(), dataset.inputs.all() if a == 1 else to_grey(colour))


def test_transparency_of_either_half(tmp_path):
    clear = np.concatenate([noise(1), np.full((SIZE, SIZE, 1), 255, np.uint8)], 2)
    clear[:6, :, 3] = 0
    files = {f"A/{i}.png": png(clear) for i in range(2)} | {f"B/{i}.png": png(b_of(i)) for i in range(2)}
    source = folder_of(tmp_path / "x", files)
    flat = open_dataset(source, SIZE, task="pairs", background="#102030")
    assert flat.inputs.all()[0, :, 0, 0].tolist() == [16, 32, 48] and flat.transparent == 2
    kept = open_dataset(source, SIZE, task="pairs", in_channels=4)
    assert (kept.in_channels, kept.channels) == (4, 3) and kept.inputs.all()[0, :, 0, 0].tolist() == [
        0,
        0,
        0,
        0,
    ]
    assert np.array_equal(kept.targets.all(), flat.targets.all())
    target = open_dataset(source, SIZE, task="pairs", direction="b2a", channels=4)
    assert (target.in_channels, target.channels) == (3, 4)
    assert target.side_by_side(np.arange(2)).shape == (2, SIZE, 2 * SIZE, 4)


def test_colours_are_weighted_by_alpha_in_the_half_that_has_it():
    from ganapp.alpha import premultiplied

    pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 6, 6), np.uint8)
    for grey_first in (True, False):
        dataset = data.ImageDataset("x", data.Images(pixels), None, (), in_channels=1 if grey_first else 4)
        batches = Batches(dataset, torch.device("cpu"), seed=0, mirror=False, conditional=False)
        x = ((batches(0, 4)[0] + 1) * 127.5).round().numpy()[np.argsort(batches.order(0, 4))]
        alpha = slice(1, 5) if grey_first else slice(0, 4)
        assert np.array_equal(x[:, alpha], premultiplied(pixels[:, alpha]))
        rest = 0 if grey_first else 4
        assert np.array_equal(x[:, rest], pixels[:, rest])
    grey = data.ImageDataset("x", data.Images(pixels[:, :4]), None, (), in_channels=1)  # 1 + 3 is no alpha
    batches = Batches(grey, torch.device("cpu"), seed=0, mirror=False, conditional=False)
    x = ((batches(0, 4)[0] + 1) * 127.5).round().numpy()[np.argsort(batches.order(0, 4))]
    assert np.array_equal(x, pixels[:, :4])


def test_a_half_of_16_bits_has_a_range_of_its_own(tmp_path):
    deep = [(noise(i, channels=1).astype(np.uint16) * 16) for i in range(3)]  # 12 bits
    files = {f"A/{i}.png": png(a_of(i)) for i in range(3)} | {
        f"B/{i}.png": png(d) for i, d in enumerate(deep)
    }
    dataset = open_dataset(folder_of(tmp_path / "x", files), SIZE, task="pairs")
    assert (dataset.in_channels, dataset.channels) == (3, 1)
    assert np.array_equal(dataset.targets.all()[1, 0], np.rint(deep[1] * (255 / 4095)).astype(np.uint8))
    assert any("0 to 4,095 becomes black to white" in note for note in dataset.notes)


def test_a_few_that_are_not_double_are_named(tmp_path):
    files = {f"{i}.png": joined(i) for i in range(5)} | {"map.png": png(noise(9, (30, 20)))}
    found, train = pairs_in(folder_of(tmp_path / "x", files))
    assert len(found) == 5 and train.report == (("map.png", "not twice as wide as high (30×20)"),)


@pytest.mark.parametrize(
    "files, says",
    [
        ({f"{i}.png": (20, 20) for i in range(5)}, "x holds no pairs: .*trainB.*0 of 5 pictures"),
        ({"A/1.png": (20, 20), "A/2.png": (20, 20)}, "x holds no pairs.*0 of 2"),
        ({f"{i}.png": (40 if i < 2 else 30, 20) for i in range(5)}, "2 of 5 pictures .* twice as wide"),
        ({"A/1.png": (9, 9), "B/2.png": (9, 9)}, r"no picture of A has the name.*A/1.png in A and B/2.png in B"),
        ({"A/1.png": (9, 9), "B/1.png": (9, 9), **{f"{i}.png": (9, 9) for i in range(3)}}, "unclear: 2 lie in A and B, 3"),
        ({"A/1.png": (9, 9), "B/1.png": (9, 20)}, "None of the 1 pictures in x can be used: A/1.png .A and B have"),
        ({"notes.txt": None}, "No pictures were found in x"),
    ],
)  # fmt: skip
def test_what_is_no_pair_is_one_sentence(tmp_path, files, says):
    source = folder_of(tmp_path / "x", {n: png(noise(1, s)) if s else b"" for n, s in files.items()})
    with pytest.raises(ValueError, match=says) as error:
        open_dataset(source, SIZE, task="pairs")
    assert str(error.value).endswith(".") and not list((tmp_path / "cache" / "datasets").iterdir())


def test_names_that_hold_no_pairs(tmp_path):
    for source in ("faces", "mnist", "hub:user/name"):
        with pytest.raises(ValueError, match=f"{source} holds no pairs.*faces-expression"):
            open_dataset(source, 32, task="pairs")
    for source, other in (("faces-sketch", str(tmp_path)), (str(tmp_path), "faces-sad")):
        with pytest.raises(ValueError, match="^faces-s.* is not one half of pairs: leave dataset_b empty"):
            open_dataset(source, 32, task="pairs", dataset_b=other)
    with pytest.raises(ValueError, match="no folder or ZIP"):
        open_dataset(str(tmp_path / "absent"), 32, task="pairs")
    for wrong, says in (
        ({"task": "copy"}, "task is 'copy'; allowed are noise, degrade, pairs, unpaired, style"),
        ({"direction": "ab"}, "direction is 'ab'; allowed are a2b, b2a"),
        ({"task": "unpaired"}, "side is ''; allowed are a, b"),
        ({"in_channels": 2}, "in_channels is 2"),
    ):
        with pytest.raises(ValueError, match=says):
            open_dataset("faces", 32, **wrong)


def test_held_out_pairs(tmp_path):
    files = {f"{i:03}.png": joined(i) for i in range(60)}
    _, train = pairs_in(folder_of(tmp_path / "x", files))
    assert 1 <= train.held_out <= 15
    more = files | {f"n{i}.png": joined(100 + i) for i in range(5)}
    _, grown = pairs_in(folder_of(tmp_path / "y", more))
    there = {pair.tobytes() for pair in train.images.all()}
    assert there <= {pair.tobytes() for pair in grown.images.all()}  # more pictures move none
    few = folder_of(tmp_path / "z", {f"{i}.png": joined(i) for i in range(3)})
    assert open_dataset(few, SIZE, task="pairs").count == 3
    with pytest.raises(ValueError, match="No pairs of z are held out: there are only 3"):
        open_dataset(few, SIZE, split="heldout", task="pairs")
    four = folder_of(tmp_path / "four", {f"{i}.png": joined(i) for i in range(4)})
    assert open_dataset(four, SIZE, task="pairs").held_out == 1


def test_changed_files_are_prepared_again_and_the_fingerprint_is_of_the_pairs(tmp_path):
    files = {f"A/{i}.png": png(a_of(i)) for i in range(3)} | {f"B/{i}.png": png(b_of(i)) for i in range(3)}
    one = open_dataset(folder_of(tmp_path / "x", files), SIZE, task="pairs")
    moved = open_dataset(zip_of(tmp_path / "moved.zip", files), SIZE, task="pairs")
    assert one.fingerprint == moved.fingerprint  # the place is no part of it
    side_by_side = {f"{i}.png": joined(i) for i in range(3)}
    assert (
        open_dataset(folder_of(tmp_path / "y", side_by_side), SIZE, task="pairs").fingerprint
        == one.fingerprint
    )
    (tmp_path / "x" / "B" / "1.png").write_bytes(png(b_of(77)))
    other = open_dataset(tmp_path / "x", SIZE, task="pairs")
    assert other.fingerprint != one.fingerprint and other.targets.fingerprint != one.targets.fingerprint
    assert np.array_equal(other.inputs.all(), one.inputs.all())


@pytest.mark.parametrize("rules", ["RULES", "PAIR_RULES"])
def test_other_rules_prepare_pairs_anew(tmp_path, monkeypatch, rules):
    """What changes the pixels of every picture changes those of pairs, too."""
    folder = folder_of(tmp_path / "x", {f"{i}.png": joined(i) for i in range(2)})

    def made():
        open_dataset(folder, SIZE, task="pairs")
        return len(list((tmp_path / "cache" / "datasets").iterdir()))

    assert (made(), made()) == (1, 1)
    monkeypatch.setattr(pairs, rules, getattr(pairs, rules) + 1)
    assert made() == 2


def test_progress_and_cancel(tmp_path):
    files = {f"A/{i}.png": png(a_of(i)) for i in range(3)} | {f"B/{i}.png": png(b_of(i)) for i in range(3)}
    source, told = folder_of(tmp_path / "x", files), []
    with pytest.raises(Cancelled):
        open_dataset(source, SIZE, task="pairs", cancelled=lambda: True)
    with pytest.raises(Cancelled):
        open_dataset(
            source, SIZE, task="pairs", progress=lambda *a: told.append(a), cancelled=lambda: len(told) > 1
        )
    assert not list((tmp_path / "cache" / "datasets").iterdir())
    open_dataset(source, SIZE, task="pairs", progress=lambda *a: told.append(a))
    assert told[-1] == (3, 3, "Reading pictures")
    assert {path.name for path in (tmp_path / "cache" / "datasets").glob("*/*")} == {
        "images.npy",
        "meta.json",
        "tables.npz",
    }


def test_side_by_side(tmp_path):
    files = {f"A/{i}.png": png(noise(i, channels=1)) for i in range(3)} | {
        f"B/{i}.png": png(b_of(i)) for i in range(3)
    }
    dataset = open_dataset(folder_of(tmp_path / "x", files), SIZE, task="pairs")
    shown = dataset.side_by_side(np.array([2, 0]))
    assert shown.shape == (2, SIZE, 2 * SIZE, 3)
    assert np.array_equal(shown[0, :, :SIZE], np.repeat(noise(2, channels=1)[..., None], 3, 2))
    assert np.array_equal(shown[0, :, SIZE:], b_of(2)) and np.array_equal(shown[1, :, SIZE:], b_of(0))
    ordinary = open_dataset(folder_of(tmp_path / "y", {f"{i}.png": png(a_of(i)) for i in range(2)}), SIZE)
    assert np.array_equal(ordinary.side_by_side(np.arange(2))[1], a_of(1))
    assert ordinary.targets is ordinary.images and ordinary.inputs is None and ordinary.in_channels == 0


def test_a_large_map_of_pairs_is_read_by_position(tmp_path, monkeypatch):
    dataset = open_dataset(
        folder_of(tmp_path / "x", {f"{i}.png": joined(i) for i in range(3)}),
        SIZE,
        task="pairs",
        direction="b2a",
    )
    draws = []
    for limit in (2 * 1024**3, 0):
        monkeypatch.setattr("ganapp.data.batches.IN_MEMORY_BYTES", limit)
        draws.append(Batches(dataset, torch.device("cpu"), seed=1, mirror=True, conditional=False)(4, 7)[0])
    assert torch.equal(*draws)
    picked = dataset.targets.pick(np.array([2, 1]))
    assert np.array_equal(picked.all(), dataset.images.take(np.array([2, 1]))[:, 3:])
    assert picked.bands([2]).take(np.array([1]))[0, 0].tolist() == a_of(1)[..., 2].tolist()


UNPAIRED = {
    "trainA": [f"train{side}/{n}.png" for side in "AB" for n in range(3)]
    + [f"test{side}/{n}.png" for side in "AB" for n in (7, 8)],
    "A and B": [f"{side}/kind {n % 2}/{n}.png" for side in "AB" for n in range(5)],
}


@pytest.mark.parametrize("kind", ["folder", "zip"])
@pytest.mark.parametrize("layout", UNPAIRED)
def test_two_sets_of_one_source(tmp_path, layout, kind):
    files = {f"top/{name}": png(noise(i)) for i, name in enumerate(UNPAIRED[layout])}
    source = folder_of(tmp_path / "x", files) if kind == "folder" else zip_of(tmp_path / "x.zip", files)
    for side in "ab":
        dataset = open_dataset(source, SIZE, task="unpaired", side=side)
        wanted = {
            noise(i).transpose(2, 0, 1).tobytes()
            for i, name in enumerate(UNPAIRED[layout])
            if f"{side.upper()}/" in name and "test" not in name
        }
        assert {image.tobytes() for image in dataset.images.all()} == wanted
        assert dataset.labels is None and dataset.in_channels == 0 and dataset.report == ()
        assert dataset.held_out == (2 if layout == "trainA" else 0)


def test_two_sets_of_two_sources(tmp_path):
    a = folder_of(
        tmp_path / "a",
        {f"cats/{i}.png": png(a_of(i)) for i in range(2)}
        | {f"dogs/{i}.png": png(a_of(9 + i)) for i in range(2)},
    )
    b = zip_of(tmp_path / "b.zip", {f"{i}.png": png(b_of(i)) for i in range(3)})
    first, second = (open_dataset(a, SIZE, task="unpaired", side=side, dataset_b=str(b)) for side in "ab")
    assert (first.count, first.class_names, second.count) == (4, ("cats", "dogs"), 3)
    assert first.fingerprint == open_dataset(a, SIZE).fingerprint  # an ordinary set
    with pytest.raises(ValueError, match="a does not hold two sets.*dataset_b"):
        open_dataset(a, SIZE, task="unpaired", side="a")
    for name in ("faces-happy", "hub:user/name"):
        with pytest.raises(ValueError, match=f"{name} is one set of two: name the other as dataset_b"):
            open_dataset(name, 32, task="unpaired", side="b")
    assert (
        open_dataset(a, SIZE, task="style", side="b").fingerprint == first.fingerprint
    )  # a side is not asked for


def test_ordinary_data_with_such_names_are_what_they_were(tmp_path):
    """Folders A and B are classes, and A|B a wide picture, unless pairs are asked for."""
    source = folder_of(tmp_path / "x", {name: png(noise(i)) for i, name in enumerate(UNPAIRED["trainA"])})
    assert open_dataset(source, SIZE).class_names == ("testA", "testB", "trainA", "trainB")
    wide = open_dataset(folder_of(tmp_path / "y", {f"{i}.png": joined(i) for i in range(2)}), SIZE)
    middle = np.concatenate([a_of(0), b_of(0)], 1)[:, SIZE // 2 : SIZE // 2 + SIZE].transpose(2, 0, 1)
    assert np.array_equal(wide.images.all()[0], middle)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_the_map_of_ordinary_pictures_is_still_found(tmp_path, kind):
    """The folder's name holds the identity as version 0.3 wrote it, so that nothing is prepared again."""
    files = {f"{i}.png": png(a_of(i)) for i in range(2)}
    path = folder_of(tmp_path / "x", files) if kind == "folder" else zip_of(tmp_path / "x.zip", files)
    open_dataset(path, SIZE)
    stat = path.stat()
    identity = {"zip": str(path), "size": stat.st_size, "mtime": stat.st_mtime_ns}
    if kind == "folder":
        listing = [(n, len(c), (path / n).stat().st_mtime_ns) for n, c in files.items()]
        digest = hashlib.blake2b(json.dumps([listing, []]).encode(), digest_size=16).hexdigest()
        identity = {"folder": str(path), "files": digest}
    identity |= {
        "rules": 3,
        "resolution": SIZE,
        "channels": None,
        "crop": "center",
        "background": [255, 255, 255],
    }
    key = json.dumps(["ganapp-data/1", identity], sort_keys=True).encode()
    (made,) = (tmp_path / "cache" / "datasets").iterdir()
    assert made.name == f"x-{SIZE}-{hashlib.blake2b(key, digest_size=10).hexdigest()}"
