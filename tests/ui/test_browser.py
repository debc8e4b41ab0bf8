"""The whole product in a real Chromium: start, watch, reload, pause, resume, stop, generate, film. Needs Playwright and Chromium."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile

import pytest
from conftest import ROOT

pytestmark = pytest.mark.browser
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def chromium_path():
    found = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
    return found or pytest.skip("there is no Chromium here")


SERVED_SEC = 180  # a busy machine takes a minute for what an idle one does in four seconds


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until_served(url, process):
    deadline = time.time() + SERVED_SEC
    while True:
        try:
            return urllib.request.urlopen(url, timeout=20).close()
        except OSError:
            assert process.poll() is None, "the app ended before its page was served"
            assert time.time() < deadline, f"the page was not served within {SERVED_SEC} s"
            time.sleep(0.2)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """(url, runs folder, process) of `python app.py` on an empty runs folder."""
    runs, port = tmp_path_factory.mktemp("runs"), free_port()
    environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
    process = subprocess.Popen(
        [sys.executable, "app.py", "--port", str(port), "--runs", str(runs)], cwd=ROOT, env=environment
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_served(url, process)
        yield url, runs, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=chromium_path(), args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(app, browser):
    """A page of the app that fails its test on any error in the console."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
    errors = []
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda e: errors.append(str(e)))
    page.goto(app[0])
    page.wait_for_selector("#start")
    yield page
    page.close()
    assert errors == []


def monitor(page, name):
    return page.locator(f'#monitor [data-m="{name}"]')


def wait_for_state(page, word, timeout=90_000):
    page.wait_for_function(
        """word => document.querySelector('#monitor [data-m="state"]').textContent.includes(word)""",
        arg=word,
        timeout=timeout,
    )


def unfold(page, *sections):
    """Open sections, from the outermost one in, and wait until what is in them keeps what is typed.

    Gradio 6.31 hands a component its first value once more in the frame after its section is opened for the first
    time (`render_previously_invisible_children`): 0.1 s after the click here, 0.5 s on a slow machine. What a script
    types before is lost; a person's hand is slower.
    """
    for section in sections:
        page.click(f"#{section} > button")
        page.wait_for_timeout(700)


class Calls:
    """The requests of a page to one server function: how many there were; the next one may be held."""

    def __init__(self, page, name):
        self.count, self.held, self.name, self.holds = 0, [], name, False
        page.route("**/component_server**", self.come)

    def come(self, route):
        if (route.request.post_data_json or {}).get("fn_name") != self.name:
            return route.fallback()
        self.count += 1
        if not self.holds:
            return route.fallback()
        self.holds = False
        self.held.append(route)


def kimg(page):
    return float(re.search(r"[\d.]+", monitor(page, "images").text_content()).group())


def painted(page, name):
    """Whether anything is drawn on a canvas."""
    return page.evaluate(
        """name => { const c = document.querySelector(`#monitor [data-m="${name}"]`);
        const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data; return d.some(v => v > 0); }""",
        name,
    )


