"""The Generate tab: its panels put together, and the events that reach from one panel to another.

A handler says what went wrong in one sentence beside its button and leaves all else as it is.
"""

from pathlib import Path

import gradio as gr
from gradio.context import Context
from gradio.utils import get_upload_folder

from ..shared.events import QUICK
from ..shared.html import alert, line
from . import words
from .hub_panel import build_hub
from .labelled_panel import build_labelled
from .mix_panel import MixPanel, build_mix
from .pictures_panel import PicturesPanel, build_pictures
from .publish_panel import build_publish
from .studio import Studio
from .walk_panel import WalkPanel, build_walk
from .words import language_of, say


def build_generate(runs_folder: Path, checkpoints: Path, allow_paths: bool = True) -> None:
    """The contents of the tab, inside a gr.Tab.

    allow_paths False: no folder of this machine can be named (a Space).
    """
    outputs = Path(get_upload_folder()) / "ganapp-generate"
    studio = Studio(runs_folder, checkpoints, outputs, allow_paths)
    gr.set_static_paths([outputs])  # else Gradio remembers the name of every file for ever
    pictures = build_pictures(studio)
    build_hub(studio.models, pictures.source, pictures.chosen_by_hand)
    with gr.Row(elem_classes="gen-more"):
        mix = build_mix(studio)
        walk = build_walk(studio)
    wire(studio, pictures, mix, walk, _enclosing_tab())
    build_labelled(studio, pictures.source, pictures.psi)
    build_publish(studio.models.folder, pictures.source)


def wire(studio: Studio, pictures: PicturesPanel, mix: MixPanel, walk: WalkPanel, tab: gr.Tab | None) -> None:
    def describe(source: str | None, label: str | None, request: gr.Request):
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
            pictures.label: gr.Dropdown(visible=has_classes, **words.class_menu(facts, label)),
            walk.classes: gr.Textbox(visible=has_classes),
        }

    described = {"fn": describe, "inputs": [pictures.source, pictures.label], **QUICK}
    described["outputs"] = [pictures.card, pictures.label, walk.classes]
    pictures.source.change(**described)
    if tab:
        tab.select(studio.warm_up, None, None, **QUICK)
    arrivals = [Context.root_block.load] + ([tab.select] if tab else [])
    pictures.wire(arrivals, lambda made: made.then(**described).then(**mix.mixing(pictures)))
    mix.wire(pictures)
    walk.wire(pictures)


def _enclosing_tab() -> gr.Tab | None:
    block = Context.block
    while block is not None and not isinstance(block, gr.Tab):
        block = block.parent
    return block
