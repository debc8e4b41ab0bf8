"""Six people's ways through the page in a real Chromium: presses, seconds, scrolls, and where a way ends.

    python benchmarks/journeys.py --shots FOLDER                       all of them, at both sizes
    python benchmarks/journeys.py --shots FOLDER --only learner --size desktop

Each way starts `python app.py` on an empty folder of runs. A press is a click or a field that is typed into;
a file dialog is one press. A scroll is counted where the next control, or what is waited for, is not in view.
A way that cannot go on is reported with its step. Needs Playwright and Chromium. It judges no picture.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from common import RESULTS, ROOT, write_result

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = {"desktop": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SPACE = {"SYSTEM": "spaces", "SPACE_ID": "x/y"}
PICTURES, PIXELS, LINES_KEPT = 300, 64, 20
SOON, LONG = 10, 300  # seconds that a person waits for the page, and for a training
PATIENCE = 4  # seconds for pictures that come without a press; not counted where none come
CREATE = '[role="tabpanel"]:has(#gen_source)'
# Parts of the page, each with the ids that it may have.
DRAWN = f"{CREATE} img:visible, {CREATE} canvas:visible"
MAP, MAP_FILM = '#create [data-m="plane"]', '#create [data-m="film"]'
SAVES = '#create [data-m="archive"]'
FINE_TUNE = "#gen_fine_tune"
SECOND = '#compare [data-m="field2"]'
SECOND_VALUES = '#compare [data-m="values2"]'
TABLE = '#runs_table [data-m="all"]'
CSV = '#runs_table [data-m="csv"]'
# Whether the middle of an element is on the screen and nothing lies over it.
IN_VIEW = """node => {
  const box = node.getBoundingClientRect();
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 60));
  const around = node.closest("label") ?? node;
  return Boolean(top) && (around.contains(top) || top.contains(node));
}"""
STATE = """words => words.includes(document.querySelector('#monitor [data-m="state"]')?.textContent.trim())"""
GRID = """() => document.querySelector('#monitor [data-m="grid"]')?.naturalWidth > 0"""
# Lines of the page with three English words in a row.
ENGLISH = r"""() => [...new Set(document.body.innerText.split("\n").map((line) => line.trim()))].filter(
  (line) => /[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}[ ,]+[A-Za-z]{2,}/.test(line))"""
OWN_MODEL = "() => document.querySelector('#gen_source input')?.value.startsWith('00001-')"
RUNNING, ENDED = ["Running", "运行中"], ["Finished", "已完成", "Stopped", "已停止"]


class DeadEnd(Exception):
    """A journey cannot go on; the message says at what."""


class Person:
    """One person at a page: what was pressed, how long it took, what had to be scrolled to."""

    def __init__(self, page, shots: Path) -> None:
        self.page, self.shots = page, shots
        self.steps: list[dict] = []
        self.english: set[str] = set()
        self.began = time.monotonic()

    def step(self, name: str, presses: int, scrolls: int, began: float) -> None:
        self.page.wait_for_timeout(400)
        seconds = time.monotonic() - began
        self.page.screenshot(
            path=self.shots / f"{len(self.steps):02d}-{re.sub(r'[^a-z0-9]+', '-', name.lower())}.png"
        )
        self.english |= set(self.page.evaluate(ENGLISH))
        self.steps.append(
            {"step": name, "presses": presses, "seconds": round(seconds, 1), "scrolls": scrolls}
        )

    def find(self, name: str, selector: str, seconds: float = SOON):
        """The first element of the selector that is shown and can be pressed."""
        deadline = time.monotonic() + seconds
        while True:
            for found in self.page.locator(selector).all():
                shown = found.is_visible() and found.is_enabled()
                if shown and found.get_attribute("aria-disabled") != "true":
                    return found
            if time.monotonic() > deadline:
                raise DeadEnd(f"{name}: there is no such control, or it cannot be pressed")
            self.page.wait_for_timeout(200)

    def reach(self, found) -> int:
        """Scroll to an element as a person would. 1 if it was out of view."""
        if found.evaluate(IN_VIEW):
            return 0
        found.evaluate("node => node.scrollIntoView({block: 'center'})")
        self.page.wait_for_timeout(200)
        return 1

    def press(self, name: str, selector: str, seconds: float = SOON) -> None:
        began = time.monotonic()
        found = self.find(name, selector, seconds)
        scrolls = self.reach(found)
        found.click(timeout=1000 * SOON)
        self.step(name, 1, scrolls, began)

    def enter(self, name: str, selector: str, text: str, confirm: bool = False) -> None:
        began = time.monotonic()
        found = self.find(name, selector)
        scrolls = self.reach(found)
        found.fill(text)
        if confirm:
            found.press("Enter")
        self.step(name, 1, scrolls, began)

    def choose(self, name: str, selector: str, value: str) -> None:
        began = time.monotonic()
        found = self.find(name, selector)
        scrolls = self.reach(found)
        found.select_option(value)
        self.step(name, 1, scrolls, began)

    def download(self, name: str, selector: str, seconds: float = SOON) -> Path:
        """Press what saves a file, and return the file."""
        began = time.monotonic()
        found = self.find(name, selector, seconds)
        scrolls = self.reach(found)
        with self.page.expect_download(timeout=1000 * 60) as saving:
            found.click()
        path = self.shots / f"saved{Path(saving.value.suggested_filename).suffix}"
        saving.value.save_as(path)
        if not path.stat().st_size:
            raise DeadEnd(f"{name}: the file is empty")
        self.step(f"{name} ({path.suffix[1:]}, {path.stat().st_size:,} bytes)", 1, scrolls, began)
        return path

    def wait(self, name: str, script: str, argument=None, seconds: float = LONG, seen: str = "") -> None:
        """Wait for something without a press. seen: the element that a person looks at then."""
        began = time.monotonic()
        self.page.wait_for_function(script, arg=argument, timeout=1000 * seconds)
        scrolls = self.reach(self.page.locator(seen).first) if seen else 0
        self.step(name, 0, scrolls, began)

    def pictures(self, name: str, seconds: float = PATIENCE) -> bool:
        """Whether pictures are on the Create tab within so many seconds, without a press."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            for shown in self.page.locator(DRAWN).all():
                box = shown.bounding_box()
                if box and min(box["width"], box["height"]) >= 24:
                    self.step(name, 0, self.reach(shown), began)
                    return True
            self.page.wait_for_timeout(100)
        return False


