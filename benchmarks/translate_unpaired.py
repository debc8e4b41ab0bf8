"""Two sets without pairs: how often the asked attribute changes and how often all else stays.

    python benchmarks/translate_unpaired.py --presets cyclegan-32,cut-32 --minutes 1,2,5,10
    ... --trial "weak=cut-32:contrast=0.5"            a preset with changes, under its own name
    ... --keep FOLDER                                 the averaged generator of each cell and mark
    ... --sheets FOLDER                               input | output of held-out pictures 0 to 15

The sets are faces-happy -> faces-sad. A cell is one training on one thread; its clock is the processor
time of this process, as in quality.py. The judge is the classifier of the built-in faces at the preset's
size. Over the first 200 held-out happy faces: `changed` is the share whose output it reads as sad. `kept` is,
of each attribute that it reads right in 95 % of held-out faces, the share of outputs in which it gives the
same answer as for the input. `copy` is the same for the inputs themselves, and `drawn` for the same faces
drawn anew with a sad mouth: what the judge lets anyone reach.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from common import RESULTS, begin, environment, train_until
from quality import parse_trial

PRESETS = ("cyclegan-32", "cut-32")
SETS = ("faces-happy", "faces-sad")
ASKED, WANTED, LEAST = "expression", "sad", 0.95
HELD_OUT, SHEET = 200, 16


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--presets", default="")
    parser.add_argument("--trial", action="append", default=[], help="NAME=PRESET:FIELD=VALUE,...")
    parser.add_argument("--minutes", default="1,2,5,10")
    parser.add_argument("--seeds", default="0")
    parser.add_argument("--keep", default="")
    parser.add_argument("--sheets", default="")
    parser.add_argument("--out", default=str(RESULTS / "translate_unpaired.json"))
    args = parser.parse_args()
    recipes = {name: (name, {}) for name in args.presets.split(",") if name}
    recipes |= dict(map(parse_trial, args.trial))
    marks = sorted(float(m) for m in args.minutes.split(","))
    for seed in (int(s) for s in args.seeds.split(",")):
        for label, (preset, changes) in (recipes or {name: (name, {}) for name in PRESETS}).items():
            cell(label, preset, changes, seed, marks, args)


def cell(label: str, preset: str, changes: dict, seed: int, marks: list[float], args) -> None:
    """Train one recipe and write a row at each mark."""
    from ganapp.config import merge, parse_changes, preset_config
    from ganapp.generators import save_generator
    from ganapp.latents import images_from_latents
    from ganapp.media import grid, save_webp
    from ganapp.training.averaging import averaged_generator

    config = merge(preset_config(preset), parse_changes(changes))
    config, state, source, shown = opened(config.replace(dataset=SETS[0], dataset_b=SETS[1], seed=seed))
    player, spent = next(iter(state.averages())), 0.0
    inputs = source.beside(range(HELD_OUT))[0]
    for mark in marks:
        spent = train_until(state, config, source, mark * 60, spent)
        G = averaged_generator(state, config, source, batches=8, player=player)
        made = images_from_latents(G, source.fixed(range(HELD_OUT), player), None)
        name = f"{label}-{seed}-{mark:g}"
        if args.keep:
            save_generator(G, Path(args.keep) / name)
        if args.sheets:
            import numpy as np

            Path(args.sheets).mkdir(parents=True, exist_ok=True)
            pairs = np.concatenate([inputs, made], 2)[:SHEET]
            save_webp(Path(args.sheets) / f"{name}.webp", grid(pairs, columns=4, pad=2))
        row = {
            "preset": label, "seed": seed, "minutes": mark, "kimg": round(state.nimg / 1000, 1),
            "images_per_sec": round(state.nimg / spent, 1), **figures(config.resolution, inputs, made),
        }  # fmt: skip
        if changes:
            row["changes"] = {"of": preset, **changes}
        print(json.dumps(row), flush=True)
        limits = {"copy": inputs, "drawn": drawn_sad(config.resolution, shown)}
        add(Path(args.out), row, {k: figures(config.resolution, inputs, v) for k, v in limits.items()})


def opened(config):
    """(complete configuration, new state, batch source, the held-out inputs) of the two sets."""
    import torch

    from ganapp.data import open_dataset
    from ganapp.data.batches import Batches
    from ganapp.driving.opening import data_arguments, input_arguments
    from ganapp.training.algorithm import algorithm_of
    from ganapp.training.batch_source import Real

    arguments = {"real": data_arguments(config), "inputs": input_arguments(config)}
    data = {name: open_dataset(**found) for name, found in arguments.items()}
    heldout = {name: open_dataset(**found, split="heldout") for name, found in arguments.items()}
    config, state, _ = begin(config, data["real"], heldout["real"], "fp32")
    device = torch.device("cpu")

    def batches(of, seed):
        return Batches(of, device, seed=seed, mirror=config.mirror, conditional=False)

    real = Real(
        batches(data["real"], config.seed), None, heldout["real"],
        batches(data["inputs"], config.seed + 2**31), heldout["inputs"],
    )  # fmt: skip
    return config, state, algorithm_of(config).source(config, real, device), heldout["inputs"]


def drawn_sad(resolution: int, shown):
    """The first held-out inputs drawn anew with the wanted expression, uint8 (N, R, R, C)."""
    import numpy as np

    from ganapp.data.faces.drawing import ATTRIBUTES, draw_face, face_attributes
    from ganapp.data.faces.opening import FACES, PARTS

    (count, seed), belongs = FACES["heldout"], PARTS[SETS[0]][1]
    values = [face_attributes(i, seed) for i in range(count)]
    rows = [i for i, v in enumerate(values) if belongs(ATTRIBUTES[ASKED][v[ASKED]])][:HELD_OUT]
    assert [values[i]["hair"] for i in rows] == shown.attributes["hair"][:HELD_OUT].tolist()
    return np.stack([np.asarray(draw_face(i, resolution, seed, {ASKED: WANTED})) for i in rows])


def figures(resolution: int, inputs, made) -> dict:
    """`changed`, and of `kept` the mean over the attributes, the lowest, and each."""
    import numpy as np

    from ganapp.metrics.scorers import ATTRIBUTE, read, values_of, well_read

    judge, faces = reader(resolution)
    before, after = ({k: p.argmax(1) for k, p in read(judge, x).items()} for x in (inputs, made))
    head = f"{ATTRIBUTE}_{ASKED}"
    changed = after[head] == values_of(faces, head).index(WANTED)
    names = [name for name in well_read(judge.accuracy, LEAST) if name != ASKED]
    same = {name: before[f"{ATTRIBUTE}_{name}"] == after[f"{ATTRIBUTE}_{name}"] for name in names}
    kept = {name: round(float(rows.mean()), 3) for name, rows in same.items()}
    both = changed & np.all(list(same.values()), 0)
    return {
        "changed": round(float(changed.mean()), 3),
        "kept_mean": round(float(np.mean(list(kept.values()))), 3),
        "kept_least": min(kept.values()),
        "changed_and_all_kept": round(float(both.mean()), 3),
        "kept": kept,
    }


def reader(resolution: int, known={}):  # noqa: B006 - one judge a size, for all cells
    """The classifier of the built-in faces at a size, trained once and cached, and the faces."""
    if resolution not in known:
        from ganapp.data import open_dataset
        from ganapp.metrics.judges.classifier import classifier_of

        faces, heldout = (open_dataset("faces", resolution, split=split) for split in ("train", "heldout"))
        known[resolution] = classifier_of(faces, heldout), faces
    return known[resolution]


def add(path: Path, row: dict, limits: dict) -> None:
    """Add a row to the file; it replaces an older row of the same cell and mark."""
    from filelock import FileLock

    def key(r: dict) -> tuple:
        return r["preset"], r["seed"], r["minutes"]

    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{path}.lock"):
        rows = json.loads(path.read_text())["rows"] if path.exists() else []
        rows = [r for r in rows if key(r) != key(row)] + [row]
        found = {**environment(), "limits": limits, "rows": sorted(rows, key=key)}
        path.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
