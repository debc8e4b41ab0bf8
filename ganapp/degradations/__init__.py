"""Ways to damage a picture: small differentiable functions, each with a name and a range. One list for all.

Restoration fits a generator through them (latents/restore.py); pairs for picture to picture are made with
them. Importing this package is light: torch is imported when a picture is damaged.
"""

from .degradation import DEGRADATIONS, Damage, Degradation, Step, damage_of
from .known import adjoint_of, keep_known
from .varied import SHOWN, Varied, picture_seeds, varied_of

__all__ = [
    "DEGRADATIONS",
    "Damage",
    "Degradation",
    "SHOWN",
    "Step",
    "Varied",
    "adjoint_of",
    "damage_of",
    "keep_known",
    "picture_seeds",
    "varied_of",
]
