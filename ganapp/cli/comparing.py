"""The command compare: runs side by side, as a table and as one picture of their grids."""

from __future__ import annotations

import argparse
import json
import sys

from ganapp.runs import comparison, open_run, read_figures, table

from .arguments import add_command
from .options import add_runs, check_out
from .tables import print_table


def add(commands) -> None:
    about = "What differs between runs, their figures, and their grids at the same moment."
    add_command(commands, "compare", about, _compare, _add_compare)


def _add_compare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="+", metavar="RUN", help="2 to 8 names, numbers or folders of runs")
    parser.add_argument("--json", action="store_true", help="as JSON")
    about = "write one picture with the grids side by side"
    parser.add_argument("--out", metavar="SHEET.webp|.png", help=about)
    about = "write all rows of their curves"
    parser.add_argument("--curves", metavar="FILE.csv|.json", help=about)
    about = "what the same moment is: images (default) or minutes"
    parser.add_argument("--by", default="images", metavar="AXIS", help=about)
    about = "that moment, in kimg or minutes (default: the last of all)"
    parser.add_argument("--at", type=float, metavar="X", help=about)
    add_runs(parser)


def _compare(arguments: argparse.Namespace) -> None:
    from ganapp import metrics

    least, most, count = comparison.LEAST, comparison.MOST, len(arguments.names)
    if not least <= count <= most:
        named = "1 run is named" if count == 1 else f"{count} runs are named"
        raise ValueError(f"{named}; a comparison has {least} to {most}.")
    comparison.check_axis(arguments.by)
    if arguments.out:
        comparison.check_sheet(arguments.out)
        check_out(arguments.out)
    if arguments.curves:
        table.check_written(arguments.curves)
        check_out(arguments.curves)
    runs = [open_run(name, arguments.runs) for name in arguments.names]
    if len({run.path.resolve() for run in runs}) < len(runs):
        raise ValueError("a run is named twice.")
    rows = comparison.differences(comparison.read_configs(runs))
    figures = [comparison.figures(run, run.status()) for run in runs]
    measured = [metrics.newest(read_figures(run.path)) for run in runs]
    if arguments.json:
        data = {
            "runs": [
                {"name": run.name, **facts, "measured": list(found.values())}
                for run, facts, found in zip(runs, figures, measured)
            ],
            "differences": {row.field: row.values for row in rows},
        }
        print(json.dumps(data, indent=2, ensure_ascii=False))
    else:
        _print_comparison(runs, figures, rows, measured)
    if arguments.curves:
        table.written(arguments.curves, table.curves_of(runs))
        said_on = sys.stderr if arguments.json else sys.stdout
        print(f"Wrote the curves to {arguments.curves}.", file=said_on)
    if arguments.out:
        moment = comparison.write_sheet(arguments.out, runs, rows, arguments.by, arguments.at)
        said_on = sys.stderr if arguments.json else sys.stdout
        print(f"Wrote the grids at {moment} to {arguments.out}.", file=said_on)


def _print_comparison(runs, figures, rows, measured) -> None:
    """One column a run: its figures, those that were measured, and the settings that differ."""
    from ganapp import metrics

    empty = [""] * len(runs)
    facts = [[key, *(comparison.text_of(f[key]) for f in figures)] for key in figures[0]]
    names = dict.fromkeys(name for found in measured for name in found)
    facts += [
        [name, *(metrics.stored_text(found[name]) if name in found else "–" for found in measured)]
        for name in names
    ]
    settings = [[row.field, *map(comparison.text_of, row.values)] for row in rows]
    print_table(
        [
            ["", *(run.name for run in runs)],
            *facts,
            ["", *empty],
            *(settings or [["no setting differs", *empty]]),
        ]
    )
    for name, entries in metrics.incomparable(measured).items():
        differing = "; ".join(metrics.difference_text(*entry) for entry in entries.items())
        print(f"{name} was measured differently ({differing}): these values cannot be compared.")
