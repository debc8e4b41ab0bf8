"""Writes the model card of a generator folder: YAML for the Hub, text for people.

Facts that are not known are left out. The pictures that it shows and the upload are in model.py.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ganapp import generators, runs
from ganapp.metrics import figures_of
from ganapp.metrics.preparing import averaging_text

# The Hub's identifiers; "other" and "unknown" claim nothing.
LICENCES = ("apache-2.0", "mit", "bsd-3-clause", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0",
            "cc-by-nc-sa-4.0", "openrail", "other", "unknown")  # fmt: skip
GRID_NAME, FILM_NAME = "grid.png", "walk.mp4"


def card(folder: str | Path, repo: str, licence: str, examples: str = "", with_targets: bool = False) -> str:
    """The text of README.md for a generator folder published as `repo` ("user/name").

    If the folder is a snapshot of a run, facts of the run are added. examples: of a model that takes
    pictures, what the inputs on its sheet are; with_targets: whether that shows targets, too. Raises
    ValueError if the folder has no generator.
    """
    found = generators.read_config(folder)
    spec, origin, run = found["spec"], found["origin"], runs.run_of(Path(folder))
    parts = [
        _front_matter(spec, licence, _hub_data(run)),
        f"# {repo.rpartition('/')[2]}",
        _first_lines(spec, found["class_names"], origin),
        _pictures(spec, examples, with_targets),
        f"## How to load it\n\n{_code(repo, spec)}",
        f"## How it was made\n\n{_table(_facts(spec, origin, run))}",
        f"## Figures of quality\n\n{_figures(figures_of(folder))}",
        f"## Intended use and limits\n\n{_limits(spec, origin)}",
    ]
    return "\n\n".join(parts) + "\n"


def check_licence(licence: str, origin: dict[str, Any]) -> str:
    """The licence to publish under: the given one, else Apache 2.0 for a model that was trained here.

    Raises ValueError (message fit for the user) if it is not in LICENCES, or none is given for an imported
    model.
    """
    if not licence and "layout" in origin:
        whose = origin.get("imported_from") or "another project"
        raise ValueError(
            f"this model was imported ({whose}); name the licence that it came under (--licence)."
        )
    licence = licence or LICENCES[0]
    if licence not in LICENCES:
        raise ValueError(f"licence is {licence!r}; it must be one of {', '.join(LICENCES)}.")
    return licence


def public(value: Any) -> Any:
    """A value to publish: of a path of this machine only its last part, anything else as it is."""
    text = str(value)
    is_path = isinstance(value, str) and (
        Path(text).is_absolute() or text[1:3] == ":\\" or text.startswith("~")
    )
    return text.replace("\\", "/").rstrip("/").rpartition("/")[2] if is_path else value


def _front_matter(spec, licence: str, data: str) -> str:
    # generators/catalog.py reads the tags.
    tags = ["ganapp", "gan", f"family:{spec.family}", f"resolution:{spec.resolution}"]
    does = "image-to-image" if spec.takes == "picture" else "unconditional-image-generation"
    lines = [f"license: {licence}", "library_name: ganapp", f"pipeline_tag: {does}"]
    lines += ["tags:", *(f"- {json.dumps(tag)}" for tag in tags)]
    lines += [f"datasets:\n- {json.dumps(data)}"] if data else []
    return "\n".join(["---", *lines, "---"])


def _hub_data(run: runs.Run | None) -> str:
    """The Hub's name of the data set that a run was trained on, or ""."""
    try:
        data = run.config().dataset if run else ""
    except ValueError:  # written by a newer version
        return ""
    return data.removeprefix("hub:").partition("@")[0].partition(":")[0] if data.startswith("hub:") else ""


def _first_lines(spec, class_names: tuple[str, ...], origin: dict) -> str:
    kind = {1: "grey", 3: "colour", 4: "colour with transparency"}[spec.channels]
    size = f"{spec.resolution}×{spec.resolution} pixels, {kind}"
    text = f"A generator of pictures ({size}; family `{spec.family}`), made with ganapp."
    if spec.takes == "picture":
        given = {1: "grey", 3: "colour", 4: "colour with transparency"}[spec.in_channels]
        text = (
            f"A model that takes a picture ({given}) and gives one ({kind}), trained at {spec.resolution}×"
            f"{spec.resolution} pixels, for pictures of any size; family `{spec.family}`, made with ganapp."
        )
        text += "".join(f"\nIt was trained {what}." for what in [_task(origin)] if what)
    if spec.num_classes:
        named = f": {', '.join(class_names[:20])}" if class_names else ""
        more = f" and {len(class_names) - 20} more" if len(class_names) > 20 else ""
        text += f"\nIt draws {spec.num_classes} classes{named}{more}."
    if "layout" in origin:
        text += (
            f"\nImported from {public(origin.get('imported_from', 'a file'))}, in the layout of "
            f"{origin['layout']}"
            f" ({origin.get('layout_source', 'unknown')}); its weights were trained there, not here."
        )
    return text


def _task(origin: dict) -> str:
    """What a model that takes pictures learned; "" if that is not known."""
    second = "first" if origin.get("direction") == "b2a" else "second"
    return {
        "degrade": f"to undo a damage (`{origin.get('damage')}`)",
        "pairs": f"to make of one picture of a pair the {second}",
        "unpaired": "to turn pictures of one set into such of another, without pairs",
    }.get(str(origin.get("task")), "")


