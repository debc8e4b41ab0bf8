"""The table of runs in a real Chromium: sorted, found, noted, several at once compared, deleted, saved; sweeps."""

import json
import time

import pytest
import test_browser
import test_browser_runs

from ganapp.config import preset_config
from ganapp.runs import create_run, list_runs, table
from ganapp.runs.about import read_about, write_about
from ganapp.runs.deleted import deleted_runs

pytestmark = pytest.mark.browser
app, browser = test_browser.app, test_browser.browser  # fixtures
runs, opened = test_browser_runs.runs, test_browser_runs.opened  # fixtures
# title, state, best figure, images, seed, tags, note; the first one is the oldest
RUNS = (
    ("été à Lyon", "finished", 12.5, 3000, 5, ("paper", "good"), "The eyes are too far apart."),
    ("Run 10", "failed", None, 500, 6, (), ""),
    ("run 9", "stopped", 3.25, 9000, 0, ("paper",), ""),
    ("<b>odd</b>", "paused", 40.0, 1500, 7, (), "a & b"),
)
LYON, TEN, NINE, ODD = (row[0] for row in RUNS)


def part(page, name, tab="runs_table"):
    return page.locator(f'#{tab} [data-m="{name}"]')


@pytest.fixture
def made(runs, tiny_folder):
    """The runs of RUNS by title."""
    found, small = {}, {"dataset": str(tiny_folder), "g_args": {"width": 8}, "d_args": {"width": 8}}
    for i, (title, state, best, nimg, seed, tags, note) in enumerate(RUNS):
        run = create_run(runs, preset_config("dcgan-32").replace(minutes=2.0 + i, seed=seed, **small), title)
        run.write_status(state=state, attempt=1, nimg=nimg, sec=nimg / 50, created=1.7e9 + 1000 * i)
        if best is not None:
            run.write_snapshot(nimg, lambda folder, best=best: write_snapshot(folder, best))
        write_about(run, tags=tags, note=note)
        found[title] = run
    return found


def write_snapshot(folder, best):
    (folder / "config.json").write_text(json.dumps({"origin": {"swd": best}}))
    (folder / "model.safetensors").write_bytes(b"x")


def open_table(page):
    page.click("#tab_compare-button")
    part(page, "all").click()
    page.wait_for_function(
        "n => document.querySelectorAll('#runs_table tbody tr').length === n", arg=len(RUNS)
    )


def titles(page):
    return page.locator("#runs_table tbody th").all_inner_texts()


def head(page, name):
    return page.locator("#runs_table thead").get_by_role("button", name=name, exact=True)


def choose(page, *names):
    for name in names:
        page.get_by_role("checkbox", name=f"Choose {name}", exact=True).check()


def test_every_column_sorts_both_ways_and_what_is_unknown_comes_last(made, opened):
    page = opened()
    open_table(page)
    assert titles(page) == [ODD, NINE, TEN, LYON]  # newest first
    names = page.locator("#runs_table thead button").all_inner_texts()
    names = [name.strip(" ▾▴\n") for name in names]
    assert len(names) == 11
    sorts = "() => [...document.querySelectorAll('#runs_table thead [aria-sort]')].map(h => h.ariaSort)"
    for i, name in enumerate(names):
        seen = set()
        for _ in range(2):
            head(page, name).click()
            now = page.evaluate(sorts)
            assert [j for j, word in enumerate(now) if word != "none"] == [i], name
            seen.add(now[i])
        assert seen == {"ascending", "descending"}
    expected = {
        "Run": [ODD, LYON, NINE, TEN],  # numbers in names by their value
        "Best figure": [NINE, LYON, ODD, TEN],
        "kimg": [NINE, LYON, ODD, TEN],
        "Note": [ODD, LYON, NINE, TEN],
    }
    for name, order in expected.items():
        head(page, name).click()
        assert titles(page)[:3] == order[:3] and page.evaluate("document.activeElement.tagName") == "BUTTON"
    head(page, "Best figure").click()
    head(page, "Best figure").click()
    assert titles(page) == [ODD, LYON, NINE, TEN]
    again = page.context.new_page()  # a later visit: the table and its order are kept
    again.goto(page.url)
    again.click("#tab_compare-button")
    again.wait_for_function("() => document.querySelectorAll('#runs_table tbody tr').length === 4")
    assert titles(again) == [ODD, LYON, NINE, TEN] and not again.locator("#compare").is_visible()


