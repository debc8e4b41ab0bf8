"""Trainings killed at random moments over eight presets: resumed, each must end like an undisturbed one.

A preset's recipe is trained with few channels for some seconds, saving every 0.3 s. Copies of that run are
killed with SIGKILL, some of them again after a resume, and then end undisturbed. Weights, averages and
moments of the optimizers are compared bit for bit, the last snapshot byte for byte. All is made from one
seed:

    python benchmarks/faults_kills.py --count 100
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from faults_runs import ROOT, pictures

BATCH = 8
# preset -> (thousands of images of the whole run, few channels for both networks). They differ in family,
# loss, penalties, schedules, steps of D, augmentation and what the state holds besides weights.
PRESETS: dict[str, tuple[float, dict[str, Any]]] = {
    "mlp-28": (4.0, {"hidden": [24, 32]}),
    "dcgan-r1-32": (1.6, {"width": 6}),
    "tutorial-dcgan-dense": (2.4, {"width": 6}),
    "acgan": (1.6, {"width": 6}),
    "contragan": (0.8, {"widths": [8] * 4, "embed_dim": 8}),
    "progan-32": (0.8, {"fmap_base": 64, "fmap_max": 8}),
    "stylegan2-ada": (0.4, {"channel_base": 256, "channel_max": 8}),
    "r3gan-cifar10": (0.4, {"widths": [12] * 4, "blocks": 1, "embed_dim": 8, "group_size": 4}),
}
KILLS_OF_A_RUN = (1, 1, 1, 2, 3)
CHILD = (
    "import sys; sys.path.insert(0, sys.argv[2])\n"
    "import torch, torch._dynamo; from pathlib import Path\n"  # most of the seconds before the first step
    "from ganapp.driving.driver import drive; from ganapp.runs import Run\n"
    "print('begun', flush=True); drive(Run(Path(sys.argv[1])))"
)


def config_of(preset: str, data: Path):
    """The preset's recipe for few channels and few images, saving as often as it can."""
    from ganapp.config import preset_config

    config, (kimg, few) = preset_config(preset), PRESETS[preset]
    args = [{**given, **few} for given in (config.g_args, config.d_args)]
    if config.family == "resnet":
        del args[1]["embed_dim"]
        args[1]["attention"] = args[0]["attention"] = 16
    if config.family == "stylegan2":
        args[0]["w_dim"] = 16
    return config.replace(
        dataset=str(data), g_args=args[0], d_args=args[1], batch=BATCH, kimg=kimg, minutes=0, seed=5,
        ada_kimg=kimg if config.augment == "ada" else config.ada_kimg,
        ada_target=0.0 if config.augment == "ada" else config.ada_target,  # so that it acts at once
        grow_kimg=kimg / 8 if config.grow_kimg else 0,
        tick_sec=0.2, save_sec=0.3, sample_sec=0.3, precision="fp32", threads=1, device="cpu",
    )  # fmt: skip


def begun(run) -> subprocess.Popen:
    """A process that works on the run, from the moment at which everything is imported."""
    run.send("run")
    command = [sys.executable, "-c", CHILD, str(run.path), str(ROOT)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def waited_for(process: subprocess.Popen) -> int:
    assert process.stdout is not None
    process.stdout.close()
    return process.wait()


def killed(run, after_sec: float) -> str:
    """Kill a process that works on the run. Returns when it was, or "" if it had ended before."""
    process = begun(run)
    time.sleep(after_sec)
    os.kill(process.pid, signal.SIGKILL)
    if waited_for(process) != -signal.SIGKILL:
        return ""
    return "after a save" if run.states() else "before the first save"


def content_of(run) -> tuple[bytes, Any]:
    """(bytes of the last snapshot's weights, the last state without its seconds)."""
    import torch

    (path,) = run.snapshots()[0].glob("*.safetensors")
    state = torch.load(run.states()[0], map_location="cpu", weights_only=True)
    return path.read_bytes(), {key: value for key, value in state.items() if key != "sec"}


def is_same(a: Any, b: Any) -> bool:
    """Whether two states hold the same, tensors bit for bit."""
    import torch

    if isinstance(a, torch.Tensor):
        return isinstance(b, torch.Tensor) and a.dtype == b.dtype and torch.equal(a, b)
    if isinstance(a, dict):
        return isinstance(b, dict) and a.keys() == b.keys() and all(is_same(a[k], b[k]) for k in a)
    if isinstance(a, list | tuple):
        return type(a) is type(b) and len(a) == len(b) and all(map(is_same, a, b))
    return a == b


def faults_of(run, wanted: tuple[bytes, Any]) -> list[str]:
    """What is wrong with a run that was killed and then went on to its end; [] if nothing."""
    from ganapp.driving.driver import drive
    from ganapp.runs import damage_of

    run.send("run")
    if drive(run) != "finished":
        return [f"the resume ended: {run.status()}"]
    faults, (weights, state) = [], content_of(run)
    if weights != wanted[0]:
        faults.append("other weights in the last snapshot")
    if not is_same(state, wanted[1]):
        faults.append("another state")
    nimgs = [row["nimg"] for row in run.read_stats()[0]]
    if any(b <= a for a, b in zip(nimgs, nimgs[1:], strict=False)):
        faults.append("rows of statistics stand twice")
    if left := [p.name for p in run.path.rglob(".tmp-*")]:
        faults.append(f"left over: {left}")
    return faults + damage_of(run)


def kills(count: int, seed: int, work: Path, presets: tuple[str, ...] = tuple(PRESETS)) -> dict[str, Any]:
    """Kill trainings `count` times, spread over the presets, and judge how they end."""
    from ganapp.runs import create_run

    data, faults, runs = pictures(work / "pictures"), [], 0
    moments, counts = Counter(), {}
    for index, preset in enumerate(presets):
        rng, config = random.Random(f"{seed}/{preset}"), config_of(preset, data)
        reference = create_run(work / "reference", config)
        process, began = begun(reference), time.monotonic()
        if code := waited_for(process):
            raise RuntimeError(f"the undisturbed run of {preset} ended with {code}")
        seconds, wanted = time.monotonic() - began, content_of(reference)
        left = counts[preset] = count // len(presets) + (index < count % len(presets))
        while left:
            run, times = create_run(work / "killed", config), min(left, rng.choice(KILLS_OF_A_RUN))
            for _ in range(times):
                if when := killed(run, rng.uniform(0, seconds / times)):
                    moments[when] += 1
                    left -= 1
            found = faults_of(run, wanted)
            runs += 1
            faults += [f"{preset}, {run.name}: {text}" for text in found]
        so_far = f"{len(faults)} faults so far"  # told as it goes, since a whole campaign takes hours
        print(f"{preset}: {counts[preset]} kills, {seconds:.1f} s undisturbed, {so_far}", *faults,
              sep="\n", file=sys.stderr, flush=True)  # fmt: skip
    return {
        "seed": seed, "kills": sum(counts.values()), "runs": runs, "by preset": counts,
        "moments": dict(moments), "faults": faults,
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--presets", default=",".join(PRESETS), help="names, with commas between")
    arguments = parser.parse_args()
    began, presets = time.monotonic(), tuple(arguments.presets.split(","))
    with tempfile.TemporaryDirectory(prefix="ganapp-faults-") as folder:
        os.environ.setdefault("GANAPP_CACHE", f"{folder}/cache")
        result = kills(arguments.count, arguments.seed, Path(folder), presets)
    print(json.dumps(result | {"sec": round(time.monotonic() - began)}, indent=2))
    return int(bool(result["faults"]))


if __name__ == "__main__":
    sys.exit(main())
