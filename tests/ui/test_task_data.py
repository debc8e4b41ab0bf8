"""Which data a task of the form begins with, and when a second source goes along."""

import pytest

from ganapp.config import TrainConfig
from ganapp.config.tasks import ONLY_FOR
from ganapp.data import NAMED, PAIRED
from ganapp.ui.train import tasks


@pytest.mark.parametrize(
    "task, data, other, wanted",
    [
        ("pairs", "/a", "/b", ("/a", "/b")),  # A and B are folders of their own
        ("pairs", "/a", "", ("/a", "")),
        ("pairs", "/a", "faces-sad", ("/a", "")),  # left over from unpaired sets
        ("pairs", "faces-sketch", "/b", ("faces-sketch", "")),  # it has both halves
        ("pairs", "faces", "", ("faces-expression", "")),
        ("unpaired", "/a", "/b", ("/a", "/b")),
        ("unpaired", "faces-hat", "faces-nohat", ("faces-hat", "faces-nohat")),
        ("unpaired", "faces-hat", "", ("faces-happy", "faces-sad")),
        ("noise", "/a", "/b", ("/a", "")),
        ("noise", "faces-sketch", "", ("faces", "")),
    ],
)
def test_data_of_a_task(task, data, other, wanted):
    assert tasks.data_for(task, data, other) == wanted


def test_what_is_offered_can_be_opened_for_the_task():
    assert set(tasks.named_data("pairs")) == set(PAIRED) and set(tasks.named_data("noise")) == set(NAMED)
    assert tasks.data_for("pairs", TrainConfig().dataset, "")[0] in PAIRED
    assert ONLY_FOR["dataset_b"][0] == ("pairs", "unpaired")
