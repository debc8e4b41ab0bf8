"""runs.py and files.py: what a reader sees while a writer works, dies or fills the disk; cursors; names; the whole folder."""

import errno
import json
import os
import subprocess
import sys
import threading
import time
import zipfile

import pytest

from ganapp import files
from ganapp.config import TrainConfig
from ganapp.runs import VITALS, Run, create_run, list_runs, open_run
from ganapp.runs import rows as row_module
from ganapp.runs.mending import remove_leftovers
from ganapp.runs.run import KEEP_SNAPSHOTS, KEEP_STATES


@pytest.fixture
def run(tmp_path):
    return create_run(
        tmp_path / "runs", TrainConfig(dataset="faces", preset="mlp-28", family="mlp", resolution=28)
    )


def make_old(run, seconds=60):
    path = run.path / "status.json"
    status = json.loads(path.read_text())
    path.write_text(json.dumps({**status, "time": time.time() - seconds}))


# -- creation and names -------------------------------------------------------------------------------------------------


def test_a_new_run(run):
    assert run.name == "00001-faces-mlp-28"
    status = run.status()
    assert (status["state"], status["nimg"], status["attempt"], status["sec"]) == ("queued", 0, 0, 0.0)
    assert status["pid"] == os.getpid()
    assert time.time() - status["created"] < 60
    assert run.config() == TrainConfig(dataset="faces", preset="mlp-28", family="mlp", resolution=28)
    assert run.command() == "run"
    assert run.read_stats() == ([], 0, 0)
    assert run.samples() == run.snapshots() == run.states() == []
    assert sorted(p.name for p in run.path.iterdir()) == ["command", "config.json", "samples", "status.json"]


def test_numbers_go_up_and_names_are_made_from_data_and_recipe(tmp_path):
    config = TrainConfig(dataset=str(tmp_path / "my cats! 猫.zip"))
    names = [create_run(tmp_path, config).name, create_run(tmp_path, config, name="second").name]
    (tmp_path / "00041-renamed").mkdir()
    (tmp_path / "notes").mkdir()
    names.append(create_run(tmp_path, TrainConfig(dataset="mnist")).name)
    assert names == ["00001-my-cats-dcgan", "00002-second", "00042-mnist-dcgan"]


@pytest.mark.parametrize("name", ["a/b", "../x", ".hidden", "a b", "x" * 81, "-x", "猫"])
def test_names_of_folders_that_are_refused(run, name):
    """A title may be any text (test_titles.py); the folder's name may not."""
    with pytest.raises(ValueError, match="a run's name has 1 to 80 letters"):
        run.rename(name)
    with pytest.raises(ValueError, match="a run's name has 1 to 80 letters"):
        run.rename("")


def test_two_threads_never_get_the_same_folder(tmp_path):
    found = []

    def make():
        found.extend(create_run(tmp_path, TrainConfig()) for _ in range(5))

    threads = [threading.Thread(target=make) for _ in range(4)]
    [t.start() for t in threads], [t.join() for t in threads]
    assert len({r.path for r in found}) == 20
    assert sorted(int(r.name[:5]) for r in found) == list(range(1, 21))


def test_opening(tmp_path):
    folder = tmp_path / "runs"
    a, b = (create_run(folder, TrainConfig(), name=n) for n in ("cats", "dogs"))
    for text in (a.name, "1", "00001", "00001-c", str(a.path)):
        assert open_run(text, folder) == a
    assert open_run(a.path) == a
    assert [r.name for r in list_runs(folder)] == [b.name, a.name]
    with pytest.raises(
        ValueError, match=r"there is no run '0000' in .*; there are: 00002-dogs, 00001-cats\."
    ):
        open_run("0000", folder)  # of two runs it says nothing
    with pytest.raises(ValueError, match="there is no run '3'"):
        open_run("3", folder)
    b.delete()
    with pytest.raises(ValueError, match="no run is named"):
        open_run("", folder)
    with pytest.raises(ValueError, match="none yet"):
        open_run("x", tmp_path / "elsewhere")
    assert list_runs(tmp_path / "elsewhere") == []


