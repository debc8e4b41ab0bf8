"""Runs in a real Chromium: whatever is asked about one run is never done to another, and a run that has ended goes on."""

import os
import shutil
import subprocess
import sys
import time

import numpy as np
import pytest
import test_browser
from conftest import ROOT
from PIL import Image

from ganapp.config import ModelSpec, TrainConfig, preset_config
from ganapp.runs import DataRecord, create_run, list_runs, open_run, title_of, write_data_record
from ganapp.runs.about import rename
from ganapp.runs.deleted import deleted_runs

pytestmark = pytest.mark.browser
app, browser = test_browser.app, test_browser.browser  # fixtures
CLASSES = ("smile", "neutral", "sad", "surprised")
GRIDS = (0, 2000, 4000, 6000)


@pytest.fixture
def runs(app):
    """The folder of all runs, empty."""
    deadline = time.time() + 60
    while left := [path for path in app[1].iterdir() if path.is_dir()]:
        for path in left:
            shutil.rmtree(path, ignore_errors=time.time() < deadline)  # the app may be writing in it
    return app[1]


@pytest.fixture
def opened(app, browser):
    """opened(**context) -> a page of the app. The test fails on any error in the console."""
    contexts, errors = [], []

    def open_page(**options):
        script = options.pop("script", "")
        context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "locale": "en-US", **options}
        )
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.goto(app[0])
        page.wait_for_selector("#monitor [data-m=more]", state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert errors == []


def make(folder, name="", state="finished", **config):
    """A run with grids, in which the picture of seed i is of the grey i, curves, a snapshot and a state."""
    from ganapp.generators import save_generator
    from ganapp.networks import build_generator

    given = {
        "family": "mlp",
        "resolution": 28,
        "channels": 1,
        "num_classes": 4,
        "z_dim": 8,
        "kimg": 6.0,
        **config,
    }
    run = create_run(folder, TrainConfig(**given), name)
    for i in range(1, 61):
        run.append_stats({"nimg": 100 * i, "sec": i, "d_loss": 1 + i / 70, "g_loss": 2 - i / 70})
    cells = np.arange(64, dtype=np.uint8).reshape(8, 8).repeat(28, 0).repeat(28, 1)
    for at, nimg in enumerate(GRIDS):
        Image.fromarray(cells + 60 * at).save(run.sample_path(nimg), lossless=True)
    G = build_generator(ModelSpec("mlp", 28, 1, 4, 8, {"hidden": [8]}))
    run.write_snapshot(6000, lambda path: save_generator(G, path, class_names=CLASSES))
    run.write_state(6000, lambda path: path.write_bytes(b"x" * 3_000_000))
    write_data_record(run, DataRecord("faces", CLASSES, 100, "0"))
    run.write_status(state=state, attempt=1, nimg=6000, sec=60.0, saved=6000)
    return run


def part(page, name):
    return page.locator(f'#monitor [data-m="{name}"]')


def shows(page, title):
    """Wait until the monitor draws the run of that title."""
    page.wait_for_function(
        """title => { const m = n => document.querySelector(`#monitor [data-m="${n}"]`), c = m('chooser');
        return c.checkVisibility() && c.selectedOptions[0]?.textContent.includes(` ${title} `) && m('actions').querySelector('[aria-disabled=false]'); }""",
        arg=title,
        timeout=60_000,
    )


def choose(page, run):
    part(page, "chooser").select_option(run.name)
    shows(page, title_of(run))


def panels(page):
    """The panels that are open."""
    return page.locator("#monitor .panel:visible")


def in_menu(page, words):
    part(page, "more").click()
    panels(page).get_by_role("button", name=words, exact=True).click()


def action(page, words):
    part(page, "actions").get_by_role("button", name=words, exact=True).click()


QUESTIONS = {
    "Train longer": lambda page: action(page, "Train longer"),
    "Rename": lambda page: in_menu(page, "Rename"),
    "Delete": lambda page: in_menu(page, "Delete"),
    "Delete now": lambda page: (in_menu(page, "Delete"), panels(page).get_by_role("button", name="Delete now").click()),
    "menu": lambda page: part(page, "more").click(),
    "picture": lambda page: part(page, "cells").click(position={"x": 9, "y": 9}),
}  # fmt: skip


def test_a_question_closes_when_another_run_is_shown(runs, opened):
    """The kind: every question, every way in which another run comes to be shown. Nothing is done to either."""
    one, two = make(runs, "one"), make(runs, "two")
    page = opened()
    ways = {
        "chosen": lambda run: page.evaluate(
            """name => { const c = document.querySelector('#monitor [data-m=chooser]');
            c.value = name; c.dispatchEvent(new Event('change')); }""",
            run.name,
        ),
        "watched": lambda run: page.evaluate(
            "name => window.dispatchEvent(new CustomEvent('ganapp:watch', { detail: name }))", run.name
        ),
    }
    shown, other = two, one
    shows(page, "two")
    for question, ask in QUESTIONS.items():
        for way, go in ways.items():
            ask(page)
            assert panels(page).count() + page.locator("dialog[open]").count() == 1, question
            go(other)
            assert panels(page).count() + page.locator("dialog[open]").count() == 0, (question, way)
            shown, other = other, shown
            shows(page, title_of(shown))
    # The server shows another one: the one that was shown is gone.
    for question, ask in QUESTIONS.items():
        gone = make(runs, "gone")
        choose(page, gone)
        ask(page)
        gone.delete()
        page.wait_for_function(
            "() => !document.querySelector('#monitor [data-m=chooser]').selectedOptions[0].textContent.includes(' gone ')",
            timeout=60_000,
        )
        assert panels(page).count() == 0, question
        if page.locator("dialog[open]").count():
            page.keyboard.press("Escape")
    assert {run.name for run in list_runs(runs)} == {one.name, two.name} and deleted_runs(runs) == []


def test_between_choosing_and_seeing_nothing_can_be_pressed(runs, opened):
    """The chooser says one run and the page still draws the other: a press would mean either."""
    one, two = make(runs, "one", "paused"), make(runs, "two", "paused")
    page = opened()
    choose(page, one)
    held, holds = [], [True]
    page.route("**/component_server**", lambda route: held.append(route) if holds else route.continue_())
    part(page, "chooser").select_option(two.name)
    for name in ("toggle", "stop", "save"):
        assert part(page, name).get_attribute("aria-disabled") == "true"
    assert part(page, "actions").locator("[aria-disabled=false]").count() == 0
    holds.clear()
    for route in held:
        route.continue_()
    shows(page, "two")
    assert part(page, "toggle").get_attribute("aria-disabled") == "false"


def test_a_question_about_a_run_that_was_replaced_meanwhile_is_refused(runs, opened):
    one = make(runs, "one")
    page = opened()
    shows(page, "one")
    in_menu(page, "Delete")
    page.wait_for_function(
        "() => /frees 3|frees 2.9/.test(document.querySelector('#monitor [data-m=panel]')?.textContent)"
    )
    held = []  # polls: without one on its way the page does not see that the run is gone
    page.route(
        "**/component_server**",
        lambda route: route.continue_() if '"act"' in route.request.post_data else held.append(route),
    )
    while not held:
        page.wait_for_timeout(100)
    one.delete()
    new = make(runs, "one")
    assert new.name == one.name
    panels(page).get_by_role("button", name="Delete", exact=True).click()
    page.wait_for_selector("#monitor .wrong:visible")
    assert "is another one than you saw" in panels(page).inner_text() and new.path.exists()


def test_deleting_says_what_it_frees_and_can_be_taken_back(runs, opened):
    kept, run = make(runs, "kept"), make(runs, "表情")
    page = opened()
    shows(page, "表情")
    in_menu(page, "Delete")
    page.wait_for_function(
        "() => /frees \\d.\\d+ MB/.test(document.querySelector('#monitor [data-m=panel]')?.textContent)"
    )
    assert "For a week it can be brought back" in panels(page).inner_text()
    panels(page).get_by_role("button", name="Delete", exact=True).click()
    shows(page, "kept")
    assert list_runs(runs) == [kept] and "表情 is in Recently deleted" in part(page, "told").inner_text()
    part(page, "told").get_by_role("button", name="Undo").click()
    shows(page, "表情")
    assert run.path.exists()

    in_menu(page, "Delete")
    panels(page).get_by_role("button", name="Delete", exact=True).click()
    shows(page, "kept")
    in_menu(page, "Recently deleted")
    row = panels(page).locator("li")
    row.first.wait_for()
    assert row.count() == 1 and "表情" in row.inner_text()
    row.get_by_role("button", name="Bring back").click()
    shows(page, "表情")

    in_menu(page, "Delete")
    panels(page).get_by_role("button", name="Delete now").click()
    panels(page).get_by_role("button", name="Cancel").click()
    assert run.path.exists()
    in_menu(page, "Delete")
    panels(page).get_by_role("button", name="Delete now").click()
    panels(page).get_by_role("button", name="Delete for good").click()
    shows(page, "kept")
    assert (
        "freed" in part(page, "told").inner_text() and deleted_runs(runs) == [] and list_runs(runs) == [kept]
    )


def test_a_run_has_any_name(runs, opened):
    make(runs, "other")
    make(runs)
    page = opened()
    shows(page, "00002-faces-mlp")
    in_menu(page, "Rename")
    field = panels(page).locator("input")
    assert field.evaluate("e => e === document.activeElement") and field.input_value() == "00002-faces-mlp"
    field.fill(" ")
    page.keyboard.press("Enter")
    page.wait_for_selector("#monitor .wrong:visible")
    assert "is empty" in panels(page).inner_text()
    field.fill("Été 表情")
    page.keyboard.press("Enter")
    shows(page, "Été 表情")
    assert open_run("Été 表情", runs).name == "00002-Ete"
    assert panels(page).count() == 0 and page.evaluate("document.activeElement !== document.body")
    rename(open_run("2", runs), "elsewhere")  # by somebody else: the page goes on showing that run
    shows(page, "elsewhere")
    assert part(page, "chooser").input_value() == "00002-elsewhere"


def test_a_finished_run_is_trained_longer_on_one_panel(runs, opened, tiny_config, tiny_folder):
    from ganapp.driving.driver import drive

    run = create_run(runs, tiny_config(dataset=str(tiny_folder), kimg=0.04, tick_sec=0), "short")
    assert drive(run) == "finished"
    page = opened()
    shows(page, "short")
    assert [b.inner_text() for b in part(page, "actions").locator("button").all()] == [
        "Train longer", "Make pictures", "Evaluate", "Clone with changes", "Sweep from this", "Publish",
    ]  # fmt: skip
    assert not part(page, "toggle").is_visible() and not part(page, "stop").is_visible()
    action(page, "Train longer")
    assert "as if it had had the larger budget from the start" in panels(page).inner_text()
    panels(page).locator("select").select_option("kimg")
    panels(page).locator("input").fill("0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#monitor .wrong:visible")
    assert "more than 0" in panels(page).inner_text()
    panels(page).locator("input").fill("0.032")
    panels(page).get_by_role("button", name="Go on").click()
    deadline = time.time() + 180
    while (run.status()["state"], run.status()["nimg"]) != ("finished", 72) and time.time() < deadline:
        time.sleep(0.2)
    assert run.status()["nimg"] == 72 and run.config().kimg == 0.072
    page.wait_for_function(
        "() => document.querySelector('#monitor [data-m=images]')?.textContent.includes('0.1 of 0.1 kimg')",
        timeout=60_000,
    )


def test_make_pictures_shows_the_model_of_the_run_and_opens_no_menu(runs, opened, tiny_config, tiny_folder):
    """The pressed button goes with its tab; the list of models, the next control, must not take its focus."""
    from ganapp.driving.driver import drive

    run = create_run(runs, tiny_config(dataset=str(tiny_folder), kimg=0.04, tick_sec=0), "mine")
    assert drive(run) == "finished"
    page = opened()
    shows(page, "mine")
    action(page, "Make pictures")
    page.wait_for_function(
        "name => document.querySelector('#gen_source input')?.value.startsWith(name)",
        arg=run.name,
        timeout=60_000,
    )
    assert page.evaluate("document.activeElement.role") != "combobox"


def test_a_run_whose_pictures_were_moved_asks_for_their_folder(
    runs, opened, tiny_config, tiny_folder, tmp_path
):
    from ganapp.driving.driver import drive

    pictures = shutil.copytree(tiny_folder, tmp_path / "pictures")
    run = create_run(runs, tiny_config(dataset=str(pictures), kimg=0.04, tick_sec=0), "gone")
    assert drive(run) == "finished"
    run.write_config(run.config().replace(kimg=0.072))
    run.write_status(state="paused")
    shutil.move(pictures, tmp_path / "elsewhere")
    page = opened(viewport={"width": 390, "height": 844})
    shows(page, "gone")
    assert "not where they were" in part(page, "banner").inner_text()
    part(page, "toggle").click()
    page.wait_for_function(
        "folder => document.querySelector('#monitor [data-m=banner]')?.textContent.includes(folder + ' is gone')",
        arg=repr(str(pictures)),
        timeout=60_000,
    )
    part(page, "choosedata").click()
    page.keyboard.type(str(pictures))  # the field has the focus
    page.keyboard.press("Enter")
    page.wait_for_selector("#monitor .wrong:visible")
    assert "There is nothing at" in panels(page).inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    panels(page).locator("input").fill(str(tmp_path / "elsewhere"))
    panels(page).get_by_role("button", name="Go on with these").click()
    deadline = time.time() + 180
    while (run.status()["state"], run.status()["nimg"]) != ("finished", 72) and time.time() < deadline:
        time.sleep(0.2)
    assert run.status()["nimg"] == 72 and run.config().dataset == str(tmp_path / "elsewhere")
    part(page, "moved").wait_for(state="hidden", timeout=60_000)
    assert page.evaluate("document.activeElement !== document.body")


def test_the_zip_of_a_run_brings_it_back(runs, opened, tmp_path):
    run = make(runs, "Été")
    page = opened()
    shows(page, "Été")
    with page.expect_download() as download:
        in_menu(page, "Export as ZIP")
    file = tmp_path / download.value.suggested_filename
    download.value.save_as(file)
    run.delete()
    part(page, "empty").wait_for(timeout=60_000)
    with page.expect_file_chooser() as chosen:
        part(page, "emptyzip").click()
    chosen.value.set_files(file)
    shows(page, "Été")
    (back,) = list_runs(runs)
    assert back.name == run.name and back.states()[0].stat().st_size == 3_000_000
    assert "can be resumed" in part(page, "told").inner_text()
    with page.expect_file_chooser() as chosen:
        in_menu(page, "Open ZIP of a run")
    (tmp_path / "no.zip").write_text("hello")
    chosen.value.set_files(tmp_path / "no.zip")
    page.wait_for_function(
        "() => document.querySelector('#monitor [data-m=told]')?.textContent.includes('no ZIP')"
    )


def test_the_row_of_actions_opens_the_other_tabs_with_the_run(runs, opened):
    make(runs, "one")
    run = make(runs, "two")
    page = opened()
    page.evaluate(
        "window.went = []; window.addEventListener('ganapp:open', (e) => window.went.push(e.detail))"
    )
    shows(page, "two")
    for words, detail in {
        "Make pictures": {"tab": "create", "run": run.name, "model": run.name},
        "Evaluate": {"tab": "evaluate", "run": run.name, "model": run.name},
        "Publish": {"tab": "publish", "run": run.name, "model": run.name},
        "Clone with changes": {"tab": "train", "run": run.name, "clone": True},
    }.items():
        page.click("#tab_train-button")
        action(page, words)
        assert page.evaluate("window.went.at(-1)") == detail
    page.click("#tab_train-button")
    shows(page, "two")


def test_a_press_on_a_picture_enlarges_it_with_seed_and_class(runs, opened):
    make(runs, "one")
    page = opened()
    page.evaluate(
        "window.went = []; window.addEventListener('ganapp:open', (e) => window.went.push(e.detail))"
    )
    shows(page, "one")
    page.wait_for_function("() => document.querySelector('#monitor [data-m=grid]')?.naturalWidth === 224")
    assert part(page, "rownames").locator("li").all_inner_texts() == list(CLASSES) * 2
    box = part(page, "grid").bounding_box()
    names = [item.bounding_box() for item in part(page, "rownames").locator("li").all()]
    for row, name in enumerate(names):  # each beside its row
        assert abs(name["y"] + name["height"] / 2 - box["y"] - (row + 0.5) * box["height"] / 8) < 4
    page.mouse.click(box["x"] + 5.5 * box["width"] / 8, box["y"] + 2.5 * box["height"] / 8)  # row 2, column 5
    dialog = page.locator("#going dialog[open]")
    assert "Seed 21, sad, at 6.0 kimg" in dialog.inner_text()
    pixel = "() => [...document.querySelector('#going dialog[open] canvas').getContext('2d').getImageData(14, 14, 1, 1).data]"
    assert page.evaluate(pixel)[0] == 21 + 180
    for key, seed in (
        ("ArrowRight", 22),
        ("ArrowDown", 30),
        ("ArrowLeft", 29),
        ("ArrowUp", 21),
        ("ArrowUp", 13),
    ):
        page.keyboard.press(key)
        assert f"Seed {seed}," in dialog.inner_text() and page.evaluate(pixel)[0] == seed + 180
    dialog.get_by_role("button", name="Open in Create").click()
    (name,) = [run.name for run in list_runs(runs)]
    assert page.evaluate("window.went") == [
        {
            "tab": "create",
            "run": name,
            "model": f"{name}/000006000",
            "seeds": [13],
            "label": "neutral",
            "psi": 1,
        }
    ]
    page.click("#tab_train-button")
    part(page, "cells").focus()
    page.keyboard.press("Enter")
    assert "Seed 0, smile" in dialog.inner_text()
    page.keyboard.press("Escape")
    assert dialog.count() == 0 and part(page, "cells").evaluate("e => e === document.activeElement")


@pytest.mark.parametrize(("preset", "columns", "wide"), [("repair-64", 3, 3), ("cyclegan-32", 2, 4)])
def test_pictures_beside_their_inputs_are_large_enough_to_be_seen(runs, opened, preset, columns, wide):
    config = preset_config(preset)
    run, side = create_run(runs, config.replace(kimg=6.0), "beside"), config.resolution
    cells = np.arange(8 * columns, dtype=np.uint8).reshape(8, columns)
    Image.fromarray(cells.repeat(side, 0).repeat(wide * side, 1)).save(run.sample_path(6000), lossless=True)
    run.write_status(state="paused", attempt=1, nimg=6000, sec=60.0, saved=6000)
    run.write_state(6000, lambda path: path.write_bytes(b"x"))
    page = opened()
    choose(page, run)
    is_drawn = "w => document.querySelector('#monitor [data-m=grid]')?.naturalWidth === w"
    page.wait_for_function(is_drawn, arg=columns * wide * side)
    box = part(page, "grid").bounding_box()
    assert box["width"] / columns / wide == pytest.approx(64, abs=1) == box["height"] / 8
    page.mouse.click(box["x"] + (columns - 0.5) * box["width"] / columns, box["y"] + 2.5 * box["height"] / 8)
    dialog = page.locator("#going dialog[open]")
    assert f"Held-out picture {3 * columns} " in dialog.inner_text()
    page.keyboard.press("ArrowUp")
    assert f"Held-out picture {2 * columns} " in dialog.inner_text()
    page.keyboard.press("Escape")
    page.click("#tab_compare-button")
    cells = page.locator("#compare figure .cells").first
    cells.wait_for(timeout=30_000)
    box = cells.bounding_box()
    whole = box["width"] / 64 / wide  # as many as fit, none cut through
    assert whole in range(1, columns + 1)
    page.mouse.click(box["x"] + box["width"] - 32, box["y"] + 1.5 * 64)
    assert f"Held-out picture {columns + whole:.0f} " in dialog.inner_text()


def test_keys(runs, opened):
    make(runs, "cats one")
    make(runs, "Été dogs")
    page = opened()
    shows(page, "Été dogs")
    moment = part(page, "moment")
    page.keyboard.press("ArrowLeft")
    assert moment.inner_text() == "at 4.0 kimg"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    assert moment.inner_text() == "at 4.0 kimg"
    page.keyboard.press("ArrowRight")
    assert moment.inner_text() == "6.0 kimg · latest"
    page.keyboard.press("Space")
    assert part(page, "play").get_attribute("aria-label") == "Stop playing"
    page.keyboard.press("Space")
    assert part(page, "play").get_attribute("aria-label") == "Play all pictures"

    page.keyboard.press("?")
    dialog = page.locator("dialog[open]")
    assert "Search runs" in dialog.inner_text() and "Play the past pictures" in dialog.inner_text()
    page.keyboard.press("/")  # in a dialog the keys of the page mean nothing
    assert panels(page).count() == 0
    page.keyboard.press("Escape")

    page.keyboard.press("/")
    field = panels(page).locator("input")
    panels(page).locator("li").nth(1).wait_for()
    assert panels(page).locator("li").count() == 2 and field.evaluate("e => e === document.activeElement")
    page.keyboard.type("ete")
    assert panels(page).locator("li b").all_inner_texts() == ["Été dogs"]
    field.fill("finished one")
    page.keyboard.press("Enter")
    shows(page, "cats one")
    assert page.evaluate("document.activeElement !== document.body")
    page.keyboard.press("/")
    field.fill("?/ ")
    assert field.input_value() == "?/ " and "No run is called so" in panels(page).inner_text()
    page.keyboard.press("Escape")
    page.locator("#amount input").focus()  # in a field they are letters
    page.keyboard.press("ArrowLeft")
    assert moment.inner_text() == "6.0 kimg · latest" and panels(page).count() == 0


NOTIFICATIONS = """window.told = []; window.Notification = class {
  static permission = 'default';
  static async requestPermission() { return (Notification.permission = 'granted'); }
  constructor(text) { window.told.push(text); } };"""


def test_the_page_s_title_and_the_browser_tell_that_a_run_has_ended(runs, opened):
    make(runs, "other")
    run = make(runs, "long", "running")
    lock = run.lock()
    with lock.acquire():
        page = opened(script=NOTIFICATIONS)
        shows(page, "long")
        in_menu(page, "Tell me when a run ends")
        assert "You will be told" in part(page, "told").inner_text()
        page.click("#tab_compare-button")  # nobody looks at the monitor
        own = page.title()
        run.write_status(state="finished")
    page.wait_for_function("() => document.title.startsWith('long is finished')", timeout=60_000)
    assert page.evaluate("window.told") == ["long is finished"]
    page.click("#tab_train-button")
    page.wait_for_function("title => document.title === title", arg=own, timeout=60_000)
    part(page, "more").click()
    assert panels(page).get_by_role("button", name="Do not tell me when a run ends").count() == 1


def test_charts_are_as_sharp_as_the_screen_however_their_column_changes(runs, opened):
    make(runs, "one")
    page = opened(device_scale_factor=2)
    shows(page, "one")
    sharp = """() => [...document.querySelectorAll('#monitor canvas')].filter(c => c.clientWidth).map(c =>
        [c.width - Math.round(2 * c.clientWidth), c.height - Math.round(2 * c.clientHeight)])"""
    page.wait_for_function("() => document.querySelector('#monitor [data-m=grid]')?.naturalWidth === 224")
    page.wait_for_timeout(500)
    assert page.evaluate(sharp) == [[0, 0], [0, 0]]
    width = "document.querySelector('#monitor [data-m=chart1]').clientWidth"
    before = page.evaluate(width)
    # The column alone changes, as when a picture of another size is loaded; the component keeps its width.
    page.evaluate(
        "() => document.querySelector('#monitor [data-m=body]').style.setProperty('--pictures', '30%')"
    )
    frames = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    page.evaluate(frames)
    assert page.evaluate(width) > before + 50 and page.evaluate(sharp) == [[0, 0], [0, 0]]


def test_on_a_phone_in_chinese_nothing_is_cut_off(runs, opened):
    make(runs, "一二三" * 20)
    page = opened(viewport={"width": 390, "height": 844}, locale="zh-CN")
    part(page, "actions").wait_for(timeout=60_000)
    for ask in (
        lambda: part(page, "more").click(),
        lambda: part(page, "actions").get_by_role("button", name="继续训练更久").click(),
        lambda: part(page, "search").click(),
    ):
        ask()
        box = panels(page).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 390
        page.keyboard.press("Escape")
    part(page, "cells").click(position={"x": 9, "y": 9})
    box = page.locator("dialog[open]").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_visitors_are_not_offered_what_they_cannot_do(tmp_path, browser):
    """On a Space where nobody may train: pictures, films and figures, and no button that is always refused."""
    make(tmp_path / "runs", "one")
    make(tmp_path / "runs", "two", "paused")
    port = test_browser.free_port()
    command = [sys.executable, "app.py", "--port", str(port), "--runs", str(tmp_path / "runs")]
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "SPACE_ID": "ana/studio"})
    page = browser.new_page(locale="en-US")
    try:
        test_browser.wait_until_served(f"http://127.0.0.1:{port}", process)
        page.goto(f"http://127.0.0.1:{port}")
        page.click("#tab_train-button")
        shows(page, "two")
        assert part(page, "actions").locator("button").all_inner_texts() == ["Make pictures", "Evaluate"]
        assert not any(part(page, name).is_visible() for name in ("toggle", "stop", "save"))
        assert part(page, "film").is_visible()
        part(page, "more").click()
        assert panels(page).locator("button").all_inner_texts() == [
            "Table of all runs",
            "Tell me when a run ends",
            "Keys",
        ]
        panels(page).get_by_role("button", name="Table of all runs").click()
        table = page.locator("#runs_table")
        table.locator("tbody tr").nth(1).wait_for()
        table.locator("tbody input").first.check()
        assert table.locator("tbody th").all_inner_texts() == ["two", "one"]
        changes = table.locator(
            'button.edit, [data-m="delete"], [data-action="longer"], [data-action="sweep"]'
        )
        assert not any(button.is_visible() for button in changes.all())
        assert table.locator('[data-m="csv"]').is_visible()
        page.get_by_text("Side by side", exact=True).click()
        row = page.locator("#compare figure .actions .row").first
        row.locator("button").first.wait_for()
        assert row.locator("button:visible").all_inner_texts() == ["Make pictures", "Evaluate"]
        with page.expect_download() as download:  # what they see, they may have
            page.locator('#compare [data-m="csv"]').click()
        assert download.value.suggested_filename.endswith(".csv")
    finally:
        page.close()
        process.terminate()
        process.wait(60)
