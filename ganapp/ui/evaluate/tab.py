"""The Evaluate tab: a model, real pictures and figures to measure; their table, and nearest pictures.

Layout and thin handlers; the work is in evaluator.py.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import gradio as gr
from gradio.context import Context

from ganapp.data import BUILT_IN
from ganapp.metrics import MEASURES, MOST_REPEATS, REPEATS, WITHOUT_DOWNLOAD

from ..access.capabilities import Capabilities, here
from ..access.visitors import name_of
from ..shared.chosen import Chosen, build_chosen
from ..shared.events import QUICK, queued
from ..shared.html import alert, note
from ..shared.strings import t
from .evaluator import IMAGES, MOST_WAITING, OWNER, Evaluation, Evaluator
from .figures import answers_html, examples_html, neighbours_html, progress_html, table_html, verdict_html
from .origin import build_origin

TICK_SEC = 0.5
TARGET = "psnr"  # for models with a target for each input alone
# They fit all data.
USUAL = [name for name in WITHOUT_DOWNLOAD if name not in ("classes", "attributes", TARGET)]


@dataclass(frozen=True)
class EvaluatePanel:
    evaluator: Evaluator
    can: Capabilities
    source: gr.Dropdown
    data: gr.Dropdown
    names: gr.CheckboxGroup
    images: gr.Number
    repeats: gr.Number
    seed: gr.Number
    stop: gr.Button
    go: gr.Button
    message: gr.HTML
    other: gr.HTML  # that the real pictures are of another kind
    verdict: gr.HTML
    table: gr.HTML
    neighbours: gr.HTML

    def look(self, request: gr.Request, profile: gr.OAuthProfile | None):
        return {self.stop: self.stop_button(self.who(request, profile))}

    def who(self, request: gr.Request, profile: gr.OAuthProfile | None) -> str:
        """The owner, or the visitor's page. On a person's own machine everybody is the owner."""
        if self.can.may_measure_freely(name_of(profile)):
            return OWNER
        return f"page {request.session_hash}"

    def stop_button(self, who: str):
        """Enabled while an evaluation runs.

        The owner's also on a page that did not start it or was loaded anew.
        """
        return gr.Button(interactive=self.evaluator.is_at_work(who))

    def end(self, request: gr.Request, profile: gr.OAuthProfile | None) -> None:
        self.evaluator.stop(self.who(request, profile))

    def show_stored(self, chosen: str | None, names: list[str]):
        chosen, others = chosen or "", [name for name in names if name != TARGET]
        stored = self.evaluator.stored(chosen)
        return {
            self.verdict: verdict_html(stored),
            self.table: table_html(stored),
            self.neighbours: "",
            self.data: self.evaluator.data_of(chosen) or gr.skip(),
            self.names: [TARGET, *others] if self.evaluator.has_targets(chosen) else others,
        }

    def warn(self, source: str | None, data: str | None) -> str:
        """Say before anything is measured that these are not the pictures that the generator learned from."""
        is_other = self.evaluator.is_other_data(source or "", data or "")
        return note("eval.other_data") if is_other else ""

    def evaluate(
        self, source: str, data: str, names: list[str], images: float, repeats: float, seed: float,
        request: gr.Request, profile: gr.OAuthProfile | None,
    ) -> Iterator[dict]:  # fmt: skip
        """Start an evaluation and follow it until it is done. A visitor's ends with the page."""
        who = self.who(request, profile)
        try:
            self.can.check_measuring(name_of(profile))
            work = self.evaluator.start(source, data, names, images, repeats, seed, who)
        except (ValueError, OSError) as error:
            yield {self.message: alert(error), self.stop: self.stop_button(who)}
            return
        try:
            yield from self.follow(work)
        finally:
            if who != OWNER:
                work.cancel.set()

    def follow(self, work: Evaluation) -> Iterator[dict]:
        on, off = gr.Button(interactive=True), gr.Button(interactive=False)
        yield {self.message: progress_html(work), self.neighbours: "", self.go: off, self.stop: on}
        shown = False
        while work.thread.is_alive():
            time.sleep(TICK_SEC)
            news = {self.message: progress_html(work)}
            if work.figures and not shown:
                shown, news = True, news | self.measured(work)
            yield news
        done = {
            self.message: alert(ValueError(work.error)) if work.error else "",
            self.go: on,
            self.stop: off,
        }
        if work.figures:
            done |= self.measured(work)
        beside = neighbours_html(work.neighbours) + answers_html(work.answers)
        yield done | {self.neighbours: examples_html(work.examples) + beside}

    def measured(self, work: Evaluation) -> dict:
        is_other = self.evaluator.is_other_data(work.source, work.data)
        return {
            self.verdict: verdict_html(work.figures, is_other, work.stopped),
            self.table: table_html(work.figures, work.missing),
        }

    def wire(self, arrivals: list, chosen: Chosen) -> None:
        gr.on(arrivals, self.look, None, self.stop, **QUICK)
        chosen.follow(self.source, self.evaluator.models.names, arrivals)
        stored = [self.verdict, self.table, self.neighbours, self.data, self.names]
        self.source.change(self.show_stored, [self.source, self.names], stored, **QUICK)
        gr.on(
            [self.source.change, self.data.change], self.warn, [self.source, self.data], self.other, **QUICK
        )
        self.go.click(
            self.evaluate,
            [self.source, self.data, self.names, self.images, self.repeats, self.seed],
            [self.message, self.verdict, self.table, self.neighbours, self.go, self.stop],
            api_name="evaluate",
            show_progress="hidden",
            **queued("evaluate", MOST_WAITING + 1),  # followers: each waits in its own thread
        )
        self.stop.click(self.end, None, None, **QUICK)


