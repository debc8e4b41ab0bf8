"""The evaluate command: figures of a generator, each with its protocol, printed and stored. The figures: ganapp/metrics/."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
import time
from pathlib import Path

from ganapp.metrics import (
    MEASURES,
    REPEATS,
    Figure,
    check,
    measure,
    neighbours,
    prepare,
    protocol_text,
    store,
    value_text,
)
from ganapp.metrics.figure import grouped

LINE_SEC = 15.0  # between two lines of progress where nobody looks


def add_evaluate(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "source", metavar="SOURCE", help="a shipped checkpoint, a run, RUN/SNAPSHOT, a folder or a Hub id"
    )
    parser.add_argument("--data", metavar="NAME|PATH", help="real pictures; default: those that a run was trained on")
    names = ", ".join(MEASURES)
    parser.add_argument("--metrics", metavar="A,B,…", help=f"of {names}; default: all that fit and need no download")
    about = "; ".join(f"{name} {m.images:,}" for name, m in MEASURES.items())
    parser.add_argument(
        "--images", type=int, metavar="N", help=f"of each set (default, or as many as there are: {about})"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="the first image seed, and of all draws (default 0)"
    )
    parser.add_argument(
        "--repeats", type=int, default=REPEATS, metavar="R", help=f"repetitions for the interval (default {REPEATS})"
    )
    parser.add_argument("--psi", type=float, default=1.0, metavar="P", help="truncation; 1 = none (default)")
    parser.add_argument("--inception", metavar="PATH", help="weights of the Inception network, in place of a download")
    parser.add_argument("--device", default="auto", help="auto (default), cpu, cuda, cuda:N or mps")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument("--out", metavar="SHEET.png", help="samples, with the nearest training pictures below each")
    parser.add_argument("--checkpoints", metavar="DIR", help="the folder of shipped generators (default checkpoints)")
    parser.add_argument("--runs", default="runs", metavar="DIR", help="the folder of all runs (default runs)")


def evaluate_command(arguments: argparse.Namespace) -> None:
    """Measure, print, store as the run's figures or beside the generator. ValueError in one sentence."""
    from ganapp.driving.devices import pick_device
    from ganapp.latents import check_psi
    from ganapp.media import save_png

    metrics = names_of(arguments.metrics)
    places = {"runs": arguments.runs, "checkpoints": arguments.checkpoints}
    device, psi = str(pick_device(arguments.device)), check_psi(arguments.psi)
    if arguments.out and Path(arguments.out).suffix.lower() != ".png":
        raise ValueError(f"out is {arguments.out!r}; it must end in .png.")
    check(metrics, arguments.images, arguments.repeats, arguments.seed)
    progress = Lines()
    setting = prepare(
        arguments.source, arguments.data, arguments.seed, psi, arguments.inception, device, progress=progress, **places
    )
    figures = measure(setting, metrics, arguments.images, arguments.repeats)
    progress.finish()
    if arguments.json:
        print(json.dumps([figure.to_json() for figure in figures], indent=2, ensure_ascii=False))
    else:
        print("\n".join(lines_of(figures)))
    stored = store(setting, figures)
    where = (
        f"Stored in {stored}; figures there of more pictures stay."
        if stored
        else "Not stored: this model lies in the cache of the Hub."
    )
    print(where, file=sys.stderr if arguments.json else sys.stdout)
    if arguments.out:
        save_png(arguments.out, sheet(setting))
        print(f"Wrote samples, and the nearest training pictures below each, to {arguments.out}.", file=sys.stderr)


def names_of(text: str | None) -> list[str] | None:
    """--metrics as evaluate takes it."""
    if text is None:
        return None
    return [part.strip() for part in text.split(",") if part.strip()]


def lines_of(figures: list[Figure]) -> list[str]:
    """What all protocols share; then the figures, with what is their own below those that share it."""
    shared, groups = grouped(figures)
    width = max((len(f.name) for f in figures), default=0)
    lines = [protocol_text(shared)]
    for own, group in groups:
        lines.append("")
        for f in group:
            lines.append(f"{f.name:<{width}}  {value_text(f)}" + (f"  ({f.note})" if f.note else ""))
        lines += [f"    {line}" for line in textwrap.wrap(protocol_text(own), 110)]
    return lines


def sheet(setting):
    """Samples, and below each the nearest training picture in pixels and in features, as one picture uint8 (H, W, C)."""
    import numpy as np

    from ganapp.media import grid

    found = neighbours(setting)
    return grid(np.concatenate(list(found)), columns=len(found.samples))


class Lines:
    """Progress on stderr: one line rewritten on a terminal, now and then a line elsewhere."""

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
