"""What the Generate tab says and reads: sentences, small pieces of HTML, class menus, settings in a picture.

Plain functions of plain values. All text from a file or from a person is escaped before it is HTML.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any, NamedTuple

from ganapp import generators, latents, media
from ganapp.publishing.edits import EDIT, PARENT

from ..shared.html import data_uri, line
from ..shared.language import class_name_in, in_language, say
from ..shared.strings import t
from . import recipes
from .studio import EVERY_CLASS, SEED_CLASS

KINDS = {1: ["gen.card.grey"], 3: [], 4: ["gen.card.transparent"]}  # what is said of a number of channels
MOST_ROWS = 64  # classes of which each has a row on the page
FORMATS = {"mp4": "MP4", "gif": "GIF", "webp": "WebP"}


class Settings(NamedTuple):
    """How a picture was made; None where the picture does not say it or it is unknown here."""

    source: str | None
    seeds: str | None
    label: str | None
    psi: float | None
    model: str | None
    more: dict[str, Any]  # the place of a mix or on the map, as a recipe has it (recipes.py); {} for seeds
    is_tuned: bool = False  # its model was tuned to one picture and is not here: source is what it came from


def class_values(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """(text, value) of every class for a menu; a value is what latents.resolve_label takes."""
    names, count = facts["class_names"], facts["spec"].num_classes
    if not names:
        return [(str(k), str(k)) for k in range(count)]
    if len(set(names)) < count:  # a name that stands for two classes is not a choice
        return [(f"{k}: {class_name_in(name)}", str(k)) for k, name in enumerate(names)]
    return [(class_name_in(name), name) for name in names]


def restore(path: str | Path, sources: list[str]) -> Settings:
    """The settings in a PNG that this app made. Raises ValueError if there are none.

    A model is taken over only if it is listed here or is a Hub id: a stranger's picture must not make this
    machine look at a path.
    """
    found = media.read_png_metadata(path)
    if found is None or (found.get("seed") is None and not found.get("seeds") and EDIT not in found):
        raise ValueError(
            "This picture carries no settings: it is not a PNG made by this app, or it was saved anew."
        )
    seeds = found.get("seeds") or ([] if found.get("seed") is None else [found["seed"]])
    seeds = latents.format_seeds(
        latents.parse_seeds(seeds) if isinstance(seeds, str) else seeds[: latents.MAX_SEEDS]
    )
    model, label = found.get("model"), found.get("label")
    # weights that were tuned to a picture are not in its PNG: the model that they came from takes their place
    is_tuned = isinstance(found.get(PARENT), str) and model not in sources
    source = found[PARENT] if is_tuned else model
    known = source in sources or (source and generators.is_hub_id(source))
    name = found.get("class_name") or (str(label) if label is not None and label >= 0 else None)
    more = recipes.read(found)
    if "edit" in more and "label" not in more["edit"]:
        name = None  # each picture of the edit has the class of its own seed
    return Settings(source if known else None, seeds, name, found.get("psi"), model, more, is_tuned)


def took(sec: float, language: str) -> str:
    """0.35 s, 42 s, 12 min."""
    if sec >= 100:
        return say("gen.card.min", language, n=f"{sec / 60:,.0f}")
    return say("gen.say.sec", language, n=f"{sec:.2g}" if sec < 10 else f"{sec:.0f}")


def card_html(facts: dict[str, Any], language: str, source: str) -> str:
    """One line: family, size, classes, data set, kimg, minutes, run or commit."""
    spec, names, origin = facts["spec"], facts["class_names"], facts["origin"]
    parts = [
        spec.family,
        f"{spec.resolution} px" + "".join(f" {say(key, language)}" for key in KINDS[spec.channels]),
    ]
    if not spec.num_classes:
        parts.append(say("gen.card.none", language))
    else:
        counted = say("gen.card.classes", language, n=spec.num_classes)
        shown = ", ".join(class_name_in(name, language) for name in names)
        parts.append(f"{counted}: {shown}" if 0 < len(names) <= 4 else counted)
    parts.append(in_language(str(origin.get("dataset") or ""), language))
    if isinstance(nimg := origin.get("nimg"), int | float):
        parts.append(f"{nimg / 1000:,.4g} kimg")
    if isinstance(minutes := origin.get("minutes"), int | float):
        parts.append(say("gen.card.min", language, n=f"{minutes:,.3g}"))
    run = str(origin.get("run") or "")
    parts += ["" if source.startswith(run) else run, str(origin.get("commit") or "")[:12]]
    return line(" · ".join(part[:200] for part in parts if part))


def class_menu(facts: dict[str, Any]) -> list[tuple[Any, str]]:
    """(text, value) of the class menu: each seed's own class, a row of every class, and each class."""
    values = class_values(facts)
    rows = [every_class()] if 1 < len(values) <= MOST_ROWS else []
    return [own_class(), *rows, *values]


def strip_html(stills: list, language: str) -> str:
    images = "".join(f'<img src="{data_uri(image)}" alt="">' for image in stills)
    words = html.escape(say("gen.say.stills", language))
    return f'<div class="strip" role="img" tabindex="0" aria-label="{words}">{images}</div>'


def own_class() -> tuple[Any, str]:
    return t("gen.class.own"), SEED_CLASS


def every_class() -> tuple[Any, str]:
    return t("gen.class.every"), EVERY_CLASS
