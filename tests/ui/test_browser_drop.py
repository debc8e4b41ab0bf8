"""Runs in a real Chromium: files dropped anywhere go where they belong, and a generator is fine-tuned by one press."""

import base64
import io
import zipfile

import numpy as np
import pytest
import safetensors.torch
import test_browser
import test_browser_runs
import torch
from test_importers import mlp

from ganapp.media import recipe, save_png
from ganapp.runs import list_runs

pytestmark = pytest.mark.browser
app, browser = test_browser.app, test_browser.browser  # fixtures
runs, opened = test_browser_runs.runs, test_browser_runs.opened
# Files as a drag from another program brings them; returns whether the page wants the drop.
DRAG = """([target, type, files]) => {
  const dataTransfer = new DataTransfer();
  for (const [name, mime, text] of files)
    dataTransfer.items.add(new File([Uint8Array.from(atob(text), c => c.charCodeAt(0))], name, { type: mime }));
  const options = { bubbles: true, cancelable: true, dataTransfer };
  return !document.querySelector(target).dispatchEvent(new DragEvent(type, options)); }"""


def drag(page, *files, on="body", event="drop"):
    listed = [(name, mime, base64.b64encode(data).decode()) for name, mime, data in files]
    return page.evaluate(DRAG, [on, event, listed])


def says(page, words):
    page.wait_for_function(
        "words => { const o = document.querySelector('.drop-anywhere'); return !o.hidden && o.textContent.includes(words); }",
        arg=words,
        timeout=60_000,
    )


def picture(grey, about=None):
    file = io.BytesIO()
    save_png(file, np.full((40, 30, 3), grey, np.uint8), about)
    return file.getvalue()


def zipped(**files):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("__", "."), data)
    return file.getvalue()


def is_open(page, tab):
    return page.get_attribute(f"#tab_{tab}-button", "aria-selected") == "true"


def test_the_overlay_names_the_places_and_leaves_what_takes_files_itself(runs, opened):
    page = opened()
    unknown = ("x", "", b"x")
    assert drag(page, unknown, event="dragover")
    rows = page.locator(".drop-anywhere li").all_text_contents()
    assert [row.split("→")[1].strip().split(",")[0] for row in rows] == [
        "Train", "the runs", "Create", "import in Create",
    ]  # fmt: skip
    assert drag(page, ("a.jpg", "image/jpeg", b"x"), ("b.jpg", "image/jpeg", b"x"), event="dragover")
    assert page.locator(".drop-anywhere li").count() == 1
    drag(page, unknown, event="dragleave")
    assert page.locator(".drop-anywhere").is_hidden()
    page.wait_for_selector('#upload [data-m="drop"]')
    drag(page, unknown, on='#upload [data-m="drop"]', event="dragover")
    assert page.locator(".drop-anywhere").is_hidden()
    # Neither text nor a picture of the page is a file.
    assert not drag(page, event="dragover") and page.locator(".drop-anywhere").is_hidden()
    page.evaluate("() => document.body.dispatchEvent(new DragEvent('dragstart', {bubbles: true}))")
    assert not drag(page, unknown, event="dragover") and page.locator(".drop-anywhere").is_hidden()


def test_pictures_go_to_train_and_a_png_of_ours_to_create(runs, opened):
    page = opened()
    page.click("#tab_evaluate-button")
    assert drag(page, ("seed7.png", "image/png", picture(9, recipe(2, None, 0.6, "mnist-32", "", seed=7))))
    says(page, "seed7.png goes to Create")
    page.wait_for_function(
        "() => document.querySelector('#gen_seeds textarea, #gen_seeds input')?.value === '7'", timeout=60_000
    )
    assert is_open(page, "generate")
    drag(page, *((f"{i}.png", "image/png", picture(40 * i)) for i in range(3)))
    says(page, "3 files go to Train")
    page.wait_for_function(
        "() => document.querySelector('#upload [data-m=status]')?.textContent.startsWith('3 pictures')",
        timeout=60_000,
    )
    assert is_open(page, "train")


def test_a_zip_is_a_run_or_pictures_by_what_is_in_it(runs, opened):
    made = test_browser_runs.make(runs, "packed")
    data = made.export(runs.parent / "packed.zip").read_bytes()
    page = opened()
    page.click("#tab_generate-button")
    drag(page, ("packed.zip", "application/zip", data))
    says(page, "packed.zip is opened among the runs")
    page.wait_for_function(
        "() => document.querySelector('#monitor [data-m=chooser]')?.options.length === 2", timeout=60_000
    )
    assert len(list_runs(runs)) == 2 and is_open(page, "train")
    drag(page, ("own.zip", "application/zip", zipped(a__png=picture(3), config__json=b"{}")))
    says(page, "own.zip goes to Train")
    drag(page, ("packed.zip", "application/zip", data), ("a.pt", "", b"x"))
    says(page, "Drop one ZIP of a run or one checkpoint")


def saved(**how):
    file = io.BytesIO()
    torch.save(mlp(), file, **how)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "where"),
    [
        ("netG", saved(), "is imported in Create"),
        ("netG.dat", saved(_use_new_zipfile_serialization=False), "is imported in Create"),
        ("netG.png", safetensors.torch.save(mlp()), "is imported in Create"),
        ("page.pth", b"<!DOCTYPE html>", "is imported in Create"),  # which says what it is
        ("cut.pth", saved()[:400], "is imported in Create"),
        ("cats.pth", zipped(a__png=picture(3)), "goes to Train"),
        ("cats.bin.png", picture(3), "goes to Train"),
        ("empty", b"", "goes to Train"),
    ],
)
def test_a_checkpoint_is_told_by_its_content(runs, opened, name, data, where):
    page = opened()
    drag(page, (name, "", data))
    says(page, f"{name} {where}")


def test_fine_tune_this_fills_the_form_and_shows_what_was_set(runs, opened):
    page = opened()
    page.click("#tab_generate-button")
    page.wait_for_function("() => document.querySelector('#gen_source input')?.value")
    model = page.input_value("#gen_source input")
    page.click("#gen_fine_tune")
    page.wait_for_function(
        "model => document.querySelector('#set_start_from input')?.value === model", arg=model, timeout=60_000
    )
    page.wait_for_selector("#set_start_from", timeout=60_000)
    assert is_open(page, "train")
    assert f"go on from {model}" in page.inner_text("#train_message")
