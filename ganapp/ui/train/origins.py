"""What the lists of the form hold: data sets, and what a run can start from. No Gradio."""

from __future__ import annotations

import time
from pathlib import Path

from ganapp import generators
from ganapp.config import ModelSpec, TrainConfig
from ganapp.runs import list_runs

from ..shared.language import ENGLISH, say
from .filling import misfit
from .tasks import named_data

UNFIT = "✕"  # begins the line of what does not fit; page.css greys such a line
MOST_LISTED = 200


def data_sets(
    with_uploads: bool, language: str = ENGLISH, task: str = TrainConfig().task
) -> list[tuple[str, str]]:
    """(line, value) of every data set that can be chosen: the built-in ones, then own uploads, newest first.

    with_uploads False: where visitors share the machine, nobody sees the uploads of others. task: the
    built-in ones are those that suit it.
    """
    from ganapp.data.own.uploads import kept_uploads

    uploads = kept_uploads() if with_uploads else []
    lines = [(upload_line(path, count, language), str(path)) for path, count in uploads]
    return [(name, name) for name in named_data(task)] + lines


def upload_line(path: Path, count: int, language: str) -> str:
    """The name of a ZIP or a folder, the number of pictures, the day."""
    from ganapp.data.own.uploads import name_of_upload

    day = time.strftime("%Y-%m-%d", time.localtime(path.stat().st_mtime))
    many = "" if path.is_file() else say("train.upload.line", language, count=f"{count:,}")
    return " · ".join(part for part in (name_of_upload(path), many, day) if part)


def starting_points(sources: generators.Sources, config: TrainConfig, language: str) -> list[tuple[str, str]]:
    """(line, value) of all that a run of this recipe can start from, then what does not fit, with the reason.

    Shipped generators, imported ones, and own runs, which bring their discriminator and averages, too. A run
    of two generators starts from such a run alone.
    """
    takes = "latent" if config.task == "noise" else "picture"
    runs = [run.name for run in list_runs(sources.runs)]
    names = dict.fromkeys(
        first if (first := name.partition("/")[0]) in runs else name for name in sources.list()
    )
    fits, others = [], []
    for name in list(names)[:MOST_LISTED]:
        spec = spec_of(sources, name, config.trains_two)
        if spec is None or spec.takes != takes:
            continue
        if wrong := misfit(spec, config):
            others.append((unfit_line(name, *wrong, language), name))
        else:
            fits.append((name, name))
    return [("–", ""), *fits, *others]


def spec_of(sources: generators.Sources, name: str, two: bool) -> ModelSpec | None:
    """What a generator is made of; with `two` those of a run that trains two.

    None if it is damaged, which is said where it is chosen by hand, or if it is one for two or two for one.
    """
    try:
        run = next((run for run in list_runs(sources.runs) if run.name == name), None)
        of_two = run is not None and run.config().trains_two
        if of_two != two:
            return None
        if of_two:
            return run.config().spec()
        found = sources.find_here(name)
        return generators.read_config(*found)["spec"] if found else None
    except (ValueError, OSError):
        return None


def unfit_line(name: str, field: str, has: object, wanted: object, language: str) -> str:
    return f"{UNFIT} {name} · {say('train.origin.unfit', language, field=field, has=has, wanted=wanted)}"
