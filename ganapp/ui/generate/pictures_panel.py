"""What the Create tab's pictures are made from: a model, seeds, a class and truncation; and the way back.

Layout and thin handlers. The pictures themselves are drawn by the instruments (instrument.py), which follow
these controls; other panels take model, class and psi from here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ..edit.editing import Editing
from ..edit.fits import Fits
from ..shared.events import PRIVATE, QUICK
from ..shared.html import alert, line
from ..shared.language import language_of, say
from ..shared.strings import t
from ..translate.translating import Translating
from . import words
from .fine_tune import build_fine_tune
from .instrument import DICE_JS, build_instrument, connect
from .live import Live
from .studio import SEED_CLASS, Studio

# A PNG that is more than one seed says where it is on the map, or between which seeds: the scripts go there.
RESTORE_JS = """(json) => {
  if (json) window.dispatchEvent(new CustomEvent("ganapp:restore", { detail: JSON.parse(json) }));
  return []; }"""


@dataclass(frozen=True)
class PicturesPanel:
    studio: Studio
    source: gr.Dropdown
    refresh: gr.Button
    card: gr.HTML
    seeds: gr.Textbox
    dice: gr.Button
    message: gr.HTML
    picture: gr.File
    recipe: gr.Textbox  # JSON of what a restored PNG is besides its seeds
    label: gr.Dropdown
    psi: gr.Slider
    columns: gr.Slider
    instrument: gr.HTML

    def look_again(self) -> gr.Dropdown:
        self.studio.models.forget()
        return gr.Dropdown(choices=self.studio.models.names())

    def restore(self, path: str | None, source: str | None, request: gr.Request):
        """Take over the settings that a picture of this app carries; the pictures follow them."""
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
        menu = words.class_menu(facts) if facts else [words.own_class(), (wanted, wanted)]
        wanted = wanted if wanted in [value for _, value in menu] else SEED_CLASS
        key = "gen.say.restored.unknown" if found.model and not found.source else "gen.say.restored"
        key = "gen.say.restored.tuned" if found.is_tuned else key
        values = {"seeds": found.seeds or "–", "model": chosen if found.is_tuned else found.model}
        said = say(key, language_of(request), **values)
        restored = {
            self.seeds: found.seeds or gr.skip(),
            self.label: gr.Dropdown(choices=menu, value=wanted),
            self.psi: found.psi or 1,
            self.message: line(said),
            self.picture: None,
            self.recipe: json.dumps(found.more),
        }
        if found.source:
            restored[self.source] = gr.Dropdown(choices=sources, value=found.source)
        return restored

    def wire(self) -> None:
        self.refresh.click(self.look_again, None, self.source, **QUICK)
        self.dice.click(None, self.seeds, self.seeds, js=DICE_JS, **PRIVATE)
        restored = [
            self.source, self.seeds, self.label, self.psi, self.message, self.picture, self.recipe,
        ]  # fmt: skip
        asked = [self.picture, self.source]
        brought = self.picture.upload(self.restore, asked, restored, **QUICK)
        brought.then(None, self.recipe, None, js=RESTORE_JS, **PRIVATE)
        controls: dict[str, Any] = {
            "source": self.source, "seeds": self.seeds, "label": self.label, "psi": self.psi,
            "columns": self.columns,
        }  # fmt: skip
        connect(self.instrument, controls)


def build_pictures(studio: Studio, live: Live, editing: Editing, fits: Fits) -> PicturesPanel:
    """Inside the Create tab, which wires it."""
    with gr.Row(elem_classes="gen-top"):
        with gr.Column(elem_classes="gen-ask"):
            asked = _build_ask(studio)
        with gr.Column(elem_classes="gen-show"):
            instrument = build_instrument(live, editing, fits, Translating(live))
    return PicturesPanel(studio, **asked, instrument=instrument)


def _build_ask(studio: Studio) -> dict[str, gr.components.Component]:
    asked: dict[str, Any] = {}
    with gr.Row(elem_classes="gen-line"):
        info = t("gen.source.info" if studio.models.sources.allow_paths else "gen.source.info_hub")
        asked["source"] = gr.Dropdown(
            [], value=None, label=t("gen.source"), info=info, allow_custom_value=True, elem_id="gen_source"
        )
        asked["refresh"] = gr.Button(
            t("gen.refresh"), elem_id="gen_refresh", elem_classes="gen-icon", min_width=40
        )
    asked["card"] = gr.HTML(elem_id="gen_card")
    build_fine_tune(asked["source"], "gen_fine_tune")
    with gr.Row(elem_classes=["gen-line", "of-latents"]):
        asked["seeds"] = gr.Textbox(
            "0-15", label=t("gen.seeds"), info=t("gen.seeds.info"), max_lines=3, elem_id="gen_seeds"
        )
        asked["dice"] = gr.Button(t("gen.random"), elem_id="gen_random", min_width=110, scale=0)
    asked["label"] = gr.Dropdown(
        [words.own_class()], value=SEED_CLASS, label=t("gen.class"), visible=False, allow_custom_value=True,
        elem_id="gen_class",
    )  # fmt: skip
    asked["psi"] = gr.Slider(
        0.05,
        1,
        1,
        step=0.05,
        label=t("gen.psi"),
        info=t("gen.psi.info"),
        buttons=[],
        elem_id="gen_psi",
        elem_classes="of-latents",
    )
    asked["columns"] = gr.Slider(
        0, 16, 0, step=1, label=t("gen.columns"), info=t("gen.columns.info"), buttons=[],
        elem_id="gen_columns", elem_classes="of-latents",
    )  # fmt: skip
    asked["picture"] = gr.File(
        label=t("gen.restore"), file_types=[".png"], type="filepath", height=80, elem_id="gen_restore"
    )
    asked["message"] = gr.HTML(elem_id="gen_message", elem_classes="gen-message")
    asked["recipe"] = gr.Textbox(visible=False, elem_id="gen_recipe")
    return asked
