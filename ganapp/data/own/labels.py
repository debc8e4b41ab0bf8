"""Finds the label of each picture file: a number in a dataset.json, the name of its folder, or none.

Reads file names and one JSON file only; pictures are decoded elsewhere (decode.py).
"""

import json
import re

from ..decode import Unusable
from ..preparing import MAX_CLASSES, Entry
from .entries import PICTURES, UNSUPPORTED, shown, suffix

SPLIT_FOLDERS = {"train", "training", "test", "testing", "val", "valid", "validation"}
OTHER_FILE: dict[str, int] = {}  # returned for a dataset.json that is not StyleGAN's; compared by identity


def label_entries(entries: list[Entry]) -> tuple[list[tuple[Entry, str | int | None]], list[tuple[str, str]]]:
    """Return [(picture, label)] and [(file, reason)] of the files that are left out.

    Labels are all numbers (from dataset.json), all folder names, or all None.
    Raises ValueError (message fit for the user) if a dataset.json of StyleGAN is damaged.
    """
    report = [
        (e.name, f"{suffix(e.name)} files cannot be read: save it as PNG or JPEG")
        for e in entries
        if suffix(e.name) in UNSUPPORTED
    ]
    pictures = [e for e in entries if suffix(e.name) in PICTURES]
    parts = [e.name.split("/") for e in pictures]
    depth = 0  # number of folders that contain everything, such as the ZIP's own name or "train/"
    while parts and all(len(p) > depth + 1 for p in parts) and len({p[depth] for p in parts}) == 1:
        depth += 1
    by_name = {e.name: e for e in entries}
    for k in range(depth + 1 if parts else 0):
        found = by_name.get("/".join([*parts[0][:k], "dataset.json"]))
        labels = _read_labels(found) if found is not None else OTHER_FILE
        if labels is None:
            return [(e, None) for e in pictures], report
        if labels is not OTHER_FILE:
            names = ["/".join(p[k:]) for p in parts]
            report += [
                (e.name, "no label in dataset.json")
                for e, n in zip(pictures, names, strict=True)
                if n not in labels
            ]
            return [(e, labels[n]) for e, n in zip(pictures, names, strict=True) if n in labels], report
    if parts and all(len(p) > depth + 1 and p[depth].lower() in SPLIT_FOLDERS for p in parts):
        depth += 1  # train/cats, test/cats: the classes are inside
    if not parts or not all(len(p) > depth + 1 for p in parts):
        return [(e, None) for e in pictures], report
    classes = {p[depth] for p in parts}
    # Folders 00000/, 00001/ … of StyleGAN and FFHQ are no classes.
    shards = all(re.fullmatch(r"\d{5}", c) for c in classes)
    if len(classes) < 2 or shards:
        return [(e, None) for e in pictures], report
    return [(e, shown(p[depth])) for e, p in zip(pictures, parts, strict=True)], report


def _read_labels(entry: Entry) -> dict[str, int] | None:
    """{file: label} of a StyleGAN dataset.json, None if it says that there are no labels, else OTHER_FILE."""
    try:
        content = json.loads(entry.read())
    except (Unusable, ValueError, RecursionError) as error:
        raise ValueError(
            f"{entry.name} cannot be read ({error}): correct it, or remove it to use folders as classes."
        ) from error
    if not isinstance(content, dict) or "labels" not in content:
        return OTHER_FILE
    if not content["labels"]:
        return None
    labels = {}
    for pair in content["labels"] if isinstance(content["labels"], list) else [content["labels"]]:
        match pair:
            case [str(name), int(label)] if not isinstance(label, bool) and 0 <= label < MAX_CLASSES:
                labels[name.replace("\\", "/")] = label
            case _:
                raise ValueError(
                    f'{entry.name} has the label {str(pair)[:60]}; each must be ["file.png", number] '
                    f"with a whole number from 0 to {MAX_CLASSES - 1}."
                )
    return labels
