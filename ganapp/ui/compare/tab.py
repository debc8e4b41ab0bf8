"""The Compare tab: one gr.HTML, as the monitor is. Its questions are answered by compare.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganapp.runs.columns import MENU, SUMMARIZED

from ..shared.watching import SHARED_SCRIPTS, Files, publisher, sources
from .compare import Comparison
from .run_queue import choices

FILES = Files(
    html="compare/compare.html",
    css=("shared/parts.css", "compare/compare.css"),
    scripts=(
        *SHARED_SCRIPTS,
        "compare/chooser.js",
        "compare/frames.js",
        "compare/figures.js",
        "compare/queue_form.js",
        "compare/compare.js",
    ),
)


def build_compare(runs_folder: Path, has_gpu: bool):
    """The component (elem_id "compare"), inside a gr.Tab."""
    import gradio as gr

    from ..access.asked import answers
    from ..access.visitors import owners_only

    comparison = Comparison(runs_folder, publisher())

    # Gradio wants functions with a name of their own that take one plain argument.
    def poll(request: Any) -> dict:
        return comparison.poll(request)

    def start(request: Any) -> dict:
        return comparison.start(request)

    return gr.HTML(
        elem_id="compare",
        **sources(FILES, FORM=choices(has_gpu), METRICS=MENU, SUMMARIZED=SUMMARIZED),
        apply_default_css=False,
        server_functions=[
            answers(poll, runs=list, metrics=list, known=dict),
            owners_only(
                answers(start, preset=str, dataset=str, budget=str, amount=str, field=str, values=str)
            ),
        ],
    )
