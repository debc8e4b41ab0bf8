"""The command import: another project's checkpoint becomes a generator folder."""

from __future__ import annotations

import argparse

from .arguments import add_command, program
from .options import check_out


def add(commands) -> None:
    about = "Turn another project's checkpoint into a generator folder of this app."
    add_command(commands, "import", about, _import, _add_import)


def _add_import(parser: argparse.ArgumentParser) -> None:
    from ganapp.generators.importers.options import OPTIONS, flag

    about = "a checkpoint file (of torch.save, safetensors, or a pickle of NVIDIA's), or "
    about += "user/name:file of the Hub"
    parser.add_argument("source", metavar="SOURCE", help=about)
    parser.add_argument("--out", metavar="DIR", help="a new folder (default: imported/NAME)")
    for name, option in OPTIONS.items():
        kind = {"choices": option.choices} if option.choices else {"type": float, "metavar": "NUMBER"}
        parser.add_argument(flag(name), help=option.about, **kind)


def _import(arguments: argparse.Namespace) -> None:
    from ganapp.generators import read_config
    from ganapp.generators.importers import import_checkpoint
    from ganapp.generators.importers.options import OPTIONS

    options = {name: getattr(arguments, name) for name in OPTIONS}
    if arguments.out:
        check_out(arguments.out)
    folder = import_checkpoint(arguments.source, arguments.out, options=options)
    config = read_config(folder)
    spec, origin = config["spec"], config["origin"]
    classes = f", {spec.num_classes} classes" if spec.num_classes else ""
    taken = f", taken from {origin['taken']}" if origin.get("taken") else ""
    print(f"{origin['layout']}: {spec.family}, {spec.resolution}×{spec.resolution}{classes}{taken}.")
    for note in origin.get("notes", ()):
        print(note)
    if spec.takes == "picture":
        print(f"Wrote {folder}; it makes a picture of a picture: drop one on Create in the app.")
    else:
        print(f"Wrote {folder}; try: {program()} generate {folder} --seeds 0-15 --out grid.png")
