"""The pictures of README.md and docs/, taken in a real Chromium: tabs, watchdog, a training.

    python benchmarks/screenshots.py --runs RUNS    every tab in light and dark, the watchdog: docs/*.png
    python benchmarks/screenshots.py --film 7       seven minutes of the default recipe: docs/training.webp

Needs Playwright and Chromium. The tabs show what is in RUNS. Evaluate shows figures of few images, measured
on a copy of checkpoints/. The watchdog warns of a run of its own that takes a minute and whose discriminator
learns far too fast. The film is one training from the press of Start to the end, faster than real time; no
frame is left out by hand.
"""

from __future__ import annotations

import argparse
import io
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
PARTS = "tabs,evaluate,watchdog"
SHOWN = "faces-64"  # in the Generate tab
MODEL, IMAGES, REPEATS = "faces-32", 256, 3  # of the Evaluate tab
# Explodes after some thousand images, a row of statistics a step: the warning does not depend on the
# machine's speed.
TOO_FAST = (
    "--preset dcgan-r1-32 --data faces --name too-fast --d-lr 0.02 --r1 0 --kimg 5 --tick-sec 0"
    " --precision fp32 --threads 1"
)
# The film: the page's size, the picture's width, frames, milliseconds of a frame and of the last one.
FILM_VIEW, FILM_WIDTH, FILM_FRAMES = {"width": 1200, "height": 940}, 800, 90
FRAME_MS, LAST_MS = 110, 2500
PATIENCE_MS, SETTLES_MS = 400_000, 4_000  # for what the page does by itself, on a busy machine, too
FILM_BYTES = 2_000_000  # the quality is lowered until it fits


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--runs", help="folder of runs that the tabs show")
    what.add_argument(
        "--film", type=float, metavar="MINUTES", help="the page during a training of so many minutes"
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "docs", help="folder of the pictures (default docs)"
    )
    parser.add_argument("--parts", default=PARTS, help=f"what of --runs is taken (default {PARTS})")
    parser.add_argument("--port", type=int, default=7899)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as p, tempfile.TemporaryDirectory() as scratch:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        checkpoints = shutil.copytree(ROOT / "checkpoints", Path(scratch) / "checkpoints")
        runs = Path(scratch) / "runs"
        if args.film:
            with served(runs, checkpoints, args.port) as url:
                take_film(opened(browser, url, "light"), args.film, args.out / "training.webp")
        else:
            take_all(browser, args.runs, runs, checkpoints, args)
        browser.close()


def take_all(browser, shown: str, runs: Path, checkpoints: Path, args: argparse.Namespace) -> None:
    with served(shown, checkpoints, args.port) as url:
        for theme in ("light", "dark"):
            page = opened(browser, url, theme)
            if "tabs" in args.parts:
                take_tabs(page, theme, args.out)
            page.close()
        if "evaluate" in args.parts:
            take_evaluate(opened(browser, url, "light"), args.out)
    if "watchdog" not in args.parts:
        return
    command = [sys.executable, "-m", "ganapp", "train", "--runs", str(runs), *TOO_FAST.split()]
    subprocess.run(command, cwd=ROOT, check=True)
    with served(runs, checkpoints, args.port) as url:
        take_watchdog(opened(browser, url, "light"), args.out / "watchdog.png")


@contextmanager
def served(runs: str | Path, checkpoints: Path, port: int) -> Iterator[str]:
    """The address of the app on these folders."""
    command = [
        sys.executable,
        "app.py",
        "--port",
        str(port),
        "--runs",
        str(runs),
        "--checkpoints",
        str(checkpoints),
    ]
    app = subprocess.Popen(command, cwd=ROOT)
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        app.wait(60)


