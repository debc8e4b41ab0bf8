"""The Create tab in a real Chromium: pictures on arrival, live controls, snapshots, the map, what is kept and saved."""

import json
import os
import subprocess
import sys

import pytest
import test_browser
from conftest import ROOT

from ganapp import media

pytestmark = pytest.mark.browser
app, browser, page = test_browser.app, test_browser.browser, test_browser.page  # fixtures


def part(page, name):
    return page.locator(f'#create [data-m="{name}"]')


def drawn(page):
    """[source, seeds, label, psi, exact] of what is on the screen; None while it is being drawn."""
    return json.loads(
        page.evaluate("() => document.querySelector('#create [data-m=grid]').dataset.drawn ?? 'null'")
    )


def wait_for_drawn(page, **wanted):
    names = ["source", "seeds", "label", "psi", "exact"]
    page.wait_for_function(
        """([names, wanted]) => {
          const text = document.querySelector('#create [data-m=grid]')?.dataset.drawn;
          const found = JSON.parse(text ?? 'null');
          return found && Object.entries(wanted).every(([name, value]) => found[names.indexOf(name)] === value); }""",
        arg=[names, wanted],
        timeout=60_000,
    )


def pixels(page, selector):
    """A canvas as the sum of its values, which is another one for another picture."""
    return page.evaluate(
        """selector => { const c = document.querySelector(selector);
          const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
          return d.reduce((sum, value, i) => (sum * 31 + value * (i + 1)) % 1000000007, 7); }""",
        selector,
    )


def arrive(page):
    page.click("#tab_generate-button")
    wait_for_drawn(page, source="faces-64", seeds="0-15", exact=True)


def tile(number):
    return f"#create .tile:nth-child({number}) canvas"


def test_pictures_are_there_on_arrival_and_follow_the_controls_while_they_move(page):
    arrive(page)
    assert page.locator("#create .tile.painted").count() == 16
    assert page.locator("#create .tile").nth(4).get_attribute("aria-label") == "Seed 4, smile"
    before = pixels(page, tile(5))
    slider = page.locator("#gen_psi input[type=range]")
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowLeft")
    wait_for_drawn(page, psi=0.8, exact=True)
    assert pixels(page, tile(5)) != before
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    wait_for_drawn(page, psi=1, exact=True)
    assert pixels(page, tile(5)) == before  # the same picture, bit for bit

    page.fill("#gen_seeds input, #gen_seeds textarea", "4, 7-8")
    wait_for_drawn(page, seeds="4, 7-8", exact=True)
    assert page.locator("#create .tile").count() == 3 and pixels(page, tile(1)) == before
    page.fill("#gen_seeds input, #gen_seeds textarea", "4, x")
    part(page, "wrong").wait_for(state="visible")
    assert "not a seed" in part(page, "wrong").text_content()
    assert page.locator("#create .tile").count() == 3  # what was there stays
    page.fill("#gen_seeds input, #gen_seeds textarea", "4, 9")
    wait_for_drawn(page, seeds="4, 9")
    assert part(page, "wrong").is_hidden()


def test_a_row_of_every_class_has_its_name(page):
    arrive(page)
    page.fill("#gen_seeds input, #gen_seeds textarea", "3-5")
    page.click("#gen_class input")
    page.get_by_role("option", name="Every class, a row each").click()
    wait_for_drawn(page, label="**", seeds="3-5", exact=True)
    assert page.locator("#create .rowname").all_inner_texts() == ["smile", "neutral", "sad", "surprised"]
    assert page.locator("#create .tile").count() == 12
    assert page.locator("#create .tile").nth(7).get_attribute("aria-label") == "Seed 4, sad"
    page.fill("#gen_seeds input, #gen_seeds textarea", "0-99")
    part(page, "wrong").wait_for(state="visible")
    assert "100 seeds of 4 classes" in part(page, "wrong").text_content()


@pytest.fixture
def space(tmp_path):
    """The address of a public Space: nobody may train."""
    port = test_browser.free_port()
    environment = os.environ | {"SYSTEM": "spaces", "SPACE_ID": "x/y"}
    command = [sys.executable, "app.py", "--port", str(port), "--runs", str(tmp_path / "runs")]
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    url = f"http://127.0.0.1:{port}"
    try:
        test_browser.wait_until_served(url, process)
        yield url
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.parametrize("width", [1440, 390])
def test_a_space_opens_on_pictures_which_are_saved_by_one_press(space, browser, width):
    """In view on arrival, without a press; also on a phone."""
    page = browser.new_page(viewport={"width": width, "height": 844}, locale="en-US")
    page.goto(space)
    page.wait_for_selector("#create .tile.painted", timeout=60_000)
    assert page.get_attribute("#tab_generate-button", "aria-selected") == "true"
    box = page.locator("#create .tile").first.bounding_box()
    assert box["y"] + box["height"] < 844 and box["width"] >= 64
    with page.expect_download() as download:
        part(page, "archive").click()
    assert download.value.suggested_filename == "faces-64.zip"
    page.close()


