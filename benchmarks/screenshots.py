"""Take the README's screenshots in a real Chromium: each tab, light and dark, from a runs folder with something in it; and the watchdog.

python benchmarks/screenshots.py --runs RUNS        (needs Playwright and Chromium; writes docs/*.png)

Evaluate shows figures of few images, measured on a copy of checkpoints/. The watchdog warns of a run of its own that takes a
minute and whose discriminator learns far too fast.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common import ROOT

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SHOWN = "faces-64"  # in the Generate tab
MODEL, IMAGES, REPEATS = "faces-32", 256, 3  # of the Evaluate tab
# Explodes after some thousand images, a row of statistics a step: what the watchdog sees does not depend on the machine's speed.
TOO_FAST = "--preset dcgan-r1-32 --data faces --name too-fast --d-lr 0.02 --r1 0 --kimg 5 --tick-sec 0 --precision fp32 --threads 1"


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", required=True)
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="folder of the pictures (default docs)")
    parser.add_argument("--port", type=int, default=7899)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as p, tempfile.TemporaryDirectory() as scratch:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        checkpoints = shutil.copytree(ROOT / "checkpoints", Path(scratch) / "checkpoints")
        with served(args.runs, checkpoints, args.port) as url:
            for theme in ("light", "dark"):
                page = opened(browser, url, theme)
                take_tabs(page, theme, args.out)
                page.close()
            take_evaluate(opened(browser, url, "light"), args.out)
        runs = Path(scratch) / "runs"
        command = [sys.executable, "-m", "ganapp", "train", "--runs", str(runs), *TOO_FAST.split()]
        subprocess.run(command, cwd=ROOT, check=True)
        with served(runs, checkpoints, args.port) as url:
            take_watchdog(opened(browser, url, "light"), args.out / "watchdog.png")
        browser.close()


@contextmanager
def served(runs: str | Path, checkpoints: Path, port: int) -> Iterator[str]:
    """The address of the app on these folders."""
    command = [sys.executable, "app.py", "--port", str(port), "--runs", str(runs), "--checkpoints", str(checkpoints)]
    app = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        app.wait(60)


def wait_for(url: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the page was not served within a minute")


def opened(browser, url: str, theme: str):
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
    page.goto(f"{url}/?__theme={theme}")
    return page


def take_tabs(page, theme: str, folder: Path) -> None:
    page.wait_for_selector("#preview_grid img", timeout=60_000)
    page.wait_for_timeout(12_000)  # the expectation is measured
    page.screenshot(path=folder / f"train-{theme}.png")
    page.click("#tab_compare-button")
    page.wait_for_timeout(4000)
    page.screenshot(path=folder / f"compare-{theme}.png")
    page.click("#tab_generate-button")
    page.wait_for_timeout(1500)
    page.fill("#gen_source input", SHOWN)
    page.press("#gen_source input", "Enter")
    page.wait_for_timeout(1500)
    page.fill("#gen_seeds textarea, #gen_seeds input", "0-31")
    page.click("#gen_go")
    page.wait_for_function("() => document.querySelectorAll('#gen_gallery img').length === 32", timeout=60_000)
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / f"generate-{theme}.png")


def take_evaluate(page, folder: Path) -> None:
    """Both themes of one measurement, which takes minutes; higher than the others, so that the nearest pictures are seen."""
    page.set_viewport_size({"width": 1440, "height": 1250})
    page.click("#tab_evaluate-button")
    page.wait_for_timeout(1500)
    page.fill("#eval_source input", MODEL)
    page.press("#eval_source input", "Enter")
    page.fill("#eval_images input", str(IMAGES))
    page.fill("#eval_repeats input", str(REPEATS))
    page.click("#eval_go")
    page.wait_for_selector("#eval_neighbours img", timeout=900_000)  # the first time a classifier is trained
    for theme in ("light", "dark"):
        page.evaluate("theme => document.body.classList.toggle('dark', theme === 'dark')", theme)
        page.wait_for_timeout(1500)
        page.screenshot(path=folder / f"evaluate-{theme}.png")


def take_watchdog(page, path: Path) -> None:
    """A warning with its remedy. TimeoutError where the run was, for once, well."""
    page.wait_for_selector('#monitor [data-m="light"] [data-remedy]', timeout=30_000)
    page.wait_for_timeout(3000)
    page.screenshot(path=path)


if __name__ == "__main__":
    main()
