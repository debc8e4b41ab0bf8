"""Figures of quality, each with its protocol: evaluate(source, data, metrics) -> list[Figure].

Importing this room is light: torch is imported where a figure needs it.
"""

from .comparing import difference_text, differences, incomparable, newest
from .evaluation import (
    REPEATS,
    WITHOUT_DOWNLOAD,
    Answers,
    Neighbours,
    answers,
    answers_to,
    check,
    evaluate,
    examples,
    measure,
    neighbours,
)
from .figure import Figure, protocol_text, stored_text, value_text
from .inputs import What
from .measures import MEASURES
from .origin import data_of
from .preparing import prepare
from .rounds import MOST_REPEATS
from .storage import figures_of, store
from .verdict import missing_kinds, verdict

__all__ = [
    "MEASURES",
    "MOST_REPEATS",
    "REPEATS",
    "WITHOUT_DOWNLOAD",
    "What",
    "answers",
    "answers_to",
    "Answers",
    "Figure",
    "Neighbours",
    "check",
    "data_of",
    "difference_text",
    "differences",
    "evaluate",
    "examples",
    "figures_of",
    "incomparable",
    "measure",
    "missing_kinds",
    "neighbours",
    "newest",
    "prepare",
    "protocol_text",
    "store",
    "stored_text",
    "value_text",
    "verdict",
]
