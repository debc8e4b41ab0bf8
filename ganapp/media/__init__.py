"""Image files, films and archives, with the metadata that they carry.

Takes uint8 arrays (H, W, C), C = 1, 3, or 4 with straight alpha, and never imports torch. Pillow and av are
imported when they are used.
"""

from .archive import save_zip, write_zip
from .film import check_video_path, timelapse, write_video
from .frames import Frames, Unreadable, is_animated, open_film
from .marks import Mark, digest_of, read_mark
from .metadata import read_png_metadata, recipe, save_png
from .sound import FOLLOWED, Sound, read_sound
from .stills import encoded, enlarge, grid, resized, save_webp, scale_for

__all__ = [
    "FOLLOWED",
    "Frames",
    "Mark",
    "Sound",
    "Unreadable",
    "check_video_path",
    "encoded",
    "digest_of",
    "enlarge",
    "grid",
    "is_animated",
    "open_film",
    "read_mark",
    "read_png_metadata",
    "read_sound",
    "recipe",
    "resized",
    "save_png",
    "save_webp",
    "save_zip",
    "scale_for",
    "timelapse",
    "write_video",
    "write_zip",
]
