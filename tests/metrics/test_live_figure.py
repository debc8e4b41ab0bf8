"""live_figure.py and what is kept by it: the figure in curves and snapshots, the best snapshot, and a training that it does not change."""

import json
import shutil

import numpy as np
import pytest
import torch
from conftest import latent_source
from test_driver import at, at_once, equal, new_run, newest, tiny  # noqa: F401

from ganapp import runs
from ganapp.config import TrainConfig
from ganapp.driving.driver import drive
from ganapp.generators import Sources, load_generator
from ganapp.latents import generate
from ganapp.metrics import live_figure
from ganapp.metrics.distances.swd import quick_swd
from ganapp.networks import build_generator
from ganapp.runs import create_run
from ganapp.runs.run import KEEP_SNAPSHOTS
from ganapp.runs.table import row_of
from ganapp.ui.shared.run_facts import best


@pytest.fixture
def measured(monkeypatch):
    """Measured at every save, on few samples."""
    monkeypatch.setattr("ganapp.metrics.live_figure.EARLIEST_SEC", 0.0)
    monkeypatch.setattr("ganapp.metrics.live_figure.SHARE", 1e9)
    monkeypatch.setattr("ganapp.metrics.live_figure.SAMPLES", 24)


def a_generator(num_classes):
    torch.manual_seed(3)
    config = TrainConfig(channels=3, num_classes=num_classes, z_dim=8, g_args={"width": 4})
    return config, build_generator(config.spec()).eval()


def test_it_is_the_published_distance_on_fixed_seeds_with_the_classes_of_the_pictures(
    tiny_dataset, monkeypatch
):
    monkeypatch.setattr("ganapp.metrics.live_figure.SAMPLES", 40)
    data = tiny_dataset(count=57)  # classes of unequal size
    config, G = a_generator(4)
    before = torch.random.get_rng_state()
    rows = np.random.default_rng(2).permutation(57)[:40]
    real, y = data.images.take(rows), data.labels[rows]
    fake = generate(G, range(40), list(y)).transpose(0, 3, 1, 2)
    value = live_figure.LiveFigure(config, data, latent_source(None, config)).measure(G)
    assert value == pytest.approx(quick_swd(real, fake), rel=1e-4)
    assert value != pytest.approx(
        quick_swd(real, generate(G, range(40), list(y[::-1])).transpose(0, 3, 1, 2))
    )
    assert torch.random.get_rng_state().equal(before)


def test_pictures_like_the_real_ones_are_nearer(tiny_dataset, monkeypatch):
    monkeypatch.setattr("ganapp.metrics.live_figure.SAMPLES", 48)
    data = tiny_dataset(labels=False)
    config, G = a_generator(0)
    figure = live_figure.LiveFigure(config, data, latent_source(None, config))
    far = figure.measure(G)
    others = data.images.take(np.arange(48)).transpose(0, 2, 3, 1)
    monkeypatch.setattr("ganapp.latents.images_from_inputs", lambda *args, **options: others)
    assert figure.measure(G) < far / 4


def test_it_takes_no_more_than_its_share_of_the_time(tiny_dataset):
    figure, many = (
        live_figure.LiveFigure(
            a_generator(0)[0], tiny_dataset(labels=False), latent_source(None, a_generator(0)[0])
        ),
        10**9,
    )
    assert not figure.is_due(live_figure.EARLIEST_SEC - 1, many) and figure.is_due(
        live_figure.EARLIEST_SEC, many
    )
    # a step of 5 ms an image: 1,000 samples may take 2.5 seconds, which is 3 % of 83
    assert not figure.is_due(82, 82 * 200) and figure.is_due(84, 84 * 200)
    figure.spent, figure.last = 6.0, 3.0  # one more makes 9 seconds: 3 % of 300
    assert not figure.is_due(299, 1) and figure.is_due(301, 1)


def test_large_pictures_are_halved_to_64_pixels():
    images = np.zeros((2, 3, 192, 192), np.uint8)
    images[1, 2, 128:132, 4:8] = [
        [10, 21, 30, 41]
    ] * 4  # 2×2 means: 15.5, 35.5; of the next ones, 16 and 36: 26
    small = live_figure.reduced(images)
    assert small.shape == (2, 3, 48, 48) and small[1, 2, 32, 1] == 26 and small.sum() == 26
    assert live_figure.reduced(np.zeros((1, 1, 125, 125), np.uint8)).shape == (1, 1, 125, 125)


