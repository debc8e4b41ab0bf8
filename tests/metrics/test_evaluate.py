"""evaluate() from a generator folder to figures, the command, what is stored, and the Evaluate tab without and with its page."""

import json
import shutil
import threading
import time
import types

import numpy as np
import pytest
import torch

from ganapp import metrics
from ganapp.cli.main import main
from ganapp.config import ModelSpec, TrainConfig
from ganapp.data import Cancelled, ImageDataset, Images
from ganapp.generators import Sources, save_generator
from ganapp.metrics import MEASURES, WITHOUT_DOWNLOAD, measure
from ganapp.metrics.evaluation import images_per_set
from ganapp.metrics.preparing import weights_text
from ganapp.metrics.rounds import Round, Setting
from ganapp.networks import build_generator
from ganapp.runs import Run, create_run, read_figures, run_of, write_figures
from ganapp.ui.evaluate.evaluator import LIMITS, OWNER, Evaluation, Evaluator, check_limits
from ganapp.ui.evaluate.figures import neighbours_html, table_html, verdict_html
from ganapp.ui.shared.strings import STRINGS

QUICK = ["c2st", "fd", "memorisation"]


def make(num_classes=4):
    spec = ModelSpec("dcgan", 32, 3, num_classes, 8, {"width": 4})
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(3)
        G = build_generator(spec).eval()
        for parameter in G.parameters():
            parameter.normal_(0, 0.3)
    return G


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """320 PNGs of 32×32 in two class folders: one in ten is held out."""
    from PIL import Image

    folder, random = tmp_path_factory.mktemp("evaluate") / "pictures", np.random.default_rng(0)
    for i in range(320):
        path = folder / "ab"[i % 2] / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        image = random.integers(0, 60, (32, 32, 3), dtype=np.uint8)
        image[:, : 16 if i % 2 else 32] += 120
        Image.fromarray(image).save(path)
    return folder


@pytest.fixture(scope="module")
def home(tmp_path_factory, pictures):
    """A cache, a shipped generator and a run with a snapshot, shared by this file: the classifier is trained once."""
    root = tmp_path_factory.mktemp("home")
    save_generator(make(2), root / "checkpoints" / "shipped", class_names=("a", "b"))
    config = TrainConfig(family="dcgan", dataset=str(pictures), num_classes=2, channels=3, ema_kimg=1.5)
    run = create_run(root / "runs", config, "mine")
    run.write_snapshot(64, lambda folder: save_generator(make(2), folder, origin={"run": run.name}))
    run.write_status(state="finished", nimg=64)
    return root


@pytest.fixture(autouse=True)
def short(monkeypatch, home):
    """Little training: what is tested here is how things hang together."""
    monkeypatch.setenv("GANAPP_CACHE", str(home / "cache"))
    monkeypatch.setattr("ganapp.metrics.distances.twosample.SEEN", 200)
    monkeypatch.setattr("ganapp.metrics.distances.swd.DIRECTIONS", 32)
    from ganapp.metrics.judges import classifier

    whole = classifier.classifier_of
    monkeypatch.setattr("ganapp.metrics.rounds.classifier_of", lambda *args: whole(*args, seen=400))


def command(*args, home=None, status=0, capsys=None):
    assert (
        main(["evaluate", *args, "--runs", str(home / "runs"), "--checkpoints", str(home / "checkpoints")])
        == status
    )
    return capsys.readouterr()


# -- evaluate ----------------------------------------------------------------------------------------------------------


def test_all_figures_of_a_run_come_with_their_protocol(home, pictures):
    figures = metrics.evaluate(
        "00001-mine", images=40, repeats=2, runs=home / "runs", checkpoints=home / "checkpoints"
    )
    by_name = {figure.name: figure for figure in figures}
    assert set(by_name) == {
        "swd", "swd.32", "swd.16", "swd.real", "c2st", "classes.coverage", "classes.kl", "classes.accuracy", "fd",
        "fd.real", "precision", "recall", "density", "coverage", "closer.pixels", "copies.pixels", "closer.features",
        "copies.features", "membership.pixels", "membership.features",
    }  # fmt: skip
    for figure in figures:
        p = figure.protocol
        assert p["source"] == "00001-mine/000000064" and p["weights"] == "EMA, half-life 1.5 kimg"
        assert p["seed"] == 0 and p["repeats"] == 2 and "32 px" in p["resize"] and "split" in p
        low, high = figure.interval
        assert low <= figure.value <= high and np.isfinite(figure.value)
        json.dumps(figure.to_json(), allow_nan=False)
    assert by_name["swd"].protocol["not the published protocol"] == "of 16,384 images"
    assert by_name["swd"].value == pytest.approx((by_name["swd.32"].value + by_name["swd.16"].value) / 2)
    assert by_name["fd.real"].value < by_name["fd"].value and by_name["swd.real"].value < by_name["swd"].value
    assert "sha256" in by_name["fd"].protocol["features"] and "FID" in by_name["fd"].protocol["not"]
    assert by_name["c2st"].protocol["images"] < 40  # fewer are held out


