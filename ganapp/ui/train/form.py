"""The left column of the Train tab: its components and their layout.

What they do is in actions.py; tab.py connects the two.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from ganapp.config import PRESETS, TrainConfig
from ganapp.config.tasks import ONLY_FOR

from ..access.capabilities import Capabilities
from ..access.visitors import notes, sign_in
from ..shared import html
from ..shared.strings import t
from . import origins, recipe, task_part, tasks
from .few_pictures import build_few
from .upload import build_upload

MINUTES = 10  # of the budget, until something better is known


@dataclass(frozen=True)
class DataPart:
    """Which pictures, and a look at them."""

    dataset: gr.Dropdown
    other: gr.Dropdown  # the other set, shown for a task that needs one
    preview: gr.HTML
    facts: gr.HTML
    keep: gr.Checkbox  # shown for pictures with transparent pixels
    stop: gr.Button  # shown while a preview is prepared
    few: gr.Button  # shown for few pictures: what helps with them
    upload: gr.HTML
    look: gr.Button
    cache: gr.HTML
    clear: gr.Button


@dataclass(frozen=True)
class RecipePart:
    """A preset and the settings that differ from it."""

    preset: gr.Dropdown
    about: gr.HTML
    settings: dict[str, Component]  # by field of TrainConfig: what becomes what, and the Advanced section


@dataclass(frozen=True)
class StartPart:
    """The budget, the name, and the button that starts."""

    amount: gr.Number
    good_minutes: gr.State  # the budget that the preset suggests; 0 where that is not known
    adopted: gr.State  # the budget that the app has written into the form
    by_hand: gr.State  # whether a person has set the budget; else it follows the preset
    budget: gr.Dropdown  # what `amount` counts: "minutes" or "kimg"
    name: gr.Textbox
    message: gr.HTML  # where a refusal stands that is about no control
    start: gr.Button
    started: gr.Textbox  # hidden: what the button did, as JSON


@dataclass(frozen=True)
class TrainForm:
    """All components that a person fills in. Handlers get the inputs as {component: value}."""

    data: DataPart
    recipe: RecipePart
    start: StartPart

    @property
    def named(self) -> dict[str, Component]:
        """Every control whose value can be filled in and kept: by field name, or "preset", "amount" …"""
        start = {"amount": self.start.amount, "budget": self.start.budget, "name": self.start.name}
        chosen = {"dataset": self.data.dataset, "preset": self.recipe.preset}
        return chosen | start | self.recipe.settings

    def filled(self, values: Mapping[str, Any]) -> dict[Component, Any]:
        """{component: value} of values by name; what a handler returns to fill the form.

        With a task among them, the controls beside it that it uses are shown, and its presets are listed.
        """
        found = {self.named[name]: value for name, value in values.items()}
        if "task" not in values:
            return found
        for name in ONLY_FOR.keys() & tasks.FIELDS:
            visible = task_part.shown(tasks.is_needed(name, values["task"]))
            value = {"value": values[name]} if name in values else {}
            found[self.named[name]] = gr.update(visible=visible, **value)
        preset = values.get("preset") or tasks.preset_for(values["task"])
        listed = gr.update(choices=tasks.presets_of(values["task"]), value=preset)
        return found | {self.recipe.preset: listed}

    @property
    def preview_inputs(self) -> set[Component]:
        """What a preview depends on: the pictures and the recipe."""
        return {self.data.dataset, self.recipe.preset, *self.recipe.settings.values()}

    @property
    def inputs(self) -> set[Component]:
        """What a start depends on."""
        return self.preview_inputs | {self.start.amount, self.start.budget, self.start.name}

    def settings_of(self, given: Mapping[Component, Any]) -> dict[str, Any]:
        """The values of the settings by field name. given: what a handler got of the inputs."""
        found = {name: given[component] for name, component in self.recipe.settings.items()}
        return tasks.only_needed(found)


def build_form(can: Capabilities, preset: str) -> TrainForm:
    """The components in the order of the page, inside a gr.Column."""
    if can.on_space:
        gr.HTML(notes(can))
        sign_in(can)
    task = task_part.build_task(PRESETS[preset].config)
    data = build_data(can, PRESETS[preset].config)
    recipe = build_recipe(preset, task | {"dataset_b": data.other})
    return TrainForm(data, recipe, build_start())


def build_data(can: Capabilities, config: TrainConfig) -> DataPart:
    gr.HTML(html.heading("train.data"))
    from ganapp.data import NAMED

    choices = origins.data_sets(can.paths)
    dataset = gr.Dropdown(
        choices, value="faces", allow_custom_value=True, label=t("train.dataset.info"), elem_id="dataset"
    )
    other = task_part.build_other(config)
    preview = gr.HTML(elem_id="preview_grid")
    facts = gr.HTML(elem_id="facts")
    keep = gr.Checkbox(False, label=t("train.keep"), visible=False, elem_id="keep_transparency")
    stop = gr.Button(t("train.look.cancel"), size="sm", visible=False, elem_id="look_cancel")
    few = build_few()
    nothing_yet = all(value in NAMED for _, value in choices)  # then the way to own pictures stands open
    with gr.Accordion(t("train.own"), open=nothing_yet, elem_id="own"):
        return DataPart(
            dataset=dataset,
            other=other,
            preview=preview,
            facts=facts,
            keep=keep,
            stop=stop,
            few=few,
            upload=build_upload(),
            look=gr.Button(t("train.look"), size="sm", elem_id="look"),
            cache=gr.HTML(elem_id="cache"),
            clear=gr.Button(t("train.cache.clear"), size="sm", elem_id="cache_clear"),
        )


def build_recipe(preset: str, task: dict[str, Component]) -> RecipePart:
    """task: the controls of what becomes what."""
    gr.HTML(html.heading("train.recipe"))
    config = PRESETS[preset].config
    listed = tasks.presets_of(config.task)
    # Any text, because a handler may get a preset of the last task while those of the next one are listed.
    choice = gr.Dropdown(
        listed, value=preset, allow_custom_value=True, label=t("train.preset"), elem_id="preset"
    )
    about = gr.HTML(elem_id="about")
    with gr.Accordion(t("train.advanced"), open=False, elem_id="advanced"):
        settings = build_settings(config)
    return RecipePart(choice, about, task | settings)


def build_settings(config: TrainConfig) -> dict[str, Component]:
    """A control for every field of the configuration, with its one sentence of help, group by group."""
    settings: dict[str, Component] = {}
    for group in recipe.GROUPS:
        with gr.Accordion(t(f"group.{group}"), open=False, elem_id=f"group_{group}", elem_classes="settings"):
            for field in recipe.advanced_fields(group):
                if field.name in tasks.FIELDS:
                    continue
                settings[field.name] = build_setting(field, getattr(config, field.name))
    return settings


def build_setting(field, value) -> Component:
    """The control of one field. The page hides what the chosen task does not use (see task_part.py)."""
    texts = {
        "label": t(f"field.{field.name}"),
        "info": t(f"help.{field.name}"),
        "elem_id": f"set_{field.name}",
        "elem_classes": task_part.classes_of(field.name),
    }
    if field.metadata["choices"]:
        return gr.Dropdown(list(field.metadata["choices"]), value=value, **texts)
    if field.name == "start_from":  # a run, a checkpoint or a model on the Hub: any text
        return gr.Dropdown([""], value=value, allow_custom_value=True, **texts)
    if isinstance(value, bool):
        return gr.Checkbox(value, **texts)
    if isinstance(value, dict):
        return gr.Textbox(json.dumps(value), max_lines=2, **texts)
    if isinstance(value, int | float):
        return gr.Number(value, precision=0 if isinstance(value, int) else None, **texts)
    return gr.Textbox(value, max_lines=1, **texts)


def build_start() -> StartPart:
    """The budget and Start stay in sight while the rest is scrolled."""
    name = gr.Textbox(label=t("train.name"), max_lines=1, max_length=80, elem_id="run_name")
    message = gr.HTML("<div></div>", elem_id="train_message")
    units = [(t("train.budget.minutes"), "minutes"), (t("train.budget.kimg"), "kimg")]
    with gr.Column(elem_id="start_bar"):
        gr.HTML(html.heading("train.budget"))
        with gr.Row(elem_classes="tight"):
            amount = gr.Number(
                MINUTES,
                label=t("train.budget.amount"),
                minimum=0,
                min_width=80,
                container=False,
                elem_id="amount",
            )
            budget = gr.Dropdown(
                units,
                value="minutes",
                label=t("train.budget.kind"),
                min_width=120,
                container=False,
                elem_id="budget",
            )
        start = gr.Button(t("train.start"), variant="primary", elem_id="start")
    return StartPart(
        amount=amount,
        good_minutes=gr.State(0),
        adopted=gr.State(MINUTES),
        by_hand=gr.State(False),
        budget=budget,
        name=name,
        message=message,
        start=start,
        started=gr.Textbox(visible="hidden", elem_id="started"),
    )
