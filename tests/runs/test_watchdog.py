"""watchdog.py and vitals.py: each trouble provoked in a small real run, none seen in healthy ones, remedies, measurements."""

import copy
import json
import math
import subprocess
import sys
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import latent_source, tiny_images
from narrow import narrowed

from ganapp.config import UNLIMITED_KIMG, TrainConfig, preset_config
from ganapp.data import ImageDataset, Images
from ganapp.data.batches import Batches
from ganapp.latents import images_from_latents, latent
from ganapp.runs import watchdog
from ganapp.runs.remedies import remedied
from ganapp.runs.watchdog import ENOUGH, KINDS, judge
from ganapp.training.averaging import averaged_generator
from ganapp.training.descent import descend
from ganapp.training.loop import train
from ganapp.training.state import TrainState
from ganapp.training.vitals import SAMPLES_PER_ROW, Vitals, gradient_norms, mean_distance, pick_images

CPU = torch.device("cpu")
SAMPLES = 64
SMALL = {
    "family": "mlp", "resolution": 28, "channels": 1, "conditional": False, "z_dim": 8, "batch": 8, "seed": 1,
    "g_args": {"hidden": [16], "norm": "none"}, "d_args": {"hidden": [16]}, "precision": "fp32", "threads": 1,
}  # fmt: skip


def small(**changes):
    return TrainConfig(**{**SMALL, **changes})


def grains(seed, count=32):
    """Pictures that have nothing in common: all that can be learnt of them is themselves."""
    return ImageDataset(
        "grain",
        Images(np.random.RandomState(seed).randint(0, 256, (count, 1, 28, 28)).astype(np.uint8)),
        None,
        (),
    )


def tiny(resolution=28, channels=1, count=64):
    return ImageDataset("tiny", Images(tiny_images(count, resolution, channels)[0]), None, ())


def rows_of(config, dataset, heldout, steps, tick=1, look=12):
    """Statistics of a run, as the driver writes them: a row every `tick` steps, vitals every `look` of them."""
    state = TrainState.create(config, CPU)
    draw = Batches(dataset, CPU, seed=config.seed, mirror=config.mirror, conditional=config.num_classes > 0)
    y = np.arange(SAMPLES) // SAMPLES_PER_ROW % config.num_classes if config.num_classes else None
    z = np.stack([latent(seed, config.z_dim)[0] for seed in range(SAMPLES)])
    labels = torch.from_numpy(dataset.labels) if config.num_classes else None
    vitals, rows = Vitals(config, dataset, heldout, y, SAMPLES), []
    for i, step in enumerate(islice(train(state, config, latent_source(draw, config)), steps)):
        if i % tick:
            continue
        row = {"nimg": step.nimg, "sec": i * 0.1} | {
            k: v.item() for k, v in (step.stats | gradient_norms(state)).items()
        }
        if i % (tick * look) == 0:
            row |= vitals.measure(
                state,
                images_from_latents(
                    averaged_generator(state, config, latent_source(draw, config, labels), 1), z, y
                ),
            )
        rows.append(row)
    return rows


def seen(rows, config):
    """All (kind, level) that the light has shown in the course of a run."""
    return {(f.kind, f.level) for n in range(0, len(rows) + 1, 5) for f in judge(rows[:n], config)}


# -- every trouble --------------------------------------------------------------------------------------------------------

SICK = {
    "d_wins": ({"loss": "non_saturating", "g_lr": 1e-6, "d_lr": 2e-3}, 540),  # a generator that hardly moves
    "stall": ({"loss": "minimax", "g_lr": 1e-2, "d_lr": 1e-2, "beta1": 0.9}, 240),  # a loss that saturates
    "collapse": ({"loss": "wasserstein", "g_lr": 3e-3, "d_lr": 1e-7}, 240),  # G runs to the one maximum of a fixed D
    "exploding": ({"loss": "wasserstein", "g_lr": 1e-3, "d_lr": 1e-2, "d_args": {"hidden": [32, 32]}}, 120),  # nothing holds D
    "oscillation": ({"loss": "wasserstein", "weight_clip": 0.02, "g_lr": 1e-2, "d_lr": 1e-2, "beta1": 0.9}, 640),
    "overfit": ({"d_lr": 1e-3, "d_args": {"hidden": [64]}}, 400),
}  # fmt: skip


