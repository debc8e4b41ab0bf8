"""The Compare tab: one gr.HTML, as the monitor is. Its questions are answered by compare.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganapp.runs.columns import MENU, SUMMARIZED

from ..shared.curve_files import curves_for
from ..shared.measured import figure_words
from ..shared.run_actions import KINDS, answer, served
from ..shared.watching import SHARED_SCRIPTS, Files, publisher, sources
from .compare import Comparison
from .run_queue import ASKED, choices

FILES = Files(
    html="compare/compare.html",
    css=("shared/parts.css", "shared/panel.css", "compare/compare.css"),
    scripts=(
        *SHARED_SCRIPTS,
        "shared/panel.js",
        "shared/told.js",
        "shared/told_deleted.js",
        "shared/run_actions_row.js",
        "shared/run_questions.js",
        "shared/enlarge.js",
        "shared/field_words.js",
        "shared/more_charts.js",
        "shared/text_file.js",
        "shared/curve_files.js",
        "shared/measured.js",
        "compare/chosen_runs.js",
        "compare/chooser.js",
        "compare/comparison_charts.js",
        "compare/frames.js",
        "compare/figures.js",
        "compare/run_rows.js",
        "compare/sweep_axis.js",
        "compare/queue_form.js",
        "compare/compare.js",
    ),
)


def build_compare(runs_folder: Path, has_gpu: bool):
    """The component (elem_id "compare"), inside a gr.Tab."""
    import gradio as gr

    from ..access.asked import answers
    from ..access.visitors import owners_only

    publish = publisher()
    comparison, files = Comparison(runs_folder, publish), served(publish)

    # Gradio wants functions with a name of their own that take one plain argument.
    def poll(request: Any) -> dict:
        return comparison.poll(request)

    def start(request: Any) -> dict:
        return comparison.start(request)

    def act(request: Any) -> dict:
        return answer(comparison.watch, request, files)

    def curves(request: Any) -> dict:
        return curves_for(comparison.watch, request)

    return gr.HTML(
        elem_id="compare",
        **sources(FILES, FORM=choices(has_gpu), MENU=MENU, SUMMARIZED=SUMMARIZED, MEASURED=figure_words()),
        apply_default_css=False,
        server_functions=[
            answers(poll, runs=list, metrics=list, known=dict),
            owners_only(answers(start, **dict.fromkeys(ASKED, str))),
            owners_only(answers(act, word=str, **KINDS), reads=("timelapse",)),
            answers(curves, runs=list, kind=str),
        ],
    )
