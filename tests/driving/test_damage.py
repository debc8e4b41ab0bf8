"""Damaged run folders, by seed: the list, the page and the resume. The damage is made by benchmarks/faults_runs.py."""

import random
import shutil
from pathlib import Path

import pytest

from benchmarks import faults_runs
from ganapp.cli.main import main
from ganapp.runs import Run, damage_of, list_runs, open_run
from ganapp.ui.train.monitor import Monitor


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("damage")
    return faults_runs.trained_run(folder / "runs", faults_runs.pictures(folder / "pictures"))


@pytest.fixture
def copied(whole, tmp_path):
    return Run(Path(shutil.copytree(whole.path, tmp_path / "runs" / whole.name)))


def monitor_of(run):
    return Monitor(run.path.parent, lambda path: path.name, run.path.parent / "exports", fresh_sec=0)


# The first seeds that damage each file in each of four ways; benchmarks/faults_runs.py has all.
SEEDS = (
    *range(17), 19, 21, 22, *range(24, 33), 34, 35, 38, 42, 45, 49, 51, 53, 55, 57, 62, 63, 66, 68, 69, 78, 79, 83,
    100, 106, 108, 109, 110, 111, 112, 119, 121, 124, 128, 133, 135, 158, 166, 176, 298,
)  # fmt: skip


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=[pytest.mark.slow] * (seed >= 34)) for seed in SEEDS]
)
def test_one_damaged_file_costs_that_file(copied, seed):
    path, how = faults_runs.damage(copied.path, random.Random(f"0/{seed}"))
    assert faults_runs.faults_of(copied, path, monitor_of(copied)) == [], f"{path} {how}"


def test_the_seeds_damage_every_file_in_every_way(whole, monkeypatch):
    monkeypatch.setattr(Path, "unlink", lambda path: None)
    monkeypatch.setattr(Path, "write_bytes", lambda path, data: None)
    found = [faults_runs.damage(whole.path, random.Random(f"0/{seed}")) for seed in SEEDS]
    files = {p.relative_to(whole.path) for p in whole.path.rglob("*") if p.is_file() and p.name != "lock"}
    assert set(found) == {(path, how) for path in files for how in faults_runs.HOWS}
    assert len(found) == len(set(found))


def test_a_torn_line_is_set_aside_and_named(copied):
    """In the middle, with NULs, no JSON, no row: the other rows are shown, and the resume names what it set aside."""
    path = copied.path / "stats.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    bad = [b"\0" * 40 + b"\n", b'{"nimg": 1', b"[1]\n", b'{"nimg": "x"}\n', b"\xff\n", b'{"nimg": 1e400}\n']
    path.write_bytes(lines[0] + b"".join(bad) + b"".join(lines[1:]))
    rows = copied.read_stats()[0]
    assert [row["nimg"] for row in rows] == [8, 16, 24, 32, 40, 48]
    assert [row["nimg"] for row in copied.last_stats(4)] == [24, 32, 40, 48]
    said = "stats.jsonl has 5 lines that cannot be read; the others are shown."
    assert damage_of(copied) == [said]
    assert monitor_of(copied).poll({})["status"]["reason"] == said
    assert faults_runs.paused_at(copied, 64) == "paused"
    assert "stats.jsonl: 5 lines cannot be read and stand in stats.jsonl.damaged now." in (
        copied.path / "log.txt"
    ).read_text(encoding="utf-8")
    assert len((copied.path / "stats.jsonl.damaged").read_bytes().splitlines()) == 5
    assert damage_of(copied) == []
    assert [row["nimg"] for row in copied.read_stats()[0]][:7] == [8, 16, 24, 32, 40, 48, 56]


