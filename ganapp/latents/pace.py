"""Pace: how fast this machine draws and fits with a generator, and about how long a fit or a drag takes."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .bank import Bank, batch_of
from .drag import samples_for
from .fitting import Effort, effort_for
from .spaces import space_of, z_of
from .tuning import Sensitivity, others_of

if TYPE_CHECKING:
    from torch.nn import Module

LONG = 1.0  # second: what takes so long is not tried a second time
DRAGGED = 2.4  # a step of a drag takes so many times as long as one of the weights: points are tracked, too


@dataclass(frozen=True)
class Pace:
    """Seconds in this thread for one picture: to draw it, for gradients to its latent and to all weights.

    turn: seconds to turn gradients of the weights into a step, however many pictures they are of. others,
    samples: pictures in a gradient that is looked at before, and how many of those there are before a drag.
    """

    draw: float
    latent: float
    weights: float
    turn: float
    others: int = 4
    samples: int = 12

    def fit(self, effort: Effort, searched: int, answers_tuned: int = 1) -> float:
        """About how many seconds a fit takes.

        searched: how many pictures of seeds are drawn; see `searched`. answers_tuned: how many latents the
        weights are tuned for: 1, or all starts for a restoration.
        """
        found = self.draw * searched + self.latent * effort.starts * effort.steps
        if not effort.tuning_steps:
            return found
        pictures = answers_tuned * effort.tuning_steps + self.others * effort.samples
        return found + self.weights * pictures + self.turn * (effort.tuning_steps + effort.samples)

    def drag(self, steps: int) -> float:
        """About how many seconds a drag takes at most; points that arrive end it sooner."""
        looked = self.samples * (self.others * self.weights + self.turn)
        return looked + DRAGGED * steps * (self.weights + self.turn)


def pace_of(G: Module) -> Pace:
    """Draw and compute gradients as a fit does, and say how long it took: tens of seconds for 1024 pixels.

    Raises ValueError (message fit for the user) if G has no latents.
    """
    import torch

    space, count, starts = space_of(G), batch_of(G), effort_for(G).starts
    z = z_of(G, np.arange(max(count, starts)))
    labels = torch.zeros(len(z), dtype=torch.int64, device=space.device)
    latents = space.of_z(z[:starts], labels[:starts]).clone().requires_grad_()

    def draw() -> None:
        with torch.no_grad():
            G(z[:count], labels[:count] if G.spec.num_classes else None).sum().item()

    def step() -> None:
        with torch.enable_grad():
            drawn = space.draw(latents, labels[:starts])
            torch.autograd.grad(drawn.square().sum(), latents)[0].sum().item()

    drawn, stepped = _seconds(draw) / count, _seconds(step) / starts
    sums = Sensitivity(space, copy.deepcopy(G))
    sampled = _seconds(lambda: sums.add(0))
    weights = sums.weights(sums.averages())
    turned = _seconds(lambda: [weight.natural(weight.value.detach()) for weight in weights])
    others = others_of(G)
    weighed = max(stepped, (sampled - turned) / others)
    return Pace(drawn, stepped, weighed, turned, others, samples_for(G))


def searched(G: Module, effort: Effort, has_label: bool = False) -> int:
    """How many pictures of seeds a fit draws. has_label: the class is named, and no other is tried."""
    return Bank(G).count(1 if has_label else max(1, G.spec.num_classes), effort.seeds)


def _seconds(act: Callable[[], object]) -> float:
    """Of one run; of a short one the shorter of two, because the first one also prepares memory."""
    took: list[float] = []
    while not took or (len(took) < 2 and took[0] < LONG):
        began = time.perf_counter()
        act()
        took.append(time.perf_counter() - began)
    return min(took)
