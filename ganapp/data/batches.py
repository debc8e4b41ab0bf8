"""Batches of real images, in an order that is a function of (seed, nimg). No worker processes.

A data set of up to 2 GiB stays on the device as one uint8 tensor; a larger one is read from its file by
position.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ganapp.alpha import premultiplied
from ganapp.pixels import to_unit

from .dataset import ImageDataset

IN_MEMORY_BYTES = 2 * 1024**3


class Batches:
    """`batches(nimg, size)`: images float32 (size, C, H, W) in [-1, 1], labels int64 (size,) or None.

    Both are on the device. They are the images at positions nimg to nimg + size - 1 of an endless sequence of
    epochs, each its own permutation of the data set. Colours beside alpha are premultiplied. mirror: flip
    half of the images, chosen by (seed, nimg). conditional: return the labels. Of pairs C is in_channels +
    channels, the input first; both halves are mirrored together.
    """

    def __init__(
        self, dataset: ImageDataset, device: torch.device, *, seed: int, mirror: bool, conditional: bool
    ):
        self.count, self.in_channels = dataset.count, dataset.in_channels
        self.device = device
        self.seed = seed
        self.mirror = mirror
        self.in_memory = dataset.images.nbytes <= IN_MEMORY_BYTES
        self.images = dataset.images
        if self.in_memory:
            self.images = torch.from_numpy(self._premultiplied(dataset.images.all())).to(device)
        self.labels = torch.from_numpy(dataset.labels).to(device) if conditional else None
        self._epochs: dict[int, np.ndarray] = {}

    def __call__(self, nimg: int, size: int) -> tuple[Tensor, Tensor | None]:
        indices = self.order(nimg, size)
        if self.in_memory:
            index = torch.from_numpy(indices).to(self.device)
            images = self.images[index]
        else:
            images = torch.from_numpy(self._premultiplied(self.images.take(indices))).to(self.device)
        x = to_unit(images)
        if self.mirror:
            flip = np.random.default_rng([self.seed, nimg, 1]).random(size) < 0.5
            x = torch.where(torch.from_numpy(flip).to(self.device)[:, None, None, None], x.flip(3), x)
        y = None if self.labels is None else self.labels[torch.from_numpy(indices).to(self.device)]
        return x.contiguous(memory_format=torch.channels_last), y

    def _premultiplied(self, images: np.ndarray) -> np.ndarray:
        """Colours weighted by alpha in uint8 (B, C, H, W), in each half of a pair by its own."""
        halves = images[:, : self.in_channels], images[:, self.in_channels :]
        if not self.in_channels:
            return premultiplied(images)
        if all(half.shape[1] != 4 for half in halves):
            return images
        return np.concatenate([premultiplied(half) for half in halves], 1)

    def order(self, nimg: int, size: int) -> np.ndarray:
        """Indices int64 (size,) of the images at positions nimg to nimg + size - 1 of the sequence."""
        parts = []
        while size > 0:
            epoch, start = divmod(nimg, self.count)
            part = self._permutation(epoch)[start : start + size]
            parts.append(part)
            nimg, size = nimg + len(part), size - len(part)
        return np.concatenate(parts)

    def _permutation(self, epoch: int) -> np.ndarray:
        if epoch not in self._epochs:
            self._epochs = {epoch: np.random.default_rng([self.seed, epoch, 0]).permutation(self.count)}
        return self._epochs[epoch]
