"""Films as data: which frames are used, labels, the held-out split, films among pictures and in ZIPs, what is refused."""

import zipfile

import numpy as np
import pytest
from PIL import Image

from ganapp.data import Cancelled, open_dataset
from ganapp.data.own import films
from ganapp.media import write_video


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def scene(i, size=64):
    """A frame of its own: a coloured square on a ground of another colour, at a place that goes with i."""
    random = np.random.default_rng(i)
    image = np.empty((size, size, 3), np.uint8)
    image[:] = random.integers(40, 220, 3)
    x, y = random.integers(0, size // 2, 2)
    image[y : y + size // 2, x : x + size // 2] = random.integers(40, 220, 3)
    return image


def film(path, count=20, fps=10, picture=scene):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_video(path, (picture(i) for i in range(count)), fps=fps, min_size=64, generated=False)
    return path


def near(pixels, image) -> bool:
    """Whether (3, R, R) is this picture, by the means of 4 × 4 parts."""
    wanted = np.asarray(Image.fromarray(image).resize((4, 4), Image.Resampling.BOX)).astype(int)
    found = Image.fromarray(np.ascontiguousarray(pixels.transpose(1, 2, 0))).resize(
        (4, 4), Image.Resampling.BOX
    )
    return np.abs(np.asarray(found).astype(int) - wanted).max() <= 10


# ---- which frames ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "a.webp"])
def test_a_film_gives_its_frames(tmp_path, name):
    data = open_dataset(film(tmp_path / name), 32)
    assert (data.count, data.channels, data.name, data.labels) == (20, 3, "a", None)
    assert all(near(pixels, scene(i)) for i, pixels in enumerate(data.images.all()))
    assert data.notes == (f"{name}: 20 pictures, of every frame.",)
    every = open_dataset(tmp_path / name, 32, frame_step=6)
    assert every.count == 4 and all(near(p, scene(6 * i)) for i, p in enumerate(every.images.all()))
    assert every.notes == (f"{name}: 4 pictures, of one in 6 frames.",)


@pytest.mark.parametrize(
    ("total", "fps", "step"),
    [(20, 10, 1), (1999, 25, 1), (2500, 25, 2), (12_000, 25, 12), (300_000, 25, 12), (300_000, 60, 30), (0, 25, 12),
     (0, 1, 1), (100, 0.5, 1)],
)  # fmt: skip
def test_two_frames_a_second_but_more_of_a_short_film(total, fps, step):
    assert films.usual_step(total, fps) == step


def test_near_duplicates_are_left_out(tmp_path):
    """Three scenes of ten frames with a little noise, then the first one again; then a small thing moves."""

    def picture(i):
        grain = np.random.default_rng(i).integers(-2, 3, (64, 64, 3))
        return (scene((0, 1, 2, 0)[i // 10]) + grain).clip(0, 255).astype(np.uint8)

    data = open_dataset(film(tmp_path / "a.mp4", 40, picture=picture), 32)
    assert [near(data.images.take([i])[0], scene(i)) for i in range(3)] == [True] * 3
    assert data.count == 3 and data.notes == (
        "a.mp4: 3 pictures, of every frame. 37 near-duplicates are left out.",
    )

    def moving(i):
        image = np.full((64, 64, 3), 90, np.uint8)
        image[30:36, 4 * i : 4 * i + 6] = (250, 240, 40)
        return image

    assert open_dataset(film(tmp_path / "b.mp4", 12, picture=moving), 32).count == 12


def test_a_near_duplicate_is_close_on_average_and_everywhere():
    seen, grey = films.Seen(), np.full((1, 64, 64), 100, np.uint8)
    assert seen.is_new(grey) and not seen.is_new(grey + 1)
    assert seen.is_new(grey + 3)  # 3 in each of three channels of four
    spot = grey.copy()
    spot[0, :4, :4] = 119  # one of 16 × 16 parts
    assert not seen.is_new(spot)
    spot[0, :4, :4] = 121
    assert seen.is_new(spot)
    hidden = np.concatenate([np.full((3, 64, 64), 7, np.uint8), np.zeros((1, 64, 64), np.uint8)])
    assert seen.is_new(hidden) and not seen.is_new(hidden + np.array([90, 9, 50, 0], np.uint8)[:, None, None])


def test_what_is_remembered_is_bounded(monkeypatch):
    seen = films.Seen()
    for value in range(0, 250, 5):
        for other in range(0, 250, 25):
            pixels = np.full((3, 16, 16), value, np.uint8)
            pixels[1] = other
            assert seen.is_new(pixels)
    assert len(seen._kept) == films.REMEMBERED
    assert seen.is_new(np.zeros((3, 16, 16), np.uint8)), "the first one is forgotten"


def test_transparency_of_an_animation(tmp_path):
    pictures = []
    for i in range(4):
        pixels = np.zeros((32, 32, 4), np.uint8)
        pixels[4 * i : 4 * i + 16, 3:20] = (200, 30, 40, 255)
        pictures.append(Image.fromarray(pixels))
    pictures[0].save(tmp_path / "a.gif", save_all=True, append_images=pictures[1:], disposal=2)
    kept, plain = open_dataset(tmp_path / "a.gif", 32, channels=4), open_dataset(tmp_path / "a.gif", 32)
    assert (kept.count, kept.channels, plain.channels, plain.transparent) == (4, 4, 3, 4)
    np.testing.assert_array_equal(kept.images.all()[2].transpose(1, 2, 0), np.asarray(pictures[2]))
    assert plain.images.all()[0, :, 31, 31].tolist() == [255] * 3


# ---- films among files -------------------------------------------------------------------------------------------


def test_films_and_pictures_in_class_folders_and_in_a_zip(tmp_path):
    folder = tmp_path / "set"
    film(folder / "cats" / "a.mp4", 8)
    film(folder / "dogs" / "b.mkv.mp4", 6, picture=lambda i: scene(100 + i))
    for i in range(3):
        Image.fromarray(scene(200 + i)).save(folder / "dogs" / f"{i}.png")
    data = open_dataset(folder, 32)
    assert data.class_names == ("cats", "dogs") and data.class_counts() == (8, 9)
    assert near(data.images.take([0])[0], scene(200)) and data.labels[0] == 1
    assert near(data.images.take([3])[0], scene(0)) and data.labels[3] == 0
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as file:
        for path in sorted(folder.rglob("*.*")):
            file.write(path, path.relative_to(folder))
    packed = open_dataset(tmp_path / "set.zip", 32)
    assert packed.fingerprint == data.fingerprint and packed.notes == data.notes
    left = {p.name for p in (tmp_path / "cache" / "datasets").rglob("*") if p.is_file()}
    assert left == {"images.npy", "tables.npz", "meta.json"}, "no copy of a film stays"


def test_labels_of_a_table_are_those_of_the_frames(tmp_path):
    film(tmp_path / "x" / "a.mp4", 5)
    film(tmp_path / "x" / "b.mp4", 4, picture=lambda i: scene(50 + i))
    (tmp_path / "x" / "labels.csv").write_text("a.mp4,run\nb.mp4,jump\n")
    data = open_dataset(tmp_path / "x", 32)
    assert dict(zip(data.class_names, data.class_counts())) == {"jump": 4, "run": 5}


def test_an_animation_is_a_film_where_it_is_alone(tmp_path):
    film(tmp_path / "one" / "a.gif", 5)
    assert open_dataset(tmp_path / "one", 32).count == 5
    film(tmp_path / "two" / "a.gif", 5)
    film(tmp_path / "two" / "b.gif", 5, picture=lambda i: scene(9 + i))
    assert open_dataset(tmp_path / "two", 32).count == 2, "stickers: one picture each"
    assert open_dataset([tmp_path / "one" / "a.gif"], 32).count == 5, "dropped on the page"
    with zipfile.ZipFile(tmp_path / "one.zip", "w") as file:
        file.write(tmp_path / "one" / "a.gif", "a.gif")
    assert open_dataset(tmp_path / "one.zip", 32).count == 5
    Image.fromarray(scene(0)).save(tmp_path / "still.png")
    with pytest.raises(ValueError, match="still.png is neither a folder nor a ZIP"):
        open_dataset(tmp_path / "still.png", 32)


def test_neighbouring_frames_are_all_held_out_or_none(tmp_path):
    path = film(tmp_path / "a.mp4", 200, picture=lambda i: scene(i, 32))
    train, heldout = open_dataset(path, 16), open_dataset(path, 16, split="heldout")
    assert train.count + heldout.count == 200 and 4 <= heldout.count <= 60 and heldout.count % 4 == 0
    wanted = np.stack([scene(i, 32)[::2, ::2] for i in range(200)]).astype(int)
    frames = [
        int(np.abs(wanted - p.transpose(1, 2, 0)).mean((1, 2, 3)).argmin()) for p in heldout.images.all()
    ]
    assert frames == [4 * (frames[k // 4 * 4] // 4) + k % 4 for k in range(len(frames))], "50 blocks of 4"
    again = path.rename(tmp_path / "b.mp4")
    assert open_dataset(again, 16).fingerprint == train.fingerprint


# ---- refused or told ---------------------------------------------------------------------------------------------


def test_what_cannot_be_read_is_named_and_the_rest_is_used(tmp_path):
    film(tmp_path / "x" / "a.mp4", 6)
    (tmp_path / "x" / "b.mp4").write_text("#EXTM3U\n#EXTINF:9,\n/etc/passwd\n")
    (tmp_path / "x" / "c.webm").write_bytes(b"")
    data = open_dataset(tmp_path / "x", 32)
    assert data.count == 6
    assert data.report == (
        ("b.mp4", "damaged, or not a film that can be read"),
        ("c.webm", "damaged, or not a film that can be read"),
    )
    with pytest.raises(ValueError, match=r"None of the 1 pictures in b.mp4 can be used: b.mp4 \(damaged"):
        open_dataset(tmp_path / "x" / "b.mp4", 32)


def test_too_long_and_too_many(tmp_path, monkeypatch):
    path = film(tmp_path / "a.mp4", 30)
    monkeypatch.setattr(films, "MOST_PICTURES", 9)
    with pytest.raises(ValueError, match=r"too many pictures \(30 frames\); choose a frame_step from 4 up"):
        open_dataset(path, 32)
    assert open_dataset(path, 32, frame_step=4).count == 8
    monkeypatch.setattr("ganapp.media.frames.MOST_FRAMES", 29)
    with pytest.raises(ValueError, match=r"too long \(30 frames\); at most 29 are read: cut it"):
        open_dataset(path, 32, frame_step=5)


def test_a_film_that_ends_early_says_so(tmp_path):
    path = film(
        tmp_path / "a.mp4",
        40,
        picture=lambda i: np.random.default_rng(i).integers(0, 256, (64, 64, 3), np.uint8),
    )
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    found = open_dataset(path, 32)
    assert 5 < found.count < 40
    assert found.notes == (
        f"a.mp4: {found.count} pictures, of every frame. The film ends early: {found.count} of 40 frames are there.",
    )


@pytest.mark.parametrize("step", [-1, 1.5, True, "2"])
def test_a_wrong_step_is_a_sentence(tmp_path, step):
    with pytest.raises(ValueError, match="frame_step is .*; it must be a whole number from 0 up"):
        open_dataset(tmp_path, 32, frame_step=step)


def test_cancelling_leaves_nothing(tmp_path, cache):
    told, asked = [], iter(range(100))
    with pytest.raises(Cancelled):
        open_dataset(
            film(tmp_path / "a.mp4", 30),
            32,
            progress=lambda *a: told.append(a),
            cancelled=lambda: next(asked) > 4,
        )
    assert not list((cache / "datasets").iterdir()) and next(asked) == 6
    assert told[-1][1:] == (30, "Reading a.mp4")


def test_another_step_is_another_set_but_not_for_pictures(tmp_path, cache):
    path = film(tmp_path / "a.mp4", 12)
    assert [open_dataset(path, 32, frame_step=n).count for n in (0, 3, 3, 4)] == [12, 4, 4, 3]
    assert len(list((cache / "datasets").iterdir())) == 3


@pytest.mark.slow
def test_a_run_takes_a_film_by_the_command_line(tmp_path, capsys):
    import json

    from ganapp.cli.main import main

    given = [
        "train",
        "--data",
        str(film(tmp_path / "a.mp4", 24)),
        "--runs",
        str(tmp_path / "runs"),
        "--device",
        "cpu",
    ]
    given += [
        "--preset",
        "mlp-28",
        "--kimg",
        "0.016",
        "--batch",
        "8",
        "--precision",
        "fp32",
        "--threads",
        "1",
    ]
    assert main([*given, "--frame-step", "2"]) == 0
    (run,) = (tmp_path / "runs").iterdir()
    assert json.loads((run / "config.json").read_text())["frame_step"] == 2
    assert "a.mp4: 12 pictures, of one in 2 frames." in (run / "log.txt").read_text()