@pytest.mark.parametrize("kind", SICK)
def test_trouble_is_seen(kind):
    changes, steps = SICK[kind]
    config = small(**changes)
    data = (grains(1), grains(2)) if kind == "overfit" else (tiny(), None)
    rows = rows_of(config, *data, steps, tick=1 + (steps > 400), look=6 if steps > 400 else 12)
    found = seen(rows, config)
    assert kind in {k for k, _ in found}
    other = {
        "d_wins": set(),
        "stall": {"d_wins"},
        "exploding": {"collapse"},
        "oscillation": {"collapse"},
        "overfit": {"d_wins"},
    }
    assert {k for k, level in found if level == "red"} <= {kind} | other.get(kind, set())


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_one_number_that_is_none_is_enough(bad):
    (finding,) = judge([{"nimg": 8, "sec": 0.1, "d_loss": 1.0, "g_loss": bad}], small())
    assert (finding.kind, finding.level, finding.remedies) == ("nan", "red", ("rollback",))
    assert finding.means == "g_loss is no longer a finite number: this training cannot go on."


def healthy_rows(count=200, **series):
    """Rows of a run in balance; `series` maps a name to a function of the row's number."""
    random = np.random.RandomState(0)
    rows = []
    for i in range(count):
        row = {
            "nimg": 64 * 20 * (i + 1),
            "sec": float(i),
            "d_loss": 1.2,
            "g_loss": 0.8,
            "d_real": 0.5,
            "d_fake": -0.5,
        }
        row |= {"d_grad": 1.0, "g_grad": 1.0, "diversity": 0.9, "feature_diversity": 0.8}
        row |= {"d_train": 0.5, "d_heldout": 0.4, "d_samples": -0.5, "d_noise": 0.05}
        row = {k: v if k in ("nimg", "sec") else v * (1 + 0.05 * random.randn()) for k, v in row.items()}
        rows.append(row | {name: f(i) for name, f in series.items()})
    return rows


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ({}, set()),
        ({"d_loss": lambda i: 0.03, "d_real": lambda i: 3.0 + i / 20}, {("d_wins", "amber")}),
        ({"d_loss": lambda i: 0.03, "d_real": lambda i: 3.0}, set()),  # near 0, but nothing grows
        ({"d_loss": lambda i: 0.003}, {("d_wins", "red")}),
        ({"g_grad": lambda i: 1.0 if i < 150 else 0.005}, {("stall", "amber")}),
        ({"g_grad": lambda i: 1.0 if i < 150 else 0.0005}, {("stall", "red")}),
        ({"g_grad": lambda i: 1.0 if i < 150 else 0.02}, set()),  # shrinks as learning rates do
        ({"d_grad": lambda i: 1.0 if i < 150 else 300.0}, {("exploding", "amber")}),
        ({"d_grad": lambda i: 1.0 if i < 150 else 3000.0}, {("exploding", "red")}),
        ({"d_grad": lambda i: 3e4}, {("exploding", "amber")}),
        ({"d_grad": lambda i: 500.0 if i % 16 == 0 else 1.0}, set()),  # a lazy penalty
        ({"diversity": lambda i: 0.9 if i < 150 else 0.3}, {("collapse", "amber")}),
        ({"diversity": lambda i: 0.9 if i < 150 else 0.3, "feature_diversity": lambda i: 0.8 if i < 150 else 0.2}, {("collapse", "red")}),
        ({"diversity": lambda i: 0.9 if i < 150 else 0.1}, {("collapse", "red")}),
        ({"diversity": lambda i: 2.0 if i < 150 else 0.8}, set()),  # less than once, but as much as real pictures have
        ({"diversity": lambda i: 0.3 if i < 150 else 0.1}, {("collapse", "amber")}),  # it never was, in 256,000 images
        ({"d_real": lambda i: 0.5 + math.sin(i / 4)}, {("oscillation", "amber")}),
        ({"d_real": lambda i: 6 * math.sin(i / 4)}, {("oscillation", "red")}),
        ({"d_real": lambda i: 6 * math.sin(i / 60)}, set()),  # once up and down
        ({"d_heldout": lambda i: -0.1}, {("overfit", "amber")}),
        ({"d_heldout": lambda i: -0.4}, {("overfit", "red")}),
        ({"d_heldout": lambda i: -0.4, "d_noise": lambda i: 0.5}, set()),  # within the noise
    ],
)  # fmt: skip
def test_thresholds(series, expected):
    found = judge(healthy_rows(**series), small(batch=64))
    assert {(f.kind, f.level) for f in found} == expected
    assert not judge(healthy_rows(ENOUGH - 1, **series), small(batch=64))  # too early to say
    assert all("{" not in f.means and f.advice.endswith(".") for f in found)


