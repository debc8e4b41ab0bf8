"""What figures are computed from: generated and real images and their features.

A Setting is what all repetitions of a measurement share: generator, data, classifier. A Round is one
repetition. Both compute a thing when it is first needed and keep it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ganapp.alpha import on_background
from ganapp.data import Cancelled, ImageDataset, Progress

from .judges import inception
from .judges.classifier import Classifier, classifier_of, features_of
from .judges.network import parts_of

if TYPE_CHECKING:
    from ganapp.config import TrainConfig

    from .inputs import Inputs

MOST_REPEATS = 20
BLOCK = 16_384  # consecutive image seeds of one repetition
CHUNK = 256  # samples between two reports of progress
BATCH = 64


@dataclass(eq=False)
class Setting:
    """What is compared: a generator and a data set of the same size, with seed, device and truncation."""

    G: Any  # as load_generator returns it
    train: ImageDataset
    heldout: ImageDataset | None
    about: dict[str, Any]  # entries of all protocols: source, weights, data, resize
    seed: int = 0
    device: str = "cpu"
    psi: float = 1.0
    inception_path: str | None = None
    progress: Progress | None = None
    cancelled: Callable[[], bool] | None = None
    place: Path | None = None  # folder for the figures of G; None if it may not be written
    background: int | tuple[int, ...] = 255  # behind images with alpha, of G and of the data
    inputs: Inputs | None = None  # of a generator that takes pictures

    def report_progress(self, done: int, total: int | None, what: str) -> None:
        """Pass progress on to the caller of the measurement. Raises Cancelled if it was cancelled."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled("measuring was cancelled")
        if self.progress:
            self.progress(done, total, what)

    def progress_of(self, what: str) -> Callable[[int, int], None]:
        """report_progress(done, total) for one task."""
        return lambda done, total: self.report_progress(done, total, what)

    @property
    def halves(self) -> int:
        """In how many parts held-out pictures are needed: 2 where inputs are made of them, else 1."""
        return 2 if self.inputs is not None and self.inputs.has_targets else 1

    def most(self, against: str) -> int | None:
        """How many samples can be compared with the pictures of a split ("" for none); None: any number."""
        counts = [self.inputs.count] if self.inputs else []
        if against:
            counts.append(getattr(self, against).count // (self.halves if against == "heldout" else 1))
        return min(counts, default=None)

    @cached_property
    def classifier(self) -> Classifier:
        return classifier_of(self.train, self.heldout, self.device, self.progress, self.cancelled)

    @cached_property
    def inception(self) -> inception.Inception:
        return inception.load(self.inception_path, self.device, self.progress, self.cancelled)

    @cached_property
    def classes(self) -> np.ndarray | None:
        """The data's number of each class of the generator, (K,); None if their classes differ."""
        return class_numbers(self.G, self.train)

    @cached_property
    def train_features(self) -> np.ndarray:
        """Features (N, F) of all training images."""
        return features_of(
            self.classifier, self.train.images, self.report_progress, "Features of the training pictures"
        )


def class_numbers(G, data: ImageDataset) -> np.ndarray | None:
    """The data's number of each class of the generator, (K,), matched by name if both have names.

    None if the generator has no classes or other ones.
    """
    if G.spec.num_classes < 2 or G.spec.num_classes != data.num_classes:
        return None
    names = getattr(G, "class_names", ())
    if not (names and data.class_names):
        return np.arange(data.num_classes)
    if set(names) != set(data.class_names):
        return None
    return np.array([data.class_names.index(name) for name in names])


class Round:
    """One repetition of a measurement, with its own image seeds and its own random set of real images.

    `most` is the largest number of samples that any figure needs. A sample does not depend on it, so that a
    figure does not depend on what else is measured.
    """

    def __init__(self, setting: Setting, index: int, most: int):
        self.setting, self.index, self.most = setting, index, most
        self.seed = setting.seed + index
        self._results: dict[tuple, Any] = {}

    def _cached(self, key: tuple, make: Callable[[], Any]) -> Any:
        if key not in self._results:
            self._results[key] = make()
        return self._results[key]

    # -- generated -------------------------------------------------------------------------------------------

    @cached_property
    def seeds(self) -> list[int]:
        """Image seeds; the first repetition starts at `seed`, and no two repetitions share one.

        A repetition has BLOCK consecutive seeds, then skips those of the MOST_REPEATS - 1 others.
        """
        k = np.arange(self.most)
        return (self.setting.seed + (k // BLOCK * MOST_REPEATS + self.index) * BLOCK + k % BLOCK).tolist()

    @cached_property
    def rows(self) -> np.ndarray:
        """Numbers of the held-out pictures that inputs are made of, (most,), in a random order.

        It begins where that of `real` ends, so that of one set of pictures these are others.
        """
        inputs = self.setting.inputs
        return np.random.default_rng([self.seed, 1]).permutation(inputs.count)[::-1][: self.most]

    @cached_property
    def labels(self) -> np.ndarray:
        """The generator's number of each sample's class, int64 (most,); -1 without classes.

        Classes are drawn in the proportions of the training split if it has the same ones, else evenly by the
        seeds.
        """
        from ganapp.latents import labels_of

        s = self.setting
        if s.classes is None:
            return labels_of(s.G, self.seeds)
        drawn = np.random.default_rng([self.seed, 3]).choice(s.train.labels, self.most)
        return s.classes.argsort()[drawn]

    @cached_property
    def _fake(self) -> np.ndarray:
        from ganapp.latents import generate, translate

        s, out = self.setting, []
        conditional = s.G.spec.num_classes > 0
        for start in range(0, self.most, CHUNK):
            s.report_progress(start, self.most, "Drawing samples")
            part = slice(start, start + CHUNK)
            seeds, y = self.seeds[part], self.labels[part] if conditional else None
            if s.inputs:
                given = s.inputs.given(self.rows[part], self.seed)
                images = translate(s.G, given, seeds[: len(given)], y, device=s.device)
            else:
                images = generate(s.G, seeds, y, s.psi, s.device, BATCH)
            opaque = on_background(images, s.background)
            out.append(np.ascontiguousarray(opaque.transpose(0, 3, 1, 2)))
        return np.concatenate(out)

    def fake(self, count: int) -> np.ndarray:
        """The first `count` samples, uint8 (count, C, R, R); those with alpha are on the background."""
        return self._fake[:count]

    def beside(self, count: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Samples with the inputs as answers and the targets, each uint8 (N, R, R, C), BATCH at a time.

        Only of a generator that takes pictures, with a target for each.
        """
        inputs, made = self.setting.inputs, self.fake(count).transpose(0, 2, 3, 1)
        for start in range(0, count, BATCH):
            rows = self.rows[start : min(start + BATCH, count)]
            yield made[start : start + BATCH], inputs.naive(rows, self.seed), inputs.targets(rows)

    def fake_outputs(self, count: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Outputs of the classifier for the first `count` samples; see Classifier.run."""
        return self._cached(("fake", count), lambda: self.setting.classifier.run(self.fake(count)))

    # -- real ------------------------------------------------------------------------------------------------

    def real(self, count: int, split: str = "train") -> np.ndarray:
        """`count` images of a split, uint8 (count, C, R, R): a random set of this repetition, none twice."""
        return self._cached((split, count), lambda: self._drawn(split, 0, count))

    def other_real(self, count: int) -> np.ndarray | None:
        """`count` training images that `real` does not return; None if there are not enough."""
        enough = self.setting.train.count >= 2 * count
        return (
            self._cached(("other", count), lambda: self._drawn("train", count, 2 * count)) if enough else None
        )

    def _drawn(self, split: str, start: int, stop: int) -> np.ndarray:
        data = self.setting.train if split == "train" else self.setting.heldout
        rows = np.random.default_rng([self.seed, 1]).permutation(data.count)[start:stop]
        return data.images.take(np.sort(rows))

    def real_outputs(self, count: int, split: str = "train") -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """As fake_outputs, for `count` real images of a split."""
        return self._cached(
            ("outputs", split, count), lambda: self.setting.classifier.run(self.real(count, split))
        )

    # -- Inception -------------------------------------------------------------------------------------------

    def inception(self, count: int, kind: str) -> dict[str, np.ndarray]:
        """Outputs of Inception for `count` samples (kind "fake") or training images ("real")."""
        images = self.fake(count) if kind == "fake" else self.real(count)
        progress = self.setting.progress_of("Inception features")
        return self._cached(("inception", kind, count), lambda: self.setting.inception.run(images, progress))


def pixels_of(images: np.ndarray) -> np.ndarray:
    """uint8 (N, C, R, R) -> float32 (N, C · R · R)."""
    return images.reshape(len(images), -1).astype(np.float32)


def pixel_parts(setting: Setting):
    """Yield (start, float32 (B, C · R · R)) of the training set, 1024 images at a time."""
    for start, part in parts_of(setting.train.images, 1024):
        setting.report_progress(start, setting.train.count, "Nearest training pictures")
        yield start, pixels_of(part)


def pixel_blocks(images: np.ndarray):
    """The same of an array of images uint8 (N, C, R, R)."""
    for start in range(0, len(images), 1024):
        yield start, pixels_of(images[start : start + 1024])


def background_of(config: TrainConfig | None) -> tuple[int, ...]:
    """The colour (red, green, blue) behind images with alpha when they are compared; white without a run."""
    from ganapp.data.decode import parse_colour

    return parse_colour(config.background if config else "white")
