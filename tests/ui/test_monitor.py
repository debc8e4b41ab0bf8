"""The monitor's server functions on real run folders, without gradio or a browser."""

import json
import math
import re
import shutil
import sys
import threading
import time
import types
import zipfile

import pytest

from ganapp.config import TrainConfig
from ganapp.runs import WORKING, create_run, list_runs, watchdog, write_figures
from ganapp.runs.about import read_about, rename, stamp_of
from ganapp.runs.columns import COLUMNS, DRAWN
from ganapp.ui.shared import thinning
from ganapp.ui.shared.run_actions import ACTIONS
from ganapp.ui.shared.strings import script_catalogs
from ganapp.ui.shared.theme import UI
from ganapp.ui.train.monitor import FILES, Monitor


@pytest.fixture
def monitor(tmp_path):
    published = {}

    def publish(folder):
        return published.setdefault(folder, folder.as_posix())

    made = Monitor(tmp_path / "runs", publish, tmp_path / "uploads" / "exports", fresh_sec=0)
    made.published = published
    return made


def add_run(monitor, state="paused", rows=0, grids=(), **config):
    run = create_run(monitor.watch.folder, TrainConfig(**config))
    for i in range(rows):
        run.append_stats({"nimg": 64 * (i + 1), "sec": i * 0.5, "d_loss": 1 + i / 7, "g_loss": -2.0})
    for nimg in grids:
        run.sample_path(nimg).write_bytes(b"webp")
    run.write_status(state=state, attempt=1, nimg=64 * rows, sec=rows * 0.5)
    return run


def act(monitor, run, word, **more):
    """What the page sends of a run that a person saw."""
    return monitor.act({"run": run.name, "stamp": stamp_of(run), "word": word, **more})


def follow(known, answer):
    """What the script keeps of an answer."""
    if "run" in answer:
        known = {"list": known.get("list"), "run": answer["run"], "stamp": answer.get("stamp")}
    names = {
        "config": "config_hash",
        "rows": "rows_hash",
        "snapshots": "snapshots",
        "list": "list",
        "status": "status_hash",
        "attempt": "attempt",
        "offset": "offset",
        "real": "real",
        "light": "light_hash",
        "best": "best",
        "measured": "measured_hash",
    }
    known |= {name: answer[key] for name, key in names.items() if key in answer}
    known["names"] = [*known.get("names", []), *(name for name, _, _ in answer.get("names", []))]
    if answer.get("grids"):
        known["grids"] = answer["grids"][-1]
    return known


def test_no_runs_is_said_once(monitor):
    first = monitor.poll({"run": None, "known": {}})
    assert first["runs"] == []
    assert monitor.poll({"run": None, "known": follow({}, first)}) == {}


def test_first_poll_then_nothing_then_only_what_is_new(monitor):
    run = add_run(monitor, rows=3, grids=(64, 128), dataset="/home/me/secret folder/cats.zip", kimg=5)
    first = monitor.poll({"run": None, "known": {}})
    assert first["run"] == run.name and first["reset"]
    assert first["runs"] == [[run.name, "paused", 192, run.name, stamp_of(run)]]
    assert first["stamp"] == stamp_of(run)
    assert first["config"]["dataset"] == "cats.zip" and "secret" not in json.dumps(first)
    assert first["stats"]["nimg"] == [64, 128, 192]
    assert first["stats"]["d_loss"] == [1.0, 1.143, 1.286] and "r1" not in first["stats"]
    assert first["grids"] == [64, 128]
    assert first["folder"] == run.samples_folder.as_posix() and list(monitor.published) == [
        run.samples_folder
    ]
    known = follow({}, first)
    assert monitor.poll({"run": run.name, "known": known}) == {}

    run.append_stats({"nimg": 256, "sec": 2, "d_loss": 0.123456, "r1": 0.5})
    run.sample_path(256).write_bytes(b"webp")
    run.real_path.write_bytes(b"webp")
    news = monitor.poll({"run": run.name, "known": known})
    assert set(news) == {"stats", "names", "offset", "attempt", "grids", "real"}
    assert news["stats"] == {"rows": 1, "nimg": [256], "sec": [2], "d_loss": [0.1235], "r1": [0.5]}
    assert news["grids"] == [256] and news["real"] is True
    assert len(json.dumps(news)) < 300
    known = follow(known, news)
    assert monitor.poll({"run": run.name, "known": known}) == {}

    run.write_status(nimg=256)
    news = monitor.poll({"run": run.name, "known": known})
    assert set(news) == {"status", "status_hash"} and news["status"]["nimg"] == 256


