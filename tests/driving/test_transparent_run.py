"""A run on pictures with transparency, from the folder to PNG, film, figures and a published model."""

import io
import json

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from test_driver import at_once, tiny  # noqa: F401

from ganapp.alpha import on_background, premultiplied
from ganapp.cli.main import main
from ganapp.config.names import FROM_LATENT
from ganapp.data import open_dataset
from ganapp.data.batches import Batches
from ganapp.driving.driver import drive
from ganapp.generators import load_generator, read_config
from ganapp.latents import generate
from ganapp.runs import create_run

COUNT = 128  # one in ten is held out


def sprite(number: int, size: int = 64) -> Image.Image:
    """A coin, a gem or a sword in its own colour, smooth at the edge, with a magenta that nobody may see around it."""
    random = np.random.default_rng(number)
    colour = tuple(int(v) for v in random.integers(60, 240, 3))
    mask = Image.new("L", (4 * size, 4 * size))
    draw, (x, y), r = (
        ImageDraw.Draw(mask),
        random.integers(1.4 * size, 2.6 * size, 2),
        random.integers(size // 2, size),
    )
    x, y, r = int(x), int(y), int(r)
    if number % 3 == 0:
        draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
        draw.ellipse((x - r // 3, y - r // 3, x + r // 3, y + r // 3), fill=110)
    elif number % 3 == 1:
        draw.polygon([(x, y - r), (x + r, y), (x, y + r), (x - r, y)], fill=255)
    else:
        draw.rectangle((x - r // 6, y - r, x + r // 6, y + r), fill=255)
        draw.rectangle((x - r // 2, y + r // 3, x + r // 2, y + r // 2), fill=255)
    mask = mask.resize((size, size), Image.Resampling.BOX)
    image = Image.new("RGBA", (size, size), (255, 0, 255, 0))
    image.paste(Image.new("RGBA", (size, size), (*colour, 255)), mask=mask.point(lambda v: 255 if v else 0))
    image.putalpha(mask)
    return image


@pytest.fixture(scope="session")
def sprites(tmp_path_factory):
    """128 PNGs of 64×64 with transparency, in class folders."""
    folder = tmp_path_factory.mktemp("sprites")
    for number in range(COUNT):
        path = folder / ("coin", "gem", "sword")[number % 3] / f"{number:03d}.png"
        path.parent.mkdir(exist_ok=True)
        sprite(number).save(path)
    return folder


@pytest.fixture(scope="module")
def trained(tmp_path_factory, sprites):
    """A run of 2 steps with colour augmentation, vitals and the live figure at every save."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ganapp.metrics.live_figure.EARLIEST_SEC", 0.0)
        patch.setattr("ganapp.metrics.live_figure.SHARE", 1e9)
        patch.setattr("ganapp.metrics.live_figure.SAMPLES", 24)
        patch.setattr("ganapp.driving.record.VITALS_SHARE", 1e9)
        more = {
            "augment": "diffaugment",
            "background": "#0a141e",
            "kimg": 0.016,
            "sample_sec": 0,
            "save_sec": 0,
        }
        config = tiny(sprites, channels=4, **more)
        run = create_run(tmp_path_factory.mktemp("home") / "runs", config)
        assert drive(run) == "finished"
    return run


def test_the_run_keeps_four_channels_and_says_so(trained):
    config = trained.config()
    assert (config.channels, config.num_classes) == (4, 3)
    folder = trained.snapshots()[-1]
    spec = read_config(folder)["spec"]
    assert spec.channels == 4 and spec.premultiplied
    rows = trained.read_stats()[0]
    assert rows[-1]["nimg"] == 16
    assert any("swd" in row for row in rows) and any("diversity" in row for row in rows)
    assert all(np.isfinite(list(row.values())).all() for row in rows)


def test_grids_lie_on_squares(trained):
    for path in (trained.real_path, trained.samples()[-1]):
        with Image.open(path) as file:
            assert file.mode == "RGB" and file.size == (256, 256)
    with Image.open(trained.real_path) as file:
        corners = np.asarray(file)[0:256:32, 0:256:32].reshape(
            -1, 3
        )  # the first square of each picture is light
    assert np.median(corners.min(1)) > 245


def test_generated_pictures_are_straight_and_what_the_network_made_is_their_weighted_form(trained, sprites):
    G = load_generator(trained.name, runs=trained.path.parent)
    images = generate(G, range(12))
    assert images.shape == (12, 32, 32, 4)
    assert not images[images[..., 3] == 0].any()
    raw = []
    for seed in range(12):
        from ganapp.latents import labels_of, latents

        with torch.inference_mode():
            made = G(torch.as_tensor(latents(G, [seed], 1.0)), torch.as_tensor(labels_of(G, [seed])))
        raw.append((made[0].permute(1, 2, 0) * 127.5 + 127.5).round().clamp(0, 255).byte().numpy())
    weighted = premultiplied(images, axis=-1).astype(int)
    possible = np.minimum(np.stack(raw), np.stack(raw)[..., 3:])  # a colour cannot be more than alpha
    assert np.abs(weighted - possible).max() <= 1


def test_training_and_vitals_see_the_same_pictures(sprites):
    from ganapp.training.vitals import pick_images

    data = open_dataset(sprites, 32, channels=4)
    batch, _ = Batches(data, torch.device("cpu"), seed=0, mirror=False, conditional=False)(0, data.count)
    picked, _ = pick_images(data, None, data.count)
    seen = {image.tobytes() for image in ((batch + 1) * 127.5).round().byte().contiguous().numpy()}
    assert seen == {image.tobytes() for image in picked}
    assert (picked[:, :3] <= picked[:, 3:]).all()


def test_the_live_figure_compares_on_the_runs_background(trained, sprites, monkeypatch):
    from ganapp.metrics.distances.swd import quick_swd
    from ganapp.metrics.live_figure import LiveFigure, reduced

    monkeypatch.setattr("ganapp.metrics.live_figure.SAMPLES", 20)
    data, config = open_dataset(sprites, 32, channels=4), trained.config()
    G = load_generator(trained.name, runs=trained.path.parent)
    rows = np.random.default_rng(2).permutation(data.count)[:20]
    given = generate(G, range(20), list(data.labels[rows]))
    from conftest import latent_source

    value = LiveFigure(config, data, latent_source(None, config)).measure(G)
    on = [
        on_background(x, (10, 20, 30), axis=1) for x in (data.images.take(rows), given.transpose(0, 3, 1, 2))
    ]
    assert value == pytest.approx(quick_swd(*map(reduced, on)), rel=1e-4)


def test_figures_compare_on_the_runs_background_and_say_so(trained, sprites):
    from ganapp.metrics import prepare
    from ganapp.metrics.rounds import Round

    setting = prepare(trained.name, None, runs=trained.path.parent)
    assert setting.about["transparency"] == "all pictures on #0a141e"
    data, this = open_dataset(sprites, 32, channels=4), Round(setting, 0, 6)
    laid = on_background(data.images.all(), (10, 20, 30), axis=1).astype(int)
    assert np.abs(setting.train.images.all() - laid).max() <= 1
    made = generate(setting.G, this.seeds, list(this.labels))
    np.testing.assert_array_equal(this.fake(6).transpose(0, 2, 3, 1), on_background(made, (10, 20, 30)))
    plain = prepare(load_generator(trained.name, runs=trained.path.parent), sprites)
    assert plain.about["transparency"] == "all pictures on white" and plain.background == (255, 255, 255)


@pytest.mark.slow
def test_neighbours_are_opaque_and_a_figure_has_the_protocol(trained):
    from ganapp.metrics import measure, neighbours, prepare

    setting = prepare(trained.name, None, runs=trained.path.parent)
    (figure,) = measure(setting, ["swd"], 48, 1)[:1]
    assert figure.protocol["transparency"] == "all pictures on #0a141e" and np.isfinite(figure.value)
    found = neighbours(setting, 3)
    assert {x.shape for x in found} == {(3, 32, 32, 3)}
    assert np.abs(found.in_pixels[0, 0, 0].astype(int) - (10, 20, 30)).max() <= 1


def test_files_of_the_command_line(trained, tmp_path):
    runs = ["--runs", str(trained.path.parent)]
    main(["generate", trained.name, "--seeds", "3,4", "--out", f"{tmp_path}/set/", *runs])
    for path in sorted((tmp_path / "set").iterdir()):
        with Image.open(path) as file:
            assert file.mode == "RGBA"
    main(["generate", trained.name, "--seeds", "0-3", "--out", f"{tmp_path}/grid.png", *runs])
    with Image.open(tmp_path / "grid.png") as file:
        assert file.mode == "RGBA" and file.getpixel((0, 0)) == (0, 0, 0, 0)
    film = ["interpolate", trained.name, "--seeds", "0,1", "--frames", "3", "--background", "#00ff00"]
    main([*film, "--out", f"{tmp_path}/film.webp", *runs])
    with Image.open(tmp_path / "film.webp") as file:
        frame = np.asarray(file.convert("RGBA"))
        assert file.n_frames == 6 and (frame[..., 3] == 255).all()
    again = open_dataset(tmp_path / "set", 32, channels=4)  # what was made is data again
    G = load_generator(trained.name, runs=trained.path.parent)
    np.testing.assert_array_equal(again.images.all().transpose(0, 2, 3, 1), generate(G, [3, 4]))


def test_a_published_model_keeps_transparency(trained, monkeypatch):
    from ganapp.publishing import model

    monkeypatch.setattr("ganapp.publishing.model.FILM_FRAMES", 2)
    files = model.files_of(trained.snapshots()[-1], "ana/sprites", "mit")
    with Image.open(io.BytesIO(files["grid.png"])) as file:
        assert file.mode == "RGBA"
    assert files["walk.mp4"][4:8] == b"ftyp"
    assert "colour with transparency" in files["README.md"].decode()
    assert json.loads(files["config.json"])["spec"]["premultiplied"] is True


def test_the_command_keeps_transparency(sprites, tmp_path, capsys):
    given = [
        "train",
        "--data",
        str(sprites),
        "--runs",
        str(tmp_path),
        "--keep-transparency",
        "--kimg",
        "0.016",
    ]
    given += [
        "--family",
        "mlp",
        "--batch",
        "16",
        "--precision",
        "fp32",
        "--threads",
        "1",
        "--preset",
        "mlp-28",
    ]
    given += ["--device", "cpu"]
    assert main(given) == 0
    (run,) = [path for path in tmp_path.iterdir() if path.is_dir()]
    assert json.loads((run / "config.json").read_text())["channels"] == 4
    assert main([*given, "--channels", "3"]) == 2
    assert "channels is 3, but --keep-transparency needs 4" in capsys.readouterr().err


@pytest.mark.parametrize("family", FROM_LATENT)
def test_every_family_trains_four_channels(tiny_config, family):
    from conftest import latent_source

    from ganapp.training.loop import train
    from ganapp.training.state import TrainState

    config = tiny_config(family, channels=4, augment="ada", batch=4)
    images = torch.rand(4, 4, 32, 32, generator=torch.Generator().manual_seed(0)) * 2 - 1
    source = latent_source(lambda nimg, size: (images, torch.arange(4)), config, torch.arange(4))
    state = TrainState.create(config, torch.device("cpu"))
    tick = next(train(state, config, source))
    assert tick.nimg == 4 and all(torch.isfinite(value) for value in tick.stats.values())
    pictures = generate(state.ema, range(2))
    assert pictures.shape == (2, 32, 32, 4) and not pictures[pictures[..., 3] == 0].any()
