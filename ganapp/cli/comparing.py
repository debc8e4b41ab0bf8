"""The command compare: runs side by side, as a table and as one picture of their grids."""

from __future__ import annotations

import argparse
import json
import sys

from ganapp.runs import comparison, open_run

from .arguments import add_command
from .options import add_runs
from .tables import print_table


def add(commands) -> None:
    about = "What differs between runs, their figures, and their grids at the same moment."
    add_command(commands, "compare", about, _compare, _add_compare)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="+", metavar="RUN", help="2 to 8 names, numbers or folders of runs")
    parser.add_argument("--json", action="store_true", help="as JSON")
    about = "write one picture with the grids side by side"
    parser.add_argument("--out", metavar="SHEET.webp|.png", help=about)
    about = "what the same moment is: images (default) or minutes"
    parser.add_argument("--by", default="images", metavar="AXIS", help=about)
    about = "that moment, in kimg or minutes (default: the last of all)"
    parser.add_argument("--at", type=float, metavar="X", help=about)
    add_runs(parser)


def _compare(arguments: argparse.Namespace) -> None:
    least, most = comparison.LEAST, comparison.MOST
    if not least <= len(arguments.names) <= most:
        raise ValueError(f"{len(arguments.names)} runs are named; a comparison has {least} to {most}.")
    comparison.check_axis(arguments.by)
    if arguments.out:
        comparison.check_sheet(arguments.out)
    runs = [open_run(name, arguments.runs) for name in arguments.names]
    if len({run.path.resolve() for run in runs}) < len(runs):
        raise ValueError("a run is named twice.")
    rows = comparison.differences(comparison.read_configs(runs))
    figures = [comparison.figures(run, run.status()) for run in runs]
    if arguments.json:
        data = {
            "runs": [{"name": run.name, **facts} for run, facts in zip(runs, figures)],
            "differences": {row.field: row.values for row in rows},
        }
        print(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        _print_comparison(runs, figures, rows)
    if arguments.out:
        moment = comparison.write_sheet(arguments.out, runs, rows, arguments.by, arguments.at)
        said_on = sys.stderr if arguments.json else sys.stdout
        print(f"Wrote the grids at {moment} to {arguments.out}.", file=said_on)


def _print_comparison(runs, figures, rows) -> None:
    """One column a run: its figures, an empty line, the settings that differ."""
    empty = [""] * len(runs)
    facts = [[key, *(comparison.text_of(f[key]) for f in figures)] for key in figures[0]]
    settings = [[row.field, *map(comparison.text_of, row.values)] for row in rows]
    print_table(
        [
            ["", *(run.name for run in runs)],
            *facts,
            ["", *empty],
            *(settings or [["no setting differs", *empty]]),
        ]
    )
