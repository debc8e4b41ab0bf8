"""Changes to a TrainConfig, as the command line or the page gives them: parsed from text and merged."""

from __future__ import annotations

from typing import Any

from .train_config import TrainConfig


def parse_changes(pairs: dict[str, str]) -> dict[str, Any]:
    """Changes from command-line names: dashes become underscores, a dot reaches into a nested argument.

    {"ema-kimg": "2", "g-args.width": "64"} -> {"ema_kimg": "2", "g_args": {"width": 64}}
    """
    changes: dict[str, Any] = {}
    for key, text in pairs.items():
        name, _, inner = key.partition(".")
        name = name.replace("-", "_")
        if inner:
            if not isinstance(changes.setdefault(name, {}), dict):
                raise ValueError(f"{name} is given both as a whole and as {key}; use one of the two.")
            changes[name][inner.replace("-", "_")] = literal(text)
        else:
            changes[name] = text
    return changes


def literal(text: str) -> Any:
    """The value of a text that is JSON (64, true, [1, 2]), else the text itself."""
    import json

    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def merge(config: TrainConfig, changes: dict[str, Any]) -> TrainConfig:
    """config with changes; nested arguments are merged into those that it has."""
    merged = dict(changes)
    for name in ("g_args", "d_args"):
        if name in merged and not isinstance(merged[name], str):
            merged[name] = {**getattr(config, name), **merged[name]}
    return config.replace(**merged)
