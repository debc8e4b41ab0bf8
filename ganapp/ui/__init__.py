"""The page, a folder a tab: build_ui() puts it together, launch_options() says how it is served."""

from .page import build_ui, launch_options

__all__ = ["build_ui", "launch_options"]
