"""The editor of the Create tab in a real Chromium: sliders, another picture in a brushed region, undo, a PNG that comes back."""

import json

import pytest
import test_browser
import test_browser_create

from ganapp import media

pytestmark = pytest.mark.browser
app, browser, page = test_browser.app, test_browser.browser, test_browser.page  # fixtures
part = test_browser_create.part


def drawn(page):
    """The edit that is on the screen, without loss."""
    page.wait_for_function(
        """() => JSON.parse(document.querySelector('#create [data-m=board]').dataset.drawn ?? '[]')[2] === true""",
        timeout=30_000,
    )
    return json.loads(json.loads(part(page, "board").get_attribute("data-drawn"))[1])


def wait_for_steps(page, *steps):
    """The kinds of the steps of the edit that is on the screen, without loss."""
    page.wait_for_function(
        """wanted => {
          const [, text, exact] = JSON.parse(document.querySelector('#create [data-m=board]').dataset.drawn ?? '[]');
          return exact && String(JSON.parse(text).steps.map(({ kind }) => kind)) === String(wanted); }""",
        arg=list(steps),
        timeout=30_000,
    )


def wait_for_own(page):
    """The picture on the screen is drawn by a model that was fitted here, without steps and without loss."""
    page.wait_for_function(
        """() => {
          const [source, text, exact] = JSON.parse(document.querySelector('#create [data-m=board]').dataset.drawn ?? '[]');
          return exact && source.startsWith('own/') && !JSON.parse(text).steps.length; }""",
        timeout=30_000,
    )


def wait_for_model(page, source):
    page.wait_for_function(
        """wanted => {
          const [source, , exact] = JSON.parse(document.querySelector('#create [data-m=board]').dataset.drawn ?? '[]');
          return exact && source === wanted; }""",
        arg=source,
        timeout=30_000,
    )


def picture(page):
    """What is on the board, as a number that is another one for another picture."""
    return test_browser_create.pixels(page, '#create [data-m="board"]')


def open_editor(page):
    test_browser_create.arrive(page)
    page.click("#create_mode_edit")
    page.wait_for_selector("#create .slider", timeout=30_000)
    wait_for_steps(page)


def slide(page, name, amount):
    slider = page.get_by_role("slider", name=name, exact=True)
    slider.evaluate(
        "(node, to) => { node.value = to; node.dispatchEvent(new Event('input', { bubbles: true })); }",
        amount,
    )


def test_a_slider_a_brushed_region_and_a_saved_picture_that_comes_back(page, tmp_path):
    open_editor(page)
    plain = picture(page)
    slide(page, "surprised", 1.5)
    wait_for_steps(page, "direction")
    moved = picture(page)
    assert moved != plain

    page.fill("#edit_paste_seed", "9")
    part(page, "brush").click()
    box = part(page, "board").bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.2 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.2 * box["height"], steps=6)
    page.mouse.up()
    wait_for_steps(page, "direction", "features")
    step = drawn(page)["steps"][1]
    assert (step["other"]["seed"], step["amount"], step["region"]["side"]) == (9, 1, 64)
    part(page, "brush").click()  # the brush is put down: the marks are no longer on the picture
    pasted, edit = picture(page), drawn(page)
    assert pasted not in (plain, moved)

    with page.expect_download() as download:
        part(page, "editsave").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert media.read_png_metadata(path)["edit"]["steps"][1] == step

    part(page, "editreset").click()
    wait_for_steps(page)
    assert picture(page) == plain
    page.set_input_files("#gen_restore input[type=file]", path)
    wait_for_steps(page, "direction", "features")
    assert drawn(page) == edit and picture(page) == pasted
    assert page.get_by_role("slider", name="surprised", exact=True).input_value() == "1.5"