# -- the journeys -------------------------------------------------------------------------------------------


def learn(person: Person) -> None:
    """Open → Start → picture of one's own model."""
    person.wait("the page is there", "() => document.querySelector('#start')?.checkVisibility()")
    person.press("Start", "#start")
    person.wait("the training runs", STATE, RUNNING, seen='#monitor [data-m="badge"]')
    person.wait("first grid", GRID, seen='#monitor [data-m="frame"]')
    person.press("Make pictures", '#monitor [data-action="pictures"]', LONG)
    person.wait("the own model is chosen", OWN_MODEL, seconds=SOON)
    pictures_of(person, "own pictures")


def pictures_of(person: Person, name: str) -> None:
    if not person.pictures(name, 60):
        raise DeadEnd(f"{name}: none are shown a minute after they were asked for")


def make(person: Person, folder: Path) -> None:
    """300 own pictures → fine-tuned from a shipped generator → the run as a ZIP."""
    files = drawn_pictures(folder)
    person.wait("the page is there", "() => document.querySelector('#start')?.checkVisibility()")
    if not person.page.locator("#upload [data-m=choose]").is_visible():
        person.press("open own pictures", "#own > button")
    began = time.monotonic()
    choose = person.find("choose files", "#upload [data-m=choose]")
    scrolls = person.reach(choose)
    with person.page.expect_file_chooser() as dialog:
        choose.click()
    dialog.value.set_files(files)
    person.step("choose files", 2, scrolls, began)
    taken = "n => document.querySelectorAll('#upload [data-m=thumbs] button').length >= n"
    person.wait("the pictures are taken", taken, 10, 120, "#upload [data-m=status]")
    fine_tune(person)
    person.enter("budget of one minute", "#amount input", "1")
    person.press("Start", "#start")
    person.wait("the training runs", STATE, RUNNING, seen='#monitor [data-m="badge"]')
    person.wait("the training ends", STATE, ENDED)
    if not any(json.loads(path.read_text())["start_from"] for path in folder.glob("*/runs/*/config.json")):
        raise DeadEnd("the run ended, but it did not start from a generator")
    person.press("more actions", '#monitor [data-m="more"]')
    person.download("Export", '#monitor [data-action="export"]')


