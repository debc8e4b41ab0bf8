"""What the Generate tab says and reads: sentences, small pieces of HTML, class menus, settings in a picture.

Plain functions of plain values. All text from a file or from a person is escaped before it is HTML.
"""

from __future__ import annotations

import html
import secrets
from pathlib import Path
from typing import Any, NamedTuple

from ganapp import generators, latents, media

from ..shared.html import data_uri, line
from ..shared.strings import STRINGS, t
from .studio import MAX_PICTURES, SEED_CLASS, Picture

FORMATS = {"mp4": "MP4", "gif": "GIF", "webp": "WebP"}


class Settings(NamedTuple):
    """How a picture was made; None where the picture does not say it or it is unknown here."""

    source: str | None
    seeds: str | None
    label: str | None
    psi: float | None
    model: str | None


def class_values(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """(text, value) of every class for a menu; a value is what latents.resolve_label takes."""
    names, count = facts["class_names"], facts["spec"].num_classes
    if not names:
        return [(str(k), str(k)) for k in range(count)]
    if len(set(names)) < count:  # a name that stands for two classes is not a choice
        return [(f"{k}: {name}", str(k)) for k, name in enumerate(names)]
    return [(name, name) for name in names]


def restore(path: str | Path, sources: list[str]) -> Settings:
    """The settings in a PNG that this app made. Raises ValueError if there are none.

    A model is taken over only if it is listed here or is a Hub id: a stranger's picture must not make this
    machine look at a path.
    """
    found = media.read_png_metadata(path)
    if found is None or (found.get("seed") is None and not found.get("seeds")):
        raise ValueError(
            "This picture carries no settings: it is not a PNG made by this app, or it was saved anew."
        )
    seeds = found.get("seeds") or [found["seed"]]
    seeds = latents.format_seeds(
        latents.parse_seeds(seeds) if isinstance(seeds, str) else seeds[: latents.MAX_SEEDS]
    )
    model, label = found.get("model"), found.get("label")
    known = model in sources or (model and generators.is_hub_id(model))
    name = found.get("class_name") or (str(label) if label is not None and label >= 0 else None)
    return Settings(model if known else None, seeds, name, found.get("psi"), model)


def random_seeds(text: str) -> str:
    """As many seeds as the text has, consecutive, from a random one below a million."""
    try:
        count = min(len(latents.parse_seeds(text)), MAX_PICTURES)
    except ValueError:
        count = 16
    first = secrets.randbelow(1_000_000 - count)
    return latents.format_seeds(range(first, first + count))


def language_of(request: Any) -> int:
    """Which of a pair of strings the browser wants: 0 English, 1 Chinese. For text with values."""
    headers = request.headers if request is not None else {}
    return int(str((headers or {}).get("accept-language", "")).lower().startswith("zh"))


def say(key: str, language: int, **values: Any) -> str:
    return STRINGS[key][language].format(**values)


def took(sec: float, language: int) -> str:
    """0.35 s, 42 s, 12 min."""
    if sec >= 100:
        return say("gen.card.min", language, n=f"{sec / 60:,.0f}")
    return say("gen.say.sec", language, n=f"{sec:.2g}" if sec < 10 else f"{sec:.0f}")


def caption(picture: Picture, language: int) -> str:
    words = say("gen.say.seed", language, seed=picture.seed)
    return f"{words} · {picture.class_name}" if picture.class_name is not None else words


def card_html(facts: dict[str, Any], language: int, source: str) -> str:
    """One line: family, size, classes, data set, kimg, minutes, run or commit."""
    spec, names, origin = facts["spec"], facts["class_names"], facts["origin"]
    parts = [
        spec.family,
        f"{spec.resolution} px" + ("" if spec.channels == 3 else f" {say('gen.card.grey', language)}"),
    ]
    if not spec.num_classes:
        parts.append(say("gen.card.none", language))
    else:
        counted = say("gen.card.classes", language, n=spec.num_classes)
        parts.append(f"{counted}: {', '.join(names)}" if 0 < len(names) <= 4 else counted)
    parts.append(str(origin.get("dataset") or ""))
    if isinstance(nimg := origin.get("nimg"), int | float):
        parts.append(f"{nimg / 1000:,.4g} kimg")
    if isinstance(minutes := origin.get("minutes"), int | float):
        parts.append(say("gen.card.min", language, n=f"{minutes:,.3g}"))
    run = str(origin.get("run") or "")
    parts += ["" if source.startswith(run) else run, str(origin.get("commit") or "")[:12]]
    return line(" · ".join(part[:200] for part in parts if part))


def class_menu(facts: dict[str, Any], wanted: str | None) -> dict[str, Any]:
    values = class_values(facts)
    known = wanted in [value for _, value in values]
    return {"choices": [own_class(), *values], "value": wanted if known else SEED_CLASS}


def strip_html(stills: list, language: int) -> str:
    images = "".join(f'<img src="{data_uri(image)}" alt="">' for image in stills)
    words = html.escape(say("gen.say.stills", language))
    return f'<div class="strip" role="img" tabindex="0" aria-label="{words}">{images}</div>'


def own_class() -> tuple[Any, str]:
    return t("gen.class.own"), SEED_CLASS
