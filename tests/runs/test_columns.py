"""The table of columns: each is shown somewhere, and a player's column is shown like its base column."""

import pytest

from ganapp.runs import columns
from ganapp.runs.columns import COLUMNS, column_of
from ganapp.ui.shared.strings import script_catalogs


def test_every_column_has_a_place_and_words():
    for name, column in COLUMNS.items():
        assert column.name == column.label == name and not column.player
        assert column.kind in columns.KINDS and column.chart in (*columns.CHARTS, "")
        for words in script_catalogs().values():
            assert not column.chart or words[f"series.{name}"]
            assert words[f"column.{name}"]


def test_the_menu_has_one_column_a_position():
    positions = sorted(column.menu for column in COLUMNS.values() if column.menu)
    assert positions == list(range(1, len(columns.MENU) + 1))
    assert columns.MENU[:3] == ("g_loss", "d_loss", "gap")


@pytest.mark.parametrize(
    ("name", "base", "player"),
    [
        ("d_loss", "d_loss", ""), ("d_a.loss", "d_loss", "d_a"), ("g_ab.loss", "g_loss", "g_ab"),
        ("a2b.loss", "g_loss", "a2b"), ("a2b.cycle", "cycle", "a2b"), ("b2a.grad", "g_grad", "b2a"),
        ("d_a.r1", "r1", "d_a"), ("d_b.d_real", "d_real", "d_b"), ("d_b.real", "d_real", "d_b"),
        ("head.grad", "g_grad", "head"),
        ("D.loss", "d_loss", "D"), ("vae.g_loss", "g_loss", "vae"),
    ],
)  # fmt: skip
def test_a_players_column_is_shown_like_its_base_column(name, base, player):
    column = column_of(name)
    assert (column.name, column.label, column.player) == (name, base, player)
    assert (column.kind, column.chart, column.menu) == (
        COLUMNS[base].kind,
        COLUMNS[base].chart,
        COLUMNS[base].menu,
    )


@pytest.mark.parametrize("name", ["nimg", "d_a.cycles", "vae.kl", "", ".", "loss", ".loss"])
def test_what_nothing_shows_is_none(name):
    assert column_of(name) is None


def test_every_column_of_the_rows_can_be_chosen():
    """As in the menu, then those that the table does not know, by name; no axis, and no name of a table's own."""
    rows = [
        {"nimg": 1, "sec": 1.0, "vae.kl": 1.0, "mem_mb": 9, "d_real": 1.0},
        {"d_fake": 0.0, "d_a.loss": 1.0, "hi": 2},
    ]
    names = ["gap", "d_real", "d_fake", "mem_mb", "d_a.loss", "vae.kl"]
    assert columns.names_in(rows) == names and columns.names_in([]) == []
    assert columns.names_in(rows[:1]) == ["d_real", "mem_mb", "vae.kl"], "no gap without both"
    named = columns.named(names[3:])
    assert named == [["mem_mb", "mem_mb", ""], ["d_a.loss", "d_loss", "d_a"], ["vae.kl", "", ""]]


def test_drawn_names_are_in_the_order_of_the_legend():
    rows = [
        {"nimg": 1, "r1": 1.0, "g_loss": 1.0, "images_per_sec": 9.0},
        {"nimg": 2, "d_b.loss": 1.0, "d_a.loss": 1.0},
    ]
    assert columns.drawn_names(rows) == ["g_loss", "r1", "d_a.loss", "d_b.loss"]
    assert columns.drawn_names([]) == []
    assert columns.described(["d_a.loss", "nimg"]) == [
        {"name": "d_a.loss", "chart": "losses", "label": "d_loss", "player": "d_a"}
    ]
