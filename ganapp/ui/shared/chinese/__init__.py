"""The page's Chinese for sentences that are made in English: chinese(sentence).

Errors, notes and progress come from rooms that know no languages. The files here hold a template for each of
their sentences: the English one, with {} for each value, and the Chinese one, with {0}, {1} … for the same
values. A value that is itself such a sentence is translated, too; {0:names} is a list of classes, or of
attributes of faces, and {0:number} can only be a number. tests/ui/test_chinese.py reads the code of the rooms
and asks for the template of every sentence in it.
"""

from __future__ import annotations

import re
import string
from functools import lru_cache
from typing import NamedTuple

from ..class_names import CLASS_NAMES
from ..face_words import face_word
from . import (
    data,
    driving,
    edits,
    fitting,
    generators,
    hub,
    importers,
    metrics,
    page,
    runs,
    settings,
    strangers,
    system,
    verifying,
)

TABLES = (
    page,
    settings,
    data,
    hub,
    driving,
    runs,
    generators,
    edits,
    fitting,
    importers,
    strangers,
    metrics,
    system,
    verifying,
)
SENTENCES: dict[str, str] = {}
for _table in TABLES:
    SENTENCES |= _table.SENTENCES

MAX_LENGTH, MAX_NESTED = 2_000, 3  # characters, values inside of values
MAX_PARTS = 16  # sentences, or items of a list, one after another
FEW = 6  # letters: a template with fewer says too little to be sure of it while English is left
PROSE = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
# What may have words in it and is no sentence: in quotes, of a file, or a path.
A_NAME = re.compile(r"""b?(["']).*\1|(?:(?![.:;!?] |\()[^\n])*\.\w{1,11}|/.*""", re.DOTALL)
NUMBER = re.compile(r"[\d.,]+")
SECOND = re.compile(r"[.!?] +[A-Z]")
BREAK = re.compile(r"[.!?…](?= )|; | · ")
WIDE = r"[\u2e80-\u9fff\uff00-\uffef\u3000-\u303f“”]"  # a Chinese character or punctuation mark
CHINESE_ONLY = re.compile(f"{WIDE} {WIDE}")
MEETING = re.compile("[\u4e00-\u9fff] [A-Za-z0-9]|[A-Za-z0-9] [\u4e00-\u9fff]")


class Slot(NamedTuple):
    value: int  # its number
    kind: str  # "names", "number" or "" for any text


class Template(NamedTuple):
    pieces: tuple[str, ...]  # of the English sentence: what stands before, between and after its values
    chinese: tuple[str | Slot, ...]
    letters: int


class Found(NamedTuple):
    text: str
    whole: bool  # no English sentence is left in it


def pieces_of(english: str) -> tuple[str, ...]:
    """The constant texts around the values of a template: "{} is {}." → ("", " is ", ".")."""
    pieces, text = [], ""
    for literal, field, _, _ in string.Formatter().parse(english):
        text += literal
        if field is not None:
            pieces.append(text)
            text = ""
    return (*pieces, text)


def _template(english: str, chinese: str) -> Template:
    pieces = pieces_of(english)
    parts: list[str | Slot] = []
    for literal, field, kind, _ in string.Formatter().parse(chinese):
        parts += [literal] if literal else []
        parts += [Slot(int(field), kind)] if field is not None else []
    return Template(pieces, tuple(parts), sum(c.isalpha() for c in "".join(pieces)))


TEMPLATES = sorted((_template(*pair) for pair in SENTENCES.items()), key=lambda t: -t.letters)
STRONG, WEAK = [t for t in TEMPLATES if t.letters >= FEW], [t for t in TEMPLATES if t.letters < FEW]


@lru_cache(maxsize=2048)
def chinese(sentence: str) -> str:
    """The sentence, or sentences, in Chinese; unchanged where there is no template."""
    if len(sentence) > MAX_LENGTH or not re.search("[A-Za-z]", sentence):
        return sentence
    return _translated(sentence, MAX_NESTED).text


@lru_cache(maxsize=8192)
def _translated(text: str, nested: int) -> Found:
    whole = _as_one(text, nested, STRONG)
    if whole is not None and whole.whole:
        return whole
    several = _as_several(text, nested) or _as_one(text, nested, WEAK)
    if several is not None and several.whole:
        return several
    return whole or Found(text, not PROSE.search(text) or bool(A_NAME.fullmatch(text)))


def _as_one(text: str, nested: int, templates: list[Template]) -> Found | None:
    """By the template that says most; None if none fits. One that leaves no English in it comes first."""
    best = None
    for template in templates:
        values = values_in(text, template.pieces)
        if values is None:
            continue
        if values and not nested:
            return best
        kinds = {part.value: part.kind for part in template.chinese if isinstance(part, Slot)}
        if any(kinds[i] == "number" and not NUMBER.fullmatch(value) for i, value in enumerate(values)):
            continue
        found = [
            Found(names_in(value), True) if kinds[i] == "names" else _translated(value, nested - 1)
            for i, value in enumerate(values)
        ]
        whole = all(value.whole for value in found)
        if not whole and any(SECOND.search(value.text) for value in found if not value.whole):
            continue  # a value that goes beyond its sentence
        if whole or best is None:
            best = Found(_filled(template.chinese, found), whole)
        if whole:
            break
    return best


def _as_several(text: str, nested: int) -> Found | None:
    """Sentences or items one after another: a beginning that a template fits, then the rest.

    A template may have several sentences, so the longest such beginning is taken; an item is short.
    """
    breaks = list(BREAK.finditer(text)) if nested else []
    breaks = breaks if len(breaks) <= MAX_PARTS else []
    items = [found for found in breaks if found[0].strip() in ";·"]
    for found in items + [found for found in reversed(breaks) if found not in items]:
        mark = found[0].strip()
        beginning = text[: found.end() if mark in ".!?…" else found.start()]
        first = _as_one(beginning, nested - 1, STRONG) or _as_one(beginning, nested - 1, WEAK)
        if first is not None and first.whole:
            rest = _translated(text[found.end() :].lstrip(), nested)
            if rest.whole:
                return Found(first.text + {";": "；", "·": " · "}.get(mark, "") + rest.text, True)
    return None


def names_in(text: str) -> str:
    """A list with commas of classes or attributes, each in Chinese where its word is known."""
    return "、".join(CLASS_NAMES.get(name) or face_word(name) or name for name in text.split(", "))


def _filled(parts: tuple[str | Slot, ...], values: list[Found]) -> str:
    """A Chinese template with its values; a space stands between a Chinese and a Latin character."""
    text = ""
    for part in parts:
        new = values[part.value].text if isinstance(part, Slot) else part
        left, right = text.rstrip(" "), new.lstrip(" ")
        between = left[-1:] + " " + right[:1]
        spaced = left + right != text + new or bool(MEETING.fullmatch(between))
        text = (
            left + (" " if spaced and left and right and not CHINESE_ONLY.fullmatch(between) else "") + right
        )
    return text


def values_in(text: str, pieces: tuple[str, ...]) -> list[str] | None:
    """The values between the pieces of a template, each as short as can be; None if the text is another."""
    first, *rest = pieces
    if not text.startswith(first):
        return None
    if not rest:
        return [] if text == first else None
    if len(text) < len(first) + len(rest[-1]) or not text.endswith(rest[-1]):
        return None
    at, end, values = len(first), len(text) - len(rest[-1]), []
    for piece in rest[:-1]:
        found = text.find(piece, at, end)
        if found < 0:
            return None
        values.append(text[at:found])
        at = found + len(piece)
    return [*values, text[at:end]] if at <= end else None
