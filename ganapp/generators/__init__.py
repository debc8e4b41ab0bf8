"""A trained generator as a folder: saved, named, found, loaded, imported. Weights are data; nothing is unpickled."""

from .catalog import TAG, HubModel, known_models, recent, search
from .folder import CONFIG_NAME, WEIGHTS_NAME, read_config, save_generator
from .sources import HUB_ID, list_sources, load_generator, locate, pull

__all__ = [
    "CONFIG_NAME",
    "HUB_ID",
    "HubModel",
    "TAG",
    "WEIGHTS_NAME",
    "known_models",
    "list_sources",
    "load_generator",
    "locate",
    "pull",
    "read_config",
    "recent",
    "save_generator",
    "search",
]