def test_a_heartbeat_alone_sends_nothing(monitor):
    run = add_run(monitor, rows=1, state="running")
    known = follow({}, monitor.poll({"run": run.name, "known": {}}))
    time.sleep(0.01)
    run.write_status()
    assert monitor.poll({"run": run.name, "known": known}) == {}


def test_partial_last_line_waits(monitor):
    run = add_run(monitor, rows=1)
    known = follow({}, monitor.poll({"run": run.name, "known": {}}))
    with open(run.path / "stats.jsonl", "a") as file:
        file.write('{"nimg": 128, "sec"')
    assert monitor.poll({"run": run.name, "known": known}) == {}
    with open(run.path / "stats.jsonl", "a") as file:
        file.write(': 2, "d_loss": 3}\n')
    assert monitor.poll({"run": run.name, "known": known})["stats"]["d_loss"] == [3.0]


@pytest.mark.parametrize(
    "change", [{"attempt": 0}, {"offset": 10**9}, {"offset": -5, "attempt": "x"}, {"attempt": 2}]
)
def test_a_cursor_of_another_time_starts_over(monitor, change):
    run = add_run(monitor, rows=4, grids=(64, 128))
    known = follow({}, monitor.poll({"run": run.name, "known": {}})) | change
    news = monitor.poll({"run": run.name, "known": known})
    assert news["stats"]["nimg"] == [64, 128, 192, 256]
    if change.get("offset") != -5:
        assert news["reset"] and news["grids"] == [64, 128]
    assert follow(known, news)["offset"] == (run.path / "stats.jsonl").stat().st_size


def test_resume_drops_what_it_supersedes(monitor):
    run = add_run(monitor, rows=4, grids=(64, 256))
    known = follow({}, monitor.poll({"run": run.name, "known": {}}))
    run.drop_stats_after(128)
    run.write_status(attempt=2, state="running")
    news = monitor.poll({"run": run.name, "known": known})
    assert news["reset"] and news["stats"]["nimg"] == [64, 128] and news["grids"] == [64]


def test_another_run_comes_whole(monitor):
    first, second = add_run(monitor, rows=2), add_run(monitor, rows=1, grids=(64,))
    known = follow({}, monitor.poll({"run": first.name, "known": {}}))
    news = monitor.poll({"run": second.name, "known": known})
    assert news["run"] == second.name and news["reset"] and news["grids"] == [64] and "runs" not in news


@pytest.mark.parametrize(
    "request_", [None, [], "x", {"run": ["a"], "known": "b"}, {"known": {"run": {}, "grids": []}}]
)
def test_poll_takes_anything(monitor, request_):
    run = add_run(monitor, rows=1)
    assert monitor.poll(request_)["run"] == run.name


def test_alive_first_else_newest(monitor):
    old, middle = add_run(monitor), add_run(monitor)
    newest = add_run(monitor)
    assert monitor.poll({})["run"] == newest.name
    old.write_status(state="queued")
    assert monitor.poll({})["run"] == old.name
    middle.write_status(state="running")
    assert monitor.poll({})["run"] == middle.name
    assert monitor.poll({"run": newest.name})["run"] == newest.name
    assert monitor.poll({"run": "gone"})["run"] == middle.name


def test_a_run_by_the_clock_has_no_budget_of_images(monitor):
    assert monitor.poll({"run": add_run(monitor, minutes=5, kimg=10_000_000).name})["config"]["kimg"] == 0
    assert monitor.poll({"run": add_run(monitor, minutes=5, kimg=30).name})["config"]["kimg"] == 30


def test_place_in_queue_and_pending_word(monitor):
    first, second = add_run(monitor, state="queued"), add_run(monitor, state="queued")
    assert monitor.poll({"run": first.name})["status"]["queue"] == 1
    assert monitor.poll({"run": second.name})["status"]["queue"] == 2
    assert act(monitor, second, "stop") == {"ok": True}
    assert second.command() == "stop"
    assert monitor.poll({"run": second.name})["status"]["word"] == "stop"


def test_not_a_number_is_null_and_json_stays_strict(monitor):
    run = add_run(monitor, rows=1)
    run.append_stats({"nimg": 128, "sec": 1, "d_loss": math.nan, "g_loss": math.inf})
    run.write_status(images_per_sec=math.nan)
    news = monitor.poll({"run": run.name})
    assert news["stats"]["d_loss"] == [1.0, None] and news["stats"]["g_loss"] == [-2.0, None]
    json.dumps(news, allow_nan=False)