def hours(begin, sick, until):
    """History of a run with a row a second, as Run.history gives it at `until` seconds: vitals every 2 % of the time, as jobs.py
    takes them; from `begin` on each row is `sick`."""
    rows, looked = [], 0.0
    for sec in range(until):
        row = {
            "nimg": 500 * sec,
            "sec": float(sec),
            "d_loss": 1.2,
            "d_real": 0.5,
            "d_fake": -0.5,
            "g_grad": 0.7,
            "d_grad": 0.7,
        }
        if sec - looked >= max(5, 0.02 * sec):
            looked = sec
            row |= {
                "diversity": 0.95,
                "feature_diversity": 0.9,
                "d_train": 0.5,
                "d_heldout": 0.4,
                "d_samples": -0.5,
                "d_noise": 0.01,
            }
        rows.append(row | ({k: v for k, v in sick.items() if k in row} if sec >= begin else {}))
    last = rows[-watchdog.HISTORY :]
    return [row for row in rows[: -watchdog.HISTORY] if "diversity" in row] + last


@pytest.mark.parametrize(
    ("kind", "sick"),
    [
        ("collapse", {"diversity": 0.1, "feature_diversity": 0.1}),
        ("overfit", {"d_heldout": -0.4}),
        ("stall", {"g_grad": 1e-5}),
    ],
)
@pytest.mark.parametrize(("begin", "hour"), [(600, 0.5), (600, 3), (2 * 3600, 3), (4 * 3600, 6)])
def test_trouble_is_still_seen_hours_later(kind, sick, begin, hour):
    """A light that turns green again while nothing has become better would call the collapsed state a good one."""
    config = small(loss="non_saturating")
    assert judge(hours(begin, {}, int(hour * 3600)), config) == ()
    findings = judge(hours(begin, sick, int(hour * 3600)), config)
    assert [f.kind for f in findings] == [kind]
    assert watchdog.is_good(findings) == (kind == "overfit")  # for which there is nothing to go back to


def test_what_was_never_varied_is_said_after_the_beginning():
    never = {"diversity": 0.1, "feature_diversity": 0.12}
    assert judge(hours(0, never, 150), small()) == ()  # 75,000 images
    (finding,) = judge(hours(0, never, 300), small())
    assert (finding.kind, finding.level) == ("collapse", "amber")
    assert "10 % as varied as real pictures" in finding.means


@pytest.mark.parametrize(("features", "level"), [(0.2, "red"), (0.9, "amber")])
def test_a_fall_in_features_makes_one_in_pixels_worse(features, level):
    (finding,) = judge(hours(600, {"diversity": 0.3, "feature_diversity": features}, 1800), small())
    assert (finding.kind, finding.level, finding.values["now"]) == ("collapse", level, "30")
    assert judge(hours(600, {"feature_diversity": features}, 1800), small()) == ()


