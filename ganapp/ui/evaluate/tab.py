"""The Evaluate tab: a model, real pictures, a choice of figures; a table with their protocols, and nearest training pictures.

Layout and thin handlers; what is done is in evaluating.py.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.context import Context

from ganapp.data import NAMED
from ganapp.metrics import MEASURES, REPEATS, WITHOUT_DOWNLOAD
from ganapp.metrics.rounds import MOST_REPEATS

from ..shared.html import alert, note
from ..shared.strings import t
from .evaluator import IMAGES, Evaluator, neighbours_html, progress_html, table_html

TICK_SEC = 0.5
QUICK: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
USUAL = [name for name in WITHOUT_DOWNLOAD if name not in ("classes", "attributes")]  # fit all data


def build_evaluate(runs_folder: Path, checkpoints: Path, allow_paths: bool = True) -> None:
    """The contents of the tab, inside a gr.Tab. allow_paths False: no folder of this machine can be named (a Space)."""
    evaluator = Evaluator(runs_folder, checkpoints, allow_paths)
    tab = Context.block
    with gr.Row(elem_classes="eval-top"):
        with gr.Column(elem_classes="eval-ask"):
            source = gr.Dropdown([], value=None, label=t("gen.source"), allow_custom_value=True, elem_id="eval_source")
            data = gr.Dropdown(
                list(NAMED), value="faces", label=t("eval.data"), info=t("train.dataset.info"),
                allow_custom_value=allow_paths, elem_id="eval_data",
            )  # fmt: skip
            names = gr.CheckboxGroup(
                [(t(f"eval.group.{name}"), name) for name in MEASURES], value=USUAL, label=t("eval.figures"),
                info=t("eval.figures.info"), elem_id="eval_figures",
            )  # fmt: skip
            with gr.Row(elem_classes="gen-line"):
                images = gr.Number(
                    IMAGES, label=t("eval.images"), precision=0, minimum=32, min_width=90, elem_id="eval_images"
                )
                repeats = gr.Number(
                    REPEATS, label=t("eval.repeats"), precision=0, minimum=1, maximum=MOST_REPEATS, min_width=90,
                    elem_id="eval_repeats",
                )  # fmt: skip
                seed = gr.Number(0, label=t("eval.seed"), precision=0, minimum=0, min_width=70, elem_id="eval_seed")
            with gr.Row(elem_classes="gen-line"):
                stop = gr.Button(t("eval.stop"), interactive=False, elem_id="eval_stop", min_width=80)
                go = gr.Button(t("eval.go"), variant="primary", elem_id="eval_go", min_width=120)
            message = gr.HTML(elem_id="eval_message", elem_classes="gen-message")
        with gr.Column(elem_classes="eval-show"):
            table = gr.HTML(note("eval.none"), elem_id="eval_table")
            beside = gr.HTML(elem_id="eval_neighbours")

    # -- handlers ------------------------------------------------------------------------------------------------------

    def look(current: str | None):
        found = evaluator.sources()
        return gr.Dropdown(choices=found, value=current or next(iter(found), None)), stop_button()

    def stop_button():
        """Of use wherever an evaluation is at work: a reloaded page, or another one, may be what it is stopped from."""
        return gr.Button(interactive=evaluator.is_at_work())

    def show_stored(chosen: str | None):
        chosen = chosen or ""
        return table_html(evaluator.stored(chosen)), "", evaluator.data_of(chosen) or gr.skip()

    def evaluate(
        source: str, data: str, names: list[str], images: float, repeats: float, seed: float
    ) -> Iterator[tuple]:
        """Starts a thread and looks at it until it is done."""
        idle = gr.Button(interactive=True), gr.Button(interactive=False)
        try:
            work = evaluator.start(source, data, names, images, repeats, seed)
        except (ValueError, OSError) as error:
            yield alert(error), gr.skip(), gr.skip(), gr.skip(), stop_button()
            return
        yield progress_html(work), gr.skip(), "", gr.Button(interactive=False), gr.Button(interactive=True)
        shown = False
        while work.thread.is_alive():
            time.sleep(TICK_SEC)
            new = table_html(work.figures) if work.figures and not shown else gr.skip()
            shown = shown or bool(work.figures)
            yield progress_html(work), new, gr.skip(), gr.skip(), gr.skip()
        figures = table_html(work.figures) if work.figures else gr.skip()
        yield alert(ValueError(work.error)) if work.error else "", figures, neighbours_html(work.neighbours), *idle

    # -- events --------------------------------------------------------------------------------------------------------

    gr.on([Context.root_block.load, tab.select], look, source, [source, stop], **QUICK)
    source.change(show_stored, source, [table, beside, data], **QUICK)
    go.click(
        evaluate,
        [source, data, names, images, repeats, seed],
        [message, table, beside, go, stop],
        api_name="evaluate",
        show_progress="hidden",
        concurrency_id="evaluate",
        concurrency_limit=4,
    )
    stop.click(evaluator.stop, None, None, **QUICK)
