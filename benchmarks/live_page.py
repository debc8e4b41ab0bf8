"""How soon the Create tab's live instruments show what is asked, from the move to the painted pictures.

    python benchmarks/live_page.py [--quick] [--busy]

The app and headless Chromium run on the same CPU, with a copy of checkpoints/faces-64 (64 pixels) and a run
of eight snapshots of the same network. "arrive" is the time from a press of the tab to 16 pictures.
"truncation", "snapshot", "mix" and "edit" (a direction in the editor) are moves of a slider, 450 ms apart:
the time from the input event to the frame in which all new pictures (16, or 1) are on the screen. "map" is a
drag over the map of seeds for some seconds, a pointer event every 16 ms on a curve that never comes back: the
paints in a second that show another place, and the time from the first move after a paint to the next paint.
--busy measures beside a training on every core.

Goals: 16 pictures within 150 ms (95th percentile), beside a training within 400 ms; an edited one within 100;
15 paints a second. --edit measures the editor alone.
"""

from __future__ import annotations

import argparse
import shutil
from contextlib import ExitStack
from pathlib import Path

from common import ROOT, percentile, write_result
from serving import App, Client, browser_page, cores, isolated, load, pause, resume, settle, waiting_run

NAME, SNAPSHOTS = "faces-64", 8
GOALS, EDIT_GOAL = {"idle": 150.0, "busy": 400.0}, 100.0
FRAMES_A_SEC = 15.0
# The frame after the canvases were drawn on is the first to show them.
MOVE = """async ([range, canvas, values, part]) => {
  const input = document.querySelector(range), times = [];
  const drawn = () => document.querySelector(canvas).dataset.drawn ?? "";
  const frame = () => new Promise(requestAnimationFrame);
  const shows = (found, wanted) =>
    found === wanted || (typeof wanted === "string" && String(found).includes(wanted));
  for (const [value, wanted] of values) {
    const began = performance.now();
    input.value = value;
    input.dispatchEvent(new Event("input", {bubbles: true}));
    while (!shows(JSON.parse(drawn() || "[]")[part], wanted)) {
      if (performance.now() - began > 20000) throw new Error(`${range}: ${wanted}, but ${drawn()}`);
      await frame();
    }
    await frame();
    times.push(performance.now() - began);
    await new Promise((done) => setTimeout(done, 450));
  }
  return times;
}"""
DRAG = """async ([sec]) => {
  const plane = document.querySelector("#create [data-m=plane]");
  const image = document.querySelector("#create [data-m=mapimage]");
  plane.scrollIntoView({block: "center"});
  const box = plane.getBoundingClientRect();
  const asked = new Map(), paints = [];
  const watch = new MutationObserver(() => {
    const now = performance.now(), place = image.dataset.place;
    if (paints.at(-1)?.place !== place) paints.push({place, now});
  });
  watch.observe(image, {attributes: true, attributeFilter: ["data-place"]});
  const event = (type, i) => {
    const turn = i / 40, out = 0.2 + (0.2 * (i % 700)) / 700; // about the view's width in two seconds
    const at = (from, size, f) => from + size * (0.5 + out * f(turn));
    const where = {clientX: at(box.x, box.width, Math.cos), clientY: at(box.y, box.height, Math.sin)};
    plane.dispatchEvent(new PointerEvent(type, {pointerId: 1, bubbles: true, ...where}));
  };
  plane.setPointerCapture = () => {};
  event("pointerdown", 0);
  await new Promise((done) => setTimeout(done, 1500));
  paints.length = 0;
  const moves = [], began = performance.now();
  for (let i = 1; performance.now() - began < 1000 * sec; i++) {
    event("pointermove", i);
    moves.push(performance.now());
    await new Promise((done) => setTimeout(done, 16));
  }
  const ended = performance.now();
  event("pointerup", moves.length);
  await new Promise((done) => setTimeout(done, 300));
  watch.disconnect();
  // From the first move after the paint before.
  const after = paints.filter(({now}) => now <= ended);
  const waits = after.map(({now}, i) => now - (moves.find((at) => at > (after[i - 1]?.now ?? began)) ?? now));
  return {paints: after.length / ((ended - began) / 1000), waits: waits.filter((ms) => ms >= 0)};
}"""
ARRIVED = "() => document.querySelectorAll('#create .tile.painted').length === 16"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="8 moves of each slider, 3 s of the map")
    parser.add_argument("--busy", action="store_true", help="beside a training, too")
    parser.add_argument("--edit", action="store_true", help="the slider of the editor alone, kept by itself")
    args = parser.parse_args()
    moves, sec = (8, 3) if args.quick else (40, 10)
    before, found = load(), {}
    with isolated() as folder:
        names = prepare(folder)
        training = waiting_run(folder / "runs", "00099-training") if args.busy else None
        with App(folder) as app:
            app.wait_until_idle()
            for state in ["idle", *(["busy"] if args.busy else [])]:
                with ExitStack() as stack:
                    if state == "busy":
                        client = Client(app.port)
                        resume(client, training)
                        stack.callback(pause, client, training)
                    found[state] = measure(app.url, names, moves, 0 if args.edit else sec)
    result = {
        "what": "milliseconds from a move to the painted pictures in Chromium, and paints a second, on CPU",
        "protocol": f"{moves} moves of each slider, {sec} s over the map; see the benchmark",
        "model": f"checkpoints/{NAME}",
        **found,
        "goals_ms": GOALS | {"edit": EDIT_GOAL},
        "goal_paints_per_sec": FRAMES_A_SEC,
        "usable_cores": cores(),
        "load_average": before,
    }
    show(found)
    if not args.quick:
        write_result("live_edit" if args.edit else "live_page", result)


