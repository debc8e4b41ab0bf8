"""jobs.py: whole runs on 64 tiny pictures: what is written, obeyed, refused, survived, and resumed bit for bit."""

import errno
import json
import math
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import SafetensorError

from ganapp import files, runs
from ganapp.config import TrainConfig
from ganapp.data import Cancelled
from ganapp.driving import background, beginning, driver, fine_tuning
from ganapp.driving.driver import drive
from ganapp.driving.failures import explain, is_full_disk
from ganapp.driving.opening import Sets
from ganapp.driving.record import Recorder
from ganapp.generators import load_generator
from ganapp.runs import create_run, watchdog
from ganapp.runs import rows as row_module
from ganapp.runs import run as run_module
from ganapp.training import descent, loop, terms
from ganapp.training.batch_source import Batch
from ganapp.training.finite import NotFinite, check_finite
from ganapp.training.state import TrainState, gan_class_weights

VITALS = ("diversity", "feature_diversity", "d_train", "d_samples", "d_heldout", "d_noise")
END = 240  # images of a whole run: 30 steps


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """Commands are looked for at every step, so that a test says at which image something happens."""
    monkeypatch.setattr("ganapp.driving.commands.COMMAND_SEC", -1.0)
    monkeypatch.setattr(driver.time, "sleep", lambda sec, sleep=time.sleep: sleep(min(max(sec, 0), 0.02)))


def tiny(folder, family="dcgan", **changes):
    args = {"dcgan": {"width": 4}, "r3gan": {"widths": [16, 8, 8, 8], "blocks": 1}}[family]
    fields = {
        "dataset": str(folder),
        "family": family,
        "g_args": args,
        "d_args": args,
        "z_dim": 8,
        "batch": 8,
        "mirror": True,
    }
    fields |= {"kimg": END / 1000, "tick_sec": 0, "sample_sec": 3600, "save_sec": 3600, "seed": 5}
    return TrainConfig(**{**fields, "precision": "fp32", "threads": 1, "device": "cpu", **changes})


@pytest.fixture
def new_run(tmp_path, tiny_folder):
    def make(**changes):
        return create_run(tmp_path / "runs", tiny(changes.pop("dataset", tiny_folder), **changes))

    return make


def at(run, nimg, word):
    """An observer that leaves a word once the run has reached an image."""
    left = [word]

    def observe(status):
        if left and status["state"] == "running" and status["nimg"] >= nimg:
            run.send(left.pop())

    return observe


