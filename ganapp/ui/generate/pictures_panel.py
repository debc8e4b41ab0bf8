"""The main part of the Generate tab: a model, seeds, a class and truncation, and the pictures that they give.

Layout and thin handlers; the work is in studio.py and words.py. Other panels take its model, class and psi.
"""

import time
from dataclasses import dataclass

import gradio as gr

from ..access.visitors import visitor_of
from ..shared.events import PRIVATE, QUICK, download_button, queued
from ..shared.html import alert, both, line
from ..shared.strings import t
from . import words
from .studio import SEED_CLASS, Studio
from .words import language_of, say, took

# As few columns, and so as large pictures, as fit without scrolling, unless a number is asked for.
COLUMNS_JS = """(asked, items) => {
    const box = document.getElementById('gen_gallery'), count = (items || []).length || 1;
    const width = box.clientWidth - 16, height = box.clientHeight - 16, most = width < 480 ? 4 : 24;
    let columns = 1;
    while (columns < most && Math.ceil(count / columns) * width / columns > height) columns++;
    box.style.setProperty('--columns', asked || columns); return []; }"""
HEAVY = queued("studio", 2)  # pictures and films: two requests at a time


@dataclass(frozen=True)
class PicturesPanel:
    studio: Studio
    chosen_by_hand: gr.State  # whether the visitor has chosen a model
    source: gr.Dropdown
    refresh: gr.Button
    card: gr.HTML
    seeds: gr.Textbox
    dice: gr.Button
    go: gr.Button
    message: gr.HTML
    gallery: gr.Gallery
    zipped: gr.DownloadButton
    picture: gr.File
    label: gr.Dropdown
    psi: gr.Slider
    columns: gr.Slider

    def look(self, current: str | None, by_hand: bool):
        """Read the list of models anew; the newest model is chosen until the visitor has chosen one."""
        value = current if current and by_hand else self.studio.models.newest()
        return gr.Dropdown(choices=self.studio.models.names(), value=value)

    def look_again(self, current: str | None, by_hand: bool):
        self.studio.models.forget()
        return self.look(current, by_hand)

    def generate(
        self, source: str, seeds: str, label: str, psi: float, request: gr.Request,
        progress=gr.Progress(),  # noqa: B008
    ):  # fmt: skip
        language, began = language_of(request), time.perf_counter()
        try:
            batch = self.studio.pictures(
                source, seeds, label, psi, lambda done, total: progress((done, total)), visitor_of(request)
            )
        except (ValueError, OSError) as error:
            return {self.message: alert(error)}
        shown = [(str(p.path), words.caption(p, language)) for p in batch.pictures]
        key, spent = "gen.say.made" if len(shown) > 1 else "gen.say.made.one", time.perf_counter() - began
        done = say(key, language, n=len(shown), took=took(spent, language), model=batch.model)
        return {self.gallery: shown, self.message: line(done), self.zipped: str(batch.zip_path)}

    def restore(self, path: str | None, source: str | None, request: gr.Request):
        """Take over the settings that a picture of this app carries."""
        if path is None:
            return {self.picture: gr.skip()}
        try:
            sources = self.studio.models.names()
            found = words.restore(path, sources)
            chosen = found.source or source
            facts = self.studio.models.facts(chosen) if chosen else None
        except (ValueError, OSError) as error:
            return {self.message: alert(error), self.picture: None}
        wanted = found.label or SEED_CLASS
        menu = (
            words.class_menu(facts, wanted) if facts else {"choices": [words.own_class(), (wanted, wanted)]}
        )
        key = "gen.say.restored.unknown" if found.model and not found.source else "gen.say.restored"
        said = say(key, language_of(request), seeds=found.seeds, model=found.model)
        restored = {
            self.seeds: found.seeds,
            self.label: gr.Dropdown(**({"value": wanted} | menu)),
            self.psi: found.psi or 1,
            self.message: line(said),
            self.picture: None,
        }
        if found.source:
            restored |= {
                self.source: gr.Dropdown(choices=sources, value=found.source),
                self.chosen_by_hand: True,
            }
        return restored

    def wire(self, arrivals: list, and_then) -> None:
        """arrivals: events of a visitor who comes; and_then(event): what follows when pictures are made."""
        chosen = [self.source, self.chosen_by_hand]
        gr.on(arrivals, self.look, chosen, self.source, **QUICK)
        self.refresh.click(self.look_again, chosen, self.source, **QUICK)
        self.source.input(lambda: True, None, self.chosen_by_hand, **QUICK)
        sized = [self.columns, self.gallery]
        gr.on([self.columns.change, self.gallery.change], None, sized, None, js=COLUMNS_JS, **PRIVATE)
        restored = [
            self.source,
            self.seeds,
            self.label,
            self.psi,
            self.message,
            self.picture,
            self.chosen_by_hand,
        ]
        self.picture.upload(self.restore, [self.picture, self.source], restored, **QUICK)

        asked = {"fn": self.generate, "inputs": [self.source, self.seeds, self.label, self.psi]}
        asked |= {"outputs": [self.gallery, self.message, self.zipped], **HEAVY}
        asked |= {"show_progress": "minimal", "show_progress_on": self.gallery}
        rolled = self.dice.click(words.random_seeds, self.seeds, self.seeds, **QUICK)
        for made in (
            self.go.click(**asked, api_name="generate"),
            self.seeds.submit(**asked, **PRIVATE),
            rolled.then(**asked, **PRIVATE),
        ):
            made.then(download_button, self.zipped, self.zipped, **QUICK)
            and_then(made)


