"""cli.training."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import fields
from pathlib import Path

from ganapp.config import TrainConfig, default_preset, merge, parse_changes, preset_config
from ganapp.runs import Run, check_name, create_run, open_run

from .progress import Progress, pausing_on_signals, span
from .runs import _wait_until, _worker

FOUND = tuple(f.name for f in fields(TrainConfig) if f.metadata["group"] == "found")


# -- training ---------------------------------------------------------------------------------------------------------


def _train(arguments: argparse.Namespace) -> None:
    if arguments.name:
        check_name(arguments.name)
    config = _config(arguments)
    _work(create_run(arguments.runs, config, arguments.name))


def _sweep(arguments: argparse.Namespace) -> None:
    """One run a value, each created when its turn comes. One that fails does not end the others; a pause does."""
    from ganapp.driving.beginning import check_networks
    from ganapp.runs.sweep import plan, split_values

    if arguments.name:
        check_name(arguments.name)
    planned = [
        (name, config.replace(dataset=_check_data(config.dataset)))
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
            _work(run)
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
    """What the arguments of train say. ValueError in one sentence, before there is a run."""
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
        changes["kimg"] = next(
            f.metadata["high"] for f in fields(TrainConfig) if f.name == "kimg"
        )  # minutes alone decide
    config = merge(config, changes)
    config = config.replace(dataset=_check_data(config.dataset))
    pick_device(config.device)
    return config


def _check_data(source: str) -> str:
    """A data set's name (one of the Hub with its commit), or a path made absolute: what a resume finds from anywhere."""
    from ganapp.data import HUB, NAMED, pinned

    if source in NAMED or source.startswith(HUB):
        return pinned(source)
    path = os.path.abspath(os.path.expanduser(source))
    if not source or not os.path.exists(path):
        raise ValueError(
            f"data is {source!r}; it must be a folder or ZIP of pictures, hub:user/name or one of {', '.join(NAMED)}."
        )
    return path


def _resume(arguments: argparse.Namespace) -> None:
    run = open_run(arguments.run, arguments.runs)
    state = run.status()["state"]
    if state == "paused" and _wait_until(lambda: not run.is_locked(), 2) is None:
        run.send("run")  # it is held in another process's memory, which the full disk keeps from saving it
        print(f"{run.name}: asked the process that holds it to go on.")
    elif run.is_locked():
        raise ValueError(f"run {run.name!r} is being worked on by another process ({_worker(run)}).")
    elif state == "finished":
        raise ValueError(f"run {run.name!r} is finished; a new run goes on from it: train --start-from {run.name}.")
    else:
        _work(run)


def _work(run: Run) -> None:
    """Drive a run in the foreground until it ends. ValueError with the reason where it failed."""
    run.send("run")
    progress = Progress(run)
    with pausing_on_signals(run, progress):
        from ganapp.driving.driver import drive

        try:
            state = drive(run, progress.show)
        except KeyboardInterrupt:
            raise ValueError(f"run {run.name} ended with its last save, because the disk is full.") from None
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
