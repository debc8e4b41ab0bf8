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

    def seconds(self, G: Any, repair: str, has_label: bool, drag_steps: int, visitor: str) -> float:
        """Of a fit by G. repair: "invert", "drag" or one of latents.REPAIRS.

        A pace that is known is told at once. Of the models that one visitor waits for only the newest is
        measured: for the others Superseded is raised. Raises ValueError (message fit for the user) if G has
        no latents.
        """
        from ganapp.latents.fitting import effort_for
        from ganapp.latents.pace import searched

        pace = self._paces.get(key_of(G))
        pace = pace or self._measuring.compute_live(visitor, self._measured, G)
        effort = effort_for(G)
        if repair == "drag":
            return pace.drag(drag_steps)
        tuned = 1 if repair == "invert" else effort.starts
        return pace.fit(effort, searched(G, effort, has_label), tuned)

    def _measured(self, G: Any) -> Any:
        """In the thread that measures: another request may have measured it meanwhile."""
        from ganapp.latents.pace import pace_of

        key = key_of(G)
        if key not in self._paces:
            if len(self._paces) >= MOST:
                self._paces.clear()
            # A copy, because G draws in another thread meanwhile. A film that is drawn need not end first.
            self._paces[key] = pace_of(self._drawing.compute_live("paces", copy.deepcopy, G))
        return self._paces[key]


def key_of(G: Any) -> str:
    """Networks of one shape have one pace, whatever their weights are."""
    return repr(G.spec)


def _use_one_thread() -> None:
    import torch

    torch.set_num_threads(1)  # of this thread, as of that of the fits (jobs.py)
