"""The language of the page: which one a request wants, and a sentence of ours in it.

There are two. Chinese of every kind is the simplified one, wholly, and every other language is English. The
browser's side is head.js: it keeps a person's choice and tells it in a cookie.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .chinese import chinese
from .class_names import CLASS_NAMES
from .strings import STRINGS

ENGLISH, CHINESE = LANGUAGES = ("en", "zh-CN")
COOKIE = "ganapp_language"
# keys of answers with English sentences
SENTENCES = ("error", "detail", "reason", "note", "notes", "preparing", "device")
MAX_HEADER = 8_000  # characters of a header that are read


def language_of(request: Any = None) -> str:
    """The language of a request, "en" or "zh-CN": by its cookie, else by what the browser accepts.

    request: what Gradio gives a handler (anything with `headers`); without one, that of the handler or server
    function that is running, and English outside of them.
    """
    if request is None:
        from gradio.context import LocalContext

        request = LocalContext.request.get(None)
    headers = getattr(request, "headers", None) or {}
    chosen = _cookie(str(headers.get("cookie") or "")[:MAX_HEADER])
    if chosen in LANGUAGES:
        return chosen
    return accepted(str(headers.get("accept-language") or "")[:MAX_HEADER])


def accepted(header: str) -> str:
    """The language of ours that an Accept-Language header prefers."""
    best, best_weight = ENGLISH, 0.0
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        primary = tag.strip().lower().partition("-")[0].partition("_")[0]
        if primary in ("en", "zh") and (found := _weight(weight)) > best_weight:
            best, best_weight = (CHINESE if primary == "zh" else ENGLISH), found
    return best


def say(key: str, language: str, **values: Any) -> str:
    """A string of the page in one language, with its values, where html.both cannot be used."""
    return STRINGS[key][LANGUAGES.index(language)].format(**values)


def in_language(sentence: str, language: str | None = None) -> str:
    """A sentence that was made in English, in a language of ours. Without one, in that of what is running."""
    return chinese(sentence) if (language or language_of()) == CHINESE else sentence


def class_name_in(name: Any, language: str | None = None) -> str:
    """What is shown of the name of a class. Without a language, in that of what is running."""
    return CLASS_NAMES.get(str(name), str(name)) if (language or language_of()) == CHINESE else str(name)


def answer_in_language(answer: Any, language: str | None = None) -> Any:
    """A server function's answer with its sentences (those under the keys SENTENCES) in a language."""
    return with_sentences(answer, chinese) if (language or language_of()) == CHINESE else answer


def with_sentences(answer: Any, change: Callable[[str], str], is_said: bool = False) -> Any:
    """A server function's answer with its sentences (those under the keys SENTENCES) changed."""
    if isinstance(answer, str):
        return change(answer) if is_said else answer
    if isinstance(answer, dict):
        return {
            key: with_sentences(inner, change, is_said or key in SENTENCES) for key, inner in answer.items()
        }
    if isinstance(answer, list | tuple) and (is_said or (answer and isinstance(answer[0], dict))):
        return [with_sentences(inner, change, is_said) for inner in answer]
    return answer


def _weight(text: str) -> float:
    """The number of "q=0.8"; 1 where there is none, 0 for one that cannot be read."""
    name, equals, number = text.strip().partition("=")
    if not equals or name.strip() != "q":
        return 1.0
    try:
        return float(number) if len(number) < 8 else 0.0
    except ValueError:
        return 0.0


def _cookie(header: str) -> str:
    """The chosen language in a Cookie header, "" if there is none."""
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return next((value for name, _, value in pairs if name == COOKIE), "")
