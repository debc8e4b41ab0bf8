"""How a run opens its data: with what arguments, with progress in its status, and ended by a command.

`dataset` is always what the generator learns to make: of two sets without pairs, the other one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from ganapp.config import TrainConfig

from .commands import Commands, Ended
from .failures import first_line
from .full_disk import Writer

if TYPE_CHECKING:
    import torch

    from ganapp.data import ImageDataset
    from ganapp.training.batch_source import Real

PREPARING_SEC = 0.5  # between two writes of the status while data is prepared


def data_arguments(config: TrainConfig) -> dict[str, Any]:
    """The arguments of open_dataset for what a configuration learns to make."""
    arguments = {
        "source": config.dataset,
        "resolution": config.resolution,
        "channels": config.channels or None,
        "crop": config.crop,
        "background": config.background,
        "frame_step": config.frame_step,
    }
    if config.task == "pairs":
        arguments |= {"direction": config.direction, "in_channels": config.in_channels or None}
    if config.task == "unpaired":
        arguments |= {"side": "b"}
    if config.task in ("pairs", "unpaired"):
        arguments |= {"task": config.task, "dataset_b": config.dataset_b}
    return arguments


def input_arguments(config: TrainConfig) -> dict[str, Any] | None:
    """The same for the set that is to become the other one; None if there is only one set."""
    return data_arguments(config) | {"side": "a"} if config.task == "unpaired" else None


class Sets(NamedTuple):
    """What a run learns to make, and what is to become that, if it is a set of its own."""

    dataset: ImageDataset
    inputs: ImageDataset | None = None

    def opened(self) -> list[ImageDataset]:
        return [dataset for dataset in self if dataset is not None]


def open_sets(config: TrainConfig, open_one: Callable[[dict[str, Any]], ImageDataset]) -> Sets:
    """Open the one or two sets of a configuration by a function of the arguments of open_dataset.

    The inputs have as many channels as what they are to become. Raises what that function raises.
    """
    dataset = open_one(data_arguments(config))
    arguments = input_arguments(config)
    if arguments is None:
        return Sets(dataset)
    return Sets(dataset, open_one(arguments | {"channels": config.channels or dataset.channels}))


def open_data(config: TrainConfig, writer: Writer, commands: Commands) -> Sets:
    """Open the training data, and prepare them if necessary, with progress in the status.

    Raises Ended if a command asks for an end meanwhile, ValueError (message fit for the user) if there are no
    such data.
    """
    return open_sets(config, lambda arguments: _open(arguments, writer, commands))


def _open(arguments: dict[str, Any], writer: Writer, commands: Commands) -> ImageDataset:
    from ganapp.data import Cancelled, open_dataset

    written_at = 0.0

    def progress(done: int, total: int | None, what: str) -> None:
        nonlocal written_at
        if time.monotonic() - written_at > PREPARING_SEC:
            written_at = time.monotonic()
            writer.write_status(preparing=[done, total, what])

    try:
        dataset = open_dataset(**arguments, progress=progress, cancelled=commands.asks_to_end)
    except Cancelled:
        raise Ended("stopped" if writer.run.command() == "stop" else "paused") from None
    writer.write_status(preparing=None)
    return dataset


def open_heldout(arguments: dict[str, Any], missing: Callable[[str], object]) -> ImageDataset | None:
    """The held-out images of data; None if there are none, and then why goes to `missing`."""
    from ganapp.data import open_dataset

    try:
        return open_dataset(**arguments, split="heldout")
    except (ValueError, OSError) as error:
        missing(first_line(error))
        return None


def real_images(
    config: TrainConfig,
    sets: Sets,
    device: torch.device,
    log: Callable[[str], object],
) -> Real:
    """What a batch source draws from: batches of the data, and held-out pictures for what shows pictures.

    Data that hold none out are shown in place of those.
    """
    import torch

    from ganapp.data.batches import Batches
    from ganapp.training.batch_source import Real

    def batches(of: ImageDataset, seed: int) -> Batches:
        return Batches(of, device, seed=seed, mirror=config.mirror, conditional=config.num_classes > 0)

    dataset, inputs = sets
    images = batches(dataset, config.seed)
    labels = torch.from_numpy(dataset.labels).to(device) if config.num_classes else None
    if config.task == "noise":
        return Real(images, labels)

    def shown(arguments: dict[str, Any], instead: ImageDataset) -> ImageDataset:
        heldout = open_heldout(arguments, lambda why: log(f"the grid shows pictures of the training: {why}"))
        return heldout if heldout is not None and heldout.count else instead

    real = Real(images, labels, shown(data_arguments(config), dataset))
    if inputs is None:
        return real
    # Another seed, so that pictures at the same place of both sets do not always meet.
    return real._replace(
        inputs=batches(inputs, config.seed + 2**31), heldout_inputs=shown(input_arguments(config), inputs)
    )
