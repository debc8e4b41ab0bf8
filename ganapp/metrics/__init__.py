"""Figures of quality, each with its protocol: evaluate(source, data, metrics) -> list[Figure].

quick_swd(real, fake) is a cheap distance for a curve during training. Importing this room is light: torch is
imported where a figure needs it.
"""

from .distances.swd import quick_swd
from .evaluation import REPEATS, WITHOUT_DOWNLOAD, Neighbours, check, evaluate, measure, neighbours, prepare
from .figure import Figure, protocol_text, value_text
from .measures import MEASURES
from .rounds import MOST_REPEATS
from .storage import figures_of, store

__all__ = [
    "MEASURES",
    "MOST_REPEATS",
    "REPEATS",
    "WITHOUT_DOWNLOAD",
    "Figure",
    "Neighbours",
    "check",
    "evaluate",
    "figures_of",
    "measure",
    "neighbours",
    "prepare",
    "protocol_text",
    "quick_swd",
    "store",
    "value_text",
]
