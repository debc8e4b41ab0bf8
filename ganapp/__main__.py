"""The command ganapp and python -m ganapp: without a word the app, with one the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence

OF_THE_COMMAND_LINE = ("-h", "--help", "--version")


def main(words: Sequence[str] | None = None) -> int:
    """Open the app or run a command; returns the exit status. Options alone are those of the app."""
    words = list(sys.argv[1:] if words is None else words)
    if words and (not words[0].startswith("-") or words[0] in OF_THE_COMMAND_LINE):
        from ganapp.cli.main import main as run_command

        return run_command(words)
    from ganapp.ui.serving import open_app

    return open_app(words)


if __name__ == "__main__":
    sys.exit(main())
