"""Building a network whose weights are about to be replaced: no random numbers are drawn, to save time."""

from __future__ import annotations

import math
from contextlib import AbstractContextManager

import torch
from torch.overrides import TorchFunctionMode

# Methods of tensors and functions of torch.nn.init that draw.
IN_PLACE = (
    "normal_", "uniform_", "trunc_normal_", "bernoulli_", "random_", "exponential_", "kaiming_uniform_",
    "kaiming_normal_", "xavier_uniform_", "xavier_normal_", "orthogonal_", "sparse_",
)  # fmt: skip
DRAWN = (torch.randn, torch.rand)
MADE = (*DRAWN, torch.empty, torch.zeros, torch.ones, torch.full, torch.eye)


def blank_weights(most: int | None = None) -> AbstractContextManager:
    """A context in which this thread draws no random number: what would be drawn has no particular value.

    Drawing would disturb a run in this process. On the meta device nothing is drawn either, but torch then
    imports its compiler, which takes seconds and 100 MB. most: of values that all tensors made in it may have
    together; beyond that, ValueError (the end of a sentence).
    """
    made = 0

    class Blank(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            nonlocal made
            kwargs = kwargs or {}
            if most is not None and function in MADE:
                made += _count(args, kwargs)
                if made > most:
                    raise ValueError(f"it has more than {most:,} values, too many for its weights")
            if function in DRAWN:
                return torch.empty(*args, **kwargs)
            if getattr(function, "__name__", "") in IN_PLACE:
                return args[0] if args else kwargs["tensor"]
            return function(*args, **kwargs)

    return Blank()


def _count(args: tuple, kwargs: dict) -> int:
    """Of values in a tensor that torch.empty, torch.full and the like make of these arguments."""
    size = kwargs.get("size", args if args and isinstance(args[0], int) else args[0] if args else ())
    return math.prod(size) if all(isinstance(side, int) for side in size) else 0
