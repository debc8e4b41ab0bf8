"""The live instruments of the Create tab: one gr.HTML, and how it and Gradio's controls follow each other.

Its scripts ask the server functions of live.py. What is chosen stands in Gradio's controls, because other
panels and the Hub write there, too: TELL_JS gives their values to the scripts, PUT_JS takes changes back.
"""

from __future__ import annotations

import gradio as gr

from ganapp import latents

from ..access.capabilities import here
from ..edit.editing import KINDS as EDITING_KINDS
from ..edit.editing import LONGEST, Editing
from ..edit.fits import KINDS as FITS_KINDS
from ..edit.fits import Fits
from ..shared.events import EVERY, PRIVATE
from ..shared.watching import Files, sources
from ..translate.translating import KINDS as TRANSLATING_KINDS
from ..translate.translating import LONGEST as TRANSLATING_LONGEST
from ..translate.translating import Translating
from .live import KINDS, Live, server_functions

FILES = Files(
    html="generate/create.html",
    css=("shared/parts.css", "generate/create.css", "edit/edit.css", "translate/translate.css"),
    scripts=(
        "shared/words.js",
        "shared/listening.js",
        "shared/parts.js",
        "shared/posting.js",
        "shared/seeds.js",
        "shared/timeline.js",
        "generate/newest.js",
        "generate/tiles.js",
        "generate/snapshots.js",
        "generate/shelf.js",
        "generate/keeping.js",
        "generate/mix.js",
        "generate/fingers.js",
        "generate/plane.js",
        "generate/map_pictures.js",
        "generate/map.js",
        "edit/board.js",
        "edit/brush.js",
        "edit/undo.js",
        "edit/sliders.js",
        "edit/paste.js",
        "edit/examples.js",
        "edit/crop.js",
        "edit/points.js",
        "edit/lasting.js",
        "edit/answers.js",
        "edit/fit_time.js",
        "edit/own.js",
        "edit/film.js",
        "edit/edit.js",
        "train/dropped.js",
        "translate/marking.js",
        "translate/pair.js",
        "translate/camera.js",
        "translate/intake.js",
        "translate/translate.js",
        "generate/modes.js",
        "generate/keys.js",
        "generate/fetching.js",
        "generate/create.js",
    ),
)
FIRST = 5_000  # seed in the middle of the map, so that its neighbours are small numbers, too
NAMES = ("source", "seeds", "label", "psi", "columns")  # of Gradio's controls, in this order everywhere
TELL_JS = """(...values) => {
  const names = ["source", "seeds", "label", "psi", "columns"];
  const detail = Object.fromEntries(names.map((name, i) => [name, values[i]]));
  window.dispatchEvent(new CustomEvent("ganapp:settings", { detail }));
  return []; }"""
PUT_JS = """(json) => {
  const names = ["source", "seeds", "label", "psi", "columns"];
  const changes = JSON.parse(json || "{}"), same = { __type__: "update" };
  return names.map((name) => changes[name] ?? same); }"""
# As many consecutive seeds as there are, from a random one below a million.
DICE_JS = """(seeds) => {
  const count = String(seeds).split(/[,;、，；\\s]+/).filter(Boolean).reduce((sum, part) => {
    const [first, last] = part.split("-").map(Number);
    return sum + (last >= first ? last - first + 1 : 1); }, 0) || 16;
  const few = Math.min(count, 256), first = Math.floor(Math.random() * (1e6 - few));
  return few > 1 ? `${first}-${first + few - 1}` : `${first}`; }"""


def build_instrument(live: Live, editing: Editing, fits: Fits, translating: Translating) -> gr.HTML:
    """The component (elem_id "create"). Its events: "select" asks for the values, "submit" has changes.

    "play" asks for a film of a trail or an edit, "upload" says that a model of the Hub has come.
    """
    return gr.HTML(
        elem_id="create",
        **sources(
            FILES,
            MAP={"row": latents.ROW, "farthest": latents.FARTHEST, "first": FIRST},
            KEEPS=not here().on_space,
        ),
        apply_default_css=False,
        server_functions=server_functions(live, KINDS)
        + server_functions(editing, EDITING_KINDS, longest=LONGEST)
        + server_functions(fits, FITS_KINDS, longest=LONGEST)
        + server_functions(translating, TRANSLATING_KINDS, longest=TRANSLATING_LONGEST),
    )


def connect(instrument: gr.HTML, controls: dict[str, gr.components.Component]) -> None:
    """Let the scripts follow these controls, by NAMES, and change them."""
    ordered = [controls[name] for name in NAMES]
    told = {"inputs": ordered, "outputs": None, "js": TELL_JS, **EVERY, **PRIVATE}
    gr.on([*(control.change for control in ordered), instrument.select], None, **told)
    instrument.submit(None, instrument, ordered, js=PUT_JS, **EVERY, **PRIVATE)
