"""Charts, pictures, actions and figures of runs in a real Chromium, of each kind on every tab that shows it."""

import json
import re

import pytest
import test_browser_runs
from test_browser_runs import CLASSES, make

from ganapp.runs import list_runs, table, write_figures
from ganapp.runs.deleted import deleted_runs

pytestmark = pytest.mark.browser
app, browser = test_browser_runs.app, test_browser_runs.browser  # fixtures
runs, opened = test_browser_runs.runs, test_browser_runs.opened
TABS = ("monitor", "compare")
ACTIONS = ["Train longer", "Make pictures", "Evaluate", "Clone with changes", "Sweep from this", "Publish"]
MENU = ["Export as ZIP", "Rename", "Delete"]


def part(page, tab, name):
    return page.locator(f'#{tab} [data-m="{name}"]')


def show(page, tab, count=1):
    """Show the monitor, or Compare with all runs chosen, with pictures."""
    page.click(f"#tab_{'train' if tab == 'monitor' else tab}-button")
    if tab == "compare":
        page.wait_for_function(
            "n => document.querySelectorAll('#compare [data-m=list] input').length === n", arg=count
        )
        for box in page.locator("#compare [data-m=list] input").all():
            box.check()
    page.wait_for_function(
        """([tab, n]) => [...document.querySelectorAll(`#${tab} .frame img`)].filter(
            i => !i.hidden && i.naturalWidth === 224 && i.clientWidth).length === n""",
        arg=[tab, count],
        timeout=60_000,
    )


def next_visit(page):
    """The page again, in the same browser. (A reload would abort what Gradio is asking.)"""
    again = page.context.new_page()
    again.goto(page.url)
    again.wait_for_selector("#start")
    return again


def canvases(page, tab):
    return page.locator(f"#{tab} canvas:visible")


def labels(page, tab):
    return [canvas.get_attribute("aria-label") for canvas in canvases(page, tab).all()]


def painted(canvas):
    return canvas.evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0)"
    )


# -- pictures ----------------------------------------------------------------------------------------------------------


def test_a_press_on_a_picture_of_compare_tells_its_seed_and_class_and_goes_to_create(runs, opened):
    """As in the monitor, see test_browser_runs.py."""
    tab = "compare"
    make(runs, "one")
    page = opened()
    show(page, tab)
    cells = page.locator(f"#{tab} .cells").first
    box = page.locator(f"#{tab} .frame img").first.bounding_box()
    side = box["width"] / 8
    at = cells.bounding_box()
    cells.click(position={"x": box["x"] - at["x"] + 2.5 * side, "y": box["y"] - at["y"] + 1.5 * side})
    page.wait_for_selector("#going dialog[open]")
    assert part(page, "going", "title").inner_text() == f"Seed 10, {CLASSES[1]}, at 6.0 kimg"
    page.keyboard.press("ArrowDown")
    assert part(page, "going", "title").inner_text() == f"Seed 18, {CLASSES[2]}, at 6.0 kimg"
    page.locator("#going dialog").get_by_role("button", name="Open in Create").click()
    page.wait_for_selector("#tab_generate-button[aria-selected=true]")
    page.wait_for_function(
        "() => document.querySelector('#gen_seeds input, #gen_seeds textarea')?.value === '18'",
        timeout=60_000,
    )


def test_names_of_classes_stand_beside_the_rows_that_compare_shows(runs, opened):
    tab = "compare"
    make(runs, "one")
    page = opened()
    show(page, tab)
    names = page.locator(f"#{tab} .rownames li:visible")
    assert names.all_inner_texts() == [*CLASSES, *CLASSES]
    picture = page.locator(f"#{tab} .frame img").first.bounding_box()
    for row, name in enumerate(names.all()):
        box = name.bounding_box()
        middle = picture["y"] + (row + 0.5) * picture["height"] / 8
        assert abs(box["y"] + box["height"] / 2 - middle) < 3 and box["x"] + box["width"] <= picture["x"]
    part(page, "compare", "size").select_option("2")
    assert page.locator("#compare .rownames li:visible").all_inner_texts() == list(CLASSES[:2])


# -- actions -----------------------------------------------------------------------------------------------------------


