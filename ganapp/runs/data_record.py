"""What a run remembers of its data: name, class names, number and fingerprint, written once, in data.json.

The configuration names the place of the data; this file says what was there. It opens no data.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ganapp.files import write_text

from .run import Run
from .tolerant import Damaged, is_count, read_object

DATA = "data.json"


class DataRecord(NamedTuple):
    """The data of a run at its first start."""

    name: str
    classes: tuple[str, ...]
    count: int
    fingerprint: str


def read_data_record(run: Run) -> DataRecord | None:
    """What a run remembers of its data; None if it is of an older version, or the file is damaged."""
    try:
        return record_in(read_object(run.path / DATA))
    except (OSError, Damaged):
        return None


def write_data_record(run: Run, record: DataRecord) -> None:
    write_text(run.path / DATA, json.dumps(record._asdict(), ensure_ascii=False))


def record_in(found: dict[str, Any]) -> DataRecord:
    """The record in a JSON object. Raises Damaged if it holds something else."""
    name, classes, count, mark = (found.get(key) for key in DataRecord._fields)
    texts = classes if isinstance(classes, list) else [None]
    if not all(isinstance(text, str) for text in (name, mark, *texts)) or not is_count(count):
        raise Damaged("it lacks what it should say")
    return DataRecord(name, tuple(texts), count, mark)
