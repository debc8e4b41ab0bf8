"""Latency of small events of the page while a DCGAN trains on every core, and in an idle app.

    python benchmarks/ui_latency.py [--quick]

One app and one run (dcgan-32 on the built-in faces, as many threads as cores), paused and resumed through the
page's own actions. Idle and busy blocks alternate, idle, busy, busy, idle, … so that a drift of the machine
cancels. Each block times three small events in turn, 20 ms apart: the monitor's poll (POST component_server);
an event without a queue (the description of a preset, POST run/predict), both over one kept-alive connection;
and in headless Chromium a press of Start with a name that is refused, from the click to the changed message.
Chromium runs on the same cores. Goal: the busy 95th percentile is at most 2.5 times the idle one, for each
event.
"""

from __future__ import annotations

import argparse
import time

from common import percentile, write_result
from serving import App, Client, browser_page, cores, isolated, load, pause, resume, settle, waiting_run

GOAL_RATIO = 2.5
GAP_SEC = 0.02
PRESETS = ("dcgan-32", "mlp-28")
# From the click to the next frame after the message has changed. The start is refused: nothing is trained.
CLICK = """async (name) => {
  const box = document.querySelector("#run_name input, #run_name textarea");
  box.value = name;
  box.dispatchEvent(new Event("input", {bubbles: true}));
  await new Promise((done) => setTimeout(done, 50));
  const message = document.querySelector("#train_message");
  const began = performance.now();
  const changed = new Promise((done) => {
    const watch = new MutationObserver(() => {
      if (!message.textContent.includes(`'${name}'`)) return;
      requestAnimationFrame(() => (watch.disconnect(), done()));
    });
    watch.observe(message, {subtree: true, childList: true, characterData: true});
  });
  document.querySelector("#start").click();
  await changed;
  return performance.now() - began;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="2 short blocks of each kind")
    args = parser.parse_args()
    order = ("idle", "busy", "busy", "idle") * (1 if args.quick else 2)
    events = 20 if args.quick else 60

    before = load()
    times: dict[str, dict[str, list[float]]] = {
        event: {"idle": [], "busy": []}
        for event in ("poll", "event without a queue", "click to change in Chromium")
    }
    speeds = []
    with isolated() as folder:
        run = waiting_run(folder / "runs", "busy")
        with App(folder) as app:
            client = Client(app.port)
            with browser_page(app.url) as page:
                page.wait_for_selector("#monitor [data-m=full]:visible")
                settle(page)
                for kind in ("busy", "idle"):  # one block of each as a warm-up
                    switch(kind, client, run)
                    block(client, page, run, 5)
                for kind in order:
                    switch(kind, client, run)
                    for event, values in block(client, page, run, events).items():
                        times[event][kind] += values
                    if kind == "busy":
                        speeds.append(run.status()["images_per_sec"])
            switch("idle", client, run)
        threads = run.config().threads
    rows = {event: row(times[event]["idle"], times[event]["busy"]) for event in times}
    print(f"{'ms':30}{'idle p50':>9}{'p95':>7}{'busy p50':>10}{'p95':>7}{'p95 ratio':>11}")
    for event, r in rows.items():
        print(
            f"{event:30}{r['idle_p50_ms']:9}{r['idle_p95_ms']:7}"
            f"{r['busy_p50_ms']:10}{r['busy_p95_ms']:7}{r['p95_ratio']:11}"
        )
    result = {
        "what": "milliseconds of a small event, the app idle and beside a DCGAN in its own thread",
        "protocol": f"{len(order)} alternating blocks of {events} events of each sort; see the benchmark",
        "events": rows,
        "goal_p95_ratio": GOAL_RATIO,
        "goal_met": all(r["p95_ratio"] <= GOAL_RATIO for r in rows.values()),
        "training_threads": threads,
        "training_images_per_sec": speeds,
        "usable_cores": cores(),
        "load_average": before,
    }
    write_result("ui_latency", result)


def switch(kind: str, client: Client, run) -> None:
    state = run.status()["state"]
    if kind == "busy" and state != "running":
        resume(client, run)
    if kind == "idle" and state == "running":
        pause(client, run)
    time.sleep(1.5)  # for the first steps and the page's own update


def block(client: Client, page, run, events: int) -> dict[str, list[float]]:
    """Milliseconds of `events` events of each kind."""
    times: dict[str, list[float]] = {
        "poll": [],
        "event without a queue": [],
        "click to change in Chromium": [],
    }
    for i in range(events):
        times["poll"].append(timed(client.poll, run.name))
        time.sleep(GAP_SEC)
        times["event without a queue"].append(timed(client.small_event, PRESETS[i % 2]))
        time.sleep(GAP_SEC)
        if i % 2 == 0:  # half as often, because it is slow
            times["click to change in Chromium"].append(page.evaluate(CLICK, f"/{time.monotonic_ns()}"))
            time.sleep(GAP_SEC)
    return times


def timed(call, *args) -> float:
    began = time.perf_counter()
    call(*args)
    return 1000 * (time.perf_counter() - began)


def row(idle: list[float], busy: list[float]) -> dict[str, float]:
    return {
        "idle_p50_ms": round(percentile(idle, 0.5), 1),
        "idle_p95_ms": round(percentile(idle, 0.95), 1),
        "busy_p50_ms": round(percentile(busy, 0.5), 1),
        "busy_p95_ms": round(percentile(busy, 0.95), 1),
        "p50_ratio": round(percentile(busy, 0.5) / percentile(idle, 0.5), 2),
        "p95_ratio": round(percentile(busy, 0.95) / percentile(idle, 0.95), 2),
        "events": [len(idle), len(busy)],
    }


if __name__ == "__main__":
    main()