@pytest.mark.slow
def test_the_same_again_is_the_same_and_another_seed_is_not(home, pictures):
    options = {"images": 40, "repeats": 1, "checkpoints": home / "checkpoints"}
    one, again, other = (
        metrics.evaluate("shipped", pictures, ["swd", "c2st", "fd"], seed=seed, **options)
        for seed in (3, 3, 4)
    )
    assert [f.to_json() for f in one] == [f.to_json() for f in again]
    assert all(
        a.value != b.value for a, b in zip(one, other, strict=True) if a.name.startswith(("swd", "fd"))
    )
    assert one[0].interval is None and one[0].protocol["interval"] == "none: one repetition"


def test_real_pictures_as_samples_score_perfectly_and_training_pictures_as_copies(tiny_dataset, monkeypatch):
    """A generator that draws from the data itself: figures go where they must."""
    random = np.random.default_rng(1)

    def draw(count):
        images = random.integers(0, 200, (count, 3, 16, 16), dtype=np.uint8)
        labels = np.arange(count) % 2
        images[labels == 1, :, 4:10] += 55
        return images, labels

    (train, labels), (heldout, held_labels), (fresh, _) = draw(400), draw(200), draw(200)
    data = ImageDataset("made", Images(train), labels, ("a", "b"))
    held = ImageDataset("made", Images(heldout), held_labels, ("a", "b"))
    monkeypatch.setattr(Round, "labels", np.arange(400) % 2)
    found = {}
    for name, samples in (("fresh", fresh), ("copies", train[:200])):
        monkeypatch.setattr(Round, "_fake", samples)
        setting = Setting(make(2), data, held, {"source": name})
        found[name] = {
            f.name: f.value
            for f in measure(setting, ["fd", "classes", "memorisation", "membership", "pr"], 200, 1)
        }
    fresh_ones, copies = found["fresh"], found["copies"]
    assert (
        fresh_ones["classes.accuracy"] == 1
        and fresh_ones["classes.coverage"] == 1
        and fresh_ones["classes.kl"] < 0.01
    )
    assert fresh_ones["closer.pixels"] == pytest.approx(0.5, abs=0.1) and fresh_ones["copies.pixels"] < 0.1
    for space in ("pixels", "features"):  # who has copies of half of the training set knows its members
        assert fresh_ones[f"membership.{space}"] == pytest.approx(0.5, abs=0.1)
        assert copies[f"membership.{space}"] > 0.7
    assert copies["closer.pixels"] == copies["copies.pixels"] == copies["closer.features"] == 1
    assert fresh_ones["fd"] < 3 * fresh_ones["fd.real"] + 0.1 and fresh_ones["precision"] > 0.5


def test_classes_are_matched_by_name_and_drawn_as_often_as_in_train(tiny_dataset, monkeypatch):
    """Generator: classes in another order than the data's; data: nine of ten pictures are of one class."""
    random = np.random.default_rng(1)
    labels = (np.arange(600) % 10 == 0).astype(np.int64)  # "b": one in ten
    images = random.integers(0, 100, (600, 3, 16, 16), dtype=np.uint8)
    images[labels == 1, :, 4:10] += 150
    data = ImageDataset("made", Images(images), labels, ("a", "b"))
    G = make(2)
    G.class_names = ("b", "a")
    this = Round(Setting(G, data, data, {}), 0, 200)
    assert 160 < (this.labels == 1).sum() < 200, "its number 1 is the data's frequent class 0"
    drawn = np.array([0, 1, 1, 1])
    monkeypatch.setattr(Round, "labels", np.tile(drawn, 50))  # as data: 1, 0, 0, 0
    monkeypatch.setattr(Round, "_fake", images[np.where(np.tile(1 - drawn, 50), 10, 11)])
    found = {f.name: f.value for f in measure(Setting(G, data, data, {}), ["classes"], 200, 1)}
    assert found["classes.accuracy"] == 1
    G.class_names = ("b", "c")
    found = {f.name: f.value for f in measure(Setting(G, data, data, {}), ["classes"], 200, 1)}
    assert "classes.accuracy" not in found and "classes.kl" in found


