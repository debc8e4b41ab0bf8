"""Building a network whose weights are about to be replaced: without random numbers and without their time."""

from __future__ import annotations

from contextlib import AbstractContextManager

# Methods of tensors and functions of torch.nn.init that draw.
IN_PLACE = (
    "normal_", "uniform_", "trunc_normal_", "bernoulli_", "random_", "exponential_", "kaiming_uniform_",
    "kaiming_normal_", "xavier_uniform_", "xavier_normal_", "orthogonal_", "sparse_",
)  # fmt: skip


def blank_weights() -> AbstractContextManager:
    """A context in which this thread draws no random number: what would be drawn has no particular value.

    Drawing would disturb a run in this process. On the meta device nothing is drawn either, but torch then
    imports its compiler, which takes seconds and 100 MB.
    """
    import torch
    from torch.overrides import TorchFunctionMode

    class Blank(TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            kwargs = kwargs or {}
            if function in (torch.randn, torch.rand):
                return torch.empty(*args, **kwargs)
            if getattr(function, "__name__", "") in IN_PLACE:
                return args[0] if args else kwargs["tensor"]
            return function(*args, **kwargs)

    return Blank()