def test_a_broken_configuration_is_one_sentence(run):
    (run.path / "config.json").write_text('{"family": ')
    with pytest.raises(ValueError, match=r"the configuration of run '00001-faces-mlp-28' cannot be read"):
        run.config()


# -- status -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["queued", "starting", "running"])
def test_working_without_a_process_is_interrupted(run, state):
    run.write_status(state=state)
    assert run.status()["state"] == state  # the heartbeat is fresh
    make_old(run)
    assert run.status()["state"] == "interrupted"
    lock = run.lock()
    lock.acquire()
    assert run.status()["state"] == state  # slow, but alive
    lock.release()
    assert run.status()["state"] == "interrupted"
    assert json.loads((run.path / "status.json").read_text())["state"] == state  # seen, not stored


@pytest.mark.parametrize("state", ["paused", "stopped", "finished", "failed"])
def test_ended_is_ended_however_old(run, state):
    run.write_status(state=state)
    make_old(run, 10**6)
    assert run.status()["state"] == state


def test_a_process_that_dies_lets_go_of_its_run(run):
    """The lock is the kernel's: nothing has to be cleaned up after a kill."""
    code = f"from ganapp.runs import Run; from pathlib import Path; import sys, time; r = Run(Path({str(run.path)!r})); "
    code += "l = r.lock(); l.acquire(); r.write_status(state='running'); print('held', flush=True); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "held\n"
        make_old(run)
        assert run.is_locked()
        assert run.status()["state"] == "running"
        with pytest.raises(ValueError, match="is at work and cannot be deleted"):
            run.delete()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
    assert not run.is_locked()
    assert run.status()["state"] == "interrupted"


def test_status_merges_and_none_removes(run):
    run.write_status(reason="too hot", nimg=5)
    run.write_status(state="paused")
    assert run.status()["reason"] == "too hot"
    run.write_status(reason=None)
    assert "reason" not in run.status()
    assert run.status()["nimg"] == 5


def test_readers_see_whole_statuses_while_a_writer_replaces_them(run):
    run.write_status(nimg=0, text="x")
    wrong, stop = [], threading.Event()

    def read():
        while not stop.is_set():
            status = run.status()
            if status.get("text") != "x" * (status["nimg"] % 50 + 1):
                wrong.append(status)

    readers = [threading.Thread(target=read) for _ in range(3)]
    [t.start() for t in readers]
    for n in range(150):
        run.write_status(nimg=n, text="x" * (n % 50 + 1))
    stop.set()
    [t.join() for t in readers]
    assert wrong == []
    assert [p.name for p in run.path.iterdir() if p.name.startswith(".tmp-")] == []


def test_commands(run):
    for word in ("pause", "stop", "save", "run"):
        run.send(word)
        assert run.command() == word
    with pytest.raises(ValueError, match="command is 'explode'; it must be one of run, pause, stop, save"):
        run.send("explode")
    (run.path / "command").write_text("nonsense\n")
    assert run.command() == "run"
    (run.path / "command").write_text(" stop \n")
    assert run.command() == "stop"
    (run.path / "command").unlink()
    assert run.command() == "run"


# -- statistics ---------------------------------------------------------------------------------------------------------


def rows(*numbers):
    return [{"nimg": n, "sec": n / 10, "d_loss": 1.25} for n in numbers]


def test_a_cursor_gets_only_what_is_new(run):
    run.append_stats(rows(10)[0])
    got, attempt, offset = run.read_stats()
    assert (got, attempt) == (rows(10), 0)
    assert run.read_stats(attempt, offset) == ([], attempt, offset)
    for row in rows(20, 30):
        run.append_stats(row)
    got, attempt, offset = run.read_stats(attempt, offset)
    assert got == rows(20, 30)
    assert run.read_stats(attempt, offset)[0] == []
    assert run.read_stats()[0] == rows(10, 20, 30)


