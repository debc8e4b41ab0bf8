"""runs/packed.py: the ZIP that Export writes, opened again, and ZIPs that are refused."""

import os
import stat
import zipfile

import pytest

from ganapp.config import TrainConfig
from ganapp.runs import Run, create_run, list_runs, packed, title_of
from ganapp.runs.about import stamp_of
from ganapp.runs.packed import open_packed


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "runs"


@pytest.fixture
def exported(tmp_path):
    """(run, ZIP) of a finished run with a title, pictures, snapshot, state and rows."""
    run = create_run(tmp_path / "elsewhere", TrainConfig(seed=9), "Été")
    run.append_stats({"nimg": 64, "sec": 1.5, "d_loss": 0.5})
    run.sample_path(64).write_bytes(b"grid")
    run.write_snapshot(64, lambda path: (path / "config.json").write_text("{}"))
    run.write_state(64, lambda path: path.write_bytes(os.urandom(5000)))
    run.write_status(state="finished", nimg=64, attempt=1, sec=1.5, saved=64)
    return run, run.export(tmp_path / "out" / "my download (1).zip")


def files_of(run):
    found = {p.relative_to(run.path).as_posix(): p for p in run.path.rglob("*") if p.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name not in ("lock", "status.json")}


def test_a_run_comes_back_whole_and_is_another_one(exported, folder):
    run, file = exported
    opened = open_packed(file, folder)
    assert opened == Run(folder / "00001-Ete") and title_of(opened) == "Été"
    assert files_of(opened) == files_of(run) and opened.states()[0].name == "state-000000064.pt"
    before, after = run.status(), opened.status()
    for changing in ("created", "time", "pid", "host"):
        before.pop(changing), after.pop(changing)
    assert before == after and stamp_of(opened) != stamp_of(run)
    again = open_packed(file, folder)
    assert again.name == "00001-Ete-2" and [p for p in folder.iterdir() if p.name.startswith(".")] == []


def test_a_run_that_was_cut_off_is_paused(exported, folder, tmp_path):
    run, _ = exported
    run.write_status(state="running")
    opened = open_packed(run.export(tmp_path / "x.zip"), folder)
    assert opened.status()["state"] == "paused"


def zip_of(path, entries):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return path


STATUS = '{"state": "paused"}'


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({}, "there is no config.json"),
        ({"a/b/config.json": "{}", "a/b/status.json": STATUS}, "there is no config.json in its first folder"),
        ({"a/config.json": "{}", "a/model.safetensors": "x"}, "Is it a generator"),
        ({"a/config.json": "[]", "a/status.json": STATUS}, "cannot be opened here: it holds a list"),
        ({"a/config.json": '{"loss": "x"}', "a/status.json": STATUS}, "cannot be opened here: loss is 'x'"),
        ({"a/config.json": "{}", "a/status.json": STATUS, "../evil": "x"}, "leads out of the run"),
        ({"a/config.json": "{}", "a/status.json": STATUS, "a/../../evil": "x"}, "leads out of the run"),
        ({"a/config.json": "{}", "a/status.json": STATUS, "/evil": "x"}, "leads out of the run"),
        ({"a/config.json": "{}", "a/status.json": STATUS, "a/C:evil": "x"}, "leads out of the run"),
    ],
)
def test_what_is_no_run_is_refused_and_leaves_nothing(tmp_path, folder, entries, words):
    with pytest.raises(ValueError, match=words):
        open_packed(zip_of(tmp_path / "x.zip", entries), folder)
    assert list(folder.iterdir()) == [] and not (tmp_path / "evil").exists()


def test_a_link_is_refused(tmp_path, folder):
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("a/config.json", "{}")
        archive.writestr("a/status.json", STATUS)
        link = zipfile.ZipInfo("a/log.txt")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(ValueError, match="leads out of the run"):
        open_packed(tmp_path / "x.zip", folder)


def test_damage_is_one_sentence(exported, folder, tmp_path):
    _, file = exported
    text = file.read_bytes()
    (tmp_path / "no.zip").write_bytes(b"hello")
    (tmp_path / "cut.zip").write_bytes(text[: len(text) // 2])
    at = text.index(b'"d_loss"')
    (tmp_path / "flip.zip").write_bytes(text[:at] + b"X" + text[at + 1 :])
    for name in ("no.zip", "cut.zip", "flip.zip"):
        with pytest.raises(ValueError, match=f"{name} is damaged or no ZIP"):
            open_packed(tmp_path / name, folder)
    assert list(folder.iterdir()) == []


def test_a_full_disk_is_seen_before_a_file_is_written(exported, folder, monkeypatch):
    usage = type("Usage", (), {"free": 1000})
    monkeypatch.setattr(packed.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(ValueError, match="needs 0 MB, and 0 MB are free: make room first"):
        open_packed(exported[1], folder)
    assert list_runs(folder) == []


def test_the_name_in_a_zip_is_made_safe(tmp_path, folder):
    entries = {"my rün/config.json": "{}", "my rün/status.json": STATUS}
    assert open_packed(zip_of(tmp_path / "x.zip", entries), folder).name == "my-run"
    flat = {"config.json": "{}", "status.json": STATUS}
    assert open_packed(zip_of(tmp_path / "héllo.zip", flat), folder).name == "hello"
