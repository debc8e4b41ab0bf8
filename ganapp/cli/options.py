"""Options that several groups of commands share."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_runs(parser: argparse.ArgumentParser) -> None:
    """--runs DIR."""
    parser.add_argument("--runs", default="runs", metavar="DIR", help="the folder of all runs (default runs)")


def add_folders(parser: argparse.ArgumentParser) -> None:
    """--checkpoints DIR and --runs DIR, the two places of generators."""
    about = "the folder of shipped generators (default checkpoints)"
    parser.add_argument("--checkpoints", metavar="DIR", help=about)
    add_runs(parser)


def check_out(text: str) -> None:
    """Raise ValueError (message fit for the user) if the folder that --out lies in does not exist.

    A mistyped path makes no folders; the last part of a path may be a new folder.
    """
    folder = Path(text).parent
    if not folder.is_dir():
        raise ValueError(f"out is {text!r}, but there is no folder {str(folder)!r}; make it first.")