def test_thinning_keeps_spikes_means_and_the_end():
    rows = [
        {"nimg": i + 1, "sec": i / 3, "d_loss": i % 10, **({"r1": 2.0} if i % 100 == 0 else {})}
        for i in range(50_000)
    ]
    rows[31_234]["d_loss"] = 777.0
    table = thinning.columns(rows)
    count = len(table["nimg"])
    assert count == thinning.BUCKETS and table["rows"] == 50_000
    assert table["nimg"][-1] == 50_000 and table["nimg"] == sorted(table["nimg"])
    assert max(table["hi"]["d_loss"]) == 777.0 and max(table["d_loss"]) < 20
    assert abs(sum(table["d_loss"]) / count - (4.5 + 772.5 / 50_000)) < 0.03
    assert all(v == 2.0 for v in table["r1"] if v is not None) and set(table["lo"]["d_loss"]) == {0.0}
    assert len(thinning.columns(rows[: thinning.MAX_ROWS])["nimg"]) == thinning.MAX_ROWS


def test_a_long_run_of_every_series_loads_in_60_kb():
    def row(i):
        return {"nimg": 10**8 + 64 * i, "sec": 1e5 + i * 1.37, **{k: -1.23456 * (1 + i % 7) for k in DRAWN}}

    for count in (thinning.MAX_ROWS, 20_000):
        assert (
            len(json.dumps(thinning.columns([row(i) for i in range(count)]), separators=(",", ":"))) < 61_440
        )


def test_columns_of_other_players_come_with_their_chart_and_label(monitor):
    run = add_run(monitor)
    run.append_stats({"nimg": 64, "sec": 1, "d_loss": 1.0, "d_a.loss": 2.0, "d_a.nothing": 3.0})
    news = monitor.poll({"run": run.name})
    assert news["stats"] == {"rows": 1, "nimg": [64], "sec": [1], "d_loss": [1.0], "d_a.loss": [2.0]}
    assert news["columns"] == [{"name": "d_a.loss", "chart": "losses", "label": "d_loss", "player": "d_a"}]
    known = follow({}, news)
    run.append_stats({"nimg": 128, "sec": 2, "d_loss": 1.0})
    assert "columns" not in monitor.poll({"run": run.name, "known": known})


def add_snapshot(run, nimg, swd):
    folder = run.path / "snapshots" / f"{nimg:09d}"
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps({"origin": {"swd": swd}}))


def test_the_best_snapshot_is_said_and_not_the_point_of_the_curve_that_it_is_in(monitor):
    run = add_run(monitor, state="running")
    known = follow({}, monitor.poll({"run": run.name}))
    for i in range(1, 3001):
        run.append_stats(
            {"nimg": 900 * i, "sec": i, "d_loss": 1.0, **({"swd": 40 - i / 100} if i % 50 == 0 else {})}
        )
    add_snapshot(run, 900 * 2950, 10.50001)
    add_snapshot(run, 900 * 3000, 12.0)
    news = monitor.poll({"run": run.name, "known": known})
    assert news["best"] == [2_655_000, 10.5, "swd"] and 2_655_000 not in news["stats"]["nimg"]
    assert monitor.poll({"run": run.name})["best"] == news["best"]  # a page that is loaded anew
    known = follow(known, news)
    run.write_status(nimg=2_700_000)
    assert "best" not in monitor.poll({"run": run.name, "known": known})
    run.append_stats({"nimg": 2_700_900, "sec": 3001, "swd": 9.0})
    assert "best" not in monitor.poll(
        {"run": run.name, "known": known}
    )  # its snapshot is still being written
    add_snapshot(run, 2_700_900, 9.0)
    run.write_status(state="finished")
    assert monitor.poll({"run": run.name, "known": known})["best"] == [2_700_900, 9.0, "swd"]


def test_spread_has_both_ends():
    assert thinning.spread(list(range(10)), 4) == [0, 3, 6, 9]


@pytest.mark.parametrize(
    "name", ["..", "../runs", "", None, "/etc", "a/b", ".", "00001-nothing", 7, {"a": 1}]
)
@pytest.mark.parametrize("word", sorted(ACTIONS))
def test_only_names_that_are_there_are_acted_on(monitor, name, word):
    add_run(monitor)
    outside = create_run(monitor.watch.folder.parent / "outside", TrainConfig())
    for asked in (name, f"../outside/{outside.name}", str(outside.path)):
        answer = monitor.act({"run": asked, "word": word, "name": "x"})
        assert set(answer) == {"error"} and "no run" in answer["error"]
    assert outside.path.exists() and len(list_runs(monitor.watch.folder)) == 1


