"""Finds two sides, A and B, among the files of a source, and the pictures of each that belong together.

Layouts: folders A and B, or trainA, trainB, testA, testB as CycleGAN's data sets come; A|B side by side in
one picture as those of pix2pix come; two sources. Works on names only; pictures are read in pairs.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from ..names import FILMS, PICTURES
from ..preparing import Entry, natural
from .entries import shown, suffix
from .labels import common_folders, unsupported
from .matching import match_names

_SIDE = re.compile(r"(?:(train|training|test|testing|val|valid|validation)[ _-]?)?([ab])", re.IGNORECASE)
_TEST = re.compile(r"(?:test|testing|val|valid|validation)(?:[ _-]?[ab])?", re.IGNORECASE)
SEVERAL = 3  # names in a sentence

Report = list[tuple[str, str]]  # (file, reason)


class Found(NamedTuple):
    """The pairs of a source: two files each, or one file that is A|B."""

    pairs: list[tuple[Entry, Entry | None]]
    report: Report
    note: str


def find_pairs(entries: Sequence[Entry], source: str) -> Found:
    """Pairs of one source: those of folders A and B if there are both, else every picture is A|B.

    Raises ValueError (message fit for the user) if most pictures lie beside A and B, or nothing fits.
    """
    pictures, report = stills_among(entries)
    sides, beside = split_sides(pictures)
    if not (sides["a"] and sides["b"]):
        pairs = [(entry, None) for entry in sorted(pictures, key=lambda e: natural(e.name))]
        return Found(pairs, report, "The pairs are the left and the right half of each picture.")
    if len(beside) > len(sides["a"]) + len(sides["b"]):
        raise ValueError(
            f"Which pictures of {source} are pairs is unclear: {len(pictures) - len(beside):,} lie in A and "
            f"B, {len(beside):,} elsewhere. Give a folder that holds A and B alone."
        )
    report += [(shown(entry.name), "neither in A nor in B") for entry in beside]
    return _matched(sides["a"], sides["b"], report, source)


def find_pairs_of_two(a: Sequence[Entry], b: Sequence[Entry], source: str) -> Found:
    """Pairs of two sources, A and B. Raises ValueError (message fit for the user) if no names fit."""
    (in_a, report), (in_b, report_b) = stills_among(a), stills_among(b)
    keys_a, keys_b = _below_common(in_a), _below_common(in_b)
    return _matched(keys_a, keys_b, report + report_b, source)


def split_sides(entries: Sequence[Entry]) -> tuple[dict[str, list[tuple[str, Entry]]], list[Entry]]:
    """({"a": [(key, entry)], "b": …}, entries of no side). The key is the name without what says the side.

    The outermost folder below those that hold everything decides: trainA/1.png has the key train/1.png.
    """
    sides: dict[str, list[tuple[str, Entry]]] = {"a": [], "b": []}
    beside = []
    for name, entry in _below_common(entries):
        parts = name.split("/")
        found = ((i, _SIDE.fullmatch(folder)) for i, folder in enumerate(parts[:-1]))
        i, match = next(((i, match) for i, match in found if match), (0, None))
        if match is None:
            beside.append(entry)
            continue
        key = "/".join([*parts[:i], *([match[1].lower()] if match[1] else []), *parts[i + 1 :]])
        sides[match[2].lower()].append((key, entry))
    return sides, beside


def held_out_by_folder(names: Sequence[str]) -> Callable[[str], bool] | None:
    """Whether a file of this name is held out, as its folder says: test, val, testA, …

    None if the folders do not say it: none of them is called so, or all are.
    """
    depth = len(common_folders(names)) if names else 0

    def is_test(name: str) -> bool:
        return any(_TEST.fullmatch(folder) for folder in name.split("/")[depth:-1])

    return is_test if len({is_test(name) for name in names}) == 2 else None


def stills_among(entries: Sequence[Entry]) -> tuple[list[Entry], Report]:
    """The pictures among files, and why others that a person may mean are not used."""
    films = [(shown(e.name), "a film has no pairs of pictures") for e in entries if suffix(e.name) in FILMS]
    others = [(shown(name), reason) for name, reason in unsupported(entries)]
    return [e for e in entries if suffix(e.name) in PICTURES], films + others


def _below_common(entries: Sequence[Entry]) -> list[tuple[str, Entry]]:
    """(name below the folders that hold everything, entry) of each entry."""
    depth = len(common_folders([e.name for e in entries])) if entries else 0
    return [("/".join(e.name.split("/")[depth:]), e) for e in entries]


def _matched(a: list[tuple[str, Entry]], b: list[tuple[str, Entry]], report: Report, source: str) -> Found:
    """Pairs of the same name, in natural order; what is left over is reported by name."""
    in_a, in_b = dict(a), dict(b)
    found = match_names(list(in_a), {key: key for key in in_b})
    matches = {key: other for key, other in zip(in_a, found, strict=True) if other is not None}
    if not matches:
        names = [", ".join(shown(e.name) for _, e in side[:SEVERAL]) or "no pictures" for side in (a, b)]
        raise ValueError(
            f"{source} holds no pairs: no picture of A has the name of one of B. There are {names[0]} in A "
            f"and {names[1]} in B."
        )
    used_a, used_b = ({id(side[key]) for key in keys} for side, keys in (
        (in_a, matches), (in_b, set(matches.values()))
    ))  # fmt: skip
    report = [
        *report,
        *((shown(e.name), "no picture of this name in B") for _, e in a if id(e) not in used_a),
        *((shown(e.name), "no picture of this name in A") for _, e in b if id(e) not in used_b),
    ]
    pairs = [(in_a[key], in_b[matches[key]]) for key in sorted(matches, key=natural)]
    return Found(pairs, report, "The pairs are the pictures of the same name in A and in B.")
