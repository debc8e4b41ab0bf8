"""The command translate: pictures of one's own through a model that takes pictures."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from .arguments import add_command
from .generating import load
from .options import add_folders, check_out

if TYPE_CHECKING:
    from ganapp.data.preparing import Entry

MOST_ANSWERS = 100


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
    about = "so many answers to each picture, of a model that takes noise (default 1)"
    parser.add_argument("--answers", type=int, default=1, metavar="N", help=about)
    parser.add_argument("--label", metavar="K", help="class, by name or number, of a model with classes")
    add_folders(parser)


def _translate(arguments: argparse.Namespace) -> None:
    from ganapp.media import save_png
    from ganapp.media.archive import write_zip
    from ganapp.publishing.translated import check, translated

    out, count = Path(arguments.out), 0
    check_out(arguments.out)
    G = load(arguments)
    if not 1 <= arguments.answers <= MOST_ANSWERS:
        raise ValueError(f"answers is {arguments.answers}; it must be from 1 to {MOST_ANSWERS}.")
    check(G, arguments.damages, arguments.answers)
    options = {name: getattr(arguments, name) for name in ("damages", "whole", "seed", "label")}

    def answers(entries: list[Entry]) -> Iterator[tuple[str, object, dict]]:
        nonlocal count
        for entry in entries:
            data = bytes_of(entry)
            for number in range(arguments.answers):
                made = translated(G, data, PurePosixPath(entry.name).name, answer=number, **options)
                count += 1
                yield entry.name, made.after, made.about

    with pictures_in(arguments.pictures) as entries:
        if out.suffix.lower() == ".png":
            if (many := len(entries) * arguments.answers) > 1:
                raise ValueError(
                    f"out is {arguments.out!r}, but there are {many:,} pictures: give a .zip or a folder."
                )
            save_png(out, *next(answers(entries))[1:])
        elif out.suffix.lower() == ".zip":
            write_zip(out, named(answers(entries)))
        else:
            out.mkdir(exist_ok=True)
            for name, image, about in named(answers(entries)):
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


@contextmanager
def pictures_in(places: list[str]) -> Iterator[list[Entry]]:
    """The pictures of files, folders (and their folders) and ZIPs, in order, to be read inside of the `with`.

    What else lies there and may be meant, such as films, is named on stderr; hidden files and those of
    systems are not looked at. Raises ValueError (message fit for the user) if a place does not exist or holds
    no picture.
    """
    from ganapp.data.cache import throttled
    from ganapp.data.own.entries import file_entry, shown, suffix
    from ganapp.data.own.layouts import stills_among
    from ganapp.data.own.place import entries_of, find_place

    found: list[Entry] = []
    with ExitStack() as stack:
        for text in places:
            path = Path(text).expanduser()
            if not path.exists():
                raise ValueError(f"There is no picture, folder or ZIP at {text!r}.")
            if not path.is_dir() and suffix(path.name) != ".zip":
                found.append(
                    replace(file_entry(path.parent, path.name, path.stat().st_size), name=shown(path.name))
                )
                continue
            place = find_place(path, throttled(None))
            pictures, report = stills_among(stack.enter_context(entries_of(place)))
            for name, reason in [*place.skipped, *report]:
                print(f"{name} of {text} is left out: {reason}.", file=sys.stderr)
            if not pictures:
                raise ValueError(f"There is no picture in {text!r}.")
            found += [replace(entry, name=shown(entry.name)) for entry in pictures]
        yield found


def bytes_of(entry: Entry) -> bytes:
    """The bytes of a picture's file. Raises ValueError (message fit for the user) if it cannot be read."""
    from ganapp.data.decode import Unusable

    try:
        return entry.read()
    except Unusable as error:
        raise ValueError(f"{entry.name} cannot be used: {error}.") from None
