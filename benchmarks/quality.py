"""Time to quality: what each preset reaches on each data set after a number of processor minutes.

    GANAPP_DATA=FOLDER python benchmarks/quality.py --data mnist,cifar10,faces-32,faces-64 --minutes 2,5,10
    ... --seeds 0,1
    ... --presets dcgan-32,dcgan-r1-32          only these
    ... --trial "wider=dcgan-r1-32:g_lr=1e-3,g_args.width=96"      a preset with changes, under its own name
    ... --states FOLDER     keep the state at each mark and continue from it: --minutes 30 after 10

A cell is one training on one thread in bf16. Its clock is the process's own processor time in training steps.
That leaves waiting out, but not what other work on the machine costs in memory bandwidth and cache: on other
days the same recipe got 0.7 to 1 times the images a second. Hence images_per_sec is in each row, and
differences below a third mean little. At each mark 5,000 samples of the averaged generator (of the last
step's if the preset has no average), seeds 0-4,999, are measured against 5,000 training images: Fréchet
distance in the features of the data set's own small classifier (`fd`, not FID), precision and recall, and for
labelled data the KL of the classes and the accuracy of conditional samples. A preset of another size is
trained at the size of the data; nothing else is changed. Cells are added to the result file one by one;
several of these programs may run at the same time.
"""

from __future__ import annotations

import argparse
import json
from math import inf, isinf
from pathlib import Path

from common import RESULTS, ROOT, add_row, averaged, begin, train_until

CPU_PRESETS = (
    "dcgan-32", "dcgan-r1-32", "r3gan-32", "resnet-32", "progan-32", "stylegan2-32", "mlp-28",
    "tutorial-mlp", "tutorial-mlp-fixed", "tutorial-mlp-small", "tutorial-mlp-small-fixed",
    "tutorial-dcgan-dense", "tutorial-dcgan-dense-fixed", "tutorial-dcgan", "tutorial-dcgan-fixed",
    "lsgan", "wgan", "wgan-gp", "cgan", "acgan",
)  # fmt: skip
DATA = {
    "mnist": ("mnist", 32),
    "cifar10": (str(ROOT.parent / "shared/data/cifar10-train.zip"), 32),
    "faces-32": ("faces", 32),
    "faces-64": ("faces", 64),
}
SAMPLES = 5_000
FIGURES = ("fd", "pr", "classes")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", default=",".join(DATA))
    parser.add_argument(
        "--cifar10", default=DATA["cifar10"][0], help="the class-folder ZIP of CIFAR-10's training split"
    )
    parser.add_argument("--presets", default="")
    parser.add_argument("--trial", action="append", default=[], help="NAME=PRESET:FIELD=VALUE,...")
    parser.add_argument("--minutes", default="2,5,10")
    parser.add_argument("--seeds", default="0,1")
    parser.add_argument("--states", default="")
    parser.add_argument("--out", default=str(RESULTS / "quality.json"))
    parser.add_argument("--print", action="store_true", help="only print the tables of the result file")
    args = parser.parse_args()
    if args.print:
        return print_tables(json.loads(Path(args.out).read_text())["rows"])

    DATA["cifar10"] = (args.cifar10, 32)
    recipes = {name: (name, {}) for name in args.presets.split(",") if name}
    recipes |= dict(map(parse_trial, args.trial))
    recipes = recipes or {name: (name, {}) for name in CPU_PRESETS}
    marks = sorted(float(m) for m in args.minutes.split(","))
    for name in args.data.split(","):
        for seed in (int(s) for s in args.seeds.split(",")):
            for label, (preset, changes) in recipes.items():
                cell(name, label, preset, changes, seed, marks, args)


def parse_trial(text: str) -> tuple[str, tuple[str, dict]]:
    """ "wider=dcgan-r1-32:g_lr=1e-3" -> ("wider", ("dcgan-r1-32", {"g_lr": "1e-3"}))."""
    label, _, rest = text.partition("=")
    preset, _, changes = rest.partition(":")
    return label, (preset, dict(part.split("=", 1) for part in changes.split(",") if part))


