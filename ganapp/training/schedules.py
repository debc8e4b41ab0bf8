"""Schedules that are pure functions of the configuration and of how many images have been shown. No tensors, no state."""

from __future__ import annotations

import math

from ganapp.config import TrainConfig


def growth(config: TrainConfig, nimg: int) -> float:
    """The level that a growing network stands at: 0 is 4×4, 1 is 8×8, 1.3 is 16×16 faded in by 0.3 (Karras 2018, section 2).

    Each level rests for grow_kimg, then the next fades in for grow_kimg, linearly (800 there, appendix A.1). 0: full at once.
    """
    top = config.resolution.bit_length() - 3  # levels above 4×4
    if config.grow_kimg == 0:
        return float(top)
    phase = nimg / (config.grow_kimg * 1000)
    level = phase // 2 + max(phase % 2 - 1, 0.0)
    return min(level, float(top))


def burn_in(config: TrainConfig, nimg: int, final: float) -> float:
    """A cosine from 1 to `final` over burn_in_kimg, then constant (Huang 2024, appendix D)."""
    if config.burn_in_kimg == 0:
        return 1.0
    progress = min(nimg / (config.burn_in_kimg * 1000), 1.0)
    return final + (1 - final) * (1 + math.cos(math.pi * progress)) / 2


def penalty_weight(config: TrainConfig, name: str, nimg: int) -> float:
    """The weight of r1, r2, gp or path_length at this step: 0 between the steps of a lazy penalty, `interval` times as much
    on them (Karras 2020, appendix B). Steps are those of the network that it is for."""
    weight, interval = getattr(config, name), getattr(config, f"{name}_interval")
    images = config.batch * (config.d_steps if name == "path_length" else 1)
    if nimg // images % interval:
        return 0.0
    return weight * interval * burn_in(config, nimg, config.gamma_final)


def noise_level(config: TrainConfig, nimg: int) -> float:
    """The standard deviation of instance noise: from instance_noise linearly to 0 (Sønderby 2017, section 4)."""
    return config.instance_noise * max(0.0, 1 - nimg / (config.instance_noise_kimg * 1000))
