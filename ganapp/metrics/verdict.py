"""The verdict: figures of quality in one or a few sentences that a person can act on. Measures nothing.

Thresholds are ratios of a distance to the same distance between two sets of real pictures, which no generator
can beat on average. They were set by what docs/quality.md lists: the shipped generators lie below CLOSE,
tutorials' presets after ten minutes between CLOSE and FAR or beyond.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

# figure -> (at most so many times its floor: close; more than so many: far)
RATIOS = {"fd": (20, 60), "swd": (4, 12)}
TOLD_APART = 0.9  # of the two-sample test: from here on a small network tells nearly every picture apart
# Share of samples nearer to a training picture than a held-out picture usually is (0.5: no copying), and
# share as near as one in a hundred held-out pictures.
CLOSER, COPIES = 0.65, 0.05
LEAST_RECALL = 0.4
LEAST_TO_TELL = 100  # real pictures: with fewer, the standard error of a share of a half is above 0.05
MISSING = "missing: "  # begins the note of a coverage
MOST_NAMED = 5

Figures = Sequence[Mapping[str, Any]]


def verdict(figures: Figures) -> str:
    """Sentences about figures (as Figure.to_json gives them); "" if there is nothing to say.

    How near answers are to their targets and how close the pictures are, then what is missing, then copies,
    then whether the figures can be relied on.
    """
    values = {f["name"]: f["value"] for f in figures if isinstance(f.get("value"), int | float)}
    said = [_nearness(values), _closeness(values), _missing(figures), _variety(values), _copies(values)]
    said.append(_reliance(figures))
    return " ".join(sentence for sentence in said if sentence)


def _nearness(values: Mapping[str, float]) -> str:
    answers, inputs = values.get("psnr"), values.get("psnr.naive")
    if answers is None or inputs is None:
        return ""
    if answers <= inputs:
        return "The answers are no nearer to their targets than the inputs are: train longer."
    return f"The answers are {answers - inputs:.1f} dB nearer to their targets than the inputs are."


def _closeness(values: Mapping[str, float]) -> str:
    for name, (close, far) in RATIOS.items():
        value, floor = values.get(name), values.get(f"{name}.real")
        if value is None or not floor:
            continue
        if value <= close * floor:
            return "The pictures are close to the real ones."
        if value <= far * floor:
            return "The pictures resemble the real ones, but not closely: train longer."
        return "The pictures are far from the real ones: train longer, or try another preset."
    told_apart = values.get("c2st")
    if told_apart is None:
        return ""
    if told_apart < TOLD_APART:
        return "A small network often takes the pictures for real ones."
    return "A small network tells the pictures from real ones at once."


def missing_kinds(figures: Figures) -> list[str]:
    """Names of the classes that the generator leaves out, as the note of their coverage lists them."""
    notes = [f.get("note") or "" for f in figures if f["name"] == "classes.coverage"]
    listed = [note.removeprefix(MISSING) for note in notes if note.startswith(MISSING)]
    return [name.strip() for part in listed for name in part.partition(" and ")[0].split(" · ")[0].split(",")]


def _missing(figures: Figures) -> str:
    kinds = missing_kinds(figures)
    if not kinds:
        return ""
    names = ", ".join(kinds[:MOST_NAMED]) + (", …" if len(kinds) > MOST_NAMED else "")
    if len(kinds) == 1:
        return f"One kind is missing or rare: {names}."
    return f"{len(kinds)} kinds are missing or rare: {names}."


def _variety(values: Mapping[str, float]) -> str:
    recall = values.get("recall")
    if recall is None or recall >= LEAST_RECALL:
        return ""
    return f"They show only part of the variety: {recall:.0%} of the real pictures are within their reach."


def _copies(values: Mapping[str, float]) -> str:
    closer = max(values.get(f"closer.{space}", 0.0) for space in ("pixels", "features"))
    copies = max(values.get(f"copies.{space}", 0.0) for space in ("pixels", "features"))
    if closer < CLOSER and copies < COPIES:
        return ""
    return "Some are near to copies of training pictures: use more pictures, augment them, or stop earlier."


def _reliance(figures: Figures) -> str:
    counts = [count for figure in figures if (count := real_count(figure.get("protocol") or {})) is not None]
    if not counts or min(counts) >= LEAST_TO_TELL:
        return ""
    return f"Some figures rest on {min(counts):,} real pictures: too few to rely on."


def real_count(protocol: Mapping[str, Any]) -> int | None:
    """Number of real pictures that a figure was measured with; None if it needs none."""
    if protocol.get("split") == "none":
        return None
    count = protocol.get("real", protocol.get("images"))
    return count if isinstance(count, int) else None


def too_few_text(protocol: Mapping[str, Any]) -> str:
    """A note for a figure of fewer than LEAST_TO_TELL real pictures; "" for any other."""
    count = real_count(protocol)
    if count is None or count >= LEAST_TO_TELL:
        return ""
    return f"too few to tell: {count:,} real pictures"
