"""Directions of a generator that the classifier of its data set finds, and how well each steers.

What a direction moves is read off pictures of seeds by the classifier: its own attribute, and all others.
Each figure has its protocol: seeds, amount, and how often the reader itself is right on held-out pictures.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ganapp.latents import (
    Direction,
    Directions,
    Edit,
    Move,
    Samples,
    direction_of_scores,
    draw_edits,
    label_direction,
    labels_of,
    samples_of,
    scores_of,
)
from ganapp.latents.by_example import centred_by_class, ridge

from .judges.classifier import CLASSES, TURNS
from .rounds import Setting
from .scorers import ATTRIBUTE, log_odds, name_of, parse_question, read, score_of, values_of, well_read

SAMPLES, FITTED = 4_000, 200  # pictures of which directions are made, and to which a range is fitted
WELL_READ = 0.95  # share of held-out pictures in which an attribute must be read right to be counted
CLASS_ATTRIBUTE = "expression"  # of the built-in faces: the same thing as their class
CHUNK = 64
ALL = "all"  # to hold still: everything else that the classifier reads in HELD_READ of held-out pictures
HELD_READ, MAIN, NOTICED = 0.9, 2, 0.4
AMOUNTS = tuple(k / 4 for k in range(4, 17))  # ends of a range that are tried
WANTED = 0.7  # share of pictures that an end should move


def directions_by_questions(
    setting: Setting,
    questions: Sequence[str],
    samples: int = SAMPLES,
    hold: Sequence[str] = (),
    known: Directions | None = None,
) -> list[Direction]:
    """A direction for each question (see scorers.py), all of the same pictures of seeds 0 to samples - 1.

    hold: names of directions that must stay still, of `known` or of these questions; one is not held still
    for itself. "all" holds everything else that the classifier reads. Raises ValueError (message fit for the
    user) if a question or a name is unknown.
    """
    asked = [parse_question(setting.classifier, setting.train, question) for question in questions]
    names = [name_of(question) for question in questions]
    available = {ALL, *names, *(known.names if known is not None else ())}
    for name in hold:
        if name not in available:
            raise ValueError(f"{name!r} cannot be held still; there are: {', '.join(sorted(available))}.")
    drawn, seen = _read_samples(setting, samples)
    scores = [score_of(seen[head], values) for head, values in asked]
    plain = {name: direction_of_scores(name, drawn, s) for name, s in zip(names, scores, strict=True)}
    found = []
    for name, (head, _), score in zip(names, asked, scores, strict=True):
        still = [plain.get(other) or known.get(other) for other in hold if other not in (name, ALL)]
        if ALL in hold:
            still += _everything_else(setting, drawn, seen, head)
        found.append(direction_of_scores(name, drawn, score, hold=still) if still else plain[name])
    return found


def _read_samples(setting: Setting, count: int) -> tuple[Samples, dict[str, np.ndarray]]:
    """Latents of seeds, and {head: probabilities (N, K)} of their pictures."""
    drawn = samples_of(setting.G, range(count), device=setting.device)
    told = setting.progress_of("Scoring pictures for directions")
    sizes: dict[str, int] = {}

    def every_answer(images: np.ndarray) -> np.ndarray:
        found = read(setting.classifier, images, setting.background)
        sizes.update({head: p.shape[1] for head, p in found.items()})
        return np.concatenate(list(found.values()), 1)

    table = scores_of(setting.G, drawn, every_answer, setting.device, told)
    ends = np.cumsum(list(sizes.values()))[:-1]
    return drawn, dict(zip(sizes, np.split(table, ends, axis=1), strict=True))


def _everything_else(
    setting: Setting, drawn: Samples, seen: dict[str, np.ndarray], own: str
) -> list[Direction]:
    """The MAIN directions along which each other head changes most: of the regression of all its log-odds.

    One along which they change by less than NOTICED a standard deviation is chance.
    """
    accuracy, found = setting.classifier.accuracy, []
    latents = centred_by_class(drawn.latents, drawn.labels)
    for head, p in seen.items():
        if head in (own, TURNS) or accuracy.get(head, 0) < HELD_READ:
            continue
        slopes = ridge(latents, centred_by_class(log_odds(p), drawn.labels)).T  # (K, D)
        _, sizes, rows = np.linalg.svd(slopes, full_matrices=False)
        sizes = sizes * np.std(latents @ rows.T, axis=0)  # log-odds a standard deviation
        rows = rows[:MAIN][sizes[:MAIN] > NOTICED]
        found += [Direction(head.removeprefix(f"{ATTRIBUTE}_"), row, drawn.space) for row in rows]
    return found


class Steered(NamedTuple):
    """What a direction moved, over pictures of seeds."""

    name: str
    own: float  # share of seeds whose own attribute moved as wanted
    others: dict[str, float]  # other attribute: share of seeds in which the reader's answer is another one
    low: float  # the amount where the attribute was there, or above the middle of its scale
    high: float  # where it was not

    @property
    def worst(self) -> tuple[str, float]:
        """The other attribute that changed most, and how often."""
        return max(self.others.items(), key=lambda item: item[1], default=("", 0.0))


def steered(
    setting: Setting,
    direction: Direction,
    question: str,
    seeds: Sequence[int],
    ends: tuple[float, float] | None = None,
    least: float = WELL_READ,
) -> Steered:
    """How often a direction moves what is asked, and how often all else, over pictures of seeds.

    A picture that has what is asked is moved to the low end, any other to the high end: the hat comes off, or
    on. On a scale, what is above the middle is moved down. It moved if the reader's answer is the other one,
    or on a scale went that way. ends: amounts in place of the direction's range. least: of the other
    attributes, those that the reader gets right in this share of held-out pictures.
    """
    low, high = ends or direction.range
    asked = Asked(setting, question)
    starts = [Edit(seed) for seed in seeds]
    before = answers(setting, starts)
    has = asked.has(before)
    after = _moved(setting, direction, starts, np.where(has, low, high))
    own = float(asked.moved(before, after, has).mean())
    return Steered(direction.name, own, _others(setting, asked.head, before, after, least), low, high)


def with_reach(
    setting: Setting, direction: Direction, question: str, seeds: Sequence[int], wanted: float = WANTED
) -> Direction:
    """The direction with a range whose ends just move what is asked in `wanted` of the pictures of seeds.

    Each end is the smallest of AMOUNTS that does, over the pictures that are to go there (see `steered`),
    found by halving; the last of them if none does.
    """
    asked = Asked(setting, question)
    starts = [Edit(seed) for seed in seeds]
    before = answers(setting, starts)
    has, ends = asked.has(before), []
    for sign, rows in ((-1, np.flatnonzero(has)), (1, np.flatnonzero(~has))):

        def reaches(amount: float, sign: int = sign, rows: np.ndarray = rows) -> bool:
            there = [starts[i] for i in rows]
            after = _moved(setting, direction, there, np.full(len(rows), sign * amount))
            own = asked.moved({head: found[rows] for head, found in before.items()}, after, has[rows])
            return bool(own.mean() >= wanted)

        at = bisect_left(AMOUNTS, True, key=reaches) if len(rows) else len(AMOUNTS)
        ends.append(sign * AMOUNTS[min(at, len(AMOUNTS) - 1)])
    return replace(direction, range=tuple(ends))


class Asked:
    """What a question asks of the reader's answers."""

    def __init__(self, setting: Setting, question: str) -> None:
        self.head, self.values = parse_question(setting.classifier, setting.train, question)
        self.on_scale = len(self.values) == len(values_of(setting.train, self.head))

    def has(self, answers: dict[str, np.ndarray]) -> np.ndarray:
        """Which pictures have it, or are above the middle of the scale, bool (N,)."""
        found = answers[self.head]
        return found >= len(self.values) / 2 if self.on_scale else np.isin(found, self.values)

    def moved(
        self, before: dict[str, np.ndarray], after: dict[str, np.ndarray], has: np.ndarray
    ) -> np.ndarray:
        """Which pictures moved as wanted, bool (N,): to the other answer, or down or up the scale."""
        if not self.on_scale:
            return self.has(after) != has
        step = np.sign(after[self.head] - before[self.head])
        return np.where(has, step < 0, step > 0)


