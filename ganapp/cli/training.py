"""The commands train and sweep, and how one process trains a run in the foreground.

The options of train are made from the fields of TrainConfig.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

from ganapp.config import (
    PRESETS,
    UNLIMITED_KIMG,
    TrainConfig,
    default_preset,
    merge,
    parse_changes,
    preset_config,
)
from ganapp.runs import Run, check_name, create_run

from .arguments import add_command
from .options import add_runs
from .progress import Progress, pausing_on_signals, span

FOUND = tuple(f.name for f in fields(TrainConfig) if f.metadata["group"] == "found")  # never set by a person
OWN_OPTIONS = ("dataset", "preset")  # fields that --data and --preset stand for


def add(commands) -> None:
    options = {
        "takes_fields": True,
        "formatter_class": argparse.RawDescriptionHelpFormatter,
        "epilog": _presets_text(),
    }
    about = "Train a GAN here, with progress; Ctrl-C saves and pauses."
    add_command(commands, "train", about, _train, _add_train, **options)
    about = "Train several runs that differ in one field, one after another."
    add_command(commands, "sweep", about, _sweep, _add_sweep, **options)


def _presets_text() -> str:
    rows = "\n".join(f"  {name:<{max(map(len, PRESETS))}} {preset.about}" for name, preset in PRESETS.items())
    defaults = "Defaults are for fields that the preset leaves alone."
    return f"presets:\n{rows}\n\n{defaults} Nested arguments take a dot: --g-args.width 64."


def _add_train(parser: argparse.ArgumentParser) -> None:
    about = f"{', '.join(PRESETS)} (default: the one for this machine)"
    parser.add_argument("--preset", metavar="NAME", help=about)
    data = {"dest": "dataset", "default": argparse.SUPPRESS, "metavar": "NAME|PATH"}
    parser.add_argument("--data", "--dataset", help=_field_help("dataset"), **data)
    parser.add_argument("--name", default="", help="name of the run (a number is put before it)")
    add_runs(parser)
    kinds, groups = get_type_hints(TrainConfig), {}
    for field in fields(TrainConfig):
        name, group = field.name, field.metadata["group"]
        if name in FOUND or name in OWN_OPTIONS:
            continue
        if group not in groups:
            groups[group] = parser.add_argument_group(group)
        options: dict[str, Any] = {"dest": name, "default": argparse.SUPPRESS, "help": _field_help(name)}
        if kinds[name] is bool:
            options |= {"nargs": "?", "const": "true", "metavar": "true|false"}
        else:
            options["metavar"] = {int: "N", float: "X", dict: "JSON"}.get(kinds[name], "TEXT")
        groups[group].add_argument("--" + name.replace("_", "-"), **options)


def _add_sweep(parser: argparse.ArgumentParser) -> None:
    _add_train(parser)
    about = "what differs: loss, family, preset, g-args.width …"
    parser.add_argument("--field", required=True, metavar="FIELD", help=about)
    parser.add_argument("--values", required=True, metavar="A,B,…", help="its values, 2 to 8, with commas")


def _field_help(name: str) -> str:
    """A field's sentence, what it allows and its default, for argparse."""
    field = next(f for f in fields(TrainConfig) if f.name == name)
    default = getattr(TrainConfig(), name)
    choices = field.metadata["choices"]
    notes = [", ".join(map(str, choices))] if choices else []
    if isinstance(default, float):
        notes.append(f"default {default:g}")
    elif default not in ("", {}):
        notes.append(f"default {str(default).lower()}")
    return (field.metadata["help"] + (f" ({'; '.join(notes)})" if notes else "")).replace("%", "%%")


def _train(arguments: argparse.Namespace) -> None:
    if arguments.name:
        check_name(arguments.name)
    config = _config(arguments)
    drive_here(create_run(arguments.runs, config, arguments.name))


