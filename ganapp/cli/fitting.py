"""The commands invert, repair and drag: a person's picture in a model, repaired, pulled by points."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .arguments import add_command
from .editing import begin_edit
from .generating import add_source, load
from .options import add_folders, check_out


def add(commands) -> None:
    about = "Find the latent that draws a picture, and tune the model to draw it exactly."
    add_command(commands, "invert", about, _invert, _add_invert)
    about = "Repair a picture with a model: fill holes, enlarge, colour, remove noise or blur."
    add_command(commands, "repair", about, _repair, _add_repair)
    about = "Pull points of a picture to other places; a copy of the model follows."
    add_command(commands, "drag", about, _drag, _add_drag)


def _add_invert(parser: argparse.ArgumentParser) -> None:
    add_picture(parser)
    parser.add_argument("--out", required=True, metavar="FOLDER", help="a new folder for the result")


def _add_repair(parser: argparse.ArgumentParser) -> None:
    from ganapp.degradations import DEGRADATIONS
    from ganapp.latents.restore import REPAIRS

    add_picture(parser)
    about = "a picture that is not black where pixels are missing: these are filled"
    parser.add_argument("--mask", metavar="FILE", help=about)
    for repair, name in REPAIRS.items():
        known = DEGRADATIONS[name]
        if name == "hole":
            continue
        if not known.unit:
            parser.add_argument(f"--{repair}", action="store_true", help=f"undo: {known.about}")
            continue
        about = f"undo: {known.about}; {known.unit}, {known.low:g} to {known.high:g}"
        parser.add_argument(f"--{repair}", type=float, metavar="X", help=about)
    about = "instead: what happened to the picture, in order, such as 'blur:1.5, small:2'"
    parser.add_argument("--damage", metavar="LIST", help=about)
    parser.add_argument("--answers", type=int, metavar="N", help="how many answers are given (default 4)")
    parser.add_argument("--out", required=True, metavar="FOLDER", help="a new folder for the answers")


def _add_drag(parser: argparse.ArgumentParser) -> None:
    add_source(parser)
    parser.add_argument("--seed", type=int, metavar="S", help="of the picture (default 0)")
    about = "begin with the edit that a picture of this app carries, such as fit.png of invert"
    parser.add_argument("--from", dest="picture", metavar="PNG", help=about)
    about = "a point and its target in pixels from the upper left: X,Y:X,Y; may be given several times"
    parser.add_argument("--point", action="append", required=True, metavar="FROM:TO", help=about)
    about = "a picture that is not black where the picture may change (default: near the points)"
    parser.add_argument("--mask", metavar="FILE", help=about)
    about = "at most so many steps (default 100)"
    parser.add_argument("--steps", type=int, default=100, metavar="N", help=about)
    parser.add_argument("--out", required=True, metavar="FOLDER", help="a new folder for the result")


def add_picture(parser: argparse.ArgumentParser) -> None:
    """SOURCE, PICTURE and how the picture is made to fit the model."""
    parser.add_argument("source", metavar="SOURCE", help="a model, as `generate` takes it")
    parser.add_argument("picture", metavar="PICTURE", help="a picture of any size; its middle square is used")
    about = "class, by name, else by number from 0; default: the one that fits best"
    parser.add_argument("--label", metavar="K", help=about)
    about = "colour behind a transparent picture, a name or #rrggbb (default white)"
    parser.add_argument("--background", default="white", metavar="COLOUR", help=about)
    about = "part that is used: left,top,right,bottom as shares, 0 to 1 (default: the middle square)"
    parser.add_argument("--crop", metavar="BOX", help=about)
    about = "fit the latent alone; the model stays as it is"
    parser.add_argument("--no-tuning", action="store_true", help=about)
    parser.add_argument("--space", metavar="S", help="z or w+ (default w+ where the model has it)")
    about = "steps of the fit (default 300, of large models 200)"
    parser.add_argument("--steps", type=int, metavar="N", help=about)
    add_folders(parser)


def _invert(arguments: argparse.Namespace) -> None:
    from ganapp.generators import load_generator
    from ganapp.generators.tuned import save_fit
    from ganapp.latents.invert import invert
    from ganapp.media import save_png
    from ganapp.publishing.edits import save_edit
    from ganapp.publishing.picture_files import public_name

    folder = new_folder(arguments.out)
    G = load(arguments)
    picture = read_picture(arguments, G.spec.resolution, G.spec.channels)
    effort = effort_of(arguments, G)
    fits = invert(G, picture, arguments.label, arguments.space, effort)
    say_seconds(G, effort, 1)
    fit = last_of(fits)
    save_fit(fit, folder, parent=public_name(G.source))
    save_png(folder / "picture.png", picture, generated=False)
    save_edit(folder / "fit.png", load_generator(folder), fit.edit())
    print(f"Wrote {arguments.out}: {fit.psnr:.1f} dB after {fit.seconds:.1f} s.")
    if fit.unknown:
        print(fit.unknown)


def _repair(arguments: argparse.Namespace) -> None:
    from ganapp.latents.restore import restore
    from ganapp.media import save_png
    from ganapp.publishing.picture_files import made_by

    damage = damage_asked_for(arguments)
    folder = new_folder(arguments.out)
    G = load(arguments)
    side, channels = G.spec.resolution, G.spec.channels
    damaged = read_picture(arguments, side // damage.factor, channels)
    mask = None
    if arguments.mask is not None:
        mask = read_mask(arguments.mask)
    effort = effort_of(arguments, G)
    answers = restore(G, damaged, damage, mask, arguments.label, arguments.space, effort)
    say_seconds(G, effort, effort.starts)
    found = last_of(answers)
    folder.mkdir(exist_ok=True)
    save_png(folder / "damaged.png", damaged, generated=False)
    about = made_by(G) | {"input": Path(arguments.picture).name}
    for number, image in enumerate(found.images, start=1):
        save_png(folder / f"answer-{number}.png", image, about)
    save_png(folder / "spread.png", found.spread_image, generated=False)
    print(f"Wrote {len(found.images)} answers to {arguments.out} after {found.seconds:.1f} s.")
    if found.unknown:
        print(found.unknown)


def _drag(arguments: argparse.Namespace) -> None:
    from ganapp.generators import load_generator
    from ganapp.generators.tuned import save_fit
    from ganapp.latents.drag import drag
    from ganapp.publishing.edits import save_edit
    from ganapp.publishing.picture_files import public_name

    points, targets = zip(*(ends_of(text) for text in arguments.point), strict=True)
    folder = new_folder(arguments.out)
    G = load(arguments)
    mask = None if arguments.mask is None else read_mask(arguments.mask)
    last = None
    for last in drag(G, begin_edit(G, arguments), points, targets, mask, arguments.steps, every=0.5):
        if sys.stderr.isatty():
            print(f"\r{last.steps} steps, {last.distance:.1f} pixels to go ", end="", file=sys.stderr)
    save_fit(last, folder, parent=public_name(G.source), made="drag")
    save_edit(folder / "dragged.png", load_generator(folder), last.edit())
    print(f"Wrote {arguments.out}: {last.distance:.1f} pixels from the target after {last.steps} steps.")


def ends_of(text: str) -> tuple[list[float], list[float]]:
    """A point and its target from X,Y:X,Y. Raises ValueError for anything else."""
    try:
        ends = [[float(part) for part in end.split(",")] for end in text.split(":")]
    except ValueError:
        ends = []
    if len(ends) != 2 or any(len(end) != 2 for end in ends):
        raise ValueError(f"point is {text!r}; it must be X,Y:X,Y, such as 32,44:38,44.")
    return ends[0], ends[1]


def damage_asked_for(arguments: argparse.Namespace):
    """The Damage of --damage, or of --mask and the repairs; those that change the size come first.

    Raises ValueError (message fit for the user) if nothing is asked for, or both are.
    """
    from ganapp.degradations import DEGRADATIONS, Damage, Step, damage_of
    from ganapp.latents.restore import ORDER, REPAIRS

    asked = {name: getattr(arguments, repair) for repair, name in REPAIRS.items() if name != "hole"}
    steps = []
    for name in ORDER:
        if name == "hole" and arguments.mask is not None:
            steps.append(Step("hole", DEGRADATIONS["hole"].default))
        elif name != "hole" and asked[name] not in (None, False):
            steps.append(Step(name, float(asked[name]) if DEGRADATIONS[name].unit else 0.0))
    if arguments.damage is not None:
        beside = [step.name for step in steps if step.name != "hole"]
        if beside:
            raise ValueError("Give either --damage or single repairs, not both.")
        return damage_of(arguments.damage)
    if not steps:
        wanted = ", ".join(f"--{repair}" for repair in REPAIRS if repair != "inpaint")
        raise ValueError(f"repair needs to know what to repair: --mask FILE, {wanted} or --damage.")
    return Damage(tuple(steps))


def read_mask(path: str):
    """A mask file as bool (H, W): True where it is not black, and not transparent."""
    import numpy as np

    from ganapp.data.one_picture import mask_picture

    return np.asarray(mask_picture(Path(path).read_bytes()))


def effort_of(arguments: argparse.Namespace, G):
    """The Effort that --steps and --no-tuning ask for."""
    import dataclasses

    from ganapp.latents.fitting import effort_for

    changes = {} if arguments.steps is None else {"steps": arguments.steps}
    changes |= {"tuning_steps": 0} if arguments.no_tuning else {}
    answers = getattr(arguments, "answers", None)
    changes |= {} if answers is None else {"starts": answers}
    return dataclasses.replace(effort_for(G), **changes)


def say_seconds(G, effort, tuned: int) -> None:
    """Say on a terminal about how long it takes, if that is long."""
    from ganapp.latents.pace import pace_of, searched

    if not sys.stderr.isatty():
        return
    seconds = pace_of(G).fit(effort, searched(G, effort), tuned)
    if seconds > 20:
        print(f"This takes about {seconds:.0f} s; Ctrl-C keeps the best so far.", file=sys.stderr)


def new_folder(text: str) -> Path:
    """The folder of --out. Raises ValueError (message fit for the user) if it is not new or empty."""
    check_out(text)
    folder = Path(text)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"out is {text!r}, which is there already and not an empty folder.")
    return folder


def read_picture(arguments: argparse.Namespace, resolution: int, channels: int):
    """The middle square of PICTURE, or the part of --crop, as uint8 (R, R, C)."""
    from ganapp.data.one_picture import square_picture

    box = None
    if arguments.crop is not None:
        try:
            left, top, right, bottom = (float(part) for part in arguments.crop.split(","))
        except ValueError:
            raise ValueError(
                f"crop is {arguments.crop!r}; it must be left, top, right, bottom from 0 to 1."
            ) from None
        box = (left, top, right, bottom)
    data = Path(arguments.picture).read_bytes()
    return square_picture(data, resolution, channels, arguments.background, box)


def last_of(fits):
    """The last of several fits, said on stderr while it is a terminal. Ctrl-C keeps the best so far."""
    fit = None
    try:
        for fit in fits:
            if sys.stderr.isatty():
                line = f"{fit.stage}: {fit.share:4.0%}, {fit.psnr:.1f} dB, {fit.seconds:.0f} s"
                print(f"\r{line:<60}", end="", file=sys.stderr, flush=True)
    except KeyboardInterrupt:
        if fit is None:
            raise
    if sys.stderr.isatty():
        print(file=sys.stderr)
    return fit