def prepare(folder: Path) -> list[str]:
    """A shipped generator and a run of its snapshots; returns their names, oldest first."""
    from ganapp.config import preset_config
    from ganapp.runs import create_run

    shutil.copytree(ROOT / "checkpoints" / NAME, folder / "checkpoints" / NAME)
    run = create_run(folder / "runs", preset_config("dcgan-32").replace(kimg=9), "00001-walk")
    for i in range(1, SNAPSHOTS + 1):
        shutil.copytree(ROOT / "checkpoints" / NAME, run.path / "snapshots" / f"{1000 * i:09d}")
    run.write_status(state="finished", nimg=1000 * SNAPSHOTS)
    return [f"{run.name}/{1000 * i:09d}" for i in range(1, SNAPSHOTS + 1)]


def measure(url: str, names: list[str], moves: int, sec: int) -> dict:
    """All figures of one page; with 0 seconds for the map those of the editor alone."""
    with browser_page(url) as page:
        if sec:
            settle(page)
        began = page.evaluate("performance.now()")
        page.click("#tab_generate-button")
        page.wait_for_function(ARRIVED)
        arrived = page.evaluate("performance.now()") - began
        page.wait_for_timeout(2500)
        if not sec:
            return {"arrive_ms": round(arrived, 1), "edit_ms": edited(page, moves)}
        turns = [0.5 + 0.05 * (i * 7 % 10) for i in range(moves)]
        psi = [[f"{value:.2f}", round(value, 2)] for value in turns]
        figures = {"arrive_ms": round(arrived, 1)}
        figures["truncation_ms"] = row(slide(page, "#gen_psi input[type=range]", GRID, psi, 3))
        page.fill("#gen_source input", names[-1])
        page.press("#gen_source input", "Enter")
        page.wait_for_selector("#create [data-m=snapshots]:not([hidden])")
        page.wait_for_timeout(2000)
        places = [i * 5 % SNAPSHOTS for i in range(1, moves + 1)]
        snapshots = [[str(at), names[at]] for at in places]
        figures["snapshot_ms"] = row(slide(page, "#create [data-m=slider]", GRID, snapshots, 0))
        page.click("#create_mode_mix")
        page.wait_for_timeout(1500)
        mixes = [[str(value), value] for value in (i * 37 % 101 / 100 for i in range(1, moves + 1))]
        figures["mix_ms"] = row(slide(page, "#create [data-m=position]", "#mix_image", mixes, 3))
        page.click("#create_mode_map")
        page.wait_for_timeout(4000)
        drag = page.evaluate(DRAG, [sec])
        figures["edit_ms"] = edited(page, moves)
        figures["map_paints_per_sec"] = round(drag["paints"], 1)
        figures["map_move_to_paint_ms"] = row(drag["waits"])
        return figures


GRID = "#create [data-m=grid]"


def edited(page, moves: int) -> dict[str, float]:
    """Moves of the first direction of the editor: from the input event to the changed picture."""
    page.click("#create_mode_edit")
    page.wait_for_selector("#create .slider")
    page.wait_for_timeout(2000)
    amounts = [round(0.05 * (i * 7 % 19 + 1), 2) for i in range(1, moves + 1)]
    values = [[str(amount), f'"amount":{amount}}}'] for amount in amounts]
    return row(slide(page, "#create .sliders input", "#create [data-m=board]", values, 1))


def slide(page, slider: str, canvas: str, values: list, part: int) -> list[float]:
    """Milliseconds of each move. part: which part of `data-drawn` says what was asked for."""
    page.evaluate(MOVE, [slider, canvas, values[:2], part])
    return page.evaluate(MOVE, [slider, canvas, values[2:], part])


def row(values: list[float]) -> dict[str, float]:
    return {
        "median": round(percentile(values, 0.5), 1),
        "p95": round(percentile(values, 0.95), 1),
        "most": round(max(values), 1),
    }


def show(found: dict) -> None:
    for state, figures in found.items():
        print(f"{state}: arrive {figures['arrive_ms']:.0f} ms, goal of 16 pictures {GOALS[state]:g} ms")
        for name in ("truncation", "snapshot", "mix", "edit", "map_move_to_paint"):
            if (r := figures.get(f"{name}_ms")) is None:
                continue
            print(f"  {name:18} median {r['median']:7.1f}  p95 {r['p95']:7.1f}  most {r['most']:7.1f} ms")
        if "map_paints_per_sec" in figures:
            print(f"  map {figures['map_paints_per_sec']} paints/s (goal {FRAMES_A_SEC:g})")


if __name__ == "__main__":
    main()