def test_the_protocol_says_how_many_real_pictures_and_whether_they_were_the_same(home, pictures):
    figures = metrics.evaluate(
        "shipped",
        pictures,
        ["c2st", "classes", "memorisation", "fd"],
        images=40,
        repeats=2,
        checkpoints=home / "checkpoints",
    )
    protocols = {figure.name: figure.protocol for figure in figures}
    setting = metrics.prepare("shipped", pictures, checkpoints=home / "checkpoints")
    there = setting.heldout.count
    assert protocols["classes.kl"]["real"] == protocols["closer.pixels"]["real"] == there < 40
    assert protocols["classes.kl"]["classes"] == "drawn as often as in train"
    for name, same in (("c2st", True), ("classes.kl", True), ("closer.pixels", True), ("fd", False)):
        assert ("with the same real pictures" in protocols[name]["interval"]) == same, name
    assert (images_per_set("memorisation", 1_000, setting), images_per_set("fd", 1_000, setting)) == (
        1_000,
        320 - there,
    )


def test_the_attribute_table_of_faces_is_counted(monkeypatch):
    from ganapp.data.faces.drawing import CLASS_NAMES, draw_faces
    from ganapp.metrics import measures

    images, labels, attributes = draw_faces(80, 28)
    data = ImageDataset("faces", Images(images), labels, CLASS_NAMES, (), attributes)
    monkeypatch.setattr(measures, "READABLE", 0.1)
    monkeypatch.setattr(Round, "_fake", images)
    coverage, kl = measure(Setting(make(4), data, data, {}), ["attributes"], 80, 1)
    assert (coverage.name, coverage.value, kl.name) == ("attributes.coverage", 1, "attributes.kl")
    assert kl.value < 0.05 and "held-out" in kl.protocol["attributes"]
    bald = np.repeat(images[:1], 80, 0)
    monkeypatch.setattr(Round, "_fake", bald)
    coverage, kl = measure(Setting(make(4), data, data, {}), ["attributes"], 80, 1)
    assert coverage.value < 0.7 and kl.value > 0.1 and coverage.note.startswith("missing: ")


def test_neighbours_of_copies_are_the_originals(home, pictures, monkeypatch):
    setting = metrics.prepare("shipped", pictures, checkpoints=home / "checkpoints")
    originals = setting.train.images.take(np.array([5, 3, 40]))
    monkeypatch.setattr(Round, "_fake", originals)
    found = metrics.neighbours(setting, 3)
    for images in found:
        assert np.array_equal(images, originals.transpose(0, 2, 3, 1))
    html = neighbours_html(found)
    assert html.count("<img") == 9


# -- what is asked for wrongly -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"metrics": ["fod"]}, "no figure 'fod'; the figures are psnr, swd, c2st"),
        ({"metrics": []}, "no figure is named"),
        ({"images": 5}, "images is 5; it must be from 32"),
        ({"repeats": 0}, "repeats is 0; it must be from 1 to 20"),
        ({"seed": -1}, "seed is -1"),
        ({"data": None}, "no data is named"),
        ({"metrics": ["attributes"]}, "attributes cannot be measured: only the built-in faces"),
    ],
)
def test_what_cannot_be_is_said_in_one_sentence(home, pictures, change, sentence):
    with pytest.raises(ValueError, match=sentence):
        metrics.evaluate("shipped", **({"data": pictures, "checkpoints": home / "checkpoints"} | change))


def test_data_without_classes_or_held_out_pictures(tiny_dataset):
    setting = Setting(make(0), tiny_dataset(labels=False), None, {})
    assert (
        measure(setting, ["pr"], 40, 1)[0]
        .protocol["features"]
        .startswith("of a small classifier of quarter turns")
    )
    from ganapp.metrics.evaluation import measurable

    assert measurable(None, setting) == ["swd", "fd", "pr", "dc"]
    for name, why in (("c2st", "held out"), ("classes", "no classes")):
        with pytest.raises(ValueError, match=f"{name} cannot be measured: .*{why}"):
            measurable([name], setting)
    with pytest.raises(ValueError, match="only 4 real pictures"):
        images_per_set("swd", None, Setting(make(0), tiny_dataset(4), None, {}))


def test_evaluating_can_be_cancelled(home, pictures):
    with pytest.raises(Cancelled):
        metrics.evaluate(
            "shipped", pictures, ["swd"], checkpoints=home / "checkpoints", cancelled=lambda: True
        )


def test_without_torch_fidelity_the_others_go_on(home, pictures, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="need torch-fidelity: pip install -r requirements-metrics.txt"):
        metrics.evaluate("shipped", pictures, ["swd", "fid"], checkpoints=home / "checkpoints")
    assert metrics.evaluate(
        "shipped", pictures, ["swd"], images=32, repeats=1, checkpoints=home / "checkpoints"
    )
    assert "fid" not in WITHOUT_DOWNLOAD and "swd" in WITHOUT_DOWNLOAD


