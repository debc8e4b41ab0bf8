"""A figure that cannot be measured is named with its reason, and the others are measured."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from ganapp import metrics
from ganapp.cli.main import main
from ganapp.config import ModelSpec
from ganapp.generators import save_generator
from ganapp.metrics import MEASURES
from ganapp.metrics.distances import manifold, swd, twosample
from ganapp.metrics.figure import CannotMeasure
from ganapp.metrics.judges import inception
from ganapp.networks import build_generator


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Pictures without classes and none held out, and a shipped generator of their size."""
    monkeypatch.setenv("GANAPP_CACHE", str(tmp_path / "cache"))
    random = np.random.default_rng(0)
    (tmp_path / "pictures").mkdir()
    for i in range(40):
        image = random.integers(0, 256, (32, 32, 3), dtype=np.uint8)
        Image.fromarray(image).save(tmp_path / "pictures" / f"{i}.png")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        G = build_generator(ModelSpec("dcgan", 32, 3, 0, 8, {"width": 4})).eval()
    save_generator(G, tmp_path / "checkpoints" / "shipped")
    return tmp_path


def evaluate(home, names, missing=None):
    return metrics.evaluate(
        "shipped",
        home / "pictures",
        names,
        images=32,
        repeats=2,
        checkpoints=home / "checkpoints",
        missing=missing,
    )


def failing(error, at=0):
    """A measure that raises from its call number `at` on."""
    calls = []

    def measure(this, count):
        calls.append(1)
        if len(calls) > at:
            raise error
        yield from real(this, count)

    real = MEASURES["swd"].measure
    return measure


def test_the_others_are_measured(home):
    missing = {}
    found = evaluate(home, ["classes", "swd", "c2st"], missing)
    assert {figure.name.split(".")[0] for figure in found} == {"swd"} and set(missing) == {"classes", "c2st"}
    assert missing["classes"] == "classes cannot be measured: pictures has no classes."
    assert "held out" in missing["c2st"]
    with pytest.raises(ValueError, match="classes cannot be measured"):
        evaluate(home, ["classes", "swd"])  # who does not ask for the reasons is not left without them


@pytest.mark.parametrize("at", [0, 1])
@pytest.mark.parametrize("error", [CannotMeasure("no attribute is read."), OSError("no network")])
def test_a_figure_that_fails_on_the_way_is_left_out(home, monkeypatch, error, at):
    monkeypatch.setitem(MEASURES, "pr", MEASURES["pr"]._replace(measure=failing(error, at)))
    missing = {}
    found = evaluate(home, ["pr", "swd"], missing)
    assert missing == {"pr": str(error)} and {f.name for f in found} >= {"swd"}
    assert all(figure.protocol["repeats"] == 2 for figure in found)
    assert len({figure.name for figure in found}) == len(found)  # none of the rounds before it failed


def test_an_error_of_ours_is_no_reason(home, monkeypatch):
    """As arrays of two shapes, or an index that is out of range."""
    for error in (ValueError("operands could not be broadcast together"), IndexError("out of range")):
        monkeypatch.setitem(MEASURES, "pr", MEASURES["pr"]._replace(measure=failing(error)))
        missing = {}
        with pytest.raises(type(error)):
            evaluate(home, ["pr", "swd"], missing)
        assert missing == {}


def test_pictures_too_small_or_too_few_are_a_reason():
    features = np.random.default_rng(0).normal(size=(4, 3))
    for measured in (
        lambda: swd.levels(5),
        lambda: manifold.radii(features, 4),
        lambda: twosample.two_sample_accuracy(np.zeros((9, 3, 8, 8)), np.zeros((7, 3, 8, 8)), 0, "cpu"),
        lambda: inception.checked(Path("nowhere")),
    ):
        with pytest.raises(CannotMeasure):
            measured()


def test_if_none_can_be_measured_the_reasons_are_an_error(home, monkeypatch):
    with pytest.raises(ValueError, match="classes cannot be measured: .* c2st cannot be measured: "):
        evaluate(home, ["classes", "c2st"], {})
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ValueError, match="torch-fidelity"):
        evaluate(home, ["fid"], {})


def test_the_command_says_which_and_why(home, monkeypatch, capsys):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    arguments = ["evaluate", "shipped", "--data", str(home / "pictures"), "--images", "32", "--repeats", "1"]
    arguments += ["--metrics", "fid,swd,classes", "--checkpoints", str(home / "checkpoints")]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert "Not measured: classes (classes cannot be measured: pictures has no classes)." in out
    assert "Not measured: fid (" in out and "torch-fidelity" in out and "\nswd" in out
    assert main([*arguments, "--json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out) and "Not measured: classes" in printed.err
