"""Seeds and labels to latents, latents to images, and walks between them. Writes no files.

Importing this package is light: torch is imported when an image is drawn.
"""

from .drawing import generate, images_from_latents, images_from_w, map_latents
from .labels import labels_of, resolve_label
from .seeds import MAX_SEEDS, SEED_LIMIT, check_psi, format_seeds, latent, latents, parse_seeds
from .walk import between, frame_count, interpolate, lerp, slerp

__all__ = [
    "MAX_SEEDS",
    "SEED_LIMIT",
    "between",
    "check_psi",
    "format_seeds",
    "frame_count",
    "generate",
    "images_from_latents",
    "images_from_w",
    "interpolate",
    "labels_of",
    "latent",
    "latents",
    "lerp",
    "map_latents",
    "parse_seeds",
    "resolve_label",
    "slerp",
]
