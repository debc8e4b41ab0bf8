"""Small pieces of HTML that several tabs use: sentences in both languages, notes, errors, pictures.

All text is escaped here, except the values of `both`, `note` and `spans`: escape those before.
"""

from __future__ import annotations

import base64
import html
import io
from html import escape
from typing import Any

from ganapp import media

from .strings import STRINGS


def both(key: str, **values: Any) -> str:
    """A sentence with values, in both languages; the page shows that of the browser (see page.py)."""
    return spans(*(text.format(**values) for text in STRINGS[key]))


def spans(english: str, chinese: str) -> str:
    return f'<span lang="en">{english}</span><span lang="zh-CN">{chinese}</span>'


def message(error: object) -> str:
    """A sentence that says what is wrong, as HTML."""
    return f'<div class="message" role="alert">{escape(str(error))}</div>'


def note(key: str, **values: Any) -> str:
    return f'<p class="plain-note">{both(key, **values)}</p>'


def heading(key: str) -> str:
    return f"<h2>{both(key)}</h2>"


def data_uri(image) -> str:
    """A PNG inside the page: one round trip and no file, which makes the slider quick."""
    buffer = io.BytesIO()
    media.save_png(buffer, image)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def line(text: str) -> str:
    return f'<p role="status">{html.escape(text)}</p>'


def alert(error: Exception) -> str:
    return f'<p role="alert" class="wrong">{html.escape(str(error) or type(error).__name__)}</p>'
