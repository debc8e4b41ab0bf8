"""Tables of text on stdout."""

from __future__ import annotations

from collections.abc import Sequence


def print_table(table: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    """Print rows with aligned columns; those numbered in `right` are aligned at their right edge."""
    widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    for line in table:
        cells = (
            text.rjust(w) if i in right else text.ljust(w) for i, (text, w) in enumerate(zip(line, widths))
        )
        print("  ".join(cells).rstrip())
