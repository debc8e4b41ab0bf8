"""What a run and a generator are: validated data and presets. Builds nothing and imports nothing heavy."""

from .changes import literal, merge, parse_changes
from .fields import check_choice, check_range, check_resolution, coerce
from .model_spec import ModelSpec
from .names import CLASS_HEADS, CLASS_TERMS, CROSS_ENTROPY_LOSSES, DIFFAUGMENTS, FAMILY_NAMES, LOSS_NAMES
from .presets import PRESETS, default_preset, preset_config
from .train_config import UNLIMITED_KIMG, TrainConfig

__all__ = [
    "CLASS_HEADS",
    "CLASS_TERMS",
    "CROSS_ENTROPY_LOSSES",
    "DIFFAUGMENTS",
    "FAMILY_NAMES",
    "LOSS_NAMES",
    "ModelSpec",
    "PRESETS",
    "TrainConfig",
    "UNLIMITED_KIMG",
    "check_choice",
    "check_range",
    "check_resolution",
    "coerce",
    "default_preset",
    "literal",
    "merge",
    "parse_changes",
    "preset_config",
]
