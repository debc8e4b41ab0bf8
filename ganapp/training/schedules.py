"""Schedules: pure functions of the configuration and the number of images shown. No tensors, no state."""

from __future__ import annotations

import math

from ganapp.config import TrainConfig


def growth(config: TrainConfig, nimg: int) -> float:
    """The level of a growing network: 0 is 4×4, 1 is 8×8, 1.3 is 8×8 with 16×16 faded in by 0.3.

    Each level is held for grow_kimg, then the next one fades in linearly over grow_kimg (Karras 2018 ProGAN,
    section 2; the paper takes 800, appendix A.1). If grow_kimg is 0, it is the full resolution from the
    start.
    """
    top = config.resolution.bit_length() - 3  # levels above 4×4
    if config.grow_kimg == 0:
        return float(top)
    phase = nimg / (config.grow_kimg * 1000)
    level = phase // 2 + max(phase % 2 - 1, 0.0)
    return min(level, float(top))


def burn_in(config: TrainConfig, nimg: int, final: float) -> float:
    """A factor: a cosine from 1 to `final` over burn_in_kimg, then constant (Huang 2024, appendix D)."""
    if config.burn_in_kimg == 0:
        return 1.0
    progress = min(nimg / (config.burn_in_kimg * 1000), 1.0)
    return final + (1 - final) * (1 + math.cos(math.pi * progress)) / 2


def penalty_weight(config: TrainConfig, name: str, nimg: int) -> float:
    """The weight of a lazy penalty (r1, r2, gp or path_length) at this step.

    The penalty is applied at every `interval`-th step with `interval` times its weight; it is 0 at the others
    (Karras 2020 StyleGAN2, appendix B). Steps of G count for path_length, those of D for the others.
    """
    weight, interval = getattr(config, name), getattr(config, f"{name}_interval")
    images_per_step = config.batch * (config.d_steps if name == "path_length" else 1)
    if nimg // images_per_step % interval:
        return 0.0
    return weight * interval * burn_in(config, nimg, config.gamma_final)


def noise_level(config: TrainConfig, nimg: int) -> float:
    """Standard deviation of instance noise: linear from instance_noise to 0 over instance_noise_kimg.

    Sønderby 2017, section 4.
    """
    return config.instance_noise * max(0.0, 1 - nimg / (config.instance_noise_kimg * 1000))
