"""What networks promise to their callers: the outputs shared by all families."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor


class DiscriminatorOutput(NamedTuple):
    """What every discriminator returns."""

    logits: Tensor  # (N,)
    features: Tensor  # (N, F), what the head saw
    class_logits: Tensor | None = None  # (N, K)
