"""The command import: another project's checkpoint becomes a generator folder."""

from __future__ import annotations

import argparse

from .arguments import add_command


def add(commands) -> None:
    about = "Turn another project's checkpoint into a generator folder of this app."
    add_command(commands, "import", about, _import, _add_import)


def _add_import(parser: argparse.ArgumentParser) -> None:
    about = "a .pt, .pth, .bin, .ckpt, .safetensors or .pkl file, or user/name:file of the Hub"
    parser.add_argument("source", metavar="SOURCE", help=about)
    parser.add_argument("--out", metavar="DIR", help="a new folder (default: imported/NAME)")


def _import(arguments: argparse.Namespace) -> None:
    from ganapp.generators import read_config
    from ganapp.generators.importers import import_checkpoint

    folder = import_checkpoint(arguments.source, arguments.out)
    config = read_config(folder)
    spec = config["spec"]
    classes = f", {spec.num_classes} classes" if spec.num_classes else ""
    print(f"{config['origin']['layout']}: {spec.family}, {spec.resolution}×{spec.resolution}{classes}.")
    print(f"Wrote {folder}; try: python -m ganapp generate {folder} --seeds 0-15 --out grid.png")
