"""The cost of the live figure: seconds per measurement, and its share of the training time.

    python benchmarks/live.py [--minutes 5]

The built-in faces at 32 and at 64 pixels with their default presets, each trained as the app does it (one
save a minute). The share is that of the wall-clock time between the first step and the end; the promise is 3
%.
"""

from __future__ import annotations

import argparse
import tempfile

from common import write_result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=5)
    args = parser.parse_args()

    result = {preset: cost(preset, args.minutes) for preset in ("dcgan-r1-32", "dcgan-r1-64")}
    print(result)
    write_result("live", {"minutes": args.minutes, "runs": result})


def cost(preset: str, minutes: float) -> dict:
    from ganapp.config import preset_config
    from ganapp.driving import driver
    from ganapp.metrics import live_figure
    from ganapp.runs import create_run

    used: list[live_figure.LiveFigure] = []

    class Kept(live_figure.LiveFigure):
        def __init__(self, *args):
            super().__init__(*args)
            used.append(self)

    original, live_figure.LiveFigure = live_figure.LiveFigure, Kept
    try:
        with tempfile.TemporaryDirectory() as folder:
            run = create_run(folder, preset_config(preset).replace(minutes=minutes, kimg=1e7))
            assert driver.drive(run) == "finished", run.status()
            sec, rows = run.status()["sec"], [row for row in run.read_stats()[0] if "swd" in row]
    finally:
        live_figure.LiveFigure = original
    spent = used[-1].spent
    return {
        "measurements": len(rows),
        "seconds_each": round(spent / max(len(rows), 1), 2),
        "share_of_time": round(spent / sec, 4),
        "curve": [[row["nimg"], row["swd"]] for row in rows],
    }


if __name__ == "__main__":
    main()
