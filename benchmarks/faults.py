"""The whole campaign of faults: killed trainings, damaged runs, pictures, ZIPs and checkpoints of others.

Runs the parts that stand in the other faults_*.py, one after another on one core, and sums up. A sample takes
about ten minutes; --all takes the counts that docs/reliability.md states and writes each part into
results/faults.json as it ends, so that the parts can be run one by one. All is made from one seed. The exit
status is 1 if anything was lost, crashed or went without a word:

    python benchmarks/faults.py [--all] [--seed 0] [--parts pictures,checkpoints,runs,kills]
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parent))

from common import RESULTS, write_result

# part -> (counts of the sample, counts of the whole)
COUNTS = {
    "pictures": ((500, 12), (2000, 50)),
    "checkpoints": ((60,), (200,)),
    "runs": ((100,), (500,)),
    "kills": ((24,), (100,)),
}


def pictures(work: Path, seed: int, count: int, zips: int) -> dict[str, Any]:
    from faults_pictures import faults_in, measure

    found = measure(count, zips, seed)
    return found | {"faults": faults_in(found)}


def checkpoints(work: Path, seed: int, count: int) -> dict[str, Any]:
    from faults_checkpoints import measure

    return measure(count, seed, work)


def runs(work: Path, seed: int, count: int) -> dict[str, Any]:
    from faults_runs import damaged_folders

    return damaged_folders(count, seed, work)


def kills(work: Path, seed: int, count: int) -> dict[str, Any]:
    from faults_kills import kills as kill

    return kill(count, seed, work)


PARTS: dict[str, Callable[..., dict[str, Any]]] = {
    "pictures": pictures,  # first: its memory is measured against what the process has before
    "checkpoints": checkpoints,
    "runs": runs,
    "kills": kills,
}


def campaign(parts: list[str], seed: int, whole: bool) -> dict[str, Any]:
    """{part: what was run, what came of it, its faults and seconds}, each in an empty folder of its own.

    whole: the results are written, too.
    """
    found = {}
    for part in parts:
        with tempfile.TemporaryDirectory(prefix="ganapp-faults-") as folder:
            os.environ["GANAPP_CACHE"] = f"{folder}/cache"
            began = time.monotonic()
            result = PARTS[part](Path(folder) / part, seed, *COUNTS[part][whole])
        found[part] = result | {"sec": round(time.monotonic() - began), "seed": seed}
        if whole:
            write_parts({part: found[part]})
        print(f"{part}: {len(result['faults'])} faults in {found[part]['sec']} s", flush=True)
        print(*result["faults"], sep="\n", end="\n" * bool(result["faults"]), flush=True)
    return found


def write_parts(found: dict[str, dict[str, Any]]) -> None:
    """Put these parts into results/faults.json, beside those that it has of other calls."""
    path = RESULTS / "faults.json"
    before = json.loads(path.read_text())["parts"] if path.exists() else {}
    parts = {name: {**before, **found}[name] for name in PARTS if name in {**before, **found}}
    write_result("faults", {"command": "python benchmarks/faults.py --all", **summary(parts), "parts": parts})


def summary(found: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """How much was tried, and how many faults there were."""
    counted = ("kills", "folders", "pictures", "zips", "checkpoints", "shared_cases")
    tried = {key: result[key] for key in counted for result in found.values() if key in result}
    return {"tried": tried, "faults": sum(len(result["faults"]) for result in found.values())}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", action="store_true", help="the counts of docs/reliability.md")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--parts", default=",".join(PARTS), help="names, with commas between")
    arguments = parser.parse_args()
    parts = arguments.parts.split(",")
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]!r}; the parts are {', '.join(PARTS)}")
    warnings.simplefilter("ignore")  # of Pillow, about damaged files
    found = campaign(parts, arguments.seed, arguments.all)
    summed = summary(found)
    print(json.dumps(summed))
    return int(summed["faults"] > 0)


if __name__ == "__main__":
    sys.exit(main())
