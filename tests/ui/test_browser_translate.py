"""Picture to picture in a real Chromium: train a repair, drop a picture on the model, see before and after, save it."""

import io
import zipfile

import numpy as np
import pytest
import test_browser
import test_generate_tab
from PIL import Image

from ganapp import media
from ganapp.config import ModelSpec
from ganapp.latents import Region

pytestmark = pytest.mark.browser
app, browser, page = test_browser.app, test_browser.browser, test_browser.page  # fixtures
PIXELS = np.random.default_rng(3).integers(0, 256, (48, 72, 3)).astype(np.uint8)
DROP = """([bytes, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }));
  const target = document.querySelector("#create .intake");
  for (const type of ["dragover", "drop"])
    target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true })); }"""


@pytest.fixture(scope="module")
def model(app):
    """The name of a model that was trained to fill holes."""
    _, runs, _ = app
    spec = ModelSpec("unet", 32, 3, 0, 0, {"width": 4, "depth": 2}, takes="picture", in_channels=3)
    origin = {"task": "degrade", "damage": "hole:0.2", "dataset": "faces"}
    test_generate_tab.save(runs.parent / "imported" / "repair", spec, origin=origin)
    return "imported/repair"


def choose(page, name):
    page.click("#tab_generate-button")
    page.wait_for_function("() => document.querySelector('#gen_source input')?.value", timeout=30_000)
    page.fill("#gen_source input", name)
    page.press("#gen_source input", "Enter")
    page.wait_for_selector("#create_translate:not([hidden])", timeout=30_000)


def wait_for_done(page, *names):
    page.wait_for_function(
        """wanted => {
          const [told] = [document.querySelector('#create [data-m=pairs]')?.dataset.done ?? '[]'];
          return told === JSON.stringify(wanted.map((name) => [name, 'done'])); }""",
        arg=list(names),
        timeout=60_000,
    )


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_a_picture_is_dropped_seen_before_and_after_and_saved(page, model, tmp_path):
    choose(page, model)
    for hidden in ("#gen_seeds", "#gen_psi", "#gen_random", "#walk_go", "#create_mode_map", "#gen_fine_tune"):
        assert not page.locator(hidden).is_visible(), hidden
    page.click("#create .faces button >> nth=1")
    wait_for_done(page, "example 2")
    page.evaluate(DROP, [list(png(PIXELS)), "mine.png"])
    wait_for_done(page, "example 2", "mine.png")
    assert not page.locator(".drop-anywhere").is_visible()  # it did not go to Train
    slider = page.get_by_role("slider", name="Before and after: mine.png")
    slider.focus()
    page.keyboard.press("End")
    assert slider.get_attribute("aria-valuetext") == "100 % of it before"
    card = page.locator("#create .card").first
    assert "100%" in card.locator(".sides").get_attribute("style")
    with page.expect_download() as download:
        card.get_by_text("Save PNG").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    about = media.read_png_metadata(path)
    assert path.name == "mine-imported-repair.png" and about["input"] == "mine.png"
    assert about["damage"] == "hole:0.2" and about["size"] == [48, 32]

    page.check("#translate_as_is")
    page.select_option("#translate_size", "whole")
    wait_for_done(page, "example 2", "mine.png")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save all (ZIP)").last.click()
    with zipfile.ZipFile(download.value.path()) as archive:
        assert [name[:3] for name in archive.namelist()] == ["001", "002"]
        abouts = [media.read_png_metadata(archive.open(name)) for name in archive.namelist()]
    assert [about["size"] for about in abouts] == [[32, 32], [72, 48]] and "damage" not in abouts[1]
    page.get_by_role("button", name="Remove mine.png").click()
    assert page.locator("#create .card").count() == 1


def tell_settings(page, **changes):
    """As if Gradio's controls had other values."""
    page.evaluate(
        """changes => window.dispatchEvent(
          new CustomEvent('ganapp:settings', { detail: { ...window.lastSettings, ...changes } }))""",
        changes,
    )


