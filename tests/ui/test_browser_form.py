"""The form of the Train tab in a real Chromium: refusals, one press, own pictures, what a reload keeps."""

import numpy as np
import pytest
import test_browser
from PIL import Image
from test_browser import monitor, unfold, wait_for_state

from ganapp.runs import list_runs

pytestmark = pytest.mark.browser
app, browser, page = test_browser.app, test_browser.browser, test_browser.page  # fixtures


def picture(path, seed):
    rng = np.random.default_rng(seed)
    Image.fromarray(rng.integers(0, 255, (40, 40, 3), np.uint8)).save(path)
    return path


def leave_quietly(page):
    """Wait until nothing is being answered: a page that leaves before says so in the console."""
    page.wait_for_function(
        "() => /On this machine|run is at work/.test(document.querySelector('#about')?.textContent)"
    )
    page.wait_for_function("() => !document.querySelector('#look_cancel')?.checkVisibility()")
    page.wait_for_timeout(1000)


def dataset(page):
    return page.locator("#dataset input")


def refusal_is_seen(page):
    """The control that has the focus, and whether the sentence is in view and not behind the sticky bar."""
    page.wait_for_selector("#refusal")
    page.wait_for_timeout(300)
    return page.evaluate("""() => {
        const box = document.getElementById("refusal").getBoundingClientRect();
        const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
        const input = document.activeElement;
        return [input.closest("[id^=set_], #amount, #dataset")?.id, top?.id,
                input.getAttribute("aria-describedby"), input.getAttribute("aria-invalid")]; }""")


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_every_refusal_stands_at_its_control(page, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    unfold(page, "advanced", "group_optimizer")
    page.fill("#set_batch input", "0")
    page.click("#advanced > button")  # folded again: the refusal has to open it
    page.click("#start")
    assert refusal_is_seen(page) == ["set_batch", "refusal", "refusal", "true"]
    assert page.text_content("#refusal") == "batch is 0; it must be between 1 and 4096."
    assert page.text_content("#start").startswith("Not started")
    page.fill("#set_batch input", "8")
    assert page.locator("#refusal").count() == 0, "it goes when the value is changed"
    page.fill("#amount input", "0")
    page.click("#start")
    assert refusal_is_seen(page) == ["amount", "refusal", "refusal", "true"]
    page.fill("#amount input", "1")
    dataset(page).fill("/not/there")
    dataset(page).press("Enter")
    page.click("#start")
    assert refusal_is_seen(page)[:2] == ["dataset", "refusal"]
    assert "There is nothing at '/not/there'" in page.text_content("#refusal")


def test_on_a_phone_two_taps_are_one_run_and_its_monitor_is_shown(app, page):
    _, runs, _ = app
    before = len(list_runs(runs))
    page.set_viewport_size({"width": 390, "height": 844})
    page.fill("#run_name input, #run_name textarea", "one tap")
    start = page.locator("#start")
    start.dispatch_event("click")
    start.dispatch_event("click")
    page.wait_for_function("() => /^Started: one tap/.test(document.querySelector('#start')?.textContent)")
    start.dispatch_event("click")
    page.wait_for_function(
        """() => { const badge = document.querySelector('#monitor [data-m="badge"]').getBoundingClientRect();
        return badge.top > 0 && badge.bottom < innerHeight; }"""
    )
    wait_for_state(page, "Running")
    page.locator("#preset input").fill("mlp-28")  # not measured yet, and cannot be now
    page.get_by_role("option", name="mlp-28", exact=True).click()
    page.wait_for_function("() => /A run is at work/.test(document.querySelector('#about')?.textContent)")
    page.wait_for_function("() => document.querySelector('#start')?.textContent.trim() === 'Start'")
    assert len(list_runs(runs)) == before + 1
    monitor(page, "stop").click()
    wait_for_state(page, "Stopped")
    page.wait_for_function("() => /On this machine/.test(document.querySelector('#about')?.textContent)")


def test_the_form_survives_a_reload(page, tmp_path):
    for i in range(110):
        picture(tmp_path / f"{i}.png", i)
    dataset(page).fill(str(tmp_path))
    dataset(page).press("Enter")
    page.fill("#amount input", "7")
    unfold(page, "advanced", "group_optimizer")
    page.fill("#set_batch input", "12")
    page.locator("#set_batch input").blur()
    page.wait_for_function('() => /"batch":12/.test(localStorage.getItem("ganapp.form"))')
    leave_quietly(page)
    page.reload()
    page.wait_for_selector("#start")
    page.wait_for_function(
        "() => document.querySelector('#facts')?.textContent.includes('more are held out')"
    )
    assert page.input_value("#amount input") == "7" and dataset(page).input_value() == str(tmp_path)
    unfold(page, "advanced", "group_optimizer")
    assert page.input_value("#set_batch input") == "12"


def test_another_preset_keeps_how_pictures_are_read_and_a_crop_is_shown_at_once(page):
    unfold(page, "advanced", "group_data")
    shown = page.get_attribute("#preview_grid img", "src")
    page.fill("#set_crop input", "fit")
    page.press("#set_crop input", "Enter")
    page.wait_for_timeout(200)
    page.click("#preset input")
    page.get_by_role("option", name="mlp-28", exact=True).click()
    page.wait_for_function("src => document.querySelector('#preview_grid img')?.src !== src", arg=shown)
    assert page.input_value("#set_crop input") == "fit" and page.input_value("#set_resolution input") == "28"
    page.wait_for_function("() => !document.querySelector('#look_cancel')?.checkVisibility()")


def test_many_files_give_a_count_and_ten_thumbnails_and_one_can_be_crossed_out(page, tmp_path):
    files = [picture(tmp_path / f"p{i:03d}.png", i) for i in range(31)]
    (tmp_path / "notes.txt").write_text("no picture")
    if not page.locator("#upload [data-m=choose]").is_visible():
        page.click("#own > button")
    page.set_input_files("#upload [data-m=files]", [*files, tmp_path / "notes.txt"])
    status = page.locator("#upload [data-m=status]")
    page.wait_for_function(
        "() => document.querySelector('#upload [data-m=status]')?.textContent.startsWith('31 pict')"
    )
    assert status.text_content() == "31 pictures. 1 file is no picture and is left out: notes.txt."
    page.wait_for_selector("#upload [data-m=thumbs] button")
    thumbs = page.locator("#upload [data-m=thumbs] button")
    assert thumbs.count() == 10 and page.locator("#upload").bounding_box()["height"] < 500
    page.wait_for_function("() => document.querySelector('#facts')?.textContent.includes('31 pictures')")
    page.locator("#few").wait_for()
    page.click("#upload [data-m=more]")
    page.wait_for_function("() => document.querySelectorAll('#upload [data-m=thumbs] button').length === 31")
    thumbs.nth(4).click()
    page.click("#upload [data-m=apply]")
    page.wait_for_function(
        "() => document.querySelector('#upload [data-m=status]')?.textContent.startsWith('30 pict')"
    )
    page.wait_for_function("() => document.querySelector('#facts')?.textContent.includes('30 pictures')")
    leave_quietly(page)
    page.reload()
    page.wait_for_selector("#start")
    dataset(page).click()
    assert page.get_by_role("option", name="32 uploaded files").count() == 1, "an upload is in the list"


def test_few_pictures_are_helped_by_one_press(page, tmp_path):
    for i in range(12):
        picture(tmp_path / f"{i}.png", i)
    dataset(page).fill(str(tmp_path))
    dataset(page).press("Enter")
    page.locator("#few").click()
    unfold(page, "advanced", "group_objective")
    page.wait_for_function("() => document.querySelector('#set_augment input')?.value === 'ada'")
    assert page.input_value("#set_ada_kimg input") == "20"


def test_start_from_is_a_list_of_what_fits(page):
    unfold(page, "advanced", "group_lineage")
    page.click("#set_start_from input")
    lines = page.get_by_role("option").all_text_contents()
    assert any("does not fit: its resolution is 64, this recipe's is 32" in line for line in lines)
