"""Small pieces of HTML that several tabs use: sentences in both languages, notes, errors, pictures.

All text is escaped here, except the values of `both`, `note` and `spans`: escape those before. Sentences that
other rooms make in English become Chinese in `told` (see chinese/).
"""

from __future__ import annotations

import base64
import io
import re
from html import escape
from typing import Any

from ganapp import media

from ..access.capabilities import here
from ..access.paths import without_paths
from .chinese import chinese
from .class_names import CLASS_NAMES
from .strings import STRINGS

DURATION = re.compile(r"[\d.,]+ (s|min|h)")


def both(key: str, **values: Any) -> str:
    """A sentence with values, in both languages; the page shows that of its language (head.js).

    A value that is a duration, such as "45 s" or "1.5 h", gets the unit of the language.
    """
    english, translated = STRINGS[key]
    there = {name: chinese(v) if DURATION.fullmatch(str(v)) else v for name, v in values.items()}
    return spans(english.format(**values), translated.format(**there))


def spans(english: str, chinese: str) -> str:
    return f'<span lang="en">{english}</span><span lang="zh-CN">{chinese}</span>'


def told(sentence: object) -> str:
    """A sentence that was made in English, such as an error's, in both languages where Chinese is known.

    Where visitors may name no paths of this machine, they are told none.
    """
    english = str(sentence) if here().paths else without_paths(str(sentence))
    translated = chinese(english)
    return escape(english) if translated == english else spans(escape(english), escape(translated))


def class_html(*names: object) -> str:
    """The names of classes with commas, in both languages."""
    english = [str(name) for name in names]
    translated = [CLASS_NAMES.get(name, name) for name in english]
    if translated == english:
        return escape(", ".join(english))
    return spans(escape(", ".join(english)), escape("、".join(translated)))


def message(error: object) -> str:
    """A sentence that says what is wrong, as HTML."""
    return f'<div class="message" role="alert">{told(error)}</div>'


def note(key: str, **values: Any) -> str:
    return f'<p class="plain-note">{both(key, **values)}</p>'


def heading(key: str) -> str:
    return f"<h2>{both(key)}</h2>"


def data_uri(image, generated: bool = True) -> str:
    """A PNG inside the page: one round trip and no file, which makes the slider quick.

    generated: see media.save_png.
    """
    buffer = io.BytesIO()
    media.save_png(buffer, image, generated=generated)
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def line(text: str) -> str:
    return f'<p role="status">{told(text)}</p>'


def alert(error: Exception) -> str:
    return f'<p role="alert" class="wrong">{told(str(error) or type(error).__name__)}</p>'
