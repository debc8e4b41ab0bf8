"""Pivotal tuning: the weights of a generator are moved so that fixed latents draw given pictures.

Roich 2021, arXiv 2106.05744. What is different here: a step goes where the pictures of other seeds change
least, so that the tuned generator stays the same for them. How much they change by a move of the weights is a
quadratic form (the Gauss-Newton matrix of G), approximated for each weight by two small matrices from
gradients of random pictures (Martens & Grosse 2015, arXiv 1503.05671; Gupta 2018, arXiv 1802.09568).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from .spaces import z_of

if TYPE_CHECKING:
    from torch import Tensor
    from torch.nn import Module

    from .spaces import WPlusSpace, ZSpace

RATE = 0.004  # how far one step may move other seeds' pictures, root of the mean square in [-1, 1]
MOMENTUM = 0.5
DAMPING = 0.5  # of the two matrices, relative to the mean of their diagonal
OTHERS, LARGE = (
    4,
    128,
)  # pictures of other seeds in one gradient; one of more pixels a side: it takes gigabytes
Sides = dict[int, tuple["Tensor", "Tensor"]]  # of the weight of that number
FIRST_OTHER = 2**31  # their seeds, which a person hardly looks at


class Weight(NamedTuple):
    """One weight that is tuned, and how sensitive the pictures of other seeds are to it."""

    value: Tensor  # (A, B, ...), a parameter
    left: Tensor  # (A, A), inverse
    right: Tensor  # (B, B), inverse

    def natural(self, gradient: Tensor) -> Tensor:
        """The direction that lowers the loss for the least change of other pictures, shaped as the weight."""
        import torch

        turned = torch.einsum("ab,bc...->ac...", self.left, gradient)
        return torch.einsum("ac...,cd->ad...", turned, self.right)


class Tuning:
    """Moves the weights of a copy of G so that loss_of(pictures at fixed latents) falls; keeps the best.

    Biases and gains are left as they are: they act on all pictures alike. G itself is not changed.
    """

    def __init__(
        self,
        space: ZSpace | WPlusSpace,
        parameters: Tensor,
        labels: Tensor,
        loss_of: Callable[[Tensor], Tensor],
        steps: int,
        samples: int,
        kept: dict[tuple, Sides] | None = None,
    ) -> None:
        """parameters, labels: latents (N, ...) and (N,). loss_of: pictures (N, C, R, R) -> a number.

        samples: gradients of other seeds' pictures, from which the sensitivity of weights is estimated. kept:
        where sensitivities of this generator are kept for the next time.
        """
        self._space, self._parameters, self._labels, self._loss_of = space, parameters, labels, loss_of
        self._steps, self._samples, self._sides = steps, samples, {} if kept is None else kept
        self._G = copy.deepcopy(space.G).eval()
        self._values: list[Tensor] = []
        self._best, self._kept = float("inf"), []

    def run(self) -> Iterator[float]:
        """Look at the sensitivities, then take the steps; yields the share that is done after each."""
        import torch

        spec, sums = self._space.G.spec, Sensitivity(self._space, self._G)
        whole, key = self._steps + self._samples, (self._space.name, self._samples)
        if key not in self._sides:
            for number in range(self._samples):
                sums.add(number)
                yield (number + 1) / whole
            self._sides[key] = sums.averages()
        weights = sums.weights(self._sides[key])
        self._values = [w.value for w in weights]
        speeds = [torch.zeros_like(v) for v in self._values]
        for step in range(self._steps):
            with torch.enable_grad():
                loss = self._loss()
                gradients = torch.autograd.grad(loss, self._values)
            self._keep_if_best(float(loss.detach()))
            moves = [w.natural(g) for w, g in zip(weights, gradients, strict=True)]
            change = sum((m * g).sum() for m, g in zip(moves, gradients, strict=True))
            length = RATE * _warmth(step, self._steps) / change.clamp_min(1e-20).sqrt()
            length = float(length * (spec.channels * spec.resolution**2) ** 0.5)
            with torch.no_grad():
                for value, speed, move in zip(self._values, speeds, moves, strict=True):
                    speed.mul_(MOMENTUM).add_(move, alpha=length * (1 - MOMENTUM))
                    value.sub_(speed)
                if step == self._steps - 1:
                    self._keep_if_best(float(self._loss()))
            yield (self._samples + step + 1) / whole

    def best(self) -> Module:
        """A generator with the best weights so far, without gradients."""
        import torch

        G = copy.deepcopy(self._space.G).eval()
        of = dict(G.named_parameters())
        named = [name for name, value in self._G.named_parameters() if any(value is v for v in self._values)]
        with torch.no_grad():
            for name, value in zip(named, self._kept):  # none are kept before the first step
                of[name].copy_(value)
        return G.requires_grad_(False)

    def _loss(self) -> Tensor:
        return self._loss_of(self._space.draw(self._parameters, self._labels, self._G))

    def _keep_if_best(self, loss: float) -> None:
        if loss < self._best:
            self._best, self._kept = loss, self._copied()

    def _copied(self) -> list[Tensor]:
        return [value.detach().clone() for value in self._values]


def _warmth(step: int, steps: int) -> float:
    """The share of RATE: from 1/3 up to 1 in three steps, down to 0 over the last two thirds."""
    return min(1.0, (step + 1) / 3, (steps - step) / (2 / 3 * steps))


class Sensitivity:
    """How sensitive other seeds' pictures are to each weight, summed over gradients.

    A random picture direction of ±1, sent back through G, gives a gradient whose covariance over directions
    and seeds is the Gauss-Newton matrix. It is taken as the product of its marginals over the first and the
    second side of the weight.
    """

    def __init__(self, space, G: Module) -> None:
        import torch

        self._space, self._G, self._count = space, G, 0
        self._values = [p.requires_grad_() for p in G.parameters() if p.ndim >= 2 and p.is_floating_point()]
        self._random = torch.Generator().manual_seed(0)
        self._sides: Sides = {}

    def add(self, number: int) -> None:
        """The gradient of the pictures of that number."""
        import torch

        pictures = _others(self._space, self._G, number)
        signs = torch.randint(0, 2, pictures.shape, generator=self._random).to(pictures) * 2 - 1
        found = torch.autograd.grad((pictures * signs).sum(), self._values, allow_unused=True)
        self._count += len(pictures)
        for i, gradient in enumerate(found):
            if gradient is None:
                continue
            flat = gradient.flatten(2) if gradient.ndim > 2 else gradient[:, :, None]
            pair = torch.einsum("abk,cbk->ac", flat, flat), torch.einsum("abk,ack->bc", flat, flat)
            before = self._sides.get(i)
            self._sides[i] = pair if before is None else (before[0] + pair[0], before[1] + pair[1])

    def averages(self) -> Sides:
        """The sums divided by the number of pictures."""
        return {i: (left / self._count, right / self._count) for i, (left, right) in self._sides.items()}

    def weights(self, sides: Sides) -> list[Weight]:
        """The weights that pictures depend on; the others no longer ask for gradients."""
        found = []
        for i, value in enumerate(self._values):
            pair = sides.get(i)
            if pair is None or float(pair[0].trace()) <= 0:
                value.requires_grad_(False)
                continue
            left, right = pair
            size = left.trace() * (value[0, 0].numel() if value.ndim > 2 else 1)
            found.append(Weight(value, _inverse(left) * size, _inverse(right)))
        return found


def others_of(G: Module) -> int:
    """How many pictures of other seeds are in one gradient."""
    return OTHERS if G.spec.resolution <= LARGE else 1


def _others(space, G: Module, number: int) -> Tensor:
    """Pictures of G for seeds of their own, with gradients to its weights."""
    import numpy as np
    import torch

    count = others_of(G)
    seeds = FIRST_OTHER + count * number + np.arange(count)
    classes = max(1, space.G.spec.num_classes)
    labels = torch.as_tensor(seeds % classes).to(space.device)
    with torch.enable_grad():
        return space.draw(space.of_z(z_of(space.G, seeds), labels), labels, G)


def _inverse(matrix: Tensor) -> Tensor:
    import torch

    damping = DAMPING * matrix.diagonal().mean().clamp_min(1e-20)
    return torch.linalg.inv(matrix + damping * torch.eye(len(matrix)).to(matrix))
