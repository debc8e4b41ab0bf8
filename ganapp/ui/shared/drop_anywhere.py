"""Files dropped anywhere on the page: the overlay that names the places, and the script that hands them on.

The places themselves are components of the tabs. It reads no file; the browser does (drop_kinds.js).
"""

from __future__ import annotations

import json

import gradio as gr

from ganapp.media.metadata import METADATA_KEY

from ..access.capabilities import Capabilities
from .scripts import script

SCRIPTS = (
    "shared/words.js",
    "shared/listening.js",
    "train/dropped.js",
    "shared/unfold.js",
    "shared/drop_kinds.js",
    "shared/drop_anywhere.js",
)
CONTENT = '<div class="drop-anywhere" hidden><div role="status"></div></div>'


def build_drop_anywhere(can: Capabilities) -> gr.HTML:
    """Outside of the tabs, once for the page. can: what visitors may do here."""
    constants = {"RECIPE_KEY": METADATA_KEY, "TRAINS": can.trains != "none", "IMPORTS": can.paths}
    given = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in constants.items())
    return gr.HTML(
        CONTENT,
        js_on_load=given + script(SCRIPTS, "drop.")["js_on_load"],
        elem_id="drop_anywhere",
        padding=False,
        apply_default_css=False,
    )
