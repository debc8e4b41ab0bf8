"""The Hub panel of the Generate tab: find a model of the Hub, fetch and choose it; or bring a checkpoint.

A listed model is either in this app's format and is fetched, or one file of another project and is imported.
What a file is, the importer tells by its content: any name is taken here, and its notes are shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from ganapp import generators
from ganapp.generators.importers.options import OPTIONS, flag

from ..shared.events import PRIVATE, QUICK, queued
from ..shared.html import alert, line, note
from ..shared.language import in_language, language_of, say
from ..shared.strings import t
from .fine_tune import build_fine_tune, may_train
from .models import Models

ONE: dict[str, Any] = queued("hub", 2) | PRIVATE
AS_USUAL = ""  # value of an option that is not given


@dataclass(frozen=True)
class HubPanel:
    models: Models
    source: gr.Dropdown  # of the pictures panel: what is fetched is chosen there
    panel: gr.Accordion
    words: gr.Textbox
    search_button: gr.Button
    found: gr.Radio
    get: gr.Button
    said: gr.HTML
    tune: gr.Button  # shown once a model has come
    dropped: gr.File
    last: gr.State  # path of the file that was dropped last, "" before
    again: gr.Button
    options: dict[str, gr.components.Component]  # of an import, by the names of OPTIONS

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

    def fetch(self, asked: dict, request: gr.Request, progress=gr.Progress()):  # noqa: B008
        chosen = asked[self.found]
        if not chosen:
            return {self.said: alert(say("hub.say.choose", language_of(request)))}
        try:
            name = self.models.fetch(
                chosen,
                lambda done, total: progress((done >> 10, total >> 10), unit="KB"),
                self.given(asked),
            )
        except (ValueError, OSError) as error:
            return {self.said: alert(error)}
        return self.selected(name, request)

    def bring(self, asked: dict, request: gr.Request):
        """Import the file that was dropped. It can be imported again, with other options."""
        path = asked[self.dropped]
        if path is None:
            return {self.dropped: gr.skip()}
        kept = {self.dropped: None, self.last: path, self.again: gr.Button(interactive=True)}
        return self.import_file(path, asked, request) | kept

    def bring_again(self, asked: dict, request: gr.Request):
        return self.import_file(asked[self.last], asked, request)

    def import_file(self, path: str, asked: dict, request: gr.Request) -> dict:
        language = language_of(request)
        if not self.models.sources.allow_paths:  # the zone is hidden there, which stops nobody
            return {self.said: alert(say("hub.say.closed", language))}
        if not path or not Path(path).is_file():
            return {self.said: alert(say("hub.say.drop", language))}
        try:
            name = self.models.bring(Path(path), self.given(asked))
        except (ValueError, OSError) as error:
            return {self.said: alert(error)}
        return self.selected(name, request)

    def given(self, asked: dict) -> dict[str, Any]:
        """The options that have a value, by the names of OPTIONS."""
        values = {name: str(asked.get(part) or AS_USUAL).strip() for name, part in self.options.items()}
        return {name: _number(value) for name, value in values.items() if value != AS_USUAL}

    def selected(self, name: str, request: gr.Request) -> dict:
        """Choose a model that has come, and show what its importer assumed."""
        choices = [name, *(s for s in self.models.names() if s != name)]
        origin = (self.models.facts(name) or {"origin": {}})["origin"]
        notes = [text for text in origin.get("notes") or () if isinstance(text, str)]
        here = say("hub.say.here", language_of(request), model=name)
        return {
            self.source: gr.Dropdown(choices=choices, value=name),
            self.said: "".join(map(line, (here, *notes))),
            self.tune: gr.Button(visible=may_train()),
        }

    def wire(self) -> None:
        answer = [self.source, self.said, self.tune]
        shown: dict[str, Any] = {"show_progress": "minimal", "show_progress_on": self.said, **ONE}
        # Not when the page is loaded: it looks through the whole cache of the Hub.
        self.panel.expand(self.known, self.words, self.found, **QUICK)
        asked = [self.search_button.click, self.words.submit]
        gr.on(asked, self.search, self.words, [self.found, self.said], show_progress="minimal", **ONE)
        self.found.change(lambda chosen: gr.Button(interactive=bool(chosen)), self.found, self.get, **QUICK)
        given = set(self.options.values())  # a set: the handler gets a dictionary
        self.get.click(self.fetch, {self.found} | given, answer, **shown)
        brought = [*answer, self.dropped, self.last, self.again]
        self.dropped.upload(self.bring, {self.dropped} | given, brought, **shown)
        self.again.click(self.bring_again, {self.last} | given, answer, **shown)


def build_hub(models: Models, source: gr.Dropdown) -> None:
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
                tune = build_fine_tune(source, "hub_fine_tune", visible=False)
        dropped = gr.File(
            label=t("hub.drop"), type="filepath", height=80, elem_id="hub_drop",
            visible=models.sources.allow_paths,
        )  # fmt: skip
        last, (again, options) = gr.State(""), build_options(models.sources.allow_paths)
    parts = panel, words, search, found, get, said, tune, dropped, last, again, options
    HubPanel(models, source, *parts).wire()


def build_options(with_files: bool) -> tuple[gr.Button, dict[str, gr.components.Component]]:
    """The button that imports the last file again, and a control for each option of an import.

    with_files: whether files can be brought on this page.
    """
    controls: dict[str, gr.components.Component] = {}
    with gr.Accordion(t("hub.options"), open=False, elem_id="hub_options"):
        gr.HTML(note("hub.options.about"))
        with gr.Row(elem_classes="gen-line"):
            for name, option in OPTIONS.items():
                look: dict[str, Any] = {"label": t(f"hub.option.{name}"), "info": flag(name)}
                look |= {"elem_id": f"hub_option_{name}", "min_width": 150}
                if option.choices:
                    choices = [(t("hub.option.usual"), AS_USUAL), *((c, c) for c in option.choices)]
                    controls[name] = gr.Dropdown(choices, value=AS_USUAL, **look)
                else:
                    # Not a gr.Number, which sends 0 where it is empty.
                    controls[name] = gr.Textbox(
                        AS_USUAL, placeholder=t("hub.option.usual"), max_lines=1, max_length=20, **look
                    )
        again = gr.Button(t("hub.again"), interactive=False, visible=with_files, elem_id="hub_again")
    return again, controls


def _number(text: str) -> float | str:
    """The number that a text is; other texts stay, and the importer says what is allowed."""
    try:
        return float(text)
    except ValueError:
        return text


def rows(models: list[generators.HubModel]) -> list[tuple[str, str]]:
    """(text, source) of each model, once: repository · note · family · size · licence · importer."""
    shown = {}
    for m in models:
        repo, _, commit = m.repo.partition("@")
        parts = (
            f"{repo} @ {commit[:7]}" if commit else repo,
            in_language(m.note),
            m.family,
            f"{m.resolution} px" if m.resolution else "",
            in_language(m.licence),
            "" if m.loads == generators.TAG else m.loads,
        )
        shown.setdefault(m.source, " · ".join(part for part in parts if part))
    return [(text, source) for source, text in shown.items()]
