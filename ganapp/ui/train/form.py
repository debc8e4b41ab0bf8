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
from ganapp.data import PICTURES, TABLES

from ..access.capabilities import Capabilities
from ..access.visitors import notes, sign_in
from ..shared import html
from ..shared.strings import t
from . import recipe

UPLOADS = [".zip", *PICTURES, *TABLES, ".json"]  # pictures, and files with their labels


@dataclass(frozen=True)
class DataPart:
    """Which pictures, and a look at them."""

    dataset: gr.Dropdown
    preview: gr.HTML
    facts: gr.HTML
    stop: gr.Button  # shown while a preview is prepared
    upload: gr.File
    look: gr.Button
    cache: gr.HTML
    clear: gr.Button


@dataclass(frozen=True)
class RecipePart:
    """A preset and the settings that differ from it."""

    preset: gr.Dropdown
    about: gr.HTML
    settings: dict[str, Component]  # the Advanced section, by field of TrainConfig


@dataclass(frozen=True)
class StartPart:
    """The budget, the name, and the button that starts."""

    amount: gr.Number
    budget: gr.Dropdown  # what `amount` counts: "minutes" or "kimg"
    name: gr.Textbox
    message: gr.HTML
    start: gr.Button
    started: gr.Textbox  # hidden: the name of the run just started, for the monitor


@dataclass(frozen=True)
class TrainForm:
    """All components that a person fills in. Handlers get the inputs as {component: value}."""

    data: DataPart
    recipe: RecipePart
    start: StartPart

    @property
    def preview_inputs(self) -> set[Component]:
        """What a preview depends on: the pictures and the recipe."""
        return {self.data.dataset, self.recipe.preset, *self.recipe.settings.values()}

    @property
    def inputs(self) -> set[Component]:
        """What a start depends on."""
        return self.preview_inputs | {self.start.amount, self.start.budget, self.start.name}

    def settings_of(self, given: Mapping[Component, Any]) -> dict[str, Any]:
        """The values of the Advanced section by field name. given: what a handler got of the inputs."""
        return {name: given[component] for name, component in self.recipe.settings.items()}


def build_form(can: Capabilities, preset: str) -> TrainForm:
    """The components in the order of the page, inside a gr.Column."""
    if can.on_space:
        gr.HTML(notes(can))
        sign_in(can)
    return TrainForm(data=build_data(), recipe=build_recipe(preset), start=build_start())


def build_data() -> DataPart:
    from ganapp.data import NAMED

    gr.HTML(html.heading("train.data"))
    dataset = gr.Dropdown(
        list(NAMED), value="faces", allow_custom_value=True, label=t("train.dataset.info"), elem_id="dataset"
    )
    preview = gr.HTML(elem_id="preview_grid")
    facts = gr.HTML(elem_id="facts")
    stop = gr.Button(t("train.look.cancel"), size="sm", visible=False, elem_id="look_cancel")
    with gr.Accordion(t("train.own"), open=False, elem_id="own"):
        return DataPart(
            dataset=dataset,
            preview=preview,
            facts=facts,
            stop=stop,
            upload=gr.File(
                label=t("train.upload"), file_count="multiple", elem_id="upload", file_types=UPLOADS
            ),
            look=gr.Button(t("train.look"), size="sm", elem_id="look"),
            cache=gr.HTML(elem_id="cache"),
            clear=gr.Button(t("train.cache.clear"), size="sm", elem_id="cache_clear"),
        )


def build_recipe(preset: str) -> RecipePart:
    gr.HTML(html.heading("train.recipe"))
    choice = gr.Dropdown(list(PRESETS), value=preset, label=t("train.preset"), elem_id="preset")
    about = gr.HTML(elem_id="about")
    with gr.Accordion(t("train.advanced"), open=False, elem_id="advanced"):
        settings = build_settings(PRESETS[preset].config)
    return RecipePart(choice, about, settings)


def build_settings(config: TrainConfig) -> dict[str, Component]:
    """A control for every field of the configuration, with its one sentence of help, group by group."""
    settings: dict[str, Component] = {}
    for group in recipe.GROUPS:
        with gr.Accordion(t(f"group.{group}"), open=False, elem_id=f"group_{group}", elem_classes="settings"):
            for field in recipe.advanced_fields(group):
                settings[field.name] = build_setting(field, getattr(config, field.name))
    return settings


def build_setting(field, value) -> Component:
    texts = {
        "label": t(f"field.{field.name}"),
        "info": t(f"help.{field.name}"),
        "elem_id": f"set_{field.name}",
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
    gr.HTML(html.heading("train.budget"))
    units = [(t("train.budget.minutes"), "minutes"), (t("train.budget.kimg"), "kimg")]
    with gr.Row(elem_classes="tight"):
        amount = gr.Number(10, label=t("train.budget.amount"), minimum=0, min_width=80, elem_id="amount")
        budget = gr.Dropdown(
            units, value="minutes", label=t("train.budget.kind"), min_width=120, elem_id="budget"
        )
    return StartPart(
        amount=amount,
        budget=budget,
        name=gr.Textbox(label=t("train.name"), max_lines=1, elem_id="run_name"),
        message=gr.HTML(elem_id="train_message"),
        start=gr.Button(t("train.start"), variant="primary", elem_id="start"),
        started=gr.Textbox(visible="hidden", elem_id="started"),
    )
