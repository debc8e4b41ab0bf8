"""runs/quoting.py: sentences that older versions wrote without quotes tell visitors no path."""

import pytest

from ganapp.config import TrainConfig
from ganapp.runs import create_run
from ganapp.runs.quoting import quoted
from ganapp.ui.access.paths import without_paths

HOME = "/home/ana/my pictures of us"


@pytest.fixture
def run(tmp_path):
    data = {"dataset": HOME, "dataset_b": f"{HOME} too", "task": "unpaired", "family": "translator"}
    return create_run(tmp_path / "all my runs", TrainConfig(**data, cycle=1, z_dim=0))


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        (f"{HOME}: no pictures were found.", "'my pictures of us': no pictures were found."),
        (f"There is nothing at {HOME}.", "There is nothing at 'my pictures of us'."),
        (f"{HOME}/wet day.png and {HOME} too/b.png, cut off", "'wet' day.png and 'b.png', cut off"),
        (f"There is nothing at '{HOME}' now.", "There is nothing at 'my pictures of us' now."),
        ("No path at all.", "No path at all."),
        ("", ""),
        (None, None),
    ],
)
def test_places_that_a_run_knows_are_quoted(run, sentence, told):
    said = quoted(run, sentence)
    assert said and without_paths(said) == told if sentence else said == told


def test_its_own_folder_too_and_a_damaged_configuration_stops_nothing(run):
    sentence = f"{run.path.absolute()}/state-8.pt is gone"
    (run.path / "config.json").write_text("{")
    assert without_paths(quoted(run, sentence)) == "'state-8.pt' is gone"