def fine_tune(person: Person) -> None:
    """By one press beside a shipped generator in Create; the pictures that were chosen have to stay."""
    pictures = person.page.input_value("#dataset input")
    person.press("Create", "#tab_generate-button")
    person.press("Fine-tune this", FINE_TUNE)
    taken = "() => document.querySelector('#start')?.checkVisibility()"
    person.wait("the form is filled", taken, seconds=SOON, seen="#dataset")
    person.page.wait_for_timeout(1500)
    if person.page.input_value("#dataset input") != pictures:
        raise DeadEnd("Fine-tune this: the pictures that were uploaded are no longer chosen")


def draw(person: Person) -> None:
    """Arrive in Create → map of seeds → film saved."""
    person.wait("the page is there", "() => document.querySelector('#start')?.checkVisibility()")
    person.press("Create", "#tab_generate-button")
    pictures_of(person, "pictures on arrival")
    person.press("map of seeds", "#create_mode_map")
    began = time.monotonic()
    map_of_seeds = person.find("map of seeds", MAP)
    scrolls = person.reach(map_of_seeds)
    box = map_of_seeds.bounding_box()
    person.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    person.page.mouse.down()
    for i in range(12):
        person.page.mouse.move(
            box["x"] + box["width"] * (0.5 - i / 40), box["y"] + box["height"] * (0.5 + i / 60)
        )
        person.page.wait_for_timeout(60)
    person.page.mouse.up()
    person.step("drag over the map", 1, scrolls, began)
    person.press("film of the trail", MAP_FILM)
    person.find("the film is made", "#walk_file:not([disabled])", 120)
    person.download("film", "#walk_file")


def film(person: Person) -> None:
    """Arrive in Create → film of seeds saved, without the map."""
    person.wait("the page is there", "() => document.querySelector('#start')?.checkVisibility()")
    person.press("Create", "#tab_generate-button")
    pictures_of(person, "pictures on arrival")
    person.press("film", "#walk_go")
    person.find("the film is made", "#walk_file", 120)
    person.download("film", "#walk_file")


def engineer(person: Person) -> None:
    """Sweep of two fields → table → CSV."""
    person.wait("the page is there", "() => document.querySelector('#start')?.checkVisibility()")
    person.press("Compare", "#tab_compare-button")
    person.enter("budget", '#compare [data-m="amount"]', "1")
    person.choose("unit", '#compare [data-m="unit"]', "kimg")
    person.choose("first field", '#compare [data-m="field"]', "loss")
    person.enter("its values", '#compare [data-m="values"]', "hinge, minimax")
    person.find("second field of the sweep", SECOND)
    person.choose("second field", SECOND, "batch")
    person.enter("its values too", SECOND_VALUES, "16, 32")
    person.press("Start these", '#compare [data-m="start"]')
    shown = "() => document.querySelectorAll('#compare figure').length === 4"
    person.wait("the runs side by side", shown, seconds=60, seen="#compare figure")
    person.press("table of the runs", TABLE)
    rows = "() => document.querySelectorAll('#runs_table tbody tr').length >= 4"
    person.wait("its rows", rows, seconds=60, seen="#runs_table table")
    person.download("CSV", CSV)


def visit(person: Person) -> None:
    """A public Space: arrive → picture → saved."""
    person.wait("the page is there", "() => document.querySelector('#gen_source')?.checkVisibility()")
    pictures_of(person, "pictures on arrival")
    person.download("save", SAVES)


# name: (journey, locale, variables of the app)
JOURNEYS: dict[str, tuple[Callable, str, dict[str, str]]] = {
    "learner": (learn, "en-US", {}),
    "maker": (make, "en-US", {}),
    "artist": (draw, "en-US", {}),
    "artist without the map": (film, "en-US", {}),
    "engineer": (engineer, "en-US", {}),
    "visitor": (visit, "en-US", SPACE),
    "reader of Chinese": (learn, "zh-TW", {}),
}


