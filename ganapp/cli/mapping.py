"""The command map: places of the map of seeds as a picture, or a film of a trail over it."""

from __future__ import annotations

import argparse
from pathlib import Path

from .arguments import add_command
from .generating import add_source, load
from .options import check_out

STEP_SEC = 1.5  # of a film, for a step of the map


def add(commands) -> None:
    about = "Show the map of seeds: a picture of a part of it, or a film of a trail over it."
    add_command(commands, "map", about, _map, _add_map)


def _add_map(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    about = "seed in the middle of the map, at 0,0 (default 0); a step to the right is the next seed"
    parser.add_argument("--first", type=int, default=0, metavar="S", help=about)
    about = "a picture: place in its middle, in steps (default 0,0; --at=-1,2)"
    parser.add_argument("--at", default="0,0", metavar="X,Y", help=about)
    parser.add_argument(
        "--columns",
        type=int,
        default=8,
        metavar="N",
        help="a picture: places in a row and a column (default 8)",
    )
    about = "a picture: steps from one place to the next (default 0.25)"
    parser.add_argument("--step", type=float, default=0.25, metavar="D", help=about)
    about = "a film: places to walk through, such as '0,0 2,1 2,-1'"
    parser.add_argument("--trail", metavar="PLACES", help=about)
    about = f"a film: its frames (default: {STEP_SEC:g} s for a step)"
    parser.add_argument("--frames", type=int, metavar="N", help=about)
    parser.add_argument(
        "--fps", type=float, default=30.0, metavar="F", help="a film: frames a second (default 30)"
    )
    about = "colour behind transparent pictures of a film, a name or #rrggbb (default white)"
    parser.add_argument("--background", default="white", metavar="COLOUR", help=about)
    about = ".png for a picture; .mp4, .gif or .webp for a film"
    parser.add_argument("--out", required=True, metavar="PATH", help=about)


def _map(arguments: argparse.Namespace) -> None:
    from ganapp.latents import check_psi

    check_psi(arguments.psi)
    check_out(arguments.out)
    if arguments.trail is not None:
        return _film(arguments)
    if Path(arguments.out).suffix.lower() != ".png":
        raise ValueError(
            f"the target is {arguments.out!r}; a picture of the map is .png, a film has --trail."
        )
    _picture(arguments)


def _picture(arguments: argparse.Namespace) -> None:
    from ganapp.latents import check_places, plane_images
    from ganapp.media import grid, recipe, save_png
    from ganapp.publishing.picture_files import made_by

    columns, middle = arguments.columns, check_places(_places(arguments.at)).tolist()
    if len(middle) != 1:
        raise ValueError(f"at is {arguments.at!r}; it must be one place, such as 0.5,-2.")
    if not 1 <= columns <= 64:
        raise ValueError(f"columns is {columns}; it must be from 1 to 64.")
    ((x, y),) = middle
    across = [(i - (columns - 1) / 2) * arguments.step for i in range(columns)]
    places = [(x + dx, y + dy) for dy in across for dx in across]
    G = load(arguments)
    images = plane_images(G, places, arguments.first, arguments.label, arguments.psi)
    of, at = made_by(G), {"place": [x, y], "step": arguments.step}
    about = recipe(-1, arguments.label, arguments.psi, of["model"], of["weights"], seeds=[arguments.first])
    save_png(arguments.out, grid(images, columns), about | at)
    print(f"Wrote {len(images)} places of the map to {arguments.out}.")


def _film(arguments: argparse.Namespace) -> None:
    from ganapp.data.decode import parse_colour
    from ganapp.latents import plane_film, trail_length
    from ganapp.media import check_video_path, write_video
    from ganapp.publishing.picture_files import made_by

    check_video_path(arguments.out)
    background, trail = parse_colour(arguments.background), _places(arguments.trail)
    frames = arguments.frames or max(2, round(STEP_SEC * arguments.fps * trail_length(trail)))
    G = load(arguments)
    walk = plane_film(G, trail, frames, arguments.first, arguments.label, arguments.psi)
    about = made_by(G, [arguments.first])
    count = write_video(arguments.out, walk, arguments.fps, background=background, about=about)
    print(f"Wrote {count} frames, {count / arguments.fps:.1f} s, to {arguments.out}.")


def _places(text: str) -> list[list[str]]:
    """Places of a text such as "0,0 2,1"; whether they are numbers is seen when they are used."""
    return [place.split(",") for place in text.replace(";", " ").split()]
