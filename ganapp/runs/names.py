"""Names in a run's folder: the number of images in a file's name, the generators of a snapshot, a run's name."""

from __future__ import annotations

import re
from pathlib import Path

from .tolerant import count_of

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


def generators_in(snapshot: Path) -> dict[str, Path]:
    """The generator folders of a snapshot by player: {"a2b": …, "b2a": …}, or {"": snapshot} for one."""
    if (snapshot / "config.json").exists():
        return {"": snapshot}
    return {p.name: p for p in sorted(snapshot.glob("*")) if (p / "config.json").exists()}


def nimg_of(path: Path) -> int:
    """The number of images in the name of a grid, snapshot or state; -1 if there is none."""
    # Files are sorted by this number and not by name, because it may have more than the nine padded digits.
    return count_of(path.name.split(".")[0].removeprefix("state-"))


def check_name(name: str) -> None:
    """Raise ValueError (message fit for the user) if a run must not have this name."""
    if not NAME.fullmatch(name):
        raise ValueError(
            f"a run's name has 1 to 80 letters, digits, dots, dashes and underscores; {name!r} does not."
        )
