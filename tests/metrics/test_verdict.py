"""The verdict: what figures say in plain sentences, and what is said of too few pictures."""

import pytest

from ganapp.generators import Sources
from ganapp.metrics import data_of, figures_of, missing_kinds, verdict
from ganapp.metrics.storage import FIGURES, place_of
from ganapp.metrics.verdict import too_few_text
from ganapp.runs import write_figures


def figure(name, value, note="", **protocol):
    return {
        "name": name,
        "value": value,
        "note": note,
        "protocol": {"images": 2000, "split": "train"} | protocol,
    }


@pytest.mark.parametrize(
    ("fd", "said"),
    [(19.9, "close to the real"), (20.1, "not closely"), (59.9, "not closely"), (60.1, "far from")],
)
def test_closeness_is_a_ratio_to_real_against_real(fd, said):
    for scale in (1, 0.01):
        text = verdict(
            [
                figure("fd", fd * scale),
                figure("fd.real", 1.0 * scale),
                figure("swd", 999),
                figure("swd.real", 1),
            ]
        )
        assert said in text


def test_patches_are_taken_where_there_is_no_frechet_distance_and_the_test_where_there_is_no_floor():
    assert "far from" in verdict([figure("swd", 12.1), figure("swd.real", 1)])
    assert "close to" in verdict([figure("swd", 3.9), figure("swd.real", 1)])
    assert verdict([figure("swd", 3.9)]) == ""
    assert "takes the pictures for real" in verdict([figure("swd", 3.9), figure("c2st", 0.7)])
    assert "at once" in verdict([figure("c2st", 0.95)])


def test_missing_kinds_variety_and_copies_are_said_after_it():
    figures = [figure("fd", 1), figure("fd.real", 1), figure("recall", 0.31)]
    figures += [figure("classes.coverage", 0.8, "missing: cat, dog"), figure("closer.pixels", 0.7)]
    assert missing_kinds(figures) == ["cat", "dog"]
    assert verdict(figures) == (
        "The pictures are close to the real ones. 2 kinds are missing or rare: cat, dog. They show only part of "
        "the variety: 31% of the real pictures are within their reach. Some are near to copies of training "
        "pictures: use more pictures, augment them, or stop earlier."
    )
    one = [figure("classes.coverage", 0.9, "missing: dog · too few to tell: 20 real pictures", real=20)]
    assert (
        verdict(one)
        == "One kind is missing or rare: dog. Some figures rest on 20 real pictures: too few to rely on."
    )
    assert (
        verdict([figure("closer.pixels", 0.64), figure("copies.features", 0.049), figure("recall", 0.4)])
        == ""
    )
    assert verdict([]) == ""


def test_a_figure_of_few_real_pictures_says_so():
    assert too_few_text({"images": 99, "split": "train"}) == "too few to tell: 99 real pictures"
    assert (
        too_few_text({"images": 2000, "real": 23, "split": "heldout"}) == "too few to tell: 23 real pictures"
    )
    assert too_few_text({"images": 100, "split": "train"}) == ""
    assert too_few_text({"images": 10, "split": "none"}) == ""  # a figure that needs no real pictures


def test_the_data_of_an_origin():
    for text, name in (
        ("faces, 20000 images", "faces"),
        ("cifar10-train, 48000 images", "cifar10"),
        ("cifar100-train, 50000 images", "cifar100"),
        ("mnist, 60000 images", "mnist"),
        ("faces of friends, 300 images", None),
        ("faces-of-friends, 300 images", None),
        ("faces-expression, 10000 images", "faces-expression"),
        ("faces-hat, 6000 images", "faces-hat"),
        (None, None),
        (7, None),
    ):
        assert data_of({"dataset": text}) == name
    assert data_of({}) is None


def test_figures_of_a_shipped_generator_are_kept_beside_the_runs(tmp_path):
    """So that measuring one changes no file of the checkout; they are shown with the shipped ones."""
    runs, folder = tmp_path / "runs", Sources().find("faces-32")[0]
    shipped = figures_of(folder)
    assert shipped and place_of(folder, "faces-32", runs) == runs / FIGURES / "faces-32"
    assert place_of(folder, str(folder), runs) == runs / FIGURES / "faces-32", "by a path, too"
    assert place_of(folder, "faces-32", runs, is_own_data=True) == runs / FIGURES / "faces-32"
    assert place_of(folder, str(folder), runs, is_own_data=True) == folder, "how shipped figures are made"
    place = place_of(folder, "faces-32", runs)
    place.mkdir(parents=True)
    write_figures(place, [figure("fd", 1.5, source="faces-32", data="mine (1)")])
    assert [f["value"] for f in figures_of(folder, runs)[len(shipped) :]] == [1.5]
    assert figures_of(folder) == shipped
    other = tmp_path / "imported" / "faces-32"  # of the same name, but not shipped
    other.mkdir(parents=True)
    assert figures_of(other, runs) == [] and place_of(other, str(other), runs) == other
