"""The commands, in this process and in processes of their own: their files, their output, their mistakes."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganapp import __version__
from ganapp.cli import progress
from ganapp.cli.main import main
from ganapp.config import PRESETS, ModelSpec, TrainConfig, merge
from ganapp.driving.background import start
from ganapp.generators import save_generator
from ganapp.media import read_png_metadata
from ganapp.networks import build_generator
from ganapp.runs import Run, create_run, open_run

ROOT = Path(__file__).resolve().parents[2]
CLASSES = ("smile", "neutral", "sad")
TINY = ["--preset", "mlp-28", "--batch", "8", "--precision", "fp32", "--threads", "1", "--device", "cpu"]
TINY += ["--g-args.hidden", "[12, 8]", "--d_args.hidden=[8]", "--z-dim", "6"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, tmp_path_factory):
    """An empty current folder and a cache that no other run uses."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path_factory.getbasetemp() / "cli-cache"))
    return tmp_path


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """32 PNGs of 28×28 in two class folders."""
    folder, random = tmp_path_factory.mktemp("cli") / "pictures", np.random.RandomState(0)
    for i in range(32):
        path = folder / "ab"[i % 2] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(random.randint(0, 255, (28, 28), dtype=np.uint8)).save(path)
    return folder


def make(spec: ModelSpec) -> torch.nn.Module:
    """Weights as after training: as they are initialized, a DCGAN's pictures are all but equal."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(3)
        G = build_generator(spec).eval()
        for p in G.parameters():
            if p.ndim > 1:
                p.copy_(torch.randn(p.shape) * 2 / p[0].numel() ** 0.5)
        return G


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    """A generator with three named classes, as a folder."""
    G = make(ModelSpec("dcgan", 32, 3, 3, 8, {"width": 4}))
    return str(save_generator(G, tmp_path_factory.mktemp("model") / "faces-tiny", class_names=CLASSES))


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A grey one without classes."""
    G = make(ModelSpec("mlp", 28, 1, 0, 5, {"hidden": [16]}))
    return str(save_generator(G, tmp_path_factory.mktemp("model") / "digits"))


@pytest.fixture
def ok(capsys):
    """ok(*arguments) -> stdout of a command that must succeed."""

    def run(*arguments):
        capsys.readouterr()
        status = main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        assert (status, err) == (0, ""), err
        return out

    return run


@pytest.fixture
def fails(capsys):
    """fails(*arguments) -> the one sentence on stderr of a command that must exit with 2."""

    def run(*arguments):
        capsys.readouterr()
        status = main([str(a) for a in arguments])
        out, err = capsys.readouterr()
        assert status == 2 and out == "" and err.count("\n") == 1 and err.endswith(".\n"), (status, out, err)
        return err

    return run


def ganapp(*arguments, **options) -> subprocess.Popen:
    """A command in a process of its own, in the current folder."""
    env = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(
        [sys.executable, "-m", "ganapp", *map(str, arguments)], env=env, **pipes, **options
    )


