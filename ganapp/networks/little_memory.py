"""Runs a network so that freed memory goes back to the system between its layers."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

LARGE = 4_194_304  # values of a result after which freed memory is given back


class LittleMemory(TorchFunctionMode):
    """Inside, freed memory is given back to the system after each operation with a large result.

    glibc keeps freed blocks below 32 MiB, and those of the next layer, which has another size, do not fit
    into them: a StyleGAN2 of 256 pixels held up to one and a half times its weights so. Takes a little time.
    """

    def __init__(self):
        super().__init__()
        self.give_back = giving_back()

    def __torch_function__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor) and result.numel() >= LARGE:
            self.give_back()
        return result


def giving_back() -> Callable[[], Any]:
    """A function that gives freed memory back to the system. Without glibc it does nothing."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    return (lambda: trim(0)) if trim is not None else (lambda: None)
