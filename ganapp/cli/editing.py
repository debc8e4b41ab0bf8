"""The commands edit and mix: pictures changed by directions and by other pictures, and films of that."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .arguments import add_command
from .generating import SEEDS, add_source, load
from .options import check_out

FILMS = (".mp4", ".gif", ".webp")
MOST_SEC = 600.0  # of a sound
REGION = "LEFT,TOP,RIGHT,BOTTOM in shares of the picture, or a black and white picture whose white is inside"


def add(commands) -> None:
    about = "Change a picture along directions, or with parts of another picture."
    add_command(commands, "edit", about, _edit, _add_edit)
    about = "Mix pictures with each other: a sheet of rows and columns."
    add_command(commands, "mix", about, _mix, _add_mix)


def _add_edit(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    parser.add_argument("--seed", type=int, metavar="S", help="of the picture (default 0)")
    parser.add_argument(
        "--from",
        dest="picture",
        metavar="FILE",
        help="begin with the edit of a PNG of this app, or a latent .npz",
    )
    about = "a direction of the model, or a class, and how far; may be given several times"
    parser.add_argument("--direction", action="append", default=[], metavar="NAME=AMOUNT", help=about)
    about = "seed of another picture to mix in: styles (--layers) or features (--side, --region)"
    parser.add_argument("--mix", type=int, metavar="S", help=about)
    _add_mixing(parser)
    about = ".png, which carries the whole edit, its latent as .npz, or a film: .mp4, .gif, .webp"
    parser.add_argument("--out", required=True, metavar="PATH", help=about)
    about = "of a film (default 60); with --through from each picture to the next"
    parser.add_argument("--frames", type=int, default=60, metavar="N", help=about)
    about = "a film from this edit through those of these pictures of the app, or of folders of `invert`"
    parser.add_argument("--through", nargs="+", default=[], metavar="PNG|FOLDER", help=about)
    about = "a film as long as this sound, which it carries; the edit follows it"
    parser.add_argument("--sound", metavar="FILE", help=about)
    about = "what of the sound the edit follows: level, bass, middle, treble or onsets (default level)"
    parser.add_argument("--follow", default="level", metavar="WHAT", help=about)
    parser.add_argument("--fps", type=float, default=30.0, metavar="F", help="frames a second (default 30)")


def _add_mix(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    parser.add_argument("--rows", required=True, metavar="LIST", help=f"seeds that are changed, {SEEDS}")
    parser.add_argument(
        "--columns", required=True, metavar="LIST", help=f"seeds that something is taken of, {SEEDS}"
    )
    _add_mixing(parser)
    parser.add_argument("--out", required=True, metavar="SHEET.png", help=".png")


def _add_mixing(parser: argparse.ArgumentParser) -> None:
    about = "with a w space: coarse, middle, fine, or layers such as 0-3,8 (default fine)"
    parser.add_argument("--layers", metavar="L", help=about)
    about = "side of the maps of features that are mixed, such as 8 or 16 (default 8)"
    parser.add_argument("--side", type=int, metavar="N", help=about)
    parser.add_argument("--region", metavar="R", help=f"where features are mixed: {REGION}")


def _edit(arguments: argparse.Namespace) -> None:
    from ganapp.generators import directions_of
    from ganapp.media import write_video
    from ganapp.publishing.edits import save_edit, save_edit_latent
    from ganapp.publishing.picture_files import made_by

    suffix = Path(arguments.out).suffix.lower()
    if suffix not in (".png", ".npz", *FILMS):
        raise ValueError(
            f"out is {arguments.out!r}; it must end in .png, in .npz for the latent, or in "
            f"{', '.join(FILMS)} for a film."
        )
    check_out(arguments.out)
    moves = [parse_move(text) for text in arguments.direction]
    G = load(arguments)
    directions = directions_of(G)
    edit = begin_edit(G, arguments).then(*moves)
    if arguments.mix is not None:
        edit = _mixed(G, edit, arguments)
    if suffix == ".png":
        save_edit(arguments.out, G, edit, directions)
        print(f"Wrote {arguments.out}.")
        return
    if suffix == ".npz":
        save_edit_latent(arguments.out, G, edit, directions)
        print(f"Wrote the latent to {arguments.out}.")
        return
    frames = _film_of(G, edit, directions, arguments)
    about = made_by(G)
    count = write_video(arguments.out, frames, arguments.fps, sound=arguments.sound, about=about)
    print(f"Wrote {count} frames, {count / arguments.fps:.1f} s, to {arguments.out}.")


def _film_of(G: Any, edit: Any, directions: Any, arguments: argparse.Namespace) -> Any:
    """The frames of a film: through other edits, by a sound, or from the picture without the edit to it."""
    from ganapp.latents import Tools, edit_film, following_film, keyframe_film
    from ganapp.media import FOLLOWED, read_sound

    if arguments.through and arguments.sound:
        raise ValueError("give --through or --sound, not both.")
    if arguments.through:
        keys = [(edit, Tools(G, directions)), *(_keyframe(G, directions, name) for name in arguments.through)]
        edits, tools = zip(*keys, strict=True)
        return keyframe_film(G, edits, arguments.frames, directions, tools=tools)
    if arguments.sound is None:
        return edit_film(G, edit, arguments.frames, directions)
    if arguments.follow not in FOLLOWED:
        raise ValueError(f"follow is {arguments.follow!r}: it must be one of {', '.join(FOLLOWED)}.")
    sound = read_sound(arguments.sound, arguments.fps, MOST_SEC)
    return following_film(G, edit, sound.values[arguments.follow], directions)


def _keyframe(G: Any, directions: Any, name: str) -> tuple[Any, Any]:
    """An edit and what draws it: that of a PNG, by G; or the picture that a folder's model was fitted to."""
    from ganapp.generators import directions_of, load_folder
    from ganapp.generators.latent_file import LATENT_NAME
    from ganapp.latents import Tools
    from ganapp.publishing.edits import edit_of_latent, read_edit

    if not Path(name).is_dir():
        return read_edit(name), Tools(G, directions)
    fitted = load_folder(name)
    return edit_of_latent(Path(name) / LATENT_NAME, fitted), Tools(fitted, directions_of(fitted))


