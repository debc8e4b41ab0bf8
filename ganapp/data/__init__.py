"""Training data: `open_dataset(name or path)` prepares images once, caches them, and opens them.

Importing this package is light: torch, torchvision and Pillow are imported when a data set is opened.
"""

from .cache import (
    Cancelled,
    MapWriter,
    Progress,
    acquire_lock,
    cache_folder,
    cache_size,
    clear_cache,
    load_or_build,
    make_folder,
    throttled,
)
from .dataset import ImageDataset, Images
from .names import BUILT_IN, FILMS, HUB, NAMED, PAIRED, PICTURES, TABLES
from .opening import describe, open_dataset, pinned

__all__ = [
    "BUILT_IN",
    "Cancelled",
    "FILMS",
    "HUB",
    "ImageDataset",
    "Images",
    "MapWriter",
    "NAMED",
    "PAIRED",
    "PICTURES",
    "Progress",
    "TABLES",
    "acquire_lock",
    "cache_folder",
    "cache_size",
    "clear_cache",
    "describe",
    "load_or_build",
    "make_folder",
    "open_dataset",
    "pinned",
    "throttled",
]
