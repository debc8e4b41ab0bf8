"""Whole runs of picture to picture on tiny pictures: resumed bit for bit, grids, snapshots, fine-tuning, refusals."""

import json

import numpy as np
import pytest
import torch
from conftest import tiny_images
from PIL import Image
from test_driver import at, at_once, equal, newest  # noqa: F401

from ganapp import data
from ganapp.config import TrainConfig, preset_config
from ganapp.data import ImageDataset, Images, open_dataset
from ganapp.driving import beginning, fine_tuning
from ganapp.driving.driver import drive
from ganapp.generators import Sources, load_generator, read_config
from ganapp.latents import translate
from ganapp.runs import create_run, generators_in
from ganapp.training.algorithm import new_state
from ganapp.training.batch_source import Real
from ganapp.ui.train.filling import of_generator
from ganapp.ui.train.origins import starting_points

TASKS = {
    "degrade": {"damage": "hole:0.1-0.3, noise:0.1", "family": "unet", "pixel": 10.0},
    "pairs": {"dataset": "faces-expression", "family": "unet", "pixel": 10.0},
    "unpaired": {"family": "translator", "cycle": 10.0, "identity": 5.0, "pool": 20},
    "cut": {"task": "unpaired", "family": "translator", "contrast": 1.0, "identity": 1.0, "pool": 20},
}
ARGS = {"unet": {"width": 4, "depth": 3}, "translator": {"width": 4, "blocks": 1}}


@pytest.fixture
def new_run(tmp_path, tiny_folder, monkeypatch):
    def few(source, *args, **options):
        """The built-in pairs as few tiny ones, so that nothing has to be drawn."""
        if source != "faces-expression":
            return open_dataset(source, *args, **options)
        images, _ = tiny_images(count=40)
        return ImageDataset(
            "pairs", Images(np.concatenate([images[..., ::-1], images], 1)), None, (), in_channels=3
        )

    monkeypatch.setattr("ganapp.data.open_dataset", few)

    def make(task, kimg=0.048, **changes):
        fields = {"dataset": str(tiny_folder), "task": task, **TASKS[task], "resolution": 32, "z_dim": 0}
        fields |= {
            "g_args": ARGS[fields["family"]],
            "d_args": {"width": 4, "layers": 2},
            "batch": 8,
            "mirror": True,
        }
        fields |= {"dataset_b": str(tiny_folder)} if fields["task"] == "unpaired" else {}
        fields |= {
            "kimg": kimg,
            "tick_sec": 0,
            "sample_sec": 0,
            "save_sec": 3600,
            "seed": 5,
            "precision": "fp32",
        }
        return create_run(
            tmp_path / "runs", TrainConfig(**{**fields, "threads": 1, "device": "cpu", **changes})
        )

    return make


@pytest.mark.parametrize("task", TASKS)
def test_a_paused_run_goes_on_as_if_it_had_not_been(task, new_run):
    whole, parts = new_run(task), new_run(task)
    assert drive(whole) == "finished", whole.status()
    assert drive(parts, at(parts, 24, "pause")) == "paused", parts.status()
    parts.send("run")
    assert drive(parts) == "finished"
    assert newest(whole)["nimg"] == 48 and equal(newest(whole), newest(parts))
    assert whole.samples()[-1].read_bytes() == parts.samples()[-1].read_bytes()
    # Three times input, output, target; twice input, output, output, input; or four times input, output.
    width = 8 if task in ("unpaired", "cut") else 9
    assert Image.open(whole.samples()[-1]).size == (width * 32, 8 * 32)
    names = list(generators_in(whole.snapshot()))
    G = load_generator(whole.snapshot() / names[0] if len(names) > 1 else whole.snapshot())
    assert names == (["a2b", "b2a"] if task == "unpaired" else names[:1])
    assert (G.spec.takes, G.spec.in_channels, G.spec.z_dim, G.spec.num_classes) == ("picture", 3, 0, 0)
    fields = {"task": task} | TASKS[task]
    assert G.origin["task"] == fields["task"] and G.origin.get("damage", "") == fields.get("damage", "")
    found = set().union(*whole.read_stats()[0])
    assert {"changed", "answers"} <= found and ("error" in found) == (task not in ("unpaired", "cut"))
    assert ("d_heldout" in found) == (task != "unpaired") and ("d_a.loss" in found) == (task == "unpaired")


