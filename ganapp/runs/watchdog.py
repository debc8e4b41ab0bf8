"""The watchdog: judge(rows, config) finds what goes wrong in a run, what it means and what helps.

It is a pure function of rows as stats.jsonl has them; no torch, no files. The sentences of a finding are in
KINDS. Its remedies are names that remedies.remedied turns into a configuration. A check runs for every player
that has the columns it reads: for G and D of a GAN, for each of several discriminators, for none if there is
no discriminator.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import fmean, median, quantiles
from typing import Any, NamedTuple

from ganapp.config import TrainConfig
from ganapp.config.columns import column, other_players, players_with

from .remedies import is_allowed

HISTORY = 1000  # rows to judge by, besides earlier ones that have vitals
ENOUGH = 60  # rows before anything but NaN is found: about a minute
RECENT = 20  # rows; their median is the present value
CHANCE = {  # D's loss if it cannot tell real from generated images; wasserstein has none
    "minimax": 2 * math.log(2), "non_saturating": 2 * math.log(2), "least_squares": 0.25, "hinge": 2.0,
    "relativistic": math.log(2), "relativistic_average": 2 * math.log(2),
}  # fmt: skip
# Thresholds: where there are two, they are those of amber and red.
NEAR_ZERO, AT_ZERO = 0.03, 0.005  # D's loss, as a share of CHANCE
GAP_GROWS = 1.1  # gap between D's outputs, relative to before
STALLED, DEAD = 0.01, 0.001  # G's gradient, relative to its highest
EXPLODED, BURST = 100.0, 1000.0  # a gradient, relative to before
HUGE = 1e4  # norm of a gradient, whatever it was before
WARM_UP = 500  # first steps, in which the discriminator is ahead in most runs
MIN_VITALS = 8  # measurements before vitals are judged
BEGINNING = 100_000  # images after which samples should be diverse
FALLEN, COLLAPSED = 0.4, 0.15  # diversity, relative to its highest; FALLEN also relative to real images
OVERFIT, MEMORIZED = 0.5, 0.8  # the share that _overfit computes
NOISE = 4.0  # standard errors that the gap between training and held-out images must exceed
CIRCLING = 200  # last rows, in which oscillation is looked for
COPY, COPIED = 0.01, 0.003  # change of the input, as a share of its distance to pictures of the other set
HARDLY, NO_NEARER = 0.1, 0.97  # change of the input, and error left, as shares of the input's own error
AHEAD = 0.8  # D's loss, as a share of CHANCE; patches without damage keep it from getting near 0
DEAF, SAME = 0.3, 0.1  # distance between two outputs, as a share of that between two targets
SWINGS = 6  # rises and falls of the gap between D's outputs
SWING, SWING_NOISE = 1.5, 6.0  # height of a swing, relative to the size of the gap and to its noise


class Kind(NamedTuple):
    """The words and remedies of one kind of finding. Braces in the sentences are filled with values."""

    means: str
    advice: str
    remedies: tuple[str, ...]


class Finding(NamedTuple):
    """One thing that goes wrong. level: "amber" (look at it) or "red" (it will not improve by itself)."""

    kind: str
    level: str
    means: str  # a sentence
    advice: str  # a sentence
    remedies: tuple[str, ...]  # names for `remedied`, the best first
    values: dict[str, str]  # those that were filled into the sentences, by name


# fmt: off
KINDS: dict[str, Kind] = {
    "nan": Kind(
        "{what} is no longer a finite number: this training cannot go on.",
        "Go back to the last good state with half the learning rates.", ("rollback",)),
    "exploding": Kind(
        "The gradients of {net} have grown to a length of {size}: each step throws its weights about.",
        "Go back to the last good state with half the learning rates.", ("rollback", "r1")),
    "d_wins": Kind(
        "The discriminator wins: its loss is {share} % of what guessing would cost, so that the generator "
        "learns little from it.",
        "Make the discriminator's task harder or its answers smoother.", ("r1", "diffaugment", "rollback")),
    "stall": Kind(
        "The generator stands still: its gradient has shrunk to {share} % of what it was.",
        "Go back to where it still learned, or smooth the discriminator.", ("rollback", "r1", "diffaugment")),
    "collapse": Kind(
        "The samples become alike: they are {now} % as varied as real pictures, after {best} % before.",
        "Go back to before that with half the learning rates, or smooth the discriminator.",
        ("rollback", "r1", "diffaugment")),
    "oscillation": Kind(
        "The two networks chase each other in circles: D's outputs swing by {swing} and come back, again and "
        "again.",
        "Halve the learning rates, or damp the discriminator.", ("rollback", "r1")),
    "overfit": Kind(
        "The discriminator learns the pictures by heart: those it has never seen look {share} % as fake to "
        "it as samples do.",
        "Show it more pictures, or these ones augmented; or stop sooner.",
        ("diffaugment", "r1", "lower_budget")),
    "copy": Kind(
        "The output is the input: it differs from it by {share} % of what the target does.",
        "Let it change more: with twice the generator's learning rate, and less weight on staying the same.",
        ("change_more", "rollback")),
    "stuck": Kind(
        "The output is the input, or no nearer to the target: {left} % of the input's error is left, at a "
        "change of {share} %.",
        "Start anew with half the generator's learning rate and R1: going on from here seldom frees it.",
        ("anew",)),
    "deaf": Kind(
        "The input is ignored: outputs differ from each other by {share} % of what targets do.",
        "Tie the output to its input: more weight on the target's pixels, or on coming back.",
        ("follow_input", "rollback")),
}
# fmt: on


def judge(rows: Sequence[dict[str, Any]], config: TrainConfig) -> tuple[Finding, ...]:
    """What goes wrong in a run, worst first; () if nothing does, or if it is too early to tell.

    rows are statistics as Run.history(HISTORY) gives them, oldest first. The last RECENT are compared with
    those before.
    """
    found = [_nan(rows, config)]
    if len(rows) >= ENOUGH and found == [None]:
        found = [check(rows, config) for check in (_exploding, _d_wins, _stall, _overfit)]
        # While a network grows, each new resolution changes diversity and D's outputs.
        grown = [row for row in rows if row["nimg"] >= _grown_nimg(config)]
        if len(grown) >= ENOUGH:
            found += [check(grown, config) for check in (_collapse, _oscillation, _copy, _stuck, _deaf)]
    return tuple(sorted((f for f in found if f), key=lambda f: f.level != "red"))


def is_good(findings: Sequence[Finding]) -> bool:
    """Whether a state saved now can be rolled back to: nothing was found that going back would cure."""
    return not any({"rollback", "anew"} & set(f.remedies) for f in findings)


def level(findings: Sequence[Finding], rows: int) -> str:
    """The colour of the light: red, amber, green, or grey if there are too few rows yet."""
    colours = {f.level for f in findings}
    if colours:
        return "red" if "red" in colours else "amber"
    return "green" if rows >= ENOUGH else "grey"


def _finding(kind: str, red: bool, config: TrainConfig, **values: Any) -> Finding:
    words = {name: value if isinstance(value, str) else _short(value) for name, value in values.items()}
    means, advice, remedies = KINDS[kind]
    allowed = tuple(name for name in remedies if is_allowed(name, config))
    return Finding(kind, "red" if red else "amber", means.format_map(words), advice, allowed, words)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def _grown_nimg(config: TrainConfig) -> float:
    """Images until a growing network has its full resolution (schedules.growth); 0 for all others."""
    return 2 * (config.resolution.bit_length() - 3) * config.grow_kimg * 1000


# -- checks --------------------------------------------------------------------------------------------------


def _nan(rows, config) -> Finding | None:
    for row in rows[-1:]:
        for name, value in row.items():
            if isinstance(value, float) and not math.isfinite(value):
                return _finding("nan", True, config, what=name)
    return None


def _exploding(rows, config) -> Finding | None:
    for player in _players(rows, "grad"):
        past, now = _split(_values(rows, column(player, "grad")))
        if past:
            size, times = median(now), median(now) / max(median(past), 1e-30)
            if size > HUGE or (times > EXPLODED and size > 1):
                red = size > 100 * HUGE or times > BURST
                return _finding("exploding", red, config, net=player, size=size)
    return None


def _d_wins(rows, config) -> Finding | None:
    """A discriminator's loss is near 0 and the gap between its outputs grows, or its loss is at 0.

    With label smoothing s, the lowest possible loss counts as 0: the entropy of a label that is 1 with
    probability s.
    """
    if config.loss not in CHANCE or rows[-1]["nimg"] < WARM_UP * config.batch:
        return None
    s = config.label_smoothing
    floor = -s * math.log(s) - (1 - s) * math.log(1 - s) if s else 0.0
    for player in _players(rows, "loss", "real", "fake"):
        past, now = _split(_values(rows, column(player, "loss")))
        gap_past, gap_now = _split(_gaps(rows, player))
        if not past or not gap_past:
            continue
        share = (median(now) - floor) / (CHANCE[config.loss] - floor)
        grows = median(gap_now) > GAP_GROWS * median(gap_past)
        if share < AT_ZERO or (share < NEAR_ZERO and grows):
            return _finding("d_wins", share < AT_ZERO, config, share=100 * max(share, 0))
    return None


def _stall(rows, config) -> Finding | None:
    """The gradient of a generator, a player without outputs on real images, has nearly vanished."""
    discriminators = _players(rows, "real")
    for player in (p for p in _players(rows, "grad") if p not in discriminators):
        past, now = _split(_values(rows, column(player, "grad")))
        if past:
            share = median(now) / max(_best(past, RECENT), 1e-30)
            if share < STALLED:
                return _finding("stall", share < DEAD, config, share=100 * share)
    return None


def _collapse(rows, config) -> Finding | None:
    """Diversity in pixels has fallen far, or is still low after BEGINNING images.

    Far is below FALLEN times its highest value, or times that of real images if this is lower. Red if it has
    fallen and diversity in D's features has, too, or hardly any is left. A fall in features alone means
    nothing: a healthy conditional GAN has it when D changes.
    """
    pixels, features = _values(rows, "diversity"), _values(rows, "feature_diversity")
    if len(pixels) < MIN_VITALS or len(features) < MIN_VITALS:
        return None
    now, best = median(pixels[-3:]), _best(pixels, 3)
    varied, early = best >= FALLEN, rows[-1]["nimg"] < _grown_nimg(config) + BEGINNING
    if (varied and now >= FALLEN * min(best, 1.0)) or (not varied and early):
        return None
    alike = median(features[-3:]) < FALLEN * min(_best(features, 3), 1.0)
    red = varied and (alike or now < COLLAPSED * best)
    return _finding("collapse", red, config, now=100 * now, best=100 * best)


def _copy(rows, config) -> Finding | None:
    """A translator between two sets gives back its input. There, far fewer pixels than differ may change."""
    changed = _values(rows, "changed")
    if config.task != "unpaired" or len(changed) < MIN_VITALS or rows[-1]["nimg"] < WARM_UP * config.batch:
        return None
    share = median(changed[-3:])
    return _finding("copy", share < COPIED, config, share=100 * share) if share < COPY else None


def _stuck(rows, config) -> Finding | None:
    """A translator comes no nearer to its targets than its inputs are: it hardly changes them, or D wins.

    Without D ahead, answers that differ from their targets may be what a small weight of pixels asks for:
    sharp ones. Red after twice the WARM_UP.
    """
    error, changed = _values(rows, "error"), _values(rows, "changed")
    if len(error) < MIN_VITALS or rows[-1]["nimg"] < WARM_UP * config.batch:
        return None
    left, share = median(error[-3:]), median(changed[-3:])
    _, now = _split(_values(rows, "d_loss"))
    ahead = config.loss in CHANCE and bool(now) and median(now) < AHEAD * CHANCE[config.loss]
    if left < NO_NEARER or not (share < HARDLY or ahead):
        return None
    red = rows[-1]["nimg"] >= 2 * WARM_UP * config.batch
    return _finding("stuck", red, config, left=100 * left, share=100 * share)


def _deaf(rows, config) -> Finding | None:
    """A translator gives one answer to all inputs."""
    answers = _values(rows, "answers")
    if len(answers) < MIN_VITALS or rows[-1]["nimg"] < WARM_UP * config.batch:
        return None
    share = median(answers[-3:])
    return _finding("deaf", share < SAME, config, share=100 * share) if share < DEAF else None


def _oscillation(rows, config) -> Finding | None:
    """The smoothed gap between a discriminator's outputs rises and falls SWINGS times.

    A swing must exceed the usual size of the gap and its noise. Red if the gap changes its sign.
    """
    for player in _players(rows, "real", "fake"):
        gap = _gaps(rows, player)[-CIRCLING:]
        if len(gap) < ENOUGH:
            continue
        smooth = [fmean(gap[max(i - 2, 0) : i + 3]) for i in range(len(gap))]
        low, high = quantiles(smooth, n=20)[0], quantiles(smooth, n=20)[-1]
        noise = median(abs(a - b) for a, b in zip(gap, smooth, strict=True))
        size = median(abs(value) for value in smooth)
        turns = _turns(smooth, low + (high - low) / 4, high - (high - low) / 4)
        if turns >= SWINGS and high - low >= SWING * size and high - low >= SWING_NOISE * noise:
            return _finding("oscillation", low < 0 < high, config, swing=high - low)
    return None


def _overfit(rows, config) -> Finding | None:
    """Overfitting of a discriminator: its score of held-out images moves towards that of samples.

    The share is 0 if they are scored as training images are, 1 if as samples are (Karras 2020 ADA, eq. 1,
    r_v).
    """
    for player in _players(rows, "train", "heldout", "samples", "noise"):
        train, heldout, samples, noise = (column(player, n) for n in ("train", "heldout", "samples", "noise"))
        measured = [r for r in rows if {train, heldout, samples, noise} <= r.keys()][-MIN_VITALS:]
        if len(measured) < MIN_VITALS:
            continue
        to_heldout = median(r[train] - r[heldout] for r in measured)
        to_samples = median(r[train] - r[samples] for r in measured)
        if to_heldout < NOISE * median(r[noise] for r in measured) or to_samples <= 0:
            continue
        if (share := to_heldout / to_samples) > OVERFIT:
            return _finding("overfit", share > MEMORIZED, config, share=100 * min(share, 1))
    return None


# -- players and series --------------------------------------------------------------------------------------


def _players(rows, *names: str) -> list[str]:
    """The players that have all of these statistics in some row."""
    columns = set().union(*rows)
    return players_with(columns, other_players(sorted(columns)), *names)


def _gaps(rows, player: str) -> list[float]:
    """A discriminator's mean output on real images minus that on generated ones, row by row."""
    real, fake = column(player, "real"), column(player, "fake")
    return [r[real] - r[fake] for r in rows if real in r and fake in r]


def _values(rows, key: str) -> list[float]:
    return [row[key] for row in rows if isinstance(row.get(key), int | float) and math.isfinite(row[key])]


def _split(values: list[float]) -> tuple[list[float], list[float]]:
    """(all values before, the last RECENT ones). The first is [] if it had fewer than 2 * RECENT."""
    past, now = values[:-RECENT], values[-RECENT:]
    return (past, now) if len(past) >= 2 * RECENT else ([], now)


def _turns(values: list[float], low: float, high: float) -> int:
    """How often the values go from below `low` to above `high` or back."""
    sides = [value > high for value in values if not low <= value <= high]
    return sum(a != b for a, b in zip(sides, sides[1:], strict=False))


def _best(values: list[float], width: int) -> float:
    """The highest median of `width` consecutive values."""
    starts = range(0, max(len(values) - width + 1, 1), max(width // 2, 1))
    return max(median(values[i : i + width]) for i in starts)
