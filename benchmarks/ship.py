"""Make a shipped checkpoint of a run's best snapshot: 16-bit weights, figures, grid and card.

    GANAPP_DATA=FOLDER python benchmarks/ship.py RUN NAME --data mnist
        [--snapshot 000120000] [--about "Handwritten digits"]

The figures are measured on the 16-bit weights that are shipped. The grid shows 64 training images (a fixed
random choice) on the left and seeds 0-63, without selection, on the right; each seed has its own class. The
card's command is derived from the run's configuration.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path

from common import ROOT

SHOWN = 64


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", help="a run's folder")
    parser.add_argument("name", help="of the checkpoint")
    parser.add_argument(
        "--data", default="", help="data to measure against; else what the run was trained on"
    )
    parser.add_argument("--snapshot", default="", help="else the best by the live figure")
    parser.add_argument("--repeats", type=int, default=3, help="of each figure, for its interval")
    parser.add_argument("--about", default="")
    parser.add_argument("--limits", default="")
    args = parser.parse_args()

    from ganapp.files import text_of_size
    from ganapp.metrics import measure, prepare, store
    from ganapp.runs import BEST, Run

    run, target = Run(ROOT / args.run), ROOT / "checkpoints" / args.name
    snapshot = run.snapshot(args.snapshot or BEST)
    if snapshot is None:
        parser.error(f"{run.name} has no snapshot {args.snapshot or BEST!r}.")
    data = args.data or run.config().dataset
    with tempfile.TemporaryDirectory(dir=target.parent) as temporary:  # replaces the old one when complete
        folder = Path(temporary) / args.name
        write_halved(snapshot, folder, run.config())
        setting = prepare(args.name, data, checkpoints=folder.parent)
        setting.place = folder  # these are the figures that it is shipped with
        store(setting, measure(setting, repeats=args.repeats))
        write_grid(folder, data)
        write_card(folder, run, args)
        shutil.rmtree(target, ignore_errors=True)
        shutil.move(folder, target)
    size = text_of_size(sum(p.stat().st_size for p in target.iterdir()))
    print(f"{target.name}: {size}, {snapshot.name} images")


def write_halved(snapshot, folder, config) -> None:
    """Write a copy of a generator folder with 16-bit weights."""
    from ganapp.generators import load_generator, save_generator

    G = load_generator(snapshot)
    save_generator(
        G.half(),
        folder,
        class_names=G.class_names,
        origin=G.origin | {"run": folder.name, "ema_kimg": config.ema_kimg},
    )


def write_grid(folder, data: str) -> None:
    import numpy as np

    from ganapp.data import open_dataset
    from ganapp.generators import load_generator
    from ganapp.latents import generate
    from ganapp.media import grid, save_webp

    G = load_generator(folder)
    train = open_dataset(data, G.spec.resolution, channels=G.spec.channels)
    rows = np.random.default_rng(0).permutation(train.count)[:SHOWN]
    sides = [train.images.take(rows).transpose(0, 2, 3, 1), generate(G, range(SHOWN))]
    both = grid(np.stack([grid(side, columns=8, pad=0) for side in sides]), columns=2, pad=8)
    save_webp(folder / "grid.webp", both, quality=85)


def write_card(folder, run, args) -> None:
    from ganapp.publishing.card import GRID_NAME, card

    text = card(folder, args.name, "apache-2.0")
    text = text.partition("---\n")[2].partition("---\n")[2].lstrip()  # the front matter is for the Hub
    before, _, rest = text.partition(f"![Pictures of the seeds 0 to 63]({GRID_NAME})")
    _, _, rest = rest.partition("\n\n## ")
    picture = "![Left: 64 training pictures. Right: seeds 0 to 63, none chosen](grid.webp)"
    rest, heading, quality = rest.partition("## Figures of quality")
    chosen = "What is shipped is the snapshot with the least live figure, as 16-bit numbers."
    made = f"```\n{command(run.config())}\n```\n\n{chosen}\n\n"
    parts = [
        before.rstrip(),
        args.about,
        picture,
        "## " + rest + made + heading + quality.rstrip(),
        args.limits,
    ]
    (folder / "README.md").write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def command(config) -> str:
    """The command line that makes such a run: the preset and every option that differs from it."""
    from ganapp.config import preset_config

    plain, words = preset_config(config.preset).to_json(), []
    found = {
        "channels",
        "num_classes",
        "preset",
        "parent",
        "from_nimg",
        "kimg",
    }  # kimg: the budget is in minutes
    for name, value in config.to_json().items():
        if name in found or value == plain[name]:
            continue
        option = "--" + name.replace("_", "-")
        if name == "dataset":
            words.append(f"--data {Path(value).name}")
        elif isinstance(value, dict):
            words += [
                f"{option}.{k.replace('_', '-')} {json.dumps(v)}"
                for k, v in value.items()
                if plain[name].get(k) != v
            ]
        else:
            words.append(f"{option} {value:g}" if isinstance(value, float) else f"{option} {value}")
    lines = [" ".join(words[i : i + 5]) for i in range(0, len(words), 5)]
    return " \\\n    ".join([f"python -m ganapp train --preset {config.preset}", *lines])


if __name__ == "__main__":
    main()
