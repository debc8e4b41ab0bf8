"""The header of the page: its name, and the choice of a language and of a look (head.js, choices.js)."""

from __future__ import annotations

from html import escape

from .html import both
from .strings import STRINGS
from .theme import UI

NAMES = {"en": "English", "zh-CN": "简体中文"}  # each in itself, for whoever reads only that
THEMES = ("system", "light", "dark")


def build_header() -> None:
    import gradio as gr

    script = (UI / "shared/choices.js").read_text(encoding="utf-8")
    gr.HTML(header_html(), padding=False, elem_id="header", js_on_load=script)


def header_html() -> str:
    languages = "".join(
        f'<button type="button" lang="{code}" data-language="{code}" aria-pressed="false">{name}</button>'
        for code, name in NAMES.items()
    )
    return (
        f'<header class="app-head"><h1>ganapp</h1><p>{both("app.tagline")}</p>'
        f'<div class="app-choices"><div role="group" aria-labelledby="app_language">'
        f'<span id="app_language" class="sr">{both("app.language")}</span>{languages}</div>'
        f"<label>{both('app.theme')} <select>{''.join(map(_option, THEMES))}</select></label></div></header>"
    )


def _option(theme: str) -> str:
    """An option with its words in both languages: it may hold no other element, so the script fills it."""
    english, chinese = map(escape, STRINGS[f"app.theme.{theme}"])
    return f'<option value="{theme}" data-en="{english}" data-zh="{chinese}">{english}</option>'
