"""The Train tab: the form on the left, the monitor on the right, and the events of the form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gradio as gr

from ganapp.config import default_preset
from ganapp.generators.sources import shipped_folder

from ..access.capabilities import Capabilities, here
from ..access.visitors import notes
from ..generate.models import Models
from ..shared.chosen import Chosen, build_chosen
from ..shared.events import PRIVATE
from ..shared.scripts import script
from . import tasks
from .actions import TrainActions, show_stop
from .expectation import say_preset
from .few_pictures import HELPS
from .form import TrainForm, build_form
from .monitor import build_monitor

# What Start did goes to starting.js, in this browser alone.
TELL_STARTED = (
    "(answer) => window.dispatchEvent(new CustomEvent('ganapp:started', {detail: JSON.parse(answer)}))"
)
# The form in the browser's storage. It is only written once what was kept before has been put back.
# Which task the page is set to: page.css hides the settings that only others use.
TELL_TASK = "task => { document.documentElement.dataset.task = task; }"
READ_KEPT = "() => { try { return [localStorage.getItem('ganapp.form') ?? '']; } catch { return ['']; } }"
STARTING = ("shared/words.js", "shared/listening.js", "train/starting.js")
BEGIN_KEEPING = "() => { window.ganappKeepsForm = true; return []; }"
KEEP = """(...values) => {
  if (!window.ganappKeepsForm) return [];
  const form = Object.fromEntries(NAMES.map((name, i) => [name, values[i]]));
  try { localStorage.setItem("ganapp.form", JSON.stringify(form)); } catch { /* nothing is kept */ }
  return []; }"""


def build_train(
    runs_folder: Path,
    can: Capabilities | None = None,
    checkpoints: Path | None = None,
    chosen: Chosen | None = None,
) -> None:
    """The contents of the tab, inside a gr.Tab. Where nobody may train: the monitor, and why.

    checkpoints: the shipped generators. chosen: the page's, by which other tabs fill the form; None: its own.
    """
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
    models = Models(runs_folder, shipped_folder(checkpoints), can.paths)
    actions = TrainActions(form, models, can, has_gpu())
    look = wire_data(form, actions)
    expect = wire_recipe(form, actions)
    wire_filling(form, actions, chosen or build_chosen(), look, expect)
    wire_start(form, actions, expect)


def wire_data(form: TrainForm, actions: TrainActions) -> dict[str, Any]:
    """Returns the event that shows the chosen pictures."""
    data, settings = form.data, form.recipe.settings
    look = {
        "fn": actions.look,
        "inputs": form.preview_inputs,
        "outputs": [data.preview, data.facts, data.keep, data.few, data.cache, data.stop],
        "concurrency_limit": 2,
        "show_progress_on": data.preview,
        **PRIVATE,
    }
    stop, unqueued = {"outputs": data.stop, "queue": False, **PRIVATE}, {"queue": False, **PRIVATE}
    channels = settings["channels"]
    others = data.dataset.change(actions.forget_transparency, channels, [channels, data.keep], **unqueued)
    kept = data.keep.input(actions.keep_transparency, data.keep, channels, **unqueued)
    # How the pictures are read. The task is among them: it may change while the data set does not.
    read = [settings[name] for name in ("resolution", "crop", *tasks.FIELDS)]
    changed = [data.look.click, *(c.change for c in read), settings["background"].submit, channels.input]
    shown = gr.on(changed, show_stop, **stop)
    for event in (shown, others.then(show_stop, **stop), kept.then(show_stop, **stop)):
        event.then(**look)
    data.stop.click(actions.stop_looking, **unqueued)
    data.upload.submit(actions.take_upload, settings["task"], data.dataset, **unqueued)
    data.few.click(actions.help_few, None, [settings[name] for name in HELPS], **unqueued)
    data.clear.click(actions.clear_cache, outputs=data.cache, **PRIVATE)
    return look


def wire_recipe(form: TrainForm, actions: TrainActions) -> dict[str, Any]:
    """Returns the event that says what to expect of the preset."""
    start, preset, about = form.start, form.recipe.preset, form.recipe.about
    expect = {
        "fn": actions.expect,
        "inputs": preset,
        "outputs": [about, start.good_minutes],
        "concurrency_limit": 2,
        "concurrency_id": "expect",
        "show_progress": "hidden",
        **PRIVATE,
    }
    unqueued = {"queue": False, **PRIVATE}
    # Only a person's choice fills the settings in: what a browser kept or a run brings has its own.
    task, data = form.recipe.settings["task"], form.data
    everything = [*form.recipe.settings.values(), preset, data.dataset]
    task.change(None, task, None, js=TELL_TASK, **PRIVATE)
    task.input(actions.choose_task, [task, data.dataset, data.other], everything, **unqueued)
    preset.input(actions.fill_in, preset, list(form.recipe.settings.values()), **unqueued)
    preset.change(say_preset, preset, about, **unqueued).then(**expect)
    budget = [start.amount, start.budget]
    suggested = [start.good_minutes, start.by_hand, start.amount, start.adopted]
    start.good_minutes.change(actions.adopt, suggested, [*budget, start.adopted], **unqueued)
    gr.on([start.amount.input, start.budget.input], lambda: True, None, start.by_hand, **unqueued)
    start_from = form.recipe.settings["start_from"]
    listed = {"fn": actions.list_origins, "inputs": form.preview_inputs, "outputs": start_from, **unqueued}
    gr.on([page().load, preset.change, start_from.focus], **listed)
    return expect


def wire_filling(
    form: TrainForm, actions: TrainActions, chosen: Chosen, look: dict[str, Any], expect: dict[str, Any]
) -> None:
    """The form is kept in the browser over a reload, and filled from other parts of the page."""
    everything = list(form.named.values())
    filled = {"outputs": [*everything, form.start.by_hand], "queue": False, **PRIVATE}
    kept = gr.Textbox(visible=False)
    restored = page().load(actions.restore, kept, js=READ_KEPT, **filled)
    restored.then(None, None, None, js=BEGIN_KEEPING)
    restored.then(**look)  # a first visitor sees pictures: prepared once, then from the cache
    restored.then(**expect)
    names = json.dumps(list(form.named))
    gr.on([c.change for c in everything], None, everything, None, js=KEEP.replace("NAMES", names), **PRIVATE)
    told = form.start.message
    filled["outputs"] = [*filled["outputs"], told]
    chosen.script.submit(actions.take_over, form.recipe.preset, **filled)
    outdated = [form.recipe.preset.input, form.start.start.click]  # what the sentence says is no longer so
    gr.on(outdated, None, None, told, js="() => ['']", **PRIVATE)


def wire_start(form: TrainForm, actions: TrainActions, expect: dict[str, Any]) -> None:
    start = form.start
    start.start.click(
        actions.start, form.inputs, start.started, queue=False, api_name="start", **PRIVATE
    ).then(None, start.started, js=TELL_STARTED)
    starting = gr.HTML(
        "",
        **script(STARTING, "start."),
        elem_id="starting",
        padding=False,
        apply_default_css=False,
    )
    starting.submit(**expect)  # a run has ended: the machine can be measured again


def page() -> gr.Blocks:
    """The page that is being built."""
    return gr.context.Context.root_block


def has_gpu() -> bool:
    """Whether there is a GPU, without importing torch: that would cost the page's start two seconds."""
    import platform
    import shutil

    apple = platform.system() == "Darwin" and platform.machine() == "arm64"
    return shutil.which("nvidia-smi") is not None or apple
