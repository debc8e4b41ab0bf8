"""The model card: what it says of a run, of a shipped model and of an import, and that the Hub can read its metadata."""

from pathlib import Path

import pytest
import yaml
from test_folder import CLASSES, make, save

from ganapp.generators import save_generator
from ganapp.generators.catalog import _of_tags
from ganapp.metrics import figures_of
from ganapp.publishing.card import _figures, card
from ganapp.runs import create_run, read_figures, write_figures


def metadata(text: str) -> dict:
    return yaml.safe_load(text.split("---\n")[1])


@pytest.fixture
def snapshot(tmp_path, tiny_config):
    """(folder, its run): a snapshot of a run on a data set of the Hub."""
    config = tiny_config(
        dataset="hub:ana/flowers@" + "a" * 40 + ":train", loss="hinge", batch=24, ema_kimg=1.5
    )
    run = create_run(tmp_path / "runs", config)
    origin = {
        "preset": "dcgan-32", "dataset": "flowers|night, 640 images", "nimg": 578_144, "minutes": 85.5, "run": run.name,
        "device": "CPU (2 cores)", "parent": "/home/ana/models/faces", "version": "0.1.0",
    }  # fmt: skip
    write = lambda folder: save_generator(make(), folder, class_names=CLASSES, origin=origin)  # noqa: E731
    return run.write_snapshot(578_144, write), run


def figure(source: str, value=0.031, **protocol) -> dict:
    return {
        "name": "swd",
        "value": value,
        "interval": [0.03, 0.032],
        "protocol": {"images": 2000, "source": source, **protocol},
    }


def test_a_run_is_described(snapshot):
    folder, run = snapshot
    text = card(folder, "ana/flowers-gan", "mit")
    data = metadata(text)
    assert data["license"] == "mit" and data["datasets"] == ["ana/flowers"]
    said = _of_tags("ana/flowers-gan", data["tags"])
    assert "ganapp" in data["tags"] and (said.family, said.resolution) == ("dcgan", make().spec.resolution)
    for fact in (
        "578.1 kimg",
        "85.5 minutes",
        "CPU (2 cores)",
        "flowers\\|night, 640 images",
        "dcgan-32",
        "hinge",
        "| 24 |",
        run.name,
    ):
        assert fact in text, fact
    assert "/home/ana" not in text and "| Began from | faces |" in text
    assert (
        "None were measured." in text
        and "Intended use and limits" in text
        and all(name in text for name in CLASSES)
    )


def test_figures_come_with_their_protocol_and_of_this_snapshot_alone(snapshot):
    folder, run = snapshot
    other = f"{run.name}/000000001"
    write_figures(
        run.path, [figure(other, value=9.75), figure(f"{run.name}/{folder.name}", data="/home/ana/flowers")]
    )
    assert [f["value"] for f in figures_of(folder)] == [0.031]
    text = card(folder, "ana/x", "mit")
    assert "swd = 0.0310 ± 0.0010" in text and "images 2,000" in text and "data flowers" in text
    assert "9.75" not in text and "None were measured" not in text and "/home/ana" not in text


def test_what_protocols_share_is_said_once(tmp_path):
    folder = save(tmp_path / "m")
    rows = [
        figure("m", value=0.5) | {"name": name, "note": note}
        for name, note in (("swd", ""), ("swd.32", "missing: a|b"))
    ]
    other = figure("m", value=0.25) | {"name": "fd"}
    other["protocol"] = rows[0]["protocol"] | {"features": "of a small classifier"}
    write_figures(folder, [*rows, other])
    text = card(folder, "ana/x", "mit")
    assert text.count("images 2,000") == 1 and text.count("of a small classifier") == 1
    line = next(line for line in text.splitlines() if line.startswith("| swd = "))
    assert "<br>swd.32 = 0.5" in line and line.endswith("| swd.32: missing: a\\|b |")


def test_a_figure_that_is_no_number(tmp_path):
    folder = save(tmp_path / "m")
    write_figures(folder, [figure("m", value=None)])
    assert "swd = nan" in card(folder, "ana/x", "mit")


def test_nothing_is_invented(tmp_path):
    text = card(save(tmp_path / "m", origin={}), "ana/x", "unknown")
    assert "None were measured." in text and "datasets" not in metadata(text)
    for word in ("Preset", "Trained on", "Time", "Device", "None |", "nan"):
        assert word not in text.split("## How it was made")[1].split("##")[0], word


def test_an_import_says_whose_it_is(tmp_path):
    origin = {"imported_from": "sefi/sngan:net.pt", "layout": "mimicry", "layout_source": "kwotsin/mimicry"}
    text = card(save(tmp_path / "m", origin=origin), "ana/x", "mit")
    assert "Imported from sefi/sngan:net.pt" in text and "kwotsin/mimicry" in text and "not here" in text


def test_the_code_of_the_card_runs(tmp_path, monkeypatch):
    """Its three lines, with the folder in place of the repository."""
    folder = save(tmp_path / "m")
    text = card(folder, "ana/x", "mit")
    code = text.split("```python\n")[1].split("```")[0].replace('"ana/x"', repr(str(folder)))
    scope: dict = {}
    assert len(code.strip().splitlines()) == 3
    for line in code.strip().splitlines():
        what, _, names = line.partition(" import ")
        if names:
            scope[names] = getattr(__import__(what.removeprefix("from "), fromlist=[names]), names)
    pictures = scope["generate"](scope["load_generator"](folder), range(16))
    assert str(tuple(pictures.shape)) in code and str(pictures.dtype) in code


@pytest.mark.parametrize(
    "folder", sorted((Path(__file__).parents[2] / "checkpoints").glob("*/")), ids=lambda f: f.name
)
def test_a_shipped_card_says_what_was_measured(folder):
    figures = read_figures(folder)
    assert len(figures) > 10 and _figures(figures) in (folder / "README.md").read_text(encoding="utf-8")
