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
from .names import HUB, NAMED, PICTURES, TABLES
from .opening import describe, open_dataset, pinned

__all__ = [
    "Cancelled",
    "HUB",
    "ImageDataset",
    "Images",
    "MapWriter",
    "NAMED",
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
