"""The Train tab: the form on the left, the monitor on the right, and the events of the form."""

from __future__ import annotations

from pathlib import Path

import gradio as gr

from ganapp.config import default_preset

from ..access.capabilities import Capabilities, here
from ..access.visitors import notes
from ..shared.events import PRIVATE
from .actions import TrainActions, hide_stop, show_stop
from .expectation import say_preset
from .form import TrainForm, build_form
from .monitor import build_monitor

# Tells the monitor, in this browser alone, to show the run that was just started.
WATCH = "(name) => { if (name) window.dispatchEvent(new CustomEvent('ganapp:watch', {detail: name})); }"


def build_train(runs_folder: Path, can: Capabilities | None = None) -> None:
    """The contents of the tab, inside a gr.Tab. Where nobody may train: the monitor, and why."""
    can = can or here()
    if can.trains == "none":
        gr.HTML(notes(can), elem_id="train_off")
        build_monitor(runs_folder)
        return
    with gr.Row(equal_height=False):
        with gr.Column(scale=1, min_width=300, elem_id="train_left"):
            form = build_form(can, default_preset(has_gpu()))
        with gr.Column(scale=3, min_width=340):
            build_monitor(runs_folder)
    actions = TrainActions(form, runs_folder, can)
    wire_data(form, actions)
    wire_recipe(form, actions)
    wire_start(form, actions)


def wire_data(form: TrainForm, actions: TrainActions) -> None:
    data = form.data
    looking = {
        "fn": actions.look,
        "inputs": form.preview_inputs,
        "outputs": [data.preview, data.facts, data.cache],
        "concurrency_limit": 2,
        "show_progress_on": data.preview,
        **PRIVATE,
    }
    changed = [data.look.click, data.dataset.change, form.recipe.settings["resolution"].change]
    stop = {"outputs": data.stop, "queue": False, **PRIVATE}
    gr.on(changed, show_stop, **stop).then(**looking).then(hide_stop, **stop)
    data.stop.click(actions.stop_looking, queue=False, **PRIVATE)
    data.upload.upload(actions.take_upload, data.upload, [data.dataset, data.facts], **PRIVATE)
    data.clear.click(actions.clear_cache, outputs=data.cache, **PRIVATE)
    page().load(**looking)  # a first visitor sees pictures: prepared once, then from the cache


def wire_recipe(form: TrainForm, actions: TrainActions) -> None:
    preset, about = form.recipe.preset, form.recipe.about
    settings = list(form.recipe.settings.values())
    preset.change(actions.fill_in, preset, settings, queue=False, **PRIVATE)
    expecting = {"fn": actions.say_what_to_expect, "inputs": preset, "outputs": about, **PRIVATE}
    one_at_a_time = {"concurrency_limit": 1, "concurrency_id": "expect"}
    preset.change(say_preset, preset, about, queue=False, **PRIVATE).then(
        **expecting, **one_at_a_time, show_progress="hidden"
    )
    page().load(**expecting, concurrency_limit=1)


def wire_start(form: TrainForm, actions: TrainActions) -> None:
    start = form.start
    start.start.click(
        actions.start, form.inputs, [start.started, start.message], queue=False, api_name="start", **PRIVATE
    ).then(None, start.started, js=WATCH)


def page() -> gr.Blocks:
    """The page that is being built."""
    return gr.context.Context.root_block


def has_gpu() -> bool:
    """Whether there is a GPU, without importing torch: that would cost the page's start two seconds."""
    import platform
    import shutil

    apple = platform.system() == "Darwin" and platform.machine() == "arm64"
    return shutil.which("nvidia-smi") is not None or apple
