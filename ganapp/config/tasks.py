"""What becomes what: which settings go with which task. Functions of a TrainConfig; they build nothing."""

from __future__ import annotations

from ganapp.degradations import varied_of

from .fields import check_range
from .names import TRANSLATORS

PAIRED = ("degrade", "pairs")  # tasks whose target is known for each input
# Fields that only some tasks use, and the value that stands for "off".
ONLY_FOR = {
    "damage": (("degrade",), ""),
    "direction": (("pairs",), "a2b"),
    "dataset_b": (("pairs", "unpaired"), ""),
    "pixel": (PAIRED, 0.0),
    "cycle": (("unpaired",), 0.0),
    "identity": (("unpaired",), 0.0),
}


def sees_input(config) -> bool:
    """Whether D sees the input beside the picture that it judges."""
    return config.task in PAIRED


def learns_classes(config) -> bool:
    return config.conditional and config.task == "noise"


def check_task(config) -> None:
    """Raise ValueError (message fit for the user) if task, network and objective do not go together."""
    for name, (tasks, off) in ONLY_FOR.items():
        value = getattr(config, name)
        if value != off and config.task not in tasks:
            used = " or ".join(tasks)
            raise ValueError(f"{name} is {value}; only the task {used} uses it, not {config.task}.")
    if config.task == "noise":
        if config.family in TRANSLATORS:
            raise ValueError(
                f"family is {config.family!r}, which takes a picture: set task to degrade, pairs or unpaired."
            )
        check_range("z_dim", config.z_dim, 1, 8192)
        return
    if config.family not in TRANSLATORS:
        raise ValueError(
            f"task is {config.task!r}, which needs a network that takes a picture: "
            f"set family to one of {', '.join(TRANSLATORS)}."
        )
    if config.z_dim:  # sample grids and the live figure do not draw noise for a translator yet
        raise ValueError(
            f"z_dim is {config.z_dim}, but {config.task} draws one answer without noise: set z_dim to 0."
        )
    if config.task == "degrade":
        varied_of(config.damage)
    if config.task == "unpaired" and not config.cycle:
        raise ValueError(
            "task is 'unpaired', which needs cycle: without it any picture of the other set will do."
        )
    _check_objective(config)


def _check_objective(config) -> None:
    if config.channels == 4:
        raise ValueError(
            f"channels is 4, but {config.task} keeps no transparency: set channels to 0, 1 or 3."
        )
    if config.class_term != "none":
        raise ValueError(
            f"class_term is {config.class_term!r}, but {config.task} has no classes: set it to none."
        )
    if config.augment == "ada":
        raise ValueError(
            "augment is 'ada', which is for pictures from noise: set it to none, or to diffaugment."
        )
    if sees_input(config) and config.augment == "diffaugment" and "color" in config.augment_policy.split(","):
        raise ValueError(
            f"augment_policy is {config.augment_policy!r}, but D compares the colours of input and picture: "
            "leave color out."
        )
    if config.task == "unpaired":
        for name, off in (("feature_matching", 0.0), ("d_steps", 1)):
            if getattr(config, name) != off:
                raise ValueError(
                    f"{name} is {getattr(config, name):g}, but unpaired has no target for each picture "
                    f"and one step of each D: set it to {off:g}."
                )
