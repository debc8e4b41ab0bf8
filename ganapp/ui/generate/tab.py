"""The Create tab: its panels put together, and the events that reach from one panel to another.

A handler says what went wrong in one sentence beside its button and leaves all else as it is.
"""

import json
from pathlib import Path

import gradio as gr
from gradio.context import Context
from gradio.utils import get_upload_folder

from ..edit.editing import Editing
from ..edit.fits import Fits
from ..shared.chosen import Chosen, build_chosen
from ..shared.events import PRIVATE, QUICK
from ..shared.html import alert, line
from ..shared.language import language_of, say
from . import words
from .hub_panel import build_hub
from .labelled_panel import build_labelled
from .live import Live
from .pictures_panel import PicturesPanel, build_pictures
from .publish_panel import build_publish
from .studio import Studio
from .walk_panel import WalkPanel, build_walk

# A class that was chosen stays chosen where the next model has it. It may have been chosen meanwhile.
KNOWN_JS = """(label, classes) => {
  const isKnown = JSON.parse(classes || "[]").includes(label);
  return isKnown ? { __type__: "update" } : "*"; }"""


def build_generate(
    runs_folder: Path, checkpoints: Path, allow_paths: bool = True, chosen: Chosen | None = None
) -> None:
    """The contents of the tab, inside a gr.Tab.

    allow_paths False: no folder of this machine can be named (a Space). chosen: the page's; None: its own.
    """
    outputs = Path(get_upload_folder()) / "ganapp-generate"
    studio = Studio(runs_folder, checkpoints, outputs, allow_paths)
    gr.set_static_paths([outputs])  # else Gradio remembers the name of every file for ever
    live = Live(studio)
    editing = Editing(live)
    pictures = build_pictures(studio, live, editing, Fits(editing))
    build_hub(studio.models, pictures.source)
    walk = build_walk(studio, editing)
    wire(studio, pictures, walk, _enclosing_tab(), chosen or build_chosen())
    build_labelled(studio, pictures.source, pictures.psi)
    build_publish(studio.models.folder, pictures.source)


def wire(
    studio: Studio, pictures: PicturesPanel, walk: WalkPanel, tab: gr.Tab | None, chosen: Chosen
) -> None:
    def describe(source: str | None, request: gr.Request):
        """What the chosen model is, and its classes."""
        language = language_of(request)
        try:
            facts = studio.models.facts(source) if source else None
        except (ValueError, OSError) as error:
            return {pictures.card: alert(error)}
        if facts is None:
            return {pictures.card: line(say("gen.card.hub" if source else "gen.card.empty", language))}
        has_classes = facts["spec"].num_classes > 0
        return {
            pictures.card: words.card_html(facts, language, source),
            pictures.label: gr.Dropdown(visible=has_classes, choices=words.class_menu(facts)),
            classes: json.dumps([value for _, value in words.class_menu(facts)]),
            walk.classes: gr.Textbox(visible=has_classes),
        }

    classes = gr.Textbox(visible=False, elem_id="gen_classes")
    answer = [pictures.card, pictures.label, classes, walk.classes]
    changed = [pictures.source.change, pictures.instrument.upload]  # a model of the Hub has come
    described = gr.on(changed, describe, pictures.source, answer, trigger_mode="always_last", **QUICK)
    described.then(None, [pictures.label, classes], pictures.label, js=KNOWN_JS, **PRIVATE)
    if tab:
        tab.select(studio.warm_up, None, None, **QUICK)
    arrivals = [Context.root_block.load] + ([tab.select] if tab else [])
    chosen.follow(pictures.source, studio.models.names, arrivals)
    pictures.wire()
    walk.wire(pictures)


def _enclosing_tab() -> gr.Tab | None:
    block = Context.block
    while block is not None and not isinstance(block, gr.Tab):
        block = block.parent
    return block
