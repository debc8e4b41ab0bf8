"""The command line's arguments: parse(argv). Those of train are made from the fields of TrainConfig. Nothing is done here."""

from __future__ import annotations

import argparse
from dataclasses import fields
from typing import Any, get_type_hints

from ganapp import __version__
from ganapp.config import PRESETS, TrainConfig
from ganapp.publishing.picture_files import TARGETS

from .publishing import add_deploy, add_push

OWN_OPTIONS = ("dataset", "preset")  # fields that --data and --preset stand for


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        raise ValueError(message)


def parse(argv: list[str]) -> argparse.Namespace:
    """The command and its arguments; .changes holds what only TrainConfig may know. ValueError in one sentence.

    --ema_kimg is read as --ema-kimg.
    """
    argv = [_dashed(text) if text.startswith("--") else text for text in argv]
    parser = _Parser(prog="python -m ganapp", description="Train GANs and make pictures and films with them.")
    parser.allow_abbrev = False
    parser.add_argument("--version", action="version", version=f"ganapp {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    def command(name: str, about: str, **options) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about, allow_abbrev=False, **options)
        sub.set_defaults(parser=sub)
        return sub

    _add_train(command("train", "Train a GAN here, with progress; Ctrl-C saves and pauses.", **_train_help()))
    sub = command("sweep", "Train several runs that differ in one field, one after another.", **_train_help())
    _add_train(sub)
    sub.add_argument(
        "--field", required=True, metavar="FIELD", help="what differs: loss, family, preset, g-args.width …"
    )
    sub.add_argument("--values", required=True, metavar="A,B,…", help="its values, 2 to 8, with commas")
    sub = command("compare", "What differs between runs, their figures, and their grids at the same moment.")
    sub.add_argument("names", nargs="+", metavar="RUN", help="2 to 8 names, numbers or folders of runs")
    sub.add_argument("--json", action="store_true", help="as JSON")
    sub.add_argument("--out", metavar="SHEET.webp|.png", help="write one picture with the grids side by side")
    sub.add_argument(
        "--by", default="images", metavar="AXIS", help="what the same moment is: images (default) or minutes"
    )
    sub.add_argument("--at", type=float, metavar="X", help="that moment, in kimg or minutes (default: the last of all)")
    _add_runs(sub)
    sub = command("runs", "List all runs, newest first.")
    sub.add_argument("--json", action="store_true", help="as JSON, one object a run")
    _add_runs(sub)
    for name, about in (
        ("resume", "Go on with a paused, interrupted, failed or stopped run, here."),
        ("pause", "Save a run that is being worked on and let it rest."),
        ("stop", "Save a run and end it."),
        ("save", "Save a run now and go on."),
    ):
        sub = command(name, about)
        sub.add_argument("run", metavar="RUN", help="name, number or folder of the run")
        _add_runs(sub)
    sub = command("generate", "Make pictures from seeds, or a labelled data set of every class.")
    _add_source(sub, seeds_required=False)
    sub.add_argument("--out", required=True, metavar="PATH", help=TARGETS)
    about = "instead of --seeds: N pictures of every class, each class in a folder of its own (.zip or a folder)"
    sub.add_argument("--per-class", type=int, metavar="N", help=about)
    about = "with --per-class: the first picture's; every picture has the next one (default 0)"
    sub.add_argument("--first-seed", type=int, metavar="S", help=about)
    sub = command("interpolate", "Make a film that walks from seed to seed.")
    _add_source(sub)
    sub.add_argument(
        "--frames", type=int, default=30, metavar="N", help="frames from one seed to the next (default 30)"
    )
    sub.add_argument("--mode", default="slerp", help="slerp (along the sphere, default) or lerp (straight)")
    sub.add_argument("--no-loop", action="store_true", help="end at the last seed instead of returning to the first")
    sub.add_argument("--fps", type=float, default=30.0, metavar="F", help="frames a second (default 30)")
    sub.add_argument("--out", required=True, metavar="PATH", help=".mp4, .gif or .webp")
    sub = command("import", "Turn another project's checkpoint into a generator folder of this app.")
    sub.add_argument(
        "source",
        metavar="SOURCE",
        help="a .pt, .pth, .bin, .ckpt, .safetensors or .pkl file, or user/name:file of the Hub",
    )
    sub.add_argument("--out", metavar="DIR", help="a new folder (default: imported/NAME)")
    add_push(command("push", "Publish a generator on the Hub, with a model card."))
    add_deploy(command("deploy", "Publish this app as a Space on the Hub."))
    sub = command("evaluate", "Quality figures of a generator, each with its protocol.")
    if argv[:1] == ["evaluate"]:  # its measures bring in numpy, which nothing else here needs
        from .evaluating import add_evaluate

        add_evaluate(sub)

    arguments, extra = parser.parse_known_args(argv)
    stray = next((text for text in extra if not text.startswith("--")), None)
    trains = arguments.command in ("train", "sweep")
    if not trains and extra and extra[0] != stray:
        known = ", ".join(o for a in arguments.parser._actions for o in a.option_strings if o.startswith("--"))
        raise ValueError(f"unknown option {extra[0]}; {arguments.command} has: {known}.")
    if not trains and extra:
        raise ValueError(f"unexpected argument {stray!r}.")
    arguments.changes = _pairs(extra)
    return arguments


def _dashed(text: str) -> str:
    end = min((i for i in (text.find("="), text.find(".")) if i >= 0), default=len(text))
    return text[:end].replace("_", "-") + text[end:]


def _pairs(extra: list[str]) -> dict[str, str]:
    """What argparse does not know, as name -> value: --g-args.width 64 or --g-args.width=64."""
    pairs: dict[str, str] = {}
    rest = iter(extra)
    for text in rest:
        name, equals, value = text.removeprefix("--").partition("=")
        if not text.startswith("--") or not name:
            raise ValueError(f"unexpected argument {text!r}; options begin with two dashes.")
        if not equals and (value := next(rest, None)) is None:
            raise ValueError(f"unknown option --{name}, or its value is missing.")
        pairs[name] = value
    return pairs


def _add_runs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--runs", default="runs", metavar="DIR", help="the folder of all runs (default runs)")


def _add_source(parser: argparse.ArgumentParser, seeds_required: bool = True) -> None:
    about = "a shipped checkpoint, a run (its newest snapshot), RUN/SNAPSHOT, a folder, or a Hub id: user/repo"
    parser.add_argument("source", metavar="SOURCE", help=f"{about} or user/repo@revision")
    parser.add_argument("--seeds", required=seeds_required, metavar="LIST", help="numbers and ranges: 0-15,42")
    parser.add_argument(
        "--label", metavar="K", help="class, by number or name (one, or one a seed: 0,3,1); default: each seed's own"
    )
    parser.add_argument("--psi", type=float, default=1.0, metavar="P", help="truncation, above 0 to 1 = none (default)")
    parser.add_argument("--checkpoints", metavar="DIR", help="the folder of shipped generators (default checkpoints)")
    _add_runs(parser)


def _train_help() -> dict[str, Any]:
    rows = "\n".join(f"  {name:<{max(map(len, PRESETS))}} {preset.about}" for name, preset in PRESETS.items())
    text = "Defaults are for fields that the preset leaves alone. Nested arguments take a dot: --g-args.width 64."
    return {"formatter_class": argparse.RawDescriptionHelpFormatter, "epilog": f"presets:\n{rows}\n\n{text}"}


def _add_train(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--preset", metavar="NAME", help=f"{', '.join(PRESETS)} (default: the one for this machine)")
    data = {"dest": "dataset", "default": argparse.SUPPRESS, "metavar": "NAME|PATH", "help": _field_help("dataset")}
    sub.add_argument("--data", "--dataset", **data)
    sub.add_argument("--name", default="", help="name of the run (a number is put before it)")
    _add_runs(sub)
    kinds, groups = get_type_hints(TrainConfig), {}
    for field in fields(TrainConfig):
        group = field.metadata["group"]
        if group == "found" or field.name in OWN_OPTIONS:
            continue
        if group not in groups:
            groups[group] = sub.add_argument_group(group)
        flag, kind = "--" + field.name.replace("_", "-"), kinds[field.name]
        options: dict[str, Any] = {"dest": field.name, "default": argparse.SUPPRESS, "help": _field_help(field.name)}
        if kind is bool:
            groups[group].add_argument(flag, nargs="?", const="true", metavar="true|false", **options)
        else:
            metavar = {int: "N", float: "X", dict: "JSON"}.get(kind, "TEXT")
            groups[group].add_argument(flag, metavar=metavar, **options)


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
