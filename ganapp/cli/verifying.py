"""The command verify: what can be known of where pictures come from."""

from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

from .arguments import add_command
from .options import add_folders, check_out


def add(commands) -> None:
    about = "Say what marks pictures carry, and prove by their seed that a model made them."
    add_command(commands, "verify", about, _verify, _add_verify)


def _add_verify(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE", help="pictures, films, folders or ZIPs of them")
    about = "the model that is said to have made them; default: the one that each file names, if it is here"
    parser.add_argument("--model", metavar="SOURCE", help=about)
    parser.add_argument("--csv", metavar="OUT.csv", help="write a table of all files, too")
    parser.add_argument("--json", action="store_true", help="as JSON")
    add_folders(parser)


def _verify(arguments: argparse.Namespace) -> None:
    from ganapp.generators import Sources
    from ganapp.publishing.verifying import files_in, finder, verify

    if arguments.csv:
        if Path(arguments.csv).suffix.lower() != ".csv":
            raise ValueError(f"csv is {arguments.csv!r}; it must end in .csv.")
        check_out(arguments.csv)
    find = finder(Sources(arguments.runs, arguments.checkpoints), arguments.model)
    found = []
    for path, name in files_in(arguments.files):
        found.append(one := verify(path, find, name))
        if not arguments.json:
            print("\n  ".join([f"{one.name}:", *one.sentences()]))
    rows = [one.row() for one in found]
    if arguments.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
    if arguments.csv:
        write_csv(arguments.csv, rows)


def write_csv(path: str | Path, rows: list[dict]) -> None:
    """Write a table of at least one row."""
    from ganapp.files import replacing

    with replacing(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