def play(browser, name: str, size: str, shots: Path, scratch: Path) -> dict:
    from playwright.sync_api import Error

    journey, locale, variables = JOURNEYS[name]
    folder = shots / f"{name.replace(' ', '-')}-{size}"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with served(
        Path(tempfile.mkdtemp(dir=scratch)), {"GANAPP_CACHE": str(scratch / "cache"), **variables}
    ) as url:
        page = browser.new_page(viewport=SIZES[size], locale=locale, has_touch=size == "phone")
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        person = Person(page, folder)
        page.goto(url)
        dead_end = None
        try:
            journey(person, scratch) if journey is make else journey(person)
        except (DeadEnd, Error) as error:
            dead_end = str(error).split("\n")[0]
            page.screenshot(path=folder / "dead-end.png", full_page=True)
        result = totals(person) | {"dead_end": dead_end, "errors": errors, "steps": person.steps}
        if locale.startswith("zh"):
            result["english"] = sorted(person.english)[:LINES_KEPT]
        page.close()
    return result


def totals(person: Person) -> dict:
    return {
        key: round(sum(step[key] for step in person.steps), 1) for key in ("presses", "seconds", "scrolls")
    }


def drawn_pictures(folder: Path) -> list[Path]:
    """300 drawn faces as PNG files without labels."""
    from ganapp.data.faces.drawing import draw_face

    place = folder / "pictures"
    place.mkdir(exist_ok=True)
    files = [place / f"picture-{i:03d}.png" for i in range(PICTURES)]
    for i, path in enumerate(files):
        if not path.exists():
            draw_face(i, PIXELS, seed=7).save(path)
    return files


@contextmanager
def served(runs: Path, variables: dict[str, str]) -> Iterator[str]:
    """The address of the app on an empty folder of runs; what it prints goes beside that folder."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    command = [
        sys.executable,
        "app.py",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--runs",
        str(runs / "runs"),
    ]
    environment = {k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"} | variables
    with (runs / "app.log").open("w") as log:
        app = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        wait_for(f"http://127.0.0.1:{port}", app)
        yield f"http://127.0.0.1:{port}"
    finally:
        app.terminate()
        app.wait(90)


def wait_for(url: str, app: subprocess.Popen) -> None:
    for _ in range(600):
        try:
            return urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            if app.poll() is not None:
                break
            time.sleep(0.2)
    raise SystemExit("the page was not served")


def say(name: str, size: str, result: dict) -> None:
    ends = f"DEAD END {result['dead_end']}" if result["dead_end"] else "arrived"
    counts = f"{result['presses']} presses, {result['seconds']} s, {result['scrolls']} scrolls"
    print(f"{name}, {size}: {counts}, {ends}", flush=True)
    for step in result["steps"]:
        print("   {step}: {presses} presses, {seconds} s, {scrolls} scrolls".format(**step), flush=True)
    for line in [*result["errors"], *result.get("english", [])]:
        print(f"   ! {line[:200]}", flush=True)


def main() -> None:
    from playwright.sync_api import sync_playwright

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--shots", type=Path, required=True, help="folder of the screenshots")
    parser.add_argument("--only", nargs="*", choices=list(JOURNEYS), default=list(JOURNEYS))
    parser.add_argument("--size", nargs="*", choices=list(SIZES), default=list(SIZES))
    args = parser.parse_args()
    # A part of the journeys leaves the rest of the file as it is.
    path = RESULTS / "journeys.json"
    results = json.loads(path.read_text())["journeys"] if path.exists() else {}
    with sync_playwright() as p, tempfile.TemporaryDirectory() as scratch:
        browser = p.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for name in args.only:
            for size in args.size:
                result = play(browser, name, size, args.shots, Path(scratch))
                say(name, size, result)
                result["load"] = round(os.getloadavg()[0], 1)
                results.setdefault(name, {})[size] = result
                write_result("journeys", {"journeys": results})  # kept if a later one is interrupted
        browser.close()


if __name__ == "__main__":
    main()
