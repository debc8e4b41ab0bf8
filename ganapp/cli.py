"""python -m ganapp: the functions of this package as commands. No algorithm and no file format of its own.

Exit status 0, or 2 with one sentence on stderr. Heavy modules are imported where a command needs them, so that --help and
runs answer at once.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from .arguments import parse
from .config import TrainConfig, merge, parse_changes
from .presets import default_preset, preset_config
from .progress import MINUTES_ONLY_KIMG, Progress, pausing_on_signals, span
from .publish_cli import deploy_command, push_command
from .runs import WORKING, Run, check_name, create_run, list_runs, open_run

FOUND = tuple(f.name for f in fields(TrainConfig) if f.metadata["group"] == "found")
OBEY_SEC = 30.0  # how long pause, stop and save wait to see that they are obeyed


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 2 with one sentence on stderr, 130 after Ctrl-C."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a class name may not exist in the console's encoding
    try:
        arguments = parse(sys.argv[1:] if argv is None else list(argv))
        COMMANDS[arguments.command](arguments)
        sys.stdout.flush()
        return 0
    except BrokenPipeError:  # `ganapp runs | head`: the reader has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        sentence = f"{error.strerror or str(error) or type(error).__name__}{where}"
    except ValueError as error:
        sentence = " ".join(str(error).split())
    print(sentence if sentence.endswith((".", "?", "!")) else sentence + ".", file=sys.stderr)
    return 2


# -- training ---------------------------------------------------------------------------------------------------------


def _train(arguments: argparse.Namespace) -> None:
    if arguments.name:
        check_name(arguments.name)
    config = _config(arguments)
    _work(create_run(arguments.runs, config, arguments.name))


def _sweep(arguments: argparse.Namespace) -> None:
    """One run a value, each created when its turn comes. One that fails does not end the others; a pause does."""
    from .begin import check_networks
    from .compare import plan, split_values

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
    from .devices import pick_device

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
    from .data import HUB, NAMED, pinned

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
        from .jobs import drive

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


# -- runs of other processes ------------------------------------------------------------------------------------------


def _control(arguments: argparse.Namespace) -> None:
    """pause, stop, save: leave the word and see that it is obeyed."""
    run, word = open_run(arguments.run, arguments.runs), arguments.command
    if not run.is_locked():
        _control_resting(run, word)
        return
    state = run.status()["state"]
    if state == "paused" and word != "stop":
        raise ValueError(f"run {run.name!r} is paused already.")
    run.send(word)
    if word == "save":
        done = _wait_until(lambda: run.command() != "save")
        print(f"{run.name}: {'saved' if done else 'asked to save; it is ' + run.status()['state']}.")
        return
    state = _wait_until(
        lambda: (state := run.status()["state"]) not in (*WORKING, "paused" * (word == "stop")) and state
    )
    print(f"{run.name}: {state or 'asked to ' + word + '; it is still saving'}.")


def _control_resting(run: Run, word: str) -> None:
    from filelock import Timeout

    state = run.status()["state"]
    state = "interrupted" if state in WORKING else state  # nobody holds it, whatever its last words were
    if word != "stop" or state in ("stopped", "finished"):
        raise ValueError(f"no process is working on run {run.name!r}: it is {state}.")
    try:
        with run.lock().acquire(timeout=1):
            run.write_status(state="stopped", reason=None, preparing=None)
    except Timeout:
        raise ValueError(f"run {run.name!r} has just been taken up by another process; try again.") from None
    print(f"{run.name}: stopped.")


def _wait_until(true, sec: float = OBEY_SEC) -> Any:
    """The first true value of true(), or None after `sec` seconds."""
    deadline = time.monotonic() + sec
    while not (value := true()):
        if time.monotonic() > deadline:
            return None
        time.sleep(0.1)
    return value


def _worker(run: Run) -> str:
    status = run.status()
    return f"process {status.get('pid', '?')} on {status.get('host', '?')}"


def _runs(arguments: argparse.Namespace) -> None:
    rows = [_row(run) for run in list_runs(arguments.runs)]
    if arguments.json:
        print(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if not rows:
        print(f"No runs in {arguments.runs!r} yet.")
        return
    header = ("NAME", "STATE", "KIMG", "BUDGET", "IMAGES/S", "TIME", "DATA", "PRESET")
    table = [header] + [
        (
            row["name"],
            row["state"],
            f"{row['kimg']:,.1f}",
            _budget(row),
            f"{row['images_per_sec']:,.0f}" if row["images_per_sec"] else "-",
            span(row["sec"]),
            Path(row["data"] or "?").name,
            row["preset"] or "-",
        )
        for row in rows
    ]
    _print_table(table, right=(2, 3, 4, 5))


def _print_table(table: Sequence[Sequence[str]], right: Sequence[int] = ()) -> None:
    widths = [max(len(line[i]) for line in table) for i in range(len(table[0]))]
    for line in table:
        cells = (text.rjust(w) if i in right else text.ljust(w) for i, (text, w) in enumerate(zip(line, widths)))
        print("  ".join(cells).rstrip())


def _row(run: Run) -> dict[str, Any]:
    status = run.status()
    try:
        config = run.config()
    except (OSError, ValueError):  # written by another version, or half gone: listed all the same
        config = None
    budget = {"kimg": config.kimg, "minutes": config.minutes or None} if config else None
    return {
        "name": run.name,
        "path": str(run.path),
        "state": status["state"],
        "kimg": status["nimg"] / 1000,
        "budget": budget,
        "images_per_sec": status.get("images_per_sec"),
        "sec": status["sec"],
        "data": config.dataset if config else None,
        "preset": config.preset if config else None,
        "device": status.get("device"),
        "reason": status.get("reason"),
    }


def _budget(row: dict[str, Any]) -> str:
    if row["budget"] is None:
        return "?"
    kimg, minutes = row["budget"]["kimg"], row["budget"]["minutes"]
    texts = [f"{kimg:,g} kimg"] if kimg < MINUTES_ONLY_KIMG or not minutes else []
    return " or ".join(texts + ([f"{minutes:g} min"] if minutes else []))


def _compare(arguments: argparse.Namespace) -> None:
    from . import compare

    if not compare.LEAST <= len(arguments.names) <= compare.MOST:
        raise ValueError(f"{len(arguments.names)} runs are named; a comparison has {compare.LEAST} to {compare.MOST}.")
    compare.check_axis(arguments.by)
    if arguments.out:
        compare.check_sheet(arguments.out)
    runs = [open_run(name, arguments.runs) for name in arguments.names]
    if len({run.path.resolve() for run in runs}) < len(runs):
        raise ValueError("a run is named twice.")
    rows = compare.differences(compare.read_configs(runs))
    figures = [compare.figures(run, run.status()) for run in runs]
    if arguments.json:
        about = {"runs": [{"name": run.name, **facts} for run, facts in zip(runs, figures)]}
        print(
            json.dumps(about | {"differences": {row.field: row.values for row in rows}}, indent=2, ensure_ascii=False)
        )
    else:
        head = ["", *(run.name for run in runs)]
        facts = [[key, *(compare.text_of(f[key]) for f in figures)] for key in figures[0]]
        settings = [[row.field, *map(compare.text_of, row.values)] for row in rows] or [
            ["no setting differs"] + [""] * len(runs)
        ]
        _print_table([head, *facts, [""] * len(head), *settings])
    if arguments.out:
        moment = compare.write_sheet(arguments.out, runs, rows, arguments.by, arguments.at)
        print(f"Wrote the grids at {moment} to {arguments.out}.", file=sys.stderr if arguments.json else sys.stdout)


# -- pictures and films -----------------------------------------------------------------------------------------------


def _generate(arguments: argparse.Namespace) -> None:
    if arguments.per_class is not None:
        return _generate_labelled(arguments)
    if arguments.seeds is None or arguments.first_seed is not None:
        raise ValueError("generate needs --seeds LIST, or --per-class N, with which --first-seed can go.")
    from .pictures import target
    from .sample import check_psi, parse_seeds

    write, seeds, psi = target(arguments.out), parse_seeds(arguments.seeds), check_psi(arguments.psi)
    G = _load(arguments)
    count = write(Path(arguments.out), G, seeds, _labels(G, arguments.label), psi)
    print(f"Wrote {count} picture{'s' * (count != 1)} to {arguments.out}.")


def _generate_labelled(arguments: argparse.Namespace) -> None:
    """--per-class: a data set for a classifier."""
    from . import labelled
    from .pictures import labelled_target, public_name

    if arguments.seeds is not None or arguments.label is not None:
        raise ValueError("--per-class makes every class with seeds of its own: give it without --seeds and --label.")
    path = labelled_target(arguments.out)
    G = _load(arguments)
    settings = arguments.per_class, arguments.first_seed or 0, arguments.psi, public_name(G.source)
    count = labelled.write(path, G, *settings, told=_counter())
    print(f"Wrote {count:,} pictures of {G.spec.num_classes:,} classes to {arguments.out}.")


def _interpolate(arguments: argparse.Namespace) -> None:
    from .latents import interpolate
    from .media import check_video_path, write_video
    from .sample import check_psi, parse_seeds

    check_video_path(arguments.out)
    seeds, psi = parse_seeds(arguments.seeds), check_psi(arguments.psi)
    G = _load(arguments)
    loop, y = not arguments.no_loop, _labels(G, arguments.label)
    frames = interpolate(G, seeds, arguments.frames, arguments.mode, loop, y, psi)
    count = write_video(arguments.out, frames, arguments.fps)
    print(f"Wrote {count} frames, {count / arguments.fps:.1f} s, to {arguments.out}.")


def _counter() -> Callable[[int, int], None]:
    """told(done, total), which says every few seconds how far it is where a person looks on."""
    last = time.monotonic()

    def told(done: int, total: int) -> None:
        nonlocal last
        if sys.stderr.isatty() and time.monotonic() - last >= 5:
            last = time.monotonic()
            print(f"{done:,} of {total:,} pictures", file=sys.stderr)

    return told


def _import(arguments: argparse.Namespace) -> None:
    from .importers import import_checkpoint
    from .weights import read_config

    folder = import_checkpoint(arguments.source, arguments.out)
    config = read_config(folder)
    spec, classes = config["spec"], f", {config['spec'].num_classes} classes" if config["spec"].num_classes else ""
    print(f"{config['origin']['layout']}: {spec.family}, {spec.resolution}×{spec.resolution}{classes}.")
    print(f"Wrote {folder}; try: python -m ganapp generate {folder} --seeds 0-15 --out grid.png")


def _evaluate(arguments: argparse.Namespace) -> None:
    from .evaluate_cli import evaluate_command

    evaluate_command(arguments)


def _load(arguments: argparse.Namespace):
    from .weights import load_generator

    return load_generator(arguments.source, runs=arguments.runs, checkpoints=arguments.checkpoints)


def _labels(G, text: str | None) -> str | list[str] | None:
    """--label as sample.labels_of takes it: none, one (a name may hold a comma), or one a seed."""
    if text is None or "," not in text or text in G.class_names:
        return text
    return [part.strip() for part in text.split(",")]


COMMANDS = {
    "train": _train,
    "sweep": _sweep,
    "compare": _compare,
    "resume": _resume,
    "runs": _runs,
    "pause": _control,
    "stop": _control,
    "save": _control,
    "generate": _generate,
    "interpolate": _interpolate,
    "import": _import,
    "evaluate": _evaluate,
    "push": push_command,
    "deploy": deploy_command,
}
