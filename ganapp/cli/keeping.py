"""The commands that keep runs in order: rename, delete, restore, export.

A deleted run can be restored for a week. What they do is in ganapp/runs/.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from ganapp.files import text_of_size
from ganapp.runs import Run, about, deleted, open_run, packed, title_of

from .arguments import add_command, program
from .options import add_runs, check_out
from .tables import print_table


def add(commands) -> None:
    add_command(commands, "rename", "Give a run another name, any text.", _rename, _add_rename)
    add_command(commands, "delete", "Delete a run; it can be restored for a week.", _delete, _add_delete)
    add_command(commands, "restore", "Bring a deleted run back.", _restore, _add_restore)
    about_export = "Pack a run into a ZIP, which runs --import opens again, anywhere."
    add_command(commands, "export", about_export, _export, _add_export)


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="RUN", help="name, number or folder of the run")
    add_runs(parser)


def _add_rename(parser: argparse.ArgumentParser) -> None:
    _add_run(parser)
    parser.add_argument("title", metavar="NAME", help="1 to 80 characters, of any script")


def _add_delete(parser: argparse.ArgumentParser) -> None:
    _add_run(parser)
    parser.add_argument("--now", action="store_true", help="for good, so that the disk has its room at once")


def _add_restore(parser: argparse.ArgumentParser) -> None:
    about_name = "name or number that it had; the one deleted last, if there are several"
    parser.add_argument("name", metavar="RUN", help=about_name)
    add_runs(parser)


def _add_export(parser: argparse.ArgumentParser) -> None:
    _add_run(parser)
    parser.add_argument("--out", type=Path, metavar="FILE", help="the ZIP (default: RUN.zip here)")


def _rename(arguments: argparse.Namespace) -> None:
    run = about.rename(open_run(arguments.name, arguments.runs), arguments.title)
    print(f"{run.name}: {title_of(run)}")


def _delete(arguments: argparse.Namespace) -> None:
    run = open_run(arguments.name, arguments.runs)
    shown = _shown(run)
    if arguments.now:
        print(f"{shown} is deleted for good: {text_of_size(deleted.delete_for_good(run))} freed.")
        return
    one = deleted.move_to_deleted(run)
    back = f"{program()} restore {one.name}{_elsewhere(arguments)}"
    print(f"{shown} is deleted, and kept for a week ({text_of_size(one.bytes)}). Bring it back with: {back}")


def _restore(arguments: argparse.Namespace) -> None:
    run = deleted.restore(arguments.runs, arguments.name)
    print(f"{_shown(run)} is back.")


def _export(arguments: argparse.Namespace) -> None:
    if arguments.out:
        check_out(arguments.out)
    run = open_run(arguments.name, arguments.runs)
    print(run.export(arguments.out or Path(f"{run.name}.zip")))


def list_deleted(runs: str, as_json: bool) -> None:
    """Print the recently deleted runs, as `runs --deleted` does."""
    found = deleted.deleted_runs(runs)
    if as_json:
        print(json.dumps([one._asdict() for one in found], indent=2, ensure_ascii=False))
        return
    if not found:
        print("No run was deleted in the last week.")
        return
    table = [("NAME", "DELETED", "FOR GOOD IN", "SIZE", "TITLE")]
    for one in found:
        left = max(0.0, one.when + deleted.KEPT_SEC - time.time()) / 86_400
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.when))
        table.append((one.name, when, f"{left:.1f} days", text_of_size(one.bytes), one.title))
    print_table(table, right=(2, 3))


def import_run(file: str, runs: str) -> None:
    """Open the ZIP of a run, as `runs --import FILE` does."""
    run = packed.open_packed(Path(file).expanduser(), runs)
    status = run.status()
    print(f"{_shown(run)}: {status['state']} at {status['nimg'] / 1000:,.1f} kimg.")
    print(run.path)


def _shown(run: Run) -> str:
    """A run's folder and, if it says more, its title."""
    title = title_of(run)
    return run.name if run.name.endswith(title) else f"{run.name} ({title})"


def _elsewhere(arguments: argparse.Namespace) -> str:
    return "" if arguments.runs == "runs" else f" --runs {arguments.runs}"
