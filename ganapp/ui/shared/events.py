"""Options of Gradio's events that several tabs use. The events themselves are wired in each panel."""

from __future__ import annotations

from typing import Any

import gradio as gr

PRIVATE: dict[str, Any] = {"api_visibility": "private"}
# For handlers that answer at once: they neither wait in the queue nor show progress.
QUICK: dict[str, Any] = {"queue": False, "show_progress": "hidden", **PRIVATE}
# For all listeners of one event but one: "always_last", the default of a change, sends the event once more to
# all of them when it has deferred one, so that two listeners which do this send each other events for ever.
EVERY: dict[str, Any] = {"trigger_mode": "multiple"}


def queued(name: str, limit: int) -> dict[str, Any]:
    """The options of a handler that waits in the queue `name`, of which `limit` calls run at a time."""
    return {"concurrency_id": name, "concurrency_limit": limit}


def download_button(file: str | None):
    """A download button that can be pressed only if there is a file."""
    return gr.DownloadButton(interactive=file is not None)