def equal(a, b):
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and a.equal(b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


def newest(run):
    return {k: v for k, v in torch.load(run.states()[0], weights_only=True).items() if k != "sec"}


def curves(run):
    timed = ("sec", "images_per_sec", "mem_mb")  # and vitals, which are measured by the clock
    return [{k: v for k, v in row.items() if k not in (*timed, *VITALS)} for row in run.read_stats()[0]]


@pytest.fixture(scope="module")
def reference(tmp_path_factory, tiny_folder):
    """An uninterrupted run: (run, its last state, its curves)."""
    run = create_run(tmp_path_factory.mktemp("reference"), tiny(tiny_folder))
    assert drive(run) == "finished"
    return run, newest(run), curves(run)


def assert_as_uninterrupted(run, reference):
    assert newest(run)["nimg"] == END
    assert equal(newest(run), reference[1])
    assert curves(run) == reference[2]
    a, b = (load_generator(r.snapshots()[0]).state_dict() for r in (run, reference[0]))
    assert equal(dict(a), dict(b))
    assert [p.read_bytes() for p in (run.samples()[-1], run.real_path)] == [
        p.read_bytes() for p in (reference[0].samples()[-1], reference[0].real_path)
    ]


def in_thread(run):
    thread = threading.Thread(target=drive, args=(run,), daemon=True)
    thread.start()
    return thread


def wait_for(what, seconds=30):
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


# -- a whole run --------------------------------------------------------------------------------------------------------


def test_a_run_from_start_to_finish(new_run, monkeypatch):
    monkeypatch.setattr(
        "ganapp.driving.driver.SAMPLE_GROWTH", 0.0
    )  # a grid every step, on a fast machine, too
    run, seen = (
        new_run(save_sec=0.2, sample_sec=0.0, r1=1.0, r1_interval=2, d_args={"width": 4, "norm": "none"}),
        [],
    )
    assert drive(run, seen.append) == "finished"
    states = [s["state"] for s in seen]
    assert list(dict.fromkeys(states)) == ["queued", "starting", "running", "finished"]
    status = run.status()
    assert (status["state"], status["nimg"], status["attempt"]) == ("finished", END, 1)
    assert (status["precision"], status["threads"]) == ("fp32", 1)
    assert status["device"].startswith("CPU")
    assert "reason" not in status
    assert not run.is_locked()

    config = run.config()
    assert (config.channels, config.num_classes) == (3, 4)  # found in the data
    rows = run.read_stats()[0]
    assert [r["nimg"] for r in rows] == list(range(8, END + 1, 8))
    always = {
        "sec",
        "d_loss",
        "g_loss",
        "d_real",
        "d_fake",
        "r1",
        "d_grad",
        "g_grad",
        "images_per_sec",
        "mem_mb",
    }
    assert always == set(rows[0]) - {"nimg"}
    assert {"diversity", "feature_diversity", "d_train", "d_samples"} <= set().union(*rows)
    assert ["r1" in r for r in rows[:4]] == [True, False, True, False]
    assert all(a["sec"] <= b["sec"] for a, b in zip(rows, rows[1:], strict=False))

    assert [int(p.stem) for p in run.samples()][:: len(run.samples()) - 1] == [0, END]
    for path in (*run.samples(), run.real_path):
        assert Image.open(path).size == (8 * 32, 8 * 32)
    assert int(run.states()[0].stem[6:]) == int(run.snapshots()[0].name) == END
    assert len(run.states()) == 2
    assert not list(run.path.rglob(".tmp-*"))
    G = load_generator(run.path)
    assert G.class_names == ("a", "b", "c", "d")
    assert G.spec == config.spec()
    assert G.origin["nimg"] == END
    assert G.origin["run"] == run.name
    assert G.origin["dataset"] == f"{os.path.basename(config.dataset)}, 64 images"


def test_a_grid_shows_one_class_a_row_and_grows_from_fixed_seeds(new_run):
    """Row i is class i mod 4, column j of row i the seed 8i + j: the picture that generate() makes of them."""
    from ganapp.latents import images_from_latents, latent

    run = new_run(family="r3gan", kimg=0.008)  # no batch norm: the snapshot is what the grid was drawn with
    drive(run)
    shown = np.asarray(Image.open(run.samples()[-1])).astype(int)
    G = load_generator(run.path)
    cells = [(0, 0), (2, 5), (7, 3), (5, 2)]
    z = np.concatenate([latent(8 * row + column, 8)[0][None] for row, column in cells])
    pictures = images_from_latents(G, z, np.array([row % 4 for row, _ in cells])).astype(int)
    drawn = np.stack([shown[32 * r : 32 * r + 32, 32 * c : 32 * c + 32] for r, c in cells])
    distance = np.abs(drawn[:, None] - pictures[None]).mean((2, 3, 4))  # WebP loses a little
    assert distance.diagonal().max() < 8 < 4 * 8 < distance[~np.eye(4, dtype=bool)].min()


def test_what_the_configuration_says_about_the_data_reaches_the_steps(new_run, reference):
    plain, unlabelled = new_run(mirror=False, kimg=0.016), new_run(conditional=False, kimg=0.016)
    assert [drive(r) for r in (plain, unlabelled)] == ["finished"] * 2
    assert [r["nimg"] for r in curves(plain)] == [8, 16]
    assert curves(plain) != reference[2][:2]
    assert unlabelled.config().num_classes == 0
    assert load_generator(unlabelled.path).class_names == ()


def test_a_finished_run_started_again_takes_no_step_more(new_run):
    run = new_run(kimg=0.02)  # no multiple of the batch: 24 images
    assert drive(run) == "finished"
    before = newest(run)
    assert before["nimg"] == 24
    assert drive(run) == "finished"
    assert equal(newest(run), before)
    assert [r["nimg"] for r in curves(run)] == [8, 16, 24]


# -- commands -----------------------------------------------------------------------------------------------------------


def test_pause_and_resume_equal_an_uninterrupted_run(new_run, reference):
    run = new_run()
    assert drive(run, at(run, 96, "pause")) == "paused"
    assert newest(run)["nimg"] == run.status()["nimg"] == 104  # obeyed one step later
    run.send("run")
    assert drive(run, at(run, 200, "stop")) == "stopped"
    assert newest(run)["nimg"] == 208
    run.send("run")
    assert drive(run) == "finished"
    assert run.status()["attempt"] == 3
    assert_as_uninterrupted(run, reference)


def test_save_now_saves_and_goes_on(new_run, reference):
    run = new_run()
    assert drive(run, at(run, 96, "save")) == "finished"
    assert [int(p.name) for p in run.snapshots()] == [END, 104]
    assert [int(p.stem[6:]) for p in run.states()] == [END, 104]
    assert run.command() == "run"
    assert_as_uninterrupted(run, reference)


def test_a_word_that_comes_while_saving_is_not_lost(new_run, monkeypatch):
    run, save = new_run(), Recorder.save

    def slow(job, state, **options):
        save(job, state, **options)
        if state.nimg == 104:
            run.send("pause")  # while "save" is being done

    monkeypatch.setattr(Recorder, "save", slow)
    assert drive(run, at(run, 96, "save")) == "paused"
    assert newest(run)["nimg"] == 112


def test_resume_pressed_while_a_pause_is_being_saved_goes_on(new_run, monkeypatch):
    run, save = new_run(), Recorder.save

    def slow(job, state, **options):
        save(job, state, **options)
        run.send("run")

    monkeypatch.setattr(Recorder, "save", slow)
    assert drive(run, at(run, 96, "pause")) == "finished"
    assert run.status()["attempt"] == 1


def test_pause_while_data_are_prepared(new_run, monkeypatch):
    run = new_run()

    def prepare(*args, progress, cancelled, **kwargs):
        progress(3, 10, "Reading pictures")
        assert run.status()["preparing"] == [3, 10, "Reading pictures"]
        assert not cancelled()
        run.send("pause")
        assert cancelled()
        raise Cancelled

    with monkeypatch.context() as preparing:  # undo() would take back COMMAND_SEC, too
        preparing.setattr("ganapp.data.open_dataset", prepare)
        assert drive(run) == "paused"
    assert "preparing" not in run.status()
    run.send("run")
    assert drive(run, at(run, 8, "stop")) == "stopped"


def test_a_budget_in_minutes(new_run):
    run = new_run(kimg=1000, minutes=0.6 / 60)
    assert drive(run) == "finished"
    assert 0.6 <= run.status()["sec"] < 5
    nimg = run.status()["nimg"]
    assert 0 < nimg < 100_000
    assert drive(run) == "finished"  # the time of earlier attempts counts
    assert run.status()["nimg"] == nimg


# -- one at a time ------------------------------------------------------------------------------------------------------


def test_two_processes_never_work_on_one_run(new_run, monkeypatch):
    monkeypatch.setattr("ganapp.driving.driver.LOCK_SEC", 0.05)
    run = new_run()
    lock = run.lock()
    lock.acquire()
    before = run.status()
    with pytest.raises(ValueError, match=f"run '{run.name}' is being worked on by another process"):
        drive(run)
    results = []
    thread = threading.Thread(target=lambda: results.append(drive(run)))
    thread.start()
    thread.join()
    assert results == ["running"]  # in the app: the run goes on where it is
    assert run.status() == before
    lock.release()
    assert drive(run, at(run, 8, "stop")) == "stopped"


def test_runs_wait_for_the_device_in_the_order_of_asking(new_run):
    first, second, third, fourth = (new_run(kimg=1000) for _ in range(4))
    began = []

    def watch(run):
        return lambda status: (
            began.append(run.name) if status["state"] == "running" and run.name not in began else None
        )

    threads = [threading.Thread(target=drive, args=(first, watch(first)), daemon=True)]
    threads[0].start()
    wait_for(lambda: first.status()["nimg"] > 0)
    for run in (third, second, fourth):  # asked for in another order than made
        threads.append(threading.Thread(target=drive, args=(run, watch(run)), daemon=True))
        threads[-1].start()
        wait_for(
            lambda run=run: run.status()["state"] == "queued" and "asked" in run.status() and run.is_locked()
        )
    fourth.send("pause")
    wait_for(lambda: fourth.status()["state"] == "paused")  # out of the queue, nothing trained
    assert fourth.status()["nimg"] == 0
    assert first.status()["state"] == "running"
    assert [second.status()["state"], third.status()["state"]] == ["queued", "queued"]
    first.send("stop")
    wait_for(lambda: third.status()["nimg"] > 0)
    assert second.status()["state"] == "queued"
    third.send("stop")
    wait_for(lambda: second.status()["nimg"] > 0)
    second.send("stop")
    [t.join(30) for t in threads]
    assert began == [first.name, third.name, second.name]
    assert first.status()["state"] == second.status()["state"] == third.status()["state"] == "stopped"


def test_shutdown_pauses_what_this_process_works_on(new_run, monkeypatch):
    monkeypatch.setattr("ganapp.driving.driver.LOCK_SEC", 0.05)
    works, waits = new_run(kimg=1000), new_run(kimg=1000)
    background.start(works)
    wait_for(lambda: works.status()["nimg"] > 0)
    background.start(waits)
    background.start(works).join(10)  # pressed twice: the second thread finds the run taken and ends
    background.shutdown(30)
    assert (works.status()["state"], waits.status()["state"]) == ("paused", "paused")
    assert newest(works)["nimg"] == works.status()["nimg"]
    assert not works.is_locked()


# -- what goes wrong ----------------------------------------------------------------------------------------------------


def poison(monkeypatch, nimg):
    """Weights of G stop being finite at an image."""
    g_step = loop.g_step

    def step(state, *args):
        stats = g_step(state, *args)
        if state.nimg == nimg:
            next(state.G.parameters()).data.view(-1)[0] = float("nan")
        return stats

    monkeypatch.setattr("ganapp.training.loop.g_step", step)


def test_numbers_that_are_no_longer_finite(new_run, monkeypatch, reference):
    """Twice a run with half the learning rates goes on from the last save by itself; a third time it ends with the reason."""
    run = new_run(g_lr=4e-4, d_lr=2e-4)
    assert drive(run, at(run, 96, "pause")) == "paused"
    run.send("run")
    poison(monkeypatch, 160)
    assert drive(run) == "failed"
    second, third = (r for r in reversed(runs.list_runs(run.path.parent)) if r != run)
    assert run.status()["reason"] == (
        f"d_loss was no longer a finite number at 168 images; run '{second.name}' goes on from 104 images with half the "
        "learning rates."
    )
    assert (run.status()["child"], second.status()["child"], run.latest()) == (second.name, third.name, third)
    assert third.status()["reason"] == (
        "d_loss was no longer a finite number at 168 images, as before with twice and four times these learning rates: "
        "choose another loss or penalty."
    )
    for made, parent, share in ((second, run, 2), (third, second, 4)):
        config = made.config()
        assert (config.parent, config.from_nimg) == (parent.name, 104)
        assert (config.g_lr, config.d_lr) == (4e-4 / share, 2e-4 / share)
        assert config == run.config().replace(
            parent=parent.name, from_nimg=104, g_lr=4e-4 / share, d_lr=2e-4 / share
        )
        assert [r["nimg"] for r in made.read_stats()[0]] == [*range(112, 168, 8), 168]
        assert math.isnan(made.read_stats()[0][-1]["d_loss"])
    assert "NotFinite" in (run.path / "log.txt").read_text()
    for r in (run, second, third):
        assert newest(r)["nimg"] == 104  # the state of before is as it was
        assert equal(newest(r), newest(run))


def test_after_numbers_that_were_not_finite_a_run_can_be_resumed(new_run, monkeypatch, reference):
    run = new_run()
    assert drive(run, at(run, 96, "pause")) == "paused"
    run.send("run")
    poison(monkeypatch, 160)
    drive(run)
    monkeypatch.undo()
    monkeypatch.setattr("ganapp.driving.commands.COMMAND_SEC", -1.0)
    assert drive(run) == "finished"
    assert_as_uninterrupted(run, reference)


def test_weights_that_are_no_longer_finite_are_not_saved(new_run, monkeypatch):
    """The losses of that step are still fine; a state of NaNs would be a run that cannot be resumed."""
    run = new_run(save_sec=0)
    poison(monkeypatch, 24)
    assert drive(run) == "failed"
    assert run.status()["reason"].startswith("a weight was no longer a finite number at 24 images")
    assert [int(p.stem[6:]) for p in run.states()] == [16, 8]
    assert [r.config().from_nimg for r in runs.list_runs(run.path.parent)] == [16, 16, 0]


def test_an_optimizer_that_remembers_infinity_is_not_saved(tiny_config):
    state = create_state(tiny_config())
    check_finite(state)
    loss = state.D(torch.zeros(8, 3, 32, 32), torch.zeros(8, dtype=torch.long)).logits.sum()
    loss.backward()
    state["D"].optimizer.step()
    check_finite(state)
    next(iter(state["D"].optimizer.state.values()))["exp_avg_sq"].fill_(math.inf)
    with pytest.raises(NotFinite, match="an optimizer was no longer a finite number at 0 images"):
        check_finite(state)


def poison_at_rate(monkeypatch, nimg, g_lr):
    """Weights of G stop being finite at an image, but only with that learning rate, as in life."""
    g_step = loop.g_step

    def step(state, config, *args):
        stats = g_step(state, config, *args)
        if state.nimg == nimg and config.g_lr == g_lr:
            next(state.G.parameters()).data.view(-1)[0] = float("nan")
        return stats

    monkeypatch.setattr("ganapp.training.loop.g_step", step)


def test_a_run_that_goes_on_without_a_save_begins_anew_and_ends_well(new_run, monkeypatch):
    run = new_run(g_lr=2e-3)
    poison_at_rate(monkeypatch, 80, 2e-3)
    assert drive(run) == "finished"
    child = run.latest()
    assert (run.status()["state"], child.status()["state"], child.status()["nimg"]) == (
        "failed",
        "finished",
        END,
    )
    assert (child.config().parent, child.config().from_nimg, child.status()["rollbacks"]) == (run.name, 0, 1)
    assert run.states() == []


def test_shutdown_pauses_the_run_that_went_on(new_run, monkeypatch):
    run = new_run(kimg=1000, g_lr=2e-3)
    poison_at_rate(monkeypatch, 80, 2e-3)
    thread = background.start(run)
    wait_for(lambda: run.latest().status()["nimg"] > 80)
    background.shutdown(30)
    assert not thread.is_alive()
    assert (run.status()["state"], run.latest().status()["state"]) == ("failed", "paused")


# -- not enough memory --------------------------------------------------------------------------------------------------


def short_of_memory(monkeypatch, images):
    """The discriminator finds no room for more than so many images at once."""
    judge, sizes = terms.judge, []

    def judged(state, config, x, y, *others, **beside):
        sizes.append(len(x))
        if len(x) > images:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 9 bytes")
        return judge(state, config, x, y, *others, **beside)

    monkeypatch.setattr("ganapp.training.loop.judge", judged)
    return sizes


def test_a_batch_that_does_not_fit_is_worked_through_in_parts(new_run, monkeypatch):
    whole, parts = (new_run(family="r3gan", loss="relativistic", r1=1.0, kimg=0.064) for _ in range(2))
    assert drive(whole) == "finished"
    sizes = short_of_memory(monkeypatch, 3)
    assert drive(parts) == "finished"
    assert parts.status()["parts"] == 4
    assert "reason" not in parts.status()
    assert sizes[:2] == [8, 4]  # twice too many
    assert set(sizes[2:]) == {2}
    assert "the batch is worked through in 4 parts" in (parts.path / "log.txt").read_text()
    rows, expected = curves(parts), curves(whole)
    assert [r["nimg"] for r in rows] == [r["nimg"] for r in expected]
    for row, other in zip(rows[:3], expected, strict=False):
        assert row == pytest.approx(other, rel=2e-3)


def test_a_resumed_run_remembers_the_parts(new_run, monkeypatch):
    run = new_run(family="r3gan", loss="relativistic", kimg=0.064)
    sizes = short_of_memory(monkeypatch, 4)
    assert drive(run, at(run, 16, "pause")) == "paused"
    run.send("run")
    sizes.clear()
    assert drive(run) == "finished"
    assert set(sizes) == {4}


def test_a_batch_that_cannot_be_split_stops_with_the_one_that_would_fit(new_run, monkeypatch):
    run = new_run()
    short_of_memory(monkeypatch, 4)
    assert drive(run) == "failed"
    assert run.status()["reason"] == (
        "There is not enough memory for a batch of 8, and batch normalization looks at the whole batch, so that it cannot "
        "be split; try 4."
    )


def test_a_machine_too_small_for_one_image(new_run, monkeypatch):
    run = new_run(family="r3gan", loss="relativistic")
    short_of_memory(monkeypatch, 0)
    assert drive(run) == "failed"
    assert run.status()["reason"].startswith("There is not enough memory even for one image at a time")


@pytest.mark.parametrize(
    ("family", "changes", "expected"),
    [
        ("r3gan", {}, ""),
        ("mlp", {"g_args": {"norm": "none"}, "d_args": {}}, ""),
        (
            "mlp",
            {"g_args": {"norm": "none"}, "d_args": {"minibatch": "discrimination"}},
            "minibatch discrimination",
        ),
        ("mlp", {"g_args": {"norm": "none"}, "d_args": {"norm": "spectral"}}, "spectral normalization"),
        ("dcgan", {"d_args": {"norm": "none"}}, "batch normalization"),  # G's counts, too
        ("resnet", {}, "batch normalization"),
        ("progan", {}, "minibatch deviation"),
        ("progan", {"d_args": {"stddev_group": 0}}, ""),
        ("stylegan2", {"d_args": {"stddev": 0}}, "the average of styles"),
        ("r3gan", {"loss": "relativistic_average"}, "the loss relativistic_average"),
        ("r3gan", {"feature_matching": 1.0}, "feature matching"),
        ("r3gan", {"class_term": "contrastive", "d_args": {"head": "contrastive"}}, "the contrastive term"),
    ],
)
def test_what_needs_the_whole_batch(tiny_config, family, changes, expected):
    from ganapp.networks import build_discriminator, build_generator

    config = tiny_config(family, **changes)
    with torch.device("meta"):
        nets = build_generator(config.spec()), build_discriminator(config.spec(), config.d_args)
    assert descent.needs_whole_batch(config, *nets) == expected


PARTS = {
    "relativistic with r1 and r2": {"loss": "relativistic", "r1": 2.0, "r2": 0.5},
    "cross-entropy with classes": {"class_term": "cross_entropy", "d_args": {"widths": [16, 16, 8, 8], "blocks": 1, "head": "classifier"}},
    "wasserstein with drift and orthogonal": {"loss": "wasserstein", "drift": 0.1, "orthogonal": 0.01},
    "hinge": {"loss": "hinge", "r1": 1.0},
}  # fmt: skip


@pytest.mark.parametrize("parts", [2, 3, 8])
@pytest.mark.parametrize("name", PARTS)
def test_gradients_of_the_parts_add_up_to_those_of_the_whole(tiny_config, name, parts):
    config = tiny_config("r3gan", **PARTS[name])
    y = torch.arange(8) % 4
    real = torch.rand(8, 3, 32, 32, generator=torch.Generator().manual_seed(1)) * 2 - 1
    z = torch.randn(8, config.z_dim, generator=torch.Generator().manual_seed(2))
    found = []
    for count in (1, parts):
        state = create_state(config)
        state.parts = count
        for net in (state.G, state.D):
            torch.manual_seed(4)
            for p in net.parameters():  # residual branches begin at 0
                p.data += 0.1 * torch.randn(p.shape)
        d_before = [p.data.clone() for p in state.D.parameters()]
        stats = loop.d_step(state, config, Batch(real, y, z))
        d_grad = torch.cat([p.grad.flatten() for p in state.D.parameters()])
        for p, value in zip(state.D.parameters(), d_before, strict=True):
            p.data.copy_(value)  # Adam makes a step of full length of a gradient of nearly 0
        stats |= loop.g_step(state, config, Batch(real, y, z))
        found.append((d_grad, torch.cat([p.grad.flatten() for p in state.G.parameters()]), stats))
    for a, b in zip(found[0][:2], found[1][:2], strict=True):
        assert (a - b).norm() <= 1e-5 * a.norm() and a.norm() > 0
    assert {k: v.item() for k, v in found[1][2].items()} == pytest.approx(
        {k: v.item() for k, v in found[0][2].items()}, rel=1e-5, abs=1e-6
    )


# -- what the watchdog measures and keeps ---------------------------------------------------------------------------------


def test_vitals_change_nothing_and_take_their_share(new_run, monkeypatch, reference):
    """With grids and measurements at every step the run is bit for bit the one without; by the clock they take 2 %."""
    run = new_run(sample_sec=0)
    monkeypatch.setattr("ganapp.driving.record.VITALS_SHARE", math.inf)
    monkeypatch.setattr("ganapp.driving.driver.SAMPLE_GROWTH", 0.0)
    assert drive(run) == "finished"
    assert_as_uninterrupted(run, reference)
    rows = run.read_stats()[0]
    assert (
        sum("diversity" in row for row in rows) == len(rows) - 1
    )  # what was measured after a row goes into the next
    assert "d_heldout" not in set().union(*rows)  # 64 pictures: none is held out, and the log says so
    assert (
        "whether the discriminator overfits is not measured: No pictures of"
        in (run.path / "log.txt").read_text()
    )
    monkeypatch.setattr("ganapp.driving.record.VITALS_SHARE", 0.02)
    rare = new_run(sample_sec=0)
    drive(rare)
    assert sum("diversity" in row for row in rare.read_stats()[0]) < len(rows) / 2


def test_the_last_good_state_is_kept(new_run, monkeypatch):
    """Rolling back from trouble needs a state from before it, however many were saved since."""
    run = new_run(save_sec=0, kimg=0.08)
    collapses_after(24, monkeypatch)
    assert drive(run) == "finished"
    assert run.status()["good"] == 24
    assert [int(p.stem[6:]) for p in run.states()] == [80, 72, 24]
    assert run.good_state().stem == "state-000000024"


def test_what_is_no_longer_finite_goes_back_to_before_the_trouble(new_run, monkeypatch):
    run = new_run(save_sec=0)
    collapses_after(24, monkeypatch)
    poison(monkeypatch, 64)
    assert drive(run) == "failed"
    assert runs.open_run(run.status()["child"], run.path.parent).config().from_nimg == 24


def collapses_after(nimg, monkeypatch):
    sick = watchdog.Finding("collapse", "red", "", "", ("rollback",), {})
    monkeypatch.setattr(watchdog, "judge", lambda rows, config: (sick,) if rows[-1]["nimg"] > nimg else ())


def test_a_branch_resumes_another_runs_state(new_run, reference):
    """The same configuration from a state in the middle: bit for bit the uninterrupted run."""
    run = new_run()
    drive(run, at(run, 96, "pause"))
    child = beginning.branch(run, run.config(), run.states()[0])
    assert (child.config().parent, child.config().from_nimg, child.status()["nimg"]) == (run.name, 104, 104)
    told = []
    assert drive(child, told.append) == "finished"
    first = next(status for status in told if status["state"] == "running")
    assert (
        first["sec"] >= torch.load(run.states()[0], weights_only=True)["sec"]
    )  # a budget of minutes goes on, too
    assert equal(newest(child), reference[1])
    assert curves(child) == reference[2][13:]
    assert child.status()["sec"] > run.status()["sec"]
    with pytest.raises(FileNotFoundError):
        beginning.branch(run, run.config(), run.path / "state-000000001.pt")
    assert len(runs.list_runs(run.path.parent)) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"dataset": "/nowhere/pictures"}, "/nowhere/pictures"),
        (
            {"g_args": {"depth": 3}},
            "the generator of dcgan has no argument 'depth'; it has: width, max_width, ",
        ),
        ({"device": "abacus"}, "device is 'abacus'; it must be auto, cpu, cuda, cuda:N or mps."),
        ({"device": "cuda:99"}, "device is 'cuda:99', but this machine has"),
        ({"start_from": "nobody"}, "nobody"),
    ],
)
def test_wrong_settings_are_one_sentence(new_run, changes, reason):
    run = new_run(**changes)
    assert drive(run) == "failed"
    assert reason in run.status()["reason"]
    assert "\n" not in run.status()["reason"]
    assert "Traceback" in (run.path / "log.txt").read_text()
    assert not run.is_locked()


