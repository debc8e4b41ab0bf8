"""The columns of a run's statistics: their names and how charts show them.

Python and the scripts of the page both take them from this table. It computes nothing: the driver writes the
rows (Run.append_stats), and whoever draws them asks here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

CHARTS = ("losses", "outputs", "live")  # of the monitor, in the order of the page
KINDS = ("loss", "penalty", "logit", "augmentation", "distance", "speed", "vital", "gradient", "memory")
# Of a row or of a table of rows, what is no curve: the axes, and what thinning.columns adds.
NOT_DRAWN = ("nimg", "sec", "rows", "lo", "hi")


class Column(NamedTuple):
    """A column of the statistics and how it is shown. The page has words for each `label`."""

    name: str
    kind: str  # one of KINDS
    chart: str  # of the monitor, one of CHARTS; "" if the monitor does not draw it
    menu: int  # position in the menus of columns, from 1
    label: str  # a name in COLUMNS, under which the page has its words
    player: str = ""  # whose column it is; "" for those of G and D


def _column(name: str, kind: str, chart: str, menu: int) -> Column:
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
        _column("pixel", "loss", "losses", 27),
        _column("cycle", "loss", "losses", 28),
        _column("identity", "loss", "losses", 29),
        _column("contrast", "loss", "losses", 34),
        _column("drift", "penalty", "losses", 12),
        _column("d_class", "loss", "losses", 13),
        _column("g_class", "loss", "losses", 14),
        _column("feature_matching", "loss", "losses", 15),
        _column("orthogonal", "penalty", "losses", 16),
        _column("path_length", "penalty", "losses", 17),
        _column("d_real", "logit", "outputs", 4),
        _column("d_fake", "logit", "outputs", 5),
        _column("aug_p", "augmentation", "outputs", 9),
        _column("swd", "distance", "live", 10),
        _column("psnr", "distance", "live", 32),
        _column("gap", "logit", "", 3),
        _column("images_per_sec", "speed", "", 11),
        _column("d_grad", "gradient", "", 18),
        _column("g_grad", "gradient", "", 19),
        _column("diversity", "vital", "", 20),
        _column("feature_diversity", "vital", "", 21),
        _column("d_train", "vital", "", 22),
        _column("d_heldout", "vital", "", 23),
        _column("d_samples", "vital", "", 24),
        _column("d_noise", "vital", "", 25),
        _column("changed", "vital", "", 30),
        _column("answers", "vital", "", 31),
        _column("error", "vital", "", 33),
        _column("mem_mb", "memory", "", 26),
    )
}
DRAWN = tuple(column.name for column in COLUMNS.values() if column.chart)
MENU = tuple(column.name for column in sorted(COLUMNS.values(), key=lambda c: c.menu))
SUMMARIZED = ("g_loss", "d_loss", "gap")  # shown of a run as the mean of its last rows


def column_of(name: str) -> Column | None:
    """How a column is shown, None if nothing shows it.

    A column of a player other than G and D is named "PLAYER.column" and is shown like its base column:
    "d_a.r1" like "r1". Where a player's name begins with "d_" or "g_", that prefix may be left out:
    "d_a.loss" is like "d_loss". Of one that begins with neither, "a2b.loss" is like "g_loss".
    """
    if name in COLUMNS:
        return COLUMNS[name]
    player, _, column = name.rpartition(".")
    if not player:
        return None
    kind = player.split("_")[0].lower()
    base = COLUMNS.get(column) or COLUMNS.get(f"{kind if kind in ('d', 'g') else 'g'}_{column}")
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


def names_in(rows: Sequence[dict[str, float]]) -> list[str]:
    """All columns of these rows that can be drawn: as in MENU, then the others by name.

    "gap" is among them if it can be computed. Columns that this table does not know are drawn all the same.
    """
    found: set[str] = set().union(*rows) - set(NOT_DRAWN)
    if {"d_real", "d_fake"} <= found:
        found.add("gap")
    return [name for name in MENU if name in found] + sorted(found - set(MENU))


def named(names: Sequence[str]) -> list[list[str]]:
    """[name, label, player] of each column; the label of one that the table does not know is ""."""
    columns = [(name, column_of(name)) for name in names]
    return [[name, c.label if c else "", c.player if c else ""] for name, c in columns]
