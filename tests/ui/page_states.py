"""States of the page for tests that look at all of it: runs in every state, and the steps that show each panel.

walk(page) is a generator of (name, a part of the page to look at): the page is in that state when it is yielded.
"""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
from conftest import ROOT
from test_browser import free_port, wait_until_served

from ganapp.config import preset_config
from ganapp.media import save_webp
from ganapp.metrics.measures import FLOOR
from ganapp.runs import create_run, write_figures

TABS = ("train", "generate", "evaluate", "compare")
HEARTBEAT_SEC = 2


def add_run(folder, name, rows=40, grids=3, worsens=False, **status):
    """A run with curves and grids, without a training."""
    config = preset_config("dcgan-r1-32").replace(dataset="faces", minutes=5.0, batch=32, tick_sec=1.0)
    run = create_run(folder, config, name)
    for i in range(rows):
        bad = worsens and i > rows / 2
        losses = {"d_loss": 0.02 if bad else 1.2 - i / 90, "g_loss": 9.0 if bad else 0.8 + i / 70}
        run.append_stats({"nimg": 640 * (i + 1), "sec": 3.0 * (i + 1), "images_per_sec": 213.0, "mem_mb": 700.0,
                          "d_real": 0.4, "d_fake": -0.4, "g_grad": 0.0001 if bad else 0.5, "d_grad": 0.4, **losses})  # fmt: skip
    random = np.random.default_rng(5)
    run.samples_folder.mkdir(exist_ok=True)
    for i in range(grids):
        save_webp(
            run.sample_path(640 * (i + 1) * rows // max(grids, 1)),
            random.integers(0, 255, (256, 256, 3), np.uint8),
        )
    run.write_status(attempt=1, nimg=640 * rows, sec=3.0 * rows, device="CPU (2 cores, x86_64)", precision="fp32",
                     threads=1, parameters={"g": 1_200_000, "d": 900_000}, images_per_sec=213.0, mem_mb=700.0, **status)  # fmt: skip
    return run


def measured_of(run, images):
    """Figures as Evaluate stores them, with the protocols that it writes."""
    about = {"images": images, "source": f"{run.name}/000025600", "weights": "EMA, half-life 15 kimg",
             "data": "faces (911411496177b3b6)", "resize": "to 32 px, center, colour, as prepared for training",
             "classes": "drawn as often as in train", "split": "train"}  # fmt: skip
    after = {"seed": 0, "repeats": 3, "interval": "95 %, by repetition"}
    swd = about | {"levels": ["32 px", "16 px"], "patches": "128 of 7×7 a picture and level, 512 projections",
                   "unit": "thousandths"} | after  # fmt: skip
    found = [("swd", 5.36, swd, ""), ("swd.real", 1.2, swd, FLOOR)]
    found.append(("c2st", 0.97, about | {"split": "heldout", "perfect": 0.5} | after, ""))
    return [
        {
            "name": name,
            "value": value,
            "interval": [value - 0.25, value + 0.25],
            "protocol": protocol,
            "note": note,
        }
        for name, value, protocol, note in found
    ]


def make_runs(folder):
    """Runs in every state. Returns those that seem to be at work: their heartbeat must be kept up."""
    one = add_run(folder, "已完成", state="finished", note="The classes are those of dataset.json.")
    two = add_run(folder, "另一个", rows=30, state="finished")
    for run, images in ((one, 2000), (two, 64)):
        write_figures(run.path, measured_of(run, images))
    add_run(folder, "变差", state="stopped", worsens=True)
    add_run(folder, "失败", state="failed", reason="There is not enough memory for a batch of 32; try 16.")
    # Titles in Chinese: a test looks for English words.
    disk = "The disk is full. Make room and press Resume: nothing is lost while this program runs. "
    add_run(folder, "已暂停", state="paused", reason=disk + "The last save is at 1,200 images.")
    add_run(folder, "已中断", state="interrupted")
    damaged = add_run(folder, "损坏", state="stopped")
    (damaged.path / "stats.jsonl").open("ab").write(b"{not json\n")
    (damaged.path / "metrics.json").write_text("[]")
    preparing = [3000, 20000, "Drawing faces"]
    return [
        add_run(folder, "运行中", state="running"),
        add_run(folder, "启动中", rows=0, grids=0, state="starting", preparing=preparing),
        add_run(folder, "排队", rows=0, grids=0, state="queued", asked=time.time()),
    ]


class Served:
    """`python app.py` on a folder of such runs, whose heartbeat is kept up. Ends at close()."""

    def __init__(self, runs):
        self.runs, self.working = runs, make_runs(runs)
        self.port, self.ended = free_port(), threading.Event()
        environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"}
        command = [sys.executable, "app.py", "--port", str(self.port), "--runs", str(runs)]
        self.process = subprocess.Popen(command, cwd=ROOT, env=environment)
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._beat, daemon=True).start()
        wait_until_served(self.url, self.process)

    def _beat(self):
        while not self.ended.wait(HEARTBEAT_SEC):
            for run in self.working:
                run.write_status()

    def close(self):
        self.ended.set()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)


