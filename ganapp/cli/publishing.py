"""The commands push and deploy: show what would change on the Hub, ask, upload, print the address."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from .arguments import add_command
from .options import add_folders

if TYPE_CHECKING:
    from ganapp.hub.upload import Plan


def add(commands) -> None:
    add_command(commands, "push", "Publish a generator on the Hub, with a model card.", _push, _add_push)
    add_command(commands, "deploy", "Publish this app as a Space on the Hub.", _deploy, _add_deploy)


def _add_push(parser: argparse.ArgumentParser) -> None:
    about = "a folder, a run (its newest snapshot), RUN/SNAPSHOT or a shipped one"
    parser.add_argument("source", metavar="SOURCE", help=about)
    about = "user/name on the Hub; it is created where it is not there"
    parser.add_argument("repo", metavar="REPO", help=about)
    about = "as the Hub names it (default apache-2.0)"
    parser.add_argument("--licence", "--license", default="", metavar="L", help=about)
    about = "publish it although its figures say that it copies training pictures"
    parser.add_argument("--although-it-copies", action="store_true", help=about)
    add_folders(parser)
    _add_both(parser)


def _add_deploy(parser: argparse.ArgumentParser) -> None:
    about = "user/name of the Space; it is created where it is not there"
    parser.add_argument("repo", metavar="REPO", help=about)
    _add_both(parser)


def _add_both(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--private", action="store_true", help="where it is created: only you can see it")
    parser.add_argument("--yes", action="store_true", help="upload without asking")


def _push(arguments: argparse.Namespace) -> None:
    from ganapp.publishing.model import folder_of, push

    folder = folder_of(arguments.source, in_runs=arguments.runs, checkpoints=arguments.checkpoints)
    agree = _asker(arguments.yes, arguments.although_it_copies)
    url = push(folder, arguments.repo, arguments.licence, arguments.private, agree=agree)
    print(url or "Nothing was uploaded.")


def _deploy(arguments: argparse.Namespace) -> None:
    from ganapp.publishing.space import deploy

    url = deploy(arguments.repo, arguments.private, agree=_asker(arguments.yes))
    print(url or "Nothing was uploaded.")


def _asker(yes: bool, although: bool = False) -> Callable[[Plan], bool]:
    """agree(plan), which shows the plan and then asks; twice, if it has a warning.

    Where there is no terminal, --yes has to be given, and --although-it-copies for a plan with a warning.
    """

    def agree(plan: Plan) -> bool:
        print("\n".join(plan.lines()), flush=True)
        if not plan.changed:
            print("Nothing differs, so nothing is uploaded.")
            return True
        if plan.warning and not although and (yes or not sys.stdin.isatty()):
            raise ValueError(
                "nothing was uploaded, because the model copies; give --although-it-copies, too."
            )
        if yes:
            return True
        if not sys.stdin.isatty():
            raise ValueError("nothing was uploaded, because nobody can be asked here; give --yes to upload.")
        questions = ["Upload?"] + ["Upload although it copies?"] * bool(plan.warning and not although)
        return all(input(f"{text} [y/N] ").strip().lower() in ("y", "yes") for text in questions)

    return agree
