"""Figures of generators that take pictures: against their targets and beside the input itself, the same every day, from page and command line."""

import json
import math
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image

from ganapp import metrics
from ganapp.cli.main import main
from ganapp.config import ModelSpec, TrainConfig
from ganapp.degradations import SHOWN, picture_seeds, varied_of
from ganapp.generators import save_generator
from ganapp.metrics import What
from ganapp.metrics.distances.psnr import psnr
from ganapp.metrics.inputs import ITS_OWN, own_of, what_of
from ganapp.metrics.preparing import prepare
from ganapp.metrics.rounds import Round
from ganapp.networks import build_generator
from ganapp.runs import create_run, read_figures

NAMES = ["psnr", "psnr.naive", "l1", "l1.naive"]


class Added(torch.nn.Module):
    """Answers with the input, and so many levels of 255 more."""

    roles = frozenset({"translator"})
    class_names = ()
    source = "added"

    def __init__(self, levels=0.0, origin=None, in_channels=3, channels=3):
        super().__init__()
        args = {} if in_channels == channels else {"residual": False}
        self.spec = ModelSpec("unet", 32, channels, 0, 0, args, takes="picture", in_channels=in_channels)
        self.levels = torch.nn.Parameter(torch.tensor(levels / 127.5), requires_grad=False)
        self.origin = origin or {}
        self.eval()

    def forward(self, x, y=None):
        return x.expand(-1, self.spec.channels, -1, -1) + self.levels


def written(folder, images):
    folder.mkdir(parents=True)
    for i, image in enumerate(images):
        Image.fromarray(image).save(folder / f"{i:03d}.png", compress_level=1)
    return folder


def soft(count, seed):
    """Pictures uint8 (N, 32, 32, 3) of soft colours, with no value near the ends."""
    random = np.random.default_rng(seed)
    x = np.linspace(0, 1, 32)
    ramps = 60 + 100 * random.random((count, 1, 1, 3)) * x[None, :, None, None] * x[None, None, :, None]
    return (ramps + random.integers(0, 20, (count, 32, 32, 3))).astype(np.uint8)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """330 pictures, the same ones ten levels brighter, and 420 others; one in ten is held out."""
    root = tmp_path_factory.mktemp("pictures")
    images = soft(330, 0)
    written(root / "pairs" / "A", images)
    written(root / "pairs" / "B", images + 10)
    written(root / "others", soft(420, 1)[..., ::-1])
    return root


@pytest.fixture(autouse=True)
def short(monkeypatch, home):
    monkeypatch.setenv("GANAPP_CACHE", str(home / "cache"))
    monkeypatch.setattr("ganapp.metrics.distances.twosample.SEEN", 200)
    from ganapp.metrics.judges import classifier

    whole = classifier.classifier_of
    monkeypatch.setattr("ganapp.metrics.rounds.classifier_of", lambda *args: whole(*args, seen=400))


def values(figures):
    return {figure.name: figure.value for figure in figures}


def nearness(G, data, what=ITS_OWN, **options):
    return metrics.evaluate(G, str(data), ["psnr"], repeats=1, what=what, **options)


def test_a_known_error_has_its_decibels_and_levels(home):
    known = 20 * math.log10(255 / 10)
    same, right, far = (values(nearness(Added(n), home / "pairs")) for n in (0, 10, 30))
    assert list(same) == NAMES
    assert same["psnr"] == pytest.approx(known, abs=1e-9) and same["l1"] == 10
    assert right["psnr"] == 100 and right["l1"] == 0
    assert far["psnr"] == pytest.approx(20 * math.log10(255 / 20), abs=1e-9) and far["l1"] == 20
    assert {v["psnr.naive"] for v in (same, right, far)} == {same["psnr"]} and same["l1.naive"] == 10
    backwards = values(nearness(Added(10), home / "pairs", What(direction="b2a")))
    assert backwards["l1"] == 20 and backwards["l1.naive"] == 10


@pytest.mark.parametrize("damage", ["hole:0.1-0.3, noise:0.1", "small:4", "grey"])
def test_who_changes_nothing_gets_exactly_the_naive_answer(home, damage):
    found = values(nearness(Added(), home / "others", What("degrade", damage)))
    assert found["psnr"] == found["psnr.naive"] < 50 and found["l1"] == found["l1.naive"] > 0