def test_an_unreadable_configuration_fails_the_run_and_lets_go_of_it(new_run):
    run = new_run()
    (run.path / "config.json").write_text("{")
    assert drive(run) == "failed"
    assert "cannot be read" in run.status()["reason"]
    assert not run.is_locked()


def test_data_that_have_changed_since(new_run, tiny_folder, tmp_path):
    import shutil

    folder = shutil.copytree(tiny_folder, tmp_path / "pictures")
    run = new_run(dataset=folder)
    assert drive(run, at(run, 8, "pause")) == "paused"
    shutil.copytree(folder / "a", folder / "e")
    run.send("run")
    assert drive(run) == "failed"
    assert "has changed since this run began: it has 5 classes" in run.status()["reason"]


def break_state(path, how):
    data = path.read_bytes()
    path.write_bytes(
        {"cut": data[: len(data) // 2], "zeros": bytes(len(data)), "empty": b"", "text": b"hello" * 100}[how]
    )


@pytest.mark.parametrize("how", ["cut", "zeros", "empty", "text"])
def test_a_state_that_a_power_cut_left_unreadable(new_run, reference, how):
    run = new_run()
    drive(run, at(run, 40, "save"))  # saved at 48 and at the end
    broken = run.states()[0]
    break_state(broken, how)
    assert drive(run) == "finished"
    log = (run.path / "log.txt").read_text()
    assert f"{broken.name} cannot be read and is passed over" in log
    assert_as_uninterrupted(run, reference)
    assert [int(p.stem[6:]) for p in run.states()] == [END, 48]


def test_unreadable_states_do_not_push_out_good_ones(new_run):
    run = new_run()
    drive(run, at(run, 40, "save"))
    break_state(run.states()[0], "cut")
    run.send("run")
    assert drive(run, at(run, 80, "pause")) == "paused"
    assert [int(p.stem[6:]) for p in run.states()] == [88, 48]


def test_no_readable_state_at_all_fails_and_keeps_everything(new_run):
    run = new_run(kimg=0.08)
    drive(run, at(run, 40, "save"))
    rows, grids = run.read_stats()[0], run.samples()
    for path in run.states():
        break_state(path, "zeros")
    for _ in range(2):
        assert drive(run) == "failed"
        assert "none of the saved states" in run.status()["reason"]
        assert run.read_stats()[0] == rows
        assert run.samples() == grids
        assert len(run.states()) == 2


# -- a full disk --------------------------------------------------------------------------------------------------------


class FullDisk:
    """While .full, whatever a run writes fails as on a full disk; .only narrows that to file names that begin so."""

    def __init__(self, monkeypatch, only=""):
        self.full, self.only, self.refused = False, only, 0
        replacing, opened = files.replacing, open
        monkeypatch.setattr(run_module, "replacing", lambda path: self.check(path) or replacing(path))
        monkeypatch.setattr(
            run_module, "write_small", lambda path, text: self.check(path) or files.write_text(path, text)
        )
        for module in (run_module, row_module):
            monkeypatch.setattr(
                module, "write_text", lambda path, text: self.check(path) or files.write_text(path, text)
            )
            monkeypatch.setattr(
                module, "open", lambda path, mode="r", **k: self.opened(opened, path, mode, k), raising=False
            )

    def opened(self, opened, path, mode, kwargs):
        if mode.startswith("a"):
            self.check(path)
        return opened(path, mode, **kwargs)

    def check(self, path):
        if self.full and path.name.startswith(self.only):
            self.refused += 1
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))


