"""runs/deleted.py: a deleted run comes back whole for a week, and what removing it for good frees."""

import os
import shutil
import time

import pytest

from ganapp.config import TrainConfig
from ganapp.runs import create_run, list_runs, open_run, title_of
from ganapp.runs.deleted import (
    DELETED,
    KEPT_SEC,
    delete_for_good,
    deleted_runs,
    move_to_deleted,
    purge,
    remove,
    restore,
    size_of,
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "runs"


def files_of(folder):
    """{path: bytes} of a folder, without the lock that looking at it leaves."""
    found = {p.relative_to(folder): p for p in sorted(folder.rglob("*")) if p.is_file() and p.name != "lock"}
    return {name: path.read_bytes() for name, path in found.items()}


def test_a_deleted_run_comes_back_as_it_was(folder):
    run, other = create_run(folder, TrainConfig(seed=5), "表情"), create_run(folder, TrainConfig(), "other")
    (run.path / "state-000000064.pt").write_bytes(b"x" * 100_000)
    before = files_of(run.path)
    one = move_to_deleted(run)
    assert (one.name, one.title) == (run.name, "表情") and one.bytes >= 100_000
    assert list_runs(folder) == [other] and deleted_runs(folder) == [one] and not run.path.exists()
    with pytest.raises(ValueError, match="there is no run '1'"):
        open_run("1", folder)
    assert create_run(folder, TrainConfig(), "third").name == "00003-third"  # its number is not given away
    assert restore(folder, "表情") == run and files_of(run.path) == before
    assert deleted_runs(folder) == [] and title_of(run) == "表情"
    with pytest.raises(ValueError, match="is not among the recently deleted runs; there are: none"):
        restore(folder, one.entry)


def test_a_taken_name_is_not_written_over(folder):
    run = create_run(folder, TrainConfig(seed=5), "a")
    one = move_to_deleted(run)
    shutil.copytree(
        create_run(folder, TrainConfig(seed=6), "b").path, folder / "00001-A"
    )  # differs in case alone
    back = restore(folder, one.name)
    assert back.name == "00001-a-2" and back.config().seed == 5 and (folder / "00001-A").exists()


def test_two_of_the_same_name_are_both_kept_and_the_last_one_is_meant(folder):
    for seed in (1, 2):
        run = create_run(folder, TrainConfig(seed=seed), "a")
        move_to_deleted(run.rename("a"), now=1000.0)
    assert [one.when for one in deleted_runs(folder)] == [1000.001, 1000.0]
    assert restore(folder, "a").config().seed == 2


def test_a_run_at_work_is_not_deleted(folder):
    run = create_run(folder, TrainConfig(), "a")
    with run.lock().acquire():
        for act in (move_to_deleted, delete_for_good):
            with pytest.raises(
                ValueError, match="run '00001-a' is at work and cannot be deleted; stop it first"
            ):
                act(run)
    assert run.path.exists() and deleted_runs(folder) == []


def test_after_a_week_it_is_gone(folder):
    now = time.time()
    kept = create_run(folder, TrainConfig(), "kept")
    old, young = (create_run(folder, TrainConfig(), name) for name in ("old", "young"))
    move_to_deleted(old, now - KEPT_SEC - 1)
    move_to_deleted(young, now - KEPT_SEC + 60)
    (folder / DELETED / "notes.txt").write_text("not a deleted run")
    assert purge(folder, now) == 1 and [one.name for one in deleted_runs(folder)] == [young.name]
    assert kept.path.exists() and (folder / DELETED / "notes.txt").exists()
    assert purge(folder / "nowhere") == 0


def test_what_is_freed_is_what_the_disk_gives_back(folder):
    run = create_run(folder, TrainConfig(), "a")
    (run.path / "state-000000064.pt").write_bytes(b"x" * 3_000_000)
    size = size_of(run.path)
    assert 3_000_000 <= size <= 3_100_000
    one = move_to_deleted(run)
    assert remove(folder, one.entry) == one.bytes and deleted_runs(folder) == []
    other = create_run(folder, TrainConfig(), "b")
    (other.path / "state-000000064.pt").write_bytes(b"x" * 2_000_000)
    assert 2_000_000 <= delete_for_good(other) <= 2_100_000 and not other.path.exists()


@pytest.mark.parametrize("entry", ["..", "../00001-a", "", ".", "00001-a/..", "x"])
def test_no_path_leads_out_of_the_folder(folder, entry):
    run, gone = create_run(folder, TrainConfig(), "a"), create_run(folder, TrainConfig(), "gone")
    move_to_deleted(gone)
    for act in (restore, remove):
        with pytest.raises(ValueError, match="is not among the recently deleted runs"):
            act(folder, entry)
    assert run.path.exists() and len(deleted_runs(folder)) == 1 and os.path.isdir(folder)
