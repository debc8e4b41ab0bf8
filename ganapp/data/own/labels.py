"""Finds the label of each picture file: from a dataset.json, from a table, from its folder, or none.

Works on names only. The label files are read in label_files.py; pictures are decoded in ../decode.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from ..names import FILMS, PICTURES
from ..preparing import Entry
from .entries import ARCHIVES, UNSUPPORTED, shown, suffix
from .label_files import read_dataset_json, read_table, tables_among
from .matching import match_names

SPLIT_FOLDERS = {"train", "training", "test", "testing", "val", "valid", "validation"}
MOST_OUTSIDE = 0.1  # share of pictures that may lie beside the class folders (one always may)


class Labelled(NamedTuple):
    """The pictures with their labels, the files that are left out, and sentences about the labels."""

    pictures: list[tuple[Entry, str | int | None]]  # labels are all numbers, all names, or all None
    report: list[tuple[str, str]]  # (file, reason)
    notes: list[str]


def label_entries(entries: list[Entry], labelled: bool = True) -> Labelled:
    """Find the label of each picture and film among `entries`.

    A dataset.json of StyleGAN comes first, then a table (CSV, TSV or metadata.jsonl) that labels at least
    half of the pictures, then class folders; labelled=False: there are none. Raises ValueError (message fit
    for the user) if a dataset.json is damaged.
    """
    report = unsupported(entries)
    pictures = [e for e in entries if suffix(e.name) in PICTURES + FILMS]
    if not pictures or not labelled:
        return _unlabelled(pictures)._replace(report=report)
    found = _by_dataset_json(entries, pictures)
    notes: list[str] = []
    if found is None:
        found, notes = _by_table(entries, pictures)
    if found is None:
        found = _by_folder(pictures)
    return Labelled(found.pictures, report + found.report, notes + found.notes)


def unsupported(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """(name, reason) of the files that a person may take for pictures and that are not read."""
    return [(e.name, _why_unsupported(e.name)) for e in entries if suffix(e.name) in UNSUPPORTED | ARCHIVES]


def _why_unsupported(name: str) -> str:
    if suffix(name) in ARCHIVES:
        return "an archive inside of the data is not opened: unpack it"
    return f"{suffix(name)} files cannot be read: save it as PNG or JPEG"


def _unlabelled(pictures: list[Entry], notes: Sequence[str] = ()) -> Labelled:
    return Labelled([(e, None) for e in pictures], [], list(notes))


def _with_labels(pictures: list[Entry], labels: list, source: str, notes: Sequence[str] = ()) -> Labelled:
    """Pictures with labels; those whose label is None are left out and reported."""
    pairs = list(zip(pictures, labels, strict=True))
    missing = [(e.name, f"no label in {source}") for e, label in pairs if label is None]
    return Labelled([pair for pair in pairs if pair[1] is not None], missing, list(notes))


def _by_dataset_json(entries: list[Entry], pictures: list[Entry]) -> Labelled | None:
    """Labels of a dataset.json in a folder that holds all pictures; None if there is none of StyleGAN's."""
    by_name = {e.name: e for e in entries}
    common = common_folders([e.name for e in pictures])
    for k in range(len(common) + 1):
        file = by_name.get("/".join([*common[:k], "dataset.json"]))
        labels = read_dataset_json(file) if file is not None else None
        if labels is None:
            continue
        if not labels:
            return _unlabelled(pictures)
        names = ["/".join(e.name.split("/")[k:]) for e in pictures]
        return _with_labels(pictures, match_names(names, labels), "dataset.json")
    return None


def _by_table(entries: list[Entry], pictures: list[Entry]) -> tuple[Labelled | None, list[str]]:
    """Labels of the first tables that label half of the pictures, and a note on each that is not used.

    Tables of the same name in several folders (train/metadata.csv, test/metadata.csv) are read as one.
    """
    notes = []
    for name, tables in tables_among(entries):
        matched: list[str | None] = [None] * len(pictures)
        problems = []
        for table in tables:
            labels, problem = read_table(table)
            problems += [problem] if problem else []
            folder = table.name[: -len(name)]
            below = [i for i, e in enumerate(pictures) if e.name.startswith(folder)]
            found = match_names([pictures[i].name[len(folder) :] for i in below], labels)
            for i, label in zip(below, found, strict=True):
                matched[i] = label if label is not None else matched[i]
        used = [label for label in matched if label is not None]
        if not problems and 2 * len(used) < len(pictures):
            problems = [f"it labels {len(used):,} of the {len(pictures):,} pictures, fewer than half"]
        elif not problems and len(pictures) > 3 and 2 * len(set(used)) > len(used):
            problems = [f"it has {len(set(used)):,} labels for {len(used):,} pictures"]
        if not problems:
            return _with_labels(pictures, matched, name, [f"The classes are those of {shown(name)}."]), notes
        notes.append(f"The labels of {shown(name)} are not used: {problems[0]}.")
    return None, notes


def _by_folder(pictures: list[Entry]) -> Labelled:
    """Names of folders as labels, if there are at least two.

    Folders around everything are skipped, such as the ZIP's own name, and those of splits. A few pictures
    that lie beside the class folders are left out and reported; if there are many, there are no classes.
    """
    parts = {e.name: unicodedata.normalize("NFC", e.name).split("/") for e in pictures}
    depth, outside, inside = 0, [], pictures
    while True:
        outside += [e for e in inside if len(parts[e.name]) == depth + 1]
        inside = [e for e in inside if len(parts[e.name]) > depth + 1]
        folders = {parts[e.name][depth] for e in inside}
        if len(folders) > 1 and not all(f.lower() in SPLIT_FOLDERS for f in folders) or not folders:
            break
        depth += 1
    # Folders 00000/, 00001/ … of StyleGAN and FFHQ are no classes.
    if len(folders) < 2 or all(re.fullmatch(r"\d{5}", f) for f in folders):
        return _unlabelled(pictures)
    listed = ", ".join(sorted(map(shown, folders))[:3]) + (", …" if len(folders) > 3 else "")
    if len(outside) > max(1, MOST_OUTSIDE * len(pictures)):
        note = (
            f"There are no classes: {len(outside):,} of the {len(pictures):,} pictures lie beside "
            f"the folders {listed}. Move them into folders if these are classes."
        )
        return _unlabelled(pictures, [note])
    left_out = {e.name for e in outside}
    report = [(e.name, f"outside of the class folders ({listed})") for e in outside]
    labelled = [(e, shown(parts[e.name][depth])) for e in pictures if e.name not in left_out]
    return Labelled(labelled, report, [])


def common_folders(names: Sequence[str]) -> list[str]:
    """The folders that hold all files, outermost first."""
    first, *others = (name.split("/")[:-1] for name in names)
    common = first
    for folders in others:
        same = (a == b for a, b in zip(common, folders, strict=False))
        common = common[
            : next((i for i, equal in enumerate(same) if not equal), min(len(common), len(folders)))
        ]
    return common