def _sweep(arguments: argparse.Namespace) -> None:
    """Train one run for each value in turn, A failure does not end the sweep; a pause or stop does."""
    from ganapp.driving.beginning import check_networks
    from ganapp.runs.sweep import plan, split_values

    if arguments.name:
        check_name(arguments.name)
    planned = [
        (name, config.replace(dataset=check_data(config.dataset)))
        for name, config in plan(_config(arguments), arguments.field, split_values(arguments.values))
    ]
    for _, config in planned:
        check_networks(config)
    failed, made = [], []
    for i, (name, config) in enumerate(planned, 1):
        run = create_run(arguments.runs, config, f"{arguments.name}-{name}"[:60] if arguments.name else name)
        print(f"{i} of {len(planned)}: {run.name}", flush=True)
        made.append(run.name)
        try:
            drive_here(run)
        except ValueError as error:
            failed.append(str(error))
            print(error, file=sys.stderr)
        if run.status()["state"] in ("paused", "stopped"):
            break
    folder = "" if arguments.runs == "runs" else f" --runs {arguments.runs}"
    print(f"Compare with: python -m ganapp compare {' '.join(made)}{folder}")
    if failed:
        raise ValueError(f"{len(failed)} of {len(planned)} runs failed.")


def _config(arguments: argparse.Namespace) -> TrainConfig:
    """The configuration that the arguments of train ask for.

    Raises ValueError (message fit for the user) if a value is not allowed, before a run is created.
    """
    from ganapp.driving.devices import pick_device

    given = {f.name: getattr(arguments, f.name) for f in fields(TrainConfig) if hasattr(arguments, f.name)}
    preset = given.pop("preset") or default_preset(pick_device(given.get("device", "auto")).type != "cpu")
    config = preset_config(preset)
    for name in arguments.changes:
        outer = name.partition(".")[0].replace("-", "_")
        if outer in FOUND:
            raise ValueError(f"{outer} is found by itself and cannot be set.")
        if outer in given:
            raise ValueError(f"give --{outer.replace('_', '-')} or --{name}, not both.")
    changes = parse_changes(arguments.changes) | given
    if "minutes" in changes and "kimg" not in changes:
        changes["kimg"] = UNLIMITED_KIMG  # minutes alone decide
    config = merge(config, changes)
    config = config.replace(dataset=check_data(config.dataset))
    pick_device(config.device)
    return config


def check_data(source: str) -> str:
    """The data set's name as a run stores it: a Hub id with its commit, a path made absolute.

    Raises ValueError (message fit for the user) if there is no such data set.
    """
    from ganapp.data import HUB, NAMED, pinned

    if source in NAMED or source.startswith(HUB):
        return pinned(source)
    path = os.path.abspath(os.path.expanduser(source))
    if not source or not os.path.exists(path):
        allowed = f"a folder or ZIP of pictures, hub:user/name or one of {', '.join(NAMED)}"
        raise ValueError(f"data is {source!r}; it must be {allowed}.")
    return path


def drive_here(run: Run) -> None:
    """Train a run in this process until it ends, with its progress on stdout.

    Raises ValueError with the reason if the run fails.
    """
    run.send("run")
    progress = Progress(run)
    with pausing_on_signals(run, progress):
        from ganapp.driving.driver import drive

        try:
            state = drive(run, progress.show)
        except KeyboardInterrupt:
            reason = run.latest().status().get("reason") or "the disk is full."
            raise ValueError(f"run {run.latest().name} ended without a save: {reason}") from None
    progress.finish()
    run = run.latest()  # it may have gone on as another run, from its last save
    status = run.status()
    if state == "failed":
        raise ValueError(f"run {run.name}: {status.get('reason') or 'it failed; log.txt says why.'}")
    print(f"{state.capitalize()} after {status['nimg'] / 1000:,.1f} kimg and {span(status['sec'])}.")
    if state != "finished":
        folder = "" if run.path.parent == Path("runs") else f" --runs {run.path.parent}"
        print(f"Go on with: python -m ganapp resume {run.name}{folder}")
    print(run.path)
