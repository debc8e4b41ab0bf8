"""The columns of a run's statistics: their names and how charts show them.

Python and the scripts of the page both take them from this table. It computes nothing: the driver writes the
rows (Run.append_stats), and whoever draws them asks here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

CHARTS = ("losses", "outputs", "live")  # of the monitor, in the order of the page
KINDS = ("loss", "penalty", "logit", "augmentation", "distance", "speed")


class Column(NamedTuple):
    """A column of the statistics and how it is shown. The page has words for each `label`."""

    name: str
    kind: str  # one of KINDS
    chart: str  # of the monitor, one of CHARTS; "" if the monitor does not draw it
    menu: int  # position in the Compare tab's menu, from 1; 0 if it is not offered there
    label: str  # a name in COLUMNS, under which the page has its words
    player: str = ""  # whose column it is; "" for those of G and D


def _column(name: str, kind: str, chart: str = "", menu: int = 0) -> Column:
    return Column(name, kind, chart, menu, label=name)


# In the order of the monitor's legends. "gap" is not stored but computed (comparison.with_gap).
COLUMNS = {
    column.name: column
    for column in (
        _column("d_loss", "loss", "losses", 2),
        _column("g_loss", "loss", "losses", 1),
        _column("r1", "penalty", "losses", 6),
        _column("r2", "penalty", "losses", 7),
        _column("gp", "penalty", "losses", 8),
        _column("drift", "penalty", "losses"),
        _column("d_class", "loss", "losses"),
        _column("g_class", "loss", "losses"),
        _column("feature_matching", "loss", "losses"),
        _column("orthogonal", "penalty", "losses"),
        _column("path_length", "penalty", "losses"),
        _column("d_real", "logit", "outputs", 4),
        _column("d_fake", "logit", "outputs", 5),
        _column("aug_p", "augmentation", "outputs", 9),
        _column("swd", "distance", "live", 10),
        _column("gap", "logit", menu=3),
        _column("images_per_sec", "speed", menu=11),
    )
}
DRAWN = tuple(column.name for column in COLUMNS.values() if column.chart)
MENU = tuple(column.name for column in sorted(COLUMNS.values(), key=lambda c: c.menu) if column.menu)
SUMMARIZED = ("g_loss", "d_loss", "gap")  # shown of a run as the mean of its last rows


def column_of(name: str) -> Column | None:
    """How a column is shown, None if nothing shows it.

    A column of a player other than G and D is named "PLAYER.column" and is shown like its base column:
    "d_a.r1" like "r1". Where a player's name begins with "d_" or "g_", that prefix may be left out:
    "d_a.loss" is like "d_loss".
    """
    if name in COLUMNS:
        return COLUMNS[name]
    player, _, column = name.rpartition(".")
    if not player:
        return None
    base = COLUMNS.get(column) or COLUMNS.get(f"{player.split('_')[0].lower()}_{column}")
    return base and base._replace(name=name, player=player)


def drawn_names(rows: Sequence[dict[str, float]]) -> list[str]:
    """The columns of these rows that the monitor draws: as in COLUMNS, then those of other players."""
    found: set[str] = set().union(*rows)
    players = sorted(name for name in found if "." in name and (column := column_of(name)) and column.chart)
    return [name for name in DRAWN if name in found] + players


def described(names: Sequence[str]) -> list[dict[str, Any]]:
    """What a script needs to draw the columns of these names: name, chart, label and player of each."""
    columns = (column_of(name) for name in names)
    return [{key: getattr(c, key) for key in ("name", "chart", "label", "player")} for c in columns if c]
