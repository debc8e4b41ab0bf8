"""The commands push and deploy: show what would change on the Hub, ask, upload, print the address."""

from __future__ import annotations

import argparse
import sys

from ganapp.hub.upload import Plan


def add_push(parser: argparse.ArgumentParser) -> None:
    """The arguments of push."""
    parser.add_argument(
        "source", metavar="SOURCE", help="a folder, a run (its newest snapshot), RUN/SNAPSHOT or a shipped one"
    )
    parser.add_argument("repo", metavar="REPO", help="user/name on the Hub; it is created where it is not there")
    parser.add_argument(
        "--licence", "--license", default="", metavar="L", help="as the Hub names it (default apache-2.0)"
    )
    parser.add_argument("--checkpoints", metavar="DIR", help="the folder of shipped generators (default checkpoints)")
    parser.add_argument("--runs", default="runs", metavar="DIR", help="the folder of all runs (default runs)")
    _add_both(parser)


def add_deploy(parser: argparse.ArgumentParser) -> None:
    """The arguments of deploy."""
    parser.add_argument("repo", metavar="REPO", help="user/name of the Space; it is created where it is not there")
    _add_both(parser)


def _add_both(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--private", action="store_true", help="where it is created: only you can see it")
    parser.add_argument("--yes", action="store_true", help="upload without asking")


def push_command(arguments: argparse.Namespace) -> None:
    """Publish a generator. ValueError in one sentence."""
    from ganapp.publishing.model import folder_of, push

    folder = folder_of(arguments.source, in_runs=arguments.runs, checkpoints=arguments.checkpoints)
    _say(push(folder, arguments.repo, arguments.licence, arguments.private, agree=_agree(arguments.yes)))


def deploy_command(arguments: argparse.Namespace) -> None:
    """Publish this app as a Space. ValueError in one sentence."""
    from ganapp.publishing.space import deploy

    _say(deploy(arguments.repo, arguments.private, agree=_agree(arguments.yes)))


def _agree(yes: bool):
    """Shows the plan, then asks; where nobody can be asked, --yes has to be given."""

    def agree(plan: Plan) -> bool:
        print("\n".join(plan.lines()), flush=True)
        if not plan.changed:
            print("Nothing differs, so nothing is uploaded.")
            return True
        if yes:
            return True
        if not sys.stdin.isatty():
            raise ValueError("nothing was uploaded, because nobody can be asked here; give --yes to upload.")
        return input("Upload? [y/N] ").strip().lower() in ("y", "yes")

    return agree


def _say(url: str) -> None:
    print(url or "Nothing was uploaded.")
