"""Sentences for those who may not know where files of this machine lie: a path in one is its last part."""

from __future__ import annotations

import re

from .capabilities import here

ROOT = r"(?:~\w*|[A-Za-z]:)?[/\\]"
# A path in quotes may hold spaces. One without ends at a space, and does not begin in a word or an address.
PATH = re.compile(rf"'({ROOT}[^'\n]*)'|\"({ROOT}[^\"\n]*)\"|(?<![\w.:/\\~-])({ROOT}[^\s'\"]*[^\s'\".,:;)])")


def without_paths(sentence: str) -> str:
    """The sentence with the last part of each absolute path in place of the path."""
    return PATH.sub(_last_part, sentence)


def sentence_of(error: ValueError | OSError) -> str:
    """An error as a sentence; one of a file tells those who may not see paths none, however it is written."""
    if not isinstance(error, OSError) or here().paths:
        return str(error)
    reason = error.strerror or ("" if error.filename else str(error)) or type(error).__name__
    return f"The server could not read or write a file ({reason})."


def _last_part(found: re.Match) -> str:
    path = next(filter(None, found.groups()))
    last = re.split(r"[/\\]", path.rstrip("/\\"))[-1]
    return last if found[3] else f"{found[0][0]}{last}{found[0][-1]}"