@pytest.mark.parametrize("only", ["state-", "stats", ""])
def test_a_full_disk_pauses_with_the_reason_and_loses_nothing(new_run, monkeypatch, reference, only):
    """Also where nothing at all can be written, the word that says paused included."""
    disk, run = FullDisk(monkeypatch, only), new_run()
    if only == "state-":
        run.send("save")
    disk.full = only == "state-"

    def observe(status):
        disk.full = disk.full or (status["nimg"] == 96 and status["state"] == "running" and not disk.refused)

    thread = threading.Thread(target=drive, args=(run, observe), daemon=True)
    thread.start()
    wait_for(lambda: disk.refused > 3 or run.status()["state"] == "paused")
    if only:
        wait_for(lambda: run.status()["state"] == "paused")
        assert run.status()["reason"].startswith("The disk is full. Make room and press Resume")
        assert run.is_locked()  # it is all still in memory
    disk.full = False
    wait_for(lambda: run.status()["state"] == "paused")
    assert thread.is_alive()
    run.send("run")
    thread.join(30)
    assert run.status()["state"] == "finished"
    assert "reason" not in run.status()
    assert run.status()["attempt"] == 1
    assert_as_uninterrupted(run, reference)
    assert not only or "the disk is full" in (run.path / "log.txt").read_text()