def build_pictures(studio: Studio) -> PicturesPanel:
    """Inside the Generate tab, which wires it: when pictures are made, other panels follow."""
    chosen_by_hand = gr.State(False)
    with gr.Row(elem_classes="gen-top"):
        with gr.Column(elem_classes="gen-ask"):
            with gr.Row(elem_classes="gen-line"):
                info = t("gen.source.info" if studio.models.sources.allow_paths else "gen.source.info_hub")
                source = gr.Dropdown(
                    [],
                    value=None,
                    label=t("gen.source"),
                    info=info,
                    allow_custom_value=True,
                    elem_id="gen_source",
                )
                refresh = gr.Button(
                    t("gen.refresh"), elem_id="gen_refresh", elem_classes="gen-icon", min_width=40
                )
            card = gr.HTML(elem_id="gen_card")
            seeds = gr.Textbox(
                "0-15", label=t("gen.seeds"), info=t("gen.seeds.info"), max_lines=3, elem_id="gen_seeds"
            )
            with gr.Row(elem_classes="gen-line"):
                dice = gr.Button(t("gen.random"), elem_id="gen_random", min_width=100)
                go = gr.Button(t("gen.go"), variant="primary", elem_id="gen_go", min_width=120)
            message = gr.HTML(elem_id="gen_message", elem_classes="gen-message")
        with gr.Column(elem_classes="gen-show"):
            gallery, zipped, picture = _build_gallery()
        with gr.Column(elem_classes="gen-tune"):
            label, psi, columns = _build_tuning()
    return PicturesPanel(
        studio, chosen_by_hand, source, refresh, card, seeds, dice, go, message, gallery, zipped, picture,
        label, psi, columns,
    )  # fmt: skip


def _build_gallery() -> tuple[gr.Gallery, gr.DownloadButton, gr.File]:
    gallery = gr.Gallery(
        label=t("gen.gallery"), show_label=False, format="png", columns=6, height=580, object_fit="contain",
        interactive=False, buttons=["download", "fullscreen"], elem_id="gen_gallery",
    )  # fmt: skip
    with gr.Row(elem_classes="gen-line gen-under"):
        gr.HTML(both("gen.hint"), elem_classes="gen-hint")
        zipped = gr.DownloadButton(
            t("gen.zip"), interactive=False, size="md", elem_id="gen_zip", min_width=160
        )
    picture = gr.File(
        label=t("gen.restore"), file_types=[".png"], type="filepath", height=80, elem_id="gen_restore"
    )
    return gallery, zipped, picture


def _build_tuning() -> tuple[gr.Dropdown, gr.Slider, gr.Slider]:
    label = gr.Dropdown(
        [words.own_class()], value=SEED_CLASS, label=t("gen.class"), visible=False, allow_custom_value=True,
        elem_id="gen_class",
    )  # fmt: skip
    psi = gr.Slider(
        0.05, 1, 1, step=0.05, label=t("gen.psi"), info=t("gen.psi.info"), buttons=[], elem_id="gen_psi"
    )
    columns = gr.Slider(
        0,
        16,
        0,
        step=1,
        label=t("gen.columns"),
        info=t("gen.columns.info"),
        buttons=[],
        elem_id="gen_columns",
    )
    return label, psi, columns
