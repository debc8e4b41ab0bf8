"""Folders of visitors: made by many threads at once, kept by time and by room, nobody's by another's greed."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from ganapp.ui.generate.outputs import SMALLEST, Outputs

KB = 1024


def fill(outputs, visitor="me", size=0):
    with outputs.new(visitor) as path:
        (path / "file").write_bytes(bytes(size))
    return path


def test_a_folder_is_a_visitors_and_cannot_be_guessed(tmp_path):
    outputs = Outputs(tmp_path / "out", 10**9, 10**9)
    made = [fill(outputs, name) for name in ("ana", "ana", "ben")]
    assert [p.parent.name for p in made] == ["ana", "ana", "ben"]
    assert len({p.name for p in made}) == 3 and all(len(p.name) >= 16 for p in made)
    for name in ("", "..", "a/b", "x" * 65, "a.b"):
        with pytest.raises(ValueError, match="no name of a visitor"):
            fill(outputs, name)


def test_a_visitors_own_oldest_go_first(tmp_path):
    outputs = Outputs(tmp_path / "out", 10**7, 100 * KB)
    others = fill(outputs, "ben", 90 * KB)
    own = [fill(outputs, "ana", 40 * KB) for _ in range(4)]
    assert [p.exists() for p in own] == [False, False, True, True] and others.exists()
    huge = fill(outputs, "ana", 500 * KB)  # what was just made stays
    assert huge.exists() and not any(p.exists() for p in own) and others.exists()


def test_a_busy_hour_of_one_takes_nothing_from_another(tmp_path):
    outputs = Outputs(tmp_path / "out", 200 * KB, 250 * KB)
    looked_at = [fill(outputs, "ben", 30 * KB) for _ in range(2)]
    for _ in range(300):
        fill(outputs, "ana", 20 * KB)
    assert all(p.exists() for p in looked_at)
    held = sum(f.stat().st_size for f in (tmp_path / "out").rglob("file"))
    assert 150 * KB <= held <= 200 * KB


def test_no_more_than_so_many_folders_are_remembered_however_small(tmp_path, monkeypatch):
    monkeypatch.setattr("ganapp.ui.generate.outputs.MOST", 20)
    outputs = Outputs(tmp_path / "out", 10**9, 10**9)
    first = fill(outputs, "ben")
    for _ in range(60):
        fill(outputs, "ana")
    assert len(outputs._made) == 20 and first.exists()  # those of who made most went
    again = Outputs(tmp_path / "out", 10**9, 10**9)
    fill(again, "ana")
    assert len(again._made) == 20


def test_nobody_removes_a_visitors_folder_while_one_in_it_is_made(tmp_path, monkeypatch):
    outputs, held, mkdir = Outputs(tmp_path / "out", 10**9, 10**9), [], type(tmp_path).mkdir

    def watched(path, *args, **options):
        held.append(outputs._lock.locked())
        mkdir(path, *args, **options)

    monkeypatch.setattr(type(tmp_path), "mkdir", watched)
    fill(outputs, "ana")
    assert held and all(held)


def test_where_everybody_holds_the_newest_alone_nothing_more_goes(tmp_path):
    outputs = Outputs(tmp_path / "out", 100 * KB, 10**9)
    made = [fill(outputs, name, 90 * KB) for name in ("ana", "ben", "cleo")]
    assert all(p.exists() for p in made)


def test_what_is_old_goes(tmp_path):
    now = [1000.0]
    outputs = Outputs(tmp_path / "out", 10**9, 10**9, kept_sec=60, clock=lambda: now[0])
    old = fill(outputs, "ana")
    with outputs.new("ben") as unfinished:
        now[0] += 61
        new = fill(outputs, "cleo")
        assert not old.exists() and not old.parent.exists() and new.exists() and unfinished.exists()


def test_what_an_earlier_process_left_counts(tmp_path):
    left = fill(Outputs(tmp_path / "out", 10**9, 10**9), "ana", 90 * KB)
    outputs = Outputs(tmp_path / "out", 10**7, 100 * KB)
    fill(outputs, "ana", 90 * KB)
    assert not left.exists()
    (tmp_path / "out" / "stray").write_text("x")
    Outputs(tmp_path / "out", 10**9, 10**9)._known()


def test_tiny_files_take_room_too(tmp_path):
    outputs = Outputs(tmp_path / "out", 10**7, 10 * SMALLEST)
    for _ in range(30):
        fill(outputs, "ana", 1)
    assert len(list((tmp_path / "out" / "ana").iterdir())) == 10


def test_what_fails_leaves_nothing(tmp_path):
    outputs = Outputs(tmp_path / "out", 10**9, 10**9)
    with pytest.raises(OSError), outputs.new("ana") as path:
        (path / "half").write_text("x")
        raise OSError("no space")
    assert not (tmp_path / "out" / "ana").exists() and outputs._known() == {}


def test_ten_visitors_at_once(tmp_path):
    """While folders of the same visitors are removed all the time."""
    outputs = Outputs(tmp_path / "out", 30 * SMALLEST, 3 * SMALLEST)

    def work(name):
        for _ in range(60):
            with outputs.new(name) as path:
                for i in range(4):
                    (path / str(i)).mkdir()
                    (path / str(i) / "file").write_bytes(b"x")
                assert all((path / str(i) / "file").exists() for i in range(4))

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(work, [f"v{i % 5}" for i in range(10)]))  # raises what a thread raised
    left = {p for p in (tmp_path / "out").glob("*/*")}
    assert left == set(outputs._known()) and len(left) <= 5


def test_a_folder_that_somebody_else_removed_is_no_failure(tmp_path):
    import shutil

    outputs = Outputs(tmp_path / "out", 10**9, 10**9)
    with outputs.new("ana") as path:
        shutil.rmtree(tmp_path / "out")
    fill(outputs, "ana")
    assert os.path.isdir(path.parent)