def test_words_find_in_all_columns_and_states_narrow(made, opened):
    page = opened()
    open_table(page)
    for words, found in {
        "ete": [LYON],
        "PAPER": [NINE, LYON],
        "seed: 6": [TEN],
        "eyes lyon": [LYON],
        "<b>": [ODD],
    }.items():
        part(page, "filter").fill(words)
        assert titles(page) == found
    assert part(page, "count").text_content() == "1 of 4 runs"
    part(page, "filter").fill("nowhere")
    assert part(page, "nothing").is_visible() and not part(page, "box").is_visible()
    part(page, "filter").fill("")
    part(page, "states").select_option("stopped")
    assert titles(page) == [NINE]


def test_several_are_deleted_by_name_and_brought_back(made, opened, runs):
    page = opened()
    open_table(page)
    choose(page, TEN, ODD)
    part(page, "filter").fill("odd")
    assert part(page, "chosen").text_content() == "2 chosen, 1 of them not shown"
    part(page, "delete").click()
    dialog = page.get_by_role("dialog")
    assert dialog.get_by_role("listitem").all_inner_texts() == [ODD, TEN]
    assert page.evaluate("document.activeElement.textContent") == "Cancel"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.m") == "delete" and len(list_runs(runs)) == 4
    part(page, "delete").click()
    # Meanwhile another run takes the name of one of them: it is not the one that the person saw.
    made[TEN].write_status(created=5.0)
    dialog.get_by_role("button", name="Delete 2", exact=True).click()
    page.wait_for_function(
        "() => document.querySelector('#runs_table [data-m=told]')?.textContent.includes('another one')"
    )
    assert f"{ODD} is in Recently deleted" in part(page, "told").text_content()
    assert [one.title for one in deleted_runs(runs)] == [ODD]
    part(page, "told").get_by_role("button", name="Undo").click()
    page.wait_for_function("() => document.querySelectorAll('#runs_table tbody tr').length === 1")
    part(page, "filter").fill("")
    page.wait_for_function("() => document.querySelectorAll('#runs_table tbody tr').length === 4")
    assert deleted_runs(runs) == [] and not part(page, "bar").is_visible()


def test_a_note_and_tags_are_written_and_a_refusal_stands_in_the_dialog(made, opened):
    page = opened()
    open_table(page)
    button = page.get_by_role("button", name=f"Edit note and tags of {NINE}", exact=True)
    button.click()
    dialog = page.get_by_role("dialog")
    assert dialog.get_by_label("Tags").input_value() == "paper"
    dialog.get_by_label("Tags").fill("x" * 41)
    dialog.get_by_role("button", name="Save").click()
    assert "too long" in dialog.get_by_role("alert").inner_text()
    dialog.get_by_label("Tags").fill("paper, r1")
    dialog.get_by_label("Note").fill("best so far")
    dialog.get_by_role("button", name="Save").click()
    page.wait_for_function(
        "() => document.querySelector('#runs_table tbody')?.innerText.includes('best so far')"
    )
    assert read_about(made[NINE])[1:] == ("best so far", ("paper", "r1"))
    assert page.evaluate("document.activeElement.ariaLabel") == f"Edit note and tags of {NINE}"


@pytest.mark.parametrize("kind", ["csv", "json"])
def test_a_file_holds_the_chosen_runs_else_those_that_are_shown(made, opened, kind):
    page = opened()
    open_table(page)
    part(page, "filter").fill("paper")

    def rows():
        with page.expect_download() as download:
            part(page, kind).click()
        assert download.value.suggested_filename == f"runs.{kind}"
        return download.value.path().read_text(encoding="utf-8")

    written = [table.row_of(made[title]) for title in (NINE, LYON)]
    assert rows() == (
        table.csv_of(written) if kind == "csv" else json.dumps(written, indent=2, ensure_ascii=False)
    )
    choose(page, LYON)
    assert rows().count("dcgan-32") == 1


def test_the_chosen_ones_are_compared_and_one_has_its_actions(made, opened):
    page = opened()
    open_table(page)
    choose(page, NINE)
    assert part(page, "actions").get_by_role("button", name="Make pictures").is_visible()
    choose(page, LYON)
    assert not part(page, "actions").is_visible()
    part(page, "compare").click()
    page.wait_for_function("() => document.querySelectorAll('#compare figure').length === 2")
    names = page.locator("#compare figcaption b span").evaluate_all("nodes => nodes.map(node => node.title)")
    assert sorted(names) == sorted([NINE, LYON])
    assert not part(page, "view").is_visible()
    part(page, "all").click()
    page.get_by_role("button", name=TEN, exact=True).click()  # the name of a run shows it in the monitor
    page.wait_for_function(
        "name => document.querySelector('#monitor [data-m=chooser]')?.value === name", arg=made[TEN].name
    )
    part(page, "more", "monitor").click()
    page.locator("#monitor").get_by_role("button", name="Table of all runs").click()
    part(page, "box").wait_for(state="visible")


