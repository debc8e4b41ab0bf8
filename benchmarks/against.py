"""Training speed of this tree against another checkout of it: the same steps, interleaved, in processor time.

    git worktree add /tmp/old v0.3.0 && python benchmarks/against.py /tmp/old

Each tree has a process of its own on one thread, which waits for its turn. A round is some steps of one tree,
then of the other; the order changes from round to round. The result is the median over rounds of new / old
processor seconds, with a bootstrap interval of 95 %. A ratio below 1 means that this tree is faster.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
from statistics import median

from common import ROOT, write_result

# What a child does; it works with version 0.3, too, whose names were others.
CHILD = """
import sys, time
root, preset, precision = sys.argv[1:4]
sys.path.insert(0, root)
import torch
torch.set_num_threads(1)
cpu = torch.device("cpu")
try:
    from ganapp.config import preset_config
    from ganapp.training.batch_source import LatentSource
    from ganapp.training.loop import train
    from ganapp.training.state import TrainState
    wrap = lambda images, config: LatentSource(images, config.z_dim, cpu)
except ImportError:
    from ganapp.presets import preset_config
    from ganapp.train import TrainState, train
    wrap = lambda images, config: images
config = preset_config(preset)
classes = 4 if config.conditional else 0
config = config.replace(channels=3, num_classes=classes, precision=precision, threads=1)
shape = (config.batch, 3, config.resolution, config.resolution)
x = torch.rand(shape, generator=torch.Generator().manual_seed(0)) * 2 - 1
x = x.contiguous(memory_format=torch.channels_last)
y = torch.arange(config.batch) % classes if classes else None
steps = train(TrainState.create(config, cpu), config, wrap(lambda nimg, size: (x, y), config))
next(steps)
print("ready", flush=True)
for line in sys.stdin:
    began = time.process_time()
    for _ in range(int(line)):
        next(steps)
    print(time.process_time() - began, flush=True)
"""


def start(tree: str, preset: str, precision: str) -> subprocess.Popen:
    command = [sys.executable, "-c", CHILD, tree, preset, precision]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd="/"
    )
    assert child.stdout.readline().strip() == "ready"
    return child


def seconds(child: subprocess.Popen, steps: int) -> float:
    child.stdin.write(f"{steps}\n")
    child.stdin.flush()
    return float(child.stdout.readline())


def interval(ratios: list[float], draws: int = 2000) -> list[float]:
    """A bootstrap interval of 95 % of the median."""
    rng = random.Random(0)
    medians = sorted(median(rng.choices(ratios, k=len(ratios))) for _ in range(draws))
    return [round(medians[int(draws * share)], 4) for share in (0.025, 0.975)]


def compare(old: str, preset: str, precision: str, rounds: int, steps: int) -> dict:
    children = {"old": start(old, preset, precision), "new": start(str(ROOT), preset, precision)}
    found: dict[str, list[float]] = {"old": [], "new": []}
    for i in range(rounds + 1):  # the first round warms up
        for name in ("old", "new") if i % 2 else ("new", "old"):
            spent = seconds(children[name], steps)
            if i:
                found[name].append(spent)
    for child in children.values():
        child.stdin.close()
        child.wait()
    ratios = [new / old for new, old in zip(found["new"], found["old"], strict=True)]
    return {
        "preset": preset,
        "precision": precision,
        "rounds": rounds,
        "steps": steps,
        "ms_per_step_old": round(1000 * median(found["old"]) / steps, 2),
        "ms_per_step_new": round(1000 * median(found["new"]) / steps, 2),
        "new_over_old": round(median(ratios), 4),
        "interval_95": interval(ratios),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("tree", help="another checkout of this repository")
    parser.add_argument("--presets", default="mlp-28,dcgan-r1-32,resnet-32,stylegan2-32")
    parser.add_argument("--precisions", default="fp32,bf16")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--steps", type=int, default=6)
    args = parser.parse_args()
    rows = []
    for preset in args.presets.split(","):
        for precision in args.precisions.split(","):
            steps = args.steps * (10 if preset.startswith("mlp") else 1)
            rows.append(compare(os.path.abspath(args.tree), preset, precision, args.rounds, steps))
            print(rows[-1], flush=True)
    write_result("against", {"protocol": __doc__, "rows": rows})


if __name__ == "__main__":
    main()
