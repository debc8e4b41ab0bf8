"""The command evaluate: figures of a generator, each with its protocol, printed and stored.

The figures themselves are in ganapp.metrics, which is imported only when this command runs.
"""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
import time
from pathlib import Path
from typing import TYPE_CHECKING

from .arguments import add_command
from .options import add_folders, check_out

if TYPE_CHECKING:
    from ganapp.metrics import Figure

LINE_SEC = 15.0  # between two lines of progress if stderr is no terminal


def add(commands) -> None:
    about = "Quality figures of a generator, each with its protocol."
    add_command(commands, "evaluate", about, _evaluate, _add_evaluate)


def _add_evaluate(parser: argparse.ArgumentParser) -> None:
    from ganapp.metrics import MEASURES, REPEATS

    about = "a shipped checkpoint, a run, RUN/SNAPSHOT, a folder or a Hub id"
    parser.add_argument("source", metavar="SOURCE", help=about)
    parser.add_argument(
        "--data", metavar="NAME|PATH", help="real pictures; default: those it was trained on, if known"
    )
    add_what(parser)
    about = f"of {', '.join(MEASURES)}; default: all that fit and need no download"
    parser.add_argument("--metrics", metavar="A,B,…", help=about)
    counts = "; ".join(f"{name} {m.images:,}" for name, m in MEASURES.items())
    about = f"of each set (default, or as many as there are: {counts})"
    parser.add_argument("--images", type=int, metavar="N", help=about)
    about = "the first image seed, and of all draws (default 0)"
    parser.add_argument("--seed", type=int, default=0, metavar="S", help=about)
    about = f"repetitions for the interval (default {REPEATS})"
    parser.add_argument("--repeats", type=int, default=REPEATS, metavar="R", help=about)
    parser.add_argument("--psi", type=float, default=1.0, metavar="P", help="truncation; 1 = none (default)")
    about = "weights of the Inception network, in place of a download"
    parser.add_argument("--inception", metavar="PATH", help=about)
    parser.add_argument("--device", default="auto", help="auto (default), cpu, cuda, cuda:N or mps")
    parser.add_argument("--json", action="store_true", help="as JSON")
    about = "samples, each above its nearest training pictures; or held-out inputs above their answers"
    parser.add_argument("--out", metavar="SHEET.png", help=about)
    add_folders(parser)


def add_what(parser: argparse.ArgumentParser) -> None:
    """What becomes what, for a model that takes pictures."""
    about = "of a model that takes pictures, if it does not know it: degrade, pairs (default) or unpaired"
    parser.add_argument("--task", default="", help=about)
    about = "what is done to the pictures before it undoes it; default: that of its training"
    parser.add_argument("--damage", default="", metavar="D", help=about)
    about = "of pairs, which picture is the input: a2b, the first, or b2a; of two sets, which becomes which"
    parser.add_argument("--direction", default="", help=about)
    about = "the second picture of each pair, or the second set, if --data holds the first alone"
    parser.add_argument("--data-b", default="", metavar="NAME|PATH", help=about)


def _evaluate(arguments: argparse.Namespace) -> None:
    """Measure, print, and store as the run's figures or beside the generator."""
    from ganapp.driving.devices import pick_device
    from ganapp.latents import check_psi
    from ganapp.media import save_png
    from ganapp.metrics import What, check, measure, prepare, store, verdict

    metrics = _names_of(arguments.metrics)
    device, psi = str(pick_device(arguments.device)), check_psi(arguments.psi)
    if arguments.out and Path(arguments.out).suffix.lower() != ".png":
        raise ValueError(f"out is {arguments.out!r}; it must end in .png.")
    if arguments.out:
        check_out(arguments.out)
    missing: dict[str, str] = {}  # figures that cannot be measured, and why
    check(metrics, arguments.images, arguments.repeats, arguments.seed, missing)
    progress = _Progress()
    setting = prepare(
        arguments.source,
        arguments.data,
        arguments.seed,
        psi,
        arguments.inception,
        device,
        progress=progress,
        runs=arguments.runs,
        checkpoints=arguments.checkpoints,
        what=What(arguments.task, arguments.damage, arguments.direction, arguments.data_b),
    )
    figures = measure(setting, metrics, arguments.images, arguments.repeats, missing)
    progress.finish()
    if arguments.json:
        print(json.dumps([figure.to_json() for figure in figures], indent=2, ensure_ascii=False))
    else:
        if said := verdict([figure.to_json() for figure in figures]):
            print(said + "\n")
        print("\n".join(_lines_of(figures)))
    said_on = sys.stderr if arguments.json else sys.stdout
    for name, why in missing.items():
        print(f"Not measured: {name} ({why.rstrip('.')}).", file=said_on)
    if stored := store(setting, figures):
        print(f"Stored in {stored}; figures there of more pictures stay.", file=said_on)
    else:
        print("Not stored: this model lies in the cache of the Hub.", file=said_on)
    if arguments.out:
        image, what = _sheet(setting)
        save_png(arguments.out, image)
        print(f"Wrote {what} to {arguments.out}.", file=sys.stderr)


def _names_of(text: str | None) -> list[str] | None:
    """The names in --metrics, or None if it is not given."""
    if text is None:
        return None
    return [part.strip() for part in text.split(",") if part.strip()]


def _lines_of(figures: list[Figure]) -> list[str]:
    """What all protocols share; then the figures, each group followed by the rest of its protocol."""
    from ganapp.metrics import protocol_text, value_text
    from ganapp.metrics.figure import grouped

    shared, groups = grouped(figures)
    width = max((len(f.name) for f in figures), default=0)
    lines = [protocol_text(shared)]
    for own, group in groups:
        lines.append("")
        for f in group:
            lines.append(f"{f.name:<{width}}  {value_text(f)}" + (f"  ({f.note})" if f.note else ""))
        lines += [f"    {line}" for line in textwrap.wrap(protocol_text(own), 110)]
    return lines


def _sheet(setting):
    """A grid, uint8 (H, W, C), and what it shows.

    Samples, and below each its nearest training pictures (pixels, features); of a model that takes pictures,
    inputs, answers and targets.
    """
    import numpy as np

    from ganapp.media import grid
    from ganapp.metrics import answers, neighbours

    if setting.inputs:
        rows = [images for images in answers(setting) if images is not None]
        return grid(np.concatenate(rows), columns=len(rows[0])), "inputs, and the answers below each,"
    found = neighbours(setting)
    image = grid(np.concatenate(list(found)), columns=len(found.samples))
    return image, "samples, and the nearest training pictures below each,"


class _Progress:
    """Progress on stderr: one line, rewritten, on a terminal; elsewhere a new line every LINE_SEC seconds."""

    def __init__(self) -> None:
        self.live, self.width, self.last, self.what = sys.stderr.isatty(), 0, time.monotonic(), ""

    def __call__(self, done: int, total: int | None, what: str) -> None:
        now = time.monotonic()
        if now - self.last < (0.2 if self.live else LINE_SEC) or (what == self.what and done == total):
            return
        self.last, self.what = now, what
        line = f"{what}: {done:,}" + (f" of {total:,}" if total else "")
        print(
            ("\r" + line.ljust(self.width)) if self.live else line,
            end="" if self.live else "\n",
            file=sys.stderr,
            flush=True,
        )
        self.width = len(line)

    def finish(self) -> None:
        if self.live and self.width:
            print("\r" + " " * self.width + "\r", end="", file=sys.stderr, flush=True)
