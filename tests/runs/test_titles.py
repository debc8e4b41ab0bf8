"""runs/about.py and names.py: any text as a title, the folder's name made from it, and the run's stamp."""

import json
import unicodedata

import pytest

from ganapp.config import TrainConfig
from ganapp.runs import Run, create_run, list_runs, open_run, title_of
from ganapp.runs.about import About, check_stamp, read_about, rename, stamp_of, write_about
from ganapp.runs.names import NAME, clean_title, folder_name, label_of


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "runs"


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("été", "ete"),
        ("表情", ""),
        ("my run", "my-run"),
        ("Łódź, ulica ß", "Lodz-ulica-ss"),
        ("Æther Øre ĳ", "AEther-Ore-ij"),
        ("表情 v2", "v2"),
        ("Ж", ""),
        ("../../etc/passwd", "etc-passwd"),
        (".hidden", "hidden"),
        ("a/b\\c:d", "a-b-c-d"),
        ("🦊", ""),
        ("x" * 80, "x" * 60),
    ],
)
def test_a_folder_is_named_by_what_ascii_keeps_of_a_title(folder, title, label):
    assert label_of(title) == label
    run = create_run(folder, TrainConfig(), title)
    assert run.name == f"00001-{label or 'run'}" and NAME.fullmatch(run.name)
    assert title_of(run) == read_about(run).title == title
    assert run.path.parent == folder and open_run(title, folder) == run


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("  \n ", "is empty"),
        ("x" * 81, "has 81 characters; at most 80"),
        ("a\u202eb", r"U\+202E"),
        ("a\0b", r"U\+0000"),
        ("\ud800", r"U\+D800"),
    ],
)
def test_titles_that_are_refused(folder, title, words):
    run = create_run(folder, TrainConfig())
    for act in (lambda: create_run(folder, TrainConfig(), title), lambda: rename(run, title)):
        with pytest.raises(ValueError, match=words):
            act()
    assert list_runs(folder) == [run] and title_of(run) == run.name


def test_a_title_is_one_text_however_it_was_typed():
    assert clean_title("  my\n\tbest   run ") == "my best run"
    assert clean_title(unicodedata.normalize("NFD", "été")) == "été" and len("été") == 3
    assert clean_title(unicodedata.normalize("NFD", "é" * 80)) == "é" * 80  # 80 letters, 160 code points


def test_renaming_keeps_number_stamp_and_words(folder):
    run = create_run(folder, TrainConfig(seed=7), "first")
    stamp = stamp_of(run)
    write_about(run, note="a note", tags=("faces", " big  one ", "faces"))
    run = rename(run, "Été à Lyon")
    assert run.name == "00001-Ete-a-Lyon" and stamp_of(run) == stamp and run.config().seed == 7
    assert read_about(run) == About("Été à Lyon", "a note", ("faces", "big one"))
    run = rename(run, "表情")
    assert (run.name, title_of(run)) == ("00001-run", "表情")
    assert rename(run, "été") == Run(folder / "00001-ete")
    assert [r.name for r in list_runs(folder)] == ["00001-ete"]


def test_names_that_differ_in_case_alone_are_the_same(folder):
    (folder / "My-Run").mkdir(parents=True)
    assert folder_name("my run", folder) == "my-run-2"
    (folder / "my-run-2").mkdir()
    assert folder_name("MY RUN", folder) == "MY-RUN-3"
    assert folder_name("猫", folder) == "run-1"
    (folder / "run-1").mkdir()
    assert folder_name("犬", folder) == "run-2"
    assert folder_name("con", folder) == "run-con"  # a device on Windows
    one, two = create_run(folder, TrainConfig(), "one"), create_run(folder, TrainConfig(), "two")
    plain = rename(two, "One")
    assert (plain.name, title_of(plain)) == ("00002-One", "One") and one.path.exists()
    again = rename(plain, "ONE")  # only the case: the folder stays, because some disks cannot tell them apart
    assert (again.name, title_of(again)) == ("00002-One", "ONE")


def test_a_run_at_work_gets_its_title_and_keeps_its_folder(folder):
    run = create_run(folder, TrainConfig(), "before")
    with run.lock().acquire():
        assert rename(run, "after") == run
    assert title_of(run) == "after" and open_run("AFTER", folder) == run


def test_a_run_is_found_by_title_name_number_or_beginning_and_never_by_guess(folder):
    cats, dogs = create_run(folder, TrainConfig(), "chats été"), create_run(folder, TrainConfig(), "dogs")
    for text in ("chats été", "Chats  ÉTÉ", "1", "00001", "00001-c", "00001-chats-ete"):
        assert open_run(text, folder) == cats
    third = create_run(folder, TrainConfig(), "Dogs")
    with pytest.raises(
        ValueError, match="2 runs are called 'dogs'; name one of them: 00003-Dogs, 00002-dogs"
    ):
        open_run("dogs", folder)
    assert open_run("00002-dogs", folder) == dogs
    rename(third, "1")
    with pytest.raises(ValueError, match="2 runs are called '1'"):
        open_run("1", folder)


def test_a_generator_is_found_by_the_title_of_its_run(folder, tmp_path):
    from ganapp.generators import Sources

    run = create_run(folder, TrainConfig(), "表情")
    run.write_snapshot(64, lambda path: (path / "config.json").write_text("{}"))
    sources = Sources(folder, tmp_path)
    assert (
        sources.find("表情")
        == sources.find(run.name)
        == (run.path / "snapshots" / "000000064", f"{run.name}/000000064")
    )


def test_a_stamp_tells_a_run_from_its_replacement(folder):
    run = create_run(folder, TrainConfig(), "a")
    stamp = stamp_of(run)
    check_stamp(run, stamp)
    run.delete()
    other = create_run(folder, TrainConfig(), "a")
    assert other.path == run.path and stamp_of(other) != stamp
    for wrong in (stamp, "", None, 3, [stamp]):
        with pytest.raises(ValueError, match="run '00001-a' is another one than you saw"):
            check_stamp(other, wrong)
    (other.path / "status.json").unlink()  # of a damaged run, the folder tells
    check_stamp(other, stamp_of(other))


def test_damaged_words_are_left_out_and_long_ones_refused(folder):
    run = create_run(folder, TrainConfig(), "a")
    for text in ("{", "[]", '{"title": 3, "note": null, "tags": "x"}'):
        (run.path / "about.json").write_text(text)
        assert read_about(run) == About() and title_of(run) == run.name
    (run.path / "about.json").write_text(json.dumps({"title": "x", "tags": ["a", 3, ""], "more": 1}))
    assert read_about(run) == About("x", "", ("a",))
    for changes, words in (
        ({"note": "x" * 4001}, "note has 4,001"),
        ({"tags": list("abcdefghijklmnopqrstu")}, "these are 21"),
        ({"tags": ["x" * 41]}, "too long"),
    ):
        with pytest.raises(ValueError, match=words):
            write_about(run, **changes)
    assert read_about(run).title == "x"
