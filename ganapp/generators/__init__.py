"""A trained generator as a folder: saved, named, found, loaded, imported. Nothing is unpickled."""

from .catalog import TAG, HubModel, known_models, recent, search
from .direction_files import (
    DIRECTIONS_NAME,
    VECTORS_NAME,
    directions_of,
    has_directions,
    load_directions,
    save_directions,
)
from .folder import CONFIG_NAME, WEIGHTS_NAME, load_folder, read_config, save_generator
from .sources import HUB_ID, SHIPPED, NoSnapshot, Sources, is_hub_id, load_generator, pull

__all__ = [
    "CONFIG_NAME",
    "DIRECTIONS_NAME",
    "HUB_ID",
    "HubModel",
    "NoSnapshot",
    "SHIPPED",
    "Sources",
    "TAG",
    "VECTORS_NAME",
    "WEIGHTS_NAME",
    "directions_of",
    "has_directions",
    "is_hub_id",
    "known_models",
    "load_directions",
    "load_folder",
    "load_generator",
    "pull",
    "read_config",
    "recent",
    "save_directions",
    "save_generator",
    "search",
]