def test_the_live_figure_of_answers_with_a_target_is_their_psnr(new_run, monkeypatch):
    from ganapp.metrics.distances.psnr import psnr
    from ganapp.runs import live_of
    from ganapp.training.algorithm import algorithm_of

    monkeypatch.setattr("ganapp.metrics.live_figure.EARLIEST_SEC", 0.0)
    monkeypatch.setattr("ganapp.metrics.live_figure.SHARE", 1e9)
    run = new_run("pairs", kimg=0.016, save_sec=0)
    assert drive(run) == "finished", run.status()
    rows = [row for row in run.read_stats()[0] if "psnr" in row]
    assert [row["nimg"] for row in rows] == [8, 16] and not any("swd" in row for row in rows)
    kept = {snapshot.name: live_of(snapshot).value for snapshot in run.snapshots()}
    assert run.best_snapshot().name == max(sorted(kept, reverse=True), key=kept.get)
    assert load_generator(f"{run.name}/best", runs=run.path.parent).origin["psnr"] == max(kept.values())
    # the same number from outside: the newest generator's answers to the held-out pairs
    heldout = data.open_dataset("faces-expression", 32, split="heldout")
    config, device = run.config(), torch.device("cpu")
    source = algorithm_of(config).source(config, Real(None, None, heldout), device)
    numbers = range(heldout.count)
    made = translate(load_generator(run.snapshot()), source.fixed(numbers).transpose(0, 2, 3, 1))
    value = psnr(made, source.beside(numbers)[1]).mean()
    assert kept[run.snapshots()[0].name] == pytest.approx(value, abs=0.01)


def test_the_live_figure_of_two_sets_is_a_distance(new_run, monkeypatch):
    monkeypatch.setattr("ganapp.metrics.live_figure.EARLIEST_SEC", 0.0)
    monkeypatch.setattr("ganapp.metrics.live_figure.SHARE", 1e9)
    run = new_run("unpaired", kimg=0.008, save_sec=0)
    assert drive(run) == "finished", run.status()
    assert [row for row in run.read_stats()[0] if "swd" in row] and run.best_snapshot()
    for name, folder in generators_in(run.snapshot()).items():
        assert load_generator(folder).origin["player"] == name


@pytest.mark.parametrize("dropout", [0, 0.5])
def test_noise_beside_the_picture_gives_several_answers_and_is_resumed_exactly(new_run, dropout):
    """It scales and shifts maps, or chooses what is dropped; that of a picture in a grid is always the same."""
    noisy = {"kimg": 0.032, "z_dim": 4, "g_args": ARGS["unet"] | {"dropout": dropout}}
    whole, parts = new_run("degrade", **noisy), new_run("degrade", **noisy)
    assert drive(whole) == "finished", whole.status()
    assert drive(parts, at(parts, 8, "pause")) == "paused", parts.status()
    parts.send("run")
    assert drive(parts) == "finished"
    assert newest(whole)["nimg"] == 32 and equal(newest(whole), newest(parts))
    assert whole.samples()[-1].read_bytes() == parts.samples()[-1].read_bytes()
    G = load_generator(whole.snapshot())
    assert G.spec.z_dim == 4
    x = np.repeat(tiny_images(1)[0].transpose(0, 2, 3, 1), 2, axis=0)
    random = torch.Generator().manual_seed(1)
    for p in G.parameters():  # as after more than two steps: the change of a residual one begins at zero
        p.add_(0.1 * torch.randn(p.shape, generator=random))
    a, b = translate(G, x, [7, 8])
    assert not np.array_equal(a, b) and np.array_equal(b, translate(G, x[:1], [8])[0])


