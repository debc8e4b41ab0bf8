"""The Hub panel of the Generate tab: find a model that can be loaded, fetch it with progress, and choose it; or bring a checkpoint file.

A row is either in this app's format and then pulled, or one named file of another project's, which goes through the importers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from ganapp import generators

from ..shared.html import alert, line, note
from ..shared.strings import t
from .studio import Studio
from .words import language_of, say

QUICK: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
ONE: dict[str, Any] = {"concurrency_id": "hub", "concurrency_limit": 2, "api_visibility": "private"}
FILES = [".pt", ".pth", ".bin", ".ckpt", ".safetensors", ".pkl"]


def build_hub(studio: Studio, source: gr.Dropdown, chosen_by_hand: gr.State) -> None:
    """Inside the Generate tab; what is fetched is put into `source`."""
    with gr.Accordion(t("hub.title"), open=False, elem_id="hub") as panel:
        gr.HTML(note("hub.about"))
        with gr.Row(elem_classes="gen-line"):
            words = gr.Textbox(label=t("hub.look"), placeholder="faces", max_lines=1, elem_id="hub_search")
            look = gr.Button(t("hub.search"), scale=0, min_width=100, elem_id="hub_look")
        found = gr.Radio([], value=None, label=t("hub.found"), elem_id="hub_found")
        with gr.Row():
            get = gr.Button(
                t("hub.get"), variant="primary", interactive=False, scale=0, min_width=200, elem_id="hub_get"
            )
            with gr.Column(min_width=280):  # below the button on a phone
                said = gr.HTML(elem_id="hub_said", elem_classes="gen-message")
        dropped = gr.File(
            label=t("hub.drop"), file_types=FILES, type="filepath", height=80, visible=studio.allow_paths, elem_id="hub_drop"
        )  # fmt: skip

    def known(query: str):
        """Before anything is searched: recent ones from the cache, then the curated list; no request is made."""
        if query:
            return gr.skip()  # what was found stays
        return gr.Radio(rows(generators.recent() + generators.known_models()), value=None)

    def search(query: str, request: gr.Request):
        try:
            models = generators.search(query or "")
        except (ValueError, OSError) as error:
            return gr.skip(), alert(error)
        return gr.Radio(rows(models), value=None), line(say("hub.say.found", language_of(request), n=len(models)))

    def fetch(chosen: str | None, request: gr.Request, progress=gr.Progress()):  # noqa: B008
        language = language_of(request)
        if not chosen:
            return gr.skip(), alert(say("hub.say.choose", language)), gr.skip()
        try:
            name = studio.fetch(chosen, lambda done, total: progress((done >> 10, total >> 10), unit="KB"))
        except (ValueError, OSError) as error:
            return gr.skip(), alert(error), gr.skip()
        return selected(name), line(say("hub.say.here", language, model=name)), True

    def bring(path: str | None, request: gr.Request):
        if path is None:
            return gr.skip(), gr.skip(), gr.skip(), gr.skip()
        language, file = language_of(request), Path(path)
        if file.suffix.lower() == ".pkl":
            return gr.skip(), alert(say("hub.say.pickle", language, file=file.name)), gr.skip(), None
        try:
            name = studio.bring(file)
        except (ValueError, OSError) as error:
            return gr.skip(), alert(error), gr.skip(), None
        return selected(name), line(say("hub.say.here", language, model=name)), True, None

    def selected(name: str):
        return gr.Dropdown(choices=[name, *(s for s in studio.sources() if s != name)], value=name)

    answer = [source, said, chosen_by_hand]
    # Not when the page is loaded: the whole cache of the Hub is looked through.
    panel.expand(known, words, found, **QUICK)
    gr.on([look.click, words.submit], search, words, [found, said], show_progress="minimal", **ONE)
    found.change(lambda chosen: gr.Button(interactive=bool(chosen)), found, get, **QUICK)
    get.click(fetch, found, answer, show_progress="minimal", show_progress_on=said, **ONE)
    dropped.upload(bring, dropped, [*answer, dropped], show_progress="minimal", show_progress_on=said, **ONE)


def rows(models: list[generators.HubModel]) -> list[tuple[str, str]]:
    """(what is shown, source) of each, once: repository · note · family · size · licence · what loads it."""
    shown = {}
    for m in models:
        repo, _, commit = m.repo.partition("@")
        size = f"{m.resolution} px" if m.resolution else ""
        parts = (
            f"{repo} @ {commit[:7]}" if commit else repo,
            m.note,
            m.family,
            size,
            m.licence,
            "" if m.loads == generators.TAG else m.loads,
        )
        shown.setdefault(m.source, " · ".join(part for part in parts if part))
    return [(text, source) for source, text in shown.items()]
