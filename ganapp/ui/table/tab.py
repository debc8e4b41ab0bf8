"""The table of runs in the Compare tab: one gr.HTML, as the monitor is. rows.py answers its questions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ganapp.runs.comparison import MOST

from ..compare.run_queue import in_languages, words_of_all
from ..shared.run_actions import KINDS, Served
from ..shared.strings import STRINGS
from ..shared.watching import Files, Watch, publisher, sources
from .rows import RunTable

FILES = Files(
    html="table/table.html",
    css=("shared/parts.css", "shared/panel.css", "table/table.css"),
    scripts=(
        "shared/words.js",
        "shared/listening.js",
        "shared/parts.js",
        "shared/polling.js",
        "shared/asking.js",
        "shared/bare_text.js",
        "shared/field_words.js",
        "shared/panel.js",
        "shared/told.js",
        "shared/text_file.js",
        "shared/dialog.js",
        "shared/run_actions_row.js",
        "shared/run_questions.js",
        "table/cells.js",
        "table/filter.js",
        "table/grid.js",
        "table/several.js",
        "table/about.js",
        "table/table.js",
    ),
)


def words_of_figures() -> dict[str, dict[str, str]]:
    """What each figure of Evaluate is called, in each language, without what stands in brackets behind it."""
    found = {
        key.removeprefix("eval.is."): pair for key, pair in STRINGS.items() if key.startswith("eval.is.")
    }
    return {
        name: in_languages(*(text.partition("（")[0].partition(" (")[0] for text in pair))
        for name, pair in found.items()
        if "{" not in pair[0]
    }


def build_table(runs_folder: Path):
    """The component (elem_id "runs_table"), inside the Compare tab, above what it compares."""
    import gradio as gr
    from gradio.utils import get_upload_folder

    from ..access.asked import answers
    from ..access.visitors import owners_only

    publish, uploads = publisher(), Path(get_upload_folder())
    table = RunTable(Watch(runs_folder, publish), Served(publish, uploads / "ganapp-exports", uploads))

    # Gradio wants functions with a name of their own that take one plain argument.
    def poll(request: Any) -> dict:
        return table.poll(request)

    def act(request: Any) -> dict:
        return table.act(request)

    def download(request: Any) -> dict:
        return table.download(request)

    return gr.HTML(
        elem_id="runs_table",
        **sources(FILES, WORDS=words_of_all(), FIGURES=words_of_figures(), MOST=MOST),
        apply_default_css=False,
        padding=False,
        server_functions=[
            answers(poll, known=dict),
            answers(download, names=list, format=str),
            owners_only(answers(act, word=str, **KINDS, runs=list, entries=list)),
        ],
    )
