"""Fitting: latents for which a generator draws a given picture, or one that looks like it when damaged.

Three stages: the nearest of many seeds, Adam on the latents of the best of them, and tuning of the weights
(tuning.py). invert.py and restore.py are what a person asks for.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ganapp.pixels import to_unit

from .bank import Bank
from .seeds import NO_LABEL
from .target import pyramid
from .tuning import Tuning

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

    from .spaces import WPlusSpace, ZSpace

PRIOR = 2e-4  # weight of the prior on latents
RATE = 0.1  # of Adam, in standard deviations of z or w
BETAS = (0.9, 0.99)  # of Adam
UNKNOWN = 0.6  # share of the difference of two pictures of a model from which on a picture is unknown to it
EVERY = 0.5  # seconds between two reports of progress


@dataclass(frozen=True)
class Effort:
    """How much work a fit is. Raises ValueError (message fit for the user) if a number is not allowed."""

    seeds: int = 512  # tried of each class
    starts: int = 4  # latents that are fitted beside each other
    steps: int = 300  # of Adam
    tuning_steps: int = 40  # 0: the weights stay as they are
    samples: int = 24  # gradients for tuning, of four pictures each

    def __post_init__(self) -> None:
        for name, low, high in (
            ("seeds", 1, 10_000),
            ("starts", 1, 64),
            ("steps", 1, 10_000),
            ("tuning_steps", 0, 10_000),
            ("samples", 1, 1000),
        ):
            value = getattr(self, name)
            if type(value) is not int or not low <= value <= high:
                raise ValueError(f"{name} is {value!r}; it must be a whole number from {low} to {high}.")


def effort_for(G: Module) -> Effort:
    """The default Effort: less of everything for large pictures, so that a fit ends in minutes on a CPU."""
    side = G.spec.resolution
    if side <= 64:
        return Effort()
    if side <= 128:
        return Effort(seeds=256, starts=2)
    return Effort(seeds=64, starts=1, steps=200, tuning_steps=30, samples=8)


class Fitting:
    """The state of one fit: latents (S, ...), labels (S,), the best so far of each, and a tuned copy of G.

    Its stages are iterators of the share that is done of each, 0 to 1, one value after each step.
    """

    def __init__(
        self,
        space: ZSpace | WPlusSpace,
        target: Tensor,
        view: Callable[[Tensor], Tensor],
        effort: Effort,
        label: int = NO_LABEL,
        bank: Bank | None = None,
    ) -> None:
        """target (1, C, H, W) is what view(pictures) shall be. label: a class, or NO_LABEL: each is tried.

        bank: pictures of seeds that were drawn before, or None.
        """
        self._bank = bank or Bank(space.G)
        self.space, self.target, self.view, self.effort = space, target, view, effort
        classes = space.G.spec.num_classes
        self._classes = [label] if label != NO_LABEL or not classes else list(range(classes))
        self.parameters: Tensor | None = None  # the best so far
        self.labels: Tensor | None = None
        self.errors: Tensor | None = None  # (S,) of each start: `pyramid`, with the prior
        self._tuning: Tuning | None = None
        self._between = 0.0  # root mean square difference of two pictures of G, as `view` shows them
        self._left: float | None = None  # that of the best fit and the target

    def search(self) -> Iterator[float]:
        """Draw seeds of each class and keep the nearest ones as starts."""
        import torch

        found = torch.empty(0, device=self.space.device)
        for pictures in self._bank.parts(self._classes, self.effort.seeds):
            with torch.no_grad():
                shown = self.view(to_unit(pictures))
                errors = pyramid(shown, self.target)
                if not len(found) and len(shown) > 1:
                    self._between = float((shown[1:] - shown[:-1]).square().mean().sqrt())
            found = torch.cat([found, errors])
            best = found.argsort(stable=True)[: self.effort.starts]
            z, self.labels, count = self._bank.latents(self._classes, self.effort.seeds, best)
            self.parameters, self.errors = self.space.of_z(z, self.labels), found[best]
            yield min(1.0, len(found) / count)

    def fit(self) -> Iterator[float]:
        """Adam on the latents of all starts at once (Kingma & Ba 2015, arXiv 1412.6980, algorithm 1)."""
        import torch

        moving = self.parameters.clone().requires_grad_()
        mean, square = torch.zeros_like(moving), torch.zeros_like(moving)
        self.errors = torch.full_like(self.errors, math.inf)
        shape = (-1,) + (1,) * (moving.ndim - 1)
        for step in range(self.effort.steps + 1):
            with torch.enable_grad():
                errors = pyramid(self.view(self.space.draw(moving, self.labels)), self.target)
                errors = errors + PRIOR * self.space.prior(moving)
                (gradient,) = torch.autograd.grad(errors.sum(), moving)
            with torch.no_grad():
                better = errors < self.errors
                self.errors = torch.where(better, errors, self.errors)
                self.parameters = torch.where(better.view(shape), moving, self.parameters)
                mean.lerp_(gradient, 1 - BETAS[0])
                square.lerp_(gradient.square(), 1 - BETAS[1])
                unbiased = (square / (1 - BETAS[1] ** (step + 1))).sqrt() + 1e-8
                rate = RATE * _warmth(step / self.effort.steps) / (1 - BETAS[0] ** (step + 1))
                moving.sub_(rate * mean / unbiased)
            yield step / self.effort.steps
        left = self.view(self.pictures(self.space.G)[self.best][None]) - self.target
        self._left = float(left.square().mean().sqrt())

    def tune(self, all_starts: bool = False) -> Iterator[float]:
        """Tune the weights for the best start, or for all of them together."""
        import torch

        if not self.effort.tuning_steps:
            return
        chosen = slice(None) if all_starts else slice(self.best, self.best + 1)

        def loss(pictures: Tensor) -> Tensor:
            return (self.view(pictures) - self.target).square().mean()

        with torch.no_grad():
            parameters = self.parameters[chosen].clone()
        settings = self.effort.tuning_steps, self.effort.samples
        self._tuning = Tuning(self.space, parameters, self.labels[chosen], loss, *settings, self._bank.sides)
        yield from self._tuning.run()

    def unknown(self) -> str:
        """A sentence if the model does not know such pictures, else "".

        It compares what the latents alone, before tuning, leave of the picture with how far pictures of the
        model are from each other, as the damage shows both. Before the latents are fitted it is "".
        """
        if self._left is None or not self._between or self._left <= UNKNOWN * self._between:
            return ""
        return (
            "The model does not know pictures like this one: what it can draw is off by "
            f"{127.5 * self._left:.0f} of 255 on average, and two of its own pictures differ by "
            f"{127.5 * self._between:.0f}."
        )

    @property
    def best(self) -> int:
        """The number of the start that fits best."""
        return int(self.errors.argmin())

    def generator(self) -> Module:
        """The generator that draws the fit: G, or the best tuned copy so far."""
        return self.space.G if self._tuning is None else self._tuning.best()

    def pictures(self, G: Module) -> Tensor:
        """What G draws of all starts, (S, C, R, R) in [-1, 1]."""
        import torch

        with torch.no_grad():
            return self.space.draw(self.parameters, self.labels, G).clamp(-1, 1)


def _warmth(share: float) -> float:
    """The share of RATE when this share of the steps is done: up to 1, then down to 0 along a cosine."""
    return min(1.0, 0.1 + 30 * share) * (0.5 + 0.5 * math.cos(math.pi * share))


class Reports:
    """Says when progress is to be reported: at most once in `every` seconds."""

    def __init__(self, every: float) -> None:
        self._every, self._began, self._last = every, time.monotonic(), -math.inf

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._began

    def due(self) -> bool:
        now = time.monotonic()
        if now - self._last < self._every:
            return False
        self._last = now
        return True
