"""Cost of an update of the monitor in a browser that has watched a run for hours: bytes, CPU time.

    python benchmarks/monitor_update.py [--quick]

The app's own page in headless Chromium, 1440×900, on a run that this benchmark writes itself as a driver
does: six series, one row and one status a second, a grid of 64 images every tenth second. First, rows are
added one by one as fast as the page takes them, until it holds more than 10,000 points per series. A page
that is opened anew gets 440 points and their extremes, which is reported as "opened". Then each second is one
update. Bytes are body and head of the request and of the answer of each poll, as DevTools counts them; grids
are counted apart. Main-thread work is the increase of DevTools' TaskDuration from one second to the next,
without DevTools' own commands. It includes everything that the page does, animations too. The same is
reported for seconds in which the run stands still ("idle"), and as the main thread's processor time, which
other work on the machine changes less. Goal: 95th percentiles of at most 5 KB (5,120 bytes) and 100 ms.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from functools import partial

from common import percentile, write_result
from serving import App, browser_page, isolated, load, settle, wait_for, waiting_run

GOAL_BYTES, GOAL_MS = 5120, 100.0
BURST = 800  # rows at once; more than 900 would be thinned
GRID_EVERY = 10


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="2,400 points and 15 updates")
    args = parser.parse_args()
    points, updates = (2_400, 15) if args.quick else (12_000, 60)

    before = load()
    with isolated() as folder:
        run = waiting_run(folder / "runs", "long")
        writer = Writer(run)
        lock = run.lock()
        lock.acquire()
        writer.add(500)
        writer.say("running")
        with App(folder) as app:
            try:
                with browser_page(app.url) as page:
                    page.wait_for_selector("#monitor [data-m=grid]:visible")
                    result = measure(page, writer, points, updates)
            finally:
                lock.release()
                writer.say("stopped")
    print(f"{'':28}{'median':>9}{'p95':>9}{'goal':>8}")
    for name, key, goal in (
        ("bytes of an update", "update_bytes", GOAL_BYTES),
        ("main thread, ms", "main_thread_ms", GOAL_MS),
        ("  its processor time, ms", "processor_ms", ""),
        ("  of that in scripts, ms", "script_ms", ""),
        ("idle: main thread, ms", "idle_main_thread_ms", ""),
        ("  its processor time, ms", "idle_processor_ms", ""),
    ):
        print(f"{name:28}{result[key]['median']:9}{result[key]['p95']:9}{goal:8}")
    print(
        {key: result[key] for key in ("points", "opened_bytes", "empty_poll_bytes", "grid_bytes", "heap_mb")}
    )
    met = result["update_bytes"]["p95"] <= GOAL_BYTES and result["main_thread_ms"]["p95"] <= GOAL_MS
    head = {
        "what": "cost of one monitor update in Chromium, with a long run's points in the page",
        "protocol": f"{updates} updates of a second each; see the benchmark",
        "goal_bytes": GOAL_BYTES, "goal_ms": GOAL_MS, "goal_met": met, "load_average": before,
    }  # fmt: skip
    write_result("monitor_update", head | result)


def measure(page, writer: Writer, points: int, updates: int) -> dict:
    devtools = page.context.new_cdp_session(page)
    wire = Wire(devtools)
    devtools.send("Performance.enable")
    page.reload()  # counted from its first byte
    page.wait_for_selector("#monitor [data-m=grid]:visible")
    settle(page)
    page.wait_for_timeout(3000)
    opened = max(wire.polls)
    while writer.rows < points:
        enough = len(wire.polls) + 2
        writer.add(BURST)
        wait_for(partial(polls_seen, page, wire, enough), "the page does not poll")
    page.wait_for_timeout(2500)

    idle = seconds(page, devtools, 8, lambda i: None)
    empty = wire.polls[-1]
    wire.polls.clear(), wire.grids.clear()
    busy = seconds(page, devtools, updates, writer.second)
    page.wait_for_timeout(2000)
    shown = page.evaluate("document.querySelector('#monitor canvas').ariaLabel")
    assert any(character.isdigit() for character in shown), shown
    return {
        "points": writer.rows,
        "update_bytes": spread([size for size in wire.polls if size > empty], 0),
        "empty_poll_bytes": empty,
        "opened_bytes": opened,
        "grid_bytes": round(percentile(wire.grids, 0.5)) if wire.grids else 0,
        **{
            name: spread([second[name] for second in busy], 1)
            for name in ("main_thread_ms", "processor_ms", "script_ms")
        },
        **{
            f"idle_{name}": spread([second[name] for second in idle], 1)
            for name in ("main_thread_ms", "processor_ms")
        },
        "heap_mb": round(metrics(devtools)["JSHeapUsedSize"] / 1e6, 1),
    }


def polls_seen(page, wire: Wire, count: int) -> bool:
    page.wait_for_timeout(50)  # DevTools' events arrive while the page is waited for
    return len(wire.polls) >= count


def seconds(page, devtools, count: int, each) -> list[dict[str, float]]:
    """Milliseconds of main-thread work in each of `count` seconds; each(i) is called at the start of one."""
    out = []
    last = metrics(devtools)
    for i in range(count):
        due = time.monotonic() + 1
        each(i)
        page.wait_for_timeout(max(0.0, due - time.monotonic()) * 1000)
        now = metrics(devtools)
        gone = {name: 1000 * (now[name] - last[name]) for name in now}
        out.append({
            "main_thread_ms": gone["TaskDuration"] - gone["DevToolsCommandDuration"],
            "processor_ms": gone["ThreadTime"],
            "script_ms": gone["ScriptDuration"],
        })  # fmt: skip
        last = now
    return out


def metrics(devtools) -> dict[str, float]:
    return {m["name"]: m["value"] for m in devtools.send("Performance.getMetrics")["metrics"]}


class Wire:
    """Bytes of every poll, with heads, and of every sample grid, as DevTools counts them."""

    def __init__(self, devtools):
        self.polls: list[int] = []
        self.grids: list[int] = []
        self.asked: dict[str, tuple[str, int]] = {}
        self.heads: dict[str, int] = {}
        devtools.on("Network.requestWillBeSent", self.request)
        devtools.on("Network.requestWillBeSentExtraInfo", self.head)
        devtools.on("Network.loadingFinished", self.finished)
        devtools.send("Network.enable")

    def request(self, event: dict) -> None:
        request = event["request"]
        self.asked[event["requestId"]] = request["url"], len(request.get("postData", "").encode())

    def head(self, event: dict) -> None:
        self.heads[event["requestId"]] = sum(len(k) + len(v) + 4 for k, v in event["headers"].items())

    def finished(self, event: dict) -> None:
        url, body = self.asked.pop(event["requestId"], ("", 0))
        head = self.heads.pop(event["requestId"], 0)
        if url.rstrip("/").endswith("/component_server"):
            self.polls.append(int(event["encodedDataLength"]) + body + head)
        elif url.partition("?")[0].endswith(".webp") and "/samples/" in url:
            self.grids.append(int(event["encodedDataLength"]))


class Writer:
    """Writes a run as its driver does, with invented numbers."""

    def __init__(self, run):
        from ganapp.data import open_dataset

        self.run, self.rows = run, 0
        self.random = random.Random(0)
        self.faces = open_dataset("faces", 32).images
        self.add(1)
        self.grid()

    def add(self, count: int) -> None:
        lines = []
        for _ in range(count):
            self.rows += 1
            noise = [self.random.gauss(0, 0.1) for _ in range(6)]
            values = dict(zip(("d_loss", "g_loss", "r1", "r2", "d_real", "d_fake"), noise))
            values = {"nimg": self.rows * 384, "sec": float(self.rows)} | {
                k: round(1 + v, 5) for k, v in values.items()
            }
            lines.append(json.dumps(values | {"images_per_sec": 384.0, "mem_mb": 800}) + "\n")
        with open(self.run.path / "stats.jsonl", "ab", buffering=0) as file:
            file.write("".join(lines).encode())

    def say(self, state: str) -> None:
        self.run.write_status(
            state=state,
            nimg=self.rows * 384,
            sec=float(self.rows),
            images_per_sec=384.0 + self.random.random(),
            mem_mb=800,
            device="CPU (2 cores, x86_64)",
            precision="bf16",
            threads=2,
            attempt=1,
        )

    def grid(self) -> None:
        from ganapp.media import grid, save_webp

        start = self.rows % 10_000
        images = self.faces.take(range(start, start + 64)).transpose(0, 2, 3, 1)
        save_webp(self.run.sample_path(self.rows * 384), grid(images, columns=8, pad=0))

    def second(self, i: int) -> None:
        self.add(1)
        self.say("running")
        if i % GRID_EVERY == 0:
            self.grid()


def spread(values: list[float], digits: int) -> dict[str, float]:
    return {
        "median": round(percentile(values, 0.5), digits or None),
        "p95": round(percentile(values, 0.95), digits or None),
        "most": round(max(values), digits or None),
    }


if __name__ == "__main__":
    main()
