"""Start-up time of `python app.py`: from a clean process to a served page, and which imports take it.

    python benchmarks/start.py [--quick]

A process is started seven times after a warm-up, which fills the caches of the disk and of Python. Each time
the clock runs from before the process exists until GET / and until GET /config answer 200; both are asked
every 10 ms. Goal: a median of the latter of at most 6 s on 2 cores. Imports: `python -X importtime` over the
same modules in one more process (which is slower), own time summed per top-level package. Heavy modules that
are loaded before the page is served are named (gradio itself loads pandas). The processor time until then is
reported, too, because other work on the machine does not change it.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

from common import ROOT, write_result
from serving import App, cores, free_port, isolated, load

GOAL_SEC = 6.0
HEAVY = (
    "torch",
    "torchvision",
    "av",
    "matplotlib",
    "scipy",
    "sklearn",
    "plotly",
    "altair",
    "transformers",
    "pandas",
)
SAME_AS_APP = """
import sys
sys.path.insert(0, {root!r})
import app
from ganapp.ui import launch_options
app.demo.launch(server_port={port}, prevent_thread_lock=True, **launch_options())
print("modules", *sorted({{name.partition(".")[0] for name in sys.modules}}))
app.demo.close()
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="2 starts in place of 7")
    args = parser.parse_args()

    before = load()
    with isolated(faces=False) as folder:
        starts = [one_start(folder) for _ in range(1 + (2 if args.quick else 7))][1:]
        packages, heavy = imports(folder)
    served, page, cpu = ([start[key] for start in starts] for key in ("/", "/config", "cpu"))
    result = {
        "what": "seconds from a clean process to a served page",
        "protocol": f"{len(starts)} starts after a warm-up; asked every 10 ms; "
        "/ and then /config answered with 200",
        "root_sec": summary(served),
        "page_sec": summary(page),
        "cpu_sec": summary(cpu),
        "goal_sec": GOAL_SEC,
        "goal_met": statistics.median(page) <= GOAL_SEC,
        "usable_cores": cores(),
        "load_average": before,
        "import_sec_by_package": packages,
        "heavy_modules_at_start": heavy,
    }
    print(f"{'':12}{'median':>8}{'fastest':>9}{'slowest':>9}   s, {len(starts)} starts, goal {GOAL_SEC:g}")
    for name, key in (("/", "root_sec"), ("/config", "page_sec"), ("of processor", "cpu_sec")):
        row = result[key]
        print(f"{name:12}{row['median']:8.2f}{row['fastest']:9.2f}{row['slowest']:9.2f}")
    print("imports, s of their own:", ", ".join(f"{name} {sec:.2f}" for name, sec in packages.items()))
    print("heavy modules at start:", ", ".join(heavy) or "none")
    write_result("start", result)


def one_start(folder: Path) -> dict[str, float]:
    with App(folder) as app:
        served = time.perf_counter() - app.began
        return {"/": served, "/config": app.wait_until_served("/config"), "cpu": app.cpu_sec() or 0.0}


def imports(folder: Path) -> tuple[dict[str, float], list[str]]:
    """({package: seconds} of the 10 slowest to import, heavy packages among all that were imported)."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", SAME_AS_APP.format(root=str(ROOT), port=free_port())],
        cwd=folder, capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip
    total: dict[str, float] = defaultdict(float)
    for own, name in re.findall(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)", done.stderr, re.MULTILINE):
        total[name.partition(".")[0]] += int(own) / 1e6
    longest = sorted(total, key=total.get, reverse=True)[:10]
    modules = next(line for line in done.stdout.splitlines() if line.startswith("modules ")).split()[1:]
    return {name: round(total[name], 3) for name in longest}, [name for name in HEAVY if name in modules]


def summary(values: list[float]) -> dict[str, float]:
    return {
        "median": round(statistics.median(values), 2),
        "fastest": round(min(values), 2),
        "slowest": round(max(values), 2),
    }


if __name__ == "__main__":
    main()