def test_d_may_be_ahead_in_the_first_steps():
    rows = [row | {"nimg": row["nimg"] // 20} for row in healthy_rows(d_loss=lambda i: 0.003)]
    assert judge(rows, small(batch=64)) == ()


@pytest.mark.parametrize("loss", watchdog.CHANCE)
def test_chance_is_what_guessing_costs(loss):
    from ganapp.training.losses import LOSSES

    logits = torch.full((4,), LOSSES[loss].undecided_logit or 0.0)
    assert LOSSES[loss].d(logits, logits).mean().item() == pytest.approx(watchdog.CHANCE[loss])


def test_smoothed_labels_have_a_loss_that_cannot_fall_to_zero():
    floor = 0.32508  # -0.1 log 0.1 - 0.9 log 0.9
    config = small(batch=64, label_smoothing=0.1)
    assert judge(healthy_rows(d_loss=lambda i: floor + 0.5), config) == ()
    assert judge(healthy_rows(d_loss=lambda i: floor + 0.003), config)[0].kind == "d_wins"


def test_a_growing_network_is_judged_from_its_full_resolution_on():
    config = small(
        family="progan", resolution=32, g_args={}, d_args={}, grow_kimg=20, batch=16
    )  # grown at 120,000 images
    rows = healthy_rows(diversity=lambda i: 1.5 if i < 90 else 0.3)
    assert rows[92]["nimg"] < 120_000 < rows[94]["nimg"]
    rows = rows[:160]  # 205,000 images
    assert judge(rows, config) == ()
    assert judge(rows, config.replace(grow_kimg=0))[0].kind == "collapse"


def test_rows_of_another_version_are_borne():
    rows = [{"nimg": 64 * i, "sec": float(i), "d_loss": 1.0} for i in range(200)]
    assert judge(rows, small()) == ()
    assert judge([{"nimg": 1}] * 100, small()) == ()
    assert judge([], small()) == ()


def test_the_worst_comes_first_and_the_light_has_its_colour():
    found = judge(healthy_rows(d_heldout=lambda i: -0.1, d_loss=lambda i: 0.003), small(batch=64))
    assert [f.kind for f in found] == ["d_wins", "overfit"]
    assert watchdog.level(found, 200) == "red"
    assert watchdog.level(found[1:], 200) == "amber"
    assert (watchdog.level((), 200), watchdog.level((), ENOUGH - 1)) == ("green", "grey")


def test_the_watchdog_is_light():
    code = "import sys, ganapp.runs.watchdog; print([m for m in ('torch', 'numpy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"


# -- healthy runs ---------------------------------------------------------------------------------------------------------

HEALTHY = (
    "mlp-28", "dcgan-32", "dcgan-r1-32", "r3gan-32", "resnet-32", "lsgan", "acgan", "stylegan2-32", "cgan", "wgan",
    "tutorial-mlp-fixed", "tutorial-dcgan",
)  # fmt: skip


@cache
def faces(resolution, count, seed):
    from ganapp.data.faces import drawing

    images, labels, _ = drawing.draw_faces(count, resolution, seed=seed)
    return ImageDataset("faces", Images(images), labels.astype(np.int64), tuple("abcd"))


@pytest.mark.slow
@pytest.mark.parametrize("name", HEALTHY)
def test_no_false_alarm(name):
    config = narrowed(name, 400)
    data = (faces(config.resolution, count, seed) for count, seed in ((4000, 0), (256, 1_000_003)))
    assert seen(rows_of(config, *data, 400, tick=2, look=10), config) == set()


# -- remedies -------------------------------------------------------------------------------------------------------------


def test_what_remedies_change():
    config = small(kimg=100, minutes=10, g_lr=4e-4, d_lr=2e-4, resolution=28)
    assert remedied(config, "rollback") == config.replace(g_lr=2e-4, d_lr=1e-4)
    assert remedied(config, "r1") == config.replace(r1=3.5)
    assert remedied(config.replace(r1=2), "r1") == config.replace(r1=8)
    assert remedied(config, "diffaugment") == config.replace(augment="diffaugment")
    assert remedied(config, "lower_budget", nimg=40_000, sec=120) == config.replace(kimg=70, minutes=6)
    by_clock = config.replace(kimg=UNLIMITED_KIMG)
    assert remedied(by_clock, "lower_budget", nimg=40_000, sec=120) == by_clock.replace(minutes=6)
    assert remedied(config.replace(g_lr=1e-7), "rollback").g_lr == 1e-7
    assert remedied(config, "anew", 100_000, 600) == config.replace(g_lr=2e-4, r1=1, r1_interval=4)
    assert remedied(config.replace(r1=2), "anew") == config.replace(g_lr=2e-4, r1=2)


def test_r1_is_not_offered_to_batch_norm():
    config = preset_config("dcgan-32")
    (finding,) = judge(healthy_rows(d_loss=lambda i: 0.003), config)
    assert finding.remedies == ("diffaugment", "rollback")
    with pytest.raises(
        ValueError, match="remedy is 'r1'; for this run it must be one of rollback, diffaugment, lower_budget"
    ):
        remedied(config, "r1")
    (finding,) = judge(healthy_rows(d_loss=lambda i: 0.003), preset_config("dcgan-r1-32"))
    assert finding.remedies == ("r1", "diffaugment", "rollback")
    (finding,) = judge(healthy_rows(d_loss=lambda i: 0.003), config.replace(augment="ada"))
    assert finding.remedies == ("rollback",)


@pytest.mark.parametrize("kind", KINDS)
def test_every_finding_can_be_cured_whatever_the_run(kind):
    for name in ("dcgan-32", "dcgan-r1-32", "stylegan2-ada", "wgan", "r3gan-cifar10"):
        finding = watchdog._finding(
            kind,
            True,
            preset_config(name),
            what="a",
            net="D",
            size=1,
            share=1,
            now=1,
            best=1,
            swing=1,
            left=1,
        )
        assert finding.remedies
        for remedy in finding.remedies:
            assert remedied(preset_config(name), remedy, 64_000, 60) != preset_config(name)


# -- vitals ---------------------------------------------------------------------------------------------------------------


def test_mean_distance_by_hand():
    assert mean_distance(np.array([[0.0, 0.0], [3.0, 4.0], [0.0, 0.0]])) == pytest.approx(10 / 3)


def test_pick_takes_the_classes_asked_for(tiny_dataset):
    y = np.array([2] * 8 + [0] * 8)
    images, labels = pick_images(tiny_dataset(), y, 16)
    assert (labels == y).all()
    assert len(np.unique(images.reshape(16, -1), axis=0)) == 16
    again, _ = pick_images(tiny_dataset(), y, 16)
    assert (images == again).all()
    images, labels = pick_images(tiny_dataset(count=12), np.array([1] * 8), 8)  # 3 of a class
    assert (labels == 1).all() and len(np.unique(images.reshape(8, -1), axis=0)) == 3


def test_real_images_are_as_varied_as_themselves_and_one_image_is_not(tiny_config, tiny_dataset):
    config, dataset = tiny_config("dcgan"), tiny_dataset()
    state, y = TrainState.create(config, CPU), np.arange(SAMPLES) // SAMPLES_PER_ROW % 4
    vitals = Vitals(config, dataset, None, y, SAMPLES)
    real = vitals.train[0].transpose(0, 2, 3, 1)
    found = vitals.measure(state, real)
    assert (found["diversity"], found["feature_diversity"]) == (1.0, 1.0)
    assert found["d_train"] == found["d_samples"]
    assert "d_heldout" not in found
    same = vitals.measure(state, np.repeat(real[:1], SAMPLES, 0))
    assert same["diversity"] == 0.0
    # one picture for each class: varied on the whole, collapsed within each
    classes = np.stack([real[y == k][0] for k in y])
    assert vitals.measure(state, classes)["diversity"] == 0.0
    assert Vitals(config.replace(conditional=False), dataset, None, None, SAMPLES)._spread(classes) > 0


@pytest.mark.parametrize("name", ["dcgan-32", "sngan", "cgan", "stylegan2-ada", "progan-32"])
def test_looking_changes_nothing(name, tiny_dataset):
    """Steps after a look are those without it, bit for bit: batch norm, spectral norm, dropout, ADA, growth."""
    config = narrowed(name, 12)
    dataset, finals = tiny_dataset(resolution=config.resolution), []
    y = np.arange(SAMPLES) // SAMPLES_PER_ROW % config.num_classes if config.num_classes else None
    vitals = Vitals(config, dataset, tiny_dataset(count=40, resolution=config.resolution), y, SAMPLES)
    samples = vitals.train[0].transpose(0, 2, 3, 1)
    for looks in (False, True):
        state = TrainState.create(config, CPU)
        draw = Batches(dataset, CPU, seed=3, mirror=True, conditional=config.conditional)
        for _ in islice(train(state, config, latent_source(draw, config)), 4):
            if looks:
                before = copy.deepcopy(state.state_dict())
                vitals.measure(state, samples), gradient_norms(state)
                assert json.dumps(flat(before)) == json.dumps(flat(state.state_dict()))
        finals.append(flat(state.state_dict()))
    assert finals[0] == finals[1]


def flat(saved):
    return {
        k: [v.double().sum().item(), v.double().square().sum().item()]
        for player in saved["players"].values()
        for part in ("net", "average")
        for k, v in player.get(part, {}).items()
    }


def test_gradient_norms_are_those_of_the_last_steps():
    config = small()
    state = TrainState.create(config, CPU)
    assert gradient_norms(state) == {}
    descend(
        [state["D"].optimizer], lambda x: (state.D(x, None).logits.sum(), {}), 1, torch.rand(8, 1, 28, 28)
    )
    expected = math.sqrt(sum(p.grad.square().sum().item() for p in state.D.parameters()))
    assert gradient_norms(state)["d_grad"].item() == pytest.approx(expected)


# -- what "before" and "now" are ------------------------------------------------------------------------------------------


def test_the_past_does_not_include_now():
    assert watchdog._split(list(range(60))) == (list(range(40)), list(range(40, 60)))
    assert watchdog._split(list(range(59))) == ([], list(range(39, 59)))  # too few before


def test_a_gradient_is_compared_with_that_of_before_alone():
    """21 of 40 earlier gradients are 1; with the last 20 among them the median would already be 300."""
    rows = [{"nimg": i, "d_grad": 1.0 if i < 21 else 300.0} for i in range(60)]
    assert [(f.kind, f.values["net"]) for f in judge(rows, small())] == [("exploding", "D")]


def test_the_noise_of_the_gap_is_a_standard_error(monkeypatch, tiny_dataset):
    """The deviation of a difference of two means: sqrt((4 + 64) / 16) for logits ±2 and ±8 of 16 images each."""
    config = small(conditional=False, resolution=32, channels=3)
    vitals = Vitals(config, tiny_dataset(labels=False), tiny_dataset(labels=False), None, 16)
    spread = iter((2.0, 1.0, 8.0))  # training images, samples, held-out images
    signs = np.tile([1.0, -1.0], 8)
    monkeypatch.setattr(vitals, "_outputs_of_d", lambda *_: (next(spread) * signs, np.eye(16)))
    found = vitals.measure(None, vitals.train[0].transpose(0, 2, 3, 1))
    assert found["d_noise"] == pytest.approx(math.sqrt(68 / 16), rel=1e-4)


# -- picture to picture ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "vitals", "expected"),
    [
        ("degrade", {"changed": 0.6, "error": 0.7}, set()),
        ("degrade", {"changed": 0.6, "answers": 0.2}, {("deaf", "amber")}),
        ("degrade", {"changed": 0.6, "answers": 0.05}, {("deaf", "red")}),
        ("unpaired", {"changed": 0.02}, set()),  # the other set may differ in few pixels
        ("unpaired", {"changed": 0.005}, {("copy", "amber")}),
        ("unpaired", {"changed": 0.002}, {("copy", "red")}),
    ],
)
def test_a_translator_that_copies_or_does_not_listen(task, vitals, expected):
    config = preset_config("repair-64" if task == "degrade" else "cyclegan-32")
    rows = [row | {"answers": 0.9} | vitals for row in healthy_rows()]
    findings = judge(rows, config)
    assert {(f.kind, f.level) for f in findings} == expected
    assert judge(rows[:4], config) == ()
    for finding in findings:
        better = remedied(config, finding.remedies[0])
        if finding.kind == "copy":
            assert better.g_lr == 2 * config.g_lr and better.identity == config.identity / 2
        else:
            assert (better.pixel, better.cycle) == (2 * config.pixel, config.cycle)
    assert remedied(config, "diffaugment").augment_policy == (
        "translation,cutout" if task == "degrade" else "color,translation,cutout"
    )
    cut = preset_config("cut-32")
    assert remedied(cut, "follow_input").contrast == 2 * cut.contrast
    with pytest.raises(ValueError, match="remedy is 'change_more'"):
        remedied(preset_config("dcgan-32"), "change_more")


@pytest.mark.parametrize(
    ("vitals", "d_loss", "expected"),
    [
        ({"changed": 0.05, "error": 0.99}, 1.3, True),
        ({"changed": 0.05, "error": 0.9}, 0.7, False),  # where the damage is slight, little is enough
        ({"changed": 0.45, "error": 1.0}, 0.7, True),
        ({"changed": 0.45, "error": 1.0}, 1.3, False),  # sharp answers, which D takes for real ones
        ({"changed": 0.45, "error": 0.9}, 0.7, False),
        ({"changed": 0.45}, 0.7, False),  # as rows were written before errors were measured
    ],
)
def test_a_translator_that_comes_no_nearer_to_its_targets(vitals, d_loss, expected):
    config = preset_config("repair-64")
    rows = [row | {"answers": 0.9, "d_loss": d_loss} | vitals for row in healthy_rows()]
    findings = judge(rows, config)
    assert [(f.kind, f.level) for f in findings] == [("stuck", "red")] * expected
    early = [row | {"nimg": row["nimg"] // 20} for row in rows]
    assert [f.level for f in judge(early, config)] == ["amber"] * expected
    for finding in findings:
        better = remedied(config, finding.remedies[0])
        assert (better.g_lr, better.d_lr) == (config.g_lr / 2, config.d_lr)
        assert not watchdog.is_good(findings) and f"{100 * vitals['error']:.0f} %" in finding.means


@pytest.mark.parametrize(("name", "expected"), [("stuck", [("stuck", "amber")]), ("good", [])])
def test_a_recorded_run_that_stays_at_its_inputs_and_one_that_learns(name, expected):
    """repair-64 on the built-in faces, seed 0: with the learning rate 2e-3 for G, and as it is."""
    recorded = json.loads((Path(__file__).parent / "repairs.json").read_text())[name]
    rows = [dict(zip(recorded["columns"], row, strict=True)) for row in recorded["rows"]]
    rows = [{key: value for key, value in row.items() if value is not None} for row in rows]
    config = preset_config("repair-64").replace(**recorded["changes"])
    assert [(f.kind, f.level) for f in judge(rows, config)] == expected
