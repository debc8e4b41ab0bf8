"""driving/same_data.py: a resume on changed, renamed and moved data."""

import json
import os
import shutil
from pathlib import Path

import pytest

from benchmarks import faults_runs
from ganapp.cli.main import main
from ganapp.config.model_spec import GENERATOR_FORMAT
from ganapp.data import open_dataset
from ganapp.driving.driver import drive
from ganapp.driving.opening import open_sets
from ganapp.driving.same_data import are_data_gone, check_there, compare, move, remember
from ganapp.runs import Run, create_run, read_data_record
from ganapp.ui.train.monitor import Monitor

OLD = Path(__file__).parent / "runs-0.3"


@pytest.fixture
def data(tmp_path):
    return faults_runs.pictures(tmp_path / "pictures")


@pytest.fixture
def run(data, tmp_path):
    return faults_runs.trained_run(tmp_path / "runs", data)


def reason(run):
    return run.status().get("reason", "")


def test_other_class_names_are_refused(run, data):
    """cats, dogs -> dogs, zebras: as many classes, so that numbers alone tell nothing."""
    assert read_data_record(run)[:3] == ("pictures", ("a", "b"), 32)
    os.rename(data / "a", data / "c")
    before = [p.read_bytes() for p in run.states()]
    assert faults_runs.paused_at(run, 64) == "failed"
    assert "has other classes than when this run began: b, c now, a, b then." in reason(run)
    assert [p.read_bytes() for p in run.states()] == before
    os.rename(data / "c", data / "a")
    assert faults_runs.paused_at(run, 64) == "paused"
    assert not run.status().get("changed")


def test_other_pictures_are_a_line_in_log_and_page(run, data):
    (data / "a" / "00.png").unlink()
    assert faults_runs.paused_at(run, 64) == "paused"
    said = "The pictures in pictures are not those that this run began with: 31 for training now, 32 then."
    assert run.status()["changed"] == said
    assert said in (run.path / "log.txt").read_text(encoding="utf-8")
    monitor = Monitor(run.path.parent, lambda path: path.name, run.path.parent / "exports", fresh_sec=0)
    assert said in monitor.poll({})["status"]["reason"]


def test_what_changed_is_forgotten_where_it_is_as_before(run, data):
    (data / "a" / "00.png").rename(data.with_name("kept.png"))
    assert faults_runs.paused_at(run, 64) == "paused" and "changed" in run.status()
    data.with_name("kept.png").rename(data / "a" / "00.png")
    assert faults_runs.paused_at(run, 80) == "paused" and "changed" not in run.status()


def test_a_moved_folder_is_said_and_named_anew(run, data, capsys):
    moved = Path(shutil.move(data, data.with_name("elsewhere")))
    assert faults_runs.paused_at(run, 64) == "failed"
    assert f"{str(data)!r} is gone" in reason(run) and f"or resume {run.name} --data FOLDER" in reason(run)
    arguments = ["resume", run.name, "--runs", str(run.path.parent), "--data"]
    other = faults_runs.pictures(data.with_name("other"), count=40)
    for place, says in ((other, "does not hold the data"), (data, "There is nothing at")):
        assert main([*arguments, str(place)]) == 2
        assert says in capsys.readouterr().err
        assert run.config().dataset == str(data)
    assert main([*arguments, str(moved)]) == 0
    assert run.status()["state"] == "finished" and run.config().dataset == str(moved)
    assert not run.status().get("changed")


def test_the_page_offers_to_choose_the_folder_of_moved_data(run, data, monkeypatch):
    """Of a run that rests; it goes on only with the same pictures, and none is asked for where they are there."""
    started = []
    monkeypatch.setattr("ganapp.driving.background.start", started.append)
    monitor = Monitor(run.path.parent, lambda path: path.name, run.path.parent / "exports", fresh_sec=0)
    assert "moved" not in monitor.poll({})["status"]
    moved = Path(shutil.move(data, data.with_name("elsewhere")))
    assert monitor.poll({})["status"]["moved"] is True
    stamp = monitor.poll({})["stamp"]
    other = faults_runs.pictures(data.with_name("other"), count=40)
    for place, says in (
        (str(other), "does not hold the data"),
        (str(data), "There is nothing at"),
        (" ", "no folder named"),
    ):
        answer = monitor.act({"word": "data", "run": run.name, "stamp": stamp, "place": place})
        assert says in answer["error"] and not started and run.config().dataset == str(data)
    monkeypatch.chdir(moved.parent)
    answer = monitor.act({"word": "data", "run": run.name, "stamp": stamp, "place": "elsewhere"})
    assert answer == {"ok": True} and started == [run] and run.config().dataset == str(moved)
    run.write_status(state="running")
    shutil.move(moved, data)
    assert "moved" not in monitor.poll({})["status"]


