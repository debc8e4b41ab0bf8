"""The Compare tab in a real Chromium: a queue that differs in one setting, its curves and grids, one slider, a reload."""

import pytest
import test_browser

from ganapp.config import TrainConfig
from ganapp.runs import create_run, list_runs

pytestmark = pytest.mark.browser
app, browser, page = test_browser.app, test_browser.browser, test_browser.page  # fixtures


def part(page, name):
    return page.locator(f'#compare [data-m="{name}"]')


def open_tab(page):
    page.click("#tab_compare-button")
    part(page, "start").wait_for(state="visible")


def wait_for_grids(page, count, timeout=120_000):
    page.wait_for_function(
        "n => [...document.querySelectorAll('#compare figure img')].filter(i => i.naturalWidth === 256 && !i.hidden).length === n",
        arg=count,
        timeout=timeout,
    )


def painted(page):
    """Whether anything is drawn on each chart."""
    return page.evaluate(
        """() => [...document.querySelectorAll('#compare canvas')].map(
            c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v > 0))"""
    )


def test_from_a_queue_to_a_comparison(app, page):
    _, runs, _ = app
    open_tab(page)
    part(page, "unit").select_option("kimg")
    part(page, "amount").fill("0.6")
    part(page, "values").fill("hinge, hing")
    part(page, "start").click()
    page.wait_for_function(
        "() => document.querySelector('#compare [data-m=wrong]')?.textContent.includes(\"loss is 'hing'\")"
    )
    assert list_runs(runs) == []

    part(page, "values").fill("hinge, minimax")
    assert part(page, "start").text_content() == "Start these 2"
    part(page, "start").click()
    wait_for_grids(page, 2)
    names = sorted(run.name for run in list_runs(runs))
    assert names == ["00001-faces-loss-hinge", "00002-faces-loss-minimax"]
    page.wait_for_function(
        "() => [...document.querySelectorAll('#compare tbody tr')][1].textContent === 'StateFinishedFinished'",
        timeout=120_000,
    )
    # Threads and precision are measured by each run, and may differ, too.
    rows = page.locator("#compare tbody tr").all_inner_texts()
    assert [row.split() for row in rows if row.startswith("Loss")] == [["Loss", "hinge", "minimax"]]
    assert page.locator("#compare figcaption b").all_inner_texts() == ["hinge", "minimax"]
    assert painted(page) == [True, True]

    slider = part(page, "slider")
    slider.focus()
    page.keyboard.press("Home")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#compare figure img')].every(i => i.src.includes('000000000.webp'))"
    )
    assert part(page, "moment").text_content() == "0.0 kimg"
    part(page, "follow").click()
    assert "last moment of all" in part(page, "moment").text_content()
    part(page, "byminutes").check()
    assert "min" in part(page, "moment").text_content()
    crisp = "i => getComputedStyle(i).imageRendering === 'pixelated' && i.offsetWidth % 256 === 0"
    assert page.evaluate(f"() => [...document.querySelectorAll('#compare figure img')].every({crisp})")

    page.reload()
    page.wait_for_selector("#start")
    open_tab(page)
    wait_for_grids(page, 2, 15_000)
    assert part(page, "byminutes").is_checked()
    page.locator("#compare [data-m=list] input").first.uncheck()
    page.wait_for_function("() => document.querySelectorAll('#compare figure').length === 1")


def test_a_run_that_waits_says_so_in_place_of_its_pictures(app, page):
    """Its grid does not promise pictures "in a moment", and it does not differ in what is not known yet."""
    _, runs, _ = app
    begun = create_run(runs, TrainConfig(seed=2, num_classes=4, channels=3), "begun")
    begun.write_status(state="stopped", attempt=1, nimg=64, sec=2.0)
    waits = create_run(runs, TrainConfig(seed=3), "waits")
    waits.write_status(state="queued", asked=1.0)
    open_tab(page)
    page.locator("#compare [data-m=list] li", has_text="waits").locator("input").check()
    for row in page.locator(
        "#compare [data-m=list] li"
    ).all():  # others are chosen by themselves on a first visit
        wanted = row.inner_text().strip().startswith(("begun", "waits"))
        row.locator("input").set_checked(wanted)
    page.wait_for_function(
        "() => document.querySelector('#compare .frames')?.innerText.includes('This run waits in line.')"
    )
    assert "classes differ" not in part(page, "seeds").text_content()
    page.wait_for_function(
        "() => [...document.querySelectorAll('#compare tbody tr')].some(row => row.textContent === 'Seed23')"
    )
    rows = page.locator("#compare tbody tr").all_inner_texts()
    assert "classes" not in " ".join(rows).lower() and "num_classes" not in " ".join(rows)
    for run in (begun, waits):
        run.delete()


def test_nothing_is_cut_off_on_a_phone(app, browser):
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page.goto(app[0])
    page.wait_for_selector("#start")
    open_tab(page)
    page.wait_for_timeout(1500)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator("#compare h2").first.inner_text().endswith("要对比的训练")
    page.close()


def test_every_control_has_a_name(page):
    open_tab(page)
    page.wait_for_timeout(800)
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('#compare :is(input, select, button, canvas)')].filter(e => e.offsetParent)
        .filter(e => !(e.ariaLabel || e.textContent.trim() || e.title || e.labels?.length)).map(e => e.outerHTML.slice(0, 160))"""
    )
    assert nameless == []