def test_inception_figures_are_wired_with_features_of_anything(home, pictures, monkeypatch):
    """The network is replaced by means of pixels: which pictures go where is what is tested."""
    from ganapp.metrics.judges import inception

    pytest.importorskip("torch_fidelity")

    class Means:
        about = "means of pixels"

        def run(self, images, told):
            means = images.reshape(len(images), 3, 4, -1).mean(3).reshape(len(images), -1).astype(np.float32)
            return {"2048": means, "logits_unbiased": means}

    monkeypatch.setattr(inception, "load", lambda *args: Means())
    names = ["fid", "kid", "is", "prc"]
    figures = metrics.evaluate(
        "shipped", pictures, names, images=40, repeats=1, checkpoints=home / "checkpoints"
    )
    assert [f.name for f in figures] == ["fid", "kid", "is", "inception.precision", "inception.recall"]
    assert figures[0].value > 0 and figures[0].protocol["features"] == "means of pixels"
    assert figures[0].protocol["not the published protocol"] == "of 50,000 images"


# -- stored figures ----------------------------------------------------------------------------------------------------


def test_figures_are_kept_beside_each_other_and_replaced_by_newer_ones(tmp_path):
    def figure(name, value, source="a"):
        return {"name": name, "value": value, "protocol": {"source": source, "data": "faces"}}

    assert read_figures(tmp_path) == []
    write_figures(tmp_path, [figure("swd", 1.0), figure("fd", 2.0)])
    write_figures(tmp_path, [figure("swd", 3.0), figure("swd", 4.0, "b")])
    assert [f["value"] for f in read_figures(tmp_path)] == [2, 3, 4]
    (tmp_path / "metrics.json").write_text("{")
    assert read_figures(tmp_path) == []


def test_a_quick_look_does_not_replace_a_measurement(tmp_path):
    def figure(value, images, **protocol):
        return {
            "name": "swd",
            "value": value,
            "protocol": {"source": "a", "data": "faces", "images": images, **protocol},
        }

    write_figures(tmp_path, [figure(1.0, 16_384)])
    write_figures(tmp_path, [figure(2.0, 32)])
    assert [f["value"] for f in read_figures(tmp_path)] == [1.0]
    write_figures(tmp_path, [figure(3.0, 16_384, psi=0.5)])  # another figure
    write_figures(tmp_path, [figure(4.0, 16_384)])
    assert [f["value"] for f in read_figures(tmp_path)] == [3.0, 4.0]


def test_a_figure_does_not_depend_on_what_else_is_measured(home, pictures):
    setting = metrics.prepare("shipped", pictures, checkpoints=home / "checkpoints")
    for index in (0, 2):
        few, more = Round(setting, index, 40), Round(setting, index, 200)
        assert np.array_equal(few.fake(40), more.fake(40)) and np.array_equal(few.labels, more.labels[:40])
    assert not np.array_equal(Round(setting, 1, 40).fake(40), Round(setting, 0, 40).fake(40))
    few, more = (Round(setting, 1, most).seeds for most in (2_000, 50_000))  # more than a block of seeds
    assert few == more[:2_000] == list(range(16_384, 18_384))
    assert len({seed for index in range(3) for seed in Round(setting, index, 50_000).seeds}) == 150_000


def test_a_snapshot_knows_its_run(home, tmp_path):
    snapshot = next((home / "runs" / "00001-mine" / "snapshots").iterdir())
    assert run_of(snapshot).name == "00001-mine" and run_of(home / "checkpoints" / "shipped") is None
    hub = tmp_path / "models--a--b" / "snapshots" / "00000000"
    hub.mkdir(parents=True)
    assert run_of(hub) is None


def test_a_model_in_the_cache_of_the_hub_is_not_written_to(monkeypatch, tmp_path, home, pictures):
    shutil.copytree(home / "checkpoints" / "shipped", tmp_path / "cached")
    there = sorted((tmp_path / "cached").iterdir())
    found = tmp_path / "cached", "user/name@" + "0" * 40
    monkeypatch.setattr("ganapp.generators.sources.pull", lambda hub_id: found)
    setting = metrics.prepare("user/name", pictures)
    assert metrics.store(setting, [metrics.Figure("swd", 1.0)]) is None
    assert sorted((tmp_path / "cached").iterdir()) == there


def a_run(home, root):
    shutil.copytree(home / "runs" / "00001-mine", root / "00001-mine")
    return Run(root / "00001-mine")


