"""How fast the table of runs is with five hundred runs, on the server and in a page.

    python benchmarks/table.py [--runs 500] [--quick]

The app and headless Chromium run on the same CPU, on a folder of runs without pictures: three presets,
notes, tags, two snapshots each. "first poll" reads all runs, "poll" finds that nothing changed, both in this
process. "open" is the time from a press of the view to the first lines on the screen, with the server's first
poll in it. "sort" and "find" are presses of a column's head and words typed into the search: from the event
to the end of the frame that shows the new order.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from common import percentile, write_result
from serving import App, browser_page, cores, isolated, load, settle

TABLE = "#runs_table"
OPEN = """async (n) => {
  const began = performance.now();
  document.querySelector("#runs_table [data-m=all]").click();
  const frame = () => new Promise(requestAnimationFrame);
  while (document.querySelectorAll("#runs_table tbody tr").length < Math.min(n, 30)) await frame();
  await frame();
  return performance.now() - began;
}"""
# The second frame begins after the first one, with the new layout, was painted.
ACT = """async (acts) => {
  const times = [];
  const frame = () => new Promise(requestAnimationFrame);
  for (const [selector, text] of acts) {
    const node = document.querySelector(selector);
    await new Promise((done) => setTimeout(done, 200));
    const began = performance.now();
    if (text === null) node.click();
    else {
      node.value = text;
      node.dispatchEvent(new Event("input", {bubbles: true}));
    }
    await frame();
    await frame();
    times.push(performance.now() - began);
  }
  return times;
}"""
COLUMNS = (
    "title",
    "state",
    "best",
    "minutes",
    "kimg",
    "data",
    "preset",
    "differs",
    "tags",
    "note",
    "created",
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=500, help="how many runs there are")
    parser.add_argument("--quick", action="store_true", help="every press once, and no result file")
    args = parser.parse_args()
    times, before = 1 if args.quick else 5, load()
    with isolated() as folder:
        make_runs(folder / "runs", args.runs)
        found = on_server(folder / "runs", times)
        with App(folder) as app:
            app.wait_until_idle()
            found |= in_page(app.url, args.runs, times)
    result = {
        "what": f"milliseconds of the table of {args.runs} runs on CPU, server and headless Chromium",
        "protocol": f"every press {times} times; see the benchmark",
        **found,
        "usable_cores": cores(),
        "load_average": before,
    }
    for name, figures in found.items():
        print(f"{name:16} median {figures['median']:7.1f}  p95 {figures['p95']:7.1f} ms")
    if not args.quick:
        write_result("table", result)


def make_runs(folder: Path, count: int) -> None:
    """Finished runs with a note each, and two snapshots of which one is better."""
    from ganapp.config import preset_config
    from ganapp.runs import create_run
    from ganapp.runs.about import write_about

    for i in range(count):
        preset = ("dcgan-r1-32", "dcgan-32", "r3gan-32")[i % 3]
        run = create_run(folder, preset_config(preset).replace(minutes=2.0 + i % 9, seed=i), f"study {i}")
        run.write_status(
            state="finished", attempt=1, nimg=1000 * (i * 37 % 900) + 500, sec=60.0 + i * 13 % 50
        )
        for k in (1, 2):
            figure = 2.0 + (i * 7 + k) % 40
            run.write_snapshot(500 * k, lambda folder, figure=figure: write_generator(folder, figure))
        write_about(run, note=f"The eyes are too far apart, {i}.", tags=("paper", f"t{i % 4}"))


def write_generator(folder: Path, figure: float) -> None:
    (folder / "config.json").write_text(json.dumps({"origin": {"swd": figure}}))
    (folder / "model.safetensors").write_bytes(b"x")


def on_server(folder: Path, times: int) -> dict:
    from ganapp.ui.shared.watching import Watch
    from ganapp.ui.table.rows import RunTable

    first, again = [], []
    for _ in range(times):
        table = RunTable(Watch(folder, str, fresh_sec=0), None)
        began = time.perf_counter()
        answer = table.poll({})
        first.append(1000 * (time.perf_counter() - began))
        known = {"known": {key: answer[key] for key in ("began", "at", "order")}}
        began = time.perf_counter()
        assert table.poll(known) == {}
        again.append(1000 * (time.perf_counter() - began))
    return {"first poll": row(first), "poll": row(again)}


def in_page(url: str, count: int, times: int) -> dict:
    with browser_page(url) as page:
        settle(page)
        page.click("#tab_compare-button")
        page.wait_for_selector(f"{TABLE} [data-m=all]")
        page.wait_for_timeout(2000)
        opened = page.evaluate(OPEN, count)
        heads = [[f"{TABLE} thead .of-{name} button", None] for name in COLUMNS]
        words = [[f"{TABLE} [data-m=filter]", text] for text in ("eyes", "t3", "study 49", "")]
        return {
            "open": row([opened]),
            "sort": row(page.evaluate(ACT, heads * 2 * times)),
            "find": row(page.evaluate(ACT, words * times)),
        }


def row(values: list[float]) -> dict[str, float]:
    return {
        "median": round(percentile(values, 0.5), 1),
        "p95": round(percentile(values, 0.95), 1),
        "most": round(max(values), 1),
    }


if __name__ == "__main__":
    main()
