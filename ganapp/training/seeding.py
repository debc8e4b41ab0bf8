"""Random numbers as a function of (seed, nimg): a resumed run draws what an uninterrupted one draws."""

from __future__ import annotations

import numpy as np
import torch


def step_seed(seed: int, nimg: int, stream: int = 0) -> int:
    """A seed, 0 to 2⁶³ - 1, for the step at `nimg` images. Streams are independent of each other."""
    return int(np.random.SeedSequence([seed, nimg, stream]).generate_state(1, np.uint64)[0]) >> 1


def seed_device(device: torch.device, seed: int) -> None:
    """Seed the default random generator of one device, which dropout and noise layers use.

    Those of other devices are left alone, because another run may work there.
    """
    if device.type == "cuda":
        torch.cuda.default_generators[device.index or 0].manual_seed(seed)
    elif device.type == "mps":
        torch.mps.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)