def test_figures_stay_with_their_snapshot_when_the_run_is_renamed(home, pictures, tmp_path):
    run = a_run(home, tmp_path)
    figure = metrics.Figure("swd", 4.5, None, {"source": "00001-mine/000000064", "data": "pictures"})
    metrics.store(metrics.prepare("00001-mine", None, runs=tmp_path), [figure])
    run.rename("other")
    snapshot = Sources(tmp_path).find("other")[0]
    assert [f["value"] for f in metrics.figures_of(snapshot)] == [4.5]
    anew = metrics.Figure("swd", 4.25, None, {"source": "other/000000064", "data": "pictures"})
    metrics.store(metrics.prepare("other", None, runs=tmp_path), [anew])
    assert [f["value"] for f in metrics.figures_of(snapshot)] == [4.25], "in place of the older one"


def test_figures_of_a_snapshot_that_is_gone_by_then_are_kept(home, tmp_path):
    run = a_run(home, tmp_path)
    setting = metrics.prepare("00001-mine/000000064", None, runs=tmp_path)
    shutil.rmtree(run.path / "snapshots")
    metrics.store(setting, [metrics.Figure("swd", 4.5, None, {"source": "00001-mine/000000064"})])
    assert [f["value"] for f in read_figures(run.path)] == [4.5]


def test_weights_that_left_their_run_say_whether_they_are_averaged():
    G = make(0)
    for origin, text in (
        ({"run": "a", "ema_kimg": 0.0}, "last step, no EMA"),
        ({"run": "a", "ema_kimg": 2.5}, "EMA, half-life 2.5 kimg"),
        ({"run": "a"}, "of a run of this app, EMA or not is not known"),
        ({"ema_kimg": "1.5 kimg"}, "as published"),  # a stranger's file may say anything
        ({}, "as published"),
    ):
        G.origin = origin
        assert weights_text(G, None) == text


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_command_prints_stores_and_draws(home, pictures, tmp_path, capsys):
    from PIL import Image

    sheet = tmp_path / "sheet.png"
    args = [
        "00001-mine",
        "--metrics",
        ",".join(QUICK),
        "--images",
        "32",
        "--repeats",
        "2",
        "--out",
        str(sheet),
    ]
    out = command(*args, "--device", "cpu", home=home, capsys=capsys).out
    assert "source 00001-mine/000000064" in out and "\nfd " in out and " ± " in out and "sha256" in out
    figures = read_figures(home / "runs" / "00001-mine")
    assert {"c2st", "fd", "closer.pixels"} <= {f["name"] for f in figures}
    assert Image.open(sheet).size[0] > 16 * 32
    args = [
        "shipped",
        "--data",
        str(pictures),
        "--metrics",
        "swd",
        "--images",
        "32",
        "--repeats",
        "1",
        "--json",
    ]
    found = json.loads(command(*args, "--device", "cpu", home=home, capsys=capsys).out)
    assert found[0]["name"] == "swd" and found[0]["interval"] is None
    assert read_figures(home / "runs" / ".figures" / "shipped") == found
    shipped = home / "checkpoints" / "shipped"
    command(str(shipped), *args[1:], "--device", "cpu", home=home, capsys=capsys)  # by its path, too
    assert not (shipped / "metrics.json").exists(), "what was shipped stays"
    shutil.rmtree(home / "runs" / ".figures")


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["shipped", "--metrics", "fod"], "no figure 'fod'"),
        (["shipped"], "no data is named"),
        (["shipped", "--data", "faces", "--out", "x.jpg"], "must end in .png"),
        (["shipped", "--data", "faces", "--psi", "0"], "psi is 0"),
        (["shipped", "--data", "nowhere-at-all"], "nowhere-at-all"),
        (["nobody", "--data", "faces"], "is no folder, run, shipped checkpoint"),
    ],
)
def test_the_command_says_what_is_wrong(home, capsys, args, sentence):
    found = command(*args, home=home, status=2, capsys=capsys)
    assert sentence in found.err and found.err.count("\n") == 1


# -- the tab -----------------------------------------------------------------------------------------------------------


def wait(work):
    work.thread.join(60)
    assert not work.thread.is_alive()


def test_the_tab_measures_in_a_thread_and_shows_it_again(home, pictures):
    evaluator = Evaluator(home / "runs", home / "checkpoints")
    source = "00001-mine/000000064"
    assert source in evaluator.models.names() and evaluator.data_of(source) == str(pictures)
    assert evaluator.data_of("shipped") is None and evaluator.stored("nobody") == []
    work = evaluator.start(source, str(pictures), ["fd", "pr"], 40, 2, 0)
    with pytest.raises(ValueError, match="is at work"):
        evaluator.start(source, str(pictures), ["fd"], 40, 2, 0)
    wait(work)
    assert work.error == "" and [f["name"] for f in work.figures] == ["fd", "fd.real", "precision", "recall"]
    assert len(work.neighbours.samples) == 12
    html = table_html(work.figures)
    folded = html.partition("<details")[2]
    assert (
        folded.count("<b>") == 2
        and all(STRINGS[f"eval.is.{name}"][0] in folded for name in ("precision", "recall"))
        and STRINGS["eval.is.recall"][0] in html
        and "±" in html
    )
    assert {f["name"] for f in evaluator.stored(source)} >= {"fd", "recall"}


