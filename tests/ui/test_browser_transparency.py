"""The checkbox that keeps transparency, in a real Chromium: there for data that have it, and forgotten with them."""

import numpy as np
import pytest
from PIL import Image
from test_browser import app, browser, page, unfold  # noqa: F401

pytestmark = pytest.mark.browser
BOX = "#keep_transparency input"


def choose(page, data, facts=""):  # noqa: F811
    page.fill("#dataset input", str(data))
    page.press("#dataset input", "Enter")
    page.wait_for_function("text => document.querySelector('#facts')?.textContent.includes(text)", arg=facts)


def test_the_checkbox_is_there_for_transparent_pictures(tmp_path, page):  # noqa: F811
    for i in range(6):
        pixels = np.zeros((40, 40, 4), np.uint8)
        pixels[5 + i : 30, 3 : 20 + i] = (200, 30 + 20 * i, 40, 255)
        Image.fromarray(pixels).save(tmp_path / f"{i}.png")
    page.wait_for_function("() => window.ganappKeepsForm")  # what was kept has been put back
    assert not page.is_visible(BOX)
    choose(page, tmp_path, "6 of all pictures have transparent parts")
    page.wait_for_selector(BOX)
    assert not page.is_checked(BOX)
    page.check(BOX)
    page.wait_for_function(
        "() => document.querySelector('#facts')?.textContent.includes('with transparency')"
    )
    unfold(page, "advanced", "group_data")
    assert page.is_checked(BOX) and page.input_value("#set_channels input") == "4"
    page.uncheck(BOX)
    page.wait_for_function(
        "() => document.querySelector('#facts')?.textContent.includes('transparent parts')"
    )
    page.check(BOX)
    choose(page, "faces")  # it is forgotten before they are drawn
    page.wait_for_selector(BOX, state="hidden")
    assert page.input_value("#set_channels input") == "0"
