"""The command translate: pictures of one's own through a model that takes pictures."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from .arguments import add_command
from .generating import load
from .options import add_folders, check_out


def add(commands) -> None:
    about = "Put pictures through a model that takes pictures: repaired, coloured, larger, changed."
    add_command(commands, "translate", about, _translate, _add_translate)


def _add_translate(parser: argparse.ArgumentParser) -> None:
    about = "a model that takes a picture: a run (its newest snapshot), RUN/SNAPSHOT, a folder, or a Hub id"
    parser.add_argument("source", metavar="MODEL", help=about)
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="pictures, folders or ZIPs of them")
    about = "a .png for one picture, else a .zip or a folder"
    parser.add_argument("--out", required=True, metavar="PATH", help=about)
    about = "damage the pictures first, as in training: for pictures that are whole"
    parser.add_argument("--damages", action="store_true", help=about)
    about = "use all pixels of a picture; else its shorter side is as in training"
    parser.add_argument("--whole", action="store_true", help=about)
    about = "of that damage and of the model's noise (default 0)"
    parser.add_argument("--seed", type=int, default=0, metavar="S", help=about)
    parser.add_argument("--label", metavar="K", help="class, by name or number, of a model with classes")
    add_folders(parser)


def _translate(arguments: argparse.Namespace) -> None:
    from ganapp.media import save_png
    from ganapp.media.archive import write_zip
    from ganapp.publishing.translated import check, translated

    out = Path(arguments.out)
    check_out(arguments.out)
    G = load(arguments)
    check(G, arguments.damages)
    options = {"damages": arguments.damages, "whole": arguments.whole, "seed": arguments.seed}
    count = 0

    def answers() -> Iterator[tuple[str, object, dict]]:
        nonlocal count
        for name, data in pictures_in(arguments.pictures):
            made = translated(G, data, name, label=arguments.label, **options)
            count += 1
            yield name, made.after, made.about

    if out.suffix.lower() == ".png":
        found = list(answers())
        if len(found) > 1:
            raise ValueError(
                f"out is {arguments.out!r}, but there are {count} pictures: give a .zip or a folder."
            )
        save_png(out, *found[0][1:])
    elif out.suffix.lower() == ".zip":
        write_zip(out, named(answers()))
    else:
        out.mkdir(exist_ok=True)
        for name, image, about in named(answers()):
            save_png(out / name, image, about)
    print(f"Wrote {count} picture{'s' * (count != 1)} to {arguments.out}.")


def named(answers: Iterator[tuple[str, object, dict]]) -> Iterator[tuple[str, object, dict]]:
    """Answers with the name of a PNG each, after the picture; one that is taken gets a number."""
    taken: dict[str, int] = {}
    for name, image, about in answers:
        stem = PurePosixPath(name).stem or "picture"
        taken[stem] = taken.get(stem, 0) + 1
        again = f"-{taken[stem]}" if taken[stem] > 1 else ""
        yield f"{stem}{again}.png", image, about


def pictures_in(places: list[str]) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each picture in files, folders (and their folders) and ZIPs, in order.

    Raises ValueError (message fit for the user) if a place does not exist or holds no picture.
    """
    from ganapp.data import PICTURES
    from ganapp.data.decode import Unusable
    from ganapp.data.own.entries import open_zip, suffix, zip_entries

    for text in places:
        place, found = Path(text).expanduser(), 0
        if place.suffix.lower() == ".zip" and place.is_file():
            with open_zip(place) as file:
                for entry in (e for e in zip_entries(file, place) if suffix(e.name) in PICTURES):
                    try:
                        data = entry.read()
                    except Unusable as error:
                        raise ValueError(f"{entry.name} of {text} cannot be used: {error}.") from None
                    yield entry.name, data
                    found += 1
        elif place.is_dir():
            for path in sorted(p for p in place.rglob("*") if suffix(p.name) in PICTURES and p.is_file()):
                yield path.name, path.read_bytes()
                found += 1
        else:
            yield place.name, place.read_bytes()
            found += 1
        if not found:
            raise ValueError(f"There is no picture in {text!r}.")