def _pictures(spec, examples: str, with_targets: bool) -> str:
    if spec.takes == "picture":
        rows = "inputs, answers and targets" if with_targets else "inputs and answers"
        said = f"From top to bottom: {rows}. The inputs are {examples}." if examples else ""
        return f"![{rows.capitalize()}]({GRID_NAME})" + (f"\n\n{said}" if said else "")
    return (
        f"![Pictures of the seeds 0 to 63]({GRID_NAME})\n\nA walk from seed to seed: "
        f"[{FILM_NAME}]({FILM_NAME})."
    )


def _code(repo: str, spec) -> str:
    if spec.takes == "picture":
        return (
            "With the source of ganapp in the current folder:\n\n```python\n"
            "from ganapp.latents import translate\n"
            "from ganapp.generators import load_generator\n"
            f'answers = translate(load_generator("{repo}"), pictures)\n'
            "```\n\n"
            f"`pictures` are uint8 (N, H, W, {spec.in_channels}), `answers` (N, H, W, {spec.channels}). Or "
            f"`python -m ganapp translate {repo} picture.png --out answer.png`.\n"
            f"The files are `{generators.CONFIG_NAME}` and `{generators.WEIGHTS_NAME}`: data, no code."
        )
    shape = f"uint8 (16, {spec.resolution}, {spec.resolution}, {spec.channels})"
    return (
        "With the source of ganapp in the current folder:\n\n```python\n"
        "from ganapp.latents import generate\n"
        "from ganapp.generators import load_generator\n"
        f'pictures = generate(load_generator("{repo}"), range(16))  # {shape}\n'
        "```\n\n"
        f"or `python -m ganapp generate {repo} --seeds 0-15 --out grid.png`. The same seed is always the "
        "same picture.\n"
        f"The files are `{generators.CONFIG_NAME}` and `{generators.WEIGHTS_NAME}`: data, no code."
    )


def _facts(spec, origin: dict, run: runs.Run | None) -> list[tuple[str, str]]:
    """[(name, value)] of the facts that are known about how a generator was made."""
    facts = {
        "Data": origin.get("dataset"),
        "Family": f"{spec.family} ({', '.join(f'{k} {v}' for k, v in spec.args.items())})"
        if spec.args
        else spec.family,
        "Task": origin.get("task"),
        "Damage": origin.get("damage"),
        "Preset": origin.get("preset"),
        "Trained on": f"{origin['nimg'] / 1000:,.1f} kimg" if isinstance(origin.get("nimg"), int) else None,
        "Time": f"{origin['minutes']:,g} minutes" if isinstance(origin.get("minutes"), int | float) else None,
        "Device": origin.get("device"),
        "Precision": origin.get("precision"),
        "Weights": averaging_text(origin.get("ema_kimg")),
        "Began from": origin.get("parent"),
        "Run": runs.title_of(run) if run else origin.get("run"),
        "Version of ganapp": origin.get("version"),
    }
    try:
        config = run.config() if run else None
    except ValueError:  # written by a newer version
        config = None
    if config:
        facts |= {"Loss": config.loss, "Batch": config.batch, "Weights": averaging_text(config.ema_kimg)}
    return [(name, str(public(value))) for name, value in facts.items() if value not in (None, "")]


def _table(rows: list[tuple[str, str]]) -> str:
    cells = [f"| {name} | {' '.join(value.split()).replace('|', chr(92) + '|')} |" for name, value in rows]
    return "\n".join(["| | |", "|---|---|", *cells])


def _figures(figures: list[dict[str, Any]]) -> str:
    if not figures:
        return "None were measured."
    from ganapp.metrics import protocol_text, value_text
    from ganapp.metrics.figure import grouped

    shared, groups = grouped([_figure(data) for data in figures])
    lines = []
    for own, group in groups:
        notes = [f"{figure.name}: {figure.note}" for figure in group if figure.note]
        names = "<br>".join(f"{figure.name} = {value_text(figure)}" for figure in group)
        lines.append((names, " · ".join([*([protocol_text(own)] if own else []), *notes])))
    text = "Each with its protocol; a figure under another protocol is another figure."
    return f"{text} All: {protocol_text(shared)}.\n\n{_table(lines)}"


def _figure(data: dict[str, Any]):
    """A metrics.Figure made of its JSON data, without paths of this machine."""
    from ganapp.metrics import Figure

    value = float("nan") if data["value"] is None else data["value"]
    interval = data.get("interval")
    interval = tuple(interval) if interval and None not in interval else None
    protocol = {k: public(v) for k, v in data["protocol"].items()}
    return Figure(data["name"], value, interval, protocol, data.get("note", ""))


def _limits(spec, origin: dict) -> str:
    does = "What it adds to a picture is invented after" if spec.takes == "picture" else "It draws"
    data = public(origin.get("dataset") or "its training data")
    return (
        "For learning about generative models, for play and for illustrations that are named as "
        "generated.\n\n"
        f"{does} what it saw in {data}, with the gaps and the slant of that data, and nothing else; "
        "pictures can resemble\n"
        "training pictures. It was not tested for any use in which a wrong picture does harm, and is not "
        "meant for likenesses\n"
        "of real people. Who publishes it answers for the right to use the training data."
    )