def test_the_same_actions_stand_on_every_run_of_compare(runs, opened):
    """In a row where there is room, else in a menu; and what is asked is done to that run alone."""
    for name in ("one", "two", "three", "four"):
        make(runs, name)
    page = opened()
    show(page, "monitor")
    assert part(page, "monitor", "actions").locator("button").all_inner_texts() == ACTIONS
    show(page, "compare", 4)
    rows = page.locator("#compare figure .actions")
    for row in rows.all():
        row.get_by_role("button", name=re.compile("^Actions: ")).click()
        assert row.locator(".panel button").all_inner_texts() == ACTIONS + MENU
        page.keyboard.press("Escape")
    for box in page.locator("#compare [data-m=list] input").all()[2:]:
        box.uncheck()
    page.wait_for_function("() => document.querySelectorAll('#compare figure').length === 2")
    title = page.locator("#compare figcaption b").first.inner_text()
    assert rows.first.locator(".row button:visible").all_inner_texts() == [*ACTIONS, "⋯"]
    rows.first.get_by_role("button", name=re.compile("^More actions")).click()
    panel, opener = rows.first.locator(".panel").bounding_box(), rows.first.locator(".more").bounding_box()
    assert panel["y"] >= opener["y"] + opener["height"], "it covers no button of the row"
    rows.first.locator(".panel").get_by_role("button", name="Delete", exact=True).click()
    rows.first.locator(".panel").get_by_role("button", name="Delete", exact=True).click()
    page.wait_for_function("() => document.querySelectorAll('#compare figure').length === 1")
    assert [run.title for run in deleted_runs(runs)] == [title] and len(list_runs(runs)) == 3
    part(page, "compare", "gone").get_by_role("button", name="Undo").click()
    page.wait_for_function("() => document.querySelectorAll('#compare figure').length === 2")
    assert len(list_runs(runs)) == 4 and page.locator("#compare figcaption b").last.inner_text() == title
    rows.first.get_by_role("button", name="Make pictures", exact=True).click()
    page.wait_for_selector("#tab_generate-button[aria-selected=true]")


# -- charts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", TABS)
def test_any_column_can_be_a_chart_and_is_kept(runs, opened, tab):
    run = make(runs, "one")
    for i in range(61, 66):
        run.append_stats({"nimg": 100 * i, "sec": i, "mem_mb": 512.0, "vae.kl": i / 8})
    page = opened()
    show(page, tab)
    before = canvases(page, tab).count()
    part(page, tab, "addchart").click()
    chooser = page.locator(f"#{tab} .title select").last
    assert chooser.evaluate("s => s === document.activeElement")
    assert {"Memory (MB)", "vae.kl", "G loss"} <= set(chooser.locator("option").all_inner_texts())
    chooser.select_option("vae.kl")
    page.wait_for_function(
        "tab => [...document.querySelectorAll(`#${tab} canvas`)].at(-1).ariaLabel.includes('8.125')", arg=tab
    )
    assert labels(page, tab)[-1].startswith("vae.kl, latest at 6.5 kimg") and painted(
        canvases(page, tab).last
    )
    page = next_visit(page)
    show(page, tab)
    page.wait_for_function(
        "tab => [...document.querySelectorAll(`#${tab} canvas`)].at(-1).ariaLabel.includes('8.125')", arg=tab
    )
    assert canvases(page, tab).count() == before + 1
    page.get_by_role("button", name="Remove this chart: vae.kl").click()
    assert canvases(page, tab).count() == before
    assert page.evaluate("() => document.activeElement.tagName") == "BUTTON"


@pytest.mark.parametrize("tab", TABS)
def test_one_line_goes_through_all_charts_at_the_place_that_is_pointed_at(runs, opened, tab):
    """Also where a chart shows only runs that have no point there. On a logarithmic axis the middle of a chart is the
    geometric mean of its ends."""
    run = make(runs, "one")
    if tab == "compare":
        other = make(runs, "two")
        for i in range(1, 21):  # at 19.0 and 20.3 kimg, where the other run has 20.0
            other.append_stats({"nimg": 6000 + 1300 * i, "sec": 61 + i, "g_loss": 1.0, "vae.kl": 1.0})
    for i in range(61, 401):
        run.append_stats({"nimg": 100 * i, "sec": i, "d_loss": 1.0, "g_loss": 2.0, "swd": 3.0, "d_real": 1.0, "d_fake": 0})  # fmt: skip
    page = opened()
    show(page, tab, 2 if tab == "compare" else 1)
    part(page, tab, "addchart").click()
    if tab == "compare":
        page.locator("#compare .title select").last.select_option("vae.kl")
    page.wait_for_function(
        "tab => [...document.querySelectorAll(`#${tab} canvas`)].filter(c => c.clientWidth).every(c => c.ariaLabel.includes('40.0'))",
        arg=tab,
    )

    def pointed(share):
        canvas = canvases(page, tab).first
        canvas.scroll_into_view_if_needed()
        box = canvas.bounding_box()
        page.mouse.move(box["x"] + 44 + share * (box["width"] - 52), box["y"] + 60)
        page.wait_for_timeout(200)
        places = {re.search(r"at ([\d.]+) kimg", label)[1] for label in labels(page, tab)}
        assert len(places) == 1, labels(page, tab)
        return float(places.pop())

    assert abs(pointed(0.5) - 20) < 0.3
    part(page, tab, "logx").check()
    assert abs(pointed(0.5) - 2) < 0.2, "between 0.1 and 40 kimg"
    canvases(page, tab).first.focus()
    page.keyboard.press("+")
    part(page, tab, "unzoom").wait_for(state="visible")
    part(page, tab, "unzoom").click()
    part(page, tab, "log").check()
    assert all(painted(canvas) for canvas in canvases(page, tab).all())
    page = next_visit(page)
    show(page, tab, 2 if tab == "compare" else 1)
    assert part(page, tab, "logx").is_checked() and part(page, tab, "log").is_checked()