def test_from_start_to_film(app, page):
    """The order of the issue: start → curves and grid → reload → pause → resume → stop → generate → interpolate → video plays."""
    _, runs, _ = app
    page.click("#start")
    wait_for_state(page, "Running")
    page.wait_for_function(
        """() => document.querySelector('#monitor [data-m="grid"]').naturalWidth === 256"""
    )
    page.wait_for_function(
        """() => parseFloat(document.querySelector('#monitor [data-m="images"]').textContent) > 0""",
        timeout=60_000,
    )
    assert painted(page, "chart1")
    assert painted(page, "chart2")

    page.reload()
    page.wait_for_selector("#start")
    wait_for_state(page, "Running")
    page.wait_for_function(
        """() => document.querySelector('#monitor [data-m="grid"]').naturalWidth === 256"""
    )
    before = kimg(page)
    assert before > 0

    monitor(page, "toggle").click()
    wait_for_state(page, "Paused")
    paused_at = kimg(page)
    assert paused_at >= before
    time.sleep(2.5)
    assert kimg(page) == paused_at
    assert monitor(page, "toggle").text_content() == "Resume"

    monitor(page, "toggle").click()
    wait_for_state(page, "Running")
    page.wait_for_function(
        """n => parseFloat(document.querySelector('#monitor [data-m="images"]').textContent) > n""",
        arg=paused_at,
        timeout=60_000,
    )
    monitor(page, "stop").click()
    wait_for_state(page, "Stopped")
    (run,) = [p for p in runs.iterdir() if p.is_dir()]
    assert len(list((run / "snapshots").iterdir())) >= 1

    page.click("#tab_generate-button")
    page.wait_for_function(
        "name => document.querySelector('#gen_source input')?.value.startsWith(name)",
        arg=run.name,
        timeout=60_000,
    )
    page.fill("#gen_seeds textarea, #gen_seeds input", "3, 1, 4, 1-2")
    page.wait_for_function(
        "() => document.querySelectorAll('#create .tile.painted').length === 5", timeout=30_000
    )

    page.fill("#walk_seeds textarea, #walk_seeds input", "1, 5")
    page.click("#walk_go")
    page.wait_for_selector("#walk_strip img", timeout=30_000)
    page.wait_for_selector("#walk_video video", timeout=60_000)
    page.wait_for_function(
        "() => { const v = document.querySelector('#walk_video video'); return v.readyState >= 2 && v.currentTime > 0.1; }",
        timeout=30_000,
    )


def test_a_labelled_data_set_is_downloaded(page, tmp_path):
    """The shipped generator of four expressions; then a number that is too large, which leaves the file as it is."""
    page.click("#tab_generate-button")
    page.wait_for_function("() => document.querySelector('#gen_source input')?.value", timeout=60_000)
    page.fill("#gen_source input", "faces-32")
    page.press("#gen_source input", "Enter")
    unfold(page, "labelled")
    page.fill("#set_per_class input", "5")
    page.click("#set_go")
    page.wait_for_function(
        "() => document.querySelector('#set_said')?.textContent.includes('20 pictures of 4')", timeout=30_000
    )
    page.wait_for_selector("#set_file:not([disabled])")
    with page.expect_download() as download:
        page.click("#set_file")
    with zipfile.ZipFile(download.value.path()) as archive:
        names = archive.namelist()
    assert len(names) == 20 and len({name.split("/")[0] for name in names}) == 4
    page.fill("#set_per_class input", "100000")
    page.click("#set_go")
    page.wait_for_selector("#set_said [role=alert]")
    assert "at most 50,000" in page.locator("#set_said").text_content()
    assert page.locator("#set_file:not([disabled])").count() == 1


@pytest.fixture
def finished_run(app):
    """A run that was trained elsewhere: more rows than a page gets, the lowest of them inside a point of the curve."""
    from ganapp.config import ModelSpec, TrainConfig
    from ganapp.generators import save_generator
    from ganapp.networks import build_generator
    from ganapp.runs import create_run

    run = create_run(app[1], TrainConfig(kimg=2700, d_args={"norm": "none"}))
    for i in range(1, 3001):
        row = {"nimg": 900 * i, "sec": i, "d_loss": 0.002, "g_loss": 9.0, "d_real": 5.0 + i, "d_fake": -5.0}
        run.append_stats(row | ({"swd": 10.5 if i == 2950 else 40.0} if i % 50 == 0 else {}))
    G = build_generator(ModelSpec("mlp", 28, 1, 0, 8, {}))
    run.write_snapshot(2_655_000, lambda folder: save_generator(G, folder, origin={"swd": 10.5}))
    run.write_status(state="finished", attempt=1, nimg=2_700_000, sec=3000)
    yield run
    run.delete()


