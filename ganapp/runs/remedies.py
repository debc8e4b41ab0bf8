"""Remedies for a run in trouble, as the watchdog suggests them: the configuration of its continuation."""

from __future__ import annotations

from ganapp.config import UNLIMITED_KIMG, TrainConfig

REMEDIES = ("rollback", "r1", "diffaugment", "lower_budget", "change_more", "follow_input", "anew")
LIGHT_R1 = {"r1": 1.0, "r1_interval": 4}  # that of the presets from picture to picture


def remedied(config: TrainConfig, remedy: str, nimg: int = 0, sec: float = 0.0) -> TrainConfig:
    """The configuration of a run that continues one at nimg images and sec seconds, with a remedy.

    rollback: half the learning rates. r1: R1 switched on, or four times its weight. diffaugment: DiffAugment.
    lower_budget: half of the remaining budget. change_more: twice G's learning rate, half of identity.
    follow_input: twice the weight of the target's pixels, of the cycle or of contrast. anew: half of G's
    learning rate, and R1 if there is none, for a run that begins at 0 images. Any other run that has used up
    its budget gets the whole of it once more. Raises ValueError (message fit for the user) if the remedy does
    not fit the run.
    """
    if not is_allowed(remedy, config):
        raise ValueError(
            f"remedy is {remedy!r}; for this run it must be one of {', '.join(_all_allowed(config))}."
        )
    if remedy == "anew":
        smooth = {} if config.r1 or not is_allowed("r1", config) else LIGHT_R1
        return config.replace(g_lr=max(config.g_lr / 2, 1e-7), **smooth)
    if config.is_used_up(nimg, sec):
        if remedy == "lower_budget":
            raise ValueError("this run has used up its budget: there is no rest to halve.")
        config = _with_budget_renewed(config, nimg, sec)
    if remedy == "rollback":
        return config.replace(g_lr=max(config.g_lr / 2, 1e-7), d_lr=max(config.d_lr / 2, 1e-7))
    if remedy == "r1":
        return config.replace(r1=min(config.r1 * 4, 10_000) or config.resolution / 8)
    if remedy == "diffaugment":
        return config.replace(augment="diffaugment", augment_policy=_policy(config))
    if remedy == "change_more":
        return config.replace(g_lr=min(config.g_lr * 2, 0.1), identity=config.identity / 2)
    if remedy == "follow_input" and config.task == "unpaired":
        name = "contrast" if config.contrast else "cycle"
        return config.replace(**{name: min(getattr(config, name) * 2, 10_000)})
    if remedy == "follow_input":
        return config.replace(pixel=min(config.pixel * 2, 10_000) or 100.0)
    left = {} if config.minutes_only else {"kimg": (config.kimg + nimg / 1000) / 2}
    if config.minutes:
        left["minutes"] = max((config.minutes + sec / 60) / 2, sec / 60)
    return config.replace(**left)


def _with_budget_renewed(config: TrainConfig, nimg: int, sec: float) -> TrainConfig:
    """The budget extended, so that the whole of it is left again."""
    minutes = config.minutes + sec / 60 if config.minutes else 0
    return config.replace(kimg=min(config.kimg + nimg / 1000, UNLIMITED_KIMG), minutes=minutes)


def is_allowed(remedy: str, config: TrainConfig) -> bool:
    """Whether a remedy fits a run of this configuration."""
    if remedy == "r1":  # It needs a D without batch statistics.
        return config.d_args.get("norm", "batch" if config.family == "dcgan" else "none") != "batch"
    if remedy in ("change_more", "follow_input"):
        return config.task != "noise"
    return remedy in REMEDIES and (remedy != "diffaugment" or config.augment == "none")


def _policy(config: TrainConfig) -> str:
    """DiffAugment's policy; without colours where D compares those of input and picture."""
    names = config.augment_policy.split(",")
    return ",".join(n for n in names if n != "color" or not config.sees_input) or "translation,cutout"


def _all_allowed(config: TrainConfig) -> list[str]:
    return [name for name in REMEDIES if is_allowed(name, config)]
