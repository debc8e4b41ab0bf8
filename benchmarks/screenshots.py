"""The pictures of README.md and docs/, taken in a real Chromium: the tabs, the watchdog, and the page while it trains.

    python benchmarks/screenshots.py --runs RUNS        every tab in light and dark, and the watchdog: docs/*.png
    python benchmarks/screenshots.py --film 7           seven minutes of the default recipe: docs/training.webp

Needs Playwright and Chromium. The tabs show what is in RUNS. Evaluate shows figures of few images, measured on a copy of
checkpoints/. The watchdog warns of a run of its own that takes a minute and whose discriminator learns far too fast.
The film is one training from the press of Start to the end, faster than real time; no frame is left out by hand.
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
SHOWN = "faces-64"  # in the Generate tab
MODEL, IMAGES, REPEATS = "faces-32", 256, 3  # of the Evaluate tab
# Explodes after some thousand images, a row of statistics a step: the warning does not depend on the machine's speed.
TOO_FAST = (
    "--preset dcgan-r1-32 --data faces --name too-fast --d-lr 0.02 --r1 0 --kimg 5 --tick-sec 0"
    " --precision fp32 --threads 1"
)
# The film: the page's size, the picture's width, frames, milliseconds of a frame and of the last one.
FILM_VIEW, FILM_WIDTH, FILM_FRAMES = {"width": 1200, "height": 940}, 800, 90
FRAME_MS, LAST_MS = 110, 2500
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
            take_tabs(page, theme, args.out)
            page.close()
        take_evaluate(opened(browser, url, "light"), args.out)
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
    page.wait_for_function(
        "() => document.querySelectorAll('#gen_gallery img').length === 32", timeout=60_000
    )
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


def take_film(page, minutes: float, path: Path) -> None:
    """The page from the press of Start to the end of the training, as an animated WebP.

    The time between two frames grows with the time passed: most happens in the first minute.
    """
    page.set_viewport_size(FILM_VIEW)
    page.wait_for_selector("#preview_grid img", timeout=60_000)
    page.wait_for_timeout(12_000)  # the expectation is measured
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
