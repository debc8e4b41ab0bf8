"""Parsing of the command line: parse(argv, groups), and how a group declares a command. Runs nothing.

Which arguments a command has stands beside its function, in the file of its group.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from ganapp import __version__

WITHOUT_COMMAND = """without a command, ganapp opens the app in the browser; the options of the app:
  --host ADDRESS --port PORT --runs DIR --checkpoints DIR --auth USER:PASSWORD --share --no-browser
"""


class Parser(argparse.ArgumentParser):
    """Raises ValueError instead of exiting, and adds its arguments only when it is chosen.

    So those of evaluate can come from ganapp.metrics, which other commands need not import.
    """

    add_arguments: Callable[[Parser], None] | None = None

    def parse_known_args(self, args=None, namespace=None):
        if self.add_arguments is not None:
            add_arguments, self.add_arguments = self.add_arguments, None
            add_arguments(self)
        return super().parse_known_args(args, namespace)

    def error(self, message: str):
        raise ValueError(message)


def add_command(
    commands,
    name: str,
    about: str,
    run: Callable[[argparse.Namespace], None],
    add_arguments: Callable[[Parser], None],
    *,
    takes_fields: bool = False,
    **options,
) -> None:
    """Declare a command: its name, a sentence of help, its function and its arguments.

    takes_fields: other options are allowed and stand for fields of TrainConfig, such as --g-args.width 64.
    """
    parser = commands.add_parser(name, help=about, description=about, allow_abbrev=False, **options)
    parser.add_arguments = add_arguments
    parser.set_defaults(run=run, parser=parser, takes_fields=takes_fields)


def parse(argv: Sequence[str], groups: Sequence) -> argparse.Namespace:
    """The command in argv and its arguments: `run` is its function, `changes` other options, {name: text}.

    groups: modules with add(commands). --ema_kimg is read as --ema-kimg.
    Raises ValueError (message fit for the user) if an option is unknown or a value is missing.
    """
    argv = [_dashed(text) if text.startswith("--") else text for text in argv]
    parser = Parser(
        prog=program(),
        description="Train GANs and make pictures and films with them.",
        epilog=WITHOUT_COMMAND,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.allow_abbrev = False
    parser.add_argument("--version", action="version", version=f"ganapp {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)
    for group in groups:
        group.add(commands)
    arguments, extra = parser.parse_known_args(argv)
    if not arguments.takes_fields:
        _check_nothing_left(arguments, extra)
    arguments.changes = _pairs(extra)
    return arguments


def program() -> str:
    """How this process was called, for sentences that name a command: ganapp or python -m ganapp."""
    return "ganapp" if Path(sys.argv[0]).stem == "ganapp" else "python -m ganapp"


def _dashed(text: str) -> str:
    end = min((i for i in (text.find("="), text.find(".")) if i >= 0), default=len(text))
    return text[:end].replace("_", "-") + text[end:]


def _check_nothing_left(arguments: argparse.Namespace, extra: list[str]) -> None:
    stray = next((text for text in extra if not text.startswith("--")), None)
    if extra and extra[0] != stray:
        known = ", ".join(
            o for a in arguments.parser._actions for o in a.option_strings if o.startswith("--")
        )
        raise ValueError(f"unknown option {extra[0]}; {arguments.command} has: {known}.")
    if extra:
        raise ValueError(f"unexpected argument {stray!r}.")


def _pairs(extra: list[str]) -> dict[str, str]:
    """Options that argparse does not know, as {name: value}, from --g-args.width 64 or --g-args.width=64."""
    pairs: dict[str, str] = {}
    rest = iter(extra)
    for text in rest:
        name, equals, value = text.removeprefix("--").partition("=")
        if not text.startswith("--") or not name:
            raise ValueError(f"unexpected argument {text!r}; options begin with two dashes.")
        if not equals and (value := next(rest, None)) is None:
            raise ValueError(f"unknown option --{name}, or its value is missing.")
        pairs[name] = value
    return pairs