def test_r_draws_new_seeds_and_not_while_one_types(page):
    arrive(page)
    page.locator("#create_mode_grid").focus()
    page.keyboard.press("r")
    page.wait_for_function(
        "() => !['0-15'].includes(document.querySelector('#gen_seeds input, #gen_seeds textarea').value)"
    )
    first, last = map(int, page.input_value("#gen_seeds input, #gen_seeds textarea").split("-"))
    assert last - first == 15
    wait_for_drawn(page, seeds=f"{first}-{last}", exact=True)
    page.fill("#gen_seeds input, #gen_seeds textarea", "5")
    page.keyboard.press("r")
    assert page.input_value("#gen_seeds input, #gen_seeds textarea") == "5r"


def test_a_picture_is_enlarged_saved_and_kept(page, tmp_path):
    arrive(page)
    part(page, "times").select_option("4")
    page.click("#create .tile:nth-child(3)")
    box = page.locator("#going dialog")
    box.wait_for(state="visible")
    title = box.locator("h2")
    assert title.text_content() == "Seed 2 · surprised" or title.text_content().startswith("Seed 2 · ")
    page.keyboard.press("ArrowRight")
    assert title.text_content().startswith("Seed 3 · ")
    with page.expect_download() as download:
        box.get_by_role("button", name="Save PNG").click()
    assert download.value.suggested_filename == "seed000003.png"
    path = tmp_path / "seed.png"
    download.value.save_as(path)
    found = media.read_png_metadata(path)
    assert (found["seed"], found["model"], found["enlarged"]) == (3, "faces-64", "4x nearest")
    box.get_by_role("button", name="☆ Keep").click()
    assert box.get_by_role("button", name="★ Kept: remove").is_visible()
    page.keyboard.press("Escape")
    box.wait_for(state="hidden")
    assert page.locator('#create [data-m="kept"] .entry').count() == 1
    kept = page.evaluate("() => JSON.parse(localStorage.getItem('ganapp.kept'))")
    assert [(one["kind"], one["seed"], one["source"]) for one in kept] == [("seed", 3, "faces-64")]
    part(page, "times").select_option("1")


def test_what_is_kept_comes_back_on_another_visit(app, browser):
    visit = browser.new_context(locale="en-US")
    page = visit.new_page()
    page.goto(app[0])
    page.wait_for_selector("#start")
    arrive(page)
    page.fill("#gen_seeds input, #gen_seeds textarea", "7, 9")
    wait_for_drawn(page, seeds="7, 9", exact=True)
    part(page, "keep").click()
    page.close()
    page = visit.new_page()
    page.goto(app[0])
    page.wait_for_selector("#start")
    arrive(page)
    entry = page.locator('#create [data-m="kept"] .entry')
    assert entry.count() == 1
    page.wait_for_function(
        "() => document.querySelector('#create [data-m=kept] canvas')?.width === 128", timeout=60_000
    )
    entry.locator(".open").click()
    wait_for_drawn(page, seeds="7, 9", exact=True)
    assert page.input_value("#gen_seeds input, #gen_seeds textarea") == "7, 9"
    entry.locator(".star").click()
    assert page.locator('#create [data-m="kept"] .entry').count() == 0
    visit.close()


def test_every_picture_of_the_session_stays_in_the_strip(page):
    arrive(page)
    strip = page.locator('#create [data-m="session"] .entry')
    page.wait_for_function("() => document.querySelectorAll('#create [data-m=session] .entry').length === 1")
    page.fill("#gen_seeds input, #gen_seeds textarea", "21-24")
    wait_for_drawn(page, seeds="21-24", exact=True)
    page.wait_for_function("() => document.querySelectorAll('#create [data-m=session] .entry').length === 2")
    strip.nth(1).locator(".open").click()
    wait_for_drawn(page, seeds="0-15", exact=True)
    page.wait_for_timeout(1200)
    assert strip.count() == 2  # the same pictures again are no new ones


def test_a_mix_follows_its_slider_and_is_saved(page, tmp_path):
    arrive(page)
    page.click("#create_mode_mix")
    page.wait_for_function(
        "() => document.querySelector('#mix_image')?.dataset.drawn?.includes('true')", timeout=60_000
    )
    half = pixels(page, "#mix_image")
    part(page, "position").focus()
    page.keyboard.press("Home")
    page.wait_for_function(
        """() => document.querySelector('#mix_image').dataset.drawn === '["faces-64",1,2,0,true]'"""
    )
    end = pixels(page, "#mix_image")
    assert end != half
    with page.expect_download() as download:
        part(page, "mixsave").click()
    download.value.save_as(tmp_path / "mix.png")
    found = media.read_png_metadata(tmp_path / "mix.png")
    assert (found["seeds"], found["position"], found["model"]) == ([1, 2], 0, "faces-64")
    part(page, "mixa").fill("8")
    page.wait_for_function(
        "() => document.querySelector('#mix_image')?.dataset.drawn?.startsWith('[\"faces-64\",8,2')"
    )
    page.click("#create_mode_grid")
    wait_for_drawn(page, seeds="0-15", exact=True)
    page.set_input_files("#gen_restore input[type=file]", tmp_path / "mix.png")
    page.wait_for_function(
        """() => document.querySelector('#mix_image').dataset.drawn === '["faces-64",1,2,0,true]'"""
    )
    assert part(page, "mixpanel").is_visible() and pixels(page, "#mix_image") == end


