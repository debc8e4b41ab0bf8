"""What a run and a generator are: validated data and presets. Builds nothing and imports nothing heavy."""

from .changes import merge, parse_changes
from .fields import check_choice, check_range
from .model_spec import ModelSpec
from .presets import PRESETS, default_preset, preset_config
from .train_config import UNLIMITED_KIMG, TrainConfig

__all__ = [
    "ModelSpec",
    "PRESETS",
    "TrainConfig",
    "UNLIMITED_KIMG",
    "check_choice",
    "check_range",
    "default_preset",
    "merge",
    "parse_changes",
    "preset_config",
]
