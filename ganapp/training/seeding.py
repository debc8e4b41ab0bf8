"""Random numbers as a function of (seed, nimg): what makes an interrupted run equal an uninterrupted one."""

from __future__ import annotations

import numpy as np
import torch


def step_seed(seed: int, nimg: int, stream: int = 0) -> int:
    """A seed for one step, from the run's seed and the images so far. Each `stream` is independent of the others."""
    return int(np.random.SeedSequence([seed, nimg, stream]).generate_state(1, np.uint64)[0]) >> 1


def seed_device(device: torch.device, seed: int) -> None:
    """Seed the generator that dropout and noise layers draw from, on this device only: another run may use another."""
    if device.type == "cuda":
        torch.cuda.default_generators[device.index or 0].manual_seed(seed)
    elif device.type == "mps":
        torch.mps.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)