def settle(page, ms=700):
    """Wait until Gradio has drawn what was asked for."""
    page.wait_for_timeout(ms)
    page.wait_for_function(
        "() => !document.querySelector('.wrap.generating, .wrap.translucent .eta-bar')", timeout=60_000
    )


def unfold(page, within):
    """Open everything that is folded away in a part of the page."""
    for _ in range(20):
        folded = page.locator(
            f"{within} .label-wrap:not(.open):visible, {within} details:not([open]) > summary:visible"
        )
        if folded.count() == 0:
            return
        folded.first.click()
        page.wait_for_timeout(150)


def fill(page, selector, text):
    page.fill(selector, text)
    page.press(selector, "Enter")


def walk(page, url, most_runs=99):
    """Show state after state of the page; yields the name of each, at rest. most_runs: that are looked at, of all."""
    page.goto(url)
    page.wait_for_selector("#start")
    yield from walk_train(page, most_runs)
    yield from walk_create(page)
    yield from walk_evaluate(page)
    yield from walk_compare(page)


def walk_train(page, most_runs):
    page.click("#tab_train-button")
    page.wait_for_function("() => document.querySelector('#preview_grid img')", timeout=90_000)
    settle(page, 1500)
    yield "train"
    unfold(page, "#train_left")
    settle(page)
    yield "train, unfolded"
    fill(page, "#dataset input", "/no/such folder")
    page.wait_for_selector("#facts [role=alert]", timeout=60_000)
    settle(page)
    yield "train, no such data"
    fill(page, "#dataset input", "faces")
    page.fill("#amount input", "0")
    page.click("#start")
    page.locator("[role=alert]:visible").first.wait_for(timeout=60_000)
    settle(page)
    yield "train, refused"
    runs = page.evaluate("() => [...document.querySelectorAll('#monitor select option')].map(o => o.value)")
    for run in runs[:: -(-len(runs) // most_runs)]:
        page.evaluate("name => window.dispatchEvent(new CustomEvent('ganapp:watch', {detail: name}))", run)
        page.wait_for_timeout(2500)
        yield f"train, run {run}"
        yield from menus(page, "#monitor", run)


def menus(page, within, name):
    """What each button that opens something shows, one after another."""
    buttons = page.locator(f"{within} button[aria-expanded]:visible")
    for i in range(buttons.count()):
        if buttons.nth(i).get_attribute("aria-disabled") == "true":
            continue
        label = buttons.nth(i).inner_text() or buttons.nth(i).get_attribute("aria-label")
        buttons.nth(i).click()
        page.wait_for_timeout(400)
        yield f"train, run {name}, {label}"
        if buttons.nth(i).get_attribute("aria-expanded") == "true":
            buttons.nth(i).click()


def walk_create(page):
    page.click("#tab_generate-button")
    page.wait_for_function("() => document.querySelector('#gen_source input')?.value", timeout=60_000)
    page.wait_for_selector("#create .tile.painted", timeout=60_000)
    settle(page, 2500)
    yield "create, pictures"
    page.locator("#create .tile").first.click()
    page.wait_for_selector("#going dialog[open]")
    page.locator("#going dialog .tools button").nth(1).click()  # keep
    yield "create, a picture large"
    page.keyboard.press("Escape")
    for mode in ("mix", "map"):
        page.click(f"#create_mode_{mode}")
        settle(page, 2000)
        yield f"create, {mode}"
    page.click("#create_mode_grid")
    fill(page, "#gen_seeds input, #gen_seeds textarea", "3-1")
    page.wait_for_selector("#create .banner:not([hidden])", timeout=60_000)
    settle(page)
    yield "create, wrong seeds"
    unfold(page, "#tab_generate")
    settle(page)
    yield "create, unfolded"
    fill(page, "#walk_seeds input, #walk_seeds textarea", "1")
    page.click("#walk_go")
    page.wait_for_selector("#walk_message [role=alert]", timeout=60_000)
    page.fill("#pub_repo input, #pub_repo textarea", "no name")
    page.click("#pub_show")
    page.wait_for_selector("#pub_shown [role=alert]", timeout=60_000)
    settle(page)
    yield "create, walk and publication refused"


def walk_evaluate(page):
    page.click("#tab_evaluate-button")
    page.wait_for_function("() => document.querySelector('#eval_source input')?.value", timeout=60_000)
    settle(page, 1500)
    unfold(page, "#tab_evaluate")
    yield "evaluate"
    fill(page, "#eval_data input", "/no/such folder")
    page.click("#eval_go")
    page.wait_for_selector("#eval_message [role=alert]", timeout=60_000)
    yield "evaluate, refused"
    page.fill("#eval_images input", "1")  # Gradio itself refuses it
    page.click("#eval_go")
    page.wait_for_function(  # until it has faded in
        """() => { let node = document.querySelector(".toast-title");
        if (!node) return false;
        while (node && getComputedStyle(node).opacity === "1") node = node.parentElement;
        return !node; }""",
        timeout=60_000,
    )
    yield "evaluate, refused by Gradio"
    page.click(".toast-close")
    fill(page, "#eval_data input", "faces")
    page.fill("#eval_images input", "64")
    page.click("#eval_go")
    page.wait_for_selector("#eval_stop:not([disabled])", timeout=60_000)
    page.wait_for_timeout(400)
    yield "evaluate, at work"
    page.click("#eval_stop")
    page.wait_for_selector("#eval_message [role=alert]", timeout=60_000)
    settle(page)
    yield "evaluate, stopped"


def walk_compare(page):
    page.click("#tab_compare-button")
    page.wait_for_timeout(1500)
    yield "compare"
    for i in range(2):
        page.locator("#compare [data-m=list] input").nth(i).check()
    page.wait_for_timeout(2000)
    unfold(page, "#compare")
    yield "compare, two runs"
    for title in ("已完成", "另一个"):
        page.locator("#compare [data-m=list] li", has_text=title).locator("input").check()
    page.wait_for_timeout(2000)
    page.locator('#compare [data-m="addchart"]').click()
    page.wait_for_timeout(800)
    unfold(page, "#compare")
    yield "compare, four runs with figures and a chart more"
    page.locator("#compare figure .more:visible").first.click()
    yield "compare, the actions of a run"
    page.keyboard.press("Escape")
    page.locator('#compare [data-m="values"]').fill("hinge, hing")
    page.locator('#compare [data-m="start"]').click()
    page.wait_for_function("() => document.querySelector('#compare [data-m=wrong]')?.textContent")
    settle(page)
    yield "compare, refused"
    page.locator('#compare [data-m="field2"]').select_option("batch")
    page.wait_for_timeout(300)
    yield "compare, two settings"
    yield from walk_table(page)


def walk_table(page):
    page.locator('#runs_table [data-m="all"]').click()
    page.locator("#runs_table tbody tr").nth(1).wait_for()
    yield "table of runs"
    for i in range(2):
        page.locator("#runs_table tbody input").nth(i).check()
    page.wait_for_timeout(300)
    yield "table of runs, two chosen"
    page.locator('#runs_table [data-m="delete"]').click()
    yield "table of runs, delete"
    page.keyboard.press("Escape")
    page.locator("#runs_table tbody input").nth(0).uncheck()
    page.locator("#runs_table button.edit").first.click()
    yield "table of runs, note"
    page.keyboard.press("Escape")
    page.locator('#runs_table [data-m="filter"]').fill("nowhere")
    page.wait_for_timeout(300)
    yield "table of runs, nothing found"
    page.locator('#runs_table [data-m="side"]').click()
