"""About how long a fit takes on this machine, told before it is started. Measured once a kind of model."""

from __future__ import annotations

import copy
from typing import Any

from ..generate.turns import Turns

MOST = 100  # models whose pace is kept


class Paces:
    """The paces of one page. They are measured in a thread of its own, as few cores as a fit has."""

    def __init__(self, drawing: Turns) -> None:
        """drawing: the thread in which generators draw."""
        self._drawing, self._measuring = drawing, Turns("paces", _use_one_thread)
        self._paces: dict[str, Any] = {}

    def seconds(self, G: Any, repair: str, has_label: bool, drag_steps: int) -> float:
        """Of a fit by G. repair: "invert", "drag" or one of latents.REPAIRS.

        Raises ValueError (message fit for the user) if G has no latents.
        """
        from ganapp.latents.fitting import effort_for
        from ganapp.latents.pace import searched

        pace, effort = self._measuring.compute(self._pace_of, G), effort_for(G)
        if repair == "drag":
            return pace.drag(drag_steps)
        tuned = 1 if repair == "invert" else effort.starts
        return pace.fit(effort, searched(G, effort, has_label), tuned)

    def _pace_of(self, G: Any) -> Any:
        """Networks of one shape have one pace, whatever their weights are."""
        from ganapp.latents.pace import pace_of

        key = repr(G.spec)
        if key not in self._paces:
            if len(self._paces) >= MOST:
                self._paces.clear()
            # A copy, because G draws in another thread meanwhile.
            self._paces[key] = pace_of(self._drawing.compute(copy.deepcopy, G))
        return self._paces[key]


def _use_one_thread() -> None:
    import torch

    torch.set_num_threads(1)  # of this thread, as of that of the fits (jobs.py)
