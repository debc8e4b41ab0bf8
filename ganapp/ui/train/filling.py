"""What fills the form at once: a preset, a run to clone, a generator to fine-tune, what a browser kept.

No Gradio. Each function returns {name: value}, with the names of TrainForm.named.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ganapp.config import PRESETS, UNLIMITED_KIMG, ModelSpec, TrainConfig, preset_config
from ganapp.config.tasks import PAIRED

from . import recipe, tasks

# They say how the pictures are read, so another preset leaves them as a person set them.
OF_THE_PICTURES = ("channels", "crop", "background", "direction", "dataset_b")
OF_PAIRS = "pix2pix"
MAX_KEPT = 40_000  # characters of what a browser keeps
KEPT_KINDS = (str, int, float, bool, type(None))
# A fine-tuning keeps what its generator is made of.
OF_THE_GENERATOR = ("family", "resolution", "z_dim", "g_args")


def settings_of(config: TrainConfig) -> dict[str, Any]:
    """The Advanced section of a configuration; an object is shown as JSON."""
    names = [field.name for group in recipe.GROUPS for field in recipe.advanced_fields(group)]
    values = {name: getattr(config, name) for name in names}
    return {name: json.dumps(value) if isinstance(value, dict) else value for name, value in values.items()}


def of_preset(name: str) -> dict[str, Any]:
    """Every setting that a preset decides."""
    settings = settings_of(preset_config(name))
    return {key: value for key, value in settings.items() if key not in OF_THE_PICTURES}


def of_run(config: TrainConfig) -> dict[str, Any]:
    """Everything that a run was started with, but its name."""
    by_time = config.minutes and config.kimg >= UNLIMITED_KIMG
    known = {"preset": config.preset} if config.preset in PRESETS else {}
    return known | {
        "dataset": config.dataset,
        "amount": config.minutes if by_time else config.kimg,
        "budget": "minutes" if by_time else "kimg",
        **settings_of(config),
    }


def of_generator(source: str, spec: ModelSpec, origin: dict[str, Any], preset: str) -> dict[str, Any]:
    """A recipe that goes on from a generator: that of its origin if known, else `preset`, made to fit it.

    One of two generators, and one that takes pictures for a purpose that is not known, goes on by pairs.
    """
    name = origin.get("preset")
    name = name if name in PRESETS else preset
    if spec.takes == "picture" and PRESETS[name].config.task not in PAIRED:
        name = OF_PAIRS
    config = preset_config(name)
    made_of = {"family": spec.family, "resolution": spec.resolution, "z_dim": spec.z_dim}
    settings = of_preset(name) | made_of | {"g_args": json.dumps(spec.args), "start_from": source}
    if config.family != spec.family:
        settings["d_args"] = "{}"
    if config.task == "degrade" and origin.get("damage"):
        settings["damage"] = str(origin["damage"])
    return {"preset": name, **settings}


def misfit(spec: ModelSpec, config: TrainConfig) -> tuple[str, Any, Any] | None:
    """The first setting in which a generator does not fit a recipe, with both values; None if it fits."""
    wanted = {"family": config.family, "resolution": config.resolution, "z_dim": config.z_dim}
    for name, value in wanted.items():
        if getattr(spec, name) != value:
            return name, getattr(spec, name), value
    if spec.args != config.g_args:
        return "g_args", json.dumps(spec.args), json.dumps(config.g_args)
    return None


def kept(text: Any) -> dict[str, Any]:
    """What a browser kept of the form, if it is still a form that could be started; {} else.

    The pictures may be gone meanwhile: then built-in ones that suit the task take their place.
    """
    try:
        values = json.loads(text) if isinstance(text, str) and len(text) <= MAX_KEPT else None
    except ValueError:
        return {}
    if not isinstance(values, dict) or not all(isinstance(v, KEPT_KINDS) for v in values.values()):
        return {}
    known = {"preset", "dataset", "amount", "budget", "name", *settings_of(TrainConfig())}
    values = {name: value for name, value in values.items() if name in known}
    try:
        settings = tasks.only_needed({k: v for k, v in values.items() if k in settings_of(TrainConfig())})
        config = recipe.config_from(
            values["preset"], values["dataset"], values["budget"], values["amount"], settings
        )
    except (KeyError, TypeError, ValueError):
        return {}
    values |= settings
    if is_there(config.dataset) and (not config.dataset_b or is_there(config.dataset_b)):
        return values
    dataset, other = tasks.data_for(config.task, TrainConfig().dataset, "")
    return values | {"dataset": dataset, "dataset_b": other}


def is_there(dataset: str) -> bool:
    """Whether a data set can still be named: a built-in one, one of the Hub, or a path that exists."""
    from ganapp.data import BUILT_IN, HUB

    return dataset in BUILT_IN or dataset.startswith(HUB) or Path(dataset).expanduser().exists()
