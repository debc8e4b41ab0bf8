"""What becomes what, as the form has it: presets, data sets and fields of a task. No Gradio.

What a task is, is in config/tasks.py.
"""

from __future__ import annotations

from typing import Any

from ganapp.config import PRESETS, TrainConfig, default_preset
from ganapp.config.names import TASKS
from ganapp.config.tasks import ONLY_FOR

FIELDS = ("task", "damage", "direction", "dataset_b")  # of TrainConfig, with controls outside of Advanced
# What a built-in data set that does not suit a task is exchanged for: the data set, and the other one.
DATA = {"pairs": ("faces-expression", ""), "unpaired": ("faces-happy", "faces-sad")}


def presets_of(task: str) -> list[str]:
    return [name for name, preset in PRESETS.items() if preset.config.task == task]


def tasks() -> list[str]:
    """Those that there is a preset for."""
    return [task for task in TASKS if presets_of(task)]


def preset_for(task: str, has_gpu: bool = False) -> str:
    """The preset that a task begins with."""
    first, there = default_preset(has_gpu), presets_of(task)
    return first if first in there else there[0]


def named_data(task: str) -> tuple[str, ...]:
    """The built-in data sets that suit a task."""
    from ganapp.data import NAMED, PAIRED

    return PAIRED if task == "pairs" else NAMED


def data_for(task: str, dataset: str, dataset_b: str) -> tuple[str, str]:
    """The data set and the other one for a task: those that are chosen, if they suit it.

    A path always does: what lies there is seen when it is opened.
    """
    from ganapp.data import BUILT_IN

    suits = dataset in named_data(task) and not (task == "unpaired" and not dataset_b)
    if dataset in BUILT_IN and not suits:
        return DATA.get(task, (TrainConfig().dataset, ""))
    has_both = task == "pairs" and (dataset in BUILT_IN or dataset_b in BUILT_IN)
    return dataset, dataset_b if is_needed("dataset_b", task) and not has_both else ""


def is_needed(field: str, task: str) -> bool:
    """Whether a task uses a field of TrainConfig: the others are hidden."""
    return field not in ONLY_FOR or task in ONLY_FOR[field][0]


def only_needed(values: dict[str, Any]) -> dict[str, Any]:
    """Settings without what their task does not use: what is not shown is not meant."""
    task = values.get("task", TrainConfig().task)
    unused = {name: off for name, (tasks, off) in ONLY_FOR.items() if task not in tasks and off is not None}
    return values | {name: off for name, off in unused.items() if name in values}