def _moved(setting: Setting, direction: Direction, starts: list[Edit], amounts: np.ndarray):
    """The answers to the pictures of edits after they went along the direction."""
    moves = [
        edit.then(Move(direction.name, amount)) for edit, amount in zip(starts, amounts.tolist(), strict=True)
    ]
    return answers(setting, moves, Directions((direction,)))


def steered_by_label(
    setting: Setting, seeds: Sequence[int], amount: float = 1.0, least: float = WELL_READ
) -> Steered:
    """As `steered`, of the embedding of classes: each seed's picture is moved from its class to the next one.

    It moved if the reader sees the class that it was moved to.
    """
    G, count = setting.G, setting.G.spec.num_classes
    numbers = setting.classes if setting.classes is not None else np.arange(count)
    ways = [label_direction(G, (k + 1) % count, away_from=k) for k in range(count)]
    labels = labels_of(G, seeds)
    before = answers(setting, [Edit(seed) for seed in seeds])
    moves = [Edit(seed).then(Move(ways[k].name, amount)) for seed, k in zip(seeds, labels, strict=True)]
    after = answers(setting, moves, Directions(tuple(ways)))
    own = after[CLASSES] == numbers[(labels + 1) % count]
    return Steered("class", float(own.mean()), _others(setting, CLASSES, before, after, least), 0.0, amount)


def answers(
    setting: Setting, edits: Sequence[Edit], directions: Directions | None = None
) -> dict[str, np.ndarray]:
    """{head: the reader's answer of each picture (N,)} of edits."""
    found: dict[str, list[np.ndarray]] = {}
    for start in range(0, len(edits), CHUNK):
        images = draw_edits(setting.G, edits[start : start + CHUNK], directions, setting.device)
        for head, p in read(setting.classifier, images, setting.background).items():
            found.setdefault(head, []).append(p.argmax(1))
    return {head: np.concatenate(parts) for head, parts in found.items()}


def _others(setting: Setting, head: str, before, after, least: float) -> dict[str, float]:
    """The share of pictures in which each other attribute that is read well has changed."""
    names = well_read(setting.classifier.accuracy, least)
    own = CLASS_ATTRIBUTE if head == CLASSES else head.removeprefix(f"{ATTRIBUTE}_")
    changed = {name: before[f"{ATTRIBUTE}_{name}"] != after[f"{ATTRIBUTE}_{name}"] for name in names}
    return {name: float(rows.mean()) for name, rows in changed.items() if name != own}