def test_stop_gives_up_on_a_full_disk(new_run, monkeypatch):
    disk, run = FullDisk(monkeypatch, "state-"), new_run()
    disk.full = True
    run.send("save")
    thread = in_thread(run)
    wait_for(lambda: run.status()["state"] == "paused")
    run.send("stop")
    thread.join(30)
    assert run.status()["state"] == "stopped"
    assert run.states() == []
    assert run.status()["nimg"] == 0 and run.status()["reason"].endswith("Nothing has been saved yet.")
    assert not run.is_locked()


def test_a_disk_that_is_full_from_the_start(new_run, monkeypatch):
    disk, run = FullDisk(monkeypatch, "config"), new_run()
    disk.full = True
    assert drive(run) == "paused"
    assert run.status()["reason"].startswith("The disk is full.")
    disk.full = False
    assert drive(run, at(run, 8, "stop")) == "stopped"


def test_what_a_full_disk_looks_like(tmp_path, monkeypatch):
    assert is_full_disk(OSError(errno.ENOSPC, "x"), tmp_path)
    assert is_full_disk(OSError(errno.EDQUOT, "x"), tmp_path)
    assert not is_full_disk(PermissionError(errno.EACCES, "x"), tmp_path)
    rust = "Error while serializing: I/O error: No space left on device (os error 28)"
    assert is_full_disk(SafetensorError(rust), tmp_path)
    assert is_full_disk(SafetensorError("I/O error: File too large (os error 27)"), tmp_path)
    assert is_full_disk(OSError(errno.EFBIG, "x"), tmp_path)
    words = ("unexpected pos 128 vs 22", "basic_ios::clear: iostream error", "PytorchStreamWriter failed")
    for error in map(RuntimeError, words):
        assert not is_full_disk(error, tmp_path, 10_000)  # there is room: something else
        assert is_full_disk(error, tmp_path, 10**15)
        assert not is_full_disk(error, tmp_path)  # nothing was written
        error.__context__ = OSError(errno.ENOSPC, "x")
        error.__context__.__context__ = error
        assert is_full_disk(error, tmp_path)
    denied = RuntimeError("x")
    denied.__cause__ = PermissionError(errno.EACCES, "x")
    assert not is_full_disk(denied, tmp_path, 10**15)


