"""Finds names of a list of labels among names of files: first as they are, then with what programs change.

Unicode forms, slashes, "./", upper case, endings and leading folders may differ; a name that could mean
several files is not guessed.
"""

from __future__ import annotations

import posixpath
import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import TypeVar

Label = TypeVar("Label")


def match_names(files: list[str], labels: Mapping[str, Label]) -> list[Label | None]:
    """The label of each file, None for those without one.

    Each looser comparison looks only at the files and names that the stricter ones left over. Other folders
    are only looked for if no path is found as it is: b/1.png is not a/1.png where a/0.png is found.
    """
    found = {name: labels[name] for name in files if name in labels}
    left = {name: label for name, label in labels.items() if name not in found}
    for form in (_plain, _lower, _stem):
        missing = [name for name in files if name not in found]
        if not missing or not left:
            break
        taken = _match_equal(missing, left, form)
        used = set(taken.values())
        found |= {name: left[known] for name, known in taken.items()}
        left = {name: label for name, label in left.items() if name not in used}
    for form in (_lower, _stem):
        if not found:
            found = {name: left[known] for name, known in _match_tails(files, left, form).items()}
    return [found.get(name) for name in files]


def _plain(name: str) -> str:
    """A path in NFC with forward slashes and without "." and empty parts."""
    parts = unicodedata.normalize("NFC", name).replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", "."))


def _lower(name: str) -> str:
    return _plain(name).casefold()


def _stem(name: str) -> str:
    """In lower case and without the ending."""
    return posixpath.splitext(_lower(name))[0]


def _match_equal(files: list[str], labels: Mapping[str, Label], form) -> dict[str, str]:
    """{file: name} of those that are equal in this form, if one file and one label have it."""
    known: dict[str, list[str]] = {}
    for name in labels:
        known.setdefault(form(name), []).append(name)
    forms = [form(name) for name in files]
    claims = Counter(forms)
    return {
        name: known[key][0]
        for name, key in zip(files, forms, strict=True)
        if claims[key] == 1 and len({labels[other] for other in known.get(key, ())}) == 1
    }


def _match_tails(files: list[str], labels: Mapping[str, Label], form) -> dict[str, str]:
    """{file: name} where the longest common end of the two paths belongs to one file and one name."""
    by_tail: dict[str, set[str]] = {}
    for name in labels:
        for tail in _tails(form(name)):
            by_tail.setdefault(tail, set()).add(name)
    best = {}
    for name in files:
        tail = next((tail for tail in _tails(form(name)) if tail in by_tail), None)
        if tail is not None and len(by_tail[tail]) == 1:
            best[name] = next(iter(by_tail[tail]))
    claims = Counter(best.values())
    return {name: known for name, known in best.items() if claims[known] == 1}


def _tails(path: str) -> list[str]:
    """The path, the path without its first folder, and so on, to the file's name alone."""
    parts = path.split("/")
    return ["/".join(parts[k:]) for k in range(len(parts))]