def test_the_best_snapshot_and_what_a_finished_run_can_go_on_with(finished_run, page):
    wait_for_state(page, "Finished")
    page.wait_for_function(
        """() => document.querySelector('#monitor [data-m="best"]').textContent.includes('best')"""
    )
    assert "best: 10.5 at 2,655 kimg" in monitor(page, "best").text_content()
    deadline = time.time() + 60
    while not painted(page, "chart3"):
        assert time.time() < deadline, "the chart was not drawn"
        page.wait_for_timeout(100)
    light = monitor(page, "light").text_content()
    assert (
        "The discriminator wins" in light
        and "with the whole budget once more" in light
        and "pauses" not in light
    )


def test_an_evaluation_is_stopped_from_another_page(app, browser, page):
    page.click("#tab_evaluate-button")
    page.wait_for_function("() => document.querySelector('#eval_source input')?.value", timeout=60_000)
    page.fill("#eval_source input", "faces-32")
    page.press("#eval_source input", "Enter")
    page.fill("#eval_repeats input", "20")
    assert page.locator("#eval_stop[disabled]").count() == 1
    page.click("#eval_go")
    page.wait_for_selector("#eval_stop:not([disabled])", timeout=30_000)
    other = browser.new_page(locale="en-US")
    other.goto(app[0])
    other.wait_for_selector("#start")
    other.click("#tab_evaluate-button")
    other.click("#eval_stop:not([disabled])")
    page.wait_for_selector("#eval_message [role=alert]", timeout=60_000)
    assert "cancelled" in page.locator("#eval_message").text_content()
    other.close()


def test_a_wrong_setting_is_one_sentence(page):
    unfold(page, "advanced", "group_optimizer")
    page.fill("#set_batch input", "0")
    page.click("#start")
    message = page.locator("#refusal")  # at the control, see test_browser_form.py
    message.wait_for(timeout=60_000)
    assert message.inner_text() == "batch is 0; it must be between 1 and 4096."


def test_another_folder_is_looked_at(page, tiny_folder):
    box = (
        page.get_by_role("listbox").first
        if page.locator("#dataset input").count() == 0
        else page.locator("#dataset input")
    )
    box.fill(str(tiny_folder))
    box.press("Enter")
    page.wait_for_function(
        "() => document.querySelector('#facts')?.textContent.includes('64 pictures')", timeout=30_000
    )
    assert "4 classes, 16 each: a, b, c, d" in page.locator("#facts").text_content()


def test_no_picture_is_a_sentence(page, tmp_path):
    (tmp_path / "notes.jpg").write_text("not a picture")
    page.locator("#dataset input").fill(str(tmp_path))
    page.locator("#dataset input").press("Enter")
    page.wait_for_selector("#facts [role=alert]", timeout=30_000)
    assert "notes.jpg" in page.locator("#facts [role=alert]").text_content()


def test_chinese_is_chosen_by_the_browser(app, browser):
    page = browser.new_page(locale="zh-CN")
    page.goto(app[0])
    page.wait_for_selector("#start")
    assert page.locator("#start").text_content().strip() == "开始"
    assert page.locator("#tab_generate-button").text_content().strip() == "创作"
    assert page.locator(".app-head p").inner_text().startswith("用图片训练")
    page.close()


@pytest.mark.parametrize("tab", ["train", "generate"])
def test_nothing_is_cut_off_on_a_phone(app, browser, tab):
    page = browser.new_page(viewport={"width": 390, "height": 844}, locale="en-US")
    page.goto(app[0])
    page.wait_for_selector("#start")
    page.click(f"#tab_{tab}-button")
    page.wait_for_timeout(1000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_every_control_has_a_name(page):
    """Screen readers: each input, select and button that is shown says what it is."""
    for tab in ("train", "generate"):
        page.click(f"#tab_{tab}-button")
        page.wait_for_timeout(800)
        nameless = page.evaluate(
            """() => [...document.querySelectorAll('input, textarea, select, button, canvas, video')]
            .filter(e => e.offsetParent && !e.closest('[aria-hidden=true]') && e.type !== 'file')
            .filter(e => !(e.ariaLabel || e.textContent.trim() || e.title || e.labels?.length
              || e.getAttribute('aria-labelledby') || e.placeholder || e.closest('label')))
            .map(e => e.outerHTML.slice(0, 160))"""
        )
        assert nameless == []
