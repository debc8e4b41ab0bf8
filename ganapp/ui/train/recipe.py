"""From what the Train tab says to a run: the configuration, checked, and the start. No Gradio.

The Compare tab starts its runs here, too.
"""

from __future__ import annotations

from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from ganapp.config import UNLIMITED_KIMG, TrainConfig, preset_config
from ganapp.runs import Run, create_run

GROUPS = ("data", "model", "objective", "optimizer", "budget", "machine", "lineage")
# Fields that have a control of their own outside the Advanced section.
OUTSIDE = ("dataset", "kimg", "minutes")


def advanced_fields(group: str) -> list[Field]:
    """The fields of TrainConfig in a group of the Advanced section, in order."""
    return [f for f in fields(TrainConfig) if f.metadata["group"] == group and f.name not in OUTSIDE]


def config_from(preset: str, dataset: str, budget: str, amount: float, values: dict[str, Any]) -> TrainConfig:
    """The configuration that the left column describes.

    budget: "minutes" or "kimg"; amount: how many of them. values: the Advanced section by field name.
    Raises ValueError (message fit for the user) if a value is not allowed.
    """
    if not dataset:
        raise ValueError("There are no pictures chosen; choose a data set, a folder or a ZIP.")
    if not amount or amount <= 0:
        raise ValueError(f"The budget is {amount}; it must be more than 0.")
    changes = {**values, "dataset": dataset}
    changes |= (
        {"minutes": amount, "kimg": UNLIMITED_KIMG} if budget == "minutes" else {"kimg": amount, "minutes": 0}
    )
    return preset_config(preset).replace(**changes)


def start_run(folder: Path, config: TrainConfig, name: str = "") -> Run:
    """Create a run and start it in a background thread. It waits while another run is at work."""
    from ganapp.driving import background

    config = check_data(config)
    run = create_run(folder, config, name.strip())
    background.start(run)
    return run


def check_data(config: TrainConfig) -> TrainConfig:
    """The configuration with its data set pinned (see data.pinned).

    Raises ValueError (message fit for the user) if there is nothing to open.
    """
    from ganapp.data import HUB, NAMED, pinned

    source = config.dataset
    if source not in NAMED and not source.startswith(HUB) and not Path(source).expanduser().exists():
        raise ValueError(f"There is nothing at {source!r}: choose a name, a folder or a ZIP that exists.")
    return config.replace(dataset=pinned(source))