@pytest.mark.parametrize(
    "request_", [None, "x", {}, {"word": ["stop"]}, {"word": "run"}, {"word": "__init__"}]
)
def test_act_takes_only_its_words(monitor, request_):
    assert "must be one of" in monitor.act(request_)["error"]


def test_a_word_for_a_run_that_rests_is_refused(monitor):
    run = add_run(monitor, state="paused")
    assert "not at work" in act(monitor, run, "pause")["error"]
    assert run.command() == "run"


def test_resume_starts_what_rests(monitor, monkeypatch):
    started = []
    monkeypatch.setitem(sys.modules, "ganapp.driving.background", types.SimpleNamespace(start=started.append))
    monkeypatch.setattr("ganapp.driving.background", sys.modules["ganapp.driving.background"], raising=False)
    run = add_run(monitor, state="paused")
    assert act(monitor, run, "resume") == {"ok": True} and started == [run]
    run.write_status(state="finished")
    assert "finished" in act(monitor, run, "resume")["error"]


def trouble(run, rows=100):
    for i in range(rows):
        row = {
            "nimg": 64_000 + 64 * i,
            "sec": i,
            "d_loss": 0.002,
            "g_loss": 9.0,
            "d_real": 5.0 + i,
            "d_fake": -5.0,
        }
        run.append_stats(row)


def test_the_light_says_what_is_wrong_in_the_page_s_words(monitor):
    run = add_run(monitor, rows=1)
    first = monitor.poll({"run": run.name})
    assert first["light"] == {"level": "grey", "findings": [], "again": False}
    known = follow({}, first)
    trouble(run)
    news = monitor.poll({"run": run.name, "known": known})
    (finding,) = news["light"]["findings"]
    assert (news["light"]["level"], finding["kind"], finding["level"]) == ("red", "d_wins", "red")
    assert finding["values"] == {"share": "0.14"} and finding["remedies"] == ("diffaugment", "rollback")
    for catalog in script_catalogs().values():
        text = catalog["light.d_wins.means"].replace("{share}", "0.14")
        assert "0.14 %" in text and "{" not in text
    assert "light" not in monitor.poll({"run": run.name, "known": follow(known, news)})


def test_every_finding_and_remedy_has_words_on_the_page():
    from ganapp.runs.remedies import REMEDIES
    from ganapp.runs.watchdog import KINDS

    english, chinese = script_catalogs().values()
    for kind, words in KINDS.items():
        for part in ("means", "advice"):
            key = f"light.{kind}.{part}"
            assert english[key] == getattr(words, part) != chinese[key]
            assert sorted(re.findall(r"{\w+}", english[key])) == sorted(re.findall(r"{\w+}", chinese[key]))
    for key in (
        *(f"light.do.{r}" for r in REMEDIES),
        *(f"light.{c}" for c in ("grey", "green", "note", "note.again")),
    ):
        assert key in english and key in chinese


def test_a_remedy_starts_a_run_that_goes_on(monitor, monkeypatch):
    started = []
    monkeypatch.setitem(sys.modules, "ganapp.driving.background", types.SimpleNamespace(start=started.append))
    monkeypatch.setattr("ganapp.driving.background", sys.modules["ganapp.driving.background"], raising=False)
    run = add_run(monitor, state="running", rows=8, d_args={"norm": "none"}, g_lr=2e-4)
    for nimg in (256, 512):
        (run.path / f"state-{nimg:09d}.pt").write_bytes(b"state %d" % nimg)
    run.write_status(good=256)
    answer = act(monitor, run, "remedy", remedy="rollback")
    (child,) = started
    assert answer == {"ok": True, "run": child.name}
    assert run.command() == "pause"
    assert (child.config().g_lr, child.config().parent, child.config().from_nimg) == (1e-4, run.name, 256)
    assert [p.read_bytes() for p in child.states()] == [b"state 256"]
    act(monitor, run, "remedy", remedy="r1")
    assert (started[1].config().r1, started[1].config().from_nimg, started[1].config().g_lr) == (
        4.0,
        256,
        2e-4,
    )
    for wrong in ("nonsense", None, ["r1"]):
        assert "it must be one of rollback, r1" in act(monitor, run, "remedy", remedy=wrong)["error"]
    assert len(started) == 2
    act(monitor, run, "remedy", remedy="anew")
    assert (started[2].config().parent, started[2].config().from_nimg, started[2].states()) == (
        run.name,
        0,
        [],
    )


