"""Mixing of pictures: styles in coarse, middle or fine layers, or features of a region, as a sheet.

Style mixing is of Karras 2019 (arXiv 1812.04948, section 3.1). A generator without a w space mixes its maps
of features instead. What is mixed are edits; see the steps Styles and Features of steps.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from .directions import Directions
from .edit import Edit, draw_edits
from .features import feature_sides
from .region import Region
from .seeds import has_role
from .steps import Features, Styles

if TYPE_CHECKING:
    import torch

GROUPS = ("coarse", "middle", "fine")
ENDS = (4, 8)  # the layers of 4 and 8 pixels, of 16 and 32, and the rest, where there are that many
MAX_CELLS = 256
DEFAULT_SIDE = 8


class MixSheet(NamedTuple):
    """Pictures uint8: those of the rows and of the columns, and a mix of each with each."""

    rows: np.ndarray  # (R, H, W, C)
    columns: np.ndarray  # (K, H, W, C)
    cells: np.ndarray  # (R, K, H, W, C): the row's picture with something of the column's

    def joined(self) -> np.ndarray:
        """(R + 1, K + 1, H, W, C): the columns above, the rows at the left, an empty corner."""
        blank = np.full_like(self.rows[:1], 0 if self.rows.shape[-1] == 4 else 255)
        top = np.concatenate([blank, self.columns])[None]
        return np.concatenate([top, np.concatenate([self.rows[:, None], self.cells], 1)])


def layer_groups(G: torch.nn.Module) -> dict[str, tuple[int, ...]]:
    """The layers of w that are coarse, middle and fine. Thirds, but coarse ends at layer 4, middle at 8.

    Raises ValueError (message fit for the user) without a w space or with fewer than 3 layers.
    """
    if not has_role(G, "mapped"):
        raise ValueError(f"This model ({G.spec.family}) has no w space, so it has no styles: mix features.")
    count = G.num_ws
    if count < 3:
        raise ValueError(f"This model has {count} layers of w: three are needed for coarse, middle and fine.")
    first = min(ENDS[0], round(count / 3))
    second = min(ENDS[1], round(2 * count / 3))
    every = tuple(range(count))
    return dict(zip(GROUPS, (every[:first], every[first:second], every[second:]), strict=True))


def parse_layers(G: torch.nn.Module, text: str) -> tuple[int, ...]:
    """Layers of w from "coarse", "middle", "fine" or numbers and ranges such as "0-3,8".

    Raises ValueError (message fit for the user) for anything else.
    """
    groups = layer_groups(G)
    if text.strip() in groups:
        return groups[text.strip()]
    layers: set[int] = set()
    for part in filter(None, re.split(r"[,\s]+", text)):
        match = re.fullmatch(r"([0-9]{1,3})(?:-([0-9]{1,3}))?", part)
        if match is None or int(match[2] or match[1]) >= G.num_ws:
            raise ValueError(
                f"{part[:40]!r} names no layers: use coarse, middle, fine, or 0 to {G.num_ws - 1}, such "
                "as 0-3,8."
            )
        layers |= set(range(int(match[1]), int(match[2] or match[1]) + 1))
    if not layers:
        raise ValueError(f"No layers are named: use coarse, middle, fine, or 0 to {G.num_ws - 1}.")
    return tuple(sorted(layers))


def mix_of(
    G: torch.nn.Module,
    edit: Edit,
    other: Edit,
    layers: Sequence[int] | None = None,
    side: int | None = None,
    region: Region | None = None,
    amount: float = 1.0,
) -> Edit:
    """The edit with something of another picture, in the way that the generator has.

    layers: of w, whose styles are the other's. side, region: features of the other, in maps of this side
    within this region (None: everywhere). Neither layers nor side: fine styles where there is a w space, else
    features at 8×8, or the nearest side that there is.
    """
    if layers is None and side is None and region is None and has_role(G, "mapped"):
        layers = layer_groups(G)["fine"]
    if layers is not None:
        return edit.then(Styles(other, tuple(layers), amount))
    if side is None:
        side = min(sorted(set(feature_sides(G))), key=lambda s: abs(s - DEFAULT_SIDE))
    return edit.then(Features(other, side, region, amount))


def mix_sheet(
    G: torch.nn.Module,
    rows: Sequence[Edit],
    columns: Sequence[Edit],
    layers: Sequence[int] | None = None,
    side: int | None = None,
    region: Region | None = None,
    directions: Directions | None = None,
    device: str | torch.device | None = None,
) -> MixSheet:
    """Every row's picture mixed with every column's. The arguments are those of `mix_of`.

    Raises ValueError (message fit for the user) for none or more than 256 cells, or as `mix_of`.
    """
    cells = len(rows) * len(columns)
    if not 1 <= cells <= MAX_CELLS:
        raise ValueError(
            f"{len(rows)} rows and {len(columns)} columns are {cells} cells: a sheet has 1 to {MAX_CELLS}."
        )
    mixes = [mix_of(G, row, column, layers, side, region) for row in rows for column in columns]
    edges = draw_edits(G, [*rows, *columns], directions, device)
    mixed = draw_edits(G, mixes, directions, device)
    return MixSheet(
        edges[: len(rows)], edges[len(rows) :], mixed.reshape(len(rows), len(columns), *mixed.shape[1:])
    )
