"""Files that a browser has uploaded: only those in Gradio's upload folder can be named."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from gradio.utils import get_upload_folder

# Of the file of one picture. A camera of a phone makes 12 to 50 million pixels in 2 to 20 MB.
MOST_BYTES, MOST_PIXELS = 40_000_000, 64_000_000
DECODING = threading.Lock()  # held while such a file is decoded: each may take hundreds of megabytes


def uploaded(path: str, most_bytes: int = 0) -> Path:
    """A file in Gradio's upload folder.

    most_bytes: how large it may be; 0: of any size. Raises ValueError (message fit for the user) if there is
    no such file, or it is larger.
    """
    root = os.path.realpath(get_upload_folder())
    real = os.path.realpath(path) if path and "\0" not in path else ""
    if not real.startswith(root + os.sep) or not os.path.isfile(real):
        raise ValueError("An uploaded file is not there any more: choose the pictures again.")
    if most_bytes:
        check_bytes(os.path.getsize(real), most_bytes)
    return Path(real)


def check_bytes(count: int, most: int) -> None:
    """Raise ValueError (message fit for the user) if a picture has too many bytes."""
    if count > most:
        raise ValueError(f"The picture has more than {most // 10**6} MB: make it smaller.")
