"""Image files, films and archives, with the metadata that they carry.

Takes uint8 arrays (H, W, C), C = 1 or 3, and never imports torch. Pillow and av are imported when they are
used.
"""

from .archive import save_zip, write_zip
from .film import check_video_path, timelapse, write_video
from .metadata import read_png_metadata, recipe, save_png
from .stills import enlarge, grid, save_webp, scale_for

__all__ = [
    "check_video_path",
    "enlarge",
    "grid",
    "read_png_metadata",
    "recipe",
    "save_png",
    "save_webp",
    "save_zip",
    "scale_for",
    "timelapse",
    "write_video",
    "write_zip",
]