@pytest.mark.parametrize(
    "content",
    [None, b"", b"\xff\xfe{}", b"[1, 2]", b"5", b"[" * 100_000, b'{"nimg": "x", "sec": -1, "child": 3}'],
)
def test_a_status_that_cannot_be_read_costs_what_it_said(copied, content, capsys):
    """The run is listed as interrupted where its statistics say; the resume goes on and writes a new status."""
    path = copied.path / "status.json"
    path.unlink() if content is None else path.write_bytes(content)
    other = shutil.copytree(copied.path, copied.path.with_name("00002-other"))
    assert [run.path for run in list_runs(copied.path.parent)] == [other, copied.path]
    assert open_run("1", copied.path.parent) == copied
    status = copied.status()
    assert (status["state"], status["nimg"]) == ("interrupted", 48)
    assert "status.json" in damage_of(copied)[0]
    main(["runs", "--runs", str(copied.path.parent)])
    printed = capsys.readouterr().out
    assert f"{copied.name}: status.json" in printed and "interrupted" in printed
    shown = monitor_of(copied).poll({"run": copied.name})
    assert "status.json" in shown["status"]["reason"] and shown["status"]["nimg"] == 48
    assert faults_runs.paused_at(copied, 64) == "paused"
    assert copied.status()["nimg"] >= 64
    assert damage_of(copied) == []
    assert "status.json" in (copied.path / "log.txt").read_text(encoding="utf-8")
    assert (copied.path / "status.json.damaged").exists() == (content is not None)


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", None, b'{"nonsense": 1}'])
def test_a_configuration_that_cannot_be_read_is_listed_and_named(copied, content):
    path = copied.path / "config.json"
    path.unlink() if content is None else path.write_bytes(content)
    assert list_runs(copied.path.parent) == [copied]
    answer = monitor_of(copied).poll({})
    assert answer["config"] == {} and answer["status"]["nimg"] == 48
    assert len(damage_of(copied)) == 1 and answer["status"]["reason"] == damage_of(copied)[0]
    assert faults_runs.paused_at(copied, 64) == "failed"
    assert copied.status()["reason"] and "\n" not in copied.status()["reason"]


@pytest.mark.parametrize("stem", ["²³", "٣", "9" * 30, "-5", "1e3"])
def test_names_that_are_no_number_are_no_grid_snapshot_or_state(copied, stem):
    (copied.samples_folder / f"{stem}.webp").write_bytes(b"x")
    (copied.path / f"state-{stem}.pt").write_bytes(b"x")
    shutil.copytree(copied.snapshots()[0], copied.path / "snapshots" / stem)
    assert [p.stem for p in copied.samples()] == ["000000000", "000000024", "000000048"]
    assert [p.name for p in copied.snapshots()] == ["000000048", "000000024"]
    assert [p.name for p in copied.states()] == ["state-000000048.pt", "state-000000024.pt"]
    assert monitor_of(copied).poll({})["grids"] == [0, 24, 48]


def test_damaged_pictures_are_set_aside_and_drawn_anew(copied):
    """A cut grid would stop a time-lapse; that of real images is drawn again."""
    grid = copied.samples()[1]
    grid.write_bytes(grid.read_bytes()[:50])
    copied.real_path.write_bytes(b"")
    assert damage_of(copied) == [
        f"{p.name} is damaged (it is no whole picture)." for p in (grid, copied.real_path)
    ]
    assert faults_runs.paused_at(copied, 64) == "paused"
    assert grid not in copied.samples() and copied.real_path.stat().st_size > 100
    assert damage_of(copied) == []


def test_other_damaged_words_and_figures(copied):
    (copied.path / "command").write_bytes(b"\xff\xfe")
    assert copied.command() == "run"
    from ganapp.runs import read_figures, write_figures

    good = {"name": "fid", "value": 3.0, "protocol": {"source": "x"}}
    bad = [{**good, "protocol": [1]}, {**good, "name": {}}, {**good, "protocol": {"data": [1]}}, 5]
    write_figures(copied.path, [good])
    text = (copied.path / "metrics.json").read_text(encoding="utf-8")
    import json

    (copied.path / "metrics.json").write_text(json.dumps({**json.loads(text), "figures": [*bad, good]}))
    assert read_figures(copied.path) == [good]
    assert write_figures(copied.path, [good]).exists()


def test_successors_in_a_circle_have_an_end(copied):
    other = Run(Path(shutil.copytree(copied.path, copied.path.with_name("00002-other"))))
    copied.write_status(child=other.name)
    other.write_status(child=copied.name)
    assert copied.latest() == other
    for child in ("../x", "", "a\0b", "nobody"):
        other.write_status(child=child)
        assert copied.latest() == other