def test_a_restored_png_is_on_the_screen_with_its_settings(page, tmp_path):
    arrive(page)
    page.fill("#gen_seeds input, #gen_seeds textarea", "5")
    wait_for_drawn(page, seeds="5", exact=True)
    picture = pixels(page, tile(1))
    page.click("#create .tile:nth-child(1)")
    with page.expect_download() as download:
        page.locator("#going dialog").get_by_role("button", name="Save PNG").click()
    download.value.save_as(tmp_path / "five.png")
    page.keyboard.press("Escape")
    page.fill("#gen_source input", "mnist-32")
    page.press("#gen_source input", "Enter")
    page.fill("#gen_seeds input, #gen_seeds textarea", "0-3")
    wait_for_drawn(page, source="mnist-32", seeds="0-3", exact=True)
    page.set_input_files("#gen_restore input[type=file]", tmp_path / "five.png")
    wait_for_drawn(page, source="faces-64", seeds="5", exact=True)
    assert page.locator("#create .tile").count() == 1 and pixels(page, tile(1)) == picture


def map_place(page):
    return part(page, "mapimage").get_attribute("data-place")


def test_the_map_is_dragged_over_played_zoomed_and_filmed(page):
    arrive(page)
    page.click("#create_mode_map")
    page.wait_for_function(
        "() => document.querySelector('#create [data-m=mapimage]')?.dataset.place === '0,0'", timeout=60_000
    )
    middle = pixels(page, "#create [data-m=mapimage]")
    plane = part(page, "plane")
    plane.scroll_into_view_if_needed()
    box = plane.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for i in range(1, 13):  # as a hand does, not all at once
        page.mouse.move(x + i * box["width"] / 72, y)
        page.wait_for_timeout(40)
    page.mouse.up()
    page.wait_for_function(
        "() => document.querySelector('#create [data-m=mapimage]')?.dataset.place === '0.5,0'"
    )
    assert pixels(page, "#create [data-m=mapimage]") != middle
    assert int(part(page, "mapimage").get_attribute("data-painted")) >= 4

    plane.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "() => Math.abs(parseFloat(document.querySelector('#create [data-m=mapimage]')?.dataset.place) - 0.44) < 0.04"
    )
    span = float(part(page, "span").input_value())
    page.mouse.move(x, y)
    page.mouse.wheel(0, -300)
    page.wait_for_function(
        "span => Number(document.querySelector('#create [data-m=span]')?.value) < span - 0.4", arg=span
    )
    page.keyboard.press("-")
    part(page, "walk").click()
    assert part(page, "walk").text_content() == "Stop"
    page.wait_for_function(
        "() => document.querySelector('#create [data-m=walk]')?.textContent === 'Play the trail'",
        timeout=60_000,
    )
    part(page, "film").click()
    page.wait_for_selector("#walk_video video", timeout=60_000)
    assert "MP4" in page.locator("#walk_message").text_content()
    part(page, "clear").click()
    page.wait_for_selector('#create [data-m="film"][aria-disabled="true"]')


def test_the_map_begins_at_a_picture_and_is_the_plane_of_latents(page):
    """At a whole place it is the picture of its seed, as the grid draws it."""
    arrive(page)
    fifth = pixels(page, tile(6))
    page.click("#create .tile:nth-child(6)")
    page.locator("#going dialog").get_by_role("button", name="Map from here").click()
    page.wait_for_function(
        "() => document.querySelector('#create [data-m=mapimage]')?.dataset.place === '0,0'", timeout=60_000
    )
    assert part(page, "first").input_value() == "5" and "seed 5" in part(page, "mapplace").text_content()
    page.wait_for_timeout(1500)
    page.click("#create_mode_grid")
    assert fifth == pixels(page, tile(6))


def test_ganapp_open_brings_seeds_class_and_truncation(page):
    detail = {"tab": "create", "model": "faces-32", "seeds": "8, 13", "label": "sad", "psi": 0.7}
    page.evaluate("detail => window.dispatchEvent(new CustomEvent('ganapp:open', {detail}))", detail)
    wait_for_drawn(page, source="faces-32", seeds="8, 13", label="sad", psi=0.7, exact=True)
    assert page.locator("#create .tile").first.get_attribute("aria-label") == "Seed 8, sad"


@pytest.mark.parametrize("mode", ["grid", "mix", "map"])
def test_nothing_is_cut_off_on_a_phone(app, browser, mode):
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page.goto(app[0])
    page.wait_for_selector("#start")
    page.click("#tab_generate-button")
    page.wait_for_selector("#create .tile.painted", timeout=60_000)
    page.click(f"#create_mode_{mode}")
    page.wait_for_timeout(1000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()