def cell(name: str, label: str, preset: str, changes: dict, seed: int, marks: list[float], args) -> None:
    """Train one recipe on one data set and write a row at each mark."""
    import torch

    from ganapp.config import merge, parse_changes, preset_config
    from ganapp.data import open_dataset

    source, size = DATA[name]
    data = open_dataset(source, size)
    config = merge(preset_config(preset), parse_changes(changes)).replace(dataset=source, seed=seed)
    config, state, batches = begin(config, data)
    spent, kept = 0.0, Path(args.states) / f"{name}-{label}-{seed}.pt" if args.states else None
    if kept and kept.exists():
        saved = torch.load(kept, weights_only=True)
        spent = saved.pop("spent")
        state.load_state_dict(saved)
    for mark in (m for m in marks if m * 60 > spent + 1):
        spent = train_until(state, config, batches, mark * 60, spent)
        row = {
            "data": name, "preset": label, "seed": seed, "minutes": mark, "kimg": round(state.nimg / 1000, 1),
            "images_per_sec": round(state.nimg / spent, 1), **figures(state, config, data, batches, source),
        }  # fmt: skip
        if changes:
            row["changes"] = {"of": preset, **changes}
        print(json.dumps(row), flush=True)
        add_row(Path(args.out), row, __doc__)
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            torch.save(state.state_dict() | {"spent": spent}, kept)


def figures(state, config, data, batches, source) -> dict[str, float]:
    """Figures of the state's generator; {"failed": reason} if its weights are not finite."""
    from ganapp.data import open_dataset
    from ganapp.metrics import measure
    from ganapp.metrics.rounds import Setting

    if not all(p.isfinite().all() for p in state.ema.parameters()):
        return {"failed": "no longer finite"}
    G = averaged(state, config, batches)
    heldout = open_dataset(source, data.resolution, channels=data.channels, split="heldout")
    names = [n for n in FIGURES if n != "classes" or data.num_classes > 1]
    found = measure(Setting(G, data, heldout, {}), names, SAMPLES, repeats=1)
    return {f.name: round(float(f.value), 4) for f in found}


def print_tables(rows: list[dict]) -> None:
    """Print a Markdown table per data set: Fréchet distance at each mark, best preset first."""
    for data in dict.fromkeys(row["data"] for row in rows):
        own = [row for row in rows if row["data"] == data]
        marks = sorted({row["minutes"] for row in own})
        print(
            f"\n| {data} | "
            + " | ".join(f"{mark:g} min" for mark in marks)
            + " | kimg | precision, recall | classes right |"
        )
        print("|---" * (len(marks) + 4) + "|")
        lines = [preset_line(preset, own, marks) for preset in {row["preset"] for row in own}]
        print("\n".join(line for _, line in sorted(lines)))


def preset_line(preset: str, rows: list[dict], marks: list[float]) -> tuple[tuple, str]:
    """(sort key, line of the table). Precision, recall and accuracy are means over seeds at the last mark."""
    own = [row for row in rows if row["preset"] == preset]
    by_mark = [[row.get("fd", inf) for row in own if row["minutes"] == mark] for mark in marks]
    last = [row for row in own if row["minutes"] == max(row["minutes"] for row in own)]

    def mean(name: str) -> str:
        values = [row[name] for row in last if name in row]
        return f"{sum(values) / len(values):.2f}" if values else "–"

    cells = [", ".join(map(short, values)) or "–" for values in by_mark]
    reached = max(i for i, values in enumerate(by_mark) if values)
    kimg = f"{sum(row['kimg'] for row in last) / len(last):.0f}"
    quality = f"{mean('precision')}, {mean('recall')} | {mean('classes.accuracy')}"
    line = f"| `{preset}` | {' | '.join(cells)} | {kimg} | {quality} |"
    return (-reached, sum(by_mark[reached]) / len(by_mark[reached])), line


def short(value: float) -> str:
    return "failed" if isinf(value) else f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


if __name__ == "__main__":
    main()
