"""Maps of features inside a generator: read and replaced while it draws.

For generators with the role "staged" (networks/roles.py). Hooks are set for the time of one drawing, so one
generator must not draw in two threads meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from .drawing import images_from_latents
from .seeds import has_role

if TYPE_CHECKING:
    import torch

Maps = tuple["torch.Tensor", ...]  # of one stage, each (N, C, S, S)


def check_staged(G: torch.nn.Module) -> None:
    """Raise ValueError (message fit for the user) if the generator has no maps of features to be replaced."""
    if not has_role(G, "staged"):
        raise ValueError(f"This model ({G.spec.family}) has no maps of features that could be mixed.")


@contextmanager
def watching(G: torch.nn.Module, see: Callable[[int, Maps], Maps | None]) -> Iterator[None]:
    """Call see(number of the stage, its maps) whenever a stage of G has drawn, from 0 on.

    What it returns takes the place of the maps; None leaves them. Raises ValueError as `check_staged`.
    """
    check_staged(G)

    def hook(number: int):
        def act(module, inputs, output):
            is_tuple = isinstance(output, tuple)
            seen = see(number, output if is_tuple else (output,))
            return None if seen is None else seen if is_tuple else seen[0]

        return act

    handles = [module.register_forward_hook(hook(i)) for i, module in enumerate(G.feature_stages())]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def read_features(G: torch.nn.Module, draw: Callable[[], object]) -> list[Maps]:
    """The maps of every stage, in order, while draw() makes G draw once."""
    found: list[Maps] = []

    def see(number: int, maps: Maps) -> None:
        found.append(tuple(part.detach().clone() for part in maps))

    with watching(G, see):
        draw()
    return found


def feature_sides(G: torch.nn.Module) -> list[int]:
    """The side in pixels of the maps of each stage, in order. Draws one picture to find out."""
    z = np.ones((1, G.spec.z_dim), np.float32)
    y = np.zeros(1, np.int64) if G.spec.num_classes else None
    return [maps[0].shape[-1] for maps in read_features(G, lambda: images_from_latents(G, z, y))]


def stage_at(sides: list[int], side: int) -> int:
    """The number of the last stage whose maps have that side.

    Raises ValueError (message fit for the user, with the sides that there are) if none has.
    """
    if side not in sides:
        known = ", ".join(f"{s}×{s}" for s in sorted(set(sides)))
        raise ValueError(f"This model has no maps of {side}×{side}; it has {known}.")
    return len(sides) - 1 - sides[::-1].index(side)