# -- kill -9 ------------------------------------------------------------------------------------------------------------

CHILD = """
import os, signal, sys
from pathlib import Path
from ganapp import files
from ganapp.driving import commands, driver
from ganapp.runs import Run
commands.COMMAND_SEC = -1.0
run, replace = Run(Path(sys.argv[1])), os.replace
def dies(a, b):
    if Path(b).name == "state-000000168.pt":
        os.kill(os.getpid(), signal.SIGKILL)
    replace(a, b)
files.os.replace = dies
def observe(status):
    if status["state"] == "running" and status["nimg"] in (96, 160):
        run.send("save")
driver.drive(run, observe)
"""


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_kill_9_in_the_middle_of_a_save(new_run, reference, monkeypatch):
    """The state of the second save is written but not yet in its place when the process is gone."""
    run = new_run()
    process = subprocess.run(
        [sys.executable, "-c", CHILD, str(run.path)], capture_output=True, text=True, timeout=60
    )
    assert process.returncode == -signal.SIGKILL, process.stderr
    assert [int(p.stem[6:]) for p in run.states()] == [104]
    assert len(list(run.path.glob(".tmp-*.pt"))) == 1
    assert run.read_stats()[0][-1]["nimg"] == 168
    status = json.loads((run.path / "status.json").read_text())
    assert status["state"] == "running"
    monkeypatch.setattr("ganapp.runs.run.STALE_SEC", 0.0)
    assert run.status()["state"] == "interrupted"
    run.send("run")
    assert drive(run) == "finished"
    assert run.status()["attempt"] == 2
    assert not list(run.path.rglob(".tmp-*"))
    assert_as_uninterrupted(run, reference)


