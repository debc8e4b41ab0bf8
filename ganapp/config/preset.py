"""Preset: a named configuration with its source. The tables are presets.py and picture_presets.py."""

from __future__ import annotations

from typing import NamedTuple

from .train_config import TrainConfig


class Preset(NamedTuple):
    """A configuration, and after how many kimg its images are recognisable and good.

    Both numbers were measured here; those of presets for a GPU are read off the curves in the papers.
    """

    about: str  # one sentence
    source: str  # the paper, or where it was measured
    first_kimg: float  # something can be seen
    good_kimg: float  # the images are worth showing
    config: TrainConfig


def row(about: str, source: str, first_kimg: float, good_kimg: float, **fields) -> Preset:
    return Preset(about, source, first_kimg, good_kimg, TrainConfig(**fields))