def test_a_partial_last_line_is_left_for_later(run):
    run.append_stats(rows(10)[0])
    line = json.dumps(rows(20)[0])
    with open(run.path / "stats.jsonl", "a") as file:
        file.write(line[:9])
        file.flush()
        got, attempt, offset = run.read_stats()
        assert got == rows(10)
        assert run.read_stats(attempt, offset) == ([], attempt, offset)
        file.write(line[9:] + "\n")
    assert run.read_stats(attempt, offset)[0] == rows(20)


def test_a_new_attempt_makes_readers_start_over(run):
    run.append_stats(rows(10)[0])
    _, attempt, early = run.read_stats()
    for row in rows(20, 30):
        run.append_stats(row)
    *_, offset = run.read_stats()
    run.drop_stats_after(20)
    run.write_status(attempt=1)
    assert run.read_stats(attempt, early)[0] == rows(
        10, 20
    )  # even where nothing was dropped before the cursor
    got, attempt, offset = run.read_stats(attempt, offset)
    assert (got, attempt) == (rows(10, 20), 1)
    run.append_stats(rows(25)[0])
    assert run.read_stats(attempt, offset)[0] == rows(25)


def test_a_cursor_past_the_end_starts_over(run):
    for row in rows(10, 20, 30):
        run.append_stats(row)
    *_, offset = run.read_stats()
    run.drop_stats_after(10)  # not yet told: the same attempt, a shorter file
    assert run.read_stats(0, offset)[0] == rows(10)


def test_dropping_what_a_resume_supersedes(run):
    for row in rows(10, 20, 30):
        run.append_stats(row)
    for nimg in (0, 20, 21, 30):
        run.sample_path(nimg).write_bytes(b"x")
    run.real_path.write_bytes(b"x")
    with open(run.path / "stats.jsonl", "a") as file:
        file.write('{"nimg": 4')
    run.drop_stats_after(20)
    assert (run.path / "stats.jsonl").read_text() == "".join(json.dumps(r) + "\n" for r in rows(10, 20))
    assert [p.name for p in run.samples()] == ["000000000.webp", "000000020.webp"]
    assert run.real_path.exists()
    run.append_stats(rows(30)[0])
    assert run.read_stats()[0] == rows(10, 20, 30)
    run.drop_stats_after(0)
    assert run.read_stats()[0] == []


def test_history_goes_back_to_the_beginning(run):
    """The last rows, and before them those with vitals of the whole run; each once, and none that a resume superseded."""
    assert run.history(3) == []
    for row in rows(*range(10, 110, 10)):
        run.append_stats(row)
        if row["nimg"] in (10, 40, 90):
            run.append_stats(row, VITALS)
    assert [row["nimg"] for row in run.history(3)] == [10, 40, 80, 90, 100]
    assert [row["nimg"] for row in run.history(50)] == list(range(10, 110, 10))
    run.drop_stats_after(85)
    assert [row["nimg"] for row in run.history(2)] == [10, 40, 70, 80]
    assert (run.path / VITALS).read_text() == "".join(json.dumps(r) + "\n" for r in rows(10, 40))


class FullFile:
    """A file whose disk takes 10 more bytes."""

    def __init__(self, file):
        self.file = file

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    def __getattr__(self, name):
        return getattr(self.file, name)

    def write(self, data):
        return self.file.write(data[:10])


def test_a_full_disk_leaves_no_half_line(run, monkeypatch):
    """Half a line would make garbage of the next one."""
    run.append_stats(rows(10)[0])
    monkeypatch.setattr(row_module, "open", lambda *a, **k: FullFile(open(*a, **k)), raising=False)  # noqa: SIM115
    with pytest.raises(OSError) as error:
        run.append_stats(rows(20)[0])
    assert error.value.errno == errno.ENOSPC
    monkeypatch.undo()
    run.append_stats(rows(30)[0])
    assert run.read_stats()[0] == rows(10, 30)


# -- states, snapshots, grids -------------------------------------------------------------------------------------------


