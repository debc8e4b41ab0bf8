"""Batch source: where a training step gets real images, labels and the generator's inputs.

Only here does training know what a generator takes, latents or pictures. All randomness comes from the random
generator that the caller passes in, or is a function of an image's index.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor

from ganapp.latents import latent

if TYPE_CHECKING:
    from ganapp.data import ImageDataset


class Batch(NamedTuple):
    """What one step trains on. All three have the same length N and are on the training device."""

    real: Tensor  # (N, C, H, W) in [-1, 1]: what the generator learns to make
    y: Tensor | None  # (N,) int64: the classes of the real images
    given: Tensor  # what the generator takes: latents (N, z_dim), or pictures (N, C', H, W) in [-1, 1]


# (nimg, size) -> real images (N, C, H, W) in [-1, 1] and labels (N,) or None
Images = Callable[[int, int], tuple[Tensor, Tensor | None]]


class Real(NamedTuple):
    """The real pictures that a batch source draws from."""

    images: Images  # what the generator learns to make; of pairs, input and target stacked
    labels: Tensor | None = None  # (M,) of the whole data, or None for a model without classes
    heldout: ImageDataset | None = None  # for grids and figures; not needed to train
    inputs: Images | None = None  # the set that is to become the other one, if there are two
    heldout_inputs: ImageDataset | None = None


class BatchSource(Protocol):
    """What train(), averaging, sample grids, vitals and the probe draw from."""

    def draw(self, nimg: int, size: int, rng: torch.Generator) -> Batch:
        """Real images nimg … nimg + size of the endless sequence, with inputs for the generator."""

    def renew(self, batch: Batch, rng: torch.Generator) -> Batch:
        """The same real images with new inputs if inputs are random, else the batch itself."""

    def inputs(self, size: int, rng: torch.Generator, player: str = "G") -> tuple[Tensor | None, ...]:
        """What a player that generates is called with: random inputs (size, ...), classes (size,) or None.

        Each class is as often as in the data.
        """

    def fixed(self, numbers: range, player: str = "G") -> np.ndarray:
        """A player's inputs that never change, by number, float32 (len(numbers), ...), for grids, figures."""

    def beside(self, numbers: range) -> tuple[np.ndarray, ...]:
        """Pictures to show beside the outputs for `fixed`, each uint8 (len(numbers), H, W, C).

        The first is the input, shown before the output; the second is the target, shown after it. () if there
        are none.
        """


class PictureSource(BatchSource, Protocol):
    """A batch source of picture to picture."""

    def wanted(self, numbers: range) -> np.ndarray:
        """Targets of the inputs `fixed`, or pictures of the other set in their place, as in `beside`."""


class LatentSource:
    """Real images and latents z ~ N(0, 1): the batch source of a GAN that makes pictures from noise.

    labels (M,) are the classes of the whole training data, or None for a model without classes.
    """

    def __init__(
        self,
        images: Images,
        z_dim: int,
        device: torch.device,
        labels: Tensor | None = None,
    ):
        self.images, self.z_dim, self.device, self.labels = images, z_dim, device, labels

    def draw(self, nimg: int, size: int, rng: torch.Generator) -> Batch:
        real, y = self.images(nimg, size)
        return Batch(real, y, self._latents(size, rng))

    def renew(self, batch: Batch, rng: torch.Generator) -> Batch:
        return batch._replace(given=self._latents(len(batch.given), rng))

    def inputs(self, size: int, rng: torch.Generator, player: str = "G") -> tuple[Tensor | None, ...]:
        y = None
        if self.labels is not None:
            y = self.labels[torch.randint(len(self.labels), (size,), generator=rng).to(self.labels.device)]
        return self._latents(size, rng), y

    def fixed(self, numbers: range, player: str = "G") -> np.ndarray:
        return np.stack([latent(seed, self.z_dim)[0] for seed in numbers])

    def beside(self, numbers: range) -> tuple[np.ndarray, ...]:
        return ()

    def _latents(self, size: int, rng: torch.Generator) -> Tensor:
        return torch.randn(size, self.z_dim, generator=rng).to(self.device)