def test_only_what_is_wanted_otherwise_is_done_again_and_a_late_refusal_is_of_no_account(
    page, model, tmp_path
):
    page.evaluate(
        "() => window.addEventListener('ganapp:settings', ({ detail }) => (window.lastSettings = detail))"
    )
    choose(page, model)
    calls, names = test_browser.Calls(page, "translated"), [f"{i}.png" for i in range(3)]
    for name in names:
        (tmp_path / name).write_bytes(png(PIXELS))
    page.evaluate(
        """() => new MutationObserver((told) => { window.laid = (window.laid ?? 0) + told.length; }).observe(
          document.querySelector('#create [data-m=pairs]'), { childList: true })"""
    )
    page.set_input_files("#translate_files", [tmp_path / name for name in names])
    wait_for_done(page, *names)
    assert calls.count == 3 and page.evaluate("() => window.laid") == 1  # not once for each
    tell_settings(page, psi=0.5, seeds="77")
    page.click("#tab_train-button")
    page.click("#tab_generate-button")
    page.wait_for_timeout(500)
    assert calls.count == 3
    calls.holds = True
    page.check("#translate_as_is")
    page.wait_for_function("() => document.querySelectorAll('#create .sides[aria-busy=true]').length === 1")
    page.check("#translate_damage")  # as they were: of the first nothing else is wanted than what is shown
    calls.held.pop().fulfill(json={"error": "That was for the other choice."})
    wait_for_done(page, *names)
    assert not page.locator("#create .state.wrong").count()
    calls.holds = True
    page.click("#create [data-m=another]")
    page.locator("#create [data-m=trstop]").click()
    assert page.locator("#create .sides[aria-busy=true]").count() == 1  # the others wait for nothing
    calls.held.pop().fallback()
    page.get_by_text("Stopped after 1 of 3.").wait_for()
    for name in names:
        page.get_by_role("button", name=f"Remove {name}").click()
    assert page.locator("#create [data-m=trsaid]").text_content() == ""


def test_a_part_that_is_marked_by_the_brush_is_filled_in(page, model):
    choose(page, model)
    page.evaluate(DROP, [list(png(PIXELS)), "mine.png"])
    wait_for_done(page, "mine.png")
    page.get_by_role("button", name="Mark what to fill in of mine.png").click()
    box = page.locator("#create .marks").bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
    page.mouse.up()
    wipe = page.get_by_role("button", name="Wipe the marks off mine.png")
    wipe.wait_for()
    wait_for_done(page, "mine.png")

    def saved():
        with page.expect_download() as download:
            page.locator("#create .card").get_by_text("Save PNG").click()
        return media.read_png_metadata(download.value.path())

    about = saved()
    inside = Region.from_json(about["region"]).array() > 0.5
    assert inside[32, 25] and not inside[32, 60] and not inside[10, 25] and "damage" not in about
    page.get_by_role("button", name="Mark what to fill in of mine.png").click()
    assert not page.locator("#create .marks").is_visible()
    wipe.click()
    wait_for_done(page, "mine.png")
    assert "region" not in saved() and not wipe.is_visible()


CAMERA = """() => {
  window.tracks = [];
  navigator.mediaDevices.getUserMedia = async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 40, height: 30 });
    canvas.getContext("2d").fillRect(0, 0, 40, 30);
    const stream = canvas.captureStream(10);
    window.tracks.push(...stream.getTracks());
    await window.allowed;
    return stream; }; }"""


def test_the_camera_is_on_only_while_a_person_sees_what_it_sees(page, model):
    choose(page, model)
    states = "() => window.tracks.map(({ readyState }) => readyState)"
    page.evaluate(CAMERA)
    camera = page.locator("#create [data-m=trcamera]")
    camera.click()
    page.locator("#create [data-m=camtake]").wait_for(state="visible")
    assert page.evaluate(states) == ["live"]
    page.click("#tab_train-button")
    page.wait_for_function("() => window.tracks[0].readyState === 'ended'")
    page.click("#tab_generate-button")
    assert not page.locator("#create .viewfinder").is_visible()
    page.evaluate("() => { window.allowed = new Promise((done) => (window.allow = done)); }")
    camera.click()
    page.click("#tab_train-button")  # before the person has allowed it
    page.evaluate("() => window.allow()")
    page.wait_for_function("() => window.tracks[1]?.readyState === 'ended'")


def test_a_zip_and_a_file_that_is_no_picture(page, model, tmp_path):
    choose(page, model)
    packed = tmp_path / "many.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for i in range(3):
            archive.writestr(f"a/{i}.png", png(PIXELS))
    page.set_input_files("#translate_files", packed)
    wait_for_done(page, "0.png", "1.png", "2.png")
    text = tmp_path / "text.png"
    text.write_text("this is no picture, it is only called one")
    page.set_input_files("#translate_files", text)
    page.wait_for_selector("#create .state.wrong", timeout=30_000)
    assert "cannot be used" in page.text_content("#create .state.wrong")


def test_a_model_that_makes_pictures_from_noise_has_its_instruments_back(page, model):
    choose(page, model)
    page.fill("#gen_source input", "faces-32")
    page.press("#gen_source input", "Enter")
    page.wait_for_selector("#create .tile.painted", timeout=30_000)
    assert page.locator("#create_mode_map").is_visible() and page.locator("#gen_seeds").is_visible()
    assert not page.locator("#create_mode_translate").is_visible()
