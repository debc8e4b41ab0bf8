"""Quality figures, each with its protocol: evaluate(source, data, metrics) -> list[Figure]; live(real, fake) for a curve.

Light on purpose: torch is imported where a figure needs it.
"""

from .figure import Figure, protocol_text, value_text
from .measures import MEASURES
from .measuring import (
    MOST_REPEATS,
    REPEATS,
    WITHOUT_DOWNLOAD,
    Neighbours,
    check,
    evaluate,
    measure,
    neighbours,
    prepare,
)
from .storage import figures_of, store, stored
from .swd import live

__all__ = [
    "MEASURES", "MOST_REPEATS", "REPEATS", "WITHOUT_DOWNLOAD", "Figure", "Neighbours", "check", "evaluate", "figures_of", "live", "measure",
    "neighbours", "prepare", "protocol_text", "store", "stored", "value_text",
]  # fmt: skip
