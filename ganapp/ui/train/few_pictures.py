"""Few own pictures: mirroring and ADA in one press. ADA was measured (docs/quality.md), mirroring was not."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ..shared.strings import t

FEW = 300  # training pictures; below it a discriminator soon knows them by heart
# ADA stays off until D is too sure, so it costs nothing where it is not needed. It may go from none to full
# in 20 kimg, because runs on few pictures are short.
HELPS: dict[str, Any] = {"mirror": True, "augment": "ada", "ada_kimg": 20.0}


def build_few() -> gr.Button:
    return gr.Button(t("train.few"), size="sm", visible=False, elem_id="few")


def is_few(count: int, named: bool) -> bool:
    """Whether a data set of so many training pictures is small enough for help. named: a built-in one."""
    return count < FEW and not named
