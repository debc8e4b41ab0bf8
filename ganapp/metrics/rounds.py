"""What figures are worked out from: a generator, data, and for each repetition fresh samples with their features.

Setting is what all repetitions share, Round is one of them. Each thing is made when it is first asked for, and once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ganapp.data import Cancelled, ImageDataset, Progress

from .judges import inception
from .judges.classifier import Classifier, classifier_of, features_of
from .judges.network import parts_of

MOST_REPEATS = 20
BLOCK = 16_384  # image seeds in a row: those of all repetitions, then the next of each
CHUNK = 256  # samples between two looks at progress
DRAWN_TOGETHER = 64


@dataclass(eq=False)
class Setting:
    """What is compared: G (as load_generator gives it) and a data set in the same size; seed, device, truncation."""

    G: Any
    train: ImageDataset
    heldout: ImageDataset | None
    about: dict[str, Any]  # what all protocols say: source, weights, data, resize
    seed: int = 0
    device: str = "cpu"
    psi: float = 1.0
    inception_path: str | None = None
    progress: Progress | None = None
    cancelled: Callable[[], bool] | None = None
    place: Path | None = None  # the folder where figures of G are kept; None where it is not ours to write in

    def tell(self, done: int, total: int | None, what: str) -> None:
        """Progress; raises Cancelled where that is wished."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled("measuring was cancelled")
        if self.progress:
            self.progress(done, total, what)

    def told(self, what: str) -> Callable[[int, int], None]:
        return lambda done, total: self.tell(done, total, what)

    @cached_property
    def classifier(self) -> Classifier:
        return classifier_of(self.train, self.heldout, self.device, self.progress, self.cancelled)

    @cached_property
    def inception(self) -> inception.Inception:
        return inception.load(self.inception_path, self.device, self.progress, self.cancelled)

    @cached_property
    def classes(self) -> np.ndarray | None:
        """The data's number of each class of the generator, (K,), by name where both have names; None where they are others."""
        return class_numbers(self.G, self.train)

    @cached_property
    def train_features(self) -> np.ndarray:
        """Features of all training pictures, for the nearest of them."""
        return features_of(self.classifier, self.train.images, self.tell, "Features of the training pictures")


def class_numbers(G, data: ImageDataset) -> np.ndarray | None:
    """See Setting.classes."""
    if G.spec.num_classes < 2 or G.spec.num_classes != data.num_classes:
        return None
    names = getattr(G, "class_names", ())
    if not (names and data.class_names):
        return np.arange(data.num_classes)
    if set(names) != set(data.class_names):
        return None
    return np.array([data.class_names.index(name) for name in names])


class Round:
    """One repetition: `most` samples from seeds of its own, real pictures drawn anew. A sample does not
    depend on `most`, so that a figure does not depend on what else is measured."""

    def __init__(self, setting: Setting, index: int, most: int):
        self.setting, self.index, self.most = setting, index, most
        self.seed = setting.seed + index
        self._kept: dict[tuple, Any] = {}

    def once(self, key: tuple, make: Callable[[], Any]) -> Any:
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    # -- generated -----------------------------------------------------------------------------------------------------

    @cached_property
    def seeds(self) -> list[int]:
        """Image seeds: those of the first repetition begin at `seed`; no two repetitions have one in common."""
        k = np.arange(self.most)
        return (self.setting.seed + (k // BLOCK * MOST_REPEATS + self.index) * BLOCK + k % BLOCK).tolist()

    @cached_property
    def labels(self) -> np.ndarray:
        """The generator's number of each sample's class, int64 (most,): as often as in the training split where that has the
        same classes, else drawn evenly by the seeds; −1 without classes."""
        from ganapp.latents import labels_of

        s = self.setting
        if s.classes is None:
            return labels_of(s.G, self.seeds)
        drawn = np.random.default_rng([self.seed, 3]).choice(s.train.labels, self.most)
        return s.classes.argsort()[drawn]

    @cached_property
    def _fake(self) -> np.ndarray:
        from ganapp.latents import generate

        s, out = self.setting, []
        conditional = s.G.spec.num_classes > 0
        for start in range(0, self.most, CHUNK):
            s.tell(start, self.most, "Drawing samples")
            part = slice(start, start + CHUNK)
            y = self.labels[part] if conditional else None
            images = generate(s.G, self.seeds[part], y, s.psi, s.device, DRAWN_TOGETHER)
            out.append(np.ascontiguousarray(images.transpose(0, 3, 1, 2)))
        return np.concatenate(out)

    def fake(self, count: int) -> np.ndarray:
        """The first `count` samples, uint8 (count, C, R, R)."""
        return self._fake[:count]

    def fake_seen(self, count: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Features and answers of the classifier for the first `count` samples."""
        return self.once(("fake", count), lambda: self.setting.classifier.run(self.fake(count)))

    # -- real ----------------------------------------------------------------------------------------------------------

    def real(self, count: int, split: str = "train") -> np.ndarray:
        """`count` pictures of a split drawn without repetition, in this repetition's own way, uint8 (count, C, R, R)."""
        return self.once((split, count), lambda: self._drawn(split, 0, count))

    def other_real(self, count: int) -> np.ndarray | None:
        """As many other training pictures; None where there are not enough."""
        enough = self.setting.train.count >= 2 * count
        return self.once(("other", count), lambda: self._drawn("train", count, 2 * count)) if enough else None

    def _drawn(self, split: str, start: int, stop: int) -> np.ndarray:
        data = self.setting.train if split == "train" else self.setting.heldout
        rows = np.random.default_rng([self.seed, 1]).permutation(data.count)[start:stop]
        return data.images.take(np.sort(rows))

    def real_seen(self, count: int, split: str = "train") -> tuple[np.ndarray, dict[str, np.ndarray]]:
        return self.once(("seen", split, count), lambda: self.setting.classifier.run(self.real(count, split)))

    # -- through Inception ---------------------------------------------------------------------------------------------

    def inception(self, count: int, kind: str) -> dict[str, np.ndarray]:
        """Features of `count` samples (kind "fake") or training pictures ("real")."""
        images = self.fake(count) if kind == "fake" else self.real(count)
        told = self.setting.told("Inception features")
        return self.once(("inception", kind, count), lambda: self.setting.inception.run(images, told))


def pixels_of(images: np.ndarray) -> np.ndarray:
    """uint8 (N, C, R, R) -> float32 (N, C · R · R)."""
    return images.reshape(len(images), -1).astype(np.float32)


def pixel_parts(setting: Setting):
    """(start, pixels) of the training set, a part at a time."""
    for start, part in parts_of(setting.train.images, 1024):
        setting.tell(start, setting.train.count, "Nearest training pictures")
        yield start, pixels_of(part)