def parse_move(text: str) -> Any:
    """A step along a direction from NAME=AMOUNT. Raises ValueError for anything else."""
    from ganapp.latents import Move

    name, _, amount = text.rpartition("=")
    try:
        return Move(name.strip(), float(amount))
    except ValueError as error:
        if not name.strip() or "could not convert" in str(error):
            raise ValueError(f"{text!r} is no direction: write NAME=AMOUNT, such as smile=2.") from None
        raise


def begin_edit(G: Any, arguments: argparse.Namespace) -> Any:
    """The edit that --from carries, or that of --seed, --label and --psi."""
    from ganapp.latents import Edit, check_psi, resolve_label
    from ganapp.publishing.edits import edit_of_latent, read_edit

    if arguments.picture is not None:
        if arguments.seed is not None or arguments.label is not None:
            raise ValueError("give --from, or --seed and --label, not both: the picture has its own.")
        if Path(arguments.picture).suffix.lower() == ".npz":
            return edit_of_latent(arguments.picture, G)
        return read_edit(arguments.picture)
    label = None if arguments.label is None else resolve_label(G, arguments.label)
    return Edit(arguments.seed or 0, label, check_psi(arguments.psi))


def _mixed(G: Any, edit: Any, arguments: argparse.Namespace) -> Any:
    from ganapp.latents import Edit, mix_of

    return mix_of(G, edit, Edit(arguments.mix, psi=edit.psi), *_mixing(G, arguments))


def _mixing(G: Any, arguments: argparse.Namespace) -> tuple[Any, Any, Any]:
    """(layers, side, region) of --layers, --side and --region."""
    from ganapp.latents import parse_layers

    if arguments.layers is not None and (arguments.side is not None or arguments.region is not None):
        raise ValueError("give --layers for styles, or --side and --region for features, not both.")
    layers = None if arguments.layers is None else parse_layers(G, arguments.layers)
    return layers, arguments.side, None if arguments.region is None else parse_region(arguments.region)


def parse_region(text: str) -> Any:
    """A region from four shares or from a picture. Raises ValueError (message fit for the user) otherwise."""
    from ganapp.latents import Region

    parts = text.split(",")
    if len(parts) == 4:
        try:
            return Region.box(*map(float, parts))
        except ValueError as error:
            if "could not convert" not in str(error):
                raise
    if not Path(text).is_file():
        raise ValueError(f"The region is {text!r}; it must be {REGION}.")
    import numpy as np
    from PIL import Image

    try:
        with Image.open(text) as picture:
            return Region.of(np.asarray(picture.convert("L")))
    except (OSError, Image.DecompressionBombError) as error:
        raise ValueError(f"The region {text!r} cannot be read as a picture ({error}).") from None


def _mix(arguments: argparse.Namespace) -> None:
    from ganapp.generators import directions_of
    from ganapp.latents import Edit, check_psi, mix_sheet, parse_seeds, resolve_label
    from ganapp.media import enlarge, grid, save_png, scale_for
    from ganapp.publishing.picture_files import made_by

    if Path(arguments.out).suffix.lower() != ".png":
        raise ValueError(f"out is {arguments.out!r}; it must end in .png.")
    check_out(arguments.out)
    rows, columns = parse_seeds(arguments.rows), parse_seeds(arguments.columns)
    psi = check_psi(arguments.psi)
    G = load(arguments)
    label = None if arguments.label is None else resolve_label(G, arguments.label)
    edits = [[Edit(seed, label, psi) for seed in seeds] for seeds in (rows, columns)]
    sheet = mix_sheet(G, *edits, *_mixing(G, arguments), directions=directions_of(G)).joined()
    picture = grid(sheet.reshape(-1, *sheet.shape[2:]), columns=len(columns) + 1)
    save_png(arguments.out, enlarge(picture, scale_for(picture, 512)), made_by(G))
    print(f"Wrote {len(rows)} rows and {len(columns)} columns to {arguments.out}.")