def test_states_are_pruned_newest_first(run):
    for nimg in (900, 1000, 20, 3_000_000_000):  # numbers wider than the name's nine digits sort as numbers
        run.write_state(nimg, lambda path, nimg=nimg: path.write_text(str(nimg)))
    assert KEEP_STATES == 2
    assert [p.read_text() for p in run.states()] == ["3000000000", "1000"]


def test_a_state_is_whole_or_not_there(run):
    run.write_state(10, lambda path: path.write_text("old"))

    def fails(path):
        path.write_text("half")
        raise OSError(errno.ENOSPC, "full")

    for nimg in (10, 20):
        with pytest.raises(OSError, match="full"):
            run.write_state(nimg, fails)
    assert [p.read_text() for p in run.states()] == ["old"]
    assert not list(run.path.glob(".tmp-*"))


def test_snapshots_are_complete_pruned_and_newest_first(run):
    def write(folder):
        (folder / "model").write_text("weights")
        assert folder.parent == run.path / "snapshots"
        assert not [s for s in run.snapshots() if s.samefile(folder)]  # not to be seen before it is whole
        (folder / "config.json").write_text("{}")

    for nimg in range(100, 100 + 10 * (KEEP_SNAPSHOTS + 2), 10):
        assert run.write_snapshot(nimg, write).name == f"{nimg:09d}"
    newest = 100 + 10 * (KEEP_SNAPSHOTS + 1)
    assert [int(p.name) for p in run.snapshots()] == list(range(newest, newest - 10 * KEEP_SNAPSHOTS, -10))

    def fails(folder):
        (folder / "config.json").write_text("{}")
        raise OSError(errno.ENOSPC, "full")

    for nimg in (newest, newest + 10):
        with pytest.raises(OSError, match="full"):
            run.write_snapshot(nimg, fails)
    assert int(run.snapshots()[0].name) == newest
    assert (run.snapshots()[0] / "model").read_text() == "weights"
    run.write_snapshot(newest, write)  # again, over the old one
    assert len(list((run.path / "snapshots").iterdir())) == KEEP_SNAPSHOTS


def test_what_a_killed_process_left_is_removed_and_nothing_else(run):
    run.write_state(10, lambda path: path.write_text("x"))
    run.write_snapshot(10, lambda folder: (folder / "config.json").write_text("{}"))
    before = sorted(run.path.rglob("*"))
    (run.path / ".tmp-abc.pt").write_text("half")
    (run.path / "snapshots" / ".tmp-000000020").mkdir()
    (run.path / "snapshots" / ".tmp-000000020" / "model").write_text("half")
    (run.samples_folder / ".tmp-x.webp").write_text("half")
    remove_leftovers(run)
    assert sorted(run.path.rglob("*")) == before


def test_grids_are_oldest_first(run):
    for nimg in (64, 0, 1000):
        run.sample_path(nimg).write_bytes(b"x")
    run.real_path.write_bytes(b"x")
    assert [p.stem for p in run.samples()] == ["000000000", "000000064", "000001000"]


# -- the folder as a whole ----------------------------------------------------------------------------------------------


def test_rename_delete_export(run, tmp_path):
    other = create_run(run.path.parent, TrainConfig(), name="other")
    with pytest.raises(ValueError, match=f"there is already a run named '{other.name}'"):
        run.rename(other.name)
    new = run.rename("best-one")
    assert not run.path.exists()
    assert new == Run(run.path.with_name("best-one"))
    assert new.config().preset == "mlp-28"
    new.append_stats(rows(10)[0])
    new.write_snapshot(10, lambda folder: (folder / "config.json").write_text("{}"))
    (new.path / "snapshots" / ".tmp-1").mkdir()
    (new.path / "snapshots" / ".tmp-1" / "half").write_text("")
    archive = new.export(tmp_path / "out" / "best.zip")
    with zipfile.ZipFile(archive) as z:
        assert sorted(z.namelist()) == [
            f"best-one/{n}"
            for n in (
                "command",
                "config.json",
                "snapshots/000000010/config.json",
                "stats.jsonl",
                "status.json",
            )
        ]
        assert json.loads(z.read("best-one/stats.jsonl")) == rows(10)[0]
    new.delete()
    assert not new.path.exists()
    assert list_runs(other.path.parent) == [other]