def test_an_end_is_not_waited_for(tiny_dataset):
    figure = live_figure.LiveFigure(
        a_generator(0)[0], tiny_dataset(labels=False), latent_source(None, a_generator(0)[0])
    )
    asked = iter([False, True])
    figure.real = np.repeat(figure.real, 1 + 3 * live_figure.BATCH // len(figure.real), axis=0)
    assert figure.measure(a_generator(0)[1], lambda: next(asked)) is None and figure.spent > 0


def test_memory_that_lacks_for_it_ends_no_training(new_run, measured, monkeypatch):  # noqa: F811
    def measure(*args):
        raise MemoryError("Unable to allocate 8 GiB")

    monkeypatch.setattr(live_figure.LiveFigure, "measure", measure)
    run = new_run(save_sec=0, kimg=0.04)
    assert drive(run) == "finished" and "parts" not in {k for k, v in run.status().items() if v}
    assert "the live figure is not measured: Unable to allocate 8 GiB" in (run.path / "log.txt").read_text()


def test_a_run_that_died_before_it_said_finished_keeps_its_best(new_run, measured):  # noqa: F811
    run = new_run(save_sec=0, kimg=0.04)
    drive(run)
    best = run.snapshots()[0]
    config = json.loads((best / "config.json").read_text())
    config["origin"]["swd"] = 0.5
    (best / "config.json").write_text(json.dumps(config))
    run.write_status(state="interrupted")
    assert drive(run) == "finished"
    assert run.best_snapshot() == best and runs.live_figure_of(best) == 0.5


def test_curve_and_snapshots_have_it_and_the_training_is_the_same(new_run, tmp_path, measured, monkeypatch):  # noqa: F811
    run = new_run(save_sec=0, kimg=0.08)
    assert drive(run) == "finished"
    rows = [row for row in run.read_stats()[0] if "swd" in row]
    assert [row["nimg"] for row in rows] == list(range(8, 81, 8))
    kept = {int(s.name): runs.live_figure_of(s) for s in run.snapshots()}
    assert kept.items() <= {row["nimg"]: row["swd"] for row in rows}.items()
    monkeypatch.setattr("ganapp.metrics.live_figure.EARLIEST_SEC", 1e9)
    plain = create_run(tmp_path / "plain", run.config())
    assert drive(plain) == "finished"
    assert not [row for row in plain.read_stats()[0] if "swd" in row]
    assert equal(newest(run), newest(plain))


@pytest.mark.parametrize("word", ["pause", "stop"])
def test_nobody_who_pauses_or_stops_waits_for_it(new_run, measured, word):  # noqa: F811
    run = new_run(kimg=100)
    drive(run, at(run, 16, word))
    assert run.snapshots() and runs.live_figure_of(run.snapshots()[0]) is None


def a_snapshot(run, nimg, value, name="swd"):
    origin = {} if value is None else {name: value}
    run.write_snapshot(
        nimg, lambda folder: (folder / "config.json").write_text(json.dumps({"origin": origin}))
    )


def test_the_best_snapshot_outlives_the_last_ones(tmp_path):
    run = create_run(tmp_path, TrainConfig())
    assert run.best_snapshot() is None
    figures = [None, 9.5, 4.25, 7.0, None, *[8.0] * KEEP_SNAPSHOTS]
    for i, swd in enumerate(figures):
        a_snapshot(run, 10 * i, swd)
    last = [10 * i for i in range(len(figures))][-KEEP_SNAPSHOTS:]
    assert sorted(int(s.name) for s in run.snapshots()) == [20, *last]
    assert run.best_snapshot().name == "000000020"
    a_snapshot(run, 500, 4.25)  # as good, and newer
    assert run.best_snapshot().name == "000000500"
    a_snapshot(run, 510, 3.0)
    assert [int(s.name) for s in run.snapshots()][-1] > 20, "the best of before is like any other"
    assert run.best_snapshot().name == "000000510"


def test_of_decibels_the_most_are_the_best(tmp_path):
    run = create_run(tmp_path, TrainConfig())
    for nimg, decibels in ((10, 20.5), (20, 23.25), (30, 22.0), (40, None)):
        a_snapshot(run, nimg, decibels, "psnr")
    assert run.best_snapshot().name == "000000020"
    row = row_of(run)
    assert (row["best"], row["best_of"], row["best_kimg"]) == (23.25, "psnr", 0.02)
    assert best(run) == [20, 23.25, "psnr"]


@pytest.mark.parametrize(
    "text", ["", "[]", '{"origin": null}', '{"origin": {"swd": "3"}}', '{"origin": {"swd": NaN}}']
)
def test_a_snapshot_without_a_readable_figure_has_none(tmp_path, text):
    (tmp_path / "config.json").write_text(text)
    assert runs.live_figure_of(tmp_path) is None


def test_best_is_a_name_that_loads(new_run, measured):  # noqa: F811
    run = new_run(save_sec=0, kimg=0.04)
    drive(run)
    folder = run.path.parent
    best = run.best_snapshot()
    sources = Sources(folder, folder)
    assert sources.find(f"{run.name}/best") == (best, f"{run.name}/{best.name}")
    assert load_generator(f"{run.name}/best", runs=folder).origin["swd"] == runs.live_figure_of(best)
    assert f"{run.name}/best" in sources.list()
    for snapshot in run.snapshots():
        config = json.loads((snapshot / "config.json").read_text())
        del config["origin"]["swd"]
        (snapshot / "config.json").write_text(json.dumps(config))
    assert f"{run.name}/best" not in sources.list()
    with pytest.raises(ValueError, match="no best snapshot yet, .*; there are: 000000040"):
        load_generator(f"{run.name}/best", runs=folder)
    shutil.rmtree(run.path / "snapshots")
    with pytest.raises(ValueError, match="there are: none yet"):
        load_generator(f"{run.name}/best", runs=folder)