def test_repetitions_with_all_pictures_and_a_damage_without_chance_are_one_number(home):
    what = What("degrade", "grey")
    figures = metrics.evaluate(Added(3), str(home / "others"), ["psnr"], repeats=3, what=what)
    assert all(figure.interval == (figure.value, figure.value) for figure in figures)


def test_the_naive_answer_is_the_damage_of_a_pictures_number_and_the_seed(home):
    figures = nearness(Added(5), home / "others", What("degrade", "hole:0.1-0.3"), seed=4)
    setting = prepare(Added(), str(home / "others"), what=What("degrade", "hole:0.1-0.3"))
    count = setting.heldout.count
    images = setting.heldout.images.take(np.arange(count))
    seeds = picture_seeds(4, np.arange(count), SHOWN)
    given = varied_of("hole:0.1-0.3").given(torch.from_numpy(images).float() / 127.5 - 1, seeds)
    pixels = (given * 127.5 + 127.5).round().clamp(0, 255).to(torch.uint8).numpy()
    assert values(figures)["psnr.naive"] == pytest.approx(psnr(pixels, images).mean(), abs=1e-9)
    protocol = figures[0].protocol
    assert (protocol["task"], protocol["damage"], protocol["seed"]) == ("degrade", "hole:0.1-0.3", 4)
    assert protocol["inputs"].startswith(f"of {count} held-out pictures") and protocol["split"] == "heldout"
    assert protocol["images"] == count


@pytest.mark.parametrize(
    ("names", "repeats"), [(["psnr"], 2), pytest.param(["psnr", "c2st", "fd"], 1, marks=pytest.mark.slow)]
)
def test_the_same_again_is_the_same_and_another_seed_is_not(home, names, repeats):
    def measured(seed):
        what = What("degrade", "noise:0.1-0.3")
        options = {"images": 32, "repeats": repeats, "seed": seed, "what": what}
        return metrics.evaluate(Added(3), str(home / "others"), names, **options)

    one, again, other = measured(0), measured(0), measured(1)
    assert [f.to_json() for f in one] == [f.to_json() for f in again]
    assert values(one)["psnr"] != values(other)["psnr"] and set(names) <= set(values(one))
    if "fd" in names:
        assert "sha256" in next(f for f in one if f.name == "fd").protocol["features"]
        assert values(one)["c2st"] > 0.5 and "fd.real" in values(one)


