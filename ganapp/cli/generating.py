"""cli.generating."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

# -- pictures and films -----------------------------------------------------------------------------------------------


def _generate(arguments: argparse.Namespace) -> None:
    if arguments.per_class is not None:
        return _generate_labelled(arguments)
    if arguments.seeds is None or arguments.first_seed is not None:
        raise ValueError("generate needs --seeds LIST, or --per-class N, with which --first-seed can go.")
    from ganapp.latents import check_psi, parse_seeds
    from ganapp.publishing.picture_files import target

    write, seeds, psi = target(arguments.out), parse_seeds(arguments.seeds), check_psi(arguments.psi)
    G = _load(arguments)
    count = write(Path(arguments.out), G, seeds, _labels(G, arguments.label), psi)
    print(f"Wrote {count} picture{'s' * (count != 1)} to {arguments.out}.")


def _generate_labelled(arguments: argparse.Namespace) -> None:
    """--per-class: a data set for a classifier."""
    from ganapp.publishing import labelled_set
    from ganapp.publishing.picture_files import labelled_target, public_name

    if arguments.seeds is not None or arguments.label is not None:
        raise ValueError("--per-class makes every class with seeds of its own: give it without --seeds and --label.")
    path = labelled_target(arguments.out)
    G = _load(arguments)
    settings = arguments.per_class, arguments.first_seed or 0, arguments.psi, public_name(G.source)
    count = labelled_set.write(path, G, *settings, told=_counter())
    print(f"Wrote {count:,} pictures of {G.spec.num_classes:,} classes to {arguments.out}.")


def _interpolate(arguments: argparse.Namespace) -> None:
    from ganapp.latents import check_psi, interpolate, parse_seeds
    from ganapp.media import check_video_path, write_video

    check_video_path(arguments.out)
    seeds, psi = parse_seeds(arguments.seeds), check_psi(arguments.psi)
    G = _load(arguments)
    loop, y = not arguments.no_loop, _labels(G, arguments.label)
    frames = interpolate(G, seeds, arguments.frames, arguments.mode, loop, y, psi)
    count = write_video(arguments.out, frames, arguments.fps)
    print(f"Wrote {count} frames, {count / arguments.fps:.1f} s, to {arguments.out}.")


def _counter() -> Callable[[int, int], None]:
    """told(done, total), which says every few seconds how far it is where a person looks on."""
    last = time.monotonic()

    def told(done: int, total: int) -> None:
        nonlocal last
        if sys.stderr.isatty() and time.monotonic() - last >= 5:
            last = time.monotonic()
            print(f"{done:,} of {total:,} pictures", file=sys.stderr)

    return told


def _import(arguments: argparse.Namespace) -> None:
    from ganapp.generators import read_config
    from ganapp.generators.importers import import_checkpoint

    folder = import_checkpoint(arguments.source, arguments.out)
    config = read_config(folder)
    spec, classes = config["spec"], f", {config['spec'].num_classes} classes" if config["spec"].num_classes else ""
    print(f"{config['origin']['layout']}: {spec.family}, {spec.resolution}×{spec.resolution}{classes}.")
    print(f"Wrote {folder}; try: python -m ganapp generate {folder} --seeds 0-15 --out grid.png")


def _load(arguments: argparse.Namespace):
    from ganapp.generators import load_generator

    return load_generator(arguments.source, runs=arguments.runs, checkpoints=arguments.checkpoints)


def _labels(G, text: str | None) -> str | list[str] | None:
    """--label as sample.labels_of takes it: none, one (a name may hold a comma), or one a seed."""
    if text is None or "," not in text or text in G.class_names:
        return text
    return [part.strip() for part in text.split(",")]
