"""Before a generator is published: what its figures say of copies, and the second yes."""

import pytest
from test_folder import save

from ganapp.cli.publishing import _asker
from ganapp.hub.upload import Change, Plan
from ganapp.publishing.audit import Audit, audit, judged
from ganapp.runs.figures import write_figures


def figures(**values):
    return [
        {"name": name.replace("_", "."), "value": value, "protocol": {}} for name, value in values.items()
    ]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"closer_pixels": 0.5, "closer_features": 0.65},
            "nearer to a training picture than a held-out one is in 65%",
        ),
        ({"closer_pixels": 0.64, "copies_pixels": 0.05}, "5.0% of its samples are as near"),
        (
            {"closer_pixels": 0.64, "copies_pixels": 0.049, "membership_features": 0.7},
            "gives its training pictures away",
        ),
    ],
)
def test_a_generator_that_copies_is_told(values, words):
    found = judged(figures(**values))
    assert words in found.copies and not found.unknown


def test_one_that_does_not_and_one_that_was_not_measured():
    below = figures(closer_pixels=0.64, copies_pixels=0.049, membership_pixels=0.649)
    assert judged(below) == Audit()
    assert "is not measured" in judged(figures(fd=3.0)).unknown


def plan(warning=""):
    return Plan("a/b", "model", False, "", (Change("new", "x", 1),), {"x": b"1"}, warning)


def test_a_second_yes_is_needed(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr("builtins.input", lambda text: asked.append(text) or "y")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    assert _asker(False)(plan()) and len(asked) == 1
    assert _asker(False)(plan("It copies.")) and len(asked) == 3
    assert "It copies." in capsys.readouterr().out
    monkeypatch.setattr("builtins.input", lambda text: "n" if "although" in text else "y")
    assert not _asker(False)(plan("It copies."))
    with pytest.raises(ValueError, match="give --although-it-copies, too"):
        _asker(True)(plan("It copies."))
    assert _asker(True, True)(plan("It copies."))


def test_the_figures_of_a_folder_are_read(tmp_path):
    folder = save(tmp_path / "model")
    assert audit(folder).unknown
    write_figures(folder, figures(closer_pixels=0.9))
    assert audit(folder).copies
