"""What becomes what?: the first choice of the form, and the controls that only one of its answers needs.

Layout. What a task is to the form is in tasks.py.
"""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.components import Component

from ganapp.config import TrainConfig
from ganapp.config.names import DIRECTIONS
from ganapp.config.tasks import ONLY_FOR
from ganapp.degradations import DEGRADATIONS

from ..shared import html
from ..shared.strings import t
from .tasks import is_needed, tasks


def build_task(config: TrainConfig) -> dict[str, Component]:
    """The controls by field of TrainConfig. The choice is hidden where there is none to make."""
    there = tasks()
    if len(there) > 1:
        gr.HTML(html.heading("train.task"))
    settings: dict[str, Component] = {
        "task": gr.Radio(
            [(t(f"train.task.{task}"), task) for task in there],
            value=config.task,
            label=t("train.task"),
            show_label=False,
            container=False,
            visible=shown(len(there) > 1),
            elem_id="task",
        )
    }
    settings["damage"] = gr.Dropdown(
        damages(),
        value=config.damage,
        allow_custom_value=True,
        info=t("train.damage.info"),
        **texts_of("damage", config.task),
    )
    directions = [(t(f"train.direction.{name}"), name) for name in DIRECTIONS]
    settings["direction"] = gr.Dropdown(
        directions, value=config.direction, **texts_of("direction", config.task)
    )
    return settings


def build_other(config: TrainConfig) -> gr.Dropdown:
    """The other data set, below the first one."""
    return gr.Dropdown(
        [config.dataset_b],
        value=config.dataset_b,
        allow_custom_value=True,
        info=t("train.dataset_b.info"),
        **texts_of("dataset_b", config.task),
    )


def texts_of(name: str, task: str) -> dict[str, Any]:
    visible = shown(is_needed(name, task))
    return {"label": t(f"field.{name}"), "elem_id": name, "visible": visible}


def damages() -> list[tuple[Any, str]]:
    """(line, value) of each damage with its usual amount."""
    return [
        (t(f"train.damage.{name}"), f"{name}:{known.default:g}" if known.unit else name)
        for name, known in DEGRADATIONS.items()
    ]


def classes_of(name: str) -> list[str]:
    """Classes of a control in Advanced, by which page.css shows it for the tasks that use its field only.

    `visible` is of no use there: Gradio 6.31 forgets one that was set before the section is first opened.
    """
    uses = ONLY_FOR[name][0] if name in ONLY_FOR else ()
    return ["for-task", *(f"for-{task}" for task in uses)] if uses else []


def shown(yes: bool) -> bool | str:
    """`visible` of a control that keeps its place and its value while it is not shown."""
    return True if yes else "hidden"
