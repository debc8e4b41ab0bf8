"""Reads files of labels: StyleGAN's dataset.json, and tables of files and labels (CSV, TSV, JSON lines).

Which picture a name in them means is decided in matching.py.
"""

from __future__ import annotations

import csv
import io
import json
import re

from ..decode import Unusable
from ..names import FILMS, PICTURES, TABLES
from ..preparing import MAX_CLASSES, Entry
from .entries import shown, suffix

MAX_LABELS = 64_000_000  # bytes of a file of labels
MAX_TABLES = 20  # tables that are looked at
FIRST = ("labels.csv", "labels.tsv", "metadata.csv", "metadata.jsonl")  # before tables of other names
FILE_COLUMNS = (
    "file_name",
    "filename",
    "file",
    "path",
    "filepath",
    "file_path",
    "image",
    "image_path",
    "img",
)
LABEL_COLUMNS = ("label", "class", "category", "target", "labels", "class_name", "classname", "label_name")


def read_dataset_json(entry: Entry) -> dict[str, str | int] | None:
    """{file: label} of a StyleGAN dataset.json; {} if it has none; None if it is another file.

    Raises ValueError (message fit for the user) if it cannot be read or a label is neither a number nor a
    name.
    """
    try:
        content = json.loads(_read(entry))
    except (Unusable, ValueError, RecursionError) as error:
        raise ValueError(
            f"{entry.name} cannot be read ({error}): correct it, or remove it to use folders as classes."
        ) from error
    if not isinstance(content, dict) or "labels" not in content:
        return None
    pairs = content["labels"]
    if isinstance(pairs, dict):
        pairs = list(map(list, pairs.items()))
    labels: dict[str, str | int] = {}
    for pair in pairs if isinstance(pairs, list) else [pairs] if pairs else []:
        label = _class_of(pair[1]) if isinstance(pair, list) and len(pair) == 2 else None
        if label is None or not isinstance(pair[0], str):
            raise ValueError(
                f'{entry.name} has the label {str(pair)[:60]}; each must be ["file.png", label] '
                f"with the name of a class or a whole number from 0 to {MAX_CLASSES - 1}."
            )
        labels[pair[0]] = label
    if len({type(label) for label in labels.values()}) > 1:
        labels = {name: str(label) for name, label in labels.items()}
    return labels


def _class_of(value: object) -> str | int | None:
    """A label as the name or the number of a class; None if it is neither."""
    if isinstance(value, str):
        return value.strip()[:100] or None
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        return None
    return int(value) if 0 <= value < MAX_CLASSES and value == int(value) else None


def tables_among(entries: list[Entry]) -> list[tuple[str, list[Entry]]]:
    """[(file name, the tables of that name)], the usual names first."""
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        name = entry.name.rpartition("/")[2]
        if suffix(name) in TABLES:
            by_name.setdefault(name, []).append(entry)
    order = {name: i for i, name in enumerate(FIRST)}
    return sorted(by_name.items(), key=lambda item: (order.get(item[0].lower(), len(order)), item[0]))[
        :MAX_TABLES
    ]


def read_table(entry: Entry) -> tuple[dict[str, str], str]:
    """{file: class} of a table, and "" or the reason why its labels cannot be used."""
    try:
        text = _text(_read(entry))
        rows = _json_rows(text) if suffix(entry.name) == ".jsonl" else _csv_rows(text)
    except (Unusable, ValueError, RecursionError, csv.Error) as error:
        return {}, f"it cannot be read ({error})"
    if not rows:
        return {}, "it is empty"
    file, label = _columns(rows[0])
    if file is None or label is None:
        names = ", ".join(shown(str(name))[:30] for name in list(rows[0])[:10])
        return {}, f"it has no column of files and one of labels (its columns are {names})"
    pairs = ((row.get(file), _cell(row.get(label))) for row in rows)
    found = {name.strip(): label for name, label in pairs if isinstance(name, str) and label}
    if len(set(found.values())) > MAX_CLASSES:
        return {}, f"its column {label} has more than {MAX_CLASSES:,} values"
    return found, ""


def _cell(value: object) -> str | None:
    """A cell as the name of a class: text as it is, a whole number without its point."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()[:100]
    return text.removesuffix(".0") if re.fullmatch(r"\d+\.0", text) else text or None


def _columns(row: dict) -> tuple[str | None, str | None]:
    """The column of the files and that of the labels, by the usual names in their order of preference."""
    known = {str(name).strip().casefold().replace(" ", "_"): name for name in row}
    file = next((known[name] for name in FILE_COLUMNS if name in known), None)
    label = next((known[name] for name in LABEL_COLUMNS if name in known), None)
    return file, label


def _csv_rows(text: str) -> list[dict]:
    """Rows by column. Without a header, a first row of a picture's name and one more cell is data."""
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    cells = [row for row in csv.reader(io.StringIO(text.lstrip(), newline=""), delimiter=delimiter) if row]
    if not cells:
        return []
    if len(cells[0]) == 2 and suffix(cells[0][0].strip()) in PICTURES + FILMS:
        cells.insert(0, ["file", "label"])
    header = cells[0]
    return [dict(zip(header, row, strict=False)) for row in cells[1:]]


def _json_rows(text: str) -> list[dict]:
    rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    return [row for row in rows if isinstance(row, dict)]


def _read(entry: Entry) -> bytes:
    if entry.size > MAX_LABELS:
        raise Unusable(f"{entry.size / 1e6:,.0f} MB; at most {MAX_LABELS / 1e6:.0f} MB")
    return entry.read()


def _text(data: bytes) -> str:
    """The text of a table: UTF-8 or UTF-16 with or without a mark, else what Windows writes."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