@pytest.mark.parametrize(
    ("verb", "act"),
    [
        ("renamed", lambda run, tmp_path: run.rename("x")),
        ("deleted", lambda run, tmp_path: run.delete()),
        ("exported", lambda run, tmp_path: run.export(tmp_path / "x.zip")),
    ],
)
def test_a_run_at_work_is_left_alone(run, tmp_path, verb, act):
    lock = run.lock()
    lock.acquire()
    with pytest.raises(
        ValueError, match=f"run '00001-faces-mlp-28' is at work and cannot be {verb}; stop it first"
    ):
        act(run, tmp_path)
    lock.release()
    assert run.path.exists()
    assert not (tmp_path / "x.zip").exists()
    act(run, tmp_path)


def test_replacing_keeps_the_old_file_when_it_fails(tmp_path):
    path = tmp_path / "deep" / "file.txt"
    files.write_text(path, "old 猫")
    assert path.read_text(encoding="utf-8") == "old 猫"
    with pytest.raises(KeyError), files.replacing(path) as temporary:
        assert temporary.parent == path.parent
        assert temporary.suffix == ".txt"
        temporary.write_text("half")
        assert path.read_text(encoding="utf-8") == "old 猫"
        raise KeyError
    assert path.read_text(encoding="utf-8") == "old 猫"
    assert list(path.parent.iterdir()) == [path]
    if os.name == "posix":
        umask = os.umask(0)
        os.umask(umask)
        assert path.stat().st_mode & 0o777 == 0o666 & ~umask


def test_the_log_is_text_with_times(run):
    run.log("first\n")
    run.log("second")
    lines = (run.path / "log.txt").read_text().splitlines()
    assert [line.split("  ", 1)[1] for line in lines] == ["first", "second"]


@pytest.mark.parametrize("size", [630, 40_000])
def test_the_last_rows_are_found_however_long_rows_are(run, size, monkeypatch):
    """A row of several players may be long; damaged lines and the one being written are passed over."""
    monkeypatch.setattr(row_module, "BLOCK_BYTES", 1000)
    path = run.path / "long.jsonl"
    for nimg in range(50):
        row = {"nimg": nimg, "x": 0}
        run.append_stats({"nimg": nimg, "x" * (size - len(json.dumps(row))): 0}, path.name)
        if nimg % 10 == 5:
            path.write_bytes(path.read_bytes() + b"damaged\n")
    assert path.stat().st_size == 50 * size + 5 * 8
    path.write_bytes(path.read_bytes() + b'{"nimg": 50, "x"')
    for count in (1, 20, 49, 50, 51, 1000):
        found = [row["nimg"] for row in run.last_stats(count, path.name)]
        assert found == list(range(max(50 - count, 0), 50))


def test_the_last_rows_are_read_from_the_end_only(run, monkeypatch):
    """A run of a week has 200 MB of rows."""
    path = run.path / "stats.jsonl"
    line = json.dumps({"nimg": 1, "x": 0}) + "\n"
    path.write_text("no row\n" * 100_000 + line * 5_000)
    seen = []
    rows_in = row_module._rows_in
    monkeypatch.setattr(row_module, "_rows_in", lambda lines: seen.extend(lines) or rows_in(lines))
    assert len(run.last_stats(3_000)) == 3_000
    assert len(seen) * len(line) < 3_000 * len(line) + 2 * row_module.BLOCK_BYTES


def test_a_file_without_a_whole_line_has_no_last_row(run):
    for text in ("", "x", '{"nimg": 5}', "\n"):
        (run.path / "stats.jsonl").write_text(text)
        assert run.last_stats(5) == []
