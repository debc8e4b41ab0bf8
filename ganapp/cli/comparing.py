"""cli.comparing."""

from __future__ import annotations

import argparse
import json
import sys

from ganapp.runs import open_run

from .tables import _print_table


def _compare(arguments: argparse.Namespace) -> None:
    from ganapp.runs import comparison

    if not comparison.LEAST <= len(arguments.names) <= comparison.MOST:
        raise ValueError(
            f"{len(arguments.names)} runs are named; a comparison has {comparison.LEAST} to {comparison.MOST}."
        )
    comparison.check_axis(arguments.by)
    if arguments.out:
        comparison.check_sheet(arguments.out)
    runs = [open_run(name, arguments.runs) for name in arguments.names]
    if len({run.path.resolve() for run in runs}) < len(runs):
        raise ValueError("a run is named twice.")
    rows = comparison.differences(comparison.read_configs(runs))
    figures = [comparison.figures(run, run.status()) for run in runs]
    if arguments.json:
        about = {"runs": [{"name": run.name, **facts} for run, facts in zip(runs, figures)]}
        print(
            json.dumps(about | {"differences": {row.field: row.values for row in rows}}, indent=2, ensure_ascii=False)
        )
    else:
        head = ["", *(run.name for run in runs)]
        facts = [[key, *(comparison.text_of(f[key]) for f in figures)] for key in figures[0]]
        settings = [[row.field, *map(comparison.text_of, row.values)] for row in rows] or [
            ["no setting differs"] + [""] * len(runs)
        ]
        _print_table([head, *facts, [""] * len(head), *settings])
    if arguments.out:
        moment = comparison.write_sheet(arguments.out, runs, rows, arguments.by, arguments.at)
        print(f"Wrote the grids at {moment} to {arguments.out}.", file=sys.stderr if arguments.json else sys.stdout)