def test_a_stopped_evaluation_keeps_what_was_measured(home, pictures, monkeypatch):
    """And stores it, with the number of repetitions that it had."""
    evaluator, source = Evaluator(home / "runs", home / "checkpoints"), "00001-mine/000000064"
    shares = []
    real_measure = metrics.measure

    def measure(setting, names, images, repeats, missing, tell):
        def stopping(share, figures):
            shares.append(share)
            if len(shares) == 5:  # before the first figure of the third repetition
                evaluator.works[OWNER].cancel.set()
            tell(share, figures)

        return real_measure(setting, names, images, repeats, missing, stopping)

    monkeypatch.setattr(metrics, "measure", measure)
    work = evaluator.start(source, str(pictures), ["fd", "pr"], 41, 9, 0)
    wait(work)
    assert work.error == "" and work.stopped and work.neighbours is None
    assert [f["protocol"]["repeats"] for f in work.figures] == [2, 2, 2, 2]
    whole = 9 * (metrics.MEASURES["fd"].cost + metrics.MEASURES["pr"].cost)
    assert shares[:3] == pytest.approx([0, metrics.MEASURES["fd"].cost / whole, 1 / 9])
    stored = [f["protocol"] for f in evaluator.stored(source) if f["protocol"]["images"] == 41]
    assert stored and all(protocol["repeats"] == 2 for protocol in stored)
    assert STRINGS["eval.stopped"][0] in verdict_html(work.figures, stopped=work.stopped)


def test_other_pictures_than_the_generators_own_are_said(home, pictures):
    evaluator = Evaluator(home / "runs", home / "checkpoints")
    source = "00001-mine/000000064"
    assert not evaluator.is_other_data(source, str(pictures)) and evaluator.is_other_data(source, "faces")
    assert not evaluator.is_other_data("shipped", "faces"), "nothing is said where its data are not known"
    assert STRINGS["eval.other_data"][0] in verdict_html([], other_data=True)


def test_the_tab_names_what_cannot_be_measured_beside_the_others(home, pictures):
    evaluator, why = Evaluator(home / "runs", home / "checkpoints"), "only the built-in faces have a table"
    work = evaluator.start("shipped", str(pictures), ["attributes", "fd"], 40, 1, 0)
    wait(work)
    assert work.error == "" and [f["name"] for f in work.figures] == ["fd", "fd.real"]
    assert list(work.missing) == ["attributes"] and why in work.missing["attributes"]
    html = table_html(work.figures, work.missing)
    figure, label, reason, words = (
        html.index(text)
        for text in (
            STRINGS["eval.is.fd"][0],
            STRINGS["eval.group.attributes"][0],
            why,
            STRINGS["eval.missing"][0],
        )
    )
    assert figure < label < reason < words
    assert "&lt;b&gt;" in table_html(work.figures, {"fd": "<b>"}) and "<b>" not in table_html(
        work.figures, {"<b>": "<b>"}
    )
    assert STRINGS["eval.missing"][0] not in table_html(work.figures)
    work = evaluator.start("shipped", str(pictures), ["attributes"], 40, 1, 0)
    wait(work)
    assert why in work.error and not work.figures


def test_the_page_shows_what_cannot_be_measured(home, pictures, monkeypatch):
    gr = pytest.importorskip("gradio")
    from ganapp.ui.evaluate import tab

    monkeypatch.setattr(tab, "TICK_SEC", 0.05)
    with gr.Blocks() as demo, gr.Tab("Evaluate"):
        tab.build_evaluate(home / "runs", home / "checkpoints")
    evaluate = next(fn.fn for fn in demo.fns.values() if fn.name == "evaluate")
    asks = types.SimpleNamespace(session_hash="a page"), None
    said = list(evaluate("shipped", str(pictures), ["fd", "attributes"], 40, 1, 0, *asks))
    last = {component.elem_id: value for component, value in said[-1].items()}
    assert "only the built-in faces" in last["eval_table"] and last["eval_message"] == ""