def test_a_sweep_of_two_settings_from_a_run(made, opened, runs):
    page = opened()
    page.evaluate("name => dispatchEvent(new CustomEvent('ganapp:watch', {detail: name}))", made[LYON].name)
    page.wait_for_function(
        "name => document.querySelector('#monitor [data-m=chooser]')?.value === name", arg=made[LYON].name
    )
    part(page, "actions", "monitor").get_by_role("button", name="Sweep from this").click()
    form = part(page, "form", "compare")
    form.wait_for(state="visible")
    option = part(page, "preset", "compare").locator("option:checked")
    assert option.inner_text() == f"As the run {LYON}" and not part(page, "dataset", "compare").is_visible()
    assert part(page, "amount", "compare").input_value() == "2"
    part(page, "field", "compare").select_option("g_lr")
    part(page, "values", "compare").fill("0.0001, 0.0004")
    part(page, "field2", "compare").select_option("batch")
    for values, words in {
        "16": "Give 2 to 8 values",
        "8, 16, 24, 32, 40": "2 × 5 are 10 runs, at most 8",
        "16, 32": "Start these 4 (2 × 2)",
    }.items():
        part(page, "values2", "compare").fill(values)
        assert part(page, "start", "compare").text_content() == words
        is_off = part(page, "start", "compare").get_attribute("aria-disabled")
        assert is_off == str(not words.startswith("Start")).lower()
    part(page, "unit", "compare").select_option("kimg")
    part(page, "amount", "compare").fill("0.06")
    part(page, "start", "compare").click()
    page.wait_for_function("() => document.querySelectorAll('#compare figure').length === 4", timeout=60_000)
    begun = list_runs(runs)[:4][::-1]
    configs = [run.config() for run in begun]
    assert [(c.g_lr, c.batch) for c in configs] == [(1e-4, 16), (1e-4, 32), (4e-4, 16), (4e-4, 32)]
    assert {(c.seed, c.kimg, c.minutes, c.preset) for c in configs} == {(5, 0.06, 0.0, "dcgan-32")}
    assert {c.dataset for c in configs} == {made[LYON].config().dataset}
    page.wait_for_function(
        "() => [...document.querySelectorAll('#compare figcaption b')].map(b => b.innerText).includes('16 · 0.0004')"
    )
    for run in begun:  # they end before the folder is emptied
        wait_until_ended(run)


def wait_until_ended(run, sec=600):
    deadline = time.monotonic() + sec
    while run.is_locked() or run.status()["state"] in ("queued", "starting", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_of_many_runs_the_first_lines_are_drawn_and_the_others_as_one_comes_near(runs, opened):
    for i in range(130):
        create_run(runs, preset_config("dcgan-32"), f"run {i}")
    page = opened()
    page.click("#tab_compare-button")
    part(page, "all").click()
    page.get_by_role("checkbox", name="Choose all that are shown").check()
    assert part(page, "count").text_content() == "130 runs"
    assert part(page, "chosen").text_content() == "130 chosen" and len(titles(page)) == 60
    for count in (120, 130):
        part(page, "box").evaluate("box => box.scrollTop = box.scrollHeight")
        page.wait_for_function(
            "n => document.querySelectorAll('#runs_table tbody tr').length === n", arg=count
        )
    assert page.locator("#runs_table tbody input:checked").count() == 130
    assert titles(page) == [f"run {i}" for i in range(130)][::-1]
    part(page, "filter").fill("run 7")
    assert part(page, "count").text_content() == "22 of 130 runs" and len(titles(page)) == 22


def test_on_a_phone_in_chinese_the_table_scrolls_in_its_own_box(made, opened):
    page = opened(viewport={"width": 390, "height": 844}, locale="zh-CN", has_touch=True)
    open_table(page)
    page.get_by_role("checkbox", name=f"选择 {LYON}", exact=True).check()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    box = part(page, "box")
    assert box.evaluate("b => b.scrollWidth > b.clientWidth && b.tabIndex === 0")
    box.evaluate("b => b.scrollLeft = 400")  # the name stays in view
    cell = page.locator("#runs_table tbody th").first.bounding_box()
    assert 0 <= cell["x"] < 100
    part(page, "delete").click()
    found = page.get_by_role("dialog").bounding_box()
    assert found["x"] >= 0 and found["x"] + found["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
