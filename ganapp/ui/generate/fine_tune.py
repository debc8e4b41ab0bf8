"""*Fine-tune this*: a button beside a shown generator; it opens the Train tab, where the form is filled.

It changes no form itself; that is ui/train/actions.py, which hears of it by the event "ganapp:open".
"""

from __future__ import annotations

import gradio as gr

from ..access.capabilities import here
from ..shared.events import PRIVATE
from ..shared.strings import t

OPEN_JS = """(model) => {
  const detail = { tab: "train", model };
  if (model) window.dispatchEvent(new CustomEvent("ganapp:open", { detail }));
  return []; }"""


def build_fine_tune(source: gr.Dropdown, elem_id: str, visible: bool = True) -> gr.Button:
    """A button about the generator of `source`. Where nobody may train it is never visible."""
    button = gr.Button(
        t("gen.fine_tune"), size="sm", visible=visible and may_train(), elem_id=elem_id, min_width=120
    )
    button.click(None, source, None, js=OPEN_JS, **PRIVATE)
    return button


def may_train() -> bool:
    return here().trains != "none"
