"""Damaged run folders: what the list, the page and a resume make of them.

A run is trained for a few steps and copied. In each copy a byte of a file is flipped, a file is cut, filled
with zeros, or gone. The list and the page must work; a resume must go on, or end with one sentence where the
configuration was damaged. All is made from one seed:

    python benchmarks/faults_runs.py --count 500
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

HOWS = ("flipped", "cut", "zeros", "gone")
SAVED, END = (24, 48), 64  # images: of the two saves of a run, and where a resume is paused


# -- making them ---------------------------------------------------------------------------------------------


def pictures(folder: Path, count: int = 32) -> Path:
    """Class folders a and b of small random pictures."""
    import numpy as np
    from PIL import Image

    rng = np.random.default_rng(0)
    for i in range(count):
        path = folder / "ab"[i % 2] / f"{i:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 256, (32, 32, 3), dtype=np.uint8)).save(path)
    return folder


def tiny_config(data: Path, **changes):
    """A training of seconds."""
    from ganapp.config import TrainConfig

    args = {"width": 4}
    fields = {"dataset": str(data), "family": "dcgan", "g_args": args, "d_args": args, "z_dim": 8, "batch": 8}
    fields |= {"kimg": 0.2, "tick_sec": 0, "sample_sec": 3600, "save_sec": 3600, "seed": 5}
    return TrainConfig(**{**fields, "precision": "fp32", "threads": 1, "device": "cpu", **changes})


def trained_run(folder: Path, data: Path):
    """A paused run with two states, snapshots, grids, statistics and a log."""
    from ganapp.runs import create_run

    run = create_run(folder, tiny_config(data))
    for nimg in SAVED:
        assert paused_at(run, nimg) == "paused"
    return run


def paused_at(run, nimg: int) -> str:
    """Train until a run has seen `nimg` images, and return its state then."""
    from ganapp.driving import commands
    from ganapp.driving.driver import drive

    def observe(status: dict) -> None:
        if status["state"] == "running" and status["nimg"] >= nimg - 8:
            run.send("pause")

    run.send("run")
    before, commands.COMMAND_SEC = commands.COMMAND_SEC, -1.0
    try:
        return drive(run, observe)
    finally:
        commands.COMMAND_SEC = before


def damage(folder: Path, rng: random.Random, among: str = "*") -> tuple[Path, str]:
    """Damage one file of a run folder, or of the kind `among`. Returns (its path in the folder, how)."""
    path = rng.choice(sorted(p for p in folder.rglob(among) if p.is_file() and p.name != "lock"))
    data, how = bytearray(path.read_bytes()), rng.choice(HOWS)
    at = rng.randrange(len(data)) if data else 0
    if how == "gone":
        path.unlink()
    elif how == "cut":
        path.write_bytes(data[:at])
    elif data:
        end = at + 1 if how == "flipped" else min(at + rng.randint(1, 4096), len(data))
        data[at:end] = [data[at] ^ (1 << rng.randrange(8))] if how == "flipped" else bytes(end - at)
        path.write_bytes(data)
    return path.relative_to(folder), how


# -- judging them --------------------------------------------------------------------------------------------


def essential(path: Path) -> bool:
    """Whether a resume may end with a sentence, because this file of a run is damaged."""
    return path == Path("config.json")


def faults_of(run, path: Path, monitor) -> list[str]:
    """What list, page and resume make wrong of a run whose file `path` was damaged; [] if nothing."""
    from ganapp.cli.main import main
    from ganapp.runs import list_runs

    faults = []
    if run not in list_runs(run.path.parent):
        faults.append("it is not listed")
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.suppress(SystemExit):
        main(["runs", "--runs", str(run.path.parent)])
    if run.name not in out.getvalue():
        faults.append("`ganapp runs` does not list it")
    answer = monitor.poll({"run": run.name})
    json.dumps(answer, allow_nan=False)
    if answer.get("run") != run.name or "status" not in answer or "reset" not in answer:
        faults.append(f"the page shows {sorted(answer)}")
    monitor.poll({"run": run.name, "known": {k: answer.get(k) for k in ("run", "list", "attempt", "offset")}})
    state = paused_at(run, END)
    status = run.status()
    if not (state == "paused" and END <= status["nimg"] <= END + 8):
        reason = status.get("reason") or ""
        if not essential(path) or state != "failed" or not reason or "\n" in reason:
            faults.append(f"the resume ended {state} at {status['nimg']}: {reason}")
    return faults


def snapshot_faults(run, whole, path: Path) -> list[str]:
    """What loading makes wrong of the snapshot whose file `path` was damaged; [] for other files.

    It must be the generator that was saved, or refused with one sentence.
    """
    import torch

    from ganapp.generators import load_folder

    if path.parts[0] != "snapshots":
        return []
    try:
        found = load_folder(run.path / path.parent, "the snapshot").state_dict()
    except ValueError as error:
        text = str(error)
        return [] if text.startswith("the snapshot: ") and "\n" not in text else [f"loading says: {text}"]
    saved = load_folder(whole.path / path.parent).state_dict()
    is_same = found.keys() == saved.keys() and all(torch.equal(t, saved[k]) for k, t in found.items())
    return [] if is_same else ["a damaged snapshot is loaded without a word"]


def damaged_folders(count: int, seed: int, work: Path) -> dict:
    """Damage `count` copies of a run and judge each."""
    from ganapp.ui.train.monitor import Monitor

    whole, faults, files = trained_run(work / "whole", pictures(work / "pictures")), [], {}
    for number in range(count):
        rng, folder = random.Random(f"{seed}/{number}"), work / "damaged"
        shutil.rmtree(folder, ignore_errors=True)
        run = type(whole)(Path(shutil.copytree(whole.path, folder / whole.name)))
        path, how = damage(run.path, rng)
        files[how] = files.get(how, 0) + 1
        try:
            found = snapshot_faults(run, whole, path)
            found += faults_of(
                run, path, Monitor(folder, lambda path: path.name, folder / "exports", fresh_sec=0)
            )
        except Exception as error:  # noqa: BLE001 - every crash is counted
            found = [f"{type(error).__name__}: {error}"]
        faults += [f"{number}: {path} {how}: {text}" for text in found]
    return {"seed": seed, "folders": count, "by damage": files, "faults": faults}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=500, help="damaged folders")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ganapp-faults-") as folder:
        os.environ.setdefault("GANAPP_CACHE", f"{folder}/cache")
        began = time.monotonic()
        result = damaged_folders(arguments.count, arguments.seed, Path(folder))
    print(json.dumps(result | {"sec": round(time.monotonic() - began)}, indent=2))
    return int(bool(result["faults"]))


if __name__ == "__main__":
    sys.exit(main())