def wait_for(true, sec=60):
    deadline = time.monotonic() + sec
    while not (value := true()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return value


@contextmanager
def in_thread(function):
    """Call a function beside what the block does; what it raises is raised at the end."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(function)
        yield
        future.result()


def working(folder: Path, after: int = 0) -> Run:
    """The only run of a folder, once it trains and is past `after` images."""

    def look():
        found = [Run(p) for p in folder.glob("*") if (p / "status.json").exists()]
        status = found[0].status() if found else {}
        assert status.get("state") != "failed", status
        return found and status["state"] == "running" and status["nimg"] > after and found[0]

    return wait_for(look)


# -- help and mistakes ------------------------------------------------------------------------------------------------


def test_help_and_runs_import_nothing_heavy():
    code = """
import sys
from ganapp.cli.main import main
names = "train sweep compare resume generate interpolate map import push deploy".split()
helps = [[name, "--help"] for name in names]
for arguments in (["--help"], *helps, ["runs"], ["pause", "x"], ["train", "--kimg", "x"]):
    try:
        main(arguments)
    except SystemExit as end:
        assert end.code == 0
heavy = {"torch", "numpy", "PIL", "gradio", "huggingface_hub", "av", "safetensors"} & set(sys.modules)
"""
    # The last of them asks for the default preset, which takes a look at the device: only that may import torch.
    code = code.replace(', ["train", "--kimg", "x"]', "") + "assert not heavy, heavy"
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    out = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert out.returncode == 0, out.stderr


def test_the_map_as_a_picture_and_as_a_film(here, ok, faces, plain):
    """Places of a grid whose middle is (2, -1), half a step apart; then a trail of three steps at 10 frames a second."""
    from ganapp.generators import load_generator
    from ganapp.latents import plane_images

    G = load_generator(faces)
    said = ok("map", faces, "--first", "9", "--at=2,-1", "--columns", "3", "--step", "0.5",
              "--label", "sad", "--psi", "0.8", "--out", "map.png")  # fmt: skip
    places = [(x, y) for y in (-1.5, -1, -0.5) for x in (1.5, 2, 2.5)]
    expected = plane_images(G, places, 9, "sad", 0.8)
    found = np.asarray(Image.open("map.png"))
    for i, image in enumerate(expected):
        top, left = 2 + i // 3 * 34, 2 + i % 3 * 34
        assert np.array_equal(found[top : top + 32, left : left + 32], image)
    assert said == "Wrote 9 places of the map to map.png.\n"
    settings = read_png_metadata("map.png")
    assert (settings["seeds"], settings["place"], settings["psi"]) == ([9], [2.0, -1.0], 0.8)
    said = ok("map", plain, "--trail", "0,0 2,0; 2,1", "--fps", "10", "--out", "trail.gif")
    assert said == "Wrote 45 frames, 4.5 s, to trail.gif.\n"
    with Image.open("trail.gif") as film:
        assert film.n_frames == 45


def test_help_of_train_has_every_field_with_its_sentence(capsys):
    with pytest.raises(SystemExit) as end:
        main(["train", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert end.value.code == 0
    for field in fields(TrainConfig):
        if field.metadata["group"] != "found" and field.name != "dataset":
            assert f"--{field.name.replace('_', '-')} " in text
            assert field.metadata["help"] in text
    for name, preset in PRESETS.items():
        assert name in text and preset.about in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["COMMAND"]),
        (["fly"], ["'fly'", "train", "generate"]),
        (["train", "--preset", "gpt"], ["'gpt'", "mlp-28, dcgan-32"]),
        (["train", "--preset", "mlp-28", "--colour", "red"], ["'colour'", "ema_kimg"]),
        (["train", "--preset", "mlp-28", "--colour"], ["--colour"]),
        (["train", "--preset", "mlp-28", "red"], ["unexpected argument 'red'"]),
        (["train", "--preset", "mlp-28", "--kimg"], ["--kimg"]),
        (["train", "--preset", "mlp-28", "--kimg", "many"], ["kimg is 'many'", "a number"]),
        (["train", "--preset", "mlp-28", "--batch", "2.5"], ["batch is '2.5'", "whole number"]),
        (["train", "--preset", "mlp-28", "--batch", "0"], ["batch is 0", "between 1 and 4096"]),
        (["train", "--preset", "mlp-28", "--loss", "l2"], ["'l2'", "minimax, non_saturating, least_squares"]),
        (["train", "--preset", "mlp-28", "--mirror", "maybe"], ["true or false"]),
        (["train", "--preset", "mlp-28", "--g-args", "{"], ["g_args", "JSON"]),
        (["train", "--preset", "mlp-28", "--g-args", "{}", "--g-args.width", "3"], ["not both"]),
        (["train", "--preset", "mlp-28", "--kimg.x", "3"], ["kimg"]),
        (["train", "--preset", "mlp-28", "--num-classes", "3"], ["num_classes", "cannot be set"]),
        (["train", "--preset", "mlp-28", "--device", "tpu"], ["'tpu'", "cpu, cuda"]),
        (["train", "--preset", "mlp-28", "--data", "nowhere"], ["'nowhere'", "faces, mnist"]),
        (["train", "--preset", "mlp-28", "--data", ""], ["faces, mnist"]),
        (["train", "--preset", "mlp-28", "--name", "x" * 81], ["81 characters", "at most 80"]),
        (["train", "--preset", "mlp-28", "--g-args.depth", "3"], ["generator of mlp", "no argument 'depth'"]),
        (["train", "--preset", "mlp-28", "--start-from", "nothing"], ["'nothing' is no folder, run"]),
        (
            ["train", "--preset", "mlp-28", "--start-from", "{faces}"],
            ["does not fit this configuration: it has family dcgan, resolution 32", "here is family mlp"],
        ),
        (
            ["sweep", "--preset", "mlp-28", "--field", "g-args.hidden", "--values", "[8],[-4]"],
            ["generator of mlp cannot be built"],
        ),
        (["runs", "--jsn"], ["--jsn", "--json"]),
        (["runs", "all"], ["unexpected argument 'all'"]),
        (["pause"], ["RUN"]),
        (["resume", "12"], ["'12'", "none yet"]),
        (["generate", "nothing", "--seeds", "1", "--out", "x.png"], ["'nothing'"]),
        (["generate", "nothing", "--seeds", "1"], ["--out"]),
        (
            ["generate", "{faces}", "--seeds", "1", "--out", "gone/x.png"],
            ["out is 'gone/x.png', but there is no folder 'gone'; make it first"],
        ),
        (["generate", "{faces}", "--seeds", "1", "--out", "gone/x/"], ["there is no folder 'gone'"]),
        (["generate", "{faces}", "--per-class", "1", "--out", "gone/x"], ["there is no folder 'gone'"]),
        (["interpolate", "{faces}", "--seeds", "1,2", "--out", "a/b/x.gif"], ["there is no folder 'a/b'"]),
        (["evaluate", "{faces}", "--data", "faces", "--out", "gone/x.png"], ["there is no folder 'gone'"]),
        (["import", "{faces}", "--out", "gone/x"], ["there is no folder 'gone'"]),
        (["compare", "1", "2", "--out", "gone/x.png"], ["there is no folder 'gone'"]),
        (["compare", "1"], ["1 run is named; a comparison has 2 to 8"]),
        (["compare", *"123456789"], ["9 runs are named; a comparison has 2 to 8"]),
        (["generate", "{faces}", "--seeds", "1", "--out", "x.jpg"], ["'x.jpg'", ".npz"]),
        (["generate", "{faces}", "--seeds", "one", "--out", "x.png"], ["'one'"]),
        (["generate", "{faces}", "--seeds", "1", "--psi", "0", "--out", "x.png"], ["psi"]),
        (
            ["generate", "{faces}", "--seeds", "1", "--label", "7", "--out", "x.png"],
            ["'7'", "0 to 2", "smile"],
        ),
        (
            ["generate", "{faces}", "--seeds", "1", "--label", "0,1", "--out", "x.png"],
            ["2 labels for 1 seeds"],
        ),
        (["generate", "{plain}", "--seeds", "1", "--label", "0", "--out", "x.png"], ["no classes"]),
        (["generate", "{faces}", "--seeds", "1", "--size", "3", "--out", "x.png"], ["--size", "--psi"]),
        (["generate", "{faces}", "--out", "x.png"], ["--seeds", "--per-class"]),
        (["generate", "{faces}", "--seeds", "1", "--first-seed", "2", "--out", "x.png"], ["--per-class"]),
        (["generate", "{faces}", "--seeds", "1", "--per-class", "2", "--out", "x.zip"], ["without --seeds"]),
        (
            ["generate", "{faces}", "--label", "1", "--per-class", "2", "--out", "x.zip"],
            ["without", "--label"],
        ),
        (["generate", "{faces}", "--per-class", "2", "--out", "x.png"], ["'x.png'", ".zip or a folder"]),
        (["generate", "{faces}", "--per-class", "0", "--out", "x.zip"], ["is 0", "at least 1"]),
        (
            ["generate", "{faces}", "--per-class", "1000000", "--out", "x.zip"],
            ["3,000,000", "333,333 a class"],
        ),
        (["generate", "{plain}", "--per-class", "2", "--out", "x.zip"], ["no classes"]),
        (["interpolate", "{faces}", "--out", "x.gif"], ["--seeds"]),
        (["interpolate", "{faces}", "--seeds", "1,2", "--out", "x.avi"], [".mp4"]),
        (["interpolate", "{faces}", "--seeds", "1", "--out", "x.gif"], ["at least two seeds"]),
        (
            ["interpolate", "{faces}", "--seeds", "1,2", "--mode", "zoom", "--out", "x.gif"],
            ["'zoom'", "slerp, lerp"],
        ),
        (["interpolate", "{faces}", "--seeds", "1,2", "--frames", "0", "--out", "x.gif"], ["frames"]),
        (["interpolate", "{faces}", "--seeds", "1,2", "--fps", "0", "--out", "x.gif"], ["fps"]),
        (["map", "{faces}", "--out", "x.gif"], ["'x.gif'", ".png", "--trail"]),
        (["map", "{faces}", "--out", "gone/x.png"], ["there is no folder 'gone'"]),
        (["map", "{faces}", "--at", "3", "--out", "x.png"], ["two numbers"]),
        (["map", "{faces}", "--at", "1,2 3,4", "--out", "x.png"], ["one place"]),
        (["map", "{faces}", "--at", "1,900", "--out", "x.png"], ["too far out"]),
        (["map", "{faces}", "--columns", "0", "--out", "x.png"], ["columns is 0"]),
        (["map", "{faces}", "--trail", "0,0", "--out", "x.gif"], ["no length"]),
        (["map", "{faces}", "--trail", "0,0 1,1", "--frames", "1", "--out", "x.gif"], ["at least two"]),
        (["map", "{faces}", "--trail", "0,0 1,1", "--label", "7", "--out", "x.gif"], ["'7'", "smile"]),
    ],
)
def test_a_mistake_is_one_sentence_and_leaves_nothing(here, fails, faces, plain, arguments, words):
    sentence = fails(
        *(
            a.format(faces=faces, plain=plain) if a[0:1] == "{" and a != "{}" and a != "{" else a
            for a in arguments
        )
    )
    assert all(word in sentence for word in words), sentence
    assert list(here.iterdir()) == []


def test_a_target_that_cannot_be_written_is_one_sentence(here, fails, faces):
    (here / "file").write_text("")
    assert "file" in fails("generate", faces, "--seeds", "1", "--out", "file/x.png")
    (here / "folder.gif").mkdir()
    assert "irectory" in fails("interpolate", faces, "--seeds", "1,2", "--frames", "2", "--out", "folder.gif")


# -- generate ---------------------------------------------------------------------------------------------------------


def arrays(path) -> dict[str, np.ndarray]:
    with np.load(path) as file:
        return dict(file)


def test_arrays(ok, faces, plain):
    assert ok("generate", faces, "--seeds", "0-2,42", "--out", "a.npz") == "Wrote 4 pictures to a.npz.\n"
    a = arrays("a.npz")
    assert sorted(a) == ["images", "labels", "seeds"]
    assert a["images"].dtype == np.uint8 and a["images"].shape == (4, 32, 32, 3)
    assert a["seeds"].tolist() == [0, 1, 2, 42] and a["labels"].dtype == np.int64
    assert set(a["labels"].tolist()) <= {0, 1, 2}
    ok("generate", plain, "--seeds", "5,3", "--out", "b.npz")
    b = arrays("b.npz")
    assert (
        b["images"].shape == (2, 28, 28, 1)
        and b["labels"].tolist() == [-1, -1]
        and b["seeds"].tolist() == [5, 3]
    )


def test_an_image_depends_on_its_seed_alone(ok, faces):
    ok("generate", faces, "--seeds", "0-69", "--out", "many.npz")  # more than one chunk
    ok("generate", faces, "--seeds", "0-69", "--out", "again.npz")
    many, again = arrays("many.npz"), arrays("again.npz")
    assert all(np.array_equal(many[k], again[k]) for k in many)
    for seed in (0, 17, 66):
        ok("generate", faces, "--seeds", seed, "--out", "one.npz")
        one = arrays("one.npz")
        assert one["labels"][0] == many["labels"][seed]
        assert np.abs(one["images"][0].astype(int) - many["images"][seed]).max() <= 1
    assert len({image.tobytes() for image in many["images"]}) == 70


def test_label_by_number_and_by_name_and_one_a_seed(ok, faces):
    ok("generate", faces, "--seeds", "4-6", "--label", "2", "--out", "a.npz")
    ok("generate", faces, "--seeds", "4-6", "--label", "Sad", "--out", "b.npz")
    ok("generate", faces, "--seeds", "4-6", "--label", "sad, 2,sad", "--out", "c.npz")
    a, b, c = arrays("a.npz"), arrays("b.npz"), arrays("c.npz")
    assert a["labels"].tolist() == b["labels"].tolist() == [2, 2, 2]
    assert np.array_equal(a["images"], b["images"]) and np.array_equal(a["images"], c["images"])
    ok("generate", faces, "--seeds", "4-6", "--label", "0", "--out", "d.npz")
    assert not np.array_equal(a["images"], arrays("d.npz")["images"])


def weights_of(folder):
    return json.loads((Path(folder) / "config.json").read_text())["sha256"]["weights"]


def test_psi_changes_pictures_and_travels(ok, plain):
    for psi in ("1", "0.5"):
        ok("generate", plain, "--seeds", "1-8", "--psi", psi, "--out", f"{psi}.npz")
    assert not np.array_equal(arrays("1.npz")["images"], arrays("0.5.npz")["images"])
    ok("generate", plain, "--seeds", "1", "--psi", "0.5", "--out", "p.png")
    assert read_png_metadata("p.png") == {
        "seed": 1, "label": None, "class_name": None, "psi": 0.5, "model": "digits", "version": __version__,
        "weights": weights_of(plain),
    }  # fmt: skip


def test_a_grid_with_its_recipe_inside(ok, faces):
    os.makedirs("deep/er")  # a folder that is not there is refused, not made
    ok("generate", faces, "--seeds", "0-4", "--label", "neutral", "--out", "deep/er/grid.png")
    assert Image.open("deep/er/grid.png").size == (2 + 3 * 34, 2 + 2 * 34)
    found = read_png_metadata("deep/er/grid.png")
    assert found == {
        "seeds": "0-4", "label": 1, "class_name": "neutral", "psi": 1.0, "model": "faces-tiny", "version": __version__,
        "weights": weights_of(faces),
    }  # fmt: skip
    ok("generate", faces, "--seeds", "0-4", "--out", "own.png")
    assert read_png_metadata("own.png")["label"] is None  # each seed's own


def test_a_folder_of_pictures_and_back_from_one_of_them(here, ok, faces):
    ok("generate", faces, "--seeds", "0-2,42,1", "--out", "out/")
    names = ["seed000000.png", "seed000001-2.png", "seed000001.png", "seed000002.png", "seed000042.png"]
    assert sorted(p.name for p in (here / "out").iterdir()) == names
    ok("generate", faces, "--seeds", "0-2,42", "--out", "all.npz")
    all_ = arrays("all.npz")
    for i, seed in enumerate((0, 1, 2, 42)):
        path = here / "out" / f"seed{seed:06d}.png"
        assert np.array_equal(np.asarray(Image.open(path)), all_["images"][i])
        found = read_png_metadata(path)
        assert found["seed"] == seed and found["label"] == all_["labels"][i]
        assert found["class_name"] == CLASSES[found["label"]]
        ok(
            "generate",
            faces,
            "--seeds",
            seed,
            "--label",
            found["label"],
            "--psi",
            found["psi"],
            "--out",
            "back.png",
        )
        assert (
            here / "back.png"
        ).read_bytes() == path.read_bytes()  # the class a seed has, asked for, is the same picture
    ok("generate", faces, "--seeds", "7", "--out", "out")  # a folder that is there needs no slash
    assert (here / "out" / "seed000007.png").exists()


def test_a_zip(ok, faces):
    ok("generate", faces, "--seeds", "3,9", "--out", "x.zip")
    with zipfile.ZipFile("x.zip") as archive:
        assert archive.namelist() == ["seed000003.png", "seed000009.png"]
        assert read_png_metadata(io.BytesIO(archive.read("seed000009.png")))["seed"] == 9


@pytest.mark.parametrize("target", ["set.zip", "set/"])
def test_a_labelled_data_set(here, ok, faces, target):
    said = ok("generate", faces, "--per-class", "3", "--first-seed", "40", "--out", target)
    assert said == f"Wrote 9 pictures of 3 classes to {target}.\n"
    ok(
        "generate", faces, "--seeds", "43-45", "--label", "neutral", "--out", "one/"
    )  # the second class has the next three
    names = [f"neutral/seed0000{seed}.png" for seed in (43, 44, 45)]
    if target == "set/":
        found = {
            p.relative_to(here / "set").as_posix(): p.read_bytes() for p in (here / "set").rglob("*.png")
        }
    else:
        with zipfile.ZipFile(target) as archive:
            found = {name: archive.read(name) for name in archive.namelist()}
    assert len(found) == 9 and {name.split("/")[0] for name in found} == set(CLASSES)
    for name in names:
        about = read_png_metadata(io.BytesIO(found[name]))
        assert about == read_png_metadata(here / "one" / Path(name).name) and about["model"] == "faces-tiny"


def test_a_model_by_its_name_among_checkpoints_or_runs(here, ok, faces):
    ok("generate", Path(faces).name, "--checkpoints", Path(faces).parent, "--seeds", "1", "--out", "a.png")
    run = create_run(here / "elsewhere", TrainConfig(), name="tiny")
    run.write_snapshot(3000, lambda folder: os.rmdir(folder) or os.symlink(faces, folder))
    ok("generate", run.name, "--runs", "elsewhere", "--seeds", "1", "--out", "b.png")
    assert read_png_metadata("a.png")["model"] == "faces-tiny"
    assert read_png_metadata("b.png")["model"] == "00001-tiny/000003000"
    assert np.array_equal(np.asarray(Image.open("a.png")), np.asarray(Image.open("b.png")))


# -- interpolate ------------------------------------------------------------------------------------------------------


def frames_of(path) -> list[np.ndarray]:
    with Image.open(path) as film:
        out = []
        for i in range(film.n_frames):
            film.seek(i)
            out.append(np.asarray(film.convert("RGB")))
        return out


@pytest.mark.parametrize("suffix", [".gif", ".webp"])
def test_a_walk_as_an_animation(ok, faces, suffix):
    out = ok(
        "interpolate", faces, "--seeds", "1,5,9", "--frames", "4", "--fps", "8", "--out", f"walk{suffix}"
    )
    assert out == f"Wrote 12 frames, 1.5 s, to walk{suffix}.\n"
    film = frames_of(f"walk{suffix}")
    assert len(film) == 12 and film[0].shape == (256, 256, 3)
    ok("interpolate", faces, "--seeds", "1,5,9", "--frames", "4", "--no-loop", "--out", f"open{suffix}")
    assert len(frames_of(f"open{suffix}")) == 9


def test_a_walk_as_mp4_through_classes_and_modes(ok, faces):
    import av

    def first_and_count(path):
        with av.open(path) as film:
            pictures = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
        return pictures[0], len(pictures)

    ok("interpolate", faces, "--seeds", "7", "--label", "smile,sad", "--frames", "5", "--out", "morph.mp4")
    ok(
        "interpolate",
        faces,
        "--seeds",
        "7,8",
        "--label",
        "smile",
        "--mode",
        "lerp",
        "--frames",
        "5",
        "--out",
        "lerp.mp4",
    )
    (a, na), (b, nb) = first_and_count("morph.mp4"), first_and_count("lerp.mp4")
    assert na == nb == 10
    ok("generate", faces, "--seeds", "7", "--label", "smile", "--out", "key.png")
    key = np.asarray(Image.open("key.png")).repeat(8, 0).repeat(8, 1).astype(int)
    for first in (a, b):
        assert np.abs(first - key).mean() < 12  # the same picture, as far as a film keeps it


# -- runs and the foreground ------------------------------------------------------------------------------------------


def test_train_finishes_lists_and_cannot_be_taken_up_again(here, ok, fails, pictures):
    out = ok(
        "train", *TINY, "--data", pictures, "--kimg", "0.2", "--seed", "3", "--mirror", "--name", "small"
    )
    run = Run(Path("runs/00001-small"))
    assert out.splitlines()[-1] == str(run.path)
    assert "[####################]" in out and "0.2 of 0.2 kimg" in out and "  D " in out
    config = run.config()
    assert config.g_args == {"hidden": [12, 8]} and config.d_args == {
        **PRESETS["mlp-28"].config.d_args,
        "hidden": [8],
    }
    assert (config.preset, config.kimg, config.seed, config.mirror, config.batch) == (
        "mlp-28",
        0.2,
        3,
        True,
        8,
    )
    assert config.dataset == str(pictures) and config.num_classes == 2 and config.channels == 1
    assert run.status()["state"] == "finished" and run.status()["nimg"] == 200
    assert "00001-small" in fails("resume", "00001-small")
    for word in ("pause", "save", "stop"):
        assert "finished" in fails(word, "1")
    ok("generate", "00001-small", "--seeds", "0-3", "--label", "b", "--out", "x.npz")
    assert arrays("x.npz")["labels"].tolist() == [1] * 4

    (row,) = json.loads(ok("runs", "--json"))
    assert row["name"] == "00001-small" and row["state"] == "finished" and row["kimg"] == 0.2
    assert row["budget"] == {"kimg": 0.2, "minutes": None} and row["data"] == str(pictures)
    assert row["preset"] == "mlp-28" and row["images_per_sec"] > 0 and row["sec"] > 0
    ok(
        "train",
        *TINY,
        "--data",
        pictures,
        "--kimg",
        "0.1",
        "--start-from",
        "00001-small",
        "--conditional",
        "true",
    )
    header, *lines = ok("runs").splitlines()
    assert header.split() == ["NAME", "STATE", "KIMG", "BUDGET", "IMAGES/S", "TIME", "DATA", "PRESET"]
    assert [line.split()[0] for line in lines] == ["00002-pictures-mlp-28", "00001-small"]
    assert lines[1].split()[1:5] == ["finished", "0.2", "0.2", "kimg"]
    assert lines[1].index("finished") == header.index("STATE")


def test_a_failed_run_says_why_and_exits_with_2(here, capsys, pictures):
    """What is known before the data are opened costs no run; this is known after it."""
    (here / "flat").mkdir()
    for path in pictures.rglob("*.png"):
        shutil.copy(path, here / "flat")
    arguments = ["train", *TINY, "--data", "flat", "--kimg", "1", "--class-term", "cross_entropy"]
    assert main([*arguments, "--d-args.head", "classifier"]) == 2
    out, err = capsys.readouterr()
    assert err.startswith("run 00001-flat-mlp-28: class_term is 'cross_entropy', but ")
    assert err.endswith("/flat' has no classes: set it to none.\n")
    assert err.count("\n") == 1
    assert "Traceback" not in out and open_run("1").status()["state"] == "failed"


def test_minutes_alone_decide(here, ok, pictures):
    began = time.monotonic()
    out = ok("train", *TINY, "--data", pictures, "--minutes", "0.02")
    assert time.monotonic() - began < 30 and "Finished" in out and "kimg" in out
    run = open_run("1")
    assert run.status()["sec"] == pytest.approx(1.2, abs=1) and run.config().kimg == 10_000_000
    assert "0.02 min" in ok("runs") and "10,000,000" not in ok("runs")


def test_runs_of_nothing_and_of_a_broken_one(here, ok):
    assert ok("runs") == "No runs in 'runs' yet.\n" and json.loads(ok("runs", "--json")) == []
    run = create_run(here / "runs", TrainConfig(kimg=50, minutes=3), name="from-the-future")
    (run.path / "config.json").write_text('{"surprise": 1}')
    create_run(here / "runs", TrainConfig(kimg=50, minutes=3), name="fine")
    text = ok("runs")
    assert "00001-from-the-future" in text and "50 kimg or 3 min" in text
    assert json.loads(ok("runs", "--json"))[1]["budget"] is None


def test_a_file_is_no_folder_of_runs(here, fails):
    (here / "README.md").write_text("# hello")
    assert fails("runs", "--runs", "README.md") == (
        "runs is 'README.md', a file; it must be the folder of all runs.\n"
    )


def test_words_to_a_run_that_nobody_works_on(here, ok, fails):
    run = create_run(here / "runs", TrainConfig(), name="x")
    run.write_status(state="paused")
    assert "no process is working" in fails("pause", "1") and "paused" in fails("save", run.path)
    assert ok("stop", "1") == "00001-x: stopped.\n" and run.status()["state"] == "stopped"
    run.write_status(state="running")  # a process that was killed leaves this behind
    assert "interrupted" in fails("pause", "1")
    ok("stop", "1")
    assert run.status()["state"] == "stopped" and "stopped" in fails("stop", "1")


def test_a_run_held_by_another_is_not_taken(here, fails, ok):
    run = create_run(here / "runs", TrainConfig(), name="x")
    with run.lock().acquire():
        run.write_status(state="running")
        assert "another process" in fails("resume", "1")
        run.write_status(state="paused", reason="The disk is full.")
        assert "paused already" in fails("pause", "1")
        run.send("pause")
        assert "asked the process" in ok("resume", "1") and run.command() == "run"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send")
def test_save_from_here_and_ctrl_c_there(here, ok, fails, pictures):
    process = ganapp("train", *TINY, "--data", pictures, "--kimg", "100000")
    try:
        run = working(here / "runs", after=40)
        assert not run.snapshots()
        assert ok("save", "1") == f"{run.name}: saved.\n" and run.snapshots() and process.poll() is None
        assert "another process" in fails("resume", "1")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, err) == (0, "")
    nimg = run.status()["nimg"]
    assert run.status()["state"] == "paused" and "Saving" in out
    assert out.splitlines()[-2:] == [f"Go on with: python -m ganapp resume {run.name}", f"runs/{run.name}"]
    assert run.states()[0].stem == f"state-{nimg:09d}"

    # And on from there, in this process, until the word comes from another: here, from a thread.
    with in_thread(lambda: working(here / "runs", after=nimg) and run.send("pause")):
        assert "Paused after" in ok("resume", run.path, "--runs", "elsewhere")
    later = run.status()
    assert later["state"] == "paused" and later["attempt"] == 2 and later["nimg"] > nimg
    counts = [row["nimg"] for row in run.read_stats()[0]]
    assert counts == sorted(set(counts)) and counts[-1] == later["nimg"]
    assert ok("stop", "1") == f"{run.name}: stopped.\n"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals to send")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_other_signals_save_too(here, ok, pictures, name):
    with in_thread(lambda: working(here / "runs", after=16) and os.kill(os.getpid(), getattr(signal, name))):
        out = ok("train", *TINY, "--data", pictures, "--kimg", "100000", "--runs", here / "runs")
    run = open_run("1")
    assert (
        run.status()["state"] == "paused" and run.states() and f"resume {run.name} --runs {here}/runs" in out
    )
    assert signal.getsignal(getattr(signal, name)) is signal.SIG_DFL


def test_pause_and_stop_are_seen_to_be_obeyed_by_a_run_of_the_app(here, ok, pictures):
    changes = {
        "dataset": str(pictures),
        "g_args": {"hidden": [8]},
        "d_args": {"hidden": [8]},
        "precision": "fp32",
        "threads": 1,
        "batch": 8,
    }
    run = create_run(here / "runs", merge(PRESETS["mlp-28"].config, changes))
    for word, state in (("pause", "paused"), ("stop", "stopped")):
        thread = start(run)
        working(here / "runs")
        assert ok(word, "1") == f"{run.name}: {state}.\n"
        assert run.status()["state"] == state and run.states()
        thread.join()


# -- the line of progress ---------------------------------------------------------------------------------------------


def test_the_second_ctrl_c_ends_at_once(here):
    run = create_run(here / "runs", TrainConfig())
    before = signal.getsignal(signal.SIGINT)
    with progress.pausing_on_signals(run, progress.Progress(run)):
        signal.raise_signal(signal.SIGINT)
        assert run.command() == "pause" and signal.getsignal(signal.SIGINT) is signal.SIG_DFL
    assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_while_the_disk_is_full_does_not_wait_for_room(here):
    run = create_run(here / "runs", TrainConfig())
    line = progress.Progress(run)
    with pytest.raises(KeyboardInterrupt), progress.pausing_on_signals(run, line):
        line.show({"state": "paused", "reason": "The disk is full.", "nimg": 0, "sec": 0})
        signal.raise_signal(signal.SIGINT)
    assert run.command() == "run"


def test_what_the_line_says():
    config = TrainConfig(kimg=1000)
    status = {"state": "running", "nimg": 250_400, "sec": 500.0, "images_per_sec": 500.0}
    row = {"g_loss": 0.71234, "d_loss": 1.5}
    line = progress.progress_line(status, config, row)
    assert (
        line
        == "running   [#####---------------]  250.4 of 1,000 kimg  500 images/s  25 min left  G 0.712  D 1.5"
    )
    both = config.replace(minutes=10)
    assert progress.how_far(status, both) == (pytest.approx(5 / 6), 100.0)
    alone = config.replace(minutes=10, kimg=10_000_000)
    assert "250.4 kimg" in progress.progress_line(status, alone, row)
    drawing = {"state": "starting", "preparing": [2560, 20000, "Drawing faces"]}
    assert progress.progress_line(drawing, config, {}) == "starting  Drawing faces: 2,560 of 20,000"
    assert "waiting" in progress.progress_line({"state": "queued"}, config, {})
    assert [progress.span(s) for s in (8.4, 99, 700, 11_111)] == ["8 s", "99 s", "12 min", "3 h 05 min"]


def test_on_a_terminal_one_line_is_rewritten(here, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "40")  # what shutil.get_terminal_size asks first
    run = create_run(here / "runs", TrainConfig(kimg=1))
    line = progress.Progress(run)
    for nimg in (100, 200):
        line.show({"state": "running", "nimg": nimg, "sec": 1.0, "images_per_sec": 10.0})
    line.show({"state": "queued"})
    line.finish()
    first, *rest = sys.stdout.getvalue().split("\r")
    assert first == "" and len(rest) == 3 and all(len(text.rstrip("\n")) == 39 for text in rest)
    assert rest[2] == "queued    waiting for the device".ljust(39) + "\n"


def test_a_closed_terminal_does_not_end_a_run(here, monkeypatch):
    class Closed(io.StringIO):
        def write(self, text):
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stdout", Closed())
    line = progress.Progress(create_run(here / "runs", TrainConfig()))
    line.show({"state": "queued"})
    line.show({"state": "starting"})


def test_import_turns_a_checkpoint_into_a_folder_to_generate_from(here, ok, fails):
    import torch

    tensors = {
        "0.weight": torch.ones(6, 4),
        "0.bias": torch.zeros(6),
        "2.weight": torch.ones(64, 6),
        "2.bias": torch.zeros(64),
    }
    torch.save(tensors, "G--300.ckpt")
    said = ok("import", "G--300.ckpt", "--out", "mine")
    assert "csinva MLP: relu_mlp, 8×8." in said and "Wrote mine" in said
    ok("generate", "mine", "--seeds", "0-3", "--out", "grid.png")
    assert "mine exists already" in fails("import", "G--300.ckpt", "--out", "mine")
    assert "user/name:file" in fails("import", "nothing.pt")