@pytest.fixture
def old_run(tmp_path, tiny_folder):
    """A run of version 0.3, which has no data.json, on four class folders, with a snapshot as that wrote it."""
    data = tmp_path / "numbers"
    for letter, number in zip("abcd", ("0", "1", "2", "10"), strict=True):
        shutil.copytree(tiny_folder / letter, data / number)
    run = Run(shutil.copytree(OLD / "dcgan", tmp_path / "runs" / "00001-old"))
    config = json.loads((run.path / "config.json").read_text()) | {"dataset": str(data), "kimg": 0.32}
    (run.path / "config.json").write_text(json.dumps(config))

    def named(*names):
        snapshot = run.path / "snapshots" / "000000160"
        snapshot.mkdir(parents=True, exist_ok=True)
        spec = run.config().spec().to_json()
        about = {"format": GENERATOR_FORMAT, "spec": spec, "class_names": names, "origin": {"nimg": 160}}
        (snapshot / "config.json").write_text(json.dumps(about))
        return run

    return named


def test_a_run_of_0_3_on_numbered_folders_is_not_resumed_with_permuted_labels(old_run):
    """It sorted 10 before 2, this version sorts numbers as numbers; the numbers of classes are equal."""
    run = old_run("0", "1", "10", "2")
    before = [p.read_bytes() for p in run.states()]
    assert drive(run) == "failed"
    assert (
        "has its classes in another order than when this run began: 0, 1, 2, 10 now, 0, 1, 10, 2 then. Start a "
        in (reason(run))
    )
    assert [p.read_bytes() for p in run.states()] == before and read_data_record(run) is None


@pytest.mark.parametrize("names", [("0", "1", "2", "10"), ()])
def test_a_run_of_0_3_goes_on_with_the_same_classes(old_run, names):
    """And where its snapshot names none."""
    run = old_run(*names)
    assert drive(run) == "finished", run.status()
    assert run.status()["nimg"] == 320 and read_data_record(run).classes == ("0", "1", "2", "10")


def test_a_run_of_0_3_with_other_classes_is_refused(old_run):
    run = old_run("0", "1", "2", "11")
    assert drive(
        run
    ) == "failed" and "has other classes than when this run began: 0, 1, 2, 10 now, " in reason(run)


@pytest.mark.parametrize("content", [None, b"[]", b'{"name": 5}'])
def test_a_run_without_a_record_gets_one(run, data, content):
    """A run of an older version, or a damaged file."""
    path = run.path / "data.json"
    path.unlink() if content is None else path.write_bytes(content)
    assert read_data_record(run) is None
    assert faults_runs.paused_at(run, 64) == "paused"
    assert read_data_record(run).classes == ("a", "b")
    assert path.with_name("data.json.damaged").exists() == (content is not None)


# -- two sets ------------------------------------------------------------------------------------------------

PICTURES_ = {
    "unpaired": {"family": "translator", "cycle": 10.0, "g_args": {"width": 4, "blocks": 1}},
    "pairs": {"family": "unet", "pixel": 10.0, "g_args": {"width": 4, "depth": 2}},
}


@pytest.fixture
def two(tmp_path):
    """Makes a run of a task that learns from the folders sets/first and sets/second."""
    for name, of in (("first", "a"), ("second", "b")):
        kept = faults_runs.pictures(tmp_path / f"made-{name}", count=16 if of == "a" else 20) / of
        (tmp_path / "sets").mkdir(exist_ok=True)
        shutil.move(kept, tmp_path / "sets" / name)
    for i, path in enumerate(sorted((tmp_path / "sets" / "second").iterdir())):
        path.rename(path.with_name(f"{2 * i:02d}.png"))  # as those of the first are called

    def make(task):
        places = {"dataset": str(tmp_path / "sets" / "first"), "dataset_b": str(tmp_path / "sets" / "second")}
        d_args = {"width": 4, "layers": 1}
        fields = {**PICTURES_[task], **places, "task": task, "z_dim": 0, "d_args": d_args, "batch": 4}
        return create_run(tmp_path / "runs", faults_runs.tiny_config(tmp_path, **fields))

    return make