def test_a_run_starts_from_another_and_from_its_generator(new_run):
    first = new_run("degrade", kimg=0.016)
    assert drive(first) == "finished"
    for source, names in ((first.name, "G, D"), (f"{first.name}/000000016", "G")):
        config = new_run("degrade", start_from=source, damage="grey").config()
        config = config.replace(channels=3, in_channels=3)
        state = new_state(config, torch.device("cpu"))
        said = fine_tuning.start_from(source, state, config, first.path.parent)
        assert said == f"Starting from {source}: {names}."
        there = newest(first)["players"]["G"]
        found = {"net": state["G"].net.state_dict(), "average": state["G"].average.state_dict()}
        for part, tensors in found.items():
            own = there[part] if names == "G, D" else there["average"]
            assert tensors.keys() == own.keys() and all(tensors[k].equal(own[k]) for k in own), part
    for source in (first.name, f"{first.name}/000000016"):
        again = new_run("degrade", kimg=0.016, start_from=source, damage="grey")
        beginning.check(again.config(), again.path.parent)
        assert drive(again) == "finished", again.status()
    wider = new_run("degrade", start_from=first.name, g_args={"width": 6, "depth": 3})
    assert drive(wider) == "failed" and "does not fit this configuration" in wider.status()["reason"]
    pair = new_run("unpaired", start_from=first.name, family="translator")
    assert drive(pair) == "failed" and "one that was trained in the same way" in pair.status()["reason"]
    for changes, sentence in (
        ({"resolution": 64}, "it has resolution 32, and here is resolution 64"),
        (
            {"family": "translator", "g_args": {"width": 4}},
            "it has family unet, and here is family translator",
        ),
        ({"in_channels": 1}, "it has in_channels 3, and here is in_channels 1"),
    ):
        with pytest.raises(ValueError, match=sentence):
            config = new_run("degrade", start_from=first.name, **changes).config()
            beginning.check(config, first.path.parent)
    for source, sentence in (
        (
            first.name,
            "was trained for degrade, with one generator, and unpaired trains two: start from a run",
        ),
        (
            f"{first.name}/000000016",
            "is one generator, and unpaired trains two: start from a run of that task.",
        ),
    ):
        with pytest.raises(ValueError, match=sentence):
            beginning.check(new_run("unpaired", start_from=source).config(), first.path.parent)


@pytest.mark.slow
def test_a_run_of_two_generators_starts_from_such_a_run_and_each_goes_on_alone(new_run):
    first = new_run("unpaired", kimg=0.008)
    assert drive(first) == "finished"
    again = new_run("unpaired", kimg=0.008, start_from=first.name, cycle=5.0)
    beginning.check(again.config(), again.path.parent)
    assert drive(again) == "finished", again.status()
    assert "Starting from" in (log := (again.path / "log.txt").read_text()) and "a2b, b2a" in log
    own = {"family": "translator", "g_args": ARGS["translator"]}
    alone = new_run("degrade", kimg=0.008, start_from=first.name, **own)
    one = f"{first.name}/000000008/a2b"
    with pytest.raises(ValueError, match=f"degrade trains one: start from one of them, {one}."):
        beginning.check(alone.config(), alone.path.parent)
    alone = new_run("degrade", kimg=0.008, start_from=one, **own)
    beginning.check(alone.config(), alone.path.parent)
    assert drive(alone) == "finished", alone.status()
    runs = Sources(first.path.parent, first.path)
    offered = [value for _, value in starting_points(runs, again.config(), "en")]
    assert first.name in offered and one not in offered and alone.name not in offered
    lines = dict((value, line) for line, value in starting_points(runs, alone.config(), "en"))
    assert alone.name in lines and first.name not in lines and "✕" not in lines[alone.name]
    facts = read_config(first.snapshot() / "a2b")
    values = of_generator(one, facts["spec"], facts["origin"] | {"preset": "cyclegan-32"}, "dcgan-r1-32")
    assert (values["preset"], values["family"], values["task"]) == ("pix2pix", "translator", "pairs")


