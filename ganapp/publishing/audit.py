"""What is known, before a generator is published, of whether it gives its training pictures away.

It reads stored figures and measures nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ganapp.metrics import figures_of
from ganapp.metrics.verdict import CLOSER, COPIES

LEAKS = 0.65  # area under the ROC curve of the membership attack
SPACES = ("pixels", "features")


class Audit(NamedTuple):
    """copies: a sentence on a generator that copies or leaks, for a second yes. unknown: if not measured."""

    copies: str = ""
    unknown: str = ""


def audit(folder: str | Path) -> Audit:
    """The audit of a generator folder, from its stored figures."""
    return judged(figures_of(folder))


def judged(figures: Sequence[Mapping[str, Any]]) -> Audit:
    """The audit of figures as Figure.to_json gives them.

    A generator copies if a sample is nearer to a training picture than a held-out picture is with a
    probability of CLOSER or more, or if a share of COPIES or more of its samples are nearer than 99 % of the
    held-out pictures. It leaks if the membership attack reaches LEAKS.
    """
    values = {str(f["name"]): float(f["value"]) for f in figures}
    for name, least in (("closer", CLOSER), ("copies", COPIES), ("membership", LEAKS)):
        known = [values[key] for space in SPACES if (key := f"{name}.{space}") in values]
        if known and max(known) >= least:
            return Audit(copies=_sentence(name, max(known), least))
    if not any(f"closer.{space}" in values for space in SPACES):
        return Audit(
            unknown="Whether this model copies training pictures is not measured: measure memorisation first."
        )
    return Audit()


def _sentence(name: str, value: float, least: float) -> str:
    if name == "closer":
        return (
            f"This model copies: a sample is nearer to a training picture than a held-out one is in "
            f"{value:.0%} of cases (50 % is none, {least:.0%} is the limit)."
        )
    if name == "copies":
        return (
            f"This model copies: {value:.1%} of its samples are as near to a training picture as a copy "
            f"(1 % is none, {least:.0%} is the limit)."
        )
    return (
        f"This model gives its training pictures away: samples tell them from held-out ones in "
        f"{value:.0%} of cases (50 % is none, {least:.0%} is the limit)."
    )
