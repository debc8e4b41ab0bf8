"""The Hub panel of the Generate tab: find a model of the Hub, fetch and choose it; or bring a checkpoint.

A listed model is either in this app's format and is fetched, or one file of another project and is imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from ganapp import generators

from ..shared.events import PRIVATE, QUICK, queued
from ..shared.html import alert, line, note
from ..shared.strings import t
from .models import Models
from .words import language_of, say

ONE: dict[str, Any] = queued("hub", 2) | PRIVATE
FILES = [".pt", ".pth", ".bin", ".ckpt", ".safetensors", ".pkl"]


@dataclass(frozen=True)
class HubPanel:
    models: Models
    source: gr.Dropdown  # of the pictures panel: what is fetched is chosen there
    chosen_by_hand: gr.State
    panel: gr.Accordion
    words: gr.Textbox
    search_button: gr.Button
    found: gr.Radio
    get: gr.Button
    said: gr.HTML
    dropped: gr.File

    def known(self, query: str):
        """Before a search: recent models in the cache, then the curated list. Makes no request."""
        if query:
            return gr.skip()  # what was found stays
        return gr.Radio(rows(generators.recent() + generators.known_models()), value=None)

    def search(self, query: str, request: gr.Request):
        try:
            models = generators.search(query or "")
        except (ValueError, OSError) as error:
            return {self.said: alert(error)}
        said = line(say("hub.say.found", language_of(request), n=len(models)))
        return {self.found: gr.Radio(rows(models), value=None), self.said: said}

    def fetch(self, chosen: str | None, request: gr.Request, progress=gr.Progress()):  # noqa: B008
        if not chosen:
            return {self.said: alert(say("hub.say.choose", language_of(request)))}
        try:
            name = self.models.fetch(
                chosen, lambda done, total: progress((done >> 10, total >> 10), unit="KB")
            )
        except (ValueError, OSError) as error:
            return {self.said: alert(error)}
        return self.selected(name, request)

    def bring(self, path: str | None, request: gr.Request):
        if path is None:
            return {self.dropped: gr.skip()}
        file = Path(path)
        if file.suffix.lower() == ".pkl":
            said = alert(say("hub.say.pickle", language_of(request), file=file.name))
            return {self.said: said, self.dropped: None}
        try:
            name = self.models.bring(file)
        except (ValueError, OSError) as error:
            return {self.said: alert(error), self.dropped: None}
        return self.selected(name, request) | {self.dropped: None}

    def selected(self, name: str, request: gr.Request) -> dict:
        choices = [name, *(s for s in self.models.names() if s != name)]
        return {
            self.source: gr.Dropdown(choices=choices, value=name),
            self.said: line(say("hub.say.here", language_of(request), model=name)),
            self.chosen_by_hand: True,
        }

    def wire(self) -> None:
        answer = [self.source, self.said, self.chosen_by_hand]
        shown: dict[str, Any] = {"show_progress": "minimal", "show_progress_on": self.said, **ONE}
        # Not when the page is loaded: it looks through the whole cache of the Hub.
        self.panel.expand(self.known, self.words, self.found, **QUICK)
        asked = [self.search_button.click, self.words.submit]
        gr.on(asked, self.search, self.words, [self.found, self.said], show_progress="minimal", **ONE)
        self.found.change(lambda chosen: gr.Button(interactive=bool(chosen)), self.found, self.get, **QUICK)
        self.get.click(self.fetch, self.found, answer, **shown)
        self.dropped.upload(self.bring, self.dropped, [*answer, self.dropped], **shown)


def build_hub(models: Models, source: gr.Dropdown, chosen_by_hand: gr.State) -> None:
    """Inside the Generate tab; what is fetched is put into `source`."""
    with gr.Accordion(t("hub.title"), open=False, elem_id="hub") as panel:
        gr.HTML(note("hub.about"))
        with gr.Row(elem_classes="gen-line"):
            words = gr.Textbox(label=t("hub.look"), placeholder="faces", max_lines=1, elem_id="hub_search")
            search = gr.Button(t("hub.search"), scale=0, min_width=100, elem_id="hub_look")
        found = gr.Radio([], value=None, label=t("hub.found"), elem_id="hub_found")
        with gr.Row():
            get = gr.Button(
                t("hub.get"), variant="primary", interactive=False, scale=0, min_width=200, elem_id="hub_get"
            )
            with gr.Column(min_width=280):  # below the button on a phone
                said = gr.HTML(elem_id="hub_said", elem_classes="gen-message")
        dropped = gr.File(
            label=t("hub.drop"), file_types=FILES, type="filepath", height=80, elem_id="hub_drop",
            visible=models.sources.allow_paths,
        )  # fmt: skip
    HubPanel(models, source, chosen_by_hand, panel, words, search, found, get, said, dropped).wire()


def rows(models: list[generators.HubModel]) -> list[tuple[str, str]]:
    """(text, source) of each model, once: repository · note · family · size · licence · importer."""
    shown = {}
    for m in models:
        repo, _, commit = m.repo.partition("@")
        parts = (
            f"{repo} @ {commit[:7]}" if commit else repo,
            m.note,
            m.family,
            f"{m.resolution} px" if m.resolution else "",
            m.licence,
            "" if m.loads == generators.TAG else m.loads,
        )
        shown.setdefault(m.source, " · ".join(part for part in parts if part))
    return [(text, source) for source, text in shown.items()]