@pytest.mark.parametrize("tab", TABS)
def test_the_curves_of_what_is_shown_are_downloaded(runs, opened, tab, tmp_path):
    made = [make(runs, name) for name in (("one",) if tab == "monitor" else ("one", "two"))]
    page = opened()
    show(page, tab, len(made))
    for kind in ("csv", "json"):
        with page.expect_download() as download:
            part(page, tab, kind).click()
        file = tmp_path / kind
        download.value.save_as(file)
        wanted = {table.text_of(f"x.{kind}", table.curves_of(order)) for order in (made, made[::-1])}
        assert file.read_text("utf-8") in wanted
        assert download.value.suggested_filename.endswith(f".{kind}")


# -- figures of Evaluate -----------------------------------------------------------------------------------------------


def figure(name, value, half, run, **protocol):
    known = {"images": 2000, "source": f"{run.name}/000006000", "data": "faces (91ab)", "split": "train"}
    interval = [value - half, value + half]
    return {"name": name, "value": value, "interval": interval, "protocol": known | protocol, "note": ""}


def test_figures_of_evaluate_stand_in_compare_and_in_the_monitor(runs, opened):
    one, two = make(runs, "one"), make(runs, "two")
    write_figures(
        one.path,
        [figure("fd", 4.0, 0.5, one), figure("fd.real", 3.9, 0.5, one), figure("c2st", 0.75, 0.1, one)],
    )
    write_figures(two.path, [figure("fd", 9.0, 0.5, two, images=500), figure("fd.real", 3.9, 0.5, two, images=500)])  # fmt: skip
    page = opened()
    show(page, "monitor")
    page.evaluate("name => window.dispatchEvent(new CustomEvent('ganapp:watch', { detail: name }))", one.name)
    page.wait_for_function(
        "() => document.querySelector('#monitor .measured')?.innerText.includes('4.00 ± 0.50')"
    )
    shown = part(page, "monitor", "measured").inner_text()
    assert (
        "The pictures are close to the real ones." in shown and "2,000 images · faces · at 6.0 kimg" in shown
    )

    show(page, "compare", 2)
    page.wait_for_function(
        "() => document.querySelector('#compare table')?.innerText.includes('9.00 ± 0.50')"
    )
    rows = page.locator("#compare tbody tr").all_inner_texts()
    fd = next(i for i, row in enumerate(rows) if row.startswith("Fréchet distance in"))
    assert "4.00 ± 0.50" in rows[fd] and "500 images" in rows[fd]
    said = "Measured differently (images {} / {}): these values cannot be compared."
    assert rows[fd + 1] in (said.format("2,000", "500"), said.format("500", "2,000"))
    assert sum("Measured differently" in row for row in rows) == 2, "fd and fd.real, not c2st"
    page.locator("#compare details.measured summary").click()
    assert "one: " in part(page, "compare", "protocols").inner_text()
    write_figures(two.path, [figure("fd", 5.0, 0.5, two), figure("fd.real", 3.9, 0.5, two)])
    page.wait_for_function(
        "() => document.querySelector('#compare table')?.innerText.includes('5.00 ± 0.50')"
    )
    page.wait_for_function(
        "() => !document.querySelector('#compare table').innerText.includes('differently')"
    )
    assert json.loads((two.path / "metrics.json").read_text())["figures"][-1]["value"] == 3.9