def test_undo_and_redo_by_button_and_by_key(page):
    open_editor(page)
    plain = picture(page)
    slide(page, "sad", 1.2)
    wait_for_steps(page, "direction")
    moved = picture(page)
    page.wait_for_timeout(600)  # a change soon after the last one belongs to the same movement
    slide(page, "smile", 1)
    wait_for_steps(page, "direction", "direction")
    part(page, "undo").click()
    wait_for_steps(page, "direction")
    assert picture(page) == moved
    part(page, "board").focus()
    page.keyboard.press("Control+z")
    wait_for_steps(page)
    assert picture(page) == plain and part(page, "undo").get_attribute("aria-disabled") == "true"
    page.keyboard.press("Control+Shift+Z")
    wait_for_steps(page, "direction")
    assert picture(page) == moved


def test_the_brush_is_led_by_keys_and_before_and_after_are_compared(page):
    open_editor(page)
    part(page, "brush").click()
    part(page, "board").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    wait_for_steps(page, "features")
    part(page, "brush").click()
    after = picture(page)
    part(page, "split").evaluate("n => { n.value = 1; n.dispatchEvent(new Event('input')); }")
    assert picture(page) != after  # all of it is the picture before


def test_a_picture_of_the_gallery_is_edited_and_becomes_a_film(page):
    test_browser_create.arrive(page)
    page.click("#create .tile:nth-child(6)")
    page.locator("#going dialog").get_by_role("button", name="Edit this").click()
    page.wait_for_function("() => document.querySelector('#edit_seed')?.value === '5'")
    page.wait_for_selector("#create .slider", timeout=30_000)
    slide(page, "smile", 1)
    wait_for_steps(page, "direction")
    page.click("#edit_film summary")
    part(page, "editkey").click()
    slide(page, "smile", 0)
    slide(page, "sad", 1)
    part(page, "editkey").click()
    assert part(page, "editkey").text_content() == "Add as a keyframe (2 so far)"
    part(page, "editfilm").click()
    page.wait_for_selector("#walk_file:not([disabled])", timeout=60_000)
    with page.expect_download() as download:
        page.click("#walk_file")
    assert download.value.suggested_filename == "edit.mp4"


def test_an_own_picture_is_brought_into_the_model_and_smiles(page, tmp_path):
    from ganapp.data.faces.drawing import draw_face

    path = tmp_path / "me.png"
    draw_face(3, 90, seed=5).save(path)
    open_editor(page)
    page.click("#edit_own summary")
    page.set_input_files("#edit_own_file", path)
    part(page, "owncrop").wait_for(state="visible")
    page.get_by_text("It takes about").wait_for(timeout=30_000)  # said before it is started
    part(page, "fitstart").click()
    part(page, "fitstop").wait_for(state="visible")
    page.wait_for_function(
        "() => document.querySelector('#create [data-m=fitbar]')?.value > 0", timeout=60_000
    )
    with page.expect_popup() as opened:  # it begins with what this tab keeps, as after a reload
        page.evaluate("() => void window.open(location.href)")
    page = opened.value  # the fit goes on, and the page finds it again
    page.click("#tab_generate-button")
    part(page, "fitstop").evaluate(
        "button => button.click()"
    )  # the best so far is kept, if it is not the end
    page.wait_for_selector("#create [data-m=answers] figure", timeout=60_000)
    wait_for_own(page)
    mine = picture(page)
    slide(page, "smile", 1.5)
    wait_for_steps(page, "direction")
    assert picture(page) != mine and "latent" in drawn(page)
    page.click("#create_mode_grid")  # the other pictures are those of the chosen model
    page.wait_for_function(
        """() => {
          const [source, , , , exact] = JSON.parse(document.querySelector('#create [data-m=grid]').dataset.drawn ?? '[]');
          return exact && source === 'faces-64'; }""",
        timeout=30_000,
    )
    page.click("#create_mode_edit")
    wait_for_steps(page, "direction")
    assert json.loads(part(page, "board").get_attribute("data-drawn"))[0].startswith("own/")
    with page.expect_download():
        part(page, "editsave").click()
    page.get_by_text("are not in the file").wait_for()
    part(page, "fitkeep").click()
    page.wait_for_function(
        "() => document.querySelector('#create [data-m=fitsaid]')?.textContent.includes('imported/own')",
        timeout=30_000,
    )
    wait_for_model(page, "imported/own")
    assert "latent" in drawn(page)
    # other numbers mean other pictures in another model: the latent stays behind
    part(page, "editreset").click()
    wait_for_steps(page)
    page.fill("#gen_source input", "mnist-32")
    page.press("#gen_source input", "Enter")
    wait_for_model(page, "mnist-32")
    assert "latent" not in drawn(page)