@pytest.mark.parametrize("remedy", ["rollback", "r1", "diffaugment"])
def test_a_remedy_of_a_finished_run_trains(monitor, tiny_config, tiny_folder, remedy):
    """What it goes on from has used up the budget: with the same one, the new run would end without a step."""
    from ganapp.driving import driver

    config = tiny_config(
        dataset=str(tiny_folder), kimg=0.032, tick_sec=0, d_args={"width": 4, "norm": "none"}
    )
    run = create_run(monitor.watch.folder, config)
    assert driver.drive(run) == "finished"
    answer = act(monitor, run, "remedy", remedy=remedy)
    for thread in [t for t in threading.enumerate() if t.name == f"ganapp:{answer['run']}"]:
        thread.join(60)
    child = monitor.watch.find(answer["run"])
    assert (child.config().kimg, child.config().from_nimg, child.status()["state"]) == (0.064, 32, "finished")
    assert [row["nimg"] for row in child.read_stats()[0]] == [40, 48, 56, 64]


def test_a_run_by_the_clock_gets_its_minutes_once_more(monitor, monkeypatch):
    started = []
    monkeypatch.setitem(sys.modules, "ganapp.driving.background", types.SimpleNamespace(start=started.append))
    monkeypatch.setattr("ganapp.driving.background", sys.modules["ganapp.driving.background"], raising=False)
    run = add_run(monitor, state="finished", rows=121, minutes=1, kimg=10_000_000)  # 60.5 s
    assert act(monitor, run, "remedy", remedy="rollback")["ok"]
    assert (started[0].config().minutes, started[0].config().kimg) == (1 + 60.5 / 60, 10_000_000)
    run.write_status(state="paused", sec=59.5)
    assert act(monitor, run, "remedy", remedy="rollback")["ok"]
    assert started[1].config().minutes == 1


def test_half_of_no_rest_is_not_offered(monitor, monkeypatch):
    found = watchdog.Finding("overfit", "amber", "", "", ("diffaugment", "lower_budget"), {"share": "60"})
    monkeypatch.setattr("ganapp.runs.watchdog.judge", lambda rows, config: (found,))
    run = add_run(monitor, state="running", rows=99, kimg=6.4)  # 64 images are left
    first = monitor.poll({"run": run.name})
    assert first["light"]["findings"][0]["remedies"] == ("diffaugment", "lower_budget")
    assert first["light"]["again"] is False
    run.write_status(state="finished", nimg=6400)
    news = monitor.poll({"run": run.name, "known": follow({}, first)})
    assert news["light"]["findings"][0]["remedies"] == ("diffaugment",) and news["light"]["again"] is True
    assert "no rest to halve" in act(monitor, run, "remedy", remedy="lower_budget")["error"]
    assert list_runs(monitor.watch.folder) == [run]


def test_how_a_run_ended_is_seen_by_a_page_that_polls_a_moment_after_another(tmp_path):
    """All pages share one look for a while; what they share must not be from before the end, after which nothing is asked."""
    monitor = Monitor(tmp_path / "runs", print, tmp_path / "exports", fresh_sec=3600)
    run = add_run(monitor, state="running", rows=99, kimg=6.4)
    assert monitor.poll({"run": run.name})["light"]["again"] is False
    run.write_status(state="finished", nimg=6400)
    monitor.watch._memory.pop("runs")  # the list is looked at again
    assert monitor.poll({"run": run.name})["light"]["again"] is True


def test_a_remedy_without_a_state_begins_anew(monitor, monkeypatch):
    started = []
    monkeypatch.setitem(sys.modules, "ganapp.driving.background", types.SimpleNamespace(start=started.append))
    monkeypatch.setattr("ganapp.driving.background", sys.modules["ganapp.driving.background"], raising=False)
    run = add_run(monitor, state="failed")
    assert act(monitor, run, "remedy", remedy="rollback")["ok"]
    assert (started[0].states(), started[0].config().from_nimg, run.command()) == ([], 0, "run")


def test_renaming_gives_a_title_and_a_folder_made_from_it(monitor):
    run, other = add_run(monitor), add_run(monitor)
    answer = act(monitor, run, "rename", title=" Été  à Lyon ")
    assert answer == {"ok": True, "run": "00001-Ete-a-Lyon"}
    run = monitor.watch.find(answer["run"])
    assert read_about(run).title == "Été à Lyon"
    assert act(monitor, run, "rename", name="cats") == {
        "ok": True,
        "run": "00001-cats",
    }  # as version 0.3 asked
    for title, words in (("", "is empty"), ("x" * 81, "81 characters"), ("a\u202e", "not shown")):
        assert words in act(monitor, other, "rename", title=title)["error"]
    (row,) = [row for row in monitor.poll({})["runs"] if row[0] == "00001-cats"]
    assert row[3] == "cats" and row[4] == stamp_of(monitor.watch.find("00001-cats"))


