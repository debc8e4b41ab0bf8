"""The old place of ganapp.latents, kept for programs written for version 0.3."""

from ganapp.latents import (
    check_psi,
    format_seeds,
    generate,
    images_from_latents,
    images_from_w,
    labels_of,
    latent,
    latents,
    map_latents,
    parse_seeds,
    resolve_label,
)  # fmt: skip

__all__ = [
    "check_psi", "format_seeds", "generate", "images_from_latents", "images_from_w", "labels_of",
    "latent", "latents", "map_latents", "parse_seeds", "resolve_label",
]  # fmt: skip