def test_real_pictures_are_others_than_the_inputs(home):
    setting = prepare(Added(), str(home / "pairs"))
    held = setting.heldout.count
    assert setting.most("heldout") == held // 2 and setting.most("train") == setting.most("") == held
    this = Round(setting, 0, held // 2)
    real = {image.tobytes() for image in this.real(held // 2, "heldout")}
    targets = {
        image.tobytes() for _, _, rows in this.beside(held // 2) for image in rows.transpose(0, 3, 1, 2)
    }
    assert len(real) == len(targets) == held // 2 and not real & targets
    assert this.real(4).shape[1] == 3, "of pairs the targets"


def test_all_figures_without_a_download_are_those_that_fit(home):
    from ganapp.metrics.evaluation import measurable

    setting = prepare(Added(), str(home / "pairs"))
    assert measurable(None, setting) == ["psnr", "swd", "c2st", "fd", "pr", "dc", "memorisation"]
    with pytest.raises(ValueError, match="membership cannot be measured: it is told from samples of noise"):
        measurable(["membership"], setting)


def test_a_picture_without_a_target_has_none_of_these_figures(home):
    what = What("unpaired", data_b=str(home / "others"))
    with pytest.raises(ValueError, match="psnr cannot be measured: there is no target for each picture."):
        nearness(Added(), home / "pairs" / "A", what)
    for direction, real in (("a2b", "others"), ("b2a", "A")):
        setting = prepare(Added(), str(home / "pairs" / "A"), what=what._replace(direction=direction))
        assert setting.train.name == real and setting.inputs.pictures.name != real and setting.halves == 1
        assert setting.about["direction"] == direction and "held-out pictures of" in setting.about["inputs"]
    shown = metrics.answers(setting, 3)
    assert shown.targets is None and np.array_equal(shown.inputs, shown.outputs)


def test_grey_becomes_colour_and_colour_grey(home):
    found = values(nearness(Added(in_channels=1), home / "others", What("degrade", "grey")))
    assert found["psnr"] == found["psnr.naive"]
    found = metrics.answers(
        prepare(Added(in_channels=1), str(home / "others"), what=What("degrade", "grey")), 2
    )
    assert found.inputs.shape == found.targets.shape == (2, 32, 32, 3)


@pytest.mark.parametrize(
    ("origin", "what", "sentence"),
    [
        ({}, What("noise"), "task is 'noise'; it must be one of degrade, pairs, unpaired."),
        ({}, What("degrade"), "what damage added undoes is not known: name it, such as damage hole:0.1-0.3."),
        ({}, What(damage="dirt"), "'dirt' is no degradation"),
        (
            {"task": "pairs"},
            What(damage="grey"),
            "damage is 'grey'; only the task degrade uses it, not pairs.",
        ),
        ({}, What(direction="up"), "direction is 'up'; it must be one of a2b, b2a."),
    ],
)
def test_what_cannot_be_measured_is_one_sentence(home, origin, what, sentence):
    with pytest.raises(ValueError) as error:
        nearness(Added(origin=origin), home / "others", what)
    assert sentence in str(error.value) and "\n" not in str(error.value)


def test_other_reasons_are_one_sentence_too(home, tmp_path):
    with pytest.raises(ValueError, match="no data is named"):
        metrics.evaluate(Added(), None, ["psnr"])
    with pytest.raises(ValueError, match="a model that takes pictures has no truncation"):
        nearness(Added(), home / "pairs", psi=0.7)
    with pytest.raises(ValueError, match="faces holds no pairs"):
        nearness(Added(), "faces")
    with pytest.raises(ValueError, match="held out"):
        nearness(Added(), written(tmp_path / "few", soft(20, 2)), What("degrade", "grey"))
    latent = build_generator(ModelSpec("dcgan", 32, 3, 0, 8, {"width": 4})).eval()
    with pytest.raises(ValueError, match="makes pictures from noise: task, damage, direction and data_b"):
        nearness(latent, home / "others", What(damage="grey"))


def test_what_a_model_learned_is_what_is_measured():
    own = own_of({"task": "degrade", "damage": "small:2"}, None)
    assert what_of(What(), own, "m") == What("degrade", "small:2") and own_of({}, None) == What()
    assert what_of(What(damage="grey"), own, "m").damage == "grey"
    assert what_of(What("pairs"), own, "m") == What("pairs", direction="a2b")
    two = {"task": "unpaired", "player": "b2a", "dataset_b": "faces-sad", "dataset_a": "faces-happy"}
    assert own_of(two, None) == What("unpaired", "", "b2a", "faces-sad")
    assert metrics.data_of(two | {"dataset": "faces-sad, 4 images"}) == "faces-happy"
    assert own_of(two | {"dataset_b": "/home/ana/x"}, None).data_b == "", (
        "a folder that may be another by now"
    )
    assert metrics.data_of({"dataset": "faces-sketch, 10 images"}) == "faces-sketch"


# -- the command and the page ----------------------------------------------------------------------------------


@pytest.fixture
def run(home, tmp_path):
    """A run that repairs the pictures, with the snapshot of a network that has not learned anything yet."""
    args = {"width": 4, "depth": 3}
    config = TrainConfig(
        dataset=str(home / "others"), task="degrade", damage="hole:0.1-0.3", family="unet", z_dim=0, channels=3,
        in_channels=3, g_args=args, pixel=1.0, conditional=False, ema_kimg=0,
    )  # fmt: skip
    run = create_run(tmp_path / "runs", config, "repair")
    origin = {"run": run.name, "task": "degrade", "damage": "hole:0.1-0.3"}
    G = build_generator(config.spec()).eval()
    run.write_snapshot(64, lambda folder: save_generator(G, folder, origin=origin))
    run.write_status(state="finished", nimg=64)
    return run


def test_the_command_and_the_page_measure_the_same(run, tmp_path, capsys):
    from ganapp.ui.evaluate.evaluator import Evaluator
    from ganapp.ui.evaluate.figures import answers_html, table_html, verdict_html

    sheet, runs = tmp_path / "sheet.png", run.path.parent
    arguments = ["evaluate", run.name, "--metrics", "psnr", "--repeats", "1", "--device", "cpu"]
    assert main([*arguments, "--runs", str(runs), "--out", str(sheet)]) == 0
    out = capsys.readouterr().out
    assert "damage hole:0.1-0.3" in out and "\npsnr.naive " in out and "held-out pictures" in out
    assert "no nearer to their targets than the inputs are" in out  # it begins as the identity
    assert Image.open(sheet).height > 3 * 32
    stored = {f["name"]: f["value"] for f in read_figures(run.path)}
    assert stored["psnr"] == stored["psnr.naive"]
    page = Evaluator(runs, tmp_path / "checkpoints")
    source = f"{run.name}/000000064"
    assert page.has_targets(source) and page.data_of(source) == run.config().dataset
    work = page.start(source, run.config().dataset, ["psnr"], 2000, 1, 0)
    work.thread.join()
    assert work.error == "" and {f["name"]: f["value"] for f in work.figures} == stored
    assert work.neighbours is None and work.answers.outputs.shape[1:] == (32, 32, 3)
    html = answers_html(work.answers) + table_html(work.figures) + verdict_html(work.figures)
    assert html.count("<img") == 3 * len(work.answers.inputs)
    assert "PSNR of the input itself" in html and "输入本身的 PSNR" in html and "请训练更久" in html


def test_the_tab_asks_for_decibels_where_there_are_targets(run, tmp_path):
    from ganapp.ui.evaluate.evaluator import Evaluator
    from ganapp.ui.evaluate.tab import USUAL, EvaluatePanel

    page = Evaluator(run.path.parent, tmp_path / "checkpoints")
    parts = {name: name for name in ("verdict", "table", "neighbours", "data", "names")}
    panel = SimpleNamespace(evaluator=page, **parts)
    assert "psnr" not in USUAL
    shown = EvaluatePanel.show_stored(panel, f"{run.name}/000000064", ["fd", "c2st"])
    assert shown["names"] == ["psnr", "fd", "c2st"] and shown["data"] == run.config().dataset
    assert EvaluatePanel.show_stored(panel, "", shown["names"])["names"] == ["fd", "c2st"]


def test_other_data_and_damage_can_be_named(run, home, capsys):
    arguments = ["evaluate", run.name, "--metrics", "psnr", "--repeats", "1", "--json", "--device", "cpu"]
    arguments += ["--runs", str(run.path.parent)]
    assert main([*arguments, "--data", str(home / "pairs"), "--task", "pairs", "--direction", "b2a"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found[0]["protocol"]["direction"] == "b2a" and found[3]["value"] == 10
    assert main([*arguments, "--damage", "grey"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["protocol"]["damage"] == "grey"


def test_figures_of_two_generators_of_a_snapshot_are_kept_apart(home, tmp_path):
    args = {"width": 4, "blocks": 1}
    config = TrainConfig(
        dataset=str(home / "pairs" / "A"), dataset_b=str(home / "others"), task="unpaired", family="translator",
        z_dim=0, channels=3, in_channels=3, g_args=args, cycle=1.0, conditional=False,
    )  # fmt: skip
    run = create_run(tmp_path / "runs", config, "two")
    G = build_generator(config.spec()).eval()

    def write(folder):
        for name in ("a2b", "b2a"):
            save_generator(G, folder / name, origin={"task": "unpaired", "player": name})

    run.write_snapshot(64, write)
    for name in ("a2b", "b2a"):
        source = f"{run.name}/64/{name}"
        setting = prepare(source, None, runs=run.path.parent)
        assert setting.about["direction"] == name and setting.place == run.path
        assert setting.train.name == {"a2b": "others", "b2a": "A"}[name]
        metrics.store(setting, [metrics.Figure("fd", 1.0, None, setting.about)])
    folder = run.snapshot() / "a2b"
    assert [f["protocol"]["direction"] for f in metrics.figures_of(folder)] == ["a2b"]