def test_a_note_and_tags_are_stored_each_alone(monitor):
    run = add_run(monitor)
    assert act(monitor, run, "describe", tags="paper, eyes far apart，paper") == {
        "ok": True,
        "tags": ["paper", "eyes far apart"],
    }
    act(monitor, run, "describe", note=" try r1 = 4 ")
    assert read_about(run)._asdict() == {
        "title": "",
        "note": "try r1 = 4",
        "tags": ("paper", "eyes far apart"),
    }
    act(monitor, run, "describe", tags="", note="")
    assert read_about(run) == ("", "", ())
    assert "too long" in act(monitor, run, "describe", tags="x" * 41)["error"]


def test_a_page_follows_the_run_that_it_shows_when_that_is_renamed(monitor):
    run, other = add_run(monitor, rows=1), add_run(monitor, rows=1)
    known = follow({}, monitor.poll({"run": run.name}))
    rename(run, "表情")
    news = monitor.poll({"run": known["run"], "known": known})
    assert (
        news["run"] == "00001-run" and news["stamp"] == known["stamp"] and news["status"]["title"] == "表情"
    )
    known = follow(known, news)
    rename(monitor.watch.find("00001-run"), "犬")  # the folder keeps its name
    news = monitor.poll({"run": "00001-run", "known": known})
    assert "run" not in news and news["status"]["title"] == "犬" and news["runs"][1][3] == "犬"
    assert monitor.poll({"run": other.name, "known": follow(known, news)})["run"] == other.name


@pytest.mark.parametrize("word", sorted(ACTIONS))
def test_what_was_asked_about_one_run_is_never_done_to_another(monitor, word):
    """The kind of defect: a question stands open while the run that it is about is renamed, deleted or replaced."""
    seen = add_run(monitor, state="paused")
    asked = {
        "run": seen.name,
        "stamp": stamp_of(seen),
        "word": word,
        "title": "x",
        "amount": "1",
        "unit": "kimg",
    }
    rename(seen, "other")
    error = monitor.act(asked)["error"]
    assert error == f"there is no run {asked['run']!r} any more; it is '00001-other' now. Nothing was done."
    monitor.watch.find("00001-other").rename(asked["run"]).delete()
    new = add_run(monitor, state="paused")
    assert new.name == asked["run"]  # another run of the same name
    before = {p.name: p.read_bytes() for p in new.path.glob("*.json")}
    for stamp in (asked["stamp"], None, "", "none"):
        assert "is another one than you saw" in monitor.act(asked | {"stamp": stamp})["error"]
    assert {p.name: p.read_bytes() for p in new.path.glob("*.json")} == before
    assert list_runs(monitor.watch.folder) == [new] and new.command() == "run"


def test_deleting_can_be_taken_back_until_it_is_for_good(monitor):
    run, other = add_run(monitor, rows=3), add_run(monitor)
    (run.path / "state-000000064.pt").write_bytes(b"x" * 2_000_000)
    stamp = stamp_of(run)
    with run.lock():
        for word in ("delete", "delete_now"):
            assert "at work" in act(monitor, run, word)["error"]
    size = act(monitor, run, "size")["bytes"]
    assert 2_000_000 < size < 2_100_000
    entry = act(monitor, run, "delete")["entry"]
    assert [row[0] for row in monitor.poll({})["runs"]] == [other.name]
    ((listed, title, when, taken),) = monitor.act({"word": "deleted"})["deleted"]
    assert (listed, title, taken) == (entry, run.name, size) and abs(when - time.time()) < 60
    assert monitor.act({"word": "restore", "entry": entry}) == {"ok": True, "run": run.name}
    assert stamp_of(run) == stamp and monitor.act({"word": "deleted"})["deleted"] == []
    act(monitor, run, "delete")
    ((entry, *_),) = monitor.act({"word": "deleted"})["deleted"]
    assert monitor.act({"word": "remove", "entry": entry}) == {"ok": True, "freed": size}
    for word in ("restore", "remove"):
        for wrong in (entry, "", "..", "../" + other.name, None):
            assert "is not among the recently deleted" in monitor.act({"word": word, "entry": wrong})["error"]
    assert act(monitor, other, "delete_now")["freed"] > 0 and list_runs(monitor.watch.folder) == []


