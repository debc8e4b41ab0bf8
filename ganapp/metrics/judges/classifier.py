"""The classifier of a data set, whose features and answers the figures use.

It is trained once and kept in the cache. It learns the classes of the training split; without classes, by how
many quarter turns an image was rotated (Gidaris et al. 2018, arXiv 1803.07728); for the built-in faces also
every attribute. Its name in a protocol is the sha256 of its weights, because figures of two classifiers
cannot be compared.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ganapp.data import ImageDataset, Progress, acquire_lock, cache_folder, make_folder

from .network import build, parts_of, run, train

RECIPE = "ganapp-classifier/2"  # part of the cache key: change it whenever training changes
SEEN = 100_000  # images shown in training, with repetition
SEED = 0
TESTED = 5_000  # held-out images at most
CLASSES, TURNS = "classes", "turns"  # heads; the others are attribute_NAME


@dataclass(frozen=True, eq=False)
class Classifier:
    """A trained network with its accuracy and the hash of its weights."""

    network: object  # of network.build
    accuracy: dict[str, float]  # {head: accuracy on held-out images}; {} if there are none
    sha256: str
    device: str = "cpu"

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(self.network["heads"])

    def run(self, images: np.ndarray) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Outputs for uint8 images (N, C, R, R): (features (N, F), {head: probabilities (N, K)})."""
        return run(self.network, images, self.device)

    @cached_property
    def about(self) -> str:
        """Its description in a protocol."""
        main = next((h for h in (CLASSES, TURNS) if h in self.heads), self.heads[0])
        share = f", {self.accuracy[main]:.1%} right on held-out" if main in self.accuracy else ""
        task = "of its classes" if main == CLASSES else "of quarter turns"
        return f"of a small classifier {task} (sha256 {self.sha256[:12]}{share})"


def classifier_of(
    data: ImageDataset,
    heldout: ImageDataset | None,
    device: str = "cpu",
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
    seen: int = SEEN,
) -> Classifier:
    """The classifier of a data set, from the cache or newly trained.

    Raises Cancelled if `cancelled` returns True.
    """
    heads = heads_of(data)
    key = hashlib.blake2b(
        json.dumps([RECIPE, data.fingerprint, sorted(heads.items()), seen, SEED]).encode(), digest_size=10
    ).hexdigest()
    folder = make_folder(cache_folder() / "datasets") / f"classifier-{key}"
    lock = acquire_lock(folder.name, progress, cancelled)
    try:
        stored = read_cached(folder)
        arrays, accuracy = stored or (_train(data, heads, device, progress, cancelled, seen), {})
        made = build(data.channels, data.resolution, heads, SEED)
        _load(made, arrays)
        made.to(device).eval().requires_grad_(False)
        if not accuracy and heldout is not None and heldout.count:  # also if it was trained without
            accuracy = heldout_accuracy(made, heldout, device)
        if stored is None or accuracy != stored[1]:
            write_cached(folder, arrays, accuracy)
    finally:
        lock.release()
    return Classifier(made, accuracy, digest(arrays), device)


def heads_of(data: ImageDataset) -> dict[str, int]:
    """The heads of the classifier of a data set: {head: number of answers}."""
    heads = {CLASSES: data.num_classes} if data.num_classes > 1 else {TURNS: 4}
    return heads | {f"attribute_{k}": n for k, n in attribute_sizes(data).items()}


def attribute_sizes(data: ImageDataset) -> dict[str, int]:
    """{attribute: number of values} of the built-in faces (data/faces/drawing.py); {} for other data."""
    if not data.attributes:
        return {}
    from ganapp.data.faces.drawing import ATTRIBUTES

    return {name: len(ATTRIBUTES[name]) for name in data.attributes if name in ATTRIBUTES}


