"""What a person says about a run: its title, a note and tags, in about.json. Nothing of it decides training.

Also the run's stamp, which tells it from another run that has the same name later.
"""

from __future__ import annotations

import json
import os
import re
from typing import Any, NamedTuple

from ganapp.files import write_text

from .names import NUMBERED, clean_title, folder_name, label_of
from .run import Run
from .tolerant import Damaged, read_object

ABOUT = "about.json"
NOTE_MOST, TAGS_MOST, TAG_MOST = 4000, 20, 40  # characters of a note, tags, characters of a tag


class About(NamedTuple):
    """A person's words about a run. All are empty for a run that nobody has said anything about."""

    title: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()


def read_about(run: Run) -> About:
    """A person's words about a run. What is damaged is left out."""
    try:
        found = read_object(run.path / ABOUT)
    except (OSError, Damaged):
        return About()
    title, note, tags = (found.get(key) for key in About._fields)
    return About(
        _text(title),
        _text(note),
        tuple(filter(None, map(_text, tags))) if isinstance(tags, list) else (),
    )


def write_about(run: Run, **changes: Any) -> About:
    """Change some of title, note and tags of a run, and return them all.

    Raises ValueError (message fit for the user) if one of them is too long, and OSError.
    """
    about = read_about(run)._replace(**changes)
    about = About(clean_title(about.title) if about.title else "", str(about.note).strip(), tuple(about.tags))
    tags = tuple(dict.fromkeys(" ".join(str(tag).split()) for tag in about.tags if str(tag).strip()))
    if len(about.note) > NOTE_MOST:
        raise ValueError(f"the note has {len(about.note):,} characters; at most {NOTE_MOST:,} are kept.")
    if len(tags) > TAGS_MOST:
        raise ValueError(f"a run has at most {TAGS_MOST} tags; these are {len(tags)}.")
    if long := next((tag for tag in tags if len(tag) > TAG_MOST), ""):
        raise ValueError(
            f"the tag {long[:TAG_MOST]!r}… is too long; a tag has at most {TAG_MOST} characters."
        )
    about = about._replace(tags=tags)
    write_text(run.path / ABOUT, json.dumps(about._asdict(), ensure_ascii=False))
    return about


def title_of(run: Run) -> str:
    """What a run is called where it is shown: its title, or the name of its folder if it has none."""
    return read_about(run).title or run.name


def rename(run: Run, title: str) -> Run:
    """Give a run a title, and its folder a name made from it. Returns the run, which may lie elsewhere now.

    The number that the folder's name begins with stays. While a process works on the run, the folder keeps
    its name. Raises ValueError (message fit for the user) if the title is not allowed, and OSError.
    """
    title = clean_title(title)
    write_about(run, title=title)  # first: where the disk is full, nothing has changed
    number = run.name[:5] if NUMBERED.match(run.name) else ""
    plain, label = run.name.removeprefix(f"{number}-"), label_of(title) or "run"
    is_named_so = re.fullmatch(rf"{re.escape(label)}(-\d+)?", plain, re.IGNORECASE)
    if is_named_so or run.is_locked():
        return run
    return run.rename(folder_name(title, run.path.parent, number))


def stamp_of(run: Run, status: dict[str, Any] | None = None) -> str:
    """What tells a run from another one of the same name: when it was created, else its folder's number.

    It stays when the run is renamed. status: the run's, if it is at hand. Raises OSError if the run is gone.
    """
    created = (run.stored_status() if status is None else status).get("created")
    return repr(float(created)) if created else f"folder-{os.stat(run.path).st_ino}"


def check_stamp(run: Run, stamp: Any) -> None:
    """Raise ValueError (message fit for the user) if the run of this name is not the one of that stamp."""
    if not isinstance(stamp, str) or stamp != stamp_of(run):
        raise ValueError(
            f"run {run.name!r} is another one than you saw: it was replaced meanwhile. Nothing was done."
        )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
