"""What a run remembers of its data: name, class names, number and fingerprint, written once, in data.json.

The configuration names the places of the data; this file says what was there. It opens no data.
"""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from ganapp.files import write_text

from .run import Run
from .tolerant import Damaged, is_count, read_object

DATA = "data.json"


class DataRecord(NamedTuple):
    """The data of a run at its first start, and those that are to become them, if it learns from two sets."""

    name: str
    classes: tuple[str, ...]
    count: int
    fingerprint: str
    inputs: DataRecord | None = None


def read_data_record(run: Run) -> DataRecord | None:
    """What a run remembers of its data; None if it is of an older version, or the file is damaged."""
    try:
        return record_in(read_object(run.path / DATA))
    except (OSError, Damaged):
        return None


def write_data_record(run: Run, record: DataRecord) -> None:
    write_text(run.path / DATA, json.dumps(_content(record), ensure_ascii=False))


def _content(record: DataRecord) -> dict[str, Any]:
    inputs = {"inputs": _content(record.inputs)} if record.inputs else {}
    return {key: value for key, value in record._asdict().items() if key != "inputs"} | inputs


def record_in(found: dict[str, Any], are_inputs: bool = False) -> DataRecord:
    """The record in a JSON object. Raises Damaged if it holds something else."""
    name, classes, count, mark, inputs = (found.get(key) for key in DataRecord._fields)
    texts = classes if isinstance(classes, list) else [None]
    if not all(isinstance(text, str) for text in (name, mark, *texts)) or not is_count(count):
        raise Damaged("it lacks what it should say")
    if inputs is not None and (are_inputs or not isinstance(inputs, dict)):
        raise Damaged("it does not say what its inputs were")
    return DataRecord(
        name, tuple(texts), count, mark, record_in(inputs, True) if inputs is not None else None
    )
