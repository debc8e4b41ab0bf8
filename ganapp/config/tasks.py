"""What becomes what: which settings go with which task. Functions of a TrainConfig; they build nothing."""

from __future__ import annotations

from ganapp.degradations import varied_of

from .fields import check_range
from .names import TRANSLATORS

PAIRED = ("degrade", "pairs")  # tasks whose target is known for each input
_WITH_TARGET = ("noise", *PAIRED)  # trained by the GAN's own turns
# Fields that only some tasks use, and their value for the others: None where any value changes nothing.
# The page hides them for the others (ui/train/tasks.py), and check_task refuses another value.
ONLY_FOR = {
    "conditional": (("noise",), None),
    "damage": (("degrade",), ""),
    "direction": (("pairs",), "a2b"),
    "dataset_b": (("pairs", "unpaired"), ""),
    "z_dim": (_WITH_TARGET, 0),  # what comes back to its input has one answer: cycles leave noise no meaning
    "class_term": (("noise",), "none"),
    "class_weight": (("noise",), None),
    "feature_matching": (_WITH_TARGET, 0.0),
    "orthogonal": (_WITH_TARGET, 0.0),
    "path_length": (("noise",), 0.0),
    "path_length_interval": (("noise",), None),
    "ada_target": (("noise",), None),
    "ada_kimg": (("noise",), None),
    "grow_kimg": (("noise",), 0.0),
    "pixel": (PAIRED, 0.0),
    "cycle": (("unpaired",), 0.0),
    "identity": (("unpaired",), 0.0),
    "pool": (("unpaired",), None),
    "d_steps": (_WITH_TARGET, 1),
    "contrast": (("unpaired",), 0.0),
    "contrast_layers": (("unpaired",), None),
    "contrast_width": (("unpaired",), None),
    "contrast_patches": (("unpaired",), None),
    "contrast_temperature": (("unpaired",), None),
}


def sees_input(config) -> bool:
    """Whether D sees the input beside the picture that it judges."""
    return config.task in PAIRED


def trains_two(config) -> bool:
    """Whether two generators are trained, which undo each other."""
    return config.task == "unpaired" and not config.contrast


def learns_classes(config) -> bool:
    return config.conditional and config.task == "noise"


def check_task(config) -> None:
    """Raise ValueError (message fit for the user) if task, network and objective do not go together."""
    if config.task == "noise":
        if config.family in TRANSLATORS:
            raise ValueError(
                f"family is {config.family!r}, which takes a picture: set task to degrade, pairs or unpaired."
            )
        check_range("z_dim", config.z_dim, 1, 8192)
    elif config.family not in TRANSLATORS:
        raise ValueError(
            f"task is {config.task!r}, which needs a network that takes a picture: "
            f"set family to one of {', '.join(TRANSLATORS)}."
        )
    for name, (tasks, off) in ONLY_FOR.items():
        value = getattr(config, name)
        if off is not None and value != off and config.task not in tasks:
            used, needs = " or ".join(tasks), f"{off:g}" if isinstance(off, float) else off or f"{off!r}"
            raise ValueError(
                f"{name} is {value}; only the task {used} uses it, so {config.task} needs {needs}."
            )
    if config.task == "degrade":
        varied_of(config.damage)
    if config.task == "unpaired":
        _check_unpaired(config)
    if config.task != "noise":
        _check_objective(config)


def _check_unpaired(config) -> None:
    if not config.cycle and not config.contrast:
        raise ValueError(
            "task is 'unpaired', which needs cycle or contrast: without them any picture of the other set "
            "will do."
        )
    if config.cycle and config.contrast:
        raise ValueError(
            f"cycle is {config.cycle:g} and contrast is {config.contrast:g}, but unpaired uses one of them: "
            "set the other to 0."
        )
    if config.contrast and config.family != "translator":
        raise ValueError(
            f"family is {config.family!r}, but contrast compares layers of a translator: "
            "set family to translator, or use cycle."
        )


def _check_objective(config) -> None:
    if config.channels == 4:
        raise ValueError(
            f"channels is 4, but {config.task} keeps no transparency: set channels to 0, 1 or 3."
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
