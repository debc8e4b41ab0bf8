"""Serving the page: options, port, browser, one app for each folder of runs. app.py and `ganapp` use it."""

from .options import is_local, parse_arguments, sign_in_of, warning
from .server import begin, open_app, serve

__all__ = ["begin", "is_local", "open_app", "parse_arguments", "serve", "sign_in_of", "warning"]
