"""Picture to picture from the first press to the file, in a real Chromium: choose, train, stop, translate, save, resume."""

import numpy as np
import pytest
import test_browser
import test_browser_translate
from PIL import Image
from test_browser import kimg, monitor, unfold, wait_for_state

from ganapp import media
from ganapp.runs import list_runs

pytestmark = pytest.mark.browser
app, browser, page = test_browser.app, test_browser.browser, test_browser.page  # fixtures


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """A folder of 24 small pictures of one's own."""
    folder = tmp_path_factory.mktemp("own")
    for i in range(24):
        pixels = np.random.default_rng(i).integers(0, 256, (8, 8, 3)).astype(np.uint8)
        Image.fromarray(pixels).resize((64, 64)).save(folder / f"{i}.png")
    return folder


def choose_repair(page, pictures):
    """What becomes what?: a damaged picture becomes a whole one, with networks that take a moment."""
    page.check('#task input[value="degrade"]')
    page.wait_for_function("() => document.querySelector('#preset input')?.value === 'repair-64'")
    page.fill("#dataset input", str(pictures))
    page.press("#dataset input", "Enter")
    page.wait_for_function("() => document.querySelector('#facts')?.textContent.includes('24 pictures')")
    unfold(page, "advanced", "group_objective")
    assert not page.locator("#set_path_length").is_visible()  # a repair has no latent to walk through
    assert page.locator("#set_pixel").is_visible()
    unfold(page, "group_model")
    page.fill("#set_g_args textarea, #set_g_args input", '{"width": 4, "norm": "none"}')
    page.fill("#set_d_args textarea, #set_d_args input", '{"width": 4, "layers": 2, "norm": "none"}')
    page.fill("#run_name textarea, #run_name input", "repair")


def start(page):
    page.click("#start")
    wait_for_state(page, "Running")
    page.wait_for_function("() => document.querySelector('#monitor [data-m=grid]').naturalWidth > 64")
    page.wait_for_function(
        "() => parseFloat(document.querySelector('#monitor [data-m=images]').textContent) > 0",
        timeout=60_000,
    )


def stop(page):
    monitor(page, "stop").click()
    wait_for_state(page, "Stopped")


def test_a_repair_is_trained_and_a_dropped_picture_repaired_and_saved(page, pictures, tmp_path):
    choose_repair(page, pictures)
    start(page)
    stop(page)
    page.click("#tab_generate-button")
    page.wait_for_selector("#create_translate:not([hidden])", timeout=60_000)
    assert "repair" in page.input_value("#gen_source input")
    mine = test_browser_translate.PIXELS
    page.evaluate(test_browser_translate.DROP, [list(test_browser_translate.png(mine)), "mine.png"])
    test_browser_translate.wait_for_done(page, "mine.png")
    for side in ("before", "after"):
        assert page.locator(f"#create .sides .{side}").evaluate("image => image.naturalHeight") == 64
    with page.expect_download() as download:
        page.locator("#create .card").get_by_text("Save PNG").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    about = media.read_png_metadata(path)
    assert about["input"] == "mine.png" and about["damage"].startswith("hole") and len(about["weights"]) == 64


def test_a_repair_that_was_stopped_is_kept_and_resumed(app, browser, page, pictures):
    choose_repair(page, pictures)
    start(page)
    stop(page)
    stopped_at, run = kimg(page), list_runs(app[1])[0]
    assert run.status()["state"] == "stopped" and run.snapshots() and run.states()
    page = browser.new_page(locale="en-US")  # as after a restart of the browser
    page.goto(app[0])
    page.wait_for_selector("#start")
    wait_for_state(page, "Stopped")
    assert monitor(page, "toggle").text_content() == "Resume"
    monitor(page, "toggle").click()
    wait_for_state(page, "Running")
    page.wait_for_function(
        "n => parseFloat(document.querySelector('#monitor [data-m=images]').textContent) > n",
        arg=stopped_at,
        timeout=60_000,
    )
    stop(page)
    assert list_runs(app[1])[0].name == run.name  # it went on as the same run
    page.close()
