"""Names of the statistics of a run: a column belongs to a player of the training, or to the run as a whole.

The players G and D of a GAN have short columns (g_loss, d_real). A column of any other player is PLAYER.NAME
(d_a.loss).
"""

from __future__ import annotations

from collections.abc import Container

SHORT = {"G": "g_", "D": "d_"}


def column(player: str, name: str) -> str:
    """The column of a statistic of a player: "d_loss" of D, "d_a.loss" of a player d_a."""
    return SHORT[player] + name if player in SHORT else f"{player}.{name}"


def players_with(columns: Container[str], others: list[str], *names: str) -> list[str]:
    """Those of the players G, D and `others` that have all of these statistics among the columns."""
    return [p for p in (*SHORT, *others) if all(column(p, name) in columns for name in names)]


def other_players(columns) -> list[str]:
    """The players besides G and D that have columns, in order of appearance."""
    return list(dict.fromkeys(c.partition(".")[0] for c in columns if "." in c))