# -- fine-tuning --------------------------------------------------------------------------------------------------------


def completed(config, **changes):
    return config.replace(**{"channels": 3, "num_classes": 4, "seed": 9, **changes})


def create_state(config, **changes):
    return TrainState.create(completed(config, **changes), torch.device("cpu"))


def test_start_from_a_run(new_run, reference):
    """From a run with a saved state: all three networks, new optimizers, no images seen yet."""
    source, saved, _ = reference
    run = new_run(start_from=str(source.path), kimg=0.008, seed=3)
    assert drive(run) == "finished"
    assert newest(run)["nimg"] == 8
    assert load_generator(run.path).origin["parent"] == str(source.path)
    state = create_state(run.config())
    fine_tuning.start_from(str(source.path), state, completed(run.config()), run.path.parent)
    for name, player in saved["players"].items():
        assert equal(dict(state[name].net.state_dict()), dict(player["net"]))
    assert equal(dict(state.ema.state_dict()), dict(saved["players"]["G"]["average"]))
    assert state.nimg == 0
    assert state["G"].optimizer.state_dict()["state"] == {}
    first, last = run.samples()[0].read_bytes(), source.samples()[-1].read_bytes()
    a, b = (np.asarray(Image.open(p)).astype(int) for p in (run.samples()[0], source.samples()[-1]))
    assert first != last
    assert (
        np.abs(a - b).mean() < 2
    )  # the same pictures but for batch-norm statistics estimated on other draws


def test_start_from_a_model_folder(new_run, reference, tmp_path):
    source = reference[0].snapshots()[0]
    config = new_run().config()
    state = create_state(config)
    D = {k: v.clone() for k, v in state.D.state_dict().items()}
    fine_tuning.start_from(str(source), state, completed(config), tmp_path)
    tensors = dict(load_generator(source).state_dict())
    assert equal(dict(state.G.state_dict()), tensors)
    assert equal(dict(state.ema.state_dict()), tensors)
    assert equal(dict(state.D.state_dict()), D)  # there is none in a model


def test_start_from_with_other_classes(new_run, reference, tiny_config):
    """Only class embeddings start anew."""
    config = completed(new_run().config(), num_classes=6)
    state = create_state(config, num_classes=6)
    own = {k: v.clone() for k, v in state.G.state_dict().items()}
    fine_tuning.start_from(str(reference[0].path), state, config, reference[0].path.parent)
    for name, tensor in state.G.state_dict().items():
        assert tensor.equal(
            own[name] if "embedding" in name else reference[1]["players"]["G"]["net"][name]
        ), name
    assert equal(dict(state.ema.state_dict())["input.embedding.weight"], own["input.embedding.weight"])


@pytest.mark.parametrize("from_run", [True, False])
def test_pictures_without_classes_start_from_a_source_with_them(new_run, reference, from_run):
    """Embeddings are left out; the layer that takes a latent and an embedding keeps the latent's part."""
    run, saved, _ = reference
    config = completed(new_run().config(), num_classes=0)
    state = create_state(config, num_classes=0)
    source = str(run.path if from_run else run.snapshots()[0])
    note = fine_tuning.start_from(source, state, config, run.path.parent)
    assert note == f"{source} has 4 classes and these pictures have none: its classes are left out."
    given = saved["players"]["G"]["net"] if from_run else load_generator(source).state_dict()
    stem, own = given["body.0.weight"], state.G.state_dict()
    assert stem.shape[0] == 8 + 32 and own["body.0.weight"].equal(stem[:8])
    others = [name for name in own if name != "body.0.weight"]
    assert len(others) == len(given) - 2 and all(own[name].equal(given[name]) for name in others)
    head = "head.linear.weight"
    assert from_run == state.D.state_dict()[head].equal(saved["players"]["D"]["net"][head])


