"""The compatibility table of docs/imports.md: every network of every layout, saved in every way.

Each file is imported; it must give the network that was saved, whose pictures are those of the original
program (1e-4 of a pixel). Prints the table and writes results/compatibility.json:

    python benchmarks/compatibility.py
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

import faults_forms as forms
import torch
from common import write_result
from faults_checkpoints import judge

WAYS = (*forms.SAVED, "pickled")


def outcomes_of(case: forms.Case, folder: Path) -> dict[str, str]:
    """{way: "same", or what was wrong} of one network. Only PICKLED ones are also pickled as a whole."""
    found = {}
    for way in WAYS:
        if way == "pickled" and case.name not in forms.PICKLED:
            continue
        rng = random.Random(f"{case}/{way}")
        name = "G" + (".pkl" if way == "pickled" else rng.choice(forms.ENDINGS))
        data = forms.pickled(case, folder) if way == "pickled" else forms.SAVED[way](case.weights(), rng)
        file = forms.File(f"saved: {way}", name, data, whole=True, checked=way not in forms.UNCHECKED)
        outcome, faults = judge(file, case, folder)
        found[way] = "same" if outcome == "imported" and not faults else "; ".join(faults) or outcome
    return found


def table(found: dict[str, dict[str, dict[str, str]]]) -> str:
    """One line a project: the networks that were tried, and in how many files of how many all was right."""
    lines = ["| project | networks | files | same |", "|---|---|---|---|"]
    for project, networks in found.items():
        ways = [outcome for of in networks.values() for outcome in of.values()]
        lines.append(f"| {project} | {', '.join(networks)} | {len(ways)} | {ways.count('same')} |")
    return "\n".join(lines)


def main() -> int:
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    began, found = time.monotonic(), {}
    with tempfile.TemporaryDirectory(prefix="ganapp-compatibility-") as folder:
        for case in forms.cases():
            found.setdefault(case.project, {})[case.name] = outcomes_of(case, Path(folder))
            print(".", end="", file=sys.stderr, flush=True)
    print("\n" + table(found))
    wrong = [
        f"{project} {name}, {way}: {outcome}"
        for project, networks in found.items()
        for name, ways in networks.items()
        for way, outcome in ways.items()
        if outcome != "same"
    ]
    print(*wrong, sep="\n")
    files = sum(len(ways) for networks in found.values() for ways in networks.values())
    result: dict[str, Any] = {
        "files": files, "wrong": wrong, "ways": list(WAYS),
        "networks": {project: list(networks) for project, networks in found.items()},
        "sec": round(time.monotonic() - began),
    }  # fmt: skip
    print(json.dumps({"files": files, "wrong": len(wrong), "sec": result["sec"]}))
    write_result("compatibility", result)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
