"""Names in a run's folder: the number of images in a file's name, the generators of a snapshot, a run's name.

A person gives a run a title, any text. Its folder's name is made from it, of ASCII letters and digits alone.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from .tolerant import count_of

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
NUMBERED = re.compile(r"\d{5}-")  # how the names of folders begin that create_run makes
TITLE_MOST = 80  # characters of a title
LABEL_MOST = 60  # characters of a folder's name that are made from a title
PLAIN = {"ß": "ss", "ẞ": "SS", "ı": "i"}  # letters whose Unicode name does not tell how they are written
# Not shown as themselves: controls, halves of pairs, and marks that turn the direction of what follows.
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
# Names that Windows keeps for devices.
WINDOWS = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def generators_in(snapshot: Path) -> dict[str, Path]:
    """The generator folders of a snapshot by player: {"a2b": …, "b2a": …}, or {"": snapshot} for one."""
    if (snapshot / "config.json").exists():
        return {"": snapshot}
    return {p.name: p for p in sorted(snapshot.glob("*")) if (p / "config.json").exists()}


def nimg_of(path: Path) -> int:
    """The number of images in the name of a grid, snapshot or state; -1 if there is none."""
    # Files are sorted by this number and not by name, because it may have more than the nine padded digits.
    return count_of(path.name.split(".")[0].removeprefix("state-"))


def check_name(name: str) -> None:
    """Raise ValueError (message fit for the user) if a run's folder must not have this name."""
    if not NAME.fullmatch(name):
        raise ValueError(
            f"a run's name has 1 to 80 letters, digits, dots, dashes and underscores; {name!r} does not."
        )


# -- titles --------------------------------------------------------------------------------------------------


def clean_title(text: str) -> str:
    """A title as it is stored: composed (NFC), with single spaces.

    Raises ValueError (message fit for the user) if nothing is left, if it is longer than TITLE_MOST
    characters, or if it holds characters that are not shown.
    """
    text = " ".join(str(text).split())
    if not text:
        raise ValueError("the name of a run is empty; give it 1 to 80 characters.")
    if len(text) > 4 * TITLE_MOST or len(text := unicodedata.normalize("NFC", text)) > TITLE_MOST:
        raise ValueError(f"the name of a run has {len(text):,} characters; at most {TITLE_MOST} are kept.")
    if unseen := UNSEEN.search(text):
        raise ValueError(f"the name of a run holds the character U+{ord(unseen[0]):04X}, which is not shown.")
    return text


def same_title(one: str, other: str) -> bool:
    """Whether two titles are the same text, whatever their case."""
    return unicodedata.normalize("NFC", one).casefold() == unicodedata.normalize("NFC", other).casefold()


def label_of(title: str) -> str:
    """What a folder's name keeps of a title: "Été à Lyon" -> "Ete-a-Lyon"; "" if nothing is left."""
    plain = "".join(_ascii(letter) for letter in title)
    return re.sub(r"[^A-Za-z0-9._]+", "-", plain).strip("-._")[:LABEL_MOST].strip("-._")


def _ascii(letter: str) -> str:
    """A letter without its marks, in ASCII; a space for what has no such form, so that words stay apart."""
    if letter.isascii():
        return letter
    if plain := PLAIN.get(letter) or unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode():
        return plain
    if unicodedata.combining(letter):
        return ""
    name = unicodedata.name(letter, "")
    found = re.fullmatch(r"LATIN (SMALL|CAPITAL) (?:LETTER|LIGATURE) ([A-Z]{1,2})(?: WITH .*)?", name)
    if not found:
        return " "
    return found[2].lower() if found[1] == "SMALL" else found[2]


def folder_name(title: str, folder: Path, number: str = "") -> str:
    """A free name of a folder in `folder` for a run of this title.

    number: the five digits that it begins with, "" for none. Names that differ in case alone are the same.
    Where the title has no form in ASCII, the name is run-N.
    """
    taken = {path.name.casefold() for path in folder.iterdir()} if folder.is_dir() else set()
    label = label_of(title)
    if not label or (WINDOWS.fullmatch(label) and not number):
        label = f"run-{label}" if label else "run"
    wanted = f"{number}-{label}" if number else label
    first = wanted if label != "run" or number else "run-1"
    names = (first, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3)))
    return next(name for name in names if name.casefold() not in taken)