@pytest.mark.parametrize(
    ("family", "args", "term"),
    [
        ("resnet", {"widths": [8] * 4}, "none"),
        ("resnet", {"widths": [8] * 4, "head": "classifier"}, "cross_entropy"),
        ("resnet", {"widths": [8] * 4, "head": "contrastive"}, "d2d_ce"),
        ("stylegan2", {"channel_base": 256, "channel_max": 8}, "none"),
    ],
)
def test_every_head_starts_anew_with_other_classes(tiny_config, family, args, term):
    config = tiny_config(family, d_args=args, class_term=term)
    if family == "resnet":  # a table of gains for each class
        config = config.replace(g_args={"widths": [8] * 4, "embed_dim": 0})
    four, six = (create_state(config, num_classes=n) for n in (4, 6))
    for name in ("G", "D"):
        net, other = six[name].net, four[name].net
        before = {k: v.clone() for k, v in net.state_dict().items()}
        renewed = gan_class_weights(completed(config, num_classes=6), name)
        fine_tuning.load_fitting(net, other.state_dict(), renewed, "it")
        loaded, given = net.state_dict(), other.state_dict()
        kept = [k for k in loaded if before[k].shape != given[k].shape]
        assert kept
        assert all(loaded[k].equal(before[k] if k in kept else given[k]) for k in loaded)


def test_class_terms_need_data_with_classes(tiny_config, tiny_dataset):
    config = tiny_config(
        class_term="cross_entropy", d_args={"width": 4, "head": "classifier"}, dataset="cats.zip"
    )
    assert beginning.resolve(config, Sets(tiny_dataset()), torch.device("cpu")).num_classes == 4
    with pytest.raises(ValueError) as error:
        beginning.resolve(config, Sets(tiny_dataset(labels=False)), torch.device("cpu"))
    assert str(error.value) == "class_term is 'cross_entropy', but 'cats.zip' has no classes: set it to none."


@pytest.mark.parametrize(
    ("changes", "different"),
    [
        ({"g_args": {"width": 5}}, "it has g_args {'width': 4}, and here is g_args {'width': 5}"),
        ({"z_dim": 9}, "it has z_dim 8, and here is z_dim 9"),
        (
            {"family": "mlp", "z_dim": 9, "g_args": {}, "d_args": {}},
            "it has family dcgan, z_dim 8, g_args {'width': 4}, d_args {'width': 4}, "
            "and here is family mlp, z_dim 9, g_args {}, d_args {}",
        ),
    ],
)
def test_start_from_what_does_not_fit(new_run, reference, changes, different):
    """The sentence says what differs and what is allowed, for a run and for a generator."""
    config, (run, _, _) = new_run().config(), reference
    state, here = create_state(config, **changes), completed(config, **changes)
    rule = fine_tuning.RULE.removesuffix(" Everything else may differ.")
    for source in (run.path, run.snapshots()[0]):
        with pytest.raises(ValueError) as error:
            fine_tuning.start_from(str(source), state, here, run.path.parent)
        if source != run.path:  # a generator has no arguments of D
            different = different.replace(", d_args {'width': 4}", "").replace(", d_args {}", "")
        said = (
            f"{source} (G) does not fit this configuration: {different}. {rule} Everything else may differ."
        )
        assert str(error.value) == said


def test_what_a_run_starts_from_is_checked_before_it_is_created(new_run, reference, tmp_path):
    """As far as it is known then: channels and classes come with the data, arguments may name a default."""
    config, (run, _, _) = new_run().config().replace(start_from=str(reference[0].path)), reference
    runs = run.path.parent
    for source in (run.path, run.snapshots()[0]):
        given = config.replace(start_from=str(source), channels=0, num_classes=0)
        beginning.check(given, runs)
        beginning.check(given.replace(d_args={"width": 4, "norm": "batch"}), runs)
        with pytest.raises(
            ValueError, match="does not fit .*: it has z_dim 8, and here is z_dim 5. These must"
        ):
            beginning.check(given.replace(z_dim=5), runs)
        with pytest.raises(ValueError, match="it has channels 3, and here is channels 1"):
            beginning.check(given.replace(channels=1), runs)
        beginning.check(given.replace(conditional=False), runs)  # classes can be left out
    with pytest.raises(ValueError, match="'nothing' is no folder, run"):
        beginning.check(config.replace(start_from="nothing"), runs)
    with pytest.raises(ValueError, match="the generator of dcgan has no argument 'widht'; it has: width"):
        beginning.check(config.replace(g_args={"widht": 4}), runs)


def test_a_run_of_other_players_is_no_start(new_run, reference):
    """A sentence in place of a KeyError."""
    config, (run, _, _) = new_run().config(), reference
    state = create_state(config)
    state.players = {"V": state["G"], "D": state["D"]}
    with pytest.raises(
        ValueError, match="has the network G, and this configuration has V, D: a run can only"
    ):
        fine_tuning.start_from(str(run.path), state, completed(config), run.path.parent)


# -- sentences ----------------------------------------------------------------------------------------------------------


def test_explanations():
    oom = RuntimeError(
        "[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory: you tried 9 bytes"
    )
    assert explain(oom, 64) == "There is not enough memory for a batch of 64; try 32."
    assert (
        explain(torch.OutOfMemoryError("CUDA out of memory. Tried"), 1)
        == "There is not enough memory for a batch of 1; try 1."
    )
    assert explain(ValueError("batch is 3.\nmore"), 8) == "batch is 3."
    assert explain(KeyError(), 8) == "KeyError: KeyError (log.txt has the details)"
    assert explain(IndexError("a\nb"), 8) == "IndexError: a (log.txt has the details)"
