"""A trained generator as a folder: saved, named, found, loaded, imported. Nothing is unpickled."""

from .catalog import TAG, HubModel, known_models, recent, search
from .folder import CONFIG_NAME, WEIGHTS_NAME, load_folder, read_config, save_generator
from .sources import HUB_ID, NoSnapshot, Sources, is_hub_id, list_sources, load_generator, locate, pull

__all__ = [
    "CONFIG_NAME",
    "HUB_ID",
    "HubModel",
    "NoSnapshot",
    "Sources",
    "TAG",
    "WEIGHTS_NAME",
    "is_hub_id",
    "known_models",
    "list_sources",
    "load_folder",
    "load_generator",
    "locate",
    "pull",
    "read_config",
    "recent",
    "save_generator",
    "search",
]
