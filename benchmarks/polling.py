"""What ten clients that watch a run cost it: images/s with and without them, in alternating blocks.

    python benchmarks/polling.py [--quick]

One app and one run (dcgan-32 on the built-in faces, every core) in its own thread. Sample grids and saves,
which would fall unevenly into the blocks, are off. Blocks of 12 s alternate: without, with, with, without, …
Images/s of a block are its images over its seconds in stats.jsonl. "With" means ten kept-alive connections,
each of which polls once a second with the monitor's cursor, evenly spread, and fetches a sample grid (the
same file) every 5 s, as a page does at the start of a run. They are threads of this process on the same
cores; their own processor time is reported and counts against the run. Two figures that other work on the
machine changes less are reported, too: the app's processor time for one poll of a run that does not train but
gets a new row and status each second, and the share of all cores that ten such polls a second take. Goal: the
median of the blocks with clients is less than 3 % below that of the blocks without. The median of the
differences of neighbouring blocks is reported, too.
"""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from urllib.parse import quote

from common import write_result
from serving import App, Client, cores, isolated, load, resume, waiting_run

CLIENTS = 10
GRID_SEC = 5
GOAL = 0.03


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="2 blocks of 5 s of each kind")
    args = parser.parse_args()
    order = ("without", "with", "with", "without") * (1 if args.quick else 3)
    sec = 5 if args.quick else 12

    before = load()
    speeds: dict[str, list[float]] = {"without": [], "with": []}
    costs = {"polls": 0, "bytes": 0, "client_cpu_sec": 0.0, "with_sec": 0.0}
    with isolated() as folder:
        run = waiting_run(folder / "runs", "watched", sample_sec=86_400, save_sec=86_400)
        with App(folder) as app:
            app.wait_until_idle()
            poll_sec = cpu_of_a_poll(app, waiting_run(folder / "runs", "still"), 3 if args.quick else 10)
            resume(Client(app.port), run)
            time.sleep(3)
            for kind in order:
                speeds[kind].append(block(app, run, kind == "with", sec, costs))
        threads = run.config().threads
    medians = {kind: statistics.median(values) for kind, values in speeds.items()}
    cost = 1 - medians["with"] / medians["without"]
    pairs = [1 - a / b for a, b in zip(speeds["with"], speeds["without"])]
    result = {
        "what": f"images/s of a run with and without {CLIENTS} clients that poll it once a second",
        "protocol": f"{len(order)} alternating blocks of {sec} s; see the benchmark",
        "images_per_sec_without": round(medians["without"], 1),
        "images_per_sec_with": round(medians["with"], 1),
        "cost": round(cost, 4),
        "cost_median_of_pairs": round(statistics.median(pairs), 4),
        "goal_cost": GOAL,
        "goal_met": cost < GOAL,
        "polls_per_sec": round(costs["polls"] / costs["with_sec"], 1),
        "bytes_per_poll": round(costs["bytes"] / costs["polls"]),
        "client_cores": round(costs["client_cpu_sec"] / costs["with_sec"], 4),
        "app_cpu_ms_per_poll": round(1000 * poll_sec, 2),
        "share_of_all_cores": round(poll_sec * CLIENTS / cores(), 4),
        "blocks": {kind: [round(value, 1) for value in values] for kind, values in speeds.items()},
        "training_threads": threads,
        "usable_cores": cores(),
        "load_average": before,
    }
    print(f"{'':10}{'median images/s':>16}   blocks")
    for kind in speeds:
        print(f"{kind:10}{medians[kind]:16.1f}   {' '.join(f'{value:.0f}' for value in speeds[kind])}")
    print(
        f"cost {100 * cost:.1f} % (pairs: {100 * statistics.median(pairs):.1f} %), goal < {100 * GOAL:g} %; ",
        end="",
    )
    print(
        f"{result['polls_per_sec']} polls/s of {result['bytes_per_poll']} bytes; "
        f"the clients took {result['client_cores']} cores"
    )
    write_result("polling", result)


def cpu_of_a_poll(app: App, run, rounds: int) -> float:
    """Processor seconds of the app for one poll, without its idle load; 0 if the system does not tell."""
    clients = [Client(app.port, f"still{i}") for i in range(CLIENTS)]
    spent = []
    for polling in (True, False, True):  # the first one is a warm-up
        before = app.cpu_sec() or 0.0
        for i in range(rounds):
            run.append_stats(
                dict.fromkeys(("d_loss", "g_loss", "d_real", "d_fake"), 0.12345) | {"nimg": 64 * i, "sec": i}
            )
            run.write_status(nimg=64 * i, sec=float(i))
            for client in clients:
                time.sleep(1 / CLIENTS)
                if polling:
                    client.poll(run.name)
        spent.append((app.cpu_sec() or 0.0) - before)
    return max(0.0, spent[2] - spent[1]) / (rounds * CLIENTS)


def block(app: App, run, watched: bool, sec: float, costs: dict) -> float:
    """Images/s over `sec` seconds, between two ticks."""
    clients = [Client(app.port, f"bench{i}") for i in range(CLIENTS)] if watched else []
    for client in clients:
        client.poll(run.name)  # all earlier rows, as a newly opened page gets them; not part of the block
    rows, attempt, offset = run.read_stats()
    first = rows[-1]
    stop = threading.Event()
    counts = [[0, 0] for _ in clients]
    threads = [
        threading.Thread(target=watch, args=(client, run, i / CLIENTS, stop, counts[i]), daemon=True)
        for i, client in enumerate(clients)
    ]
    began, spent = time.perf_counter(), time.process_time()
    for thread in threads:
        thread.start()
    time.sleep(sec)
    stop.set()
    for thread in threads:
        thread.join(10)
    if watched:
        costs["polls"] += sum(polls for polls, _ in counts)
        costs["bytes"] += sum(size for _, size in counts)
        costs["client_cpu_sec"] += time.process_time() - spent
        costs["with_sec"] += time.perf_counter() - began
    last = run.read_stats(attempt, offset)[0][-1]
    return (last["nimg"] - first["nimg"]) / (last["sec"] - first["sec"])


def watch(client: Client, run, delay: float, stop: threading.Event, count: list[int]) -> None:
    """Poll once a second until told to stop; a grid every GRID_SEC."""
    grid = f"/gradio_api/file={quote(run.samples()[-1].as_posix())}"
    due = time.monotonic() + delay
    for i in range(10**6):
        if stop.wait(max(0.0, due - time.monotonic())):
            return
        client.poll(run.name)
        count[0] += 1
        count[1] += client.received
        if i % GRID_SEC == 0:
            status, _ = client.get(grid)
            assert status == 200, f"{grid} answered {status}"
        due += 1.0


if __name__ == "__main__":
    main()