def test_a_marked_part_is_drawn_anew_in_answers_and_points_are_dragged(page):
    open_editor(page)
    page.click("#edit_own summary")
    page.select_option("#edit_repair", "inpaint:0")
    part(page, "fitstart").click()
    assert "Mark the part" in part(page, "fitsaid").text_content()
    box = part(page, "board").bounding_box()
    page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.3 * box["height"], steps=4)
    page.mouse.up()
    part(page, "fitstart").click()
    page.wait_for_selector(
        "#create [data-m=answers] figure:nth-child(5)", timeout=120_000
    )  # four and the map
    page.get_by_role("button", name="Answer 2: edit it").click()
    wait_for_own(page)
    before = picture(page)
    page.select_option("#edit_repair", "drag:0")
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.65 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.75 * box["height"], steps=4)
    page.mouse.up()
    part(page, "fitstart").click()
    part(page, "fitstop").wait_for(state="visible")
    part(page, "fitstop").wait_for(state="hidden", timeout=120_000)
    wait_for_own(page)
    assert picture(page) != before


def test_two_presses_are_one_fit_which_waits_for_no_time_to_be_told(page):
    open_editor(page)
    fits, times = (test_browser.Calls(page, name) for name in ("fit", "takes"))
    times.holds = True
    page.click("#edit_own summary")
    page.select_option("#edit_repair", "drag:0")
    box = part(page, "board").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.65 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.75 * box["height"], steps=4)
    page.mouse.up()
    part(page, "fitstart").evaluate("button => { button.click(); button.click(); }")
    part(page, "fitstop").wait_for(state="visible")
    assert times.held and fits.count == 1
    times.held.pop().fallback()
    part(page, "fitstop").click()
    part(page, "fitstop").wait_for(state="hidden", timeout=60_000)


def test_marked_pictures_make_a_direction(page):
    open_editor(page)
    page.click("#edit_examples summary")
    page.wait_for_selector("#create [data-m=marking] button:nth-child(32)", timeout=60_000)
    tiles = page.locator("#create [data-m=marking] button")
    for number, presses in ((3, 1), (5, 1), (8, 2), (9, 2)):
        for _ in range(presses):
            tiles.nth(number).click()
    assert tiles.nth(8).get_attribute("aria-label") == "Seed 8: less like this"
    page.fill("#edit_example_name", "brave")
    part(page, "makedirection").click()
    page.get_by_role("slider", name="brave", exact=True).wait_for(timeout=30_000)
    slide(page, "brave", 2)
    wait_for_steps(page, "direction")


def test_another_model_has_sliders_of_its_own(page):
    """The amounts of directions that it does not have are gone, and its picture is drawn."""
    open_editor(page)
    slide(page, "hat", 2)
    slide(page, "Variation 1", 1)
    wait_for_steps(page, "direction", "direction")
    page.fill("#gen_source input", "mnist-32")
    page.press("#gen_source input", "Enter")
    page.get_by_role("slider", name="7", exact=True).wait_for(timeout=30_000)
    wait_for_steps(page, "direction")
    assert drawn(page)["steps"][0]["name"] == "pca-1" and part(page, "wrong").is_hidden()
