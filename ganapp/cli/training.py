"""The commands train and sweep, and how one process trains a run in the foreground.

The options of train are made from the fields of TrainConfig.
"""

from __future__ import annotations

import argparse
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
from ganapp.driving import beginning
from ganapp.driving.data_names import with_checked_data
from ganapp.runs import Run, clean_title, create_run, open_run

from .arguments import add_command, program
from .options import add_runs
from .progress import Progress, pausing_on_signals, span

FOUND = tuple(f.name for f in fields(TrainConfig) if f.metadata["group"] == "found")  # never set by a person
KEEP = 4  # channels that --keep-transparency stands for
OWN_OPTIONS = ("dataset", "preset")  # fields that --data and --preset stand for


def add(commands) -> None:
    options = {
        "takes_fields": True,
        "formatter_class": argparse.RawDescriptionHelpFormatter,
        "epilog": _presets_text(),
    }
    about = "Train a GAN here, with progress; Ctrl-C saves and pauses."
    add_command(commands, "train", about, _train, _add_train, **options)
    about = "Train several runs that differ in one field or in two, one after another."
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
    parser.add_argument("--name", default="", help="name of the run, any text of at most 80 characters")
    add_runs(parser)
    about = "train pictures with transparent parts as they are (the same as --channels 4)"
    parser.add_argument("--keep-transparency", action="store_true", help=about)
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
    about = "vary the configuration of this run in place of a preset's"
    parser.add_argument("--like", metavar="RUN", help=about)
    several = {"action": "append", "required": True}
    about = "what differs: loss, family, preset, g-args.width …; twice for a grid of two fields"
    parser.add_argument("--field", metavar="FIELD", help=about, **several)
    about = "its values with commas, once for each --field; 2 to 8 runs in all"
    parser.add_argument("--values", metavar="A,B,…", help=about, **several)


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
        clean_title(arguments.name)
    config = _config(arguments)
    beginning.check(config, arguments.runs)
    drive_here(create_run(arguments.runs, config, arguments.name))


def _sweep(arguments: argparse.Namespace) -> None:
    """Train a run for each value or pair of values. A failure does not end the sweep; a pause does."""
    from ganapp.runs.sweep import plan

    if arguments.name:
        clean_title(arguments.name)
    planned = [
        (name, with_checked_data(config)) for name, config in plan(_config(arguments), _axes(arguments))
    ]
    for _, config in planned:
        beginning.check(config, arguments.runs)
    print(f"{len(planned)} runs, one after another.", flush=True)
    failed, made = [], []
    for i, (name, config) in enumerate(planned, 1):
        run = create_run(arguments.runs, config, f"{arguments.name}-{name}"[:80] if arguments.name else name)
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
    print(f"Compare with: {program()} compare {' '.join(made)}{folder}")
    if failed:
        raise ValueError(f"{len(failed)} of {len(planned)} runs failed.")


def _axes(arguments: argparse.Namespace) -> list[tuple[str, list[str]]]:
    """The fields of a sweep with their values. Raises ValueError if there is not a --values for each."""
    from ganapp.runs.sweep import split_values

    given, values = arguments.field, arguments.values
    if len(given) != len(values):
        raise ValueError(
            f"--field is given {len(given)} times and --values {len(values)} times; give a pair each."
        )
    return [(field, split_values(text)) for field, text in zip(given, values, strict=True)]


def _config(arguments: argparse.Namespace) -> TrainConfig:
    """The configuration that the arguments of train ask for.

    Raises ValueError (message fit for the user) if a value is not allowed, before a run is created.
    """
    from ganapp.driving.devices import pick_device

    given = {f.name: getattr(arguments, f.name) for f in fields(TrainConfig) if hasattr(arguments, f.name)}
    if arguments.keep_transparency:
        if "channels" in given and given["channels"] != str(KEEP):
            raise ValueError(
                f"channels is {given['channels']}, but --keep-transparency needs {KEEP}: give one."
            )
        given["channels"] = KEEP
    config = _base(arguments, given.pop("preset"), given.get("device", "auto"))
    for name in arguments.changes:
        outer = name.partition(".")[0].replace("-", "_")
        if outer in FOUND:
            raise ValueError(f"{outer} is found by itself and cannot be set.")
        if outer in given:
            raise ValueError(f"give --{outer.replace('_', '-')} or --{name}, not both.")
    changes = parse_changes(arguments.changes) | given
    if "minutes" in changes and "kimg" not in changes:
        changes["kimg"] = UNLIMITED_KIMG  # minutes alone decide
    if "kimg" in changes and "minutes" not in changes:
        changes["minutes"] = 0.0  # a run that --like names may have had minutes
    config = merge(config, changes)
    config = with_checked_data(config)
    pick_device(config.device)
    return config


def _base(arguments: argparse.Namespace, preset: str | None, device: str) -> TrainConfig:
    """What the options change: a preset, or with sweep --like the configuration of a run."""
    from ganapp.driving.devices import pick_device
    from ganapp.runs.sweep import base_of

    if like := getattr(arguments, "like", None):
        if preset:
            raise ValueError("give --like or --preset, not both.")
        return base_of(open_run(like, arguments.runs).config())
    return preset_config(preset or default_preset(pick_device(device).type != "cpu"))


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
        print(f"Go on with: {program()} resume {run.name}{folder}")
    print(run.path)
