"""The name of a data set on the Hub, "hub:user/name…": its form, parsed and written."""

from __future__ import annotations

import re
from typing import NamedTuple

FORM = "hub:user/name[@revision][:[config/]split][:image[,label]]"
NAME = re.compile(
    r"hub:(?P<repo>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)(?:@(?P<revision>(?!.*\.\.)\w[\w./-]*))?"
    r"(?::(?:(?P<config>[^:/]+)/)?(?P<split>[^:/]*))?(?::(?P<image>[^:,]+)(?:,(?P<label>[^:,]+))?)?",
    re.ASCII,
)
COMMIT = re.compile("[0-9a-f]{40}")  # a revision that never changes


class HubName(NamedTuple):
    """The parts of such a name; "" for a part that is left out. The label "-" means: use no labels."""

    repo: str
    revision: str = ""
    config: str = ""
    split: str = ""
    image: str = ""
    label: str = ""

    def __str__(self) -> str:
        split = f"{self.config}/{self.split}" if self.config else self.split
        columns = f"{self.image},{self.label}" if self.label else self.image
        text = f"hub:{self.repo}" + (f"@{self.revision}" if self.revision else "")
        return text + (f":{split}" if split or columns else "") + (f":{columns}" if columns else "")


def parse(source: str) -> HubName:
    """Split a name into its parts. Raises ValueError (which shows the form) if it is not of that form."""
    match = NAME.fullmatch(source.strip())
    if match is None:
        raise ValueError(
            f"{source!r} is no data set of the Hub: write {FORM}, such as hub:ylecun/mnist:train."
        )
    return HubName(**{key: value or "" for key, value in match.groupdict().items()})
