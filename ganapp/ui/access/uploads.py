"""Files that a browser has uploaded: only those in Gradio's upload folder can be named."""

from __future__ import annotations

import os
from pathlib import Path

from gradio.utils import get_upload_folder


def uploaded(path: str) -> Path:
    """A file in Gradio's upload folder. Raises ValueError (message fit for the user) if it is none."""
    root = os.path.realpath(get_upload_folder())
    real = os.path.realpath(path) if path and "\0" not in path else ""
    if not real.startswith(root + os.sep) or not os.path.isfile(real):
        raise ValueError("An uploaded file is not there any more: choose the pictures again.")
    return Path(real)
