"""A refusal of Start: which control of the form it is about, and under what that control is folded.

No Gradio. starting.js shows the sentence at the control, opens what is folded above it, and focuses it.
"""

from __future__ import annotations

import re
from dataclasses import fields

from ganapp.config import TrainConfig

from . import tasks

# Fields whose control is not in the Advanced section -> that control's elem_id.
OWN_CONTROLS = {"dataset": "dataset", "data": "dataset", "kimg": "amount", "minutes": "amount"}
OWN_CONTROLS |= {"preset": "preset"} | {name: name for name in tasks.FIELDS}
GROUP_OF = {field.name: field.metadata["group"] for field in fields(TrainConfig)}
FIRST_WORD = re.compile(r"\w+(?= (?:is|has)\b)")  # a sentence about a field begins with its name


class Refused(ValueError):
    """A value of the form that is not allowed, and the elem_id of its control."""

    def __init__(self, sentence: str, control: str) -> None:
        super().__init__(sentence)
        self.control = control


def place_of(error: Exception) -> list[str]:
    """elem_ids from the outermost section to the control that an error is about; [] if it is about none."""
    if isinstance(error, Refused):
        return [error.control]
    found = FIRST_WORD.match(str(error))
    name = found.group() if found else ""
    if name in OWN_CONTROLS:
        return [OWN_CONTROLS[name]]
    if GROUP_OF.get(name) in (None, "found"):
        return []
    return ["advanced", f"group_{GROUP_OF[name]}", f"set_{name}"]
