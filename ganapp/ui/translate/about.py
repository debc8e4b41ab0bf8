"""What the page is told of a model that takes pictures, from its config.json alone."""

from __future__ import annotations

from typing import Any

from ..access.capabilities import here

MOST, MOST_SHARED = 2048, 1024  # pixels of a side; where visitors share a machine


def most_pixels() -> int:
    """How long the longer side of a picture may be here."""
    return MOST_SHARED if here().on_space else MOST


def about_translator(facts: dict[str, Any]) -> dict[str, Any]:
    """{} of a model that takes no pictures; else damage, random, noisy, and most (see above).

    damage: names of what it was trained to repair, [] for none; random: whether that differs from seed to
    seed; noisy: whether its answer does. facts: as Models.facts gives them.
    """
    spec = facts["spec"]
    if spec.takes != "picture":
        return {}
    from ganapp.degradations import varied_of
    from ganapp.publishing.translated import damage_of

    text = damage_of(facts["origin"])
    damage = varied_of(text) if text else None
    return {
        "damage": [step.name for step in damage.low.steps] if damage else [],
        "random": damage is not None and damage.random, "noisy": spec.z_dim > 0,
        "most": most_pixels(),
    }  # fmt: skip
