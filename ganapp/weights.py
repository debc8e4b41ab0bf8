"""The old place of ganapp.generators, kept for programs written for version 0.3."""

from ganapp.generators import list_sources, load_generator, locate, read_config, save_generator

__all__ = ["list_sources", "load_generator", "locate", "read_config", "save_generator"]