def test_the_tab_measures_what_was_imported(home, pictures, tmp_path):
    """Under the name that the Generate tab gives it; the figures lie beside the generator."""
    save_generator(make(0), tmp_path / "imported" / "netG.pth")
    evaluator = Evaluator(tmp_path / "runs", home / "checkpoints", allow_paths=False)
    assert evaluator.models.names() == ["shipped", "imported/netG.pth"]
    evaluator.allow_paths = True  # of the pictures
    work = evaluator.start("imported/netG.pth", str(pictures), ["fd"], 40, 1, 0)
    wait(work)
    assert work.error == "" and work.source == "imported/netG.pth"
    (first, _) = evaluator.stored("imported/netG.pth")
    assert first["name"] == "fd" and first["protocol"]["source"] == "imported/netG.pth"
    assert evaluator.data_of("imported/netG.pth") is None


def test_the_tab_can_be_stopped_and_says_what_is_wrong(home, pictures):
    evaluator = Evaluator(home / "runs", home / "checkpoints", allow_paths=False)
    for args, sentence in (
        (("", "faces", ["fd"], 40, 1, 0), "No model is chosen"),
        (("shipped", "", ["fd"], 40, 1, 0), "no pictures chosen"),
        (("shipped", str(pictures), ["fd"], 40, 1, 0), "here it must be one of faces, mnist"),
        (("/etc", "faces", ["fd"], 40, 1, 0), "not known here"),
        (("shipped", "faces", [], 40, 1, 0), "no figure is named"),
        (("shipped", "faces", ["fd"], None, 1, 0), "images is 0"),
    ):
        with pytest.raises(ValueError, match=sentence):
            evaluator.start(*args)
    evaluator = Evaluator(home / "runs", home / "checkpoints")
    work = evaluator.start("shipped", str(pictures), ["c2st"], 32, 20, 0)
    while not work.what:
        time.sleep(0.01)
    evaluator.stop()
    wait(work)
    assert "cancelled" in work.error and not work.figures


def test_where_paths_cannot_be_named_none_is_shown(tmp_path):
    for data in ("/home/ana/private/holiday", "hub:ana/private", "mnist"):
        run = create_run(tmp_path, TrainConfig(dataset=data))
        save_generator(make(0), run.path / "snapshots" / "000000064")
        open_one, closed = (Evaluator(tmp_path, tmp_path, allow_paths) for allow_paths in (True, False))
        assert open_one.data_of(run.name) == data
        assert closed.data_of(run.name) == ("mnist" if data == "mnist" else None)


def test_an_evaluation_can_be_stopped_from_a_page_that_did_not_start_it(home, monkeypatch):
    """A reloaded page, or a second one: when it is opened, and when it is told to wait or to stop."""
    gr = pytest.importorskip("gradio")
    from ganapp.ui.evaluate import tab

    evaluator = Evaluator(home / "runs", home / "checkpoints")
    monkeypatch.setattr("ganapp.ui.evaluate.tab.Evaluator", lambda *args: evaluator)
    with gr.Blocks() as demo, gr.Tab("Evaluate"):
        tab.build_evaluate(home / "runs", home / "checkpoints")
    handlers = {fn.name: fn.fn for fn in demo.fns.values() if fn.fn is not None}

    asks = types.SimpleNamespace(session_hash="another page"), None

    def stop_button():
        return {component.elem_id: value for component, value in handlers["look"](*asks).items()}["eval_stop"]

    assert stop_button().interactive is False
    work = evaluator.works[OWNER] = Evaluation(evaluator.models, "shipped", "faces", ["fd"], 40, 1, 0)
    work.thread = threading.Thread(target=work.cancel.wait)
    work.thread.start()
    try:
        assert stop_button().interactive is True
        (said,) = handlers["evaluate"]("shipped", "faces", ["fd"], 40, 1, 0, *asks)
        said = {component.elem_id: value for component, value in said.items()}
        assert set(said) == {"eval_message", "eval_stop"} and said["eval_stop"].interactive is True
        assert "wait for it, or stop it" in said["eval_message"]
    finally:
        handlers["end"](*asks)
    wait(work)
    assert stop_button().interactive is False


# -- visitors of a Space ---------------------------------------------------------------------------------------


def test_a_visitor_measures_within_limits_into_no_run_and_stops_only_their_own(home, pictures):
    evaluator, source = Evaluator(home / "runs", home / "checkpoints"), "00001-mine/000000064"
    for names, images, repeats, sentence in (
        (["fd"], 200_000, 1, "at most 2,000"),
        (["fd"], 40, 20, "at most 3"),
    ):
        with pytest.raises(ValueError, match=sentence):
            evaluator.start(source, str(pictures), names, images, repeats, 0, "page a")
    with pytest.raises(ValueError, match="fid is not measured for visitors"):
        check_limits(["fd", "fid"], 40, 1)
    with evaluator._turn:  # as another visitor's evaluation at work
        a, b = (evaluator.start(source, str(pictures), ["fd"], 40, 1, 0, f"page {who}") for who in "ab")
        evaluator.stop("page c")
        evaluator.stop()
        assert not a.cancel.is_set() and not b.cancel.is_set()
        evaluator.stop("page a")
        wait(a)
        assert a.error == "cancelled" and not b.cancel.is_set() and evaluator.is_at_work("page b")
        with pytest.raises(ValueError, match="is at work: wait for it"):
            evaluator.start(source, str(pictures), ["fd"], 40, 1, 0, "page b")
        owners = evaluator.start(source, str(pictures), ["fd"], 40, 1, 0)  # does not wait
        wait(owners)
        assert owners.figures
    wait(b)
    assert b.error == "" and [f["name"] for f in b.figures] == ["fd", "fd.real"]
    assert not evaluator._turn.locked() and "page a" not in evaluator.works


