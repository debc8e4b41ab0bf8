"""Networks: flat arguments in, tensors out.

A new family is one file in families/, one line in FAMILIES and one preset.
"""

from .building import FAMILIES, build_discriminator, build_generator, class_weights
from .roles import DiscriminatorOutput

__all__ = ["DiscriminatorOutput", "FAMILIES", "build_discriminator", "build_generator", "class_weights"]
