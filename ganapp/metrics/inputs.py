"""What a generator that takes pictures is measured with: held-out inputs, and the targets that go with them.

The inputs are those of training: a picture damaged, the first of a pair, or a picture of the other set. A
damage is a function of a picture's number and the seed, as in the grids of a run, so the figures of one seed
are the same at any time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ganapp.config.fields import check_choice
from ganapp.config.names import DIRECTIONS, TASKS
from ganapp.config.tasks import PAIRED as WITH_TARGET
from ganapp.data import BUILT_IN, ImageDataset, open_dataset
from ganapp.degradations import SHOWN, picture_seeds, varied_of
from ganapp.pixels import to_bytes, to_unit

if TYPE_CHECKING:
    from ganapp.config import ModelSpec, TrainConfig

# Which tasks use an entry of What.
USED_BY = {"damage": ("degrade",), "direction": ("pairs", "unpaired"), "data_b": ("pairs", "unpaired")}


class What(NamedTuple):
    """What becomes what; an empty entry is that of the model. data_b: the second set, as in training."""

    task: str = ""
    damage: str = ""
    direction: str = ""
    data_b: str = ""

    def protocol(self) -> dict[str, str]:
        """Its entries of a protocol."""
        own = {"damage": self.damage} if self.task == "degrade" else {"direction": self.direction}
        return {"task": self.task, **own}


ITS_OWN = What()


def own_of(origin: Mapping[str, Any], config: TrainConfig | None) -> What:
    """What a generator learned, by its origin and its run's configuration; empty of one not trained here.

    Without a run, a second set is known only if it is a built-in one.
    """
    told = {key: str(origin.get(key) or "") for key in ("task", "damage", "direction", "player", "dataset_b")}
    direction = told["player"] if told["task"] == "unpaired" else told["direction"]
    second = config.dataset_b if config else told["dataset_b"] if told["dataset_b"] in BUILT_IN else ""
    return What(
        told["task"] if told["task"] in TASKS[1:] else "",
        told["damage"],
        direction if direction in DIRECTIONS else "",
        second,
    )


def what_of(asked: What, own: What, source: str) -> What:
    """What to measure: what is asked, else what the generator learned; pairs where nobody says it.

    Raises ValueError (message fit for the user) if this cannot be measured.
    """
    task = asked.task or ("degrade" if asked.damage and not own.task else own.task) or "pairs"
    check_choice("task", task, TASKS[1:])
    check_choice("direction", asked.direction or DIRECTIONS[0], DIRECTIONS)
    same = own if task == own.task else What()
    found = What(task, *(a or b for a, b in zip(asked[1:], same[1:], strict=True)))
    for name in What._fields[1:]:
        value, tasks = getattr(asked, name), USED_BY[name]
        if value and task not in tasks:
            raise ValueError(f"{name} is {value!r}; only the task {' or '.join(tasks)} uses it, not {task}.")
    if task == "degrade" and not found.damage:
        raise ValueError(f"what damage {source} undoes is not known: name it, such as damage hole:0.1-0.3.")
    if task == "degrade":
        return found._replace(damage=str(varied_of(found.damage)))
    return found._replace(direction=found.direction or DIRECTIONS[0])


@dataclass(frozen=True, eq=False)
class Inputs:
    """Held-out inputs of a generator that takes pictures.

    pictures: what the inputs are made of; of pairs, input and target stacked. channels: of the input that the
    generator takes.
    """

    what: What
    pictures: ImageDataset
    channels: int

    def protocol(self) -> dict[str, Any]:
        """What all figures say of the inputs."""
        inputs = f"of {self.count:,} held-out pictures; held-out real ones are others of them"
        if self.what.task == "unpaired":
            data = self.pictures
            inputs = f"of {self.count:,} held-out pictures of {data.name} ({data.fingerprint})"
        return self.what.protocol() | {"inputs": inputs}

    @property
    def count(self) -> int:
        return self.pictures.count

    @property
    def has_targets(self) -> bool:
        return self.what.task in WITH_TARGET

    def given(self, rows: np.ndarray, seed: int) -> np.ndarray:
        """The inputs of pictures by number, float32 (N, R, R, channels) in [-1, 1]."""
        if self.what.task != "degrade":
            source = self.pictures.inputs if self.what.task == "pairs" else self.pictures.images
            return to_unit(source.take(rows)).transpose(0, 2, 3, 1)
        import torch

        seeds = picture_seeds(seed, rows, SHOWN)
        x = torch.from_numpy(to_unit(self.pictures.images.take(rows)))
        given = varied_of(self.what.damage).given(x, seeds).permute(0, 2, 3, 1).numpy()
        return given if given.shape[3] == self.channels else to_unit(with_channels(given, self.channels))

    def targets(self, rows: np.ndarray) -> np.ndarray:
        """What should become of these, uint8 (N, R, R, C). Only where there are targets."""
        return self.pictures.targets.take(rows).transpose(0, 2, 3, 1)

    def naive(self, rows: np.ndarray, seed: int) -> np.ndarray:
        """The inputs as an answer, uint8 as `targets`: what who changes nothing gets."""
        return with_channels(self.given(rows, seed), self.pictures.channels)


def check_picture_model(G: Any, psi: float) -> None:
    """Raise ValueError (message fit for the user) if a generator that takes pictures cannot be measured."""
    if 4 in (G.spec.in_channels, G.spec.channels):
        raise ValueError(
            "This model takes or makes pictures with transparency: evaluate measures those without."
        )
    if psi != 1:
        raise ValueError(f"psi is {psi:g}, but a model that takes pictures has no truncation: leave it out.")


def open_inputs(
    spec: ModelSpec, data: str, what: What, options: dict[str, Any]
) -> tuple[ImageDataset, ImageDataset, Inputs]:
    """(training pictures, held-out ones, inputs); of pairs, the pictures are input and target stacked.

    options: of open_dataset. Raises ValueError (message fit for the user) if the data do not suit the task,
    or hold none out.
    """
    of_task: dict[str, Any] = {"task": what.task}
    if what.task != "degrade":
        of_task["dataset_b"] = what.data_b
    if what.task == "pairs":
        of_task |= {"direction": what.direction, "in_channels": spec.in_channels}
    made, given = ("b", "a") if what.direction == "a2b" else ("a", "b")
    of_task |= {"side": made} if what.task == "unpaired" else {}

    def opened(split: str, **other: Any) -> ImageDataset:
        found = open_dataset(data, spec.resolution, split=split, **options | of_task | other)
        if not found.count:
            raise ValueError(f"no pictures of {found.name} are held out; that needs 100 at least.")
        return found

    train, heldout = opened("train"), opened("heldout")
    pictures = heldout
    if what.task == "unpaired":
        pictures = opened("heldout", side=given, channels=spec.in_channels)
    return train, heldout, Inputs(what, pictures, spec.in_channels)


def targets_of(dataset: ImageDataset) -> ImageDataset:
    """What a generator learns to make, as a data set of its own: of pairs the targets, else all."""
    return replace(dataset, images=dataset.targets, in_channels=0) if dataset.in_channels else dataset


def with_channels(given: np.ndarray, channels: int) -> np.ndarray:
    """Pictures (N, H, W, C) in [-1, 1] as uint8 of 1 or 3 channels: grey is repeated, colour made grey."""
    pixels = to_bytes(given)
    if pixels.shape[3] == channels:
        return pixels
    if channels == 3:
        return np.repeat(pixels[..., :1], 3, axis=3)
    from ganapp.data.decode import to_grey

    return to_grey(pixels.transpose(0, 3, 1, 2)).transpose(0, 2, 3, 1)
