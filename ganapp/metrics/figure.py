"""Figure: a number with its interval and protocol, and their texts. Not how it is measured or stored."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import groupby
from typing import Any

# Student's t, two-sided 95 %, for 1, 2, … degrees of freedom. Beyond the table 1.96 is close enough.
T95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093,
)  # fmt: skip


class CannotMeasure(ValueError):
    """A figure cannot be measured with these data or on this machine, while others may. Fit for the user."""


@dataclass(frozen=True)
class Figure:
    """The mean over repetitions, its 95 % interval (None after one repetition), and how it was measured."""

    name: str  # swd, swd.32, c2st, fd, …
    value: float
    interval: tuple[float, float] | None = None
    protocol: dict[str, Any] = field(default_factory=dict)
    note: str = ""  # what the number leaves out, such as classes that were never generated

    def to_json(self) -> dict[str, Any]:
        """Plain JSON data. A value that is not finite becomes None."""
        data = asdict(self)
        data["value"] = finite(self.value)
        data["interval"] = [finite(x) for x in self.interval] if self.interval else None
        return data


def finite(x: float) -> float | None:
    return float(x) if math.isfinite(x) else None


def mean_and_interval(values: Sequence[float]) -> tuple[float, tuple[float, float] | None]:
    """The mean and its two-sided 95 % interval by Student's t; the interval of a single value is None."""
    n = len(values)
    if n < 2 or all(value == values[0] for value in values):  # a third of thrice a number may be another one
        return values[0], (values[0], values[0]) if n > 1 else None
    mean = math.fsum(values) / n
    std = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1))
    half = (T95[n - 2] if n - 2 < len(T95) else 1.96) * std / math.sqrt(n)
    return mean, (mean - half, mean + half)


def value_text(figure: Figure) -> str:
    """The value and half its interval, with two digits of the latter: 12.35 ± 0.85."""
    half = (figure.interval[1] - figure.interval[0]) / 2 if figure.interval else 0.0
    if not (half > 0 and math.isfinite(half) and math.isfinite(figure.value)):
        return number(figure.value) + (f" ± {number(half)}" if figure.interval else "")
    places = max(0, 1 - math.floor(math.log10(half)))
    return f"{figure.value:,.{places}f} ± {half:,.{places}f}"


def stored_text(figure: Mapping[str, Any]) -> str:
    """`value_text` of a figure as it is stored, which may hold anything in place of numbers."""
    value, interval = figure.get("value"), figure.get("interval")
    ends = interval if isinstance(interval, list | tuple) and len(interval) == 2 else (None,)
    whole = all(isinstance(end, int | float) for end in ends)
    known = float(value) if isinstance(value, int | float) else math.nan
    return value_text(Figure("", known, tuple(map(float, ends)) if whole else None))


def protocol_text(protocol: Mapping[str, Any]) -> str:
    """A protocol as one line: images 2,000 · split train · …"""
    return " · ".join(f"{key} {shown(value)}" for key, value in protocol.items())


def common(protocols: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The entries that are equal in all protocols."""
    first = protocols[0] if protocols else {}
    return {k: v for k, v in first.items() if all(k in p and p[k] == v for p in protocols)}


def grouped(figures: Sequence[Figure]) -> tuple[dict[str, Any], list[tuple[dict[str, Any], list[Figure]]]]:
    """(entries that all protocols share, [(the other entries, consecutive figures that share them)])."""
    shared = common([figure.protocol for figure in figures])
    groups = groupby(figures, lambda f: {k: v for k, v in f.protocol.items() if k not in shared})
    return shared, [(own, list(group)) for own, group in groups]


def shown(value: Any) -> str:
    """A value of a protocol as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value))
    return (
        f"{value:,}" if isinstance(value, int) else number(value) if isinstance(value, float) else str(value)
    )


def number(x: float) -> str:
    """Four digits; two below a thousandth. An exponent only below a millionth."""
    if not math.isfinite(x):
        return str(x)
    if abs(x) >= 1000:
        return f"{x:,.0f}"
    if x == 0 or abs(x) >= 1e-3:
        return f"{x:.4g}"
    if abs(x) < 1e-6:
        return f"{x:.2g}"
    places = 1 - math.floor(math.log10(abs(x)))
    return f"{x:.{places}f}".rstrip("0")
