"""The part of the Evaluate tab that says where pictures come from: marks, changed pixels, the seed proof."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from ganapp.publishing.verifying import KINDS, SAME, Verified, files_in, finder, verify

from ..access.capabilities import here
from ..generate.studio import deadline
from ..shared.events import queued
from ..shared.html import alert, both, note, told
from ..shared.strings import t

MOST_FILES = 200  # of one answer
AT_ONCE = 2


def build_origin(sources: Any, chosen: gr.Dropdown) -> None:
    """A folded section. sources: generators.Sources. chosen: the model that is tried, too."""
    with gr.Accordion(t("origin.title"), open=False, elem_id="eval_origin"):
        gr.HTML(note("origin.about"))
        files = gr.File(
            label=t("origin.files"), file_count="multiple", file_types=[*KINDS, ".zip"],
            elem_id="eval_origin_files", height=120,
        )  # fmt: skip
        answer = gr.HTML(elem_id="eval_origin_answer")

    def look(paths: list[str] | None, model: str | None) -> str:
        try:
            find, check_time = finder(sources, also=model or ""), deadline(here().answer_sec)
            return origin_html(paths or [], find, check_time)
        except (ValueError, OSError) as error:
            return alert(error)

    files.change(
        look, [files, chosen], answer, api_name="verify", show_progress="minimal", **queued("verify", AT_ONCE)
    )


def origin_html(paths: list[str], find: Any, check_time: Callable[[], None] = lambda: None) -> str:
    """What can be known of each file, as a table; what cannot be read is a row that says so.

    check_time: called before each file; the ValueError that it raises ends the table with its sentence.
    """
    rows: list[str] = []
    for path in paths:
        try:
            for file, name in files_in([path]):
                if len(rows) == MOST_FILES:
                    return _table(rows) + note("origin.more", most=MOST_FILES)
                try:
                    check_time()
                except ValueError as error:
                    return _table(rows) + alert(error)
                rows.append(_row(_shown(file, name, find)))
        except ValueError as error:
            rows.append(f"<tr><td>{escape(Path(path).name)}</td><td>{told(error)}</td></tr>")
    return _table(rows)


def _shown(file: Path, name: str, find: Any) -> Verified | tuple[str, ValueError]:
    try:
        return verify(file, find, name)
    except ValueError as error:
        return name, error


def _row(found: Verified | tuple[str, ValueError]) -> str:
    if isinstance(found, tuple):
        return f"<tr><td>{escape(found[0])}</td><td>{told(found[1])}</td></tr>"
    said = "<br>".join(told(text) for text in found.sentences())
    sign = "\u2713 " if found.proof == SAME else ""
    return f"<tr><td>{sign}{escape(found.name)}</td><td>{said}</td></tr>"


def _table(rows: list[str]) -> str:
    if not rows:
        return ""
    head = f"<tr><th>{both('origin.file')}</th><th>{both('origin.found')}</th></tr>"
    return f'<table class="eval-origin"><thead>{head}</thead><tbody>{"".join(rows)}</tbody></table>'
