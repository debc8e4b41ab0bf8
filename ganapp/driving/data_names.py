"""What a run calls its data: names, Hub ids with their commit, paths. Checked before a run begins."""

from __future__ import annotations

import os

from ganapp.config import TrainConfig

PLACES = ("dataset", "dataset_b")  # the fields of a configuration that say where data are


class NoData(ValueError):
    """A field of a configuration names data that are not there."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


def with_checked_data(config: TrainConfig) -> TrainConfig:
    """The configuration with the names of its data as a run stores them.

    Raises NoData (message fit for the user) if one of them names nothing.
    """
    stored = {}
    for field in PLACES if config.dataset_b else PLACES[:1]:
        try:
            stored[field] = stored_name(getattr(config, field))
        except ValueError as error:
            raise NoData(str(error), field) from None
    return config.replace(**stored)


def stored_name(source: str) -> str:
    """A data set's name as a run stores it: a Hub id with its commit, a path made absolute.

    Raises ValueError (message fit for the user) if there is no such data set.
    """
    from ganapp.data import BUILT_IN, HUB, pinned

    if source in BUILT_IN or source.startswith(HUB):
        return pinned(source)
    path = os.path.abspath(os.path.expanduser(source))
    if not source or not os.path.exists(path):
        names = ", ".join(BUILT_IN)
        raise ValueError(
            f"There is nothing at {source!r}: choose a folder or ZIP that exists, hub:user/name "
            f"or one of {names}."
        )
    return path
