"""Batch sources of picture to picture: inputs made by a damage, the first half of a pair, or of another set.

The grid's inputs are held-out pictures, always the same ones in the data's own order.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from ganapp.config import TrainConfig
from ganapp.degradations import SHOWN, picture_seeds, varied_of
from ganapp.pixels import to_bytes, to_unit

from .batch_source import Batch, Images, Real

FAR = 2**31  # positions from which random inputs are drawn, in epochs of their own
# Pictures (N, C, H, W) of the data and a seed each -> the generator's inputs and their targets.
Parting = Callable[[Tensor, np.ndarray], tuple[Tensor, Tensor]]


class PairedSource:
    """Inputs with their targets, for a generator G(x): what parts gives of the data's pictures.

    `parts` gets a seed for each picture, a function of (config.seed, its position in the endless sequence).
    """

    def __init__(self, config: TrainConfig, real: Real, device: torch.device, parts: Parting):
        self.seed, self.z_dim, self.device = config.seed, config.z_dim, device
        self.images, self.heldout, self.parts = real.images, real.heldout, parts

    def draw(self, nimg: int, size: int, rng: torch.Generator) -> Batch:
        images, _ = self.images(nimg, size)
        given, real = self.parts(images, picture_seeds(self.seed, np.arange(nimg, nimg + size)))
        return Batch(real, None, given)

    def renew(self, batch: Batch, rng: torch.Generator) -> Batch:
        return batch

    def inputs(self, size: int, rng: torch.Generator, player: str = "G") -> tuple[Tensor | None, ...]:
        given = self.draw(int(torch.randint(FAR, (), generator=rng)), size, rng).given
        return given, None, *_noise(size, self.z_dim, rng, self.device)

    def fixed(self, numbers: range, player: str = "G") -> np.ndarray:
        return self._both(numbers)[0].cpu().numpy()

    def beside(self, numbers: range) -> tuple[np.ndarray, ...]:
        return tuple(_shown(x) for x in self._both(numbers))

    def wanted(self, numbers: range) -> np.ndarray:
        return self.beside(numbers)[1]

    def _both(self, numbers: range) -> tuple[Tensor, Tensor]:
        """Inputs and targets of held-out pictures by number; they repeat if there are fewer."""
        pictures = _taken(self.heldout, numbers).to(self.device)
        return self.parts(pictures, picture_seeds(0, np.asarray(numbers), SHOWN))


class UnpairedSource:
    """Pictures of two sets: a2b gets those of real.inputs and learns to make those of real.images."""

    def __init__(self, real: Real):
        self.sets: dict[str, Images] = {"a2b": real.inputs, "b2a": real.images}
        self.heldout = {"a2b": real.heldout_inputs, "b2a": real.heldout}

    def draw(self, nimg: int, size: int, rng: torch.Generator) -> Batch:
        return Batch(self.sets["b2a"](nimg, size)[0], None, self.sets["a2b"](nimg, size)[0])

    def renew(self, batch: Batch, rng: torch.Generator) -> Batch:
        return batch

    def inputs(self, size: int, rng: torch.Generator, player: str = "a2b") -> tuple[Tensor | None, ...]:
        given = self.sets[player](int(torch.randint(FAR, (), generator=rng)), size)[0]
        return given, None

    def fixed(self, numbers: range, player: str = "a2b") -> np.ndarray:
        return _taken(self.heldout[player], numbers).numpy()

    def beside(self, numbers: range) -> tuple[np.ndarray, ...]:
        """The inputs of a2b, and those of b2a: input, output, the other output, its input."""
        return tuple(_shown(_taken(heldout, numbers)) for heldout in self.heldout.values())

    def wanted(self, numbers: range) -> np.ndarray:
        return _shown(_taken(self.heldout["b2a"], numbers))


class OneWaySource(UnpairedSource):
    """The same for one generator G, which makes pictures of the second set of those of the first."""

    def inputs(self, size: int, rng: torch.Generator, player: str = "G") -> tuple[Tensor | None, ...]:
        return super().inputs(size, rng, "a2b")

    def fixed(self, numbers: range, player: str = "G") -> np.ndarray:
        return super().fixed(numbers, "a2b")

    def beside(self, numbers: range) -> tuple[np.ndarray, ...]:
        """The inputs alone: no picture of the other set belongs to one of them."""
        return super().beside(numbers)[:1]


def degraded_source(config: TrainConfig, real: Real, device: torch.device) -> PairedSource:
    """Inputs made from the pictures themselves by config.damage, on the device."""
    varied = varied_of(config.damage)
    return PairedSource(config, real, device, lambda images, seeds: (varied.given(images, seeds), images))


def paired_source(config: TrainConfig, real: Real, device: torch.device) -> PairedSource:
    """Pictures of in_channels + channels channels: the input first, then the target."""

    def parts(images: Tensor, seeds: np.ndarray) -> tuple[Tensor, Tensor]:
        given, target = images.split([config.in_channels, config.channels], 1)
        form = {"memory_format": torch.channels_last}
        return given.contiguous(**form), target.contiguous(**form)

    return PairedSource(config, real, device, parts)


def unpaired_source(config: TrainConfig, real: Real, device: torch.device) -> UnpairedSource:
    return UnpairedSource(real)


def one_way_source(config: TrainConfig, real: Real, device: torch.device) -> OneWaySource:
    return OneWaySource(real)


def _shown(x: Tensor) -> np.ndarray:
    """Pictures (N, C, H, W) in [-1, 1] -> uint8 (N, H, W, C)."""
    return to_bytes(x).permute(0, 2, 3, 1).cpu().numpy()


def _taken(dataset, numbers: range) -> Tensor:
    """Pictures of a data set by number, float32 (N, C, H, W) in [-1, 1]; they repeat if there are fewer."""
    return to_unit(torch.from_numpy(dataset.images.take(np.asarray(numbers) % dataset.count)))


def _noise(size: int, z_dim: int, rng: torch.Generator, device: torch.device) -> tuple[Tensor, ...]:
    """z (size, z_dim) as the third argument of a translator that takes noise; nothing for any other."""
    return (torch.randn(size, z_dim, generator=rng).to(device),) if z_dim else ()