def test_a_visitors_figures_are_stored_nowhere(home, pictures):
    evaluator, source = Evaluator(home / "runs", home / "checkpoints"), "00001-mine/000000064"

    def files():
        return {p: (p.stat().st_mtime_ns, p.stat().st_size) for p in home.rglob("*") if p.is_file()}

    before = files()
    wait(evaluator.start(source, str(pictures), ["fd"], 40, 1, 0, "page a"))
    assert files() == before
    wait(evaluator.start(source, str(pictures), ["fd"], 40, 1, 0))
    assert files() != before


def test_visitors_wait_in_a_short_line_and_none_longer_than_allowed(home, pictures, monkeypatch):
    monkeypatch.setattr("ganapp.ui.evaluate.evaluator.MOST_WAITING", 2)
    evaluator, asked = (
        Evaluator(home / "runs", home / "checkpoints"),
        ("shipped", str(pictures), ["c2st"], 40, 3, 0),
    )
    with evaluator._turn:
        works = [evaluator.start(*asked, f"page {i}") for i in range(2)]
        with pytest.raises(ValueError, match="2 evaluations are waiting already"):
            evaluator.start(*asked, "page 2")
        for i in range(2):
            evaluator.stop(f"page {i}")
    for work in works:
        wait(work)
    monkeypatch.setattr("ganapp.ui.evaluate.evaluator.LIMITS", LIMITS._replace(sec=1e-9))
    late = evaluator.start(*asked, "page 3")
    wait(late)
    assert "ask for fewer images" in late.error and not late.figures and not evaluator._turn.locked()


def test_who_may_measure_on_a_space(home, monkeypatch):
    gr = pytest.importorskip("gradio")
    from ganapp.ui.access.capabilities import here
    from ganapp.ui.evaluate import tab

    closed = {"SPACE_ID": "ana/studio"}
    for variables, may, text in (
        ({}, True, ""),
        (closed, False, "Measuring is off here"),
        (closed | {"GANAPP_EVALUATION": "1"}, True, ""),
    ):
        monkeypatch.setattr(tab, "here", lambda variables=variables: here(variables, home / "none"))
        started = []
        monkeypatch.setattr(
            Evaluator, "start", lambda self, *args, started=started: started.append(args) or stopped()
        )
        with gr.Blocks() as demo, gr.Tab("Evaluate"):
            tab.build_evaluate(home / "runs", home / "checkpoints", False)
        evaluate = next(fn.fn for fn in demo.fns.values() if fn.name == "evaluate")
        said = list(
            evaluate("shipped", "faces", ["fd"], 40, 1, 0, types.SimpleNamespace(session_hash="x"), None)
        )
        assert len(started) == may and text in str(list(said[0].values())[0])
        if may:
            assert started[0][-1] == (OWNER if not variables else "page x")


def stopped():
    """An evaluation that has ended."""
    work = Evaluation(None, "shipped", "faces", ["fd"], 40, 1, 0)
    work.thread = threading.Thread(target=lambda: None)
    return work


def test_what_figures_say_is_escaped_and_every_figure_has_a_name():
    figures = [{"name": "<b>", "value": None, "interval": None, "protocol": {"data": "<i>"}, "note": "<u>"}]
    html = table_html(figures)
    assert "<b>" not in html and "<i>" not in html and "<u>" not in html and "nan" in html
    assert all(f"eval.group.{name}" in STRINGS for name in MEASURES)


def test_the_page_has_the_tab(tmp_path):
    pytest.importorskip("gradio")
    from ganapp.ui import build_ui

    shutil.rmtree(tmp_path / "runs", ignore_errors=True)
    page = build_ui(tmp_path / "runs", tmp_path / "checkpoints")
    ids = {block.elem_id for block in page.blocks.values()}
    assert {
        "tab_evaluate",
        "eval_source",
        "eval_data",
        "eval_figures",
        "eval_table",
        "eval_go",
        "eval_stop",
    } <= ids
