"""Data to train on: open_dataset(name or path) -> ImageDataset, prepared once and kept in the cache.

Light on purpose: torch, torchvision and Pillow are imported where a data set is opened.
"""

from .cache import (
    Cancelled,
    MapWriter,
    Progress,
    cache_folder,
    cache_size,
    clear_cache,
    locked,
    make_folder,
    paced,
    prepared,
)
from .dataset import ImageDataset, Images
from .names import HUB, NAMED
from .opening import describe, open_dataset, pinned

__all__ = [
    "Cancelled",
    "HUB",
    "ImageDataset",
    "Images",
    "MapWriter",
    "NAMED",
    "Progress",
    "cache_folder",
    "cache_size",
    "clear_cache",
    "describe",
    "locked",
    "make_folder",
    "open_dataset",
    "paced",
    "pinned",
    "prepared",
]
