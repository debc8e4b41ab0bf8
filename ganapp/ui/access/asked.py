"""What a server function of a gr.HTML is asked, and what it answers: one dictionary each, checked.

Every server function of the page is wrapped in `answers`, so that none of them sees a value of a wrong kind,
and whatever is sent is answered with {"error": a sentence} in place of a status 500.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr

from ..shared.language import answer_in_language, with_sentences
from .capabilities import here
from .paths import sentence_of, without_paths

MAX_ITEMS, MAX_NESTED = 256, 5
MAX_LENGTH = 4_000  # characters of one text; the longest, the values of a sweep, are a few hundred
MAX_NUMBER = 2**53  # what a script of the page can hold exactly
KINDS = {
    str: "a text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
}


def answers(
    act: Callable[[dict], dict], longest: int = MAX_LENGTH, **kinds: type
) -> Callable[[Any], dict]:  # fmt: skip
    """A server function that calls `act` with a checked request.

    longest: characters of one text. kinds: the keys that it reads, each with its type. Keys that are missing
    or None are left out, others dropped. {"error": a sentence} if the request is not allowed, or if act
    raises ValueError, OSError or anything else. Those who may not see paths are told none in a sentence.
    """

    def answered(request: Any, profile: gr.OAuthProfile | None = None) -> dict:
        said = answer(request)
        if not here().may_see_paths(profile and profile.username):
            said = with_sentences(said, without_paths)
        return answer_in_language(said)

    def answer(request: Any) -> dict:
        try:
            return act(checked(request, kinds, longest))
        except (ValueError, OSError) as error:
            return {"error": sentence_of(error)}
        except Exception:  # whatever a visitor sends, the page goes on; the log has the traceback
            logging.getLogger(__name__).exception("%s failed", act.__name__)
            return {"error": "That failed here; the server's log says why."}

    answered.__name__ = act.__name__  # gradio calls it by its name
    return answered


def checked(request: Any, kinds: Mapping[str, type], longest: int = MAX_LENGTH) -> dict[str, Any]:
    """The known keys of a request, each of its type. Raises ValueError (message fit for the user)."""
    if request is None:
        return {}
    if not isinstance(request, dict):
        raise ValueError(f"the request is {shown(request)}; it must be an object.")
    found = {key: request[key] for key in kinds if request.get(key) is not None}
    for key, value in found.items():
        if kinds[key] is float and type(value) is int and abs(value) <= MAX_NUMBER:  # JSON writes 1.0 as 1
            value = found[key] = float(value)
        if not isinstance(value, kinds[key]) or isinstance(value, bool) and kinds[key] is not bool:
            raise ValueError(f"{key} is {shown(value)}; it must be {KINDS[kinds[key]]}.")
        _check_size(key, value, MAX_NESTED, longest)
    return found


def shown(value: Any) -> str:
    """A value in a sentence, whatever it is and however long."""
    if isinstance(value, dict | list):
        return f"{KINDS[type(value)]} of {len(value)}"
    if isinstance(value, int) and not -MAX_NUMBER <= value <= MAX_NUMBER:  # str() refuses thousands of digits
        return "a number too large"
    return repr(value[:80] if isinstance(value, str) else value)


def _check_size(key: str, value: Any, nested: int, longest: int) -> None:
    if isinstance(value, str) and len(value) > longest:
        raise ValueError(f"{key} has {len(value):,} characters; at most {longest:,} are read.")
    if isinstance(value, int | float) and not -MAX_NUMBER <= value <= MAX_NUMBER:  # NaN is not, either
        raise ValueError(f"{key} is a number that is not finite or too large.")
    if isinstance(value, dict | list):
        if not nested or len(value) > MAX_ITEMS:
            raise ValueError(f"{key} is too large: at most {MAX_ITEMS} items, {MAX_NESTED} deep.")
        for inner in value.values() if isinstance(value, dict) else value:
            _check_size(key, inner, nested - 1, longest)
