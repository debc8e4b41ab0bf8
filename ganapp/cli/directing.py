"""The command directions: those of a model listed, and new ones found and kept in its folder."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from .arguments import add_command
from .generating import SEEDS
from .options import add_folders, check_out


def add(commands) -> None:
    about = "List the directions of a model, or find new ones and keep them in its folder."
    add_command(commands, "directions", about, _directions, _add_directions)


def _add_directions(parser: argparse.ArgumentParser) -> None:
    about = "a shipped checkpoint, a run, RUN/SNAPSHOT, a folder or a Hub id"
    parser.add_argument("source", metavar="SOURCE", help=about)
    about = (
        "attribute:hat, attribute:hair=afro or class:NAME, read by the classifier of the data; several: A,B"
    )
    parser.add_argument("--by", metavar="QUESTION", help=about)
    parser.add_argument("--pca", type=int, metavar="N", help="the first N principal components")
    parser.add_argument("--sefa", type=int, metavar="N", help="the first N of the closed form of the weights")
    parser.add_argument("--like", metavar="LIST", help=f"more like these seeds: {SEEDS}")
    parser.add_argument("--unlike", metavar="LIST", help="with --like: less like these (default: any others)")
    parser.add_argument("--label", metavar="K", help="with --like: the class of the seeds")
    parser.add_argument("--name", metavar="NAME", help="of the new direction; needed with --like")
    about = "with --by and --like: directions that stay still; with --by also all: all else that is read"
    parser.add_argument("--hold", metavar="A,B", help=about)
    about = "with --by: share of pictures that the ends of the range should move (default 0.7)"
    parser.add_argument("--reach", type=float, metavar="SHARE", help=about)
    parser.add_argument("--remove", metavar="NAME", help="take a direction out of the set")
    parser.add_argument(
        "--samples", type=int, metavar="N", help="pictures that are scored, or latents (default 4000)"
    )
    about = "with --by: the data set (default: the one that it was trained on, if known)"
    parser.add_argument("--data", metavar="NAME|PATH", help=about)
    about = "also a picture: a row for each direction, from one end of its range to the other"
    parser.add_argument("--sheet", metavar="SHEET.png", help=about)
    parser.add_argument("--json", action="store_true", help="the list as JSON")
    add_folders(parser)


def _directions(arguments: argparse.Namespace) -> None:
    from ganapp.generators import Sources, directions_of, load_folder, save_directions

    ways = [name for name in ("by", "pca", "sefa", "like", "remove") if getattr(arguments, name) is not None]
    if len(ways) > 1:
        raise ValueError(f"--{ways[0]} and --{ways[1]} are two ways to a direction: give one at a time.")
    if arguments.unlike is not None and arguments.like is None:
        raise ValueError("--unlike goes with --like: the seeds that are wanted.")
    if arguments.sheet is not None:
        if Path(arguments.sheet).suffix.lower() != ".png":
            raise ValueError(f"sheet is {arguments.sheet!r}; it must end in .png.")
        check_out(arguments.sheet)
    folder, name = Sources(arguments.runs, arguments.checkpoints).find(arguments.source)
    if ways:
        _check_ours(name, folder)
    G = load_folder(folder, name)
    known = directions_of(G)
    found: list[Any] = []
    if arguments.remove is not None:
        if known.get(arguments.remove) is None:
            raise ValueError(f"There is no direction {arguments.remove!r}; there are: {_listed(known)}.")
        known = known.without(known.get(arguments.remove).name)
    elif ways:
        found = _found(G, (folder, name), known, arguments)
        known = known.with_(*found)
    if ways:
        save_directions(folder, known)
    _print_set(G, known, {direction.name for direction in found}, arguments.json)
    if arguments.sheet is not None:
        _write_sheet(arguments.sheet, G, found or list(known))


def _check_ours(name: str, folder: Path) -> None:
    """Raise ValueError if the folder belongs to the cache of the Hub, which other programs share."""
    from ganapp.generators import HUB_ID
    from ganapp.runs import run_of

    if "@" in name and HUB_ID.fullmatch(name) and run_of(folder) is None:
        raise ValueError(
            f"{name} lies in the cache of the Hub, where nothing is written: copy its folder, and name "
            "the copy."
        )


def _found(G: Any, where: tuple[Path, str], known: Any, arguments: argparse.Namespace) -> list[Any]:
    """The new directions that the options ask for."""
    from ganapp import latents

    if arguments.pca is not None:
        samples = {} if arguments.samples is None else {"samples": arguments.samples}
        return latents.principal_directions(G, arguments.pca, **samples)
    if arguments.sefa is not None:
        return latents.weight_directions(G, arguments.sefa)
    hold = [part.strip() for part in (arguments.hold or "").split(",") if part.strip()]
    if arguments.like is not None:
        if not arguments.name:
            raise ValueError("--like needs --name: what the direction is to be called.")
        held = [latents.direction_named(G, known, each) for each in hold]
        unlike = latents.parse_seeds(arguments.unlike) if arguments.unlike is not None else ()
        seeds = latents.parse_seeds(arguments.like), unlike
        return [latents.direction_by_seeds(G, arguments.name, *seeds, arguments.label, held)]
    return _found_by_questions(where, known, hold, arguments)


def _found_by_questions(where, known, hold: list[str], arguments: argparse.Namespace) -> list[Any]:
    from ganapp.metrics import prepare
    from ganapp.metrics.steering import FITTED, SAMPLES, WANTED, directions_by_questions, with_reach

    questions = [part.strip() for part in arguments.by.split(",") if part.strip()]
    if arguments.name and len(questions) > 1:
        raise ValueError("--name is of one direction: with several questions each is called as it is asked.")
    reach = WANTED if arguments.reach is None else arguments.reach
    if not 0 < reach <= 1:
        raise ValueError(f"reach is {reach}: it must be more than 0 and at most 1.")
    progress = _Progress()
    setting = prepare(
        where, arguments.data, runs=arguments.runs, checkpoints=arguments.checkpoints, progress=progress
    )
    samples = arguments.samples or SAMPLES
    found = directions_by_questions(setting, questions, samples, hold, known)
    others = range(samples, samples + FITTED)  # seeds of which no direction was made
    found = [with_reach(setting, *pair, others, reach) for pair in zip(found, questions, strict=True)]
    return [found[0].renamed(arguments.name)] if arguments.name else found


def _print_set(G: Any, directions: Any, new: set[str], as_json: bool) -> None:
    import json

    from ganapp.latents import label_directions

    rows = [{"name": d.name, "space": d.space, "range": list(d.range), "how": d.how} for d in directions]
    classes = [d for d in label_directions(G)[:20] if directions.get(d.name) is None]
    rows += [{"name": d.name, "space": d.space, "range": list(d.range), "how": d.how} for d in classes]
    if as_json:
        print(json.dumps(rows, indent=1, ensure_ascii=False))
        return
    for row in rows:
        mark = "new  " if row["name"] in new else "     "
        low, high = row["range"]
        print(f"{mark}{row['name']:<20} {row['space']:<10} {low:g} to {high:g}   {row['how']}")
    if not rows:
        print("No directions yet: find some with --pca 8, --sefa 8, --by attribute:hat, or --like 1,2,3.")


def _listed(directions: Any) -> str:
    return ", ".join(directions.names) or "none yet"


def _write_sheet(path: str, G: Any, directions: list[Any], columns: int = 7, seed: int = 0) -> None:
    """A row for each direction: the picture of a seed, from the low end of the range to the high one."""
    import numpy as np

    from ganapp.latents import Directions, Edit, Move, draw_edits
    from ganapp.media import grid, save_png
    from ganapp.publishing.picture_files import made_by

    if not directions:
        raise ValueError("There is no direction to show on a sheet.")
    rows = [
        Edit(seed).then(Move(d.name, float(amount)))
        for d in directions
        for amount in np.linspace(*d.range, columns)
    ]
    save_png(path, grid(draw_edits(G, rows, Directions(tuple(directions))), columns), made_by(G))
    print(f"Wrote a row for each of {len(directions)} directions to {path}.")


class _Progress:
    """A line on stderr whenever something else is done."""

    def __init__(self) -> None:
        self.what = ""

    def __call__(self, done: int, total: int | None, what: str) -> None:
        if what != self.what:
            self.what = what
            print(f"{what} …", file=sys.stderr)
