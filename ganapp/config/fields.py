"""Fields of TrainConfig and ModelSpec: how one is declared, converted, checked and read from JSON."""

from __future__ import annotations

from dataclasses import field, fields
from typing import Any

# 28 is the size of MNIST. Only families that are not built from doublings allow it; see check_resolution.
RESOLUTIONS = (28, 32, 64, 128, 256, 512, 1024)


def option(default: Any, group: str, help: str, *, low=None, high=None, choices=None) -> Any:
    """A field of TrainConfig: its default, the group that it is shown in, a sentence of help, its limits."""
    metadata = {"group": group, "help": help, "low": low, "high": high, "choices": choices}
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=metadata)
    return field(default=default, metadata=metadata)


def from_json(cls: type, data: Any) -> Any:
    """An instance of the dataclass from a JSON object.

    Raises ValueError (message fit for the user) if it is no object, or has unknown or missing fields.
    """
    if not isinstance(data, dict):
        raise ValueError(f"a {cls.__name__} is a JSON object, not {type(data).__name__}.")
    known = {f.name for f in fields(cls)}
    unknown = sorted(set(data) - known)
    if unknown:
        raise ValueError(
            f"unknown field {unknown[0]!r} of {cls.__name__}; there are: {', '.join(sorted(known))}."
        )
    try:
        return cls(**data)
    except TypeError as error:
        raise ValueError(f"a {cls.__name__} cannot be read from this JSON: {error}") from None


def coerce(name: str, value: Any, kind: type) -> Any:
    """value as the type of its field; text, as from a command line or a text box, is converted.

    Raises ValueError (message fit for the user) if that would lose anything, as 2.5 for a whole number does.
    """
    if kind is dict:
        return _coerce_dict(name, value)
    if isinstance(value, kind) and not (kind is int and isinstance(value, bool)):
        return value
    try:
        if kind is bool:
            return {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}[
                str(value).lower()
            ]
        if kind is int and not isinstance(value, bool) and float(value) == int(float(value)):
            return int(float(value))
        if kind is float and not isinstance(value, bool):
            return float(value)
    except (KeyError, TypeError, ValueError, OverflowError):
        pass
    words = {bool: "true or false", int: "a whole number", float: "a number", str: "text"}
    raise ValueError(f"{name} is {value!r}; it must be {words[kind]}.")


def _coerce_dict(name: str, value: Any) -> dict:
    import json

    if isinstance(value, str):
        try:
            value = json.loads(value or "{}")
        except json.JSONDecodeError:
            raise ValueError(
                f'{name} is {value!r}; it must be a JSON object such as {{"width": 64}}.'
            ) from None
    if not isinstance(value, dict):
        raise ValueError(f'{name} is {value!r}; it must be a JSON object such as {{"width": 64}}.')
    return dict(value)


def check_choice(name: str, value: Any, choices: tuple) -> None:
    if value not in choices:
        raise ValueError(f"{name} is {value!r}; it must be one of {', '.join(str(c) for c in choices)}.")


def check_range(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} is {value:g}; it must be between {low:g} and {high:g}.")


def check_resolution(family: str, resolution: int) -> None:
    allowed = RESOLUTIONS if family in ("mlp", "dcgan") else RESOLUTIONS[1:]
    if resolution not in allowed:
        raise ValueError(f"resolution is {resolution}; {family} allows {', '.join(map(str, allowed))}.")