def build_evaluate(
    runs_folder: Path, checkpoints: Path, allow_paths: bool = True, chosen: Chosen | None = None
) -> None:
    """The contents of the tab, inside a gr.Tab.

    allow_paths False: no folder of this machine can be named (a Space). chosen: the page's; None: its own.
    """
    evaluator, tab = Evaluator(runs_folder, checkpoints, allow_paths), Context.block
    with gr.Row(elem_classes="eval-top"):
        with gr.Column(elem_classes="eval-ask"):
            asked = _build_ask(allow_paths)
        with gr.Column(elem_classes="eval-show"):
            shown = {
                "verdict": gr.HTML(elem_id="eval_verdict"),
                "neighbours": gr.HTML(elem_id="eval_neighbours"),
                "table": gr.HTML(note("eval.none"), elem_id="eval_table"),
            }
    build_origin(evaluator.models.sources, asked["source"])
    panel = EvaluatePanel(evaluator, here(), **asked, **shown)
    panel.wire([Context.root_block.load, tab.select], chosen or build_chosen())


def _build_ask(allow_paths: bool) -> dict[str, gr.components.Component]:
    asked = {
        "source": gr.Dropdown(
            [], value=None, label=t("gen.source"), allow_custom_value=True, elem_id="eval_source"
        ),
        "data": gr.Dropdown(
            list(BUILT_IN), value="faces", label=t("eval.data"), info=t("train.dataset.info"),
            allow_custom_value=allow_paths, elem_id="eval_data",
        ),
        "other": gr.HTML(elem_id="eval_other"),
        "names": gr.CheckboxGroup(
            [(t(f"eval.group.{name}"), name) for name in MEASURES], value=USUAL, label=t("eval.figures"),
            info=t("eval.figures.info"), elem_id="eval_figures",
        ),
    }  # fmt: skip
    number = {"precision": 0, "min_width": 90}
    with gr.Row(elem_classes="gen-line"):
        asked["images"] = gr.Number(
            IMAGES, label=t("eval.images"), minimum=32, elem_id="eval_images", **number
        )
        asked["repeats"] = gr.Number(
            REPEATS,
            label=t("eval.repeats"),
            minimum=1,
            maximum=MOST_REPEATS,
            elem_id="eval_repeats",
            **number,
        )
        asked["seed"] = gr.Number(
            0, label=t("eval.seed"), precision=0, minimum=0, min_width=70, elem_id="eval_seed"
        )
    with gr.Row(elem_classes="gen-line"):
        asked["stop"] = gr.Button(t("eval.stop"), interactive=False, elem_id="eval_stop", min_width=80)
        asked["go"] = gr.Button(t("eval.go"), variant="primary", elem_id="eval_go", min_width=120)
    asked["message"] = gr.HTML(elem_id="eval_message", elem_classes="gen-message")
    return asked