def test_the_zip_of_a_run_comes_back(monitor, tmp_path):
    run = add_run(monitor, rows=2, state="finished")
    packed = monitor.served.uploads / "hash" / "run.zip"
    packed.parent.mkdir(parents=True)
    run.export(packed)
    assert (
        "was not uploaded here"
        in monitor.act({"word": "open", "file": str(run.path / "config.json")})["error"]
    )
    for wrong in ("", str(packed.parent), f"{packed.parent}/../../../etc/passwd", "x.zip"):
        assert "was not uploaded here" in monitor.act({"word": "open", "file": wrong})["error"]
    answer = monitor.act({"word": "open", "file": str(packed)})
    assert answer["run"] == f"{run.name}-2" and not packed.exists()  # the upload has done its work
    assert monitor.watch.find(answer["run"]).last_stats(9) == run.last_stats(9)
    packed.write_text("no")
    assert "no ZIP" in monitor.act({"word": "open", "file": str(packed)})["error"] and not packed.exists()


def test_a_finished_run_is_trained_longer(monitor, monkeypatch):
    started = []
    monkeypatch.setitem(sys.modules, "ganapp.driving.background", types.SimpleNamespace(start=started.append))
    monkeypatch.setattr("ganapp.driving.background", sys.modules["ganapp.driving.background"], raising=False)
    run = add_run(monitor, state="finished", rows=2, kimg=0.128)
    (run.path / "state-000000128.pt").write_bytes(b"")
    known = follow({}, monitor.poll({"run": run.name}))
    for amount, unit, words in (
        ("x", "kimg", "must be a number"),
        ("0", "kimg", "more than 0"),
        ("nan", "kimg", "more than 0"),
        ("1", "years", "must be one of minutes, kimg"),
    ):
        assert words in act(monitor, run, "longer", amount=amount, unit=unit)["error"]
    assert started == []
    assert act(monitor, run, "longer", amount="2.5", unit="kimg") == {"ok": True} and started == [run]
    news = monitor.poll({"run": run.name, "known": known})
    assert news["config"]["kimg"] == 2.628 and news["status"]["state"] == "paused"


def test_runs_that_are_gone_are_forgotten(monitor):
    runs = [add_run(monitor, state="finished", rows=2) for _ in range(3)]
    for run in runs:
        rename(run, f"No. {run.name}")
    runs = [run for run, _ in monitor.watch.runs()]
    monitor.poll({})
    assert set(monitor.watch._ended) == set(monitor.watch._titles) == set(runs)
    for run in runs[1:]:
        shutil.rmtree(run.path)
    monitor.watch.forget()
    monitor.poll({})
    assert set(monitor.watch._ended) == set(monitor.watch._titles) == {runs[0]}


def test_a_run_that_was_just_started_is_shown_at_once(tmp_path):
    """The list of runs is shared for a while; a run that was started since must not give way to an older one."""
    monitor = Monitor(tmp_path / "runs", print, tmp_path / "exports", fresh_sec=3600)
    old = add_run(monitor, state="running")
    assert monitor.poll({})["run"] == old.name
    assert monitor.poll({"run": add_run(monitor).name})["run"] == "00002-faces-dcgan"


def test_rows_of_the_grid_have_the_names_of_their_classes(monitor):
    from ganapp.driving.record import fixed_inputs
    from ganapp.runs import DataRecord, write_data_record

    class Source:
        def fixed(self, numbers, player):
            return list(numbers)

    for classes in (2, 4, 9, 10, 12):
        run = add_run(monitor, num_classes=classes)
        names = tuple(f"kind {i}" for i in range(classes))
        assert monitor.poll({"run": run.name})["rows"][:2] == [
            "0",
            "1",
        ]  # of an older version: no names are kept
        write_data_record(run, DataRecord("x", names, 7, ""))
        _, labels = fixed_inputs(run.config(), Source())
        assert monitor.poll({"run": run.name})["rows"] == [names[label] for label in labels[::8]]
    assert monitor.poll({"run": add_run(monitor).name})["rows"] == []


def test_export_is_a_zip_in_a_folder_of_its_own(monitor):
    run = add_run(monitor, rows=2, grids=(64,))
    answer = act(monitor, run, "export")
    assert answer["name"] == f"{run.name}.zip"
    with zipfile.ZipFile(answer["file"]) as archive:
        assert f"{run.name}/samples/000000064.webp" in archive.namelist()
    assert act(monitor, run, "export")["file"] != answer["file"]