def begun(run):
    """A run as after its first save, as far as its data are concerned."""
    run.write_config(run.config().replace(channels=3, in_channels=3))
    remember(run, opened(run))
    (run.path / "state-000000008.pt").touch()
    return run


def opened(run):
    return open_sets(run.config(), lambda arguments: open_dataset(**arguments))


@pytest.mark.parametrize("task", PICTURES_)
@pytest.mark.parametrize("changed", ["first", "second"])
def test_other_pictures_of_either_set_are_told(two, tmp_path, task, changed):
    run = begun(two(task))
    assert compare(run, run.config(), opened(run)) == ""
    (tmp_path / "sets" / changed / "00.png").unlink()
    said = compare(run, run.config(), opened(run))
    assert said.count("not those that this run began with") == 1 and said.endswith(" then.")
    if task == "unpaired":
        assert said.startswith(f"The pictures in {changed} are")


def test_a_run_tells_it_of_both_sets_when_it_goes_on(two, tmp_path):
    run = two("unpaired")
    assert faults_runs.paused_at(run, 8) == "paused", run.status()
    for name in ("first", "second"):
        (tmp_path / "sets" / name / "00.png").unlink()
    assert faults_runs.paused_at(run, 12) == "paused"
    said = (run.path / "log.txt").read_text(encoding="utf-8")
    assert run.status()["changed"] in said and "7 for training now, 8 then" in said
    assert "in second are" in run.status()["changed"] and "in first are" in run.status()["changed"]


@pytest.mark.parametrize("task", PICTURES_)
@pytest.mark.parametrize("moved", ["first", "second"])
def test_either_set_is_said_to_be_gone_and_named_anew(two, tmp_path, task, moved):
    run = begun(two(task))
    field = {"first": "dataset", "second": "dataset_b"}[moved]
    old = Path(getattr(run.config(), field))
    assert not are_data_gone(run)
    new = Path(shutil.move(old, tmp_path / "elsewhere"))
    assert are_data_gone(run)
    with pytest.raises(ValueError, match=f"{moved}' is gone. Put them back, or name their new place"):
        check_there(run, run.config())
    other = shutil.copytree(new, tmp_path / "other")
    (other / "00.png").unlink()
    with pytest.raises(ValueError, match="other' does not hold the data"):
        move(run, str(other))
    move(run, str(new))
    assert getattr(run.config(), field) == str(new) and not are_data_gone(run)
    shutil.copytree(new, old)  # nothing is gone now: the pictures tell which of both it is
    move(run, str(old))
    assert getattr(run.config(), field) == str(old) and compare(run, run.config(), opened(run)) == ""


@pytest.mark.parametrize("task", PICTURES_)
@pytest.mark.parametrize("named", ["first", "second"])
def test_sets_that_were_moved_together_are_found_together(two, tmp_path, task, named):
    run = begun(two(task))
    shutil.move(tmp_path / "sets", tmp_path / "elsewhere")
    move(run, str(tmp_path / "elsewhere" / named))
    assert run.config().dataset == str(tmp_path / "elsewhere" / "first")
    assert run.config().dataset_b == str(tmp_path / "elsewhere" / "second")


def test_sets_that_were_moved_apart_are_named_one_after_the_other(two, tmp_path):
    run = begun(two("unpaired"))
    for name in ("second", "first"):
        new = shutil.move(tmp_path / "sets" / name, tmp_path / f"new-{name}")
        assert are_data_gone(run)
        if name == "first":
            move(run, str(tmp_path / "new-second"))
            assert are_data_gone(run) and run.config().dataset_b == str(tmp_path / "new-second")
            move(run, str(new))
    assert not are_data_gone(run) and compare(run, run.config(), opened(run)) == ""


def test_a_record_without_the_other_set_gets_it(two):
    """As versions before 0.4 was released wrote it."""
    run = begun(two("unpaired"))
    path = run.path / "data.json"
    record = json.loads(path.read_text())
    assert read_data_record(run).inputs[2] == 8 and record["inputs"]["count"] == 8
    path.write_text(json.dumps({k: v for k, v in record.items() if k != "inputs"}))
    assert compare(run, run.config(), opened(run)) == "" and json.loads(path.read_text()) == record
    for damage in ([], {"name": 5}, record):
        path.write_text(json.dumps(record | {"inputs": damage}))
        assert read_data_record(run) is None
