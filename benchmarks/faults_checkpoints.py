"""Checkpoints of every known layout, odd and damaged, imported: the right network, or one sentence.

Each file holds a network whose pictures the original program gave (tests/generators/importers). It is saved
in one of the ways of faults_forms.py, or damaged. An import must give the network of the undamaged file, bit
for bit, or be refused with one sentence that names the file; a whole file must be imported. The files of
../shared/cases are made and imported, too, where that folder exists. All is made from one seed:

    python benchmarks/faults_checkpoints.py --count 200
"""

from __future__ import annotations

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

import faults_forms as forms
import torch
from faults_forms import ROOT, Case, File, cases

CASES = ROOT.parent / "shared" / "cases" / "make_checkpoints.py"
REFUSED = ("cut", "nan", "disc", "whole", "lfs", "html")  # files of CASES that hold no whole generator
LONGEST = 1000  # characters of a sentence: one that knows nothing lists the layouts
ATOL = 1e-4  # of a pixel, against the original program


class Network(NamedTuple):
    """What an import gave: the spec, the weights, and what was said about it."""

    spec: Any
    state: dict[str, torch.Tensor]
    notes: tuple[str, ...]

    def equals(self, other: Network, rtol: float = 0.0) -> bool:
        return (
            self.spec == other.spec
            and self.state.keys() == other.state.keys()
            and all(torch.allclose(t, other.state[k], rtol=rtol, atol=0) for k, t in self.state.items())
        )


def imported(path: Path, options: dict) -> Network:
    """The network that an import makes of a file. Raises what the import raises."""
    from ganapp.generators import load_generator
    from ganapp.generators.importers import import_checkpoint

    with tempfile.TemporaryDirectory(dir=path.parent) as out:
        G = load_generator(import_checkpoint(path, Path(out) / "g", options=options))
    return Network(G.spec, G.state_dict(), tuple(G.origin.get("notes", ())))


@cache
def right(case: Case, is_pickle: bool) -> Network:
    """The network of the undamaged case. Raises AssertionError if its pictures are not the original's."""
    from importers.original import Original

    from ganapp.networks import build_generator

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "whole"
        path.write_bytes(forms.pickled(case, Path(folder)) if is_pickle else forms.saved(case.weights()))
        found = imported(path, {} if is_pickle else case.options())
    G = build_generator(found.spec).eval()
    G.load_state_dict(found.state)
    difference = Original(case.project).difference(G, case.name)
    assert difference < ATOL, f"{case}: a pixel differs by {difference} from the original"
    return found


def sentence_faults(text: str, name: str) -> list[str]:
    """What is wrong with a sentence about a file of that name; [] if nothing."""
    faults = []
    if name not in text:
        faults.append("it does not name the file")
    if "\n" in text or not text.endswith(".") or len(text) > LONGEST or not text.isprintable():
        faults.append("it is not one sentence")
    if re.search(r"Traceback|0x[0-9a-f]{8}|/tmp/|site-packages", text):
        faults.append("it shows the program's inside")
    return [f"{fault}: {text[:300]!a}" for fault in faults]


def judge(file: File, case: Case, folder: Path) -> tuple[str, list[str]]:
    """(outcome, faults) of importing a file. The outcome: imported, refused, crashed, other, unnoticeable."""
    path = folder / file.name
    path.write_bytes(file.data)
    is_pickle = "pickled" in file.kind
    try:
        found = imported(path, {} if is_pickle else case.options())
    except ValueError as error:
        faults = (
            [f"a whole file is refused: {error}"] if file.whole else sentence_faults(str(error), file.name)
        )
        return "refused", faults
    except Exception as error:  # noqa: BLE001 - every crash is counted
        return "crashed", [f"{type(error).__name__}: {error}"]
    finally:
        path.unlink()
    # Norms that are folded add up a tensor of other strides, or at another place in memory, in another order.
    is_rounded = any(way in file.kind for way in ("views", "safetensors"))
    if found.equals(right(case, is_pickle), 1e-5 if is_rounded else 0.0):
        return "imported", []
    if any("damaged" in note for note in found.notes):
        return "imported with a word", []
    if not (file.checked or file.whole):
        return "other numbers, in a format without checksums", []
    return "other", ["another network, without a word"]


def measure(count: int, seed: int, work: Path) -> dict[str, Any]:
    """Import `count` files made from the seed, and those of ../shared/cases."""
    known, kinds, outcomes, faults = cases(), Counter(), Counter(), []
    work.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        case, rng = known[number % len(known)], random.Random(f"{seed}/{number}")
        file = forms.make(case, rng, work)
        outcome, wrong = judge(file, case, work)
        kinds[file.kind.partition(" (")[0]] += 1
        outcomes[outcome] += 1
        faults += [
            f"{number}: {case.project} {case.name}, {file.kind}, {file.name}: {text}" for text in wrong
        ]
    shared = shared_cases(work / "shared") if CASES.is_file() else {"files": 0, "faults": []}
    return {
        "seed": seed,
        "checkpoints": count,
        "networks": len({known[number % len(known)] for number in range(count)}),
        "kinds": dict(sorted(kinds.items())),
        "outcomes": dict(outcomes),
        "shared_cases": shared["files"],
        "crashes": outcomes["crashed"],
        "faults": faults + shared["faults"],
    }


def shared_cases(folder: Path) -> dict[str, Any]:
    """Import the files that CASES writes: all but REFUSED hold one network."""
    folder.mkdir()
    subprocess.run([sys.executable, str(CASES), str(folder)], check=True)
    files, faults = sorted(folder.iterdir()), []
    wanted = imported(folder / "plain.pth", {})
    for path in files:
        is_whole = path.stem not in REFUSED
        try:
            found = imported(path, {})
        except ValueError as error:
            wrong = [f"is refused: {error}"] if is_whole else sentence_faults(str(error), path.name)
        except Exception as error:  # noqa: BLE001 - every crash is counted
            wrong = [f"{type(error).__name__}: {error}"]
        else:
            close = path.stem in ("half", "bf16") and found.spec == wanted.spec
            wrong = (
                [] if is_whole and (close or found.equals(wanted)) else ["another network, without a word"]
            )
        faults += [f"shared {path.name}: {text}" for text in wrong]
    return {"files": len(files), "faults": faults}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ganapp-faults-") as folder:
        result = measure(arguments.count, arguments.seed, Path(folder) / "checkpoints")
    print(json.dumps(result | {"sec": round(time.monotonic() - began)}, indent=2))
    return int(bool(result["faults"]))


if __name__ == "__main__":
    sys.exit(main())