def wait_for(url: str) -> None:
    for _ in range(900):
        try:
            urllib.request.urlopen(url, timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the page was not served within three minutes")


def opened(browser, url: str, theme: str):
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en-US")
    page.goto(f"{url}/?__theme={theme}")
    return page


def take_tabs(page, theme: str, folder: Path) -> None:
    wait_for_form(page)
    page.wait_for_selector('#monitor [data-m="grid"]:not([hidden])', timeout=PATIENCE_MS)
    shot(page, folder / f"train-{theme}.png")
    page.click("#tab_compare-button")
    choose_runs(page)
    shot(page, folder / f"compare-{theme}.png")
    page.click("#tab_generate-button")
    page.wait_for_selector("#create .tile.painted", timeout=PATIENCE_MS)
    page.fill("#gen_source input", SHOWN)
    page.press("#gen_source input", "Enter")
    page.wait_for_timeout(1500)
    page.fill("#gen_seeds textarea, #gen_seeds input", "0-31")
    page.wait_for_function(
        "() => document.querySelectorAll('#create .tile.painted').length === 32", timeout=PATIENCE_MS
    )
    shot(page, folder / f"generate-{theme}.png")


def choose_runs(page, most: int = 3) -> None:
    """The newest runs side by side."""
    page.wait_for_selector('#compare [data-m="list"] input', timeout=PATIENCE_MS)
    boxes = page.locator('#compare [data-m="list"] input')
    for i in range(min(most, boxes.count())):
        boxes.nth(i).check()
    page.wait_for_selector('#compare [data-m="full"]:not([hidden]) [data-m="frames"]', timeout=PATIENCE_MS)


def wait_for_form(page) -> None:
    """Until the pictures are shown and the machine is measured."""
    page.wait_for_selector("#preview_grid img", timeout=PATIENCE_MS)
    page.wait_for_function(
        "() => /On this machine/.test(document.querySelector('#about')?.textContent)", timeout=PATIENCE_MS
    )


def shot(page, path: Path) -> None:
    """The page from its top, when what was asked for has been drawn, without a control in focus."""
    page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0); }")
    page.wait_for_timeout(SETTLES_MS)
    page.screenshot(path=path)


def take_evaluate(page, folder: Path) -> None:
    """Both themes of one measurement, which takes minutes.

    The pictures are higher than the others, so that the nearest training pictures are seen.
    """
    page.set_viewport_size({"width": 1440, "height": 1250})
    page.click("#tab_evaluate-button")
    page.wait_for_selector("#eval_source input", timeout=PATIENCE_MS)
    page.wait_for_timeout(SETTLES_MS)
    page.fill("#eval_source input", MODEL)
    page.press("#eval_source input", "Enter")
    page.fill("#eval_images input", str(IMAGES))
    page.fill("#eval_repeats input", str(REPEATS))
    page.click("#eval_go")
    page.wait_for_selector("#eval_neighbours img", timeout=900_000)  # the first time a classifier is trained
    for theme in ("light", "dark"):
        page.evaluate("theme => window.ganappChoices.chooseTheme(theme)", theme)
        shot(page, folder / f"evaluate-{theme}.png")


def take_watchdog(page, path: Path) -> None:
    """A warning with its remedy. TimeoutError where the run was, for once, well."""
    page.wait_for_selector('#monitor [data-m="light"] [data-remedy]', timeout=PATIENCE_MS)
    shot(page, path)


def take_film(page, minutes: float, path: Path) -> None:
    """The page from the press of Start to the end of the training, as an animated WebP.

    The time between two frames grows with the time passed: most happens in the first minute.
    """
    page.set_viewport_size(FILM_VIEW)
    wait_for_form(page)
    page.fill("#amount input", f"{minutes:g}")
    page.evaluate("() => { document.activeElement.blur(); window.scrollTo(0, 0); }")
    page.wait_for_timeout(500)
    frames = [page.screenshot()]
    page.click("#start")
    page.wait_for_selector('#monitor [data-m="grid"]:not([hidden])', timeout=120_000)
    began = time.monotonic()
    for i in range(FILM_FRAMES):
        due = 60 * minutes * (i / FILM_FRAMES) ** 1.5
        page.wait_for_timeout(1000 * max(0.0, began + due - time.monotonic()))
        frames.append(page.screenshot())
    page.wait_for_function(
        """() => document.querySelector('#monitor [data-m="state"]').textContent === 'Finished'""",
        timeout=600_000,
    )
    page.wait_for_timeout(2000)
    write_film([*frames, page.screenshot()], path)


def write_film(screenshots: list[bytes], path: Path) -> None:
    from PIL import Image

    frames = [Image.open(io.BytesIO(png)).convert("RGB") for png in screenshots]
    size = FILM_WIDTH, round(FILM_WIDTH * frames[0].height / frames[0].width)
    frames = [frame.resize(size, Image.Resampling.LANCZOS) for frame in frames]
    durations = [5 * FRAME_MS, *[FRAME_MS] * (len(frames) - 2), LAST_MS]
    for quality in (70, 60, 50, 40):
        options = {"duration": durations, "loop": 0, "quality": quality, "method": 4}
        frames[0].save(path, save_all=True, append_images=frames[1:], **options)
        if path.stat().st_size <= FILM_BYTES:
            break
    print(f"written: {path.name}, {len(frames)} frames, {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