def test_one_way_starts_from_another_and_gives_a_model_that_translates(new_run, tmp_path):
    from ganapp.cli.main import main

    first = new_run("cut", kimg=0.016)
    assert drive(first) == "finished", first.status()
    for source in (first.name, f"{first.name}/{first.snapshot().name}"):
        again = new_run("cut", kimg=0.016, start_from=source)
        beginning.check(again.config(), again.path.parent)
        assert drive(again) == "finished", again.status()
    runs = Sources(first.path.parent, first.path)
    assert first.name in [value for _, value in starting_points(runs, again.config(), "en")]
    assert first.name not in [v for _, v in starting_points(runs, new_run("unpaired").config(), "en")]
    wider = new_run("cut", start_from=first.name, contrast_width=32)
    assert drive(wider) == "failed" and "does not fit this configuration" in wider.status()["reason"]
    picture = tmp_path / "a.png"
    Image.fromarray(np.random.RandomState(0).randint(0, 255, (24, 40, 3), np.uint8)).save(picture)
    arguments = ["translate", first.name, str(picture), "--out", str(tmp_path / "b.png")]
    assert main([*arguments, "--runs", str(first.path.parent)]) == 0
    assert min(Image.open(tmp_path / "b.png").size) == 32


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"task": "noise", "damage": "", "pixel": 0}, "family is 'unet', which takes a picture: set task to"),
        (
            {"family": "dcgan"},
            "task is 'degrade', which needs a network that takes a picture: set family to one of unet",
        ),
        (
            {"task": "unpaired", "damage": "", "pixel": 0, "cycle": 1, "z_dim": 8},
            "z_dim is 8; only the task noise or degrade or pairs uses it, so unpaired needs 0.",
        ),
        ({"damage": ""}, "No degradation is named"),
        ({"damage": "dirt"}, "'dirt' is no degradation"),
        ({"cycle": 1}, "cycle is 1.0; only the task unpaired uses it, so degrade needs 0."),
        ({"direction": "b2a"}, "direction is b2a; only the task pairs uses it, so degrade needs a2b."),
        ({"channels": 4}, "channels is 4, but degrade keeps no transparency"),
        ({"augment": "ada"}, "augment is 'ada', which is for pictures from noise"),
        ({"augment": "diffaugment"}, "D compares the colours of input and picture: leave color out."),
        (
            {"class_term": "cross_entropy"},
            "class_term is cross_entropy; only the task noise uses it, so degrade needs none.",
        ),
        ({"task": "unpaired", "damage": "", "pixel": 0}, "task is 'unpaired', which needs cycle or contrast"),
        ({"contrast": 1}, "contrast is 1.0; only the task unpaired uses it, so degrade needs 0."),
        (
            {"task": "unpaired", "damage": "", "pixel": 0, "cycle": 10, "contrast": 1},
            "cycle is 10 and contrast is 1, but unpaired uses one of them: set the other to 0.",
        ),
        (
            {"task": "unpaired", "damage": "", "pixel": 0, "contrast": 1},
            "family is 'unet', but contrast compares layers of a translator: set family to translator",
        ),
        (
            {"task": "unpaired", "damage": "", "pixel": 0, "cycle": 1, "d_steps": 2},
            "d_steps is 2; only the task noise or degrade or pairs uses it, so unpaired needs 1.",
        ),
        ({"r1": 1, "d_args": {"norm": "batch"}}, "R1 and R2 need a discriminator without batch statistics"),
    ],
)
def test_settings_that_contradict_each_other_are_one_sentence(changes, sentence):
    config = preset_config("repair-64")
    with pytest.raises(ValueError) as error:
        config.replace(**changes)
    assert sentence in str(error.value) and "\n" not in str(error.value)


def test_a_configuration_of_version_0_3_is_a_picture_from_noise():
    new = ("task", "damage", "direction", "dataset_b", "in_channels", "pixel", "cycle", "identity", "pool")
    old = {k: v for k, v in TrainConfig().to_json().items() if k not in new}
    config = TrainConfig.from_json(json.loads(json.dumps(old)))
    assert (
        config == TrainConfig() and config.task == "noise" and not config.sees_input and config.learns_classes
    )


def test_pictures_go_through_a_trained_model(new_run, tmp_path, capsys):
    from ganapp.cli.main import main
    from ganapp.media import read_png_metadata

    run = new_run("degrade", kimg=0.008, damage="small:2")
    assert drive(run) == "finished"
    folder = tmp_path / "mine"
    (folder / "more").mkdir(parents=True)
    pixels = np.random.RandomState(0).randint(0, 255, (24, 40, 3), np.uint8)
    for place in ("a.png", "more/a.jpg", "more/text.txt"):
        Image.fromarray(pixels).save(folder / place, format="PNG")
    common = ["--runs", str(run.path.parent)]
    assert main(["translate", run.name, str(folder), "--out", str(tmp_path / "out"), *common]) == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["a-2.png", "a.png"]
    one = Image.open(tmp_path / "out" / "a.png")
    assert min(one.size) == 32 and one.size[0] > one.size[1]
    assert read_png_metadata(tmp_path / "out" / "a.png")["task"] == "degrade"
    arguments = [
        "translate",
        run.name,
        str(folder / "a.png"),
        "--whole",
        "--out",
        str(tmp_path / "b.png"),
        *common,
    ]
    assert main(arguments) == 0 and Image.open(tmp_path / "b.png").size == (80, 48)  # twice as large
    assert main([*arguments[:3], str(folder), "--out", str(tmp_path / "c.png"), *common]) == 2
    assert "3 pictures: give a .zip or a folder." in capsys.readouterr().err
    assert (
        main(["translate", run.name, str(tmp_path / "none.png"), "--out", str(tmp_path / "d.zip"), *common])
        == 2
    )
