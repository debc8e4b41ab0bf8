"""The Train tab: pictures, recipe and budget on the left, the monitor on the right. Layout and wiring; the logic is in recipe.py."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import gradio as gr

from ganapp.config import PRESETS, TrainConfig, default_preset, preset_config
from ganapp.files import text_of_size

from ..access.capabilities import Capabilities, here
from ..access.visitors import check_sources, name_of, notes, sign_in
from ..shared import html
from ..shared.strings import t
from . import recipe
from .monitor import build_monitor

# Tells the monitor, on this browser alone, to show the run that was just started.
WATCH = "(name) => { if (name) window.dispatchEvent(new CustomEvent('ganapp:watch', {detail: name})); }"
_looking: dict[str, threading.Event] = {}  # browser session -> "stop preparing" of the preview at work


def build_train(runs_folder: Path, can: Capabilities | None = None) -> None:
    """Inside a gr.Tab. Where nobody may train there is only the monitor, and why."""
    can = can or here()
    if can.trains == "none":
        gr.HTML(notes(can), elem_id="train_off")
        build_monitor(runs_folder)
        return
    from ganapp.data import NAMED

    preset = default_preset(has_gpu())
    with gr.Row(equal_height=False):
        with gr.Column(scale=1, min_width=300, elem_id="train_left"):
            ui = {}
            if can.on_space:
                gr.HTML(notes(can))
                sign_in(can)
            gr.HTML(html.heading("train.data"))
            ui["dataset"] = gr.Dropdown(
                list(NAMED), value="faces", allow_custom_value=True, label=t("train.dataset.info"), elem_id="dataset",
            )  # fmt: skip
            ui["preview"] = gr.HTML(elem_id="preview_grid")
            ui["facts"] = gr.HTML(elem_id="facts")
            ui["look_cancel"] = gr.Button(t("train.look.cancel"), size="sm", visible=False, elem_id="look_cancel")
            with gr.Accordion(t("train.own"), open=False, elem_id="own"):
                ui["upload"] = gr.File(
                    label=t("train.upload"), file_count="multiple", elem_id="upload",
                    file_types=[".zip", ".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"],
                )  # fmt: skip
                ui["look"] = gr.Button(t("train.look"), size="sm", elem_id="look")
                ui["cache"] = gr.HTML(elem_id="cache")
                ui["cache_clear"] = gr.Button(t("train.cache.clear"), size="sm", elem_id="cache_clear")

            gr.HTML(html.heading("train.recipe"))
            ui["preset"] = gr.Dropdown(list(PRESETS), value=preset, label=t("train.preset"), elem_id="preset")
            ui["about"] = gr.HTML(elem_id="about")
            with gr.Accordion(t("train.advanced"), open=False, elem_id="advanced"):
                controls = build_advanced(PRESETS[preset].config)

            gr.HTML(html.heading("train.budget"))
            with gr.Row(elem_classes="tight"):
                ui["amount"] = gr.Number(10, label=t("train.budget.amount"), minimum=0, min_width=80, elem_id="amount")
                ui["budget"] = gr.Dropdown(
                    [(t("train.budget.minutes"), "minutes"), (t("train.budget.kimg"), "kimg")],
                    value="minutes", label=t("train.budget.kind"), min_width=120, elem_id="budget",
                )  # fmt: skip
            ui["name"] = gr.Textbox(label=t("train.name"), max_lines=1, elem_id="run_name")
            ui["message"] = gr.HTML(elem_id="train_message")
            ui["start"] = gr.Button(t("train.start"), variant="primary", elem_id="start")
            ui["started"] = gr.Textbox(visible="hidden", elem_id="started")
        with gr.Column(scale=3, min_width=340):
            build_monitor(runs_folder)
    wire(ui, controls, runs_folder, can)


def build_advanced(config: TrainConfig) -> dict[str, gr.components.Component]:
    """A control for every field of the configuration, with its one sentence of help, group by group."""
    controls: dict[str, gr.components.Component] = {}
    for group in recipe.GROUPS:
        with gr.Accordion(t(f"group.{group}"), open=False, elem_id=f"group_{group}", elem_classes="settings"):
            for field in recipe.advanced_fields(group):
                controls[field.name] = control(field, getattr(config, field.name))
    return controls


def control(field, value) -> gr.components.Component:
    texts = {"label": t(f"field.{field.name}"), "info": t(f"help.{field.name}"), "elem_id": f"set_{field.name}"}
    if field.metadata["choices"]:
        return gr.Dropdown(list(field.metadata["choices"]), value=value, **texts)
    if field.name == "start_from":  # its choices are read when it is looked at
        return gr.Dropdown([""], value=value, allow_custom_value=True, **texts)
    if isinstance(value, bool):
        return gr.Checkbox(value, **texts)
    if isinstance(value, dict):
        return gr.Textbox(json.dumps(value), max_lines=2, **texts)
    if isinstance(value, int | float):
        return gr.Number(value, precision=0 if isinstance(value, int) else None, **texts)
    return gr.Textbox(value, max_lines=1, **texts)


def wire(ui: dict, controls: dict, runs_folder: Path, can: Capabilities) -> None:
    names = list(controls)
    private = {"api_visibility": "private"}

    def values_of(given: tuple) -> dict:
        return dict(zip(names, given, strict=True))

    def start(profile: gr.OAuthProfile | None, dataset, preset, budget, amount, name, *given):
        try:
            can.check_training(name_of(profile))
            check_sources(can, dataset, values_of(given).get("start_from"))
            config = recipe.config_from(preset, str(dataset or "").strip(), budget, amount, values_of(given))
            run = recipe.start_run(runs_folder, config, name or "")
        except (ValueError, OSError) as error:
            return "", html.message(error)
        return run.name, ""

    def look(request: gr.Request, profile: gr.OAuthProfile | None, dataset, preset, *given, progress=gr.Progress()):  # noqa: B008
        from ganapp.data import NAMED, Cancelled

        if (older := _looking.get(request.session_hash)) is not None:
            older.set()  # what was chosen last is shown, whichever is ready first
        stop = _looking[request.session_hash] = threading.Event()

        def tell(done, total, what):
            progress((done, total) if total else 0, desc=what)

        try:
            if dataset not in NAMED:  # what is drawn here anybody may look at
                can.check_training(name_of(profile))
            check_sources(can, dataset)
            config = recipe.config_from(preset, str(dataset or "").strip(), "minutes", 1, values_of(given))
            preview, facts = recipe.look_at_data(config, tell, stop.is_set)
        except Cancelled:
            preview, facts = gr.skip(), html.note("train.look.cancelled")
        except (ValueError, OSError) as error:
            preview, facts = "", html.message(error)
        finally:
            if is_last := _looking.get(request.session_hash) is stop:
                del _looking[request.session_hash]
        return (preview, facts, recipe.cache_html()) if is_last else (gr.skip(), gr.skip(), gr.skip())

    def cancel(request: gr.Request):
        if request.session_hash in _looking:
            _looking[request.session_hash].set()

    def take_upload(profile: gr.OAuthProfile | None, files):
        from ganapp.data.own.uploads import keep_uploads

        if not files:
            return gr.skip(), gr.skip()
        try:
            can.check_training(name_of(profile))
            return str(keep_uploads(files)), ""
        except (ValueError, OSError) as error:
            return gr.skip(), html.message(error)

    def clear(profile: gr.OAuthProfile | None):
        from ganapp.data import clear_cache

        try:
            can.check_training(name_of(profile))
        except ValueError as error:
            return html.message(error)
        return html.note("data.cleared", size=text_of_size(clear_cache()))

    def fill(preset):
        config = preset_config(preset)
        return [json.dumps(v) if isinstance(v := getattr(config, n), dict) else v for n in names]

    everything = list(controls.values())
    looking = {
        "fn": look,
        "inputs": [ui["dataset"], ui["preset"], *everything],
        "outputs": [ui["preview"], ui["facts"], ui["cache"]],
        "concurrency_limit": 2,
        "show_progress_on": ui["preview"],
        **private,
    }
    cancel_on = {"fn": lambda: gr.Button(visible=True), "outputs": ui["look_cancel"], "queue": False, **private}
    cancel_off = {"fn": lambda: gr.Button(visible=False), "outputs": ui["look_cancel"], "queue": False, **private}

    gr.on([ui["look"].click, ui["dataset"].change, controls["resolution"].change], **cancel_on).then(**looking).then(
        **cancel_off
    )
    ui["look_cancel"].click(cancel, queue=False, **private)
    ui["upload"].upload(take_upload, ui["upload"], [ui["dataset"], ui["facts"]], **private)
    ui["cache_clear"].click(clear, outputs=ui["cache"], **private)
    ui["preset"].change(fill, ui["preset"], everything, queue=False, **private)
    expecting = {
        "fn": lambda name: recipe.about_preset(name, runs_folder),
        "inputs": ui["preset"],
        "outputs": ui["about"],
        "concurrency_limit": 1,
        "concurrency_id": "expect",
        "show_progress": "hidden",
        **private,
    }
    saying = {"fn": recipe.say_preset, "inputs": ui["preset"], "outputs": ui["about"], "queue": False, **private}
    ui["preset"].change(**saying).then(**expecting)
    ui["start"].click(
        start,
        [ui["dataset"], ui["preset"], ui["budget"], ui["amount"], ui["name"], *everything],
        [ui["started"], ui["message"]],
        queue=False,
        api_name="start",
        **private,
    ).then(None, ui["started"], js=WATCH)
    # What a first visitor sees: the pictures and what to expect. Prepared once, then from the cache.
    page = gr.context.Context.root_block
    page.load(**looking)
    page.load(
        lambda name: recipe.about_preset(name, runs_folder), ui["preset"], ui["about"], concurrency_limit=1, **private
    )


def has_gpu() -> bool:
    """Whether there is a GPU, without importing torch: that would cost the page's start two seconds."""
    import platform
    import shutil

    return shutil.which("nvidia-smi") is not None or (platform.system() == "Darwin" and platform.machine() == "arm64")
