"""Quality figures, each with its protocol: evaluate(source, data, metrics) -> list[Figure]; live(real, fake) for a curve.

Light on purpose: torch is imported where a figure needs it.
"""

from .distances.swd import live
from .evaluation import REPEATS, WITHOUT_DOWNLOAD, Neighbours, check, evaluate, measure, neighbours, prepare
from .figure import Figure, protocol_text, value_text
from .measures import MEASURES
from .rounds import MOST_REPEATS
from .storage import figures_of, store, stored

__all__ = [
    "MEASURES", "MOST_REPEATS", "REPEATS", "WITHOUT_DOWNLOAD", "Figure", "Neighbours", "check", "evaluate", "figures_of", "live", "measure",
    "neighbours", "prepare", "protocol_text", "store", "stored", "value_text",
]  # fmt: skip
