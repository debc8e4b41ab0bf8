"""Seeds and labels to latents, latents to images, walks between them, and edits. Writes no files.

Importing this package is light: torch is imported when an image is drawn.
"""

from .by_example import direction_by_score, direction_by_seeds, direction_of_scores
from .directions import (
    Direction,
    Directions,
    check_direction,
    direction_named,
    label_direction,
    label_directions,
)
from .drawing import generate, images_from_inputs, images_from_latents, images_from_w, map_latents
from .edit import Edit, Latent, Tools, draw_edit, draw_edits, latent_of, point_of
from .edit_films import edit_film, following_film, keyframe_film
from .features import feature_sides
from .labels import labels_of, resolve_label
from .mixing import MixSheet, layer_groups, mix_of, mix_sheet, parse_layers
from .plane import FARTHEST, ROW, along, check_places, plane_film, plane_images, plane_seed, trail_length
from .region import Region
from .sampled import Samples, Scorer, samples_of, scores_of
from .seeds import MAX_SEEDS, SEED_LIMIT, check_psi, format_seeds, latent, latents, parse_seeds
from .steps import Features, Move, Styles, moves, pinned
from .translate import translate, translate_film
from .unsupervised import principal_directions, weight_directions
from .walk import between, frame_count, interpolate, lerp, slerp

__all__ = [
    "FARTHEST",
    "MAX_SEEDS",
    "ROW",
    "SEED_LIMIT",
    "Direction",
    "Directions",
    "Edit",
    "Features",
    "Latent",
    "MixSheet",
    "Move",
    "Region",
    "Samples",
    "Scorer",
    "Styles",
    "Tools",
    "along",
    "between",
    "check_direction",
    "check_places",
    "check_psi",
    "direction_by_score",
    "direction_by_seeds",
    "direction_named",
    "direction_of_scores",
    "draw_edit",
    "draw_edits",
    "edit_film",
    "feature_sides",
    "following_film",
    "format_seeds",
    "frame_count",
    "generate",
    "images_from_inputs",
    "images_from_latents",
    "images_from_w",
    "interpolate",
    "keyframe_film",
    "label_direction",
    "label_directions",
    "labels_of",
    "latent",
    "latent_of",
    "latents",
    "layer_groups",
    "lerp",
    "map_latents",
    "mix_of",
    "mix_sheet",
    "moves",
    "parse_layers",
    "parse_seeds",
    "pinned",
    "plane_film",
    "plane_images",
    "plane_seed",
    "point_of",
    "principal_directions",
    "resolve_label",
    "samples_of",
    "scores_of",
    "slerp",
    "trail_length",
    "translate",
    "translate_film",
    "weight_directions",
]