def test_any_column_is_sent_where_it_is_asked_for(monitor):
    """By its name, besides those that are always drawn; "gap" is computed; axes and nonsense are left out."""
    run = add_run(monitor)
    run.append_stats(
        {"nimg": 64, "sec": 1, "d_loss": 1.5, "d_real": 3.0, "d_fake": 1.0, "mem_mb": 9, "vae.kl": 0.25}
    )
    usual = monitor.poll({"run": run.name, "known": {}})
    assert "mem_mb" not in usual["stats"] and "gap" not in usual["stats"]
    there = [["d_loss", "d_loss", ""], ["gap", "gap", ""], ["d_real", "d_real", ""], ["d_fake", "d_fake", ""]]
    assert usual["names"] == [*there, ["mem_mb", "mem_mb", ""], ["vae.kl", "", ""]]
    asked = {"run": run.name, "columns": ["vae.kl", "gap", "nimg", "lo", "no", 7, {}, "gap"], "known": {}}
    stats = monitor.poll(asked)["stats"]
    assert (stats["vae.kl"], stats["gap"], stats["d_loss"], stats["nimg"]) == ([0.25], [2], [1.5], [64])
    assert "lo" not in stats and "no" not in stats
    assert thinning.asked(["nimg", "a", 7, None, "a", "lo", "b"]) == ["a", "b"] and thinning.asked("ab") == []
    assert len(thinning.asked([f"c{i}" for i in range(99)])) == thinning.MOST_ASKED
    known = follow({}, usual)
    run.append_stats({"nimg": 128, "sec": 2, "d_loss": 1.0, "r1": 0.5})
    assert monitor.poll({"run": run.name, "known": known})["names"] == [["r1", "r1", ""]]


def test_figures_of_evaluate_come_when_they_are_measured(monitor):
    run = add_run(monitor, rows=2)
    first = monitor.poll({"run": run.name, "known": {}})
    assert first["measured"] is None
    protocol = {"source": f"{run.name}/000000128", "data": "faces (1)", "images": 64}
    write_figures(run.path, [{"name": "fd", "value": 2.5, "interval": None, "protocol": protocol}])
    news = monitor.poll({"run": run.name, "known": follow({}, first)})
    (figure,) = news["measured"]["figures"]
    assert (figure["name"], figure["text"], figure["kimg"], figure["images"]) == ("fd", "2.5", 0.128, 64)
    assert "measured" not in monitor.poll({"run": run.name, "known": follow(follow({}, first), news)})


def test_timelapse_is_made_once(monitor, monkeypatch):
    calls = []

    def timelapse(paths, out, fps):
        calls.append((len(paths), fps))
        out.write_bytes(b"mp4")

    monkeypatch.setattr("ganapp.media.timelapse", timelapse)
    run = add_run(monitor, grids=(64,))
    assert "at least two" in act(monitor, run, "timelapse")["error"]
    for nimg in range(128, 128 + 600):
        run.sample_path(nimg).write_bytes(b"webp")
    for _ in range(2):
        answer = act(monitor, run, "timelapse")
        assert answer["file"] == run.timelapse_path.as_posix() and answer["version"] > 0
    assert calls == [(480, 24)]


def test_every_word_of_the_page_is_translated():
    catalogs = script_catalogs()
    html, css, script = (
        "".join((UI / name).read_text("utf-8") for name in names)
        for names in ((FILES.html,), FILES.css, FILES.scripts)
    )
    used = set(re.findall(r'data-(?:t|label|alt)="([\w.]+)"', html))
    used |= set(re.findall(r'\b(?:t|makeItem)\((?:parts, )?"([\w.]+[a-z])"', script))
    used |= {f"do.{name}" for name in re.findall(r'{ name: "(\w+)"', script)}
    used |= {f"state.{s}" for s in (*WORKING, "paused", "stopped", "finished", "failed", "interrupted")}
    used |= {f"series.{s}" for s in DRAWN}
    for language, catalog in catalogs.items():
        assert used <= set(catalog), (language, used - set(catalog))
    # Gradio fills its template before the browser sees it: these would be taken for its own marks.
    assert not re.search(r"`|\$\{|\{\{", html + css)


def test_component_has_its_parts(tmp_path):
    pytest.importorskip("gradio")
    from ganapp.ui.train.monitor import build_monitor

    component = build_monitor(tmp_path)
    assert component.elem_id == "monitor"
    assert component.poll({"run": None, "known": {}})["runs"] == []
    assert "error" in component.act({})


def test_every_line_that_is_drawn_has_a_colour_of_its_own_in_light_and_dark():
    """One that has none is drawn in the colour of the line before it, and its legend has no mark."""
    sheet = (UI / "train" / "monitor.css").read_text("utf-8")
    looks = [
        dict(re.findall(r"--c-(\w+): (#\w+);", block))
        for block in re.split(r"\.dark & \.monitor", sheet, maxsplit=1)
    ]
    for colours in looks:
        assert set(DRAWN) <= set(colours)
        in_losses = [colours[name] for name in DRAWN if COLUMNS[name].chart == "losses"]
        assert len(set(in_losses)) == len(in_losses)
