"""The commands generate and interpolate: a generator's images, labelled sets and films as files."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ganapp.publishing.picture_files import TARGETS

from .arguments import add_command
from .options import add_folders, check_out

SEEDS = "numbers and ranges: 0-15,42"


def add(commands) -> None:
    about = "Make pictures from seeds, or a labelled data set of every class."
    add_command(commands, "generate", about, _generate, _add_generate)
    about = "Make a film that walks from seed to seed."
    add_command(commands, "interpolate", about, _interpolate, _add_interpolate)


def _add_generate(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    parser.add_argument("--seeds", metavar="LIST", help=SEEDS)
    parser.add_argument("--out", required=True, metavar="PATH", help=TARGETS)
    about = (
        "instead of --seeds: N pictures of every class, each class in a folder of its own (.zip or a folder)"
    )
    parser.add_argument("--per-class", type=int, metavar="N", help=about)
    about = "with --per-class: the first picture's; every picture has the next one (default 0)"
    parser.add_argument("--first-seed", type=int, metavar="S", help=about)


def _add_interpolate(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    parser.add_argument("--seeds", required=True, metavar="LIST", help=SEEDS)
    about = "frames from one seed to the next (default 30)"
    parser.add_argument("--frames", type=int, default=30, metavar="N", help=about)
    parser.add_argument(
        "--mode", default="slerp", help="slerp (along the sphere, default) or lerp (straight)"
    )
    about = "end at the last seed instead of returning to the first"
    parser.add_argument("--no-loop", action="store_true", help=about)
    about = "colour behind transparent pictures, a name or #rrggbb (default white)"
    parser.add_argument("--background", default="white", metavar="COLOUR", help=about)
    parser.add_argument("--fps", type=float, default=30.0, metavar="F", help="frames a second (default 30)")
    parser.add_argument("--out", required=True, metavar="PATH", help=".mp4, .gif or .webp")


def add_source(parser: argparse.ArgumentParser) -> None:
    """A generator, and the class and truncation of its pictures."""
    about = (
        "a shipped checkpoint, a run (its newest snapshot), RUN/SNAPSHOT, a folder, or a Hub id: user/repo"
    )
    parser.add_argument("source", metavar="SOURCE", help=f"{about} or user/repo@revision")
    about = "class, by name, else by number from 0 (one, or one a seed: 0,3,1); default: each seed's own"
    parser.add_argument("--label", metavar="K", help=about)
    about = "truncation, above 0 to 1 = none (default)"
    parser.add_argument("--psi", type=float, default=1.0, metavar="P", help=about)
    add_folders(parser)


def _generate(arguments: argparse.Namespace) -> None:
    if arguments.per_class is not None:
        return _generate_labelled(arguments)
    if arguments.seeds is None or arguments.first_seed is not None:
        raise ValueError("generate needs --seeds LIST, or --per-class N, with which --first-seed can go.")
    from ganapp.latents import check_psi, parse_seeds
    from ganapp.publishing.picture_files import writer_of

    write, seeds, psi = writer_of(arguments.out), parse_seeds(arguments.seeds), check_psi(arguments.psi)
    check_out(arguments.out)
    G = load(arguments)
    count = write(Path(arguments.out), G, seeds, _labels(G, arguments.label), psi)
    print(f"Wrote {count} picture{'s' * (count != 1)} to {arguments.out}.")


def _generate_labelled(arguments: argparse.Namespace) -> None:
    """--per-class: a data set for a classifier."""
    from ganapp.publishing import labelled_set
    from ganapp.publishing.picture_files import labelled_target, public_name

    if arguments.seeds is not None or arguments.label is not None:
        raise ValueError(
            "--per-class makes every class with seeds of its own: give it without --seeds and --label."
        )
    path = labelled_target(arguments.out)
    check_out(arguments.out)
    G = load(arguments)
    settings = arguments.per_class, arguments.first_seed or 0, arguments.psi, public_name(G.source)
    count = labelled_set.write(path, G, *settings, progress=_progress_lines())
    print(f"Wrote {count:,} pictures of {G.spec.num_classes:,} classes to {arguments.out}.")


def _interpolate(arguments: argparse.Namespace) -> None:
    from ganapp.data.decode import parse_colour
    from ganapp.latents import check_psi, interpolate, parse_seeds
    from ganapp.media import check_video_path, write_video
    from ganapp.publishing.picture_files import made_by

    check_video_path(arguments.out)
    check_out(arguments.out)
    background = parse_colour(arguments.background)
    seeds, psi = parse_seeds(arguments.seeds), check_psi(arguments.psi)
    G = load(arguments)
    loop, y = not arguments.no_loop, _labels(G, arguments.label)
    frames = interpolate(G, seeds, arguments.frames, arguments.mode, loop, y, psi)
    about = made_by(G, seeds)
    count = write_video(arguments.out, frames, arguments.fps, background=background, about=about)
    print(f"Wrote {count} frames, {count / arguments.fps:.1f} s, to {arguments.out}.")


def _progress_lines() -> Callable[[int, int], None]:
    """progress(done, total), which prints a line on stderr every five seconds if that is a terminal."""
    last = time.monotonic()

    def progress(done: int, total: int) -> None:
        nonlocal last
        if sys.stderr.isatty() and time.monotonic() - last >= 5:
            last = time.monotonic()
            print(f"{done:,} of {total:,} pictures", file=sys.stderr)

    return progress


def load(arguments: argparse.Namespace):
    from ganapp.generators import load_generator

    return load_generator(arguments.source, runs=arguments.runs, checkpoints=arguments.checkpoints)


def _labels(G, text: str | None) -> str | list[str] | None:
    """--label as ganapp.latents.labels_of takes it: none, one (a name may hold a comma), or one a seed."""
    if text is None or "," not in text or text in G.class_names:
        return text
    return [part.strip() for part in text.split(",")]
