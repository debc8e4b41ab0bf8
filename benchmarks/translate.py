"""Picture to picture: how near to the target each preset comes after a number of processor minutes.

    python benchmarks/translate.py --presets repair-64,colourise-64,upscale-64 --minutes 2,5,10
    ... --trial "wider=repair-64:g_args.width=32"     a preset with changes, under its own name
    ... --seeds 0,1 --sheets FOLDER                   input | output | target of held-out pictures 0 to 7
    ... --print                                       only the table of the result file

A cell is one training on one thread, measured at each of the minutes; its clock is the processor time of this
process in training steps, so that measuring and waiting do not count, as in quality.py. PSNR is the mean over
64 held-out pictures, of the input itself (`naive`: the reduced picture enlarged again, the grey one, the one
with the hole) and of the averaged generator's output. `error` is the share of the input's error that is left,
`d_heldout` and `d_samples` what D says to targets and outputs. Rows are written one by one.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from common import RESULTS, add_row, averaged, begin, train_until
from quality import parse_trial

PRESETS = ("repair-64", "colourise-64", "upscale-64", "sketch-64")
HELD_OUT, SHEET = 64, 8


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", default="faces")
    parser.add_argument("--presets", default="")
    parser.add_argument("--trial", action="append", default=[], help="NAME=PRESET:FIELD=VALUE,...")
    parser.add_argument("--minutes", default="2,5,10")
    parser.add_argument("--seeds", default="0")
    parser.add_argument(
        "--precision", default="fp32", help="bf16 where the processor has instructions for it"
    )
    parser.add_argument("--sheets", default="")
    parser.add_argument("--out", default=str(RESULTS / "translate.json"))
    parser.add_argument("--print", action="store_true", help="only print the table of the result file")
    args = parser.parse_args()
    if args.print:
        return print_table(json.loads(Path(args.out).read_text())["rows"])
    recipes = {name: (name, {}) for name in args.presets.split(",") if name}
    recipes |= dict(map(parse_trial, args.trial))
    marks = sorted(float(m) for m in args.minutes.split(","))
    for seed in (int(s) for s in args.seeds.split(",")):
        for label, (preset, changes) in (recipes or {name: (name, {}) for name in PRESETS}).items():
            cell(label, preset, changes, seed, marks, args)


def cell(label: str, preset: str, changes: dict, seed: int, marks: list[float], args) -> None:
    """Train one recipe and write a row at each mark."""
    from ganapp.config import merge, parse_changes, preset_config
    from ganapp.data import open_dataset
    from ganapp.driving.opening import data_arguments

    config = merge(preset_config(preset), parse_changes(changes)).replace(dataset=args.data, seed=seed)
    arguments = data_arguments(config)
    heldout = open_dataset(**arguments, split="heldout")
    config, state, source = begin(config, open_dataset(**arguments), heldout, args.precision)
    spent = 0.0
    for mark in marks:
        spent = train_until(state, config, source, mark * 60, spent)
        found, sheet = figures(state, config, source)
        row = {
            "data": args.data, "preset": label, "seed": seed, "minutes": mark,
            "precision": args.precision,
            "kimg": round(state.nimg / 1000, 1), "images_per_sec": round(state.nimg / spent, 1), **found,
        }  # fmt: skip
        if changes:
            row["changes"] = {"of": preset, **changes}
        print(json.dumps(row), flush=True)
        add_row(Path(args.out), row, __doc__)
        if args.sheets:
            from ganapp.media import save_webp

            Path(args.sheets).mkdir(parents=True, exist_ok=True)
            save_webp(Path(args.sheets) / f"{label}-{seed}-{mark:g}.webp", sheet)


def figures(state, config, source):
    """Decibels and the watchdog's vitals, and the sheet of the first held-out pictures, uint8 (H, W, C)."""
    import numpy as np

    from ganapp.latents import images_from_inputs
    from ganapp.media import grid
    from ganapp.metrics.distances.psnr import psnr
    from ganapp.training.picture_vitals import PictureVitals

    numbers = range(HELD_OUT)
    given, target = source.beside(numbers)
    made = images_from_inputs(averaged(state, config, source), source.fixed(numbers), numbers)
    values = {"naive": psnr(given, target).mean(), "psnr": psnr(made, target).mean()}
    vitals = PictureVitals(config, source, HELD_OUT, "G").measure(state, made)
    values |= {name: vitals[name] for name in ("error", "d_heldout", "d_samples")}
    sheet = grid(np.concatenate([given, made, target], 2)[:SHEET], columns=1, pad=0)
    return {name: round(float(value), 2) for name, value in values.items()}, sheet


def print_table(rows: list[dict]) -> None:
    """Print a Markdown table: decibels of the input, and of the output at each mark, seed by seed."""
    marks = sorted({row["minutes"] for row in rows})
    print("| data | preset | naive | " + " | ".join(f"{mark:g} min" for mark in marks) + " |")
    print("|---" * (len(marks) + 3) + "|")
    for data, preset in dict.fromkeys((row["data"], row["preset"]) for row in rows):
        own = [row for row in rows if (row["data"], row["preset"]) == (data, preset)]
        cells = [[f"{r['psnr']:.2f}" for r in own if r["minutes"] == mark] for mark in marks]
        cells = [f"{own[0]['naive']:.2f}", *(", ".join(found) or "–" for found in cells)]
        print(f"| {data} | `{preset}` | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