def _train(data, heads, device, progress, cancelled, seen) -> dict[str, np.ndarray]:
    """Train a new network on the data; return {name: weights}."""
    made = build(data.channels, data.resolution, heads, SEED)
    turns = np.random.default_rng(SEED).integers(0, 4, data.count) if TURNS in heads else None

    def take(rows: np.ndarray) -> np.ndarray:
        images = data.images.take(rows)
        return images if turns is None else turned(images, turns[rows])

    def on_progress(done: int, total: int) -> None:
        if progress:
            progress(done, total, "Training the classifier that measures (once for this data set)")

    targets = {TURNS: turns} if turns is not None else {CLASSES: data.labels}
    targets |= {f"attribute_{k}": data.attributes[k] for k in attribute_sizes(data)}
    train(
        made,
        take,
        targets,
        min(seen, 40 * data.count),
        SEED,
        device,
        on_progress=on_progress,
        cancelled=cancelled,
    )
    return {name: tensor.cpu().numpy() for name, tensor in made.state_dict().items()}


def heldout_accuracy(made, heldout: ImageDataset, device: str) -> dict[str, float]:
    """{head: share of right answers} on the first TESTED held-out images."""
    rows = np.arange(min(heldout.count, TESTED))
    images, turns = heldout.images.take(rows), rows % 4
    right: Mapping[str, np.ndarray] = {TURNS: turns}
    if TURNS in made["heads"]:
        images = turned(images, turns)
    elif heldout.labels is not None:
        right = {CLASSES: heldout.labels[rows]}
        right |= {f"attribute_{k}": heldout.attributes[k][rows] for k in attribute_sizes(heldout)}
    else:
        right = {}
    _, answers = run(made, images, device)
    return {name: float((answers[name].argmax(1) == values).mean()) for name, values in right.items()}


def turned(images: np.ndarray, turns: np.ndarray) -> np.ndarray:
    """Images (N, C, R, R), each rotated by its number (N,) of quarter turns."""
    out = np.empty_like(images)
    for k in range(4):
        out[turns == k] = np.rot90(images[turns == k], k, (2, 3))
    return out


def features_of(
    classifier: Classifier, images, progress: Progress | None = None, what: str = ""
) -> np.ndarray:
    """Features (N, F) of all of data.Images, which need not fit in memory. `what` is for progress."""
    found = []
    for start, part in parts_of(images):
        if progress:
            progress(start, len(images), what)
        found.append(classifier.run(part)[0])
    return np.concatenate(found)


# -- cache: arrays and JSON, nothing is unpickled ------------------------------------------------------------


def write_cached(folder: Path, arrays: Mapping[str, np.ndarray], accuracy: Mapping[str, float]) -> None:
    """Write weights and accuracy to a folder, which appears whole, by one rename."""
    partial = folder.with_name(folder.name + ".partial")
    for old in (partial, folder):
        shutil.rmtree(old, ignore_errors=True)
    partial.mkdir()
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    (partial / "weights.npz").write_bytes(buffer.getvalue())
    about = {"recipe": RECIPE, "accuracy": dict(accuracy), "sha256": digest(arrays)}
    (partial / "about.json").write_text(json.dumps(about), encoding="utf-8")
    os.replace(partial, folder)


def read_cached(folder: Path) -> tuple[dict[str, np.ndarray], dict[str, float]] | None:
    """(weights by name, accuracy), or None if they are absent, of another recipe or damaged."""
    try:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        with np.load(folder / "weights.npz", allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    if about.get("recipe") != RECIPE or about.get("sha256") != digest(arrays):
        return None
    return arrays, about["accuracy"]


def digest(arrays: Mapping[str, np.ndarray]) -> str:
    """sha256 of the names, shapes, types and values of arrays, in the order of names."""
    hasher = hashlib.sha256()
    for name in sorted(arrays):
        hasher.update(
            f"{name}{arrays[name].shape}{arrays[name].dtype}".encode()
            + np.ascontiguousarray(arrays[name]).tobytes()
        )
    return hasher.hexdigest()


def _load(made, arrays: Mapping[str, np.ndarray]) -> None:
    import torch

    made.load_state_dict({name: torch.from_numpy(np.array(values)) for name, values in arrays.items()})
