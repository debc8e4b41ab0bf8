"""Paths in sentences that a run keeps: in quotes, so that those who may see no path are told none.

Since 0.4 whatever is written stands in quotes. In older sentences a path with spaces has no end to be seen,
but the places that a run knows have: those of its data and its own folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from .run import Run


def quoted(run: Run, sentence: str | None) -> str | None:
    """A sentence of a run's status with the places that the run knows in quotes, and what lies in them."""
    if not sentence or not ("/" in sentence or "\\" in sentence):
        return sentence
    for place in sorted(set(_places(run)), key=len, reverse=True):
        # Not in quotes already, no part of another path; up to the end of what lies inside of it.
        path = rf"(?<![\w'\"/\\]){re.escape(place)}(?:[/\\][^\s'\"]*[^\s'\".,:;)])?(?![\w'\"])"
        sentence = re.sub(path, lambda found: f"'{found[0]}'", sentence)
    return sentence


def _places(run: Run) -> Iterator[str]:
    """Absolute paths with spaces that a run knows; others need no quotes."""
    places = [str(run.path.absolute())]
    try:
        config = run.config()
        places += [config.dataset, config.dataset_b, config.start_from]
    except (OSError, ValueError):  # the configuration is damaged, or a newer version wrote it
        pass
    return (place for place in places if " " in place and Path(place).is_absolute())
