"""Networks: flat arguments in, tensors out.

A new family is one file in families/, one line in FAMILIES and one preset.
"""

from .blank import blank_weights
from .building import FAMILIES, build_discriminator, build_generator, class_weights
from .little_memory import LittleMemory
from .parts.feature_head import FeatureHead
from .roles import DiscriminatorOutput

__all__ = [
    "DiscriminatorOutput",
    "FAMILIES",
    "FeatureHead",
    "LittleMemory",
    "blank_weights",
    "build_discriminator",
    "build_generator",
    "class_weights",
]
