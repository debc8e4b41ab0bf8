"""The table of runs without a page: what it sends, what it does to several runs, its files; what visitors may do."""

import csv
import io
import json
import shutil

import pytest

from ganapp.config import preset_config
from ganapp.runs import create_run, list_runs, table
from ganapp.runs.about import stamp_of, write_about
from ganapp.runs.deleted import deleted_runs
from ganapp.ui.shared.run_actions import Served
from ganapp.ui.shared.watching import Watch
from ganapp.ui.table.rows import RunTable

FOLDER = "/home/ana/secret"


@pytest.fixture
def tab(tmp_path):
    watch = Watch(tmp_path / "runs", lambda folder: "at-x", fresh_sec=0)
    return RunTable(watch, Served(lambda folder: "at-x", tmp_path / "exports", tmp_path))


def add(tab, name, state="finished", **changes):
    config = preset_config("dcgan-32").replace(dataset=f"{FOLDER}/cats.zip", minutes=4.0, **changes)
    run = create_run(tab.watch.folder, config, name)
    run.write_status(state=state, attempt=1, nimg=1500, sec=90.0, created=1000.0 + len(name))
    return run


def cursor(answer, known=None):
    return (known or {}) | {key: answer[key] for key in ("began", "at", "order") if key in answer}


def names(answer):
    return [row["name"] for row in answer["rows"]]


def test_all_rows_first_then_those_that_changed(tab):
    one, two = add(tab, "one", seed=5), add(tab, "second")
    first = tab.poll({"known": {}})
    assert first["names"] == [two.name, one.name] and names(first) == [two.name, one.name]
    row = first["rows"][1]
    assert (row["title"], row["state"], row["kimg"], row["minutes"]) == ("one", "finished", 1.5, 1.5)
    assert (row["data"], row["preset"], row["differs"]) == ("cats.zip", "dcgan-32", {"seed": 5})
    assert (row["stamp"], row["created"], row["best"]) == (stamp_of(one), 1003.0, None)
    known = cursor(first)
    assert tab.poll({"known": known}) == {}

    write_about(one, note="hm", tags=("a",))
    second = tab.poll({"known": known})
    assert names(second) == [one.name] and "names" not in second
    assert (second["rows"][0]["said"], second["rows"][0]["tags"]) == ("hm", ["a"])
    assert names(tab.poll({"known": known})) == [one.name]  # another browser has not seen it
    known = cursor(second, known)
    two.write_status(state="failed", reason="it went wrong")
    third = tab.poll({"known": known})
    assert [(row["state"], row["reason"]) for row in third["rows"]] == [("failed", "it went wrong")]
    shutil.rmtree(two.path)
    gone = tab.poll({"known": cursor(third, known)})
    assert gone["names"] == [one.name] and "rows" not in gone


def test_a_browser_that_knows_another_process_begins_anew(tab):
    add(tab, "one")
    known = cursor(tab.poll({})) | {"began": "another"}
    assert len(tab.poll({"known": known})["rows"]) == 1


def test_no_row_tells_a_folder(tab):
    run = add(tab, "one")
    assert FOLDER not in json.dumps(tab.poll({})) and str(run.path) not in json.dumps(tab.poll({}))


def test_a_row_is_read_once_while_its_files_stay(tab, monkeypatch):
    for i in range(3):
        add(tab, f"run {i}")
    tab.poll({})
    read = []
    monkeypatch.setattr("ganapp.ui.table.rows.row_of", lambda run, status: read.append(run.name))
    assert tab.poll({"known": {}})["rows"] and read == []


def test_several_are_deleted_by_what_the_person_saw_and_brought_back(tab):
    one, two, other = add(tab, "one"), add(tab, "second"), add(tab, "the third")
    busy = add(tab, "busy")
    with busy.lock().acquire():
        runs = [[run.name, stamp_of(run)] for run in (one, two, busy)] + [[other.name, "1.0"]]
        answer = tab.act({"word": "delete_several", "runs": runs})
    assert [one_["name"] for one_ in answer["refused"]] == [busy.name, other.name]
    assert "is at work" in answer["refused"][0]["error"] and "another one" in answer["refused"][1]["error"]
    assert {run.name for run in list_runs(tab.watch.folder)} == {busy.name, other.name}
    assert sorted(one_.entry for one_ in deleted_runs(tab.watch.folder)) == sorted(answer["entries"])
    back = tab.act({"word": "restore_several", "entries": [*answer["entries"], "1-none", 5]})
    assert back["names"] == [one.name, two.name] and len(back["refused"]) == 1
    assert len(list_runs(tab.watch.folder)) == 4


@pytest.mark.parametrize("runs", [["x"], [["x"]], [["x", 5]], [["x", "1", "2"]], [5]])
def test_what_are_no_pairs_deletes_nothing(tab, runs):
    run = add(tab, "one")
    with pytest.raises(ValueError, match="pairs of a name and a stamp"):
        tab.act({"word": "delete_several", "runs": [[run.name, stamp_of(run)], *runs]})
    assert list_runs(tab.watch.folder) == [run]


def test_one_run_has_the_actions_of_the_monitor(tab):
    run = add(tab, "one")
    asked = {"run": run.name, "stamp": stamp_of(run), "word": "describe", "note": "n", "tags": "a, b"}
    assert tab.act(asked) == {"ok": True, "tags": ["a", "b"]}
    with pytest.raises(ValueError, match="another one than you saw"):
        tab.act(asked | {"stamp": "2.0"})


def test_files_have_the_columns_of_the_command_in_the_order_of_the_page(tab, monkeypatch):
    monkeypatch.delenv("SPACE_ID", raising=False)
    one, two = add(tab, "one"), add(tab, "second")
    asked = {"names": [[one.name], [two.name, "gone", 5]]}
    answer = tab.download(asked | {"format": "csv"})
    assert answer["text"] == table.csv_of([table.row_of(one), table.row_of(two)])
    assert [row["title"] for row in csv.DictReader(io.StringIO(answer["text"]))] == ["one", "second"]
    assert json.loads(tab.download(asked | {"format": "json"})["text"]) == [
        table.row_of(one),
        table.row_of(two),
    ]
    with pytest.raises(ValueError, match="format is 'xls'"):
        tab.download(asked | {"format": "xls"})
    monkeypatch.setenv("SPACE_ID", "ana/studio")
    for kind in ("csv", "json"):
        text = tab.download(asked | {"format": kind})["text"]
        assert "cats.zip" in text and FOLDER not in text and str(tab.watch.folder) not in text
