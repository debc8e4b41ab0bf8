"""Options that several groups of commands share."""

from __future__ import annotations

import argparse


def add_runs(parser: argparse.ArgumentParser) -> None:
    """--runs DIR."""
    parser.add_argument("--runs", default="runs", metavar="DIR", help="the folder of all runs (default runs)")


def add_folders(parser: argparse.ArgumentParser) -> None:
    """--checkpoints DIR and --runs DIR, the two places of generators."""
    about = "the folder of shipped generators (default checkpoints)"
    parser.add_argument("--checkpoints", metavar="DIR", help=about)
    add_runs(parser)
