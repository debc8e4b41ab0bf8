"""Do the tests notice? Puts small faults into the product, one at a time, and runs the tests of that room.

    python benchmarks/mutants.py --count 400 --seed 1 [--rooms ROOM …] [--minutes 60]

An equal share of mutants (mutations.py) for each room, chosen by a hash of their name and the seed, so that
an edit changes few of them. Each is put into a copy of the tree. The tests that execute the changed line run
there, cheap ones first; which these are is traced once for each state of a room. A mutant is killed when a
test fails or takes far too long. Results go to results/mutants.json after each mutant, and a second start
goes on; `--again` runs those anew that no test noticed. Mutants that change no result stand in
mutants-harmless.json with the reason.

Each test run is a fork of this process, which has imported torch but nothing of the product.
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter

from forked_tests import LOG, ROOT, SCRATCH, TREE, Chosen, Tracer, run_tests
from mutations import Mutant, mutants, mutated

RESULT = ROOT / "benchmarks" / "results" / "mutants.json"
HARMLESS = ROOT / "benchmarks" / "mutants-harmless.json"  # key -> why no test needs to notice it

# The tests of a room. Batches and vitals are training's; their tests stand where their data do.
TESTS = {
    "training": ("tests/training", "tests/runs/test_watchdog.py", "tests/data/test_batches.py"),
    "driving": ("tests/driving",),
    "latents": ("tests/latents",),
    "metrics": ("tests/metrics",),
}
EARLY = (
    "numpy",
    "torch",
    "torch._dynamo",
    "torch.nn.utils.parametrizations",
    "PIL.Image",
    "safetensors.torch",
)
LATE = (-signal.SIGALRM, -signal.SIGKILL)  # exit codes of a run that took too long
KILLED = ("killed", "timed out")


# -- which tests ---------------------------------------------------------------------------------------------


def copy_tree() -> None:
    """The tree as it is now, with what is not committed yet, but nothing that git ignores."""
    shutil.rmtree(TREE, ignore_errors=True)
    names = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    for name in filter(None, names.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (TREE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, TREE / name)
    beside = SCRATCH / "shared"
    if not beside.is_symlink() and (ROOT.parent / "shared").is_dir():
        beside.symlink_to(ROOT.parent / "shared")


def files_of(room: str) -> list[str]:
    return sorted(str(p.relative_to(TREE)) for p in (TREE / "ganapp" / room).rglob("*.py"))


def trace(room: str) -> dict[str, dict]:
    """{test: its seconds, lines and whether it passes} of the tests of a room.

    They are traced once for each state of the room and its tests.
    """
    state = hashlib.sha256()
    for path in sorted(
        p for part in (f"ganapp/{room}", *TESTS[room]) for p in [TREE / part, *(TREE / part).rglob("*.py")]
    ):
        state.update(path.read_bytes() if path.is_file() else b"")
    kept = SCRATCH / f"trace-{room}-{state.hexdigest()[:16]}.json"
    if not kept.exists():
        print(f"{room}: tracing which tests execute which lines", flush=True)
        code, found = run_tests(list(TESTS[room]), Tracer(room))
        if not found:
            raise SystemExit(f"the tests of {room} cannot be traced (exit code {code}): see {LOG}")
        kept.write_text(json.dumps(found))
    found = json.loads(kept.read_text())
    if failing := [name for name, test in found.items() if not test["ok"]]:
        print(f"{room}: left out, as they fail or skip without a fault: {', '.join(failing)}")
    return {
        name: {**test, "lines": set(map(tuple, test["lines"]))} for name, test in found.items() if test["ok"]
    }


def tests_for(mutant: Mutant, tests: dict[str, dict]) -> list[str]:
    """The tests that can notice a mutant, cheap ones first, those of one file together."""
    if mutant.scope == "module":
        needed = uses(mutant)
    else:
        needed = {(mutant.file, n) for n in range(mutant.lines[0], mutant.lines[1] + 1)}
    named = tests_naming(assigned(mutant), tests) if mutant.scope == "module" else set()
    able = [name for name, test in tests.items() if name in named or not needed.isdisjoint(test["lines"])]
    cost = {name: tests[name]["sec"] for name in able}
    files: dict[str, list[float]] = {}
    for name in able:
        files.setdefault(name.split("::")[0], []).append(cost[name])
    return sorted(able, key=lambda name: (sum(files[name.split("::")[0]]), name.split("::")[0], cost[name]))


def assigned(mutant: Mutant) -> set[str]:
    """Names that the statement of a module or class assigns."""
    names = set()
    for node in ast.walk(ast.parse((TREE / mutant.file).read_text())):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.lineno == mutant.lines[0]:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    return names


def uses(mutant: Mutant) -> set[tuple[str, int]]:
    """Lines of the room that read what a statement of a module or class assigns, and its own lines.

    The whole file, if it assigns nothing.
    """
    if not (names := assigned(mutant)):
        return {(mutant.file, n) for n in range(1, 2000)}
    found = {(mutant.file, n) for n in range(mutant.lines[0], mutant.lines[1] + 1)}
    for file in files_of(mutant.file.split("/")[1]):
        tree = ast.parse((TREE / file).read_text())
        found |= {(file, node.lineno) for node in ast.walk(tree) if called(node) in names}
    return found


def tests_naming(names: set[str], tests: dict[str, dict]) -> set[str]:
    """Tests whose own text has one of the names, such as those of constants."""
    found = set()
    for file in {name.split("::")[0] for name in tests}:
        for part in ast.parse((TREE / file).read_text()).body:
            if isinstance(part, ast.FunctionDef) and any(called(node) in names for node in ast.walk(part)):
                found.add(f"{file}::{part.name}")
    return {name for name in tests if name.split("[")[0] in found}


def called(node: ast.AST) -> str | None:
    return getattr(node, "id", getattr(node, "attr", None))


# -- mutants -------------------------------------------------------------------------------------------------


def pick(room: str, count: int, seed: int) -> list[Mutant]:
    found = [m for file in files_of(room) for m in mutants(file, (TREE / file).read_text())]
    return sorted(found, key=lambda m: hashlib.sha256(f"{seed} {m.key}".encode()).digest())[:count]


def judge(mutant: Mutant, tests: dict[str, dict]) -> dict:
    """What became of a mutant: killed (by which test), timed out, survived, or executed by no test."""
    text = (TREE / mutant.file).read_text()
    about = {"line": mutant.line, "code": text.splitlines()[mutant.line - 1].strip()}
    if not (able := tests_for(mutant, tests)):
        return {"result": "uncovered", **about}
    paths = list(dict.fromkeys(name.split("::")[0] for name in able))
    began = time.monotonic()
    try:
        (TREE / mutant.file).write_text(mutated(text, mutant))
        code, found = run_tests(
            paths, Chosen({name: tests[name]["sec"] for name in able}), ("-x", "--tb=line")
        )
    finally:
        (TREE / mutant.file).write_text(text)
    result = "survived" if code == 0 else "timed out" if code in LATE else "killed"
    about |= {"tests": len(able), "sec": round(time.monotonic() - began, 1)}
    return {"result": result, **about} | ({"by": found.get("failed", "")} if result == "killed" else {})


def write(result: dict) -> None:
    temporary = RESULT.with_suffix(".tmp")
    temporary.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n")
    os.replace(temporary, RESULT)


def table(picked: dict[str, list[Mutant]], done: dict[str, dict], harmless: dict[str, str]) -> str:
    columns = ("picked", "run", "killed", "timed out", "survived", "uncovered", "harmless", "noticed")
    lines = ["| room | " + " | ".join(columns) + " |", "|---" * (len(columns) + 1) + "|"]
    for room in [*picked, "all"]:
        keys = [m.key for r, ms in picked.items() if room in (r, "all") for m in ms]
        run = [key for key in keys if key in done]
        n = Counter(
            "harmless" if k in harmless and done[k]["result"] not in KILLED else done[k]["result"]
            for k in run
        )
        judged = len(run) - n["harmless"]
        share = f"{(n['killed'] + n['timed out']) / judged:.1%}" if judged else "-"
        cells = [len(keys), len(run), *(n[c] for c in columns[2:7]), share]
        lines.append(f"| {room} | " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rooms", nargs="+", default=list(TESTS), choices=list(TESTS))
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--again", action="store_true", help="run those anew that no test noticed")
    args = parser.parse_args()
    ends = time.monotonic() + 60 * args.minutes
    os.nice(10)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the fork ends, too
    os.environ["OMP_NUM_THREADS"] = "1"
    for name in EARLY:
        importlib.import_module(name)
    copy_tree()
    picked = {room: pick(room, args.count // len(TESTS), args.seed) for room in TESTS}
    known = {m.key for ms in picked.values() for m in ms}
    stored = json.loads(RESULT.read_text())["mutants"] if RESULT.exists() else {}
    done = {key: value for key, value in stored.items() if key in known}
    harmless = json.loads(HARMLESS.read_text()) if HARMLESS.exists() else {}
    for room in args.rooms:
        unnoticed = {k for k, v in done.items() if v["result"] not in KILLED and k not in harmless}
        todo = [m for m in picked[room] if m.key not in done or (args.again and m.key in unnoticed)]
        tests = trace(room) if todo and time.monotonic() < ends else {}
        for mutant in todo:
            if time.monotonic() > ends:
                break
            done[mutant.key] = judge(mutant, tests)
            write({"seed": args.seed, "count": args.count, "mutants": done})
            print(
                f"{done[mutant.key]['result']:10} {done[mutant.key].get('sec', 0):6.1f} s  {mutant.key}",
                flush=True,
            )
    print(table(picked, done, harmless))


if __name__ == "__main__":
    main()
