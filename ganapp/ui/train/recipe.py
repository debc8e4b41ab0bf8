"""From what the Train tab says to a run: the configuration, checked, and the start. No Gradio.

The Compare tab starts its runs here, too.
"""

from __future__ import annotations

from dataclasses import Field, fields
from pathlib import Path
from typing import Any

from ganapp.config import UNLIMITED_KIMG, TrainConfig, preset_config
from ganapp.runs import Run, create_run

from .refusal import Refused

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
        raise Refused("There are no pictures chosen; choose a data set, a folder or a ZIP.", "dataset")
    config = with_budget(preset_config(preset), budget, amount)
    return config.replace(**values, dataset=dataset)


def with_budget(config: TrainConfig, budget: str, amount: float) -> TrainConfig:
    """A configuration that ends after `amount` of "minutes" or "kimg".

    Raises ValueError (message fit for the user) if the amount is not allowed.
    """
    if not amount or amount <= 0:
        raise Refused(f"The budget is {amount}; it must be more than 0.", "amount")
    if budget == "minutes":
        return config.replace(minutes=amount, kimg=UNLIMITED_KIMG)
    return config.replace(kimg=amount, minutes=0)


def start_run(folder: Path, config: TrainConfig, name: str = "") -> Run:
    """Create a run and start it in a background thread. It waits while another run is at work.

    Raises ValueError (message fit for the user), before it is created, if its data or networks cannot be.
    """
    from ganapp.driving import background, beginning

    config = check_data(config)
    beginning.check_networks(config)
    run = create_run(folder, config, name.strip())
    background.start(run)
    return run


def check_data(config: TrainConfig) -> TrainConfig:
    """The configuration with the names of its data as a run stores them.

    Raises Refused (message fit for the user), at the control of the data set, if there is nothing to open.
    """
    from ganapp.driving.data_names import NoData, with_checked_data

    try:
        return with_checked_data(config)
    except NoData as error:
        raise Refused(str(error), error.field) from None
