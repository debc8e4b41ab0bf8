"""Pictures, films and archives as files, with what they say about themselves. Pillow and av are imported where they are used."""

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
