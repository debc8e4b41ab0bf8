"""Take the README's screenshots in a real Chromium: each tab, light and dark, from a runs folder with something in it.

python benchmarks/screenshots.py --runs RUNS        (needs Playwright and Chromium)
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import time
import urllib.request

from common import ROOT

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", required=True)
    parser.add_argument("--port", type=int, default=7899)
    args = parser.parse_args()
    command = [sys.executable, "app.py", "--port", str(args.port), "--runs", args.runs]
    app = subprocess.Popen(command, cwd=ROOT)
    url = f"http://127.0.0.1:{args.port}"
    try:
        wait_for(url)
        with sync_playwright() as p:
            browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            for theme in ("light", "dark"):
                page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
                page.goto(f"{url}/?__theme={theme}")
                take_tabs(page, theme)
                page.close()
            browser.close()
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


def take_tabs(page, theme: str) -> None:
    folder = ROOT / "docs"
    folder.mkdir(exist_ok=True)
    page.wait_for_selector("#preview_grid img", timeout=60_000)
    page.wait_for_timeout(12_000)  # the expectation is measured
    page.screenshot(path=folder / f"train-{theme}.png")
    page.click("#tab_compare-button")
    page.wait_for_timeout(4000)
    page.screenshot(path=folder / f"compare-{theme}.png")
    page.click("#tab_generate-button")
    page.wait_for_timeout(1500)
    page.fill("#gen_seeds textarea, #gen_seeds input", "0-31")
    page.click("#gen_go")
    page.wait_for_function("() => document.querySelectorAll('#gen_gallery img').length === 32", timeout=60_000)
    page.wait_for_timeout(1500)
    page.screenshot(path=folder / f"generate-{theme}.png")


if __name__ == "__main__":
    main()
